/* transport_slopes.c - the Wasserstein information G_ij = int dQ_i dQ_j du from quantiles, over both tails, u = e^-s / 2.
 *
 * Gamma and inverse gamma laws, x = y/rate and x = beta/y, y of unit scale: with the other coordinate c, Q is a power of c times a function of the shape, so
 *   G_cc = E x^2 / c^2 and G_ac = +-d(E x^2)/da / (2 c):
 *     gamma           a(a+1)/rate^4,            -(2a+1)/(2 rate^3),
 *     inverse gamma   1/[(a-1)(a-2)],           -beta (2a-3)/(2 [(a-1)(a-2)]^2),
 *   and G_aa = int Q^2 (d log y/da)^2 du by quadrature; for a gamma of a tiny shape (2 - pi^2/6)/(a rate^2), all of it in a tail of the size of the shape, where
 *   log Q changes by -E_1(y) e^y / a; of a huge one 1/rate^2 and beta^2/a^4, as y is a (1 + O(a^-1/2)).
 *   log y is nearly a power of a, whose differences of order 8 in steps of a hundredth lose nothing, where those of Q would.
 * Beta laws with shapes from 1 on: all of it from differences of Q. */
#include <math.h>
#include <string.h>

#include <rao/num.h>

#include "manifold/transport.h"

static const double weights[] = {4.0 / 5, -1.0 / 5, 4.0 / 105, -1.0 / 280};

static rao_status unseen(rao_ctx *ctx, const rao_family *f) {
    return rao_fail(
        ctx, RAO_ENUMERIC,
        "%s: wasserstein_information was not reached: too much of it lies in tails whose probabilities are no doubles, or it is "
        "none itself",
        f->table->info.name);
}

/* ---- gamma and inverse gamma ------------------------------------------------------------------------------------- */

typedef struct shape {
    double a;
    int inverse;
} shape;

/* d log y / d log a at the probability of a tail of y. */
static double log_slope(double a, double log_tail, int upper) {
    double sum = 0;
    for (int k = 0; k < 4; k++) {
        double h = 0.01 * (k + 1);
        sum += weights[k] * (rao_log_gamma_quantile(a * (1 + h), log_tail, upper) - rao_log_gamma_quantile(a * (1 - h), log_tail, upper));
    }
    return sum / 0.01;
}

/* a^2 times the integrand; a tail that lies beyond the doubles has nothing of it but where 1/y is large. */
static rao_status shape_square(rao_ctx *ctx, void *arg, const rao_nodes *at, double *f) {
    const shape *k = arg;
    (void)ctx;
    for (int64_t i = 0; i < at->count; i++) {
        double log_tail = log(0.5) - at->x[i];
        f[i] = 0;
        for (int upper = 0; upper < 2; upper++) {
            double log_y = rao_log_gamma_quantile(k->a, log_tail, upper), root = 0;
            if (isfinite(log_y)) root = exp(0.5 * log_tail + (k->inverse ? -log_y : log_y));
            if (root > 0) root *= log_slope(k->a, log_tail, upper);
            if (isfinite(root)) f[i] += root * root;
        }
    }
    return RAO_OK;
}

/* The rest of a^2 G_aa of 1/y from L = -log(u Gamma(a+1)) on, where y = e^(-L/a): the integral of e^(-kL) (L/a + psi(a+1))^2 / Gamma(a+1), k = 1 - 2/a. */
static double power_tail(double a, double l) {
    double k = (a - 2) / a, w = l / a + rao_digamma(a + 1), v = 1 / (a * k);
    return exp(-k * l - rao_lgamma1p(a)) / k * ((w + v) * (w + v) + v * v);
}

/* G_aa of unit scale; *error: its own. */
static rao_status of_shape(rao_ctx *ctx, const rao_family *f, double a, double *out, double *error) {
    shape k = {a, f->table == &rao_table_inverse_gamma};
    const double unit[2] = {a, 1};
    double cuts[8], end = INF, rest = 0;
    rao_quad_info info;
    rao_quad_opts opts;
    *error = 0;
    if (!k.inverse && a < 1e-17) return *out = 0.35506593315177356353 / a, RAO_OK;
    if (a > 1e17) return *out = k.inverse ? 1 / a / a / a / a : 1, RAO_OK;
    rao_quad_opts_init(&opts);
    if (k.inverse) end = rao_power_begins;
    if (k.inverse && a < 10) rest = power_tail(a, end + log(2) - rao_lgamma1p(a));
    opts.rel_tol = 1e-11, opts.abs_tol = 1e-12 * rest, opts.scale = 1;
    opts.breaks = cuts, opts.n_breaks = rao_quantile_turns(f, unit, unit, cuts);
    rao_status st = rao_quad(ctx, &opts, shape_square, &k, 1, 0, end, out, &info);
    if (st == RAO_EDOMAIN) return unseen(ctx, f);
    if (st) return st;
    *out += rest, *error = (info.error + 1e-12 * *out) / a / a; /* of the differences, and of logarithms of 600 */
    return *out = *out / a / a, RAO_OK;
}

static rao_status gamma_information(rao_ctx *ctx, const rao_family *f, const double *s, double *g, rao_quality *quality) {
    double a = s[0], c = s[1], unit = f->table == &rao_table_gamma ? 1 / c : c, by_shape, error;
    if (f->table == &rao_table_inverse_gamma) {
        double second = (a - 1) * (a - 2);
        if (!(a > 2))
            return rao_fail(ctx, RAO_EDOMAIN, "%s: alpha = %.17g: without a second moment the information is infinite, want > 2",
                            f->table->info.name, a);
        g[3] = 1 / (a - 1) / (a - 2), g[1] = -0.5 * c * (2 * a - 3) / second / second;
    } else g[3] = a * unit * ((a + 1) * unit) * unit * unit, g[1] = -(a + 0.5) * unit * unit * unit;
    RAO_OR_RETURN(of_shape(ctx, f, a, &by_shape, &error));
    g[2] = g[1], g[0] = by_shape * unit * unit;
    *quality = (rao_quality){error > 0 ? RAO_QUADRATURE : RAO_CLOSED, error * unit * unit};
    return RAO_OK;
}

/* ---- beta -------------------------------------------------------------------------------------------------------- */

enum { MOST_COORDS = 2 };

typedef struct slopes {
    const rao_family *f;
    const double *s;
    double h[MOST_COORDS]; /* a hundredth of the distance to the nearest edge of the family: truncation 1e-13, rounding the same */
} slopes;

static double slope(const slopes *a, int64_t i, double tail, int upper) {
    double s[8], up, down, sum = 0;
    for (int64_t k = 0; k < a->f->state && k < 8; k++) s[k] = a->s[k];
    for (int k = 0; k < 4; k++) {
        s[i] = a->s[i] + (k + 1) * a->h[i];
        up = rao_quantile_at(a->f, s, tail, upper);
        s[i] = a->s[i] - (k + 1) * a->h[i];
        down = rao_quantile_at(a->f, s, tail, upper);
        sum += weights[k] * (up - down);
    }
    return sum / a->h[i];
}

static rao_status products(rao_ctx *ctx, void *arg, const rao_nodes *at, double *f) {
    const slopes *a = arg;
    int64_t n = a->f->dim, m = n * (n + 1) / 2;
    (void)ctx;
    for (int64_t k = 0; k < at->count; k++) {
        double tail = 0.5 * exp(-at->x[k]);
        for (int64_t i = 0; i < m; i++) f[k * m + i] = tail > 1e-307 ? 0 : INF; /* beyond the doubles, as for the distance */
        for (int upper = 0; upper < 2 && tail > 1e-307; upper++) {
            double d[MOST_COORDS], *out = f + k * m;
            for (int64_t i = 0; i < n; i++) d[i] = slope(a, i, tail, upper);
            for (int64_t i = 0; i < n; i++)
                for (int64_t j = 0; j <= i; j++) *out++ += d[i] * tail * d[j];
        }
    }
    return RAO_OK;
}

static int all_found(const rao_quad_info *info, int64_t m) {
    for (int64_t k = 0; k < m; k++)
        if (!(info[k].evaluations > 0 && info[k].error <= 1e-6 * info[k].magnitude)) return 0;
    return 1;
}

/* With a <= b: quantiles near 1 would lose the digits of their differences. */
static rao_status of_shapes(rao_ctx *ctx, const rao_family *f, const double *s, double *g, rao_quality *quality) {
    slopes a = {f, s, {0.01 * s[0], 0.01 * s[1]}};
    double values[MOST_COORDS * (MOST_COORDS + 1) / 2], cuts[8], error = 0;
    rao_quad_info info[MOST_COORDS * (MOST_COORDS + 1) / 2];
    rao_quad_opts opts;
    rao_quad_opts_init(&opts);
    opts.rel_tol = 1e-10, opts.magnitude_tol = 1e-12, opts.scale = 1, opts.breaks = cuts, opts.n_breaks = rao_quantile_turns(f, s, s, cuts);
    opts.max_evaluations = 2000; /* more is spent on the rounding of quantiles */
    memset(info, 0, sizeof info);
    rao_status st = rao_quad(ctx, &opts, products, &a, f->dim * (f->dim + 1) / 2, 0, INF, values, info);
    if (st == RAO_EDOMAIN) return unseen(ctx, f);
    if (st == RAO_ENUMERIC && all_found(info, f->dim * (f->dim + 1) / 2)) st = RAO_OK; /* as good as its error says */
    if (st != RAO_OK) return st;
    for (int64_t i = 0, k = 0; i < f->dim; i++)
        for (int64_t j = 0; j <= i; j++, k++) {
            g[i * f->dim + j] = g[j * f->dim + i] = info[k].value;
            error = fmax(error, info[k].error + 1e-12 * info[k].magnitude); /* of the differences */
        }
    *quality = (rao_quality){RAO_QUADRATURE, error};
    return RAO_OK;
}

rao_status rao_quantile_information(rao_ctx *ctx, const rao_family *f, const double *s, double *g, rao_quality *quality) {
    const double mirrored[3] = {s[1], s[0], s[2]};
    if (f->table != &rao_table_beta) return gamma_information(ctx, f, s, g, quality);
    if (fmin(s[0], s[1]) < 1) return rao_beta_information(ctx, f, s, g, quality);
    if (s[0] <= s[1]) return of_shapes(ctx, f, s, g, quality);
    RAO_OR_RETURN(of_shapes(ctx, f, mirrored, g, quality));
    double first = g[0];
    return g[0] = g[3], g[3] = first, RAO_OK;
}
