/* ref_tmpl.h - the kernels of ref.c for one number type T. */

#define EACH_ENTRY                     \
    for (int64_t i = 0; i < rows; i++) \
        for (int64_t j = 0; j < cols; j++)
#define AT(p, ld) ((real)((const T *)(p))[i * (ld) + j])
#define PUT(p, ld) ((T *)(p))[i * (ld) + j]

static void NAME(act_forward)(rao_activation f, int64_t rows, int64_t cols, const void *x, int64_t ldx, void *y, int64_t ldy) {
    EACH_ENTRY PUT(y, ldy) = (T)value(f, AT(x, ldx));
}

static void NAME(act_backward)(rao_activation f, int64_t rows, int64_t cols, const void *s, int64_t lds, const void *in, int64_t ldi,
                               void *out, int64_t ldo) {
    EACH_ENTRY PUT(out, ldo) = (T)(AT(in, ldi) * first(f, AT(s, lds)));
}

static void NAME(act_second)(rao_activation f, int64_t rows, int64_t cols, const void *s, int64_t lds, const void *xdot, int64_t ldx,
                             const void *dy, int64_t ldy, const void *dydot, int64_t ldd, void *out, int64_t ldo) {
    EACH_ENTRY PUT(out, ldo) = (T)(AT(dydot, ldd) * first(f, AT(s, lds)) + AT(dy, ldy) * second(f, AT(s, lds)) * AT(xdot, ldx));
}

static void NAME(fill)(int64_t rows, int64_t cols, double v, void *x, int64_t ldx) { EACH_ENTRY PUT(x, ldx) = (T)v; }

static void NAME(convert)(int64_t rows, int64_t cols, const void *x, int64_t ldx, void *y, int64_t ldy) {
    EACH_ENTRY PUT(y, ldy) = (T)((const OTHER *)x)[i * ldx + j];
}

static void NAME(axpby)(int64_t rows, int64_t cols, double a, const void *x, int64_t ldx, double b, void *y, int64_t ldy) {
    EACH_ENTRY PUT(y, ldy) = (T)(a * AT(x, ldx) + (b == 0 ? 0 : b * AT(y, ldy)));
}

static void NAME(product)(int64_t rows, int64_t cols, const void *a, int64_t lda, const void *x, int64_t ldx, void *y, int64_t ldy) {
    EACH_ENTRY PUT(y, ldy) = (T)(AT(a, lda) * AT(x, ldx));
}

static void NAME(scale_rows)(int64_t rows, int64_t cols, const void *s, const void *x, int64_t ldx, void *y, int64_t ldy) {
    EACH_ENTRY PUT(y, ldy) = ((const T *)s)[i] * ((const T *)x)[i * ldx + j];
}

static double NAME(sum_squares)(int64_t rows, int64_t cols, const void *x, int64_t ldx) {
    real sum = 0;
    EACH_ENTRY sum += AT(x, ldx) * AT(x, ldx);
    return (double)sum;
}

static double NAME(max_abs)(int64_t rows, int64_t cols, const void *x, int64_t ldx) {
    real most = 0;
    EACH_ENTRY if (!(fabsl(AT(x, ldx)) <= most) && !isnan(most)) most = fabsl(AT(x, ldx));
    return (double)most;
}

static void NAME(wide)(rao_trans ta, int64_t m, int64_t k, int64_t n, const void *a, int64_t lda, const void *b, int64_t ldb, void *c,
                       int64_t ldc) {
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) {
            real sum = 0;
            for (int64_t l = 0; l < k; l++) sum += (real)((const T *)a)[ta ? l * lda + i : i * lda + l] * (real)((const T *)b)[l * ldb + j];
            PUT(c, ldc) = (T)sum;
        }
}

static void NAME(deep)(int64_t m, int64_t k, int64_t n, const void *a, int64_t lda, const void *b, int64_t ldb, void *sums) {
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < k; j++) {
            real sum = 0;
            for (int64_t l = 0; l < n; l++) sum += (real)((const T *)a)[i * lda + l] * (real)((const T *)b)[j * ldb + l];
            PUT(sums, k) = (T)sum;
        }
}

static void NAME(turn)(int64_t rows, int64_t cols, const void *x, int64_t ldx, void *y, int64_t ldy) {
    EACH_ENTRY((T *)y)[j * ldy + i] = ((const T *)x)[i * ldx + j];
}

#undef EACH_ENTRY
#undef AT
#undef PUT
