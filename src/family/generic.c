/* generic.c - Fisher matrices that need no closed form: as expectations (numerical.c), and as the Hessian of KL. */
#include "family/generic.h"

#include <math.h>
#include <string.h>

static int64_t tangent(const family_item *it) { return it->f->tangents[chart_number(it->f, it->chart)]; }

rao_status rao_score_in_chart(rao_ctx *ctx, const family_item *it, double *g) {
    memset(g, 0, sizeof *g * (size_t)tangent(it));
    if (it->chart->score) it->chart->score(it->f, it->p, it->x, g);
    else RAO_OR_RETURN(rao_pull_back(ctx, it, g, NULL));
    return isnan(g[0]) ? rao_no_value(ctx, it->f, it->p, it->x) : RAO_OK;
}

/* ---- Hessian of KL(p : q) in q at q = p, by central differences of its gradient -------------------------------- */

static rao_status gradient_at(rao_ctx *ctx, const family_item *it, const double *c, double *state, double *g) {
    family_item moved = *it;
    rao_quality quality = {RAO_CLOSED, 0};
    rao_status st = it->chart->load(ctx, it->f, c, state);
    if (st) return st;
    moved.q = state;
    memset(g, 0, sizeof *g * (size_t)tangent(it));
    if (it->chart->kl_gradient) return it->chart->kl_gradient(it->f, it->p, state, g), RAO_OK;
    if (it->f->table->kl_gradient) return rao_pull_back(ctx, &moved, g, it->f->table->kl_gradient);
    return rao_generic_kl_gradient(ctx, &moved, g, &quality);
}

/* Row j of the Hessian with steps h and h/2, extrapolated: (4 D(h/2) - D(h)) / 3. *error: the size of the correction. */
static rao_status hessian_row(rao_ctx *ctx, const family_item *it, double *c, int64_t j, double h, double *state, double *g[2], double *row,
                              double *error) {
    int64_t m = tangent(it);
    double at = c[j];
    memset(row, 0, sizeof *row * (size_t)m);
    for (int half = 0; half < 2; half++) {
        double step = half ? h / 2 : h, up = at + step, down = at - step;
        rao_status st;
        c[j] = up;
        if ((st = gradient_at(ctx, it, c, state, g[0]))) return st;
        c[j] = down;
        if ((st = gradient_at(ctx, it, c, state, g[1]))) return st;
        c[j] = at;
        for (int64_t i = 0; i < m; i++) {
            double slope = (g[0][i] - g[1][i]) / (up - down);
            if (half) *error = fmax(*error, fabs(slope - row[i]) / 3);
            row[i] = half ? (4 * slope - row[i]) / 3 : slope;
        }
    }
    return RAO_OK;
}

static rao_status fisher_by_kl(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    rao_status st;
    int64_t m = tangent(it), n = it->f->coords[chart_number(it->f, it->chart)];
    double *c, *state, *g[2], error = 0;
    rao_mark mark = rao_scratch_mark(ctx);
    if (n != m)
        RAO_TRY(rao_fail(ctx, RAO_EUNABLE, "%s: the Hessian of KL needs a chart whose coordinates are free; want natural",
                         it->f->table->info.name));
    RAO_TRY(rao_scratch(ctx, n, &c));
    RAO_TRY(rao_scratch(ctx, it->f->state, &state));
    RAO_TRY(rao_scratch(ctx, m, &g[0]));
    RAO_TRY(rao_scratch(ctx, m, &g[1]));
    RAO_TRY(it->chart->store(ctx, it->f, it->p, c));
    double *fisher;
    RAO_TRY(rao_scratch(ctx, m * m, &fisher));
    memset(fisher, 0, sizeof *fisher * (size_t)(m * m));
    for (int64_t j = 0; j < m; j++) {
        /* first with a millionth of the coordinate, to learn how far 1/200 of a Fisher unit is; then that far: truncation h^4, rounding eps / h */
        double h = (c[j] != 0 ? fabs(c[j]) : 1) * 1e-6, trial = 0;
        RAO_TRY(hessian_row(ctx, it, c, j, h, state, g, fisher + j * m, &trial));
        if (fisher[j * m + j] > 0) h = 5e-3 / sqrt(fisher[j * m + j]);
        RAO_TRY(hessian_row(ctx, it, c, j, h, state, g, fisher + j * m, &error));
    }
    for (int64_t a = 0; a < m; a++)
        for (int64_t b = 0; b < m; b++) out[a * m + b] = 0.5 * (fisher[a * m + b] + fisher[b * m + a]);
    quality->method = RAO_KL_HESSIAN;
    quality->error = error;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_generic_fisher(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    int method = it->args->method <= RAO_CLOSED ? RAO_QUADRATURE : it->args->method;
    switch (method) {
    case RAO_MONTE_CARLO: return rao_fisher_by_expectation(ctx, it, 1, out, quality);
    case RAO_KL_HESSIAN: return fisher_by_kl(ctx, it, out, quality);
    case RAO_QUADRATURE: return rao_fisher_by_expectation(ctx, it, 0, out, quality);
    default:
        return rao_fail(ctx, RAO_EINVAL, "%s: fisher by method %d (%s), want closed form, quadrature, monte carlo or kl hessian",
                        it->f->table->info.name, method, rao_method_name((rao_method)method));
    }
}
