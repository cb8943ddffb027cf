/* pair_axes.c - a pair of multivariate normals in the coordinates of x in which it is N(0, I) and N(g, diag(s^2)): f-divergences do not know the difference, and
 * a draw or a density costs d operations instead of d^2. Once an eigen-decomposition. */
#include <math.h>

#include "manifold/mvn_frame.h"
#include "manifold/pair.h"

enum { FEW = 8 }; /* variables for which it does not pay */
/* Pairs closer than this lose digits of s - 1, and ratios of the s^2 beyond that digits of the least s. */
static const double near = 1e-6, wide = 1e6;

/* Location and deviation of each coordinate in chart 0 of diagonal_normal; *known = 0 where doubles do not tell them to ten digits. */
static rao_status coordinates(rao_ctx *ctx, const family_item *it, double *p, double *q, int *known) {
    rao_status st;
    int64_t d = it->f->d;
    mvn_frame r;
    double *v, *logs = q + d;
    rao_mark mark = rao_scratch_mark(ctx);
    *known = 0;
    RAO_TRY(rao_scratch(ctx, d * d, &v));
    RAO_TRY(rao_mvn_frame(ctx, it->f, it->p, it->q, &r));
    double size = rao_frobenius(d * d, r.a), least = INF, most = -INF;
    if (!(fmax(size, r.gap) > near && size < INF && r.gap < INF)) goto done;
    st = rao_log_spectrum(ctx, d, r.a, r.m, v, logs);
    if (st == RAO_ENUMERIC) st = RAO_OK, logs[0] = -INF;
    if (st != RAO_OK) goto done;
    for (int64_t k = 0; k < d; k++) least = fmin(least, logs[k]), most = fmax(most, logs[k]);
    if (!(most - least < log(wide))) goto done;
    for (int64_t k = 0; k < d; k++) {
        p[k] = q[k] = 0, p[d + k] = 1, q[d + k] = exp(logs[k] / 2);
        if (r.first) q[k] = r.gap * v[k]; /* the frame's first axis is the shift's, or its opposite: a reflection of x */
        for (int64_t i = 0; i < d && !r.first; i++) q[k] += v[i * d + k] * r.shift[i];
    }
    *known = 1;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_pair_axes(rao_ctx *ctx, const family_item *it, rao_family **own, family_item *out) {
    rao_status st = RAO_OK;
    rao_family_opts o;
    double *c[2], *s[2];
    int known;
    *out = *it;
    if (it->f->table != &rao_table_mvn || it->f->d <= FEW) return RAO_OK;
    for (int i = 0; i < 2; i++) RAO_TRY(rao_scratch(ctx, 2 * it->f->d, &c[i]));
    RAO_TRY(coordinates(ctx, it, c[0], c[1], &known));
    if (!known) goto done;
    rao_family_opts_init(&o);
    o.dimension = it->f->d;
    RAO_TRY(rao_family_create(ctx, "diagonal_normal", &o, own));
    for (int i = 0; i < 2; i++) {
        RAO_TRY(rao_scratch(ctx, (*own)->state, &s[i]));
        RAO_TRY(rao_family_load(ctx, *own, 0, c[i], s[i]));
    }
    out->f = *own, out->chart = &(*own)->table->charts[0], out->p = s[0], out->q = s[1];
done:
    return st;
}
