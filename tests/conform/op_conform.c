/* op_conform.c - see op_conform.h. A slot that is NULL must answer EUNABLE with the representation's name, and nothing else is asked of it. */
#include "conform/op_conform.h"

#include "la/oracle.h"

typedef struct truth {
    rao_ctx *ctx;
    rao_op *f;
    double tol, norm, least; /* rounding; |F|_2 and the least eigenvalue, of the truth */
    int64_t n;
    rao_mat a;          /* double */
    long double *v, *w; /* its decomposition: columns, ascending */
    int singular;       /* no solve is asked of it */
    oracle_draw d;
} truth;

static rao_vec vec(truth *t) { return tv_make(t->ctx, t->f->dtype, t->n); }
static rao_vec draw(truth *t) { return tv_random(t->ctx, &t->d, t->f->dtype, t->n); }

static double norm_of(const rao_vec *x) { return (double)sqrtl(oracle_dot(x, x)); }

static double distance(const rao_vec *x, const rao_vec *y) {
    long double sum = 0;
    for (int64_t i = 0; i < x->n; i++) sum += ((long double)vat(x, i) - vat(y, i)) * ((long double)vat(x, i) - vat(y, i));
    return (double)sqrtl(sum);
}

/* y = F^p x by the truth's decomposition. */
static rao_vec truth_power(truth *t, double p, const rao_vec *x) {
    rao_vec y = tv_make(t->ctx, RAO_F64, t->n);
    double *out = y.data;
    for (int64_t k = 0; k < t->n; k++) {
        long double c = 0;
        for (int64_t i = 0; i < t->n; i++) c += t->v[i * t->n + k] * vat(x, i);
        c *= p == 0 ? 1 : powl(t->w[k] > 0 ? t->w[k] : 0, p);
        for (int64_t i = 0; i < t->n; i++) out[i] += (double)(c * t->v[i * t->n + k]);
    }
    return y;
}

static void unable(truth *t, rao_status st, const char *slot) {
    LAW("a slot that a representation does not offer is EUNABLE, with its name");
    EXPECT_FAIL(t->ctx, st, RAO_EUNABLE, t->f->table->name);
    (void)slot;
}

/* ---- the truth -------------------------------------------------------------------------------------------------- */

static void form_by_applies(truth *t) {
    rao_vec e = vec(t), y = vec(t);
    for (int64_t j = 0; j < t->n; j++) {
        put(e.dtype, e.data, j, 1);
        OK(t->ctx, rao_op_apply(t->ctx, t->f, &e, &y));
        put(e.dtype, e.data, j, 0);
        for (int64_t i = 0; i < t->n; i++) set_at(&t->a, i, j, vat(&y, i));
    }
    for (int64_t i = 0; i < t->n; i++)
        for (int64_t j = 0; j < i; j++) {
            double mean = 0.5 * (double)(at(&t->a, i, j) + at(&t->a, j, i));
            set_at(&t->a, i, j, mean);
            set_at(&t->a, j, i, mean);
        }
    tv_free(&e), tv_free(&y);
}

static truth open_truth(rao_ctx *ctx, rao_op *f, const rao_mat *dense, double tol) {
    truth t = {.ctx = ctx, .f = f, .tol = tol, .n = f->n, .d = oracle_draw_make(900)};
    long double *work = NULL;
    t.a = tm_make(ctx, RAO_F64, t.n, t.n, 0);
    for (int64_t i = 0; i < t.n && dense; i++)
        for (int64_t j = 0; j < t.n; j++) set_at(&t.a, i, j, (double)at(dense, i, j));
    if (!dense && f->table->apply) form_by_applies(&t);
    OK(ctx, rao_alloc(ctx, t.n * t.n, &work));
    OK(ctx, rao_alloc(ctx, t.n * t.n, &t.v));
    OK(ctx, rao_alloc(ctx, t.n, &t.w));
    for (int64_t i = 0; i < t.n * t.n; i++) work[i] = ((double *)t.a.data)[i];
    oracle_jacobi(t.n, work, t.v, t.w);
    rao_free(&work);
    t.norm = t.n ? (double)fmaxl(t.w[t.n - 1], -t.w[0]) : 0;
    t.least = t.n ? (double)t.w[0] : 1;
    t.singular = t.n > 0 && !(t.least > 4 * (double)t.n * oracle_eps(f->dtype) * t.norm);
    LAW("F is positive semidefinite");
    EXPECT_TRUE(t.least >= -tol * t.norm);
    return t;
}

static void close_truth(truth *t) {
    rao_free(&t->v), rao_free(&t->w);
    tm_free(&t->a);
}

/* Errors of a solve grow by the condition number. */
static double condition(const truth *t) { return t->n && t->least > 0 ? t->norm / t->least : 1; }

/* ---- the laws --------------------------------------------------------------------------------------------------- */

static void conform_apply(truth *t) {
    if (!t->f->table->apply) {
        rao_vec x = draw(t), y = vec(t);
        unable(t, rao_op_apply(t->ctx, t->f, &x, &y), "apply");
        tv_free(&x), tv_free(&y);
        return;
    }
    for (int trial = 0; trial < 4; trial++) {
        rao_vec x = draw(t), y = draw(t), fx = vec(t), fy = vec(t), again = vec(t), want = truth_power(t, 1, &x);
        OK(t->ctx, rao_op_apply(t->ctx, t->f, &x, &fx));
        OK(t->ctx, rao_op_apply(t->ctx, t->f, &y, &fy));
        OK(t->ctx, rao_op_apply(t->ctx, t->f, &x, &again));
        ORACLE("apply", "the dense matrix");
        EXPECT_TRUE(distance(&fx, &want) <= t->tol * t->norm * norm_of(&x));
        LAW("<x, F y> = <F x, y>");
        EXPECT_CLOSE(oracle_dot(&x, &fy) - oracle_dot(&fx, &y), 0, 2 * t->tol * t->norm * norm_of(&x) * norm_of(&y));
        LAW("<x, F x> >= 0");
        EXPECT_TRUE((double)oracle_dot(&x, &fx) >= -t->tol * t->norm * (double)oracle_dot(&x, &x));
        LAW("the same query has the same bits");
        EXPECT_TRUE(t->n == 0 || !memcmp(fx.data, again.data, (size_t)t->n * rao_dtype_size(t->f->dtype)));
        tv_free(&x), tv_free(&y), tv_free(&fx), tv_free(&fy), tv_free(&again), tv_free(&want);
    }
}

static void expect_untouched(truth *t, const rao_vec *x, double value) {
    for (int64_t i = 0; i < t->n; i++) EXPECT_TRUE(vat(x, i) == value);
}

/* A singular operator has no inverse: EDOMAIN, or what it gives on the range is right. */
static void conform_singular_solve(truth *t, const rao_vec *x) {
    rao_vec fx = truth_power(t, 1, x), b = vec(t), got = vec(t), back = vec(t);
    for (int64_t i = 0; i < t->n; i++) put(b.dtype, b.data, i, vat(&fx, i)), put(got.dtype, got.data, i, 7);
    LAW("a singular operator is not solved, or only on its range");
    rao_status st = rao_op_solve(t->ctx, t->f, &b, &got);
    if (st == RAO_OK) {
        OK(t->ctx, rao_op_apply(t->ctx, t->f, &got, &back));
        EXPECT_TRUE(distance(&back, &b) <= 10 * t->tol * t->norm * (norm_of(x) + norm_of(&got)));
    } else {
        EXPECT_EQ(st, RAO_EDOMAIN);
        expect_untouched(t, &got, 7);
    }
    tv_free(&fx), tv_free(&b), tv_free(&got), tv_free(&back);
}

static void conform_solve(truth *t) {
    rao_vec x = draw(t), fx = vec(t), got = vec(t), b = draw(t), want = tv_make(t->ctx, RAO_F64, t->n);
    if (!t->f->table->solve) unable(t, rao_op_solve(t->ctx, t->f, &b, &got), "solve");
    else if (t->singular) conform_singular_solve(t, &x);
    else {
        ORACLE("solve", "the dense matrix");
        tv_free(&want);
        want = truth_power(t, -1, &b);
        OK(t->ctx, rao_op_solve(t->ctx, t->f, &b, &got));
        EXPECT_TRUE(distance(&got, &want) <= 10 * t->tol * condition(t) * norm_of(&want));
        if (t->f->table->apply) {
            LAW("solve(apply(x)) = x");
            OK(t->ctx, rao_op_apply(t->ctx, t->f, &x, &fx));
            OK(t->ctx, rao_op_solve(t->ctx, t->f, &fx, &got));
            EXPECT_TRUE(distance(&got, &x) <= 10 * t->tol * condition(t) * norm_of(&x));
        }
    }
    tv_free(&x), tv_free(&fx), tv_free(&got), tv_free(&b), tv_free(&want);
}

static void conform_one_power(truth *t, double p) {
    rao_vec x = draw(t), got = vec(t), back = vec(t), want = p < 0 && t->singular ? tv_make(t->ctx, RAO_F64, t->n) : truth_power(t, p, &x);
    for (int64_t i = 0; i < t->n; i++) put(got.dtype, got.data, i, 7);
    rao_status st = rao_op_power(t->ctx, t->f, p, &x, &got);
    if (p < 0 && t->singular) {
        LAW("a singular operator has no negative power");
        EXPECT_EQ(st, RAO_EDOMAIN);
        expect_untouched(t, &got, 7);
    } else {
        /* a relative error of tol |F| in a small eigenvalue is one of tol * condition in its power; small powers amplify noise in zeros:
         * |(w + e)^p - w^p| <= e^p for p < 1 */
        double scale = p == 0 ? 1 : p < 0 ? pow(t->least, p) : pow(t->norm, p);
        double tol = 10 * t->tol * (p == 0 ? 1 : p < 0 ? fabs(p) * condition(t) : fmax(1, p)) + (p > 0 && p < 1 ? 4 * pow(t->tol, p) : 0);
        ORACLE("power", "the eigenvalues of the dense matrix");
        OK(t->ctx, st);
        EXPECT_TRUE(distance(&got, &want) <= tol * scale * norm_of(&x));
        if (!t->singular && p != 0) {
            LAW("power(-p) undoes power(p)");
            OK(t->ctx, rao_op_power(t->ctx, t->f, -p, &got, &back));
            EXPECT_TRUE(distance(&back, &x) <= 20 * fmax(1, fabs(p)) * t->tol * pow(condition(t), fmax(1, fabs(p))) * norm_of(&x));
        }
    }
    tv_free(&x), tv_free(&got), tv_free(&back), tv_free(&want);
}

/* power(1) is apply and power(-1) is solve, whether by a slot or not; power(0) is the identity. */
static void conform_power(truth *t) {
    static const double powers[] = {1, -1, 0, 0.5, -0.5, 1.7, 2};
    if (t->f->table->power) {
        for (size_t i = 0; i < COUNT(powers); i++) conform_one_power(t, powers[i]);
    } else {
        rao_vec x = draw(t), y = vec(t);
        unable(t, rao_op_power(t->ctx, t->f, 0.5, &x, &y), "power");
        OK(t->ctx, rao_op_power(t->ctx, t->f, 0, &x, &y));
        EXPECT_TRUE(distance(&x, &y) == 0);
        if (t->f->table->apply) {
            rao_vec want = truth_power(t, 1, &x);
            OK(t->ctx, rao_op_power(t->ctx, t->f, 1, &x, &y));
            EXPECT_TRUE(distance(&y, &want) <= t->tol * t->norm * norm_of(&x));
            tv_free(&want);
        }
        tv_free(&x), tv_free(&y);
    }
    rao_vec x = draw(t), y = vec(t);
    EXPECT_FAIL(t->ctx, rao_op_power(t->ctx, t->f, NAN, &x, &y), RAO_EINVAL, "p = nan");
    tv_free(&x), tv_free(&y);
}

static void conform_trace(truth *t) {
    long double want = 0;
    double value = 7;
    for (int64_t i = 0; i < t->n; i++) want += at(&t->a, i, i);
    rao_status st = rao_op_trace(t->ctx, t->f, &value);
    if (!t->f->table->trace) {
        unable(t, st, "trace");
        return;
    }
    LAW("trace = sum of e_i^T F e_i");
    OK(t->ctx, st);
    EXPECT_TRUE(fabs(value - (double)want) <= t->tol * t->norm * (double)(t->n + 1));
}

static void conform_logdet(truth *t) {
    long double want = 0;
    double value = 7;
    for (int64_t i = 0; i < t->n; i++) want += logl(t->w[i] > 0 ? t->w[i] : 1);
    rao_status st = rao_op_logdet(t->ctx, t->f, &value);
    if (!t->f->table->logdet) {
        unable(t, st, "logdet");
    } else if (t->singular) {
        LAW("a singular operator has no log-determinant");
        EXPECT_EQ(st, RAO_EDOMAIN);
        EXPECT_TRUE(value == 7);
    } else {
        LAW("logdet = sum of the logarithms of the eigenvalues");
        OK(t->ctx, st);
        EXPECT_TRUE(fabs(value - (double)want) <= 10 * t->tol * condition(t) * (double)(t->n + 1));
    }
}

static void conform_eigenvalues(truth *t) {
    rao_vec w = vec(t);
    rao_status st = rao_op_eigenvalues(t->ctx, t->f, &w);
    if (!t->f->table->eigenvalues) {
        unable(t, st, "eigenvalues");
    } else {
        ORACLE("eigenvalues, ascending", "Jacobi rotations of the dense matrix");
        OK(t->ctx, st);
        for (int64_t i = 0; i < t->n; i++) {
            EXPECT_TRUE(fabs(vat(&w, i) - (double)t->w[i]) <= 4 * t->tol * t->norm);
            EXPECT_TRUE(i == 0 || vat(&w, i - 1) <= vat(&w, i));
        }
    }
    tv_free(&w);
}

/* Entry (i, j) of the mean of x x^T over S draws of N(0, C) has variance (C_ii C_jj + C_ij^2) / S. */
static void check_covariance(truth *t, const long double *sum, const long double *mean, int64_t draws) {
    const double z = 6; /* n^2 entries at once: their chance of a false alarm is below 1e-5 for n <= 60 */
    for (int64_t i = 0; i < t->n; i++)
        for (int64_t j = 0; j <= i; j++) {
            long double c = 0, ci = 0, cj = 0;
            for (int64_t k = 0; k < t->n; k++) {
                c += t->v[i * t->n + k] * t->v[j * t->n + k] / t->w[k];
                ci += t->v[i * t->n + k] * t->v[i * t->n + k] / t->w[k];
                cj += t->v[j * t->n + k] * t->v[j * t->n + k] / t->w[k];
            }
            double deviation = (double)sqrtl((ci * cj + c * c) / (long double)draws),
                   slack = 10 * t->tol * condition(t) * (double)sqrtl(ci * cj);
            EXPECT_TRUE(fabs((double)(sum[i * t->n + j] / (long double)draws - c)) <= z * deviation + slack);
            if (i == j) EXPECT_TRUE(fabs((double)(mean[i] / (long double)draws)) <= z * sqrt((double)ci / (double)draws) + slack);
        }
}

static void conform_sample(truth *t) {
    const rao_stream s = rao_stream_make(rao_test_seed(), 901);
    const int64_t draws = 4000;
    rao_vec x = vec(t), again = vec(t);
    for (int64_t i = 0; i < t->n; i++) put(x.dtype, x.data, i, 7);
    rao_status st = rao_op_sample(t->ctx, t->f, s, 0, &x);
    if (!t->f->table->sample) {
        unable(t, st, "sample");
    } else if (t->singular) {
        LAW("a singular operator has no N(0, F^-1)");
        EXPECT_EQ(st, RAO_EDOMAIN);
        expect_untouched(t, &x, 7);
    } else {
        OK(t->ctx, st);
        long double *sum = NULL, *mean = NULL;
        OK(t->ctx, rao_alloc(t->ctx, t->n * t->n, &sum));
        OK(t->ctx, rao_alloc(t->ctx, t->n, &mean));
        for (int64_t k = 0; k < draws; k++) {
            OK(t->ctx, rao_op_sample(t->ctx, t->f, s, (uint64_t)k, &again));
            LAW("a sample is a function of stream and step");
            if (k == 0) EXPECT_TRUE(distance(&x, &again) == 0);
            if (k == 1 && t->n) EXPECT_TRUE(distance(&x, &again) > 0);
            for (int64_t i = 0; i < t->n; i++) {
                mean[i] += vat(&again, i);
                for (int64_t j = 0; j <= i; j++) sum[i * t->n + j] += (long double)vat(&again, i) * vat(&again, j);
            }
        }
        LAW("samples have mean 0 and covariance F^-1");
        check_covariance(t, sum, mean, draws);
        rao_free(&sum), rao_free(&mean);
    }
    tv_free(&x), tv_free(&again);
}

static void conform_contract(truth *t) {
    LAW("wrong lengths, dtypes, shared memory and negative dampings are refused by name");
    rao_vec x = draw(t), y = vec(t), wide = tv_make(t->ctx, t->f->dtype, t->n + 1);
    rao_vec other = tv_make(t->ctx, t->f->dtype == RAO_F32 ? RAO_F64 : RAO_F32, t->n);
    const double damping = t->f->damping;
    EXPECT_FAIL(t->ctx, rao_op_apply(t->ctx, t->f, &wide, &y), RAO_EINVAL, t->f->table->name);
    EXPECT_FAIL(t->ctx, rao_op_solve(t->ctx, t->f, &x, &wide), RAO_EINVAL, t->f->table->name);
    EXPECT_FAIL(t->ctx, rao_op_apply(t->ctx, t->f, &x, &other), RAO_EINVAL, rao_dtype_name(other.dtype));
    EXPECT_FAIL(t->ctx, rao_op_eigenvalues(t->ctx, t->f, &wide), RAO_EINVAL, "entries");
    EXPECT_FAIL(t->ctx, rao_op_sample(t->ctx, t->f, rao_stream_make(1, 1), 0, &wide), RAO_EINVAL, "entries");
    if (t->n) EXPECT_FAIL(t->ctx, rao_op_power(t->ctx, t->f, 2, &x, &x), RAO_EINVAL, "share memory");
    EXPECT_FAIL(t->ctx, rao_op_damp(t->ctx, t->f, -1), RAO_EDOMAIN, "want >= 0");
    EXPECT_FAIL(t->ctx, rao_op_damp(t->ctx, t->f, NAN), RAO_EDOMAIN, "want >= 0");
    EXPECT_FAIL(t->ctx, rao_op_damp(t->ctx, t->f, INFINITY), RAO_EDOMAIN, "finite");
    EXPECT_TRUE(t->f->damping == damping);
    tv_free(&x), tv_free(&y), tv_free(&wide), tv_free(&other);
}

static void conform_once(rao_ctx *ctx, rao_op *f, const rao_mat *dense, double tol, int samples) {
    truth t = open_truth(ctx, f, dense, tol);
    conform_apply(&t);
    conform_solve(&t);
    conform_power(&t);
    conform_trace(&t);
    conform_logdet(&t);
    conform_eigenvalues(&t);
    if (samples) conform_sample(&t);
    conform_contract(&t);
    close_truth(&t);
}

/* A damping that matters: the mean eigenvalue, or 1. */
static double unit_of(rao_ctx *ctx, rao_op *f) {
    double trace = 0;
    if (!f->table->trace || f->n == 0) return 1;
    OK(ctx, rao_op_trace(ctx, f, &trace));
    return trace > 0 ? trace / (double)f->n : 1;
}

void op_conform(rao_ctx *ctx, rao_op *f, const rao_mat *dense, double tol) {
    const double damping = f->damping, unit = unit_of(ctx, f);
    conform_once(ctx, f, dense, tol, 1);
    if (!f->table->damp) {
        EXPECT_FAIL(ctx, rao_op_damp(ctx, f, 1), RAO_EUNABLE, f->table->name);
        return;
    }
    if (f->table->apply) { /* every query must follow the damping: what was made for the old one is gone */
        OK(ctx, rao_op_damp(ctx, f, damping + 0.5 * unit));
        conform_once(ctx, f, NULL, tol, 0);
    }
    OK(ctx, rao_op_damp(ctx, f, damping));
    conform_once(ctx, f, dense, tol, 0);
}

void op_conform_additive(rao_ctx *ctx, rao_op *f, double tol) {
    if (!f->table->damp || !f->table->apply) return;
    const double damping = f->damping, unit = unit_of(ctx, f);
    oracle_draw d = oracle_draw_make(902);
    rao_vec x = tv_random(ctx, &d, f->dtype, f->n), y = tv_make(ctx, f->dtype, f->n), damped = tv_make(ctx, f->dtype, f->n);
    OK(ctx, rao_op_damp(ctx, f, 0));
    OK(ctx, rao_op_apply(ctx, f, &x, &y));
    for (double step = 1e-3; step < 2e3; step *= 10) {
        OK(ctx, rao_op_damp(ctx, f, step * unit));
        OK(ctx, rao_op_apply(ctx, f, &x, &damped));
        LAW("apply under damping = F x + damping x");
        for (int64_t i = 0; i < f->n; i++)
            EXPECT_TRUE(fabs(vat(&damped, i) - vat(&y, i) - step * unit * vat(&x, i)) <=
                        tol * (1 + step) * unit * (double)f->n * (norm_of(&x) + 1));
    }
    OK(ctx, rao_op_damp(ctx, f, damping));
    tv_free(&x), tv_free(&y), tv_free(&damped);
}
