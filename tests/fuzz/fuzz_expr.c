/* fuzz_expr.c - rao_expr_parse on any text: it is an expression or EINVAL with a sentence; what parses evaluates to a number that is not NaN
 * or fails with EDOMAIN, and does so alike at one point, in an array and on dual numbers. */
#include <math.h>
#include <string.h>

#include <rao/expr.h>

#include "fuzz.h"

static void evaluate(rao_ctx *ctx, const rao_expr *e) {
    static const double grid[3][3] = {{0, 1, -2.5}, {0.5, -1, 1e300}, {3, 1e-300, 7}};
    for (int k = 0; k < 3; k++) {
        double value = 7, many = 7, slots[3] = {grid[0][k], grid[1][k], grid[2][k]};
        rao_expr_column columns[3] = {{grid[0] + k, 0}, {grid[1] + k, 1}, {grid[2] + k, 0}};
        rao_dual duals[3], dual;
        for (int i = 0; i < 3; i++) duals[i] = rao_dual_variable(slots[i], i, 3, 2);
        rao_status st = rao_expr_eval(ctx, e, slots, &value), arrays = rao_expr_eval_many(ctx, e, 1, columns, &many),
                   on_duals = rao_expr_eval_dual(ctx, e, duals, &dual);
        FUZZ_REQUIRE(st == RAO_OK || st == RAO_EDOMAIN);
        FUZZ_REQUIRE(arrays == st && (on_duals == RAO_OK || on_duals == RAO_EDOMAIN));
        FUZZ_REQUIRE(st == RAO_OK ? !isnan(value) && value == many : value == 7 && many == 7 && strlen(rao_ctx_message(ctx)) > 0);
        if (on_duals == RAO_OK)
            FUZZ_REQUIRE(st == RAO_OK && (dual.v == value || fabs(dual.v - value) <= 1e-6 * fabs(value) || isinf(dual.v) || isinf(value)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static char text[4096];
    static const char *const names[] = {"x", "y", "gamma"};
    if (size >= sizeof text) return 0;
    memcpy(text, data, size);
    text[size] = 0;
    rao_ctx *ctx = NULL;
    rao_expr *e = NULL;
    FUZZ_REQUIRE(rao_ctx_create(NULL, &ctx) == RAO_OK);
    rao_status st = rao_expr_parse(ctx, text, names, 3, &e);
    FUZZ_REQUIRE(st == RAO_OK ? e != NULL : st == RAO_EINVAL && e == NULL && strstr(rao_ctx_message(ctx), "expression") != NULL);
    if (e) evaluate(ctx, e);
    rao_expr_destroy(&e);
    rao_ctx_destroy(&ctx);
    return 0;
}
