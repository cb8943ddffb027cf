/* head_categorical_tmpl.h - one of k classes in the chart of k logits, p = softmax(z). The chart has one coordinate too many: F = diag(p) - p p^T
 * has rank k - 1 and kernel (1, .., 1).
 * With e_j = exp(z_j - max z) the largest term is 1 exactly; `rest` is the sum of the others, so that 1 - p_top = rest / (1 + rest) and
 * log sum exp = max + log1p(rest) keep every digit of a confident prediction. */

/* The first of the largest. With a NaN in z: some class. */
static inline int64_t FN(top_class)(const T *restrict z, int64_t k) {
    T max = z[0];
    int64_t t = 0;
#pragma omp simd reduction(max : max)
    EACH max = z[j] > max ? z[j] : max;
    while (t < k - 1 && z[t] < max) t++;
    return t;
}

/* e and its rest; *top is the largest. A NaN in z makes rest NaN. */
static inline T FN(softmax_terms)(const T *restrict z, int64_t k, T *restrict e, int64_t *top) {
    int64_t t = FN(top_class)(z, k);
    T max = z[t], rest = 0;
#pragma omp simd
    EACH e[j] = FN(vm_exp)(z[j] - max);
#pragma omp simd reduction(+ : rest)
    for (int64_t j = 0; j < t; j++) rest += e[j];
#pragma omp simd reduction(+ : rest)
    for (int64_t j = t + 1; j < k; j++) rest += e[j];
    *top = t;
    return rest;
}

/* The same without storing e. */
static inline T FN(softmax_rest)(const T *restrict z, int64_t k, int64_t *top) {
    int64_t t = FN(top_class)(z, k);
    T max = z[t], rest = 0;
    for (int64_t j = 0; j < k; j++)
        if (j != t) rest += FN(vm_exp)(z[j] - max);
    *top = t;
    return rest;
}

/* Few classes would leave most of a vector empty: then LANES rows at a time, one in each lane. */
enum { FN(LANES) = 64 / (int)sizeof(T), FN(FEW) = HEAD_FEW_CLASSES };
#define LANE for (int l = 0; l < FN(LANES); l++)

/* Lanes behind the last row repeat it. */
static inline void FN(take_lanes)(const head_rows *r, int64_t first, int64_t rows, T (*e)[FN(LANES)], T *y) {
    const T *z = (const T *)r->z + (r->across ? first : first * r->ldz), *target = (const T *)r->y + first * r->ldy;
    int64_t k = r->k, along = r->across ? r->ldz : 1, down = r->across ? 1 : r->ldz;
    if (rows == FN(LANES) && r->across) {
        EACH
#pragma omp simd
            LANE e[j][l] = z[j * along + l];
    } else {
        LANE {
            const T *row = z + (l < rows ? l : rows - 1) * down;
            EACH e[j][l] = row[j * along];
        }
    }
    if (rows == FN(LANES) && r->ldy == 1)
#pragma omp simd
        LANE y[l] = target[l];
    else LANE y[l] = target[(l < rows ? l : rows - 1) * r->ldy];
}

static inline void FN(give_lanes)(const head_rows *r, int64_t first, int64_t rows, T (*e)[FN(LANES)]) {
    T *out = (T *)r->out + (r->across ? first : first * r->ldo);
    int64_t k = r->k;
    if (!r->across) {
        for (int64_t l = 0; l < rows; l++) EACH out[l * r->ldo + j] = e[j][l];
    } else if (rows == FN(LANES)) {
        EACH
#pragma omp simd
            LANE out[j * r->ldo + l] = e[j][l];
    } else {
        EACH for (int64_t l = 0; l < rows; l++) out[j * r->ldo + l] = e[j][l];
    }
}

static inline __attribute__((always_inline)) void FN(categorical_lanes)(const head_rows *r, int64_t first, int64_t rows, const int64_t k) {
    T e[FN(FEW)][FN(LANES)], y[FN(LANES)], max[FN(LANES)], rest[FN(LANES)], top[FN(LANES)], own[FN(LANES)], scale[FN(LANES)];
    FN(take_lanes)(r, first, rows, e, y);
    LANE max[l] = e[0][l], top[l] = 0, rest[l] = 0, own[l] = e[0][l];
    for (int64_t j = 1; j < k; j++)
#pragma omp simd
        LANE {
            top[l] = e[j][l] > max[l] ? (T)j : top[l];
            max[l] = e[j][l] > max[l] ? e[j][l] : max[l];
            own[l] = y[l] == (T)j ? e[j][l] : own[l];
        }
    EACH
#pragma omp simd
        LANE {
        T one = FN(vm_exp)(e[j][l] - max[l]);
        e[j][l] = one;
        rest[l] += top[l] == (T)j ? 0 : one;
    }
    if (r->value) {
        T *value = (T *)r->value + first;
#pragma omp simd
        LANE scale[l] = (max[l] - own[l]) + FN(vm_log1p)(rest[l]);
        for (int64_t l = 0; l < rows; l++) value[l] = scale[l];
    }
    if (!r->out) return;
#pragma omp simd
    LANE scale[l] = 1 / (1 + rest[l]);
    if (r->weight)
        for (int64_t l = 0; l < rows; l++) scale[l] *= ((const T *)r->weight)[first + l];
    EACH
#pragma omp simd
        LANE {
        T own_class = top[l] == (T)j ? -rest[l] : e[j][l] - (1 + rest[l]);
        e[j][l] = (y[l] == (T)j ? own_class : e[j][l]) * scale[l];
    }
    FN(give_lanes)(r, first, rows, e);
}
#undef LANE

/* Of the commonest numbers of classes the loops over them unroll. */
#define LANES_OF(classes) \
    for (int64_t i = 0; i < r->rows; i += FN(LANES)) FN(categorical_lanes)(r, i, r->rows - i < FN(LANES) ? r->rows - i : FN(LANES), classes)

static void FN(categorical_nll_score)(const head_rows *r) {
    int64_t k = r->k;
    if (k <= FN(FEW)) {
        switch (k) {
        case 2: LANES_OF(2); return;
        case 3: LANES_OF(3); return;
        case 4: LANES_OF(4); return;
        default: LANES_OF(k); return;
        }
    }
    EACH_ROW {
        CONST_ROW(z, r->z, r->ldz);
        int64_t top, y = (int64_t)((const T *)r->y)[i * r->ldy];
        T rest;
        if (r->out) {
            ROW(g, r->out, r->ldo);
            rest = FN(softmax_terms)(z, k, g, &top);
            T w = r->weight ? ((const T *)r->weight)[i] : 1, sum = 1 + rest, scale = w / sum;
            T right = y == top ? -rest : g[y] - sum;
#pragma omp simd
            EACH g[j] *= scale;
            g[y] = right * scale;
        } else {
            rest = FN(softmax_rest)(z, k, &top);
        }
        if (r->value) ((T *)r->value)[i] = (z[top] - z[y]) + FN(vm_log1p)(rest);
    }
}

#undef LANES_OF

/* F v = p (v - E v), with v counted from v_top: the differences v_j - v_top are exact where it matters. */
static void FN(categorical_fisher_apply)(const head_rows *r) {
    int64_t k = r->k, top;
    EACH_ROW {
        CONST_ROW(z, r->z, r->ldz);
        CONST_ROW(v, r->v, r->ldv);
        ROW(out, r->out, r->ldo);
        T sum = 1 + FN(softmax_terms)(z, k, out, &top), origin = v[top], mean = 0;
#pragma omp simd reduction(+ : mean)
        EACH mean += out[j] * (v[j] - origin);
        mean /= sum;
#pragma omp simd
        EACH out[j] = out[j] / sum * ((v[j] - origin) - mean);
    }
}

static void FN(categorical_hessian_apply)(const head_rows *r) { FN(categorical_fisher_apply)(r); }

/* R = diag(s) Q with s = sqrt(p), m the last class and Q the columns j != m of the Householder reflection that takes e_m to -s:
 *   R_ij = s_i (delta_ij - s_i s_j / (1 + s_m)) for i != m,   R_mj = -s_m s_j.
 * The diagonal 1 - p_j / (1 + s_m) = (1 - p_j + s_m) / (1 + s_m) takes 1 - p_j from `rest` where p_j is near one. */
static void FN(categorical_fisher_root)(const head_rows *r) {
    int64_t k = r->k, c = r->column, top;
    EACH_ROW {
        CONST_ROW(z, r->z, r->ldz);
        ROW(out, r->out, r->ldo);
        T rest = FN(softmax_terms)(z, k, out, &top), sum = 1 + rest, root_sum = M(sqrt)(sum);
        T complement = (c == top ? rest : sum - out[c]) / sum;
        T sm = FN(vm_exp)((z[k - 1] - z[top]) / 2) / root_sum, sc = FN(vm_exp)((z[c] - z[top]) / 2) / root_sum;
        T scale = -sc / ((1 + sm) * sum);
#pragma omp simd
        EACH out[j] *= scale;
        out[c] = sc * (complement + sm) / (1 + sm);
        out[k - 1] = -sm * sc;
    }
}

/* R^T v = Q^T (s v), with v counted from its mean under p (R^T 1 = 0), so that the reflection needs its last entry only. */
static void FN(categorical_fisher_root_t)(const head_rows *r) {
    int64_t k = r->k, last = r->k - 1;
    EACH_ROW {
        CONST_ROW(z, r->z, r->ldz);
        CONST_ROW(v, r->v, r->ldv);
        ROW(out, r->out, r->ldo);
        int64_t top = 0;
        for (int64_t j = 1; j < k; j++)
            if (z[j] > z[top]) top = j;
        T origin = v[top], hm = FN(vm_exp)((z[last] - z[top]) / 2), sum = hm * hm, mean = hm * hm * (v[last] - origin);
        for (int64_t j = 0; j < last; j++) {
            out[j] = FN(vm_exp)((z[j] - z[top]) / 2);
            sum += out[j] * out[j];
            mean += out[j] * out[j] * (v[j] - origin);
        }
        mean /= sum;
        T root_sum = M(sqrt)(sum), sm = hm / root_sum, push = sm * ((v[last] - origin) - mean) / (1 + sm);
        for (int64_t j = 0; j < last; j++) out[j] = out[j] / root_sum * ((v[j] - origin) - mean - push);
    }
}

/* With d = (z1 - z0) counted from the class that is largest under z0, L = log E_p0 exp(d) and delta = d - L = log(p1 / p0):
 *   KL = sum p0 R(delta), R(x) = exp(x) - 1 - x >= 0,
 * a sum of positive terms in which an error of L counts squared. p0 exp(delta) = p1 is taken from z1 where delta is large. */
static inline T FN(categorical_kl_one)(const T *restrict z0, const T *restrict z1, int64_t k) {
    int64_t top, top1;
    T rest = FN(softmax_rest)(z0, k, &top), sum = 1 + rest, origin = z1[top] - z0[top], lift = 0, kl = 0;
    EACH {
        T p = FN(vm_exp)(z0[j] - z0[top]) / sum, d = z1[j] - z0[j] - origin;
        lift += d < 1 ? p * FN(vm_expm1)(d) : FN(vm_exp)(z1[j] - z1[top]) / sum - p;
    }
    T l = FN(vm_log1p)(lift);
    if (!isfinite(lift)) { /* z1 has moved its top by more than the range of exp */
        l = FN(vm_log1p)(FN(softmax_rest)(z1, k, &top1)) - FN(vm_log1p)(rest);
        l += z1[top1] - z1[top];
    }
    EACH {
        T p = FN(vm_exp)(z0[j] - z0[top]) / sum, delta = z1[j] - z0[j] - origin - l;
        kl += delta < 1 ? p * FN(exp_remainder)(delta) : FN(vm_exp)(z1[j] - z1[top] - l) / sum - p * (1 + delta);
    }
    return kl;
}

static void FN(categorical_kl)(const head_rows *r) {
    EACH_ROW {
        CONST_ROW(z0, r->z, r->ldz);
        CONST_ROW(z1, r->y, r->ldy);
        ((T *)r->value)[i] = FN(categorical_kl_one)(z0, z1, r->k);
    }
}

static void FN(categorical_mean)(const head_rows *r) {
    int64_t k = r->k, top;
    EACH_ROW {
        CONST_ROW(z, r->z, r->ldz);
        ROW(out, r->out, r->ldo);
        T scale = 1 / (1 + FN(softmax_terms)(z, k, out, &top));
#pragma omp simd
        EACH out[j] *= scale;
    }
}

static void FN(categorical_errors)(const head_rows *r) {
    EACH_ROW {
        CONST_ROW(z, r->z, r->ldz);
        int64_t best = 0, y = (int64_t)((const T *)r->y)[i * r->ldy];
        for (int64_t j = 1; j < r->k; j++)
            if (z[j] > z[best]) best = j;
        ((double *)r->value)[i] = best == y;
    }
}
