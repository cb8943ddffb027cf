/* nn/source.h - what a data spec names, read but not yet split or scaled. */
#ifndef RAO_NN_SOURCE_H
#define RAO_NN_SOURCE_H

#include <rao/io.h>
#include <rao/nn.h>

/* One part: x is cases x columns, y is cases x targets or one-dimensional. */
typedef struct source_part {
    rao_array *x, *y;
} source_part;

typedef struct source {
    source_part part[2]; /* the test part may be missing (x NULL) */
    double pixel_range;  /* > 0: the columns are pixels from 0 to this */
    rao_text name;
} source;

rao_status source_read(rao_ctx *ctx, const char *spec, source *s);
void source_close(source *s);

#endif
