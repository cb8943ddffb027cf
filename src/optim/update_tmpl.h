/* update_tmpl.h - the passes for one number type T; included twice by update_set.h, whose includers are compiled once a kind of machine.
 * Memory-bound: momentum moves 3 numbers a parameter, adam 7. 0 * w is summed beside it, free, to notice what is not finite. */

static double NAME(momentum)(const update *u, int64_t first, int64_t count) {
    T *restrict w = (T *)u->w + first;
    const T *restrict v = (const T *)u->v + first;
    const T rate = (T)u->rate, decay = (T)u->decay;
    T poison = 0;
#pragma omp simd reduction(+ : poison)
    for (int64_t i = 0; i < count; i++) {
        T x = w[i] - (rate * v[i] + decay * w[i]);
        w[i] = x;
        poison += x * 0;
    }
    return (double)poison;
}

static double NAME(sgd)(const update *u, int64_t first, int64_t count) {
    T *restrict w = (T *)u->w + first, *restrict v = (T *)u->v + first;
    const T rate = (T)u->rate, decay = (T)u->decay, l2 = (T)u->l2;
    T poison = 0;
#pragma omp simd reduction(+ : poison)
    for (int64_t i = 0; i < count; i++) {
        T d = v[i] + l2 * w[i], x = w[i] - (rate * d + decay * w[i]);
        v[i] = d;
        w[i] = x;
        poison += x * 0;
    }
    return (double)poison;
}

static double NAME(natural)(const update *u, int64_t first, int64_t count) {
    T *restrict w = (T *)u->w + first, *restrict v = (T *)u->v + first;
    const T *restrict d = (const T *)u->g + first;
    const T rate = (T)u->rate, decay = (T)u->decay, beta = (T)u->beta1, scale = (T)u->scale;
    T poison = 0;
#pragma omp simd reduction(+ : poison)
    for (int64_t i = 0; i < count; i++) {
        T y = beta * v[i] + scale * d[i], x = w[i] - (rate * y + decay * w[i]);
        v[i] = y;
        w[i] = x;
        poison += x * 0;
    }
    return (double)poison;
}

static double NAME(nesterov)(const update *u, int64_t first, int64_t count) {
    T *restrict w = (T *)u->w + first, *restrict v = (T *)u->v + first;
    const T *restrict g = (const T *)u->g + first;
    const T rate = (T)u->rate, decay = (T)u->decay, l2 = (T)u->l2, beta = (T)u->beta1;
    T poison = 0;
#pragma omp simd reduction(+ : poison)
    for (int64_t i = 0; i < count; i++) {
        T d = g[i] + l2 * w[i], y = beta * v[i] + d, x = w[i] - (rate * (d + beta * y) + decay * w[i]);
        v[i] = y;
        w[i] = x;
        poison += x * 0;
    }
    return (double)poison;
}

static double NAME(adam)(const update *u, int64_t first, int64_t count) {
    T *restrict w = (T *)u->w + first, *restrict m = (T *)u->m + first, *restrict v = (T *)u->v + first;
    const T *restrict g = (const T *)u->g + first;
    const T rate = (T)u->rate, decay = (T)u->decay, l2 = (T)u->l2, root = (T)u->root, eps = (T)u->eps;
    const T a = (T)(1 - u->beta1), b = (T)(1 - u->beta2);
    T poison = 0;
#pragma omp simd reduction(+ : poison)
    for (int64_t i = 0; i < count; i++) {
        T d = g[i] + l2 * w[i], p = m[i] + a * (d - m[i]), q = v[i] + b * (d * d - v[i]);
        T x = w[i] - (rate * p / (SQRT(q) * root + eps) + decay * w[i]);
        m[i] = p;
        v[i] = q;
        w[i] = x;
        poison += x * 0;
    }
    return (double)poison;
}
