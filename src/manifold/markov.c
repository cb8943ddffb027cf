/* markov.c - kernels between finite sets, and what they make of a categorical: (p K)_j = sum over i of p_i K_ij, O(rows columns). */
#include <stdio.h>
#include <string.h>

#include "manifold/manifold.h"

struct rao_markov {
    int64_t rows, columns;
    double *kernel;
    int congruent;
};

/* A column with two entries above zero mixes two inputs. */
static int is_congruent(const rao_markov *m) {
    for (int64_t j = 0; j < m->columns; j++) {
        int64_t sources = 0;
        for (int64_t i = 0; i < m->rows; i++) sources += m->kernel[i * m->columns + j] > 0;
        if (sources > 1) return 0;
    }
    return 1;
}

rao_status rao_markov_create(rao_ctx *ctx, int64_t rows, int64_t columns, const double *kernel, rao_markov **markov) {
    rao_status st;
    rao_markov *m = NULL;
    int64_t size = 0;
    char whose[48];
    if (rows < 1 || columns < 1 || !kernel)
        return rao_fail(ctx, RAO_EINVAL, "kernel: %lld x %lld%s, want at least 1 x 1", (long long)rows, (long long)columns,
                        kernel ? "" : " without entries");
    RAO_TRY(rao_size_mul(ctx, "kernel", rows, columns, &size));
    RAO_TRY(rao_alloc(ctx, 1, &m));
    RAO_TRY(rao_alloc(ctx, size, &m->kernel));
    m->rows = rows, m->columns = columns;
    for (int64_t i = 0; i < rows; i++) {
        snprintf(whose, sizeof whose, "kernel, row %lld", (long long)i + 1);
        RAO_TRY(rao_load_law(ctx, whose, columns, kernel + i * columns, m->kernel + i * columns));
    }
    m->congruent = is_congruent(m);
    *markov = m;
    m = NULL;
done:
    rao_markov_destroy(&m);
    return st;
}

void rao_markov_destroy(rao_markov **markov) {
    if (!markov || !*markov) return;
    rao_free(&(*markov)->kernel);
    rao_free(markov);
}

int64_t rao_markov_rows(const rao_markov *markov) { return markov->rows; }
int64_t rao_markov_columns(const rao_markov *markov) { return markov->columns; }
int rao_markov_congruent(const rao_markov *markov) { return markov->congruent; }

static void push(const rao_markov *m, const double *p, double *out) {
    memset(out, 0, sizeof *out * (size_t)m->columns);
    for (int64_t i = 0; i < m->rows; i++)
        for (int64_t j = 0; j < m->columns; j++) out[j] += p[i] * m->kernel[i * m->columns + j];
}

/* The law of item i, checked. */
static rao_status load(rao_ctx *ctx, const rao_markov *m, int64_t n, rao_points p, int64_t i, double *law) {
    char whose[48] = "categorical";
    if (n > 1) snprintf(whose, sizeof whose, "item %lld: categorical", (long long)i);
    return rao_load_law(ctx, whose, m->rows, p.data + i * p.stride, law);
}

rao_status rao_markov_pushforward(rao_ctx *ctx, const rao_markov *markov, int64_t n, rao_points p, double *out, int64_t stride) {
    rao_status st = RAO_OK;
    double *law;
    rao_mark mark = rao_scratch_mark(ctx);
    if (n < 0 || (n > 0 && (!p.data || !out)) || (n > 1 && stride < markov->columns))
        RAO_TRY(rao_fail(ctx, RAO_EINVAL, "markov_pushforward: %lld points, stride %lld of the outputs, want points, and a stride >= %lld",
                         (long long)n, (long long)stride, (long long)markov->columns));
    RAO_TRY(rao_scratch(ctx, markov->rows, &law));
    for (int64_t i = 0; i < n; i++) RAO_TRY(load(ctx, markov, n, p, i, law)); /* all good before the first output is written */
    for (int64_t i = 0; i < n; i++) {
        RAO_TRY(load(ctx, markov, n, p, i, law));
        push(markov, law, out + i * stride);
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
