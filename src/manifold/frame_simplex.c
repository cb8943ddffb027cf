/* frame_simplex.c - n draws of k classes. The frame is that of the log odds against the likeliest class m, v_c d/d(log p_c/p_m) with
 * v_c = 1/sqrt(n p_c (1 - p_c)): g and t are the cumulants of the counts, which do not cancel however small the other classes are, and
 *   a^i_jk = delta_ijk v_i - delta_ij w_k - delta_ik w_j,  w_c = p_c v_c.
 * In probabilities a vector is dp_i = w_c (delta_ic - p_i); in log odds against another class it moves that one by v_c, or all others by -v_c. */
#include "manifold/frame.h"

#include <math.h>

static int64_t likeliest(const double *p, int64_t k) {
    int64_t top = 0;
    for (int64_t i = 1; i < k; i++)
        if (p[i] > p[top]) top = i;
    return top;
}
/* The class of vector a. */
static int64_t class_of(int64_t a, int64_t top) { return a < top ? a : a + 1; }
static double is(int64_t i, int64_t j) { return i == j ? 1 : 0; }

static double draws_of(const rao_family *f) { return f->table->info.fixed ? f->fixed : 1; }
/* v and w of a class that is not the likeliest: 1 - p loses nothing. */
static double length(const rao_family *f, double p) { return 1 / sqrt(draws_of(f) * (1 - p)) / sqrt(p); }
static double weight(const rao_family *f, double p) { return sqrt(p) / sqrt(draws_of(f) * (1 - p)); }

/* Cumulants of indicators in units v: p(1-p)(1-2p), -p q (1-2p) of a pair of p's and a q, 2 p q r. */
static double cumulant(const rao_family *f, double p, double q, double r, int equal_pq, int equal_qr, int equal_pr) {
    double pair = equal_pq ? p : equal_qr ? q : p, other = equal_pq ? r : equal_qr ? p : q;
    if (equal_pq && equal_qr) return (1 - 2 * p) * length(f, p);
    if (equal_pq || equal_qr || equal_pr) return -(1 - 2 * pair) / (1 - pair) * weight(f, other);
    return 2 * draws_of(f) * weight(f, p) * weight(f, q) * weight(f, r);
}

rao_status rao_frame_simplex(rao_ctx *ctx, const rao_family *f, const double *p, frame *r) {
    int64_t k = f->d, n = k - 1, top = likeliest(p, k);
    (void)ctx;
    r->has_a = r->has_d = 1;
    for (int64_t a = 0; a < n; a++) {
        double pa = p[class_of(a, top)], wa = weight(f, pa);
        int64_t c = class_of(a, top);
        for (int64_t i = 0; i < n; i++) {
            r->e[i * n + a] = i == c ? wa * (1 - pa) : -wa * p[i];
            r->d[a * n + i] = (is(c, i) - is(c, k - 1)) / wa - (is(top, i) - is(top, k - 1)) / p[top] / length(f, pa);
        }
        for (int64_t b = 0; b < n; b++) {
            double pb = p[class_of(b, top)];
            r->g[a * n + b] = a == b ? 1 : -draws_of(f) * wa * weight(f, pb);
            for (int64_t l = 0; l < n; l++) {
                double pl = p[class_of(l, top)];
                r->t[(a * n + b) * n + l] = cumulant(f, pa, pb, pl, a == b, b == l, a == l);
                r->a[(a * n + b) * n + l] = is(a, b) * (is(a, l) * length(f, pa) - weight(f, pl)) - is(a, l) * weight(f, pb);
            }
        }
    }
    return RAO_OK;
}

/* Log odds against class k, and the k logits (no inverse). */
int rao_view_simplex(const rao_family *f, const double *p, const family_chart *chart, double *e, double *d) {
    int64_t k = f->d, n = k - 1, top = likeliest(p, k), m = f->tangents[chart_number(f, chart)];
    for (int64_t a = 0; a < n; a++) {
        int64_t c = class_of(a, top);
        for (int64_t i = 0; i < m; i++) {
            d[a * m + i] = (is(c, i) - is(top, i)) / length(f, p[c]);
            if (e) e[i * n + a] = (is(c, i) - is(c, k - 1)) * length(f, p[c]);
        }
    }
    return 1;
}
