/* head_kinds.c - the table of heads: shapes, what an observation may be, and how one is drawn. */
#include <math.h>

#include "family/draws.h"
#include "family/head.h"

static int is_class(double y, int64_t k) { return y >= 0 && y < (double)k && y == floor(y); }
static int is_unit(double y, int64_t k) { return (void)k, y >= 0 && y <= 1; }
static int is_count(double y, int64_t k) { return (void)k, y >= 0 && y == floor(y) && isfinite(y); }
static int is_real(double y, int64_t k) { return (void)k, isfinite(y); }

/* Draws are numbered by row, then coordinate. */
static uint64_t draw_index(const rao_head *head, uint64_t row, int64_t j) { return row * (uint64_t)head->k + (uint64_t)j; }

static void draw_class(const rao_head *head, const double *z, rao_stream s, uint64_t step, uint64_t row, double *y) {
    int64_t k = head->k, last = 0;
    double max = z[0], sum = 0;
    for (int64_t j = 1; j < k; j++) max = fmax(max, z[j]);
    for (int64_t j = 0; j < k; j++) sum += exp(z[j] - max);
    double u = rao_uniform_at(s, step, row) * sum;
    for (int64_t j = 0; j < k; j++) { /* `last`: the last class of positive probability, when rounding leaves a remainder of u */
        double p = exp(z[j] - max);
        if (p > 0) last = j;
        if (u < p) break;
        u -= p;
    }
    *y = (double)last;
}

static void draw_bernoulli(const rao_head *head, const double *z, rao_stream s, uint64_t step, uint64_t row, double *y) {
    enum { RUN = 64 };
    double p[RUN];
    rao_uniform_fill_f64(s, step, draw_index(head, row, 0), head->k, y); /* the same draws, many at a time */
    for (int64_t first = 0; first < head->k; first += RUN) {
        const int64_t n = head->k - first < RUN ? head->k - first : RUN;
        head->kernels[1]->mean(&(head_rows){.rows = 1, .k = n, .z = z + first, .out = p});
        for (int64_t j = 0; j < n; j++) y[first + j] = y[first + j] < p[j];
    }
}

static void draw_poisson(const rao_head *head, const double *z, rao_stream s, uint64_t step, uint64_t row, double *y) {
    for (int64_t j = 0; j < head->k; j++) {
        rao_draws d = rao_draws_at(s, step, draw_index(head, row, j));
        y[j] = rao_draw_poisson(&d, exp(z[j]));
    }
}

static void draw_normal(const rao_head *head, const double *z, rao_stream s, uint64_t step, uint64_t row, double *y) {
    double sd = sqrt(head->var);
    for (int64_t j = 0; j < head->k; j++) y[j] = z[j] + sd * rao_normal_at(s, step, draw_index(head, row, j));
}

static void draw_mu_logvar(const rao_head *head, const double *z, rao_stream s, uint64_t step, uint64_t row, double *y) {
    for (int64_t j = 0; j < head->k; j++) y[j] = z[j] + exp(z[head->k + j] / 2) * rao_normal_at(s, step, draw_index(head, row, j));
}

const head_kind rao_head_kinds[HEAD_KINDS] = {
    {"categorical", "categorical.logits", HEAD_CATEGORICAL, 2, 1, 0, 1, "a class", is_class, draw_class},
    {"bernoulli", "bernoulli.logit", HEAD_BERNOULLI, 1, 1, 1, 0, "0 <= y <= 1", is_unit, draw_bernoulli},
    {"poisson", "poisson.natural", HEAD_POISSON, 1, 1, 1, 0, "a count 0, 1, 2, ...", is_count, draw_poisson},
    {"normal", "normal.mu", HEAD_NORMAL, 1, 1, 1, 0, "a finite number", is_real, draw_normal},
    {"normal.mu_logvar", "normal.mu_logvar", HEAD_NORMAL_MU_LOGVAR, 1, 2, 1, 0, "a finite number", is_real, draw_mu_logvar},
};
