/* family_conform.h - laws that every family of the registry keeps, given two of its points.
 *
 * Integrals are taken here, by double-exponential quadrature or plain sums over the density alone, so that no closed form vouches for itself. */
#ifndef FAMILY_CONFORM_H
#define FAMILY_CONFORM_H

#include <float.h>

#include "rao_test.h"
#include <rao/family.h>

enum { CONFORM_MOST = 24, CONFORM_NODES = 2100, CONFORM_DRAWS = 20000 };

typedef struct conform_case {
    const char *family;
    int64_t dimension;
    double fixed;
    double p[CONFORM_MOST], q[CONFORM_MOST]; /* in chart 0 */
    double cut;     /* nonzero: tolerance of integrals, where the density is singular at an end or its tails are too heavy for the nodes */
    double rough;   /* nonzero: tolerance of the Hessian of KL, where the density has a kink */
    int no_maximum; /* the likelihood is unbounded */
} conform_case;

typedef struct conform {
    rao_ctx *ctx;
    const conform_case *c;
    rao_family *f;
    const rao_family_info *info;
    int64_t dim, observation, charts;
    double x[CONFORM_DRAWS * 4]; /* draws from p, `observation` numbers each */
    int64_t draws;
    /* nodes and weights that integrate over the support: exact sums of the density, or quadrature; n = 0 for several variables */
    int64_t n;
    double node[CONFORM_NODES], weight[CONFORM_NODES];
} conform;

static double conform_tolerance(const conform *k) { return k->c->cut > 0 ? k->c->cut : 1e-11; }

static void conform_open(conform *k, const conform_case *c) {
    rao_family_opts o;
    rao_fixed fixed = {NULL, c->fixed};
    memset(k, 0, sizeof *k);
    k->ctx = rao_test_ctx();
    k->c = c;
    rao_family_opts_init(&o);
    o.dimension = c->dimension;
    for (int64_t i = 0; (k->info = rao_family_list(i)) && strcmp(k->info->name, c->family); i++) continue;
    EXPECT_TRUE(k->info != NULL);
    if (k->info->fixed) fixed.name = k->info->fixed, o.fixed = &fixed, o.fixed_count = 1;
    OK(k->ctx, rao_family_create(k->ctx, c->family, &o, &k->f));
    k->dim = rao_family_tangent(k->f, 0);
    k->observation = rao_family_observation(k->f);
    k->charts = rao_family_chart_count(k->f);
}

static void conform_close(conform *k) {
    rao_family_destroy(&k->f);
    rao_test_ctx_close(&k->ctx);
}

static double conform_logpdf(conform *k, int64_t chart, const double *p, const double *x) {
    double value;
    OK(k->ctx, rao_family_logpdf(k->ctx, k->f, chart, p, x, &value));
    return value;
}

static int conform_compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* ---- nodes ---- */

static void conform_add(conform *k, double x, double weight) {
    if (!(weight > 0) || !isfinite(x) || !isfinite(weight)) return;
    EXPECT_TRUE(k->n < CONFORM_NODES);
    k->node[k->n] = x, k->weight[k->n++] = weight;
}

/* (a, b) with b possibly infinite, or (-inf, b) when a is: double exponential (Takahasi & Mori 1974). */
static void conform_interval(conform *k, double a, double b, double scale) {
    const double h = 1.0 / 64, half_pi = 1.57079632679489661923;
    for (int i = -340; i <= 340; i++) {
        double t = i * h, u = half_pi * sinh(t), du = half_pi * cosh(t) * h;
        if (isfinite(a) && isfinite(b)) {
            double e = exp(-2 * fabs(u)), side = e / (1 + e), w = (b - a) * 2 * e / ((1 + e) * (1 + e)) * du;
            double x = u < 0 ? a + (b - a) * side : b - (b - a) * side;
            if (x > a && x < b) conform_add(k, x, w);
        } else {
            double d = scale * exp(u), x = isfinite(a) ? a + d : b - d;
            if (d > 0 && x != (isfinite(a) ? a : b)) conform_add(k, x, d * du);
        }
    }
}

static void conform_sum(conform *k, double low, double high, double middle) {
    for (double x = floor(middle); x <= high && x >= low; x++) {
        double weight = exp(conform_logpdf(k, 0, k->c->p, &x));
        conform_add(k, x, weight);
        if (x > middle + 8 && weight < 1e-26) break;
    }
    for (double x = floor(middle) - 1; x >= low; x--) {
        double weight = exp(conform_logpdf(k, 0, k->c->p, &x));
        conform_add(k, x, weight);
        if (x < middle - 8 && weight < 1e-26) break;
    }
}

static void conform_nodes(conform *k) {
    double low, high, sorted[1001];
    k->draws = CONFORM_DRAWS;
    EXPECT_TRUE(k->observation <= 4);
    OK(k->ctx, rao_family_sample(k->ctx, k->f, 0, k->c->p, rao_stream_make(rao_test_seed(), 17), 0, 0, k->draws, k->x, k->observation));
    if (k->observation > 1 || (k->info->dimension && !k->info->discrete)) return;
    if (k->info->discrete && k->info->dimension) {
        for (double x = 0; x < (double)k->c->dimension; x++) conform_add(k, x, exp(conform_logpdf(k, 0, k->c->p, &x)));
        return;
    }
    memcpy(sorted, k->x, sizeof sorted);
    qsort(sorted, 1001, sizeof *sorted, conform_compare);
    double middle = sorted[500], scale = sorted[750] - sorted[250];
    if (!(scale > 0)) scale = 1;
    OK(k->ctx, rao_family_support(k->ctx, k->f, 0, k->c->p, &low, &high));
    if (k->info->discrete) {
        conform_sum(k, low, high, fmin(high, fmax(low, middle)));
        return;
    }
    if (k->c->rough > 0) { /* kinks at both centres */
        double a = fmin(k->c->p[0], k->c->q[0]), b = fmax(k->c->p[0], k->c->q[0]);
        conform_interval(k, low, a, scale), conform_interval(k, a, b, scale), conform_interval(k, b, high, scale);
    } else {
        conform_interval(k, low, middle, scale);
        conform_interval(k, middle, high, scale);
    }
    for (int64_t i = 0; i < k->n; i++) { /* the density joins the weight; nodes where it vanishes are dropped */
        double log_p = conform_logpdf(k, 0, k->c->p, &k->node[i]);
        k->weight[i] *= exp(log_p);
    }
    int64_t kept = 0;
    for (int64_t i = 0; i < k->n; i++)
        if (k->weight[i] > 1e-300 && k->weight[i] < 1e300) k->node[kept] = k->node[i], k->weight[kept++] = k->weight[i];
    k->n = kept;
}

/* ---- the laws ---- */

/* A step that moves the distribution by h Fisher units along coordinate j, or h of the coordinate where there is no Fisher matrix. */
static double conform_step(conform *k, int64_t chart, const double *p, int64_t j, double h) {
    static double fisher[CONFORM_MOST * CONFORM_MOST];
    int64_t m = rao_family_tangent(k->f, chart);
    if (!k->info->regular) return h * (p[j] != 0 ? fabs(p[j]) : 1);
    OK(k->ctx, rao_family_fisher(k->ctx, k->f, chart, p, fisher));
    return h / sqrt(fisher[j * m + j]);
}

/* J (dc/dp_i) = e_i, dc/dp_i by differences; the last probability of a simplex gives way. */
static void conform_jacobian(conform *k, int64_t chart, int64_t n, int64_t m, const double *jacobian) {
    int64_t coords = rao_family_coords(k->f, 0);
    for (int64_t i = 0; i < k->dim; i++) {
        double p[CONFORM_MOST], up[CONFORM_MOST], down[CONFORM_MOST], h = conform_step(k, 0, k->c->p, i, 1e-5);
        memcpy(p, k->c->p, sizeof p);
        for (int side = 1; side >= -1; side -= 2) {
            p[i] = k->c->p[i] + side * h;
            if (coords > k->dim) p[coords - 1] = k->c->p[coords - 1] - side * h;
            OK(k->ctx, rao_family_convert(k->ctx, k->f, 0, p, chart, side > 0 ? up : down, NULL));
        }
        if (n > m) return; /* chart 0 of a simplex: nothing to compare */
        for (int64_t a = 0; a < k->dim; a++) {
            double sum = 0, noise = 0, size = 0;
            for (int64_t j = 0; j < m; j++) {
                sum += jacobian[a * m + j] * (up[j] - down[j]) / (2 * h);
                size += fabs(jacobian[a * m + j] * (up[j] - down[j]) / (2 * h));
                noise += fabs(jacobian[a * m + j]) * fabs(up[j]) * 4 * DBL_EPSILON / h;
            }
            EXPECT_TRUE(fabs(sum - (a == i)) <= 1e-8 * (1 + size) + noise);
        }
    }
}

static void conform_charts(conform *k) {
    LAW("charts: names as listed, round trips, Jacobian against differences");
    char names[256] = "", name[RAO_COORD_NAME], other[RAO_COORD_NAME];
    for (int64_t c = 0; c < k->charts; c++) {
        double there[CONFORM_MOST], back[CONFORM_MOST], jacobian[CONFORM_MOST * CONFORM_MOST];
        int64_t index, m = rao_family_tangent(k->f, c), n = rao_family_coords(k->f, c);
        strcat(names, c ? "," : ""), strcat(names, rao_family_chart_name(k->f, c));
        OK(k->ctx, rao_family_chart_index(k->ctx, k->f, rao_family_chart_name(k->f, c), &index));
        EXPECT_EQ(index, c);
        for (int64_t j = 0; j < m; j++) {
            OK(k->ctx, rao_family_coord_name(k->ctx, k->f, c, j, name));
            for (int64_t i = 0; i < j; i++) {
                OK(k->ctx, rao_family_coord_name(k->ctx, k->f, c, i, other));
                EXPECT_TRUE(strcmp(name, other) != 0);
            }
        }
        EXPECT_FAIL(k->ctx, rao_family_coord_name(k->ctx, k->f, c, m, name), RAO_EINVAL, "coordinate");
        EXPECT_TRUE(n <= CONFORM_MOST && m <= n);
        OK(k->ctx, rao_family_convert(k->ctx, k->f, 0, k->c->p, c, there, jacobian));
        OK(k->ctx, rao_family_convert(k->ctx, k->f, c, there, 0, back, NULL));
        for (int64_t i = 0; i < rao_family_coords(k->f, 0); i++) EXPECT_CLOSE(back[i], k->c->p[i], 1e-12);
        conform_jacobian(k, c, n, m, jacobian);
    }
    EXPECT_TRUE(!strcmp(names, k->info->charts));
}

static void conform_density(conform *k) {
    LAW("the density integrates to one; E score = 0; E score score^T = Fisher in every chart; -E log p = entropy; E log p/q = KL");
    if (!k->n) return;
    double total = 0, entropy = 0, kl = 0, want, tol = conform_tolerance(k);
    for (int64_t i = 0; i < k->n; i++) {
        double log_p = conform_logpdf(k, 0, k->c->p, &k->node[i]), log_q = conform_logpdf(k, 0, k->c->q, &k->node[i]);
        total += k->weight[i];
        entropy -= k->weight[i] * log_p;
        kl += k->weight[i] * (log_p - log_q);
    }
    EXPECT_CLOSE(total, 1, tol);
    OK(k->ctx, rao_family_entropy(k->ctx, k->f, 0, k->c->p, &want));
    EXPECT_CLOSE(entropy, want, tol);
    OK(k->ctx, rao_family_kl(k->ctx, k->f, 0, k->c->p, k->c->q, &want));
    if (isfinite(want)) EXPECT_CLOSE(kl, want, tol);
    else EXPECT_TRUE(kl == want);
}

static void conform_fisher(conform *k) {
    LAW("E score = 0 and E score score^T = Fisher in every chart, which is J^T F J; it is the same by the library's quadrature, and by "
        "draws at z < 5");
    double base[CONFORM_MOST * CONFORM_MOST], tol = conform_tolerance(k);
    if (!k->info->regular) {
        EXPECT_FAIL(k->ctx, rao_family_fisher(k->ctx, k->f, 0, k->c->p, base), RAO_EDOMAIN, "regular");
        return;
    }
    OK(k->ctx, rao_family_fisher(k->ctx, k->f, 0, k->c->p, base));
    for (int64_t c = 0; c < k->charts; c++) {
        double p[CONFORM_MOST], jacobian[CONFORM_MOST * CONFORM_MOST], fisher[CONFORM_MOST * CONFORM_MOST],
            other[CONFORM_MOST * CONFORM_MOST];
        double mean[CONFORM_MOST] = {0}, sum[CONFORM_MOST * CONFORM_MOST] = {0}, g[CONFORM_MOST], size[CONFORM_MOST] = {0};
        int64_t m = rao_family_tangent(k->f, c);
        OK(k->ctx, rao_family_convert(k->ctx, k->f, 0, k->c->p, c, p, jacobian));
        OK(k->ctx, rao_family_fisher(k->ctx, k->f, c, p, fisher));
        for (int64_t a = 0; a < m; a++)
            for (int64_t b = 0; b < m; b++) {
                double carried = 0, most = 0;
                for (int64_t i = 0; i < k->dim; i++)
                    for (int64_t j = 0; j < k->dim; j++) {
                        double term = jacobian[i * m + a] * base[i * k->dim + j] * jacobian[j * m + b];
                        carried += term, most = fmax(most, fabs(term));
                    }
                EXPECT_TRUE(fabs(carried - fisher[a * m + b]) <= 1e-11 * most + 1e-300);
            }
        for (int64_t i = 0; i < k->n; i++) {
            OK(k->ctx, rao_family_score(k->ctx, k->f, c, p, &k->node[i], g));
            for (int64_t a = 0; a < m; a++) {
                mean[a] += k->weight[i] * g[a], size[a] += k->weight[i] * fabs(g[a]);
                for (int64_t b = 0; b < m; b++) sum[a * m + b] += k->weight[i] * g[a] * g[b];
            }
        }
        if (k->n) {
            for (int64_t a = 0; a < m; a++) {
                EXPECT_TRUE(fabs(mean[a]) <= tol * size[a]);
                for (int64_t b = 0; b < m; b++)
                    EXPECT_TRUE(fabs(sum[a * m + b] - fisher[a * m + b]) <= 10 * tol * sqrt(fisher[a * m + a] * fisher[b * m + b]));
            }
        }
        rao_family_args args;
        rao_quality quality;
        rao_family_args_init(&args);
        args.chart = c, args.p = rao_points_of(p, 0), args.quality = &quality;
        if (k->n) {
            args.method = RAO_QUADRATURE;
            OK(k->ctx, rao_family_eval(k->ctx, k->f, RAO_FISHER, &args, other, 0));
            for (int64_t a = 0; a < m; a++)
                for (int64_t b = 0; b < m; b++)
                    EXPECT_TRUE(fabs(other[a * m + b] - fisher[a * m + b]) <= 10 * tol * sqrt(fisher[a * m + a] * fisher[b * m + b]));
        }
        if (c == 0) {
            args.method = RAO_MONTE_CARLO, args.samples = 4000, args.stream = rao_stream_make(rao_test_seed(), 18);
            OK(k->ctx, rao_family_eval(k->ctx, k->f, RAO_FISHER, &args, other, 0));
            EXPECT_TRUE(quality.method == RAO_MONTE_CARLO && quality.error > 0);
            for (int64_t a = 0; a < m; a++)
                for (int64_t b = 0; b < m; b++) EXPECT_TRUE(fabs(other[a * m + b] - fisher[a * m + b]) <= 6 * quality.error);
        }
        args.method = RAO_KL_HESSIAN;
        if (m == rao_family_coords(k->f, c)) {
            OK(k->ctx, rao_family_eval(k->ctx, k->f, RAO_FISHER, &args, other, 0));
            for (int64_t a = 0; a < m; a++)
                for (int64_t b = 0; b < m; b++)
                    EXPECT_TRUE(fabs(other[a * m + b] - fisher[a * m + b]) <=
                                fmax(k->c->rough, 1e-8) * sqrt(fisher[a * m + a] * fisher[b * m + b]) + 1e-8 * fabs(fisher[a * m + b]));
        }
    }
}

static void conform_scores(conform *k) {
    LAW("the score is the central difference of log p in every chart whose coordinates are free");
    for (int64_t c = 0; c < k->charts && k->info->regular; c++) {
        double p[CONFORM_MOST], g[CONFORM_MOST];
        int64_t m = rao_family_tangent(k->f, c);
        if (m != rao_family_coords(k->f, c)) continue;
        OK(k->ctx, rao_family_convert(k->ctx, k->f, 0, k->c->p, c, p, NULL));
        for (int64_t i = 0; i < 20; i++) {
            const double *x = k->x + i * k->observation;
            OK(k->ctx, rao_family_score(k->ctx, k->f, c, p, x, g));
            for (int64_t j = 0; j < m; j++) {
                double h = conform_step(k, c, p, j, 1e-5), at = p[j], up, down;
                p[j] = at + h, up = conform_logpdf(k, c, p, x);
                p[j] = at - h, down = conform_logpdf(k, c, p, x);
                p[j] = at;
                double unit = 1e-5 / h, error = fabs((up - down) / (2 * h) - g[j]); /* in Fisher units the third derivative is a few */
                EXPECT_TRUE(error <= 1e-8 * (unit + fabs(g[j])) + 100 * DBL_EPSILON * (1 + fabs(up) + fabs(at * g[j])) / h);
            }
        }
    }
}

static void conform_kl(conform *k) {
    LAW("KL(p:p) = 0, KL >= 0, KL(p:p + hv) = h^2/2 v F v, its gradient against differences, cross entropy = entropy + KL");
    double zero, kl, entropy, cross, fisher[CONFORM_MOST * CONFORM_MOST], moved[CONFORM_MOST], g[CONFORM_MOST];
    rao_family_args args;
    OK(k->ctx, rao_family_kl(k->ctx, k->f, 0, k->c->p, k->c->p, &zero));
    EXPECT_TRUE(fabs(zero) <= 1e-15);
    OK(k->ctx, rao_family_kl(k->ctx, k->f, 0, k->c->p, k->c->q, &kl));
    EXPECT_TRUE(kl > 0);
    rao_family_args_init(&args);
    args.p = rao_points_of(k->c->p, 0), args.q = rao_points_of(k->c->q, 0);
    OK(k->ctx, rao_family_entropy(k->ctx, k->f, 0, k->c->p, &entropy));
    OK(k->ctx, rao_family_eval(k->ctx, k->f, RAO_CROSS_ENTROPY, &args, &cross, 0));
    EXPECT_TRUE(cross == entropy + kl || fabs(cross - entropy - kl) <= 1e-12 * (fabs(entropy) + kl));
    if (!k->info->regular) return;
    for (int64_t c = 0; c < k->charts; c++) {
        double p[CONFORM_MOST], q[CONFORM_MOST];
        int64_t m = rao_family_tangent(k->f, c), n = rao_family_coords(k->f, c);
        OK(k->ctx, rao_family_convert(k->ctx, k->f, 0, k->c->p, c, p, NULL));
        OK(k->ctx, rao_family_convert(k->ctx, k->f, 0, k->c->q, c, q, NULL));
        OK(k->ctx, rao_family_fisher(k->ctx, k->f, c, p, fisher));
        double h = 1e-6, quadratic = 0, v[CONFORM_MOST], last = 0;
        for (int64_t j = 0; j < m; j++) {
            v[j] = conform_step(k, c, p, j, 1) * (0.5 + 0.25 * (double)(j % 3)) * (j % 2 ? -1 : 1);
            moved[j] = p[j] + h * v[j];
            v[j] = moved[j] - p[j]; /* what was really added */
            last -= v[j];
        }
        if (n > m) moved[n - 1] = p[n - 1] + last;
        for (int64_t a = 0; a < m; a++)
            for (int64_t b = 0; b < m; b++) quadratic += 0.5 * v[a] * fisher[a * m + b] * v[b];
        double kl_q;
        OK(k->ctx, rao_family_kl(k->ctx, k->f, c, p, q, &kl_q));
        OK(k->ctx, rao_family_kl(k->ctx, k->f, c, p, moved, &kl));
        EXPECT_REL(kl, quadratic, 1e-4); /* the third order, h times a few; and that no digit cancels */
        args.chart = c, args.p = rao_points_of(p, 0), args.q = rao_points_of(q, 0);
        OK(k->ctx, rao_family_eval(k->ctx, k->f, RAO_KL_GRADIENT, &args, g, 0));
        for (int64_t j = 0; j < m && n == m; j++) {
            double step = conform_step(k, c, q, j, 1e-5), at = q[j], up, down;
            q[j] = at + step;
            OK(k->ctx, rao_family_kl(k->ctx, k->f, c, p, q, &up));
            q[j] = at - step;
            OK(k->ctx, rao_family_kl(k->ctx, k->f, c, p, q, &down));
            q[j] = at;
            EXPECT_TRUE(fabs((up - down) / (2 * step) - g[j]) <=
                        1e-8 * (fabs(g[j]) + (1 + kl_q) * 1e-5 / step) + 100 * DBL_EPSILON * (1 + up + fabs(at * g[j])) / step);
        }
    }
}

static void conform_exponential(conform *k) {
    LAW("E T = eta, eta = dF/dtheta, log p - theta.T + F (entries off a diagonal counted twice) does not depend on the point, F + F* = "
        "theta.eta, B_F(p:q) = KL(q:p)");
    double theta[CONFORM_MOST], eta[CONFORM_MOST], theta_q[CONFORM_MOST], t[CONFORM_MOST], f_p, f_q, dual, bregman, kl;
    rao_family_args a;
    rao_family_args_init(&a);
    a.p = rao_points_of(k->c->p, 0), a.q = rao_points_of(k->c->q, 0), a.x = rao_points_of(k->x, 0);
    if (!k->info->exponential) {
        EXPECT_FAIL(k->ctx, rao_family_eval(k->ctx, k->f, RAO_NATURAL, &a, theta, 0), RAO_EUNABLE, "not an exponential family");
        return;
    }
    EXPECT_EQ(rao_family_answer(k->f, 0, RAO_NATURAL), k->dim);
    OK(k->ctx, rao_family_eval(k->ctx, k->f, RAO_NATURAL, &a, theta, 0));
    OK(k->ctx, rao_family_eval(k->ctx, k->f, RAO_EXPECTATION, &a, eta, 0));
    OK(k->ctx, rao_family_eval(k->ctx, k->f, RAO_LOG_PARTITION, &a, &f_p, 0));
    OK(k->ctx, rao_family_eval(k->ctx, k->f, RAO_DUAL_POTENTIAL, &a, &dual, 0));
    OK(k->ctx, rao_family_eval(k->ctx, k->f, RAO_BREGMAN, &a, &bregman, 0));
    OK(k->ctx, rao_family_kl(k->ctx, k->f, 0, k->c->q, k->c->p, &kl));
    EXPECT_TRUE(bregman == kl);
    double pairing = 0, size = fabs(f_p) + fabs(dual), mean[CONFORM_MOST] = {0}, spread[CONFORM_MOST] = {0};
    for (int64_t i = 0; i < k->dim; i++) pairing += rao_family_pairing_weight(k->f, i) * theta[i] * eta[i], size += fabs(theta[i] * eta[i]);
    EXPECT_TRUE(fabs(f_p + dual - pairing) <= 1e-12 * size);
    a.p = a.q;
    OK(k->ctx, rao_family_eval(k->ctx, k->f, RAO_NATURAL, &a, theta_q, 0));
    OK(k->ctx, rao_family_eval(k->ctx, k->f, RAO_LOG_PARTITION, &a, &f_q, 0));
    for (int64_t i = 0; i < 50; i++) {
        const double *x = k->x + i * k->observation;
        double log_p = conform_logpdf(k, 0, k->c->p, x), log_q = conform_logpdf(k, 0, k->c->q, x), dot_p = 0, dot_q = 0, most = 0;
        a.x = rao_points_of(x, 0);
        OK(k->ctx, rao_family_eval(k->ctx, k->f, RAO_STATISTIC, &a, t, 0));
        for (int64_t j = 0; j < k->dim; j++)
            dot_p += rao_family_pairing_weight(k->f, j) * theta[j] * t[j], dot_q += rao_family_pairing_weight(k->f, j) * theta_q[j] * t[j],
                most += fabs(theta[j] * t[j]) + fabs(theta_q[j] * t[j]);
        if (isfinite(log_q))
            EXPECT_TRUE(fabs((log_p - dot_p + f_p) - (log_q - dot_q + f_q)) <= 1e-12 * (most + fabs(f_p) + fabs(f_q) + fabs(log_p)));
    }
    double tol = conform_tolerance(k);
    int64_t n = k->n ? k->n : k->draws;
    for (int64_t i = 0; i < n; i++) {
        double w = k->n ? k->weight[i] : 1 / (double)n;
        a.x = rao_points_of(k->n ? &k->node[i] : k->x + i * k->observation, 0);
        OK(k->ctx, rao_family_eval(k->ctx, k->f, RAO_STATISTIC, &a, t, 0));
        for (int64_t j = 0; j < k->dim; j++) mean[j] += w * t[j], spread[j] += w * (t[j] - eta[j]) * (t[j] - eta[j]);
    }
    for (int64_t j = 0; j < k->dim; j++)
        if (k->n) EXPECT_TRUE(fabs(mean[j] - eta[j]) <= tol * (fabs(eta[j]) + sqrt(spread[j])));
        else EXPECT_TRUE(fabs(mean[j] - eta[j]) <= 5 * sqrt(spread[j] / (double)n));
    for (int64_t c = 0; c < k->charts; c++) {
        double p[CONFORM_MOST];
        if (strcmp(rao_family_chart_name(k->f, c), "natural") && strcmp(rao_family_chart_name(k->f, c), "expectation")) continue;
        const double *want = strcmp(rao_family_chart_name(k->f, c), "natural") ? eta : theta;
        OK(k->ctx, rao_family_convert(k->ctx, k->f, 0, k->c->p, c, p, NULL));
        for (int64_t j = 0; j < k->dim; j++) EXPECT_REL(p[j], want[j], 1e-14);
        if (want == eta) continue;
        for (int64_t j = 0; j < k->dim; j++) {
            double h = conform_step(k, c, p, j, 1e-5), up, down, unit = 1e-5 / h;
            p[j] = theta[j] + h, a.chart = c, a.p = rao_points_of(p, 0);
            OK(k->ctx, rao_family_eval(k->ctx, k->f, RAO_LOG_PARTITION, &a, &up, 0));
            p[j] = theta[j] - h;
            OK(k->ctx, rao_family_eval(k->ctx, k->f, RAO_LOG_PARTITION, &a, &down, 0));
            p[j] = theta[j];
            EXPECT_TRUE(fabs((up - down) / (2 * h) - rao_family_pairing_weight(k->f, j) * eta[j]) <=
                        1e-8 * (unit + fabs(eta[j])) + 100 * DBL_EPSILON * (fabs(up) + fabs(theta[j] * eta[j])) / h);
        }
    }
}

static void conform_draws(conform *k) {
    LAW("draws: cells between quantiles of one half hold their probability in the other (z < 5), -log p averages to the entropy, and a "
        "draw does not depend on its batch");
    double entropy, mean = 0, var = 0, again[8];
    OK(k->ctx, rao_family_entropy(k->ctx, k->f, 0, k->c->p, &entropy));
    for (int64_t i = 0; i < k->draws; i++) {
        double t = -conform_logpdf(k, 0, k->c->p, k->x + i * k->observation) - entropy;
        EXPECT_TRUE(isfinite(t));
        mean += t / (double)k->draws, var += t * t / (double)k->draws;
    }
    EXPECT_TRUE(fabs(mean) <= 5 * sqrt(var / (double)k->draws) + 1e-12 * (1 + fabs(entropy)));
    OK(k->ctx, rao_family_sample(k->ctx, k->f, 0, k->c->p, rao_stream_make(rao_test_seed(), 17), 0, 1234, 2, again, k->observation));
    EXPECT_TRUE(!memcmp(again, k->x + 1234 * k->observation, sizeof *again * (size_t)(2 * k->observation)));
    if (!k->n) return;
    enum { CELLS = 40 };
    static double half[CONFORM_DRAWS / 2];
    double edge[CELLS + 1], expected[CELLS] = {0}, seen[CELLS] = {0};
    int64_t n = k->draws / 2, cells = 0;
    memcpy(half, k->x, sizeof half);
    qsort(half, (size_t)n, sizeof *half, conform_compare);
    for (int i = 1; i < CELLS; i++) {
        double e = half[i * n / CELLS];
        if (cells == 0 || e > edge[cells - 1]) edge[cells++] = e; /* cell c: edge[c-1] < x <= edge[c] */
    }
    edge[cells] = (double)INFINITY;
    if (k->info->discrete) {
        for (int64_t i = 0; i < k->n; i++) {
            int64_t c = 0;
            while (k->node[i] > edge[c]) c++;
            expected[c] += k->weight[i];
        }
    } else { /* smooth cells: each integrated by itself */
        double low, high;
        static conform part;
        OK(k->ctx, rao_family_support(k->ctx, k->f, 0, k->c->p, &low, &high));
        for (int64_t c = 0; c <= cells; c++) {
            double a = c ? edge[c - 1] : low, b = c < cells ? edge[c] : high;
            part.n = 0;
            conform_interval(&part, a, b, edge[cells - 1] - edge[0]);
            for (int64_t i = 0; i < part.n; i++) expected[c] += part.weight[i] * exp(conform_logpdf(k, 0, k->c->p, &part.node[i]));
        }
    }
    for (int64_t i = n; i < k->draws; i++) {
        int64_t c = 0;
        while (k->x[i] > edge[c]) c++;
        seen[c]++;
    }
    double chi2 = 0, df = -1, e = 0, s = 0;
    for (int64_t c = 0; c <= cells; c++) {
        e += expected[c] * (double)(k->draws - n), s += seen[c];
        if (e > 10) chi2 += (s - e) * (s - e) / e, df++, e = s = 0;
    }
    EXPECT_TRUE(df < 1 || (chi2 - df) / sqrt(2 * df) < 5 + 10 / sqrt(df)); /* allows for the skewness of a chi-square with few cells */
}

static void conform_mle(conform *k) {
    LAW("at the estimate the mean score vanishes, the truth lies within 5.5 standard errors, sqrt diag (n F)^-1; weights count as "
        "repetitions");
    double p[CONFORM_MOST], error[CONFORM_MOST], log_p, log_truth = 0, twice[CONFORM_MOST], g[CONFORM_MOST], sum[CONFORM_MOST] = {0},
                                                        size[CONFORM_MOST] = {0};
    static double weights[CONFORM_DRAWS], doubled[CONFORM_DRAWS * 8];
    int64_t n = 2000;
    if (!k->info->regular) return;
    if (k->c->no_maximum) {
        EXPECT_FAIL(k->ctx, rao_family_mle(k->ctx, k->f, 0, n, rao_points_of(k->x, k->observation), NULL, p, error, &log_p), RAO_EDOMAIN,
                    "it has no maximum");
        return;
    }
    OK(k->ctx, rao_family_mle(k->ctx, k->f, 0, n, rao_points_of(k->x, k->observation), NULL, p, error, &log_p));
    for (int64_t i = 0; i < n; i++) {
        const double *x = k->x + i * k->observation;
        log_truth += conform_logpdf(k, 0, k->c->p, x);
        OK(k->ctx, rao_family_score(k->ctx, k->f, 0, p, x, g));
        for (int64_t j = 0; j < k->dim; j++) sum[j] += g[j], size[j] += fabs(g[j]);
    }
    EXPECT_TRUE(log_p >= log_truth - 1e-9 * fabs(log_truth));
    for (int64_t j = 0; j < k->dim; j++) {
        EXPECT_TRUE(fabs(sum[j]) <= 1e-7 * size[j]);
        EXPECT_TRUE(fabs(p[j] - k->c->p[j]) <= 5.5 * error[j]);
    }
    for (int64_t i = 0; i < 100; i++) weights[i] = (double)(i % 3);
    int64_t m = 0;
    for (int64_t i = 0; i < 100; i++)
        for (int64_t r = 0; r < i % 3; r++)
            memcpy(doubled + m++ * k->observation, k->x + i * k->observation, sizeof *doubled * (size_t)k->observation);
    rao_status a = rao_family_mle(k->ctx, k->f, 0, 100, rao_points_of(k->x, k->observation), weights, p, NULL, NULL);
    rao_status b = rao_family_mle(k->ctx, k->f, 0, m, rao_points_of(doubled, k->observation), NULL, twice, NULL, NULL);
    EXPECT_TRUE(a == b);
    if (!a)
        for (int64_t j = 0; j < k->dim; j++) EXPECT_CLOSE(p[j], twice[j], 1e-7);
    EXPECT_FAIL(k->ctx, rao_family_mle(k->ctx, k->f, 0, 0, rao_points_of(k->x, 1), NULL, p, NULL, NULL), RAO_EDOMAIN, "no observations");
    k->x[7 * k->observation] = NAN;
    EXPECT_FAIL(k->ctx, rao_family_mle(k->ctx, k->f, 0, 100, rao_points_of(k->x, k->observation), NULL, p, NULL, NULL), RAO_EDOMAIN,
                "observation 8");
}

static void conform_bad_points(conform *k) {
    LAW("NaN and infinite coordinates are refused in every chart, with a sentence that begins with the family's name");
    double value;
    for (int64_t c = 0; c < k->charts; c++)
        for (int64_t j = 0; j < rao_family_coords(k->f, c); j++)
            for (int bad = 0; bad < 2; bad++) {
                double p[CONFORM_MOST];
                OK(k->ctx, rao_family_convert(k->ctx, k->f, 0, k->c->p, c, p, NULL));
                p[j] = bad ? (double)INFINITY : (double)NAN;
                EXPECT_FAIL(k->ctx, rao_family_logpdf(k->ctx, k->f, c, p, k->x, &value), RAO_EDOMAIN, k->c->family);
            }
}

static void conform_batch(conform *k) {
    LAW("a batch answers item by item what single calls answer; a stride of 0 serves all; a bad item fails alone");
    enum { N = 150 };
    double one, many[N];
    rao_status each[N];
    rao_family_args a;
    rao_family_args_init(&a);
    a.n = N, a.p = rao_points_of(k->c->p, 0), a.x = rao_points_of(k->x, k->observation), a.each = each;
    double keep = k->x[100 * k->observation];
    k->x[100 * k->observation] = NAN;
    many[100] = 77;
    OK(k->ctx, rao_family_eval(k->ctx, k->f, RAO_LOGPDF, &a, many, 1));
    for (int i = 0; i < N; i++) {
        EXPECT_EQ(each[i], i == 100 ? RAO_EDOMAIN : RAO_OK);
        if (i == 100) continue;
        OK(k->ctx, rao_family_logpdf(k->ctx, k->f, 0, k->c->p, k->x + i * k->observation, &one));
        EXPECT_TRUE(one == many[i]);
    }
    EXPECT_TRUE(many[100] == 77);
    a.each = NULL;
    EXPECT_FAIL(k->ctx, rao_family_eval(k->ctx, k->f, RAO_LOGPDF, &a, many, 1), RAO_EDOMAIN, "item 100");
    k->x[100 * k->observation] = keep;
}

static void family_conforms(const conform_case *c) {
    static conform k;
    conform_open(&k, c);
    conform_nodes(&k);
    conform_charts(&k);
    conform_density(&k);
    conform_scores(&k);
    conform_fisher(&k);
    conform_kl(&k);
    conform_exponential(&k);
    conform_draws(&k);
    conform_bad_points(&k);
    conform_batch(&k);
    conform_mle(&k);
    conform_close(&k);
}

#endif
