#include "family/spd.h"

#include <math.h>
#include <string.h>

#include <rao/num.h>

#include "family/normal.h"

enum { BY_HAND = 24 }; /* below this order the loops are faster than the calls */

static rao_status not_definite(rao_ctx *ctx, const rao_family *f, const char *name, int64_t minor) {
    return rao_fail(ctx, RAO_EDOMAIN, "%s: %s is not positive definite: its leading minor of order %lld is not positive",
                    f->table->info.name, name, (long long)minor);
}

/* L in the lower triangle of a; returns the order of the first minor that is not positive, or 0. */
static int64_t cholesky_by_hand(double *a, int64_t d) {
    for (int64_t j = 0; j < d; j++) {
        double pivot = a[j * d + j];
        for (int64_t k = 0; k < j; k++) pivot -= a[j * d + k] * a[j * d + k];
        if (!(pivot > 0 && pivot < INF)) return j + 1;
        pivot = a[j * d + j] = sqrt(pivot);
        for (int64_t i = j + 1; i < d; i++) {
            double sum = a[i * d + j];
            for (int64_t k = 0; k < j; k++) sum -= a[i * d + k] * a[j * d + k];
            a[i * d + j] = sum / pivot;
        }
    }
    return 0;
}

/* K = L^-1, row by row. */
static void invert_by_hand(const double *l, int64_t d, double *k) {
    for (int64_t i = 0; i < d; i++) {
        for (int64_t j = 0; j < i; j++) {
            double sum = 0;
            for (int64_t m = j; m < i; m++) sum += l[i * d + m] * k[m * d + j];
            k[i * d + j] = -sum / l[i * d + i];
        }
        k[i * d + i] = 1 / l[i * d + i];
        for (int64_t j = i + 1; j < d; j++) k[i * d + j] = 0;
    }
}

static void square_by_hand(const double *k, int64_t d, double *p) {
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j <= i; j++) {
            double sum = 0;
            for (int64_t m = i; m < d; m++) sum += k[m * d + i] * k[m * d + j];
            p[i * d + j] = p[j * d + i] = sum;
        }
}

/* The factor in `work`, then K and P. */
static rao_status factor_large(rao_ctx *ctx, const rao_family *f, const char *name, int64_t d, const spd *a) {
    rao_mat l = rao_mat_view(RAO_F64, d, d, d, a->work), k = rao_mat_view(RAO_F64, d, d, d, a->k), p = rao_mat_view(RAO_F64, d, d, d, a->p);
    rao_chol_info info = {0};
    rao_status st = rao_cholesky(ctx, &l, 0, &info);
    if (st == RAO_ENUMERIC) return not_definite(ctx, f, name, info.minor);
    if (st) return st;
    memset(a->k, 0, sizeof *a->k * (size_t)(d * d));
    for (int64_t i = 0; i < d; i++) a->k[i * d + i] = 1;
    if ((st = rao_trsm(ctx, RAO_LEFT, RAO_N, &l, &k))) return st;
    return rao_syrk(ctx, RAO_T, 1, &k, 0, &p);
}

rao_status rao_spd_factor(rao_ctx *ctx, const rao_family *f, const char *name, double *start) {
    int64_t d = f->d;
    spd a = spd_at(start, d);
    for (int64_t i = 0; i < d * d; i++) {
        if (!isfinite(a.s[i]))
            return rao_fail(ctx, RAO_EDOMAIN, "%s: %s has the entry %g, want finite numbers", f->table->info.name, name, a.s[i]);
        a.work[i] = a.s[i];
    }
    if (d < BY_HAND) {
        int64_t minor = cholesky_by_hand(a.work, d);
        if (minor) return not_definite(ctx, f, name, minor);
        invert_by_hand(a.work, d, a.k);
        square_by_hand(a.k, d, a.p);
    } else {
        rao_status st = factor_large(ctx, f, name, d, &a);
        if (st) return st;
    }
    *a.half_logdet = 0;
    for (int64_t i = 0; i < d; i++) {
        *a.half_logdet += log(a.work[i * d + i]);
        for (int64_t j = 0; j < d; j++) a.u[i * d + j] = j >= i ? a.work[j * d + i] : 0;
    }
    return RAO_OK;
}

rao_status rao_spd_load(rao_ctx *ctx, const rao_family *f, const char *name, const double *upper, double *start) {
    int64_t d = f->d;
    spd a = spd_at(start, d);
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = i; j < d; j++) a.s[i * d + j] = a.s[j * d + i] = *upper++;
    return rao_spd_factor(ctx, f, name, start);
}

void rao_spd_store(const double *matrix, int64_t d, double factor, double *upper) {
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = i; j < d; j++) *upper++ = factor * matrix[i * d + j];
}

/* M = K_t L_s is lower triangular: tr M M^T - d - 2 log det M = sum (M_ii^2 - 1 - 2 log M_ii) + sum of squares below the diagonal, where
 * M - I = K_t (L_s - L_t). The diagonal terms are twice the normal's KL of standard deviations. */
static double kl_by_factors(int64_t d, const spd *s, const spd *t) {
    double sum = 0;
    for (int64_t i = 0; i < d; i++) {
        double p = s->u[i * d + i], q = t->u[i * d + i];
        sum += rao_normal_kl(rao_plain_step(0, p, 0, q), p, q);
        for (int64_t j = 0; j < i; j++) {
            const double *row = t->k + i * d, *a = s->u + j * d, *b = t->u + j * d;
            double m = 0;
            for (int64_t k = j; k <= i; k++) m += row[k] * (a[k] - b[k]);
            sum += 0.5 * m * m;
        }
    }
    return sum;
}

/* A = K_t (S - T) K_t^T from the differences of the matrices themselves, lower triangle into s->work. */
void rao_spd_whitened_difference(int64_t d, const spd *s, const spd *t) {
    for (int64_t i = 0; i < d; i++) {
        double *row = t->work + i * d;
        memset(row, 0, sizeof *row * (size_t)d);
        for (int64_t k = 0; k <= i; k++)
            for (int64_t j = 0; j < d; j++) row[j] += t->k[i * d + k] * (s->s[k * d + j] - t->s[k * d + j]);
    }
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j <= i; j++) {
            double sum = 0;
            for (int64_t k = 0; k <= j; k++) sum += t->work[i * d + k] * t->k[j * d + k];
            s->work[i * d + j] = sum;
        }
}

/* (K_t L_s)(K_t L_s)^T. */
void rao_spd_whitened(int64_t d, const spd *s, const spd *t, double *out) {
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j <= i; j++) {
            double m = 0;
            for (int64_t k = j; k <= i; k++) m += t->k[i * d + k] * s->u[j * d + k];
            s->work[i * d + j] = m;
        }
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j <= i; j++) {
            double sum = 0;
            for (int64_t k = 0; k <= j; k++) sum += s->work[i * d + k] * s->work[j * d + k];
            out[i * d + j] = sum;
        }
}

/* With I + A = L D L^T, D = 1 + delta: tr A - log det(I + A) = sum of L_ij^2 D_j below the diagonal + sum (delta_i - log(1 + delta_i)). */
static double kl_of_close(int64_t d, const spd *s, const spd *t) {
    double sum = 0, *a = s->work;
    rao_spd_whitened_difference(d, s, t);
    for (int64_t i = 0; i < d; i++) {
        double *row = a + i * d;
        for (int64_t j = 0; j < i; j++) { /* row[j] becomes L_ij D_j */
            for (int64_t k = 0; k < j; k++) row[j] -= row[k] * a[j * d + k];
        }
        for (int64_t j = 0; j < i; j++) {
            double l = row[j] / (1 + a[j * d + j]), square = l * row[j];
            row[j] = l;
            sum += square;
            row[i] -= square;
        }
        sum -= rao_log1pmx(row[i]);
    }
    return 0.5 * sum;
}

double rao_spd_kl(int64_t d, const spd *s, const spd *t) {
    double far = kl_by_factors(d, s, t);
    return far < 1e-2 ? kl_of_close(d, s, t) : far;
}

double rao_spd_square(int64_t d, const spd *s, const double *v, const double *w) {
    double sum = 0;
    for (int64_t i = 0; i < d; i++) {
        double y = 0;
        for (int64_t k = 0; k <= i; k++) y += s->k[i * d + k] * (v[k] - w[k]);
        sum += y * y;
    }
    return sum;
}

enum { NEAR = 16 }; /* rows of a right factor that stay in the cache while all rows of the left one pass */

void rao_spd_kl_gradient(int64_t d, const spd *s, const spd *t, const double *w, double c, double *out) {
    memset(t->work, 0, sizeof *out * (size_t)(d * d));
    memset(out, 0, sizeof *out * (size_t)(d * (d + 1) / 2));
    for (int64_t first = 0; first < d; first += NEAR) /* work = P (T - S) */
        for (int64_t i = 0; i < d; i++)
            for (int64_t k = first; k < first + NEAR && k < d; k++) {
                const double *a = t->s + k * d, *b = s->s + k * d, p = t->p[i * d + k];
                for (int64_t j = 0; j < d; j++) t->work[i * d + j] += p * (a[j] - b[j]);
            }
    for (int64_t first = 0; first < d; first += NEAR) /* work P from the diagonal on */
        for (int64_t i = 0; i < d; i++)
            for (int64_t k = first; k < first + NEAR && k < d; k++) {
                double x = t->work[i * d + k], *row = out + i * d - i * (i + 1) / 2;
                for (int64_t j = i; j < d; j++) row[j] += x * t->p[k * d + j];
            }
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = i; j < d; j++, out++) *out = (i == j ? 0.5 : 1) * c * (*out - (w ? w[i] * w[j] : 0));
}

void rao_spd_fisher(int64_t d, const spd *s, double c, double *m, int64_t n, int64_t first) {
    int64_t row = first;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = i; j < d; j++, row++) {
            int64_t column = first;
            for (int64_t k = 0; k < d; k++)
                for (int64_t l = k; l < d; l++, column++) {
                    double pairs = s->p[i * d + k] * s->p[j * d + l] + s->p[i * d + l] * s->p[j * d + k];
                    m[row * n + column] = 0.25 * c * (i == j ? 1 : 2) * (k == l ? 1 : 2) * pairs;
                }
        }
}

/* Row of the coordinates as a symmetric matrix: an entry off the diagonal in halves. */
static double entry_of(const double *u, int64_t d, int64_t i, int64_t j) {
    int64_t low = i < j ? i : j, high = i < j ? j : i;
    return u[low * d - low * (low - 1) / 2 + high - low] * (i == j ? 1 : 0.5);
}

double rao_spd_bound(int64_t d, const spd *s, const double *u, const double *v) {
    double trace = 0;
    for (int64_t i = 0; i < d; i++) { /* work = V S */
        for (int64_t j = 0; j < d; j++) s->work[i * d + j] = 0;
        for (int64_t k = 0; k < d; k++) {
            double part = entry_of(v, d, i, k);
            for (int64_t j = 0; part != 0 && j < d; j++) s->work[i * d + j] += part * s->s[k * d + j];
        }
    }
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) {
            double part = entry_of(u, d, i, j), sum = 0;
            for (int64_t k = 0; part != 0 && k < d; k++) sum += s->s[j * d + k] * s->work[k * d + i];
            trace += part * sum;
        }
    return 2 * trace;
}
