/* rao/expr.h - expressions in text: "-log(2*pi)/2 - log(sigma) - ((x - mu)/sigma)^2/2".
 *
 * Grammar (docs/guide/expressions.md lists the functions):
 *   + - * / ^ ( ) with the precedence of mathematics: -2^2 = -4, 2^3^2 = 2^9, 2^-1 = 1/2; ** is ^;
 *   numbers 2, 0.5, .5, 1e-3; constants pi, e, inf; names of coordinates given by the caller (they win over the constants);
 *   functions name(arguments); if(condition, a, b) evaluates only the branch it takes; conditions are a < b, <=, >, >=, ==, !=, joined
 *   by and, or, not with short circuit.
 * An expression is parsed once into an immutable program, which any number of threads evaluate: on doubles, on arrays, on dual numbers.
 */
#ifndef RAO_EXPR_H
#define RAO_EXPR_H

#include <rao/base.h>
#include <rao/num.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rao_expr rao_expr;

enum { RAO_EXPR_MAX_TEXT = 20000, RAO_EXPR_MAX_DEPTH = 200 };

/* Parses NUL-terminated text; names[i] is slot i. EINVAL: not an expression, with the column, the nearest name where one is misspelt,
 * and the text with a caret under the column; too long or nested too deep; a name of the caller that is no identifier. */
RAO_API rao_status rao_expr_parse(rao_ctx *ctx, const char *text, const char *const *names, int64_t count, rao_expr **expr);
RAO_API void rao_expr_destroy(rao_expr **expr);

RAO_API const char *rao_expr_text(const rao_expr *expr);
RAO_API int64_t rao_expr_slots(const rao_expr *expr);
/* Whether slot i occurs in the text. */
RAO_API int rao_expr_uses(const rao_expr *expr, int64_t i);

/* *value = the expression at slots[0..count-1]. Infinities are values (log(0) = -inf); EDOMAIN names the part that has none: log(-1),
 * 1/0, inf - inf, with its column. A warm call allocates nothing. */
RAO_API rao_status rao_expr_eval(rao_ctx *ctx, const rao_expr *expr, const double *slots, double *value);

/* values[k] at slot i = slots[i].data[k * slots[i].stride], k < n; stride 0 for a slot that stays. EDOMAIN names the first k that fails;
 * values are then untouched. */
typedef struct rao_expr_column {
    const double *data;
    int64_t stride;
} rao_expr_column;
RAO_API rao_status rao_expr_eval_many(rao_ctx *ctx, const rao_expr *expr, int64_t n, const rao_expr_column *slots, double *values);

/* On dual numbers: all slots constants, or of one n and order. A condition looks at values; the derivative is the branch's. */
RAO_API rao_status rao_expr_eval_dual(rao_ctx *ctx, const rao_expr *expr, const rao_dual *slots, rao_dual *value);

/* Value, gradient (count) and Hessian (count x count; NULL: not wanted) in all slots, however many. */
RAO_API rao_status rao_expr_gradient(rao_ctx *ctx, const rao_expr *expr, const double *slots, double *value, double *gradient,
                                     double *hessian);

/* The logarithm of an expression, as an expression of the same slots: products, quotients, powers, exp, sqrt, sums and branches are taken apart, so that
 * it has a value where the expression underflows. EDOMAIN at evaluation where a factor is negative. To be destroyed like any other. */
RAO_API rao_status rao_expr_logarithm(rao_ctx *ctx, const rao_expr *expr, rao_expr **logarithm);

/* The functions there are: "log", "log(x)", "natural logarithm, x > 0". */
typedef struct rao_expr_function {
    const char *name, *form, *help;
} rao_expr_function;
RAO_API const rao_expr_function *rao_expr_functions(int64_t *count);

#ifdef __cplusplus
}
#endif
#endif
