/* eval_dual.c - evaluation on dual numbers, and gradients and Hessians in any number of slots by several passes. */
#include "expr/program.h"

#include <math.h>

static rao_dual apply_1(const expr_op *op, const rao_dual *a) {
    switch (op->code) {
    case EXPR_NEGATE: return rao_dual_neg(*a);
    case EXPR_SQUARE: return rao_dual_chain(a, a->v * a->v, 2 * a->v, 2);
    case EXPR_NOT: return rao_dual_constant(a->v == 0);
    default: return expr_functions[op->operand].d1(*a);
    }
}

static rao_dual apply_2(const expr_op *op, const rao_dual *a, const rao_dual *b) {
    switch (op->code) {
    case EXPR_ADD: return rao_dual_add(*a, *b);
    case EXPR_SUBTRACT: return rao_dual_sub(*a, *b);
    case EXPR_MULTIPLY: return rao_dual_mul(*a, *b);
    case EXPR_DIVIDE: return rao_dual_div(*a, *b);
    case EXPR_POWER: return rao_dual_pow(*a, *b);
    case EXPR_CALL_2: return expr_functions[op->operand].d2(*a, *b);
    default: return rao_dual_constant(expr_apply_2(op, a->v, b->v));
    }
}

static int has_derivatives(const rao_dual *r) {
    for (int i = 0; i < r->n; i++)
        if (isnan(r->g[i])) return 0;
    for (int k = 0; r->order > 1 && k < r->n * (r->n + 1) / 2; k++)
        if (isnan(r->h[k])) return 0;
    return 1;
}

static rao_status no_derivative(rao_ctx *ctx, const rao_expr *e, const expr_op *op) {
    int length = op->to - op->from < 60 ? op->to - op->from : 60;
    return expr_fail(ctx, RAO_EDOMAIN, e->text, op->from, "%.*s has no derivative here", length, e->text + op->from);
}

static rao_status step(rao_ctx *ctx, const rao_expr *e, const rao_dual *slots, int64_t *next, rao_dual **stack) {
    const expr_op *op = &e->ops[*next];
    rao_dual *top = *stack;
    double left = top->v, right = 0;
    (*next)++;
    switch (op->code) {
    case EXPR_CONSTANT: *++top = rao_dual_constant(e->constants[op->operand]); break;
    case EXPR_SLOT: *++top = slots[op->operand]; break;
    case EXPR_JUMP: *next = op->operand; break;
    case EXPR_JUMP_IF_NOT:
        if ((top--)->v == 0) *next = op->operand;
        break;
    case EXPR_SKIP_IF_FALSE:
    case EXPR_SKIP_IF_TRUE:
        if ((top->v == 0) == (op->code == EXPR_SKIP_IF_FALSE)) *next = op->operand;
        else top--;
        break;
    default:
        if (expr_is_unary(op->code)) *top = apply_1(op, top);
        else {
            right = top->v, top--, left = top->v;
            *top = apply_2(op, top, top + 1);
        }
    }
    *stack = top;
    int makes = op->code <= EXPR_NOT;
    if (makes && expr_no_value(op, left, right, top->v)) return expr_fail_at(ctx, e, op, left, right);
    return makes && !has_derivatives(top) ? no_derivative(ctx, e, op) : RAO_OK;
}

rao_status rao_expr_eval_dual(rao_ctx *ctx, const rao_expr *e, const rao_dual *slots, rao_dual *value) {
    rao_mark mark = rao_scratch_mark(ctx);
    rao_status st = RAO_OK;
    rao_dual *top = NULL;
    RAO_TRY(rao_scratch(ctx, e->depth + 1, &top));
    top->v = 0;
    for (int64_t next = 0; next < e->count;) RAO_TRY(step(ctx, e, slots, &next, &top));
    *value = *top;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* Which slots take part in a pass, at most RAO_DUAL_MAX, and the pass itself. */
typedef struct pass {
    int64_t slot[RAO_DUAL_MAX];
    int n, order;
} pass;

static void take_slots(pass *p, int64_t from, int64_t most, int64_t slots) {
    for (int64_t i = from; i < slots && i < from + most; i++) p->slot[p->n++] = i;
}

static rao_status run_pass(rao_ctx *ctx, const rao_expr *e, const double *x, const pass *p, rao_dual *room, rao_dual *value) {
    for (int64_t i = 0; i < e->slots; i++) room[i] = rao_dual_constant(x[i]);
    for (int i = 0; i < p->n; i++) room[p->slot[i]] = rao_dual_variable(x[p->slot[i]], i, p->n, p->order);
    return rao_expr_eval_dual(ctx, e, room, value);
}

static void store(const pass *p, const rao_dual *r, int64_t n, double *gradient, double *hessian) {
    for (int i = 0; i < p->n; i++) {
        gradient[p->slot[i]] = r->n ? r->g[i] : 0;
        for (int j = 0; hessian && j <= i; j++) {
            double h = r->n ? r->h[i * (i + 1) / 2 + j] : 0;
            hessian[p->slot[i] * n + p->slot[j]] = hessian[p->slot[j] * n + p->slot[i]] = h;
        }
    }
}

rao_status rao_expr_gradient(rao_ctx *ctx, const rao_expr *e, const double *x, double *value, double *gradient, double *hessian) {
    rao_mark mark = rao_scratch_mark(ctx);
    rao_status st = RAO_OK;
    rao_dual *room = NULL, result;
    double *g = NULL, *h = NULL;
    int64_t n = e->slots, half = RAO_DUAL_MAX / 2;
    RAO_TRY(rao_scratch(ctx, n, &room));
    RAO_TRY(rao_scratch(ctx, n, &g));
    if (hessian) {
        int64_t square;
        RAO_TRY(rao_size_mul(ctx, "Hessian", n, n, &square));
        RAO_TRY(rao_scratch(ctx, square, &h));
    }
    if (n <= RAO_DUAL_MAX || !hessian) {
        for (int64_t i = 0; i == 0 || i < n; i += RAO_DUAL_MAX) {
            pass p = {.order = hessian ? 2 : 1};
            take_slots(&p, i, RAO_DUAL_MAX, n);
            RAO_TRY(run_pass(ctx, e, x, &p, room, &result));
            store(&p, &result, n, g, h);
        }
    } else { /* every pair of slots meets in some pass of two half-blocks */
        for (int64_t i = 0; i < n; i += half)
            for (int64_t j = i + half; j < n || j == i + half; j += half) {
                pass p = {.order = 2};
                take_slots(&p, i, half, n);
                take_slots(&p, j, half, n);
                RAO_TRY(run_pass(ctx, e, x, &p, room, &result));
                store(&p, &result, n, g, h);
            }
    }
    *value = result.v;
    for (int64_t i = 0; i < n; i++) gradient[i] = g[i];
    for (int64_t i = 0; hessian && i < n * n; i++) hessian[i] = h[i];
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
