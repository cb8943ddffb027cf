/* mvn_frame.c - the frame of a pair of normals: K with K S_p K^T = I, and a reflection that takes the shift of the means to the first axis or its opposite,
 * which is as good. */
#include "manifold/mvn_frame.h"

#include <math.h>

/* x := H x (columns), or x H (rows). */
static void reflect(const mvn_frame *r, int rows, double *x) {
    int64_t d = r->d, step = rows ? 1 : d;
    for (int64_t i = 0; i < d && r->first; i++) {
        double dot = 0, *at = rows ? x + i * d : x + i;
        for (int64_t j = 0; j < d; j++) dot += r->axis[j] * at[j * step];
        for (int64_t j = 0; j < d; j++) at[j * step] -= 2 * dot * r->axis[j];
    }
}

void rao_mvn_reflect(const mvn_frame *r, double *x) { reflect(r, 0, x), reflect(r, 1, x); }

/* The axis of the reflection, of the sign with which nothing cancels. A shift of at most `least` is left to the cone. */
static void aim(mvn_frame *r, double least) {
    double *w = r->axis;
    r->gap = rao_frobenius(r->d, r->shift);
    r->first = r->gap > least;
    if (!r->first) return;
    for (int64_t i = 0; i < r->d; i++) w[i] = r->shift[i] / r->gap;
    w[0] += w[0] < 0 ? -1 : 1;
    double length = rao_frobenius(r->d, w);
    for (int64_t i = 0; i < r->d; i++) w[i] /= length;
}

void rao_mvn_frame_aim(mvn_frame *r) {
    if (r->first) return;
    aim(r, 1e-14);
    rao_mvn_reflect(r, r->a), rao_mvn_reflect(r, r->m), reflect(r, 0, r->root);
}

static void whiten(const spd *s, int64_t d, const double *v, const double *w, double *out) {
    for (int64_t i = 0; i < d; i++) {
        out[i] = 0;
        for (int64_t k = 0; k <= i; k++) out[i] += s->k[i * d + k] * (v[k] - (w ? w[k] : 0));
    }
}

rao_status rao_mvn_frame(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, mvn_frame *r) {
    rao_status st;
    int64_t d = r->d = f->d;
    spd a = mvn_cov(f, p), b = mvn_cov(f, q);
    RAO_TRY(rao_scratch(ctx, d, &r->axis));
    RAO_TRY(rao_scratch(ctx, d, &r->shift));
    RAO_TRY(rao_scratch(ctx, d * d, &r->a));
    RAO_TRY(rao_scratch(ctx, d * d, &r->m));
    RAO_TRY(rao_scratch(ctx, d * d, &r->root));
    whiten(&a, d, mvn_mean(f, q), mvn_mean(f, p), r->shift);
    for (int64_t i = 0; i < d * d; i++) r->a[i] = b.s[i] - a.s[i];
    RAO_TRY(rao_congruence(ctx, RAO_N, d, a.k, r->a, r->a));
    rao_mat k = square_view(d, a.k), u = square_view(d, b.u), root = square_view(d, r->root), m = square_view(d, r->m);
    RAO_TRY(rao_gemm(ctx, RAO_N, RAO_T, 1, &k, &u, 0, &root));
    aim(r, 1e-8 * fmin(rao_frobenius(d * d, r->a), 1));
    rao_mvn_reflect(r, r->a), reflect(r, 0, r->root);
    RAO_TRY(rao_syrk(ctx, RAO_N, 1, &root, 0, &m));
    if (!(rao_frobenius(d * d, r->m) < INF))
        RAO_TRY(rao_fail(ctx, RAO_ENUMERIC, "%s: the covariances are further apart than the doubles", f->table->info.name));
done:
    return st;
}

/* x := +-H x, of the sign that keeps the shift's. */
static void turn(const mvn_frame *r, double *x) {
    double dot = 0;
    if (!r->first) return;
    double sign = r->axis[0] > 0 ? -1 : 1; /* H took the shift to the opposite of the first axis */
    for (int64_t i = 0; i < r->d; i++) dot += r->axis[i] * x[i];
    for (int64_t i = 0; i < r->d; i++) x[i] = sign * (x[i] - 2 * dot * r->axis[i]);
}

rao_status rao_mvn_enter(rao_ctx *ctx, const rao_family *f, const mvn_frame *r, const double *p, const double *velocity, double *x,
                         double *m) {
    rao_status st = RAO_OK;
    spd a = mvn_cov(f, p);
    whiten(&a, r->d, velocity, NULL, x);
    rao_unpack(r->d, velocity + r->d, m);
    RAO_TRY(rao_congruence(ctx, RAO_N, r->d, a.k, m, m));
    turn(r, x), rao_mvn_reflect(r, m);
done:
    return st;
}

void rao_mvn_leave_vector(const rao_family *f, const mvn_frame *r, const double *p, double *x, double *out) {
    spd a = mvn_cov(f, p);
    turn(r, x);
    for (int64_t i = 0; i < r->d; i++) {
        out[i] = 0;
        for (int64_t k = 0; k <= i; k++) out[i] += a.u[k * r->d + i] * x[k];
    }
}

rao_status rao_mvn_leave(rao_ctx *ctx, const rao_family *f, const mvn_frame *r, const double *p, double *x, double *m, double *velocity) {
    rao_status st = RAO_OK;
    spd a = mvn_cov(f, p);
    rao_mvn_leave_vector(f, r, p, x, velocity);
    rao_mvn_reflect(r, m);
    RAO_TRY(rao_congruence(ctx, RAO_T, r->d, a.u, m, m));
    rao_spd_store(m, r->d, 1, velocity + r->d);
done:
    return st;
}
