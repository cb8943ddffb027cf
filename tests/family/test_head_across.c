/* The categorical head of few classes over turned outputs: the same bits as over rows. */
#include "rao_test.h"

#include "family/head.h"

enum { ROWS = 131, GAP = 5 };

typedef struct pair {
    rao_ctx *ctx;
    rao_head *head;
    rao_dtype dtype;
    int64_t n, k;
    rao_mat z, g, zt, gt, y;
    rao_vec nll, nllt, weight;
} pair;

static void *block(rao_ctx *ctx, rao_dtype dtype, int64_t n) {
    void *data = NULL;
    OK(ctx, rao_alloc_bytes(ctx, n, rao_dtype_size(dtype), &data));
    return data;
}

static rao_mat mat(rao_ctx *ctx, rao_dtype dtype, int64_t rows, int64_t cols) {
    return rao_mat_view(dtype, rows, cols, cols + GAP, block(ctx, dtype, rows * (cols + GAP)));
}

static rao_vec vec(rao_ctx *ctx, rao_dtype dtype, int64_t n) { return rao_vec_view(dtype, n, block(ctx, dtype, n)); }

static void put(const rao_mat *m, int64_t i, int64_t j, double x) {
    if (m->dtype == RAO_F64) ((double *)m->data)[i * m->ld + j] = x;
    else ((float *)m->data)[i * m->ld + j] = (float)x;
}

static double get(const rao_mat *m, int64_t i, int64_t j) {
    return m->dtype == RAO_F64 ? ((const double *)m->data)[i * m->ld + j] : (double)((const float *)m->data)[i * m->ld + j];
}

static pair open_pair(rao_ctx *ctx, rao_dtype t, int64_t n, int64_t k, double scale) {
    pair p = {.ctx = ctx, .dtype = t, .n = n, .k = k};
    rao_stream s = rao_stream_make(rao_test_seed(), (uint64_t)(100 * n + k));
    OK(ctx, rao_head_create(ctx, "categorical", k, &p.head));
    p.z = mat(ctx, t, n, k), p.g = mat(ctx, t, n, k), p.zt = mat(ctx, t, k, n), p.gt = mat(ctx, t, k, n), p.y = mat(ctx, t, n, 1);
    p.nll = vec(ctx, t, n), p.nllt = vec(ctx, t, n), p.weight = vec(ctx, t, n);
    rao_mat weight = rao_mat_view(t, 1, n, n, p.weight.data);
    for (int64_t i = 0; i < n; i++) {
        put(&p.y, i, 0, (double)rao_below_at(s, 0, (uint64_t)i, k));
        put(&weight, 0, i, rao_uniform_at(s, 1, (uint64_t)i));
        for (int64_t j = 0; j < k; j++) {
            double z = scale * rao_normal_at(s, 2, (uint64_t)(i * k + j));
            put(&p.z, i, j, z), put(&p.zt, j, i, z);
        }
    }
    return p;
}

static void close_pair(pair *p) {
    void **all[] = {&p->z.data, &p->g.data, &p->zt.data, &p->gt.data, &p->y.data, &p->nll.data, &p->nllt.data, &p->weight.data};
    for (size_t i = 0; i < COUNT(all); i++) rao_free_block(all[i]);
    rao_head_destroy(&p->head);
}

static void same_bits(void **state) {
    (void)state;
    LAW("turned outputs give the bits of rows: any number of cases, confident and not, weighted and not");
    static const int64_t cases[] = {0, 1, 7, 8, 15, 16, 17, 33, ROWS}, classes[] = {2, 3, 4, 10, HEAD_FEW_CLASSES};
    rao_ctx *ctx = rao_test_ctx();
    for (size_t i = 0; i < COUNT(cases); i++)
        for (size_t j = 0; j < COUNT(classes); j++)
            for (int variant = 0; variant < 4; variant++) {
                pair p = open_pair(ctx, variant % 2 ? RAO_F64 : RAO_F32, cases[i], classes[j], variant < 2 ? 1 : 60);
                size_t bytes = (size_t)p.n * rao_dtype_size(p.dtype);
                const rao_vec *weight = variant == 1 ? NULL : &p.weight;
                OK(ctx, rao_head_nll_score(ctx, p.head, &p.z, &p.y, weight, &p.nll, &p.g));
                OK(ctx, head_nll_score_across(ctx, p.head, &p.zt, &p.y, weight, &p.nllt, &p.gt));
                EXPECT_TRUE(!memcmp(p.nll.data, p.nllt.data, bytes));
                for (int64_t r = 0; r < p.n; r++)
                    for (int64_t c = 0; c < p.k; c++) EXPECT_TRUE(get(&p.g, r, c) == get(&p.gt, c, r));
                for (int64_t c = 0; c < p.k; c++)
                    for (int64_t gap = 0; gap < GAP; gap++) EXPECT_TRUE(get(&p.gt, c, p.n + gap) == 0);
                memset(p.gt.data, 0, (size_t)(p.k * p.gt.ld) * rao_dtype_size(p.dtype));
                OK(ctx, head_nll_score_across(ctx, p.head, &p.zt, &p.y, weight, NULL, &p.gt));
                for (int64_t r = 0; r < p.n; r++)
                    for (int64_t c = 0; c < p.k; c++) EXPECT_TRUE(get(&p.g, r, c) == get(&p.gt, c, r));
                memset(p.nllt.data, 1, bytes);
                OK(ctx, head_nll_score_across(ctx, p.head, &p.zt, &p.y, NULL, &p.nllt, NULL));
                EXPECT_TRUE(!memcmp(p.nll.data, p.nllt.data, bytes));
                close_pair(&p);
            }
    rao_test_ctx_close(&ctx);
}

static void many_blocks(void **state) {
    (void)state;
    LAW("the same beyond a block of the walk over rows");
    rao_ctx *ctx = rao_test_ctx();
    pair p = open_pair(ctx, RAO_F32, 20001, 3, 2);
    OK(ctx, rao_head_nll_score(ctx, p.head, &p.z, &p.y, NULL, &p.nll, &p.g));
    OK(ctx, head_nll_score_across(ctx, p.head, &p.zt, &p.y, NULL, &p.nllt, &p.gt));
    EXPECT_TRUE(!memcmp(p.nll.data, p.nllt.data, (size_t)p.n * sizeof(float)));
    for (int64_t r = 0; r < p.n; r++)
        for (int64_t c = 0; c < p.k; c++) EXPECT_TRUE(get(&p.g, r, c) == get(&p.gt, c, r));
    close_pair(&p);
    rao_test_ctx_close(&ctx);
}

static void refusals(void **state) {
    (void)state;
    LAW("a class that is none is refused by name, and heads that cannot say so");
    rao_ctx *ctx = rao_test_ctx();
    pair p = open_pair(ctx, RAO_F32, 20, 3, 1);
    static const double bad[] = {3, -1, 0.5, NAN, INFINITY, 4e9};
    for (size_t i = 0; i < COUNT(bad); i++) {
        put(&p.y, 17, 0, bad[i]);
        EXPECT_FAIL(ctx, head_nll_score_across(ctx, p.head, &p.zt, &p.y, NULL, &p.nllt, &p.gt), RAO_EDOMAIN, "row 17");
    }
    put(&p.y, 17, 0, 2);
    EXPECT_FAIL(ctx, head_nll_score_across(ctx, p.head, &p.z, &p.y, NULL, &p.nllt, NULL), RAO_EINVAL, "turned");
    rao_head *other = NULL;
    OK(ctx, rao_head_create(ctx, "bernoulli", 3, &other));
    EXPECT_TRUE(head_takes_across(p.head) && !head_takes_across(other));
    rao_head_destroy(&other);
    OK(ctx, rao_head_create(ctx, "categorical", HEAD_FEW_CLASSES + 1, &other));
    EXPECT_TRUE(!head_takes_across(other));
    rao_head_destroy(&other);
    close_pair(&p);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(same_bits), cmocka_unit_test(many_blocks), cmocka_unit_test(refusals)};
    return rao_test_run("family/head_across", tests, COUNT(tests));
}
