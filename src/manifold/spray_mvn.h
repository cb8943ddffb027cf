/* spray_mvn.h - multivariate normals as a spray, of pairs in a frame with the shift of the means along the first axis (spray.h; push is not there). */
#ifndef RAO_MANIFOLD_SPRAY_MVN_H
#define RAO_MANIFOLD_SPRAY_MVN_H

#include "manifold/spray.h"

extern const spray rao_spray_mvn;

#endif
