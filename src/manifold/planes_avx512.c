/* planes_avx512.c - distances in half-planes for x86-64-v4. */
#define PLANES_DISTANCES planes_avx512
#define PLANES_GATHER planes_gather_avx512
#include "manifold/planes_tmpl.h"
