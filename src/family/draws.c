#include "family/draws.h"

#include <math.h>

#include "family/saddle.h"

rao_draws rao_draws_at(rao_stream s, uint64_t step, uint64_t index) {
    const uint32_t counter[4] = {(uint32_t)index, (uint32_t)(index >> 32), (uint32_t)step, (uint32_t)(step >> 32) ^ 0x80000000u};
    uint32_t out[4];
    rao_philox4x32(counter, s.key, out);
    return (rao_draws){{{out[0], out[1]}}, 0};
}

double rao_draw_uniform(rao_draws *d) { return rao_uniform_at(d->s, 0, d->next++); }
double rao_draw_normal(rao_draws *d) { return rao_normal_at(d->s, 1, d->next++); }

static double poisson_by_inversion(rao_draws *d, double rate) {
    double u = rao_draw_uniform(d), p = exp(-rate), k = 0;
    while (u > p && k < 1000) {
        u -= p;
        p *= rate / ++k;
    }
    return k;
}

/* A ratio of uniforms under the hat k = (2a/us + b) u + rate + 0.43; the squeeze vr accepts most pairs at once. */
static double poisson_by_rejection(rao_draws *d, double rate) {
    double log_rate = log(rate), b = 0.931 + 2.53 * sqrt(rate), a = -0.059 + 0.02483 * b;
    double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4), vr = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
        double u = rao_draw_uniform(d) - 0.5, v = rao_draw_uniform(d), us = 0.5 - fabs(u);
        double k = floor((2 * a / us + b) * u + rate + 0.43);
        if (us >= 0.07 && v <= vr) return k;
        if (k < 0 || (us < 0.013 && v > us)) continue;
        if (log(v * inverse_alpha / (a / (us * us) + b)) <= -rao_poisson_nll(k, rate, log_rate)) return k;
    }
}

double rao_draw_poisson(rao_draws *d, double rate) {
    if (!(rate > 0 && rate < 1e300)) return rate < 1 ? 0 : rate; /* the spread of a rate of 1e300 is below its last digit */
    return rate < 10 ? poisson_by_inversion(d, rate) : poisson_by_rejection(d, rate);
}

static double binomial_by_inversion(rao_draws *d, double n, double p, double q) {
    double u = rao_draw_uniform(d), mass = exp(n * log1p(-p)), odds = p / q, k = 0;
    while (u > mass && k < n && k < 1000) {
        u -= mass;
        mass *= odds * (n - k) / (k + 1);
        k++;
    }
    return k;
}

static double binomial_by_rejection(rao_draws *d, double n, double p, double q) {
    double spread = sqrt(n * p * q), b = 1.15 + 2.53 * spread, a = -0.0873 + 0.0248 * b + 0.01 * p, c = n * p + 0.5, vr = 0.92 - 4.2 / b;
    double alpha = (2.83 + 5.1 / b) * spread, mode = floor((n + 1) * p), best = rao_binomial_nll(mode, n - mode, p, q);
    for (;;) {
        double u = rao_draw_uniform(d) - 0.5, v = rao_draw_uniform(d), us = 0.5 - fabs(u);
        double k = floor((2 * a / us + b) * u + c);
        if (us >= 0.07 && v <= vr) return k;
        if (k < 0 || k > n) continue;
        if (log(v * alpha / (a / (us * us) + b)) <= best - rao_binomial_nll(k, n - k, p, q)) return k;
    }
}

double rao_draw_binomial(rao_draws *d, double n, double p, double q) {
    if (p > 0.5) return n - rao_draw_binomial(d, n, q, p);
    if (!(p > 0)) return 0;
    return n * p < 10 ? binomial_by_inversion(d, n, p, q) : binomial_by_rejection(d, n, p, q);
}
