/* parse.c - text to program, by recursive descent, one function a level of precedence:
 *   or  <  and  <  not  <  comparison  <  + -  <  * /  <  unary -  <  ^ (right associative)  <  number, name, call, parentheses.
 * Each level emits the instructions of a stack machine and returns whether it is a number or a condition. Operations on constants are
 * done while parsing, unless they fail: then they are left, to fail with their place when evaluated.
 */
#include "expr/program.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

typedef enum kind { NUMBER, CONDITION } kind;

typedef struct parser {
    rao_ctx *ctx;
    const char *text;
    const char *const *names;
    int64_t name_count;
    rao_expr *expr; /* being filled; room for one op and one constant a byte of text and a bit */
    int32_t at, constants, level;
    int64_t stack;   /* height now */
    int32_t barrier; /* jumps lead here: what stands before is not to be folded with what follows */
} parser;

static rao_status parse_or(parser *p, kind *is);
static rao_status parse_unary(parser *p, kind *is);

static int is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static int is_digit(char c) { return c >= '0' && c <= '9'; }

static void skip_blanks(parser *p) {
    while (p->text[p->at] == ' ' || p->text[p->at] == '\t' || p->text[p->at] == '\n' || p->text[p->at] == '\r') p->at++;
}

static int32_t name_length(const char *s) {
    int32_t n = 0;
    if (is_letter(s[0]))
        while (is_letter(s[n]) || is_digit(s[n])) n++;
    return n;
}

/* Takes `token` if it comes next; a word only as a whole. */
static int take(parser *p, const char *token) {
    skip_blanks(p);
    size_t n = strlen(token);
    if (strncmp(p->text + p->at, token, n) != 0) return 0;
    if (is_letter(token[0]) && name_length(p->text + p->at) != (int32_t)n) return 0;
    p->at += (int32_t)n;
    return 1;
}

/* ---- emission ------------------------------------------------------------------------------------------------ */

static void push_op(parser *p, expr_code code, int32_t operand, int32_t from, int height) {
    rao_expr *e = p->expr;
    e->ops[e->count++] = (expr_op){code, operand, from, p->at};
    p->stack += height;
    if (p->stack > e->depth) e->depth = p->stack;
}

static void push_constant(parser *p, double value, int32_t from) {
    p->expr->constants[p->constants] = value;
    push_op(p, EXPR_CONSTANT, p->constants++, from, 1);
}

/* The op `back` from the end is a constant that nothing jumps behind. */
static int constant_back(const parser *p, int32_t back, double *value) {
    const rao_expr *e = p->expr;
    if (e->count - back < p->barrier) return 0;
    const expr_op *op = &e->ops[e->count - back];
    if (op->code != EXPR_CONSTANT) return 0;
    *value = e->constants[op->operand];
    return 1;
}

static void emit_unary(parser *p, expr_code code, int32_t operand, int32_t from) {
    double a;
    expr_op op = {code, operand, from, p->at};
    if (constant_back(p, 1, &a) && !isnan(expr_apply_1(&op, a))) {
        p->expr->count--, p->stack--;
        push_constant(p, expr_apply_1(&op, a), from);
    } else push_op(p, code, operand, from, 0);
}

static void emit_binary(parser *p, expr_code code, int32_t operand, int32_t from) {
    double a, b;
    expr_op op = {code, operand, from, p->at};
    int right = constant_back(p, 1, &b), both = right && constant_back(p, 2, &a);
    if (both && !expr_no_value(&op, a, b, expr_apply_2(&op, a, b))) {
        p->expr->count -= 2, p->stack -= 2;
        push_constant(p, expr_apply_2(&op, a, b), from);
    } else if (code == EXPR_POWER && right && b == 2) {
        p->expr->count--, p->stack--;
        push_op(p, EXPR_SQUARE, 0, from, 0);
    } else push_op(p, code, operand, from, -1);
}

static int32_t emit_jump(parser *p, expr_code code, int32_t from, int height) {
    push_op(p, code, 0, from, height);
    p->expr->jumps = 1;
    p->barrier = (int32_t)p->expr->count;
    return (int32_t)p->expr->count - 1;
}

static void land(parser *p, int32_t jump) {
    p->expr->ops[jump].operand = (int32_t)p->expr->count;
    p->barrier = (int32_t)p->expr->count;
}

/* ---- errors -------------------------------------------------------------------------------------------------- */

static rao_status wants_number(parser *p, kind is, int32_t from) {
    if (is == NUMBER) return RAO_OK;
    return expr_fail(p->ctx, RAO_EINVAL, p->text, from, "a condition stands where a number is wanted; write if(condition, a, b)");
}

static rao_status wants_condition(parser *p, kind is, int32_t from) {
    if (is == CONDITION) return RAO_OK;
    return expr_fail(p->ctx, RAO_EINVAL, p->text, from, "a number stands where a condition such as a < b is wanted");
}

/* "; there are mu, sigma": the caller's names where they are few. */
static const char *list_names(const parser *p, char text[200]) {
    size_t used = 0;
    text[0] = 0;
    for (int64_t i = 0; i < p->name_count && p->name_count <= 8; i++) {
        int more = snprintf(text + used, 200 - used, "%s%s", i ? ", " : "; there are ", p->names[i]);
        if (more < 0 || (used += (size_t)more) >= 200) return "";
    }
    return text;
}

/* The nearest among the caller's names, the constants and the functions. */
static rao_status unknown_name(parser *p, int32_t from, int32_t length) {
    rao_mark mark = rao_scratch_mark(p->ctx);
    const char **all = NULL, *nearest;
    char given[65] = {0}, known[200];
    int64_t n = 0, functions = expr_function_count();
    rao_status st = RAO_OK;
    RAO_TRY(rao_scratch(p->ctx, p->name_count + functions + 4, &all));
    for (int64_t i = 0; i < p->name_count; i++) all[n++] = p->names[i];
    for (int64_t i = 0; i < functions; i++) all[n++] = expr_functions[i].name;
    all[n++] = "pi", all[n++] = "inf", all[n++] = "e", all[n++] = "if";
    memcpy(given, p->text + from, (size_t)(length < 64 ? length : 64));
    nearest = rao_nearest(given, all, n, sizeof *all);
    if (nearest) st = expr_fail(p->ctx, RAO_EINVAL, p->text, from, "unknown name \"%s\", nearest is \"%s\"", given, nearest);
    else st = expr_fail(p->ctx, RAO_EINVAL, p->text, from, "unknown name \"%s\"%s", given, list_names(p, known));
done:
    rao_scratch_reset(p->ctx, mark);
    return st;
}

static rao_status unexpected(parser *p, const char *wanted) {
    skip_blanks(p);
    char c = p->text[p->at];
    if (c == 0) return expr_fail(p->ctx, RAO_EINVAL, p->text, p->at, "the expression ends where %s is wanted", wanted);
    if (c < 0 || c == 127 || c < 32)
        return expr_fail(p->ctx, RAO_EINVAL, p->text, p->at, "a character that is not in use stands where %s is wanted", wanted);
    return expr_fail(p->ctx, RAO_EINVAL, p->text, p->at, "'%c' stands where %s is wanted", c, wanted);
}

static rao_status deeper(parser *p) {
    if (++p->level <= RAO_EXPR_MAX_DEPTH) return RAO_OK;
    return expr_fail(p->ctx, RAO_EINVAL, p->text, p->at, "nested deeper than %d", RAO_EXPR_MAX_DEPTH);
}

static rao_status expect(parser *p, const char *token, const char *wanted) { return take(p, token) ? RAO_OK : unexpected(p, wanted); }

/* ---- primaries ----------------------------------------------------------------------------------------------- */

/* Length of a number at s: digits with at most one point, and an exponent only when it is whole (2e is 2 and a name). */
static int32_t number_length(const char *s) {
    int32_t n = 0, digits = 0;
    for (; is_digit(s[n]); n++) digits++;
    if (s[n] == '.')
        for (n++; is_digit(s[n]); n++) digits++;
    if (digits == 0) return 0;
    if (s[n] == 'e' || s[n] == 'E') {
        int32_t m = n + 1;
        if (s[m] == '+' || s[m] == '-') m++;
        if (is_digit(s[m])) {
            while (is_digit(s[m])) m++;
            n = m;
        }
    }
    return n;
}

/* strtod reads the decimal point of the process's locale. */
static double read_number(const char *s, int32_t length, char *buffer) {
    memcpy(buffer, s, (size_t)length);
    buffer[length] = 0;
    char *point = strchr(buffer, '.');
    if (point) *point = localeconv()->decimal_point[0];
    return strtod(buffer, NULL);
}

static rao_status parse_number(parser *p, int32_t length) {
    char buffer[512];
    int32_t from = p->at;
    if (length >= (int32_t)sizeof buffer)
        return expr_fail(p->ctx, RAO_EINVAL, p->text, from, "a number of %d characters, want at most 511", (int)length);
    p->at += length;
    double value = read_number(p->text + from, length, buffer);
    if (isinf(value)) return expr_fail(p->ctx, RAO_EINVAL, p->text, from, "a number above the largest double; infinity is written inf");
    push_constant(p, value, from);
    char next = p->text[p->at];
    if (is_letter(next) || is_digit(next) || next == '.' || next == '(')
        return expr_fail(p->ctx, RAO_EINVAL, p->text, p->at, "an operator is missing between a number and what follows, as in 2*x");
    return RAO_OK;
}

static rao_status parse_if(parser *p, int32_t from) {
    kind is;
    rao_status st = RAO_OK;
    skip_blanks(p);
    int32_t at = p->at, past_then, past_else;
    RAO_TRY(parse_or(p, &is));
    RAO_TRY(wants_condition(p, is, at));
    past_then = emit_jump(p, EXPR_JUMP_IF_NOT, from, -1);
    RAO_TRY(expect(p, ",", "a comma (if takes a condition and two values)"));
    skip_blanks(p), at = p->at;
    RAO_TRY(parse_or(p, &is));
    RAO_TRY(wants_number(p, is, at));
    RAO_TRY(expect(p, ",", "a comma (if takes a condition and two values)"));
    past_else = emit_jump(p, EXPR_JUMP, from, -1); /* the other branch leaves its value in the same place */
    land(p, past_then);
    skip_blanks(p), at = p->at;
    RAO_TRY(parse_or(p, &is));
    RAO_TRY(wants_number(p, is, at));
    RAO_TRY(expect(p, ")", "a closing parenthesis"));
    land(p, past_else);
done:
    return st;
}

static rao_status parse_call(parser *p, int index, int32_t from) {
    const expr_function *f = &expr_functions[index];
    rao_status st = RAO_OK;
    kind is;
    int given = 0;
    do {
        skip_blanks(p);
        int32_t at = p->at;
        if (p->text[at] == ')') break;
        RAO_TRY(parse_or(p, &is));
        RAO_TRY(wants_number(p, is, at));
        given++;
        if (f->most == 0 && given > 1) emit_binary(p, EXPR_CALL_2, index, from);
    } while (take(p, ","));
    RAO_TRY(expect(p, ")", "a comma or a closing parenthesis"));
    if (given < 1 || (f->most && given != f->most))
        return expr_fail(p->ctx, RAO_EINVAL, p->text, from, "%s has %d argument%s, want %s", f->name, given, given == 1 ? "" : "s",
                         f->most == 1   ? "one"
                         : f->most == 2 ? "two"
                                        : "at least one");
    if (f->most == 1) emit_unary(p, EXPR_CALL_1, index, from);
    if (f->most == 2) emit_binary(p, EXPR_CALL_2, index, from);
done:
    return st;
}

static int64_t find_slot(const parser *p, const char *name, int32_t length) {
    for (int64_t i = 0; i < p->name_count; i++)
        if (strncmp(p->names[i], name, (size_t)length) == 0 && p->names[i][length] == 0) return i;
    return -1;
}

static int find_constant(const char *name, int32_t length, double *value) {
    static const struct {
        const char *name;
        double value;
    } table[] = {{"pi", 3.14159265358979323846}, {"e", 2.71828182845904523536}, {"inf", HUGE_VAL}};
    for (int i = 0; i < 3; i++)
        if (strncmp(table[i].name, name, (size_t)length) == 0 && table[i].name[length] == 0) {
            *value = table[i].value;
            return 1;
        }
    return 0;
}

static rao_status parse_name(parser *p, int32_t length) {
    int32_t from = p->at;
    const char *name = p->text + from;
    double value;
    p->at += length;
    int32_t end = p->at;
    int call = take(p, "("), function = expr_function_find(name, length);
    if (call && length == 2 && strncmp(name, "if", 2) == 0) return parse_if(p, from);
    if (call && function >= 0) return parse_call(p, function, from);
    int64_t slot = find_slot(p, name, length);
    int known = slot >= 0 || find_constant(name, length, &value);
    if (call && known)
        return expr_fail(p->ctx, RAO_EINVAL, p->text, end, "\"%.*s\" is not a function; an operator is missing, as in x*(y + z)",
                         (int)length, name);
    p->at = end;
    if (slot >= 0) {
        p->expr->used[slot] = 1;
        push_op(p, EXPR_SLOT, (int32_t)slot, from, 1);
        return RAO_OK;
    }
    if (known) {
        push_constant(p, value, from);
        return RAO_OK;
    }
    if (function >= 0)
        return expr_fail(p->ctx, RAO_EINVAL, p->text, from, "the function %.*s wants its argument in parentheses", (int)length, name);
    return unknown_name(p, from, length);
}

static rao_status parse_primary(parser *p, kind *is) {
    skip_blanks(p);
    *is = NUMBER;
    int32_t digits = number_length(p->text + p->at), letters = name_length(p->text + p->at);
    if (digits) return parse_number(p, digits);
    if (letters) return parse_name(p, letters);
    if (!take(p, "(")) return unexpected(p, "a number, a name or a parenthesis");
    rao_status st = parse_or(p, is);
    return st == RAO_OK ? expect(p, ")", "a closing parenthesis") : st;
}

/* ---- operators ----------------------------------------------------------------------------------------------- */

/* base ^ exponent, where the exponent may begin with a sign and may itself be a power */
static rao_status parse_power(parser *p, kind *is) {
    rao_status st = RAO_OK;
    skip_blanks(p);
    int32_t from = p->at, at;
    RAO_TRY(parse_primary(p, is));
    if (!take(p, "^") && !take(p, "**")) return RAO_OK;
    RAO_TRY(wants_number(p, *is, from));
    skip_blanks(p), at = p->at;
    RAO_TRY(deeper(p));
    RAO_TRY(parse_unary(p, is));
    p->level--;
    RAO_TRY(wants_number(p, *is, at));
    emit_binary(p, EXPR_POWER, 0, from);
done:
    return st;
}

static rao_status parse_unary(parser *p, kind *is) {
    skip_blanks(p);
    int32_t from = p->at, minus = take(p, "-");
    if (!minus && !take(p, "+")) return parse_power(p, is);
    rao_status st = RAO_OK;
    RAO_TRY(deeper(p));
    RAO_TRY(parse_unary(p, is));
    p->level--;
    RAO_TRY(wants_number(p, *is, from));
    if (minus) emit_unary(p, EXPR_NEGATE, 0, from);
done:
    return st;
}

typedef rao_status level_fn(parser *p, kind *is);
typedef struct operator_row {
    const char *token;
    expr_code code;
} operator_row;

/* a op b op c, from the left */
static rao_status parse_chain(parser *p, kind *is, level_fn *operand, const operator_row *rows, int count) {
    rao_status st = RAO_OK;
    skip_blanks(p);
    int32_t from = p->at;
    RAO_TRY(operand(p, is));
    for (;;) {
        int found = -1;
        skip_blanks(p);
        if (strncmp(p->text + p->at, "**", 2) == 0) break;
        for (int i = 0; i < count && found < 0; i++)
            if (take(p, rows[i].token)) found = i;
        if (found < 0) break;
        RAO_TRY(wants_number(p, *is, from));
        skip_blanks(p);
        int32_t at = p->at;
        RAO_TRY(operand(p, is));
        RAO_TRY(wants_number(p, *is, at));
        emit_binary(p, rows[found].code, 0, from);
    }
done:
    return st;
}

static rao_status parse_product(parser *p, kind *is) {
    static const operator_row rows[] = {{"*", EXPR_MULTIPLY}, {"/", EXPR_DIVIDE}};
    return parse_chain(p, is, parse_unary, rows, 2);
}

static rao_status parse_sum(parser *p, kind *is) {
    static const operator_row rows[] = {{"+", EXPR_ADD}, {"-", EXPR_SUBTRACT}};
    return parse_chain(p, is, parse_product, rows, 2);
}

static rao_status parse_comparison(parser *p, kind *is) {
    static const operator_row rows[] = {{"<=", EXPR_LESS_EQUAL}, {">=", EXPR_GREATER_EQUAL}, {"==", EXPR_EQUAL},
                                        {"!=", EXPR_NOT_EQUAL},  {"<", EXPR_LESS},           {">", EXPR_GREATER}};
    rao_status st = RAO_OK;
    skip_blanks(p);
    int32_t from = p->at, at;
    int found = -1;
    RAO_TRY(parse_sum(p, is));
    for (int i = 0; i < 6 && found < 0; i++)
        if (take(p, rows[i].token)) found = i;
    skip_blanks(p);
    if (found < 0 && p->text[p->at] == '=') return expr_fail(p->ctx, RAO_EINVAL, p->text, p->at, "'=' compares nothing; write ==");
    if (found < 0) return RAO_OK;
    RAO_TRY(wants_number(p, *is, from));
    at = p->at;
    RAO_TRY(parse_sum(p, is));
    RAO_TRY(wants_number(p, *is, at));
    emit_binary(p, rows[found].code, 0, from);
    *is = CONDITION;
    skip_blanks(p);
    if (p->text[p->at] == '<' || p->text[p->at] == '>')
        return expr_fail(p->ctx, RAO_EINVAL, p->text, p->at, "comparisons do not chain; write a < b and b < c");
done:
    return st;
}

static rao_status parse_not(parser *p, kind *is) {
    skip_blanks(p);
    int32_t from = p->at;
    int bang = p->text[from] == '!' && p->text[from + 1] != '=';
    if (!bang && !take(p, "not")) return parse_comparison(p, is);
    if (bang) p->at++;
    rao_status st = RAO_OK;
    RAO_TRY(deeper(p));
    RAO_TRY(parse_not(p, is));
    p->level--;
    RAO_TRY(wants_condition(p, *is, from));
    emit_unary(p, EXPR_NOT, 0, from);
done:
    return st;
}

/* Conditions joined with short circuit: the left one stays as the result when it decides. */
static rao_status parse_joined(parser *p, kind *is, level_fn *operand, const char *word, const char *sign, expr_code skip) {
    rao_status st = RAO_OK;
    skip_blanks(p);
    int32_t from = p->at;
    RAO_TRY(operand(p, is));
    while (take(p, word) || take(p, sign)) {
        RAO_TRY(wants_condition(p, *is, from));
        int32_t jump = emit_jump(p, skip, from, -1), at;
        skip_blanks(p), at = p->at;
        RAO_TRY(operand(p, is));
        RAO_TRY(wants_condition(p, *is, at));
        land(p, jump);
    }
done:
    return st;
}

static rao_status parse_and(parser *p, kind *is) { return parse_joined(p, is, parse_not, "and", "&&", EXPR_SKIP_IF_FALSE); }

static rao_status parse_or(parser *p, kind *is) {
    rao_status st = RAO_OK;
    RAO_TRY(deeper(p));
    RAO_TRY(parse_joined(p, is, parse_and, "or", "||", EXPR_SKIP_IF_TRUE));
    p->level--;
done:
    return st;
}

/* ---- the whole ----------------------------------------------------------------------------------------------- */

static rao_status check_names(rao_ctx *ctx, const char *const *names, int64_t count) {
    if (count < 0) return rao_fail(ctx, RAO_EINVAL, "expression: %lld names, want >= 0", (long long)count);
    for (int64_t i = 0; i < count; i++) {
        const char *name = names[i];
        if (!name || name_length(name) == 0 || name[name_length(name)] != 0)
            return rao_fail(ctx, RAO_EINVAL, "expression: name %lld, \"%s\", want a letter, then letters, digits, _", (long long)i,
                            name ? name : "");
        static const char *const reserved[] = {"if", "and", "or", "not"};
        for (int k = 0; k < 4; k++)
            if (strcmp(name, reserved[k]) == 0)
                return rao_fail(ctx, RAO_EINVAL, "expression: name %lld, \"%s\", is a word of the language", (long long)i, name);
        for (int64_t k = 0; k < i; k++)
            if (strcmp(name, names[k]) == 0)
                return rao_fail(ctx, RAO_EINVAL, "expression: names %lld and %lld are both \"%s\"", (long long)k, (long long)i, name);
    }
    return RAO_OK;
}

static rao_status parse_all(parser *p) {
    kind is;
    rao_status st = parse_or(p, &is);
    if (st != RAO_OK) return st;
    skip_blanks(p);
    if (p->text[p->at]) return unexpected(p, "an operator or the end");
    return wants_number(p, is, 0);
}

rao_status rao_expr_parse(rao_ctx *ctx, const char *text, const char *const *names, int64_t count, rao_expr **expr) {
    rao_status st = check_names(ctx, names, count);
    if (st != RAO_OK) return st;
    size_t length = strlen(text);
    if (length > RAO_EXPR_MAX_TEXT)
        return rao_fail(ctx, RAO_EINVAL, "expression: %lld characters, want at most %d", (long long)length, RAO_EXPR_MAX_TEXT);
    rao_expr *e = NULL;
    RAO_TRY(rao_alloc(ctx, 1, &e));
    e->length = (int64_t)length, e->slots = count;
    RAO_TRY(rao_alloc(ctx, e->length + 1, &e->text));
    memcpy(e->text, text, length);
    RAO_TRY(rao_alloc(ctx, 2 * e->length + 8, &e->ops));
    RAO_TRY(rao_alloc(ctx, 2 * e->length + 8, &e->constants));
    RAO_TRY(rao_alloc(ctx, count, &e->used));
    parser p = {.ctx = ctx, .text = e->text, .names = names, .name_count = count, .expr = e};
    RAO_TRY(parse_all(&p));
    *expr = e;
    return RAO_OK;
done:
    rao_expr_destroy(&e);
    return st;
}

void rao_expr_destroy(rao_expr **expr) {
    if (!expr || !*expr) return;
    rao_expr *e = *expr;
    rao_free(&e->text);
    rao_free(&e->ops);
    rao_free(&e->constants);
    rao_free(&e->used);
    rao_free(expr);
}

const char *rao_expr_text(const rao_expr *expr) { return expr->text; }
int64_t rao_expr_slots(const rao_expr *expr) { return expr->slots; }
int rao_expr_uses(const rao_expr *expr, int64_t i) { return i >= 0 && i < expr->slots && expr->used[i]; }
