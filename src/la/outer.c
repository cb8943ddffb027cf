/* outer.c - vectors given as outer products, block by block: checked, and summed up by one product a block. */
#include "la/view.h"

/* One block that is to begin where the last one ended; *end moves behind it. */
static rao_status check_block(rao_ctx *ctx, const char *who, const rao_outer *block, int64_t i, const rao_vec *v, int64_t *end) {
    rao_status st;
    int64_t entries = 0;
    RAO_TRY(la_check_mat(ctx, who, "g", &block->g));
    RAO_TRY(la_check_mat(ctx, who, "a", &block->a));
    RAO_TRY(la_check_dtype(ctx, who, "g", block->g.dtype, "the vector", v->dtype));
    RAO_TRY(la_check_dtype(ctx, who, "a", block->a.dtype, "the vector", v->dtype));
    if (block->g.rows != block->a.rows)
        return rao_fail(ctx, RAO_EINVAL, "%s: block %lld has %lld rows of g and %lld of a", who, (long long)i, (long long)block->g.rows,
                        (long long)block->a.rows);
    RAO_TRY(rao_size_mul(ctx, who, block->g.cols, block->a.cols, &entries));
    if (block->offset != *end || entries > v->n - *end)
        return rao_fail(ctx, RAO_EINVAL, "%s: block %lld of %lld x %lld begins at %lld, want it at %lld and within %lld entries", who,
                        (long long)i, (long long)block->g.cols, (long long)block->a.cols, (long long)block->offset, (long long)*end,
                        (long long)v->n);
    *end += entries;
done:
    return st;
}

rao_status la_check_outer(rao_ctx *ctx, const char *who, const rao_outer *blocks, int64_t count, const rao_vec *v) {
    int64_t end = 0;
    if (count > 0 && !blocks) return rao_fail(ctx, RAO_EINVAL, "%s: blocks = NULL, want %lld of them", who, (long long)count);
    for (int64_t i = 0; i < count; i++) {
        rao_status st = check_block(ctx, who, &blocks[i], i, v, &end);
        if (st != RAO_OK) return st;
    }
    if (end != v->n)
        return rao_fail(ctx, RAO_EINVAL, "%s: %lld blocks make %lld entries, want %lld", who, (long long)count, (long long)end,
                        (long long)v->n);
    return RAO_OK;
}

rao_status rao_outer_sum(rao_ctx *ctx, const rao_outer *blocks, int64_t count, rao_vec *b) {
    rao_status st;
    RAO_TRY(la_check_vec(ctx, "outer_sum", "b", b));
    RAO_TRY(la_check_outer(ctx, "outer_sum", blocks, count, b));
    for (int64_t i = 0; i < count; i++) {
        const rao_outer *o = &blocks[i];
        rao_mat into =
            rao_mat_view(b->dtype, o->g.cols, o->a.cols, o->a.cols, (char *)b->data + (size_t)o->offset * rao_dtype_size(b->dtype));
        RAO_TRY(rao_gemm(ctx, RAO_T, RAO_N, 1, &o->g, &o->a, 0, &into));
    }
done:
    return st;
}
