/* mean.c - means of several points in natural or expectation coordinates, as far as families share them.
 *
 * Normals: in theta, 1/sigma^2 = sum w_k / sigma_k^2 and mu = sum w_k mu_k sigma^2 / sigma_k^2; in eta, mu = sum w_k mu_k and
 * sigma^2 = sum w_k (sigma_k^2 + (mu_k - mu)^2), which does not pass through E x^2. Both in units of one of the scales: no square overflows. */
#include <math.h>

#include "family/family.h"

int64_t rao_mean_heaviest(const family_mean *m) {
    int64_t top = 0;
    for (int64_t k = 1; k < m->n; k++)
        if (fabs(m->w[k]) > fabs(m->w[top])) top = k;
    return top;
}

double rao_mean_at(const family_mean *m, int64_t place) {
    double base = m->s[rao_mean_heaviest(m)][place], sum = 0;
    for (int64_t k = 0; k < m->n; k++) sum += m->w[k] * (m->s[k][place] - base);
    return base + sum;
}

double rao_geometric_mean_at(const family_mean *m, int64_t place) {
    double base = m->s[rao_mean_heaviest(m)][place], sum = 0;
    for (int64_t k = 0; k < m->n; k++) {
        double u = (m->s[k][place] - base) / base;
        sum += m->w[k] * (fabs(u) < 0.5 ? log1p(u) : log(m->s[k][place]) - log(base));
    }
    return base * exp(sum);
}

double rao_mean_least(const family_mean *m, int64_t place) {
    double least = INF;
    for (int64_t k = 0; k < m->n; k++)
        if (m->w[k] != 0) least = fmin(least, m->s[k][place]);
    return least;
}

double rao_mean_largest(const family_mean *m, int64_t place) {
    double largest = -INF;
    for (int64_t k = 0; k < m->n; k++)
        if (m->w[k] != 0) largest = fmax(largest, m->s[k][place]);
    return largest;
}

double rao_harmonic_mean_at(const family_mean *m, int64_t place) {
    double unit = rao_mean_least(m, place), sum = 0;
    for (int64_t k = 0; k < m->n; k++) sum += m->w[k] * (unit / m->s[k][place]);
    return unit / sum;
}

rao_status rao_mean_inside(rao_ctx *ctx, const rao_family *f, const char *name, double value) {
    if (value > 0 && value < INF) return RAO_OK;
    return rao_fail(ctx, RAO_EDOMAIN, "%s: the mean leaves the family: %s = %.17g, want > 0 and finite", f->table->info.name, name, value);
}

rao_status rao_normal_e_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, int64_t mu, int64_t sigma, double *s) {
    double unit = rao_mean_least(m, sigma), base = m->s[rao_mean_heaviest(m)][mu], precision = 0, sum = 0;
    for (int64_t k = 0; k < m->n; k++) {
        if (m->w[k] == 0) continue; /* its ratio may overflow */
        double ratio = unit / m->s[k][sigma], weight = m->w[k] * ratio * ratio;
        precision += weight;
        sum += weight * (m->s[k][mu] - base);
    }
    rao_status st = rao_mean_inside(ctx, f, "1/sigma^2", precision > 0 ? precision : precision / unit / unit);
    if (st) return st;
    s[sigma] = unit / sqrt(precision);
    s[mu] = base + sum / precision;
    return RAO_OK;
}

rao_status rao_normal_m_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, int64_t mu, int64_t sigma, double *s) {
    double mean = rao_mean_at(m, mu), unit = 0, var = 0;
    for (int64_t k = 0; k < m->n; k++)
        if (m->w[k] != 0) unit = fmax(unit, fmax(m->s[k][sigma], fabs(m->s[k][mu] - mean)));
    for (int64_t k = 0; k < m->n; k++) {
        if (m->w[k] == 0) continue;
        double width = m->s[k][sigma] / unit, gap = (m->s[k][mu] - mean) / unit;
        var += m->w[k] * (width * width + gap * gap);
    }
    rao_status st = rao_mean_inside(ctx, f, "sigma^2", var > 0 ? var : var * unit * unit);
    if (st) return st;
    s[sigma] = unit * sqrt(var);
    s[mu] = mean;
    return RAO_OK;
}
