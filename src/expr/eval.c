/* eval.c - evaluation on doubles: one point, and many points at a time.
 *
 * Programs without branches run instruction by instruction over blocks of points, so that the cost of a step is the cost of its
 * function; those with branches, and a block in which something has no value, run point by point.
 */
#include "expr/program.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 64, SMALL_STACK = 64 };

double expr_apply_1(const expr_op *op, double a) {
    switch (op->code) {
    case EXPR_NEGATE: return -a;
    case EXPR_SQUARE: return a * a;
    case EXPR_NOT: return a == 0;
    default: return expr_functions[op->operand].f1(a);
    }
}

double expr_apply_2(const expr_op *op, double a, double b) {
    switch (op->code) {
    case EXPR_ADD: return a + b;
    case EXPR_SUBTRACT: return a - b;
    case EXPR_MULTIPLY: return a * b;
    case EXPR_DIVIDE: return a / b;
    case EXPR_POWER: return pow(a, b);
    case EXPR_LESS: return a < b;
    case EXPR_LESS_EQUAL: return a <= b;
    case EXPR_GREATER: return a > b;
    case EXPR_GREATER_EQUAL: return a >= b;
    case EXPR_EQUAL: return a == b;
    case EXPR_NOT_EQUAL: return a != b;
    default: return expr_functions[op->operand].f2(a, b);
    }
}

/* No value: NaN, and a quotient by zero, whose sign nobody knows. */
int expr_no_value(const expr_op *op, double left, double right, double result) {
    return isnan(result) || (op->code == EXPR_DIVIDE && right == 0) || (op->code == EXPR_POWER && left == 0 && right < 0);
}

/* One step; *next is the instruction after it. */
static rao_status step(rao_ctx *ctx, const rao_expr *e, const double *slots, int64_t *next, double **stack) {
    const expr_op *op = &e->ops[*next];
    double *top = *stack, left;
    (*next)++;
    switch (op->code) {
    case EXPR_CONSTANT: *++top = e->constants[op->operand]; break;
    case EXPR_SLOT:
        *++top = slots[op->operand];
        if (isnan(*top)) return expr_fail_at(ctx, e, op, *top, 0);
        break;
    case EXPR_JUMP: *next = op->operand; break;
    case EXPR_JUMP_IF_NOT:
        if (*top-- == 0) *next = op->operand;
        break;
    case EXPR_SKIP_IF_FALSE:
    case EXPR_SKIP_IF_TRUE:
        if ((*top == 0) == (op->code == EXPR_SKIP_IF_FALSE)) *next = op->operand;
        else top--;
        break;
    default:
        if (expr_is_unary(op->code)) {
            left = *top, *top = expr_apply_1(op, left);
            if (isnan(*top)) return expr_fail_at(ctx, e, op, left, 0);
        } else {
            double right = *top--;
            left = *top, *top = expr_apply_2(op, left, right);
            if (expr_no_value(op, left, right, *top)) return expr_fail_at(ctx, e, op, left, right);
        }
    }
    *stack = top;
    return RAO_OK;
}

static rao_status run(rao_ctx *ctx, const rao_expr *e, const double *slots, double *room, double *value) {
    double *top = room; /* room[0] stays free, so that the empty stack has a place to point to */
    for (int64_t next = 0; next < e->count;) {
        rao_status st = step(ctx, e, slots, &next, &top);
        if (st != RAO_OK) return st;
    }
    *value = *top;
    return RAO_OK;
}

rao_status rao_expr_eval(rao_ctx *ctx, const rao_expr *e, const double *slots, double *value) {
    double small[SMALL_STACK], *room = small;
    if (e->depth < SMALL_STACK) return run(ctx, e, slots, room, value);
    rao_mark mark = rao_scratch_mark(ctx);
    rao_status st = rao_scratch(ctx, e->depth + 1, &room);
    if (st == RAO_OK) st = run(ctx, e, slots, room, value);
    rao_scratch_reset(ctx, mark);
    return st;
}

/* ---- many points --------------------------------------------------------------------------------------------- */

static void block_unary(const expr_op *op, int n, double *a) {
    if (op->code == EXPR_CALL_1) {
        double (*f)(double) = expr_functions[op->operand].f1;
        for (int i = 0; i < n; i++) a[i] = f(a[i]);
    } else if (op->code == EXPR_SQUARE)
        for (int i = 0; i < n; i++) a[i] *= a[i];
    else if (op->code == EXPR_NEGATE)
        for (int i = 0; i < n; i++) a[i] = -a[i];
    else
        for (int i = 0; i < n; i++) a[i] = expr_apply_1(op, a[i]);
}

static void block_binary(const expr_op *op, int n, double *a, const double *b) {
    switch (op->code) {
    case EXPR_ADD:
        for (int i = 0; i < n; i++) a[i] += b[i];
        break;
    case EXPR_SUBTRACT:
        for (int i = 0; i < n; i++) a[i] -= b[i];
        break;
    case EXPR_MULTIPLY:
        for (int i = 0; i < n; i++) a[i] *= b[i];
        break;
    case EXPR_DIVIDE:
        for (int i = 0; i < n; i++) a[i] /= b[i];
        break;
    default:
        for (int i = 0; i < n; i++) a[i] = expr_apply_2(op, a[i], b[i]);
    }
}

static int any_pole(const expr_op *op, int n, const double *a, const double *b) {
    int found = 0;
    if (op->code == EXPR_DIVIDE)
        for (int i = 0; i < n; i++) found |= b[i] == 0;
    if (op->code == EXPR_POWER)
        for (int i = 0; i < n; i++) found |= a[i] == 0 && b[i] < 0;
    return found;
}

/* 0 when some point has no value: the block is then done again point by point, which names it. A NaN that arises on the way may be
 * hidden by what follows (1^NaN, min), so it is looked for after every instruction that can make one. */
static int run_block(const rao_expr *e, const rao_expr_column *slots, int64_t first, int n, double *room, double *out) {
    double *top = room;
    for (int64_t k = 0; k < e->count; k++) {
        const expr_op *op = &e->ops[k];
        if (op->code == EXPR_CONSTANT) {
            top += BLOCK;
            for (int i = 0; i < n; i++) top[i] = e->constants[op->operand];
            continue;
        }
        if (op->code == EXPR_SLOT) {
            const rao_expr_column *c = &slots[op->operand];
            top += BLOCK;
            for (int i = 0; i < n; i++) top[i] = c->data[(first + i) * c->stride];
        } else if (expr_is_unary(op->code)) block_unary(op, n, top);
        else {
            top -= BLOCK;
            if (any_pole(op, n, top, top + BLOCK)) return 0;
            block_binary(op, n, top, top + BLOCK);
        }
        int bad = 0;
        for (int i = 0; i < n; i++) bad |= isnan(top[i]) != 0;
        if (bad) return 0;
    }
    memcpy(out, top, (size_t)n * sizeof *out);
    return 1;
}

static rao_status run_points(rao_ctx *ctx, const rao_expr *e, const rao_expr_column *slots, int64_t first, int n, double *gathered,
                             double *room, double *out) {
    for (int i = 0; i < n; i++) {
        for (int64_t s = 0; s < e->slots; s++)
            if (e->used[s]) gathered[s] = slots[s].data[(first + i) * slots[s].stride];
        rao_status st = run(ctx, e, gathered, room, &out[i]);
        if (st != RAO_OK) return rao_fail(ctx, st, "point %lld: %s", (long long)(first + i), rao_ctx_message(ctx));
    }
    return RAO_OK;
}

rao_status rao_expr_eval_many(rao_ctx *ctx, const rao_expr *e, int64_t n, const rao_expr_column *slots, double *values) {
    if (n < 0) return rao_fail(ctx, RAO_EINVAL, "expression: %lld points, want >= 0", (long long)n);
    rao_mark mark = rao_scratch_mark(ctx);
    rao_status st = RAO_OK;
    double *room = NULL, *out = NULL, *gathered = NULL;
    RAO_TRY(rao_scratch(ctx, (e->depth + 1) * BLOCK, &room));
    RAO_TRY(rao_scratch(ctx, n, &out));
    RAO_TRY(rao_scratch(ctx, e->slots, &gathered));
    for (int64_t first = 0; first < n; first += BLOCK) {
        int count = (int)(n - first < BLOCK ? n - first : BLOCK);
        if (e->jumps || !run_block(e, slots, first, count, room, out + first))
            RAO_TRY(run_points(ctx, e, slots, first, count, gathered, room, out + first));
    }
    if (n) memcpy(values, out, (size_t)n * sizeof *values);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
