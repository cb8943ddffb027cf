/* objective.c - the loss contract, written once: weighted mean over cases of the negative log density, and its derivatives. */
#include <math.h>
#include <string.h>

#include <rao/nn.h>

#include "family/head.h"
#include "graph/across.h"
#include "nn/gather.h"

struct rao_objective {
    const rao_model *model;
    rao_tape *tape;
    rao_dtype dtype;
    int across;   /* tape and head take the batch as features x cases */
    int64_t even; /* the shares are those of so many cases of equal weight; 0: of other weights */
    int64_t max_cases, n, outputs, targets;
    void *y;       /* n x targets */
    void *nll;     /* a case */
    void *share;   /* weight / sum of weights, a case */
    double *exact; /* the same in double */
};

rao_status rao_objective_create(rao_ctx *ctx, const rao_model *model, int64_t max_cases, unsigned needs, rao_objective **objective) {
    rao_status st = RAO_OK;
    rao_objective *o = NULL;
    int64_t numbers = 0;
    const rao_head *head = rao_model_head(model);
    RAO_TRY(rao_alloc(ctx, 1, &o));
    o->model = model, o->dtype = rao_model_dtype(model), o->max_cases = max_cases;
    o->outputs = rao_head_outputs(head), o->targets = rao_head_targets(head);
    RAO_TRY(rao_tape_create(ctx, rao_model_graph(model), max_cases, needs, &o->tape));
    o->across = tape_is_across(o->tape) && head_takes_across(head);
    RAO_TRY(rao_size_mul(ctx, "objective: targets", max_cases, o->targets, &numbers));
    RAO_TRY(rao_alloc_bytes(ctx, numbers, rao_dtype_size(o->dtype), &o->y));
    RAO_TRY(rao_alloc_bytes(ctx, max_cases, rao_dtype_size(o->dtype), &o->nll));
    RAO_TRY(rao_alloc_bytes(ctx, max_cases, rao_dtype_size(o->dtype), &o->share));
    RAO_TRY(rao_alloc(ctx, max_cases, &o->exact));
    *objective = o;
    o = NULL;
done:
    rao_objective_destroy(&o);
    return st;
}

void rao_objective_destroy(rao_objective **objective) {
    if (!objective || !*objective) return;
    rao_objective *o = *objective;
    rao_tape_destroy(&o->tape);
    rao_free_block(&o->y);
    rao_free_block(&o->nll);
    rao_free_block(&o->share);
    rao_free(&o->exact);
    rao_free(objective);
}

rao_tape *rao_objective_tape(rao_objective *o) { return o->tape; }
const rao_model *rao_objective_model(const rao_objective *o) { return o->model; }
int64_t rao_objective_cases(const rao_objective *o) { return o->n; }
const double *rao_objective_shares(const rao_objective *o) { return o->exact; }
rao_mat rao_objective_targets(const rao_objective *o) { return rao_mat_view(o->dtype, o->n, o->targets, o->targets, o->y); }

int64_t rao_objective_bytes(const rao_objective *o) {
    int64_t unit = (int64_t)rao_dtype_size(o->dtype);
    return rao_tape_bytes(o->tape) + o->max_cases * (unit * (o->targets + 2) + (int64_t)sizeof(double));
}

/* ---- the batch ---- */

static rao_status check_batch(rao_ctx *ctx, const rao_objective *o, const rao_mat *x, const rao_mat *y, int64_t n) {
    int64_t in = rao_graph_inputs(rao_model_graph(o->model));
    if (x->cols != in || y->cols != o->targets)
        return rao_fail(ctx, RAO_EINVAL, "batch: x and y have %lld and %lld columns, the model %lld and %lld", (long long)x->cols,
                        (long long)y->cols, (long long)in, (long long)o->targets);
    if (x->dtype != o->dtype || y->dtype != o->dtype)
        return rao_fail(ctx, RAO_EINVAL, "batch: x and y are %s and %s, the model %s", rao_dtype_name(x->dtype), rao_dtype_name(y->dtype),
                        rao_dtype_name(o->dtype));
    if (x->rows != y->rows) return rao_fail(ctx, RAO_EINVAL, "batch: x has %lld rows, y %lld", (long long)x->rows, (long long)y->rows);
    if (n < 1 || n > o->max_cases)
        return rao_fail(ctx, RAO_EINVAL, "batch: %lld cases, want 1..%lld", (long long)n, (long long)o->max_cases);
    return RAO_OK;
}

static void put_share(rao_objective *o, int64_t i, double share) {
    o->exact[i] = share;
    if (o->dtype == RAO_F64) ((double *)o->share)[i] = share;
    else ((float *)o->share)[i] = (float)share;
}

/* Shares of the cases in the mean where all weigh the same: those of the last batch, mostly. */
static void set_even_shares(rao_objective *o, int64_t n) {
    for (int64_t i = 0; i < n && o->even != n; i++) put_share(o, i, 1 / (double)n);
    o->even = n;
}

static rao_status set_shares(rao_ctx *ctx, rao_objective *o, const double *weights, const int64_t *rows, int64_t first, int64_t n) {
    double total = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t row = rows ? rows[i] : first + i;
        double w = weights[row];
        if (!(w >= 0 && w <= HUGE_VAL) || isinf(w))
            return rao_fail(ctx, RAO_EDOMAIN, "batch: weight of row %lld = %g, want finite and >= 0", (long long)row, w);
        total += w;
    }
    if (!(total > 0)) return rao_fail(ctx, RAO_EDOMAIN, "batch: the weights of its cases sum to 0");
    for (int64_t i = 0; i < n; i++) put_share(o, i, weights[rows ? rows[i] : first + i] / total);
    o->even = 0;
    return RAO_OK;
}

static rao_status check_rows(rao_ctx *ctx, const int64_t *rows, int64_t first, int64_t n, int64_t all) {
    if (!rows && first >= 0 && first <= all - n) return RAO_OK;
    for (int64_t i = 0; i < n; i++) {
        int64_t row = rows ? rows[i] : first + i;
        if (row < 0 || row >= all) return rao_fail(ctx, RAO_EINVAL, "batch: row %lld, want 0..%lld", (long long)row, (long long)all - 1);
    }
    return RAO_OK;
}

rao_status rao_objective_batch(rao_ctx *ctx, rao_objective *o, const rao_mat *x, const rao_mat *y, const double *weights,
                               const int64_t *rows, int64_t first, int64_t n) {
    rao_status st = RAO_OK;
    rao_mat into;
    RAO_TRY(check_batch(ctx, o, x, y, n));
    RAO_TRY(check_rows(ctx, rows, first, n, x->rows));
    if (weights) RAO_TRY(set_shares(ctx, o, weights, rows, first, n));
    else set_even_shares(o, n);
    if (o->across) RAO_TRY(tape_input_across(ctx, o->tape, n, &into));
    else RAO_TRY(rao_tape_input(ctx, o->tape, n, &into));
    o->n = n;
    if (o->across) gather_across(x, rows, first, &into);
    else gather_rows(x, rows, first, &into);
    into = rao_objective_targets(o);
    gather_rows(y, rows, first, &into);
done:
    return st;
}

/* ---- loss and derivatives ---- */

static rao_vec cases_vec(const rao_objective *o, void *data) { return rao_vec_view(o->dtype, o->n, data); }

/* Eight sums, each a chain of its own: one would take as long as a small network's products. */
static double weighted_mean(const rao_objective *o) {
    double sum[8] = {0};
    const float *f = o->nll;
    const double *d = o->nll;
    if (o->dtype == RAO_F64)
        for (int64_t i = 0; i < o->n; i++) sum[i % 8] += o->exact[i] * d[i];
    else
        for (int64_t i = 0; i < o->n; i++) sum[i % 8] += o->exact[i] * (double)f[i];
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

static rao_status check_filled(rao_ctx *ctx, const rao_objective *o) {
    return o->n ? RAO_OK : rao_fail(ctx, RAO_EINVAL, "objective: no batch was given");
}

static rao_status forward(rao_ctx *ctx, const rao_objective *o, const rao_vec *w) {
    rao_status st = check_filled(ctx, o);
    if (st != RAO_OK) return st;
    return o->across ? tape_forward_across(ctx, o->tape, w) : rao_tape_forward(ctx, o->tape, w);
}

rao_status rao_objective_loss(rao_ctx *ctx, rao_objective *o, const rao_vec *w, double *loss) {
    rao_status st = RAO_OK;
    const rao_head *head = rao_model_head(o->model);
    rao_vec nll = cases_vec(o, o->nll);
    rao_mat z, y = rao_objective_targets(o);
    RAO_TRY(forward(ctx, o, w));
    z = o->across ? tape_output_across(o->tape) : rao_tape_output(o->tape);
    if (o->across) RAO_TRY(head_nll_score_across(ctx, head, &z, &y, NULL, &nll, NULL));
    else RAO_TRY(rao_head_nll(ctx, head, &z, &y, &nll));
    *loss = weighted_mean(o);
done:
    return st;
}

/* `loss`: whether the cases' losses are wanted, too. */
static rao_status backward_across(rao_ctx *ctx, rao_objective *o, const rao_vec *w, double beta, rao_vec *gradient, int loss) {
    rao_status st = RAO_OK;
    rao_vec nll = cases_vec(o, o->nll), share = cases_vec(o, o->share);
    rao_mat z = tape_output_across(o->tape), g = tape_cotangent_across(o->tape), y = rao_objective_targets(o);
    RAO_TRY(head_nll_score_across(ctx, rao_model_head(o->model), &z, &y, &share, loss ? &nll : NULL, &g));
    RAO_TRY(tape_vjp_across(ctx, o->tape, w, beta, gradient));
done:
    return st;
}

static rao_status backward_in_rows(rao_ctx *ctx, rao_objective *o, const rao_vec *w, double beta, rao_vec *gradient) {
    rao_status st = RAO_OK;
    rao_vec nll = cases_vec(o, o->nll), share = cases_vec(o, o->share);
    rao_mat z = rao_tape_output(o->tape), g = rao_tape_cotangent(o->tape), y = rao_objective_targets(o);
    RAO_TRY(rao_head_nll_score(ctx, rao_model_head(o->model), &z, &y, &share, &nll, &g));
    RAO_TRY(rao_tape_vjp(ctx, o->tape, w, beta, gradient));
done:
    return st;
}

rao_status rao_objective_backward(rao_ctx *ctx, rao_objective *o, const rao_vec *w, double beta, rao_vec *gradient, double *loss) {
    rao_status st = check_filled(ctx, o);
    if (st == RAO_OK && o->across) st = backward_across(ctx, o, w, beta, gradient, loss != NULL);
    else if (st == RAO_OK) st = backward_in_rows(ctx, o, w, beta, gradient);
    if (st == RAO_OK && loss) *loss = weighted_mean(o);
    return st;
}

rao_status rao_objective_gradient(rao_ctx *ctx, rao_objective *o, const rao_vec *w, double beta, rao_vec *gradient, double *loss) {
    rao_status st = forward(ctx, o, w);
    return st == RAO_OK ? rao_objective_backward(ctx, o, w, beta, gradient, loss) : st;
}

static void scale_rows(const rao_objective *o, rao_mat *m) {
    for (int64_t i = 0; i < m->rows; i++)
        for (int64_t j = 0; j < m->cols; j++) {
            if (o->dtype == RAO_F64) ((double *)m->data)[i * m->ld + j] *= o->exact[i];
            else ((float *)m->data)[i * m->ld + j] *= (float)o->exact[i];
        }
}

rao_status rao_objective_hessian(rao_ctx *ctx, rao_objective *o, const rao_vec *w, const rao_vec *direction, rao_vec *product) {
    rao_status st = RAO_OK;
    const rao_head *head = rao_model_head(o->model);
    rao_vec nll = cases_vec(o, o->nll), share = cases_vec(o, o->share);
    rao_mat z, d, g, h, y = rao_objective_targets(o);
    RAO_TRY(check_filled(ctx, o));
    RAO_TRY(rao_tape_forward(ctx, o->tape, w));
    RAO_TRY(rao_tape_jvp(ctx, o->tape, w, direction));
    z = rao_tape_output(o->tape), d = rao_tape_tangent(o->tape), g = rao_tape_cotangent(o->tape), h = rao_tape_cotangent_tangent(o->tape);
    RAO_TRY(rao_head_nll_score(ctx, head, &z, &y, &share, &nll, &g));
    RAO_TRY(rao_head_hessian_apply(ctx, head, &z, &y, &d, &h));
    scale_rows(o, &h);
    RAO_TRY(rao_tape_hvp(ctx, o->tape, w, direction, 0, NULL, product));
done:
    return st;
}

/* ---- quadratic forms of the Fisher matrix ---- */

/* sum over the first n cases of share_i <a_i, b_i> */
static double weighted_inner(const rao_objective *o, const rao_mat *a, const rao_mat *b) {
    double sum = 0;
    for (int64_t i = 0; i < a->rows; i++) {
        double row = 0;
        for (int64_t j = 0; j < a->cols; j++) {
            int64_t p = i * a->ld + j, q = i * b->ld + j;
            row += o->dtype == RAO_F64 ? ((const double *)a->data)[p] * ((const double *)b->data)[q]
                                       : (double)((const float *)a->data)[p] * (double)((const float *)b->data)[q];
        }
        sum += o->exact[i] * row;
    }
    return sum;
}

static rao_status room_for_rows(rao_ctx *ctx, const rao_objective *o, int64_t n, rao_mat *m) {
    char *data = NULL;
    rao_status st = rao_scratch(ctx, n * o->outputs * (int64_t)rao_dtype_size(o->dtype), &data);
    *m = rao_mat_view(o->dtype, n, o->outputs, o->outputs, data);
    return st;
}

/* forms[i count + j] for j <= i, and mirrored: each tangent meets F_head of itself and those before it. `room` has count + 1 matrices. */
static rao_status forms_of_tangents(rao_ctx *ctx, rao_objective *o, const rao_vec *w, const rao_vec *directions, int64_t count,
                                    rao_mat *room, double *forms) {
    rao_status st = RAO_OK;
    rao_mat *through = &room[count];
    double total = 0;
    for (int64_t i = 0; i < through->rows; i++) total += o->exact[i];
    if (!(total > 0))
        return rao_fail(ctx, RAO_EDOMAIN, "fisher forms: the weights of the first %lld cases sum to 0", (long long)through->rows);
    for (int64_t i = 0; i < count; i++) {
        RAO_TRY(rao_tape_jvp(ctx, o->tape, w, &directions[i]));
        rao_mat z = rao_tape_output(o->tape), tangent = rao_tape_tangent(o->tape);
        gather_rows(&tangent, NULL, 0, &room[i]);
        RAO_TRY(rao_head_fisher_apply(ctx, rao_model_head(o->model), &z, &room[i], through));
        for (int64_t j = 0; j <= i; j++) forms[i * count + j] = forms[j * count + i] = weighted_inner(o, &room[j], through) / total;
    }
done:
    return st;
}

rao_status rao_objective_fisher_forms(rao_ctx *ctx, rao_objective *o, const rao_vec *w, const rao_vec *directions, int64_t count,
                                      int64_t cases, double *forms) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_mat *room = NULL, x;
    double *found = NULL;
    RAO_TRY(check_filled(ctx, o));
    if (cases < 0 || cases > o->n || count < 1)
        RAO_TRY(rao_fail(ctx, RAO_EINVAL, "fisher forms: %lld directions and %lld cases, want >= 1 and 0..%lld", (long long)count,
                         (long long)cases, (long long)o->n));
    int64_t all = o->n, n = cases ? cases : all;
    RAO_TRY(rao_scratch(ctx, count + 1, &room));
    RAO_TRY(rao_scratch(ctx, count * count, &found));
    for (int64_t i = 0; i <= count; i++) RAO_TRY(room_for_rows(ctx, o, n, &room[i]));
    RAO_TRY(rao_tape_input(ctx, o->tape, n, &x)); /* the first rows of the values are those of the first cases */
    st = forms_of_tangents(ctx, o, w, directions, count, room, found);
    if (rao_tape_input(ctx, o->tape, all, &x) != RAO_OK && st == RAO_OK) st = RAO_EINVAL;
    if (st == RAO_OK) memcpy(forms, found, (size_t)(count * count) * sizeof *forms);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* The weight of a chunk in the mean over all cases. */
static double chunk_weight(const double *weights, int64_t first, int64_t n) {
    double sum = 0;
    for (int64_t i = first; i < first + n; i++) sum += weights ? weights[i] : 1;
    return sum;
}

rao_status rao_objective_evaluate(rao_ctx *ctx, rao_objective *o, const rao_vec *w, const rao_mat *x, const rao_mat *y,
                                  const double *weights, double *loss, double *score) {
    rao_status st = RAO_OK;
    const rao_head *head = rao_model_head(o->model);
    double sum = 0, errors = 0, total = chunk_weight(weights, 0, x->rows);
    if (x->rows < 1) return rao_fail(ctx, RAO_EINVAL, "evaluate: no cases");
    for (int64_t first = 0, n; first < x->rows; first += n) {
        double part = 0, wrong = 0;
        n = x->rows - first < o->max_cases ? x->rows - first : o->max_cases;
        double share = chunk_weight(weights, first, n) / total;
        if (share == 0 && !score) continue;
        RAO_TRY(rao_objective_batch(ctx, o, x, y, share > 0 ? weights : NULL, NULL, first,
                                    n)); /* a chunk of weight 0 has no mean, and a score */
        RAO_TRY(rao_objective_loss(ctx, o, w, &part));
        sum += share * part;
        if (!score) continue;
        if (o->across) RAO_TRY(tape_turn_output(ctx, o->tape));
        rao_mat z = rao_tape_output(o->tape), targets = rao_objective_targets(o);
        RAO_TRY(rao_head_errors(ctx, head, &z, &targets, &wrong));
        errors += wrong;
    }
    *loss = sum;
    if (score) *score = errors / (double)x->rows;
done:
    return st;
}
