/* batch.h - a quantity as one row: its name, how one item is asked, what it takes and what shape its answer has. Rooms that ask more of a
 * family (manifold) write rows of their own and put them to the same engine. */
#ifndef RAO_FAMILY_BATCH_H
#define RAO_FAMILY_BATCH_H

#include "family/generic.h"

typedef struct family_question {
    const char *name;
    /* `out` is zeroed; a NaN left in it becomes EDOMAIN. `quality` comes as closed form without error. */
    rao_status (*ask)(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality);
    rao_shape shape;
    int takes; /* RAO_TAKES_... */
} family_question;

/* Answers of one number to items first..first + count - 1 at once. The points may be anything: done[i] = 1 says that item first + i is answered,
 * in closed form; the others are asked one by one, which also finds what is wrong with them. Returns 0 where it knows no way. */
typedef int family_many(const rao_family *f, const rao_family_args *args, int64_t first, int64_t count, double *out, int64_t stride,
                        unsigned char *done);

/* The row of a quantity of this room. */
const family_question *rao_family_question(rao_quantity quantity);
/* Numbers of an answer of this shape. */
int64_t rao_shape_numbers(const rao_family *family, int64_t chart, rao_shape shape);
/* How a quantity of this room is answered at once, NULL where there is no way. */
family_many *rao_family_many(rao_quantity quantity);
extern family_many rao_mvn_kl_many, rao_mvn_bregman_many; /* mvn_many.c */
/* rao_family_eval with a row in place of a quantity. */
rao_status rao_family_ask(rao_ctx *ctx, const rao_family *family, const family_question *row, const rao_family_args *args, double *out,
                          int64_t stride);
/* The same, by `many` (may be NULL) where it knows how. */
rao_status rao_family_ask_many(rao_ctx *ctx, const rao_family *family, const family_question *row, family_many *many,
                               const rao_family_args *args, double *out, int64_t stride);

#endif
