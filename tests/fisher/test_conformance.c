/* Every representation in every flavour, over heads and dtypes, against matrices formed in double from passes over one case at a time:
 *   F = sum of share_i u u^T over cases and columns, u = J_i^T c; c a column of the head's Fisher root (true), or the score of a draw or of
 *   the data's target. kfac and ekfac against A, G and the blocks formed from the same passes. */
#include "basis.h"

#include <float.h>

#include "conform/op_conform.h"

enum { DRAWS = 3 };
static const char *const specs[] = {
    "mlp:3-4-3:tanh:categorical",     "mlp:2-3-2:logistic:bernoulli",    "mlp:2-3-3:softplus:poisson",
    "mlp:3-3-2:gelu:normal:var=0.25", "mlp:2-3-4:tanh:normal.mu_logvar", "mlp:3-2:identity:categorical",
};
enum { CASES = 7 };
static const double DAMPING = 0.1;

/* A network, its twin in double, and the targets (columns x n x targets, double) whose scores a flavour averages. */
typedef struct pair {
    network k, d;
    rao_flavour flavour;
    int64_t columns;
    double *targets;
} pair;

/* Draws are made by the network of the dtype at hand: the twin's outputs differ by rounding, and a draw could fall on the other side. */
static double *draw_targets(network *k, int64_t columns) {
    double *y = NULL;
    const rao_head *head = rao_model_head(k->model);
    rao_vec drawn = network_vec(k->ctx, k->dtype, k->n * k->targets);
    OK(k->ctx, rao_alloc(k->ctx, columns * k->n * k->targets, &y));
    OK(k->ctx, rao_tape_forward(k->ctx, rao_objective_tape(k->objective), &k->w));
    for (int64_t c = 0; c < columns; c++) {
        rao_mat z = rao_tape_output(rao_objective_tape(k->objective)), m = rao_mat_view(k->dtype, k->n, k->targets, k->targets, drawn.data);
        OK(k->ctx, rao_head_sample(k->ctx, head, &z, rao_stream_make(0, RAO_STREAM_TARGETS), 0, c * k->n, &m));
        for (int64_t i = 0; i < drawn.n; i++) y[c * drawn.n + i] = network_get(&drawn, i);
    }
    rao_free_block(&drawn.data);
    return y;
}

static pair open_pair(const char *spec, int dtype, rao_flavour flavour, int weighted) {
    pair p = {.k = network_open(spec, (rao_dtype)dtype, CASES, weighted), .flavour = flavour};
    p.d = network_double(&p.k, spec);
    if (flavour == RAO_FISHER_TRUE) {
        p.columns = rao_head_rank(rao_model_head(p.k.model));
    } else if (flavour == RAO_FISHER_SAMPLED) {
        p.columns = DRAWS;
        p.targets = draw_targets(&p.k, DRAWS);
    } else {
        rao_vec held = rao_vec_view(p.k.dtype, p.k.n * p.k.targets, p.k.yt);
        p.columns = 1;
        OK(p.k.ctx, rao_alloc(p.k.ctx, held.n, &p.targets));
        for (int64_t i = 0; i < held.n; i++) p.targets[i] = network_get(&held, i);
    }
    return p;
}

static void close_pair(pair *p) {
    rao_free(&p->targets);
    network_close(&p->d), network_close(&p->k);
}

static rao_fisher *make(pair *p, const char *representation, double damping) {
    rao_fisher *f = NULL;
    rao_fisher_opts o;
    rao_fisher_opts_init(&o);
    o.flavour = p->flavour, o.samples = DRAWS, o.tolerance = 1e-13, o.iterations = 1000;
    OK(p->k.ctx, rao_fisher_create(p->k.ctx, p->k.model, representation, &o, p->k.n, &f));
    OK(p->k.ctx, rao_fisher_update(p->k.ctx, f, p->k.objective, &p->k.w, 0, 0, 1));
    OK(p->k.ctx, rao_op_damp(p->k.ctx, rao_fisher_op(f), damping));
    return f;
}

static double rounding(rao_dtype dtype) { return dtype == RAO_F64 ? 1e-12 : 3e-5; }

/* ---- the matrices, case by case --------------------------------------------------------------------------------- */

/* Column c of case i in output space, 1 / sqrt(columns) of a score where scores are averaged. */
static void column(const pair *p, int64_t i, int64_t c, const double *z, double *g) {
    const network *d = &p->d;
    const rao_head *head = rao_model_head(d->model);
    rao_mat zm = rao_mat_view(RAO_F64, 1, d->out, d->out, (void *)(uintptr_t)z), gm = rao_mat_view(RAO_F64, 1, d->out, d->out, g);
    if (p->flavour == RAO_FISHER_TRUE) {
        OK(d->ctx, rao_head_fisher_root(d->ctx, head, &zm, c, &gm));
        return;
    }
    rao_mat y = rao_mat_view(RAO_F64, 1, d->targets, d->targets, p->targets + (c * d->n + i) * d->targets);
    OK(d->ctx, rao_head_score(d->ctx, head, &zm, &y, &gm));
    for (int64_t o = 0; o < d->out; o++) g[o] /= sqrt((double)p->columns);
}

/* F without damping. */
static double *truth_of(const pair *p) {
    const network *d = &p->d;
    if (p->flavour == RAO_FISHER_TRUE) return network_truth(d, 0); /* by the head's Fisher matrix itself and not its root */
    double *truth = NULL, *jacobian = NULL, z[8], g[8], *u = NULL;
    OK(d->ctx, rao_alloc(d->ctx, d->size * d->size, &truth));
    OK(d->ctx, rao_alloc(d->ctx, d->out * d->size, &jacobian));
    OK(d->ctx, rao_alloc(d->ctx, d->size, &u));
    for (int64_t i = 0; i < d->n; i++) {
        network_jacobian(d, i, jacobian, z);
        for (int64_t c = 0; c < p->columns; c++) {
            column(p, i, c, z, g);
            memset(u, 0, (size_t)d->size * sizeof *u);
            for (int64_t o = 0; o < d->out; o++)
                for (int64_t a = 0; a < d->size; a++) u[a] += jacobian[o * d->size + a] * g[o];
            for (int64_t a = 0; a < d->size; a++)
                for (int64_t b = 0; b < d->size; b++) truth[a * d->size + b] += network_share(d, i) * u[a] * u[b];
        }
    }
    rao_free(&jacobian), rao_free(&u);
    return truth;
}

static rao_parameter layer_of(const pair *p, int64_t l) { return rao_graph_parameter(rao_model_graph(p->d.model), l); }
static int64_t layers_of(const pair *p) { return rao_graph_parameters(rao_model_graph(p->d.model)); }

/* A = E[a a^T] and G = E[g g^T] of a layer, from passes over single cases. */
typedef struct factors {
    int64_t in, out; /* of A and G */
    double *a, *g;
} factors;

static void add_case(const pair *p, int64_t l, int64_t i, factors *f) {
    const network *d = &p->d;
    rao_tape *tape = NULL;
    rao_mat x;
    rao_factors pass;
    OK(d->ctx, rao_tape_create(d->ctx, rao_model_graph(d->model), 1, RAO_TAPE_FACTORS, &tape));
    for (int64_t c = 0; c < p->columns; c++) {
        OK(d->ctx, rao_tape_input(d->ctx, tape, 1, &x));
        memcpy(x.data, d->x + i * d->in, (size_t)d->in * sizeof(double));
        OK(d->ctx, rao_tape_forward(d->ctx, tape, &d->w));
        rao_mat z = rao_tape_output(tape), cotangent = rao_tape_cotangent(tape);
        column(p, i, c, z.data, cotangent.data);
        OK(d->ctx, rao_tape_vjp(d->ctx, tape, &d->w, 0, NULL));
        OK(d->ctx, rao_tape_factors(d->ctx, tape, l, &pass));
        const double *fa = pass.a.data, *fg = pass.g.data, share = network_share(d, i);
        for (int64_t r = 0; r < f->in && c == 0; r++)
            for (int64_t q = 0; q < f->in; q++) f->a[r * f->in + q] += share * fa[r] * fa[q];
        for (int64_t r = 0; r < f->out; r++)
            for (int64_t q = 0; q < f->out; q++) f->g[r * f->out + q] += share * fg[r] * fg[q];
    }
    rao_tape_destroy(&tape);
}

static factors open_factors(const pair *p, int64_t l) {
    rao_parameter layer = layer_of(p, l);
    factors f = {.in = layer.cols, .out = layer.rows};
    OK(p->d.ctx, rao_alloc(p->d.ctx, f.in * f.in, &f.a));
    OK(p->d.ctx, rao_alloc(p->d.ctx, f.out * f.out, &f.g));
    for (int64_t i = 0; i < p->d.n; i++) add_case(p, l, i, &f);
    return f;
}

static void close_factors(factors *f) { rao_free(&f->a), rao_free(&f->g); }

/* A + pi gamma, G + gamma / pi */
static void damp_factors(factors *f, double damping) {
    double pi = sqrt(mean_diagonal(f->a, f->in) / mean_diagonal(f->g, f->out)), gamma = sqrt(damping);
    for (int64_t i = 0; i < f->in; i++) f->a[i * f->in + i] += pi * gamma;
    for (int64_t i = 0; i < f->out; i++) f->g[i * f->out + i] += gamma / pi;
}

/* G (x) A into its place in the whole matrix; vec(W) is by rows. */
static void put_kron(const pair *p, int64_t l, const double *g, const double *a, double *matrix) {
    rao_parameter layer = layer_of(p, l);
    for (int64_t i = 0; i < layer.rows * layer.cols; i++)
        for (int64_t j = 0; j < layer.rows * layer.cols; j++)
            matrix[(layer.offset + i) * p->d.size + layer.offset + j] =
                g[i / layer.cols * layer.rows + j / layer.cols] * a[i % layer.cols * layer.cols + j % layer.cols];
}

/* Keeps the blocks of single layers. */
static void keep_blocks(const pair *p, double *matrix) {
    for (int64_t l = 0; l < layers_of(p); l++) {
        rao_parameter layer = layer_of(p, l);
        for (int64_t i = layer.offset; i < layer.offset + layer.rows * layer.cols; i++)
            for (int64_t j = 0; j < p->d.size; j++)
                if (j < layer.offset || j >= layer.offset + layer.rows * layer.cols) matrix[i * p->d.size + j] = 0;
    }
}

typedef void pair_test(pair *p);

static void over_all(pair_test *test) {
    for (size_t s = 0; s < COUNT(specs); s++)
        for (int dtype = RAO_F32; dtype <= RAO_F64; dtype++)
            for (int flavour = 0; flavour < 3; flavour++) {
                pair p = open_pair(specs[s], dtype, (rao_flavour)flavour, (s + (size_t)flavour) % 2 == 0);
                test(&p);
                close_pair(&p);
            }
}

/* ---- the laws --------------------------------------------------------------------------------------------------- */

static void conform(pair *p, const char *representation, double *truth, int additive) {
    rao_fisher *f = make(p, representation, DAMPING);
    rao_mat t = rao_mat_view(RAO_F64, p->d.size, p->d.size, p->d.size, truth);
    op_conform(p->k.ctx, rao_fisher_op(f), &t, rounding(p->k.dtype));
    if (additive) op_conform_additive(p->k.ctx, rao_fisher_op(f), rounding(p->k.dtype));
    rao_fisher_destroy(&f);
}

static void add_damping(const pair *p, double *truth) {
    for (int64_t i = 0; i < p->d.size; i++) truth[i * p->d.size + i] += DAMPING;
}

static void exact_ones(pair *p) {
    static const char *const exact[] = {"dense", "gram", "implicit"};
    double *truth = truth_of(p);
    add_damping(p, truth);
    for (size_t r = 0; r < COUNT(exact); r++) conform(p, exact[r], truth, 1);
    for (int64_t i = 0; i < p->d.size; i++)
        for (int64_t j = 0; j < p->d.size; j++)
            if (i != j) truth[i * p->d.size + j] = 0;
    conform(p, "diagonal", truth, 1);
    rao_free(&truth);
}

static void exact_representations(void **state) {
    (void)state;
    LAW("dense, gram and implicit are the matrix of their flavour, diagonal is its diagonal, whatever the weights of the cases");
    over_all(exact_ones);
}

static void the_product(pair *p) {
    double *truth = NULL;
    OK(p->d.ctx, rao_alloc(p->d.ctx, p->d.size * p->d.size, &truth));
    for (int64_t l = 0; l < layers_of(p); l++) {
        factors f = open_factors(p, l);
        damp_factors(&f, DAMPING);
        put_kron(p, l, f.g, f.a, truth);
        close_factors(&f);
    }
    conform(p, "kfac", truth, 0);
    rao_free(&truth);
}

static void kfac_is_its_definition(void **state) {
    (void)state;
    LAW("kfac is (G + gamma/pi I) (x) (A + pi gamma I) a layer, A and G second moments of the factors of one case, in every flavour");
    over_all(the_product);
}

/* m := m^-1 by Gauss-Jordan with pivoting. */
static void invert(double *m, int64_t n) {
    double a[8][16];
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < 2 * n; j++) a[i][j] = j < n ? m[i * n + j] : j - n == i;
    for (int64_t c = 0; c < n; c++) {
        int64_t best = c;
        for (int64_t i = c; i < n; i++) best = fabs(a[i][c]) > fabs(a[best][c]) ? i : best;
        for (int64_t j = 0; j < 2 * n; j++) {
            double t = a[c][j];
            a[c][j] = a[best][j], a[best][j] = t;
        }
        double pivot = a[c][c];
        for (int64_t j = 0; j < 2 * n; j++) a[c][j] /= pivot;
        for (int64_t i = 0; i < n; i++) {
            double by = a[i][c];
            for (int64_t j = 0; j < 2 * n && i != c; j++) a[i][j] -= by * a[c][j];
        }
    }
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) m[i * n + j] = a[i][n + j];
}

static void the_inverse(pair *p) {
    rao_fisher *f = make(p, "kfac", DAMPING);
    rao_vec e = network_vec(p->k.ctx, p->k.dtype, p->k.size), x = network_vec(p->k.ctx, p->k.dtype, p->k.size);
    double *want = NULL, off = 0;
    OK(p->d.ctx, rao_alloc(p->d.ctx, p->d.size * p->d.size, &want));
    for (int64_t l = 0; l < layers_of(p); l++) {
        factors q = open_factors(p, l);
        damp_factors(&q, DAMPING);
        invert(q.g, q.out), invert(q.a, q.in);
        put_kron(p, l, q.g, q.a, want);
        close_factors(&q);
    }
    for (int64_t j = 0; j < p->d.size; j++) {
        network_put(&e, j, 1);
        OK(p->k.ctx, rao_op_solve(p->k.ctx, rao_fisher_op(f), &e, &x));
        network_put(&e, j, 0);
        for (int64_t i = 0; i < p->d.size; i++) off += pow(network_get(&x, i) - want[i * p->d.size + j], 2);
    }
    /* the conditions of the damped factors are below 1e3 */
    EXPECT_TRUE(sqrt(off) <= 100 * rounding(p->k.dtype) * network_frobenius(want, p->d.size * p->d.size));
    rao_free(&want), rao_free_block(&e.data), rao_free_block(&x.data);
    rao_fisher_destroy(&f);
}

static void the_kronecker_inverse(void **state) {
    (void)state;
    LAW("solve is G'^-1 (x) A'^-1, the inverses of the damped factors taken one by one");
    over_all(the_inverse);
}

static void the_eigenbasis(pair *p) {
    rao_fisher *f = make(p, "ekfac", DAMPING);
    double *truth = truth_of(p), *want = NULL, tol = rounding(p->k.dtype), top = network_frobenius(truth, p->d.size * p->d.size);
    OK(p->d.ctx, rao_alloc(p->d.ctx, p->d.size * p->d.size, &want));
    for (int64_t l = 0; l < layers_of(p); l++) {
        rao_parameter q = layer_of(p, l);
        rao_vec ua = state_of(f, "basis_a", l), ug = state_of(f, "basis_g", l), s = state_of(f, "moments", l);
        factors g = open_factors(p, l);
        check_basis(p->d.ctx, &ua, g.a, g.in, tol);
        check_basis(p->d.ctx, &ug, g.g, g.out, tol);
        close_factors(&g);
        for (int64_t j = 0; j < s.n; j++) {
            double m = moment(&p->d, l, &ug, &ua, truth, j);
            EXPECT_TRUE(fabs(network_get(&s, j) - m) <= tol * top);
            for (int64_t a = 0; a < s.n; a++)
                for (int64_t b = 0; b < s.n; b++)
                    want[(q.offset + a) * p->d.size + q.offset + b] +=
                        basis_entry(&ug, &ua, q.rows, q.cols, a, j) * m * basis_entry(&ug, &ua, q.rows, q.cols, b, j);
        }
    }
    rao_fisher_destroy(&f);
    add_damping(p, want);
    conform(p, "ekfac", want, 1);
    rao_free(&truth), rao_free(&want);
}

static void ekfac_is_its_definition(void **state) {
    (void)state;
    LAW("ekfac is (U_G (x) U_A) diag(S) (U_G (x) U_A)^T + damping I: bases of the factors, S the diagonal of the exact block in them");
    over_all(the_eigenbasis);
}

static void nearer_to_the_blocks(pair *p) {
    rao_fisher *e = make(p, "ekfac", 0), *f = make(p, "kfac", 0);
    double *truth = truth_of(p), *em = network_matrix(p->k.ctx, rao_fisher_op(e)), *fm = network_matrix(p->k.ctx, rao_fisher_op(f));
    int64_t entries = p->d.size * p->d.size;
    double trace = 0, want = 0;
    keep_blocks(p, truth);
    EXPECT_TRUE(network_distance(em, truth, entries) <=
                network_distance(fm, truth, entries) + rounding(p->k.dtype) * network_frobenius(truth, entries));
    for (int64_t i = 0; i < p->d.size; i++) want += truth[i * p->d.size + i];
    OK(p->k.ctx, rao_op_trace(p->k.ctx, rao_fisher_op(e), &trace));
    EXPECT_REL(trace, want, rounding(p->k.dtype));
    rao_free(&truth), rao_free(&em), rao_free(&fm);
    rao_fisher_destroy(&e), rao_fisher_destroy(&f);
}

static void ekfac_is_nearer(void **state) {
    (void)state;
    LAW("ekfac is never farther from the exact blocks than kfac, whose basis it shares, and its trace is exact");
    over_all(nearer_to_the_blocks);
}

/* |kfac - block diagonal of the exact matrix| / |the latter|, undamped */
static double distance_to_blocks(pair *p) {
    double *truth = truth_of(p);
    rao_fisher *f = make(p, "kfac", 0);
    double *kfac = network_matrix(p->k.ctx, rao_fisher_op(f));
    keep_blocks(p, truth);
    double distance = network_distance(kfac, truth, p->d.size * p->d.size) / network_frobenius(truth, p->d.size * p->d.size);
    rao_free(&truth), rao_free(&kfac);
    rao_fisher_destroy(&f);
    return distance;
}

static void set_inputs(pair *p, int64_t cases, int constant) {
    network *both[] = {&p->k, &p->d};
    for (int q = 0; q < 2; q++) {
        network *k = both[q];
        for (int64_t i = 0; i < k->n * k->in && constant; i++) k->x[i] = k->x[i % k->in];
        k->n = cases;
        network_refresh(k);
    }
}

static void one_case(pair *p) {
    set_inputs(p, 1, 0);
    if (p->flavour == RAO_FISHER_SAMPLED) { /* draws are numbered by the cases of the object, which now are others */
        rao_free(&p->targets);
        p->targets = draw_targets(&p->k, DRAWS);
    }
    EXPECT_TRUE(distance_to_blocks(p) <= rounding(p->k.dtype));
}

static void constant_inputs(pair *p) {
    set_inputs(p, CASES, 1);
    if (p->flavour == RAO_FISHER_SAMPLED) {
        rao_free(&p->targets);
        p->targets = draw_targets(&p->k, DRAWS);
    }
    EXPECT_TRUE(distance_to_blocks(p) <= rounding(p->k.dtype));
}

static void kfac_where_it_is_exact(void **state) {
    (void)state;
    LAW("kfac is the block diagonal of the exact matrix for one case and for constant inputs, for any head in any flavour");
    over_all(one_case);
    over_all(constant_inputs);
    LAW("and for deep linear networks with a normal head on any inputs, where it is the whole matrix if there is one layer");
    pair linear = open_pair("mlp:3-4-3-2:identity:normal:var=0.5", RAO_F64, RAO_FISHER_TRUE, 1),
         single = open_pair("mlp:3-2:identity:normal:var=0.5", RAO_F64, RAO_FISHER_TRUE, 0),
         curved = open_pair("mlp:3-4-2:tanh:normal", RAO_F64, RAO_FISHER_TRUE, 0),
         drawn = open_pair("mlp:3-4-3-2:identity:normal:var=0.5", RAO_F64, RAO_FISHER_SAMPLED, 1);
    EXPECT_TRUE(distance_to_blocks(&linear) < 1e-12);
    EXPECT_TRUE(distance_to_blocks(&single) < 1e-12);
    EXPECT_TRUE(distance_to_blocks(&curved) > 1e-3); /* elsewhere it is not */
    EXPECT_TRUE(distance_to_blocks(&drawn) > 1e-3);
    close_pair(&linear), close_pair(&single), close_pair(&curved), close_pair(&drawn);
}

/* ---- flavours beside one another -------------------------------------------------------------------------------- */

static rao_fisher *make_plain(network *k, const char *representation, rao_flavour flavour, double damping) {
    rao_fisher *f = NULL;
    rao_fisher_opts o;
    rao_fisher_opts_init(&o);
    o.flavour = flavour;
    OK(k->ctx, rao_fisher_create(k->ctx, k->model, representation, &o, k->n, &f));
    OK(k->ctx, rao_fisher_update(k->ctx, f, k->objective, &k->w, 0, 0, 1));
    OK(k->ctx, rao_op_damp(k->ctx, rao_fisher_op(f), damping));
    return f;
}

/* Each case of k once for every class, weighted with the probability that the model gives it. */
static network enumerated(network *k, const char *spec) {
    network e = network_open(spec, RAO_F64, k->n * k->out, 1);
    rao_mat z, mean;
    double *p = NULL;
    OK(k->ctx, rao_alloc(k->ctx, k->n * k->out, &p));
    OK(k->ctx, rao_tape_forward(k->ctx, rao_objective_tape(k->objective), &k->w));
    z = rao_tape_output(rao_objective_tape(k->objective)), mean = rao_mat_view(RAO_F64, k->n, k->out, k->out, p);
    OK(k->ctx, rao_head_mean(k->ctx, rao_model_head(k->model), &z, &mean));
    memcpy(e.w.data, k->w.data, (size_t)k->size * sizeof(double));
    for (int64_t i = 0; i < e.n; i++) {
        int64_t from = i / k->out, y = i % k->out;
        memcpy(e.x + i * k->in, k->x + from * k->in, (size_t)k->in * sizeof(double));
        e.y[i] = (double)y;
        e.weights[i] = network_share(k, from) * p[from * k->out + y];
    }
    network_refresh(&e);
    rao_free(&p);
    return e;
}

static void empirical_where_it_must(void **state) {
    (void)state;
    LAW("the empirical matrix of data that hold every target with the model's own probability is the true one, in every representation");
    static const char *const all[] = {"dense", "diagonal", "gram", "implicit", "kfac", "ekfac"};
    static const char *const spec = "mlp:3-4-3:tanh:categorical";
    network k = network_open(spec, RAO_F64, 5, 1), e = enumerated(&k, spec);
    for (size_t r = 0; r < COUNT(all); r++) {
        rao_fisher *want = make_plain(&k, all[r], RAO_FISHER_TRUE, 0), *got = make_plain(&e, all[r], RAO_FISHER_EMPIRICAL, 0);
        double *w = network_matrix(k.ctx, rao_fisher_op(want)), *g = network_matrix(e.ctx, rao_fisher_op(got));
        /* a basis of ekfac is not unique where a factor has an eigenvalue twice; these have not, but they may be near it */
        double tol = strcmp(all[r], "ekfac") ? 1e-13 : 1e-9;
        EXPECT_TRUE(network_distance(w, g, k.size * k.size) <= tol * network_frobenius(w, k.size * k.size));
        rao_free(&w), rao_free(&g);
        rao_fisher_destroy(&want), rao_fisher_destroy(&got);
    }
    network_close(&e), network_close(&k);
}

static void empirical_elsewhere(void **state) {
    (void)state;
    LAW("where the model fits its data the empirical matrix is 0 and the true one is not; elsewhere it grows with the square of the "
        "residual");
    network k = network_open("mlp:3-4-2:tanh:normal:var=0.25", RAO_F64, 6, 0);
    double norms[3], *m;
    for (int q = 0; q < 3; q++) {
        OK(k.ctx, rao_tape_forward(k.ctx, rao_objective_tape(k.objective), &k.w));
        rao_mat z = rao_tape_output(rao_objective_tape(k.objective));
        for (int64_t i = 0; i < k.n * 2; i++) k.y[i] = ((double *)z.data)[i / 2 * z.ld + i % 2] + q;
        network_refresh(&k);
        rao_fisher *f = make_plain(&k, "dense", RAO_FISHER_EMPIRICAL, 0);
        m = network_matrix(k.ctx, rao_fisher_op(f));
        norms[q] = network_frobenius(m, k.size * k.size);
        rao_free(&m);
        rao_fisher_destroy(&f);
    }
    rao_fisher *t = make_plain(&k, "dense", RAO_FISHER_TRUE, 0);
    m = network_matrix(k.ctx, rao_fisher_op(t));
    EXPECT_TRUE(norms[0] < 1e-25 && network_frobenius(m, k.size * k.size) > 1);
    EXPECT_REL(norms[2], 4 * norms[1], 1e-12);
    rao_free(&m);
    rao_fisher_destroy(&t);
    network_close(&k);
}

static void no_flavour_is_another(pair *p) {
    if (p->flavour == RAO_FISHER_TRUE) return;
    double *mine = truth_of(p), *truth = network_truth(&p->d, 0);
    EXPECT_TRUE(network_distance(mine, truth, p->d.size * p->d.size) > 1e-2 * network_frobenius(truth, p->d.size * p->d.size));
    rao_free(&mine), rao_free(&truth);
}

static void flavours_differ(void **state) {
    (void)state;
    LAW("at one batch no flavour is another");
    over_all(no_flavour_is_another);
}

/* ---- the Monte Carlo rate --------------------------------------------------------------------------------------- */

enum { LEVELS = 4, REPEATS = 40 };

/* Mean over REPEATS independent estimates of |F_S - F|^2, F_S with S draws a case, and of F_S - F itself into bias. */
static double mean_square_error(network *k, const char *representation, int64_t samples, const double *truth, double *bias) {
    rao_fisher *f = NULL;
    rao_fisher_opts o;
    double sum = 0;
    rao_fisher_opts_init(&o);
    o.flavour = RAO_FISHER_SAMPLED, o.samples = samples;
    OK(k->ctx, rao_fisher_create(k->ctx, k->model, representation, &o, k->n, &f));
    for (int r = 0; r < REPEATS; r++) {
        OK(k->ctx, rao_fisher_update(k->ctx, f, k->objective, &k->w, 0, (uint64_t)r, 1));
        double *m = network_matrix(k->ctx, rao_fisher_op(f)), off = network_distance(m, truth, k->size * k->size);
        for (int64_t i = 0; i < k->size * k->size; i++) bias[i] += (m[i] - truth[i]) / REPEATS;
        sum += off * off / REPEATS;
        rao_free(&m);
    }
    rao_fisher_destroy(&f);
    return sum;
}

/* log(mean square error) over log(draws) falls with slope -1. Of one estimate |F_S - F|^2 has a variance of at most twice its squared mean (a chi^2 of one
 * degree of freedom), so the logarithm of a mean of REPEATS has a deviation of at most sqrt(2 / REPEATS), and a slope over levels x that over
 * sqrt(sum of (x - mean)^2). The mean of all estimates is unbiased: its square is in expectation MSE / REPEATS. */
static void check_rate(network *k, const char *representation) {
    rao_fisher *exact = make_plain(k, representation, RAO_FISHER_TRUE, 0);
    double *truth = network_matrix(k->ctx, rao_fisher_op(exact)), x[LEVELS], y[LEVELS], xm = 0, ym = 0, xx = 0, xy = 0;
    for (int l = 0; l < LEVELS; l++) {
        double *bias = NULL, zero = 0;
        int64_t samples = (int64_t)4 << (2 * l);
        OK(k->ctx, rao_alloc(k->ctx, k->size * k->size, &bias));
        double error = mean_square_error(k, representation, samples, truth, bias), off = network_frobenius(bias, k->size * k->size);
        x[l] = log((double)samples), y[l] = log(error), xm += x[l] / LEVELS, ym += y[l] / LEVELS;
        EXPECT_TRUE(off * off > zero && off * off <= (1 + 5 * sqrt(2.0)) * error / REPEATS);
        rao_free(&bias);
    }
    for (int l = 0; l < LEVELS; l++) xx += (x[l] - xm) * (x[l] - xm), xy += (x[l] - xm) * (y[l] - ym);
    EXPECT_TRUE(fabs(xy / xx + 1) <= 5 * sqrt(2.0 / REPEATS / xx));
    rao_free(&truth);
    rao_fisher_destroy(&exact);
}

static void sampled_converges(void **state) {
    (void)state;
    LAW("sampled matrices are unbiased and their mean square error falls as 1 / draws");
    static const char *const small[] = {"mlp:2-2-3:tanh:categorical", "mlp:2-2-1:logistic:bernoulli", "mlp:2-2-1:softplus:poisson",
                                        "mlp:2-2-1:gelu:normal:var=0.25", "mlp:2-2-2:tanh:normal.mu_logvar"};
    static const char *const linear[] = {"dense", "diagonal",
                                         "kfac"}; /* in the second moments: gram and implicit are dense by the laws above */
    for (size_t s = 0; s < COUNT(small); s++) {
        network k = network_open(small[s], RAO_F64, 4, s % 2 == 0);
        for (size_t r = 0; r < COUNT(linear); r++) check_rate(&k, linear[r]);
        network_close(&k);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_representations),   cmocka_unit_test(kfac_is_its_definition),  cmocka_unit_test(the_kronecker_inverse),
        cmocka_unit_test(ekfac_is_its_definition), cmocka_unit_test(ekfac_is_nearer),         cmocka_unit_test(kfac_where_it_is_exact),
        cmocka_unit_test(flavours_differ),         cmocka_unit_test(empirical_where_it_must), cmocka_unit_test(empirical_elsewhere),
        cmocka_unit_test(sampled_converges),
    };
    return rao_test_run("fisher/conformance", tests, COUNT(tests));
}
