/* small_tmpl.h - products with one side of a few dozen and the other as long as a batch, for one number type T: the entries of the long side
 * lie in the lanes of vectors, the short sides are broadcast or held in registers, and nothing is packed. A general product packs both
 * operands, which at 10 x 7 x 256 costs more than the product. One strip of two vectors of columns, or one tile of rows and columns, is a
 * whole in registers; what is left behind the last whole strip is copied into one that is padded with zeros, so every column of a result
 * goes through the same operations wherever it lies. */

#ifndef RAO_BACKEND_SMALL
#define RAO_BACKEND_SMALL
#if defined(__AVX512F__)
enum { VECTOR = 64, TILE_ROWS = 4, TILE_COLS = 4 };
#elif defined(__AVX2__)
enum { VECTOR = 32, TILE_ROWS = 2, TILE_COLS = 4 };
#else
enum { VECTOR = 16, TILE_ROWS = 2, TILE_COLS = 4 };
#endif
enum { STRIP_ROWS = 4 }; /* with two vectors each: 8 sums, as many as the latency of a fused multiply-add asks for */
#define INLINE static inline __attribute__((always_inline))
#if defined(__clang__)
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 16")
#endif
/* call(1), call(2), .. by a count below `most`: constants, so that their loops unroll and their sums stay in registers */
#define BY_COUNT(count, call) \
    switch (count) {          \
    case 1: call(1); break;   \
    case 2: call(2); break;   \
    case 3: call(3); break;   \
    default: break;           \
    }
#endif

typedef T NAME(lanes) __attribute__((vector_size(VECTOR)));
enum { NAME(LANES) = VECTOR / (int)sizeof(T), NAME(STRIP) = 2 * NAME(LANES) };

INLINE NAME(lanes) NAME(load)(const T *p) {
    NAME(lanes) v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* ---- C = op(A) B -------------------------------------------------------------------------------------------------- */

/* `rows` rows of one strip of C; entry (i, l) of op(A) lies at a[i down + l along]. */
INLINE void NAME(strip)(int rows, int64_t k, const T *a, int64_t down, int64_t along, const T *b, int64_t ldb, T *c, int64_t ldc) {
    NAME(lanes) left[STRIP_ROWS], right[STRIP_ROWS];
    UNROLLED for (int i = 0; i < rows; i++) left[i] = right[i] = (NAME(lanes)){0};
    for (int64_t l = 0; l < k; l++) {
        const NAME(lanes) b0 = NAME(load)(b + l * ldb), b1 = NAME(load)(b + l * ldb + NAME(LANES));
        UNROLLED for (int i = 0; i < rows; i++) {
            const T by = a[i * down + l * along];
            left[i] += by * b0;
            right[i] += by * b1;
        }
    }
    UNROLLED for (int i = 0; i < rows; i++) {
        memcpy(c + i * ldc, &left[i], sizeof left[i]);
        memcpy(c + i * ldc + NAME(LANES), &right[i], sizeof right[i]);
    }
}

static void NAME(strips)(int64_t m, int64_t k, int64_t n, const T *a, int64_t down, int64_t along, const T *b, int64_t ldb, T *c,
                         int64_t ldc) {
    for (int64_t j = 0; j < n; j += NAME(STRIP)) {
        int64_t i = 0;
#define ROWS(rows) NAME(strip)(rows, k, a + i * down, down, along, b + j, ldb, c + i * ldc + j, ldc)
        for (; i + STRIP_ROWS <= m; i += STRIP_ROWS) ROWS(STRIP_ROWS);
        BY_COUNT(m - i, ROWS)
#undef ROWS
    }
}

/* The `rest` columns behind the last whole strip. */
static void NAME(last_strip)(int64_t m, int64_t k, int64_t rest, const T *a, int64_t down, int64_t along, const T *b, int64_t ldb, T *c,
                             int64_t ldc) {
    T in[RAO_SMALL_SIDE][NAME(STRIP)] = {{0}}, out[RAO_SMALL_SIDE][NAME(STRIP)];
    for (int64_t l = 0; l < k; l++)
        for (int64_t j = 0; j < rest; j++) in[l][j] = b[l * ldb + j];
    NAME(strips)(m, k, NAME(STRIP), a, down, along, *in, NAME(STRIP), *out, NAME(STRIP));
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < rest; j++) c[i * ldc + j] = out[i][j];
}

static void NAME(wide)(rao_trans ta, int64_t m, int64_t k, int64_t n, const void *a, int64_t lda, const void *b, int64_t ldb, void *c,
                       int64_t ldc) {
    const int64_t down = ta ? 1 : lda, along = ta ? lda : 1, whole = n - n % NAME(STRIP);
    NAME(strips)(m, k, whole, a, down, along, b, ldb, c, ldc);
    if (whole < n) NAME(last_strip)(m, k, n - whole, a, down, along, (const T *)b + whole, ldb, (T *)c + whole, ldc);
}

/* ---- A B^T -------------------------------------------------------------------------------------------------------- */

/* Of x and y the sums of lanes l and l ^ half: those of x where l has not the bit `half`, those of y where it has. */
INLINE NAME(lanes) NAME(merge)(NAME(lanes) x, NAME(lanes) y, int half) {
#if defined(__clang__)
    NAME(lanes) sum = x;
    for (int l = 0; l < NAME(LANES); l++) sum[l] = l & half ? y[l] + y[l ^ half] : x[l] + x[l ^ half];
    return sum;
#else
    typedef BITS NAME(order) __attribute__((vector_size(VECTOR)));
    NAME(order) own, other;
    UNROLLED for (int l = 0; l < NAME(LANES); l++) {
        const BITS from = l & half ? NAME(LANES) : 0;
        own[l] = from + l, other[l] = from + (l ^ half);
    }
    return __builtin_shuffle(x, y, own) + __builtin_shuffle(x, y, other);
#endif
}

/* The sums of the lanes of LANES vectors, that of v[l] in lane l of v[0], by halves: lane l and lane l ^ 8, then l ^ 4, .. Bounds are constants, so that all
 * of it unrolls. */
INLINE void NAME(merge_all)(NAME(lanes) * v) {
    UNROLLED for (int level = 0; level < 4; level++) UNROLLED for (int i = 0; i < 8; i++) {
        const int half = NAME(LANES) / 2 >> level;
        if (i < half) v[i] = NAME(merge)(v[i], v[i + half], half);
    }
}

/* One tile over n columns of A and B, whole vectors, added to `sums`. */
INLINE void NAME(tile)(int rows, int cols, int64_t n, const T *a, int64_t lda, const T *b, int64_t ldb, T *sums, int64_t lds) {
    NAME(lanes) sum[16], x[4];
    UNROLLED for (int i = 0; i < 16; i++) sum[i] = (NAME(lanes)){0};
    for (int64_t l = 0; l < n; l += NAME(LANES)) {
        UNROLLED for (int i = 0; i < rows; i++) x[i] = NAME(load)(a + i * lda + l);
        UNROLLED for (int j = 0; j < cols; j++) {
            const NAME(lanes) y = NAME(load)(b + j * ldb + l);
            UNROLLED for (int i = 0; i < rows; i++) sum[i * cols + j] += x[i] * y;
        }
    }
    UNROLLED for (int at = 0; at < 16; at++) {
        if (at % NAME(LANES) == 0 && at < rows * cols) NAME(merge_all)(sum + at);
        if (at < rows * cols) sums[at / cols * lds + at % cols] += sum[at - at % NAME(LANES)][at % NAME(LANES)];
    }
}

INLINE void NAME(tiles_across)(int rows, int64_t k, int64_t n, const T *a, int64_t lda, const T *b, int64_t ldb, T *sums, int64_t lds) {
    int64_t j = 0;
#define COLS(cols) NAME(tile)(rows, cols, n, a, lda, b + j * ldb, ldb, sums + j, lds)
    for (; j + TILE_COLS <= k; j += TILE_COLS) COLS(TILE_COLS);
    BY_COUNT(k - j, COLS)
#undef COLS
}

static void NAME(tiles)(int64_t m, int64_t k, int64_t n, const T *a, int64_t lda, const T *b, int64_t ldb, T *sums, int64_t lds) {
    int64_t i = 0;
#define ROWS(rows) NAME(tiles_across)(rows, k, n, a + i * lda, lda, b, ldb, sums + i * lds, lds)
    for (; i + TILE_ROWS <= m; i += TILE_ROWS) ROWS(TILE_ROWS);
    BY_COUNT(m - i, ROWS)
#undef ROWS
}

/* The columns behind the last whole vector, padded with zeros. */
static void NAME(pad)(int64_t rows, int64_t rest, const T *x, int64_t ldx, T *padded) {
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < NAME(LANES); j++) padded[i * NAME(LANES) + j] = j < rest ? x[i * ldx + j] : 0;
}

static void NAME(deep)(int64_t m, int64_t k, int64_t n, const void *a, int64_t lda, const void *b, int64_t ldb, void *sums) {
    T left[RAO_SMALL_SIDE * NAME(LANES)], right[RAO_SMALL_SIDE * NAME(LANES)];
    const int64_t rest = n % NAME(LANES), whole = n - rest;
    memset(sums, 0, (size_t)(m * k) * sizeof(T));
    NAME(tiles)(m, k, whole, a, lda, b, ldb, sums, k);
    if (!rest) return;
    NAME(pad)(m, rest, (const T *)a + whole, lda, left);
    NAME(pad)(k, rest, (const T *)b + whole, ldb, right);
    NAME(tiles)(m, k, NAME(LANES), left, NAME(LANES), right, NAME(LANES), sums, k);
}

/* ---- turning ------------------------------------------------------------------------------------------------------ */

/* Y = X^T: runs of rows whose number the compiler knows, gathered entry by entry into whole vectors. */
static void NAME(turn)(int64_t rows, int64_t cols, const void *xv, int64_t ldx, void *yv, int64_t ldy) {
    const T *restrict x = xv;
    T *restrict y = yv;
    enum { RUN = 16 };
    const int64_t whole = rows - rows % RUN;
    for (int64_t i = 0; i < whole; i += RUN)
        for (int64_t j = 0; j < cols; j++)
            for (int l = 0; l < RUN; l++) y[j * ldy + i + l] = x[(i + l) * ldx + j];
    for (int64_t i = whole; i < rows; i++)
        for (int64_t j = 0; j < cols; j++) y[j * ldy + i] = x[i * ldx + j];
}
