/* op.c - the verbs of rao_op: arguments checked once here, so that representations implement mathematics only. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "la/vector.h"
#include "la/view.h"

static rao_status unable(rao_ctx *ctx, const rao_op *f, const char *verb) {
    return rao_fail(ctx, RAO_EUNABLE, "%s: this representation offers no %s", f->table->name, verb);
}

static rao_status check_op(rao_ctx *ctx, const rao_op *f, const char *verb) {
    return f ? RAO_OK : rao_fail(ctx, RAO_EINVAL, "op_%s: the operator is NULL", verb);
}

static rao_status check_operand(rao_ctx *ctx, const rao_op *f, const char *verb, const char *name, const rao_vec *x) {
    rao_status st;
    RAO_TRY(check_op(ctx, f, verb));
    RAO_TRY(la_check_vec(ctx, verb, name, x));
    RAO_TRY(la_check_dtype(ctx, verb, name, x->dtype, f->table->name, f->dtype));
    if (x->n != f->n)
        return rao_fail(ctx, RAO_EINVAL, "%s: %s is %lld x %lld and %s has %lld entries", verb, f->table->name, (long long)f->n,
                        (long long)f->n, name, (long long)x->n);
done:
    return st;
}

static rao_status check_operands(rao_ctx *ctx, const rao_op *f, const char *verb, const char *in_name, const rao_vec *in,
                                 const char *out_name, const rao_vec *out) {
    rao_status st;
    RAO_TRY(check_operand(ctx, f, verb, in_name, in));
    RAO_TRY(check_operand(ctx, f, verb, out_name, out));
    if (f->n > 0 && in->data == out->data)
        return rao_fail(ctx, RAO_EINVAL, "%s: %s and %s share memory, want them apart", verb, in_name, out_name);
done:
    return st;
}

rao_status rao_op_apply(rao_ctx *ctx, const rao_op *f, const rao_vec *x, rao_vec *y) {
    rao_status st;
    RAO_TRY(check_operands(ctx, f, "apply", "x", x, "y", y));
    st = f->table->apply ? f->table->apply(ctx, f, x, y) : unable(ctx, f, "apply");
done:
    return st;
}

rao_status rao_op_solve(rao_ctx *ctx, const rao_op *f, const rao_vec *b, rao_vec *x) {
    rao_status st;
    RAO_TRY(check_operands(ctx, f, "solve", "b", b, "x", x));
    st = f->table->solve ? f->table->solve(ctx, f, b, x) : unable(ctx, f, "solve");
done:
    return st;
}

static rao_status solve_sum(rao_ctx *ctx, const rao_op *f, const rao_outer *blocks, int64_t count, rao_vec *x, double *inner) {
    rao_status st;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_vec b;
    if (!f->table->solve) return unable(ctx, f, "solve");
    RAO_TRY(la_scratch_vec(ctx, f->dtype, f->n, &b));
    RAO_TRY(rao_outer_sum(ctx, blocks, count, &b));
    RAO_TRY(f->table->solve(ctx, f, &b, x));
    RAO_TRY(rao_dot(ctx, &b, x, inner));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_op_solve_outer(rao_ctx *ctx, const rao_op *f, const rao_outer *blocks, int64_t count, rao_vec *x, double *inner) {
    rao_status st;
    double value = 0;
    RAO_TRY(check_operand(ctx, f, "solve_outer", "x", x));
    RAO_TRY(la_check_outer(ctx, "solve_outer", blocks, count, x));
    st = (f->table->solve_outer ? f->table->solve_outer : solve_sum)(ctx, f, blocks, count, x, &value);
    if (st == RAO_OK) *inner = value < 0 ? 0 : value; /* a NaN stays one */
done:
    return st;
}

/* Without a slot, the powers that are exact by other slots are still answered. */
static rao_status power_by_others(rao_ctx *ctx, const rao_op *f, double p, const rao_vec *x, rao_vec *y) {
    if (p == 1 && f->table->apply) return f->table->apply(ctx, f, x, y);
    if (p == -1 && f->table->solve) return f->table->solve(ctx, f, x, y);
    if (p != 0) return unable(ctx, f, p == 1 ? "apply" : p == -1 ? "solve" : "power");
    la_copy(x, y);
    return RAO_OK;
}

rao_status rao_op_power(rao_ctx *ctx, const rao_op *f, double p, const rao_vec *x, rao_vec *y) {
    rao_status st;
    RAO_TRY(check_operands(ctx, f, "power", "x", x, "y", y));
    if (!isfinite(p)) return rao_fail(ctx, RAO_EINVAL, "power: p = %g, want a finite number", p);
    st = f->table->power ? f->table->power(ctx, f, p, x, y) : power_by_others(ctx, f, p, x, y);
done:
    return st;
}

rao_status rao_op_sample(rao_ctx *ctx, const rao_op *f, rao_stream s, uint64_t step, rao_vec *x) {
    rao_status st;
    RAO_TRY(check_operand(ctx, f, "sample", "x", x));
    st = f->table->sample ? f->table->sample(ctx, f, s, step, x) : unable(ctx, f, "sample");
done:
    return st;
}

rao_status rao_op_trace(rao_ctx *ctx, const rao_op *f, double *value) {
    rao_status st;
    RAO_TRY(check_op(ctx, f, "trace"));
    st = f->table->trace ? f->table->trace(ctx, f, value) : unable(ctx, f, "trace");
done:
    return st;
}

rao_status rao_op_logdet(rao_ctx *ctx, const rao_op *f, double *value) {
    rao_status st;
    RAO_TRY(check_op(ctx, f, "logdet"));
    st = f->table->logdet ? f->table->logdet(ctx, f, value) : unable(ctx, f, "logdet");
done:
    return st;
}

rao_status rao_op_eigenvalues(rao_ctx *ctx, const rao_op *f, rao_vec *w) {
    rao_status st;
    RAO_TRY(check_operand(ctx, f, "eigenvalues", "w", w));
    st = f->table->eigenvalues ? f->table->eigenvalues(ctx, f, w) : unable(ctx, f, "eigenvalues");
done:
    return st;
}

rao_status rao_op_damp(rao_ctx *ctx, rao_op *f, double damping) {
    rao_status st;
    RAO_TRY(check_op(ctx, f, "damp"));
    if (!(damping >= 0 && isfinite(damping)))
        return rao_fail(ctx, RAO_EDOMAIN, "damp: damping of %s = %g, want >= 0 and finite", f->table->name, damping);
    const double least = f->dtype == RAO_F64 ? DBL_MIN : (double)FLT_MIN;
    const double most = sqrt(f->dtype == RAO_F64 ? DBL_MAX : (double)FLT_MAX); /* products of two damped numbers stay finite */
    if (damping > 0 && !(damping >= least && damping <= most))
        return rao_fail(ctx, RAO_EDOMAIN, "damp: damping of %s = %g, want 0 or in [%.2g, %.2g] in %s", f->table->name, damping, least, most,
                        rao_dtype_name(f->dtype));
    if (!f->table->damp) return unable(ctx, f, "damping");
    RAO_TRY(f->table->damp(ctx, f, damping));
    f->damping = damping;
done:
    return st;
}

void rao_op_destroy(rao_op **f) {
    if (!f || !*f) return;
    if ((*f)->table->destroy) (*f)->table->destroy(*f);
    rao_free(f);
}
