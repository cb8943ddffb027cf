/* backend/backend.h - buffers and kernels behind one table.
 *
 * Two layers. A rao_kernels table holds serial loops over rows x cols entries with leading dimensions, for one number type; `ref` and each
 * instruction set of `cpu` fill one for float and one for double. The rao_... functions below it take views, check shapes, and share the
 * rows out over the context's threads. Blocks are fixed by the shape: entrywise results are the same bits for any number of threads, and
 * sums are combined in block order. Below about 64k entries everything runs where it was called.
 *
 * No function writes outside rows x cols: column `cols` of a padded row may hold the homogeneous 1.
 */
#ifndef RAO_BACKEND_BACKEND_H
#define RAO_BACKEND_BACKEND_H

#include <rao/backend.h>

/* All but gelu find their derivatives from y alone, so that y may lie over x. */
static inline int rao_act_needs_input(rao_activation kind) { return kind == RAO_GELU; }

/* The widest layer, with its bias, whose products the kernels `wide` and `deep` take. */
enum { RAO_SMALL_SIDE = 33 };

/* Serial kernels of one number type; pointers are to entry (0, 0), each followed by its leading dimension. An output may be one of the
 * inputs, and overlaps none otherwise. s, the state of an activation, is its input where rao_act_needs_input, else its output. */
typedef struct rao_kernels {
    /* y = f(x) */
    void (*act_forward)(rao_activation f, int64_t rows, int64_t cols, const void *x, int64_t ldx, void *y, int64_t ldy);
    /* out = in f'(s): a cotangent pulled back or a tangent pushed forward */
    void (*act_backward)(rao_activation f, int64_t rows, int64_t cols, const void *s, int64_t lds, const void *in, int64_t ldi, void *out,
                         int64_t ldo);
    /* out = dydot f'(s) + dy f''(s) xdot: the tangent of the vjp */
    void (*act_second)(rao_activation f, int64_t rows, int64_t cols, const void *s, int64_t lds, const void *xdot, int64_t ldx,
                       const void *dy, int64_t ldy, const void *dydot, int64_t ldd, void *out, int64_t ldo);
    void (*fill)(int64_t rows, int64_t cols, double value, void *x, int64_t ldx);
    /* y = x, converted from the other number type */
    void (*convert)(int64_t rows, int64_t cols, const void *x, int64_t ldx, void *y, int64_t ldy);
    /* y = a x + b y; b = 0 ignores what y holds, NaN included */
    void (*axpby)(int64_t rows, int64_t cols, double a, const void *x, int64_t ldx, double b, void *y, int64_t ldy);
    /* y = a * x, entry by entry */
    void (*product)(int64_t rows, int64_t cols, const void *a, int64_t lda, const void *x, int64_t ldx, void *y, int64_t ldy);
    /* y[i] = s[i] x[i] */
    void (*scale_rows)(int64_t rows, int64_t cols, const void *s, const void *x, int64_t ldx, void *y, int64_t ldy);
    /* in double */
    double (*sum_squares)(int64_t rows, int64_t cols, const void *x, int64_t ldx);
    /* the largest |x|; NaN when there is a NaN, so that one pass also answers whether all is finite */
    double (*max_abs)(int64_t rows, int64_t cols, const void *x, int64_t ldx);
    /* C = op(A) B, m x n from k x n; m, k <= RAO_SMALL_SIDE */
    void (*wide)(rao_trans ta, int64_t m, int64_t k, int64_t n, const void *a, int64_t lda, const void *b, int64_t ldb, void *c,
                 int64_t ldc);
    /* sums = A B^T, m x k without gaps, from m x n and k x n; m, k <= RAO_SMALL_SIDE */
    void (*deep)(int64_t m, int64_t k, int64_t n, const void *a, int64_t lda, const void *b, int64_t ldb, void *sums);
    /* Y = X^T, cols x rows */
    void (*turn)(int64_t rows, int64_t cols, const void *x, int64_t ldx, void *y, int64_t ldy);
} rao_kernels;

/* The table of functions named act_forward_f32 and so on: a kernel file's last line. */
#define RAO_KERNELS(type)                                                                                                             \
    {                                                                                                                                 \
        .act_forward = act_forward_##type, .act_backward = act_backward_##type, .act_second = act_second_##type, .fill = fill_##type, \
        .convert = convert_##type, .axpby = axpby_##type, .product = product_##type, .scale_rows = scale_rows_##type,                 \
        .sum_squares = sum_squares_##type, .max_abs = max_abs_##type, .wide = wide_##type, .deep = deep_##type, .turn = turn_##type   \
    }

struct rao_backend {
    const char *name, *isa;
    rao_kernels f32, f64;
    /* as rao_gemm and rao_syrk */
    rao_status (*gemm)(rao_ctx *ctx, rao_trans ta, rao_trans tb, double alpha, const rao_mat *a, const rao_mat *b, double beta, rao_mat *c);
    rao_status (*syrk)(rao_ctx *ctx, rao_trans trans, double alpha, const rao_mat *a, double beta, rao_mat *c);
};

extern const rao_backend rao_backend_ref, rao_backend_generic, rao_backend_avx2, rao_backend_avx512;
/* The compilation for a level, or the next lower one that was built. */
const rao_backend *rao_backend_cpu(int level);

/* ---- over views and threads ---------------------------------------------------------------------------------- */

/* Each returns EINVAL with both shapes named when they do not agree, and otherwise RAO_OK or what rao_parallel_for returns. */

rao_status rao_act_forward(rao_ctx *ctx, const rao_backend *be, rao_activation f, const rao_mat *x, rao_mat *y);
/* dx = dy f'. x may be NULL unless rao_act_needs_input(f), y may be NULL if so. dx may be dy. */
rao_status rao_act_backward(rao_ctx *ctx, const rao_backend *be, rao_activation f, const rao_mat *x, const rao_mat *y, const rao_mat *dy,
                            rao_mat *dx);
/* out = dydot f' + dy f'' xdot; xdot NULL stands for zero. out may be dydot. */
rao_status rao_act_second(rao_ctx *ctx, const rao_backend *be, rao_activation f, const rao_mat *x, const rao_mat *y, const rao_mat *xdot,
                          const rao_mat *dy, const rao_mat *dydot, rao_mat *out);
rao_status rao_fill(rao_ctx *ctx, const rao_backend *be, double value, rao_mat *x);
/* Y = X, between number types too. */
rao_status rao_copy(rao_ctx *ctx, const rao_backend *be, const rao_mat *x, rao_mat *y);
/* Column x->cols = value (1, or 0 of a tangent), the padding behind it up to ld zero. EINVAL unless ld > cols. */
rao_status rao_homogenise(rao_ctx *ctx, const rao_backend *be, double value, const rao_mat *x);
/* Y = a X + b Y; b = 0 ignores what Y holds. */
rao_status rao_axpby(rao_ctx *ctx, const rao_backend *be, double a, const rao_mat *x, double b, rao_mat *y);
/* Y = A * X, entry by entry; Y may be either. */
rao_status rao_product(rao_ctx *ctx, const rao_backend *be, const rao_mat *a, const rao_mat *x, rao_mat *y);
/* Y = diag(s) X; Y may be X. */
rao_status rao_scale_rows(rao_ctx *ctx, const rao_backend *be, const rao_vec *s, const rao_mat *x, rao_mat *y);
rao_status rao_sum_squares(rao_ctx *ctx, const rao_backend *be, const rao_mat *x, double *sum);
/* max |x|, NaN where there is one: isfinite(*largest) says that all is finite. 0 of an empty matrix. */
rao_status rao_max_abs(rao_ctx *ctx, const rao_backend *be, const rao_mat *x, double *largest);

/* ---- products of small matrices with long ones: features x cases ---------------------------------------------- */

/* EINVAL where the shapes do not fit or a short side is above RAO_SMALL_SIDE. Long sides are cut into blocks of columns fixed by the shape. */

/* C = op(A) B with op(A) m x k and B k x n; m, k <= RAO_SMALL_SIDE. C is neither A nor B. */
rao_status rao_wide_product(rao_ctx *ctx, const rao_backend *be, rao_trans ta, const rao_mat *a, const rao_mat *b, rao_mat *c);
/* C = beta C + A B^T with A m x n and B k x n; m, k <= RAO_SMALL_SIDE. beta = 0 ignores what C holds. A block of 4096 columns is summed in
 * the number type, |error| <= 4096 eps |A| |B|^T at worst and 4096 / lanes with every vector full; blocks are added in order, in double. */
rao_status rao_deep_product(rao_ctx *ctx, const rao_backend *be, const rao_mat *a, const rao_mat *b, double beta, rao_mat *c);
/* Y = X^T; Y is not X. Serial. */
rao_status rao_turn(rao_ctx *ctx, const rao_backend *be, const rao_mat *x, rao_mat *y);

/* ---- buffers ------------------------------------------------------------------------------------------------- */

/* n numbers that a backend's kernels may read and write; `data` is theirs, and on the processor anybody's. */
typedef struct rao_buf {
    const rao_backend *backend;
    rao_dtype dtype;
    int64_t n;
    void *data;
} rao_buf;

/* Zeroed, aligned to 64 bytes. EINVAL (n < 0), ENOMEM. */
rao_status rao_buf_create(rao_ctx *ctx, const rao_backend *be, rao_dtype dtype, int64_t n, rao_buf **buf);
void rao_buf_destroy(rao_buf **buf);
/* buf[first..first+count) = host, and back. EINVAL outside 0..n. */
rao_status rao_buf_upload(rao_ctx *ctx, rao_buf *buf, int64_t first, int64_t count, const void *host);
rao_status rao_buf_download(rao_ctx *ctx, const rao_buf *buf, int64_t first, int64_t count, void *host);

#endif
