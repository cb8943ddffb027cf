/* op_dense.c - F as an n x n matrix: the truth that other representations are measured against.
 *
 * Cholesky of F + damping I serves solve, log-determinant and samples (x = L^-T z has covariance (L L^T)^-1); the eigen-decomposition
 * of F, which outlives every damping, serves powers and eigenvalues. Each is made at its first use and kept.
 *
 * Singular or not: Cholesky alone cannot say, since rounding may leave a zero pivot slightly positive. A pivot that has lost all of
 * its digits (below (n + 2) eps times the diagonal entry, the bound on its error; Higham, Accuracy and Stability, ch. 10) makes the
 * eigenvalues decide: those below n eps |F| count as zero. A damping above rounding, eps |F|, makes F + damping I definite whatever F is; one below it
 * is lost in the entries of F, and counts as none.
 * Cost: n^2 to apply and solve, n^3/3 flops for the factor, about 9 n^3 for the eigen-decomposition; memory n^2 for each.
 */
#include <math.h>

#include "la/vector.h"
#include "la/view.h"

/* What is made at first use. Apart from the operator, so that queries on a const operator may fill it. */
typedef struct kept {
    rao_mat l, v;
    rao_vec w;
    int factored, decomposed;
} kept;

typedef struct dense {
    rao_op op;
    rao_mat a; /* lower triangle: symv reads half of what gemv does */
    kept *kept;
} dense;

static const dense *self(const rao_op *f) { return (const dense *)f; }

static rao_status square(rao_ctx *ctx, rao_dtype dtype, int64_t n, rao_mat *m) {
    rao_status st = RAO_OK;
    int64_t count = 0;
    if (m->data) return RAO_OK;
    *m = rao_mat_view(dtype, n, n, n, NULL);
    RAO_TRY(rao_size_mul(ctx, "a dense operator's entries", n, n, &count));
    RAO_TRY(rao_alloc_bytes(ctx, count, rao_dtype_size(dtype), &m->data));
done:
    return st;
}

static rao_vec diagonal_of(const rao_mat *m, int64_t i) {
    return rao_vec_view(m->dtype, 1, (char *)m->data + (size_t)(i * (m->ld + 1)) * rao_dtype_size(m->dtype));
}
static double diagonal_at(const rao_mat *m, int64_t i) {
    rao_vec entry = diagonal_of(m, i);
    return la_get(&entry, 0);
}

static rao_status decompose(rao_ctx *ctx, const rao_op *f) {
    kept *k = self(f)->kept;
    rao_status st = RAO_OK;
    if (k->decomposed) return RAO_OK;
    RAO_TRY(square(ctx, f->dtype, f->n, &k->v));
    if (!k->w.data) {
        k->w = rao_vec_view(f->dtype, f->n, NULL);
        RAO_TRY(rao_alloc_bytes(ctx, f->n, rao_dtype_size(f->dtype), &k->w.data));
    }
    la_copy_lower(&self(f)->a, &k->v);
    RAO_TRY(rao_eigh(ctx, &k->v, &k->w));
    k->decomposed = 1;
done:
    return st;
}

/* EDOMAIN unless every eigenvalue of F + damping I is above what rounding can make of a zero. */
static rao_status check_definite(rao_ctx *ctx, const rao_op *f, const char *verb) {
    const kept *k = self(f)->kept;
    rao_status st;
    RAO_TRY(decompose(ctx, f));
    if (f->n == 0) return RAO_OK;
    const double least = la_get(&k->w, 0), largest = fmax(fabs(least), fabs(la_get(&k->w, f->n - 1)));
    const double noise = (double)f->n * la_eps(f->dtype) * largest;
    int64_t rank = 0;
    for (int64_t i = 0; i < f->n; i++) rank += la_get(&k->w, i) + f->damping > noise;
    if (least < -noise)
        return rao_fail(ctx, RAO_EDOMAIN, "%s: dense is not positive semidefinite, its least eigenvalue is %g", verb, least);
    if (rank == f->n || (f->damping > la_eps(f->dtype) * largest && least + f->damping > 0)) return RAO_OK;
    return rao_fail(ctx, RAO_EDOMAIN, "%s: dense is singular, of rank %lld in dimension %lld: want a damping above its rounding, %.2g",
                    verb, (long long)rank, (long long)f->n, noise > 0 ? noise : 0);
done:
    return st;
}

/* An entry that a damping below rounding exceeds is as good as 0: its pivot is nothing but that damping. */
static int lost_a_pivot(const rao_op *f, const rao_mat *l) {
    const double lost = ((double)f->n + 2) * la_eps(f->dtype);
    double top = 0;
    for (int64_t i = 0; i < f->n; i++) top = fmax(top, diagonal_at(&self(f)->a, i));
    const int bare = f->damping <= la_eps(f->dtype) * top;
    for (int64_t i = 0; i < f->n; i++) {
        const double pivot = diagonal_at(l, i), entry = diagonal_at(&self(f)->a, i);
        if (!(pivot * pivot > lost * (entry + f->damping)) || (bare && !(entry > f->damping))) return 1;
    }
    return 0;
}

static rao_status factorise(rao_ctx *ctx, const rao_op *f, const char *verb) {
    kept *k = self(f)->kept;
    rao_status st = RAO_OK;
    if (k->factored) return RAO_OK;
    RAO_TRY(square(ctx, f->dtype, f->n, &k->l));
    la_copy_lower(&self(f)->a, &k->l);
    for (int64_t i = 0; i < f->n; i++) {
        rao_vec entry = diagonal_of(&k->l, i);
        la_put(&entry, 0, la_get(&entry, 0) + f->damping);
    }
    st = rao_cholesky(ctx, &k->l, 0, NULL);
    if (st == RAO_ENUMERIC) {
        RAO_TRY(check_definite(ctx, f, verb)); /* the reason, where there is a better one */
        st = RAO_ENUMERIC;
    }
    if (st != RAO_OK) goto done;
    if (lost_a_pivot(f, &k->l)) RAO_TRY(check_definite(ctx, f, verb));
    k->factored = 1;
done:
    return st;
}

static rao_status dense_apply(rao_ctx *ctx, const rao_op *f, const rao_vec *x, rao_vec *y) {
    (void)ctx;
    if (f->damping > 0) la_copy(x, y);
    if (f->n > 0) la_symv(&self(f)->a, x, f->damping, y);
    return RAO_OK;
}

static rao_status dense_solve(rao_ctx *ctx, const rao_op *f, const rao_vec *b, rao_vec *x) {
    rao_mat column = rao_mat_view(x->dtype, x->n, 1, 1, x->data);
    rao_status st;
    RAO_TRY(factorise(ctx, f, "solve"));
    la_copy(b, x);
    RAO_TRY(rao_cholesky_solve(ctx, &self(f)->kept->l, &column));
done:
    return st;
}

/* Rounding may leave eigenvalues of a semidefinite F slightly negative; their powers are those of zero. */
static rao_status dense_power(rao_ctx *ctx, const rao_op *f, double p, const rao_vec *x, rao_vec *y) {
    const kept *k = self(f)->kept;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_vec t;
    rao_status st;
    RAO_TRY(decompose(ctx, f));
    if (p < 0) RAO_TRY(check_definite(ctx, f, "power"));
    RAO_TRY(la_scratch_vec(ctx, f->dtype, f->n, &t));
    RAO_TRY(rao_gemv(ctx, RAO_T, 1, &k->v, x, 0, &t));
    for (int64_t i = 0; i < f->n; i++) la_put(&t, i, pow(fmax(la_get(&k->w, i), 0) + f->damping, p) * la_get(&t, i));
    RAO_TRY(rao_gemv(ctx, RAO_N, 1, &k->v, &t, 0, y));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status dense_sample(rao_ctx *ctx, const rao_op *f, rao_stream s, uint64_t step, rao_vec *x) {
    rao_mat column = rao_mat_view(x->dtype, x->n, 1, 1, x->data);
    rao_status st;
    RAO_TRY(factorise(ctx, f, "sample"));
    la_normals(s, step, x);
    RAO_TRY(rao_trsm(ctx, RAO_LEFT, RAO_T, &self(f)->kept->l, &column));
done:
    return st;
}

static rao_status dense_trace(rao_ctx *ctx, const rao_op *f, double *value) {
    (void)ctx;
    double sum = 0;
    for (int64_t i = 0; i < f->n; i++) sum += diagonal_at(&self(f)->a, i) + f->damping;
    *value = sum;
    return RAO_OK;
}

static rao_status dense_logdet(rao_ctx *ctx, const rao_op *f, double *value) {
    rao_status st;
    RAO_TRY(factorise(ctx, f, "logdet"));
    RAO_TRY(rao_cholesky_logdet(ctx, &self(f)->kept->l, value));
done:
    return st;
}

static rao_status dense_eigenvalues(rao_ctx *ctx, const rao_op *f, rao_vec *w) {
    rao_status st;
    RAO_TRY(decompose(ctx, f));
    for (int64_t i = 0; i < f->n; i++) la_put(w, i, la_get(&self(f)->kept->w, i) + f->damping);
done:
    return st;
}

static rao_status dense_damp(rao_ctx *ctx, rao_op *f, double damping) {
    (void)ctx;
    if (damping != f->damping) self(f)->kept->factored = 0;
    return RAO_OK;
}

static void dense_destroy(rao_op *f) {
    dense *d = (dense *)f;
    if (d->kept) {
        rao_free(&d->kept->l.data);
        rao_free(&d->kept->v.data);
        rao_free(&d->kept->w.data);
    }
    rao_free(&d->kept);
    rao_free(&d->a.data);
}

static const rao_op_table dense_table = {
    .name = "dense",
    .apply = dense_apply,
    .solve = dense_solve,
    .power = dense_power,
    .sample = dense_sample,
    .trace = dense_trace,
    .logdet = dense_logdet,
    .eigenvalues = dense_eigenvalues,
    .damp = dense_damp,
    .destroy = dense_destroy,
};

rao_status rao_op_dense(rao_ctx *ctx, const rao_mat *a, rao_op **f) {
    dense *made = NULL;
    rao_op *handle = NULL;
    rao_status st;
    RAO_TRY(la_check_square(ctx, "op_dense", "A", a));
    RAO_TRY(la_check_finite_lower(ctx, "op_dense", "A", a));
    for (int64_t i = 0; i < a->rows; i++)
        if (diagonal_at(a, i) < 0)
            return rao_fail(ctx, RAO_EDOMAIN, "op_dense: A(%lld, %lld) = %g, want >= 0 on the diagonal of a semidefinite matrix",
                            (long long)i, (long long)i, diagonal_at(a, i));
    RAO_TRY(rao_alloc(ctx, 1, &made));
    handle = &made->op;
    handle->table = &dense_table, handle->dtype = a->dtype, handle->n = a->rows;
    RAO_TRY(rao_alloc(ctx, 1, &made->kept));
    RAO_TRY(square(ctx, a->dtype, a->rows, &made->a));
    la_copy_lower(a, &made->a);
    *f = handle;
    handle = NULL;
done:
    rao_op_destroy(&handle);
    return st;
}
