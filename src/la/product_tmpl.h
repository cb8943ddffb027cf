/* product_tmpl.h - included by product.c with T, NAME and BLAS defined. Arguments are checked, sizes fit BLAS. */

static void NAME(scale_rows)(double beta, T *c, int64_t rows, int64_t cols, int64_t ld) {
    const T b = (T)beta;
    for (int64_t i = 0; i < rows; i++) {
        T *r = c + i * ld;
        if (beta == 0) memset(r, 0, (size_t)cols * sizeof(T));
        else
            for (int64_t j = 0; j < cols; j++) r[j] *= b;
    }
}

static void NAME(gemm)(rao_trans ta, rao_trans tb, int m, int n, int k, double alpha, const rao_mat *a, const rao_mat *b, double beta,
                       const rao_mat *c) {
    const T al = (T)alpha, be = (T)beta;
    const int lda = la_ld(a), ldb = la_ld(b), ldc = la_ld(c);
    BLAS(gemm_)(la_trans(tb), la_trans(ta), &n, &m, &k, &al, b->data, &ldb, a->data, &lda, &be, c->data, &ldc, 1, 1);
}

static void NAME(syrk)(rao_trans trans, int n, int k, double alpha, const rao_mat *a, double beta, const rao_mat *c) {
    const T al = (T)alpha, be = (T)beta;
    const int lda = la_ld(a), ldc = la_ld(c);
    BLAS(syrk_)("U", trans == RAO_N ? "T" : "N", &n, &k, &al, a->data, &lda, &be, c->data, &ldc, 1, 1);
}

static void NAME(gemv)(rao_trans ta, double alpha, const rao_mat *a, const rao_vec *x, double beta, const rao_vec *y) {
    const T al = (T)alpha, be = (T)beta;
    const int m = (int)a->cols, n = (int)a->rows, lda = la_ld(a), one = 1;
    BLAS(gemv_)(ta == RAO_N ? "T" : "N", &m, &n, &al, a->data, &lda, x->data, &one, &be, y->data, &one, 1);
}

static void NAME(axpy)(double alpha, const rao_vec *x, const rao_vec *y) {
    const T al = (T)alpha;
    const int n = (int)x->n, one = 1;
    BLAS(axpy_)(&n, &al, x->data, &one, y->data, &one);
}

static void NAME(symv)(const rao_mat *a, const rao_vec *x, double beta, const rao_vec *y) {
    const T one = 1, be = (T)beta;
    const int n = (int)a->rows, lda = la_ld(a), step = 1;
    BLAS(symv_)("U", &n, &one, a->data, &lda, x->data, &step, &be, y->data, &step, 1);
}
