/* shared.c - slots that many tables share. */
#include <math.h>
#include <string.h>

#include "family/family.h"

rao_status rao_store_plain(rao_ctx *ctx, const rao_family *f, const double *s, double *c) {
    (void)ctx;
    memcpy(c, s, sizeof *c * (size_t)rao_names_count(f->table->charts[0].coords, f->d));
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

void rao_support_line(const rao_family *f, const double *s, double *low, double *high) { (void)f, (void)s, *low = -INF, *high = INF; }
void rao_support_half_line(const rao_family *f, const double *s, double *low, double *high) { (void)f, (void)s, *low = 0, *high = INF; }

double rao_dual_is_minus_entropy(const rao_family *f, const double *s) { return -f->table->entropy(f, s); }
void rao_statistic_x(const rao_family *f, const double *x, double *t) { (void)f, t[0] = x[0]; }
