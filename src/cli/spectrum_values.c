/* spectrum_values.c - the eigenvalues of the matrix, or what Lanczos can say of them, and the numbers that follow from them.
 *
 * Effective dimension d(l) = sum_j lambda_j / (lambda_j + l) (Gull 1989; MacKay 1992). Without all eigenvalues it is estimated: for a random unit q, the
 * parameters times q^T g(F) q has the mean tr g(F) (Hutchinson 1990; Ubaru, Chen & Saad 2017), and q^T g(F) q lies between two quadratures that a Lanczos
 * process gives (Golub & Meurant 1994): the derivatives of g(x) = x / (x + l) alternate in sign, so the Gauss rule is not below it and the Gauss-Radau rule
 * with a node at 0, which no eigenvalue is below, not above it. */
#include "spectrum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double relative[SPECTRUM_DAMPINGS] = {100, 10, 1, 0.1, 0.01, 0.001, 0.0001};

static int descending(const void *a, const void *b) {
    return (*(const double *)a < *(const double *)b) - (*(const double *)a > *(const double *)b);
}

static double number_at(const rao_vec *v, int64_t i) {
    return v->dtype == RAO_F64 ? ((const double *)v->data)[i] : (double)((const float *)v->data)[i];
}

static double unit_of(const spectrum_view *v) { return v->w.dtype == RAO_F64 ? 0x1p-52 : 0x1p-23; }

/* The side of the matrix whose decomposition made the eigenvalues: its rounding is some side x epsilon x largest. kfac and ekfac decompose their factors;
 * a diagonal decomposes nothing. */
static int64_t side_of(const spectrum_view *v) {
    const char *name = rao_fisher_name(v->fisher);
    const rao_graph *graph = rao_model_graph(v->problem.model);
    int64_t side = 1;
    if (!strcmp(name, "dense")) return v->parameters;
    if (!strcmp(name, "gram")) return v->n * v->columns;
    for (int64_t l = 0; l < rao_graph_parameters(graph) && strcmp(name, "diagonal"); l++) {
        rao_parameter p = rao_graph_parameter(graph, l);
        if (p.rows + p.cols > side) side = p.rows + p.cols;
    }
    return side;
}

/* ---- all eigenvalues ---- */

static rao_status all_values(spectrum_view *v) {
    rao_status st;
    rao_vec w = rao_vec_view(v->w.dtype, v->parameters, NULL);
    RAO_TRY(rao_alloc_bytes(v->ctx, w.n, rao_dtype_size(w.dtype), &w.data));
    RAO_TRY(rao_alloc(v->ctx, w.n, &v->value));
    RAO_TRY(rao_op_eigenvalues(v->ctx, rao_fisher_op(v->fisher), &w));
    for (int64_t i = 0; i < w.n; i++) v->value[i] = number_at(&w, i);
    qsort(v->value, (size_t)w.n, sizeof *v->value, descending);
    v->count = w.n;
    for (int i = 0; i < SPECTRUM_DAMPINGS && v->damping[i] > 0; i++)
        RAO_TRY(rao_effective_dimension(v->ctx, &w, v->damping[i], &v->dimension[i]));
done:
    rao_free_block(&w.data);
    return st;
}

static void count_rank(spectrum_view *v) {
    for (v->rank = 0; v->rank < v->count && v->value[v->rank] > v->threshold; v->rank++) {}
    v->smallest = v->rank ? v->value[v->rank - 1] : (double)NAN;
    v->condition = v->rank ? v->largest / v->smallest : (double)NAN;
}

/* ---- Lanczos ---- */

typedef struct probe {
    double *theta, *bound, *weight;
    int64_t made;
} probe;

/* The Jacobi matrix of a discrete measure, diagonal and squared off-diagonal (square[0] is the whole weight), by adding its points one by one with rotations:
 * Gragg & Harwood 1984, in the form of Gautschi 2004, section 2.2.3.2. O(made^2), and stable where undoing the eigen-decomposition is not. */
static void jacobi_matrix(const probe *p, double *diagonal, double *square) {
    for (int64_t n = 0; n < p->made; n++) {
        double mass = p->weight[n], keep = 1, turn = 0, t = 0;
        diagonal[n] = p->theta[n], square[n] = n ? 0 : mass;
        for (int64_t k = 0; k <= n && n; k++) {
            double sum = square[k] + mass, scaled = keep * sum, before = turn, last = t;
            keep = sum > 0 ? square[k] / sum : 1, turn = sum > 0 ? mass / sum : 0;
            t = turn * (diagonal[k] - p->theta[n]) - keep * last;
            diagonal[k] -= t - last;
            mass = turn > 0 ? t * t / turn : before * square[k];
            square[k] = scaled;
        }
    }
}

/* The last diagonal entry with which the matrix is singular: its quadrature has a node at 0. */
static void put_node_at_zero(int64_t n, double largest, double *diagonal, const double *square) {
    double pivot = diagonal[0], floor = 0x1p-52 * largest;
    for (int64_t k = 1; k < n; k++) {
        double next = diagonal[k] - square[k] / fmax(pivot, floor);
        if (k == n - 1) diagonal[k] = square[k] / fmax(pivot, floor);
        pivot = next;
    }
    if (n == 1) diagonal[0] = 0;
}

/* 1 - l e^T (T + l)^-1 e, e the first unit vector: the quadrature of x / (x + l). */
static double quadrature(int64_t n, const double *diagonal, const double *square, double l) {
    double c = diagonal[n - 1] + l;
    for (int64_t k = n - 1; k > 0; k--) c = diagonal[k - 1] + l - square[k] / c;
    return 1 - l / c;
}

/* Mean and sum of squared deviations, updated (Welford 1962). */
static void add_sample(double sample, int64_t k, double *mean, double *squares) {
    double step = sample - *mean;
    *mean += step / (double)(k + 1);
    *squares += step * (sample - *mean);
}

static rao_status add_probe(spectrum_view *v, const probe *p, int64_t k) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(v->ctx);
    double *diagonal = NULL, *square = NULL, size = (double)v->parameters;
    int whole = p->made < v->options->steps || p->made == v->parameters; /* an invariant subspace: both rules are exact */
    RAO_TRY(rao_scratch(v->ctx, p->made, &diagonal));
    RAO_TRY(rao_scratch(v->ctx, p->made, &square));
    jacobi_matrix(p, diagonal, square);
    for (int i = 0; i < SPECTRUM_DAMPINGS; i++)
        add_sample(size * quadrature(p->made, diagonal, square, v->damping[i]), k, &v->upper[i], &v->upper_error[i]);
    if (!whole) put_node_at_zero(p->made, p->theta[p->made - 1], diagonal, square);
    for (int i = 0; i < SPECTRUM_DAMPINGS; i++)
        add_sample(size * quadrature(p->made, diagonal, square, v->damping[i]), k, &v->lower[i], &v->lower_error[i]);
done:
    rao_scratch_reset(v->ctx, mark);
    return st;
}

static void finish_dimensions(spectrum_view *v) {
    double probes = (double)v->options->probes;
    for (int i = 0; i < SPECTRUM_DAMPINGS; i++) {
        v->upper_error[i] = sqrt(v->upper_error[i] / (probes - 1) / probes),
        v->lower_error[i] = sqrt(v->lower_error[i] / (probes - 1) / probes);
        v->dimension[i] = (v->lower[i] + v->upper[i]) / 2;
    }
}

/* Intervals theta +- bound that are positive and do not meet hold an eigenvalue each. */
static void count_certain(spectrum_view *v) {
    double below = (double)INFINITY;
    for (int64_t i = 0; i < v->count; i++) {
        if (v->value[i] + v->bound[i] >= below || v->value[i] - v->bound[i] <= 0) continue;
        v->rank++, below = v->value[i] - v->bound[i];
    }
    v->smallest = v->condition = (double)NAN;
}

static rao_status keep_probe(spectrum_view *v, const probe *p) {
    rao_status st;
    RAO_TRY(rao_alloc(v->ctx, p->made, &v->value));
    RAO_TRY(rao_alloc(v->ctx, p->made, &v->bound));
    v->count = p->made;
    for (int64_t j = 0; j < p->made; j++) v->value[j] = p->theta[p->made - 1 - j], v->bound[j] = p->bound[p->made - 1 - j];
done:
    return st;
}

static rao_status ritz_values(spectrum_view *v) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(v->ctx);
    probe p = {0};
    cli_progress progress;
    progress_begin(&progress, v->ctx, &v->call->common, "probes");
    RAO_TRY(rao_scratch(v->ctx, v->options->steps, &p.theta));
    RAO_TRY(rao_scratch(v->ctx, v->options->steps, &p.bound));
    RAO_TRY(rao_scratch(v->ctx, v->options->steps, &p.weight));
    for (int64_t k = 0; k < v->options->probes; k++) {
        rao_stream s = rao_stream_make((uint64_t)v->call->common.seed + (uint64_t)k, RAO_STREAM_PROBES);
        RAO_TRY(rao_lanczos(v->ctx, rao_fisher_op(v->fisher), v->options->steps, s, p.theta, p.bound, p.weight, &p.made));
        if (rao_ctx_cancelled(v->ctx))
            RAO_TRY(rao_fail(v->ctx, RAO_ENUMERIC, "interrupted after %lld of %lld probes", (long long)k, (long long)v->options->probes));
        if (k == 0) RAO_TRY(keep_probe(v, &p));
        RAO_TRY(add_probe(v, &p, k));
        progress_show(&progress, "Lanczos", (double)(k + 1) / (double)v->options->probes);
    }
    finish_dimensions(v);
    count_certain(v);
done:
    progress_end(&progress);
    rao_scratch_reset(v->ctx, mark);
    return st;
}

/* ---- both ---- */

static rao_status point_facts(spectrum_view *v) {
    rao_status st;
    rao_vec g = rao_vec_view(v->w.dtype, v->parameters, NULL);
    rao_mat x = rao_dataset_x(v->problem.data, RAO_TRAIN), y = rao_dataset_y(v->problem.data, RAO_TRAIN);
    RAO_TRY(rao_alloc_bytes(v->ctx, g.n, rao_dtype_size(g.dtype), &g.data));
    RAO_TRY(rao_objective_batch(v->ctx, v->objective, &x, &y, NULL, v->rows, 0, v->n));
    RAO_TRY(rao_objective_gradient(v->ctx, v->objective, &v->w, 0, &g, &v->loss));
    RAO_TRY(rao_norm(v->ctx, &g, &v->gradient_norm));
    if (!isfinite(v->loss) || !isfinite(v->gradient_norm))
        st = rao_fail(v->ctx, RAO_ENUMERIC, "the loss at these weights is %g and its gradient has the norm %g", v->loss, v->gradient_norm);
done:
    rao_free_block(&g.data);
    return st;
}

rao_status spectrum_values(spectrum_view *v) {
    rao_status st;
    RAO_TRY(point_facts(v));
    RAO_TRY(rao_fisher_update(v->ctx, v->fisher, v->objective, &v->w, 0, 0, 1));
    RAO_TRY(rao_op_damp(v->ctx, rao_fisher_op(v->fisher), 0));
    RAO_TRY(rao_op_trace(v->ctx, rao_fisher_op(v->fisher), &v->trace));
    v->mean = v->trace / (double)v->parameters;
    for (int i = 0; i < SPECTRUM_DAMPINGS; i++) v->relative[i] = relative[i], v->damping[i] = relative[i] * v->mean;
    if (!(v->mean > 0))
        RAO_TRY(rao_fail(v->ctx, RAO_EDOMAIN, "the Fisher matrix at these weights is zero: no parameter moves the model's distribution"));
    RAO_TRY(v->exact ? all_values(v) : ritz_values(v));
    v->largest = v->count ? v->value[0] : 0;
    v->side = side_of(v);
    v->threshold = (double)v->side * unit_of(v) * v->largest;
    if (v->exact) count_rank(v);
done:
    return st;
}
