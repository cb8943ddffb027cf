/* Normals in a thousand variables, against what is closed for stationary sequences: covariances v r^|i-j|, whose inverses are tridiagonal. */
#include "manifold/make.h"

enum { D = 1000 };
static const int64_t numbers = D + (int64_t)D * (D + 1) / 2;

/* mean shift * (1, -1, 1, ..), cov v r^|i-j| */
static double *sequence(double shift, double v, double r) {
    double *p = calloc((size_t)numbers, sizeof *p), *at = p + D;
    EXPECT_TRUE(p != NULL);
    for (int64_t i = 0; i < D; i++) {
        double power = v;
        p[i] = i % 2 ? -shift : shift;
        for (int64_t j = i; j < D; j++, power *= r) *at++ = power;
    }
    return p;
}

/* x^T S^-1 x of the shift, v = 1: of (1, -1, ..) the innovations are 1, then -(1 + r), 1 + r, .., of variance 1, then 1 - r^2. */
static double square(double r) { return 1 + (D - 1) * (1 + r) / (1 - r); }
static double log_det(double v, double r) { return D * log(v) + (D - 1) * log1p(-r * r); }

static double ask(rao_ctx *ctx, const rao_family *f, int quantity, const double *p, const double *q) {
    double value;
    rao_family_args a;
    rao_family_args_init(&a);
    a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 0), a.x = rao_points_of(q, 0);
    OK(ctx, rao_manifold_eval(ctx, f, quantity, &a, &value, 0));
    return value;
}

static void a_thousand_variables(void **state) {
    (void)state;
    LAW("stationary sequences of a thousand variables: density, entropy, KL, distances in closed form");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "mvn", D, 0);
    const double pi = 3.14159265358979323846, a = 0.5, b = 0.3, v = 2, shift = 0.1;
    double *p = sequence(0, 1, a), *q = sequence(shift, v, b), *moved = sequence(shift, 1, a), *wide = sequence(0, 9, a);
    EXPECT_REL(ask(ctx, f, RAO_ENTROPY, p, NULL), 0.5 * (D * log(2 * pi * exp(1)) + log_det(1, a)), 1e-12);
    EXPECT_REL(ask(ctx, f, RAO_LOGPDF, p, q), -0.5 * (D * log(2 * pi) + log_det(1, a) + shift * shift * square(a)), 1e-12);
    /* tr S_q^-1 S_p: diagonal (2 + (D-2)(1 + b^2)), neighbours -b, over v (1 - b^2) */
    double trace = (2 + (D - 2) * (1 + b * b) - 2 * (D - 1) * b * a) / (v * (1 - b * b));
    EXPECT_REL(ask(ctx, f, RAO_KL, p, q), 0.5 * (trace - D + log_det(v, b) - log_det(1, a) + shift * shift * square(b) / v), 1e-11);
    EXPECT_REL(ask(ctx, f, RAO_WASSERSTEIN2, p, wide), 2 * sqrt(D), 1e-11);
    EXPECT_REL(ask(ctx, f, RAO_WASSERSTEIN2, p, moved), shift * sqrt(D), 1e-11);
    EXPECT_REL(ask(ctx, f, RAO_FISHER_RAO_DISTANCE, p, wide), sqrt(D / 2.0) * log(9), 1e-11);
    EXPECT_REL(ask(ctx, f, RAO_FISHER_RAO_DISTANCE, p, moved), 2 * sqrt(2) * asinh(shift * sqrt(square(a) / 8)), 1e-11);
    free(p), free(q), free(moved), free(wide);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_thousand_variables)};
    return rao_test_run("manifold/mvn_large", tests, COUNT(tests));
}
