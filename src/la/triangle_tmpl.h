/* triangle_tmpl.h - included by triangle.c with T and NAME defined. */

/* One tile: dst(j, i) = src(i, j) for a tile of `rows` x `cols`. Whole tiles go through a buffer, so that both the reads and the
 * writes run along rows and the transposition itself happens in the first-level cache. */
static void NAME(tile)(const T *restrict src, int64_t ld_src, T *restrict dst, int64_t ld_dst, int64_t rows, int64_t cols) {
    for (int64_t j = 0; j < cols; j++) {
        T *restrict out = dst + j * ld_dst;
        for (int64_t i = 0; i < rows; i++) out[i] = src[i * ld_src + j];
    }
}

static void NAME(mirror)(T *a, int64_t n, int64_t ld) {
    for (int64_t i0 = 0; i0 < n; i0 += TILE) {
        int64_t rows = n - i0 < TILE ? n - i0 : TILE;
        for (int64_t j0 = 0; j0 < i0; j0 += TILE) NAME(tile)(a + i0 * ld + j0, ld, a + j0 * ld + i0, ld, rows, TILE);
        for (int64_t i = i0; i < i0 + rows; i++)
            for (int64_t j = i0; j < i; j++) a[j * ld + i] = a[i * ld + j];
    }
}

static void NAME(transpose)(const T *src, int64_t ld_src, T *dst, int64_t ld_dst, int64_t n) {
    for (int64_t i = 0; i < n; i += TILE)
        for (int64_t j = 0; j < n; j += TILE) NAME(tile)
    (src + i * ld_src + j, ld_src, dst + j * ld_dst + i, ld_dst, n - i < TILE ? n - i : TILE, n - j < TILE ? n - j : TILE);
}

static void NAME(copy_lower)(const T *src, int64_t ld_src, T *dst, int64_t ld_dst, int64_t n) {
    for (int64_t i = 0; i < n; i++) memcpy(dst + i * ld_dst, src + i * ld_src, (size_t)(i + 1) * sizeof(T));
}

/* Row by row, so that the compiler may test a row in vectors; the entry is looked for only in a row that has one. */
static int NAME(finite_lower)(const T *a, int64_t n, int64_t ld, int64_t *row, int64_t *col) {
    for (int64_t i = 0; i < n; i++) {
        const T *r = a + i * ld;
        int bad = 0;
        for (int64_t j = 0; j <= i; j++) bad |= !(r[j] - r[j] == 0);
        if (!bad) continue;
        for (*row = i, *col = 0; isfinite(r[*col]); ++*col) {}
        return 0;
    }
    return 1;
}
