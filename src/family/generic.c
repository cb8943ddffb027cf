/* generic.c - Fisher matrices that need no closed form: as expectations (numerical.c), as the Hessian of KL (kl_hessian.c), as averages over data. */
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

/* ---- from data ------------------------------------------------------------------------------------------------- */

/* Weighted mean of score score^T over the data, and the largest standard error of its entries. */
static rao_status over_data(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    rao_status st = RAO_OK;
    const rao_family_args *a = it->args;
    int64_t m = tangent(it);
    double *g, *squares, total = 0, most = 0;
    family_item at = *it;
    if (a->data_count < 1 || !a->data.data)
        return rao_fail(ctx, RAO_EINVAL, "%s: the empirical Fisher matrix needs data", it->f->table->info.name);
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, m, &g));
    RAO_TRY(rao_scratch(ctx, m * m, &squares));
    memset(squares, 0, sizeof *squares * (size_t)(m * m));
    for (int64_t i = 0; i < a->data_count; i++) { /* West 1979: running weighted means and squares */
        double w = a->data_weights ? a->data_weights[i] : 1;
        at.x = a->data.data + i * a->data.stride;
        if (!(w >= 0 && w < INF))
            RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: weight of observation %lld is %g, want >= 0", it->f->table->info.name, (long long)i + 1,
                             w));
        if (!it->f->table->possible(it->f, at.x) || it->f->table->logpdf(it->f, it->p, at.x) == -INF)
            RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: observation %lld, x = %.17g%s, has density 0 at p", it->f->table->info.name,
                             (long long)i + 1, at.x[0], it->f->observation > 1 ? ", ..." : ""));
        if (w == 0) continue;
        RAO_TRY(rao_score_in_chart(ctx, &at, g));
        total += w;
        for (int64_t j = 0; j < m * m; j++) {
            double term = g[j / m] * g[j % m], delta = term - out[j];
            out[j] += delta * (w / total);
            squares[j] += w * delta * (term - out[j]);
        }
    }
    if (!(total > 0)) RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: the weights of the data sum to zero", it->f->table->info.name));
    for (int64_t j = 0; j < m * m; j++) most = fmax(most, squares[j]);
    *quality = (rao_quality){RAO_EMPIRICAL, sqrt(most) / total};
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_generic_fisher(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    int method = it->args->method <= RAO_CLOSED ? RAO_QUADRATURE : it->args->method;
    switch (method) {
    case RAO_MONTE_CARLO: return rao_fisher_by_expectation(ctx, it, 1, out, quality);
    case RAO_KL_HESSIAN: return rao_fisher_by_kl(ctx, it, out, quality);
    case RAO_QUADRATURE: return rao_fisher_by_expectation(ctx, it, 0, out, quality);
    case RAO_EMPIRICAL: return over_data(ctx, it, out, quality);
    default:
        return rao_fail(ctx, RAO_EINVAL, "%s: fisher by method %d (%s), want closed form, quadrature, monte carlo, empirical or kl hessian",
                        it->f->table->info.name, method, rao_method_name((rao_method)method));
    }
}
