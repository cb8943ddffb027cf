/* pass_tmpl.h - the other passes for one number type T: bound by memory, so plain loops that vectorise. */

static void NAME(fill)(int64_t rows, int64_t cols, double value, void *x, int64_t ldx) {
    for (int64_t i = 0; i < rows; i++) {
        T *row = (T *)x + i * ldx;
        for (int64_t j = 0; j < cols; j++) row[j] = (T)value;
    }
}

static void NAME(convert)(int64_t rows, int64_t cols, const void *x, int64_t ldx, void *y, int64_t ldy) {
    for (int64_t i = 0; i < rows; i++) {
        const OTHER *from = (const OTHER *)x + i * ldx;
        T *to = (T *)y + i * ldy;
#pragma omp simd
        for (int64_t j = 0; j < cols; j++) to[j] = (T)from[j];
    }
}

static void NAME(axpby)(int64_t rows, int64_t cols, double a, const void *x, int64_t ldx, double b, void *y, int64_t ldy) {
    const T take = (T)a, keep = (T)b;
    for (int64_t i = 0; i < rows; i++) {
        const T *from = (const T *)x + i * ldx;
        T *to = (T *)y + i * ldy;
        if (b == 0) {
#pragma omp simd
            for (int64_t j = 0; j < cols; j++) to[j] = take * from[j];
        } else {
#pragma omp simd
            for (int64_t j = 0; j < cols; j++) to[j] = NAME(vm_fma)(take, from[j], keep * to[j]);
        }
    }
}

static void NAME(product)(int64_t rows, int64_t cols, const void *a, int64_t lda, const void *x, int64_t ldx, void *y, int64_t ldy) {
    for (int64_t i = 0; i < rows; i++) {
        const T *left = (const T *)a + i * lda, *right = (const T *)x + i * ldx;
        T *to = (T *)y + i * ldy;
#pragma omp simd
        for (int64_t j = 0; j < cols; j++) to[j] = left[j] * right[j];
    }
}

static void NAME(scale_rows)(int64_t rows, int64_t cols, const void *s, const void *x, int64_t ldx, void *y, int64_t ldy) {
    for (int64_t i = 0; i < rows; i++) {
        const T by = ((const T *)s)[i], *from = (const T *)x + i * ldx;
        T *to = (T *)y + i * ldy;
#pragma omp simd
        for (int64_t j = 0; j < cols; j++) to[j] = by * from[j];
    }
}

static double NAME(sum_squares)(int64_t rows, int64_t cols, const void *x, int64_t ldx) {
    double sum = 0;
    for (int64_t i = 0; i < rows; i++) {
        const T *row = (const T *)x + i * ldx;
        double part = 0;
#pragma omp simd reduction(+ : part)
        for (int64_t j = 0; j < cols; j++) part += (double)row[j] * (double)row[j];
        sum += part;
    }
    return sum;
}

/* The bits of |x| are ordered as |x| is, infinity above all numbers and NaN above that. */
static double NAME(max_abs)(int64_t rows, int64_t cols, const void *x, int64_t ldx) {
    BITS most = 0;
    for (int64_t i = 0; i < rows; i++) {
        const T *row = (const T *)x + i * ldx;
#pragma omp simd reduction(max : most)
        for (int64_t j = 0; j < cols; j++) {
            BITS size = (BITS)NAME(vm_bits)(NAME(vm_abs)(row[j]));
            most = size > most ? size : most;
        }
    }
    T largest;
    memcpy(&largest, &most, sizeof largest);
    return (double)largest;
}
