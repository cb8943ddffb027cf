/* make.h - a family by its name, dimension and the value of its fixed quantity, for tests. */
#ifndef TESTS_MANIFOLD_MAKE_H
#define TESTS_MANIFOLD_MAKE_H

#include "rao_test.h"
#include <rao/manifold.h>

static inline rao_family *make(rao_ctx *ctx, const char *name, int64_t dimension, double fixed) {
    rao_family *f = NULL;
    rao_family_opts o;
    rao_fixed given = {NULL, fixed};
    rao_family_opts_init(&o);
    o.dimension = dimension;
    for (int64_t i = 0; rao_family_list(i); i++)
        if (!strcmp(rao_family_list(i)->name, name)) given.name = rao_family_list(i)->fixed;
    if (given.name) o.fixed = &given, o.fixed_count = 1;
    OK(ctx, rao_family_create(ctx, name, &o, &f));
    return f;
}

#endif
