/* shared.c - slots that many tables share. */
#include <math.h>
#include <string.h>

#include <rao/expr.h>
#include <rao/num.h>

#include "family/family.h"

double rao_log_quotient(double u, double v) {
    double d = (u - v) / v, r = u / v;
    return fabs(d) < 0.5 ? log1p(d) : r > 1e-300 && r < 1e300 ? log(r) : log(u) - log(v);
}
double rao_rate_log_ratio(double l, double y) { return y > 0 ? l - y * expm1(l) : l; }
double rao_scale_divergence(double u, double log_r) { return fabs(u) < 0.5 ? -rao_log1pmx(u) : u - log_r; }

rao_status rao_parse_named(rao_ctx *ctx, const rao_family *f, const char *what, const char *text, const char *const *names, int64_t count,
                           rao_expr **expr) {
    rao_status st = rao_expr_parse(ctx, text, names, count, expr);
    return st == RAO_EINVAL ? rao_fail(ctx, st, "%s: %s: %s", f->table->info.name, what, rao_ctx_message(ctx)) : st;
}

rao_status rao_load_reals(rao_ctx *ctx, const rao_family *f, int64_t reals, const double *c, double *s) {
    int64_t n = f->coords[0];
    for (int64_t i = 0; i < n; i++) {
        char name[RAO_COORD_NAME];
        s[i] = c[i];
        if (isfinite(c[i]) && (i < reals || c[i] > 0)) continue;
        rao_status st = rao_family_coord_name(ctx, f, 0, i, name);
        if (st) return st;
        return i < reals ? rao_want_finite(ctx, f, name, c[i]) : rao_want_positive(ctx, f, name, c[i]);
    }
    return RAO_OK;
}

rao_status rao_load_positive(rao_ctx *ctx, const rao_family *f, const double *c, double *s) { return rao_load_reals(ctx, f, 0, c, s); }
rao_status rao_load_real_positive(rao_ctx *ctx, const rao_family *f, const double *c, double *s) { return rao_load_reals(ctx, f, 1, c, s); }

rao_status rao_store_plain(rao_ctx *ctx, const rao_family *f, const double *s, double *c) {
    (void)ctx;
    memcpy(c, s, sizeof *c * (size_t)f->coords[0]);
    return RAO_OK;
}

rao_status rao_store_natural(rao_ctx *ctx, const rao_family *f, const double *s, double *c) {
    (void)ctx;
    f->table->exponential->natural(f, s, c);
    return RAO_OK;
}

rao_status rao_store_expectation(rao_ctx *ctx, const rao_family *f, const double *s, double *c) {
    (void)ctx;
    f->table->exponential->expectation(f, s, c);
    return RAO_OK;
}

int rao_possible_real(const rao_family *f, const double *x) { return (void)f, isfinite(x[0]); }
int rao_possible_positive(const rao_family *f, const double *x) { return (void)f, x[0] > 0 && isfinite(x[0]); }
int rao_possible_nonnegative(const rao_family *f, const double *x) { return (void)f, x[0] >= 0 && isfinite(x[0]); }
int rao_possible_count(const rao_family *f, const double *x) { return (void)f, x[0] >= 0 && is_whole(x[0]); }

int rao_possible_vector(const rao_family *f, const double *x) {
    for (int64_t i = 0; i < f->d; i++)
        if (!isfinite(x[i])) return 0;
    return 1;
}

void rao_support_line(const rao_family *f, const double *s, double *low, double *high) { (void)f, (void)s, *low = -INF, *high = INF; }
void rao_support_half_line(const rao_family *f, const double *s, double *low, double *high) { (void)f, (void)s, *low = 0, *high = INF; }

double rao_dual_is_minus_entropy(const rao_family *f, const double *s) { return -f->table->entropy(f, s); }
void rao_statistic_x(const rao_family *f, const double *x, double *t) { (void)f, t[0] = x[0]; }
