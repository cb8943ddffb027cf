/* inverse_tmpl.h - included by inverse.c with T, NAME and BLAS defined. Matrices lie in row-major memory; see la/blas.h. */

/* The inverse of one diagonal block of L (n <= LEAF), row by row: m has rows of LEAF, zeros above the diagonal and behind. */
static void NAME(invert_leaf)(const T *l, int64_t n, int64_t ld, T *m) {
    memset(m, 0, LEAF * LEAF * sizeof(T));
    for (int64_t i = 0; i < n; i++) {
        const T scale = 1 / l[i * ld + i];
        T *restrict row = m + i * LEAF;
        for (int64_t k = 0; k < i; k++) {
            const T c = l[i * ld + k], *from = m + k * LEAF;
            for (int64_t j0 = 0; j0 <= k; j0 += 8) /* whole vectors: behind the diagonal are zeros */
                for (int64_t j = j0; j < j0 + 8; j++) row[j] -= c * from[j];
        }
        for (int64_t j = 0; j < i; j++) row[j] *= scale;
        row[i] = scale;
    }
}

/* The lower triangle of S = M^T M as a sum of outer products. */
static void NAME(square_leaf)(const T *m, int64_t n, T *s, int64_t ld) {
    T sum[LEAF * LEAF] = {0};
    for (int64_t k = 0; k < n; k++)
        for (int64_t i = 0; i <= k; i++) {
            const T c = m[k * LEAF + i], *from = m + k * LEAF;
            T *restrict row = sum + i * LEAF;
            for (int64_t j0 = 0; j0 <= i; j0 += 8)
                for (int64_t j = j0; j < j0 + 8; j++) row[j] += c * from[j];
        }
    for (int64_t i = 0; i < n; i++) memcpy(s + i * ld, sum + i * LEAF, (size_t)(i + 1) * sizeof(T));
}

/* C (m x n) = alpha A (m x k) B (k x n) + beta C */
static void NAME(product)(int64_t m, int64_t n, int64_t k, T alpha, const T *a, int64_t lda, const T *b, int64_t ldb, T beta, T *c,
                          int64_t ldc) {
    const int rows = (int)m, cols = (int)n, depth = (int)k, la = (int)lda, lb = (int)ldb, lc = (int)ldc;
    BLAS(gemm_)("N", "N", &cols, &rows, &depth, &alpha, b, &lb, a, &la, &beta, c, &lc, 1, 1);
}

/* Y := Y L^-1 for Y m x n, with the inverses of L's diagonal blocks in m: [Y1 Y2] [L1 0; L21 L2]^-1 = [(Y1 - Y2 L2^-1 L21) L1^-1, Y2 L2^-1]. */
static void NAME(divide)(const T *l, const T *leaves, T *y, int64_t m, int64_t n, int64_t ld, T *work) {
    if (n <= LEAF) {
        NAME(product)(m, n, n, 1, y, ld, leaves, LEAF, 0, work, n);
        for (int64_t i = 0; i < m; i++) memcpy(y + i * ld, work + i * n, (size_t)n * sizeof(T));
        return;
    }
    const int64_t n1 = first_half(n), n2 = n - n1;
    NAME(divide)(l + n1 * ld + n1, leaves + n1 * LEAF, y + n1, m, n2, ld, work);
    NAME(product)(m, n1, n2, -1, y + n1, ld, l + n1 * ld, ld, 1, y, ld);
    NAME(divide)(l, leaves, y, m, n1, ld, work);
}

/* The lower triangle of S += Y^T Z for Y, Z m x n (Z packed), whose product is symmetric: in panels of rows up to their diagonal block. */
static void NAME(add_product)(const T *y, const T *z, int64_t m, int64_t n, int64_t ld, T *s) {
    const int depth = (int)m, lead = (int)ld, width = (int)n;
    const T one = 1;
    for (int64_t r = 0; r < n; r += PANEL) {
        const int rows = (int)(n - r < PANEL ? n - r : PANEL), cols = (int)r + rows;
        BLAS(gemm_)("N", "T", &cols, &rows, &depth, &one, z, &width, y + r, &lead, &one, s + r * ld, &lead, 1, 1);
    }
}

/* s holds L and gets the lower triangle of (L L^T)^-1. */
static void NAME(invert)(T *s, const T *leaves, int64_t n, int64_t ld, T *work) {
    if (n <= LEAF) {
        NAME(square_leaf)(leaves, n, s, ld);
        return;
    }
    const int64_t n1 = first_half(n), n2 = n - n1;
    T *y = s + n1 * ld, *s2 = y + n1;
    const rao_mat view = rao_mat_view(sizeof(T) == sizeof(float) ? RAO_F32 : RAO_F64, n2, n2, ld, s2);
    NAME(divide)(s, leaves, y, n2, n1, ld, work);
    NAME(invert)(s, leaves, n1, ld, work);
    NAME(invert)(s2, leaves + n1 * LEAF, n2, ld, work);
    la_mirror(&view);
    NAME(product)(n2, n1, n2, 1, s2, ld, y, ld, 0, work, n1);
    NAME(add_product)(y, work, n2, n1, ld, s);
    for (int64_t i = 0; i < n2; i++)
        for (int64_t j = 0; j < n1; j++) y[i * ld + j] = -work[i * n1 + j];
}

/* memory: LEAF n entries for the inverses of the diagonal blocks, then first_half(n) (n - first_half(n)) for products. */
static void NAME(inverse)(const rao_mat *m, T *memory) {
    T *s = m->data, *work = memory + leaves_of(m->rows) * LEAF * LEAF;
    for (int64_t i = 0; i < m->rows; i += LEAF)
        NAME(invert_leaf)(s + i * (m->ld + 1), m->rows - i < LEAF ? m->rows - i : LEAF, m->ld, memory + i * LEAF);
    NAME(invert)(s, memory, m->rows, m->ld, work);
}
