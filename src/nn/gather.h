/* nn/gather.h - the cases of a batch out of a data set: rows[i], or first + i where `rows` is NULL. All views of one number type; the rows
 * exist. */
#ifndef RAO_NN_GATHER_H
#define RAO_NN_GATHER_H

#include <rao/la.h>

/* Row i of `into` is that case. */
void gather_rows(const rao_mat *from, const int64_t *rows, int64_t first, rao_mat *into);
/* Column i of `into` is that case. */
void gather_across(const rao_mat *from, const int64_t *rows, int64_t first, rao_mat *into);

#endif
