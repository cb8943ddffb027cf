/* The heads against their definitions: 700-digit values at the extremes, differences in double, sums over the support, and draws. */
#include <float.h>

#include "rao_test.h"
#include <rao/family.h>

#include "oracle_heads.h"

static const char *const names[] = {"categorical", "bernoulli", "poisson", "normal:var=0.25", "normal.mu_logvar"};
enum { NAMES = COUNT(names), MAX = 4096 };

/* A batch of one head with random outputs, observations and vectors; every view is wider than its columns. */
typedef struct batch {
    rao_ctx *ctx;
    rao_head *head;
    int64_t n, k, outputs, targets, rank;
    rao_mat z, y, v, out, z1;
    rao_vec value;
} batch;

static rao_mat new_mat(rao_ctx *ctx, rao_dtype dtype, int64_t rows, int64_t cols) {
    void *data;
    OK(ctx, rao_alloc_bytes(ctx, rows * (cols + 3), rao_dtype_size(dtype), &data));
    return rao_mat_view(dtype, rows, cols, cols + 3, data);
}

static double get(const rao_mat *m, int64_t i, int64_t j) {
    return m->dtype == RAO_F32 ? (double)((float *)m->data)[i * m->ld + j] : ((double *)m->data)[i * m->ld + j];
}
static void set(const rao_mat *m, int64_t i, int64_t j, double x) {
    if (m->dtype == RAO_F32) ((float *)m->data)[i * m->ld + j] = (float)x;
    else ((double *)m->data)[i * m->ld + j] = x;
}
static double vget(const rao_vec *v, int64_t i) { return v->dtype == RAO_F32 ? (double)((float *)v->data)[i] : ((double *)v->data)[i]; }

static batch new_batch(rao_ctx *ctx, const char *name, rao_dtype dtype, int64_t n, int64_t k, double scale) {
    batch b = {.ctx = ctx, .n = n, .k = k};
    rao_stream s = rao_stream_make(rao_test_seed(), (uint64_t)(n * 1000 + k));
    void *data;
    OK(ctx, rao_head_create(ctx, name, k, &b.head));
    b.outputs = rao_head_outputs(b.head), b.targets = rao_head_targets(b.head), b.rank = rao_head_rank(b.head);
    b.z = new_mat(ctx, dtype, n, b.outputs), b.z1 = new_mat(ctx, dtype, n, b.outputs);
    b.y = new_mat(ctx, dtype, n, b.targets), b.v = new_mat(ctx, dtype, n, b.outputs), b.out = new_mat(ctx, dtype, n, b.outputs);
    OK(ctx, rao_alloc_bytes(ctx, n, rao_dtype_size(dtype), &data));
    b.value = rao_vec_view(dtype, n, data);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < b.outputs; j++) {
            uint64_t at = (uint64_t)(i * b.outputs + j);
            set(&b.z, i, j, scale * rao_normal_at(s, 0, at)), set(&b.z1, i, j, scale * rao_normal_at(s, 1, at)),
                set(&b.v, i, j, rao_normal_at(s, 2, at));
        }
    OK(ctx, rao_head_sample(ctx, b.head, &b.z, s, 3, 0, &b.y));
    OK(ctx, rao_head_check(ctx, b.head, &b.y));
    return b;
}

static void free_batch(batch *b) {
    rao_head_destroy(&b->head);
    rao_free(&b->z.data), rao_free(&b->y.data), rao_free(&b->v.data), rao_free(&b->out.data), rao_free(&b->z1.data),
        rao_free(&b->value.data);
}

static const int64_t shapes[][2] = {{0, 3}, {1, 2}, {1, 1}, {7, 3}, {5, 17}, {33, 10}, {3, 100}};

#define EACH_BATCH(dtype, scale)                                                                                          \
    for (size_t shape = 0; shape < COUNT(shapes); shape++)                                                                \
        for (int name = 0; name < NAMES; name++)                                                                          \
            if ((shapes[shape][1] > 1 || name > 0) && ((scale) < 2 || name < 2 || name == 3)) /* no rates of exp(1600) */ \
                for (batch b = new_batch(ctx, names[name], dtype, shapes[shape][0], shapes[shape][1], scale); b.ctx;      \
                     free_batch(&b), b.ctx = NULL)

static void matches_the_definition_at_extremes(void **state) {
    (void)state;
    ORACLE("negative log density, score, KL", "mpmath 700 digits, tests/oracle/heads.py");
    rao_ctx *ctx = rao_test_ctx();
    for (size_t c = 0; c < COUNT(oracle_heads); c++) {
        rao_head *h = NULL;
        double nll, kl, g[4], z[4], y[4], z1[4];
        memcpy(z, oracle_heads[c].z, sizeof z), memcpy(y, oracle_heads[c].y, sizeof y), memcpy(z1, oracle_heads[c].z1, sizeof z1);
        OK(ctx, rao_head_create(ctx, oracle_heads[c].head, oracle_heads[c].k, &h));
        int64_t outputs = rao_head_outputs(h), targets = rao_head_targets(h);
        int poisson = !strcmp(oracle_heads[c].head, "poisson");
        rao_mat mz = rao_mat_view(RAO_F64, 1, outputs, outputs, z), my = rao_mat_view(RAO_F64, 1, targets, targets, y);
        rao_mat mz1 = rao_mat_view(RAO_F64, 1, outputs, outputs, z1), mg = rao_mat_view(RAO_F64, 1, outputs, outputs, g);
        rao_vec vn = rao_vec_view(RAO_F64, 1, &nll), vk = rao_vec_view(RAO_F64, 1, &kl);
        OK(ctx, rao_head_nll_score(ctx, h, &mz, &my, NULL, &vn, &mg));
        OK(ctx, rao_head_kl(ctx, h, &mz, &mz1, &vk));
        double slack = 0; /* half an ulp of exp(z) times the slope */
        for (int64_t j = 0; poisson && j < outputs; j++)
            slack += 2 * DBL_EPSILON * exp(z[j]) * fabs(oracle_heads[c].score[j]) / fmax(1, y[j]);
        EXPECT_TRUE(fabs(nll - oracle_heads[c].nll) <= 1e-13 * fabs(oracle_heads[c].nll) + slack);
        EXPECT_TRUE(fabs(kl - oracle_heads[c].kl) <= 1e-13 * oracle_heads[c].kl + 1e-300);
        for (int64_t j = 0; j < outputs; j++) { /* a score is a difference of numbers as large as the rate */
            double size = poisson ? exp(z[j]) : fabs(oracle_heads[c].score[j]);
            EXPECT_TRUE(fabs(g[j] - oracle_heads[c].score[j]) <= 8 * DBL_EPSILON * size + 1e-300);
        }
        rao_head_destroy(&h);
    }
    rao_test_ctx_close(&ctx);
}

static void score_is_the_gradient(void **state) {
    (void)state;
    LAW("the score is the central difference of the negative log density");
    rao_ctx *ctx = rao_test_ctx();
    EACH_BATCH(RAO_F64, 1.0) {
        rao_mat g = new_mat(ctx, RAO_F64, b.n, b.outputs);
        rao_vec value = b.value;
        OK(ctx, rao_head_nll_score(ctx, b.head, &b.z, &b.y, NULL, &value, &g));
        OK(ctx, rao_head_score(ctx, b.head, &b.z, &b.y, &b.out));
        for (int64_t j = 0; j < b.outputs && j < 5; j++)
            for (int64_t i = 0; i < b.n; i++) {
                double h = 6e-6, z = get(&b.z, i, j), up, down;
                EXPECT_TRUE(get(&g, i, j) == get(&b.out, i, j));
                rao_mat zi = rao_mat_view(RAO_F64, 1, b.outputs, b.z.ld, (double *)b.z.data + i * b.z.ld);
                rao_mat yi = rao_mat_view(RAO_F64, 1, b.targets, b.y.ld, (double *)b.y.data + i * b.y.ld);
                rao_vec vu = rao_vec_view(RAO_F64, 1, &up), vd = rao_vec_view(RAO_F64, 1, &down);
                set(&b.z, i, j, z + h);
                OK(ctx, rao_head_nll(ctx, b.head, &zi, &yi, &vu));
                set(&b.z, i, j, z - h);
                OK(ctx, rao_head_nll(ctx, b.head, &zi, &yi, &vd));
                set(&b.z, i, j, z);
                double size = 1 + fabs(up) + fabs(get(&g, i, j)); /* rounding eps size / h, truncation h^2 f''' */
                EXPECT_TRUE(fabs((up - down) / (2 * h) - get(&g, i, j)) <= 1e-8 * size);
            }
        rao_free(&g.data);
    }
    rao_test_ctx_close(&ctx);
}

static void hessian_is_the_derivative_of_the_score(void **state) {
    (void)state;
    LAW("the Hessian applied is the directional derivative of the score");
    rao_ctx *ctx = rao_test_ctx();
    EACH_BATCH(RAO_F64, 1.0) {
        rao_mat up = new_mat(ctx, RAO_F64, b.n, b.outputs), down = new_mat(ctx, RAO_F64, b.n, b.outputs);
        double h = 6e-6;
        OK(ctx, rao_head_hessian_apply(ctx, b.head, &b.z, &b.y, &b.v, &b.out));
        for (int sign = 1; sign >= -1; sign -= 2) {
            for (int64_t i = 0; i < b.n; i++)
                for (int64_t j = 0; j < b.outputs; j++) set(&b.z1, i, j, get(&b.z, i, j) + sign * h * get(&b.v, i, j));
            OK(ctx, rao_head_score(ctx, b.head, &b.z1, &b.y, sign > 0 ? &up : &down));
        }
        for (int64_t i = 0; i < b.n; i++)
            for (int64_t j = 0; j < b.outputs; j++) {
                double size = 1 + fabs(get(&up, i, j)) + fabs(get(&b.out, i, j));
                EXPECT_TRUE(fabs((get(&up, i, j) - get(&down, i, j)) / (2 * h) - get(&b.out, i, j)) <= 2e-8 * size);
            }
        rao_free(&up.data), rao_free(&down.data);
    }
    rao_test_ctx_close(&ctx);
}

static void root_times_its_transpose_is_fisher(void **state) {
    (void)state;
    LAW("R (R^T v) = F v, column by column, and R^T v is what fisher_root_t says");
    rao_ctx *ctx = rao_test_ctx();
    for (double scale = 1; scale < 1e5; scale *= 40) EACH_BATCH(RAO_F64, scale) {
            rao_mat rt = new_mat(ctx, RAO_F64, b.n, b.rank), column = new_mat(ctx, RAO_F64, b.n, b.outputs),
                    sum = new_mat(ctx, RAO_F64, b.n, b.outputs);
            OK(ctx, rao_head_fisher_apply(ctx, b.head, &b.z, &b.v, &b.out));
            OK(ctx, rao_head_fisher_root_t(ctx, b.head, &b.z, &b.v, &rt));
            for (int64_t c = 0; c < b.rank; c++) {
                OK(ctx, rao_head_fisher_root(ctx, b.head, &b.z, c, &column));
                for (int64_t i = 0; i < b.n; i++) {
                    double dot = 0, size = 0;
                    for (int64_t j = 0; j < b.outputs; j++)
                        dot += get(&column, i, j) * get(&b.v, i, j), size += fabs(get(&column, i, j) * get(&b.v, i, j));
                    EXPECT_TRUE(fabs(dot - get(&rt, i, c)) <= 64 * DBL_EPSILON * (double)b.outputs * size + 1e-300);
                    for (int64_t j = 0; j < b.outputs; j++) set(&sum, i, j, get(&sum, i, j) + get(&column, i, j) * get(&rt, i, c));
                }
            }
            for (int64_t i = 0; i < b.n; i++)
                for (int64_t j = 0; j < b.outputs; j++)
                    EXPECT_CLOSE(get(&sum, i, j), get(&b.out, i, j), 64 * DBL_EPSILON * (double)b.outputs);
            rao_free(&rt.data), rao_free(&column.data), rao_free(&sum.data);
        }
    rao_test_ctx_close(&ctx);
}

/* Support points with their probabilities for one coordinate or class variable: exact sums, or Gauss-Hermite of order 5 (exact to degree 9). */
static int support(const char *name, const double *z, int64_t k, int64_t j, double *x, double *p) {
    static const double node[5] = {-2.8569700138728056542, -1.3556261799742658658, 0, 1.3556261799742658658, 2.8569700138728056542};
    static const double weight[5] = {0.011257411327720688933, 0.22207592200561264440, 0.53333333333333333333, 0.22207592200561264440,
                                     0.011257411327720688933};
    int n = 0;
    if (!strncmp(name, "normal", 6)) {
        double sd = strcmp(name, "normal.mu_logvar") ? 0.5 : exp(z[k + j] / 2);
        for (n = 0; n < 5; n++) x[n] = z[j] + sd * node[n], p[n] = weight[n];
    } else if (!strcmp(name, "bernoulli")) {
        for (n = 0; n < 2; n++) x[n] = n, p[n] = 1 / (1 + exp(n ? -z[j] : z[j]));
    } else if (!strcmp(name, "poisson")) {
        double rate = exp(z[j]), q = exp(-rate);
        for (n = 0; n < MAX && (n < rate || q > 1e-25); n++) x[n] = n, p[n] = q, q *= rate / (n + 1);
    } else {
        double sum = 0;
        for (n = 0; n < k; n++) sum += exp(z[n]);
        for (n = 0; n < k; n++) x[n] = n, p[n] = exp(z[n]) / sum;
    }
    return n;
}

static void expectations_over_the_support(void **state) {
    (void)state;
    LAW("E score = 0, E score score^T v = F v, E log p(y|z0)/p(y|z1) = KL, E y = mean");
    rao_ctx *ctx = rao_test_ctx();
    static double x[MAX], p[MAX];
    for (int name = 0; name < NAMES; name++)
        for (int64_t k = 1 + (name == 0); k < 6; k++) {
            batch b = new_batch(ctx, names[name], RAO_F64, 1, k, 1.0);
            rao_mat mean = new_mat(ctx, RAO_F64, 1, k), nothing = new_mat(ctx, RAO_F64, 1, b.outputs);
            double kl, kl_sum = 0, n0, n1, fisher[16] = {0};
            rao_vec vk = rao_vec_view(RAO_F64, 1, &kl), v0 = rao_vec_view(RAO_F64, 1, &n0), v1 = rao_vec_view(RAO_F64, 1, &n1);
            OK(ctx, rao_head_kl(ctx, b.head, &b.z, &b.z1, &vk));
            OK(ctx, rao_head_mean(ctx, b.head, &b.z, &mean));
            int64_t coordinates = name == 0 ? 1 : k;
            for (int64_t j = 0; j < coordinates; j++) { /* coordinates are independent: average over one, the others at their mean */
                int n = support(names[name], b.z.data, k, j, x, p);
                double first = 0, score_sum = 0;
                for (int64_t i = 0; i < coordinates; i++) set(&b.y, 0, i, name == 0 ? 0 : get(&mean, 0, i));
                OK(ctx, rao_head_nll(ctx, b.head, &b.z, &b.y, &v0));
                OK(ctx, rao_head_nll(ctx, b.head, &b.z1, &b.y, &v1));
                double at_mean = name == 0 ? 0 : n1 - n0;
                kl_sum += j == 0 ? at_mean : 0;
                for (int s = 0; s < n; s++) {
                    set(&b.y, 0, j, x[s]);
                    OK(ctx, rao_head_nll_score(ctx, b.head, &b.z, &b.y, NULL, &v0, &b.out));
                    OK(ctx, rao_head_nll(ctx, b.head, &b.z1, &b.y, &v1));
                    kl_sum += p[s] * (n1 - n0 - at_mean);
                    first += p[s] * x[s];
                    for (int64_t c = 0; c < b.outputs; c++) {
                        if (name != 0 && c % k != j) continue;
                        double dot = 0;
                        for (int64_t d = 0; d < b.outputs; d++)
                            if (name == 0 || d % k == j) dot += get(&b.out, 0, d) * get(&b.v, 0, d);
                        fisher[c] += p[s] * get(&b.out, 0, c) * dot;
                        score_sum += p[s] * get(&b.out, 0, c);
                    }
                }
                EXPECT_CLOSE(score_sum, 0, 1e-12);
                if (name == 0)
                    for (int64_t c = 0; c < k; c++) EXPECT_CLOSE(get(&mean, 0, c), p[c], 1e-14);
                else EXPECT_CLOSE(first, get(&mean, 0, j), 1e-13);
            }
            OK(ctx, rao_head_fisher_apply(ctx, b.head, &b.z, &b.v, &b.out));
            for (int64_t c = 0; c < b.outputs; c++) EXPECT_CLOSE(fisher[c], get(&b.out, 0, c), 1e-12);
            EXPECT_CLOSE(kl_sum, kl, 1e-12);
            rao_free(&mean.data), rao_free(&nothing.data);
            free_batch(&b);
        }
    rao_test_ctx_close(&ctx);
}

static void fisher_is_the_hessian_of_kl(void **state) {
    (void)state;
    LAW("KL(z : z + h v) = h^2/2 v F v + O(h^3), and KL(z : z) = 0");
    rao_ctx *ctx = rao_test_ctx();
    EACH_BATCH(RAO_F64, 1.0) {
        double h = 1e-6;
        for (int64_t i = 0; i < b.n; i++)
            for (int64_t j = 0; j < b.outputs; j++) set(&b.z1, i, j, get(&b.z, i, j) + h * get(&b.v, i, j));
        OK(ctx, rao_head_fisher_apply(ctx, b.head, &b.z, &b.v, &b.out));
        OK(ctx, rao_head_kl(ctx, b.head, &b.z, &b.z1, &b.value));
        for (int64_t i = 0; i < b.n; i++) {
            double q = 0;
            for (int64_t j = 0; j < b.outputs; j++) q += get(&b.v, i, j) * get(&b.out, i, j);
            EXPECT_REL(vget(&b.value, i), h * h / 2 * q, 1e-4); /* h times the third derivative, which is a few times the second */
        }
        OK(ctx, rao_head_kl(ctx, b.head, &b.z, &b.z, &b.value));
        for (int64_t i = 0; i < b.n; i++) EXPECT_TRUE(vget(&b.value, i) == 0);
    }
    rao_test_ctx_close(&ctx);
}

static void float_agrees_with_double(void **state) {
    (void)state;
    LAW("the float kernels give the double ones rounded");
    rao_ctx *ctx = rao_test_ctx();
    for (double scale = 1; scale < 1e5; scale *= 20) EACH_BATCH(RAO_F32, scale) {
            rao_mat z = new_mat(ctx, RAO_F64, b.n, b.outputs), z1 = new_mat(ctx, RAO_F64, b.n, b.outputs),
                    y = new_mat(ctx, RAO_F64, b.n, b.targets);
            rao_mat v = new_mat(ctx, RAO_F64, b.n, b.outputs), out = new_mat(ctx, RAO_F64, b.n, b.outputs);
            double data[64];
            rao_vec value = rao_vec_view(RAO_F64, b.n, data);
            for (int64_t i = 0; i < b.n; i++)
                for (int64_t j = 0; j < b.outputs; j++) {
                    set(&z, i, j, get(&b.z, i, j)), set(&z1, i, j, get(&b.z1, i, j)), set(&v, i, j, get(&b.v, i, j));
                    if (j < b.targets) set(&y, i, j, get(&b.y, i, j));
                }
            double tol = 64 * (double)FLT_EPSILON;
            OK(ctx, rao_head_nll_score(ctx, b.head, &z, &y, NULL, &value, &out));
            rao_vec fvalue = b.value;
            OK(ctx, rao_head_nll_score(ctx, b.head, &b.z, &b.y, NULL, &fvalue, &b.out));
            for (int64_t i = 0; i < b.n; i++) {
                EXPECT_CLOSE(vget(&fvalue, i), data[i], tol);
                for (int64_t j = 0; j < b.outputs; j++) EXPECT_CLOSE(get(&b.out, i, j), get(&out, i, j), tol);
            }
            OK(ctx, rao_head_kl(ctx, b.head, &z, &z1, &value));
            OK(ctx, rao_head_kl(ctx, b.head, &b.z, &b.z1, &fvalue));
            for (int64_t i = 0; i < b.n; i++) EXPECT_CLOSE(vget(&fvalue, i), data[i], tol);
            OK(ctx, rao_head_fisher_apply(ctx, b.head, &z, &v, &out));
            OK(ctx, rao_head_fisher_apply(ctx, b.head, &b.z, &b.v, &b.out));
            for (int64_t i = 0; i < b.n; i++)
                for (int64_t j = 0; j < b.outputs; j++) EXPECT_CLOSE(get(&b.out, i, j), get(&out, i, j), tol * 16);
            OK(ctx, rao_head_hessian_apply(ctx, b.head, &z, &y, &v, &out));
            OK(ctx, rao_head_hessian_apply(ctx, b.head, &b.z, &b.y, &b.v, &b.out));
            for (int64_t i = 0; i < b.n; i++)
                for (int64_t j = 0; j < b.outputs; j++) EXPECT_CLOSE(get(&b.out, i, j), get(&out, i, j), tol * 16);
            rao_free(&z.data), rao_free(&z1.data), rao_free(&y.data), rao_free(&v.data), rao_free(&out.data);
        }
    rao_test_ctx_close(&ctx);
}

static void float_extremes_stay_finite(void **state) {
    (void)state;
    LAW("logits of 1e4, log rates of 50 and log variances of 80 give finite numbers in float");
    rao_ctx *ctx = rao_test_ctx();
    for (size_t c = 0; c < COUNT(oracle_heads); c++) {
        rao_head *h = NULL;
        float z[4], y[4], z1[4], g[4], v[4] = {1, -1, 2, 0.5f}, nll, kl;
        int far = !strcmp(oracle_heads[c].head, "normal.mu_logvar") && oracle_heads[c].kl > 1e18;
        for (int j = 0; j < 4; j++)
            z[j] = (float)oracle_heads[c].z[j], y[j] = (float)oracle_heads[c].y[j], z1[j] = (float)oracle_heads[c].z1[j];
        OK(ctx, rao_head_create(ctx, oracle_heads[c].head, oracle_heads[c].k, &h));
        int64_t outputs = rao_head_outputs(h), targets = rao_head_targets(h);
        rao_mat mz = rao_mat_view(RAO_F32, 1, outputs, 4, z), my = rao_mat_view(RAO_F32, 1, targets, 4, y),
                mz1 = rao_mat_view(RAO_F32, 1, outputs, 4, z1);
        rao_mat mg = rao_mat_view(RAO_F32, 1, outputs, 4, g), mv = rao_mat_view(RAO_F32, 1, outputs, 4, v),
                mt = rao_mat_view(RAO_F32, 1, rao_head_rank(h), 4, g);
        rao_vec vn = rao_vec_view(RAO_F32, 1, &nll), vk = rao_vec_view(RAO_F32, 1, &kl);
        OK(ctx, rao_head_nll_score(ctx, h, &mz, &my, NULL, &vn, &mg));
        OK(ctx, rao_head_kl(ctx, h, &mz, &mz1, &vk));
        EXPECT_TRUE(isfinite(nll) && isfinite(kl) && (far || kl >= 0));
        for (int64_t j = 0; j < outputs; j++) EXPECT_TRUE(isfinite(g[j]));
        OK(ctx, rao_head_fisher_apply(ctx, h, &mz, &mv, &mg));
        for (int64_t j = 0; j < outputs; j++) EXPECT_TRUE(isfinite(g[j]));
        OK(ctx, rao_head_fisher_root_t(ctx, h, &mz, &mv, &mt));
        for (int64_t j = 0; j < rao_head_rank(h); j++) EXPECT_TRUE(isfinite(g[j]));
        for (int64_t column = 0; column < rao_head_rank(h); column++) {
            OK(ctx, rao_head_fisher_root(ctx, h, &mz, column, &mg));
            for (int64_t j = 0; j < outputs; j++) EXPECT_TRUE(isfinite(g[j]));
        }
        rao_head_destroy(&h);
    }
    rao_test_ctx_close(&ctx);
}

static void weights_scale_rows(void **state) {
    (void)state;
    LAW("a weight multiplies its row of the score and leaves the negative log density");
    rao_ctx *ctx = rao_test_ctx();
    EACH_BATCH(RAO_F64, 1.0) {
        double weight[64], plain[64], weighted[64];
        rao_vec vw = rao_vec_view(RAO_F64, b.n, weight), v0 = rao_vec_view(RAO_F64, b.n, plain), v1 = rao_vec_view(RAO_F64, b.n, weighted);
        for (int64_t i = 0; i < b.n; i++) weight[i] = (double)(i % 3) * 0.75;
        OK(ctx, rao_head_nll_score(ctx, b.head, &b.z, &b.y, NULL, &v0, &b.z1));
        OK(ctx, rao_head_nll_score(ctx, b.head, &b.z, &b.y, &vw, &v1, &b.out));
        for (int64_t i = 0; i < b.n; i++) {
            EXPECT_TRUE(plain[i] == weighted[i]);
            for (int64_t j = 0; j < b.outputs; j++)
                EXPECT_CLOSE(get(&b.out, i, j), weight[i] * get(&b.z1, i, j), 4 * DBL_EPSILON * (1 + fabs(get(&b.out, i, j))));
        }
    }
    rao_test_ctx_close(&ctx);
}

static void padding_is_left_alone(void **state) {
    (void)state;
    LAW("columns behind the last one are not written");
    rao_ctx *ctx = rao_test_ctx();
    EACH_BATCH(RAO_F32, 1.0) {
        float *out = b.out.data;
        for (int64_t i = 0; i < b.n * b.out.ld; i++) out[i] = 77;
        OK(ctx, rao_head_score(ctx, b.head, &b.z, &b.y, &b.out));
        OK(ctx, rao_head_fisher_apply(ctx, b.head, &b.z, &b.v, &b.out));
        OK(ctx, rao_head_fisher_root(ctx, b.head, &b.z, b.rank - 1, &b.out));
        for (int64_t i = 0; i < b.n; i++)
            for (int64_t j = b.outputs; j < b.out.ld; j++) EXPECT_TRUE(out[i * b.out.ld + j] == 77);
    }
    rao_test_ctx_close(&ctx);
}

static void draws_follow_the_distribution(void **state) {
    (void)state;
    LAW("chi-square of the cells (z < 5), and a case's draw does not depend on its batch");
    rao_ctx *ctx = rao_test_ctx();
    enum { N = 20000 };
    static double x[MAX], p[MAX], count[MAX];
    static const double rates[] = {-3, 0, 1.5, 2.5, 4, 7};
    for (int name = 0; name < 3; name++)
        for (size_t c = 0; c < COUNT(rates); c++) {
            rao_head *h = NULL;
            int64_t k = name ? 1 : 5;
            double z[5] = {rates[c], 0, 0.3, -2, 1};
            OK(ctx, rao_head_create(ctx, names[name], k, &h));
            rao_mat zs = new_mat(ctx, RAO_F64, N, k), ys = new_mat(ctx, RAO_F64, N, 1),
                    part = rao_mat_view(RAO_F64, 100, k, zs.ld, zs.data);
            for (int64_t i = 0; i < N; i++)
                for (int64_t j = 0; j < k; j++) set(&zs, i, j, z[j]);
            rao_stream s = rao_stream_make(rao_test_seed(), 99);
            OK(ctx, rao_head_sample(ctx, h, &zs, s, 5, 0, &ys));
            int n = support(names[name], z, k, 0, x, p), cells = 0;
            if (name == 2 && c == 5) { /* exp(-rate) underflows in the recurrence of `support` */
                double rate = exp(z[0]), log_p = -rate;
                for (n = 0; n < 2 * rate; n++) x[n] = n, p[n] = exp(log_p), log_p += log(rate / (n + 1));
            }
            memset(count, 0, sizeof count);
            for (int64_t i = 0; i < N; i++) {
                EXPECT_TRUE(get(&ys, i, 0) < n);
                count[(int)get(&ys, i, 0)]++;
            }
            double chi2 = 0, expected = 0, seen = 0;
            for (int i = 0; i < n; i++) { /* cells are joined until each expects 10 */
                expected += N * p[i], seen += count[i];
                if (expected > 10) chi2 += (seen - expected) * (seen - expected) / expected, cells++, expected = seen = 0;
            }
            double df = cells - 1;
            EXPECT_TRUE(cells < 2 || (chi2 - df) / sqrt(2 * df) < 5 + 10 / sqrt(df)); /* the chi-square's own skewness for few cells */
            rao_mat some = new_mat(ctx, RAO_F64, 100, 1);
            OK(ctx, rao_head_sample(ctx, h, &part, s, 5, 777, &some));
            for (int64_t i = 0; i < 100; i++) EXPECT_TRUE(get(&some, i, 0) == get(&ys, 777 + i, 0));
            rao_free(&zs.data), rao_free(&ys.data), rao_free(&some.data);
            rao_head_destroy(&h);
        }
    rao_test_ctx_close(&ctx);
}

static void normal_draws_have_their_moments(void **state) {
    (void)state;
    LAW("mean and variance of the draws within 5 standard errors");
    rao_ctx *ctx = rao_test_ctx();
    enum { N = 20000 };
    for (int name = 3; name < 5; name++) {
        rao_head *h = NULL;
        OK(ctx, rao_head_create(ctx, names[name], 2, &h));
        int64_t outputs = rao_head_outputs(h);
        double z[4] = {3, -1, 2, -3}, sd[2] = {0.5, 0.5};
        if (name == 4) sd[0] = exp(1), sd[1] = exp(-1.5);
        rao_mat zs = new_mat(ctx, RAO_F32, N, outputs), ys = new_mat(ctx, RAO_F32, N, 2);
        for (int64_t i = 0; i < N; i++)
            for (int64_t j = 0; j < outputs; j++) set(&zs, i, j, z[j]);
        OK(ctx, rao_head_sample(ctx, h, &zs, rao_stream_make(rao_test_seed(), 7), 0, 0, &ys));
        double mean[2] = {0, 0}, var[2] = {0, 0}, cross = 0;
        for (int64_t i = 0; i < N; i++) {
            double t[2];
            for (int j = 0; j < 2; j++) t[j] = (get(&ys, i, j) - z[j]) / sd[j], mean[j] += t[j] / N, var[j] += t[j] * t[j] / N;
            cross += t[0] * t[1] / N;
        }
        for (int j = 0; j < 2; j++) EXPECT_TRUE(fabs(mean[j]) < 5 / sqrt(N) && fabs(var[j] - 1) < 5 * sqrt(2.0 / N));
        EXPECT_TRUE(fabs(cross) < 5 / sqrt(N));
        rao_free(&zs.data), rao_free(&ys.data);
        rao_head_destroy(&h);
    }
    rao_test_ctx_close(&ctx);
}

static void errors_count_or_square(void **state) {
    (void)state;
    LAW("errors: correct classes, the first of equal outputs; else squared distance to the mean");
    rao_ctx *ctx = rao_test_ctx();
    rao_head *h = NULL;
    float z[8] = {1, 3, 2, 5, 5, 0, 0, 1}, y[3] = {1, 0, 0};
    double value = -1;
    OK(ctx, rao_head_create(ctx, "categorical.logits", 2, &h));
    EXPECT_TRUE(rao_head_is_classifier(h) && !strcmp(rao_head_name(h), "categorical"));
    rao_mat mz = rao_mat_view(RAO_F32, 3, 2, 3, z), my = rao_mat_view(RAO_F32, 3, 1, 1, y);
    OK(ctx, rao_head_errors(ctx, h, &mz, &my, &value));
    EXPECT_EQ(value, 2); /* (1,3) is class 1, right; (5,5) is class 0, right; (0,1) is class 1, wrong */
    rao_head_destroy(&h);
    EACH_BATCH(RAO_F64, 1.0) {
        if (name == 0) continue;
        rao_mat mean = new_mat(ctx, RAO_F64, b.n, b.k);
        double want = 0;
        OK(ctx, rao_head_mean(ctx, b.head, &b.z, &mean));
        for (int64_t i = 0; i < b.n; i++)
            for (int64_t j = 0; j < b.k; j++) want += pow(get(&b.y, i, j) - get(&mean, i, j), 2);
        OK(ctx, rao_head_errors(ctx, b.head, &b.z, &b.y, &value));
        EXPECT_CLOSE(value, want, 1e-13);
        rao_free(&mean.data);
    }
    rao_test_ctx_close(&ctx);
}

static void threads_do_not_matter(void **state) {
    (void)state;
    LAW("one thread and two give the same bits");
    enum { N = 700, K = 60, LD = 2 * K + 3 };
    static float y[2][N * LD], out[2][N * LD], nll[2][N];
    for (int name = 0; name < NAMES; name++) {
        for (int threads = 1; threads <= 2; threads++) {
            rao_ctx *ctx = rao_test_ctx_threads(threads);
            batch b = new_batch(ctx, names[name], RAO_F32, N, K, 1);
            OK(ctx, rao_head_nll_score(ctx, b.head, &b.z, &b.y, NULL, &b.value, &b.out));
            memcpy(nll[threads - 1], b.value.data, sizeof nll[0]);
            memcpy(y[threads - 1], b.y.data, (size_t)(N * b.y.ld) * sizeof(float));
            memcpy(out[threads - 1], b.out.data, (size_t)(N * b.out.ld) * sizeof(float));
            free_batch(&b);
            rao_test_ctx_close(&ctx);
        }
        EXPECT_TRUE(!memcmp(y[0], y[1], sizeof y[0]) && !memcmp(out[0], out[1], sizeof out[0]) && !memcmp(nll[0], nll[1], sizeof nll[0]));
    }
}

static void bad_input_is_named(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_head *h = NULL;
    EXPECT_FAIL(ctx, rao_head_create(ctx, "categorial", 3, &h), RAO_EINVAL, "did you mean \"categorical\"");
    EXPECT_FAIL(ctx, rao_head_create(ctx, "categorical", 1, &h), RAO_EINVAL, "k = 1, want at least 2");
    EXPECT_FAIL(ctx, rao_head_create(ctx, "poisson", 0, &h), RAO_EINVAL, "want at least 1");
    EXPECT_FAIL(ctx, rao_head_create(ctx, "normal:var=0", 1, &h), RAO_EINVAL, "var");
    EXPECT_FAIL(ctx, rao_head_create(ctx, "normal:variance=2", 1, &h), RAO_EINVAL, "var");
    EXPECT_FAIL(ctx, rao_head_create(ctx, "poisson:var=2", 1, &h), RAO_EINVAL, "no options");
    EXPECT_FAIL(ctx, rao_head_create(ctx, "normal.mu_logvar", INT64_MAX, &h), RAO_EINVAL, "outputs");
    EXPECT_TRUE(h == NULL);
    OK(ctx, rao_head_create(ctx, "categorical", 3, &h));
    float z[6] = {0}, y[2] = {2, 3}, g[6] = {9, 9, 9, 9, 9, 9}, nll[2] = {5, 5};
    rao_mat mz = rao_mat_view(RAO_F32, 2, 3, 3, z), my = rao_mat_view(RAO_F32, 2, 1, 1, y), mg = rao_mat_view(RAO_F32, 2, 3, 3, g);
    rao_vec vn = rao_vec_view(RAO_F32, 2, nll);
    EXPECT_FAIL(ctx, rao_head_nll_score(ctx, h, &mz, &my, NULL, &vn, &mg), RAO_EDOMAIN, "row 1, column 0 is 3, want a class 0..2");
    EXPECT_TRUE(g[0] == 9 && g[5] == 9 && nll[0] == 5);
    y[1] = NAN;
    EXPECT_FAIL(ctx, rao_head_check(ctx, h, &my), RAO_EDOMAIN, "row 1, column 0 is nan");
    y[1] = 1.5f;
    EXPECT_FAIL(ctx, rao_head_errors(ctx, h, &mz, &my, &(double){0}), RAO_EDOMAIN, "1.5");
    mz.cols = 2;
    EXPECT_FAIL(ctx, rao_head_score(ctx, h, &mz, &my, &mg), RAO_EINVAL, "z is 2 x 2, want 2 x 3");
    mz.cols = 3, mz.dtype = RAO_F64;
    EXPECT_FAIL(ctx, rao_head_mean(ctx, h, &mz, &mg), RAO_EINVAL, "mean is f32, z is f64");
    mz.dtype = RAO_F32;
    EXPECT_FAIL(ctx, rao_head_fisher_root(ctx, h, &mz, 2, &mg), RAO_EINVAL, "column 2, want 0..1");
    EXPECT_FAIL(ctx, rao_head_score(ctx, h, &mz, &my, NULL), RAO_EINVAL, "g is NULL");
    rao_head_destroy(&h);
    OK(ctx, rao_head_create(ctx, "bernoulli.logit", 1, &h));
    rao_mat m1 = rao_mat_view(RAO_F32, 2, 1, 1, y);
    y[0] = 0.5f, y[1] = -0.25f;
    EXPECT_FAIL(ctx, rao_head_check(ctx, h, &m1), RAO_EDOMAIN, "-0.25, want 0 <= y <= 1");
    rao_head_destroy(&h);
    OK(ctx, rao_head_create(ctx, "normal:var=0.25", 1, &h));
    EXPECT_TRUE(!strcmp(rao_head_name(h), "normal:var=0.25"));
    rao_head_destroy(&h), rao_head_destroy(&h);
    rao_test_ctx_close(&ctx);
}

static rao_status create_and_count(rao_ctx *ctx, void *arg) {
    rao_status st;
    rao_head *h = NULL;
    float z[2] = {0, 1}, y[1] = {1};
    double value;
    (void)arg;
    rao_mat mz = rao_mat_view(RAO_F32, 1, 2, 2, z), my = rao_mat_view(RAO_F32, 1, 1, 1, y);
    RAO_TRY(rao_head_create(ctx, "categorical", 2, &h));
    RAO_TRY(rao_head_errors(ctx, h, &mz, &my, &value));
    RAO_TRY(rao_head_sample(ctx, h, &mz, rao_stream_make(1, 1), 0, 0, &my));
done:
    rao_head_destroy(&h);
    return st;
}

static void survives_failed_allocations(void **state) {
    (void)state;
    LAW("a failed allocation is ENOMEM and leaks nothing");
    rao_test_every_allocation_fails(create_and_count, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_the_definition_at_extremes),
        cmocka_unit_test(score_is_the_gradient),
        cmocka_unit_test(hessian_is_the_derivative_of_the_score),
        cmocka_unit_test(root_times_its_transpose_is_fisher),
        cmocka_unit_test(expectations_over_the_support),
        cmocka_unit_test(fisher_is_the_hessian_of_kl),
        cmocka_unit_test(float_agrees_with_double),
        cmocka_unit_test(float_extremes_stay_finite),
        cmocka_unit_test(weights_scale_rows),
        cmocka_unit_test(padding_is_left_alone),
        cmocka_unit_test(draws_follow_the_distribution),
        cmocka_unit_test(normal_draws_have_their_moments),
        cmocka_unit_test(errors_count_or_square),
        cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(bad_input_is_named),
        cmocka_unit_test(survives_failed_allocations),
    };
    return rao_test_run("family: heads", tests, COUNT(tests));
}
