/* planes_avx2.c - distances in half-planes for x86-64-v3. */
#define PLANES_DISTANCES planes_avx2
#define PLANES_GATHER planes_gather_avx2
#include "manifold/planes_tmpl.h"
