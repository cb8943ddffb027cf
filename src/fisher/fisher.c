/* fisher.c - creating a representation, and the one estimate that feeds all of them: for each column of the head's Fisher root (true), each
 * draw (sampled) or the data's targets (empirical), one backward pass whose factors the representation takes up. */
#include "fisher/fisher.h"

#include "base/limit.h"
#include "fisher/dense_sum.h"
#include "graph/graph.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

static const rao_option rows[] = {
    {.name = "flavour",
     .type = RAO_OPT_CHOICE,
     .offset = offsetof(rao_fisher_opts, flavour),
     .choices = "true|sampled|empirical",
     .help = "expectation over the head, draws from the model, or the data's targets"},
    {.name = "samples",
     .type = RAO_OPT_INT,
     .offset = offsetof(rao_fisher_opts, samples),
     .value = 1,
     .min = 1,
     .max = 1e6,
     .help = "draws a case, flavour sampled"},
    {.name = "seed",
     .type = RAO_OPT_INT,
     .offset = offsetof(rao_fisher_opts, seed),
     .value = 0,
     .min = 0,
     .max = 0x1p53,
     .help = "of the draws"},
    {.name = "decay",
     .type = RAO_OPT_REAL,
     .offset = offsetof(rao_fisher_opts, decay),
     .value = 0,
     .min = 0,
     .max = 1,
     .flags = RAO_OPT_BELOW_MAX,
     .help = "kfac, ekfac: weight of the past, min(1 - 1/t, decay)"},
    {.name = "renew",
     .type = RAO_OPT_INT,
     .offset = offsetof(rao_fisher_opts, renew),
     .value = 1,
     .min = 1,
     .max = 1e9,
     .help = "kfac, ekfac: updates between inverses or eigenbases of a layer"},
    {.name = "tolerance",
     .type = RAO_OPT_REAL,
     .offset = offsetof(rao_fisher_opts, tolerance),
     .value = 1e-6,
     .min = 0,
     .max = 1,
     .flags = RAO_OPT_BELOW_MAX,
     .help = "implicit: relative residual of a solve"},
    {.name = "iterations",
     .type = RAO_OPT_INT,
     .offset = offsetof(rao_fisher_opts, iterations),
     .value = 250,
     .min = 1,
     .max = 1e9,
     .help = "implicit: conjugate-gradient steps of a solve at most"},
    {.name = "precondition",
     .type = RAO_OPT_CHOICE,
     .offset = offsetof(rao_fisher_opts, precondition),
     .choices = "kfac|none",
     .help = "implicit: of the conjugate gradients"},
    {.name = "truncate",
     .type = RAO_OPT_FLAG,
     .offset = offsetof(rao_fisher_opts, truncate),
     .help = "implicit: a solve out of steps gives its last iterate"},
    {.name = "precision",
     .type = RAO_OPT_CHOICE,
     .offset = offsetof(rao_fisher_opts, precision),
     .choices = "float|bf16",
     .help = "kfac: of the products that precondition a gradient's factors"},
};
static const rao_option_table table = {"fisher", sizeof(rao_fisher_opts), rows, sizeof rows / sizeof *rows};
const rao_option_table *rao_fisher_options(void) { return &table; }

void rao_fisher_opts_init_sized(rao_fisher_opts *opts, size_t size) {
    memset(opts, 0, size);
    opts->size = size;
    rao_options_defaults(&table, opts, size);
}

const char *rao_flavour_name(rao_flavour flavour) {
    static const char *const names[] = {"true", "sampled", "empirical"};
    return (unsigned)flavour < 3 ? names[flavour] : "?";
}

static const representation *const all[] = {&fisher_dense, &fisher_diagonal, &fisher_kfac, &fisher_ekfac, &fisher_gram, &fisher_implicit};
enum { ALL = sizeof all / sizeof *all };

static rao_status find(rao_ctx *ctx, const char *name, const representation **rep) {
    const char *names[ALL];
    for (int i = 0; i < ALL; i++) {
        names[i] = all[i]->name;
        if (!strcmp(name, names[i])) return *rep = all[i], RAO_OK;
    }
    const char *near = rao_nearest(name, names, ALL, sizeof *names);
    return rao_fail(ctx, RAO_EINVAL, "fisher: no representation '%s', %s%s%s", name,
                    near ? "did you mean '" : "want dense, diagonal, kfac, ekfac, gram or implicit", near ? near : "", near ? "'?" : "");
}

static int64_t columns_of(const rao_fisher *f) {
    switch ((rao_flavour)f->opts.flavour) {
    case RAO_FISHER_TRUE: return rao_head_rank(rao_model_head(f->model));
    case RAO_FISHER_SAMPLED: return f->opts.samples;
    case RAO_FISHER_EMPIRICAL: break;
    }
    return 1;
}

/* Of the object in that representation: a case's share and its two roots, and what the representation holds. */
static double bytes_as(const rao_fisher *f, const representation *rep) {
    double unit = (double)rao_dtype_size(f->op.dtype);
    return (double)f->max_cases * ((double)sizeof *f->share + 2 * unit) + rep->bytes(f);
}

static rao_status check_bytes(rao_ctx *ctx, const rao_fisher *f) {
    double bytes = bytes_as(f, f->rep), limit = rao_memory_limit();
    if (bytes <= limit) return RAO_OK;
    return rao_fail(ctx, RAO_ENOMEM, "fisher: %s of %lld parameters and %lld case%s needs %.3g GB, this machine gives at most %.3g GB",
                    f->rep->name, (long long)f->op.n, (long long)f->max_cases, f->max_cases == 1 ? "" : "s", bytes / 1e9, limit / 1e9);
}

/* ---- an object without a matrix ---- */

static rao_status no_matrix(rao_ctx *ctx, const rao_op *op) {
    return rao_fail(ctx, RAO_EINVAL, "fisher: %s holds no matrix: it has had no update, or its last one failed", op->table->name);
}
static rao_status no_map(rao_ctx *ctx, const rao_op *op, const rao_vec *x, rao_vec *y) {
    (void)x, (void)y;
    return no_matrix(ctx, op);
}
static rao_status no_power(rao_ctx *ctx, const rao_op *op, double p, const rao_vec *x, rao_vec *y) {
    (void)p, (void)x, (void)y;
    return no_matrix(ctx, op);
}
static rao_status no_sample(rao_ctx *ctx, const rao_op *op, rao_stream s, uint64_t step, rao_vec *x) {
    (void)s, (void)step, (void)x;
    return no_matrix(ctx, op);
}
static rao_status no_number(rao_ctx *ctx, const rao_op *op, double *value) {
    (void)value;
    return no_matrix(ctx, op);
}
static rao_status no_values(rao_ctx *ctx, const rao_op *op, rao_vec *w) {
    (void)w;
    return no_matrix(ctx, op);
}
/* The verb stores it, for the matrix to come. */
static rao_status keep_damping(rao_ctx *ctx, rao_op *op, double damping) {
    (void)ctx, (void)op, (void)damping;
    return RAO_OK;
}

/* What a representation does not offer is EUNABLE with or without a matrix. */
static void make_none(rao_fisher *f) {
    const rao_op_table *t = f->rep->op;
    f->none = (rao_op_table){.name = t->name,
                             .apply = t->apply ? no_map : NULL,
                             .solve = t->solve ? no_map : NULL,
                             .power = t->power ? no_power : NULL,
                             .sample = t->sample ? no_sample : NULL,
                             .trace = t->trace ? no_number : NULL,
                             .logdet = t->logdet ? no_number : NULL,
                             .eigenvalues = t->eigenvalues ? no_values : NULL,
                             .damp = keep_damping};
}

/* ---- creation ---- */

/* Every representation is fed by the pairs (a, g) of each parametrised operation. */
static rao_status check_factors(rao_ctx *ctx, const rao_fisher *f) {
    for (int64_t l = 0; l < f->layers; l++) {
        const rao_operation *operation = f->graph->node[f->graph->entry[l].node].op;
        if (operation->factors != RAO_FACTOR_OUTER)
            return rao_fail(ctx, RAO_EUNABLE, "fisher: %s needs per-example factors, and operation %s of layer %s has none", f->rep->name,
                            operation->name, f->graph->entry[l].name);
    }
    return RAO_OK;
}

static rao_status check_precision(rao_ctx *ctx, const rao_fisher *f) {
    if (f->opts.precision == RAO_PRECISION_FLOAT) return RAO_OK;
    if (f->rep != &fisher_kfac) return rao_fail(ctx, RAO_EINVAL, "fisher: precision = bf16 is kfac's, want float for %s", f->rep->name);
    if (f->op.dtype != RAO_F32)
        return rao_fail(ctx, RAO_EUNABLE, "fisher: precision = bf16 is for networks in f32, this one is in %s",
                        rao_dtype_name(f->op.dtype));
    if (!rao_bf16_available())
        return rao_fail(
            ctx, RAO_EUNABLE,
            "fisher: precision = bf16 needs a processor with AVX512-BF16, which this one has not (or the compiler of this library "
            "had not): want precision = float");
    return RAO_OK;
}

/* A draw of no cases says whether the head can draw at all. */
static rao_status check_sampler(rao_ctx *ctx, const rao_fisher *f) {
    if (f->opts.flavour != RAO_FISHER_SAMPLED) return RAO_OK;
    const rao_head *head = rao_model_head(f->model);
    int64_t outputs = rao_head_outputs(head), targets = rao_head_targets(head);
    rao_mat z = rao_mat_view(f->op.dtype, 0, outputs, outputs, NULL), y = rao_mat_view(f->op.dtype, 0, targets, targets, NULL);
    rao_status st = rao_head_sample(ctx, head, &z, rao_stream_make(0, RAO_STREAM_TARGETS), 0, 0, &y);
    if (st != RAO_EUNABLE) return st;
    return rao_fail(ctx, st, "fisher: head %s has no sampler, want flavour true or empirical instead of sampled", rao_head_name(head));
}

rao_status rao_fisher_create(rao_ctx *ctx, const rao_model *model, const char *name, const rao_fisher_opts *opts, int64_t max_cases,
                             rao_fisher **fisher) {
    rao_status st = RAO_OK;
    rao_fisher *f = NULL;
    RAO_TRY(rao_alloc(ctx, 1, &f));
    RAO_TRY(find(ctx, name, &f->rep));
    if (max_cases < 1) RAO_TRY(rao_fail(ctx, RAO_EINVAL, "fisher: max_cases = %lld, want >= 1", (long long)max_cases));
    rao_fisher_opts_init(&f->opts);
    if (opts) memcpy(&f->opts, opts, opts->size < sizeof f->opts ? opts->size : sizeof f->opts);
    RAO_TRY(rao_options_check(ctx, &table, &f->opts));
    make_none(f);
    f->op = (rao_op){&f->none, rao_model_dtype(model), rao_model_size(model), 0};
    f->model = model, f->graph = rao_model_graph(model), f->max_cases = max_cases, f->layers = rao_graph_parameters(f->graph);
    f->max_columns = columns_of(f);
    RAO_TRY(check_factors(ctx, f));
    RAO_TRY(check_sampler(ctx, f));
    RAO_TRY(check_precision(ctx, f));
    RAO_TRY(check_bytes(ctx, f));
    RAO_TRY(rao_alloc_bytes(ctx, max_cases, rao_dtype_size(f->op.dtype), &f->root_share));
    RAO_TRY(rao_alloc_bytes(ctx, max_cases, rao_dtype_size(f->op.dtype), &f->root_column));
    RAO_TRY(rao_alloc(ctx, max_cases, &f->share));
    RAO_TRY(f->rep->create(ctx, f));
    *fisher = f;
    f = NULL;
done:
    rao_fisher_destroy(&f);
    return st;
}

rao_status rao_fisher_cheapest(rao_ctx *ctx, const rao_model *model, const rao_fisher_opts *opts, int64_t cases, const char **name) {
    rao_fisher_opts defaults;
    rao_fisher_opts_init(&defaults);
    if (opts) memcpy(&defaults, opts, opts->size < sizeof defaults ? opts->size : sizeof defaults);
    rao_status st = rao_options_check(ctx, &table, &defaults);
    if (st != RAO_OK) return st;
    rao_fisher f = {.model = model,
                    .graph = rao_model_graph(model),
                    .max_cases = cases,
                    .opts = defaults,
                    .layers = rao_graph_parameters(rao_model_graph(model))};
    if (cases < 1) return rao_fail(ctx, RAO_EINVAL, "fisher: %lld cases, want >= 1", (long long)cases);
    f.op = (rao_op){NULL, rao_model_dtype(model), rao_model_size(model), 0};
    f.max_columns = columns_of(&f);
    double k = (double)f.op.n, m = (double)cases * (double)f.max_columns, widths = 0, limit = rao_memory_limit() / 2, inverses = 0,
           products = 0;
    for (int64_t l = 0; l < f.layers; l++) {
        rao_parameter p = rao_graph_parameter(f.graph, l);
        double out = (double)p.rows, in = (double)p.cols;
        widths += 2 * out + 2 * in / (double)f.max_columns;
        inverses += in * in * in + out * out * out, products += 2 * in * out * (in + out);
    }
    if (defaults.precondition == RAO_PRECONDITION_NONE) inverses = products = 0;
    const double cost[] = {dense_sum_flops(&f, (double)cases) + k * k * k / 3, m * m * widths + m * m * m / 3,
                           inverses + (8 * (double)cases * k + products) * (double)defaults.iterations};
    static const representation *const exact[] = {&fisher_dense, &fisher_gram, &fisher_implicit};
    int best = 2; /* two vectors and its preconditioner */
    for (int i = 0; i < 2; i++)
        if (cost[i] < cost[best] && bytes_as(&f, exact[i]) <= limit) best = i;
    *name = exact[best]->name;
    return RAO_OK;
}

void rao_fisher_destroy(rao_fisher **fisher) {
    if (!fisher || !*fisher) return;
    rao_fisher *f = *fisher;
    if (f->rep && f->state) f->rep->destroy(f);
    rao_free_block(&f->root_share);
    rao_free_block(&f->root_column);
    rao_free(&f->share);
    rao_free(fisher);
}

rao_status fisher_check_layers(rao_ctx *ctx, const rao_fisher *f, const rao_outer *blocks, int64_t count) {
    if (count != f->layers)
        return rao_fail(ctx, RAO_EINVAL, "fisher: %lld blocks of outer products for %lld layers", (long long)count, (long long)f->layers);
    for (int64_t l = 0; l < count; l++) {
        rao_parameter p = rao_graph_parameter(f->graph, l);
        if (blocks[l].g.cols != p.rows || blocks[l].a.cols != p.cols)
            return rao_fail(ctx, RAO_EINVAL, "fisher: block %lld is %lld x %lld, layer %s %lld x %lld", (long long)l,
                            (long long)blocks[l].g.cols, (long long)blocks[l].a.cols, p.name, (long long)p.rows, (long long)p.cols);
    }
    return RAO_OK;
}

rao_op *rao_fisher_op(rao_fisher *f) {
    fisher_settle(f); /* its state may have been restored */
    return &f->op;
}
void rao_fisher_renew(rao_fisher *f) {
    if (f->rep->renew) f->rep->renew(f);
}

const char *rao_fisher_name(const rao_fisher *f) { return f->rep->name; }
int64_t rao_fisher_bytes(const rao_fisher *f) { return (int64_t)f->rep->bytes(f); }

const char *rao_fisher_state(rao_fisher *f, int64_t i, rao_vec *state) {
    if (!f->rep->keep || i < 0) return NULL;
    if (i == 0) {
        *state = rao_vec_view(RAO_F64, 1, &f->updates);
        return "updates";
    }
    i--;
    for (int64_t l = 0; l < f->layers; l++)
        for (int64_t k = 0;; k++, i--) {
            rao_vec v;
            const char *name = f->rep->keep(f, l, k, &v);
            if (!name) break;
            if (i == 0) {
                *state = v;
                return name;
            }
        }
    return NULL;
}

rao_status rao_fisher_layer_info(rao_ctx *ctx, const rao_fisher *f, int64_t layer, rao_fisher_layer *info) {
    if (!f->rep->layer) return rao_fail(ctx, RAO_EUNABLE, "fisher: %s has no factors to speak of", f->rep->name);
    if (!(f->updates > 0)) return rao_fail(ctx, RAO_EINVAL, "fisher: no update yet");
    if (layer < 0 || layer >= f->layers)
        return rao_fail(ctx, RAO_EINVAL, "fisher: layer %lld, want 0..%lld", (long long)layer, (long long)f->layers - 1);
    return f->rep->layer(ctx, f, layer, info);
}

rao_status rao_effective_dimension(rao_ctx *ctx, const rao_vec *eigenvalues, double damping, double *value) {
    if (!(damping > 0)) return rao_fail(ctx, RAO_EDOMAIN, "effective dimension: damping = %g, want > 0", damping);
    double sum = 0;
    for (int64_t i = 0; i < eigenvalues->n; i++) {
        double l = fmax(fisher_get(eigenvalues, i), 0); /* rounding may leave a zero eigenvalue below 0 */
        sum += l / (l + damping);
    }
    *value = sum;
    return RAO_OK;
}

rao_status fisher_vector(rao_ctx *ctx, const rao_op *op, rao_vec *v) {
    char *data = NULL;
    rao_status st = rao_scratch(ctx, op->n * (int64_t)rao_dtype_size(op->dtype), &data);
    if (st == RAO_OK) *v = rao_vec_view(op->dtype, op->n, data);
    return st;
}

/* ---- the estimate ---- */

/* Shares of the first n cases, made to sum to 1. */
static rao_status set_shares(rao_ctx *ctx, rao_fisher *f, const rao_objective *o, update *u) {
    const double *share = rao_objective_shares(o);
    double total = 0;
    for (int64_t i = 0; i < u->n; i++) total += share[i];
    if (!(total > 0)) return rao_fail(ctx, RAO_EDOMAIN, "fisher: the weights of its cases sum to 0");
    double draws = f->opts.flavour == RAO_FISHER_SAMPLED ? (double)u->columns : 1;
    u->share = f->share;
    u->root_share = rao_vec_view(f->op.dtype, u->n, f->root_share);
    u->root_column = rao_vec_view(f->op.dtype, u->n, f->root_column);
    for (int64_t i = 0; i < u->n; i++) {
        f->share[i] = share[i] / total;
        fisher_put(&u->root_share, i, sqrt(f->share[i]));
        fisher_put(&u->root_column, i, sqrt(f->share[i] / draws));
    }
    return RAO_OK;
}

static rao_status sampled_score(rao_ctx *ctx, const rao_fisher *f, const update *u, int64_t c, const rao_mat *z, rao_mat *g) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    const rao_head *head = rao_model_head(f->model);
    int64_t m = rao_head_targets(head);
    char *drawn = NULL;
    RAO_TRY(rao_scratch(ctx, u->n * m * (int64_t)rao_dtype_size(f->op.dtype), &drawn));
    rao_mat y = rao_mat_view(f->op.dtype, u->n, m, m, drawn);
    rao_stream s = rao_stream_make((uint64_t)f->opts.seed, RAO_STREAM_TARGETS);
    RAO_TRY(rao_head_sample(ctx, head, z, s, u->step, c * f->max_cases, &y));
    RAO_TRY(rao_head_score(ctx, head, z, &y, g));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status fisher_fill_column(rao_ctx *ctx, const rao_fisher *f, const update *u, int64_t c) {
    rao_status st = RAO_OK;
    const rao_head *head = rao_model_head(f->model);
    rao_mat z = rao_tape_output(u->tape), g = rao_tape_cotangent(u->tape), y = rao_objective_targets(u->objective);
    y.rows = u->n;
    switch ((rao_flavour)f->opts.flavour) {
    case RAO_FISHER_TRUE: RAO_TRY(rao_head_fisher_root(ctx, head, &z, c, &g)); break;
    case RAO_FISHER_SAMPLED: RAO_TRY(sampled_score(ctx, f, u, c, &z, &g)); break;
    case RAO_FISHER_EMPIRICAL: RAO_TRY(rao_head_score(ctx, head, &z, &y, &g)); break;
    }
    RAO_TRY(rao_scale_rows(ctx, rao_backend_default(), &u->root_column, &g, &g));
done:
    return st;
}

typedef rao_status column_fn(rao_ctx *ctx, rao_fisher *f, const update *u, int64_t c);

static rao_status sweep(rao_ctx *ctx, rao_fisher *f, const update *u, column_fn *take) {
    rao_status st = RAO_OK;
    for (int64_t c = 0; c < u->columns; c++) {
        RAO_TRY(fisher_fill_column(ctx, f, u, c));
        RAO_TRY(rao_tape_vjp(ctx, u->tape, u->w, 0, NULL));
        RAO_TRY(take(ctx, f, u, c));
    }
done:
    return st;
}

static rao_status estimate(rao_ctx *ctx, rao_fisher *f, const update *u) {
    rao_status st = RAO_OK;
    RAO_TRY(f->rep->begin(ctx, f, u));
    RAO_TRY(sweep(ctx, f, u, f->rep->column));
    if (f->rep->end) RAO_TRY(f->rep->end(ctx, f, u));
    if (f->rep->again && f->rep->wants_again(f)) RAO_TRY(sweep(ctx, f, u, f->rep->again));
done:
    return st;
}

rao_status rao_fisher_update(rao_ctx *ctx, rao_fisher *f, rao_objective *o, const rao_vec *w, int64_t cases, uint64_t step, int fresh) {
    rao_status st = RAO_OK;
    int64_t all_cases = rao_objective_cases(o);
    update u = {
        .objective = o, .tape = rao_objective_tape(o), .w = w, .n = cases ? cases : all_cases, .columns = f->max_columns, .step = step};
    rao_mat x;
    if (rao_objective_model(o) != f->model) return rao_fail(ctx, RAO_EINVAL, "fisher: the objective is of another model");
    if (u.n < 1 || u.n > all_cases || u.n > f->max_cases)
        return rao_fail(ctx, RAO_EINVAL, "fisher: %lld cases, want 1..%lld", (long long)u.n,
                        (long long)(all_cases < f->max_cases ? all_cases : f->max_cases));
    if (w->n != f->op.n || w->dtype != f->op.dtype)
        return rao_fail(ctx, RAO_EINVAL, "fisher: w has %lld numbers of %s, the model %lld of %s", (long long)w->n,
                        rao_dtype_name(w->dtype), (long long)f->op.n, rao_dtype_name(f->op.dtype));
    if ((rao_tape_needs(u.tape) & (RAO_TAPE_FACTORS | f->rep->needs)) != (RAO_TAPE_FACTORS | f->rep->needs))
        return rao_fail(ctx, RAO_EINVAL, "fisher: %s needs a tape made with RAO_TAPE_FACTORS%s", f->rep->name,
                        f->rep->needs & RAO_TAPE_JVP ? " and RAO_TAPE_JVP" : "");
    RAO_TRY(set_shares(ctx, f, o, &u));
    if (fresh) RAO_TRY(rao_tape_forward(ctx, u.tape, w));
    RAO_TRY(rao_tape_input(ctx, u.tape, u.n, &x)); /* the first rows of the values are those of the first cases */
    st = estimate(ctx, f, &u);
    if (rao_tape_input(ctx, u.tape, all_cases, &x) != RAO_OK && st == RAO_OK) st = RAO_EINVAL;
    f->updates = st == RAO_OK ? f->updates + 1 : 0; /* half an estimate is none, and no average may contain it */
    fisher_settle(f);
done:
    return st;
}
