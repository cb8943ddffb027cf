#include "rao_test.h"

#include <float.h>
#include <rao/expr.h>

static const char *const names[] = {"x", "y", "mu_1", "gamma", "e"};

static double at(rao_ctx *ctx, const char *text, const double *slots) {
    rao_expr *e = NULL;
    double value = NAN;
    OK(ctx, rao_expr_parse(ctx, text, names, 4, &e));
    OK(ctx, rao_expr_eval(ctx, e, slots, &value));
    rao_expr_destroy(&e);
    return value;
}

static void values(void **state) {
    (void)state;
    LAW("precedence and associativity of mathematics; numbers, constants, functions, branches");
    rao_ctx *ctx = rao_test_ctx();
    const double slots[4] = {3, -2, 0.5, 7};
    static const struct {
        const char *text;
        double want;
    } table[] = {
        {"-2^2", -4},
        {"2^3^2", 512},
        {"2**3**2", 512},
        {"2^-1", 0.5},
        {"-2^-2", -0.25},
        {"(-2)^2", 4},
        {"--3", 3},
        {"+-3", -3},
        {"2*-3", -6},
        {"1-2-3", -4},
        {"12/2/3", 2},
        {"2+3*4", 14},
        {"(2+3)*4", 20},
        {"2*3^2", 18},
        {"-x^2", -9},
        {"x^2", 9},
        {"x^y", 1.0 / 9},
        {"1.5e2", 150},
        {".5", 0.5},
        {"5.", 5},
        {"1e-3", 1e-3},
        {"1E+3", 1000},
        {" 1 + \n 2 ", 3},
        {"pi", 3.14159265358979312},
        {"e", 2.71828182845904509},
        {"2*e", 5.43656365691809018},
        {"inf", INFINITY},
        {"-inf", -INFINITY},
        {"exp(-inf)", 0},
        {"log(0)", -INFINITY},
        {"mu_1", 0.5},
        {"gamma", 7},
        {"gamma(gamma)", 720},
        {"x*y", -6},
        {"log(e)", 1},
        {"ln(e^2)", 2},
        {"sqrt(16)", 4},
        {"abs(y)", 2},
        {"pow(x, 2)", 9},
        {"min(x, y, 1)", -2},
        {"max(x)", 3},
        {"max(1, x, 2)", 3},
        {"if(x < y, 1, 2)", 2},
        {"if(x > y, 1, log(-1))", 1},
        {"if(x >= 3 and y <= -2, 1, 2)", 1},
        {"if(x == 3 && y != -2, 1, 2)", 2},
        {"if(x < 0 or y < 0, 1, 2)", 1},
        {"if(x < 0 || y > 0, 1, 2)", 2},
        {"if(not x < 0, 1, 2)", 1},
        {"if(!(x < 0), 1, 2)", 1},
        {"if(not (x < 0 or y < 0) and 1 < 2, 1, 2)", 2},
        {"if(x < 0 and log(-1) > 0, 1, 2)", 2},
        {"if(x > 0 or log(-1) > 0, 1, 2)", 1},
        {"1 + if(x > 0, if(y > 0, 10, 20), 30) * 2", 41},
        {"if(x > 0, 2, 3)^2", 4},
        {"2^if(x > 0, 2, 3)", 4},
        {"if(1 < 2, 2, 3)*2", 4},
        {"if(1 > 2, 2, 3)*2", 6},
        {"xlogy(0, 0)", 0},
        {"sign(y)", -1},
        {"floor(2.5) + ceil(2.5)", 5},
        {"digamma(1)", -0.57721566490153287},
        {"bessel_i0(0)", 1},
        {"erf(0)", 0},
        {"atan2(1, 1)*4", 3.14159265358979312},
        {"hypot(3,4)", 5},
        {"((((((x))))))", 3},
        {"2 ^ 2 ^ 2", 16},
        {"-x + y", -5},
        {"x - -y", 1},
        {"0^0", 1},
        {"1/inf", 0},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        double got = at(ctx, table[i].text, slots);
        if (!(fabs(got - table[i].want) <= 2 * DBL_EPSILON * fabs(table[i].want) || got == table[i].want))
            print_error("%s = %.17g, want %.17g\n", table[i].text, got, table[i].want);
        EXPECT_TRUE(fabs(got - table[i].want) <= 2 * DBL_EPSILON * fabs(table[i].want) || got == table[i].want);
    }
    rao_expr *e = NULL;
    OK(ctx, rao_expr_parse(ctx, "e + x", names, 5, &e)); /* a coordinate wins over the constant */
    const double five[5] = {1, 0, 0, 0, 40};
    double value;
    OK(ctx, rao_expr_eval(ctx, e, five, &value));
    EXPECT_TRUE(value == 41 && rao_expr_uses(e, 0) && rao_expr_uses(e, 4) && !rao_expr_uses(e, 1) && !rao_expr_uses(e, 9) &&
                rao_expr_slots(e) == 5);
    EXPECT_TRUE(strcmp(rao_expr_text(e), "e + x") == 0);
    rao_expr_destroy(&e);
    rao_expr_destroy(&e);
    rao_expr_destroy(NULL);
    rao_test_ctx_close(&ctx);
}

static void parse_errors(void **state) {
    (void)state;
    LAW("what is no expression is refused with its column, the reason and the nearest name");
    rao_ctx *ctx = rao_test_ctx();
    static const struct {
        const char *text, *part;
    } table[] = {
        {"", "column 1: the expression ends"},
        {"   ", "column 4: the expression ends"},
        {"1 +", "column 4: the expression ends"},
        {"(1", "column 3: the expression ends where a closing parenthesis"},
        {"1)", "column 2: ')' stands where an operator"},
        {"log(x*lambda_1)", "column 7: unknown name \"lambda_1\""},
        {"x + mu_2", "nearest is \"mu_1\""},
        {"lgama(x)", "column 1: unknown name \"lgama\", nearest is \"lgamma\""},
        {"2x", "column 2: an operator is missing"},
        {"2(x)", "column 2: an operator is missing"},
        {"1.2.3", "column 4: an operator is missing"},
        {"x(2)", "column 2: \"x\" is not a function"},
        {"pi(2)", "not a function"},
        {"log", "column 1: the function log wants its argument"},
        {"log x", "wants its argument in parentheses"},
        {"log()", "log has 0 arguments, want one"},
        {"log(1,2)", "log has 2 arguments, want one"},
        {"pow(1)", "pow has 1 argument, want two"},
        {"min()", "want at least one"},
        {"if(x, 1, 2)", "column 4: a number stands where a condition"},
        {"if(x<1, 2)", "column 10: ')' stands where a comma"},
        {"x < y", "column 1: a condition stands where a number"},
        {"1 + (x < y)", "column 5: a condition stands"},
        {"(x < y)^2", "column 1: a condition"},
        {"if(x < y < 2, 1, 2)", "column 10: comparisons do not chain"},
        {"if(x = y, 1, 2)", "column 6: '=' compares nothing"},
        {"x = 1", "column 3: '='"},
        {"x # y", "column 3: '#'"},
        {"x \xc3\xa9", "column 3: a character that is not in use"},
        {"x y", "column 3: 'y' stands"},
        {"*x", "column 1: '*' stands"},
        {"x *", "column 4: the expression ends"},
        {"and", "unknown name"},
        {"if(x < 1 and 2, 1, 2)", "column 14: a number stands"},
        {"1e999", "largest double"},
        {"if(not 2, 1, 2)", "column 4: a number stands"},
        {"log(x<y)", "column 5: a condition"},
        {"-(x<y)", "column 1: a condition"},
        {"sin(x,", "column 7: the expression ends"},
        {"e(2)", "not a function"},
    };
    rao_expr *e = NULL;
    for (size_t i = 0; i < COUNT(table); i++) {
        EXPECT_FAIL(ctx, rao_expr_parse(ctx, table[i].text, names, 4, &e), RAO_EINVAL, table[i].part);
        EXPECT_TRUE(e == NULL);
    }
    EXPECT_FAIL(ctx, rao_expr_parse(ctx, "log(x*lamda)", names, 1, &e), RAO_EINVAL, "\n  log(x*lamda)\n        ^");
    static const char *const bad[] = {"x", "2y"}, *const twice[] = {"x", "x"}, *const word[] = {"not"};
    EXPECT_FAIL(ctx, rao_expr_parse(ctx, "x", bad, 2, &e), RAO_EINVAL, "2y");
    EXPECT_FAIL(ctx, rao_expr_parse(ctx, "x", twice, 2, &e), RAO_EINVAL, "both");
    EXPECT_FAIL(ctx, rao_expr_parse(ctx, "x", word, 1, &e), RAO_EINVAL, "word of the language");
    EXPECT_FAIL(ctx, rao_expr_parse(ctx, "x", names, -1, &e), RAO_EINVAL, "-1 names");
    static char text[RAO_EXPR_MAX_TEXT + 3];
    static const char *const openings[] = {"(", "-", "2^", "exp(", "if(not ", "1+("};
    for (size_t i = 0; i < COUNT(openings); i++) {
        text[0] = 0;
        while (strlen(text) + 20 < RAO_EXPR_MAX_TEXT / 8) strcat(text, openings[i]);
        EXPECT_FAIL(ctx, rao_expr_parse(ctx, text, names, 4, &e), RAO_EINVAL, "nested deeper than 200");
    }
    memset(text, '1', RAO_EXPR_MAX_TEXT + 1);
    EXPECT_FAIL(ctx, rao_expr_parse(ctx, text, names, 4, &e), RAO_EINVAL, "want at most 20000");
    text[600] = 0;
    EXPECT_FAIL(ctx, rao_expr_parse(ctx, text, names, 4, &e), RAO_EINVAL, "a number of 600 characters");
    text[0] = 0;
    for (int i = 0; i < 6000; i++) strcat(text, i ? "+x" : "x");
    OK(ctx, rao_expr_parse(ctx, text, names, 4, &e));
    double value, slots[4] = {0.5};
    OK(ctx, rao_expr_eval(ctx, e, slots, &value));
    EXPECT_TRUE(value == 3000);
    rao_expr_destroy(&e);
    rao_test_ctx_close(&ctx);
}

static void domain_errors(void **state) {
    (void)state;
    LAW("a part without a value is named with its column, on doubles, on arrays and on duals; outputs stay as they were");
    rao_ctx *ctx = rao_test_ctx();
    static const struct {
        const char *text, *part;
    } table[] = {
        {"1 + log(y)", "column 5: log(-2) has no value (natural logarithm, x >= 0)"},
        {"x/(y+2)", "column 1: division of 3 by zero"},
        {"sqrt(y)", "sqrt(-2)"},
        {"inf - inf", "inf - inf has no value"},
        {"y^0.5", "-2 ^ 0.5 has no value"},
        {"(y+2)^-1", "0 ^ -1"},
        {"0*inf", "0 * inf"},
        {"asin(x)", "asin(3)"},
        {"gamma(y)", "gamma(-2)"},
        {"pow(y, 0.5)", "pow(-2, 0.5)"},
        {"min(x, log(y))", "log(-2)"},
        {"if(log(y) > 0, 1, 2)", "log(-2)"},
        {"log(-1)", "log(-1)"},
        {"1/0", "division of 1 by zero"},
        {"2 + log(x - 3) * 0", "-inf * 0"},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        rao_expr *e = NULL;
        double slots[4] = {3, -2, 0.5, 7}, value = 5, many[3] = {5, 5, 5};
        OK(ctx, rao_expr_parse(ctx, table[i].text, names, 4, &e));
        EXPECT_FAIL(ctx, rao_expr_eval(ctx, e, slots, &value), RAO_EDOMAIN, table[i].part);
        double ys[3] = {1, 2, -2}, xs[3] = {0.5, 0.25, 3};
        if (rao_expr_uses(e, 0) || rao_expr_uses(e, 1)) {
            rao_expr_column columns[4] = {{xs, 1}, {ys, 1}, {slots + 2, 0}, {slots + 3, 0}};
            EXPECT_FAIL(ctx, rao_expr_eval_many(ctx, e, 3, columns, many), RAO_EDOMAIN, "point ");
        }
        rao_dual duals[4], result = {.v = 5};
        for (int k = 0; k < 4; k++) duals[k] = rao_dual_variable(slots[k], k, 4, 2);
        EXPECT_FAIL(ctx, rao_expr_eval_dual(ctx, e, duals, &result), RAO_EDOMAIN, table[i].part);
        double gradient[4] = {5}, hessian[16] = {5};
        EXPECT_FAIL(ctx, rao_expr_gradient(ctx, e, slots, &value, gradient, hessian), RAO_EDOMAIN, table[i].part);
        EXPECT_TRUE(value == 5 && many[0] == 5 && result.v == 5 && gradient[0] == 5 && hessian[0] == 5);
        rao_expr_destroy(&e);
    }
    rao_expr *e = NULL;
    double slots[4] = {(double)NAN, 0, 0, 0}, value;
    OK(ctx, rao_expr_parse(ctx, "y + x", names, 4, &e));
    EXPECT_FAIL(ctx, rao_expr_eval(ctx, e, slots, &value), RAO_EDOMAIN, "column 5: x is NaN");
    rao_expr_destroy(&e);
    OK(ctx, rao_expr_parse(ctx, "sqrt(x)^2", names, 4, &e));
    slots[0] = 0;
    double gradient[4];
    EXPECT_FAIL(ctx, rao_expr_gradient(ctx, e, slots, &value, gradient, NULL), RAO_EDOMAIN, "has no derivative here");
    rao_expr_destroy(&e);
    rao_test_ctx_close(&ctx);
}

/* ---- random expressions: a tree evaluated directly, and printed with the fewest parentheses ---- */

typedef struct node {
    char op; /* + - * / ^, n negation, c constant, v variable, f function, ? if */
    int a, b, c;
    double value;
} node;
typedef struct tree {
    node nodes[200];
    int count;
} tree;

static uint32_t dice(rao_stream s, uint64_t *i) { return rao_u32_at(s, 0, (*i)++); }

static int grow(tree *t, rao_stream s, uint64_t *i, int depth) {
    int me = t->count++;
    uint32_t kind = depth <= 0 ? dice(s, i) % 2 : dice(s, i) % 12;
    node n = {0};
    if (kind == 0) n.op = 'c', n.value = (double)(dice(s, i) % 64) / 16;
    else if (kind == 1) n.op = 'v', n.a = (int)(dice(s, i) % 3);
    else if (kind == 2) n.op = 'n';
    else if (kind == 3) n.op = 'f', n.c = (int)(dice(s, i) % 4);
    else if (kind == 4) n.op = '?';
    else n.op = "+-*/^+-*"[kind - 5 < 8 ? kind - 5 : 0];
    if (strchr("+-*/^nf?", n.op)) n.a = grow(t, s, i, depth - 1);
    if (strchr("+-*/^?", n.op)) n.b = grow(t, s, i, depth - 1);
    t->nodes[me] = n;
    return me;
}

static double value_of(const tree *t, int me, const double *x) {
    const node *n = &t->nodes[me];
    double a = strchr("+-*/^nf?", n->op) ? value_of(t, n->a, x) : 0, b = strchr("+-*/^?", n->op) ? value_of(t, n->b, x) : 0;
    switch (n->op) {
    case 'c': return n->value;
    case 'v': return x[n->a];
    case 'n': return -a;
    case 'f': return n->c == 0 ? exp(a) : n->c == 1 ? sin(a) : n->c == 2 ? fabs(a) : atan(a);
    case '?': return a < b ? a : b;
    case '+': return a + b;
    case '-': return a - b;
    case '*': return a * b;
    case '/': return b == 0 ? (double)NAN : a / b;
    default: return a == 0 && b < 0 ? (double)NAN : pow(a, b);
    }
}

static int level(char op) { return strchr("+-", op) ? 1 : strchr("*/", op) ? 2 : op == 'n' ? 3 : op == '^' ? 4 : 5; }

static void print(const tree *t, int me, int at_least, char *out) {
    const node *n = &t->nodes[me];
    int mine = level(n->op), wrap = mine < at_least;
    char *end = out + strlen(out);
    if (wrap) strcat(out, "(");
    end = out + strlen(out);
    if (n->op == 'c') sprintf(end, "%.17g", n->value);
    else if (n->op == 'v') strcat(out, names[n->a]);
    else if (n->op == 'n') strcat(out, "-"), print(t, n->a, 3, out);
    else if (n->op == 'f') strcat(out, ((const char *[]){"exp(", "sin(", "abs(", "atan("})[n->c]), print(t, n->a, 0, out), strcat(out, ")");
    else if (n->op == '?') {
        strcat(out, "if("), print(t, n->a, 0, out), strcat(out, " < "), print(t, n->b, 0, out);
        strcat(out, ", "), print(t, n->a, 0, out), strcat(out, ", "), print(t, n->b, 0, out), strcat(out, ")");
    } else {
        print(t, n->a, n->op == '^' ? 5 : mine, out);
        sprintf(out + strlen(out), " %c ", n->op);
        print(t, n->b, n->op == '^' ? 3 : mine + 1, out);
    }
    if (wrap) strcat(out, ")");
}

static void random_expressions(void **state) {
    (void)state;
    LAW("a random tree, printed with the fewest parentheses, evaluates to what the tree does, one by one, in arrays, and on duals; "
        "gradients agree with duals of other slots");
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 1);
    uint64_t i = 0;
    static char text[200000];
    int checked = 0;
    for (int round = 0; round < 3000; round++) {
        static tree t;
        t.count = 0;
        int root = grow(&t, s, &i, (int)(dice(s, &i) % 6));
        text[0] = 0;
        print(&t, root, 0, text);
        if (strlen(text) >= RAO_EXPR_MAX_TEXT) continue;
        rao_expr *e = NULL;
        OK(ctx, rao_expr_parse(ctx, text, names, 3, &e));
        double grid[3][5], want[5], got[5];
        int all = 1;
        for (int k = 0; k < 5; k++) {
            double x[3], one;
            for (int v = 0; v < 3; v++) grid[v][k] = x[v] = (double)(dice(s, &i) % 101) / 25 - 2;
            want[k] = value_of(&t, root, x);
            rao_status st = rao_expr_eval(ctx, e, x, &one);
            if (isnan(want[k])) EXPECT_EQ(st, RAO_EDOMAIN);
            if (st != RAO_OK) all = 0; /* a NaN that pow or if would hide is refused as well */
            else {
                if (!(one == want[k] || fabs(one - want[k]) <= 1e-12 * fabs(want[k])))
                    print_error("%s: %.17g, want %.17g\n", text, one, want[k]);
                EXPECT_TRUE(one == want[k] || fabs(one - want[k]) <= 1e-12 * fabs(want[k]));
                checked++;
                rao_dual d[3] = {rao_dual_variable(x[0], 0, 3, 1), rao_dual_variable(x[1], 1, 3, 1), rao_dual_variable(x[2], 2, 3, 1)}, r;
                double value, g[3], h[9];
                if (rao_expr_eval_dual(ctx, e, d, &r) == RAO_OK) {
                    EXPECT_TRUE(r.v == one || fabs(r.v - one) <= 1e-12 * fabs(one));
                    if (rao_expr_gradient(ctx, e, x, &value, g, h) == RAO_OK)
                        for (int v = 0; v < 3; v++) EXPECT_TRUE(g[v] == (r.n ? r.g[v] : 0) && h[3 * v] == h[v]);
                }
            }
        }
        rao_expr_column columns[3] = {{grid[0], 1}, {grid[1], 1}, {grid[2], 1}};
        rao_status st = rao_expr_eval_many(ctx, e, 5, columns, got);
        EXPECT_TRUE((st == RAO_OK) == all);
        for (int k = 0; k < 5 && all; k++) EXPECT_TRUE(got[k] == want[k] || fabs(got[k] - want[k]) <= 1e-12 * fabs(want[k]));
        rao_expr_destroy(&e);
    }
    EXPECT_TRUE(checked > 5000);
    rao_test_ctx_close(&ctx);
}

static void derivatives(void **state) {
    (void)state;
    LAW("gradient and Hessian of a quadratic form in 21 slots are its coefficients; of a log density its score; branches have the "
        "branch's");
    rao_ctx *ctx = rao_test_ctx();
    char label[21][8], text[9000] = "0", *const *unused = NULL;
    (void)unused;
    const char *many[21];
    double x[21], value, g[21], h[441], want_g[21] = {0}, want_h[441] = {0};
    rao_stream s = rao_stream_make(rao_test_seed(), 3);
    for (int k = 0; k < 21; k++) {
        sprintf(label[k], "v%d", k);
        many[k] = label[k];
        x[k] = rao_uniform_at(s, 0, (uint64_t)k);
    }
    for (int i = 0; i < 21; i++)
        for (int j = 0; j <= i; j++) {
            double c = (double)rao_below_at(s, 1, (uint64_t)(21 * i + j), 9) - 4;
            sprintf(text + strlen(text), " + %g*v%d*v%d", c, i, j);
            want_h[21 * i + j] += c, want_h[21 * j + i] += c;
            want_g[i] += c * x[j], want_g[j] += c * x[i];
        }
    rao_expr *e = NULL;
    OK(ctx, rao_expr_parse(ctx, text, many, 21, &e));
    OK(ctx, rao_expr_gradient(ctx, e, x, &value, g, h));
    for (int i = 0; i < 21; i++) EXPECT_TRUE(fabs(g[i] - want_g[i]) < 1e-12);
    for (int i = 0; i < 441; i++) EXPECT_TRUE(fabs(h[i] - want_h[i]) < 1e-12);
    OK(ctx, rao_expr_gradient(ctx, e, x, &value, g, NULL));
    for (int i = 0; i < 21; i++) EXPECT_TRUE(fabs(g[i] - want_g[i]) < 1e-12);
    rao_expr_destroy(&e);
    static const char *const normal[] = {"x", "mu", "sigma"};
    OK(ctx, rao_expr_parse(ctx, "-log(2*pi)/2 - log(sigma) - ((x - mu)/sigma)^2/2", normal, 3, &e));
    const double p[3] = {1.3, 0.4, 2};
    OK(ctx, rao_expr_gradient(ctx, e, p, &value, g, h));
    double z = 0.45;
    EXPECT_REL(g[1], z / 2, 1e-14);
    EXPECT_REL(g[2], (z * z - 1) / 2, 1e-14);
    EXPECT_REL(h[4], -0.25, 1e-14);
    EXPECT_REL(h[5], -2 * z / 4, 1e-14);
    EXPECT_REL(h[8], (1 - 3 * z * z) / 4, 1e-14);
    rao_expr_destroy(&e);
    OK(ctx, rao_expr_parse(ctx, "if(x < mu, x^3, -x)", normal, 3, &e));
    OK(ctx, rao_expr_gradient(ctx, e, p, &value, g, NULL));
    EXPECT_TRUE(value == -1.3 && g[0] == -1 && g[1] == 0);
    rao_expr_destroy(&e);
    OK(ctx, rao_expr_parse(ctx, "7", NULL, 0, &e));
    OK(ctx, rao_expr_gradient(ctx, e, NULL, &value, g, h));
    EXPECT_TRUE(value == 7);
    rao_expr_destroy(&e);
    rao_test_ctx_close(&ctx);
}

static void many_points(void **state) {
    (void)state;
    LAW("arrays of any length and stride give what single points give; a warm call allocates nothing");
    rao_ctx *ctx = rao_test_ctx();
    rao_expr *e = NULL;
    OK(ctx, rao_expr_parse(ctx, "exp(-x^2/2)/sqrt(2*pi*mu_1) + y", names, 3, &e));
    static double data[400], out[200];
    for (int i = 0; i < 400; i++) data[i] = 0.01 * i;
    double one = 1.5;
    for (int64_t n = 0; n <= 200; n += 1 + n / 3) {
        rao_expr_column columns[3] = {{data, 2}, {data + 100, 1}, {&one, 0}};
        OK(ctx, rao_expr_eval_many(ctx, e, n, columns, out));
        int64_t before = rao_test_alloc_calls();
        OK(ctx, rao_expr_eval_many(ctx, e, n, columns, out));
        EXPECT_EQ(rao_test_alloc_calls(), before);
        for (int64_t i = 0; i < n; i++) {
            double slots[3] = {data[2 * i], data[100 + i], one}, want;
            OK(ctx, rao_expr_eval(ctx, e, slots, &want));
            EXPECT_TRUE(out[i] == want);
        }
    }
    EXPECT_FAIL(ctx, rao_expr_eval_many(ctx, e, -1, NULL, out), RAO_EINVAL, "-1 points");
    rao_expr_destroy(&e);
    rao_test_ctx_close(&ctx);
}

static rao_status whole_life(rao_ctx *ctx, void *arg) {
    (void)arg;
    rao_expr *e = NULL;
    double value, g[4], h[16], slots[4] = {1, 2, 3, 4};
    rao_expr_column columns[4] = {{slots, 1}, {slots, 0}, {slots, 0}, {slots, 0}};
    double out[4];
    rao_status st = rao_expr_parse(ctx, "if(x < y, log(mu_1)*gamma, x)^2 + lgamma(y)", names, 4, &e);
    if (st == RAO_OK) st = rao_expr_eval(ctx, e, slots, &value);
    if (st == RAO_OK) st = rao_expr_gradient(ctx, e, slots, &value, g, h);
    if (st == RAO_OK) st = rao_expr_eval_many(ctx, e, 4, columns, out);
    rao_expr_destroy(&e);
    return st;
}
static void allocation_failures(void **state) {
    (void)state;
    LAW("each failed allocation gives ENOMEM and no leak");
    rao_test_every_allocation_fails(whole_life, NULL);
}

static void every_function(void **state) {
    (void)state;
    LAW("every function of the list parses in the form it is listed in, evaluates, and has a page entry");
    rao_ctx *ctx = rao_test_ctx();
    static const char *const arguments[] = {"x", "y", "a", "b", "p", "condition"};
    static char page[60000], form[80];
    char path[500];
    snprintf(path, sizeof path, "%s/docs/guide/expressions.md", getenv("RAO_SOURCE_DIR") ? getenv("RAO_SOURCE_DIR") : ".");
    FILE *file = fopen(path, "r");
    if (file) page[fread(page, 1, sizeof page - 1, file)] = 0, fclose(file);
    int64_t count;
    const rao_expr_function *all = rao_expr_functions(&count);
    EXPECT_TRUE(count > 50);
    for (int64_t i = 0; i < count; i++) {
        rao_expr *e = NULL;
        strcpy(form, all[i].form);
        char *dots = strstr(form, ", ...");
        if (dots) memmove(dots, dots + 5, strlen(dots + 5) + 1);
        if (strcmp(all[i].name, "if") == 0) strcpy(form, "if(x < y, a, b)");
        OK(ctx, rao_expr_parse(ctx, form, arguments, 5, &e));
        double slots[5] = {0.5, 0.25, 1.5, 2.5, 0.3}, value;
        if (strcmp(all[i].name, "acosh") == 0) slots[0] = 2;
        if (strcmp(all[i].name, "log1mexp") == 0) slots[0] = -2;
        OK(ctx, rao_expr_eval(ctx, e, slots, &value));
        rao_dual d[5], r;
        for (int k = 0; k < 5; k++) d[k] = rao_dual_variable(slots[k], k, 5, 2);
        OK(ctx, rao_expr_eval_dual(ctx, e, d, &r));
        EXPECT_REL(r.v, value, 4 * DBL_EPSILON);
        if (file && !strstr(page, all[i].form)) print_error("docs/guide/expressions.md does not name %s\n", all[i].form);
        EXPECT_TRUE(!file || strstr(page, all[i].form));
        rao_expr_destroy(&e);
    }
    rao_test_ctx_close(&ctx);
}

static void logarithms(void **state) {
    (void)state;
    LAW("log(f) and its derivatives by rao_expr_logarithm are those of the logarithm of f, through products, powers, sums, branches");
    rao_ctx *ctx = rao_test_ctx();
    static const char *const slots[] = {"x", "y", "s"}, *const texts[] = {
                                                            "x",
                                                            "2",
                                                            "x*y/s",
                                                            "exp(-x)*y^s/(1 + x)",
                                                            "sqrt(x*y)^3",
                                                            "(x - y)^2*s",
                                                            "x + y*s",
                                                            "exp(x) + exp(y)*s + 1",
                                                            "gamma(x + 1)*normal_cdf(y)",
                                                            "if(x < y, x, exp(y))",
                                                            "s*if(x < y and y > 0, x*y, if(s > 1, exp(x), 3))/2",
                                                            "x^if(x > y, 2, 3)",
                                                            "max(x, y, s)*hypot(x, y)",
                                                            "if(x < y or s < 0, exp(x)*s, x + y) + s",
                                                            "3 - x",
                                                            "bessel_i0(x)*atan2(y, x)",
                                                            "pow(x, 2)/sqrt(2*pi)",
                                                        };
    for (size_t i = 0; i < COUNT(texts); i++) {
        rao_expr *f = NULL, *log_f = NULL;
        OK(ctx, rao_expr_parse(ctx, texts[i], slots, 3, &f));
        OK(ctx, rao_expr_logarithm(ctx, f, &log_f));
        EXPECT_TRUE(strcmp(rao_expr_text(log_f), texts[i]) == 0 && rao_expr_uses(log_f, 0) == rao_expr_uses(f, 0));
        for (int k = 0; k < 20; k++) {
            double at[3], v, w, g[3], u[3], h[9], z[9];
            for (int j = 0; j < 3; j++) at[j] = 0.1 + 2 * rao_uniform_at(rao_stream_make(rao_test_seed(), 77), (uint64_t)k, (uint64_t)j);
            OK(ctx, rao_expr_eval(ctx, f, at, &v));
            OK(ctx, rao_expr_eval(ctx, log_f, at, &w));
            EXPECT_CLOSE(w, log(v), 1e-14);
            OK(ctx, rao_expr_gradient(ctx, f, at, &v, g, h));
            OK(ctx, rao_expr_gradient(ctx, log_f, at, &w, u, z));
            for (int j = 0; j < 3; j++) EXPECT_CLOSE(u[j], g[j] / v, 1e-12);
            for (int j = 0; j < 9; j++) EXPECT_CLOSE(z[j], h[j] / v - u[j / 3] * u[j % 3], 1e-10);
        }
        rao_expr_destroy(&f), rao_expr_destroy(&log_f);
    }
    LAW("it has a value where f underflows or overflows, and none where a factor is negative");
    static const struct {
        const char *text;
        double want;
    } far[] = {{"exp(-x^2)*s", -1e6},
               {"exp(-x^2) + exp(-2*x^2)", -1e6},
               {"if(x > 0, exp(-x^2)/s, 1)", -1e6},
               {"exp(x^2)^2*s", 2e6},
               {"(x - y)^2", 2 * 6.90775527898213705}};
    const double at[3] = {1000, 2000, 1}, negative[3] = {-1, 2, 1};
    double w;
    for (size_t i = 0; i < COUNT(far); i++) {
        rao_expr *f = NULL, *log_f = NULL;
        OK(ctx, rao_expr_parse(ctx, far[i].text, slots, 3, &f));
        OK(ctx, rao_expr_logarithm(ctx, f, &log_f));
        OK(ctx, rao_expr_eval(ctx, log_f, at, &w));
        EXPECT_REL(w, far[i].want, 1e-15);
        rao_expr_destroy(&f), rao_expr_destroy(&log_f);
    }
    rao_expr *f = NULL, *log_f = NULL;
    OK(ctx, rao_expr_parse(ctx, "x*y*s", slots, 3, &f));
    OK(ctx, rao_expr_logarithm(ctx, f, &log_f));
    EXPECT_FAIL(ctx, rao_expr_eval(ctx, log_f, negative, &w), RAO_EDOMAIN, "column");
    rao_expr_destroy(&f), rao_expr_destroy(&log_f);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),        cmocka_unit_test(logarithms),          cmocka_unit_test(parse_errors),
        cmocka_unit_test(domain_errors), cmocka_unit_test(random_expressions),  cmocka_unit_test(derivatives),
        cmocka_unit_test(many_points),   cmocka_unit_test(allocation_failures), cmocka_unit_test(every_function)};
    return rao_test_run("expr", tests, COUNT(tests));
}
