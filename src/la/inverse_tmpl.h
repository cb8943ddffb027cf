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

static rao_mat NAME(part)(const T *data, int64_t rows, int64_t cols, int64_t ld) {
    return rao_mat_view(sizeof(T) == sizeof(float) ? RAO_F32 : RAO_F64, rows, cols, ld, (void *)data);
}

/* C (m x n) = alpha A (m x k) B (k x n) + beta C, on the thread that calls. */
static rao_status NAME(product)(rao_ctx *ctx, int64_t m, int64_t n, int64_t k, T alpha, const T *a, int64_t lda, const T *b, int64_t ldb,
                                T beta, T *c, int64_t ldc) {
    const rao_mat am = NAME(part)(a, m, k, lda), bm = NAME(part)(b, k, n, ldb);
    rao_mat cm = NAME(part)(c, m, n, ldc);
    return la_gemm_whole(ctx, RAO_N, RAO_N, alpha, &am, &bm, beta, &cm);
}

/* Y := Y L^-1 for Y m x n, with the inverses of L's diagonal blocks in m: [Y1 Y2] [L1 0; L21 L2]^-1 = [(Y1 - Y2 L2^-1 L21) L1^-1, Y2 L2^-1]. */
static rao_status NAME(divide)(rao_ctx *ctx, const T *l, const T *leaves, T *y, int64_t m, int64_t n, int64_t ld, T *work) {
    rao_status st;
    if (n <= LEAF) {
        RAO_TRY(NAME(product)(ctx, m, n, n, 1, y, ld, leaves, LEAF, 0, work, n));
        for (int64_t i = 0; i < m; i++) memcpy(y + i * ld, work + i * n, (size_t)n * sizeof(T));
        return RAO_OK;
    }
    const int64_t n1 = first_half(n), n2 = n - n1;
    RAO_TRY(NAME(divide)(ctx, l + n1 * ld + n1, leaves + n1 * LEAF, y + n1, m, n2, ld, work));
    RAO_TRY(NAME(product)(ctx, m, n1, n2, -1, y + n1, ld, l + n1 * ld, ld, 1, y, ld));
    RAO_TRY(NAME(divide)(ctx, l, leaves, y, m, n1, ld, work));
done:
    return st;
}

typedef struct NAME(step) { /* of the recursion, for the threads of the context: L1, Y and what is worked on */
    const T *leaves;
    T *s, *y, *work;
    int64_t n1, n2, ld, rows;
} NAME(step);

static rao_status NAME(divide_rows)(rao_ctx *worker, int64_t block, void *arg) {
    const NAME(step) *p = arg;
    const int64_t first = block * p->rows, rows = rao_block_end(p->n2, p->rows, block) - first;
    return NAME(divide)(worker, p->s, p->leaves, p->y + first * p->ld, rows, p->n1, p->ld, p->work + first * LEAF);
}

/* The lower triangle of S += Y^T Z for Y, Z n2 x n1 (Z = work, packed), whose product is symmetric: in panels of rows up to their
 * diagonal block, the longest first. */
static rao_status NAME(add_panel)(rao_ctx *worker, int64_t block, void *arg) {
    const NAME(step) *p = arg;
    const int64_t first = (rao_block_count(p->n1, PANEL) - 1 - block) * PANEL, last = first + PANEL < p->n1 ? first + PANEL : p->n1;
    const rao_mat y = NAME(part)(p->y + first, p->n2, last - first, p->ld), z = NAME(part)(p->work, p->n2, last, p->n1);
    rao_mat s = NAME(part)(p->s + first * p->ld, last - first, last, p->ld);
    return la_gemm_whole(worker, RAO_T, RAO_N, 1, &y, &z, 1, &s);
}

/* s holds L and gets the lower triangle of (L L^T)^-1. */
static rao_status NAME(invert)(rao_ctx *ctx, T *s, const T *leaves, int64_t n, int64_t ld, T *work) {
    rao_status st;
    if (n <= LEAF) {
        NAME(square_leaf)(leaves, n, s, ld);
        return RAO_OK;
    }
    const int64_t n1 = first_half(n), n2 = n - n1;
    T *y = s + n1 * ld, *s2 = y + n1;
    const rao_mat view = NAME(part)(s2, n2, n2, ld), above = NAME(part)(y, n2, n1, ld);
    rao_mat below = NAME(part)(work, n2, n1, n1);
    NAME(step) p = {leaves, s, y, work, n1, n2, ld, la_row_block(n2, n1, n1 / 2)};
    RAO_TRY(rao_parallel_for(ctx, rao_block_count(n2, p.rows), NAME(divide_rows), &p));
    RAO_TRY(NAME(invert)(ctx, s, leaves, n1, ld, work));
    RAO_TRY(NAME(invert)(ctx, s2, leaves + n1 * LEAF, n2, ld, work));
    la_mirror(&view);
    RAO_TRY(rao_gemm(ctx, RAO_N, RAO_N, 1, &view, &above, 0, &below));
    RAO_TRY(rao_parallel_for(ctx, rao_block_count(n1, PANEL), NAME(add_panel), &p));
    for (int64_t i = 0; i < n2; i++)
        for (int64_t j = 0; j < n1; j++) y[i * ld + j] = -work[i * n1 + j];
done:
    return st;
}

/* Panels of leaves: the one loop that changes nothing in S comes first, so that threads that cannot be had fail before it changes. */
static rao_status NAME(invert_leaves)(rao_ctx *worker, int64_t block, void *arg) {
    const NAME(step) *p = arg;
    (void)worker;
    for (int64_t i = block * PANEL; i < rao_block_end(p->n1, PANEL, block); i += LEAF)
        NAME(invert_leaf)(p->s + i * (p->ld + 1), p->n1 - i < LEAF ? p->n1 - i : LEAF, p->ld, p->work + i * LEAF);
    return RAO_OK;
}

/* memory: LEAF n entries for the inverses of the diagonal blocks, then first_half(n) (n - first_half(n)) for products. */
static rao_status NAME(inverse)(rao_ctx *ctx, const rao_mat *m, T *memory) {
    NAME(step) p = {.s = m->data, .work = memory, .n1 = m->rows, .ld = m->ld};
    rao_status st;
    RAO_TRY(rao_parallel_for(ctx, rao_block_count(m->rows, PANEL), NAME(invert_leaves), &p));
    RAO_TRY(NAME(invert)(ctx, m->data, memory, m->rows, m->ld, memory + leaves_of(m->rows) * LEAF * LEAF));
done:
    return st;
}
