/* oracle.h - the rows that tests/oracle/num_*.py print, and the comparison: the largest error of a function over a table, in units of
 * 2^-52 of the row's scale, against the bound stated in rao/num.h. RAO_TEST_VERBOSE prints what was measured. */
#ifndef NUM_ORACLE_H
#define NUM_ORACLE_H

#include "rao_test.h"

#include <float.h>
#include <rao/num.h>

typedef struct oracle_row {
    double in[3];
    double want, scale;
} oracle_row;

typedef double oracle_fn(const double *in);

static double oracle_error(double got, const oracle_row *row) {
    if (got == row->want) return 0;
    double e = fabs(got - row->want) / (row->scale > DBL_MIN ? row->scale : DBL_MIN) / DBL_EPSILON;
    return isnan(e) ? DBL_MAX : e;
}

static inline void oracle_check(const char *name, oracle_fn *f, const oracle_row *rows, size_t count, double bound) {
    double worst = -1;
    const oracle_row *at = rows;
    for (size_t i = 0; i < count; i++) {
        double e = oracle_error(f(rows[i].in), &rows[i]);
        if (e > worst) worst = e, at = &rows[i];
    }
    if (getenv("RAO_TEST_VERBOSE"))
        printf("# %-24s %5zu points, worst %9.3g of %g at (%.17g, %.17g, %.17g): %.17g, want %.17g\n", name, count, worst, bound, at->in[0],
               at->in[1], at->in[2], f(at->in), at->want);
    if (worst <= bound) return;
    rao_test_claim("oracle", name, "mpmath, tests/oracle");
    char text[200];
    snprintf(text, sizeof text, "%s(%.17g, %.17g, %.17g)", name, at->in[0], at->in[1], at->in[2]);
    rao_test_close(f(at->in), at->want, bound * DBL_EPSILON * at->scale / (at->want != 0 ? fabs(at->want) : 1), 0, text, __FILE__,
                   __LINE__);
    fail_msg("%s: error %.3g, bound %.3g", text, worst, bound);
}

#define ORACLE_1(f) \
    static double f##_1(const double *in) { return rao_##f(in[0]); }
#define ORACLE_2(f) \
    static double f##_2(const double *in) { return rao_##f(in[0], in[1]); }
#define ORACLE_3(f) \
    static double f##_3(const double *in) { return rao_##f(in[0], in[1], in[2]); }
#define CHECK(f, arity, table, bound) oracle_check(#f, f##_##arity, table, COUNT(table), bound)

#endif
