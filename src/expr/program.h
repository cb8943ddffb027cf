/* program.h - what an expression is compiled to: instructions for a stack machine, each with the range of text that it came from. */
#ifndef EXPR_PROGRAM_H
#define EXPR_PROGRAM_H

#include <rao/expr.h>

typedef enum expr_code {
    EXPR_CONSTANT, /* push constants[operand] */
    EXPR_SLOT,     /* push slots[operand] */
    EXPR_NEGATE,
    EXPR_ADD,
    EXPR_SUBTRACT,
    EXPR_MULTIPLY,
    EXPR_DIVIDE,
    EXPR_POWER,
    EXPR_SQUARE,
    EXPR_CALL_1, /* functions[operand] of the top */
    EXPR_CALL_2,
    EXPR_LESS, /* comparisons push 0 or 1 */
    EXPR_LESS_EQUAL,
    EXPR_GREATER,
    EXPR_GREATER_EQUAL,
    EXPR_EQUAL,
    EXPR_NOT_EQUAL,
    EXPR_NOT,
    EXPR_JUMP,          /* to operand */
    EXPR_JUMP_IF_NOT,   /* pop; jump if 0 */
    EXPR_SKIP_IF_FALSE, /* jump if the top is 0 and keep it, else pop: and */
    EXPR_SKIP_IF_TRUE   /* the same for or */
} expr_code;

typedef struct expr_op {
    expr_code code;
    int32_t operand;
    int32_t from, to; /* bytes of the text */
} expr_op;

struct rao_expr {
    char *text;
    expr_op *ops;
    double *constants;
    char *used; /* a slot: 0 or 1 */
    int64_t length, count, slots, depth;
    int jumps;
};

typedef struct expr_function {
    const char *name;
    int most; /* arguments at most: 1, 2, or 0 for any number from one on, folded from the left */
    double (*f1)(double);
    rao_dual (*d1)(rao_dual);
    double (*f2)(double, double);
    rao_dual (*d2)(rao_dual, rao_dual);
} expr_function;

extern const expr_function expr_functions[];
int expr_function_find(const char *name, int64_t length); /* its index, or -1 */
int64_t expr_function_count(void);

/* EINVAL or EDOMAIN: "expression, column 7: REASON" and, in two more lines, the text with a caret under the column. */
rao_status expr_fail(rao_ctx *ctx, rao_status status, const char *text, int64_t from, const char *format, ...) RAO_PRINTF(5, 6);

/* Names the instruction whose result is no number. */
rao_status expr_fail_at(rao_ctx *ctx, const rao_expr *expr, const expr_op *op, double left, double right);

/* The result of an instruction without operands from the text: arithmetic, functions, comparisons. */
double expr_apply_1(const expr_op *op, double a);
double expr_apply_2(const expr_op *op, double a, double b);
/* NaN, or a pole: n/0, 0^-n */
int expr_no_value(const expr_op *op, double left, double right, double result);
static inline int expr_is_binary(expr_code code) {
    return (code >= EXPR_ADD && code <= EXPR_POWER) || code == EXPR_CALL_2 || (code >= EXPR_LESS && code <= EXPR_NOT_EQUAL);
}
static inline int expr_is_unary(expr_code code) {
    return code == EXPR_NEGATE || code == EXPR_SQUARE || code == EXPR_CALL_1 || code == EXPR_NOT;
}

#endif
