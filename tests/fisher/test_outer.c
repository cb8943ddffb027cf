/* Preconditioning from the factors of a gradient against preconditioning the gradient. */
#include "network.h"

#include <float.h>

#include "fisher/precondition.h"

/* Narrow and wide batches for each shape, so that layers go both ways; 150 cases are more than two panels of pairs. */
static const struct {
    const char *spec;
    int64_t n;
} shapes[] = {
    {"mlp:3-4-3:tanh:categorical", 1},         {"mlp:3-4-3:tanh:categorical", 2},          {"mlp:3-4-3:tanh:categorical", 9},
    {"mlp:40-30-50-2:logistic:bernoulli", 5},  {"mlp:40-30-50-2:logistic:bernoulli", 17},  {"mlp:40-30-50-2:logistic:bernoulli", 60},
    {"mlp:200-230-3:relu:normal:var=0.5", 70}, {"mlp:200-230-3:relu:normal:var=0.5", 150},
};

typedef struct route {
    network k;
    rao_fisher *f;
    rao_outer blocks[4];
    int64_t count;
    rao_vec b, x, y;
} route;

/* A metric of the batch, then the factors of the batch's gradient in the tape. */
static route route_open(size_t i, rao_dtype dtype, int weighted, rao_flavour flavour) {
    route r = {.k = network_open(shapes[i].spec, dtype, shapes[i].n, weighted)};
    network *k = &r.k;
    rao_fisher_opts o;
    double loss;
    rao_fisher_opts_init(&o);
    o.flavour = flavour;
    OK(k->ctx, rao_fisher_create(k->ctx, k->model, "kfac", &o, k->n, &r.f));
    OK(k->ctx, rao_objective_loss(k->ctx, k->objective, &k->w, &loss));
    OK(k->ctx, rao_fisher_update(k->ctx, r.f, k->objective, &k->w, 0, 0, 0));
    OK(k->ctx, rao_op_damp(k->ctx, rao_fisher_op(r.f), 0.3));
    OK(k->ctx, rao_objective_backward(k->ctx, k->objective, &k->w, 0, NULL, NULL));
    r.count = rao_graph_parameters(rao_model_graph(k->model));
    OK(k->ctx, rao_tape_outer(k->ctx, rao_objective_tape(k->objective), r.blocks));
    r.b = network_vec(k->ctx, dtype, k->size), r.x = network_vec(k->ctx, dtype, k->size), r.y = network_vec(k->ctx, dtype, k->size);
    return r;
}

static void route_close(route *r) {
    rao_free_block(&r->b.data), rao_free_block(&r->x.data), rao_free_block(&r->y.data);
    rao_fisher_destroy(&r->f);
    network_close(&r->k);
}

static double length_of(const route *r, const rao_vec *v) {
    double n = 0;
    OK(r->k.ctx, rao_norm(r->k.ctx, v, &n));
    return n;
}

static void factors_sum_to_the_gradient(void **state) {
    (void)state;
    LAW("the blocks that a backward pass leaves are the gradient, whatever used the tape's cotangents before it");
    for (size_t i = 0; i < COUNT(shapes); i++)
        for (int dtype = RAO_F32; dtype <= RAO_F64; dtype++) {
            route r = route_open(i, (rao_dtype)dtype, i % 2 == 0, RAO_FISHER_SAMPLED);
            network *k = &r.k;
            OK(k->ctx, rao_outer_sum(k->ctx, r.blocks, r.count, &r.b));
            OK(k->ctx, rao_objective_gradient(k->ctx, k->objective, &k->w, 0, &r.x, NULL));
            EXPECT_EQ(memcmp(r.b.data, r.x.data, (size_t)k->size * rao_dtype_size(k->dtype)), 0);
            route_close(&r);
        }
}

static void both_ways_are_one(void **state) {
    (void)state;
    LAW("solving from the factors gives the step and the inner product of solving for the gradient, to rounding, weights or none");
    int by_case = 0, by_sum = 0;
    for (size_t i = 0; i < COUNT(shapes); i++)
        for (int dtype = RAO_F32; dtype <= RAO_F64; dtype++)
            for (int weighted = 0; weighted < 2; weighted++) {
                route r = route_open(i, (rao_dtype)dtype, weighted, RAO_FISHER_TRUE);
                network *k = &r.k;
                double want = 0, inner = 0, apart = 0, eps = dtype == RAO_F64 ? DBL_EPSILON : (double)FLT_EPSILON;
                for (int64_t l = 0; l < r.count; l++) {
                    int cases = precondition_by_case(k->n, r.blocks[l].g.cols, r.blocks[l].a.cols);
                    by_case += cases, by_sum += !cases;
                }
                OK(k->ctx, rao_outer_sum(k->ctx, r.blocks, r.count, &r.b));
                OK(k->ctx, rao_op_solve(k->ctx, rao_fisher_op(r.f), &r.b, &r.x));
                OK(k->ctx, rao_dot(k->ctx, &r.b, &r.x, &want));
                OK(k->ctx, rao_op_solve_outer(k->ctx, rao_fisher_op(r.f), r.blocks, r.count, &r.y, &inner));
                OK(k->ctx, rao_axpy(k->ctx, -1, &r.y, &r.x));
                apart = length_of(&r, &r.x) / length_of(&r, &r.y);
                /* three products of sums of at most 231 terms whose roundings are independent; the cases cancel to a tenth at most */
                EXPECT_TRUE(apart <= 100 * eps);
                EXPECT_REL(inner, want, 300 * eps);
                route_close(&r);
            }
    EXPECT_TRUE(by_case >= 10 && by_sum >= 10);
}

static void threads_change_no_bit(void **state) {
    (void)state;
    LAW("one thread and three give the same bits");
    for (size_t i = 0; i < COUNT(shapes); i++) {
        route r = route_open(i, RAO_F32, 0, RAO_FISHER_TRUE);
        rao_ctx *three = rao_test_ctx_threads(3);
        double one = 0, other = 0;
        OK(r.k.ctx, rao_op_solve_outer(r.k.ctx, rao_fisher_op(r.f), r.blocks, r.count, &r.x, &one));
        OK(three, rao_op_solve_outer(three, rao_fisher_op(r.f), r.blocks, r.count, &r.y, &other));
        EXPECT_EQ(memcmp(r.x.data, r.y.data, (size_t)r.k.size * sizeof(float)), 0);
        EXPECT_TRUE(one == other);
        rao_test_ctx_close(&three);
        route_close(&r);
    }
}

static void warm_solves_allocate_nothing(void **state) {
    (void)state;
    LAW("after the first, solving from factors allocates nothing, by case and by the sum");
    for (size_t i = 0; i < COUNT(shapes); i++) {
        route r = route_open(i, RAO_F32, 0, RAO_FISHER_TRUE);
        double inner;
        int64_t before = 0;
        for (int t = 0; t < 4; t++) {
            if (t == 2) before = rao_test_alloc_calls();
            OK(r.k.ctx, rao_op_solve_outer(r.k.ctx, rao_fisher_op(r.f), r.blocks, r.count, &r.x, &inner));
        }
        EXPECT_EQ(rao_test_alloc_calls(), before);
        route_close(&r);
    }
}

static void no_memory(void **state) {
    (void)state;
    LAW("memory that runs out leaves both outputs as they were");
    for (size_t i = 1; i < 5; i++) { /* by case, by the sum, and both in one network */
        route r = route_open(i, RAO_F64, 0, RAO_FISHER_TRUE);
        int reached = 1;
        memset(r.y.data, 7, (size_t)r.k.size * sizeof(double));
        for (int64_t after = 0; reached; after++) {
            double inner = 42;
            rao_ctx *cold = rao_test_ctx();
            memset(r.x.data, 7, (size_t)r.k.size * sizeof(double));
            OK(r.k.ctx, rao_op_damp(r.k.ctx, rao_fisher_op(r.f), 0.3)); /* inverses are made again */
            rao_test_fail_alloc(after);
            rao_status st = rao_op_solve_outer(cold, rao_fisher_op(r.f), r.blocks, r.count, &r.x, &inner);
            reached = rao_test_alloc_failed();
            rao_test_fail_alloc(-1);
            if (st != RAO_OK) {
                EXPECT_EQ(st, RAO_ENOMEM);
                EXPECT_TRUE(inner == 42);
                EXPECT_EQ(memcmp(r.x.data, r.y.data, (size_t)r.k.size * sizeof(double)), 0);
            }
            rao_test_ctx_close(&cold);
        }
        route_close(&r);
    }
}

static void refusals(void **state) {
    (void)state;
    LAW("blocks of another network are refused by layer; a singular metric says so; outputs stay");
    route r = route_open(2, RAO_F64, 0, RAO_FISHER_TRUE);
    rao_ctx *ctx = r.k.ctx;
    rao_op *op = rao_fisher_op(r.f);
    double inner = 42;
    rao_outer split[3] = {r.blocks[0], r.blocks[0], r.blocks[1]}, swapped[2] = {r.blocks[0], r.blocks[1]};
    split[0].g.cols = split[1].g.cols = 2, split[1].offset = 2 * r.blocks[0].a.cols;
    swapped[1].a = r.blocks[1].g, swapped[1].g = r.blocks[1].a;
    memset(r.x.data, 7, (size_t)r.k.size * sizeof(double)), memset(r.y.data, 7, (size_t)r.k.size * sizeof(double));
    EXPECT_FAIL(ctx, rao_op_solve_outer(ctx, op, split, 3, &r.x, &inner), RAO_EINVAL, "3 blocks of outer products for 2 layers");
    EXPECT_FAIL(ctx, rao_op_solve_outer(ctx, op, r.blocks, 1, &r.x, &inner), RAO_EINVAL, "want 31");
    EXPECT_FAIL(ctx, rao_op_solve_outer(ctx, op, swapped, 2, &r.x, &inner), RAO_EINVAL, "block 1 is 5 x 3, layer");
    OK(ctx, rao_op_damp(ctx, op, 0));
    EXPECT_FAIL(ctx, rao_op_solve_outer(ctx, op, r.blocks, r.count, &r.x, &inner), RAO_EDOMAIN, "singular");
    EXPECT_EQ(memcmp(r.x.data, r.y.data, (size_t)r.k.size * sizeof(double)), 0);
    EXPECT_TRUE(inner == 42);
    route_close(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(factors_sum_to_the_gradient),  cmocka_unit_test(both_ways_are_one), cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(warm_solves_allocate_nothing), cmocka_unit_test(no_memory),         cmocka_unit_test(refusals)};
    return rao_test_run("fisher/outer", tests, COUNT(tests));
}
