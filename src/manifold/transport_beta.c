/* transport_beta.c - the Wasserstein information of a beta law with a shape below one. All but nothing of its mass may lie closer to 0 and 1 than doubles do,
 * and quantiles jump from the one end to the other within a probability of the size of the shape: a step in a shape carries them over the jump. So not in the
 * quantiles Q(u), but with dQ/da = -F_a/f over y = logit x, counted from the nearer end: int F_a F_b [x(1-x)]^2 / w dy, w = x^a (1-x)^b / B(a, b), which falls
 * as the square of the distance to the end. F_a, the derivative of the distribution function, by central differences of order 8: it changes over a itself. */
#include <math.h>
#include <string.h>

#include <rao/num.h>

#include "manifold/transport.h"

typedef struct beta_law {
    const double *s;
    double log_beta;
} beta_law;

/* near dP/d near and far dP/d far, with P = I_x(near, far), or both with the other sign: of the smaller of P and 1 - P. */
static void derivatives(double near, double far, double x, double d[2]) {
    static const double weights[] = {4.0 / 5, -1.0 / 5, 4.0 / 105, -1.0 / 280};
    const double h = 0.01;
    double (*mass)(double, double, double) = rao_beta_p(near, far, x) < 0.5 ? rao_beta_p : rao_beta_q;
    d[0] = d[1] = 0;
    for (int k = 0; k < 4; k++) {
        double up = 1 + (k + 1) * h, down = 1 - (k + 1) * h;
        d[0] += weights[k] / h * (mass(near * up, far, x) - mass(near * down, far, x));
        d[1] += weights[k] / h * (mass(near, far * up, x) - mass(near, far * down, x));
    }
}

/* Both ends at the distance t in the logit. */
static rao_status both_ends(rao_ctx *ctx, void *arg, const rao_nodes *at, double *f) {
    const beta_law *law = arg;
    (void)ctx;
    for (int64_t i = 0; i < at->count; i++, f += 3) {
        double t = at->x[i], x = rao_logistic(-t), d[2];
        f[0] = f[1] = f[2] = 0;
        for (int end = 0; end < 2; end++) {
            double near = law->s[end], far = law->s[1 - end];
            double log_w = -near * rao_softplus(t) - far * rao_softplus(-t) - law->log_beta;
            derivatives(near, far, x, d);
            double unit = exp(-t - 2 * rao_softplus(-t) - 0.5 * log_w), a = d[end], b = d[1 - end];
            if (a != 0) a *= unit;
            if (b != 0) b *= unit;
            f[0] += a * a, f[1] += a * b, f[2] += b * b;
        }
    }
    return RAO_OK;
}

/* Where masses lie: of a small shape beside a large one, over distances to the end of one part in the large one. */
static int64_t places(const double *s, double *at) {
    double far = log(fmax(s[0], s[1]));
    int64_t n = 0;
    for (double out = -6; out <= 12; out += 3)
        if (far + out > 0) at[n++] = far + out;
    return n;
}

static rao_status unreached(rao_ctx *ctx, const rao_family *f) {
    return rao_fail(ctx, RAO_ENUMERIC, "%s: wasserstein_information was not reached: too much of it lies where doubles do not see it",
                    f->table->info.name);
}

rao_status rao_beta_information(rao_ctx *ctx, const rao_family *f, const double *s, double *g, rao_quality *quality) {
    beta_law law = {s, rao_lbeta(s[0], s[1])};
    double values[3], cuts[8];
    rao_quad_info info[3];
    rao_quad_opts opts;
    rao_quad_opts_init(&opts);
    opts.rel_tol = 1e-10, opts.magnitude_tol = 1e-12, opts.max_evaluations = 20000, opts.scale = 1, opts.breaks = cuts,
    opts.n_breaks = places(s, cuts);
    memset(info, 0, sizeof info);
    rao_status st = rao_quad(ctx, &opts, both_ends, &law, 3, 0, INF, values, info);
    if (st == RAO_EDOMAIN || (st == RAO_OK && !(values[0] > 0 && values[2] > 0))) return unreached(ctx, f);
    if (st != RAO_OK) return st;
    for (int i = 0, k = 0; i < 2; i++)
        for (int j = 0; j <= i; j++, k++) {
            g[2 * i + j] = g[2 * j + i] = values[k] / s[i] / s[j];
            quality->error = fmax(quality->error, (info[k].error + 1e-12 * info[k].magnitude) / s[i] / s[j]); /* of the differences */
            if (!isfinite(g[2 * i + j])) return unreached(ctx, f);
        }
    return quality->method = RAO_QUADRATURE, RAO_OK;
}
