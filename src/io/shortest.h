/* io/shortest.h - the shortest decimal of a double. */
#ifndef RAO_IO_SHORTEST_H
#define RAO_IO_SHORTEST_H

#include <stdint.h>

typedef struct shortest {
    uint64_t digits; /* value = digits * 10^exponent */
    int exponent;
} shortest;

/* Of all decimals that round to `value`, one with the fewest digits; of those the nearest to it. value > 0 and finite. */
shortest io_shortest(double value);

#endif
