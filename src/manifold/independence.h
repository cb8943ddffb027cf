/* independence.h - the set of laws under which groups of coordinates, or the axes of a table, are independent. */
#ifndef RAO_MANIFOLD_INDEPENDENCE_H
#define RAO_MANIFOLD_INDEPENDENCE_H

#include "manifold/manifold.h"

/* The state of the projection onto independence of the blocks of `onto`; checks them. EUNABLE for other families than mvn and categorical. */
rao_status rao_onto_independence(rao_ctx *ctx, const rao_family *f, rao_projection kind, const rao_onto *onto, const double *p, double *s);
/* Digit `axis` of a class in the table's shape, first axis slowest. */
int64_t rao_table_digit(const rao_onto *onto, int64_t class, int64_t axis);

#endif
