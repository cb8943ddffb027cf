/* spectrum_diagonals.c - three diagonals side by side: of the true Fisher matrix, of the empirical one, and Adam's second moments.
 *
 * v = mean over the full batches b of one epoch, at fixed weights, of g_b^2, g_b the gradient of the mean loss of the batch: what Adam's average tends to as
 * beta2 -> 1 while the weights stand still. With independent cases E v = D / B + (1 - 1/B) g^2, D the empirical diagonal, g the mean gradient, so B v is
 * what stands beside D, with its B - 1 squared mean gradients; at B = 1 it is D. */
#include "spectrum.h"

#include <math.h>
#include <stdlib.h>

static double number_at(const rao_vec *v, int64_t i) {
    return v->dtype == RAO_F64 ? ((const double *)v->data)[i] : (double)((const float *)v->data)[i];
}

/* ---- making them ---- */

static rao_status new_vector(const spectrum_view *v, rao_vec *x) {
    *x = rao_vec_view(v->w.dtype, v->parameters, NULL);
    return rao_alloc_bytes(v->ctx, x->n, rao_dtype_size(x->dtype), &x->data);
}

/* F 1 of a diagonal F is its diagonal. */
static rao_status diagonal_of(spectrum_view *v, rao_flavour flavour, double **into) {
    rao_status st;
    rao_fisher *f = NULL;
    rao_fisher_opts o;
    rao_vec ones = {0}, d = {0};
    rao_fisher_opts_init(&o);
    o.flavour = (int)flavour;
    RAO_TRY(rao_fisher_create(v->ctx, v->problem.model, "diagonal", &o, v->n, &f));
    RAO_TRY(rao_fisher_update(v->ctx, f, v->objective, &v->w, 0, 0, 1));
    RAO_TRY(new_vector(v, &ones));
    RAO_TRY(new_vector(v, &d));
    for (int64_t i = 0; i < ones.n; i++)
        if (ones.dtype == RAO_F64) ((double *)ones.data)[i] = 1;
        else ((float *)ones.data)[i] = 1;
    RAO_TRY(rao_op_apply(v->ctx, rao_fisher_op(f), &ones, &d));
    RAO_TRY(rao_alloc(v->ctx, d.n, into));
    for (int64_t i = 0; i < d.n; i++) (*into)[i] = number_at(&d, i);
done:
    rao_fisher_destroy(&f);
    rao_free_block(&ones.data);
    rao_free_block(&d.data);
    return st;
}

static rao_status second_moments(spectrum_view *v) {
    rao_status st;
    rao_objective *objective = NULL;
    double *mean = NULL, squared = 0, sum = 0;
    rao_vec g = {0};
    rao_mat x = rao_dataset_x(v->problem.data, RAO_TRAIN), y = rao_dataset_y(v->problem.data, RAO_TRAIN);
    v->batches = v->n / v->batch;
    RAO_TRY(new_vector(v, &g));
    RAO_TRY(rao_alloc(v->ctx, g.n, &v->adam));
    RAO_TRY(rao_alloc(v->ctx, g.n, &mean));
    RAO_TRY(rao_objective_create(v->ctx, v->problem.model, v->batch, RAO_TAPE_VJP, &objective));
    for (int64_t b = 0; b < v->batches; b++) {
        RAO_TRY(rao_objective_batch(v->ctx, objective, &x, &y, NULL, v->rows + b * v->batch, 0, v->batch));
        RAO_TRY(rao_objective_gradient(v->ctx, objective, &v->w, 0, &g, NULL));
        for (int64_t i = 0; i < g.n; i++)
            mean[i] += number_at(&g, i) / (double)v->batches, v->adam[i] += number_at(&g, i) * number_at(&g, i) / (double)v->batches;
    }
    for (int64_t i = 0; i < g.n; i++) squared += mean[i] * mean[i], sum += v->adam[i];
    v->gradient_share = squared / sum;
done:
    rao_objective_destroy(&objective);
    rao_free(&mean);
    rao_free_block(&g.data);
    return st;
}

/* ---- comparing them ---- */

static double pearson(int64_t n, const double *a, const double *b) {
    double ma = 0, mb = 0, aa = 0, bb = 0, ab = 0;
    for (int64_t i = 0; i < n; i++) ma += a[i] / (double)n, mb += b[i] / (double)n;
    for (int64_t i = 0; i < n; i++) aa += (a[i] - ma) * (a[i] - ma), bb += (b[i] - mb) * (b[i] - mb), ab += (a[i] - ma) * (b[i] - mb);
    return aa > 0 && bb > 0 ? ab / sqrt(aa) / sqrt(bb) : (double)NAN;
}

typedef struct ranked {
    double value;
    int64_t at;
} ranked;
static int ascending(const void *a, const void *b) {
    double x = ((const ranked *)a)->value, y = ((const ranked *)b)->value;
    return (x > y) - (x < y);
}

/* rank[i] of a[i] among 1..n, equal numbers at the mean of their ranks. */
static void ranks(int64_t n, const double *a, ranked *work, double *rank) {
    for (int64_t i = 0; i < n; i++) work[i] = (ranked){a[i], i};
    qsort(work, (size_t)n, sizeof *work, ascending);
    for (int64_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && work[j].value == work[i].value; j++) {}
        for (int64_t k = i; k < j; k++) rank[work[k].at] = (double)(i + 1 + j) / 2;
    }
}

static double sum_of(int64_t n, const double *a) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += a[i];
    return sum;
}

static rao_status compare(rao_ctx *ctx, int64_t n, const double *a, const double *b, double scale, spectrum_pair *pair) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    ranked *work = NULL;
    double *ra = NULL, *rb = NULL;
    RAO_TRY(rao_scratch(ctx, n, &work));
    RAO_TRY(rao_scratch(ctx, n, &ra));
    RAO_TRY(rao_scratch(ctx, n, &rb));
    ranks(n, a, work, ra), ranks(n, b, work, rb);
    pair->ratio = scale * sum_of(n, b) / sum_of(n, a);
    pair->pearson = pearson(n, a, b), pair->rank = pearson(n, ra, rb);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status compare_layer(spectrum_view *v, spectrum_layer *l) {
    rao_status st;
    const double *t = v->truth + l->offset, *e = v->empirical + l->offset, *a = v->adam + l->offset, batch = (double)v->batch;
    l->truth = sum_of(l->size, t), l->empirical = sum_of(l->size, e), l->adam = batch * sum_of(l->size, a);
    RAO_TRY(compare(v->ctx, l->size, t, e, 1, &l->true_empirical));
    RAO_TRY(compare(v->ctx, l->size, t, a, batch, &l->true_adam));
    RAO_TRY(compare(v->ctx, l->size, e, a, batch, &l->empirical_adam));
done:
    return st;
}

rao_status spectrum_diagonals(spectrum_view *v) {
    rao_status st;
    const rao_graph *graph = rao_model_graph(v->problem.model);
    RAO_TRY(diagonal_of(v, RAO_FISHER_TRUE, &v->truth));
    RAO_TRY(diagonal_of(v, RAO_FISHER_EMPIRICAL, &v->empirical));
    RAO_TRY(second_moments(v));
    v->layers = rao_graph_parameters(graph) + 1;
    RAO_TRY(rao_alloc(v->ctx, v->layers, &v->layer));
    for (int64_t l = 0; l < v->layers; l++) {
        int whole = l == v->layers - 1;
        rao_parameter p = whole ? (rao_parameter){"all", 0, v->parameters, 1} : rao_graph_parameter(graph, l);
        v->layer[l] = (spectrum_layer){.name = p.name, .offset = p.offset, .size = p.rows * p.cols};
        RAO_TRY(compare_layer(v, &v->layer[l]));
    }
done:
    return st;
}
