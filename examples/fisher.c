/* fisher.c - one network, one batch, and its Fisher matrix in six representations and three flavours.
 *
 *     fisher
 *
 * prints for each what it holds, its trace, and how near its natural gradient comes to the exact one. */
#include <rao/fisher.h>

#include <stdio.h>

enum { CASES = 64, INPUTS = 3 };

typedef struct world {
    rao_model *model;
    rao_objective *objective;
    rao_vec w, gradient, exact, step; /* exact: (F + damping I)^-1 gradient by the dense matrix */
    double x[CASES * INPUTS], y[CASES];
} world;

static rao_status vector(rao_ctx *ctx, const rao_model *model, rao_vec *v) {
    *v = rao_vec_view(RAO_F64, rao_model_size(model), NULL);
    return rao_alloc_bytes(ctx, v->n, sizeof(double), &v->data);
}

/* Points of three classes about three centres. */
static void make_data(world *o) {
    rao_stream s = rao_stream_make(1, 0);
    for (int i = 0; i < CASES; i++) {
        o->y[i] = i % 3;
        for (int c = 0; c < INPUTS; c++) o->x[i * INPUTS + c] = 1.5 * (c == i % 3) + rao_normal_at(s, 0, (uint64_t)(i * INPUTS + c));
    }
}

static rao_status open_world(rao_ctx *ctx, world *o) {
    rao_status st;
    make_data(o);
    RAO_TRY(rao_model_create(ctx, "mlp:3-8-3:tanh:categorical", NULL, RAO_F64, &o->model));
    RAO_TRY(vector(ctx, o->model, &o->w));
    RAO_TRY(vector(ctx, o->model, &o->gradient));
    RAO_TRY(vector(ctx, o->model, &o->exact));
    RAO_TRY(vector(ctx, o->model, &o->step));
    RAO_TRY(rao_model_init(ctx, o->model, RAO_INIT_GLOROT, 1, &o->w));

    rao_mat x = rao_mat_view(RAO_F64, CASES, INPUTS, INPUTS, o->x), y = rao_mat_view(RAO_F64, CASES, 1, 1, o->y);
    RAO_TRY(rao_objective_create(ctx, o->model, CASES, RAO_TAPE_FACTORS | RAO_TAPE_JVP, &o->objective));
    RAO_TRY(rao_objective_batch(ctx, o->objective, &x, &y, NULL, NULL, 0, CASES));
    RAO_TRY(rao_objective_gradient(ctx, o->objective, &o->w, 0, &o->gradient, NULL));
done:
    return st;
}

static void close_world(world *o) {
    rao_objective_destroy(&o->objective);
    rao_model_destroy(&o->model);
    rao_free_block(&o->w.data), rao_free_block(&o->gradient.data), rao_free_block(&o->exact.data), rao_free_block(&o->step.data);
}

/* step = (F + damping I)^-1 gradient, the damping a tenth of the mean eigenvalue. */
static rao_status natural_gradient(rao_ctx *ctx, world *o, const char *representation, rao_flavour flavour, rao_vec *step, double *trace,
                                   int64_t *bytes) {
    rao_status st;
    rao_fisher *fisher = NULL;
    rao_fisher_opts opts;
    rao_fisher_opts_init(&opts);
    opts.flavour = flavour;
    RAO_TRY(rao_fisher_create(ctx, o->model, representation, &opts, CASES, &fisher));
    RAO_TRY(rao_fisher_update(ctx, fisher, o->objective, &o->w, 0, 0, 1));

    rao_op *f = rao_fisher_op(fisher);
    RAO_TRY(rao_op_trace(ctx, f, trace));
    RAO_TRY(rao_op_damp(ctx, f, 0.1 * *trace / (double)f->n));
    RAO_TRY(rao_op_solve(ctx, f, &o->gradient, step));
    *bytes = rao_fisher_bytes(fisher);
done:
    rao_fisher_destroy(&fisher);
    return st;
}

/* One line: bytes, trace, cosine with the exact step, |step| over the exact length. */
static rao_status row(rao_ctx *ctx, world *o, const char *representation, rao_flavour flavour) {
    rao_status st;
    double trace, both, a, b;
    int64_t bytes;
    RAO_TRY(natural_gradient(ctx, o, representation, flavour, &o->step, &trace, &bytes));
    RAO_TRY(rao_dot(ctx, &o->step, &o->exact, &both));
    RAO_TRY(rao_norm(ctx, &o->step, &a));
    RAO_TRY(rao_norm(ctx, &o->exact, &b));
    printf("%-9s  %-9s  %7lld  %8.5f  %7.4f  %7.4f\n", representation, rao_flavour_name(flavour), (long long)bytes, trace, both / a / b,
           a / b);
done:
    return st;
}

static rao_status rows(rao_ctx *ctx, world *o) {
    static const char *const all[] = {"dense", "gram", "implicit", "ekfac", "kfac", "diagonal"};
    rao_status st;
    double trace;
    int64_t bytes;
    RAO_TRY(natural_gradient(ctx, o, "dense", RAO_FISHER_TRUE, &o->exact, &trace, &bytes));
    printf("matrix     flavour      bytes     trace   cosine   length\n");
    for (int i = 0; i < 6; i++) RAO_TRY(row(ctx, o, all[i], RAO_FISHER_TRUE));
    RAO_TRY(row(ctx, o, "dense", RAO_FISHER_SAMPLED));
    RAO_TRY(row(ctx, o, "dense", RAO_FISHER_EMPIRICAL));
done:
    return st;
}

int main(void) {
    static world o;
    rao_ctx *ctx = NULL;
    rao_status st = rao_ctx_create(NULL, &ctx);
    if (st == RAO_OK) st = open_world(ctx, &o);
    if (st == RAO_OK) st = rows(ctx, &o);
    if (st != RAO_OK) fprintf(stderr, "fisher: %s\n", ctx ? rao_ctx_message(ctx) : "out of memory");
    close_world(&o);
    rao_ctx_destroy(&ctx);
    return st != RAO_OK;
}
