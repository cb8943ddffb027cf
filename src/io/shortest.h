/* io/shortest.h - from a double to its shortest decimal, and back: both from one table of powers of ten. */
#ifndef RAO_IO_SHORTEST_H
#define RAO_IO_SHORTEST_H

#include <stdint.h>

typedef struct shortest {
    uint64_t digits; /* value = digits * 10^exponent */
    int exponent;
} shortest;

/* Of all decimals that round to `value`, one with the fewest digits; of those the nearest to it. value > 0 and finite. */
shortest io_shortest(double value);

/* *value = the double nearest to digits * 10^exponent. 0: undecided, a halfway point or a value outside the normal range (nearest.c). */
int io_nearest(uint64_t digits, int64_t exponent, double *value);

/* ---- powers.c ---- */

enum { IO_POWER_MIN = -292, IO_POWER_MAX = 324 };
/* ceil(10^k / 2^r), high and low 64 bits, with r = floor(log2(10^k)) - 127. */
const uint64_t *io_power_of_ten(int k);

/* floor(log2(10^k)), held to the truth over the range by tools/powers_of_ten.py. A negative number shifts arithmetically in every
 * compiler we know. */
static inline int io_log2_of_ten(int k) { return (k * 1741647) >> 19; }

typedef struct u128 {
    uint64_t high, low;
} u128;

static inline u128 io_product(uint64_t a, uint64_t b) {
    uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    uint64_t low = a0 * b0, cross = a1 * b0 + (low >> 32), middle = a0 * b1 + (uint32_t)cross;
    return (u128){a1 * b1 + (cross >> 32) + (middle >> 32), middle << 32 | (uint32_t)low};
}

/* floor(g x / 2^64) of a power g. */
static inline u128 io_times_power(const uint64_t g[2], uint64_t x) {
    uint64_t carry = io_product(g[1], x).high;
    u128 p = io_product(g[0], x);
    p.low += carry;
    p.high += p.low < carry;
    return p;
}

#endif
