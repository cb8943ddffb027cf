/* kernels_tmpl.h - the loops of kernels.c for one floating type T. */
static void NAME(copy_squared)(const rao_mat *from, rao_mat *into) {
    const T *x = from->data;
    T *y = into->data;
    for (int64_t i = 0; i < from->rows; i++)
        for (int64_t j = 0; j < from->cols; j++) y[i * into->ld + j] = x[i * from->ld + j] * x[i * from->ld + j];
}

static void NAME(add_diagonal)(rao_mat *m, double value) {
    T *x = m->data;
    for (int64_t i = 0; i < m->rows; i++) x[i * m->ld + i] = (T)((double)x[i * m->ld + i] + value);
}

static double NAME(largest)(const void *numbers, int64_t n, int64_t stride) {
    const T *x = numbers;
    T most = 0;
#pragma omp simd reduction(max : most)
    for (int64_t i = 0; i < n; i++) most = x[i * stride] > most ? x[i * stride] : most;
    return (double)most;
}

static double NAME(diagonal_sum)(const rao_mat *m) {
    const T *x = m->data;
    double sum = 0;
    for (int64_t i = 0; i < m->rows; i++) sum += (double)x[i * m->ld + i];
    return sum;
}

static void NAME(expand)(const rao_factors *f, int64_t first, int64_t n, int64_t offset, rao_mat *rows) {
    int64_t out = f->g.cols, in = f->a.cols;
    for (int64_t i = 0; i < n; i++) {
        const T *g = (const T *)f->g.data + (first + i) * f->g.ld, *a = (const T *)f->a.data + (first + i) * f->a.ld;
        T *to = (T *)rows->data + i * rows->ld + offset;
        for (int64_t r = 0; r < out; r++)
            for (int64_t c = 0; c < in; c++) to[r * in + c] = g[r] * a[c];
    }
}

static void NAME(scale_cases)(const rao_mat *g, int64_t columns, int64_t unit, int64_t first, int64_t count, const rao_mat *a, rao_mat *b) {
    const int64_t in = a->cols;
    for (int64_t i = 0; i < a->rows; i++) {
        const T *own = (const T *)g->data + i * columns * g->ld + unit, *other = (const T *)g->data + i * columns * g->ld + first;
        const T *restrict x = (const T *)a->data + i * a->ld;
        for (int64_t q = 0; q < count; q++) {
            T *restrict y = (T *)b->data + i * b->ld + q * in, s = 0;
            for (int64_t c = 0; c < columns; c++) s += own[c * g->ld] * other[c * g->ld + q];
            for (int64_t j = 0; j < in; j++) y[j] = s * x[j];
        }
    }
}

static void NAME(row_dots)(const rao_mat *a, const rao_mat *b, rao_vec *sums) {
    T *s = sums->data;
    for (int64_t i = 0; i < a->rows; i++) {
        const T *x = (const T *)a->data + i * a->ld, *y = (const T *)b->data + i * b->ld;
        T sum = 0;
        for (int64_t j = 0; j < a->cols; j++) sum += x[j] * y[j];
        s[i] += sum;
    }
}

/* The same of a symmetric matrix by its lower triangle: an entry counts in its row and in that of its mirror image. */
static double NAME(norm1_lower)(const rao_mat *m, void *room) {
    T *restrict sums = room;
    double largest = 0;
    for (int64_t i = 0; i < m->rows; i++) {
        const T *x = (const T *)m->data + i * m->ld;
        T sum = 0;
#pragma omp simd reduction(+ : sum)
        for (int64_t j = 0; j < i; j++) {
            const T size = (T)fabs((double)x[j]); /* no choice between two signs, which would keep the loop from vectors */
            sums[j] += size;
            sum += size;
        }
        sums[i] = sum + (T)fabs((double)x[i]);
    }
    for (int64_t i = 0; i < m->rows; i++)
        if (!((double)sums[i] <= largest)) largest = (double)sums[i];
    return largest;
}

static double NAME(norm1)(const rao_mat *m) {
    double largest = 0;
    for (int64_t i = 0; i < m->rows; i++) {
        const T *x = (const T *)m->data + i * m->ld;
        T sum = 0;
#pragma omp simd reduction(+ : sum)
        for (int64_t j = 0; j < m->cols; j++) sum += x[j] < 0 ? -x[j] : x[j];
        if (!((double)sum <= largest)) largest = (double)sum;
    }
    return largest;
}

static double NAME(add_outer)(const rao_vec *uv, const rao_vec *vv, const rao_mat *b, const rao_vec *sv, const rao_vec *mv, rao_mat *x) {
    const T *u = uv->data, *restrict v = vv->data, *s = b ? sv->data : NULL, *restrict m = b ? mv->data : NULL;
    double total = 0;
    for (int64_t i = 0; i < x->rows; i++) {
        T *restrict to = (T *)x->data + i * x->ld;
        const T by = u[i];
        if (!b) {
#pragma omp simd
            for (int64_t j = 0; j < x->cols; j++) to[j] += by * v[j];
            continue;
        }
        const T *restrict from = (const T *)b->data + i * b->ld;
        double inner = 0;
        T mean = 0;
#pragma omp simd reduction(+ : inner, mean)
        for (int64_t j = 0; j < x->cols; j++) {
            const T value = to[j] + by * v[j];
            to[j] = value;
            inner += (double)from[j] * (double)value;
            mean += value * m[j];
        }
        total += inner + (double)s[i] * (double)mean;
    }
    return total;
}

static void NAME(scale_powers)(const rao_vec *sv, double shift, double p, rao_vec *xv) {
    const T *s = sv->data;
    T *x = xv->data, d = (T)shift;
    if (p == 1)
        for (int64_t i = 0; i < xv->n; i++) x[i] *= s[i] + d;
    else if (p == -1)
        for (int64_t i = 0; i < xv->n; i++) x[i] /= s[i] + d;
    else if (p != 0)
        for (int64_t i = 0; i < xv->n; i++) x[i] = (T)((double)x[i] * pow((double)s[i] + shift, p));
}
