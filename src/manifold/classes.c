/* classes.c - C(a) = -log sum p_i^a q_i^b over classes (Bernoulli, categorical, and n draws of these: binomial, multinomial), zeros included. */
#include <math.h>

#include <rao/num.h>

#include "family/bernoulli.h"
#include "manifold/skew.h"

/* l = log p/q from z = logits of p, y = logits of q and log p: differences of logits are exact, and the error of the common term, log E_p exp(y - z),
 * counts squared in divergences. */
static void ratios_of_logits(classes *c, const double *z, const double *y) {
    int64_t top = 0;
    double lift = 0;
    for (int64_t i = 1; i < c->k; i++)
        if (z[i] > z[top]) top = i;
    double origin = y[top] - z[top];
    for (int64_t i = 0; i < c->k; i++) {
        double d = y[i] - z[i] - origin;
        lift += d < 1 ? exp(c->log_p[i]) * expm1(d) : exp(y[i] - y[top] + c->log_p[top]) - exp(c->log_p[i]);
    }
    double common = isfinite(lift) ? log1p(lift) : c->log_p[top] - c->log_q[top];
    for (int64_t i = 0; i < c->k; i++) c->l[i] = (z[i] - y[i]) + origin + common;
}

/* log p/q of one class, gap = p - q. */
static double ratio_of_masses(double gap, double q, double log_p, double log_q) {
    if (log_p == -INF && log_q == -INF) return 0;
    return fabs(gap) < 0.5 * q ? log1p(gap / q) : log_p - log_q;
}

/* log p with its digits where p is near one: `rest` is the sum of the others. */
static double log_mass(double p, double rest) { return p > 0.5 ? log1p(-rest) : log(p); }

static void open_trial(const double *s, const double *t, classes *c) {
    const double p[2] = {s[BERNOULLI_P], s[BERNOULLI_Q]}, q[2] = {t[BERNOULLI_P], t[BERNOULLI_Q]};
    const double z[2] = {s[BERNOULLI_LOGIT], 0}, y[2] = {t[BERNOULLI_LOGIT], 0};
    int by_p = s[BERNOULLI_BY_LOGIT] != 0, by_q = t[BERNOULLI_BY_LOGIT] != 0;
    for (int i = 0; i < 2; i++) {
        c->log_p[i] = by_p ? -rao_softplus(i ? z[0] : -z[0]) : log_mass(p[i], p[1 - i]);
        c->log_q[i] = by_q ? -rao_softplus(i ? y[0] : -y[0]) : log_mass(q[i], q[1 - i]);
    }
    if (by_p && by_q) ratios_of_logits(c, z, y);
    else
        for (int i = 0; i < 2; i++) /* 1 - p is rounded: its difference is that of p */
            c->l[i] = ratio_of_masses(i ? q[0] - p[0] : p[0] - q[0], q[i], c->log_p[i], c->log_q[i]);
}

static void open_simplex(const double *s, const double *t, classes *c) {
    int64_t k = c->k;
    for (int64_t i = 0; i < k; i++) c->log_p[i] = s[k + i], c->log_q[i] = t[k + i];
    if (s[2 * k] != 0 && t[2 * k] != 0) ratios_of_logits(c, s + 2 * k + 1, t + 2 * k + 1);
    else
        for (int64_t i = 0; i < k; i++) c->l[i] = ratio_of_masses(s[i] - t[i], t[i], c->log_p[i], c->log_q[i]);
}

rao_status rao_classes_open(rao_ctx *ctx, const rao_family *f, const double *s, const double *t, classes *c) {
    rao_status st = RAO_OK;
    int trial = f->table == &rao_table_bernoulli || f->table == &rao_table_binomial;
    int simplex = f->table == &rao_table_categorical || f->table == &rao_table_multinomial;
    double *room;
    *c = (classes){.k = trial ? 2 : simplex ? f->d : 0, .n = f->table->info.fixed ? f->fixed : 1};
    if (c->k == 0) return RAO_OK;
    RAO_TRY(rao_scratch(ctx, 3 * c->k, &room));
    c->log_p = room, c->log_q = room + c->k, c->l = room + 2 * c->k;
    if (trial) open_trial(s, t, c);
    else open_simplex(s, t, c);
done:
    return st;
}

double rao_classes_skew(const classes *c, e_place order) {
    double gap = 0, top = -INF, sum = 0;
    for (int64_t i = 0; i < c->k; i++)
        if (c->log_p[i] > -INF || c->log_q[i] > -INF) gap += rao_skew_gap(order, c->log_p[i], c->log_q[i], c->l[i]);
    if (gap < 0.5 && gap > -1e200) return -log1p(-gap);
    for (int64_t i = 0; i < c->k; i++) { /* log sum exp: what is left of one may be as small as it likes */
        if (!isfinite(c->l[i]) || c->log_p[i] == -INF) continue;
        double term = order.p * c->log_p[i] + order.q * c->log_q[i];
        if (term > top) sum = sum * exp(top - term) + 1, top = term;
        else sum += exp(term - top);
    }
    return gap == -INF ? -INF : top == -INF ? INF : -(top + log(sum));
}

double rao_classes_tilt(const classes *c, e_place order) {
    double sum = 0;
    for (int64_t i = 0; i < c->k; i++)
        if (c->log_p[i] > -INF || c->log_q[i] > -INF) sum += rao_skew_tilt(order, c->log_p[i], c->log_q[i], c->l[i]);
    return sum;
}
