/* Updates of Fisher objects: sub-batches, averages and renewals over batches, state that restores, what an update costs and what is refused. */
#include "basis.h"

static const char *const specs[] = {
    "mlp:3-4-3:tanh:categorical",     "mlp:2-3-2:logistic:bernoulli",    "mlp:2-3-3:softplus:poisson",
    "mlp:3-3-2:gelu:normal:var=0.25", "mlp:2-3-4:tanh:normal.mu_logvar", "mlp:3-2:identity:categorical",
};

static rao_fisher *make(network *k, const char *representation, rao_flavour flavour, int64_t samples, double damping) {
    rao_fisher *f = NULL;
    rao_fisher_opts o;
    rao_fisher_opts_init(&o);
    o.flavour = flavour, o.samples = samples, o.tolerance = 1e-13, o.iterations = 1000;
    OK(k->ctx, rao_fisher_create(k->ctx, k->model, representation, &o, k->n, &f));
    OK(k->ctx, rao_fisher_update(k->ctx, f, k->objective, &k->w, 0, 0, 1));
    OK(k->ctx, rao_op_damp(k->ctx, rao_fisher_op(f), damping));
    return f;
}

static void empirical_on_drawn_targets(void **state) {
    (void)state;
    LAW("the empirical matrix on targets drawn from the model is the sampled one of those draws");
    for (size_t s = 0; s < COUNT(specs); s++) {
        network k = network_open(specs[s], RAO_F64, 7, 1);
        rao_fisher *f = make(&k, "dense", RAO_FISHER_SAMPLED, 1, 0);
        rao_mat z = rao_tape_output(rao_objective_tape(k.objective)), y = rao_mat_view(RAO_F64, k.n, k.targets, k.targets, k.yt);
        OK(k.ctx, rao_head_sample(k.ctx, rao_model_head(k.model), &z, rao_stream_make(0, RAO_STREAM_TARGETS), 0, 0, &y));
        network_batch(&k);
        rao_fisher *e = make(&k, "dense", RAO_FISHER_EMPIRICAL, 1, 0);
        double *sampled = network_matrix(k.ctx, rao_fisher_op(f)), *empirical = network_matrix(k.ctx, rao_fisher_op(e));
        EXPECT_TRUE(network_distance(sampled, empirical, k.size * k.size) <= 1e-13 * network_frobenius(sampled, k.size * k.size));
        rao_free(&sampled), rao_free(&empirical);
        rao_fisher_destroy(&f), rao_fisher_destroy(&e);
        network_close(&k);
    }
}

static void sub_batches(void **state) {
    (void)state;
    LAW("an update from the first cases of a batch is the update of a batch of those cases");
    network k = network_open(specs[0], RAO_F64, 9, 1);
    rao_fisher *f = NULL, *g = NULL;
    rao_fisher_opts o;
    rao_fisher_opts_init(&o);
    o.flavour = RAO_FISHER_SAMPLED;
    OK(k.ctx, rao_fisher_create(k.ctx, k.model, "dense", &o, k.n, &f));
    OK(k.ctx, rao_fisher_create(k.ctx, k.model, "dense", &o, k.n, &g));
    OK(k.ctx, rao_fisher_update(k.ctx, f, k.objective, &k.w, 4, 5, 1));
    EXPECT_EQ(rao_tape_output(rao_objective_tape(k.objective)).rows, 9);
    rao_mat x = rao_mat_view(RAO_F64, k.n, k.in, k.in, k.xt), y = rao_mat_view(RAO_F64, k.n, k.targets, k.targets, k.yt);
    OK(k.ctx, rao_objective_batch(k.ctx, k.objective, &x, &y, k.weights, NULL, 0, 4));
    OK(k.ctx, rao_fisher_update(k.ctx, g, k.objective, &k.w, 0, 5, 1));
    double *a = network_matrix(k.ctx, rao_fisher_op(f)), *b = network_matrix(k.ctx, rao_fisher_op(g));
    EXPECT_TRUE(network_distance(a, b, k.size * k.size) <= 1e-14 * network_frobenius(a, k.size * k.size));
    rao_free(&a), rao_free(&b);
    rao_fisher_destroy(&f), rao_fisher_destroy(&g);
    network_close(&k);
}

/* The batch of k twice over, with all weights times `factor`. */
static network doubled(network *k, const char *spec, double factor) {
    network d = network_open(spec, RAO_F64, 2 * k->n, 1);
    memcpy(d.w.data, k->w.data, (size_t)k->size * sizeof(double));
    for (int64_t i = 0; i < d.n; i++) {
        memcpy(d.x + i * k->in, k->x + i % k->n * k->in, (size_t)k->in * sizeof(double));
        memcpy(d.y + i * k->targets, k->y + i % k->n * k->targets, (size_t)k->targets * sizeof(double));
        d.weights[i] = factor * k->weights[i % k->n];
    }
    network_refresh(&d);
    return d;
}

static void a_mean_and_no_sum(void **state) {
    (void)state;
    LAW("the matrix is a mean: a batch twice over, or all weights times a constant, leave it as it is, and its factors");
    static const char *const all[] = {"dense", "diagonal", "kfac", "ekfac", "gram", "implicit"};
    for (size_t s = 0; s < COUNT(specs); s++)
        for (size_t r = 0; r < COUNT(all); r++)
            for (int flavour = RAO_FISHER_TRUE; flavour <= RAO_FISHER_EMPIRICAL; flavour += 2) { /* draws are numbered by case */
                network k = network_open(specs[s], RAO_F64, 5, 1), d = doubled(&k, specs[s], 3);
                rao_fisher *f = make(&k, all[r], (rao_flavour)flavour, 1, 0.1), *g = make(&d, all[r], (rao_flavour)flavour, 1, 0.1);
                double *a = network_matrix(k.ctx, rao_fisher_op(f)), *b = network_matrix(d.ctx, rao_fisher_op(g));
                /* rounding turns the bases of ekfac where two eigenvalues of a factor are near one another */
                double tol = strcmp(all[r], "ekfac") ? 1e-13 : 1e-8;
                EXPECT_TRUE(network_distance(a, b, k.size * k.size) <= tol * network_frobenius(a, k.size * k.size));
                rao_free(&a), rao_free(&b);
                rao_fisher_destroy(&f), rao_fisher_destroy(&g);
                network_close(&d), network_close(&k);
            }
}

static void averages(void **state) {
    (void)state;
    LAW("averages start at the data: on one batch kfac stays that batch's, ekfac stays between it and kfac, and renewal keeps to its turn");
    static const char *const both[] = {"kfac", "ekfac"};
    for (int r = 0; r < 2; r++) {
        network k = network_open(specs[0], RAO_F64, 9, 0);
        rao_fisher *f = NULL, *once = make(&k, both[r], RAO_FISHER_TRUE, 1, 0);
        rao_fisher_opts o;
        rao_fisher_opts_init(&o);
        o.decay = 0.95, o.renew = 3;
        OK(k.ctx, rao_fisher_create(k.ctx, k.model, both[r], &o, k.n, &f));
        rao_fisher *other = make(&k, "kfac", RAO_FISHER_TRUE, 1, 0);
        double *want = network_matrix(k.ctx, rao_fisher_op(once)), *kfac = network_matrix(k.ctx, rao_fisher_op(other));
        double rounds = 1e-13 * network_frobenius(want, k.size * k.size), apart = network_distance(kfac, want, k.size * k.size);
        for (int t = 0; t < 7; t++) {
            OK(k.ctx, rao_fisher_update(k.ctx, f, k.objective, &k.w, 0, (uint64_t)t, 1));
            OK(k.ctx, rao_op_damp(k.ctx, rao_fisher_op(f), 0));
            double *m = network_matrix(k.ctx, rao_fisher_op(f));
            EXPECT_TRUE(network_distance(m, want, k.size * k.size) <= rounds + (t ? apart : 0));
            rao_free(&m);
            OK(k.ctx, rao_op_damp(k.ctx, rao_fisher_op(f), 0.1));
            for (int64_t l = 0; l < 2; l++) {
                rao_fisher_layer info;
                OK(k.ctx, rao_fisher_layer_info(k.ctx, f, l, &info));
                EXPECT_EQ(info.age, l == 0 ? t % 3 : t < 2 ? t : (t + 1) % 3);
                EXPECT_TRUE(info.condition >= 1 && info.pi > 0);
            }
        }
        rao_free(&want), rao_free(&kfac);
        rao_fisher_destroy(&f), rao_fisher_destroy(&once), rao_fisher_destroy(&other);
        network_close(&k);
    }
}

static void factors_average_over_batches(void **state) {
    (void)state;
    LAW("after t batches each factor is past (the one before) + (1 - past) (the batch's), past = min(1 - 1/t, decay)");
    static const char *const names[] = {"a", "g"};
    network k = network_open(specs[0], RAO_F64, 9, 1);
    rao_fisher *f = NULL;
    rao_fisher_opts o;
    double want[2][64] = {{0}};
    rao_fisher_opts_init(&o);
    o.decay = 0.6;
    OK(k.ctx, rao_fisher_create(k.ctx, k.model, "kfac", &o, k.n, &f));
    for (int t = 1; t <= 5; t++) {
        for (int64_t i = 0; i < k.n * k.in; i++)
            k.x[i] = (double)(float)rao_normal_at(rao_stream_make(rao_test_seed(), 77), (uint64_t)t, (uint64_t)i);
        network_refresh(&k);
        OK(k.ctx, rao_fisher_update(k.ctx, f, k.objective, &k.w, 0, (uint64_t)t, 1));
        rao_fisher *alone = make(&k, "kfac", RAO_FISHER_TRUE, 1, 0.1);
        double past = fmin(1 - 1.0 / t, 0.6);
        for (int q = 0; q < 2; q++) {
            rao_vec average = state_of(f, names[q], 0), batch = state_of(alone, names[q], 0);
            EXPECT_TRUE(average.n <= 64);
            for (int64_t i = 0; i < average.n; i++) {
                want[q][i] = past * want[q][i] + (1 - past) * network_get(&batch, i);
                EXPECT_CLOSE(network_get(&average, i), want[q][i], 1e-13);
            }
        }
        rao_fisher_destroy(&alone);
    }
    rao_fisher_destroy(&f);
    network_close(&k);
}

/* What S of layer l must be after update t, from what it was: in a new basis the past is the product of the averaged factors' eigenvalues there. */
static void expect_moments(network *k, rao_fisher *f, int64_t l, int64_t t, double decay, int64_t renew, double *want) {
    rao_vec a = state_of(f, "a", l), g = state_of(f, "g", l), ua = state_of(f, "basis_a", l), ug = state_of(f, "basis_g", l),
            s = state_of(f, "moments", l);
    rao_parameter p = rao_graph_parameter(rao_model_graph(k->model), l);
    double past = fmin(1 - 1 / (double)t, decay), *truth = network_truth(k, 0);
    if (t == 1 || (t - 1 + l) % renew == 0) {
        check_basis(k->ctx, &ua, a.data, p.cols, 1e-12);
        check_basis(k->ctx, &ug, g.data, p.rows, 1e-12);
        double *at = turn(k->ctx, &ua, a.data, p.cols), *gt = turn(k->ctx, &ug, g.data, p.rows);
        for (int64_t j = 0; j < s.n; j++) want[j] = gt[j / p.cols * (p.rows + 1)] * at[j % p.cols * (p.cols + 1)];
        rao_free(&at), rao_free(&gt);
    }
    for (int64_t j = 0; j < s.n; j++) {
        want[j] = past * want[j] + (1 - past) * moment(k, l, &ug, &ua, truth, j);
        EXPECT_CLOSE(network_get(&s, j), want[j], 1e-13);
    }
    rao_free(&truth);
}

static void moments_average_over_batches(void **state) {
    (void)state;
    LAW("ekfac's S is past (the one before, or at a renewal the product of the factors' eigenvalues) + (1 - past) (the diagonal of the "
        "batch's exact "
        "block in its basis)");
    network k = network_open(specs[0], RAO_F64, 9, 1);
    rao_fisher *f = NULL;
    rao_fisher_opts o;
    double want[2][64] = {{0}};
    rao_fisher_opts_init(&o);
    o.decay = 0.6, o.renew = 3;
    OK(k.ctx, rao_fisher_create(k.ctx, k.model, "ekfac", &o, k.n, &f));
    for (int t = 1; t <= 8; t++) {
        for (int64_t i = 0; i < k.n * k.in; i++)
            k.x[i] = (double)(float)rao_normal_at(rao_stream_make(rao_test_seed(), 79), (uint64_t)t, (uint64_t)i);
        network_refresh(&k);
        OK(k.ctx, rao_fisher_update(k.ctx, f, k.objective, &k.w, 0, (uint64_t)t, 1));
        for (int64_t l = 0; l < 2; l++) expect_moments(&k, f, l, t, o.decay, o.renew, want[l]);
    }
    rao_fisher_destroy(&f);
    network_close(&k);
}

static void gram_is_right_or_says_so(void **state) {
    (void)state;
    LAW("a solve by gram has a small residual, or is an error that names the damping and what would help");
    for (int dtype = RAO_F32; dtype <= RAO_F64; dtype++) {
        network k = network_open("mlp:3-6-1:tanh:normal", (rao_dtype)dtype, 40, 0);
        rao_fisher *f = make(&k, "gram", RAO_FISHER_TRUE, 1, 0.1);
        rao_vec b = network_vec(k.ctx, k.dtype, k.size), x = network_vec(k.ctx, k.dtype, k.size), y = network_vec(k.ctx, k.dtype, k.size);
        for (int64_t i = 0; i < k.size; i++) network_put(&b, i, rao_normal_at(rao_stream_make(rao_test_seed(), 78), 0, (uint64_t)i));
        int answered = 0;
        for (double damping = 1; damping > 1e-18; damping /= 100) {
            OK(k.ctx, rao_op_damp(k.ctx, rao_fisher_op(f), damping));
            rao_status st = rao_op_solve(k.ctx, rao_fisher_op(f), &b, &x);
            if (st != RAO_OK) {
                EXPECT_FAIL(k.ctx, st, st == RAO_EDOMAIN ? st : RAO_ENUMERIC,
                            st == RAO_EDOMAIN ? "want a damping above" : "want more damping");
                continue;
            }
            double off = 0, size = 0;
            OK(k.ctx, rao_op_apply(k.ctx, rao_fisher_op(f), &x, &y));
            for (int64_t i = 0; i < k.size; i++) off += pow(network_get(&b, i) - network_get(&y, i), 2), size += pow(network_get(&b, i), 2);
            EXPECT_TRUE(sqrt(off / size) < (dtype == RAO_F64 ? 2e-6 : 2e-2));
            answered++;
        }
        EXPECT_TRUE(answered >= (dtype == RAO_F64 ? 5 : 2));
        rao_free_block(&b.data), rao_free_block(&x.data), rao_free_block(&y.data);
        rao_fisher_destroy(&f);
        network_close(&k);
    }
}

/* Copies every vector of state from one object into another. */
static void copy_state(rao_fisher *from, rao_fisher *into) {
    rao_vec a, b;
    for (int64_t i = 0; rao_fisher_state(from, i, &a); i++) {
        EXPECT_TRUE(rao_fisher_state(into, i, &b) && a.n == b.n && a.dtype == b.dtype);
        memcpy(b.data, a.data, (size_t)a.n * rao_dtype_size(a.dtype));
    }
}

static void restored_state_goes_on(void **state) {
    (void)state;
    LAW("a factored metric with its state restored goes on bit for bit");
    static const char *const both[] = {"kfac", "ekfac"};
    for (int r = 0; r < 2; r++) {
        network k = network_open(specs[0], RAO_F32, 9, 0);
        rao_fisher *f = NULL, *g = NULL;
        rao_fisher_opts o;
        rao_fisher_opts_init(&o);
        o.decay = 0.95, o.renew = 3, o.flavour = RAO_FISHER_SAMPLED;
        rao_vec b = network_vec(k.ctx, RAO_F32, k.size), x = network_vec(k.ctx, RAO_F32, k.size), y = network_vec(k.ctx, RAO_F32, k.size);
        for (int64_t i = 0; i < k.size; i++) network_put(&b, i, (double)i);
        OK(k.ctx, rao_fisher_create(k.ctx, k.model, both[r], &o, k.n, &f));
        OK(k.ctx, rao_fisher_create(k.ctx, k.model, both[r], &o, k.n, &g));
        for (int t = 0; t < 8; t++) {
            if (t == 4) copy_state(f, g);
            rao_fisher *pair[] = {f, g};
            for (int q = 0; q < (t < 4 ? 1 : 2); q++) {
                OK(k.ctx, rao_fisher_update(k.ctx, pair[q], k.objective, &k.w, 0, (uint64_t)t, 1));
                OK(k.ctx, rao_op_damp(k.ctx, rao_fisher_op(pair[q]), 0.1 + 0.01 * t));
                OK(k.ctx, rao_op_solve(k.ctx, rao_fisher_op(pair[q]), &b, q ? &y : &x));
            }
            if (t >= 4) EXPECT_EQ(memcmp(x.data, y.data, (size_t)k.size * sizeof(float)), 0);
        }
        rao_free_block(&b.data), rao_free_block(&x.data), rao_free_block(&y.data);
        rao_fisher_destroy(&f), rao_fisher_destroy(&g);
        network_close(&k);
    }
}

static void warm_updates_allocate_nothing(void **state) {
    (void)state;
    LAW("after the first, an update with its damping and solve allocates nothing");
    static const char *const all[] = {"dense", "diagonal", "kfac", "ekfac", "gram", "implicit"};
    for (size_t r = 0; r < COUNT(all); r++) {
        network k = network_open(specs[0], RAO_F32, 9, 1);
        rao_fisher *f = make(&k, all[r], RAO_FISHER_TRUE, 1, 0.1);
        rao_vec b = network_vec(k.ctx, RAO_F32, k.size), x = network_vec(k.ctx, RAO_F32, k.size);
        int64_t before = 0;
        network_put(&b, 0, 1);
        for (int t = 0; t < 6; t++) {
            if (t == 3) before = rao_test_alloc_calls();
            OK(k.ctx, rao_fisher_update(k.ctx, f, k.objective, &k.w, 0, (uint64_t)t, 1));
            OK(k.ctx, rao_op_damp(k.ctx, rao_fisher_op(f), 0.1));
            OK(k.ctx, rao_op_solve(k.ctx, rao_fisher_op(f), &b, &x));
        }
        EXPECT_EQ(rao_test_alloc_calls(), before);
        rao_free_block(&b.data), rao_free_block(&x.data);
        rao_fisher_destroy(&f);
        network_close(&k);
    }
}

static void the_cheapest(void **state) {
    (void)state;
    LAW("auto picks gram for few cases, dense for few parameters, implicit where neither is cheap");
    rao_ctx *ctx = rao_test_ctx();
    static const struct {
        const char *spec, *want;
        int64_t cases;
    } cases[] = {{"mlp:784-512-10:tanh:normal.mu_logvar", "gram", 2},
                 {"mlp:2-3-2:tanh:categorical", "dense", 5000},
                 {"mlp:784-512-512-10:tanh:categorical", "implicit", 20000}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        rao_model *m = NULL;
        rao_fisher_opts o;
        const char *name = NULL;
        rao_fisher_opts_init(&o);
        OK(ctx, rao_model_create(ctx, cases[i].spec, NULL, RAO_F32, &m));
        OK(ctx, rao_fisher_cheapest(ctx, m, &o, cases[i].cases, &name));
        EXPECT_TRUE(!strcmp(name, cases[i].want));
        rao_model_destroy(&m);
    }
    rao_test_ctx_close(&ctx);
}

static rao_status create_and_update(rao_ctx *ctx, void *arg) {
    rao_status st = RAO_OK;
    rao_model *m = NULL;
    rao_objective *o = NULL;
    rao_fisher *f = NULL;
    float wd[22] = {0.1f, -0.2f, 0.3f}, xd[6] = {1, 2, 3, -1, 0.5f, 2}, yd[3] = {0, 1, 1}, bd[22] = {1}, od[22];
    rao_vec w = rao_vec_view(RAO_F32, 22, wd), b = rao_vec_view(RAO_F32, 22, bd), out = rao_vec_view(RAO_F32, 22, od);
    rao_mat x = rao_mat_view(RAO_F32, 3, 2, 2, xd), y = rao_mat_view(RAO_F32, 3, 1, 1, yd);
    RAO_TRY(rao_model_create(ctx, "mlp:2-4-2:tanh:categorical", NULL, RAO_F32, &m));
    RAO_TRY(rao_objective_create(ctx, m, 3, RAO_TAPE_FACTORS | RAO_TAPE_JVP, &o));
    RAO_TRY(rao_objective_batch(ctx, o, &x, &y, NULL, NULL, 0, 3));
    RAO_TRY(rao_fisher_create(ctx, m, arg, NULL, 3, &f));
    RAO_TRY(rao_fisher_update(ctx, f, o, &w, 0, 0, 1));
    RAO_TRY(rao_op_damp(ctx, rao_fisher_op(f), 0.1));
    RAO_TRY(rao_op_solve(ctx, rao_fisher_op(f), &b, &out));
done:
    rao_fisher_destroy(&f);
    rao_objective_destroy(&o);
    rao_model_destroy(&m);
    return st;
}

static void no_memory(void **state) {
    (void)state;
    static char names[][12] = {"dense", "diagonal", "kfac", "ekfac", "gram", "implicit"};
    for (size_t i = 0; i < COUNT(names); i++) rao_test_every_allocation_fails(create_and_update, names[i]);
}

static void refusals(void **state) {
    (void)state;
    LAW("what a representation cannot answer it refuses by name; a singular matrix says its rank; too large is said before allocating");
    network k = network_open(specs[0], RAO_F64, 3, 0);
    rao_fisher *f = NULL;
    rao_vec b = network_vec(k.ctx, RAO_F64, k.size), x = network_vec(k.ctx, RAO_F64, k.size);
    double value = 0;
    network_put(&b, 0, 1);
    EXPECT_FAIL(k.ctx, rao_fisher_create(k.ctx, k.model, "kfca", NULL, 3, &f), RAO_EINVAL, "did you mean 'kfac'");
    EXPECT_FAIL(k.ctx, rao_fisher_create(k.ctx, k.model, "whole", NULL, 3, &f), RAO_EINVAL, "dense, diagonal, kfac");
    static const char *const singular[] = {"dense", "gram", "ekfac", "kfac"};
    for (size_t i = 0; i < COUNT(singular); i++) {
        f = make(&k, singular[i], RAO_FISHER_TRUE, 1, 0);
        EXPECT_FAIL(k.ctx, rao_op_solve(k.ctx, rao_fisher_op(f), &b, &x), RAO_EDOMAIN, "rank");
        EXPECT_FAIL(k.ctx, rao_op_damp(k.ctx, rao_fisher_op(f), -1), RAO_EDOMAIN, "damping");
        rao_fisher_destroy(&f);
    }
    f = make(&k, "implicit", RAO_FISHER_TRUE, 1, 0.1);
    EXPECT_FAIL(k.ctx, rao_op_logdet(k.ctx, rao_fisher_op(f), &value), RAO_EUNABLE, "implicit");
    EXPECT_FAIL(k.ctx, rao_op_power(k.ctx, rao_fisher_op(f), 0.5, &b, &x), RAO_EUNABLE, "implicit");
    rao_fisher_layer info;
    EXPECT_FAIL(k.ctx, rao_fisher_layer_info(k.ctx, f, 0, &info), RAO_EUNABLE, "implicit");
    EXPECT_FAIL(k.ctx, rao_fisher_update(k.ctx, f, k.objective, &k.w, 4, 0, 1), RAO_EINVAL, "4 cases, want 1..3");
    rao_fisher_destroy(&f);
    static const char *const all[] = {"dense", "diagonal", "kfac", "ekfac", "gram", "implicit"};
    rao_model *large = NULL;
    OK(k.ctx, rao_model_create(k.ctx, "mlp:784-4000-4000-10:tanh:categorical", NULL, RAO_F32, &large));
    int64_t before = rao_ctx_memory(k.ctx).live_bytes;
    EXPECT_FAIL(k.ctx, rao_fisher_create(k.ctx, large, "dense", NULL, 3, &f), RAO_ENOMEM, "GB");
    for (size_t i = 0; i < COUNT(all); i++) { /* for the gram matrix numbers a pair of cases, for a diagonal a few a case */
        EXPECT_FAIL(k.ctx, rao_fisher_create(k.ctx, k.model, all[i], NULL, 1000000000000, &f), RAO_ENOMEM, "1000000000000 cases needs");
        EXPECT_FAIL(k.ctx, rao_fisher_create(k.ctx, k.model, all[i], NULL, INT64_MAX, &f), RAO_ENOMEM, "this machine gives at most");
    }
    EXPECT_EQ(rao_ctx_memory(k.ctx).live_bytes, before);
    rao_model_destroy(&large);
    rao_free_block(&b.data), rao_free_block(&x.data);
    network_close(&k);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empirical_on_drawn_targets),
        cmocka_unit_test(sub_batches),
        cmocka_unit_test(a_mean_and_no_sum),
        cmocka_unit_test(averages),
        cmocka_unit_test(factors_average_over_batches),
        cmocka_unit_test(moments_average_over_batches),
        cmocka_unit_test(gram_is_right_or_says_so),
        cmocka_unit_test(restored_state_goes_on),
        cmocka_unit_test(warm_updates_allocate_nothing),
        cmocka_unit_test(the_cheapest),
        cmocka_unit_test(no_memory),
        cmocka_unit_test(refusals),
    };
    return rao_test_run("fisher/updates", tests, COUNT(tests));
}
