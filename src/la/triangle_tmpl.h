/* triangle_tmpl.h - included by triangle.c with T and NAME defined. */

/* dst(j, i) = src(i, j) for one tile. It passes through a buffer, so that every line of src and of dst is touched once: with a leading
 * dimension that is a power of two, all rows of a tile share one set of the first-level cache. */
static void NAME(tile)(const T *src, int64_t ld_src, T *dst, int64_t ld_dst, int64_t rows, int64_t cols) {
    T buffer[TILE * TILE];
    for (int64_t i = 0; i < rows; i++) memcpy(buffer + i * TILE, src + i * ld_src, (size_t)cols * sizeof(T));
    for (int64_t j = 0; j < cols; j++) {
        T *restrict out = dst + j * ld_dst;
        if (rows == TILE)
            for (int i = 0; i < TILE; i++) out[i] = buffer[i * TILE + j];
        else
            for (int64_t i = 0; i < rows; i++) out[i] = buffer[i * TILE + j];
    }
}

static int64_t NAME(rest)(int64_t n, int64_t from) { return n - from < TILE ? n - from : TILE; }

/* dst's upper triangle from src's lower one (lower = 1), or dst's lower from src's upper; the diagonal too. src may be dst. */
static void NAME(flip)(int lower, const T *src, int64_t ld_src, T *dst, int64_t ld_dst, int64_t n) {
    for (int64_t i0 = 0; i0 < n; i0 += TILE) {
        const int64_t rows = NAME(rest)(n, i0);
        for (int64_t j0 = 0; j0 < i0; j0 += TILE) {
            if (lower) NAME(tile)(src + i0 * ld_src + j0, ld_src, dst + j0 * ld_dst + i0, ld_dst, rows, TILE);
            else NAME(tile)(src + j0 * ld_src + i0, ld_src, dst + i0 * ld_dst + j0, ld_dst, TILE, rows);
        }
        for (int64_t i = i0; i < i0 + rows; i++)
            for (int64_t j = i0; j <= i; j++) {
                if (lower) dst[j * ld_dst + i] = src[i * ld_src + j];
                else dst[i * ld_dst + j] = src[j * ld_src + i];
            }
    }
}

static void NAME(transpose)(const T *src, int64_t ld_src, T *dst, int64_t ld_dst, int64_t n) {
    for (int64_t i = 0; i < n; i += TILE)
        for (int64_t j = 0; j < n; j += TILE)
            NAME(tile)(src + i * ld_src + j, ld_src, dst + j * ld_dst + i, ld_dst, NAME(rest)(n, i), NAME(rest)(n, j));
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
