/* inverse.c - (L L^T)^-1 from L by a recursion whose flops are matrix products.
 *
 *   L = [L1 0; L21 L2],  Y = L21 L1^-1,  S1 = (L1 L1^T)^-1,  S2 = (L2 L2^T)^-1:
 *   (L L^T)^-1 = [S1 + Y^T S2 Y, -Y^T S2; -S2 Y, S2]      (block elimination; S2 is the inverse of L1's Schur complement)
 *
 * Only positive terms are added on the diagonal. Y comes from a like recursion, with the diagonal blocks of L inverted once. LAPACK's
 * potri inverts L and multiplies L^-T L^-1 instead, with triangular operands throughout; its flops are the same, 2/3 n^3, but below
 * n of about a thousand they run at a fraction of gemm's rate. Rows of Y and panels of the sum are shared by the threads.
 * Scratch: n^2/4 + 32 n entries.
 */
#include <string.h>

#include "la/blas.h"
#include "la/view.h"

enum { LEAF = 32, PANEL = 128 };

/* About half of n > LEAF, in whole leaves. */
static int64_t first_half(int64_t n) { return (n / 2 + LEAF - 1) / LEAF * LEAF; }

static int64_t leaves_of(int64_t n) { return (n + LEAF - 1) / LEAF; }

#define T float
#define NAME(x) x##_f32
#define BLAS(x) s##x
#include "la/inverse_tmpl.h"
#undef T
#undef NAME
#undef BLAS

#define T double
#define NAME(x) x##_f64
#define BLAS(x) d##x
#include "la/inverse_tmpl.h"
#undef T
#undef NAME
#undef BLAS

static rao_status check(rao_ctx *ctx, const rao_mat *l, const rao_mat *inverse) {
    rao_status st;
    RAO_TRY(la_check_factor(ctx, "cholesky_inverse", l));
    RAO_TRY(la_check_square(ctx, "cholesky_inverse", "the inverse", inverse));
    RAO_TRY(la_check_dtype(ctx, "cholesky_inverse", "L", l->dtype, "the inverse", inverse->dtype));
    if (inverse->rows != l->rows || (inverse->data == l->data && inverse->ld != l->ld))
        return rao_fail(ctx, RAO_EINVAL, "cholesky_inverse: L is %lld x %lld (ld %lld) and the inverse is %lld x %lld (ld %lld)",
                        (long long)l->rows, (long long)l->rows, (long long)l->ld, (long long)inverse->rows, (long long)inverse->rows,
                        (long long)inverse->ld);
done:
    return st;
}

rao_status rao_cholesky_inverse(rao_ctx *ctx, const rao_mat *l, rao_mat *inverse) {
    rao_mark mark = rao_scratch_mark(ctx);
    void *work;
    rao_status st;
    RAO_TRY(check(ctx, l, inverse));
    const int64_t n = l->rows, n1 = n > LEAF ? first_half(n) : 0;
    RAO_TRY(rao_scratch_bytes(ctx, leaves_of(n) * LEAF * LEAF + n1 * (n - n1), rao_dtype_size(l->dtype), &work));
    if (inverse->data != l->data) la_copy_lower(l, inverse);
    RAO_TRY(l->dtype == RAO_F32 ? inverse_f32(ctx, inverse, work) : inverse_f64(ctx, inverse, work));
    la_mirror(inverse);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
