/* shortest.c - the shortest decimal of a double, in integers (Giulietti 2020, "The Schubfach way to render doubles").
 *
 * value = c 2^q. Every decimal between the halfway points to its neighbours, (c -+ 1/2) 2^q, reads back as it (the halfway points too when c is
 * even). With k the largest power for which 10^k is no longer than that interval, one or two multiples of 10^k lie in it, and at
 * most one of 10^(k+1): those are looked at. All bounds are scaled by 4 * 10^-k; a product with a 128-bit power of ten, rounded to
 * odd, is exact enough to compare with integers, which the paper proves. O(1), no division but by ten. */
#include "io/shortest.h"

#include <float.h>
#include <string.h>

_Static_assert(DBL_MANT_DIG == 53 && DBL_MAX_EXP == 1024, "double is IEEE 754 binary64");

/* g x / 2^128 with its last bit set when anything was cut off that counts ("round to odd"). */
static uint64_t scale(const uint64_t g[2], uint64_t x) {
    u128 p = io_times_power(g, x);
    return p.high | (p.low > 1);
}

/* floor(log10(2^q)), floor(log10(3/4 2^q)): held to the truth over their whole range by tools/powers_of_ten.py. */
static int log10_of_power(int q) { return (q * 1262611) >> 22; }
static int log10_of_three_quarters(int q) { return (q * 1262611 - 524031) >> 22; }

shortest io_shortest(double value) {
    uint64_t bits, fraction_mask = ((uint64_t)1 << 52) - 1;
    memcpy(&bits, &value, sizeof bits);
    uint64_t fraction = bits & fraction_mask;
    int biased = (int)(bits >> 52 & 2047), q = (biased ? biased : 1) - 1075;
    uint64_t c = biased ? fraction | (fraction_mask + 1) : fraction;
    int narrow = fraction == 0 && biased > 1; /* at a power of two the neighbour below is half as far */

    int k = narrow ? log10_of_three_quarters(q) : log10_of_power(q), h = q + io_log2_of_ten(-k) + 1, odd = c & 1;
    const uint64_t *g = io_power_of_ten(-k);
    uint64_t low = scale(g, (4 * c - 2 + (uint64_t)narrow) << h) + (uint64_t)odd; /* an odd c does not reach its halfway points */
    uint64_t middle = scale(g, (4 * c) << h);
    uint64_t high = scale(g, (4 * c + 2) << h) - (uint64_t)odd;

    uint64_t s = middle / 4, tens = s / 10;
    if (s >= 10) {
        int below = low <= 40 * tens, above = 40 * tens + 40 <= high;
        if (below != above) return (shortest){tens + (uint64_t)above, k + 1};
    }
    int below = low <= 4 * s, above = 4 * s + 4 <= high;
    if (below != above) return (shortest){s + (uint64_t)above, k};
    int up = middle > 4 * s + 2 || (middle == 4 * s + 2 && (s & 1)); /* both lie inside: the nearer, of equals the even */
    return (shortest){s + (uint64_t)up, k};
}
