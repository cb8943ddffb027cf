/* order.c - the cases of step t: positions [t batch, (t + 1) batch) of the permutations of epochs 0, 1, 2, ... laid end to end.
 * Nothing but (seed, t) enters, so a run that is loaded goes on where it was. O(cases) at the start of an epoch. */
#include <string.h>

#include "train/train.h"

rao_status order_create(rao_ctx *ctx, uint64_t seed, int64_t cases, int64_t batch, order *o) {
    rao_status st = RAO_OK;
    o->stream = rao_stream_make(seed, RAO_STREAM_SHUFFLE);
    o->cases = cases, o->batch = batch, o->epoch = -1;
    RAO_TRY(rao_alloc(ctx, cases, &o->permutation));
    RAO_TRY(rao_alloc(ctx, batch, &o->rows));
done:
    return st;
}

void order_destroy(order *o) {
    rao_free(&o->permutation);
    rao_free(&o->rows);
}

const int64_t *order_rows(order *o, int64_t step) {
    int64_t at = step * o->batch;
    for (int64_t filled = 0, take; filled < o->batch; filled += take) {
        int64_t epoch = (at + filled) / o->cases, place = (at + filled) % o->cases;
        if (epoch != o->epoch) rao_permutation(o->stream, (uint64_t)epoch, o->cases, o->permutation);
        o->epoch = epoch;
        take = o->batch - filled < o->cases - place ? o->batch - filled : o->cases - place;
        memcpy(o->rows + filled, o->permutation + place, (size_t)take * sizeof *o->rows);
    }
    return o->rows;
}
