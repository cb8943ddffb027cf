/* own_fit.c - maximum likelihood where only densities and scores are known: the best of a grid of starts made of quantiles of the data, then Newton's method
 * on the mean log likelihood, its Hessian by central differences of the mean score, shifted until it is definite, steps halved until they gain. */
#include <math.h>

#include "family/own.h"

typedef struct climb {
    const rao_family *f;
    const family_data *data;
    int64_t k, stride;                       /* every stride-th observation is looked at */
    double *state, *score, *hessian, *moved; /* k x k Hessian */
    double *gradient, *squares, *step, *trial, *side;
} climb;

/* Mean log likelihood at c over every stride-th observation. */
static rao_status look(rao_ctx *ctx, climb *m, const double *c, double *value) {
    double sum = 0, rest = 0, total = 0;
    RAO_OR_RETURN(m->f->table->charts[0].load(ctx, m->f, c, m->state));
    for (int64_t i = 0; i < m->data->n; i += m->stride) {
        double w = data_weight(m->data, i);
        if (w == 0) continue;
        double term = w * m->f->table->logpdf(m->f, m->state, data_row(m->data, i)), next = sum + term;
        if (isnan(term)) return rao_no_value(ctx, m->f, m->state, data_row(m->data, i));
        if (isfinite(next)) rest += fabs(sum) >= fabs(term) ? (sum - next) + term : (term - next) + sum;
        sum = next, total += w;
    }
    *value = (sum + rest) / total;
    return RAO_OK;
}

/* Mean score, and mean squares of its entries (NULL: not wanted), at the loaded state. */
static rao_status mean_score(rao_ctx *ctx, climb *m, double *gradient, double *squares) {
    memset(gradient, 0, sizeof *gradient * (size_t)m->k);
    if (squares) memset(squares, 0, sizeof *squares * (size_t)m->k);
    for (int64_t i = 0; i < m->data->n; i++) {
        double w = data_weight(m->data, i) / m->data->total;
        if (w == 0) continue;
        m->f->table->score(m->f, m->state, data_row(m->data, i), m->score);
        if (isnan(m->score[0])) return rao_no_value(ctx, m->f, m->state, data_row(m->data, i));
        for (int64_t j = 0; j < m->k; j++) {
            gradient[j] += w * m->score[j];
            if (squares) squares[j] += w * m->score[j] * m->score[j];
        }
    }
    return RAO_OK;
}

/* -Hessian of the mean log likelihood at c, by differences over a ten-thousandth of a standard unit of each coordinate. */
static rao_status bend(rao_ctx *ctx, climb *m, const double *c) {
    for (int64_t j = 0; j < m->k; j++) {
        double h = m->squares[j] > 0 ? 1e-4 / sqrt(m->squares[j]) : 1e-4;
        memcpy(m->trial, c, sizeof *c * (size_t)m->k);
        m->trial[j] = c[j] + h;
        RAO_OR_RETURN(m->f->table->charts[0].load(ctx, m->f, m->trial, m->state));
        RAO_OR_RETURN(mean_score(ctx, m, m->moved, NULL));
        double up = m->trial[j];
        m->trial[j] = c[j] - h;
        RAO_OR_RETURN(m->f->table->charts[0].load(ctx, m->f, m->trial, m->state));
        RAO_OR_RETURN(mean_score(ctx, m, m->side, NULL));
        for (int64_t i = 0; i < m->k; i++) m->hessian[i * m->k + j] = (m->side[i] - m->moved[i]) / (up - m->trial[j]);
    }
    for (int64_t i = 0; i < m->k; i++)
        for (int64_t j = 0; j < i; j++) {
            double mean = 0.5 * (m->hessian[i * m->k + j] + m->hessian[j * m->k + i]);
            m->hessian[i * m->k + j] = m->hessian[j * m->k + i] = mean;
        }
    return RAO_OK;
}

/* step = (H + shift diag(mean squared scores))^-1 g with the least shift of 0, 1e-3, 1e-2, .. for which that is definite; *decrement = g . step. */
static rao_status direction(rao_ctx *ctx, climb *m, double *decrement) {
    rao_status st = RAO_OK;
    double *a;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, m->k * m->k, &a));
    for (double shift = 0; shift<1e9; shift = shift> 0 ? 10 * shift : 1e-3) {
        rao_mat f = rao_mat_view(RAO_F64, m->k, m->k, m->k, a), x = rao_mat_view(RAO_F64, m->k, 1, 1, m->step);
        memcpy(a, m->hessian, sizeof *a * (size_t)(m->k * m->k));
        for (int64_t i = 0; i < m->k; i++) a[i * m->k + i] += shift * (m->squares[i] > 0 ? m->squares[i] : 1);
        memcpy(m->step, m->gradient, sizeof *m->step * (size_t)m->k);
        st = rao_cholesky(ctx, &f, 0, NULL);
        if (st == RAO_OK) st = rao_cholesky_solve(ctx, &f, &x);
        if (st == RAO_OK || (st != RAO_ENUMERIC && st != RAO_EDOMAIN)) break;
    }
    *decrement = 0;
    for (int64_t j = 0; j < m->k; j++) *decrement += m->step[j] * m->gradient[j];
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* The longest of 1, 1/2, 1/4, .. of the step that does not lose likelihood; 0 when there is none. */
static double advance(rao_ctx *ctx, climb *m, double *c, double *value) {
    double slack = 1e-14 * (1 + fabs(*value));
    for (double factor = 1; factor > 1e-12; factor /= 2) {
        double next;
        for (int64_t j = 0; j < m->k; j++) m->trial[j] = c[j] + factor * m->step[j];
        if (look(ctx, m, m->trial, &next) == RAO_OK && next >= *value - slack) {
            memcpy(c, m->trial, sizeof *c * (size_t)m->k);
            *value = next;
            return factor;
        }
    }
    return 0;
}

static rao_status newton(rao_ctx *ctx, climb *m, double *c) {
    double value, decrement = INF, best = INF;
    int stalled = 0;
    RAO_OR_RETURN(look(ctx, m, c, &value));
    for (int i = 0; i < 200; i++) {
        RAO_OR_RETURN(m->f->table->charts[0].load(ctx, m->f, c, m->state));
        RAO_OR_RETURN(mean_score(ctx, m, m->gradient, m->squares));
        RAO_OR_RETURN(bend(ctx, m, c));
        RAO_OR_RETURN(direction(ctx, m, &decrement));
        if (decrement < 1e-26) return RAO_OK;
        stalled = decrement < 0.5 * best ? 0 : stalled + 1; /* near the maximum rounding decides: enough is enough */
        best = fmin(best, decrement);
        if (decrement < 1e-18 && stalled > 3) return RAO_OK;
        if (advance(ctx, m, c, &value) == 0) break;
    }
    if (decrement < 1e-14) return RAO_OK;
    return rao_fail(ctx, RAO_ENUMERIC, "%s: the maximum of the likelihood was not reached (g H^-1 g = %.3g at %s = %.9g, ...)",
                    m->f->table->info.name, decrement, m->f->own->coordinates[0].name, c[0]);
}

/* ---- where to start ------------------------------------------------------------------------------------------ */

enum { CHOICES = 5 };

/* Locations: 0 and quantiles; scales above a finite end: 1, spreads and their inverses; inside an interval: its quarters. */
static int choices(const rao_coordinate *k, const double quartile[3], double out[CHOICES]) {
    double spread = quartile[2] - quartile[0], size = fabs(quartile[1]);
    if (k->low == -INF && k->high == INF) {
        out[0] = quartile[1], out[1] = 0, out[2] = 1;
        return 3;
    }
    if (k->low > -INF && k->high < INF) {
        for (int i = 0; i < 3; i++) out[i] = k->low + (k->high - k->low) * (i + 1) / 4;
        return 3;
    }
    const double above[CHOICES] = {1, spread > 0 ? 0.74 * spread : 2, size > 0 ? size : 0.5, spread > 0 ? 1 / spread : 4,
                                   size > 0 ? 1 / size : 8};
    for (int i = 0; i < CHOICES; i++) out[i] = k->low > -INF ? k->low + above[i] : k->high - above[i];
    return CHOICES;
}

/* The start of the highest likelihood among all combinations for the first four coordinates; the others stay at their first choice. */
static rao_status choose(rao_ctx *ctx, climb *m, double *c) {
    const double u[3] = {0.25, 0.5, 0.75};
    double quartile[3], option[4][CHOICES], best = -INF, first[CHOICES];
    int count[4] = {1, 1, 1, 1}, found = 0;
    RAO_OR_RETURN(rao_data_quantiles(ctx, m->data, 0, 3, u, quartile));
    for (int64_t i = 0; i < m->k; i++) {
        int n = choices(&m->f->own->coordinates[i], quartile, i < 4 ? option[i] : first);
        if (i < 4) count[i] = n;
        m->side[i] = i < 4 ? option[i][0] : first[0];
    }
    m->stride = m->data->n / 200 + 1;
    rao_status last = RAO_OK;
    for (int all = 0; all < count[0] * count[1] * count[2] * count[3]; all++) {
        int rest = all;
        double value;
        for (int i = 0; i < 4 && i < m->k; i++) m->side[i] = option[i][rest % count[i]], rest /= count[i];
        last = look(ctx, m, m->side, &value);
        if (last == RAO_ENOMEM) return last;
        if (last != RAO_OK || !(value > best) || value == INF) continue;
        best = value, found = 1;
        memcpy(c, m->side, sizeof *c * (size_t)m->k);
    }
    m->stride = 1;
    if (found) return RAO_OK;
    return last ? last
                : rao_fail(ctx, RAO_ENUMERIC, "%s: no start was found at which every observation has a density", m->f->table->info.name);
}

rao_status own_mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    rao_status st;
    climb m = {.f = f, .data = data, .k = f->own->k, .stride = 1};
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->state, &m.state));
    RAO_TRY(rao_scratch(ctx, m.k * m.k, &m.hessian));
    double **vectors[] = {&m.score, &m.moved, &m.gradient, &m.squares, &m.step, &m.trial, &m.side};
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) RAO_TRY(rao_scratch(ctx, m.k, vectors[i]));
    RAO_TRY(choose(ctx, &m, c));
    RAO_TRY(newton(ctx, &m, c));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
