/* planes_generic.c - distances in half-planes for any machine. */
#define PLANES_KERNEL planes_generic
#include "manifold/planes_tmpl.h"
