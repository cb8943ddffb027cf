#include "family/expect.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include <rao/num.h>

#include "family/generic.h"
#include "family/integrate.h"

/* ---- several variables: averages over draws ------------------------------------------------------------------ */

/* Running means of m numbers and the sums of their squared deviations (Welford 1962). An infinity stays. */
typedef struct averages {
    int64_t m, n;
    double *mean, *squares;
} averages;

static void take(averages *a, const double *one) {
    a->n++;
    for (int64_t j = 0; j < a->m; j++) {
        if (isinf(one[j]) || isinf(a->mean[j])) {
            a->mean[j] = isinf(a->mean[j]) ? a->mean[j] : one[j];
            continue;
        }
        double delta = one[j] - a->mean[j];
        a->mean[j] += delta / (double)a->n;
        a->squares[j] += delta * (one[j] - a->mean[j]);
    }
}

/* The largest standard error. */
static double standard_error(const averages *a) {
    double most = 0;
    for (int64_t j = 0; j < a->m; j++) most = fmax(most, a->squares[j]);
    return sqrt(most) / (double)a->n;
}

/* g at draw i, weighted so that its mean is what is asked for. */
typedef rao_status draw_fn(rao_ctx *ctx, int64_t i, double *x, double *one, void *arg);

static rao_status over_draws(rao_ctx *ctx, const rao_family *f, int64_t samples, int64_t m, draw_fn *draw, void *arg, double *mean,
                             rao_quality *quality) {
    rao_status st;
    double *x, *one;
    averages a = {m, 0, mean, NULL};
    int64_t n = samples > 0 ? samples : 100000;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->observation, &x));
    RAO_TRY(rao_scratch(ctx, m, &one));
    RAO_TRY(rao_scratch(ctx, m, &a.squares));
    memset(a.squares, 0, sizeof *a.squares * (size_t)m);
    memset(mean, 0, sizeof *mean * (size_t)m);
    for (int64_t i = 0; i < n; i++) {
        memset(one, 0, sizeof *one * (size_t)m);
        RAO_TRY(draw(ctx, i, x, one, arg));
        take(&a, one);
    }
    *quality = (rao_quality){RAO_MONTE_CARLO, standard_error(&a)};
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* ---- under one member ---------------------------------------------------------------------------------------- */

typedef struct under {
    const rao_family *f;
    const double *s;
    const expect_draws *draws;
    expect_fn *g;
    void *arg;
} under;

static rao_status weighted_at(rao_ctx *ctx, const double *x, double *value, void *arg) {
    const under *u = arg;
    double weight = exp(u->f->table->logpdf(u->f, u->s, x));
    if (isnan(weight)) return rao_no_value(ctx, u->f, u->s, x);
    return weight > 0 ? u->g(ctx, x, weight, value, u->arg) : RAO_OK;
}

static rao_status at_draw(rao_ctx *ctx, int64_t i, double *x, double *one, void *arg) {
    const under *u = arg;
    rao_draws d = rao_draws_at(u->draws->stream, u->draws->step, (uint64_t)i);
    u->f->table->sample(u->f, u->s, &d, x);
    if (isnan(x[0])) return rao_no_value(ctx, u->f, u->s, x);
    return u->g(ctx, x, 1, one, u->arg);
}

rao_status rao_expect(rao_ctx *ctx, const rao_family *f, const double *s, const double *t, const expect_draws *draws, int64_t m,
                      expect_fn *g, void *arg, double *mean, rao_quality *quality) {
    under u = {f, s, draws, g, arg};
    if (!draws->only && rao_integrable(f)) return rao_integrate(ctx, f, s, t, NULL, m, draws->noise, weighted_at, &u, mean, NULL, quality);
    return over_draws(ctx, f, draws->samples, m, at_draw, &u, mean, quality);
}

/* ---- the mass ------------------------------------------------------------------------------------------------ */

static rao_status weigh(rao_ctx *ctx, const double *x, double weight, double *sum, void *arg) {
    return (void)ctx, (void)x, (void)arg, *sum += weight, RAO_OK;
}

rao_status rao_expect_mass(rao_ctx *ctx, const rao_family *f, const double *s, double *mass, rao_quality *quality) {
    const expect_draws draws = {rao_stream_make(0, 0), 0, 2, 0, 0};
    return rao_expect(ctx, f, s, NULL, &draws, 1, weigh, NULL, mass, quality);
}

int rao_is_one(double mass, double error) { return fabs(mass - 1) <= fmax(1e-9, 5 * error); }

/* Mass per unit of log distance from an end, at the double next to it: what lies closer is about this, or more. */
static int more_beyond(const rao_family *f, const double *s, double end, double inside) {
    double x = isinf(end) ? copysign(DBL_MAX, end) : nextafter(end, inside), away = isinf(end) ? DBL_MAX : fabs(x - end);
    if (!f->table->possible(f, &x)) return 0;
    return !(f->table->logpdf(f, s, &x) + log(away) < -28); /* a millionth of a millionth */
}

rao_status rao_want_mass_seen(rao_ctx *ctx, const rao_family *f, const double *s, double mass) {
    double low = -INF, high = INF;
    const char *name = f->table->info.name;
    if (!(mass > 0 && mass < INF))
        return rao_fail(ctx, RAO_ENUMERIC, "%s: the integral of its density was not reached: it is %g over the doubles", name, mass);
    if (f->table->info.discrete || !f->table->support) return RAO_OK;
    f->table->support(f, s, &low, &high);
    if (!more_beyond(f, s, low, high) && !more_beyond(f, s, high, low)) return RAO_OK;
    return rao_fail(
        ctx, RAO_ENUMERIC,
        "%s: the integral of its density was not reached: it is %.10g over the doubles, and mass lies beyond them or closer to an "
        "end of the support than they do",
        name, mass);
}

/* ---- over two members ---------------------------------------------------------------------------------------- */

typedef struct pair {
    const rao_family *f;
    const double *p, *q;
    const expect_draws *draws;
    pair_fn *g;
    void *arg;
} pair;

static rao_status pair_at(rao_ctx *ctx, const double *x, double *value, void *arg) {
    const pair *a = arg;
    double log_p = a->f->table->logpdf(a->f, a->p, x), log_q = a->f->table->logpdf(a->f, a->q, x);
    if (isnan(log_p) || isnan(log_q)) return rao_no_value(ctx, a->f, isnan(log_p) ? a->p : a->q, x);
    return log_p == -INF && log_q == -INF ? RAO_OK : a->g(ctx, x, log_p, log_q, 1, value, a->arg);
}

/* Even draws from p, odd ones from q: the two strata share the mean over (p + q)/2, and the pooled variance is not below theirs. */
static rao_status pair_draw(rao_ctx *ctx, int64_t i, double *x, double *one, void *arg) {
    const pair *a = arg;
    rao_draws d = rao_draws_at(a->draws->stream, a->draws->step, (uint64_t)i);
    a->f->table->sample(a->f, i % 2 ? a->q : a->p, &d, x);
    double log_p = a->f->table->logpdf(a->f, a->p, x), log_q = a->f->table->logpdf(a->f, a->q, x), top = fmax(log_p, log_q);
    if (isnan(log_p) || isnan(log_q)) return rao_no_value(ctx, a->f, isnan(log_p) ? a->p : a->q, x);
    if (top == -INF) return RAO_OK;
    /* both densities in units of the larger: theirs may be no doubles in many variables */
    double weight = 2 / (exp(log_p - top) + exp(log_q - top));
    return a->g(ctx, x, log_p - top, log_q - top, weight, one, a->arg);
}

rao_status rao_integrate_pair(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, const expect_draws *draws, int64_t m,
                              pair_fn *g, void *arg, double *value, rao_quality *quality) {
    return rao_integrate_pair_marked(ctx, f, p, q, NULL, draws, m, g, arg, value, quality);
}
rao_status rao_integrate_pair_marked(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, const integrate_marks *extra,
                                     const expect_draws *draws, int64_t m, pair_fn *g, void *arg, double *value, rao_quality *quality) {
    pair a = {f, p, q, draws, g, arg};
    if (!draws->only && rao_integrable(f)) return rao_integrate(ctx, f, p, q, extra, m, draws->noise, pair_at, &a, value, NULL, quality);
    return over_draws(ctx, f, draws->samples + draws->samples % 2, m, pair_draw, &a, value, quality);
}
