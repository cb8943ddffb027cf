/* A family of one's own from its density: the Kumaraswamy law a b x^(a-1) (1 - x^a)^(b-1) on (0, 1), over dual numbers.
 * It is checked, asked for its Fisher matrix and its divergence, drawn from, and fitted. docs/guide/own-families.md quotes this file. */
#include <math.h>
#include <stdio.h>

#include <rao/family.h>

/* log p(x) at the coordinates p = (a, b); their derivatives come along. */
static rao_status kumaraswamy(rao_ctx *ctx, void *arg, const rao_dual *p, const double *x, rao_dual *log_density) {
    (void)ctx, (void)arg;
    rao_dual a = p[0], b = p[1], log_x_a = rao_dual_scale(a, log(x[0]));
    rao_dual log_rest = rao_dual_log1mexp(log_x_a); /* log(1 - x^a) */
    rao_dual first = rao_dual_add(rao_dual_log(a), rao_dual_log(b));
    rao_dual powers = rao_dual_add(rao_dual_shift(log_x_a, -log(x[0])), rao_dual_mul(rao_dual_shift(b, -1), log_rest));
    *log_density = rao_dual_add(first, powers);
    return RAO_OK;
}

static rao_status define(rao_ctx *ctx, rao_family **family) {
    const rao_coordinate coordinates[2] = {{"a", 0, HUGE_VAL}, {"b", 0, HUGE_VAL}};
    rao_family_definition d;
    rao_family_definition_init(&d);
    d.name = "kumaraswamy";
    d.coordinates = coordinates, d.coordinate_count = 2;
    d.dual = kumaraswamy;
    d.low = "0", d.high = "1";
    return rao_family_define(ctx, &d, family);
}

int main(void) {
    rao_ctx *ctx = NULL;
    rao_family *family = NULL;
    rao_family_report report;
    const double p[2] = {2, 3}, q[2] = {2.5, 3};
    double fisher[4], kl, estimate[2], error[2];
    static double x[1000];
    rao_status st = rao_ctx_create(NULL, &ctx);
    if (st) return 1;
    RAO_TRY(define(ctx, &family));
    RAO_TRY(rao_family_check(ctx, family, 0, p, &report));
    printf("%s\n", report.sentence);
    RAO_TRY(rao_family_fisher(ctx, family, 0, p, fisher));
    printf("Fisher matrix of a, b: %.6f %.6f %.6f\n", fisher[0], fisher[1], fisher[3]);
    RAO_TRY(rao_family_kl(ctx, family, 0, p, q, &kl));
    printf("KL to a = 2.5: %.6f\n", kl);
    RAO_TRY(rao_family_sample(ctx, family, 0, p, rao_stream_make(1, 0), 0, 0, 1000, x, 1));
    RAO_TRY(rao_family_mle(ctx, family, 0, 1000, rao_points_of(x, 1), NULL, estimate, error, NULL));
    printf("fitted to 1000 draws: a = %.3f +- %.3f, b = %.3f +- %.3f\n", estimate[0], error[0], estimate[1], error[1]);
done:
    if (st) fprintf(stderr, "%s\n", rao_ctx_message(ctx));
    rao_family_destroy(&family);
    rao_ctx_destroy(&ctx);
    return st != RAO_OK || !report.sound;
}
