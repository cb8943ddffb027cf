/* logarithm.c - the logarithm of an expression as an expression of its own: log(a*b) = log(a) + log(b), log(exp(a)) = a, ..., down to where nothing is known.
 * A density that underflows keeps its logarithm that way.
 *
 * A program is a tree in postfix order. One pass over it finds where the operand of every instruction begins; then the tree is rewritten from its root. */
#include "expr/program.h"

#include <math.h>
#include <string.h>

typedef struct rewriter {
    rao_ctx *ctx;
    const rao_expr *from;
    rao_expr *to;
    int32_t *operand; /* where the operand on top begins, at each instruction */
    int64_t constants;
} rewriter;

/* ---- where operands begin ------------------------------------------------------------------------------------ */

typedef struct landing {
    int32_t at, begin;
} landing;

/* Branches land at their end, where the value on top begins where the condition did. */
static void land(landing *open, int64_t *n, int32_t here, int32_t *top) {
    for (int64_t i = *n - 1; i >= 0; i--) {
        if (open[i].at != here) continue;
        if (open[i].begin < *top) *top = open[i].begin;
        open[i] = open[--*n];
    }
}

static rao_status find_operands(rewriter *r) {
    rao_status st = RAO_OK;
    const rao_expr *e = r->from;
    int32_t *stack;
    landing *open;
    int64_t height = 0, n = 0;
    rao_mark mark = rao_scratch_mark(r->ctx);
    RAO_TRY(rao_scratch(r->ctx, e->count + 1, &stack));
    RAO_TRY(rao_scratch(r->ctx, 2 * e->count + 1, &open));
    for (int32_t i = 0; i < e->count; i++) {
        const expr_op *op = &e->ops[i];
        if (height > 0) land(open, &n, i, &stack[height - 1]);
        r->operand[i] = height > 0 ? stack[height - 1] : 0;
        switch (op->code) {
        case EXPR_CONSTANT:
        case EXPR_SLOT: stack[height++] = i; break;
        case EXPR_JUMP_IF_NOT: /* what begins with the condition ends where the branch taken instead ends: at its JUMP's target */
            height--;
            open[n++] = (landing){e->ops[op->operand - 1].operand, stack[height]};
            break;
        case EXPR_JUMP: height--; break;
        case EXPR_SKIP_IF_FALSE:
        case EXPR_SKIP_IF_TRUE: height--, open[n++] = (landing){op->operand, stack[height]}; break;
        default:
            if (expr_is_binary(op->code)) height--;
        }
    }
done:
    rao_scratch_reset(r->ctx, mark);
    return st;
}

/* ---- emission ------------------------------------------------------------------------------------------------ */

static void emit(rewriter *r, expr_code code, int32_t operand, const expr_op *like) {
    r->to->ops[r->to->count++] = (expr_op){code, operand, like->from, like->to};
}

static void emit_constant(rewriter *r, double value, const expr_op *like) {
    r->to->constants[r->constants] = value;
    emit(r, EXPR_CONSTANT, (int32_t)r->constants++, like);
}

static void emit_call(rewriter *r, const char *name, const expr_op *like) {
    int index = expr_function_find(name, (int64_t)strlen(name));
    emit(r, expr_functions[index].most == 2 ? EXPR_CALL_2 : EXPR_CALL_1, index, like);
}

static int is_jump(expr_code code) { return code >= EXPR_JUMP; }

/* Instructions a..b - 1 as they are. */
static void copy(rewriter *r, int32_t a, int32_t b) {
    int32_t moved = (int32_t)r->to->count - a;
    for (int32_t i = a; i < b; i++) {
        expr_op op = r->from->ops[i];
        if (is_jump(op.code)) op.operand += moved;
        r->to->ops[r->to->count++] = op;
    }
}

static void rewrite(rewriter *r, int32_t a, int32_t b);

/* The JUMP that ends the first branch of an if which is all of a..b - 1, or -1; *then: where that branch begins. */
static int32_t find_if(const rewriter *r, int32_t a, int32_t b, int32_t *then) {
    const expr_op *ops = r->from->ops;
    for (int32_t j = a; j < b; j++) {
        if (ops[j].code != EXPR_JUMP || ops[j].operand != b) continue;
        for (int32_t c = a; c < j; c++)
            if (ops[c].code == EXPR_JUMP_IF_NOT && ops[c].operand == j + 1) {
                *then = c + 1;
                return r->operand[c] == a ? j : -1;
            }
    }
    return -1;
}

static void rewrite_if(rewriter *r, int32_t a, int32_t b, int32_t then, int32_t jump) {
    copy(r, a, then);
    int64_t past_then = r->to->count - 1;
    rewrite(r, then, jump);
    int64_t past_else = r->to->count;
    emit(r, EXPR_JUMP, 0, &r->from->ops[jump]);
    r->to->ops[past_then].operand = (int32_t)r->to->count;
    rewrite(r, jump + 1, b);
    r->to->ops[past_else].operand = (int32_t)r->to->count;
}

/* Functions whose logarithm is one: its name; "" for the identity. */
static const char *logarithm_of(const char *name) {
    static const char *const pairs[][2] = {
        {"exp", ""}, {"gamma", "lgamma"}, {"normal_cdf", "normal_log_cdf"}, {"bessel_i0", "log_bessel_i0"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (!strcmp(name, pairs[i][0])) return pairs[i][1];
    return NULL;
}

static int rewrite_call(rewriter *r, int32_t a, int32_t b) {
    const expr_op *op = &r->from->ops[b - 1];
    const char *name = expr_functions[op->operand].name, *log_name = logarithm_of(name);
    if (!strcmp(name, "sqrt")) {
        rewrite(r, a, b - 1);
        emit_constant(r, 0.5, op), emit(r, EXPR_MULTIPLY, 0, op);
        return 1;
    }
    if (!log_name) return 0;
    copy(r, a, b - 1);
    if (*log_name) emit_call(r, log_name, op);
    return 1;
}

static int rewrite_power(rewriter *r, int32_t a, int32_t b) {
    int32_t exponent = r->operand[b - 1];
    const expr_op *op = &r->from->ops[b - 1];
    rewrite(r, a, exponent);
    copy(r, exponent, b - 1);
    emit(r, EXPR_MULTIPLY, 0, op);
    return 1;
}

/* What is positive by its form is taken apart; of the rest the size is enough. */
static int rewrite_square(rewriter *r, int32_t a, int32_t b) {
    const expr_op *op = &r->from->ops[b - 1], *base = op - 1;
    if (base->code == EXPR_CALL_1 && logarithm_of(expr_functions[base->operand].name)) rewrite(r, a, b - 1);
    else copy(r, a, b - 1), emit_call(r, "abs", op), emit_call(r, "log", op);
    emit_constant(r, 2, op), emit(r, EXPR_MULTIPLY, 0, op);
    return 1;
}

static int rewrite_pair(rewriter *r, int32_t a, int32_t b, expr_code code) {
    int32_t right = r->operand[b - 1];
    const expr_op *op = &r->from->ops[b - 1];
    rewrite(r, a, right), rewrite(r, right, b - 1);
    if (code == EXPR_ADD) emit_call(r, "logaddexp", op);
    else emit(r, code == EXPR_MULTIPLY ? EXPR_ADD : EXPR_SUBTRACT, 0, op);
    return 1;
}

/* The logarithm of what instructions a..b - 1 compute. */
static void rewrite(rewriter *r, int32_t a, int32_t b) {
    const expr_op *op = &r->from->ops[b - 1];
    int32_t then, jump = find_if(r, a, b, &then);
    int done = 0;
    if (jump >= 0) {
        rewrite_if(r, a, b, then, jump);
        return;
    }
    switch (op->code) {
    case EXPR_ADD:
    case EXPR_MULTIPLY:
    case EXPR_DIVIDE: done = rewrite_pair(r, a, b, op->code); break;
    case EXPR_POWER: done = rewrite_power(r, a, b); break;
    case EXPR_SQUARE: done = rewrite_square(r, a, b); break;
    case EXPR_CALL_1: done = rewrite_call(r, a, b); break;
    default: break;
    }
    if (done) return;
    copy(r, a, b);
    emit_call(r, "log", op);
}

rao_status rao_expr_logarithm(rao_ctx *ctx, const rao_expr *expr, rao_expr **logarithm) {
    rao_status st;
    rao_expr *e = NULL;
    rewriter r = {.ctx = ctx, .from = expr, .constants = 2 * expr->length + 8};
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_alloc(ctx, 1, &e));
    e->length = expr->length, e->slots = expr->slots, e->jumps = expr->jumps, e->depth = expr->depth + 2;
    RAO_TRY(rao_alloc(ctx, e->length + 1, &e->text));
    RAO_TRY(rao_alloc(ctx, 4 * expr->count + 8, &e->ops));
    RAO_TRY(rao_alloc(ctx, r.constants + expr->count + 8, &e->constants));
    RAO_TRY(rao_alloc(ctx, e->slots, &e->used));
    memcpy(e->text, expr->text, (size_t)e->length);
    memcpy(e->constants, expr->constants, sizeof *e->constants * (size_t)r.constants);
    memcpy(e->used, expr->used, (size_t)e->slots);
    RAO_TRY(rao_scratch(ctx, expr->count, &r.operand));
    r.to = e;
    RAO_TRY(find_operands(&r));
    rewrite(&r, 0, (int32_t)expr->count);
    *logarithm = e;
    e = NULL;
done:
    rao_expr_destroy(&e);
    rao_scratch_reset(ctx, mark);
    return st;
}
