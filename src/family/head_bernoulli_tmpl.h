/* head_bernoulli_tmpl.h - k independent Bernoulli coordinates in the chart of the logit, p = 1 / (1 + exp(-z)).
 * With e = exp(-|z|): softplus(z) = max(z, 0) + log(1 + e), and of p and 1 - p the larger is 1/(1+e), the smaller e/(1+e). */

/* log(1 + e) for 0 <= e <= 1 as 2 artanh(e / (2 + e)), whose argument is at most 1/3: cheaper than a logarithm for any argument. */
static inline T FN(log1p_unit)(T e) {
    T r = e / (2 + e);
    return 2 * r * ARTANH_SERIES(r * r);
}

static inline T FN(bernoulli_value)(T z, T y, T e) { return FN(log1p_unit)(e) + (z > 0 ? (1 - y) * z : -y * z); }

static inline T FN(bernoulli_slope)(T z, T y, T e) {
    T large = 1 / (1 + e), small = e * large;
    return (1 - y) * (z > 0 ? large : small) - y * (z > 0 ? small : large);
}

static void FN(bernoulli_nll_score)(const head_rows *r) {
    int64_t k = r->k;
    EACH_ROW {
        CONST_ROW(z, r->z, r->ldz);
        CONST_ROW(y, r->y, r->ldy);
        T sum = 0, w = r->weight ? ((const T *)r->weight)[i] : 1;
        if (r->out && r->value) {
            ROW(g, r->out, r->ldo);
#pragma omp simd reduction(+ : sum)
            EACH {
                T e = FN(vm_exp)(-M(fabs)(z[j]));
                sum += FN(bernoulli_value)(z[j], y[j], e);
                g[j] = w * FN(bernoulli_slope)(z[j], y[j], e);
            }
        } else if (r->out) {
            ROW(g, r->out, r->ldo);
#pragma omp simd
            EACH g[j] = w * FN(bernoulli_slope)(z[j], y[j], FN(vm_exp)(-M(fabs)(z[j])));
        } else {
#pragma omp simd reduction(+ : sum)
            EACH sum += FN(bernoulli_value)(z[j], y[j], FN(vm_exp)(-M(fabs)(z[j])));
        }
        if (r->value) ((T *)r->value)[i] = sum;
    }
}

static void FN(bernoulli_fisher_apply)(const head_rows *r) {
    int64_t k = r->k;
    EACH_ROW {
        CONST_ROW(z, r->z, r->ldz);
        CONST_ROW(v, r->v, r->ldv);
        ROW(out, r->out, r->ldo);
#pragma omp simd
        EACH {
            T e = FN(vm_exp)(-M(fabs)(z[j])), large = 1 / (1 + e);
            out[j] = e * large * large * v[j];
        }
    }
}

static void FN(bernoulli_hessian_apply)(const head_rows *r) { FN(bernoulli_fisher_apply)(r); }

/* sqrt(p (1 - p)): the root of exp is taken inside it, where it cannot underflow first. */
static inline T FN(bernoulli_root)(T z) {
    T h = FN(vm_exp)(-M(fabs)(z) / 2);
    return h / (1 + h * h);
}

static void FN(bernoulli_fisher_root)(const head_rows *r) {
    int64_t k = r->k, column = r->column;
    EACH_ROW {
        CONST_ROW(z, r->z, r->ldz);
        ROW(out, r->out, r->ldo);
        EACH out[j] = 0;
        out[column] = FN(bernoulli_root)(z[column]);
    }
}

static void FN(bernoulli_fisher_root_t)(const head_rows *r) {
    int64_t k = r->k;
    EACH_ROW {
        CONST_ROW(z, r->z, r->ldz);
        CONST_ROW(v, r->v, r->ldv);
        ROW(out, r->out, r->ldo);
#pragma omp simd
        EACH out[j] = FN(bernoulli_root)(z[j]) * v[j];
    }
}

/* KL = L - p0 d with d = z1 - z0, L = log p0-mean of exp(d y). By symmetry p0 <= 1/2. Where d is small the two nearly agree, and
 * KL = p0 R(d - L) + (1 - p0) R(-L), R(x) = exp(x) - 1 - x >= 0, is a sum of positive terms. */
static inline T FN(bernoulli_kl_one)(T z0, T z1) {
    T sign = z0 > 0 ? (T)-1 : (T)1, d = sign * (z1 - z0), a = sign * z0;
    T e = FN(vm_exp)(a), p = e / (1 + e);
    if (M(fabs)(d) > 1) return (d > 0 ? FN(vm_softplus)(sign * z1) - FN(vm_log1p)(e) : FN(vm_log1p)(p * FN(vm_expm1)(d))) - p * d;
    T l = FN(vm_log1p)(p * FN(vm_expm1)(d));
    return p * FN(exp_remainder)(d - l) + FN(exp_remainder)(-l) / (1 + e);
}

static void FN(bernoulli_kl)(const head_rows *r) {
    int64_t k = r->k;
    EACH_ROW {
        CONST_ROW(z0, r->z, r->ldz);
        CONST_ROW(z1, r->y, r->ldy);
        T sum = 0;
        EACH sum += FN(bernoulli_kl_one)(z0[j], z1[j]);
        ((T *)r->value)[i] = sum;
    }
}

static void FN(bernoulli_mean)(const head_rows *r) {
    int64_t k = r->k;
    EACH_ROW {
        CONST_ROW(z, r->z, r->ldz);
        ROW(out, r->out, r->ldo);
#pragma omp simd
        EACH out[j] = FN(vm_logistic)(z[j]);
    }
}

static void FN(bernoulli_errors)(const head_rows *r) {
    int64_t k = r->k;
    EACH_ROW {
        CONST_ROW(z, r->z, r->ldz);
        CONST_ROW(y, r->y, r->ldy);
        double sum = 0;
        EACH {
            double gap = (double)FN(bernoulli_slope)(z[j], y[j], FN(vm_exp)(-M(fabs)(z[j])));
            sum += gap * gap;
        }
        ((double *)r->value)[i] = sum;
    }
}
