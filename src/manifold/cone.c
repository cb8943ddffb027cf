/* cone.c - the cone of positive definite matrices with the metric c/2 tr(S^-1 dS)^2: Wishart families (c = df) and, for c = 1, normals with one
 * mean. With K S_p K^T = I and K S_q K^T = V diag(e^l) V^T: distance sqrt(c/2) |l|, geodesic S_p^1/2 V e^(t l) V^T S_p^1/2 in the frame of K^-1
 * (L. Skovgaard 1984, Scand. J. Statist. 11, 211-223). Logarithms of close pairs come from K (S_q - S_p) K^T. Cost: an eigen-decomposition. */
#include "manifold/cone.h"

#include <math.h>
#include <string.h>

rao_status rao_congruence(rao_ctx *ctx, rao_trans trans, int64_t d, const double *a, const double *x, double *out) {
    rao_status st;
    double *half;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d * d, &half));
    rao_mat ma = square_view(d, a), mx = square_view(d, x), mh = square_view(d, half), mo = square_view(d, out);
    RAO_TRY(rao_gemm(ctx, trans, RAO_N, 1, &ma, &mx, 0, &mh));
    RAO_TRY(rao_gemm(ctx, RAO_N, trans == RAO_N ? RAO_T : RAO_N, 1, &mh, &ma, 0, &mo));
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < i; j++) out[i * d + j] = out[j * d + i] = 0.5 * (out[i * d + j] + out[j * d + i]);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_spectral(rao_ctx *ctx, int64_t d, const double *v, const double *g, double *out) {
    rao_status st;
    double *scaled;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d * d, &scaled));
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) scaled[i * d + j] = v[i * d + j] * g[j];
    rao_mat ms = square_view(d, scaled), mv = square_view(d, v), mo = square_view(d, out);
    RAO_TRY(rao_gemm(ctx, RAO_N, RAO_T, 1, &ms, &mv, 0, &mo));
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < i; j++) out[i * d + j] = out[j * d + i] = 0.5 * (out[i * d + j] + out[j * d + i]);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

double rao_frobenius(int64_t n, const double *a) {
    double largest = 0, sum = 0;
    for (int64_t i = 0; i < n; i++) largest = fmax(largest, fabs(a[i]));
    if (!(largest > 0)) return largest;
    for (int64_t i = 0; i < n; i++) sum += a[i] / largest * (a[i] / largest);
    return largest * sqrt(sum);
}

rao_status rao_log_spectrum(rao_ctx *ctx, int64_t d, const double *a, const double *one_plus_a, double *v, double *logs) {
    int close = rao_frobenius(d * d, a) < 0.5;
    memcpy(v, close ? a : one_plus_a, sizeof *v * (size_t)(d * d));
    rao_mat mv = square_view(d, v);
    rao_vec w = rao_vec_view(RAO_F64, d, logs);
    RAO_OR_RETURN(rao_eigh(ctx, &mv, &w));
    for (int64_t i = 0; i < d; i++) {
        if (!close && !(logs[i] > 0))
            return rao_fail(ctx, RAO_ENUMERIC, "the ratio of the two matrices is too badly conditioned for doubles");
        logs[i] = close ? log1p(logs[i]) : log(logs[i]);
    }
    return RAO_OK;
}

void rao_unpack(int64_t d, const double *upper, double *full) {
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = i; j < d; j++) full[i * d + j] = full[j * d + i] = *upper++;
}

/* ---- Wishart ------------------------------------------------------------------------------------------------------ */

/* V and l of the pair, in scratch memory of the caller. */
static rao_status spectrum(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double **v, double *logs) {
    rao_status st;
    int64_t d = f->d;
    spd a = spd_at(p, d), b = spd_at(q, d);
    double *gap, *whole;
    RAO_TRY(rao_scratch(ctx, d * d, v));
    RAO_TRY(rao_scratch(ctx, d * d, &gap));
    RAO_TRY(rao_scratch(ctx, d * d, &whole));
    for (int64_t i = 0; i < d * d; i++) gap[i] = b.s[i] - a.s[i];
    RAO_TRY(rao_congruence(ctx, RAO_N, d, a.k, gap, gap));
    RAO_TRY(rao_congruence(ctx, RAO_N, d, a.k, b.s, whole));
    RAO_TRY(rao_log_spectrum(ctx, d, gap, whole, *v, logs));
done:
    return st;
}

static rao_status distance(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *d, rao_quality *quality) {
    (void)quality;
    rao_status st;
    double *v, *logs;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->d, &logs));
    RAO_TRY(spectrum(ctx, f, p, q, &v, logs));
    *d = sqrt(f->fixed / 2) * rao_frobenius(f->d, logs);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* The log of (1 - t + t e^(c l))^(1/c), NaN where there is none; t l at c = 0. */
static double log_power_mean(double l, double t, double c) {
    double u = c * l;
    if (c == 0) return t * l;
    return (u > 0 ? u + log1p((1 - t) * expm1(-u)) : log1p(t * expm1(u))) / c;
}

rao_status rao_cone_path(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double t, double alpha, double *out) {
    rao_status st;
    spd a = spd_at(p, f->d), o = spd_at(out, f->d);
    double *v, *logs;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->d, &logs));
    RAO_TRY(spectrum(ctx, f, p, q, &v, logs));
    for (int64_t i = 0; i < f->d; i++) {
        logs[i] = exp(log_power_mean(logs[i], t, -alpha));
        if (!(logs[i] > 0 && logs[i] < INF)) RAO_TRY(rao_geometry_left(ctx, f));
    }
    RAO_TRY(rao_spectral(ctx, f->d, v, logs, o.s));
    RAO_TRY(rao_congruence(ctx, RAO_T, f->d, a.u, o.s, o.s));
    RAO_TRY(rao_spd_factor(ctx, f, "the point of the geodesic", out));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status path(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double t, double *out, rao_quality *quality) {
    return (void)quality, rao_cone_path(ctx, f, p, q, t, 0, out);
}

static rao_status take_log(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *velocity, rao_quality *quality) {
    (void)quality;
    rao_status st;
    spd a = spd_at(p, f->d);
    double *v, *logs, *full;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->d, &logs));
    RAO_TRY(rao_scratch(ctx, f->d * f->d, &full));
    RAO_TRY(spectrum(ctx, f, p, q, &v, logs));
    RAO_TRY(rao_spectral(ctx, f->d, v, logs, full));
    RAO_TRY(rao_congruence(ctx, RAO_T, f->d, a.u, full, full));
    rao_spd_store(full, f->d, 1, velocity);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status take_exp(rao_ctx *ctx, const rao_family *f, const double *p, const double *velocity, double *out, rao_quality *quality) {
    (void)quality;
    rao_status st;
    int64_t d = f->d;
    spd a = spd_at(p, d), o = spd_at(out, d);
    double *v, *w;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d, &w));
    RAO_TRY(rao_scratch(ctx, d * d, &v));
    rao_unpack(d, velocity, v);
    RAO_TRY(rao_congruence(ctx, RAO_N, d, a.k, v, v));
    rao_mat mv = square_view(d, v);
    rao_vec mw = rao_vec_view(RAO_F64, d, w);
    RAO_TRY(rao_eigh(ctx, &mv, &mw));
    for (int64_t i = 0; i < d; i++) w[i] = exp(w[i]);
    RAO_TRY(rao_spectral(ctx, d, v, w, o.s));
    RAO_TRY(rao_congruence(ctx, RAO_T, d, a.u, o.s, o.s));
    RAO_TRY(rao_spd_factor(ctx, f, "the point of the geodesic", out));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_cone_carry(rao_ctx *ctx, int64_t d, const double *v, const double *logs, double *x) {
    rao_status st = RAO_OK;
    RAO_TRY(rao_congruence(ctx, RAO_T, d, v, x, x));
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) x[i * d + j] *= exp((logs[i] + logs[j]) / 2);
    RAO_TRY(rao_congruence(ctx, RAO_N, d, v, x, x));
done:
    return st;
}

static rao_status carry(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, const double *velocity, double *out,
                        rao_quality *quality) {
    (void)quality;
    rao_status st;
    int64_t d = f->d;
    spd a = spd_at(p, d);
    double *v, *logs, *x;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d, &logs));
    RAO_TRY(rao_scratch(ctx, d * d, &x));
    RAO_TRY(spectrum(ctx, f, p, q, &v, logs));
    rao_unpack(d, velocity, x);
    RAO_TRY(rao_congruence(ctx, RAO_N, d, a.k, x, x));
    RAO_TRY(rao_cone_carry(ctx, d, v, logs, x));
    RAO_TRY(rao_congruence(ctx, RAO_T, d, a.u, x, x));
    rao_spd_store(x, d, 1, out);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

const model_space rao_space_cone = {distance, path, take_log, take_exp, NULL, NULL, NULL, carry};
