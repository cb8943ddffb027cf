/* fail.c - errors that point: the column, the reason, and the text with a caret under the column. */
#include "expr/program.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { WINDOW = 60 }; /* of a long text, so much before and behind the column is shown */

rao_status expr_fail(rao_ctx *ctx, rao_status status, const char *text, int64_t from, const char *format, ...) {
    char reason[300], shown[2 * WINDOW + 8], pad[WINDOW + 8];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    int64_t length = (int64_t)strlen(text), first = from > WINDOW ? from - WINDOW : 0,
            last = length < from + WINDOW ? length : from + WINDOW, n = 0;
    const char *before = first > 0 ? "..." : "", *behind = last < length ? "..." : "";
    for (int64_t i = first; i < last; i++) shown[n++] = text[i] >= 32 && text[i] < 127 ? text[i] : ' '; /* a newline would move the caret */
    shown[n] = 0;
    snprintf(pad, sizeof pad, "%*s", (int)(from - first + (int64_t)strlen(before)), "");
    return rao_fail(ctx, status, "expression, column %lld: %s\n  %s%s%s\n  %s^", (long long)from + 1, reason, before, shown, behind, pad);
}

static const char *symbol(expr_code code) {
    return code == EXPR_ADD ? "+" : code == EXPR_SUBTRACT ? "-" : code == EXPR_MULTIPLY ? "*" : code == EXPR_DIVIDE ? "/" : "^";
}

static const char *domain_of(const char *name) {
    int64_t count;
    const rao_expr_function *all = rao_expr_functions(&count);
    for (int64_t i = 0; i < count; i++)
        if (strcmp(all[i].name, name) == 0) return all[i].help;
    return "";
}

rao_status expr_fail_at(rao_ctx *ctx, const rao_expr *e, const expr_op *op, double left, double right) {
    if (op->code == EXPR_SLOT)
        return expr_fail(ctx, RAO_EDOMAIN, e->text, op->from, "%.*s is NaN", (int)(op->to - op->from), e->text + op->from);
    if (op->code == EXPR_POWER && left == 0) return expr_fail(ctx, RAO_EDOMAIN, e->text, op->from, "0 ^ %g has no value", right);
    if (op->code == EXPR_DIVIDE && right == 0) return expr_fail(ctx, RAO_EDOMAIN, e->text, op->from, "division of %g by zero", left);
    if (op->code == EXPR_CALL_1) {
        const char *name = expr_functions[op->operand].name;
        return expr_fail(ctx, RAO_EDOMAIN, e->text, op->from, "%s(%g) has no value (%s)", name, left, domain_of(name));
    }
    if (op->code == EXPR_CALL_2) {
        const char *name = expr_functions[op->operand].name;
        return expr_fail(ctx, RAO_EDOMAIN, e->text, op->from, "%s(%g, %g) has no value (%s)", name, left, right, domain_of(name));
    }
    return expr_fail(ctx, RAO_EDOMAIN, e->text, op->from, "%g %s %g has no value", left, symbol(op->code), right);
}
