/* planes_generic.c - distances in half-planes for any machine. */
#define PLANES_DISTANCES planes_generic
#define PLANES_GATHER planes_gather_generic
#include "manifold/planes_tmpl.h"
