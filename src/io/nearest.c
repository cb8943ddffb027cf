/* nearest.c - the double nearest to w 10^e, in integers.
 *
 * With w up to 2^53 and e within 22 one multiplication or division of exact doubles is correctly rounded (Clinger 1990, "How to read
 * floating point numbers accurately"). Beyond that a power of ten is known as G with 10^e / 2^r in (G - 1, G], and w, moved up to 64
 * bits, as W: then p = floor(W G / 2^64) is less than one away from the true product on either side. The first 53 bits of p are the
 * answer, rounded by what lies behind them, unless that is exactly one half, where one unit of p decides: a tie, or nearly one, which is left to
 * who has all digits. O(1). */
#include "io/shortest.h"

#include <float.h>
#include <string.h>

_Static_assert(FLT_EVAL_METHOD == 0, "the short path needs operations rounded to double");

static int leading_zeros(uint64_t w) {
    int n = 0;
    for (int step = 32; step; step /= 2)
        if (!(w >> (64 - step))) w <<= step, n += step;
    return n;
}

static int from_power(uint64_t w, int e, double *value) {
    int shift = leading_zeros(w);
    u128 p = io_times_power(io_power_of_ten(e), w << shift);
    int spare = 10 + (int)(p.high >> 63); /* bits of p.high behind the first 53 */
    uint64_t rest = p.high & (((uint64_t)1 << spare) - 1), half = (uint64_t)1 << (spare - 1);
    if (rest == half && p.low == 0) return 0;
    uint64_t mantissa = (p.high >> spare) + (rest >= half); /* 2^52 to 2^53, both included */
    int biased = spare + 1 + io_log2_of_ten(e) - shift + 1075;
    if (biased < 1 || biased > 2045) return 0;
    uint64_t bits = ((uint64_t)biased << 52) + (mantissa - ((uint64_t)1 << 52)); /* of 2^53 the exponent goes up by itself */
    memcpy(value, &bits, sizeof bits);
    return 1;
}

int io_nearest(uint64_t digits, int64_t exponent, double *value) {
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (digits <= (uint64_t)1 << 53 && exponent >= -22 && exponent <= 22) {
        *value = exponent < 0 ? (double)digits / powers[-exponent] : (double)digits * powers[exponent];
        return 1;
    }
    if (digits == 0) return *value = 0, 1;
    if (exponent < IO_POWER_MIN || exponent > IO_POWER_MAX) return 0;
    return from_power(digits, (int)exponent, value);
}
