/* mvn_alpha.c - the geodesics of the alpha-connections of N(m, S),
 *   m'' = (1 + alpha) S' S^-1 m',   S'' = (1 + alpha) S' S^-1 S' - (1 - alpha) m' m'^T,
 * closed where the means agree (cone.c), else solved for (track.h) in the pair's frame: S_p = I/u^2, the means (gap/u) e_1 apart, u = max(1, gap). */
#include "manifold/mvn_alpha.h"

#include <math.h>
#include <string.h>

#include "manifold/mvn_way.h"
#include "manifold/spray_mvn.h"
#include "manifold/track.h"

/* N(mean e_1, m/unit^2) */
static rao_status set(rao_ctx *ctx, const rao_family *f, double mean, double unit, const double *m, double *s) {
    int64_t d = f->d;
    spd a = mvn_cov(f, s);
    for (int64_t i = 0; i < d; i++) {
        mvn_mean(f, s)[i] = i == 0 ? mean : 0;
        for (int64_t j = 0; j < d; j++) a.s[i * d + j] = (m ? m[i * d + j] : i == j) / unit / unit;
    }
    return rao_spd_factor(ctx, f, "the covariance in the frame of the pair", s);
}

/* A state out of the frame: its mean from the nearer end. */
static rao_status leave(rao_ctx *ctx, const family_item *it, const mvn_frame *r, double unit, double *own, double *s) {
    rao_status st = RAO_OK;
    const rao_family *f = it->f;
    int64_t d = f->d;
    double *x = mvn_mean(f, own), *m = mvn_cov(f, own).s;
    int late = 2 * x[0] * unit > r->gap;
    const double *from = mvn_mean(f, late ? it->q : it->p);
    spd base = mvn_cov(f, it->p);
    for (int64_t i = 0; i < d; i++) x[i] = unit * x[i] - (late && i == 0 ? r->gap : 0);
    for (int64_t i = 0; i < d * d; i++) m[i] *= unit * unit;
    rao_mvn_leave_vector(f, r, it->p, x, mvn_mean(f, s));
    for (int64_t i = 0; i < d; i++) mvn_mean(f, s)[i] += from[i];
    rao_mvn_reflect(r, m);
    RAO_TRY(rao_congruence(ctx, RAO_T, d, base.u, m, mvn_cov(f, s).s));
    RAO_TRY(rao_spd_factor(ctx, f, "the covariance on the geodesic", s));
done:
    return st;
}

/* One mean, or two that are the same to rounding. */
static rao_status in_cone(rao_ctx *ctx, const family_item *it, double gap, double *s, rao_quality *quality) {
    const rao_family *f = it->f;
    const double *p = mvn_mean(f, it->p), *q = mvn_mean(f, it->q);
    RAO_OR_RETURN(rao_cone_path(ctx, f, it->p, it->q, it->t, it->args->alpha, s));
    for (int64_t i = 0; i < f->d; i++) mvn_mean(f, s)[i] = p[i] + it->t * (q[i] - p[i]);
    if (gap > 0) quality->error = gap * rao_mvn_scale(f, it->p);
    return RAO_OK;
}

rao_status rao_mvn_alpha(rao_ctx *ctx, const family_item *it, double *s, rao_quality *quality) {
    rao_status st;
    const rao_family *f = it->f;
    mvn_frame r;
    track k;
    double *p, *q, *own, x;
    int64_t e;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_mvn_frame(ctx, f, it->p, it->q, &r));
    rao_mvn_frame_aim(&r);
    if (!r.first) {
        st = in_cone(ctx, it, r.gap, s, quality);
        goto done;
    }
    if (!(it->t >= 0 && it->t <= 1))
        RAO_TRY(rao_fail(ctx, RAO_EUNABLE,
                         "mvn: alpha_geodesic at alpha = %g: t = %g, want 0 <= t <= 1 of two means (any t at alpha = -1, 0, 1)",
                         it->args->alpha, it->t));
    double unit = fmax(1, r.gap);
    RAO_TRY(rao_scratch(ctx, f->state, &p));
    RAO_TRY(rao_scratch(ctx, f->state, &q));
    RAO_TRY(rao_scratch(ctx, f->state, &own));
    RAO_TRY(set(ctx, f, 0, unit, NULL, p));
    RAO_TRY(set(ctx, f, r.gap / unit, unit, r.m, q));
    RAO_TRY(rao_track_solve(ctx, f, &rao_spray_mvn, "alpha_geodesic", p, q, it->args->alpha, &k));
    RAO_TRY(rao_track_at_time(ctx, &k, it->t, &e, &x));
    RAO_TRY(rao_track_state(ctx, &k, e, x, q, own, quality));
    RAO_TRY(leave(ctx, it, &r, unit, own, s));
    quality->error *= unit * unit * (double)f->d * rao_mvn_scale(f, it->p);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
