/* cramer_rao.c - the Cramer-Rao bound: no unbiased estimator of g from n observations has a variance below J (n F)^-1 J^T, J = dg/dc, and one of bias b none
 * below the same with J = d(g + b)/dc (Rao 1945; Cramer 1946). Where F is singular the bound is finite only for J in its range; else it is infinite.
 *
 * F is brought to standard units, A = D^-1 F D^-1 with D_ii = sqrt(F_ii), and decomposed: an eigenvalue below its rounding is a zero. Coordinates with infinite
 * information are bounded by 0. Families that know the inverse say it (family_chart.bound), and every chart asks for that of the first. */
#include <float.h>
#include <math.h>
#include <string.h>

#include <rao/expr.h>

#include "family/generic.h"

typedef struct spectrum {
    int64_t m;
    double *unit;   /* 1/sqrt(F_ii); 0 where that is infinite; where F_ii is 0: 1 */
    double *vector; /* eigenvectors of A, columns */
    double *value;
    double zero;           /* eigenvalues up to here are none */
    double relative;       /* error of F in standard units */
    const family_item *it; /* in the chart that F is taken in */
    const double *home;    /* rows of the caller's chart become home of it, m x m; NULL: the same chart */
} spectrum;

static rao_status decompose(rao_ctx *ctx, const double *f, double error, spectrum *k) {
    rao_status st = RAO_OK;
    int64_t m = k->m;
    k->relative = 0;
    RAO_TRY(rao_scratch(ctx, m, &k->unit));
    RAO_TRY(rao_scratch(ctx, m, &k->value));
    RAO_TRY(rao_scratch(ctx, m * m, &k->vector));
    for (int64_t i = 0; i < m; i++) {
        double d = f[i * m + i];
        k->unit[i] = d == INF ? 0 : d > 0 ? 1 / sqrt(d) : 1;
        if (d > 0 && d < INF) k->relative = fmax(k->relative, error / d);
    }
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < m; j++) {
            int finite = k->unit[i] > 0 && k->unit[j] > 0;
            k->vector[i * m + j] = finite ? f[i * m + j] * k->unit[i] * k->unit[j] : i == j;
        }
    rao_mat a = rao_mat_view(RAO_F64, m, m, m, k->vector);
    rao_vec w = rao_vec_view(RAO_F64, m, k->value);
    RAO_TRY(rao_eigh(ctx, &a, &w));
    k->zero = (double)m * fmax(16 * DBL_EPSILON, k->relative);
done:
    return st;
}

/* The part in the null space decides: infinite for u = v, 0 for different ones. */
static double by_eigenvalues(const spectrum *k, const double *u, const double *v) {
    int64_t m = k->m;
    double sum = 0, lost = 0, size = 0;
    for (int64_t i = 0; i < m; i++) size += k->unit[i] * k->unit[i] * fabs(u[i] * v[i]);
    for (int64_t e = 0; e < m; e++) {
        double a = 0, b = 0;
        for (int64_t i = 0; i < m; i++) {
            a += k->vector[i * m + e] * k->unit[i] * u[i];
            b += k->vector[i * m + e] * k->unit[i] * v[i];
        }
        if (k->value[e] > k->zero) sum += a * b / k->value[e];
        else lost = fmax(lost, fabs(a * b));
    }
    if (lost <= 1e-16 * size) return sum;
    return u == v ? INF : 0;
}

/* Rows of the caller's chart in the chart of F. */
static void carry(const spectrum *k, const double *u, double *out) {
    for (int64_t i = 0; i < k->m; i++) {
        out[i] = k->home ? 0 : u[i];
        for (int64_t j = 0; k->home && j < k->m; j++)
            if (u[j] != 0) out[i] += k->home[i * k->m + j] * u[j];
    }
}

/* u F^-1 v / n for rows u and v of the caller's chart; INF where u = v leaves the range of F. */
static rao_status bound(rao_ctx *ctx, spectrum *k, const double *u, const double *v, double n, double *out) {
    rao_status st = RAO_OK;
    double *a, *b;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, k->m, &a));
    RAO_TRY(rao_scratch(ctx, k->m, &b));
    carry(k, u, a), carry(k, v, b);
    if (u == v) b = a;
    *out = (k->it->chart->bound ? k->it->chart->bound(k->it->f, k->it->p, a, b) : by_eigenvalues(k, a, b)) / n;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* A relative error of F is one of its inverse, times the condition in standard units. */
static double error_of(const spectrum *k, const double *bounds, int64_t count) {
    double least = INF, most = 0;
    for (int64_t e = 0; e < k->m; e++)
        if (k->value[e] > k->zero) least = fmin(least, k->value[e]);
    for (int64_t i = 0; i < count; i++)
        if (isfinite(bounds[i])) most = fmax(most, fabs(bounds[i]));
    return least < INF ? (double)k->m * k->relative / least * most : 0;
}

/* Charts are coordinates of one matrix: that of chart 0 loses no digits to them. home = J^-T, J = d(chart 0) / d(chart); the item stays in its chart where J is
 * singular, where its bound is known, or where F is infinite somewhere. */
static rao_status go_home(rao_ctx *ctx, family_item *it, spectrum *k) {
    rao_status st = RAO_OK;
    int64_t m = k->m;
    double *j, *inverse;
    const family_chart *first = &it->f->table->charts[0];
    if (it->chart == first || it->chart->bound || m != it->f->dim || !it->chart->jacobian) return RAO_OK;
    RAO_TRY(rao_scratch(ctx, m * m, &j));
    RAO_TRY(rao_scratch(ctx, m * m, &inverse));
    memset(j, 0, sizeof *j * (size_t)(m * m));
    it->chart->jacobian(it->f, it->p, j);
    for (int64_t a = 0; a < m; a++)
        for (int64_t b = 0; b < a; b++) {
            double swap = j[a * m + b];
            j[a * m + b] = j[b * m + a], j[b * m + a] = swap;
        }
    for (int64_t i = 0; i < m * m; i++) {
        if (!isfinite(j[i])) return RAO_OK;
        inverse[i] = i % (m + 1) == 0;
    }
    if (rao_eliminate(j, m, inverse, m)) return RAO_OK;
    for (int64_t i = 0; i < m * m; i++)
        if (!isfinite(inverse[i])) return RAO_OK;
    it->chart = first, k->home = inverse;
done:
    return st;
}

/* F in coordinates in which it is far from singular, where the family knows them: the matrix that bounds are taken from. */
static rao_status take_fisher(rao_ctx *ctx, const family_item *home, spectrum *k, double *f, rao_quality *own) {
    rao_status st = RAO_OK;
    const family_table *t = home->f->table;
    double *inverse;
    int known = 0;
    if (home->chart->bound) return RAO_OK;
    if (t->fisher_factors && home->chart == &t->charts[0] && !k->home) {
        RAO_TRY(rao_scratch(ctx, k->m * k->m, &inverse));
        RAO_TRY(t->fisher_factors(ctx, home->f, home->p, inverse, f, &known, own));
        if (known) k->home = inverse;
    }
    if (!known) RAO_TRY(rao_fisher_best(ctx, home, f, own));
    RAO_TRY(decompose(ctx, f, own->error, k));
done:
    return st;
}

/* ---- the target ------------------------------------------------------------------------------------------------ */

/* What a number of a point is called in a formula: "2.mu" of a mixture is c2_mu. */
static rao_status formula_name(rao_ctx *ctx, const family_item *it, int64_t j, char name[RAO_COORD_NAME]) {
    rao_status st = rao_family_point_name(ctx, it->f, chart_number(it->f, it->chart), j, name);
    if (st) return st;
    for (char *p = name; *p; p++)
        if (*p == '.') *p = '_';
    if (name[0] >= '0' && name[0] <= '9') memmove(name + 1, name, RAO_COORD_NAME - 1), name[0] = 'c', name[RAO_COORD_NAME - 1] = 0;
    return RAO_OK;
}

/* Adds value and gradient of an expression of a point's numbers, the gradient in the tangent. */
static rao_status add_expression(rao_ctx *ctx, const family_item *it, const char *what, const char *text, const double *c, double *value,
                                 double *gradient) {
    rao_status st = RAO_OK;
    rao_expr *e = NULL;
    int64_t chart = chart_number(it->f, it->chart), n = it->f->coords[chart], m = it->f->tangents[chart];
    const char **names;
    char(*own)[RAO_COORD_NAME];
    double *g, *along;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, n, &names));
    RAO_TRY(rao_scratch(ctx, n, &own));
    RAO_TRY(rao_scratch(ctx, n, &g));
    RAO_TRY(rao_scratch(ctx, m, &along));
    for (int64_t j = 0; j < n; j++) {
        RAO_TRY(formula_name(ctx, it, j, own[j]));
        names[j] = own[j];
    }
    RAO_TRY(rao_parse_named(ctx, it->f, what, text, names, n, &e));
    RAO_TRY(rao_expr_gradient(ctx, e, c, value, g, NULL));
    int finite = isfinite(*value);
    for (int64_t j = 0; j < n; j++) finite &= isfinite(g[j]);
    if (!finite)
        RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: cramer_rao: \"%.60s\" is not finite and differentiable at this point",
                         it->f->table->info.name, text));
    rao_gradient_of_point(it->f, chart, g, along);
    for (int64_t j = 0; j < m; j++) gradient[j] += along[j];
done:
    rao_expr_destroy(&e);
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status bound_of_target(rao_ctx *ctx, const family_item *it, spectrum *k, const rao_bound_opts *o, const double *c,
                                  double *bound_out, double *mse) {
    rao_status st = RAO_OK;
    double *g, value, bias = 0;
    RAO_TRY(rao_scratch(ctx, k->m, &g));
    memset(g, 0, sizeof *g * (size_t)k->m);
    RAO_TRY(add_expression(ctx, it, "target", o->target, c, &value, g));
    if (o->bias) RAO_TRY(add_expression(ctx, it, "bias", o->bias, c, &bias, g));
    RAO_TRY(bound(ctx, k, g, g, o->n, bound_out));
    *mse = *bound_out + bias * bias;
done:
    return st;
}

static rao_status check_options(rao_ctx *ctx, const rao_family *f, int64_t chart, const rao_bound_opts *o) {
    const char *name = f->table->info.name;
    if (chart < 0 || chart >= f->table->chart_count)
        return rao_fail(ctx, RAO_EINVAL, "%s: chart %lld, want 0..%lld", name, (long long)chart, (long long)f->table->chart_count - 1);
    if (!(o->n > 0 && o->n < INF)) return rao_fail(ctx, RAO_EDOMAIN, "%s: cramer_rao: n = %g observations, want > 0", name, o->n);
    if (o->bias && !o->target)
        return rao_fail(ctx, RAO_EINVAL, "%s: cramer_rao: a bias is given without the target that it is the bias of", name);
    return RAO_OK;
}

void rao_bound_opts_init_sized(rao_bound_opts *opts, size_t size) {
    rao_bound_opts all = {.size = size, .n = 1};
    memcpy(opts, &all, size < sizeof all ? size : sizeof all);
}

rao_status rao_family_cramer_rao(rao_ctx *ctx, const rao_family *family, int64_t chart, const double *p, const rao_bound_opts *opts,
                                 double *bounds, double *mse, rao_quality *quality) {
    rao_status st;
    rao_bound_opts o;
    double *s, *f, one, risk = 0;
    rao_quality own = {RAO_CLOSED, 0};
    rao_family_args args;
    rao_bound_opts_init(&o);
    rao_family_args_init(&args);
    if (opts) memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    RAO_OR_RETURN(check_options(ctx, family, chart, &o));
    rao_mark mark = rao_scratch_mark(ctx);
    spectrum k = {.m = family->tangents[chart]};
    int64_t m = k.m;
    args.chart = chart, args.stream = o.stream, args.samples = o.samples;
    RAO_TRY(rao_scratch(ctx, family->state, &s));
    RAO_TRY(rao_scratch(ctx, m * m, &f));
    RAO_TRY(rao_family_load(ctx, family, chart, p, s));
    family_item it = {.f = family, .chart = &family->table->charts[chart], .args = &args, .what = "cramer_rao", .p = s};
    memset(f, 0, sizeof *f * (size_t)(m * m));
    RAO_TRY(rao_want_regular(ctx, &it));
    family_item home = it;
    k.it = &home;
    RAO_TRY(go_home(ctx, &home, &k));
    RAO_TRY(take_fisher(ctx, &home, &k, f, &own));
    if (o.target) {
        RAO_TRY(bound_of_target(ctx, &it, &k, &o, p, &one, &risk));
        *bounds = one;
        if (mse) *mse = risk;
    } else {
        double *rows;
        RAO_TRY(rao_scratch(ctx, m * m, &rows));
        memset(rows, 0, sizeof *rows * (size_t)(m * m));
        for (int64_t i = 0; i < m; i++) rows[i * m + i] = 1;
        for (int64_t i = 0; i < m; i++)
            for (int64_t j = 0; j <= i; j++) {
                RAO_TRY(bound(ctx, &k, rows + i * m, rows + j * m, o.n, &f[i * m + j]));
                f[j * m + i] = f[i * m + j];
            }
        memcpy(bounds, f, sizeof *f * (size_t)(m * m));
    }
    if (quality) *quality = own, quality->error = own.error > 0 ? error_of(&k, bounds, o.target ? 1 : m * m) : 0;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
