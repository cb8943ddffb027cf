/* rao_test.h - what every test file includes: cmocka, a context that counts leaks, seeded inputs, and comparisons that say why.
 *
 *   static void exp_log_round_trip(void **state) {
 *       LAW("exp then log returns the tangent");
 *       ...
 *       EXPECT_CLOSE(got, want, 8 * n * DBL_EPSILON * cond);   // backward-stable Cholesky solve
 *   }
 *   int main(void) { const struct CMUnitTest tests[] = {cmocka_unit_test(exp_log_round_trip)}; return rao_test_run("manifold", tests, COUNT(tests)); }
 */
#ifndef RAO_TEST_H
#define RAO_TEST_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <rao/base.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* What the test states; printed when it fails. */
#define LAW(sentence) rao_test_claim("law", (sentence), "")
#define ORACLE(what, source) rao_test_claim("oracle", (what), (source))

/* |got - want| <= tol * max(1, |want|); a NaN never passes. */
#define EXPECT_CLOSE(got, want, tol) rao_test_close((double)(got), (double)(want), (double)(tol), 1, #got, __FILE__, __LINE__)
/* |got - want| <= tol * |want| */
#define EXPECT_REL(got, want, tol) rao_test_close((double)(got), (double)(want), (double)(tol), 0, #got, __FILE__, __LINE__)
#define EXPECT_TRUE(condition) rao_test_true(!!(condition), #condition, __FILE__, __LINE__)
#define EXPECT_EQ(got, want) rao_test_equal((int64_t)(got), (int64_t)(want), #got, __FILE__, __LINE__)
/* The call returns RAO_OK (else its sentence is printed). */
#define OK(ctx, call) rao_test_status((ctx), (call), RAO_OK, "", #call, __FILE__, __LINE__)
/* The call fails with that status and its sentence contains `part`. */
#define EXPECT_FAIL(ctx, call, status, part) rao_test_status((ctx), (call), (status), (part), #call, __FILE__, __LINE__)

void rao_test_claim(const char *kind, const char *what, const char *source);
void rao_test_close(double got, double want, double tol, int floor_one, const char *text, const char *file, int line);
void rao_test_true(int condition, const char *text, const char *file, int line);
void rao_test_equal(int64_t got, int64_t want, const char *text, const char *file, int line);
void rao_test_status(rao_ctx *ctx, rao_status got, rao_status want, const char *part, const char *text, const char *file, int line);

/* The seed of this run: RAO_TEST_SEED or 1; printed at the start. */
uint64_t rao_test_seed(void);

/* A context over an allocator that counts; closing the last open one fails the test when something was not released. */
rao_ctx *rao_test_ctx(void);
rao_ctx *rao_test_ctx_threads(int threads);
void rao_test_ctx_close(rao_ctx **ctx);

/* Failure injection: the next `after` allocations of contexts made here succeed, the one behind them fails once. < 0: off.
 * rao_test_alloc_failed() says whether the failure was reached, so a loop over `after` knows when to stop. */
void rao_test_fail_alloc(int64_t after);
int rao_test_alloc_failed(void);
/* Allocations (calls into the allocator) so far. */
int64_t rao_test_alloc_calls(void);

/* Runs body(ctx, arg) with its 0th, 1st, 2nd, ... allocation failing until none fails: each time it must return ENOMEM, or OK where it
 * could do without (the scratch stack joining its chunks), and leak nothing. */
void rao_test_every_allocation_fails(rao_status (*body)(rao_ctx *ctx, void *arg), void *arg);

/* ../shared/data/NAME beside the checkout, or NULL after printing that the test skips. Then call skip(). */
const char *rao_test_shared_data(const char *name);

#define rao_test_run(room, tests, count) \
    (printf("seed %llu\n", (unsigned long long)rao_test_seed()), fflush(stdout), cmocka_run_group_tests_name((room), (tests), NULL, NULL))

#endif
