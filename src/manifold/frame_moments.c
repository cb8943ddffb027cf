/* frame_moments.c - tensors of any family from second derivatives of its log density l: with s_a = d_a l and L_ab = d_a d_b l,
 *   t = E s s s,  Levi-Civita symbols_ab,c = E (L_ab + s_a s_b/2) s_c,
 * and the curvature from Gauss' equation in the space of all densities, whose alpha-curvature is (1 - alpha^2)/4 (S. Amari 1985):
 *   R_ijkl = (1 - alpha^2)/4 (g_lj g_ki - g_kj g_li) + N_lj,ki - N_kj,li,  N_ab,cd = <h_ab(alpha), h_cd(-alpha)> less its tangent part,
 *   h_ab(alpha) = L_ab + (1 - alpha)/2 s_a s_b + (1 + alpha)/2 g_ab.
 * All of them are entries of the Gram matrix E w w^T of w = (1, s_a, L_ab, s_a s_b), one quadrature, sum or average over draws. L comes from central
 * differences of order 16 of the score over 1/64 of a standard unit: to 1e-13. E L = -E s s fails where the density has a kink or a moving end that
 * derivatives do not see; there the answer is refused. */
#include <math.h>
#include <string.h>

#include "family/expect.h"
#include "manifold/frame.h"

enum { REACH = 8, MOST_CURVED = 10, MOST_COORDS = 24 };

typedef struct moments {
    const family_item *it;
    int64_t n, pairs, size, columns; /* of w; how many columns of its Gram matrix are wanted */
    double step;                     /* in standard units */
    const double *unit;
    double *states; /* n x 2 REACH of them */
    double *w, *shifted;
} moments;

static int64_t pair_of(int64_t n, int64_t a, int64_t b) {
    return a < b ? a * n - a * (a - 1) / 2 + b - a : b * n - b * (b - 1) / 2 + a - b;
}
/* Places in w. */
static int64_t second(const frame *r, int64_t a, int64_t b) { return 1 + r->n + pair_of(r->n, a, b); }
static int64_t square(const frame *r, int64_t a, int64_t b) { return second(r, a, b) + r->n * (r->n + 1) / 2; }

/* (m!)^2 / (j (m - j)! (m + j)!) with alternating signs: the weight of f(j h) - f(-j h), over h. */
static double weight_of(int j) {
    double w = 1;
    for (int i = 0; i < j; i++) w *= (double)(REACH - i) / (REACH + 1 + i);
    return (j % 2 ? w : -w) / j;
}

/* ---- where scores are taken ------------------------------------------------------------------------------------ */

static double *state_at(const moments *m, int64_t a, int64_t j) { return m->states + (a * 2 * REACH + j) * m->it->f->state; }

/* The states at c +- j h along every coordinate, j = 1..REACH; nonzero where one leaves the family. */
static rao_status load_states(rao_ctx *ctx, const moments *m, const double *c, double *moved) {
    const rao_family *f = m->it->f;
    for (int64_t a = 0; a < m->n; a++)
        for (int j = 0; j < 2 * REACH; j++) {
            memcpy(moved, c, sizeof *c * (size_t)f->coords[0]);
            rao_move(m->it, moved, a, (double)(j / 2 + 1) * (j % 2 ? -m->step : m->step) * m->unit[a]);
            RAO_OR_RETURN(f->table->charts[0].load(ctx, f, moved, state_at(m, a, j)));
        }
    return RAO_OK;
}

/* Shorter steps where the family ends. */
static rao_status place_states(rao_ctx *ctx, moments *m, const double *c, double *moved) {
    rao_status st = RAO_EDOMAIN;
    for (int tries = 0; tries < 24 && st == RAO_EDOMAIN; tries++) {
        if (tries) m->step /= 2;
        st = load_states(ctx, m, c, moved);
    }
    if (st != RAO_EDOMAIN) return st;
    return rao_fail(ctx, RAO_EDOMAIN, "%s: no %s: the point is at an edge of the family", m->it->f->table->info.name, m->it->what);
}

/* ---- the integrand --------------------------------------------------------------------------------------------- */

static rao_status score_at(rao_ctx *ctx, const moments *m, const double *s, const double *x, double *g) {
    memset(g, 0, sizeof *g * (size_t)m->n);
    m->it->f->table->score(m->it->f, s, x, g);
    for (int64_t a = 0; a < m->n; a++) {
        if (isnan(g[a])) return rao_no_value(ctx, m->it->f, s, x);
        g[a] *= m->unit[a];
    }
    return RAO_OK;
}

static rao_status add_gram(rao_ctx *ctx, const double *x, double weight, double *sum, void *arg) {
    const moments *m = arg;
    int64_t n = m->n;
    double *w = m->w, *hessian = w + 1 + n, *squares = hessian + m->pairs;
    w[0] = 1;
    RAO_OR_RETURN(score_at(ctx, m, m->it->p, x, w + 1));
    memset(hessian, 0, sizeof *hessian * (size_t)m->pairs);
    for (int64_t a = 0; a < n; a++)
        for (int j = 0; j < 2 * REACH; j++) {
            double c = weight_of(j / 2 + 1) / m->step * (j % 2 ? -1 : 1);
            RAO_OR_RETURN(score_at(ctx, m, state_at(m, a, j), x, m->shifted));
            for (int64_t b = 0; b < n; b++) hessian[pair_of(n, a, b)] += (a == b ? c : 0.5 * c) * m->shifted[b];
        }
    for (int64_t a = 0; a < n; a++)
        for (int64_t b = a; b < n; b++) squares[pair_of(n, a, b)] = w[1 + a] * w[1 + b];
    for (int64_t i = 0; i < m->size; i++)
        for (int64_t j = 0; j < m->columns; j++) sum[i * m->columns + j] += weight * w[i] * w[j];
    return RAO_OK;
}

/* ---- the frame ------------------------------------------------------------------------------------------------- */

static rao_status standard_units(rao_ctx *ctx, const family_item *it, double *unit) {
    rao_status st = RAO_OK;
    int64_t n = it->f->dim;
    double *fisher;
    rao_quality quality = {RAO_CLOSED, 0};
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, n * n, &fisher));
    memset(fisher, 0, sizeof *fisher * (size_t)(n * n));
    RAO_TRY(rao_fisher_best(ctx, it, fisher, &quality));
    for (int64_t a = 0; a < n; a++) {
        unit[a] = 1 / sqrt(fisher[a * n + a]);
        if (!(unit[a] > 0 && unit[a] < INF))
            RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: no %s: the Fisher matrix is singular or infinite at this point",
                             it->f->table->info.name, it->what));
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* The gram matrix has its rows in order, `columns` of them wide. */
static void fill(const moments *m, const double *gram, frame *r) {
    int64_t n = m->n, wide = m->columns;
    for (int64_t a = 0; a < n; a++) {
        r->e[a * n + a] = m->unit[a];
        for (int64_t b = 0; b < n; b++) {
            r->g[a * n + b] = gram[(1 + a) * wide + 1 + b];
            for (int64_t c = 0; c < n; c++) {
                double t = gram[square(r, b, c) * wide + 1 + a];
                r->t[(a * n + b) * n + c] = t;
                r->b[(a * n + b) * n + c] = gram[second(r, b, c) * wide + 1 + a] + 0.5 * t; /* still lowered */
            }
        }
    }
}

/* The largest |E L + E s s|, |E s| and |E 1 - 1|: what is wrong with the derivatives. */
static double defect(const moments *m, const double *gram) {
    double most = fabs(gram[0] - 1);
    for (int64_t a = 0; a < m->n; a++) most = fmax(most, fabs(gram[(1 + a) * m->columns]));
    for (int64_t q = 0; q < m->pairs; q++)
        most = fmax(most, fabs(gram[(1 + m->n + q) * m->columns] + gram[(1 + m->n + m->pairs + q) * m->columns]));
    return most;
}

static rao_status check(rao_ctx *ctx, const moments *m, const double *gram, double tol) {
    const char *name = m->it->f->table->info.name, *what = m->it->what;
    for (int64_t i = 0; i < m->size * m->columns; i++)
        if (!isfinite(gram[i])) return rao_fail(ctx, RAO_EDOMAIN, "%s: no %s: a moment of the score is infinite", name, what);
    if (defect(m, gram) <= tol) return RAO_OK;
    return rao_fail(ctx, RAO_EUNABLE,
                    "%s: no %s: the density is not smooth enough in its coordinates (its score and the second derivatives of its logarithm "
                    "disagree by %.2g standard units)",
                    name, what, defect(m, gram));
}

/* The Gram matrix over shorter and shorter steps, as long as the defect falls to a hundredth: a step is too long where an edge is near. */
static rao_status integrate(rao_ctx *ctx, moments *m, double *gram, rao_quality *quality) {
    rao_status st = RAO_OK;
    const rao_family *f = m->it->f;
    const rao_family_args *args = m->it->args;
    int64_t count = m->size * m->columns;
    double *c, *moved, *trial, best = INF;
    RAO_OR_RETURN(rao_scratch(ctx, f->coords[0], &c));
    RAO_OR_RETURN(rao_scratch(ctx, f->coords[0], &moved));
    RAO_OR_RETURN(rao_scratch(ctx, count, &trial));
    RAO_OR_RETURN(rao_scratch(ctx, m->n * 2 * REACH * f->state, &m->states));
    RAO_OR_RETURN(m->it->chart->store(ctx, f, m->it->p, c));
    m->step = 1.0 / 64;
    for (int tries = 0; tries < 4; tries++, m->step /= 8) {
        expect_draws draws = {args->stream, (uint64_t)m->it->index, args->samples, args->method == RAO_MONTE_CARLO, 0};
        rao_quality own = {RAO_CLOSED, 0};
        RAO_OR_RETURN(place_states(ctx, m, c, moved));
        draws.noise = 2e-14 / m->step; /* of products with L */
        memset(trial, 0, sizeof *trial * (size_t)count);
        st = rao_expect(ctx, f, m->it->p, NULL, &draws, count, add_gram, m, trial, &own);
        if (st) return tries ? RAO_OK : st;
        double here = own.method == RAO_MONTE_CARLO ? 0 : defect(m, trial);
        if (!(here < best)) return RAO_OK;
        memcpy(gram, trial, sizeof *gram * (size_t)count);
        *quality = (rao_quality){own.method, fmax(own.error, here)};
        if (here <= 1e-14 / m->step || here > 0.01 * best) return RAO_OK;
        best = here;
    }
    return RAO_OK;
}

rao_status rao_frame_moments(rao_ctx *ctx, const family_item *it, int curved, frame *r) {
    rao_status st = RAO_OK;
    int64_t n = r->n, pairs = n * (n + 1) / 2;
    double *unit, *gram;
    family_item own = *it; /* in chart 0 */
    own.chart = &it->f->table->charts[0];
    moments m = {.it = &own, .n = n, .pairs = pairs, .size = 1 + n + 2 * pairs};
    m.columns = curved ? m.size : 1 + n;
    if (n > (curved ? MOST_CURVED : MOST_COORDS))
        return rao_fail(ctx, RAO_EUNABLE, "%s: no %s by quadrature in %lld coordinates, at most %d", it->f->table->info.name, it->what,
                        (long long)n, curved ? MOST_CURVED : MOST_COORDS);
    RAO_TRY(rao_scratch(ctx, n, &unit));
    RAO_TRY(rao_scratch(ctx, m.size, &m.w));
    RAO_TRY(rao_scratch(ctx, n, &m.shifted));
    RAO_TRY(rao_scratch(ctx, m.size * m.columns, &gram));
    RAO_TRY(standard_units(ctx, &own, unit));
    m.unit = unit;
    RAO_TRY(integrate(ctx, &m, gram, &r->quality));
    RAO_TRY(check(ctx, &m, gram, r->quality.method == RAO_MONTE_CARLO ? 5 * r->quality.error : 1e-6));
    r->gram = gram;
    fill(&m, gram, r);
done:
    return st;
}

/* ---- curvature ------------------------------------------------------------------------------------------------- */

/* <h_ab(alpha), h_cd(-alpha)> less sum_mn <h_ab, s_m> g^mn <h_cd, s_n>; `up` = g^mn <h_cd(-alpha), s_n>, `low` = <h_ab(alpha), s_m>. */
typedef struct normal_part {
    const frame *r;
    double alpha, *low, *up;
} normal_part;

static double gram_at(const frame *r, int64_t i, int64_t j) { return r->gram[i * (1 + r->n + r->n * (r->n + 1)) + j]; }

static double product(const normal_part *k, int64_t a, int64_t b, int64_t c, int64_t d) {
    const frame *r = k->r;
    int64_t n = r->n, la = second(r, a, b), sa = square(r, a, b), lc = second(r, c, d), sc = square(r, c, d);
    double u = 0.5 * (1 - k->alpha), v = 0.5 * (1 + k->alpha), gab = gram_at(r, sa, 0), gcd = gram_at(r, sc, 0);
    /* h_ab has mean 0, so the constant of one factor drops out */
    double sum = gram_at(r, la, lc) + v * gram_at(r, la, sc) + u * gram_at(r, sa, lc) + u * v * gram_at(r, sa, sc);
    sum += u * gcd * (gram_at(r, la, 0) + u * gab);
    for (int64_t m = 0; m < n; m++) sum -= k->low[(a * n + b) * n + m] * k->up[(m * n + c) * n + d];
    return sum;
}

rao_status rao_moments_curvature(rao_ctx *ctx, const frame *r, double alpha, double *out) {
    rao_status st = RAO_OK;
    int64_t n = r->n;
    normal_part k = {r, alpha, NULL, NULL};
    double *symbols, space = 0.25 * (1 - alpha) * (1 + alpha);
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, n * n * n, &k.low));
    RAO_TRY(rao_scratch(ctx, n * n * n, &k.up));
    RAO_TRY(rao_scratch(ctx, n * n * n, &symbols));
    rao_frame_symbols(r, -alpha, k.up);
    rao_frame_symbols(r, alpha, symbols);
    for (int64_t q = 0; q < n * n; q++)
        for (int64_t m = 0; m < n; m++) {
            k.low[q * n + m] = 0;
            for (int64_t i = 0; i < n; i++) k.low[q * n + m] += symbols[i * n * n + q] * r->g[i * n + m];
        }
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++)
            for (int64_t a = 0; a < n; a++)
                for (int64_t l = 0; l < a; l++) {
                    double *at = out + (i * n + j) * n * n;
                    double of_space = space * (r->g[l * n + j] * r->g[a * n + i] - r->g[a * n + j] * r->g[l * n + i]);
                    at[a * n + l] = of_space + product(&k, l, j, a, i) - product(&k, a, j, l, i);
                    at[l * n + a] = -at[a * n + l];
                }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
