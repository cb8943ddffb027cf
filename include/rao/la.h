/* rao/la.h - dense linear algebra over the system's BLAS and LAPACK, float and double, row-major; the operator table rao_op.
 *
 * A view does not own its data. Every function checks shapes and dtypes (EINVAL names both ends) and narrows sizes to the
 * BLAS integer once, at its edge (EINVAL above INT_MAX). All operands of a call share one dtype; scalars are double. An output may
 * not begin where an input does, except where a function works in place. Matrices and vectors of no entries are legal everywhere.
 * The first call in a process holds BLAS at one thread: parallelism lives above it (rao_parallel_for).
 * Guide: docs/guide/linear-algebra.md.
 */
#ifndef RAO_LA_H
#define RAO_LA_H

#include <rao/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum rao_dtype { RAO_F32 = 1, RAO_F64 = 2 } rao_dtype;
RAO_API size_t rao_dtype_size(rao_dtype dtype);      /* 4 or 8 */
RAO_API const char *rao_dtype_name(rao_dtype dtype); /* "f32" or "f64" */

typedef struct rao_vec {
    rao_dtype dtype;
    int64_t n;
    void *data;
} rao_vec;

typedef struct rao_mat {
    rao_dtype dtype;
    int64_t rows, cols, ld; /* entry (i, j) at data[i * ld + j], ld >= cols */
    void *data;
} rao_mat;

static inline rao_vec rao_vec_view(rao_dtype dtype, int64_t n, void *data) {
    rao_vec v;
    v.dtype = dtype, v.n = n, v.data = data;
    return v;
}
static inline rao_mat rao_mat_view(rao_dtype dtype, int64_t rows, int64_t cols, int64_t ld, void *data) {
    rao_mat m;
    m.dtype = dtype, m.rows = rows, m.cols = cols, m.ld = ld, m.data = data;
    return m;
}

/* ---- products ------------------------------------------------------------------------------------------------ */

typedef enum rao_trans { RAO_N = 0, RAO_T = 1 } rao_trans;
typedef enum rao_side { RAO_LEFT = 0, RAO_RIGHT = 1 } rao_side;

/* C = alpha op(A) op(B) + beta C. beta = 0 ignores what C holds (NaN included). */
RAO_API rao_status rao_gemm(rao_ctx *ctx, rao_trans ta, rao_trans tb, double alpha, const rao_mat *a, const rao_mat *b, double beta,
                            rao_mat *c);
/* C = alpha A A^T + beta C (trans = RAO_N) or alpha A^T A + beta C (RAO_T). Both triangles of C are written, alike to the bit;
 * with beta != 0 C must be symmetric on entry. Half the flops of rao_gemm. */
RAO_API rao_status rao_syrk(rao_ctx *ctx, rao_trans trans, double alpha, const rao_mat *a, double beta, rao_mat *c);
/* The same without the upper triangle, which is neither read nor written: for an average that is added to often and read rarely. */
RAO_API rao_status rao_syrk_lower(rao_ctx *ctx, rao_trans trans, double alpha, const rao_mat *a, double beta, rao_mat *c);
/* The upper triangle of a square matrix becomes the transpose of the lower one. */
RAO_API rao_status rao_mirror(rao_ctx *ctx, rao_mat *c);
/* y = alpha op(A) x + beta y */
RAO_API rao_status rao_gemv(rao_ctx *ctx, rao_trans ta, double alpha, const rao_mat *a, const rao_vec *x, double beta, rao_vec *y);
/* y += alpha x */
RAO_API rao_status rao_axpy(rao_ctx *ctx, double alpha, const rao_vec *x, rao_vec *y);
/* <x, y>, |x|_2: float vectors are accumulated in double. */
RAO_API rao_status rao_dot(rao_ctx *ctx, const rao_vec *x, const rao_vec *y, double *value);
RAO_API rao_status rao_norm(rao_ctx *ctx, const rao_vec *x, double *value);

/* C = op(A) op(B) of float matrices in mixed precision: entries of A and B rounded to bfloat16 (8 significant bits, float's range; what is
 * below it becomes 0), products exact, sums in float. |error| <= (2^-7 + 2^-16 + (k + 2) 2^-23) |A| |B| entry by entry, for twice the rate of
 * rao_gemm. EUNABLE where the processor lacks AVX512-BF16 (rao_bf16_available() = 0); EINVAL for double. */
RAO_API int rao_bf16_available(void);
RAO_API rao_status rao_gemm_bf16(rao_ctx *ctx, rao_trans ta, rao_trans tb, const rao_mat *a, const rao_mat *b, rao_mat *c);

/* ---- factorisations ------------------------------------------------------------------------------------------ */

/* What a factorisation had to do. `jitter` is the absolute amount added to the diagonal (0: none), `retried` whether a float
 * factorisation was done again in double, `minor` the order of the first leading minor that was not positive without jitter, in
 * the better of the precisions tried (0: none). */
typedef struct rao_chol_info {
    double jitter;
    int retried;
    int64_t minor;
} rao_chol_info;

/* A = L L^T in place: L in the lower triangle, zeros above. Only the lower triangle of A is read.
 * max_jitter: relative to trace(A)/n, in [0, 1]; 0 asks for no jitter. A float failure is retried in double; then jitter grows
 * from 1e-12 (double) or 1e-7 (float) by tens up to max_jitter itself. ENUMERIC with the leading minor named when A is not positive
 * definite within that, EDOMAIN with the entry named when one is not finite; A is then as it was. `info` may be NULL; it is filled on
 * ENUMERIC too, so that a caller can name the minor in its own words. n^3/3 flops. */
RAO_API rao_status rao_cholesky(rao_ctx *ctx, rao_mat *a, double max_jitter, rao_chol_info *info);
/* X := (L L^T)^-1 X for X n x m. Of a factor only the lower triangle is read, here and below; EDOMAIN when an entry of its diagonal is
 * not positive and finite. 2 n^2 m flops. */
RAO_API rao_status rao_cholesky_solve(rao_ctx *ctx, const rao_mat *l, rao_mat *x);
/* X := op(L)^-1 X (left) or X op(L)^-1 (right), L lower triangular */
RAO_API rao_status rao_trsm(rao_ctx *ctx, rao_side side, rao_trans trans, const rao_mat *l, rao_mat *x);
/* INV = (L L^T)^-1, both triangles, alike to the bit. May be L itself. 2/3 n^3 flops by a block recursion; scratch n^2/4 entries. */
RAO_API rao_status rao_cholesky_inverse(rao_ctx *ctx, const rao_mat *l, rao_mat *inverse);
/* log det (L L^T) */
RAO_API rao_status rao_cholesky_logdet(rao_ctx *ctx, const rao_mat *l, double *value);
/* A = V diag(w) V^T: w ascending; the eigenvectors are the COLUMNS of V, V overwrites A. A is read from its lower triangle.
 * EDOMAIN names an entry that is not finite; EINVAL above n = 32766 (LAPACK's workspace). About 9 n^3 flops; scratch 3 n^2 entries. */
RAO_API rao_status rao_eigh(rao_ctx *ctx, rao_mat *a, rao_vec *w);
/* Eigenvalues only; A is destroyed. */
RAO_API rao_status rao_eigvalsh(rao_ctx *ctx, rao_mat *a, rao_vec *w);
/* B becomes A^-1 B, A n x n of any kind, B n x m, double; A is destroyed (LU factors with partial pivoting). EINVAL; EDOMAIN names an entry of A that is not
 * finite; ENUMERIC: A is singular, B untouched. 2 n^3 / 3 + 2 n^2 m flops; scratch n m entries. */
RAO_API rao_status rao_solve(rao_ctx *ctx, rao_mat *a, rao_mat *b);
/* A = U diag(s) V^T, A m x n with m >= n, double: U m x m (its columns behind the n-th span what A does not reach), s descending, V n x n. One-sided Jacobi:
 * small singular values of a matrix with scaled rows and columns keep their digits. EINVAL; EDOMAIN names an entry that is not finite; ENUMERIC: no
 * convergence. Some 20 n^2 m flops or more; scratch m^2 + m n + 3 n^2 entries. */
RAO_API rao_status rao_svd(rao_ctx *ctx, const rao_mat *a, rao_mat *u, rao_vec *s, rao_mat *v);

/* ---- vectors given as outer products ------------------------------------------------------------------------- */

/* The block of a vector that begins at `offset` and holds G^T A row by row: g is n x rows, a is n x cols, and row i of each contributes
 * g_i a_i^T. The gradient of a network's mean loss is such a vector, a block a layer, n the cases of its batch. */
typedef struct rao_outer {
    int64_t offset;
    rao_mat g, a;
} rao_outer;
/* b = the vector that the blocks make. They come in ascending order and cover it without gap or overlap (EINVAL names the block).
 * 2 n rows cols flops a block. */
RAO_API rao_status rao_outer_sum(rao_ctx *ctx, const rao_outer *blocks, int64_t count, rao_vec *b);

/* ---- the operator table -------------------------------------------------------------------------------------- */

/* A symmetric positive semidefinite operator F on R^n with a damping: every query speaks of the one operator F + damping I
 * (or, where a representation damps differently - factored pi-damping - of the one damped operator that its page states).
 * Family metrics, Wasserstein metrics and every representation of a network's Fisher matrix implement this table, and an optimiser
 * sees nothing else. A slot may be NULL. Slots get checked operands, x and y apart; they leave outputs alone when they fail.
 * tests/conform/op_conform.h holds every representation to the laws of the table. */
typedef struct rao_op rao_op;

typedef struct rao_op_table {
    const char *name;
    rao_status (*apply)(rao_ctx *ctx, const rao_op *f, const rao_vec *x, rao_vec *y); /* y = F x */
    rao_status (*solve)(rao_ctx *ctx, const rao_op *f, const rao_vec *b, rao_vec *x); /* x = F^-1 b */
    /* x = F^-1 b and *inner = <b, x> for b in blocks: for a representation that can work on the factors of b. NULL: by way of b itself */
    rao_status (*solve_outer)(rao_ctx *ctx, const rao_op *f, const rao_outer *blocks, int64_t count, rao_vec *x, double *inner);
    rao_status (*power)(rao_ctx *ctx, const rao_op *f, double p, const rao_vec *x, rao_vec *y);   /* y = F^p x */
    rao_status (*sample)(rao_ctx *ctx, const rao_op *f, rao_stream s, uint64_t step, rao_vec *x); /* x ~ N(0, F^-1) */
    rao_status (*trace)(rao_ctx *ctx, const rao_op *f, double *value);
    rao_status (*logdet)(rao_ctx *ctx, const rao_op *f, double *value);
    rao_status (*eigenvalues)(rao_ctx *ctx, const rao_op *f, rao_vec *w); /* all n, ascending */
    rao_status (*damp)(rao_ctx *ctx, rao_op *f, double damping);          /* prepares for a new damping; the verb then stores it */
    void (*destroy)(rao_op *f);                                           /* releases what the representation owns, not f itself */
} rao_op_table;

/* Representations embed this as the first member of a block made by rao_alloc, which rao_op_destroy releases. */
struct rao_op {
    const rao_op_table *table;
    rao_dtype dtype;
    int64_t n;
    double damping;
};

/* The public verbs check shapes and dtypes, x and y distinct; a NULL slot is EUNABLE with the representation named.
 * A singular operator has no solve, no negative power, no log-determinant and no samples: EDOMAIN, with its rank where it is known. */
RAO_API rao_status rao_op_apply(rao_ctx *ctx, const rao_op *f, const rao_vec *x, rao_vec *y);
RAO_API rao_status rao_op_solve(rao_ctx *ctx, const rao_op *f, const rao_vec *b, rao_vec *x);
/* The same for b given as outer products, with *inner = <b, x> (>= 0: where rounding leaves it below, 0 is returned), which an operator
 * that never forms b finds more cheaply than its caller. Any operator with a solve answers. */
RAO_API rao_status rao_op_solve_outer(rao_ctx *ctx, const rao_op *f, const rao_outer *blocks, int64_t count, rao_vec *x, double *inner);
/* Without a power slot, p = 1, -1 and 0 are answered by apply, solve and a copy. */
RAO_API rao_status rao_op_power(rao_ctx *ctx, const rao_op *f, double p, const rao_vec *x, rao_vec *y);
RAO_API rao_status rao_op_sample(rao_ctx *ctx, const rao_op *f, rao_stream s, uint64_t step, rao_vec *x);
RAO_API rao_status rao_op_trace(rao_ctx *ctx, const rao_op *f, double *value);
RAO_API rao_status rao_op_logdet(rao_ctx *ctx, const rao_op *f, double *value);
RAO_API rao_status rao_op_eigenvalues(rao_ctx *ctx, const rao_op *f, rao_vec *w);
/* Sets the damping: 0, or a number between the least normal one of the dtype and the root of its largest (1.8e19 in f32), EDOMAIN otherwise. */
RAO_API rao_status rao_op_damp(rao_ctx *ctx, rao_op *f, double damping);
/* NULL allowed; clears *f. */
RAO_API void rao_op_destroy(rao_op **f);

/* An operator from a dense symmetric matrix (copied; read from its lower triangle; EDOMAIN when an entry is not finite or the diagonal
 * negative). Solve, logdet and sample by Cholesky, power and eigenvalues by eigen-decomposition, each made at the first query that needs
 * it and kept, so the object serves one thread at a time until one query of each kind in use has run under the damping in use.
 * A pivot without significant digits makes the eigenvalues decide whether F is singular: below n eps |F| they count as zero. */
RAO_API rao_status rao_op_dense(rao_ctx *ctx, const rao_mat *a, rao_op **f);
/* An operator that is diag(d), d >= 0 (copied). */
RAO_API rao_status rao_op_diagonal(rao_ctx *ctx, const rao_vec *d, rao_op **f);

/* ---- iterative methods --------------------------------------------------------------------------------------- */

/* Preconditioned conjugate gradients for F x = b from x as given (Hestenes & Stiefel 1952). `m` (may be NULL) is applied by its solve.
 * Stops when |b - F x| <= tol |b|, after max_iter, when the precision of F's apply ends, or on cancel: all OK, `converged` says which.
 * The residual reported is recomputed as b - F x at the end, a certificate and not a recurrence. `info` may be NULL.
 * ENUMERIC, x untouched: F or m gives what is not finite, or is seen not to be positive semidefinite. EDOMAIN: b or x not finite.
 * An iteration is one apply, one solve of m and six passes over vectors; scratch five vectors. */
typedef struct rao_cg_info {
    int64_t iterations;
    double residual; /* |b - F x| / |b|, recomputed */
    int converged;
} rao_cg_info;
RAO_API rao_status rao_cg(rao_ctx *ctx, const rao_op *f, const rao_op *m, const rao_vec *b, double tol, int64_t max_iter, rao_vec *x,
                          rao_cg_info *info);

/* Lanczos with full reorthogonalisation (Lanczos 1950; Paige 1972) from a random start: `steps` (1 to 20000) Ritz values ascending in
 * theta, and |F v - theta v| <= bound[i]: an eigenvalue lies within bound[i] of theta[i]. Rounding in the recurrence and the loss of
 * orthogonality are measured and included; the rounding of F's own apply is taken as sqrt(n) eps |F|. weight (may be NULL): sum_i
 * weight[i] g(theta[i]) is Gauss quadrature of q^T g(F) q, q the start of unit length, exact for polynomials up to degree 2 *made - 1.
 * *made: Ritz values made; fewer than steps when n is smaller, an invariant subspace is met, or on cancel. ENUMERIC when F gives what
 * is not finite. `made` applies and 8 n made^2 flops; memory (steps + 1) n entries. */
RAO_API rao_status rao_lanczos(rao_ctx *ctx, const rao_op *f, int64_t steps, rao_stream s, double *theta, double *bound, double *weight,
                               int64_t *made);

/* ---- which BLAS ---------------------------------------------------------------------------------------------- */

typedef struct rao_blas_info {
    char name[64];     /* "OpenBLAS 0.3.21", "BLIS", "MKL", "reference or unknown" */
    char core[64];     /* "Cooperlake", "" when unknown */
    int threads;       /* what the BLAS is set to */
    double gflops;     /* of a 256 x 256 x 256 sgemm, measured now */
    char warning[256]; /* why it is slow and what to do, "" when it is not */
} rao_blas_info;
/* Asks the BLAS in use for its name and times it for 30 ms. ENOMEM. */
RAO_API rao_status rao_blas_query(rao_ctx *ctx, rao_blas_info *info);

/* An OpenBLAS older than the CPU takes its SSE kernels there, at a fifth of the speed (0.3.21 on Intel's Sapphire and Emerald Rapids).
 * This has it choose again, AVX-512 or AVX2 as the CPU has. Touches the environment and state of the whole process: call it from main,
 * before anything computes and before there are threads, as the program does. 1 when the kernels changed; 0 when they fit already, when
 * OPENBLAS_CORETYPE is set (the user's word holds), or when the BLAS is another. */
RAO_API int rao_blas_match_cpu(void);

#ifdef __cplusplus
}
#endif
#endif
