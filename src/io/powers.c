/* powers.c - powers of ten in 128 bits. */
#include "io/shortest.h"

#include "io/powers_of_ten.h"

_Static_assert((int)POWER_MIN == (int)IO_POWER_MIN && (int)POWER_MAX == (int)IO_POWER_MAX, "the table is the one that the header tells of");

const uint64_t *io_power_of_ten(int k) { return powers_of_ten[k - POWER_MIN]; }
