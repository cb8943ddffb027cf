/* The Fisher matrix of a network against the formulas of the page: linear regression, gradients, composition block by block, f = u v x, and
 * the Hessian of the divergence. Nothing here shares code with room fisher but the pass that makes the outputs. */
#include "fisher/network.h"

#include <float.h>

/* The dense matrix of a flavour-true Fisher object. Caller frees. */
static double *dense_fisher(network *k) {
    rao_fisher *f = NULL;
    OK(k->ctx, rao_fisher_create(k->ctx, k->model, "dense", NULL, k->n, &f));
    OK(k->ctx, rao_fisher_update(k->ctx, f, k->objective, &k->w, 0, 0, 1));
    double *m = network_matrix(k->ctx, rao_fisher_op(f));
    rao_fisher_destroy(&f);
    return m;
}

static double largest_difference(const double *a, const double *b, int64_t n) {
    double most = 0;
    for (int64_t i = 0; i < n; i++) most = fmax(most, fabs(a[i] - b[i]));
    return most;
}

static double largest(const double *a, int64_t n) {
    double most = 0;
    for (int64_t i = 0; i < n; i++) most = fmax(most, fabs(a[i]));
    return most;
}

/* ---- linear regression ---- */

static double input_with_one(const network *k, int64_t i, int64_t c) { return c < k->in ? k->x[i * k->in + c] : 1; }

static void linear_regression(void **state) {
    (void)state;
    LAW("linear regression: F = id (x) E[[x; 1][x; 1]^T] / var");
    network k = network_open("mlp:3-2:identity:normal:var=0.25", RAO_F64, 9, 1);
    int64_t in1 = k.in + 1;
    double *f = dense_fisher(&k), *want = NULL;
    OK(k.ctx, rao_alloc(k.ctx, k.size * k.size, &want));
    for (int64_t a = 0; a < k.size; a++)
        for (int64_t b = 0; b < k.size; b++)
            for (int64_t i = 0; i < k.n && a / in1 == b / in1; i++)
                want[a * k.size + b] += network_share(&k, i) * input_with_one(&k, i, a % in1) * input_with_one(&k, i, b % in1) / 0.25;
    EXPECT_TRUE(largest_difference(f, want, k.size * k.size) <= 8 * DBL_EPSILON * (double)k.n * largest(want, k.size * k.size));
    rao_free(&f), rao_free(&want);
    network_close(&k);
}

/* log det of the covariance of the inputs, by elimination; -inf where a pivot is rounding. */
static double covariance_logdet(const network *k) {
    double c[8][8] = {{0}}, mean[8] = {0}, top = 0, sum = 0;
    for (int64_t i = 0; i < k->n; i++)
        for (int64_t a = 0; a < k->in; a++) mean[a] += network_share(k, i) * k->x[i * k->in + a];
    for (int64_t i = 0; i < k->n; i++)
        for (int64_t a = 0; a < k->in; a++)
            for (int64_t b = 0; b < k->in; b++)
                c[a][b] += network_share(k, i) * (k->x[i * k->in + a] - mean[a]) * (k->x[i * k->in + b] - mean[b]);
    for (int64_t a = 0; a < k->in; a++) top = fmax(top, c[a][a]);
    for (int64_t p = 0; p < k->in; p++) {
        if (c[p][p] < 1e-12 * top) return -(double)INFINITY;
        sum += log(c[p][p]);
        for (int64_t a = p + 1; a < k->in; a++)
            for (int64_t b = p + 1; b < k->in; b++) c[a][b] -= c[a][p] * c[p][b] / c[p][p];
    }
    return sum;
}

static void positive_definite_iff_the_covariance_is(void **state) {
    (void)state;
    LAW("F of linear regression is positive definite iff the covariance C of the inputs is: det F = (det C)^outputs at variance 1");
    network k = network_open("mlp:3-2:identity:normal", RAO_F64, 9, 1);
    rao_fisher *f = NULL;
    rao_vec b = network_vec(k.ctx, RAO_F64, k.size), y = network_vec(k.ctx, RAO_F64, k.size);
    double logdet = 0;
    OK(k.ctx, rao_fisher_create(k.ctx, k.model, "dense", NULL, k.n, &f));
    OK(k.ctx, rao_fisher_update(k.ctx, f, k.objective, &k.w, 0, 0, 1));
    OK(k.ctx, rao_op_logdet(k.ctx, rao_fisher_op(f), &logdet));
    EXPECT_CLOSE(logdet, 2 * covariance_logdet(&k), 1e-12);

    for (int64_t i = 0; i < k.n; i++) k.x[i * 3 + 2] = 2 * k.x[i * 3] - k.x[i * 3 + 1] + 1; /* now C has the kernel (2, -1, -1) */
    network_refresh(&k);
    EXPECT_TRUE(covariance_logdet(&k) == -(double)INFINITY);
    OK(k.ctx, rao_fisher_update(k.ctx, f, k.objective, &k.w, 0, 0, 1));
    static const double kernel[4] = {2, -1, -1, 1};
    for (int64_t j = 0; j < 4; j++) network_put(&b, j, kernel[j]), network_put(&b, 4 + j, -3 * kernel[j]);
    OK(k.ctx, rao_op_apply(k.ctx, rao_fisher_op(f), &b, &y));
    EXPECT_TRUE(largest(y.data, k.size) < 1e-13);
    EXPECT_FAIL(k.ctx, rao_op_solve(k.ctx, rao_fisher_op(f), &b, &y), RAO_EDOMAIN, "rank 6 of 8");
    rao_fisher_destroy(&f);
    rao_free_block(&b.data), rao_free_block(&y.data);
    network_close(&k);
}

/* ---- the gradient ---- */

static void the_gradient(void **state) {
    (void)state;
    LAW("the gradient of a normal head is E[Jac^T (f - y)] / var");
    static const char *const specs[] = {"mlp:3-2:identity:normal", "mlp:3-4-2:tanh:normal:var=0.5"};
    for (size_t s = 0; s < COUNT(specs); s++) {
        network k = network_open(specs[s], RAO_F64, 7, s == 1);
        double *jacobian = NULL, *want = NULL, z[2], var = s == 0 ? 1 : 0.5;
        rao_vec g = network_vec(k.ctx, RAO_F64, k.size);
        OK(k.ctx, rao_alloc(k.ctx, k.out * k.size, &jacobian));
        OK(k.ctx, rao_alloc(k.ctx, k.size, &want));
        for (int64_t i = 0; i < k.n; i++) {
            network_jacobian(&k, i, jacobian, z);
            for (int64_t o = 0; o < k.out; o++)
                for (int64_t a = 0; a < k.size; a++)
                    want[a] += network_share(&k, i) * jacobian[o * k.size + a] * (z[o] - k.y[i * 2 + o]) / var;
        }
        OK(k.ctx, rao_objective_gradient(k.ctx, k.objective, &k.w, 0, &g, NULL));
        EXPECT_TRUE(largest_difference(g.data, want, k.size) <= 1e-14 * (1 + largest(want, k.size)));
        rao_free(&jacobian), rao_free(&want), rao_free_block(&g.data);
        network_close(&k);
    }
}

/* ---- composition, block by block ---- */

/* An mlp in plain loops: values h_l of a case (a 1 behind each) and B_l = d f / d z_l, z_l the l-th layer's sum. */
enum { WIDTH = 6, DEPTH = 4 };
typedef struct plain {
    const char *activation;
    int layers, width[DEPTH + 1];
    double h[DEPTH + 1][WIDTH + 1], slope[DEPTH + 1][WIDTH], b[DEPTH + 1][WIDTH][WIDTH];
} plain;

static const double *layer_weights(const network *k, int l) {
    return (const double *)k->w.data + rao_graph_parameter(rao_model_graph(k->model), l).offset;
}

static void activate(const char *kind, double z, double *h, double *slope) {
    if (!strcmp(kind, "tanh")) *h = tanh(z), *slope = 1 - *h * *h;
    else if (!strcmp(kind, "logistic")) *h = 1 / (1 + exp(-z)), *slope = *h * (1 - *h);
    else *h = z, *slope = 1;
}

static void plain_forward(const network *k, int64_t i, plain *p) {
    for (int c = 0; c < p->width[0]; c++) p->h[0][c] = k->x[i * k->in + c];
    for (int l = 0; l < p->layers; l++) {
        const double *w = layer_weights(k, l);
        p->h[l][p->width[l]] = 1;
        for (int r = 0; r < p->width[l + 1]; r++) {
            double z = 0;
            for (int c = 0; c <= p->width[l]; c++) z += w[r * (p->width[l] + 1) + c] * p->h[l][c];
            activate(l + 1 < p->layers ? p->activation : "identity", z, &p->h[l + 1][r], &p->slope[l + 1][r]);
        }
    }
}

/* B_L = id, B_l = B_{l+1} W_{l+1} diag(slope_l): the chain rule, from the output down. */
static void plain_backward(const network *k, plain *p) {
    int out = p->width[p->layers];
    for (int o = 0; o < out; o++)
        for (int r = 0; r < out; r++) p->b[p->layers][o][r] = o == r;
    for (int l = p->layers - 1; l >= 1; l--) {
        const double *w = layer_weights(k, l);
        for (int o = 0; o < out; o++)
            for (int r = 0; r < p->width[l]; r++) {
                p->b[l][o][r] = 0;
                for (int q = 0; q < p->width[l + 1]; q++)
                    p->b[l][o][r] += p->b[l + 1][o][q] * w[q * (p->width[l] + 1) + r] * p->slope[l][r];
            }
    }
}

/* The Fisher matrix of the head at the outputs z, from its definition. */
static void plain_head(const char *head, int out, const double *z, double h[WIDTH][WIDTH]) {
    double e[WIDTH], total = 0;
    for (int o = 0; o < out; o++) total += e[o] = exp(z[o]);
    for (int o = 0; o < out; o++)
        for (int q = 0; q < out; q++) {
            if (!strcmp(head, "categorical")) h[o][q] = (o == q ? e[o] / total : 0) - e[o] / total * (e[q] / total);
            else if (o != q) h[o][q] = 0;
            else if (!strcmp(head, "bernoulli")) h[o][q] = 1 / (1 + exp(-z[o])) / (1 + exp(z[o]));
            else if (!strcmp(head, "poisson")) h[o][q] = e[o];
            else h[o][q] = 1;
        }
}

/* Adds the block of layers l and m (counted from 1): E[(B_l^T H B_m)_rs h_{l-1} h_{m-1}^T]. */
static void add_block(const network *k, const plain *p, double share, double h[WIDTH][WIDTH], int l, int m, double *f) {
    rao_parameter pl = rao_graph_parameter(rao_model_graph(k->model), l - 1), pm = rao_graph_parameter(rao_model_graph(k->model), m - 1);
    int out = p->width[p->layers];
    for (int64_t r = 0; r < pl.rows; r++)
        for (int64_t s = 0; s < pm.rows; s++) {
            double middle = 0;
            for (int o = 0; o < out; o++)
                for (int q = 0; q < out; q++) middle += p->b[l][o][r] * h[o][q] * p->b[m][q][s];
            for (int64_t c = 0; c < pl.cols; c++)
                for (int64_t d = 0; d < pm.cols; d++)
                    f[(pl.offset + r * pl.cols + c) * k->size + pm.offset + s * pm.cols + d] +=
                        share * middle * p->h[l - 1][c] * p->h[m - 1][d];
        }
}

static void composition(void **state) {
    (void)state;
    LAW("F of a composition is the pull-back of the head's: block (l, m) = E[(B_l^T H B_m) (x) h_{l-1} h_{m-1}^T]");
    static const struct {
        const char *spec, *head;
        plain shape;
    } cases[] = {
        {"mlp:3-4-2:tanh:normal", "normal", {.activation = "tanh", .layers = 2, .width = {3, 4, 2}}}, /* the two-layer network */
        {"mlp:3-4-3:logistic:categorical", "categorical", {.activation = "logistic", .layers = 2, .width = {3, 4, 3}}},
        {"mlp:2-3-4-2:tanh:bernoulli", "bernoulli", {.activation = "tanh", .layers = 3, .width = {2, 3, 4, 2}}},
        {"mlp:2-3-1:identity:poisson", "poisson", {.activation = "identity", .layers = 2, .width = {2, 3, 1}}},
        {"mlp:3-3:identity:categorical", "categorical", {.activation = "identity", .layers = 1, .width = {3, 3}}},
    };
    for (size_t s = 0; s < COUNT(cases); s++) {
        network k = network_open(cases[s].spec, RAO_F64, 7, s % 2 == 0);
        plain p = cases[s].shape;
        double *f = dense_fisher(&k), *want = NULL, h[WIDTH][WIDTH];
        OK(k.ctx, rao_alloc(k.ctx, k.size * k.size, &want));
        for (int64_t i = 0; i < k.n; i++) {
            plain_forward(&k, i, &p);
            plain_backward(&k, &p);
            plain_head(cases[s].head, p.width[p.layers], p.h[p.layers], h);
            for (int l = 1; l <= p.layers; l++)
                for (int m = 1; m <= p.layers; m++) add_block(&k, &p, network_share(&k, i), h, l, m, want);
        }
        EXPECT_TRUE(largest_difference(f, want, k.size * k.size) <= 1e-13 * largest(want, k.size * k.size));
        rao_free(&f), rao_free(&want);
        network_close(&k);
    }
}

/* ---- f = u v x ---- */

/* Parameters of 1-1-1: [v, its bias, u, its bias]. */
static void product_of_two(void **state) {
    (void)state;
    LAW("f = u v x: F = E[x^2] [v; u][v; u]^T in (u, v), with the kernel (u, -v) at every point of the orbit (c u, v / c)");
    network k = network_open("mlp:1-1-1:identity:normal", RAO_F64, 7, 1);
    double u = 1.7, v = -0.6, second = 0, first = 0;
    for (int64_t i = 0; i < k.n; i++) second += network_share(&k, i) * k.x[i] * k.x[i], first += network_share(&k, i) * k.x[i];
    for (double c = 0.25; c <= 4; c *= 2) {
        double uc = c * u, vc = v / c;
        const double point[4] = {vc, 0, uc, 0}, kernel[4] = {-vc, 0, uc, 0};
        memcpy(k.w.data, point, sizeof point);
        double *f = dense_fisher(&k);
        EXPECT_CLOSE(f[2 * 4 + 2], second * vc * vc, 1e-14);
        EXPECT_CLOSE(f[2 * 4 + 0], second * uc * vc, 1e-14);
        EXPECT_CLOSE(f[0 * 4 + 0], second * uc * uc, 1e-14 * uc * uc);
        EXPECT_CLOSE(f[1 * 4 + 1], uc * uc, 1e-14 * uc * uc); /* the first bias acts through u */
        EXPECT_CLOSE(f[2 * 4 + 3], first * vc, 1e-14);
        for (int a = 0; a < 4; a++) {
            double product = 0;
            for (int b = 0; b < 4; b++) product += f[a * 4 + b] * kernel[b];
            EXPECT_CLOSE(product, 0, 1e-14 * uc * uc);
        }
        rao_free(&f);
    }
    network_close(&k);
}

/* ---- the divergence ---- */

/* E KL(from : to), or the other way round. */
static double divergence(network *k, const double *from, const double *to, int64_t n, int reverse) {
    const rao_head *head = rao_model_head(k->model);
    double kl[16], sum = 0;
    rao_mat p = rao_mat_view(RAO_F64, n, k->out, k->out, (void *)(uintptr_t)(reverse ? to : from));
    rao_mat q = rao_mat_view(RAO_F64, n, k->out, k->out, (void *)(uintptr_t)(reverse ? from : to));
    rao_vec values = rao_vec_view(RAO_F64, n, kl);
    OK(k->ctx, rao_head_kl(k->ctx, head, &p, &q, &values));
    for (int64_t i = 0; i < n; i++) sum += network_share(k, i) * kl[i];
    return sum;
}

static void outputs_at(network *k, const double *w, double *z) {
    rao_vec view = rao_vec_view(RAO_F64, k->size, (void *)(uintptr_t)w);
    OK(k->ctx, rao_tape_forward(k->ctx, rao_objective_tape(k->objective), &view));
    rao_mat out = rao_tape_output(rao_objective_tape(k->objective));
    for (int64_t i = 0; i < k->n; i++) memcpy(z + i * k->out, (double *)out.data + i * out.ld, (size_t)k->out * sizeof *z);
}

/* (K(h d) + K(-h d)) / h^2 = d^T F d + O(h^2), d = e_a + sign e_b. */
static double second_difference(network *k, const double *z0, int64_t a, int64_t b, double sign, int reverse) {
    const double h = 1e-4;
    double *w = NULL, z[64], sum = 0;
    OK(k->ctx, rao_alloc(k->ctx, k->size, &w));
    for (int side = -1; side <= 1; side += 2) {
        memcpy(w, k->w.data, (size_t)k->size * sizeof *w);
        w[a] += side * h, w[b] += side * sign * h;
        outputs_at(k, w, z);
        sum += divergence(k, z0, z, k->n, reverse);
    }
    rao_free(&w);
    return sum / (h * h);
}

static void hessian_of_the_divergence(void **state) {
    (void)state;
    LAW("F is the Hessian of E KL(w : w') in w' at w' = w, and of E KL(w' : w), for every head");
    static const char *const specs[] = {
        "mlp:3-3-3:tanh:categorical",     "mlp:2-3-2:logistic:bernoulli",    "mlp:2-3-2:softplus:poisson",
        "mlp:2-3-2:gelu:normal:var=0.25", "mlp:2-2-4:tanh:normal.mu_logvar",
    };
    for (size_t s = 0; s < COUNT(specs); s++) {
        network k = network_open(specs[s], RAO_F64, 5, s % 2 == 0);
        double *f = dense_fisher(&k), *w = k.w.data, z0[64], top = largest(f, k.size * k.size);
        outputs_at(&k, w, z0);
        for (int64_t a = 0; a < k.size; a++)
            for (int64_t b = 0; b <= a; b++) {
                int reverse = (int)((a + b) % 2);
                double entry = (second_difference(&k, z0, a, b, 1, reverse) - second_difference(&k, z0, a, b, -1, reverse)) / 4;
                /* truncation h^2 times fourth derivatives; rounding of z over h */
                EXPECT_TRUE(fabs(entry - f[a * k.size + b]) <= 1e-6 * top);
            }
        rao_free(&f);
        network_close(&k);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linear_regression), cmocka_unit_test(positive_definite_iff_the_covariance_is),
        cmocka_unit_test(the_gradient),      cmocka_unit_test(composition),
        cmocka_unit_test(product_of_two),    cmocka_unit_test(hessian_of_the_divergence),
    };
    return rao_test_run("cross/closed_forms", tests, COUNT(tests));
}
