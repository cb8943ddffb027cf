/* pull_back.c - tensors of chart 0 in another chart: covectors J^T v, metrics J^T F J, with J = d(chart 0) / d(chart). */
#include <math.h>
#include <string.h>

#include "family/generic.h"

static int64_t tangent(const family_item *it) { return it->f->tangents[chart_number(it->f, it->chart)]; }

/* Zeros of J are skipped: 0 * inf at the edge of a family is not part of the sum. */
static void multiply_transposed(const double *j, int64_t n, int64_t m, const double *v, int64_t step, double *out, int64_t out_step) {
    for (int64_t b = 0; b < m; b++) {
        double sum = 0;
        for (int64_t a = 0; a < n; a++)
            if (j[a * m + b] != 0) sum += j[a * m + b] * v[a * step];
        out[b * out_step] = sum;
    }
}

rao_status rao_pull_back(rao_ctx *ctx, const family_item *it, double *out,
                         void (*gradient)(const rao_family *f, const double *s, const double *t, double *g)) {
    rao_status st;
    int64_t n = it->f->dim, m = tangent(it);
    double *v, *j;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, n, &v));
    memset(v, 0, sizeof *v * (size_t)n);
    if (gradient) gradient(it->f, it->p, it->q, v);
    else it->f->table->score(it->f, it->p, it->x, v);
    if (!it->chart->jacobian) {
        memcpy(out, v, sizeof *out * (size_t)n);
    } else {
        RAO_TRY(rao_scratch(ctx, n * m, &j));
        memset(j, 0, sizeof *j * (size_t)(n * m));
        it->chart->jacobian(it->f, gradient ? it->q : it->p, j);
        multiply_transposed(j, n, m, v, 1, out, 1);
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_pull_back_matrix(rao_ctx *ctx, const family_item *it, double *out) {
    rao_status st = RAO_OK;
    int64_t n = it->f->dim, m = tangent(it);
    double *f, *j, *fj;
    if (!it->chart->jacobian) {
        it->f->table->fisher(it->f, it->p, out);
        return RAO_OK;
    }
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, n * n, &f));
    RAO_TRY(rao_scratch(ctx, n * m, &j));
    RAO_TRY(rao_scratch(ctx, n * m, &fj));
    memset(f, 0, sizeof *f * (size_t)(n * n));
    memset(j, 0, sizeof *j * (size_t)(n * m));
    it->f->table->fisher(it->f, it->p, f);
    it->chart->jacobian(it->f, it->p, j);
    for (int64_t b = 0; b < m; b++) /* F J, column b: F is symmetric */
        for (int64_t a = 0; a < n; a++) {
            double sum = 0;
            for (int64_t c = 0; c < n; c++)
                if (j[c * m + b] != 0) sum += f[a * n + c] * j[c * m + b];
            fj[a * m + b] = sum;
        }
    for (int64_t b = 0; b < m; b++) multiply_transposed(j, n, m, fj + b, m, out + b, m);
    for (int64_t a = 0; a < m; a++)
        for (int64_t b = 0; b < a; b++) out[a * m + b] = out[b * m + a] = 0.5 * (out[a * m + b] + out[b * m + a]);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
