/* bf16_ref.c - the bfloat16 kernels in plain C: what the others are held to. */
#include "la/bf16.h"

#include <math.h>
#include <string.h>

/* To nearest, ties to even; below float's normal range to 0, as the instructions do; a NaN stays one. */
static uint32_t narrow(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    if (isnan(x)) return (bits >> 16) | 0x40;
    if ((bits & 0x7f800000) == 0) return (bits & 0x80000000) >> 16;
    return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}

static double widen(uint32_t half) {
    uint32_t bits = half << 16;
    float x;
    memcpy(&x, &bits, sizeof x);
    return (double)x;
}

static void pack(const float *x, int64_t lane, int64_t next, int64_t lanes, int64_t k, uint32_t *out, int64_t stride) {
    for (int64_t p = 0; p < (k + 1) / 2; p++)
        for (int64_t i = 0; i < LA_BF16_LANES; i++) {
            uint32_t even = i < lanes ? narrow(x[i * lane + 2 * p * next]) : 0;
            uint32_t odd = i < lanes && 2 * p + 1 < k ? narrow(x[i * lane + (2 * p + 1) * next]) : 0;
            out[p * stride + i] = even | odd << 16;
        }
}

static void pack_rows(const float *x, int64_t ld, int64_t lanes, int64_t k, uint32_t *out, int64_t stride) {
    pack(x, ld, 1, lanes, k, out, stride);
}
static void pack_columns(const float *x, int64_t ld, int64_t lanes, int64_t k, uint32_t *out, int64_t stride) {
    pack(x, 1, ld, lanes, k, out, stride);
}

static void pack_columns_16(const float *x, int64_t ld, int64_t k, uint32_t *out, uint32_t *next, int64_t stride) {
    pack(x, 1, ld, LA_BF16_LANES, k, out, stride);
    pack(x + LA_BF16_LANES, 1, ld, LA_BF16_LANES, k, next, stride);
}

static void tile(int64_t pairs, const uint32_t *left, const uint32_t *right, int64_t width, int add, int64_t rows, int64_t cols, float *c,
                 int64_t ldc) {
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < cols; j++) {
            double sum = add ? (double)c[i * ldc + j] : 0;
            for (int64_t p = 0; p < pairs; p++) {
                uint32_t x = left[p * LA_BF16_LANES + i], y = right[p * width + j];
                sum += widen(x & 0xffff) * widen(y & 0xffff) + widen(x >> 16) * widen(y >> 16);
            }
            c[i * ldc + j] = (float)sum;
        }
}

const la_bf16_kernels la_bf16_ref = {pack_rows, pack_columns, pack_columns_16, tile};
