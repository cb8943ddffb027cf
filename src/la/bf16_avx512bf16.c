/* bf16_avx512bf16.c - the bfloat16 kernels for AVX512-BF16. No compiler makes vdpbf16ps of plain C, so these are intrinsics. */
#include "la/bf16.h"

#if defined(__AVX512BF16__)
#include <immintrin.h>

static __mmask16 first(int64_t n) { return n >= 16 ? 0xffff : n <= 0 ? 0 : (__mmask16)((1u << n) - 1); }

/* 8 x 8 words, row i in r[i], to columns in r[i]. */
static inline void transpose(__m256i r[8]) {
    __m256i a[8], b[8];
    for (int i = 0; i < 4; i++) {
        a[2 * i] = _mm256_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
        a[2 * i + 1] = _mm256_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
    }
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++) {
            b[4 * i + 2 * j] = _mm256_unpacklo_epi64(a[4 * i + j], a[4 * i + 2 + j]);
            b[4 * i + 2 * j + 1] = _mm256_unpackhi_epi64(a[4 * i + j], a[4 * i + 2 + j]);
        }
    for (int i = 0; i < 4; i++) {
        r[i] = _mm256_permute2x128_si256(b[i], b[4 + i], 0x20);
        r[4 + i] = _mm256_permute2x128_si256(b[i], b[4 + i], 0x31);
    }
}

/* Eight pairs of eight lanes at a time. */
static void pack_rows(const float *x, int64_t ld, int64_t lanes, int64_t k, const float *shift, uint32_t *out, int64_t stride) {
    for (int64_t at = 0; at < k; at += 16) {
        __m256i r[8];
        const __mmask16 there = first(k - at);
        const __m512 less = shift ? _mm512_maskz_loadu_ps(there, shift + at) : _mm512_setzero_ps();
        for (int i = 0; i < 8; i++) {
            const __mmask16 here = i < lanes ? there : 0;
            const __m512 row = _mm512_maskz_loadu_ps(here, x + (i < lanes ? i * ld : 0) + at);
            r[i] = (__m256i)_mm512_cvtneps_pbh(_mm512_maskz_sub_ps(here, row, less));
        }
        transpose(r);
        const int64_t pairs = (k - at + 1) / 2 < 8 ? (k - at + 1) / 2 : 8;
        for (int64_t p = 0; p < pairs; p++) _mm256_storeu_si256((__m256i *)(void *)(out + (at / 2 + p) * stride), r[p]);
    }
}

/* Up to sixteen numbers of a row, less the shift, each in the lower half of a word. */
static inline __m512i widened(__mmask16 there, const float *x, __m512 less) {
    return _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(_mm512_maskz_sub_ps(there, _mm512_maskz_loadu_ps(there, x), less)));
}

static inline __m512i pair_of(__mmask16 there, const float *even, int64_t ld, int has_odd, __m512 less) {
    __m512i odd = has_odd ? _mm512_slli_epi32(widened(there, even + ld, less), 16) : _mm512_setzero_si512();
    return _mm512_or_si512(widened(there, even, less), odd);
}

static void pack_columns(const float *x, int64_t ld, int64_t lanes, int64_t k, const float *shift, uint32_t *out, int64_t stride) {
    const __mmask16 there = first(lanes);
    const __m512 less = shift ? _mm512_maskz_loadu_ps(there, shift) : _mm512_setzero_ps();
    for (int64_t p = 0; p < (k + 1) / 2; p++) {
        __m512i both = pair_of(there, x + 2 * p * ld, ld, 2 * p + 1 < k, less);
        _mm256_storeu_si256((__m256i *)(void *)(out + p * stride), _mm512_castsi512_si256(both));
    }
}

static void pack_columns_16(const float *x, int64_t ld, int64_t k, const float *shift, uint32_t *out, uint32_t *next, int64_t stride) {
    const __m512 less = shift ? _mm512_loadu_ps(shift) : _mm512_setzero_ps();
    for (int64_t p = 0; p < (k + 1) / 2; p++) {
        __m512i both = pair_of(0xffff, x + 2 * p * ld, ld, 2 * p + 1 < k, less);
        _mm256_storeu_si256((__m256i *)(void *)(out + p * stride), _mm512_castsi512_si256(both));
        _mm256_storeu_si256((__m256i *)(void *)(next + p * stride), _mm512_extracti64x4_epi64(both, 1));
    }
}

/* 8 x 16 W of C: 8 W sums, W vectors of the right and one broadcast word of the left live in registers. */
static inline __attribute__((always_inline)) void tile_of(const int W, int64_t pairs, const uint32_t *left, const uint32_t *right, int add,
                                                          int64_t rows, int64_t cols, float *c, int64_t ldc) {
    __m512 sum[8][3];
    for (int i = 0; i < 8; i++)
        for (int w = 0; w < W; w++)
            sum[i][w] = add && i < rows ? _mm512_maskz_loadu_ps(first(cols - 16 * w), c + i * ldc + 16 * w) : _mm512_setzero_ps();
    for (int64_t p = 0; p < pairs; p++, left += 8, right += 16 * W) {
        __m512bh y[3];
        for (int w = 0; w < W; w++) y[w] = (__m512bh)_mm512_loadu_si512(right + 16 * w);
#pragma GCC unroll 8
        for (int i = 0; i < 8; i++) {
            const __m512bh x = (__m512bh)_mm512_set1_epi32((int)left[i]);
#pragma GCC unroll 3
            for (int w = 0; w < W; w++) sum[i][w] = _mm512_dpbf16_ps(sum[i][w], x, y[w]);
        }
    }
    for (int i = 0; i < 8; i++)
        for (int w = 0; w < W; w++)
            if (i < rows) _mm512_mask_storeu_ps(c + i * ldc + 16 * w, first(cols - 16 * w), sum[i][w]);
}

static void tile(int64_t pairs, const uint32_t *left, const uint32_t *right, int64_t width, int add, int64_t rows, int64_t cols, float *c,
                 int64_t ldc) {
    if (width == 48) tile_of(3, pairs, left, right, add, rows, cols, c, ldc);
    else if (width == 32) tile_of(2, pairs, left, right, add, rows, cols, c, ldc);
    else tile_of(1, pairs, left, right, add, rows, cols, c, ldc);
}

static const la_bf16_kernels kernels = {pack_rows, pack_columns, pack_columns_16, tile};
const la_bf16_kernels *la_bf16_avx512(void) { return &kernels; }
#else
const la_bf16_kernels *la_bf16_avx512(void) { return NULL; }
#endif
