/* curve.c - medians over runs, evaluation by evaluation. */
#include "curve.h"

#include <math.h>
#include <stdlib.h>

static double field_of(const rao_train_point *p, curve_field field) {
    switch (field) {
    case CURVE_STEP: return (double)p->step;
    case CURVE_SECONDS: return p->seconds;
    case CURVE_TRAIN_LOSS: return p->train_loss;
    case CURVE_TEST_LOSS: return p->test_loss;
    case CURVE_TRAIN_SCORE: return p->train_score;
    case CURVE_TEST_SCORE: return p->test_score;
    case CURVE_FIELDS: break;
    }
    return 0;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int64_t shortest(const int64_t *counts, int64_t run_count) {
    int64_t n = run_count ? counts[0] : 0;
    for (int64_t r = 1; r < run_count; r++)
        if (counts[r] < n) n = counts[r];
    return n;
}

static void fill(curve *c, const rao_train_point *const *runs, int64_t run_count, double *work) {
    for (int f = 0; f < CURVE_FIELDS; f++)
        for (int64_t k = 0; k < c->n; k++) {
            for (int64_t r = 0; r < run_count; r++) work[r] = field_of(&runs[r][k], (curve_field)f);
            qsort(work, (size_t)run_count, sizeof *work, ascending);
            c->median[f][k] = 0.5 * (work[(run_count - 1) / 2] + work[run_count / 2]);
            c->least[f][k] = work[0];
            c->largest[f][k] = work[run_count - 1];
        }
}

rao_status curve_create(rao_ctx *ctx, const rao_train_point *const *runs, const int64_t *counts, int64_t run_count, curve *out) {
    rao_status st = RAO_OK;
    curve c = {.n = shortest(counts, run_count)};
    rao_mark mark = rao_scratch_mark(ctx);
    double *work = NULL;
    RAO_TRY(rao_scratch(ctx, run_count, &work));
    for (int f = 0; f < CURVE_FIELDS; f++) {
        RAO_TRY(rao_alloc(ctx, c.n, &c.median[f]));
        RAO_TRY(rao_alloc(ctx, c.n, &c.least[f]));
        RAO_TRY(rao_alloc(ctx, c.n, &c.largest[f]));
    }
    fill(&c, runs, run_count, work);
    *out = c;
    c = (curve){0};
done:
    rao_scratch_reset(ctx, mark);
    curve_destroy(&c);
    return st;
}

rao_status curve_of_rival(rao_ctx *ctx, const rao_race *race, int64_t rival, int64_t setting, curve *c) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    const rao_train_point **runs = NULL;
    int64_t *counts = NULL, all = rao_race_runs(race, rival, setting), used = 0;
    RAO_TRY(rao_scratch(ctx, all, &runs));
    RAO_TRY(rao_scratch(ctx, all, &counts));
    for (int failed = 0; failed < 2 && used == 0; failed++)
        for (int64_t k = 0; k < all; k++) {
            rao_race_run_info run;
            RAO_TRY(rao_race_run_at(ctx, race, rival, setting, k, &run));
            if ((run.status != RAO_OK) == failed) runs[used] = run.points, counts[used++] = run.point_count;
        }
    RAO_TRY(curve_create(ctx, runs, counts, used, c));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

void curve_destroy(curve *c) {
    for (int f = 0; f < CURVE_FIELDS; f++) {
        rao_free(&c->median[f]);
        rao_free(&c->least[f]);
        rao_free(&c->largest[f]);
    }
    c->n = 0;
}

int curve_positive(const curve *c, curve_field field) {
    for (int64_t k = 0; k < c->n; k++)
        if (!(c->least[field][k] > 0)) return 0;
    return 1;
}
