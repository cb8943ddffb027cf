/* location_scale.c - the slots of families x = mu + sigma z with a known law of z:
 * score (slope(z), z slope(z) - 1)/sigma, Fisher a constant matrix / sigma^2, entropy that of z plus log sigma. */
#include <math.h>

#include "family/family.h"

double rao_standard_logpdf(const rao_family *f, const double *s, const double *x) {
    return f->table->standard->log_density(f, (x[0] - s[0]) / s[1]) - log(s[1]);
}

/* Close arguments: minus their difference times the mean slope between them, by Gauss's rule of three points, 1e-18 for differences below 1e-3. */
double rao_standard_log_ratio(const rao_family *f, const double *s, const double *t, const double *x) {
    const family_standard *law = f->table->standard;
    double z = (x[0] - t[0]) / t[1], d = rao_standard_gap(s, t, z), side = 0.5 * 0.77459666924148337704 * d,
           scales = rao_log_quotient(t[1], s[1]);
    if (rao_scales_apart(s[1], t[1])) return law->log_density(f, (x[0] - s[0]) / s[1]) - law->log_density(f, z) + scales;
    if (!(fabs(d) < 1e-3)) return law->log_density(f, z + d) - law->log_density(f, z) + scales;
    double mean = (5 * law->slope(f, z + 0.5 * d - side) + 8 * law->slope(f, z + 0.5 * d) + 5 * law->slope(f, z + 0.5 * d + side)) / 18;
    return scales - d * mean;
}

void rao_standard_score(const rao_family *f, const double *s, const double *x, double *g) {
    double z = (x[0] - s[0]) / s[1];
    g[0] = f->table->standard->slope(f, z) / s[1];
    g[1] = f->table->standard->stretch(f, z) / s[1];
}

void rao_standard_fisher(const rao_family *f, const double *s, double *m) {
    double unit[3];
    f->table->standard->information(f, unit);
    m[0] = unit[0] / s[1] / s[1], m[1] = m[2] = unit[1] / s[1] / s[1], m[3] = unit[2] / s[1] / s[1];
}

double rao_standard_entropy(const rao_family *f, const double *s) { return f->table->standard->entropy(f) + log(s[1]); }
void rao_standard_center(const rao_family *f, const double *s, double *middle, double *scale) { (void)f, *middle = s[0], *scale = s[1]; }

rao_status rao_standard_mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    const double u[3] = {0.25, 0.5, 0.75};
    double q[3];
    rao_status st = rao_data_quantiles(ctx, data, 0, 3, u, q);
    if (st) return st;
    c[0] = q[1];
    c[1] = (q[2] - q[0]) / 2;
    if (!(c[1] > 0))
        return rao_fail(ctx, RAO_EDOMAIN,
                        "%s: half of the observations are %.17g: the likelihood may grow without bound as the scale falls to 0",
                        f->table->info.name, q[1]);
    return rao_mle_by_scoring(ctx, f, data, c);
}
