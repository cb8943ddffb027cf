/* frame_matrix.c - normals in several variables and Wishart matrices, in the frame in which the covariance S = L L^T is the identity: vectors (L x, L X L^T) of
 * means x and symmetric X (unit entries, or pairs of them). There everything is a constant:
 *   g = x.y + c/2 tr XY,  t(x, y, Z) = x^T Z y,  t(X, Y, Z) = c tr XYZ,
 *   b(x, y) = (xy^T + yx^T)/2 in S,  b(x, Z) = -Zx/2 in the mean,  b(X, Y) = -(XY + YX)/2   (L. Skovgaard 1984),
 * c = 1 for the normal; df for the Wishart, which has no mean and whose chart is affine in eta. */
#include <string.h>

#include "family/spd.h"
#include "manifold/frame.h"

typedef struct unit {
    int64_t i, j; /* i <= j: the matrix has 1 at (i, j) and (j, i) */
} unit;

static unit unit_at(int64_t d, int64_t index) {
    unit u = {0, 0};
    for (; index >= d - u.i; u.i++) index -= d - u.i;
    u.j = u.i + index;
    return u;
}
/* Entry (a, b) of the unit. */
static double entry(unit u, int64_t a, int64_t b) { return (u.i == a && u.j == b) || (u.i == b && u.j == a) ? 1 : 0; }
static int64_t place(int64_t d, int64_t i, int64_t j) { return i * d - i * (i - 1) / 2 + (j - i); }

/* L X L^T, upper triangle: L = U^T. */
static void matrix_vectors(const spd *a, int64_t d, int64_t first, frame *r) {
    int64_t n = r->n, count = d * (d + 1) / 2;
    for (int64_t c = 0; c < count; c++) {
        unit u = unit_at(d, c);
        for (int64_t k = 0; k < d; k++)
            for (int64_t l = k; l < d; l++) {
                double x = k < u.i || l < u.j ? 0 : a->u[u.i * d + k] * a->u[u.j * d + l];
                if (u.i != u.j && k >= u.j && l >= u.i) x += a->u[u.j * d + k] * a->u[u.i * d + l];
                r->e[(first + place(d, k, l)) * n + first + c] = x;
            }
    }
}

/* tr XYZ, the product of X and Y at hand. */
static double trace_with(const double *product, int64_t d, unit z) {
    return z.i == z.j ? product[z.i * d + z.i] : product[z.i * d + z.j] + product[z.j * d + z.i];
}

static void matrix_tensors(int64_t d, int64_t first, double c, double *product, frame *r) {
    int64_t n = r->n, count = d * (d + 1) / 2;
    for (int64_t a = 0; a < count; a++) {
        unit x = unit_at(d, a);
        r->g[(first + a) * n + first + a] = x.i == x.j ? 0.5 * c : c;
        for (int64_t b = 0; b < count; b++) {
            unit y = unit_at(d, b);
            for (int64_t k = 0; k < d * d; k++) {
                product[k] = 0;
                for (int64_t l = 0; l < d; l++) product[k] += entry(x, k / d, l) * entry(y, l, k % d);
            }
            for (int64_t e = 0; e < count; e++) {
                unit z = unit_at(d, e);
                r->t[((first + a) * n + first + b) * n + first + e] = c * trace_with(product, d, z);
                r->b[((first + e) * n + first + a) * n + first + b] = -0.5 * (product[z.i * d + z.j] + product[z.j * d + z.i]);
            }
        }
    }
}

rao_status rao_frame_wishart(rao_ctx *ctx, const rao_family *f, const double *s, frame *r) {
    spd a = spd_at(s, f->d);
    (void)ctx;
    matrix_vectors(&a, f->d, 0, r);
    matrix_tensors(f->d, 0, f->fixed, a.work, r);
    return RAO_OK;
}

rao_status rao_frame_mvn(rao_ctx *ctx, const rao_family *f, const double *s, frame *r) {
    int64_t d = f->d, n = r->n;
    spd a = spd_at(s, d);
    (void)ctx;
    for (int64_t i = 0; i < d; i++) {
        r->g[i * n + i] = 1;
        for (int64_t k = i; k < d; k++) r->e[k * n + i] = a.u[i * d + k];
        for (int64_t j = 0; j < d; j++) {
            int64_t z = d + place(d, i < j ? i : j, i < j ? j : i);
            frame_put3(r->t, n, i, j, z, 1);
            frame_put_symbol(r->b, n, z, i, j, i == j ? 1 : 0.5);
            frame_put_symbol(r->b, n, i, j, z, -0.5);
        }
    }
    matrix_vectors(&a, d, d, r);
    matrix_tensors(d, d, 1, a.work, r);
    return RAO_OK;
}
