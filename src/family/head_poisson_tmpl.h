/* head_poisson_tmpl.h - k independent Poisson counts in the chart of the log rate, F = diag(exp(z)).
 * The density is taken in Loader's form (saddle.h), in double: at a rate of 1e12 the direct one loses every digit to its log factorial. */

static void FN(poisson_nll_score)(const head_rows *r) {
    int64_t k = r->k;
    EACH_ROW {
        CONST_ROW(z, r->z, r->ldz);
        CONST_ROW(y, r->y, r->ldy);
        T w = r->weight ? ((const T *)r->weight)[i] : 1;
        if (r->value) {
            double sum = 0;
            EACH sum += rao_poisson_nll((double)y[j], exp((double)z[j]), (double)z[j]);
            ((T *)r->value)[i] = (T)sum;
        }
        if (r->out) {
            ROW(g, r->out, r->ldo);
#pragma omp simd
            EACH g[j] = w * (FN(vm_exp)(z[j]) - y[j]);
        }
    }
}

static void FN(poisson_fisher_apply)(const head_rows *r) {
    int64_t k = r->k;
    EACH_ROW {
        CONST_ROW(z, r->z, r->ldz);
        CONST_ROW(v, r->v, r->ldv);
        ROW(out, r->out, r->ldo);
#pragma omp simd
        EACH out[j] = FN(vm_exp)(z[j]) * v[j];
    }
}

static void FN(poisson_hessian_apply)(const head_rows *r) { FN(poisson_fisher_apply)(r); }

static void FN(poisson_fisher_root)(const head_rows *r) {
    int64_t k = r->k;
    EACH_ROW {
        CONST_ROW(z, r->z, r->ldz);
        ROW(out, r->out, r->ldo);
        EACH out[j] = 0;
        out[r->column] = FN(vm_exp)(z[r->column] / 2);
    }
}

static void FN(poisson_fisher_root_t)(const head_rows *r) {
    int64_t k = r->k;
    EACH_ROW {
        CONST_ROW(z, r->z, r->ldz);
        CONST_ROW(v, r->v, r->ldv);
        ROW(out, r->out, r->ldo);
#pragma omp simd
        EACH out[j] = FN(vm_exp)(z[j] / 2) * v[j];
    }
}

/* exp(z0) R(z1 - z0), R(x) = exp(x) - 1 - x >= 0. */
static void FN(poisson_kl)(const head_rows *r) {
    int64_t k = r->k;
    EACH_ROW {
        CONST_ROW(z0, r->z, r->ldz);
        CONST_ROW(z1, r->y, r->ldy);
        T sum = 0;
        EACH {
            T d = z1[j] - z0[j];
            sum += d < 1 ? FN(vm_exp)(z0[j]) * FN(exp_remainder)(d) : FN(vm_exp)(z1[j]) - FN(vm_exp)(z0[j]) * (1 + d);
        }
        ((T *)r->value)[i] = sum;
    }
}

static void FN(poisson_mean)(const head_rows *r) {
    int64_t k = r->k;
    EACH_ROW {
        CONST_ROW(z, r->z, r->ldz);
        ROW(out, r->out, r->ldo);
#pragma omp simd
        EACH out[j] = FN(vm_exp)(z[j]);
    }
}

static void FN(poisson_errors)(const head_rows *r) {
    int64_t k = r->k;
    EACH_ROW {
        CONST_ROW(z, r->z, r->ldz);
        CONST_ROW(y, r->y, r->ldy);
        double sum = 0;
        EACH {
            double gap = exp((double)z[j]) - (double)y[j];
            sum += gap * gap;
        }
        ((double *)r->value)[i] = sum;
    }
}
