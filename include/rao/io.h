/* rao/io.h - bytes <-> arrays: IDX, CSV, NPY, NPZ, safetensors, JSON; gzip; files written so that a kill leaves the old
 * one or the new one.
 *
 * Statuses of the whole room: EIO for what the file system refuses and for content that is malformed, truncated or not supported;
 * EINVAL for the caller's errors; ENOMEM. The sentence of an EIO names the file, the place (byte, or row, line and column) and
 * what is allowed.
 *
 * Each reader has two forms. `rao_X_read(ctx, path, ...)` reads a file, gzipped or not (told by its first bytes), of at most
 * RAO_FILE_LIMIT bytes unpacked. `rao_X_parse(ctx, name, bytes, n, ...)` reads plain bytes in memory; `name` is what errors call them.
 * No reader allocates more than a fixed multiple of the bytes that are really there: a short file that claims a huge shape fails before.
 */
#ifndef RAO_IO_H
#define RAO_IO_H

#include <rao/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- arrays -------------------------------------------------------------------------------------------------- */

typedef enum rao_io_type {
    RAO_IO_U8 = 1,
    RAO_IO_I8,
    RAO_IO_I16,
    RAO_IO_I32,
    RAO_IO_I64,
    RAO_IO_U16,
    RAO_IO_U32,
    RAO_IO_U64,
    RAO_IO_F32,
    RAO_IO_F64
} rao_io_type;

/* "u8", ..., "f64"; "?" for a number that is no type. */
RAO_API const char *rao_io_type_name(rao_io_type type);
/* Bytes of an element; 0 for a number that is no type. */
RAO_API size_t rao_io_type_size(rao_io_type type);

enum { RAO_ARRAY_DIMS = 8 };

/* Elements in row-major order, the machine's byte order. ndim = 0 is one number. A struct filled by hand over memory of one's own
 * serves as a view for the writers; only arrays that a function here returned are destroyed. */
typedef struct rao_array {
    rao_io_type type;
    int ndim;
    int64_t shape[RAO_ARRAY_DIMS];
    void *data;
} rao_array;

/* An array of zeros. EINVAL: no such type, ndim outside 0..8, a negative length, or a size that overflows. */
RAO_API rao_status rao_array_create(rao_ctx *ctx, rao_io_type type, int ndim, const int64_t *shape, rao_array **array);
RAO_API void rao_array_destroy(rao_array **array);

/* The number of elements; -1 when the shape or the type is not valid. */
RAO_API int64_t rao_array_count(const rao_array *array);

/* out[i] = element i, for all rao_array_count elements, rounded to nearest (integers above 2^53, or 2^24 for float, lose digits).
 * EDOMAIN, naming the index, when a finite number is beyond the range of float. */
RAO_API rao_status rao_array_to_f64(rao_ctx *ctx, const rao_array *array, double *out);
RAO_API rao_status rao_array_to_f32(rao_ctx *ctx, const rao_array *array, float *out);

/* The index of the first NaN or infinity in row-major order, or -1. */
RAO_API int64_t rao_array_first_nonfinite(const rao_array *array);

/* ---- files --------------------------------------------------------------------------------------------------- */

/* What the readers accept from one file, unpacked. */
#define RAO_FILE_LIMIT ((int64_t)1 << 36)

/* The whole file, which may be a pipe; release with rao_free(&bytes). EIO: cannot be opened or read, a directory, more than
 * `limit` bytes. */
RAO_API rao_status rao_file_read(rao_ctx *ctx, const char *path, int64_t limit, void **bytes, int64_t *n);
/* The same, unpacked when it begins with gzip's magic bytes; `limit` holds for both. */
RAO_API rao_status rao_file_read_unpacked(rao_ctx *ctx, const char *path, int64_t limit, void **bytes, int64_t *n);

/* Unpacks gzip (RFC 1952; several members in a row give their contents in a row; every checksum is verified).
 * EIO: not gzip, truncated, corrupt, more than `limit` bytes, bytes behind the last member. Release with rao_free(&unpacked). */
RAO_API rao_status rao_gunzip(rao_ctx *ctx, const char *name, const void *bytes, int64_t n, int64_t limit, void **unpacked, int64_t *size);

/* Replaces the file at `path` by `n` bytes: written to `.rao-PID-K.tmp` in the same directory, synced, renamed, the directory synced.
 * At any moment, and after a kill at any moment, `path` holds its old content or the new. On failure the temporary file is removed.
 * A symbolic link is followed, the mode of the old file is kept, and what is no regular file (a pipe, /dev/null) is written in place. */
RAO_API rao_status rao_file_write_atomic(rao_ctx *ctx, const char *path, const void *bytes, int64_t n);

/* The same in pieces: open, append any number of times, then commit or abort. Nothing is seen at `path` before the commit. */
typedef struct rao_out rao_out;
RAO_API rao_status rao_out_open(rao_ctx *ctx, const char *path, rao_out **out);
/* For logs that are read while they grow: creates or truncates `path` itself, and each append has reached the system when it returns. */
RAO_API rao_status rao_out_open_log(rao_ctx *ctx, const char *path, rao_out **out);
RAO_API rao_status rao_out_append(rao_ctx *ctx, rao_out *out, const void *bytes, int64_t n);
/* Syncs and renames; destroys and clears *out whether it succeeds or not. NULL is a success. After a failed append, fails as it did. */
RAO_API rao_status rao_out_commit(rao_ctx *ctx, rao_out **out);
/* Removes the temporary file (a log stays as it is), destroys and clears *out. NULL allowed. */
RAO_API void rao_out_abort(rao_out **out);

/* ---- numbers as text ----------------------------------------------------------------------------------------- */

/* Both take '.' as the point in every locale, and are here because JSON lines and CSV need them; any room above may use them. */
enum { RAO_DOUBLE_TEXT = 32 };

/* The text with the fewest digits that rao_parse_double reads back bit for bit, and of those the nearest to the value: 1 to 17 digits; a
 * plain number from 1e-4 to below 1e16, d.ddde+XX beyond; "nan", "inf", "-inf". Returns its length. Some 30 ns. */
RAO_API int rao_format_double(double value, char text[RAO_DOUBLE_TEXT]);
/* The same for float: at most 9 digits, read back after rounding to float. */
RAO_API int rao_format_float(float value, char text[RAO_DOUBLE_TEXT]);
/* [+-] digits [. digits] [e [+-] digits], or inf, infinity, nan in any case, and nothing else: no blanks, no hexadecimal.
 * Correctly rounded; underflow gives the nearest subnormal or zero. EINVAL: not a number. EDOMAIN: beyond the range of double.
 * `ctx` may be NULL. */
RAO_API rao_status rao_parse_double(rao_ctx *ctx, const char *text, int64_t length, double *value);

/* ---- IDX ----------------------------------------------------------------------------------------------------- */

/* The format of MNIST: 0 0 TYPE NDIM, NDIM big-endian 32-bit lengths, elements big-endian; all six types, 1 to 8 dimensions.
 * Source: http://yann.lecun.com/exdb/mnist. The data must fill the file exactly. */
RAO_API rao_status rao_idx_parse(rao_ctx *ctx, const char *name, const void *bytes, int64_t n, rao_array **array);
RAO_API rao_status rao_idx_read(rao_ctx *ctx, const char *path, rao_array **array);

/* ---- CSV ----------------------------------------------------------------------------------------------------- */

typedef enum rao_csv_header {
    RAO_CSV_DETECT = 0, /* the first line is a header when none of its cells is a number; EIO when some are and some are not */
    RAO_CSV_HEADER,
    RAO_CSV_NO_HEADER
} rao_csv_header;

typedef struct rao_csv_opts {
    size_t size;           /* set by rao_csv_opts_init */
    rao_csv_header header; /* DETECT */
    char separator;        /* ',' (default), ';', '|', ':' or a tab */
    int allow_nonfinite;   /* 0: a NaN, an infinity or an empty cell is an error; 1: they are kept, an empty cell as NaN */
} rao_csv_opts;

#define rao_csv_opts_init(o) rao_csv_opts_init_sized((o), sizeof *(o))
RAO_API void rao_csv_opts_init_sized(rao_csv_opts *opts, size_t size);

typedef struct rao_csv {
    rao_array *values; /* rows x columns, f64 */
    char **names;      /* one a column, or NULL where there is no header */
} rao_csv;

/* Numbers only (RFC 4180 quoting, LF or CRLF, empty lines skipped, blanks around a cell dropped, a UTF-8 byte order mark dropped).
 * EIO names row (data rows from 1), line and column: a cell that is not a number, a row with another number of cells, a stray
 * quote. `opts` may be NULL: the defaults. Memory: the bytes and 8 a cell; two passes. */
RAO_API rao_status rao_csv_parse(rao_ctx *ctx, const char *name, const void *bytes, int64_t n, const rao_csv_opts *opts, rao_csv **csv);
RAO_API rao_status rao_csv_read(rao_ctx *ctx, const char *path, const rao_csv_opts *opts, rao_csv **csv);
RAO_API void rao_csv_destroy(rao_csv **csv);

/* ---- NPY and NPZ --------------------------------------------------------------------------------------------- */

/* NPY 1.0, 2.0 and 3.0 (NumPy enhancement proposal 1), C or Fortran order, little or big endian: b1 (read as u8, 0 or 1),
 * i1..i8, u1..u8, f2 (read as f32), f4, f8. Objects, strings, records, complex numbers and dates are refused by name.
 * The data must fill the file exactly. */
RAO_API rao_status rao_npy_parse(rao_ctx *ctx, const char *name, const void *bytes, int64_t n, rao_array **array);
RAO_API rao_status rao_npy_read(rao_ctx *ctx, const char *path, rao_array **array);
/* Version 1.0, C order, the machine's byte order, data aligned to 64 as NumPy does; written atomically. `format` appends the same bytes. */
RAO_API rao_status rao_npy_write(rao_ctx *ctx, const char *path, const rao_array *array);
RAO_API rao_status rao_npy_format(rao_ctx *ctx, const rao_array *array, rao_text *out);

/* NPZ: a zip archive (zip64 too) of NPY members, stored or deflated; a member `x.npy` is called `x`. Checksums are verified. */
typedef struct rao_npz rao_npz;
/* `parse` borrows the bytes: they must outlive the archive. Both read the directory only; a member is unpacked when it is asked for. */
RAO_API rao_status rao_npz_parse(rao_ctx *ctx, const char *name, const void *bytes, int64_t n, rao_npz **npz);
RAO_API rao_status rao_npz_read(rao_ctx *ctx, const char *path, rao_npz **npz);
RAO_API void rao_npz_destroy(rao_npz **npz);
RAO_API int64_t rao_npz_count(const rao_npz *npz);
/* The name of member i, in archive order; borrowed. NULL outside 0..count-1. */
RAO_API const char *rao_npz_name(const rao_npz *npz, int64_t i);
/* EINVAL: no member of that name (the nearest named). EIO: the member is malformed. */
RAO_API rao_status rao_npz_array(rao_ctx *ctx, const rao_npz *npz, const char *name, rao_array **array);

/* An array with its name. What a reader returned is borrowed from its handle; a writer only reads it. */
typedef struct rao_tensor {
    const char *name;
    rao_array array;
} rao_tensor;

/* Members stored, at most 65,534 of them, below 4 GiB in all (EINVAL); names distinct, UTF-8, not empty. Written atomically. */
RAO_API rao_status rao_npz_write(rao_ctx *ctx, const char *path, const rao_tensor *members, int64_t count);
RAO_API rao_status rao_npz_format(rao_ctx *ctx, const rao_tensor *members, int64_t count, rao_text *out);

/* ---- safetensors --------------------------------------------------------------------------------------------- */

/* 8 bytes little-endian: the length of a JSON header {"NAME": {"dtype": "F32", "shape": [..], "data_offsets": [begin, end]}, ..}, then the
 * elements, little-endian, row-major. Source: https://github.com/huggingface/safetensors. Types F32 and F64 only. Read strictly: header of
 * at most 100 MB, names distinct, extents that agree with shapes, neither overlap nor leave a hole, and fill the file. */
typedef struct rao_safetensors rao_safetensors;
RAO_API rao_status rao_safetensors_parse(rao_ctx *ctx, const char *name, const void *bytes, int64_t n, rao_safetensors **file);
RAO_API rao_status rao_safetensors_read(rao_ctx *ctx, const char *path, rao_safetensors **file);
RAO_API void rao_safetensors_destroy(rao_safetensors **file);
RAO_API int64_t rao_safetensors_count(const rao_safetensors *file);
/* Tensor i in the order of the data, aligned to 64 bytes, borrowed. NULL outside 0..count-1. */
RAO_API const rao_tensor *rao_safetensors_at(const rao_safetensors *file, int64_t i);
/* EINVAL: no tensor of that name (the nearest named). The array is borrowed. */
RAO_API rao_status rao_safetensors_find(rao_ctx *ctx, const rao_safetensors *file, const char *name, const rao_array **array);

/* The strings of `__metadata__`, in file order, borrowed. */
RAO_API int64_t rao_safetensors_metadata_count(const rao_safetensors *file);
RAO_API const rao_pair *rao_safetensors_metadata_at(const rao_safetensors *file, int64_t i);
/* The value of a key, or NULL. */
RAO_API const char *rao_safetensors_metadata(const rao_safetensors *file, const char *key);

/* Tensors in the order given, then read back in that order; names and keys distinct and UTF-8 (EINVAL). Written atomically. */
RAO_API rao_status rao_safetensors_write(rao_ctx *ctx, const char *path, const rao_tensor *tensors, int64_t count, const rao_pair *metadata,
                                         int64_t pairs);
RAO_API rao_status rao_safetensors_format(rao_ctx *ctx, const rao_tensor *tensors, int64_t count, const rao_pair *metadata, int64_t pairs,
                                          rao_text *out);

/* ---- JSON ---------------------------------------------------------------------------------------------------- */

struct cJSON; /* <cjson/cJSON.h>: include it to look into the tree */

/* One JSON value (RFC 8259) and nothing behind it but blanks. EIO names line and column (in bytes) and what is wanted there: anything JSON
 * does not allow, text that is not UTF-8, nesting deeper than `depth` (1..512), and what a tree cannot hold: numbers beyond the range of
 * double or longer than 63 characters, the character \u0000. The tree's memory comes from cJSON's allocator, some 40 bytes per byte of
 * text at most; while it is read, 7 bytes per byte at most lie on the context's scratch stack. */
RAO_API rao_status rao_json_parse(rao_ctx *ctx, const char *name, const void *bytes, int64_t n, int depth, struct cJSON **tree);
/* The same for a file, gzipped or not, of at most `limit` bytes unpacked. */
RAO_API rao_status rao_json_read(rao_ctx *ctx, const char *path, int64_t limit, int depth, struct cJSON **tree);
RAO_API void rao_json_free(struct cJSON **tree);

/* A writer of compact JSON, one value a line. Zero-initialise. `key` is NULL at the top and in arrays, and given in objects. A failure
 * sticks: later calls return it again, so that a caller may check the last call only. EINVAL: a key where none belongs or none where
 * one does, an end too many. */
typedef struct rao_json_writer {
    rao_text text;
    rao_status failed;
    int depth;                /* open objects and arrays, at most 64 */
    uint64_t objects, filled; /* bit d: level d is an object; something stands in it already */
    int64_t begun;            /* where the line that is being written begins in `text` */
} rao_json_writer;
RAO_API rao_status rao_json_object(rao_ctx *ctx, rao_json_writer *json, const char *key);
RAO_API rao_status rao_json_array(rao_ctx *ctx, rao_json_writer *json, const char *key);
/* Closes the innermost object or array. */
RAO_API rao_status rao_json_end(rao_ctx *ctx, rao_json_writer *json);
/* Escaped where JSON wants it; bytes that are no UTF-8 become U+FFFD; NULL becomes null. */
RAO_API rao_status rao_json_string(rao_ctx *ctx, rao_json_writer *json, const char *key, const char *value);
/* Read back bit for bit; NaN and infinities, which JSON does not have, become null. */
RAO_API rao_status rao_json_number(rao_ctx *ctx, rao_json_writer *json, const char *key, double value);
RAO_API rao_status rao_json_numbers(rao_ctx *ctx, rao_json_writer *json, const char *key, const double *values, int64_t n);
RAO_API rao_status rao_json_int(rao_ctx *ctx, rao_json_writer *json, const char *key, int64_t value);
RAO_API rao_status rao_json_bool(rao_ctx *ctx, rao_json_writer *json, const char *key, int value);
RAO_API rao_status rao_json_null(rao_ctx *ctx, rao_json_writer *json, const char *key);
/* A value that is JSON text already, in one line; nobody looks whether it is. */
RAO_API rao_status rao_json_raw(rao_ctx *ctx, rao_json_writer *json, const char *key, const char *text, int64_t length);
/* Ends the line: its value must be complete (EINVAL). With `out`, appends what `text` holds to it and clears the writer; with NULL, lines
 * gather in `text`. */
RAO_API rao_status rao_json_line(rao_ctx *ctx, rao_json_writer *json, rao_out *out);
/* Drops text, open levels and a failure; keeps the memory. */
RAO_API void rao_json_clear(rao_json_writer *json);
RAO_API void rao_json_writer_destroy(rao_json_writer *json);

#ifdef __cplusplus
}
#endif
#endif
