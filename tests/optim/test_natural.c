/* The rules with a metric: against the formulas of rao/optim.h with a dense operator, and the laws that make a gradient natural. */
#include "rao_test.h"

#include <float.h>

#include <rao/optim.h>

enum { N = 7 };

/* A random symmetric positive definite matrix, well conditioned. */
static void make_metric(uint64_t stream, double m[N * N]) {
    double a[N * N];
    rao_normal_fill_f64(rao_stream_make(rao_test_seed(), stream), 0, 0, N * N, a);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            m[i * N + j] = i == j ? 0.5 : 0;
            for (int k = 0; k < N; k++) m[i * N + j] += a[i * N + k] * a[j * N + k] / N;
        }
}

static rao_op *dense(rao_ctx *ctx, double *m) {
    rao_op *f = NULL;
    rao_mat view = rao_mat_view(RAO_F64, N, N, N, m);
    OK(ctx, rao_op_dense(ctx, &view, &f));
    return f;
}

/* x = (M + damping I)^-1 b by Gaussian elimination with pivoting. */
static void solve(const double *m, double damping, const double *b, double *x) {
    double a[N][N + 1];
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) a[i][j] = m[i * N + j] + (i == j ? damping : 0);
        a[i][N] = b[i];
    }
    for (int k = 0; k < N; k++) {
        int p = k;
        for (int i = k + 1; i < N; i++) p = fabs(a[i][k]) > fabs(a[p][k]) ? i : p;
        for (int j = 0; j <= N; j++) {
            double t = a[k][j];
            a[k][j] = a[p][j], a[p][j] = t;
        }
        for (int i = k + 1; i < N; i++)
            for (int j = N; j >= k; j--) a[i][j] -= a[i][k] / a[k][k] * a[k][j];
    }
    for (int i = N - 1; i >= 0; i--) {
        x[i] = a[i][N];
        for (int j = i + 1; j < N; j++) x[i] -= a[i][j] * x[j];
        x[i] /= a[i][i];
    }
}

static void give_gradient(rao_ctx *ctx, rao_optim *opt, const double *g) {
    rao_vec target;
    double beta = 1;
    OK(ctx, rao_optim_target(ctx, opt, &target, &beta));
    EXPECT_TRUE(beta == 0);
    memcpy(target.data, g, N * sizeof *g);
}

/* The recurrence of the header, written down again. */
static void steps_follow_the_formula(void **state) {
    (void)state;
    ORACLE("v = momentum v + s (F + damping I)^-1 (g + l2 w), w -= r (v + decay w)", "Gaussian elimination here");
    static const char *const specs[] = {
        "ngd:lr=0.3:damping=0.2:unit=loss:radius=inf",
        "ngd:lr=0.3:damping=0.2:radius=0.01:momentum=0.5",
        "kfac:lr=0.05:damping=0.7:l2=0.1:radius=0.05",
        "ekfac:lr=0.2:damping=1:weight_decay=0.03:radius=inf",
    };
    static const struct {
        double lr, damping, relative, radius, momentum, l2, decay;
    } want[] = {{0.3, 0.2, 0, HUGE_VAL, 0, 0, 0},
                {0.3, 0.2, 1, 0.01, 0.5, 0, 0},
                {0.05, 0.7, 1, 0.05, 0.5, 0.1, 0},
                {0.2, 1, 1, HUGE_VAL, 0.5, 0, 0.03}};
    for (size_t s = 0; s < COUNT(specs); s++) {
        rao_ctx *ctx = rao_test_ctx();
        rao_optim *opt = NULL;
        double m[N * N], w[N], x[N], v[N] = {0}, trace = 0;
        make_metric(1, m);
        for (int i = 0; i < N; i++) trace += m[i * N + i];
        rao_op *f = dense(ctx, m);
        rao_vec wv = rao_vec_view(RAO_F64, N, w);
        OK(ctx, rao_optim_create(ctx, specs[s], RAO_F64, N, 0, &opt));
        rao_normal_fill_f64(rao_stream_make(rao_test_seed(), 2), 0, 0, N, w);
        memcpy(x, w, sizeof x);
        for (int t = 0; t < 6; t++) {
            double g[N], d[N], slope = 0, damping = want[s].damping * (want[s].relative != 0 ? trace / N : 1);
            rao_normal_fill_f64(rao_stream_make(rao_test_seed(), 3), (uint64_t)t, 0, N, g);
            give_gradient(ctx, opt, g);
            OK(ctx, rao_optim_step(ctx, opt, f, &wv));
            for (int i = 0; i < N; i++) g[i] += want[s].l2 * x[i];
            solve(m, damping + want[s].l2, g, d);
            for (int i = 0; i < N; i++) slope += g[i] * d[i];
            double length = want[s].lr * want[s].lr * slope, scale = length > want[s].radius ? sqrt(want[s].radius / length) : 1;
            for (int i = 0; i < N; i++) {
                v[i] = want[s].momentum * v[i] + scale * d[i];
                x[i] -= want[s].lr * (v[i] + want[s].decay * x[i]);
                EXPECT_CLOSE(w[i], x[i], 1e-12);
            }
            rao_optim_step_info info;
            OK(ctx, rao_optim_step_info_get(ctx, opt, &info));
            EXPECT_REL(info.damping, damping + want[s].l2, 1e-14);
            EXPECT_REL(info.length, length, 1e-11);
            EXPECT_REL(info.scale, scale, 1e-11);
            EXPECT_TRUE(fabs(info.cosine) <= 1 + 1e-14);
        }
        rao_optim_destroy(&opt);
        rao_op_destroy(&f);
        rao_test_ctx_close(&ctx);
    }
}

/* A gradient as two outer products of one case each: N = 3 + 4 numbers. */
static void outer_gradient(int t, double parts[2][5], rao_outer blocks[2]) {
    rao_normal_fill_f64(rao_stream_make(rao_test_seed(), 9), (uint64_t)t, 0, 10, parts[0]);
    blocks[0] = (rao_outer){0, rao_mat_view(RAO_F64, 1, 3, 3, parts[0]), rao_mat_view(RAO_F64, 1, 1, 1, parts[0] + 3)};
    blocks[1] = (rao_outer){3, rao_mat_view(RAO_F64, 1, 2, 2, parts[1]), rao_mat_view(RAO_F64, 1, 2, 2, parts[1] + 2)};
}

static rao_status spy(rao_ctx *ctx, const rao_op *f, const rao_outer *blocks, int64_t count, rao_vec *x, double *inner) {
    double b[N];
    rao_vec bv = rao_vec_view(RAO_F64, N, b);
    rao_status st;
    RAO_TRY(rao_outer_sum(ctx, blocks, count, &bv));
    RAO_TRY(f->table->solve(ctx, f, &bv, x));
    RAO_TRY(rao_dot(ctx, &bv, x, inner));
done:
    return st;
}

static void steps_without_the_gradient(void **state) {
    (void)state;
    LAW("a step from outer products is the step from the gradient, with an operator that takes them or not, with l2, judged or not; then "
        "the "
        "cosine waits until the gradient is formed");
    static const char *const specs[] = {"ngd:lr=0.3:damping=0.2:radius=0.01:momentum=0.5", "kfac:lr=0.05:damping=0.7:l2=0.1:radius=0.05",
                                        "kfac:lr=0.2:damping=1:weight_decay=0.03:radius=inf", "ekfac:lr=0.1:adapt=lm"};
    for (size_t s = 0; s < COUNT(specs); s++)
        for (int takes = 0; takes < 2; takes++) {
            rao_ctx *ctx = rao_test_ctx();
            rao_optim *a = NULL, *b = NULL;
            double m[N * N], u[N] = {0}, w[N] = {0}, g[N], parts[2][5];
            rao_outer blocks[2];
            rao_optim_step_info ia, ib;
            make_metric(1, m);
            rao_op *f = dense(ctx, m);
            rao_op_table with = *f->table;
            with.solve_outer = takes ? spy : NULL;
            f->table = &with;
            rao_vec uv = rao_vec_view(RAO_F64, N, u), wv = rao_vec_view(RAO_F64, N, w), gv = rao_vec_view(RAO_F64, N, g);
            OK(ctx, rao_optim_create(ctx, specs[s], RAO_F64, N, 0, &a));
            OK(ctx, rao_optim_create(ctx, specs[s], RAO_F64, N, 0, &b));
            for (int t = 0; t < 12; t++) {
                outer_gradient(t, parts, blocks);
                OK(ctx, rao_outer_sum(ctx, blocks, 2, &gv));
                give_gradient(ctx, a, g);
                int judged = rao_optim_wants_judgement(b), formed = !takes || (judged && t % 5 == 4) || s == 1, kept = 0;
                OK(ctx, rao_optim_step(ctx, a, f, &uv));
                OK(ctx, rao_optim_step_outer(ctx, b, f, blocks, 2, &wv));
                if (judged) OK(ctx, rao_optim_judge(ctx, a, 1, 0.9, &uv, &kept));
                if (judged) OK(ctx, rao_optim_judge(ctx, b, 1, 0.9, &wv, &kept));
                EXPECT_EQ(judged, kept);
                OK(ctx, rao_optim_step_info_get(ctx, b, &ib));
                EXPECT_TRUE(formed == !isnan(ib.cosine));
                OK(ctx, rao_optim_form_gradient(ctx, b, blocks, 2));
                OK(ctx, rao_optim_step_info_get(ctx, a, &ia));
                OK(ctx, rao_optim_step_info_get(ctx, b, &ib));
                EXPECT_EQ(memcmp(u, w, sizeof u), 0);
                EXPECT_EQ(rao_optim_steps(a), rao_optim_steps(b));
                EXPECT_EQ(memcmp(&ia, &ib, sizeof ia), 0);
                rao_optim_part pa = {.first = 1, .count = 4}, pb = pa;
                OK(ctx, rao_optim_explain(ctx, a, f, 1, &pa));
                OK(ctx, rao_optim_explain(ctx, b, f, 1, &pb));
                EXPECT_EQ(memcmp(&pa, &pb, sizeof pa), 0);
            }
            rao_optim_destroy(&a), rao_optim_destroy(&b);
            rao_op_destroy(&f);
            rao_test_ctx_close(&ctx);
        }
}

/* Affine reparametrisation w = P u + c: g_u = P^T g, F_u = P^T F P. */
static double after_affine(const char *spec, int steps) {
    rao_ctx *ctx = rao_test_ctx();
    double m[N * N], p[N * N], mp[N * N], mu[N * N], w[N], u[N], c[N] = {0.3, -0.1, 0.7}, apart = 0;
    make_metric(4, m), make_metric(5, p); /* any invertible P */
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            mp[i * N + j] = 0;
            for (int k = 0; k < N; k++) mp[i * N + j] += m[i * N + k] * p[k * N + j];
        }
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            mu[i * N + j] = 0;
            for (int k = 0; k < N; k++) mu[i * N + j] += p[k * N + i] * mp[k * N + j];
        }
    rao_op *f = dense(ctx, m), *fu = dense(ctx, mu);
    rao_optim *a = NULL, *b = NULL;
    OK(ctx, rao_optim_create(ctx, spec, RAO_F64, N, 0, &a));
    OK(ctx, rao_optim_create(ctx, spec, RAO_F64, N, 0, &b));
    rao_normal_fill_f64(rao_stream_make(rao_test_seed(), 6), 0, 0, N, u);
    for (int i = 0; i < N; i++) {
        w[i] = c[i];
        for (int j = 0; j < N; j++) w[i] += p[i * N + j] * u[j];
    }
    rao_vec wv = rao_vec_view(RAO_F64, N, w), uv = rao_vec_view(RAO_F64, N, u);
    for (int t = 0; t < steps; t++) { /* the loss sum of w_i^4 / 4 + w_i */
        double g[N], gu[N] = {0};
        for (int i = 0; i < N; i++) g[i] = w[i] * w[i] * w[i] + 1;
        give_gradient(ctx, a, g);
        for (int i = 0; i < N; i++) { /* through u: the two descents must not help each other */
            double wi = c[i];
            for (int j = 0; j < N; j++) wi += p[i * N + j] * u[j];
            for (int j = 0; j < N; j++) gu[j] += p[i * N + j] * (wi * wi * wi + 1);
        }
        give_gradient(ctx, b, gu);
        int metric = strncmp(spec, "ngd", 3) == 0;
        OK(ctx, rao_optim_step(ctx, a, metric ? f : NULL, &wv));
        OK(ctx, rao_optim_step(ctx, b, metric ? fu : NULL, &uv));
    }
    for (int i = 0; i < N; i++) {
        double wi = c[i];
        for (int j = 0; j < N; j++) wi += p[i * N + j] * u[j];
        apart = fmax(apart, fabs(wi - w[i]));
    }
    rao_optim_destroy(&a), rao_optim_destroy(&b);
    rao_op_destroy(&f), rao_op_destroy(&fu);
    rao_test_ctx_close(&ctx);
    return apart;
}

static void affine_invariance(void **state) {
    (void)state;
    LAW("the natural gradient, its momentum and its radius do not see an affine change of parameters; plain gradient descent does");
    /* the damping is what breaks it: it is made too small to count */
    EXPECT_TRUE(after_affine("ngd:lr=0.05:damping=1e-300:unit=loss:radius=inf", 20) < 1e-10);
    EXPECT_TRUE(after_affine("ngd:lr=0.05:damping=1e-300:unit=loss:radius=0.001:momentum=0.8", 20) < 1e-10);
    EXPECT_TRUE(after_affine("ngd:lr=0.05:damping=0.5:unit=loss:radius=inf", 20) > 1e-3);
    EXPECT_TRUE(after_affine("sgd:lr=0.002:momentum=0", 20) > 1e-2);
}

typedef struct exact {
    const double *e;
    int calls;
} exact;

static rao_status forms_of_matrix(rao_ctx *ctx, void *user, const rao_vec *x, int64_t count, double *forms) {
    exact *u = user;
    (void)ctx, u->calls++;
    for (int64_t i = 0; i < count; i++)
        for (int64_t j = 0; j < count; j++) {
            forms[i * count + j] = 0;
            for (int k = 0; k < N; k++)
                for (int l = 0; l < N; l++) forms[i * count + j] += ((double *)x[i].data)[k] * u->e[k * N + l] * ((double *)x[j].data)[l];
        }
    return RAO_OK;
}

/* (1/2) w^T M w and its gradient. */
static double quadratic(const double *m, const double *w, double *g) {
    double value = 0;
    for (int i = 0; i < N; i++) {
        g[i] = 0;
        for (int j = 0; j < N; j++) g[i] += m[i * N + j] * w[j];
        value += w[i] * g[i] / 2;
    }
    return value;
}

/* A quadratic loss (1/2) w^T M w whose metric is scaled by `trust`: the prediction is right for trust = 1 and damping 0. At rate 1/2 a step multiplies w by 1 - a,
 * a = 1 / (2 trust), and the ratio of realised to predicted reduction is (2 - a) / 1.5, but for the damping. */
static double damping_after(double trust, int steps) {
    rao_ctx *ctx = rao_test_ctx();
    double m[N * N], scaled[N * N], w[N];
    make_metric(7, m);
    for (int i = 0; i < N * N; i++) scaled[i] = trust * m[i];
    rao_op *f = dense(ctx, scaled);
    rao_optim *opt = NULL;
    OK(ctx, rao_optim_create(ctx, "ngd:lr=0.5:damping=0.01:unit=loss:adapt=lm:radius=inf", RAO_F64, N, 0, &opt));
    for (int i = 0; i < N; i++) w[i] = 1;
    rao_vec wv = rao_vec_view(RAO_F64, N, w);
    for (int t = 0; t < steps; t++) {
        double g[N], before = quadratic(m, w, g);
        int kept = 0;
        give_gradient(ctx, opt, g);
        EXPECT_TRUE(rao_optim_wants_judgement(opt));
        OK(ctx, rao_optim_step(ctx, opt, f, &wv));
        double after = quadratic(m, w, g);
        EXPECT_FAIL(ctx, rao_optim_step(ctx, opt, f, &wv), RAO_EINVAL, "waits for its judgement");
        OK(ctx, rao_optim_judge(ctx, opt, before, after, &wv, &kept));
        EXPECT_TRUE(kept);
        EXPECT_FAIL(ctx, rao_optim_judge(ctx, opt, before, after, &wv, &kept), RAO_EINVAL, "no step waits");
    }
    rao_optim_step_info info;
    OK(ctx, rao_optim_step_info_get(ctx, opt, &info));
    rao_optim_destroy(&opt);
    rao_op_destroy(&f);
    rao_test_ctx_close(&ctx);
    return info.damping;
}

static void levenberg_marquardt(void **state) {
    (void)state;
    LAW("every five steps the damping falls by (19/20)^5 after a good prediction, rises by as much after a bad one, and stays between");
    double factor = pow(0.95, 5);
    EXPECT_REL(damping_after(1, 16), 0.01 * factor * factor * factor, 1e-12);
    EXPECT_REL(damping_after(0.5 / 1.8, 16), 0.01 / (factor * factor * factor), 1e-12); /* a = 1.8: the loss falls by little */
    EXPECT_REL(damping_after(0.5 / 1.3, 16), 0.01, 1e-12);                              /* a = 1.3 */
}

static void a_rise_is_taken_back(void **state) {
    (void)state;
    LAW("a judged step after which the loss is higher or no number leaves parameters, velocity and count as before it and the damping 2, "
        "8, 64, ... times as high; what is kept at last is (F + damping I)^-1 g without momentum, and then the decay");
    static const char *const specs[] = {"ngd:lr=0.5:damping=0.01:unit=loss:adapt=lm:radius=inf:momentum=0.9:weight_decay=0.1",
                                        "kfac:damping=0.01:unit=loss:adapt=lm:step=model:weight_decay=0.1"};
    for (size_t s = 0; s < COUNT(specs); s++) {
        rao_ctx *ctx = rao_test_ctx();
        double m[N * N], scaled[N * N], e[N * N], w[N], g[N], d[N], old[N], velocity[N], damping = 0.01;
        rao_optim *opt = NULL;
        rao_optim_step_info info;
        exact answer = {.e = e};
        int kept = 1, rejected = 0;
        make_metric(7, m);
        for (int i = 0; i < N * N; i++) scaled[i] = 0.05 * m[i], e[i] = 0.02 * m[i]; /* both expect far too little of it */
        rao_op *f = dense(ctx, scaled);
        OK(ctx, rao_optim_create(ctx, specs[s], RAO_F64, N, 0, &opt));
        rao_optim_set_forms(opt, forms_of_matrix, &answer);
        for (int i = 0; i < N; i++) w[i] = 1 + 0.1 * i;
        rao_vec wv = rao_vec_view(RAO_F64, N, w), v, before_step;
        rao_optim_state(opt, 0, &v);
        for (int i = 0; i < N; i++) ((double *)v.data)[i] = -3; /* a velocity that leads away */
        memcpy(old, w, sizeof w), memcpy(velocity, v.data, sizeof velocity);
        const double before = quadratic(m, w, g);
        for (double by = 2;; by *= 2, rejected++) {
            double again[N], h[N];
            memcpy(again, g, sizeof g);
            give_gradient(ctx, opt, again);
            OK(ctx, rao_optim_step(ctx, opt, f, &wv));
            OK(ctx, rao_optim_before(ctx, opt, &before_step));
            EXPECT_EQ(memcmp(before_step.data, old, sizeof old), 0);
            OK(ctx, rao_optim_step_info_get(ctx, opt, &info));
            EXPECT_REL(info.damping, damping, 1e-12);
            EXPECT_TRUE(isnan(info.realised));
            const double after = rejected == 1 ? (double)NAN : quadratic(m, w, h);
            if (after <= before) {
                for (int i = 0; i < N; i++) d[i] = w[i]; /* its decay is still to come */
                OK(ctx, rao_optim_judge(ctx, opt, before, after, &wv, &kept));
                break;
            }
            OK(ctx, rao_optim_judge(ctx, opt, before, after, &wv, &kept));
            EXPECT_TRUE(!kept && rao_optim_steps(opt) == 0);
            EXPECT_EQ(memcmp(w, old, sizeof w), 0);
            EXPECT_EQ(memcmp(v.data, velocity, sizeof velocity), 0);
            damping *= by;
        }
        EXPECT_TRUE(kept && rejected >= 2 && rao_optim_steps(opt) == 1);
        const double rate = s == 0 ? 0.5 : 1;
        for (int i = 0; i < N; i++) EXPECT_CLOSE(w[i], d[i] - (s == 0 ? 0.5 : 0.3) * 0.1 * old[i], 1e-15 * 10);
        for (int i = 0; i < N; i++) EXPECT_CLOSE(d[i], old[i] - rate * ((double *)v.data)[i], 1e-14);
        double want[N];
        solve(scaled, damping, g, want);
        if (s == 0)
            for (int i = 0; i < N; i++) EXPECT_REL(((double *)v.data)[i], want[i], 1e-12);
        EXPECT_REL(rao_optim_step_info_get(ctx, opt, &info) == RAO_OK ? info.damping : 0, damping, 1e-12);
        EXPECT_EQ(info.rejected, rejected);
        rao_optim_part all = {.first = 0, .count = N};
        give_gradient(ctx, opt, g);
        OK(ctx, rao_optim_step(ctx, opt, f, &wv));
        OK(ctx, rao_optim_restore(ctx, opt, 1)); /* a state from elsewhere has no step that waits, and none to explain */
        EXPECT_FAIL(ctx, rao_optim_judge(ctx, opt, 1, 0, &wv, &kept), RAO_EINVAL, "no step waits");
        EXPECT_FAIL(ctx, rao_optim_explain(ctx, opt, f, 1, &all), RAO_EINVAL, "no step");
        rao_optim_destroy(&opt);
        rao_op_destroy(&f);
        rao_test_ctx_close(&ctx);
    }
}

static rao_status no_product(rao_ctx *ctx, const rao_op *f, const rao_vec *x, rao_vec *y) {
    (void)f, (void)x, (void)y;
    return rao_fail(ctx, RAO_ENOMEM, "no product today");
}

static void a_step_that_cannot_be_weighed(void **state) {
    (void)state;
    LAW("a step whose prediction fails leaves parameters, velocity and count as they were, and waits for nothing");
    rao_ctx *ctx = rao_test_ctx();
    double m[N * N], w[N], kept[N], g[N] = {1, 2, -1};
    int fine;
    rao_optim *opt = NULL;
    make_metric(12, m);
    rao_op *f = dense(ctx, m);
    const rao_op_table *whole = f->table;
    rao_op_table lame = *whole;
    lame.apply = no_product;
    rao_vec wv = rao_vec_view(RAO_F64, N, w), v;
    for (int i = 0; i < N; i++) w[i] = i;
    OK(ctx, rao_optim_create(ctx, "kfac:adapt=lm", RAO_F64, N, 0, &opt));
    for (int t = 0; t < 5; t++) {
        double before = 0;
        give_gradient(ctx, opt, g);
        rao_optim_state(opt, 0, &v);
        before = ((double *)v.data)[0];
        memcpy(kept, w, sizeof w);
        if (t == 4) { /* the one that is weighed */
            f->table = &lame;
            EXPECT_FAIL(ctx, rao_optim_step(ctx, opt, f, &wv), RAO_ENOMEM, "no product");
            EXPECT_EQ(memcmp(w, kept, sizeof w), 0);
            EXPECT_TRUE(((double *)v.data)[0] == before && rao_optim_steps(opt) == 4);
            f->table = whole;
            give_gradient(ctx, opt, g);
        }
        OK(ctx, rao_optim_step(ctx, opt, f, &wv));
        OK(ctx, rao_optim_judge(ctx, opt, 1, 0.5, &wv, &fine));
    }
    rao_optim_destroy(&opt);
    rao_op_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void a_singular_metric_raises_the_damping(void **state) {
    (void)state;
    LAW("Levenberg-Marquardt raises a damping under which the metric is singular; a fixed one is EDOMAIN");
    rao_ctx *ctx = rao_test_ctx();
    double m[N * N] = {0}, w[N] = {0}, g[N] = {1, -2, 3};
    for (int i = 0; i < N; i++) m[0] = 1, m[N * i + i] = i < 3 ? 1 : 0; /* rank 3 */
    rao_op *f = dense(ctx, m);
    rao_vec wv = rao_vec_view(RAO_F64, N, w);
    rao_optim_step_info info;
    rao_optim *opt = NULL;
    OK(ctx, rao_optim_create(ctx, "ngd:damping=1e-25:unit=loss", RAO_F64, N, 0, &opt));
    give_gradient(ctx, opt, g);
    EXPECT_FAIL(ctx, rao_optim_step(ctx, opt, f, &wv), RAO_EDOMAIN, "of rank 3 in dimension 7");
    rao_optim_destroy(&opt);
    OK(ctx, rao_optim_create(ctx, "ngd:damping=1e-25:unit=loss:adapt=lm", RAO_F64, N, 0, &opt));
    give_gradient(ctx, opt, g);
    OK(ctx, rao_optim_step(ctx, opt, f, &wv));
    OK(ctx, rao_optim_step_info_get(ctx, opt, &info));
    EXPECT_TRUE(info.damping > DBL_EPSILON && info.damping < 1e-5);
    EXPECT_CLOSE(w[1] / w[0], -2, 1e-5);
    EXPECT_TRUE(w[5] == 0);
    rao_optim_destroy(&opt);
    rao_op_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void parts_sum_to_the_whole(void **state) {
    (void)state;
    LAW("the shares of a prediction sum to it, to the model's change along the step; of a part the cosine and the norms are its own");
    static const char *const specs[] = {"ngd:lr=0.3:damping=0.1:momentum=0.5:radius=0.02", "kfac:l2=0.2:adapt=lm", "kfac:step=model"};
    for (size_t s = 0; s < COUNT(specs); s++) {
        rao_ctx *ctx = rao_test_ctx();
        rao_optim *opt = NULL;
        rao_optim_step_info info;
        double m[N * N], w[N] = {0.3, -1, 0.5, 2};
        make_metric(11, m);
        rao_op *f = dense(ctx, m);
        rao_vec wv = rao_vec_view(RAO_F64, N, w), v;
        rao_optim_part parts[4] = {
            {.first = 0, .count = 2}, {.first = 2, .count = 0}, {.first = 2, .count = N - 2}, {.first = 0, .count = N}};
        OK(ctx, rao_optim_create(ctx, specs[s], RAO_F64, N, 0, &opt));
        EXPECT_FAIL(ctx, rao_optim_explain(ctx, opt, f, 4, parts), RAO_EINVAL, "no step");
        rao_optim_state(opt, 0, &v);
        for (int t = 0; t < 6; t++) {
            double g[N], old[N], change = 0, gg = 0, vv = 0, gv = 0;
            int kept = 0;
            rao_normal_fill_f64(rao_stream_make(rao_test_seed(), 3), (uint64_t)t, 0, N, g);
            give_gradient(ctx, opt, g);
            memcpy(old, w, sizeof w);
            OK(ctx, rao_optim_step(ctx, opt, f, &wv));
            if (s == 1) OK(ctx, rao_optim_judge(ctx, opt, 1, 0.5, &wv, &kept));
            double penalty = 0;
            for (int i = 0; i < N && s == 1; i++) penalty += 0.1 * (w[i] * w[i] - old[i] * old[i]);
            OK(ctx, rao_optim_explain(ctx, opt, f, 4, parts));
            OK(ctx, rao_optim_step_info_get(ctx, opt, &info));
            for (int i = 0; i < N; i++) {
                double step = w[i] - old[i], bs = info.damping * step;
                for (int j = 0; j < N; j++) bs += m[i * N + j] * (w[j] - old[j]);
                if (s == 1) g[i] += 0.2 * old[i];
                change += g[i] * step + step * bs / 2;
                if (i < 2) gg += g[i] * g[i], vv += step * step, gv -= g[i] * step;
            }
            EXPECT_CLOSE(info.penalty, penalty, 1e-14);
            EXPECT_CLOSE(parts[3].predicted, change, 1e-12);
            EXPECT_CLOSE(parts[0].predicted + parts[2].predicted, change, 1e-12);
            EXPECT_TRUE(parts[1].predicted == 0 && isnan(parts[1].cosine));
            EXPECT_CLOSE(parts[0].gradient, sqrt(gg), 1e-12);
            EXPECT_CLOSE(parts[0].step, sqrt(vv), 1e-12);
            EXPECT_CLOSE(parts[0].cosine, gv / sqrt(gg * vv), 1e-10);
            EXPECT_CLOSE(parts[3].cosine, info.cosine, 1e-12);
            if (s == 2 || (s == 1 && t == 4)) EXPECT_CLOSE(info.predicted, change, 1e-12);
        }
        parts[0].count = N + 1;
        EXPECT_FAIL(ctx, rao_optim_explain(ctx, opt, f, 1, parts), RAO_EINVAL, "within 7 parameters");
        rao_optim_destroy(&opt);
        rao_op_destroy(&f);
        rao_test_ctx_close(&ctx);
    }
}

static void a_gradient_that_is_not_finite(void **state) {
    (void)state;
    LAW("a gradient that is not finite anywhere ends the step with ENUMERIC, its number named, the parameters as they were");
    static const char *const specs[] = {"ngd", "kfac", "ekfac", "ngd:adapt=lm:momentum=0.5", "kfac:l2=0.1", "kfac:step=model"};
    const double bad[] = {NAN, INFINITY, -INFINITY};
    rao_ctx *ctx = rao_test_ctx();
    double m[N * N];
    make_metric(8, m);
    rao_op *f = dense(ctx, m);
    for (size_t s = 0; s < COUNT(specs); s++)
        for (size_t b = 0; b < COUNT(bad); b++)
            for (int place = 0; place < N; place += 3) {
                rao_optim *opt = NULL;
                double w[N], kept[N], g[N] = {0.1, -0.2, 0.3, 0.1};
                rao_vec wv = rao_vec_view(RAO_F64, N, w);
                for (int i = 0; i < N; i++) w[i] = 1 + i;
                OK(ctx, rao_optim_create(ctx, specs[s], RAO_F64, N, 0, &opt));
                give_gradient(ctx, opt, g);
                OK(ctx, rao_optim_step(ctx, opt, f, &wv));
                int fine = 0;
                if (rao_optim_wants_judgement(opt)) OK(ctx, rao_optim_judge(ctx, opt, 1, 0.5, &wv, &fine));
                memcpy(kept, w, sizeof kept);
                g[place] = bad[b];
                give_gradient(ctx, opt, g);
                EXPECT_FAIL(ctx, rao_optim_step(ctx, opt, f, &wv), RAO_ENUMERIC, "the natural gradient is not finite");
                EXPECT_EQ(memcmp(kept, w, sizeof kept), 0);
                EXPECT_EQ(rao_optim_steps(opt), 1);
                rao_optim_destroy(&opt);
            }
    rao_op_destroy(&f);
    rao_test_ctx_close(&ctx);
}

/* The model of the header at v = alpha d + mu v, by plain loops. */
static double model_at(const double *b, const double *g, const double *d, const double *v, double alpha, double mu) {
    double value = 0, x[N];
    for (int i = 0; i < N; i++) x[i] = alpha * d[i] + mu * v[i], value -= g[i] * x[i];
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) value += x[i] * b[i * N + j] * x[j] / 2;
    return value;
}

static void steps_minimise_the_model(void **state) {
    (void)state;
    LAW("step = model: the step solves with the metric, and its length and momentum are the minimum of the model with the exact matrix");
    for (int with_forms = 0; with_forms < 2; with_forms++) {
        rao_ctx *ctx = rao_test_ctx();
        rao_optim *opt = NULL;
        double m[N * N], e[N * N], b[N * N], w[N], x[N], v[N] = {0}, damping = 0.2;
        exact answer = {.e = e};
        make_metric(1, m), make_metric(9, e);
        for (int i = 0; i < N * N; i++) b[i] = (with_forms ? e : m)[i] + (i % (N + 1) ? 0 : damping);
        rao_op *f = dense(ctx, m);
        rao_vec wv = rao_vec_view(RAO_F64, N, w);
        OK(ctx, rao_optim_create(ctx, "kfac:damping=0.2:unit=loss:step=model:adapt=lm", RAO_F64, N, 0, &opt));
        if (with_forms) rao_optim_set_forms(opt, forms_of_matrix, &answer);
        rao_normal_fill_f64(rao_stream_make(rao_test_seed(), 2), 0, 0, N, w);
        for (int t = 0; t < 8; t++) {
            double g[N], d[N], old[N];
            rao_optim_step_info info;
            rao_normal_fill_f64(rao_stream_make(rao_test_seed(), 3), (uint64_t)t, 0, N, g);
            give_gradient(ctx, opt, g);
            memcpy(x, w, sizeof x), memcpy(old, v, sizeof old);
            OK(ctx, rao_optim_step(ctx, opt, f, &wv));
            solve(m, damping, g, d);
            OK(ctx, rao_optim_step_info_get(ctx, opt, &info));
            for (int i = 0; i < N; i++) v[i] = x[i] - w[i];
            /* v lies in the span of d and the last v: alpha is known, mu follows from any coordinate */
            double alpha = info.scale, mu = 0, norm = 0;
            for (int i = 0; i < N; i++) mu += (v[i] - alpha * d[i]) * old[i], norm += old[i] * old[i];
            mu = norm > 0 ? mu / norm : 0;
            for (int i = 0; i < N; i++) EXPECT_CLOSE(v[i], alpha * d[i] + mu * old[i], 1e-12);
            double least = model_at(b, g, d, old, alpha, mu);
            for (int k = 0; k < 4; k++) {
                double by = k % 2 ? 1e-4 : -1e-4;
                EXPECT_TRUE(model_at(b, g, d, old, alpha + (k < 2 ? by : 0), mu + (k < 2 ? 0 : by)) >= least - 1e-14);
            }
            EXPECT_TRUE(fabs(alpha - 1) > 0.01 || !with_forms); /* where E is not F, the solve alone would be wrong */
            int kept = 0;
            OK(ctx, rao_optim_judge(ctx, opt, 0, least, &wv, &kept));
            EXPECT_TRUE(kept);
            if (rao_optim_steps(opt) % 5) continue; /* as promised: the damping falls */
            OK(ctx, rao_optim_step_info_get(ctx, opt, &info));
            EXPECT_REL(info.predicted, least, 1e-11);
            double fallen = pow(19.0 / 20, 5) * damping;
            for (int i = 0; i < N; i++) b[i * (N + 1)] += fallen - damping;
            damping = fallen;
        }
        EXPECT_EQ(answer.calls, with_forms ? 8 : 0);
        rao_optim_destroy(&opt);
        rao_op_destroy(&f);
        rao_test_ctx_close(&ctx);
    }
}

static void a_quadratic_in_one_step(void **state) {
    (void)state;
    LAW("step = model on a quadratic loss with its own matrix: one step to the minimum, whatever the metric's scale; there it stays");
    static const double scales[] = {1e-3, 1, 1e3};
    for (size_t k = 0; k < COUNT(scales); k++) {
        rao_ctx *ctx = rao_test_ctx();
        rao_optim *opt = NULL;
        double h[N * N], m[N * N], w[N], start[N];
        exact answer = {.e = h};
        make_metric(4, h);
        for (int i = 0; i < N * N; i++) m[i] = scales[k] * h[i];
        rao_op *f = dense(ctx, m);
        rao_vec wv = rao_vec_view(RAO_F64, N, w);
        OK(ctx, rao_optim_create(ctx, "kfac:damping=1e-12:step=model", RAO_F64, N, 0, &opt));
        rao_optim_set_forms(opt, forms_of_matrix, &answer);
        rao_normal_fill_f64(rao_stream_make(rao_test_seed(), 5), 0, 0, N, start);
        memcpy(w, start, sizeof w);
        for (int t = 0; t < 3; t++) {
            double g[N] = {0};
            for (int i = 0; i < N; i++)
                for (int j = 0; j < N; j++) g[i] += h[i * N + j] * w[j];
            give_gradient(ctx, opt, g);
            OK(ctx, rao_optim_step(ctx, opt, f, &wv));
            for (int i = 0; i < N; i++)
                EXPECT_CLOSE(w[i], 0, 1e-8); /* damping of 1e-12 mean eigenvalues of m, at most 3e-9, beside eigenvalues of 0.5 and more */
        }
        rao_optim_destroy(&opt);
        rao_op_destroy(&f);
        rao_test_ctx_close(&ctx);
    }
}

static void refusals(void **state) {
    (void)state;
    LAW("a rule with a metric says what it misses, and leaves everything as it was");
    rao_ctx *ctx = rao_test_ctx();
    rao_optim *opt = NULL;
    double w[N] = {1}, zero[N * N] = {0};
    rao_vec wv = rao_vec_view(RAO_F64, N, w);
    rao_optim_step_info info;
    rao_optim_wish wish;
    OK(ctx, rao_optim_create(ctx, "kfac", RAO_F64, N, 0, &opt));
    EXPECT_FAIL(ctx, rao_optim_step(ctx, opt, NULL, &wv), RAO_EINVAL, "needs a metric");
    rao_op *f = dense(ctx, zero);
    EXPECT_FAIL(ctx, rao_optim_step(ctx, opt, f, &wv), RAO_EDOMAIN,
                "trace is 0 and gives a relative damping nothing to be relative to: want unit = loss");
    OK(ctx, rao_optim_metric_wish(ctx, opt, &wish));
    EXPECT_TRUE(!strcmp(wish.representation, "kfac") && !strcmp(wish.flavour, "sampled") && wish.fraction == 0.125 && wish.renew == 10);
    rao_optim_destroy(&opt);
    EXPECT_FAIL(ctx, rao_optim_create(ctx, "kfac:damping=-1", RAO_F64, N, 0, &opt), RAO_EINVAL, "damping");
    EXPECT_FAIL(ctx, rao_optim_create(ctx, "kfac:damping=0:adapt=lm", RAO_F64, N, 0, &opt), RAO_EINVAL, "cannot start at 0");
    EXPECT_FAIL(ctx, rao_optim_create(ctx, "ekfac:damping=0:adapt=lm", RAO_F64, N, 0, &opt), RAO_EINVAL, "cannot start at 0");
    EXPECT_FAIL(ctx, rao_optim_create(ctx, "ngd:damping=0:adapt=lm", RAO_F64, N, 0, &opt), RAO_EINVAL, "cannot start at 0");
    EXPECT_FAIL(ctx, rao_optim_create(ctx, "kfac:precision=half", RAO_F64, N, 0, &opt), RAO_EINVAL, "float|bf16");
    EXPECT_FAIL(ctx, rao_optim_create(ctx, "kfac:precision=bf16:l2=0.1", RAO_F64, N, 0, &opt), RAO_EINVAL, "which l2 > 0 does without");
    EXPECT_FAIL(ctx, rao_optim_create(ctx, "kfac:precision=bf16:step=model", RAO_F64, N, 0, &opt), RAO_EINVAL, "want step = rate");
    EXPECT_FAIL(ctx, rao_optim_create(ctx, "ekfac:precision=bf16", RAO_F64, N, 0, &opt), RAO_EINVAL, "precision");
    static const struct {
        const char *spec, *says;
    } idle[] = {
        {"ngd:samples=4", "samples has no effect with flavour=true, want flavour=sampled"},
        {"kfac:flavour=empirical:samples=4", "samples has no effect with flavour=empirical"},
        {"ekfac:model_fraction=0.5", "model_fraction has no effect with step=rate, want step=model"},
        {"kfac:step=model:radius=1", "radius has no effect with step=model, want step=rate"},
        {"ngd:momentum=0.5:step=model", "momentum has no effect with step=model"},
        {"ngd:step=model:adapt=lm:lr=0.5", "lr, schedule and warmup have no effect"},
        {"ngd:step=model", "adapt = fixed takes no step back: want adapt = lm"},
        {"ngd:step=model:model_fraction=1", "want adapt = lm"},
        {"kfac:step=model:warmup=3", "lr, schedule and warmup have no effect"},
        {"ngd:representation=gram:iterations=9", "iterations has no effect with representation=gram, want representation=auto|implicit"},
        {"ngd:representation=diagonal:tolerance=0.1", "tolerance has no effect"},
        {"sgd:final=0.5", "final has no effect with schedule=constant, want schedule=cosine"}};
    static const char *const open[] = {"ngd:samples=1",    "kfac:samples=4",          "kfac:step=model:lr=0.5:weight_decay=0.1",
                                       "ngd:iterations=9", "ngd:step=model:adapt=lm", "ekfac:step=model:lr=0.3:momentum=0.5:radius=0.003"};
    for (size_t i = 0; i < COUNT(idle); i++)
        EXPECT_FAIL(ctx, rao_optim_create(ctx, idle[i].spec, RAO_F64, N, 0, &opt), RAO_EINVAL, idle[i].says);
    for (size_t i = 0; i < COUNT(open); i++) { /* at its default an option says what is so anyway */
        OK(ctx, rao_optim_create(ctx, open[i], RAO_F64, N, 0, &opt));
        rao_optim_destroy(&opt);
    }
    EXPECT_FAIL(ctx, rao_optim_create(ctx, "ngd:lr=.1:lr=.2", RAO_F64, N, 0, &opt), RAO_EINVAL, "lr is given twice in 'lr=.1:lr=.2'");
    EXPECT_FAIL(ctx, rao_optim_create(ctx, "kfac:", RAO_F64, N, 0, &opt), RAO_EINVAL, "nothing stands behind the ':'");
    EXPECT_FAIL(ctx, rao_optim_create(ctx, "kfac:lr=1:", RAO_F64, N, 0, &opt), RAO_EINVAL, "nothing stands behind the last ':' in 'lr=1:'");
    EXPECT_FAIL(ctx, rao_optim_create(ctx, "ngd:representation=kfac", RAO_F64, N, 0, &opt), RAO_EINVAL, "auto|dense");
    OK(ctx, rao_optim_create(ctx, "sgd", RAO_F64, N, 0, &opt));
    EXPECT_FAIL(ctx, rao_optim_step_info_get(ctx, opt, &info), RAO_EUNABLE, "no metric");
    double parts[2][5];
    rao_outer blocks[2];
    outer_gradient(0, parts, blocks);
    EXPECT_FAIL(ctx, rao_optim_step_outer(ctx, opt, NULL, blocks, 2, &wv), RAO_EUNABLE, "no metric");
    EXPECT_FAIL(ctx, rao_optim_form_gradient(ctx, opt, blocks, 2), RAO_EUNABLE, "no metric");
    EXPECT_FAIL(ctx, rao_optim_metric_wish(ctx, opt, &wish), RAO_EUNABLE, "no metric");
    rao_optim_destroy(&opt);
    rao_op_destroy(&f);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(steps_follow_the_formula),
                                       cmocka_unit_test(steps_without_the_gradient),
                                       cmocka_unit_test(affine_invariance),
                                       cmocka_unit_test(levenberg_marquardt),
                                       cmocka_unit_test(a_gradient_that_is_not_finite),
                                       cmocka_unit_test(a_rise_is_taken_back),
                                       cmocka_unit_test(a_singular_metric_raises_the_damping),
                                       cmocka_unit_test(a_step_that_cannot_be_weighed),
                                       cmocka_unit_test(parts_sum_to_the_whole),
                                       cmocka_unit_test(steps_minimise_the_model),
                                       cmocka_unit_test(a_quadratic_in_one_step),
                                       cmocka_unit_test(refusals)};
    return rao_test_run("optim/natural", tests, COUNT(tests));
}
