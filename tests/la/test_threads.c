/* Products on several threads: the same bits, from a loop of our own too. */
#include "rao_test.h"

#include <rao/la.h>

typedef struct shapes {
    int64_t m, n, k;
} shapes;

static void *filled(rao_ctx *ctx, rao_dtype dtype, int64_t n, uint64_t stream) {
    void *data = NULL;
    rao_stream s = rao_stream_make(rao_test_seed(), stream);
    OK(ctx, rao_alloc_bytes(ctx, n, rao_dtype_size(dtype), &data));
    if (dtype == RAO_F64) rao_normal_fill_f64(s, 0, 0, n, data);
    else rao_normal_fill_f32(s, 0, 0, n, data);
    return data;
}

/* C = op(A) op(B) + C at this number of threads. */
static void *product(int threads, rao_dtype dtype, shapes s, rao_trans ta, rao_trans tb, rao_ctx *owner) {
    rao_ctx *ctx = rao_test_ctx_threads(threads);
    void *ad = filled(ctx, dtype, s.m * s.k, 1), *bd = filled(ctx, dtype, s.k * s.n, 2), *cd = filled(owner, dtype, s.m * s.n, 3);
    rao_mat a = ta == RAO_T ? rao_mat_view(dtype, s.k, s.m, s.m, ad) : rao_mat_view(dtype, s.m, s.k, s.k, ad);
    rao_mat b = tb == RAO_T ? rao_mat_view(dtype, s.n, s.k, s.k, bd) : rao_mat_view(dtype, s.k, s.n, s.n, bd);
    rao_mat c = rao_mat_view(dtype, s.m, s.n, s.n, cd);
    OK(ctx, rao_gemm(ctx, ta, tb, 1, &a, &b, 1, &c));
    rao_free_block(&ad), rao_free_block(&bd);
    rao_test_ctx_close(&ctx);
    return cd;
}

static void the_same_bits(void **state) {
    (void)state;
    LAW("a product has the same bits for any number of threads, in every transposition");
    static const shapes all[] = {{512, 300, 200}, {513, 257, 129}, {200, 400, 400}, {1100, 64, 64}, {33, 500, 500}, {10, 700, 700}};
    rao_ctx *owner = rao_test_ctx();
    for (size_t i = 0; i < COUNT(all); i++)
        for (int dtype = RAO_F32; dtype <= RAO_F64; dtype++)
            for (int t = 0; t < 4; t++) {
                void *one = product(1, (rao_dtype)dtype, all[i], t & 1 ? RAO_T : RAO_N, t & 2 ? RAO_T : RAO_N, owner);
                for (int threads = 2; threads <= 3; threads++) {
                    void *several = product(threads, (rao_dtype)dtype, all[i], t & 1 ? RAO_T : RAO_N, t & 2 ? RAO_T : RAO_N, owner);
                    EXPECT_EQ(memcmp(one, several, (size_t)(all[i].m * all[i].n) * rao_dtype_size((rao_dtype)dtype)), 0);
                    rao_free_block(&several);
                }
                rao_free_block(&one);
            }
    rao_test_ctx_close(&owner);
}

enum { PARTS = 4, SIDE = 256 };
typedef struct job {
    float *a, *c;
} job;

static rao_status one_part(rao_ctx *worker, int64_t part, void *arg) {
    job *j = arg;
    rao_mat a = rao_mat_view(RAO_F32, SIDE, SIDE, SIDE, j->a), c = rao_mat_view(RAO_F32, SIDE, SIDE, SIDE, j->c + part * SIDE * SIDE);
    return rao_gemm(worker, RAO_N, RAO_T, 1, &a, &a, 0, &c);
}

static void inside_a_loop(void **state) {
    (void)state;
    LAW("products inside a parallel loop run side by side and agree");
    rao_ctx *ctx = rao_test_ctx_threads(3);
    job j = {filled(ctx, RAO_F32, SIDE * SIDE, 4), filled(ctx, RAO_F32, PARTS * SIDE * SIDE, 5)};
    OK(ctx, rao_parallel_for(ctx, PARTS, one_part, &j));
    for (int p = 1; p < PARTS; p++) EXPECT_EQ(memcmp(j.c, j.c + p * SIDE * SIDE, SIDE * SIDE * sizeof *j.c), 0);
    rao_free(&j.a), rao_free(&j.c);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_same_bits), cmocka_unit_test(inside_a_loop)};
    return rao_test_run("la/threads", tests, COUNT(tests));
}
