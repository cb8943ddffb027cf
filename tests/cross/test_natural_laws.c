/* What makes a gradient natural: one step solves linear regression; descents do not see affine charts of the parameters, and see curved ones
 * only through the length of a step; Euclidean descent fails each of these tests. */
#include "fisher/network.h"

#include <float.h>

#include <rao/optim.h>

/* A damping that no diagonal entry can hold: descents without damping, to rounding. */
#define UNDAMPED ":damping=1e-300:unit=loss:radius=inf"

/* `steps` steps of a rule on the whole batch; `representation` NULL: the rule has no metric. */
static void descend(network *k, const char *rule, const char *representation, int steps) {
    rao_optim *opt = NULL;
    rao_fisher *f = NULL;
    rao_fisher_opts o;
    rao_fisher_opts_init(&o);
    o.decay = 0.95, o.tolerance = 1e-15, o.iterations = 1000;
    OK(k->ctx, rao_optim_create(k->ctx, rule, RAO_F64, k->size, 0, &opt));
    if (representation) OK(k->ctx, rao_fisher_create(k->ctx, k->model, representation, &o, k->n, &f));
    for (int t = 0; t < steps; t++) {
        rao_vec g;
        double beta;
        OK(k->ctx, rao_optim_target(k->ctx, opt, &g, &beta));
        OK(k->ctx, rao_objective_gradient(k->ctx, k->objective, &k->w, beta, &g, NULL));
        if (f) OK(k->ctx, rao_fisher_update(k->ctx, f, k->objective, &k->w, 0, (uint64_t)t, 1));
        if (f) rao_optim_renewed(opt);
        OK(k->ctx, rao_optim_step(k->ctx, opt, f ? rao_fisher_op(f) : NULL, &k->w));
    }
    rao_fisher_destroy(&f);
    rao_optim_destroy(&opt);
}

/* n x out outputs of the batch. Caller frees. */
static double *outputs(network *k) {
    double *z = NULL;
    OK(k->ctx, rao_alloc(k->ctx, k->n * k->out, &z));
    OK(k->ctx, rao_tape_forward(k->ctx, rao_objective_tape(k->objective), &k->w));
    rao_mat out = rao_tape_output(rao_objective_tape(k->objective));
    for (int64_t i = 0; i < k->n; i++) memcpy(z + i * k->out, (double *)out.data + i * out.ld, (size_t)k->out * sizeof *z);
    return z;
}

/* ---- linear regression ---- */

static double gradient_norm(network *k) {
    double norm = 0;
    rao_vec g = network_vec(k->ctx, RAO_F64, k->size);
    OK(k->ctx, rao_objective_gradient(k->ctx, k->objective, &k->w, 0, &g, NULL));
    OK(k->ctx, rao_norm(k->ctx, &g, &norm));
    rao_free_block(&g.data);
    return norm;
}

static void one_step_solves_linear_regression(void **state) {
    (void)state;
    LAW("one undamped natural step of rate 1 from anywhere solves linear regression: the normal equations hold");
    static const char *const representations[] = {"dense", "implicit", "kfac", "ekfac"};
    for (size_t r = 0; r < COUNT(representations); r++)
        for (int weighted = 0; weighted < 2; weighted++) {
            network k = network_open("mlp:4-3:identity:normal:var=0.5", RAO_F64, 17, weighted),
                    e = network_open("mlp:4-3:identity:normal:var=0.5", RAO_F64, 17, weighted);
            double before = gradient_norm(&k);
            descend(&k, "ngd:lr=1" UNDAMPED, representations[r], 1);
            EXPECT_TRUE(gradient_norm(&k) <= 1e-12 * before);
            descend(&e, "sgd:lr=0.1:momentum=0", NULL, 1);
            EXPECT_TRUE(gradient_norm(&e) > 0.1 * before);
            network_close(&k), network_close(&e);
        }
}

/* ---- affine maps of inputs, hidden layers and outputs ---- */

enum { SIDE = 6, LAYERS = 5 };
typedef struct map { /* x -> M x + b as the matrix [M b; 0 1], and its inverse */
    int64_t n;
    double m[SIDE][SIDE], inverse[SIDE][SIDE];
} map;

typedef enum map_kind { MAP_AFFINE, MAP_ISOMETRY, MAP_POSITIVE, MAP_SIGNS, MAP_IDENTITY } map_kind;

/* Gauss-Jordan with pivoting. */
static void invert(map *p) {
    double a[SIDE][2 * SIDE] = {{0}};
    int64_t n = p->n;
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < n; j++) a[i][j] = p->m[i][j];
        a[i][n + i] = 1;
    }
    for (int64_t c = 0; c < n; c++) {
        int64_t pivot = c;
        for (int64_t i = c; i < n; i++) pivot = fabs(a[i][c]) > fabs(a[pivot][c]) ? i : pivot;
        for (int64_t j = 0; j < 2 * n; j++) {
            double t = a[c][j];
            a[c][j] = a[pivot][j], a[pivot][j] = t;
        }
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 2 * n - 1; j >= c && i != c; j--) a[i][j] -= a[i][c] / a[c][c] * a[c][j];
        for (int64_t j = 2 * n - 1; j >= c; j--) a[c][j] /= a[c][c];
    }
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) p->inverse[i][j] = a[i][n + j];
}

/* What a layer of that kind allows so that the network stays one of its kind: a linear layer and the inputs anything affine, a normal head's outputs
 * an isometry (its variance is given), relu a positive scaling, tanh signs; both a change of order. */
static map make_map(map_kind kind, int64_t width, uint64_t stream) {
    rao_stream s = rao_stream_make(rao_test_seed(), 900 + stream);
    map p = {.n = width + 1};
    p.m[width][width] = 1;
    for (int64_t i = 0; i < width; i++) {
        double z = rao_normal_at(s, 0, (uint64_t)i);
        int64_t next = (i + 1) % width; /* the change of order */
        if (kind == MAP_AFFINE)
            for (int64_t j = 0; j < width; j++) p.m[i][j] = (i == j ? 2 : 0) + 0.4 * rao_normal_at(s, 1, (uint64_t)(i * width + j));
        else if (kind == MAP_IDENTITY) p.m[i][i] = 1;
        else p.m[i][next] = kind == MAP_POSITIVE ? exp(z) : z < 0 ? -1 : 1;
        if (kind == MAP_AFFINE || kind == MAP_ISOMETRY) p.m[i][width] = z;
    }
    invert(&p);
    return p;
}

static void map_rows(const map *p, int64_t rows, const double *from, double *to) {
    int64_t width = p->n - 1;
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = 0; i < width; i++) {
            to[r * width + i] = p->m[i][width];
            for (int64_t j = 0; j < width; j++) to[r * width + i] += p->m[i][j] * from[r * width + j];
        }
}

/* W of layer l becomes T_{l+1} [W; 0 1] T_l^-1: the same function of the mapped data. */
static void map_weights(const network *k, network *into, const map *t, int64_t l) {
    rao_parameter p = rao_graph_parameter(rao_model_graph(k->model), l);
    double *w = (double *)k->w.data + p.offset, *out = (double *)into->w.data + p.offset, whole[SIDE][SIDE] = {{0}};
    for (int64_t r = 0; r <= p.rows; r++)
        for (int64_t c = 0; c < p.cols; c++)
            for (int64_t j = 0; j < p.cols; j++) whole[r][c] += (r < p.rows ? w[r * p.cols + j] : j == p.cols - 1) * t[l].inverse[j][c];
    for (int64_t r = 0; r < p.rows; r++)
        for (int64_t c = 0; c < p.cols; c++) {
            out[r * p.cols + c] = 0;
            for (int64_t j = 0; j <= p.rows; j++) out[r * p.cols + c] += t[l + 1].m[r][j] * whole[j][c];
        }
}

typedef struct twin_case {
    const char *spec;
    int64_t layers, width[LAYERS];
    map_kind hidden;
} twin_case;

static const twin_case twins[] = {
    {"mlp:3-2:identity:normal", 1, {3, 2}, MAP_AFFINE},
    {"mlp:3-3-3:identity:normal", 2, {3, 3, 3}, MAP_AFFINE}, /* hidden widths within the outputs', else G is singular */
    {"mlp:3-2-3:tanh:normal", 2, {3, 2, 3}, MAP_SIGNS},
    {"mlp:2-3-3-3:relu:normal", 3, {2, 3, 3, 3}, MAP_POSITIVE},
};

/* Hidden relu units that fire on part of the data and not on all of it: dead ones leave A singular, and so does a network that is linear there. */
static void enliven(network *k, const twin_case *c) {
    for (int64_t l = 0; l + 1 < c->layers && c->hidden == MAP_POSITIVE; l++) {
        rao_parameter p = rao_graph_parameter(rao_model_graph(k->model), l);
        for (int64_t r = 0; r < p.rows; r++) network_put(&k->w, p.offset + r * p.cols + p.cols - 1, 0.4);
    }
}

/* The twin of k: mapped data, mapped weights. t has a map for the inputs, each hidden layer and the outputs. */
static network make_twin(const network *k, const twin_case *c, map *t) {
    network d = network_open(c->spec, RAO_F64, k->n, k->weights != NULL);
    for (int64_t l = 0; l <= c->layers; l++)
        t[l] = make_map(l == 0 ? MAP_AFFINE : l == c->layers ? MAP_ISOMETRY : c->hidden, c->width[l], (uint64_t)l);
    for (int64_t l = 0; l < c->layers; l++) map_weights(k, &d, t, l);
    map_rows(&t[0], k->n, k->x, d.x);
    map_rows(&t[c->layers], k->n, k->y, d.y);
    network_refresh(&d);
    return d;
}

/* How far the twin's function has come away from the mapped function of k, relative to how far the descent moved it. */
static double separation(const twin_case *c, int weighted, const char *rule, const char *representation, int steps) {
    map t[LAYERS];
    network k = network_open(c->spec, RAO_F64, 25, weighted);
    enliven(&k, c);
    network d = make_twin(&k, c, t);
    double *start = outputs(&k), *mapped = NULL;
    int64_t entries = k.n * k.out;
    OK(k.ctx, rao_alloc(k.ctx, entries, &mapped));
    descend(&k, rule, representation, steps), descend(&d, rule, representation, steps);
    double *of_k = outputs(&k), *of_d = outputs(&d);
    map_rows(&t[c->layers], k.n, of_k, mapped);
    double moved = network_distance(start, of_k, entries), apart = network_distance(mapped, of_d, entries);
    EXPECT_TRUE(moved > 0.02);
    rao_free(&start), rao_free(&mapped), rao_free(&of_k), rao_free(&of_d);
    network_close(&d), network_close(&k);
    return apart / moved;
}

static void kfac_does_not_see_affine_maps(void **state) {
    (void)state;
    LAW("undamped K-FAC is invariant under affine maps of inputs, layers and outputs, with averages, momentum and a radius; Euclidean "
        "descent is not");
    for (size_t c = 0; c < COUNT(twins); c++) {
        /* rounding, times the conditions of the factors, times the steps */
        EXPECT_TRUE(separation(&twins[c], c % 2 == 0, "kfac:lr=0.3:momentum=0.5:damping=1e-300:unit=loss:radius=0.01", "kfac", 6) < 1e-8);
        EXPECT_TRUE(separation(&twins[c], c % 2 == 0, "sgd:lr=0.05:momentum=0.5", NULL, 8) > 0.05);
    }
}

static void ngd_does_not_see_affine_maps(void **state) {
    (void)state;
    LAW("the undamped exact natural gradient is invariant under the same maps where F is regular; Adam is not");
    static const size_t regular[] = {0, 2}; /* deep linear and relu networks have directions that do not move the function */
    for (size_t c = 0; c < COUNT(regular); c++) {
        /* short steps: long ones without damping run into the flat parts of tanh, where F is singular to rounding */
        EXPECT_TRUE(separation(&twins[regular[c]], 1, "ngd:lr=0.3:damping=1e-300:unit=loss:radius=0.001", "dense", 4) < 1e-6);
        EXPECT_TRUE(separation(&twins[regular[c]], 1, "adam:lr=0.05", NULL, 5) > 0.05);
    }
}

/* ---- charts of a family ---- */

/* Descent of the fit of a normal distribution to data, in one of its charts or an affine chart of one: coordinates = S u + t. */
enum { CASES = 40, TWO = 2 };
typedef struct fit {
    rao_ctx *ctx;
    rao_family *family;
    double x[CASES];
} fit;
typedef struct chart {
    const char *name;
    double s[TWO][TWO], t[TWO];
} chart;

static fit fit_open(void) {
    fit f = {.ctx = rao_test_ctx()};
    OK(f.ctx, rao_family_create(f.ctx, "normal", NULL, &f.family));
    for (int i = 0; i < CASES; i++) f.x[i] = 1.5 + 0.7 * rao_normal_at(rao_stream_make(rao_test_seed(), 77), 0, (uint64_t)i);
    return f;
}

static void fit_close(fit *f) {
    rao_family_destroy(&f->family);
    rao_test_ctx_close(&f->ctx);
}

static void point_of(const chart *c, const double *u, double *p) {
    for (int i = 0; i < TWO; i++) p[i] = c->s[i][0] * u[0] + c->s[i][1] * u[1] + c->t[i];
}

/* u with S u + t = p */
static void inside(const chart *c, const double *p, double *u) {
    double a = p[0] - c->t[0], b = p[1] - c->t[1], det = c->s[0][0] * c->s[1][1] - c->s[0][1] * c->s[1][0];
    u[0] = (c->s[1][1] * a - c->s[0][1] * b) / det, u[1] = (c->s[0][0] * b - c->s[1][0] * a) / det;
}

/* The gradient of the mean of -log p in u: -S^T mean score; and the metric S^T F S. */
static void slope_and_metric(const fit *f, const chart *c, int64_t index, const double *u, double *g, double metric[TWO][TWO]) {
    double p[TWO], score[TWO], mean[TWO] = {0}, fisher[TWO][TWO];
    point_of(c, u, p);
    for (int i = 0; i < CASES; i++) {
        OK(f->ctx, rao_family_score(f->ctx, f->family, index, p, &f->x[i], score));
        mean[0] += score[0] / CASES, mean[1] += score[1] / CASES;
    }
    OK(f->ctx, rao_family_fisher(f->ctx, f->family, index, p, &fisher[0][0]));
    for (int a = 0; a < TWO; a++) {
        g[a] = -(c->s[0][a] * mean[0] + c->s[1][a] * mean[1]);
        for (int b = 0; b < TWO; b++) {
            metric[a][b] = 0;
            for (int i = 0; i < TWO; i++)
                for (int j = 0; j < TWO; j++) metric[a][b] += c->s[i][a] * fisher[i][j] * c->s[j][b];
        }
    }
}

/* From (mu, sigma) = (0, 1): the point in (mu, sigma) after `steps` steps of a rule in that chart. */
static void fit_descend(const fit *f, const chart *c, const char *rule, int natural, int steps, double *end) {
    const double from[TWO] = {0, 1};
    double p[TWO], u[TWO];
    int64_t index = 0;
    rao_optim *opt = NULL;
    OK(f->ctx, rao_family_chart_index(f->ctx, f->family, c->name, &index));
    OK(f->ctx, rao_family_convert(f->ctx, f->family, 0, from, index, p, NULL));
    inside(c, p, u);
    OK(f->ctx, rao_optim_create(f->ctx, rule, RAO_F64, TWO, 0, &opt));
    for (int t = 0; t < steps; t++) {
        double beta, metric[TWO][TWO], own[TWO];
        rao_vec g, w = rao_vec_view(RAO_F64, TWO, u);
        rao_mat m = rao_mat_view(RAO_F64, TWO, TWO, TWO, metric);
        rao_op *op = NULL;
        OK(f->ctx, rao_optim_target(f->ctx, opt, &g, &beta));
        slope_and_metric(f, c, index, u, own, metric);
        for (int a = 0; a < TWO; a++) ((double *)g.data)[a] = (beta != 0 ? beta * ((double *)g.data)[a] : 0) + own[a];
        if (natural) {
            OK(f->ctx, rao_op_dense(f->ctx, &m, &op));
            rao_optim_renewed(opt);
        }
        OK(f->ctx, rao_optim_step(f->ctx, opt, op, &w));
        rao_op_destroy(&op);
    }
    point_of(c, u, p);
    OK(f->ctx, rao_family_convert(f->ctx, f->family, index, p, 0, end, NULL));
    rao_optim_destroy(&opt);
}

static const chart mu_sigma = {"mu_sigma", {{1, 0}, {0, 1}}, {0, 0}};

/* Distance in (mu, sigma) between the ends of two descents of length lr steps = 1/2. */
static double chart_difference(const fit *f, const chart *a, const chart *b, int natural, int steps) {
    char rule[128];
    double p[TWO], q[TWO];
    if (natural) snprintf(rule, sizeof rule, "ngd:lr=%.17g" UNDAMPED, 0.5 / steps);
    else snprintf(rule, sizeof rule, "sgd:lr=%.17g:momentum=0", 0.5 / steps);
    fit_descend(f, a, rule, natural, steps, p);
    fit_descend(f, b, rule, natural, steps, q);
    return hypot(p[0] - q[0], p[1] - q[1]);
}

static void affine_charts(void **state) {
    (void)state;
    LAW("in an affine chart of the parameters the natural gradient takes the same steps to rounding, whatever their length; the Euclidean "
        "one does not");
    static const chart skew[] = {{"mu_sigma", {{2, 0.5}, {-1, 3}}, {0.3, -0.2}}, {"natural", {{0.1, 1}, {-0.7, 0.2}}, {1, -1}}};
    static const chart plain[] = {{"mu_sigma", {{1, 0}, {0, 1}}, {0, 0}}, {"natural", {{1, 0}, {0, 1}}, {0, 0}}};
    fit f = fit_open();
    for (size_t c = 0; c < COUNT(skew); c++)
        for (int steps = 2; steps <= 8; steps *= 2) {
            EXPECT_TRUE(chart_difference(&f, &plain[c], &skew[c], 1, steps) < 1e-13);
            EXPECT_TRUE(chart_difference(&f, &plain[c], &skew[c], 0, 8 * steps) > 0.01);
        }
    fit_close(&f);
}

static void curved_charts(void **state) {
    (void)state;
    LAW("between curved charts, at a fixed length of the descent, natural paths differ by O(lr): half the rate, half the difference; "
        "Euclidean ones by O(1)");
    static const char *const names[] = {"mu_var", "mu_logvar", "natural", "expectation"};
    fit f = fit_open();
    for (size_t c = 0; c < COUNT(names); c++) {
        chart other = {names[c], {{1, 0}, {0, 1}}, {0, 0}};
        double last = chart_difference(&f, &mu_sigma, &other, 1, 64), euclidean = chart_difference(&f, &mu_sigma, &other, 0, 512);
        for (int steps = 128; steps <= 512; steps *= 2) {
            double half = chart_difference(&f, &mu_sigma, &other, 1, steps);
            EXPECT_CLOSE(last / half, 2, 8.0 / steps); /* the next order is O(lr) relative to the first */
            last = half;
        }
        EXPECT_TRUE(euclidean > 0.03 && euclidean > 20 * last);
        EXPECT_CLOSE(chart_difference(&f, &mu_sigma, &other, 0, 1024) / euclidean, 1, 0.02);
    }
    fit_close(&f);
}

static void one_step_to_the_estimate(void **state) {
    (void)state;
    LAW("in expectation coordinates one natural step of rate 1 is the maximum likelihood estimate");
    const chart expectation = {"expectation", {{1, 0}, {0, 1}}, {0, 0}};
    double end[TWO], mle[TWO];
    fit f = fit_open();
    fit_descend(&f, &expectation, "ngd:lr=1" UNDAMPED, 1, 1, end);
    OK(f.ctx, rao_family_mle(f.ctx, f.family, 0, CASES, rao_points_of(f.x, 1), NULL, mle, NULL, NULL));
    EXPECT_CLOSE(end[0], mle[0], 1e-14);
    EXPECT_CLOSE(end[1], mle[1], 1e-13);
    fit_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_step_solves_linear_regression),
        cmocka_unit_test(kfac_does_not_see_affine_maps),
        cmocka_unit_test(ngd_does_not_see_affine_maps),
        cmocka_unit_test(affine_charts),
        cmocka_unit_test(curved_charts),
        cmocka_unit_test(one_step_to_the_estimate),
    };
    return rao_test_run("cross/natural_laws", tests, COUNT(tests));
}
