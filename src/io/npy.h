/* io/npy.h - what NPY says about its data, shared by reader and writer. */
#ifndef RAO_IO_NPY_H
#define RAO_IO_NPY_H

#include "io/bytes.h"

typedef struct npy_header {
    char kind;   /* 'b' bool, 'i', 'u', 'f' */
    int element; /* bytes in the file */
    int big;     /* big-endian in the file */
    int fortran; /* column-major in the file */
    int ndim;
    int64_t shape[RAO_ARRAY_DIMS];
    int64_t offset; /* of the data */
} npy_header;

/* The whole header of an array, magic bytes included, so long that the data behind it are aligned to 64. Returns its length. */
enum { NPY_HEADER_BYTES = 384 };
int npy_write_header(const rao_array *array, char header[NPY_HEADER_BYTES]);
/* What a writer asks of an array. EINVAL, with `what` naming it. */
rao_status npy_check_array(rao_ctx *ctx, const char *what, const rao_array *array, int64_t *bytes);

rao_status npy_read_header(rao_ctx *ctx, const char *name, const unsigned char *bytes, int64_t n, npy_header *header);

#endif
