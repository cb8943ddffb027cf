/* tape.c - the buffers of one batch, planned once, and the passes over them.
 *
 * Buffers of a node (n x ld): its value; the cotangent for a vjp; the tangent for a jvp; both kept with the cotangent's tangent for an hvp.
 * An entrywise operation shares its input's buffers where it can. Where nobody asks for the factors, the cotangents of all nodes lie in
 * two buffers in turn: a node's is dead once the one before it is written. Small networks lie across (across.h). */
#include "graph/graph.h"

#include <string.h>

#include "backend/backend.h"
#include "graph/across.h"

enum { PAD = 16, LINE = 64 };
static int64_t leading(int64_t cols) { return (cols + PAD) / PAD * PAD; }

/* Cases in whole cache lines, an odd number of them: an even one would lay the features onto a few sets of the cache. */
static int64_t leading_across(int64_t cases, int64_t unit) {
    int64_t lines = (cases * unit + LINE - 1) / LINE;
    return (lines | 1) * LINE / unit;
}

/* Turned products pay once the batch is long enough for their sums over cases: from some widest^2 / 4 on, as measured. */
static int fits_across(const rao_graph *g, int64_t max_cases, unsigned needs) {
    int64_t widest = 0;
    for (int64_t i = 0; i < g->nodes; i++) widest = g->node[i].cols > widest ? g->node[i].cols : widest;
    return widest < RAO_SMALL_SIDE && widest * widest <= 4 * max_cases && !(needs & ~(unsigned)RAO_TAPE_VJP);
}

/* Bytes handed out from the arena; with base NULL only counted. */
typedef struct carver {
    char *base;
    int64_t used;
} carver;

static void *carve(carver *c, int64_t bytes) {
    void *taken = c->base ? c->base + c->used : NULL;
    c->used += (bytes + 63) / 64 * 64;
    return taken;
}

static int value_in_place(const rao_graph *g, int64_t i) {
    const rao_operation *op = g->node[i].op;
    return i > 1 && op->in_place && op->in_place(g->node[i].activation); /* the input stays as it was given */
}

static int64_t unit_of(const rao_tape *t) { return (int64_t)rao_dtype_size(t->graph->dtype); }

static int64_t bytes_of(const rao_tape *t, const node_data *d) { return unit_of(t) * d->ld * (t->across ? d->cols + 1 : t->max_cases); }

static void carve_values(const rao_tape *t, carver *c, node_data *data) {
    const rao_graph *g = t->graph;
    for (int64_t i = 0; i < g->nodes; i++) {
        data[i].cols = g->node[i].cols;
        data[i].ld = t->across ? leading_across(t->max_cases, unit_of(t)) : leading(data[i].cols);
        data[i].v = value_in_place(g, i) ? data[i - 1].v : carve(c, bytes_of(t, &data[i]));
    }
}

/* From the output down; the input has none. */
static void carve_cotangents(const rao_tape *t, carver *c, node_data *data) {
    const rao_graph *g = t->graph;
    int keep = (t->needs & RAO_TAPE_FACTORS) != 0;
    int64_t widest = 0, k = 0, end = g->nodes - 1;
    for (int64_t i = 1; i <= end; i++) widest = bytes_of(t, &data[i]) > widest ? bytes_of(t, &data[i]) : widest;
    void *turn[2] = {NULL, NULL};
    for (int i = 0; i < 2 && !keep; i++) turn[i] = carve(c, widest);
    for (int64_t i = end; i > 0; i--) {
        if (i < end && g->node[i + 1].op->entrywise) {
            data[i].g = data[i + 1].g, data[i].h = data[i + 1].h;
            continue;
        }
        data[i].g = keep ? carve(c, bytes_of(t, &data[i])) : turn[k++ % 2];
        if (t->needs & RAO_TAPE_HVP) data[i].h = carve(c, bytes_of(t, &data[i]));
    }
}

/* An hvp reads the tangents of all nodes again; otherwise entrywise operations overwrite theirs. */
static void carve_tangents(const rao_tape *t, carver *c, node_data *data) {
    const rao_graph *g = t->graph;
    for (int64_t i = 1; i < g->nodes; i++) {
        int in_place = i > 1 && g->node[i].op->entrywise && !(t->needs & RAO_TAPE_HVP);
        data[i].d = in_place ? data[i - 1].d : carve(c, bytes_of(t, &data[i]));
    }
}

/* What the callers of a tape across see: n x columns without gaps. */
static void carve_edges(rao_tape *t, carver *c) {
    int64_t row = t->max_cases * unit_of(t);
    t->rows_in = carve(c, row * rao_graph_inputs(t->graph));
    t->rows_out = carve(c, row * rao_graph_outputs(t->graph));
    if (t->needs & RAO_TAPE_VJP) t->rows_g = carve(c, row * rao_graph_outputs(t->graph));
}

static void carve_all(rao_tape *t, carver *c, node_data *data) {
    carve_values(t, c, data);
    if (t->needs & RAO_TAPE_VJP) carve_cotangents(t, c, data);
    if (t->needs & RAO_TAPE_JVP) carve_tangents(t, c, data);
    if (t->across) carve_edges(t, c);
}

/* The column, or across the row, of ones behind a node's values. */
static rao_status set_ones(rao_ctx *ctx, const rao_tape *t, int64_t i) {
    const node_data *d = &t->data[i];
    rao_mat values = rao_mat_view(t->graph->dtype, t->max_cases, d->cols, d->ld, d->v);
    rao_mat row = rao_mat_view(t->graph->dtype, 1, t->max_cases, d->ld, (char *)d->v + d->cols * d->ld * unit_of(t));
    return t->across ? rao_fill(ctx, rao_backend_default(), 1, &row) : rao_homogenise(ctx, rao_backend_default(), 1, &values);
}

rao_status rao_tape_create(rao_ctx *ctx, const rao_graph *g, int64_t max_cases, unsigned needs, rao_tape **tape) {
    if (g->nodes < 2)
        return rao_fail(ctx, RAO_EINVAL, "tape: the graph has %lld nodes, want an input and an operation at least", (long long)g->nodes);
    if (max_cases < 1) return rao_fail(ctx, RAO_EINVAL, "tape: max_cases = %lld, want >= 1", (long long)max_cases);
    if (needs & RAO_TAPE_HVP) needs |= RAO_TAPE_JVP | RAO_TAPE_VJP | RAO_TAPE_FACTORS;
    if (needs & RAO_TAPE_FACTORS) needs |= RAO_TAPE_VJP;

    rao_status st = RAO_OK;
    rao_tape *t = NULL;
    int64_t numbers = 0;
    RAO_TRY(rao_alloc(ctx, 1, &t));
    for (int64_t i = 0; i < g->nodes; i++)
        RAO_TRY(rao_size_mul(ctx, "tape: a node's buffers", max_cases, 64 * leading(g->node[i].cols), &numbers));
    t->graph = g, t->max_cases = max_cases, t->needs = needs, t->across = fits_across(g, max_cases, needs);
    RAO_TRY(rao_alloc(ctx, g->nodes, &t->data));
    carver c = {NULL, 0};
    carve_all(t, &c, t->data);
    RAO_TRY(rao_alloc_bytes(ctx, c.used, 1, &t->arena));
    t->bytes = c.used;
    c = (carver){t->arena, 0};
    carve_all(t, &c, t->data);
    for (int64_t i = 0; i < g->nodes; i++) RAO_TRY(set_ones(ctx, t, i));
    *tape = t;
    t = NULL;
done:
    rao_tape_destroy(&t);
    return st;
}

void rao_tape_destroy(rao_tape **tape) {
    if (!tape || !*tape) return;
    rao_free(&(*tape)->data);
    rao_free(&(*tape)->arena);
    rao_free(tape);
}

int64_t rao_tape_bytes(const rao_tape *t) { return t->bytes; }
unsigned rao_tape_needs(const rao_tape *t) { return t->needs; }

/* ---- views ---- */

static rao_mat rows_view(const rao_tape *t, void *data, int64_t cols, int64_t ld) {
    return rao_mat_view(t->graph->dtype, t->n, cols, ld, data);
}
static rao_mat view(const rao_tape *t, int64_t i, void *data) { return rows_view(t, data, t->data[i].cols, t->data[i].ld); }
static rao_mat view_across(const rao_tape *t, int64_t i, void *data) {
    return rao_mat_view(t->graph->dtype, t->data[i].cols, t->n, t->data[i].ld, data);
}
static int64_t last(const rao_tape *t) { return t->graph->nodes - 1; }

/* Of the node's buffer, or of the rows that stand for it. */
static rao_mat edge(const rao_tape *t, int64_t i, void *data, void *rows) {
    return t->across ? rows_view(t, rows, t->data[i].cols, t->data[i].cols) : view(t, i, data);
}

static rao_status set_cases(rao_ctx *ctx, rao_tape *t, int64_t n) {
    if (n < 0 || n > t->max_cases)
        return rao_fail(ctx, RAO_EINVAL, "tape: a batch of %lld cases, want 0..%lld", (long long)n, (long long)t->max_cases);
    t->n = n;
    return RAO_OK;
}

rao_status rao_tape_input(rao_ctx *ctx, rao_tape *t, int64_t n, rao_mat *x) {
    rao_status st = set_cases(ctx, t, n);
    if (st != RAO_OK) return st;
    t->rows_given = 1;
    *x = edge(t, 0, t->data[0].v, t->rows_in);
    return RAO_OK;
}

rao_mat rao_tape_output(const rao_tape *t) { return edge(t, last(t), t->data[last(t)].v, t->rows_out); }
rao_mat rao_tape_cotangent(const rao_tape *t) { return edge(t, last(t), t->data[last(t)].g, t->rows_g); }
rao_mat rao_tape_cotangent_tangent(const rao_tape *t) { return view(t, last(t), t->data[last(t)].h); }
rao_mat rao_tape_tangent(const rao_tape *t) { return view(t, last(t), t->data[last(t)].d); }

int tape_is_across(const rao_tape *t) { return t->across; }

rao_status tape_input_across(rao_ctx *ctx, rao_tape *t, int64_t n, rao_mat *x) {
    rao_status st = set_cases(ctx, t, n);
    if (st != RAO_OK) return st;
    t->rows_given = 0;
    *x = view_across(t, 0, t->data[0].v);
    return RAO_OK;
}

rao_mat tape_output_across(const rao_tape *t) { return view_across(t, last(t), t->data[last(t)].v); }
rao_mat tape_cotangent_across(const rao_tape *t) { return view_across(t, last(t), t->data[last(t)].g); }

/* ---- passes ---- */

static rao_status check(rao_ctx *ctx, const rao_tape *t, unsigned need, const char *pass, const rao_vec *v, const char *name) {
    if ((t->needs & need) != need) return rao_fail(ctx, RAO_EINVAL, "%s: this tape was planned without it", pass);
    if (v->n != t->graph->size || v->dtype != t->graph->dtype)
        return rao_fail(ctx, RAO_EINVAL, "%s: %s has %lld numbers of %s, the graph %lld of %s", pass, name, (long long)v->n,
                        rao_dtype_name(v->dtype), (long long)t->graph->size, rao_dtype_name(t->graph->dtype));
    return RAO_OK;
}

static rao_mat parameter_view(const rao_graph *g, const entry *e, const rao_vec *v) {
    if (!v) return rao_mat_view(g->dtype, e->rows, e->cols, e->cols, NULL);
    return rao_mat_view(g->dtype, e->rows, e->cols, e->cols, (char *)v->data + (size_t)e->offset * rao_dtype_size(g->dtype));
}

typedef struct pass {
    const rao_vec *w, *direction;
    rao_vec *gradient, *product;
    double beta;
} pass;

static op_call call_of(rao_ctx *ctx, const rao_tape *t, int64_t i, const pass *p) {
    const rao_graph *g = t->graph;
    op_call c = {.ctx = ctx,
                 .dtype = g->dtype,
                 .n = t->n,
                 .across = t->across,
                 .activation = g->node[i].activation,
                 .x = t->data[i - 1],
                 .y = t->data[i],
                 .beta = p->beta};
    if (g->node[i].parameter >= 0) {
        const entry *e = &g->entry[g->node[i].parameter];
        c.w = (parameter_data){parameter_view(g, e, p->w), parameter_view(g, e, p->direction), parameter_view(g, e, p->gradient),
                               parameter_view(g, e, p->product)};
    }
    return c;
}

static rao_status turn(rao_ctx *ctx, rao_mat from, rao_mat into) { return rao_turn(ctx, rao_backend_default(), &from, &into); }

static rao_status forward(rao_ctx *ctx, rao_tape *t, const rao_vec *w) {
    rao_status st = check(ctx, t, 0, "forward", w, "w");
    pass p = {.w = w};
    for (int64_t i = 1; i < t->graph->nodes && st == RAO_OK; i++) {
        op_call c = call_of(ctx, t, i, &p);
        st = t->graph->node[i].op->forward(&c);
    }
    return st;
}

rao_status tape_forward_across(rao_ctx *ctx, rao_tape *t, const rao_vec *w) {
    rao_status st = RAO_OK;
    if (t->rows_given) RAO_TRY(turn(ctx, edge(t, 0, NULL, t->rows_in), view_across(t, 0, t->data[0].v)));
    RAO_TRY(forward(ctx, t, w));
done:
    return st;
}

rao_status tape_turn_output(rao_ctx *ctx, rao_tape *t) { return turn(ctx, tape_output_across(t), rao_tape_output(t)); }

rao_status rao_tape_forward(rao_ctx *ctx, rao_tape *t, const rao_vec *w) {
    if (!t->across) return forward(ctx, t, w);
    rao_status st = tape_forward_across(ctx, t, w);
    return st == RAO_OK ? tape_turn_output(ctx, t) : st;
}

rao_status rao_tape_jvp(rao_ctx *ctx, rao_tape *t, const rao_vec *w, const rao_vec *direction) {
    rao_status st = RAO_OK;
    RAO_TRY(check(ctx, t, RAO_TAPE_JVP, "jvp", w, "w"));
    RAO_TRY(check(ctx, t, RAO_TAPE_JVP, "jvp", direction, "direction"));
    pass p = {.w = w, .direction = direction};
    for (int64_t i = 1; i < t->graph->nodes; i++) {
        op_call c = call_of(ctx, t, i, &p);
        RAO_TRY(t->graph->node[i].op->jvp(&c));
    }
done:
    return st;
}

static rao_status vjp(rao_ctx *ctx, rao_tape *t, const rao_vec *w, double beta, rao_vec *gradient) {
    rao_status st = RAO_OK;
    RAO_TRY(check(ctx, t, RAO_TAPE_VJP, "vjp", w, "w"));
    if (gradient) RAO_TRY(check(ctx, t, RAO_TAPE_VJP, "vjp", gradient, "gradient"));
    pass p = {.w = w, .gradient = gradient, .beta = beta};
    for (int64_t i = last(t); i > 0; i--) {
        op_call c = call_of(ctx, t, i, &p);
        RAO_TRY(t->graph->node[i].op->vjp(&c));
    }
done:
    return st;
}

rao_status tape_vjp_across(rao_ctx *ctx, rao_tape *t, const rao_vec *w, double beta, rao_vec *gradient) {
    return vjp(ctx, t, w, beta, gradient);
}

rao_status rao_tape_vjp(rao_ctx *ctx, rao_tape *t, const rao_vec *w, double beta, rao_vec *gradient) {
    rao_status st = RAO_OK;
    if (t->across && t->needs & RAO_TAPE_VJP) RAO_TRY(turn(ctx, rao_tape_cotangent(t), tape_cotangent_across(t)));
    RAO_TRY(vjp(ctx, t, w, beta, gradient));
done:
    return st;
}

rao_status rao_tape_hvp(rao_ctx *ctx, rao_tape *t, const rao_vec *w, const rao_vec *direction, double beta, rao_vec *gradient,
                        rao_vec *product) {
    rao_status st = RAO_OK;
    RAO_TRY(check(ctx, t, RAO_TAPE_HVP, "hvp", w, "w"));
    RAO_TRY(check(ctx, t, RAO_TAPE_HVP, "hvp", direction, "direction"));
    RAO_TRY(check(ctx, t, RAO_TAPE_HVP, "hvp", product, "product"));
    if (gradient) RAO_TRY(check(ctx, t, RAO_TAPE_HVP, "hvp", gradient, "gradient"));
    pass p = {.w = w, .direction = direction, .gradient = gradient, .product = product, .beta = beta};
    for (int64_t i = last(t); i > 0; i--) {
        op_call c = call_of(ctx, t, i, &p);
        RAO_TRY(t->graph->node[i].op->hvp(&c));
        RAO_TRY(t->graph->node[i].op->vjp(&c));
    }
done:
    return st;
}

rao_status rao_tape_factors(rao_ctx *ctx, const rao_tape *t, int64_t parameter, rao_factors *factors) {
    const rao_graph *g = t->graph;
    if (!(t->needs & RAO_TAPE_FACTORS)) return rao_fail(ctx, RAO_EINVAL, "factors: this tape was planned without them");
    if (parameter < 0 || parameter >= g->entries)
        return rao_fail(ctx, RAO_EINVAL, "factors: parameter %lld, want 0..%lld", (long long)parameter, (long long)g->entries - 1);
    int64_t i = g->entry[parameter].node;
    rao_mat a = view(t, i - 1, t->data[i - 1].v);
    a.cols += 1;
    *factors = (rao_factors){g->node[i].op->factors, parameter, a, view(t, i, t->data[i].g)};
    return RAO_OK;
}

rao_status rao_tape_outer(rao_ctx *ctx, const rao_tape *t, rao_outer *blocks) {
    rao_status st = RAO_OK;
    const rao_graph *g = t->graph;
    for (int64_t i = 0; i < g->entries; i++) {
        rao_factors f;
        RAO_TRY(rao_tape_factors(ctx, t, i, &f));
        if (f.kind != RAO_FACTOR_OUTER)
            return rao_fail(ctx, RAO_EUNABLE, "factors: the gradient of %s is no sum of outer products", g->entry[i].name);
        blocks[i] = (rao_outer){g->entry[i].offset, f.g, f.a};
    }
done:
    return st;
}
