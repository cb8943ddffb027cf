/* generic.h - what holds for every family: tensors in other charts, and the numerical versions of slots that a table leaves empty. */
#ifndef RAO_FAMILY_GENERIC_H
#define RAO_FAMILY_GENERIC_H

#include "family/family.h"

/* One question: states p, q, observation x and what else was given, the chart of the answer, and what was asked. */
typedef struct family_item {
    const rao_family *f;
    const family_chart *chart;
    const rao_family_args *args;
    const char *what;
    const double *p, *q, *x;
    int64_t index;
    double t;               /* the place on a path */
    const double *velocity; /* a tangent vector at p, in the chart */
} family_item;

#define RAO_OR_RETURN(call)                    \
    do {                                       \
        rao_status status_ = (call);           \
        if (status_ != RAO_OK) return status_; \
    } while (0)

/* out = J^T v of the item's chart: v = the score at (p, x), or gradient(p, q) (then J at q). */
rao_status rao_pull_back(rao_ctx *ctx, const family_item *it, double *out,
                         void (*gradient)(const rao_family *f, const double *s, const double *t, double *g));
/* out = J^T F J. */
rao_status rao_pull_back_matrix(rao_ctx *ctx, const family_item *it, double *out);

/* B (n x m) := A^-1 B by Gauss-Jordan elimination with row pivoting, A (n x n) is lost; nonzero when A is singular. */
int rao_eliminate(double *a, int64_t n, double *b, int64_t m);
/* EUNABLE where the family is not exponential. */
rao_status rao_need_exponential(rao_ctx *ctx, const family_item *it, const family_exponential **e);

rao_status rao_generic_entropy(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality);
rao_status rao_generic_kl(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality);
rao_status rao_generic_kl_gradient(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality);
/* The score at (p, x) in the item's chart. */
rao_status rao_score_in_chart(rao_ctx *ctx, const family_item *it, double *g);
/* E score score^T by rao_expect, or over draws where that is asked for. */
rao_status rao_fisher_by_expectation(rao_ctx *ctx, const family_item *it, int by_draws, double *out, rao_quality *quality);
rao_status rao_generic_fisher(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality);
/* EDOMAIN with the reason where there is no Fisher matrix. */
rao_status rao_want_regular(rao_ctx *ctx, const family_item *it);
/* The Fisher matrix by the best way there is, whatever method is asked for. */
rao_status rao_fisher_best(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality);
/* d KL(p : q) / d(coordinates of q), closed or generic. */
rao_status rao_kl_gradient(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality);

/* The coordinate of x whose unit coordinate i of chart 0 is in: those of a diagonal normal are independent and may have units of their own; else all have one. */
static inline int64_t rao_axis_of(const rao_family *f, int64_t i) { return f->table == &rao_table_diagonal_normal ? i % f->d : 0; }

/* units.c: a pair in units of its own, lengths divided by 2^exponent; 0 where the family has no such units or they do not fit. */
typedef struct unit_pair {
    double p[8], q[8];
    int exponent;
} unit_pair;
int rao_pair_units(const rao_family *f, const double *s, const double *t, unit_pair *out);
/* The power of a tail that doubles do not hold (family_standard), else 0. */
double rao_heavy_tail(const rao_family *f);

/* kl_hessian.c: the coordinates c of a chart moved by h along tangent coordinate j; the Hessian at q, and at q = p. */
void rao_move(const family_item *it, double *c, int64_t j, double h);
rao_status rao_kl_hessian(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality);
rao_status rao_fisher_by_kl(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality);
/* fisher_det.c: +-INF are answers; the error is that of the logarithm. And its exponential. */
rao_status rao_fisher_log_det(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality);
rao_status rao_fisher_det(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality);

#endif
