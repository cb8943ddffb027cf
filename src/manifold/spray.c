/* spray.c - which family has which spray. */
#include "manifold/spray.h"

const spray *rao_spray_of(const rao_family *f) {
    const family_table *t = f->table;
    if (t == &rao_table_gamma || t == &rao_table_inverse_gamma) return &rao_spray_gamma;
    if (t == &rao_table_von_mises) return &rao_spray_von_mises;
    if (t == &rao_table_inverse_gaussian) return &rao_spray_inverse_gaussian;
    return t == &rao_table_beta || t == &rao_table_dirichlet ? &rao_spray_dirichlet : NULL;
}
