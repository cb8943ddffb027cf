/* outcomes.c - sums over all (n + k - 1 over k - 1) outcomes of n draws from k classes. */
#include <math.h>
#include <string.h>

#include <rao/num.h>

#include "manifold/pair.h"

static const double most_outcomes = 1e6;

int rao_outcomes_few(const family_item *it, const classes *c) {
    if (it->f->table != &rao_table_multinomial) return 0;
    return rao_lgamma(c->n + (double)c->k) - rao_lgamma(c->n + 1) - rao_lgamma((double)c->k) < log(most_outcomes);
}

/* The next outcome in order, n draws moved from (n, 0, ..) to (0, .., n); nonzero behind the last. */
static int next(int64_t k, double *x) {
    int64_t i = k - 2;
    double last = x[k - 1];
    while (i >= 0 && x[i] == 0) i--;
    if (i < 0) return 1;
    x[i]--, x[k - 1] = 0, x[i + 1] = last + 1;
    return 0;
}

/* log p, log q and the log of their quotient, which is a sum of those of the classes. */
static double value_at(const family_item *it, const classes *c, pair_term *term, const double *x) {
    const family_table *t = it->f->table;
    double l = 0, log_p, log_q;
    int in_p = 1, in_q = 1;
    for (int64_t i = 0; i < c->k; i++) {
        if (x[i] == 0) continue;
        in_p &= c->log_p[i] > -INF, in_q &= c->log_q[i] > -INF;
        l += x[i] * c->l[i];
    }
    if (!in_p && !in_q) return 0;
    log_p = in_p ? t->logpdf(it->f, it->p, x) : -INF;
    log_q = !in_q ? -INF : in_p ? log_p - l : t->logpdf(it->f, it->q, x);
    return term(log_p, log_q, in_p && in_q ? l : log_p - log_q);
}

rao_status rao_outcomes_sum(rao_ctx *ctx, const family_item *it, const classes *c, pair_term *term, double *out, rao_quality *quality) {
    rao_status st;
    double *x, sum = 0, rest = 0;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, c->k, &x));
    memset(x, 0, sizeof *x * (size_t)c->k);
    x[0] = c->n;
    do { /* terms are positive; Kahan's compensation */
        double add = value_at(it, c, term, x) - rest, whole = sum + add;
        rest = (whole - sum) - add, sum = whole;
    } while (!next(c->k, x));
    *out = sum;
    *quality = (rao_quality){RAO_SERIES, 1e-15 * (1 + log1p(c->n)) * sum};
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
