/* Families of one's own: each form of a density against the built-in family that it spells, in every quantity; bad definitions. */
#include <float.h>

#include "rao_test.h"
#include <rao/family.h>

static const rao_coordinate mu_sigma[2] = {{"mu", -HUGE_VAL, HUGE_VAL}, {"sigma", 0, HUGE_VAL}};

static rao_family *make(rao_ctx *ctx, const char *name, const rao_fixed *fixed) {
    rao_family *f = NULL;
    rao_family_opts o;
    rao_family_opts_init(&o);
    o.fixed = fixed, o.fixed_count = fixed ? 1 : 0;
    OK(ctx, rao_family_create(ctx, name, &o, &f));
    return f;
}

static rao_family *define(rao_ctx *ctx, const rao_coordinate *coordinates, int64_t count, const char *density, const char *log_density,
                          const char *low, const char *high, int discrete, int unnormalised) {
    rao_family *f = NULL;
    rao_family_definition d;
    rao_family_definition_init(&d);
    d.coordinates = coordinates, d.coordinate_count = count;
    d.density = density, d.log_density = log_density;
    d.low = low, d.high = high, d.discrete = discrete, d.unnormalised = unnormalised;
    OK(ctx, rao_family_define(ctx, &d, &f));
    return f;
}

static double ask(rao_ctx *ctx, const rao_family *f, rao_quantity quantity, const double *p, const double *q, const double *x,
                  rao_quality *quality) {
    rao_family_args a;
    double value;
    rao_family_args_init(&a);
    a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 0), a.x = rao_points_of(x, 0), a.quality = quality;
    a.stream = rao_stream_make(rao_test_seed(), 5), a.samples = 20000;
    OK(ctx, rao_family_eval(ctx, f, quantity, &a, &value, 0));
    return value;
}

/* Every quantity of `own` is that of `known`, which has the same coordinates. */
static void agree(rao_ctx *ctx, const rao_family *own, const rao_family *known, const double *p, const double *q, double tol, int kink) {
    int64_t m = rao_family_tangent(known, 0);
    double x[15], g[4], want[4], a[16], b[16];
    rao_quality quality;
    EXPECT_EQ(rao_family_tangent(own, 0), m);
    OK(ctx, rao_family_sample(ctx, known, 0, p, rao_stream_make(rao_test_seed(), 1), 0, 0, 15, x, 1));
    for (int i = 0; i < 15; i++) {
        EXPECT_CLOSE(ask(ctx, own, RAO_LOGPDF, p, NULL, &x[i], NULL), ask(ctx, known, RAO_LOGPDF, p, NULL, &x[i], NULL), tol);
        OK(ctx, rao_family_score(ctx, own, 0, p, &x[i], g));
        OK(ctx, rao_family_score(ctx, known, 0, p, &x[i], want));
        for (int64_t j = 0; j < m; j++) EXPECT_CLOSE(g[j], want[j], tol);
    }
    EXPECT_CLOSE(ask(ctx, own, RAO_ENTROPY, p, NULL, NULL, &quality), ask(ctx, known, RAO_ENTROPY, p, NULL, NULL, NULL), tol);
    EXPECT_TRUE(quality.method == RAO_QUADRATURE || quality.method == RAO_SERIES);
    EXPECT_TRUE(quality.error < 1e-9);
    EXPECT_CLOSE(ask(ctx, own, RAO_KL, p, q, NULL, NULL), ask(ctx, known, RAO_KL, p, q, NULL, NULL), tol);
    EXPECT_CLOSE(ask(ctx, own, RAO_CROSS_ENTROPY, p, q, NULL, NULL), ask(ctx, known, RAO_CROSS_ENTROPY, p, q, NULL, NULL), tol);
    rao_family_args args;
    rao_family_args_init(&args);
    args.p = rao_points_of(p, 0), args.q = rao_points_of(q, 0), args.quality = &quality;
    OK(ctx, rao_family_eval(ctx, own, RAO_KL_GRADIENT, &args, g, 0));
    OK(ctx, rao_family_eval(ctx, known, RAO_KL_GRADIENT, &args, want, 0));
    for (int64_t j = 0; j < m; j++) EXPECT_CLOSE(g[j], want[j], tol);
    OK(ctx, rao_family_fisher(ctx, known, 0, p, b));
    const int methods[] = {-1, RAO_QUADRATURE, RAO_KL_HESSIAN, RAO_MONTE_CARLO};
    for (size_t i = 0; i < COUNT(methods); i++) {
        args.method = methods[i], args.samples = 500;
        OK(ctx, rao_family_eval(ctx, own, RAO_FISHER, &args, a, 0));
        for (int64_t j = 0; j < m * m; j++) {
            double unit = sqrt(b[j / m * (m + 1)] * b[j % m * (m + 1)]), slack = tol;
            if (methods[i] == RAO_KL_HESSIAN) slack = kink ? 2e-3 : 1e-6;
            if (methods[i] == RAO_MONTE_CARLO) slack = 6 * quality.error / unit;
            if (!(fabs(a[j] - b[j]) <= slack * unit)) print_error("method %d entry %d: %.17g for %.17g\n", methods[i], (int)j, a[j], b[j]);
            EXPECT_TRUE(fabs(a[j] - b[j]) <= slack * unit);
        }
    }
}

/* Draws of `own` have the distribution function of `known`: a chi-square of twenty cells of the known sample's quantiles, at 6 standard deviations. */
static void draws_agree(rao_ctx *ctx, const rao_family *own, const rao_family *known, const double *p) {
    enum { N = 1000, CELLS = 20 };
    static double x[N], y[N];
    double edge[CELLS], chi = 0;
    int64_t have[CELLS] = {0}, want[CELLS] = {0};
    OK(ctx, rao_family_sample(ctx, own, 0, p, rao_stream_make(rao_test_seed(), 8), 0, 0, N, x, 1));
    OK(ctx, rao_family_sample(ctx, known, 0, p, rao_stream_make(rao_test_seed(), 9), 0, 0, N, y, 1));
    for (int i = 0; i < CELLS; i++) edge[i] = y[i * (N / CELLS)]; /* unsorted draws: any edges will do */
    for (int i = 0; i < N; i++) {
        int a = 0, b = 0;
        for (int j = 1; j < CELLS; j++) a += x[i] > edge[j], b += y[i] > edge[j];
        have[a]++, want[b]++;
    }
    int cells = 0;
    for (int i = 0; i < CELLS; i++) {
        if (have[i] + want[i] == 0) continue;
        double gap = (double)(have[i] - want[i]);
        chi += gap * gap / (double)(have[i] + want[i]), cells++;
    }
    EXPECT_TRUE(chi < cells + 6 * sqrt(2.0 * cells) + 12);
}

typedef struct spelling {
    const char *known;
    double fixed;
    rao_coordinate coordinates[2];
    int64_t count;
    const char *density, *log_density, *low, *high;
    int discrete;
    double p[2], q[2], tol;
} spelling;

#define REAL(name) \
    { name, -HUGE_VAL, HUGE_VAL }
#define POSITIVE(name) \
    { name, 0, HUGE_VAL }
static const spelling spellings[] = {
    {"normal",
     0,
     {REAL("mu"), POSITIVE("sigma")},
     2,
     NULL,
     "-log(2*pi)/2 - log(sigma) - ((x - mu)/sigma)^2/2",
     NULL,
     NULL,
     0,
     {0.7, 1.3},
     {-0.4, 2.1},
     1e-12},
    {"normal",
     0,
     {REAL("mu"), POSITIVE("sigma")},
     2,
     "exp(-((x - mu)/sigma)^2/2)/(sigma*sqrt(2*pi))",
     NULL,
     NULL,
     NULL,
     0,
     {1e3, 1e-3},
     {1e3, 2e-3},
     1e-9},
    {"laplace", 0, {REAL("mu"), POSITIVE("b")}, 2, "exp(-abs(x - mu)/b)/(2*b)", NULL, NULL, NULL, 0, {0.5, 2}, {-1, 1.5}, 1e-11},
    {"cauchy", 0, {REAL("x0"), POSITIVE("gamma")}, 2, "gamma/(pi*(gamma^2 + (x - x0)^2))", NULL, NULL, NULL, 0, {0.5, 2}, {-1, 1.5}, 1e-10},
    {"gumbel",
     0,
     {REAL("mu"), POSITIVE("beta")},
     2,
     NULL,
     "-log(beta) - (x - mu)/beta - exp(-(x - mu)/beta)",
     NULL,
     NULL,
     0,
     {0.5, 2},
     {1, 1.5},
     1e-11},
    {"exponential", 0, {POSITIVE("rate")}, 1, NULL, "log(rate) - rate*x", "0", NULL, 0, {2.5}, {0.3}, 1e-12},
    {"gamma",
     0,
     {POSITIVE("shape"), POSITIVE("rate")},
     2,
     NULL,
     "shape*log(rate) - lgamma(shape) + (shape - 1)*log(x) - rate*x",
     "0",
     "inf",
     0,
     {2.5, 1.5},
     {4, 0.5},
     1e-11},
    {"gamma",
     0,
     {POSITIVE("shape"), POSITIVE("rate")},
     2,
     NULL,
     "shape*log(rate) - lgamma(shape) + (shape - 1)*log(x) - rate*x",
     "0",
     "inf",
     0,
     {0.4, 3},
     {1.2, 4},
     1e-10},
    {"beta",
     0,
     {POSITIVE("a"), POSITIVE("b")},
     2,
     NULL,
     "(a - 1)*log(x) + (b - 1)*log1p(-x) - lbeta(a, b)",
     "0",
     "1",
     0,
     {2.5, 1.5},
     {1.2, 3},
     1e-10},
    {"weibull",
     0,
     {POSITIVE("shape"), POSITIVE("scale")},
     2,
     "shape/scale*(x/scale)^(shape - 1)*exp(-(x/scale)^shape)",
     NULL,
     "0",
     NULL,
     0,
     {1.7, 2},
     {1.5, 1.5},
     1e-10},
    {"pareto", 1.5, {POSITIVE("alpha")}, 1, "alpha*1.5^alpha/x^(alpha + 1)", NULL, "1.5", NULL, 0, {2.5}, {1.7}, 1e-10},
    {"poisson", 0, {POSITIVE("lambda")}, 1, NULL, "x*log(lambda) - lambda - lgamma(x + 1)", "0", NULL, 1, {3.5}, {2.5}, 1e-12},
    {"poisson", 0, {POSITIVE("lambda")}, 1, NULL, "x*log(lambda) - lambda - lgamma(x + 1)", "0", NULL, 1, {400}, {390}, 1e-11},
    {"geometric0", 0, {{"p", 0, 1}}, 1, "p*(1 - p)^x", NULL, "0", NULL, 1, {0.8}, {0.6}, 1e-12},
    {"binomial",
     12,
     {{"p", 0, 1}},
     1,
     NULL,
     "lgamma(13) - lgamma(x + 1) - lgamma(13 - x) + x*log(p) + (12 - x)*log1p(-p)",
     "0",
     "12",
     1,
     {0.3},
     {0.55},
     1e-12},
};

static void spelt_out_they_are_the_known_families(void **state) {
    (void)state;
    LAW("a density spelt as an expression answers as the built-in family: density, score, entropy, KL, gradients, Fisher by every method, "
        "draws");
    rao_ctx *ctx = rao_test_ctx();
    for (size_t i = 0; i < COUNT(spellings); i++) {
        const spelling *s = &spellings[i];
        rao_fixed fixed = {s->discrete ? "n" : "xm", s->fixed};
        rao_family *known = make(ctx, s->known, s->fixed > 0 ? &fixed : NULL);
        rao_family *own = define(ctx, s->coordinates, s->count, s->density, s->log_density, s->low, s->high, s->discrete, 0);
        printf("%s\n", s->known), fflush(stdout);
        agree(ctx, own, known, s->p, s->q, s->tol, !strcmp(s->known, "laplace"));
        draws_agree(ctx, own, known, s->p);
        rao_family_destroy(&own), rao_family_destroy(&known);
    }
    rao_test_ctx_close(&ctx);
}

static void at_every_scale(void **state) {
    (void)state;
    LAW("the entropy of a density on a half-line is that of the known family at every scale of the mass");
    static const struct {
        const char *known, *log_density;
        rao_coordinate coordinates[2];
        double p[2];
        int64_t count, scale; /* the coordinate that is a scale (1) or a rate (-1) in `power` */
        double power;
    } rows[] = {
        {"exponential", "log(rate) - rate*x", {POSITIVE("rate")}, {1}, 1, 0, -1},
        {"gamma",
         "shape*log(rate) - lgamma(shape) + (shape - 1)*log(x) - rate*x",
         {POSITIVE("shape"), POSITIVE("rate")},
         {0.5, 1},
         2,
         1,
         -1},
        {"gamma", "shape*log(rate) - lgamma(shape) + (shape - 1)*log(x) - rate*x", {POSITIVE("shape"), POSITIVE("rate")}, {3, 1}, 2, 1, -1},
        {"weibull",
         "log(shape/scale) + (shape - 1)*log(x/scale) - (x/scale)^shape",
         {POSITIVE("shape"), POSITIVE("scale")},
         {0.7, 1},
         2,
         1,
         1},
        {"rayleigh", "log(x) - 2*log(sigma) - (x/sigma)^2/2", {POSITIVE("sigma")}, {1}, 1, 0, 1},
    };
    rao_ctx *ctx = rao_test_ctx();
    for (size_t i = 0; i < COUNT(rows); i++) {
        rao_family *known = make(ctx, rows[i].known, NULL);
        rao_family *own = define(ctx, rows[i].coordinates, rows[i].count, NULL, rows[i].log_density, "0", NULL, 0, 0);
        for (int e = -120; e <= 120; e += e > -30 && e < 30 ? 1 : 15) {
            double p[2] = {rows[i].p[0], rows[i].p[1]};
            p[rows[i].scale] = pow(2, rows[i].power * e);
            double want = ask(ctx, known, RAO_ENTROPY, p, NULL, NULL, NULL), got = ask(ctx, own, RAO_ENTROPY, p, NULL, NULL, NULL);
            EXPECT_CLOSE(got, want, 1e-10);
        }
        rao_family_destroy(&own), rao_family_destroy(&known);
    }
    rao_test_ctx_close(&ctx);
}

/* ---- the other two forms of a density ---- */

static rao_status normal_dual(rao_ctx *ctx, void *arg, const rao_dual *p, const double *x, rao_dual *out) {
    (void)ctx, (void)arg;
    rao_dual z = rao_dual_div(rao_dual_sub(rao_dual_constant(x[0]), p[0]), p[1]);
    *out = rao_dual_shift(rao_dual_neg(rao_dual_add(rao_dual_scale(rao_dual_mul(z, z), 0.5), rao_dual_log(p[1]))), -0.91893853320467274178);
    return RAO_OK;
}

static rao_status normal_scored(rao_ctx *ctx, void *arg, const double *p, const double *x, double *log_density, double *score) {
    double z = (x[0] - p[0]) / p[1];
    (void)ctx, (*(int *)arg)++;
    *log_density = -0.5 * z * z - log(p[1]) - 0.91893853320467274178;
    if (score) score[0] = z / p[1], score[1] = (z * z - 1) / p[1];
    return RAO_OK;
}

static void functions_of_c(void **state) {
    (void)state;
    LAW("a density over dual numbers and one with its score answer as the expression does");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *known = make(ctx, "normal", NULL), *f = NULL;
    const double p[2] = {-3, 0.25}, q[2] = {-2.5, 0.5};
    int calls = 0;
    rao_family_definition d;
    rao_family_definition_init(&d);
    d.name = "bell", d.coordinates = mu_sigma, d.coordinate_count = 2, d.dual = normal_dual;
    OK(ctx, rao_family_define(ctx, &d, &f));
    EXPECT_TRUE(!strcmp(rao_family_describe(f)->name, "bell") && rao_family_chart_count(f) == 1 &&
                !strcmp(rao_family_chart_name(f, 0), "own"));
    char name[RAO_COORD_NAME];
    OK(ctx, rao_family_coord_name(ctx, f, 0, 1, name));
    EXPECT_TRUE(!strcmp(name, "sigma"));
    agree(ctx, f, known, p, q, 1e-12, 0);
    rao_family_destroy(&f);
    d.dual = NULL, d.scored = normal_scored, d.arg = &calls;
    OK(ctx, rao_family_define(ctx, &d, &f));
    agree(ctx, f, known, p, q, 1e-12, 0);
    EXPECT_TRUE(calls > 100);
    rao_family_destroy(&f), rao_family_destroy(&known);
    rao_test_ctx_close(&ctx);
}

/* Two independent exponentials of rates p[0] and p[1]. */
static rao_status pair_scored(rao_ctx *ctx, void *arg, const double *p, const double *x, double *log_density, double *score) {
    (void)ctx, (void)arg;
    *log_density = x[0] >= 0 && x[1] >= 0 ? log(p[0]) + log(p[1]) - p[0] * x[0] - p[1] * x[1] : -HUGE_VAL;
    if (score) score[0] = 1 / p[0] - x[0], score[1] = 1 / p[1] - x[1];
    return RAO_OK;
}

static rao_status pair_draw(rao_ctx *ctx, void *arg, const double *p, rao_stream stream, double *x) {
    (void)ctx, (void)arg;
    for (uint64_t i = 0; i < 2; i++) x[i] = -log(rao_uniform_at(stream, 0, i)) / p[i];
    return RAO_OK;
}

static void several_variables(void **state) {
    (void)state;
    LAW("in several variables every answer is an average over the user's draws, within five of its standard errors; the same on any number "
        "of threads");
    rao_ctx *ctx = rao_test_ctx(), *two = rao_test_ctx_threads(2);
    const rao_coordinate rates[2] = {{"a", 0, HUGE_VAL}, {"b", 0, HUGE_VAL}};
    rao_family *f = NULL, *spelt = NULL;
    rao_family_definition d;
    rao_family_definition_init(&d);
    d.coordinates = rates, d.coordinate_count = 2, d.scored = pair_scored, d.draw = pair_draw, d.dimension = 2;
    OK(ctx, rao_family_define(ctx, &d, &f));
    d.scored = NULL, d.log_density = "log(a) + log(b) - a*x_1 - b*x_2";
    OK(ctx, rao_family_define(ctx, &d, &spelt));
    EXPECT_EQ(rao_family_observation(f), 2);
    const double p[2] = {2, 0.5}, q[2] = {1, 1}, x[2] = {0.25, 3};
    rao_quality quality;
    EXPECT_CLOSE(ask(ctx, spelt, RAO_LOGPDF, p, NULL, x, NULL), ask(ctx, f, RAO_LOGPDF, p, NULL, x, NULL), 1e-15);
    double kl = log(2) - 0.5 + (log(0.5) + 1), got = ask(ctx, f, RAO_KL, p, q, NULL, &quality);
    EXPECT_EQ(quality.method, RAO_MONTE_CARLO);
    EXPECT_TRUE(fabs(got - kl) < 5 * quality.error && quality.error > 0);
    EXPECT_TRUE(got == ask(two, f, RAO_KL, p, q, NULL, NULL));
    got = ask(ctx, spelt, RAO_ENTROPY, p, NULL, NULL, &quality);
    EXPECT_TRUE(fabs(got - 2) < 5 * quality.error); /* 1 - log 2 + 1 - log 1/2 */
    double m[4], c[2], error[2];
    rao_family_args a;
    rao_family_args_init(&a);
    a.p = rao_points_of(p, 0), a.quality = &quality;
    OK(ctx, rao_family_eval(ctx, f, RAO_FISHER, &a, m, 0));
    EXPECT_TRUE(fabs(m[0] - 0.25) < 5 * quality.error && fabs(m[3] - 4) < 5 * quality.error && fabs(m[1]) < 5 * quality.error);
    static double draws[4000], others[4000];
    OK(ctx, rao_family_sample(ctx, f, 0, p, rao_stream_make(rao_test_seed(), 3), 0, 0, 2000, draws, 2));
    OK(two, rao_family_sample(two, spelt, 0, p, rao_stream_make(rao_test_seed(), 3), 0, 0, 2000, others, 2));
    EXPECT_TRUE(!memcmp(draws, others, sizeof draws));
    OK(ctx, rao_family_mle(ctx, f, 0, 2000, rao_points_of(draws, 2), NULL, c, error, NULL));
    double mean = 0;
    for (int i = 0; i < 2000; i++) mean += draws[2 * i] / 2000;
    EXPECT_REL(c[0], 1 / mean, 1e-10);
    EXPECT_REL(error[0], c[0] / sqrt(2000), 0.05); /* by a Fisher matrix over draws */
    rao_family_destroy(&f), rao_family_destroy(&spelt);
    rao_test_ctx_close(&two), rao_test_ctx_close(&ctx);
}

/* ---- what a definition brings along ---- */

static void densities_without_their_constant(void **state) {
    (void)state;
    LAW("divided by its integral, a density without its constant is the family with it");
    rao_ctx *ctx = rao_test_ctx();
    const rao_coordinate shape_rate[2] = {{"shape", 0, HUGE_VAL}, {"rate", 0, HUGE_VAL}}, lambda = {"lambda", 0, HUGE_VAL},
                         ends[2] = {{"a", -HUGE_VAL, HUGE_VAL}, {"b", -HUGE_VAL, HUGE_VAL}};
    rao_family *known = make(ctx, "gamma", NULL), *f = define(ctx, shape_rate, 2, "x^(shape - 1)*exp(-rate*x)", NULL, "0", NULL, 0, 1);
    agree(ctx, f, known, (double[]){2.5, 1.5}, (double[]){4, 0.5}, 1e-10, 0);
    rao_family_destroy(&f), rao_family_destroy(&known);
    known = make(ctx, "poisson", NULL), f = define(ctx, &lambda, 1, NULL, "x*log(lambda) - lgamma(x + 1) + 1000", "0", NULL, 1, 1);
    agree(ctx, f, known, (double[]){3.5}, (double[]){2.5}, 1e-11, 0);
    rao_family_destroy(&f), rao_family_destroy(&known);
    LAW("a moving end carries mass into the constant: the triangle (x - a)(b - x) on (a, b) has the score of the beta law it is");
    f = define(ctx, ends, 2, "(x - a)*(b - x)", NULL, "a", "b", 0, 1);
    const double p[2] = {-1, 3}, x = 1.5;
    double g[2];
    EXPECT_CLOSE(ask(ctx, f, RAO_LOGPDF, p, NULL, &x, NULL), log(6 * 2.5 * 1.5 / 64), 1e-13);
    OK(ctx, rao_family_score(ctx, f, 0, p, &x, g));
    EXPECT_CLOSE(g[0], -1 / 2.5 + 3.0 / 4, 1e-12);
    EXPECT_CLOSE(g[1], 1 / 1.5 - 3.0 / 4, 1e-12);
    rao_family_destroy(&f);
    f = define(ctx, ends, 2, "1", NULL, "a", "b", 0, 1);
    OK(ctx, rao_family_score(ctx, f, 0, p, &x, g));
    EXPECT_CLOSE(g[0], 0.25, 1e-13);
    EXPECT_CLOSE(ask(ctx, f, RAO_ENTROPY, p, NULL, NULL, NULL), log(4), 1e-13);
    double m[4];
    EXPECT_FAIL(ctx, rao_family_fisher(ctx, f, 0, p, m), RAO_EDOMAIN, "not a regular family here (the support moves");
    rao_family_destroy(&f);
    f = define(ctx, ends, 1, "exp(a*x)", NULL, NULL, NULL, 0, 1);
    double value;
    EXPECT_FAIL(ctx, rao_family_entropy(ctx, f, 0, p, &value), RAO_EDOMAIN, "integral of the density is inf");
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void far_pairs_do_not_underflow(void **state) {
    (void)state;
    LAW("KL of densities that underflow under each other: the logarithm is taken apart");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = define(ctx, mu_sigma, 2, "exp(-((x - mu)/sigma)^2/2)/(sigma*sqrt(2*pi))", NULL, NULL, NULL, 0, 0), *m = NULL;
    EXPECT_REL(ask(ctx, f, RAO_KL, (double[]){0, 1}, (double[]){200, 1}, NULL, NULL), 20000, 1e-12);
    EXPECT_REL(ask(ctx, f, RAO_KL, (double[]){1e5, 1e-2}, (double[]){0, 1}, NULL, NULL), 0.5e10, 1e-9);
    LAW("narrow modes far apart are all seen");
    rao_family *comb = define(
        ctx, mu_sigma, 2,
        "(exp(-((x - mu)/sigma)^2/2) + exp(-((x - mu - 1)/sigma)^2/2) + exp(-((x - mu - 2)/sigma)^2/2) + exp(-((x - mu - 8)/sigma)^2/2) + "
        "exp(-((x - mu + 32)/sigma)^2/2))/(5*sigma*sqrt(2*pi))",
        NULL, NULL, NULL, 0, 0);
    EXPECT_CLOSE(ask(ctx, comb, RAO_ENTROPY, (double[]){3, 1e-3}, NULL, NULL, NULL),
                 log(5) + 0.5 * log(2 * 3.14159265358979323846) + 0.5 + log(1e-3), 1e-10);
    rao_family_destroy(&comb);
    LAW("a family of one's own is a component like any other, and outlives the handle it came from");
    rao_family *laplace = make(ctx, "laplace", NULL);
    const rao_family *parts[2] = {f, laplace};
    OK(ctx, rao_family_mixture(ctx, 2, parts, &m));
    rao_family_destroy(&f);
    const double p[6] = {0.3, 0.7, -500, 0.1, 500, 2};
    double want = 0.3 * (0.5 * log(2 * 3.14159265358979323846) + 0.5 + log(0.1)) + 0.7 * (1 + log(4)) - 0.3 * log(0.3) - 0.7 * log(0.7);
    EXPECT_CLOSE(ask(ctx, m, RAO_ENTROPY, p, NULL, NULL, NULL), want, 1e-11);
    double x[50];
    OK(ctx, rao_family_sample(ctx, m, 0, p, rao_stream_make(1, 1), 0, 0, 50, x, 1));
    for (int i = 0; i < 50; i++) EXPECT_TRUE(fabs(x[i] + 500) < 1 || fabs(x[i] - 500) < 100);
    rao_family_destroy(&m), rao_family_destroy(&laplace);
    rao_test_ctx_close(&ctx);
}

static void fits_its_draws(void **state) {
    (void)state;
    LAW("the maximum likelihood estimate is the built-in family's, wherever the data lie; its standard errors too");
    rao_ctx *ctx = rao_test_ctx();
    enum { N = 300 };
    static double x[N];
    for (size_t i = 0; i < COUNT(spellings); i++) {
        const spelling *s = &spellings[i];
        rao_fixed fixed = {s->discrete ? "n" : "xm", s->fixed};
        if (!strcmp(s->known, "laplace")) continue; /* its likelihood has kinks at the observations */
        rao_family *known = make(ctx, s->known, s->fixed > 0 ? &fixed : NULL),
                   *own = define(ctx, s->coordinates, s->count, s->density, s->log_density, s->low, s->high, s->discrete, 0);
        double c[2], want[2], error[2], want_error[2], l, want_l;
        OK(ctx, rao_family_sample(ctx, known, 0, s->p, rao_stream_make(rao_test_seed(), 40), 0, 0, N, x, 1));
        OK(ctx, rao_family_mle(ctx, known, 0, N, rao_points_of(x, 1), NULL, want, want_error, &want_l));
        OK(ctx, rao_family_mle(ctx, own, 0, N, rao_points_of(x, 1), NULL, c, error, &l));
        for (int64_t j = 0; j < s->count; j++) {
            EXPECT_TRUE(fabs(c[j] - want[j]) <= 1e-6 * want_error[j]); /* of the spread that the estimate has anyway */
            EXPECT_REL(error[j], want_error[j], 1e-6);
        }
        EXPECT_CLOSE(l, want_l, 1e-8);
        rao_family_destroy(&own), rao_family_destroy(&known);
    }
    rao_test_ctx_close(&ctx);
}

static rao_status nothing(rao_ctx *ctx, void *arg, const double *p, const double *x, double *log_density, double *score) {
    (void)arg, (void)p, (void)score;
    if (x[0] > 1) return rao_fail(ctx, RAO_EIO, "the table ends at 1");
    *log_density = (double)NAN;
    return RAO_OK;
}

static void bad_definitions_are_named(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = NULL;
    rao_family_definition d;
    const rao_coordinate wrong[1] = {{"sigma", 1, 1}}, x_named[1] = {{"x", 0, 1}}, twice[2] = {{"a", 0, 1}, {"a", 0, 1}};
    rao_family_definition_init(&d);
    d.coordinates = mu_sigma, d.coordinate_count = 2;
    EXPECT_FAIL(ctx, rao_family_define(ctx, NULL, &f), RAO_EINVAL, "NULL");
    EXPECT_FAIL(ctx, rao_family_define(ctx, &d, &f), RAO_EINVAL, "0 densities are given");
    d.density = "exp(-x", d.log_density = "-x";
    EXPECT_FAIL(ctx, rao_family_define(ctx, &d, &f), RAO_EINVAL, "2 densities are given");
    d.log_density = NULL;
    EXPECT_FAIL(ctx, rao_family_define(ctx, &d, &f), RAO_EINVAL, "column 7");
    d.density = "exp(-x*sigm)";
    EXPECT_FAIL(ctx, rao_family_define(ctx, &d, &f), RAO_EINVAL, "nearest is \"sigma\"");
    d.density = "exp(-x)", d.low = "x";
    EXPECT_FAIL(ctx, rao_family_define(ctx, &d, &f), RAO_EINVAL, "unknown name \"x\"");
    d.low = NULL, d.coordinates = wrong, d.coordinate_count = 1;
    EXPECT_FAIL(ctx, rao_family_define(ctx, &d, &f), RAO_EINVAL, "sigma lies between 1 and 1");
    d.coordinates = x_named;
    EXPECT_FAIL(ctx, rao_family_define(ctx, &d, &f), RAO_EINVAL, "both \"x\"");
    d.coordinates = twice, d.coordinate_count = 2;
    EXPECT_FAIL(ctx, rao_family_define(ctx, &d, &f), RAO_EINVAL, "both \"a\"");
    d.coordinate_count = 0;
    EXPECT_FAIL(ctx, rao_family_define(ctx, &d, &f), RAO_EINVAL, "0 coordinates");
    d.coordinates = mu_sigma, d.coordinate_count = 2, d.dimension = 2;
    EXPECT_FAIL(ctx, rao_family_define(ctx, &d, &f), RAO_EINVAL, "want draw");
    EXPECT_TRUE(f == NULL);
    d.dimension = 1, d.density = "x*sigma", d.low = "mu", d.high = "1";
    OK(ctx, rao_family_define(ctx, &d, &f));
    double value, m[4];
    EXPECT_FAIL(ctx, rao_family_entropy(ctx, f, 0, (double[]){0.5, -1}, &value), RAO_EDOMAIN, "own: sigma = -1, want > 0");
    EXPECT_FAIL(ctx, rao_family_entropy(ctx, f, 0, (double[]){2, 1}, &value), RAO_EDOMAIN, "support runs from 2 to 1");
    EXPECT_FAIL(ctx, rao_family_entropy(ctx, f, 0, (double[]){-1, 1}, &value), RAO_EDOMAIN, "want >= 0");
    EXPECT_FAIL(ctx, rao_family_fisher(ctx, f, 0, (double[]){0.5, 8 / 3.0}, m), RAO_EDOMAIN, "support moves");
    rao_family_args a;
    rao_family_args_init(&a);
    a.p = rao_points_of((const double[]){0.5, 8 / 3.0}, 0);
    EXPECT_FAIL(ctx, rao_family_eval(ctx, f, RAO_LOG_PARTITION, &a, &value, 0), RAO_EUNABLE, "not an exponential family");
    rao_family_destroy(&f);
    LAW("what a user's function says reaches the caller");
    d.density = NULL, d.low = d.high = NULL, d.scored = nothing;
    OK(ctx, rao_family_define(ctx, &d, &f));
    const double p[2] = {0, 1}, one = 1, two = 2;
    EXPECT_FAIL(ctx, rao_family_logpdf(ctx, f, 0, p, &one, &value), RAO_EDOMAIN, "NaN at x = 1");
    EXPECT_FAIL(ctx, rao_family_logpdf(ctx, f, 0, p, &two, &value), RAO_EIO, "the table ends at 1");
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static rao_status every_way(rao_ctx *ctx, void *arg) {
    rao_status st;
    rao_family *f = NULL;
    double value, m[4], x[3];
    const double p[2] = {0.5, 1.5};
    rao_family_definition d;
    (void)arg;
    rao_family_definition_init(&d);
    d.coordinates = mu_sigma, d.coordinate_count = 2, d.density = "exp(-((x - mu)/sigma)^2/2)", d.unnormalised = 1;
    RAO_TRY(rao_family_define(ctx, &d, &f));
    RAO_TRY(rao_family_entropy(ctx, f, 0, p, &value));
    RAO_TRY(rao_family_fisher(ctx, f, 0, p, m));
    RAO_TRY(rao_family_sample(ctx, f, 0, p, rao_stream_make(1, 1), 0, 0, 3, x, 1));
done:
    rao_family_destroy(&f);
    return st;
}

static void allocation_failures(void **state) {
    (void)state;
    LAW("every failed allocation is told, and nothing leaks");
    rao_test_every_allocation_fails(every_way, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spelt_out_they_are_the_known_families),
        cmocka_unit_test(at_every_scale),
        cmocka_unit_test(functions_of_c),
        cmocka_unit_test(several_variables),
        cmocka_unit_test(densities_without_their_constant),
        cmocka_unit_test(far_pairs_do_not_underflow),
        cmocka_unit_test(fits_its_draws),
        cmocka_unit_test(bad_definitions_are_named),
        cmocka_unit_test(allocation_failures),
    };
    return rao_test_run("family: of one's own", tests, COUNT(tests));
}
