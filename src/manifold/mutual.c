/* mutual.c - mutual information: KL(p : s), s the m-projection of p onto independence, which keeps the margins (of more than two groups: total correlation, S. Watanabe 1960).
 *
 * Normal: KL of S and its diagonal blocks, from their difference. Table: sum of p log(p/r), r the product of the margins over the total to the power (axes - 1); as a sum of
 * r [(1 + u) log(1 + u) - u] >= 0, u = (p - r)/r. Near independence u is a small difference: margins and products are kept to twice the digits. */
#include <math.h>
#include <string.h>

#include <rao/num.h>

#include "manifold/independence.h"

/* high + low */
typedef struct twofold {
    double high, low;
} twofold;

static twofold plus(twofold a, double b) {
    double sum = a.high + b, part = sum - a.high, rest = (a.high - (sum - part)) + (b - part);
    return (twofold){sum, a.low + rest};
}
static twofold times(twofold a, twofold b) {
    double high = a.high * b.high;
    return (twofold){high, fma(a.high, b.high, -high) + (a.high * b.low + a.low * b.high)};
}

/* r, the product of the margins of every class. */
static rao_status margins_product(rao_ctx *ctx, const rao_onto *onto, const double *p, int64_t k, twofold *r) {
    rao_status st = RAO_OK;
    twofold *margin, total = {0, 0};
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, k, &margin));
    for (int64_t i = 0; i < k; i++) total = plus(total, p[i]), r[i] = (twofold){1, 0};
    double excess = (total.high - 1) + total.low; /* the probabilities sum to one to a rounding error only */
    for (int64_t axis = 0; axis < onto->block_count; axis++) {
        memset(margin, 0, sizeof *margin * (size_t)k);
        for (int64_t i = 0; i < k; i++) {
            twofold *m = &margin[rao_table_digit(onto, i, axis)];
            *m = plus(*m, p[i]);
        }
        for (int64_t i = 0; i < k; i++) {
            r[i] = times(r[i], margin[rao_table_digit(onto, i, axis)]);
            if (axis > 0) r[i].low -= r[i].high * excess;
        }
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static double cell(double p, twofold r) {
    double total = r.high + r.low, u = ((p - r.high) - r.low) / total;
    if (p == 0) return total;
    return fabs(u) < 0.5 ? total * ((1 + u) * rao_log1pmx(u) + u * u) : p * (log(p) - log(total)) - p + total;
}

static rao_status of_table(rao_ctx *ctx, const rao_family *f, const rao_onto *onto, const double *p, double *out) {
    rao_status st = RAO_OK;
    twofold *r;
    double sum = 0;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->d, &r));
    RAO_TRY(margins_product(ctx, onto, p, f->d, r));
    for (int64_t i = 0; i < f->d; i++) sum += cell(p[i], r[i]);
    *out = sum;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_mutual_information(rao_ctx *ctx, const rao_family *family, int64_t chart, const double *p, const rao_onto *onto,
                                  double *value) {
    rao_status st;
    rao_onto all;
    double *from, *s, found = 0;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_onto_init(&all);
    if (!onto || !p || !value)
        RAO_TRY(rao_fail(ctx, RAO_EINVAL, "rao_mutual_information: the point, the groups or the place for the answer is NULL"));
    memcpy(&all, onto, onto->size < sizeof all ? onto->size : sizeof all);
    if (!all.block_count || all.held)
        RAO_TRY(rao_fail(ctx, RAO_EINVAL, "%s: mutual information needs groups that could be independent, not held coordinates",
                         family->table->info.name));
    RAO_TRY(rao_scratch(ctx, family->state, &from));
    RAO_TRY(rao_scratch(ctx, family->state, &s));
    RAO_TRY(rao_family_load(ctx, family, chart, p, from));
    RAO_TRY(rao_onto_independence(ctx, family, RAO_M_PROJECTION, &all, from, s));
    if (family->table == &rao_table_categorical) RAO_TRY(of_table(ctx, family, &all, from, &found));
    else found = family->table->kl(family, from, s);
    *value = found;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
