/* Bounds of the Fisher-Rao distance hold it, and are tight where points are close. */
#include <float.h>

#include "manifold/make.h"

static rao_status ask(rao_ctx *ctx, const rao_family *f, const char *chart, int quantity, const double *p, const double *q, double *out) {
    rao_status st;
    rao_family_args a;
    rao_family_args_init(&a);
    RAO_TRY(rao_family_chart_index(ctx, f, chart, &a.chart));
    a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 0);
    RAO_TRY(rao_manifold_eval(ctx, f, quantity, &a, out, 0));
done:
    return st;
}

static void bounds_hold_the_distance(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 1);
    LAW("lower <= distance <= upper, both tight for close points");
    static const struct {
        const char *name;
        int64_t dimension;
        double fixed;
        char kind;
    } rows[] = {{"normal", 0, 0, 'r'},      {"cauchy", 0, 0, 'r'}, {"exponential", 0, 0, 'p'},     {"poisson", 0, 0, 'p'},
                {"categorical", 4, 0, 'S'}, {"mvn", 1, 0, 'r'},    {"inverse_gaussian", 0, 0, 'p'}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        rao_family *f = make(ctx, rows[i].name, rows[i].dimension, rows[i].fixed);
        for (uint64_t trial = 0; trial < 20; trial++) {
            double p[4], q[4], b[2], d, sums[2] = {0, 0};
            for (int k = 0; k < 4; k++) {
                double y = rao_normal_at(s, 2 * trial, k), z = rao_normal_at(s, 2 * trial + 1, k);
                p[k] = rows[i].kind == 'r' && k == 0 ? y : exp(y), q[k] = rows[i].kind == 'r' && k == 0 ? z : exp(z);
                sums[0] += p[k], sums[1] += q[k];
            }
            for (int k = 0; rows[i].kind == 'S' && k < 4; k++) p[k] /= sums[0], q[k] /= sums[1];
            for (int near = 0; near < 2; near++) {
                OK(ctx, ask(ctx, f, "", RAO_FISHER_RAO_DISTANCE, p, q, &d));
                OK(ctx, ask(ctx, f, "", RAO_FISHER_RAO_BOUNDS, p, q, b));
                EXPECT_TRUE(b[0] <= d * (1 + 1e-12) && b[1] >= d * (1 - 1e-12));
                EXPECT_TRUE((b[1] == (double)INFINITY) == (i == 1));
                double none[2];
                OK(ctx, ask(ctx, f, "", RAO_FISHER_RAO_BOUNDS, p, p, none));
                EXPECT_TRUE(none[0] == 0 && none[1] == 0); /* one point, whatever is known of the family */
                if (near && i != 1) EXPECT_TRUE(b[0] > d * (1 - 1e-3) && b[1] < d * (1 + 1e-3));
                for (int k = 0; k < 4; k++)
                    q[k] = p[k] + 1e-3 * (rows[i].kind == 'S' ? (k % 2 ? 1 : -1) * p[0] * p[1] * p[2] * p[3] : p[k]);
            }
        }
        rao_family_destroy(&f);
    }
    ORACLE("the lower bound of Calvo and Oller", "eigenvalues of [[S + m m^T, m], [m^T, 1]], mpmath 40 digits");
    double b[2];
    const double p[] = {0, 0, 1, 0, 1}, q[] = {10, 20, 2, 0.5, 1}, far[] = {1e6, 2e6, 2, 0.5, 1};
    rao_family *f = make(ctx, "mvn", 2, 0);
    OK(ctx, ask(ctx, f, "", RAO_FISHER_RAO_BOUNDS, p, q, b));
    EXPECT_REL(b[0], 6.1137649470272627344, 1e-12); /* more than the sphere's bound */
    OK(ctx, ask(ctx, f, "", RAO_FISHER_RAO_BOUNDS, p, far, b));
    EXPECT_REL(b[0], 29.130072564705240389, 1e-3); /* beyond what the sphere can say, 2 pi; a condition of 1e13 */
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(bounds_hold_the_distance)};
    return rao_test_run("manifold/bounds", tests, COUNT(tests));
}
