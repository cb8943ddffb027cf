/* check.c - does a family keep its word? Its density integrates to one, its score is the derivative of log p and has mean zero, and E score score^T =
 * -E d^2 log p. The second derivative is a difference of scores, taken almost everywhere: of the differences to both sides the smaller one where they
 * disagree, so that a kink shows up as what the second form misses. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rao/num.h>

#include "family/expect.h"
#include "family/finer.h"
#include "family/generic.h"

enum { LOOKS = 200 }; /* draws at which the score is compared with differences */
static const double mean_limit = 1e-8, score_limit = 1e-5, form_limit = 1e-5, standard_errors = 5;

typedef struct inspection {
    family_item it;  /* p is the state at the point */
    finer_law finer; /* what is integrated: in observations that doubles hold better, where the family has such */
    int64_t m;
    double **up, **down; /* states a step away along each coordinate */
    double *step;        /* from down to up */
    double *unit; /* a standard unit of each coordinate: 1/sqrt(E score^2); before that is known, 1/(the largest score of some draws) */
    double *g, *moved;
    double kinked; /* mass where differences to both sides disagree */
} inspection;

static rao_status score_at(rao_ctx *ctx, const inspection *k, const double *state, const double *x, double *g) {
    family_item at = k->it;
    at.p = state, at.x = x;
    return rao_score_in_chart(ctx, &at, g);
}
/* The same at an observation of the finer law. */
static rao_status finer_score_at(rao_ctx *ctx, const inspection *k, const double *state, const double *y, double *g) {
    family_item at = k->it;
    at.f = &k->finer.f, at.chart = &k->finer.table.charts[chart_number(k->it.f, k->it.chart)], at.p = state, at.x = y;
    return rao_score_in_chart(ctx, &at, g);
}

static double log_at(const inspection *k, const double *state, const double *x) { return k->it.f->table->logpdf(k->it.f, state, x); }

/* ---- first: the mass, the mean score, the mean squared scores -------------------------------------------------- */

/* 1, s_i, s_i^2, the scores in rough units: density times score^2 may be no double (sigma = 1e-150). */
static rao_status moments(rao_ctx *ctx, const double *x, double weight, double *sum, void *arg) {
    inspection *k = arg;
    sum[0] += weight;
    RAO_OR_RETURN(finer_score_at(ctx, k, k->it.p, x, k->g));
    for (int64_t i = 0; i < k->m; i++) {
        double s = k->g[i] * k->unit[i];
        sum[1 + i] += weight * s, sum[1 + k->m + i] += weight * s * s;
    }
    return RAO_OK;
}

static void take_draws(const inspection *k, const expect_draws *draws, double *x) {
    for (int look = 0; look < LOOKS; look++) {
        rao_draws d = rao_draws_at(draws->stream, draws->step, (uint64_t)look);
        k->it.f->table->sample(k->it.f, k->it.p, &d, x + look * k->it.f->observation);
    }
}

static rao_status rough_units(rao_ctx *ctx, inspection *k, const double *draws) {
    memset(k->unit, 0, sizeof *k->unit * (size_t)k->m);
    for (int look = 0; look < LOOKS; look++) {
        RAO_OR_RETURN(score_at(ctx, k, k->it.p, draws + look * k->it.f->observation, k->g));
        for (int64_t j = 0; j < k->m; j++)
            if (isfinite(k->g[j])) k->unit[j] = fmax(k->unit[j], fabs(k->g[j]));
    }
    for (int64_t j = 0; j < k->m; j++) k->unit[j] = k->unit[j] > 0 && 1 / k->unit[j] < INF ? 1 / k->unit[j] : 1;
    return RAO_OK;
}

/* Of a law with a density draws do not lie where doubles end, unless it has mass beyond them: averages over such draws tell nothing. */
static rao_status want_draws_inside(rao_ctx *ctx, const inspection *k, const double *draws) {
    const family_table *t = k->it.f->table;
    int beyond = 0;
    for (int64_t i = 0; i < LOOKS * k->it.f->observation; i++) beyond |= fabs(draws[i]) < DBL_MIN || isinf(draws[i]);
    if (t->info.discrete || !beyond) return RAO_OK;
    return rao_fail(ctx, RAO_ENUMERIC, "%s: check was not reached: some of its mass lies closer to 0 than doubles do, or beyond them",
                    t->info.name);
}

/* ---- then: both forms of the matrix, in standard units ---------------------------------------------------------------------------- */

/* An angle of which the law knows little has a standard unit of many turns; what depends on it changes within one. */
static double longest_step(const inspection *k, int64_t j) {
    int angle = k->it.f->table == &rao_table_von_mises && chart_number(k->it.f, k->it.chart) == 0 && j == 0;
    return angle ? 2 : INF;
}

/* How large second derivatives in standard units may be there. */
static double bend(const inspection *k, int64_t j) { return fmax(1, 0.5 * k->unit[j] / longest_step(k, j)); }

/* A difference of the scores in standard units along j, from the point to a state h units away; 0 where x has no density there. */
static rao_status slope(rao_ctx *ctx, inspection *k, const double *state, double h, const double *x, double *out) {
    memset(out, 0, sizeof *out * (size_t)k->m);
    if (k->finer.table.logpdf(&k->finer.f, state, x) == -INF) return RAO_OK;
    RAO_OR_RETURN(finer_score_at(ctx, k, state, x, k->moved));
    for (int64_t i = 0; i < k->m; i++) out[i] = (k->moved[i] - k->g[i]) * k->unit[i] / h;
    return RAO_OK;
}

static rao_status forms(rao_ctx *ctx, const double *x, double weight, double *sum, void *arg) {
    rao_status st = RAO_OK;
    inspection *k = arg;
    int64_t m = k->m;
    double *ahead, *behind;
    int kink = 0;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, m, &ahead));
    RAO_TRY(rao_scratch(ctx, m, &behind));
    RAO_TRY(finer_score_at(ctx, k, k->it.p, x, k->g));
    for (int64_t j = 0; j < m; j++) {
        double h = 0.5 * k->step[j] / k->unit[j];
        RAO_TRY(slope(ctx, k, k->up[j], h, x, ahead));
        RAO_TRY(slope(ctx, k, k->down[j], -h, x, behind));
        for (int64_t i = 0; i < m; i++) {
            double a = ahead[i], b = behind[i];
            int apart = fabs(a - b) > 0.1 * (fabs(a) + fabs(b) + bend(k, j));
            double second = !apart ? 0.5 * (a + b) : fabs(a) < fabs(b) ? a : b;
            kink |= apart;
            sum[i * m + j] += weight * (k->g[i] * k->unit[i]) * (k->g[j] * k->unit[j]);
            sum[m * m + i * m + j] -= weight * second;
        }
    }
    if (kink) k->kinked += weight;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* ---- steps from the point -------------------------------------------------------------------------------------- */

static void name_of(rao_ctx *ctx, const inspection *k, int64_t j, char name[RAO_COORD_NAME]) {
    if (rao_family_coord_name(ctx, k->it.f, chart_number(k->it.f, k->it.chart), j, name)) name[0] = 0;
}

/* States at c_j +- h: EDOMAIN where one is outside. */
static rao_status step_by(rao_ctx *ctx, inspection *k, double *c, int64_t j, double h) {
    double at = c[j], up = at + h, down = at - h;
    c[j] = up;
    rao_status st = k->it.chart->load(ctx, k->it.f, c, k->up[j]);
    c[j] = down;
    if (!st) st = k->it.chart->load(ctx, k->it.f, c, k->down[j]);
    c[j] = at, k->step[j] = up - down;
    return st;
}

/* How far the family goes on to both sides along j, up to half a standard unit: steps are parts of this. */
static rao_status room(rao_ctx *ctx, inspection *k, double *c, int64_t j, double *h) {
    char name[RAO_COORD_NAME];
    rao_status st = step_by(ctx, k, c, j, *h = fmin(0.5 * k->unit[j], longest_step(k, j)));
    while ((st == RAO_EDOMAIN || st == RAO_ENUMERIC) && c[j] - *h < c[j] + *h) st = step_by(ctx, k, c, j, *h /= 4);
    if (st != RAO_OK && st != RAO_EDOMAIN) return st;
    if (st == RAO_OK && c[j] - 2e-4 * *h < c[j] + 2e-4 * *h) return RAO_OK;
    name_of(ctx, k, j, name);
    return rao_fail(ctx, RAO_EDOMAIN,
                    "%s: check: %s = %.17g has no neighbours on both sides that doubles tell from it, so there are no differences along it",
                    k->it.f->table->info.name, name, c[j]);
}

static rao_status step_away(rao_ctx *ctx, inspection *k, double *c) {
    double h;
    for (int64_t j = 0; j < k->m; j++) {
        RAO_OR_RETURN(room(ctx, k, c, j, &h));
        RAO_OR_RETURN(step_by(ctx, k, c, j, 2e-4 * h));
        rao_finer_state(&k->finer, k->it.p, k->up[j]), rao_finer_state(&k->finer, k->it.p, k->down[j]);
    }
    return RAO_OK;
}

/* ---- the score against differences of log p -------------------------------------------------------------------- */

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Adds factor * (the difference of log p along j) at every draw: by the family's own quotient, because at shapes of 1e12 the logarithms have no digits left. */
static void add_differences(const inspection *k, const double *draws, int64_t j, double factor, double *sum) {
    for (int look = 0; look < LOOKS; look++) {
        const double *x = draws + look * k->it.f->observation;
        double up = log_at(k, k->up[j], x), down = log_at(k, k->down[j], x);
        sum[look] += factor * rao_log_ratio(k->it.f, k->up[j], k->down[j], x, up, down) / k->step[j];
    }
}

/* Over 1e-2 of a unit and half of it, extrapolated: rounding of a log p of a million (a Dirichlet law of parameters 1e6) weighs a hundredth of what it does
 * over 1e-4. */
static rao_status differences(rao_ctx *ctx, inspection *k, double *c, const double *draws, int64_t j, double *sum) {
    double h;
    memset(sum, 0, sizeof *sum * LOOKS);
    RAO_OR_RETURN(room(ctx, k, c, j, &h));
    RAO_OR_RETURN(step_by(ctx, k, c, j, 2e-2 * h));
    add_differences(k, draws, j, -1.0 / 3, sum);
    RAO_OR_RETURN(step_by(ctx, k, c, j, 1e-2 * h));
    add_differences(k, draws, j, 4.0 / 3, sum);
    return RAO_OK;
}

/* In standard units; of the draws the nine tenths that agree best count: a kink may lie on the others. */
static rao_status compare_scores(rao_ctx *ctx, inspection *k, double *c, const double *draws, double *gap) {
    rao_status st = RAO_OK;
    double each[LOOKS] = {0}, difference[LOOKS];
    for (int64_t j = 0; j < k->m; j++) {
        RAO_TRY(differences(ctx, k, c, draws, j, difference));
        for (int look = 0; look < LOOKS; look++) {
            RAO_TRY(score_at(ctx, k, k->it.p, draws + look * k->it.f->observation, k->g));
            double apart = fabs(difference[look] - k->g[j]) / (1 / k->unit[j] + fabs(k->g[j]));
            each[look] = isnan(apart) ? INF : fmax(each[look], apart); /* a draw beyond the doubles tells nothing */
        }
    }
    qsort(each, LOOKS, sizeof *each, ascending);
    *gap = each[LOOKS * 9 / 10];
done:
    return st;
}

/* ---- the report ------------------------------------------------------------------------------------------------ */

static rao_status take_states(rao_ctx *ctx, inspection *k) {
    rao_status st = RAO_OK;
    RAO_TRY(rao_scratch(ctx, k->m, &k->up));
    RAO_TRY(rao_scratch(ctx, k->m, &k->down));
    for (int64_t j = 0; j < k->m; j++) {
        RAO_TRY(rao_scratch(ctx, k->finer.f.state, &k->up[j]));
        RAO_TRY(rao_scratch(ctx, k->finer.f.state, &k->down[j]));
    }
    double **vectors[] = {&k->step, &k->unit, &k->g, &k->moved};
    for (int i = 0; i < 4; i++) RAO_TRY(rao_scratch(ctx, k->m, vectors[i]));
done:
    return st;
}

/* Mass and mean scores into the report; `all` = 1, E s_i, E s_i^2. */
static void judge_moments(inspection *k, double *all, double error, int by_draws, rao_family_report *r, int64_t *worst) {
    r->mass = all[0], r->mass_error = by_draws ? INF : error;
    r->integrates = by_draws || rao_is_one(r->mass, error);
    r->score_mean = 0, *worst = 0;
    for (int64_t i = 0; i < k->m; i++) {
        double size = sqrt(all[1 + k->m + i]), mean = size > 0 ? fabs(all[1 + i]) / size : 0;
        all[1 + i] /= k->unit[i]; /* as it is */
        if (size > 0 && size < INF) k->unit[i] /= size;
        if (mean > r->score_mean) r->score_mean = mean, *worst = i;
    }
    r->scores_centred = r->score_mean <= (by_draws ? standard_errors / 100 : mean_limit);
}

static void judge_forms(const inspection *k, const double *all, double error, rao_family_report *r, int64_t *a, int64_t *b) {
    int64_t m = k->m;
    r->fisher_gap = 0, *a = *b = 0;
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < m; j++) {
            double gap = fabs(all[i * m + j] - all[m * m + i * m + j]);
            if (gap > r->fisher_gap) r->fisher_gap = gap, *a = i, *b = j;
        }
    r->forms_agree = r->fisher_gap <= fmax(form_limit, standard_errors * error);
}

static void say(rao_ctx *ctx, const inspection *k, const double *moment, const double *form, int64_t worst, int64_t a, int64_t b,
                int by_draws, rao_family_report *r) {
    const char *name = k->it.f->table->info.name;
    char one[RAO_COORD_NAME] = "", two[RAO_COORD_NAME] = "";
    size_t room = sizeof r->sentence;
    int64_t m = k->m;
    double unit = k->unit[a] * k->unit[b], second = form[m * m + a * m + b];
    if (!r->integrates) {
        snprintf(r->sentence, room, "%s: the density integrates to %.10g, not to 1", name, r->mass);
    } else if (!r->scores_agree) {
        snprintf(r->sentence, room, "%s: the score is not the derivative of log p: they differ by %.2g of it", name, r->score_gap);
    } else if (!r->scores_centred) {
        name_of(ctx, k, worst, one);
        snprintf(r->sentence, room,
                 "%s: the score of %s has mean %.6g where it should be 0 (the support moves with %s, or the density is not normalised "
                 "there): no "
                 "Fisher matrix",
                 name, one, moment[1 + worst], one);
    } else if (!r->forms_agree) {
        name_of(ctx, k, a, one), name_of(ctx, k, b, two);
        snprintf(r->sentence, room,
                 "%s: log p has a kink: for (%s, %s) minus the mean second derivative is %.6g where the mean product of scores is %.6g, "
                 "which is the "
                 "Fisher matrix",
                 name, one, two, fabs(second) < 1e-9 ? 0 : second / unit, form[a * m + b] / unit);
    } else {
        snprintf(r->sentence, room,
                 "%s: %sthe score is the derivative of log p and has mean zero, and both forms of the Fisher matrix agree", name,
                 by_draws ? "" : "the density integrates to 1, ");
    }
}

static rao_status inspect(rao_ctx *ctx, inspection *k, double *c, rao_family_report *r) {
    rao_status st = RAO_OK;
    double *moment, *form, *seen;
    int64_t worst = 0, a = 0, b = 0, m = k->m;
    rao_quality quality;
    expect_draws draws = {rao_stream_make(0, 0x636865636bu), 0, 0, 0, 0};
    RAO_TRY(rao_scratch(ctx, 1 + 2 * m, &moment));
    RAO_TRY(rao_scratch(ctx, 2 * m * m, &form));
    RAO_TRY(take_states(ctx, k));
    RAO_TRY(rao_scratch(ctx, LOOKS * k->it.f->observation, &seen));
    take_draws(k, &draws, seen);
    RAO_TRY(rough_units(ctx, k, seen));
    RAO_TRY(rao_expect(ctx, &k->finer.f, k->it.p, NULL, &draws, 1 + 2 * m, moments, k, moment, &quality));
    int by_draws = quality.method == RAO_MONTE_CARLO;
    judge_moments(k, moment, quality.error, by_draws, r, &worst);
    if (!r->integrates) RAO_TRY(rao_want_mass_seen(ctx, &k->finer.f, k->it.p, r->mass));
    RAO_TRY(compare_scores(ctx, k, c, seen, &r->score_gap));
    RAO_TRY(step_away(ctx, k, c));
    r->scores_agree = r->score_gap <= score_limit;
    draws.noise = 1e-8; /* what differences over 1e-4 err by themselves */
    for (int64_t j = 0; j < m; j++) draws.noise = fmax(draws.noise, fmin(2e-11 * bend(k, j), 0.1 * form_limit));
    RAO_TRY(rao_expect(ctx, &k->finer.f, k->it.p, NULL, &draws, 2 * m * m, forms, k, form, &quality));
    judge_forms(k, form, quality.error, r, &a, &b);
    if (!isfinite(r->score_mean) || !isfinite(r->score_gap) || !isfinite(r->fisher_gap))
        RAO_TRY(rao_fail(ctx, RAO_ENUMERIC,
                         "%s: check was not reached: its averages of scores and their differences leave the doubles here",
                         k->it.f->table->info.name));
    if (by_draws && !(r->scores_agree && r->scores_centred && r->forms_agree)) RAO_TRY(want_draws_inside(ctx, k, seen));
    say(ctx, k, moment, form, worst, a, b, by_draws, r);
done:
    return st;
}

/* A family without scores has only its mass. */
static rao_status mass_alone(rao_ctx *ctx, const inspection *k, rao_family_report *r) {
    rao_quality quality;
    RAO_OR_RETURN(rao_expect_mass(ctx, k->it.f, k->it.p, &r->mass, &quality));
    r->mass_error = quality.error;
    r->integrates = rao_is_one(r->mass, quality.error);
    if (!r->integrates) RAO_OR_RETURN(rao_want_mass_seen(ctx, k->it.f, k->it.p, r->mass));
    snprintf(r->sentence, sizeof r->sentence, "%s: the density integrates to %.10g; %s", k->it.f->table->info.name, r->mass,
             k->it.f->table->irregular);
    return RAO_OK;
}

rao_status rao_family_check(rao_ctx *ctx, const rao_family *family, int64_t chart, const double *p, rao_family_report *report) {
    rao_status st;
    rao_family_report r;
    double *s, *c;
    memset(&r, 0, sizeof r);
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, family->state + FINER_STATE, &s));
    RAO_TRY(rao_load_as_given(ctx, family, chart, p, s));
    inspection k = {.it = {.f = family, .chart = &family->table->charts[chart], .p = s}, .m = family->tangents[chart]};
    if (family->table->irregular) {
        RAO_TRY(mass_alone(ctx, &k, &r));
    } else {
        if (family->coords[chart] != k.m)
            RAO_TRY(rao_fail(ctx, RAO_EUNABLE, "%s: the coordinates of the chart %s are not free; want natural", family->table->info.name,
                             k.it.chart->name));
        RAO_TRY(rao_scratch(ctx, k.m, &c));
        memcpy(c, p, sizeof *c * (size_t)k.m);
        rao_finer_law(family, s, &k.finer);
        RAO_TRY(inspect(ctx, &k, c, &r));
    }
    r.sound = r.integrates && r.scores_agree && r.scores_centred && r.forms_agree;
    *report = r;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
