/* jensen_shannon.c - JS(p, q) = [KL(p : m) + KL(q : m)]/2, m = (p + q)/2 (J. Lin 1991), between 0 and log 2, symmetric; no root is taken.
 *
 * With l = log p/q and u = tanh(l/2) = (p - q)/(p + q) it is the integral of m [(1 + u) log(1 + u) + (1 - u) log(1 - u)]/2 = m [u l + log(1 - u^2)]/2: one sign, and l is
 * known to the last digits for close pairs (a family's log_ratio). */
#include <math.h>

#include "manifold/manifold.h"
#include "manifold/pair.h"

static const double log_2 = 0.69314718055994530942;

/* The bracket over two, in (0, log 2). */
static double share(double l) {
    double w = exp(-fabs(l)), u = tanh(0.5 * l);
    if (fabs(l) < 1) return 0.5 * (u * l + log1p(-u * u));
    return log_2 - log1p(w) - (w > 0 ? w / (1 + w) * fabs(l) : 0);
}

static double term(double log_p, double log_q, double l) { return 0.5 * (exp(log_p) + exp(log_q)) * share(l); }

static rao_status jensen_shannon(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    rao_status st;
    classes c;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_classes_open(ctx, it->f, it->p, it->q, &c));
    if (c.k && c.n == 1)
        for (int64_t i = 0; i < c.k; i++) *out += term(c.log_p[i], c.log_q[i], c.l[i]);
    else if (rao_outcomes_few(it, &c)) RAO_TRY(rao_outcomes_sum(ctx, it, &c, term, out, quality));
    else RAO_TRY(rao_pair_integral(ctx, it, term, 1, NULL, out, quality));
    *out = fmin(*out, log_2);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

const family_question rao_ask_jensen_shannon = {"jensen_shannon", jensen_shannon, RAO_SCALAR, RAO_TAKES_Q};
