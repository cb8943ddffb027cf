/* scoring.c - maximum likelihood where it has no closed form: Fisher scoring c += F^-1 g with step halving (R. A. Fisher 1925), and quantiles to start from. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "family/generic.h"

/* ---- quantiles ----------------------------------------------------------------------------------------------- */

typedef struct weighted {
    double x, weight;
} weighted;

static int ascending(const void *a, const void *b) {
    double x = ((const weighted *)a)->x, y = ((const weighted *)b)->x;
    return (x > y) - (x < y);
}

rao_status rao_data_quantiles(rao_ctx *ctx, const family_data *data, int of_logarithms, int64_t n, const double *u, double *out) {
    rao_status st;
    weighted *sorted;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, data->n, &sorted));
    for (int64_t i = 0; i < data->n; i++) {
        double x = data_row(data, i)[0];
        sorted[i] = (weighted){of_logarithms ? log(x) : x, data_weight(data, i)};
    }
    qsort(sorted, (size_t)data->n, sizeof *sorted, ascending);
    for (int64_t j = 0; j < n; j++) {
        double sum = 0;
        int64_t i = 0;
        while (i < data->n - 1 && (sum += sorted[i].weight) < u[j] * data->total) i++;
        /* on the boundary between two observations every point between them is a quantile: the middle */
        out[j] = i + 1 < data->n && sum == u[j] * data->total ? 0.5 * (sorted[i].x + sorted[i + 1].x) : sorted[i].x;
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* ---- scoring ------------------------------------------------------------------------------------------------- */

typedef struct climb {
    const rao_family *f;
    const family_data *data;
    int64_t m;
    double *state, *g, *fisher, *step, *trial, *sum;
} climb;

/* Mean log likelihood and mean score at c. */
static rao_status look(rao_ctx *ctx, climb *k, const double *c, double *value) {
    double sum = 0, rest = 0;
    RAO_OR_RETURN(k->f->table->charts[0].load(ctx, k->f, c, k->state));
    for (int64_t i = 0; i < k->data->n; i++) {
        double term = data_weight(k->data, i) * k->f->table->logpdf(k->f, k->state, data_row(k->data, i)), next = sum + term;
        rest += fabs(sum) >= fabs(term) ? (sum - next) + term : (term - next) + sum;
        sum = next;
    }
    *value = (sum + rest) / k->data->total;
    return RAO_OK;
}

static rao_status slope(rao_ctx *ctx, climb *k, const double *c) {
    RAO_OR_RETURN(k->f->table->charts[0].load(ctx, k->f, c, k->state));
    memset(k->sum, 0, sizeof *k->sum * (size_t)k->m);
    for (int64_t i = 0; i < k->data->n; i++) {
        double w = data_weight(k->data, i) / k->data->total;
        if (w == 0) continue;
        memset(k->g, 0, sizeof *k->g * (size_t)k->m);
        k->f->table->score(k->f, k->state, data_row(k->data, i), k->g);
        for (int64_t j = 0; j < k->m; j++) k->sum[j] += w * k->g[j];
    }
    memset(k->fisher, 0, sizeof *k->fisher * (size_t)(k->m * k->m));
    k->f->table->fisher(k->f, k->state, k->fisher);
    return RAO_OK;
}

/* step = F^-1 g; *decrement = g F^-1 g. */
static rao_status direction(rao_ctx *ctx, climb *k, double *decrement) {
    rao_mat f = rao_mat_view(RAO_F64, k->m, k->m, k->m, k->fisher), x = rao_mat_view(RAO_F64, k->m, 1, 1, k->step);
    memcpy(k->step, k->sum, sizeof *k->step * (size_t)k->m);
    RAO_OR_RETURN(rao_cholesky(ctx, &f, 1e-8, NULL));
    RAO_OR_RETURN(rao_cholesky_solve(ctx, &f, &x));
    *decrement = 0;
    for (int64_t j = 0; j < k->m; j++) *decrement += k->step[j] * k->sum[j];
    return RAO_OK;
}

/* The longest of 1, 1/2, 1/4, .. of the step that stays in the family and does not lose likelihood; 0 when there is none. */
static double advance(rao_ctx *ctx, climb *k, double *c, double *value, double slack) {
    for (double factor = 1; factor > 1e-12; factor /= 2) {
        double next;
        for (int64_t j = 0; j < k->m; j++) k->trial[j] = c[j] + factor * k->step[j];
        if (look(ctx, k, k->trial, &next) == RAO_OK && next >= *value - slack) {
            memcpy(c, k->trial, sizeof *c * (size_t)k->m);
            *value = next;
            return factor;
        }
    }
    return 0;
}

rao_status rao_mle_by_scoring(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    rao_status st;
    climb k = {.f = f, .data = data, .m = f->dim};
    double value, decrement = INF, best = INF;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->state, &k.state));
    RAO_TRY(rao_scratch(ctx, k.m, &k.g));
    RAO_TRY(rao_scratch(ctx, k.m, &k.sum));
    RAO_TRY(rao_scratch(ctx, k.m, &k.step));
    RAO_TRY(rao_scratch(ctx, k.m, &k.trial));
    RAO_TRY(rao_scratch(ctx, k.m * k.m, &k.fisher));
    RAO_TRY(look(ctx, &k, c, &value));
    int stalled = 0;
    for (int i = 0; i < 500; i++) {
        RAO_TRY(slope(ctx, &k, c));
        RAO_TRY(direction(ctx, &k, &decrement));
        if (decrement < 1e-26) goto done;
        stalled = decrement < 0.5 * best ? 0 : stalled + 1; /* near the maximum rounding decides: enough is enough */
        best = fmin(best, decrement);
        if (decrement < 1e-18 && stalled > 3) goto done;
        /* differences of the likelihood below its rounding cannot steer */
        if (advance(ctx, &k, c, &value, decrement < 1e-12 ? 1e-13 * (1 + fabs(value)) : 0) == 0) break;
    }
    if (!(decrement < 1e-16))
        st = rao_fail(ctx, RAO_ENUMERIC, "%s: Fisher scoring did not reach the maximum of the likelihood in 500 steps (g F^-1 g = %.3g)",
                      f->table->info.name, decrement);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
