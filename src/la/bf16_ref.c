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

/* The number p of lane i at x[i lane + p next], less shift[i by_lane + p by_next]. */
typedef struct source {
    const float *x, *shift;
    int64_t lane, next, by_lane, by_next;
} source;

static uint32_t word_half(const source *s, int64_t i, int64_t p) {
    const float x = s->x[i * s->lane + p * s->next];
    return narrow(s->shift ? x - s->shift[i * s->by_lane + p * s->by_next] : x);
}

static void pack(const source *s, int64_t lanes, int64_t k, uint32_t *out, int64_t stride) {
    for (int64_t p = 0; p < (k + 1) / 2; p++)
        for (int64_t i = 0; i < LA_BF16_LANES; i++) {
            uint32_t even = i < lanes ? word_half(s, i, 2 * p) : 0, odd = i < lanes && 2 * p + 1 < k ? word_half(s, i, 2 * p + 1) : 0;
            out[p * stride + i] = even | odd << 16;
        }
}

static void pack_rows(const float *x, int64_t ld, int64_t lanes, int64_t k, const float *shift, uint32_t *out, int64_t stride) {
    pack(&(source){x, shift, ld, 1, 0, 1}, lanes, k, out, stride);
}
static void pack_columns(const float *x, int64_t ld, int64_t lanes, int64_t k, const float *shift, uint32_t *out, int64_t stride) {
    pack(&(source){x, shift, 1, ld, 1, 0}, lanes, k, out, stride);
}
static void pack_columns_16(const float *x, int64_t ld, int64_t k, const float *shift, uint32_t *out, uint32_t *next, int64_t stride) {
    pack_columns(x, ld, LA_BF16_LANES, k, shift, out, stride);
    pack_columns(x + LA_BF16_LANES, ld, LA_BF16_LANES, k, shift ? shift + LA_BF16_LANES : NULL, next, stride);
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
