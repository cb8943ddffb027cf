/* own.h - a family that its user defined by a density: what is kept of the definition, and what a state holds.
 *
 * The slots of a table get no context, and a user's density wants one: load leaves its context in the state, together with the status of the last
 * density that failed (whose sentence the context has). */
#ifndef RAO_FAMILY_OWN_H
#define RAO_FAMILY_OWN_H

#include <stdatomic.h>
#include <string.h>

#include <rao/expr.h>

#include "family/generic.h"

typedef struct family_own {
    family_table table;
    family_chart chart;
    atomic_llong owners;
    rao_family_definition d;               /* its texts and arrays belong to this */
    rao_expr *density, *tail, *low, *high; /* tail: the logarithm of a density that is none, for where it underflows */
    char *text;
    rao_coordinate *coordinates;
    int64_t k, dimension;
    int is_log, low_moves, high_moves; /* the ends of the support depend on coordinates */
} family_own;

enum { OWN_MARKS = 16, OWN_CELLS = 512 };

/* Numbers of a state behind the coordinates, in this order; then k of the slope of log Z, k + dimension slots for expressions, and the cells of the
 * sampler (an edge and the mass up to it, each). */
enum {
    OWN_CONTEXT,
    OWN_STATUS,
    OWN_LOW,
    OWN_HIGH,
    OWN_LOG_Z,
    OWN_LOG_Z_ERROR, /* absolute, of a quadrature */
    OWN_MARKED,
    OWN_MARK_COUNT,
    OWN_MIDDLE,
    OWN_SCALE,
    OWN_CELL_COUNT,
    OWN_PLACES
};

static inline double *own_part(const rao_family *f, const double *s) { return (double *)s + f->own->k; } /* states belong to one caller */
static inline family_mark *own_marks(const rao_family *f, const double *s) { return (family_mark *)(own_part(f, s) + OWN_PLACES); }
static inline double *own_slope(const rao_family *f, const double *s) { return own_part(f, s) + OWN_PLACES + 2 * OWN_MARKS; }
static inline double *own_slots(const rao_family *f, const double *s) { return own_slope(f, s) + f->own->k; }
static inline double *own_cells(const rao_family *f, const double *s) { return own_slots(f, s) + f->own->k + f->own->dimension; }
static inline int64_t own_state(const family_own *o) {
    return o->k + OWN_PLACES + 2 * OWN_MARKS + o->k + o->k + o->dimension + 2 * OWN_CELLS;
}

static inline rao_ctx *own_context(const rao_family *f, const double *s) {
    rao_ctx *ctx;
    memcpy(&ctx, own_part(f, s) + OWN_CONTEXT, sizeof ctx);
    return ctx;
}

/* Keeps a failed status for own_status. */
static inline void own_failed(const rao_family *f, const double *s, rao_status st) { own_part(f, s)[OWN_STATUS] = st; }
static inline rao_status own_status(const rao_family *f, const double *s) { return (rao_status)own_part(f, s)[OWN_STATUS]; }

/* own_density.c: log of the density as given, without normalisation and support; NaN where it failed. Its derivatives; nonzero where they failed. */
double own_raw(const rao_family *f, const double *s, const double *x);
int own_raw_score(const rao_family *f, const double *s, const double *x, double *g);
/* own_locate.c: where the mass lies, once for a state. */
void own_locate(const rao_family *f, const double *s);

/* own_draw.c, own_fit.c */
void own_sample(const rao_family *f, const double *s, rao_draws *d, double *x);
rao_status own_mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c);

#endif
