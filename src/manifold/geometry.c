/* geometry.c - which family has which geometry: the one table. */
#include "manifold/geometry.h"

#define SPACE(name, of) \
    { .table = &rao_table_##name, .space = &rao_space_##of }
#define LINE(name, map) \
    { .table = &rao_table_##name, .space = &rao_space_line, .line = &rao_line_##map }
#define HALF(name, map) \
    { .table = &rao_table_##name, .space = &rao_space_half, .half = &rao_half_##map }
#define OPEN(name, why) \
    { .table = &rao_table_##name, .reason = why }

static const geometry rows[] = {
    HALF(normal, normal),
    HALF(isotropic_normal, isotropic),
    HALF(diagonal_normal, diagonal),
    HALF(lognormal, lognormal),
    HALF(cauchy, standard),
    HALF(student_t, standard),
    HALF(laplace, standard),
    HALF(logistic, standard),
    HALF(gumbel, standard),
    HALF(weibull, weibull),
    HALF(inverse_gaussian, inverse_gaussian),
    LINE(exponential, rate),
    LINE(rayleigh, rayleigh),
    LINE(pareto, pareto),
    LINE(poisson, poisson),
    LINE(bernoulli, trial),
    LINE(binomial, trial),
    LINE(geometric, waiting),
    LINE(geometric0, waiting),
    LINE(negative_binomial, waiting),
    SPACE(categorical, sphere),
    SPACE(multinomial, sphere),
    SPACE(wishart, cone),
    SPACE(mvn, mvn),
    SPACE(gamma, solved),
    SPACE(inverse_gamma, solved),
    SPACE(beta, solved),
    SPACE(dirichlet, solved),
    SPACE(von_mises, solved),
    OPEN(normal_mixture3, "its geodesics have no closed form, and the metric is singular where a component vanishes"),
};

const geometry *rao_geometry_of(const rao_family *f) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].table == f->table) return &rows[i];
    return NULL;
}

rao_status rao_geometry_find(rao_ctx *ctx, const rao_family *f, const char *what, const model_space **space) {
    const char *name = f->table->info.name;
    const geometry *row = rao_geometry_of(f);
    if (f->table->irregular) return rao_fail(ctx, RAO_EDOMAIN, "%s: %s", name, f->table->irregular);
    if (!row) return rao_fail(ctx, RAO_EUNABLE, "%s: no %s: nothing is known of its geodesics", name, what);
    if (!row->space) return rao_fail(ctx, RAO_EUNABLE, "%s: no %s: %s", name, what, row->reason);
    *space = row->space;
    return RAO_OK;
}

rao_status rao_geometry_left(rao_ctx *ctx, const rao_family *f) {
    return rao_fail(ctx, RAO_EDOMAIN, "%s: the geodesic reaches the edge of the family before this point", f->table->info.name);
}

rao_status rao_geometry_extend(rao_ctx *ctx, const rao_family *f, const model_space *space, int64_t n, const double *p, const double *q,
                               double t, double *out, rao_quality *quality) {
    rao_status st;
    const double *from = t < 0.5 ? p : q, *to = t < 0.5 ? q : p;
    double *v;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, n, &v));
    RAO_TRY(space->log(ctx, f, from, to, v, quality));
    for (int64_t i = 0; i < n; i++) v[i] *= t < 0.5 ? t : 1 - t;
    RAO_TRY(space->exp(ctx, f, from, v, out, quality));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
