/* cg.c - preconditioned conjugate gradients (Hestenes & Stiefel 1952) with a residual that is a certificate.
 *
 * The recurrence's residual drifts from b - F x (Greenbaum 1997), in float soon. So the recurrence only says when to look: the
 * residual is then recomputed, and where it has not come down as promised, the iteration starts afresh from it; it ends when that
 * gains less than half, which is where the precision of F's apply ends.
 * Cost: an iteration is one apply, one solve of the preconditioner, six passes over vectors. Scratch: five vectors.
 */
#include <math.h>

#include "la/vector.h"
#include "la/view.h"

typedef struct iteration {
    const rao_op *f, *m;
    const rao_vec *b;
    rao_vec x, r, z, p, q;
    double goal;        /* |r| to reach, by the recurrence */
    double scale;       /* the largest |F p| / |p| met: a lower bound of |F| */
    int64_t done, most; /* iterations */
} iteration;

static rao_status check(rao_ctx *ctx, const rao_op *f, const rao_op *m, const rao_vec *b, double tol, int64_t max_iter, const rao_vec *x) {
    rao_status st;
    if (!f) return rao_fail(ctx, RAO_EINVAL, "cg: the operator is NULL");
    RAO_TRY(la_check_vec(ctx, "cg", "b", b));
    RAO_TRY(la_check_vec(ctx, "cg", "x", x));
    RAO_TRY(la_check_dtype(ctx, "cg", "b", b->dtype, f->table->name, f->dtype));
    RAO_TRY(la_check_dtype(ctx, "cg", "x", x->dtype, f->table->name, f->dtype));
    if (b->n != f->n || x->n != f->n)
        return rao_fail(ctx, RAO_EINVAL, "cg: %s is %lld x %lld, b has %lld entries and x has %lld", f->table->name, (long long)f->n,
                        (long long)f->n, (long long)b->n, (long long)x->n);
    if (m && (m->n != f->n || m->dtype != f->dtype))
        return rao_fail(ctx, RAO_EINVAL, "cg: %s is %lld x %lld in %s and its preconditioner is %lld x %lld in %s", f->table->name,
                        (long long)f->n, (long long)f->n, rao_dtype_name(f->dtype), (long long)m->n, (long long)m->n,
                        rao_dtype_name(m->dtype));
    if (f->n > 0 && b->data == x->data) return rao_fail(ctx, RAO_EINVAL, "cg: b and x share memory, want them apart");
    if (!(tol >= 0 && isfinite(tol))) return rao_fail(ctx, RAO_EINVAL, "cg: tol = %g, want >= 0 and finite", tol);
    if (max_iter < 0) return rao_fail(ctx, RAO_EINVAL, "cg: max_iter = %lld, want >= 0", (long long)max_iter);
done:
    return st;
}

static rao_status not_finite(rao_ctx *ctx, const iteration *it, const char *what) {
    return rao_fail(ctx, RAO_ENUMERIC, "cg: %s of %s is not finite at iteration %lld", what, it->f->table->name, (long long)it->done);
}

/* r = b - F x, afresh. */
static rao_status residual(rao_ctx *ctx, iteration *it, double *norm) {
    rao_status st;
    RAO_TRY(rao_op_apply(ctx, it->f, &it->x, &it->r));
    la_xpby(it->b, -1, &it->r);
    RAO_TRY(rao_norm(ctx, &it->r, norm));
    if (!isfinite(*norm)) return not_finite(ctx, it, "the residual");
done:
    return st;
}

/* z = M^-1 r and <r, z>. */
static rao_status precondition(rao_ctx *ctx, iteration *it, double *rz) {
    rao_status st;
    if (it->m) RAO_TRY(rao_op_solve(ctx, it->m, &it->r, &it->z));
    else la_copy(&it->r, &it->z);
    RAO_TRY(rao_dot(ctx, &it->r, &it->z, rz));
    if (!isfinite(*rz)) return not_finite(ctx, it, "the preconditioned residual");
    if (*rz < 0)
        return rao_fail(ctx, RAO_ENUMERIC, "cg: the preconditioner %s is not positive definite, <r, M^-1 r> = %g at iteration %lld",
                        it->m->table->name, *rz, (long long)it->done);
done:
    return st;
}

/* The curvature <p, F p>; *flat when it is zero to the rounding of F: p lies in the null space, and a step along it only blows x up. */
static rao_status curvature(rao_ctx *ctx, iteration *it, double *pq, int *flat) {
    double p, q;
    rao_status st;
    RAO_TRY(rao_op_apply(ctx, it->f, &it->p, &it->q));
    RAO_TRY(rao_dot(ctx, &it->p, &it->q, pq));
    RAO_TRY(rao_norm(ctx, &it->p, &p));
    RAO_TRY(rao_norm(ctx, &it->q, &q));
    if (!isfinite(*pq) || !isfinite(q)) return not_finite(ctx, it, "F p");
    if (*pq < -sqrt((double)it->f->n) * la_eps(it->f->dtype) * p * q)
        return rao_fail(ctx, RAO_ENUMERIC, "cg: %s is not positive semidefinite, <p, F p> = %g at iteration %lld", it->f->table->name, *pq,
                        (long long)it->done);
    it->scale = fmax(it->scale, p > 0 ? q / p : 0);
    *flat = !(*pq > la_eps(it->f->dtype) * it->scale * p * p);
done:
    return st;
}

/* From x and r = b - F x until the recurrence reaches the goal; *stuck when no direction is left. */
static rao_status descend(rao_ctx *ctx, iteration *it, int *stuck) {
    double rz, rz_next, pq, norm;
    rao_status st;
    RAO_TRY(precondition(ctx, it, &rz));
    la_copy(&it->z, &it->p);
    while (it->done < it->most && !rao_ctx_cancelled(ctx)) {
        RAO_TRY(curvature(ctx, it, &pq, stuck));
        if (*stuck || rz == 0) return RAO_OK;
        RAO_TRY(rao_axpy(ctx, rz / pq, &it->p, &it->x));
        RAO_TRY(rao_axpy(ctx, -rz / pq, &it->q, &it->r));
        it->done++;
        RAO_TRY(rao_norm(ctx, &it->r, &norm));
        if (!isfinite(norm)) return not_finite(ctx, it, "the residual");
        if (norm <= it->goal) return RAO_OK;
        RAO_TRY(precondition(ctx, it, &rz_next));
        la_xpby(&it->z, rz_next / rz, &it->p);
        rz = rz_next;
    }
done:
    return st;
}

static rao_status solve(rao_ctx *ctx, iteration *it, double tol, double size, double *relative) {
    double norm, before;
    int stuck = 0;
    rao_status st;
    RAO_TRY(residual(ctx, it, &norm));
    while (norm > tol * size && it->done < it->most && !stuck && !rao_ctx_cancelled(ctx)) {
        before = norm;
        it->goal = fmax(tol * size, la_eps(it->f->dtype) * norm); /* a recurrence that fell by 1 / eps has nothing left to say */
        RAO_TRY(descend(ctx, it, &stuck));
        RAO_TRY(residual(ctx, it, &norm));
        if (!(norm < 0.5 * before)) break;
    }
    *relative = norm / size;
done:
    return st;
}

rao_status rao_cg(rao_ctx *ctx, const rao_op *f, const rao_op *m, const rao_vec *b, double tol, int64_t max_iter, rao_vec *x,
                  rao_cg_info *info) {
    rao_mark mark = rao_scratch_mark(ctx);
    iteration it = {.f = f, .m = m, .b = b, .most = max_iter};
    double size, start, relative = 0;
    rao_status st;
    RAO_TRY(check(ctx, f, m, b, tol, max_iter, x));
    RAO_TRY(rao_norm(ctx, b, &size));
    RAO_TRY(rao_norm(ctx, x, &start));
    if (!isfinite(size) || !isfinite(start))
        return rao_fail(ctx, RAO_EDOMAIN, "cg: |b| = %g and |x| = %g, want finite entries", size, start);
    rao_vec *vectors[] = {&it.x, &it.r, &it.z, &it.p, &it.q};
    for (int i = 0; i < 5; i++) RAO_TRY(la_scratch_vec(ctx, f->dtype, f->n, vectors[i]));
    la_copy(x, &it.x);
    if (size > 0) RAO_TRY(solve(ctx, &it, tol, size, &relative));
    else la_scale(0, &it.x); /* F x = 0 has x = 0 for an answer, exactly */
    la_copy(&it.x, x);
    if (info) *info = (rao_cg_info){it.done, relative, relative <= tol};
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
