/* What an object of room fisher does when there is no answer: singular matrices, solves that do not converge, memory that runs out in an update
 * or in a query, operations without factors, heads that cannot draw. */
#include "network.h"

#include "conform/op_conform.h"
#include "family/head.h"
#include "graph/graph.h"
#include "la/oracle.h"
#include "nn/model.h"

static const char *const all[] = {"dense", "diagonal", "kfac", "ekfac", "gram", "implicit"};

static rao_fisher *create(network *k, const char *representation, const rao_fisher_opts *o) {
    rao_fisher *f = NULL;
    OK(k->ctx, rao_fisher_create(k->ctx, k->model, representation, o, k->n, &f));
    return f;
}

static rao_fisher *make(network *k, const char *representation, double damping) {
    rao_fisher *f = create(k, representation, NULL);
    OK(k->ctx, rao_fisher_update(k->ctx, f, k->objective, &k->w, 0, 0, 1));
    OK(k->ctx, rao_op_damp(k->ctx, rao_fisher_op(f), damping));
    return f;
}

static rao_vec filled(network *k, double value) {
    rao_vec v = network_vec(k->ctx, k->dtype, k->size);
    for (int64_t i = 0; i < k->size; i++) network_put(&v, i, value);
    return v;
}

static int all_equal(const rao_vec *v, double value) {
    for (int64_t i = 0; i < v->n; i++)
        if (network_get(v, i) != value) return 0;
    return 1;
}

/* ---- without damping -------------------------------------------------------------------------------------------- */

/* Eigenvalues of a symmetric matrix above n eps of the largest, by Jacobi rotations in long double. */
static int64_t rank_of(rao_ctx *ctx, const double *m, int64_t n) {
    long double *a = NULL, *v = NULL, *w = NULL;
    int64_t rank = 0;
    OK(ctx, rao_alloc(ctx, n * n, &a));
    OK(ctx, rao_alloc(ctx, n * n, &v));
    OK(ctx, rao_alloc(ctx, n, &w));
    for (int64_t i = 0; i < n * n; i++) a[i] = m[i];
    oracle_jacobi(n, a, v, w);
    for (int64_t i = 0; i < n; i++) rank += w[i] > (long double)n * 0x1p-52L * w[n - 1];
    rao_free(&a), rao_free(&v), rao_free(&w);
    return rank;
}

/* The damping that the sentence about a singular matrix names, with what its digits round off: then there is an answer, and what rounding has of b where F has
 * nothing does not make it longer than |b| over the largest eigenvalue, of which the damping is eps. */
static void expect_the_named_damping_to_do(network *k, rao_fisher *f, const rao_vec *b, rao_vec *x) {
    double least = 0;
    EXPECT_TRUE(rao_op_solve(k->ctx, rao_fisher_op(f), b, x) == RAO_EDOMAIN);
    const char *at = strstr(rao_ctx_message(k->ctx), "rounding, ");
    EXPECT_TRUE(at && sscanf(at, "rounding, %lf", &least) == 1 && least > 0);
    OK(k->ctx, rao_op_damp(k->ctx, rao_fisher_op(f), 1.1 * least));
    rao_status st = rao_op_solve(k->ctx, rao_fisher_op(f), b, x);
    if (st != RAO_OK) EXPECT_FAIL(k->ctx, st, RAO_ENUMERIC, ""); /* gram and implicit may find it ill-conditioned, which is another thing */
}

static void singular_says_its_rank(void **state) {
    (void)state;
    LAW("without damping, or under one that its entries cannot hold, a singular matrix has no solve, negative power, sample or "
        "log-determinant: EDOMAIN with its rank and the damping that would do, outputs untouched");
    static const double none[] = {0, 1e-30, 1e-18};
    static const char *const specs[] = {"mlp:3-4-3:tanh:categorical", "mlp:2-3-4:tanh:normal.mu_logvar"};
    for (size_t s = 0; s < COUNT(specs) * COUNT(none); s++)
        for (int64_t n = 2; n <= 9; n += 7) /* fewer rows than parameters, and more */
            for (size_t r = 0; r < COUNT(all); r++) {
                const double damping = none[s / COUNT(specs)],
                             kept = !strcmp(all[r], "kfac") ? damping * damping : damping; /* it damps by a root */
                network k = network_open(specs[s % COUNT(specs)], RAO_F64, n, 1);
                for (int64_t i = 0; i < n; i++) k.x[i * k.in] = 0; /* an input that is always 0: no representation is regular */
                network_refresh(&k);
                rao_fisher *f = make(&k, all[r], kept);
                double *m = network_matrix(k.ctx, rao_fisher_op(f)), value = 7;
                char says[64];
                rao_vec b = filled(&k, 1), x = filled(&k, 7);
                int64_t rank = rank_of(k.ctx, m, k.size);
                EXPECT_TRUE(rank < k.size && rank > 0);
                snprintf(says, sizeof says, "rank %lld of %lld", (long long)rank, (long long)k.size);
                EXPECT_FAIL(k.ctx, rao_op_solve(k.ctx, rao_fisher_op(f), &b, &x), RAO_EDOMAIN, says);
                if (rao_fisher_op(f)->table->power)
                    EXPECT_FAIL(k.ctx, rao_op_power(k.ctx, rao_fisher_op(f), -0.5, &b, &x), RAO_EDOMAIN, says);
                if (rao_fisher_op(f)->table->sample)
                    EXPECT_FAIL(k.ctx, rao_op_sample(k.ctx, rao_fisher_op(f), rao_stream_make(1, 1), 0, &x), RAO_EDOMAIN, says);
                if (rao_fisher_op(f)->table->logdet) EXPECT_FAIL(k.ctx, rao_op_logdet(k.ctx, rao_fisher_op(f), &value), RAO_EDOMAIN, says);
                EXPECT_TRUE(all_equal(&x, 7) && value == 7);
                expect_the_named_damping_to_do(&k, f, &b, &x);
                rao_free(&m), rao_free_block(&b.data), rao_free_block(&x.data);
                rao_fisher_destroy(&f);
                network_close(&k);
            }
}

static void regular_needs_no_damping(void **state) {
    (void)state;
    LAW("where the matrix is regular every representation answers without damping, gram (which otherwise divides by it) included");
    static const char *const exact[] = {"dense", "gram", "implicit"};
    static const char *const spec = "mlp:3-2:identity:normal:var=0.5";
    for (int dtype = RAO_F32; dtype <= RAO_F64; dtype++) {
        network k = network_open(spec, (rao_dtype)dtype, 9, 1), d = network_double(&k, spec);
        double *truth = network_truth(&d, 0);
        rao_mat t = rao_mat_view(RAO_F64, d.size, d.size, d.size, truth);
        for (size_t r = 0; r < 2 * COUNT(all); r++) {
            const double damping = r < COUNT(all) ? 0 : 1e-30; /* counts as none */
            rao_fisher_opts o;
            rao_fisher_opts_init(&o);
            o.tolerance = 1e-13;
            rao_fisher *f = create(&k, all[r % COUNT(all)], &o);
            OK(k.ctx, rao_fisher_update(k.ctx, f, k.objective, &k.w, 0, 0, 1));
            OK(k.ctx, rao_op_damp(k.ctx, rao_fisher_op(f), damping));
            int is_exact = 0;
            for (size_t e = 0; e < COUNT(exact); e++) is_exact |= !strcmp(all[r % COUNT(all)], exact[e]);
            op_conform(k.ctx, rao_fisher_op(f), is_exact ? &t : NULL, dtype == RAO_F64 ? 1e-12 : 3e-5);
            rao_fisher_destroy(&f);
        }
        rao_free(&truth);
        network_close(&d), network_close(&k);
    }
}

/* ---- conjugate gradients ---------------------------------------------------------------------------------------- */

/* A network whose matrix is ill-conditioned by the sizes of its inputs, with cases enough to determine all parameters. */
static network ill_conditioned(void) {
    network k = network_open("mlp:8-6-3:tanh:categorical", RAO_F64, 300, 0);
    static const double size[] = {3, 1, 1, 0.3, 0.1, 0.03, 0.01, 0.01};
    for (int64_t i = 0; i < k.n * k.in; i++) k.x[i] *= size[i % k.in];
    network_refresh(&k);
    return k;
}

/* |b - F x| / |b| */
static double residual_of(network *k, const rao_op *f, const rao_vec *b, const rao_vec *x) {
    rao_vec y = filled(k, 0);
    double off = 0, size = 0;
    OK(k->ctx, rao_op_apply(k->ctx, f, x, &y));
    for (int64_t i = 0; i < k->size; i++) off += pow(network_get(b, i) - network_get(&y, i), 2), size += pow(network_get(b, i), 2);
    rao_free_block(&y.data);
    return sqrt(off / size);
}

static void a_solve_that_does_not_converge(void **state) {
    (void)state;
    LAW("implicit out of steps is ENUMERIC with its residual and x untouched; truncated it gives the iterate that has that residual");
    network k = ill_conditioned();
    rao_vec b = filled(&k, 1), x = filled(&k, 7);
    for (int truncate = 0; truncate <= 1; truncate++) {
        rao_fisher_opts o;
        rao_cg_info info;
        char says[32];
        rao_fisher_opts_init(&o);
        o.iterations = 3, o.tolerance = 1e-9, o.truncate = truncate;
        rao_fisher *f = create(&k, "implicit", &o);
        OK(k.ctx, rao_fisher_update(k.ctx, f, k.objective, &k.w, 0, 0, 1));
        OK(k.ctx, rao_op_damp(k.ctx, rao_fisher_op(f), 1e-6));
        rao_status st = rao_op_solve(k.ctx, rao_fisher_op(f), &b, &x);
        OK(k.ctx, rao_fisher_cg_info(k.ctx, f, &info));
        EXPECT_EQ(info.converged, 0);
        EXPECT_EQ(info.iterations, 3);
        EXPECT_TRUE(info.residual > 1e-9);
        snprintf(says, sizeof says, "residual of %.2g", info.residual);
        if (truncate) {
            OK(k.ctx, st);
            EXPECT_REL(residual_of(&k, rao_fisher_op(f), &b, &x), info.residual, 1e-9);
        } else {
            EXPECT_FAIL(k.ctx, st, RAO_ENUMERIC, says);
            EXPECT_TRUE(all_equal(&x, 7));
        }
        rao_fisher_destroy(&f);
    }
    rao_free_block(&b.data), rao_free_block(&x.data);
    network_close(&k);
}

static int64_t steps_to_solve(network *k, int precondition, rao_vec *x) {
    rao_fisher_opts o;
    rao_cg_info info;
    rao_vec b = filled(k, 1);
    rao_fisher_opts_init(&o);
    o.tolerance = 1e-8, o.iterations = 100000, o.precondition = precondition;
    rao_fisher *f = create(k, "implicit", &o);
    OK(k->ctx, rao_fisher_update(k->ctx, f, k->objective, &k->w, 0, 0, 1));
    OK(k->ctx, rao_op_damp(k->ctx, rao_fisher_op(f), 1e-6));
    OK(k->ctx, rao_op_solve(k->ctx, rao_fisher_op(f), &b, x));
    OK(k->ctx, rao_fisher_cg_info(k->ctx, f, &info));
    EXPECT_EQ(info.converged, 1);
    EXPECT_TRUE(residual_of(k, rao_fisher_op(f), &b, x) <= 1.01e-8);
    rao_fisher_destroy(&f);
    rao_free_block(&b.data);
    return info.iterations;
}

static void preconditioning_saves_steps(void **state) {
    (void)state;
    LAW("preconditioned by K-FAC, conjugate gradients reach the same solution in fewer steps where the matrix is ill-conditioned");
    network k = ill_conditioned();
    rao_vec x = filled(&k, 0), y = filled(&k, 0);
    int64_t plain = steps_to_solve(&k, RAO_PRECONDITION_NONE, &x), better = steps_to_solve(&k, RAO_PRECONDITION_KFAC, &y);
    EXPECT_TRUE(2 * better < plain); /* seeds 1 to 8: three times fewer */
    double apart = network_distance(x.data, y.data, k.size);
    EXPECT_TRUE(apart <= 2.02e-8 / 1e-6 * sqrt((double)k.size)); /* two residuals of 1e-8 |b|, over the damping */
    rao_free_block(&x.data), rao_free_block(&y.data);
    network_close(&k);
}

/* ---- memory ----------------------------------------------------------------------------------------------------- */

static void expect_no_matrix(network *k, rao_fisher *f) {
    rao_vec b = filled(k, 1), x = filled(k, 7);
    const rao_op *op = rao_fisher_op(f);
    double value = 7;
    EXPECT_FAIL(k->ctx, rao_op_apply(k->ctx, op, &b, &x), RAO_EINVAL, "holds no matrix");
    EXPECT_FAIL(k->ctx, rao_op_solve(k->ctx, op, &b, &x), RAO_EINVAL, "holds no matrix");
    EXPECT_FAIL(k->ctx, rao_op_trace(k->ctx, op, &value), RAO_EINVAL, "holds no matrix");
    if (op->table->power) EXPECT_FAIL(k->ctx, rao_op_power(k->ctx, op, 0.5, &b, &x), RAO_EINVAL, "holds no matrix");
    if (op->table->sample) EXPECT_FAIL(k->ctx, rao_op_sample(k->ctx, op, rao_stream_make(1, 1), 0, &x), RAO_EINVAL, "holds no matrix");
    if (op->table->logdet) EXPECT_FAIL(k->ctx, rao_op_logdet(k->ctx, op, &value), RAO_EINVAL, "holds no matrix");
    if (op->table->eigenvalues) EXPECT_FAIL(k->ctx, rao_op_eigenvalues(k->ctx, op, &x), RAO_EINVAL, "holds no matrix");
    EXPECT_TRUE(all_equal(&x, 7) && value == 7);
    rao_free_block(&b.data), rao_free_block(&x.data);
}

static void a_failed_update(void **state) {
    (void)state;
    LAW("an update that fails half way leaves no matrix and nothing in the averages: the next one is a first one, bit for bit");
    for (size_t r = 0; r < COUNT(all); r++) {
        network k = network_open("mlp:3-4-3:tanh:categorical", RAO_F64, 9, 1);
        rao_fisher_opts o;
        rao_fisher_opts_init(&o);
        o.decay = 0.9, o.renew = 2;
        rao_fisher *f = create(&k, all[r], &o), *fresh = create(&k, all[r], &o);
        expect_no_matrix(&k, f);
        OK(k.ctx, rao_op_damp(k.ctx, rao_fisher_op(f), 0.1)); /* kept for the matrix to come */
        OK(k.ctx, rao_op_damp(k.ctx, rao_fisher_op(fresh), 0.1));
        OK(k.ctx, rao_fisher_update(k.ctx, fresh, k.objective, &k.w, 0, 3, 1));
        rao_vec b = filled(&k, 1), x = filled(&k, 0), y = filled(&k, 0);
        OK(k.ctx, rao_op_solve(k.ctx, rao_fisher_op(fresh), &b, &x));
        int reached = 1;
        for (int64_t after = 0; reached; after++) {
            OK(k.ctx, rao_fisher_update(k.ctx, f, k.objective, &k.w, 5, 1, 1)); /* something to forget */
            OK(k.ctx, rao_op_solve(k.ctx, rao_fisher_op(f), &b, &y));
            rao_ctx *cold = rao_test_ctx(); /* its scratch stack has nothing yet */
            rao_test_fail_alloc(after);
            rao_status st = rao_fisher_update(cold, f, k.objective, &k.w, 0, 2, 1);
            reached = rao_test_alloc_failed();
            rao_test_fail_alloc(-1);
            if (st != RAO_OK) {
                EXPECT_EQ(st, RAO_ENOMEM);
                expect_no_matrix(&k, f);
                OK(k.ctx, rao_fisher_update(k.ctx, f, k.objective, &k.w, 0, 3, 1));
                OK(k.ctx, rao_op_solve(k.ctx, rao_fisher_op(f), &b, &y));
                EXPECT_EQ(memcmp(x.data, y.data, (size_t)k.size * sizeof(double)), 0);
            }
            rao_test_ctx_close(&cold);
        }
        EXPECT_FAIL(k.ctx, rao_fisher_update(k.ctx, f, k.objective, &k.w, 10, 0, 1), RAO_EINVAL,
                    "want 1..9"); /* refused: nothing changes */
        OK(k.ctx, rao_op_solve(k.ctx, rao_fisher_op(f), &b, &y));
        rao_free_block(&b.data), rao_free_block(&x.data), rao_free_block(&y.data);
        rao_fisher_destroy(&f), rao_fisher_destroy(&fresh);
        network_close(&k);
    }
}

enum { APPLY = 0, SOLVE, POWER, SAMPLE, EIGENVALUES, TRACE, LOGDET, QUERIES };

static rao_status ask(rao_ctx *ctx, const rao_op *f, int query, const rao_vec *b, rao_vec *x, double *value) {
    switch (query) {
    case APPLY: return rao_op_apply(ctx, f, b, x);
    case SOLVE: return rao_op_solve(ctx, f, b, x);
    case POWER: return rao_op_power(ctx, f, -0.5, b, x);
    case SAMPLE: return rao_op_sample(ctx, f, rao_stream_make(1, 1), 0, x);
    case EIGENVALUES: return rao_op_eigenvalues(ctx, f, x);
    case TRACE: return rao_op_trace(ctx, f, value);
    default: return rao_op_logdet(ctx, f, value);
    }
}

static void a_query_without_memory(void **state) {
    (void)state;
    LAW("a query whose memory runs out leaves its output as it was, and is answered when it is asked again");
    for (size_t r = 0; r < COUNT(all); r++)
        for (int query = 0; query < QUERIES; query++) {
            network k = network_open("mlp:3-4-3-3:tanh:categorical", RAO_F64, 5, 1);
            rao_fisher *f = make(&k, all[r], 0.1);
            rao_vec b = filled(&k, 1), x = filled(&k, 7);
            double value = 7;
            int reached = 1;
            rao_status first = ask(k.ctx, rao_fisher_op(f), query, &b, &x, &value);
            for (int64_t after = 0; reached && first != RAO_EUNABLE; after++) {
                OK(k.ctx, rao_op_damp(k.ctx, rao_fisher_op(f), 0.1)); /* what it keeps must be made again */
                for (int64_t i = 0; i < k.size; i++) network_put(&x, i, 7);
                value = 7;
                rao_ctx *cold = rao_test_ctx();
                rao_test_fail_alloc(after);
                rao_status st = ask(cold, rao_fisher_op(f), query, &b, &x, &value);
                reached = rao_test_alloc_failed();
                rao_test_fail_alloc(-1);
                if (st != RAO_OK) {
                    EXPECT_EQ(st, RAO_ENOMEM);
                    EXPECT_TRUE(all_equal(&x, 7) && value == 7);
                    OK(k.ctx, ask(cold, rao_fisher_op(f), query, &b, &x, &value));
                }
                rao_test_ctx_close(&cold);
            }
            rao_free_block(&b.data), rao_free_block(&x.data);
            rao_fisher_destroy(&f);
            network_close(&k);
        }
}

/* ---- what the estimates are made of ----------------------------------------------------------------------------- */

static void operations_without_factors(void **state) {
    (void)state;
    LAW("an operation that reports no per-example factors is refused by its name and its layer's");
    network k = network_open("mlp:3-4-3:tanh:categorical", RAO_F64, 5, 0);
    rao_graph *g = (rao_graph *)(uintptr_t)rao_model_graph(k.model);
    node *second = &g->node[g->entry[1].node];
    const rao_operation *dense = second->op;
    rao_operation opaque = *dense;
    opaque.name = "opaque", opaque.factors = (rao_factor_kind)0;
    second->op = &opaque;
    for (size_t r = 0; r < COUNT(all); r++) {
        rao_fisher *f = NULL;
        EXPECT_FAIL(k.ctx, rao_fisher_create(k.ctx, k.model, all[r], NULL, 5, &f), RAO_EUNABLE, "operation opaque of layer 1 has none");
        EXPECT_FAIL(k.ctx, rao_fisher_create(k.ctx, k.model, all[r], NULL, 5, &f), RAO_EUNABLE, all[r]);
        EXPECT_TRUE(f == NULL);
    }
    second->op = dense;
    network_close(&k);
}

static void heads_without_a_sampler(void **state) {
    (void)state;
    LAW("the sampled flavour of a head that cannot draw is refused; the others do without");
    network k = network_open("mlp:3-4-3:tanh:categorical", RAO_F64, 5, 0);
    rao_head *head = (rao_head *)(uintptr_t)rao_model_head(k.model);
    const head_kind *kind = head->kind;
    head_kind mute = *kind;
    mute.draw = NULL;
    head->kind = &mute;
    rao_fisher_opts o;
    rao_fisher_opts_init(&o);
    for (size_t r = 0; r < COUNT(all); r++)
        for (int flavour = 0; flavour < 3; flavour++) {
            rao_fisher *f = NULL;
            o.flavour = flavour;
            if (flavour == RAO_FISHER_SAMPLED)
                EXPECT_FAIL(k.ctx, rao_fisher_create(k.ctx, k.model, all[r], &o, 5, &f), RAO_EUNABLE, "head categorical has no sampler");
            else OK(k.ctx, rao_fisher_create(k.ctx, k.model, all[r], &o, 5, &f));
            rao_fisher_destroy(&f);
        }
    head->kind = kind;
    network_close(&k);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(singular_says_its_rank),
        cmocka_unit_test(regular_needs_no_damping),
        cmocka_unit_test(a_solve_that_does_not_converge),
        cmocka_unit_test(preconditioning_saves_steps),
        cmocka_unit_test(a_failed_update),
        cmocka_unit_test(a_query_without_memory),
        cmocka_unit_test(operations_without_factors),
        cmocka_unit_test(heads_without_a_sampler),
    };
    return rao_test_run("fisher/failures", tests, COUNT(tests));
}
