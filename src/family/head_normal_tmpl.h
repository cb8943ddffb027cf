/* head_normal_tmpl.h - k independent normal coordinates: the mean with one given variance, or (mean, log variance).
 * Residuals are scaled by exp(-logvar / 2) before they are squared, so that variances of exp(+-80) stay inside float. */

/* ---- given variance: F = I / var ---- */

static void FN(normal_nll_score)(const head_rows *r) {
    int64_t k = r->k;
    T inverse = (T)(1 / r->var), root = (T)sqrt(1 / r->var), constant = (T)((double)k * 0.5 * log(2 * 3.14159265358979323846 * r->var));
    EACH_ROW {
        CONST_ROW(z, r->z, r->ldz);
        CONST_ROW(y, r->y, r->ldy);
        T sum = 0, w = r->weight ? ((const T *)r->weight)[i] * inverse : inverse;
        if (r->value) {
#pragma omp simd reduction(+ : sum)
            EACH {
                T gap = (z[j] - y[j]) * root;
                sum += gap * gap;
            }
            ((T *)r->value)[i] = sum / 2 + constant;
        }
        if (r->out) {
            ROW(g, r->out, r->ldo);
#pragma omp simd
            EACH g[j] = w * (z[j] - y[j]);
        }
    }
}

static void FN(normal_fisher_apply)(const head_rows *r) {
    int64_t k = r->k;
    T inverse = (T)(1 / r->var);
    EACH_ROW {
        CONST_ROW(v, r->v, r->ldv);
        ROW(out, r->out, r->ldo);
        EACH out[j] = inverse * v[j];
    }
}

static void FN(normal_hessian_apply)(const head_rows *r) { FN(normal_fisher_apply)(r); }

static void FN(normal_fisher_root)(const head_rows *r) {
    int64_t k = r->k;
    EACH_ROW {
        ROW(out, r->out, r->ldo);
        EACH out[j] = 0;
        out[r->column] = (T)sqrt(1 / r->var);
    }
}

static void FN(normal_fisher_root_t)(const head_rows *r) {
    int64_t k = r->k;
    T root = (T)sqrt(1 / r->var);
    EACH_ROW {
        CONST_ROW(v, r->v, r->ldv);
        ROW(out, r->out, r->ldo);
        EACH out[j] = root * v[j];
    }
}

static void FN(normal_kl)(const head_rows *r) {
    int64_t k = r->k;
    T root = (T)sqrt(1 / r->var);
    EACH_ROW {
        CONST_ROW(z0, r->z, r->ldz);
        CONST_ROW(z1, r->y, r->ldy);
        T sum = 0;
#pragma omp simd reduction(+ : sum)
        EACH {
            T gap = (z0[j] - z1[j]) * root;
            sum += gap * gap;
        }
        ((T *)r->value)[i] = sum / 2;
    }
}

/* The first k columns of z are the means under either chart. */
static void FN(normal_mean)(const head_rows *r) {
    int64_t k = r->k;
    EACH_ROW {
        CONST_ROW(z, r->z, r->ldz);
        ROW(out, r->out, r->ldo);
        EACH out[j] = z[j];
    }
}

static void FN(normal_errors)(const head_rows *r) {
    int64_t k = r->k;
    EACH_ROW {
        CONST_ROW(z, r->z, r->ldz);
        CONST_ROW(y, r->y, r->ldy);
        double sum = 0;
        EACH {
            double gap = (double)z[j] - (double)y[j];
            sum += gap * gap;
        }
        ((double *)r->value)[i] = sum;
    }
}

/* ---- (mu, log var): F = diag(exp(-l), 1/2) ---- */

static void FN(mu_logvar_nll_score)(const head_rows *r) {
    int64_t k = r->k;
    EACH_ROW {
        CONST_ROW(mu, r->z, r->ldz);
        CONST_ROW(y, r->y, r->ldy);
        const T *restrict l = mu + k;
        T sum = 0, w = r->weight ? ((const T *)r->weight)[i] : 1;
        if (r->out) {
            ROW(g, r->out, r->ldo);
            T *restrict gl = g + k;
#pragma omp simd reduction(+ : sum)
            EACH {
                T root = FN(vm_exp)(-l[j] / 2), gap = (mu[j] - y[j]) * root;
                sum += l[j] + gap * gap;
                g[j] = w * gap * root;
                gl[j] = w * (1 - gap * gap) / 2;
            }
        } else {
#pragma omp simd reduction(+ : sum)
            EACH {
                T gap = (mu[j] - y[j]) * FN(vm_exp)(-l[j] / 2);
                sum += l[j] + gap * gap;
            }
        }
        if (r->value) ((T *)r->value)[i] = sum / 2 + (T)((double)k * 0.91893853320467274178);
    }
}

static void FN(mu_logvar_hessian_apply)(const head_rows *r) {
    int64_t k = r->k;
    EACH_ROW {
        CONST_ROW(mu, r->z, r->ldz);
        CONST_ROW(y, r->y, r->ldy);
        CONST_ROW(v, r->v, r->ldv);
        ROW(out, r->out, r->ldo);
        const T *restrict l = mu + k, *restrict vl = v + k;
        T *restrict out_l = out + k;
#pragma omp simd
        EACH {
            T root = FN(vm_exp)(-l[j] / 2), gap = (mu[j] - y[j]) * root, along = root * v[j];
            out[j] = root * (along - gap * vl[j]);
            out_l[j] = gap * (gap * vl[j] / 2 - along);
        }
    }
}

static void FN(mu_logvar_fisher_apply)(const head_rows *r) {
    int64_t k = r->k;
    EACH_ROW {
        CONST_ROW(mu, r->z, r->ldz);
        CONST_ROW(v, r->v, r->ldv);
        ROW(out, r->out, r->ldo);
        const T *restrict l = mu + k, *restrict vl = v + k;
        T *restrict out_l = out + k;
#pragma omp simd
        EACH {
            out[j] = FN(vm_exp)(-l[j]) * v[j];
            out_l[j] = vl[j] / 2;
        }
    }
}

static void FN(mu_logvar_fisher_root)(const head_rows *r) {
    int64_t k = r->k, c = r->column;
    EACH_ROW {
        CONST_ROW(mu, r->z, r->ldz);
        ROW(out, r->out, r->ldo);
        for (int64_t j = 0; j < 2 * k; j++) out[j] = 0;
        out[c] = c < k ? FN(vm_exp)(-mu[k + c] / 2) : (T)0.70710678118654752440;
    }
}

static void FN(mu_logvar_fisher_root_t)(const head_rows *r) {
    int64_t k = r->k;
    EACH_ROW {
        CONST_ROW(mu, r->z, r->ldz);
        CONST_ROW(v, r->v, r->ldv);
        ROW(out, r->out, r->ldo);
        const T *restrict l = mu + k, *restrict vl = v + k;
        T *restrict out_l = out + k;
#pragma omp simd
        EACH {
            out[j] = FN(vm_exp)(-l[j] / 2) * v[j];
            out_l[j] = (T)0.70710678118654752440 * vl[j];
        }
    }
}

/* R(l0 - l1)/2 + (mu0 - mu1)^2 exp(-l1)/2 with R(x) = exp(x) - 1 - x: both terms positive. */
static void FN(mu_logvar_kl)(const head_rows *r) {
    int64_t k = r->k;
    EACH_ROW {
        CONST_ROW(z0, r->z, r->ldz);
        CONST_ROW(z1, r->y, r->ldy);
        T sum = 0;
        EACH {
            T gap = (z0[j] - z1[j]) * FN(vm_exp)(-z1[k + j] / 2);
            sum += FN(exp_remainder)(z0[k + j] - z1[k + j]) + gap * gap;
        }
        ((T *)r->value)[i] = sum / 2;
    }
}

static void FN(mu_logvar_mean)(const head_rows *r) { FN(normal_mean)(r); }
static void FN(mu_logvar_errors)(const head_rows *r) { FN(normal_errors)(r); }
