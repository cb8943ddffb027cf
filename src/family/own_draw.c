/* own_draw.c - draws from a density by inversion: the line is cut into cells around the marks, their masses are integrated once for a state, and a draw
 * solves F(x) = u in the cell where u falls, by Newton's steps kept in a bracket. The user's own draw is used where there is one. */
#include <math.h>
#include <stdlib.h>

#include <rao/num.h>

#include "family/own.h"

typedef struct member {
    const rao_family *f;
    const double *s;
} member;

static double density(const member *m, double x) {
    double v = exp(own_raw(m->f, m->s, &x) - own_part(m->f, m->s)[OWN_LOG_Z]);
    return isfinite(v) ? v : 0;
}

static rao_status at_nodes(rao_ctx *ctx, void *arg, const rao_nodes *at, double *f) {
    const member *m = arg;
    (void)ctx;
    for (int64_t i = 0; i < at->count; i++) f[i] = density(m, at->x[i]);
    return RAO_OK;
}

static rao_status at_counts(rao_ctx *ctx, void *arg, int64_t count, const double *k, double *f) {
    const member *m = arg;
    (void)ctx;
    for (int64_t i = 0; i < count; i++) f[i] = density(m, k[i]);
    return RAO_OK;
}

/* The mass of (a, b), or of the whole numbers a + 1..b; the best value where the tolerance was not reached. */
static double mass(const member *m, double a, double b) {
    rao_ctx *ctx = own_context(m->f, m->s);
    rao_quad_info info = {0};
    double value, scale = own_part(m->f, m->s)[OWN_SCALE];
    if (m->f->own->d.discrete) {
        rao_sum_opts o;
        rao_sum_opts_init(&o);
        o.centre = fmin(fmax(own_part(m->f, m->s)[OWN_MIDDLE], a + 1), b), o.width = scale, o.rel_tol = 1e-10;
        return b > a && rao_sum(ctx, &o, at_counts, (void *)m, 1, a + 1, b, &value, &info) == RAO_OK ? value : info.value;
    }
    rao_quad_opts o;
    rao_quad_opts_init(&o);
    o.rel_tol = 1e-10, o.abs_tol = 1e-13, o.scale = scale;
    return rao_quad(ctx, &o, at_nodes, (void *)m, 1, a, b, &value, &info) == RAO_OK ? value : info.value;
}

/* ---- the cells ----------------------------------------------------------------------------------------------- */

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Octaves around a place, towards both sides. */
static int64_t octaves(double at, double scale, int from, int to, double *edges) {
    int64_t n = 0;
    edges[n++] = at;
    for (int e = from; e <= to; e++) edges[n++] = at + ldexp(scale, e), edges[n++] = at - ldexp(scale, e);
    return n;
}

static int64_t lay_edges(const member *m, double low, double high, double *edges) {
    const family_mark *at = own_marks(m->f, m->s);
    int64_t n = 0, marks = (int64_t)own_part(m->f, m->s)[OWN_MARK_COUNT], kept = 0;
    double scale = own_part(m->f, m->s)[OWN_SCALE];
    for (int64_t i = 0; i < marks; i++) n += octaves(at[i].x, at[i].scale, -1, i < 3 ? 30 : 1, edges + n);
    if (isfinite(low)) n += octaves(low, scale, -30, -2, edges + n);
    if (isfinite(high)) n += octaves(high, scale, -30, -2, edges + n);
    edges[n++] = low, edges[n++] = high;
    for (int64_t i = 0; m->f->own->d.discrete && i < n; i++) edges[i] = floor(edges[i]);
    qsort(edges, (size_t)n, sizeof *edges, ascending);
    for (int64_t i = 0; i < n; i++)
        if (edges[i] >= low && edges[i] <= high && (kept == 0 || edges[i] > edges[kept - 1])) edges[kept++] = edges[i];
    return kept;
}

/* Edges in the first half of the cells, the mass up to each in the second. The first whole number belongs to the first cell. */
static void fill_cells(const member *m) {
    double *part = own_part(m->f, m->s), *edges = own_cells(m->f, m->s), *upto = edges + OWN_CELLS;
    own_locate(m->f, m->s);
    int64_t n = lay_edges(m, part[OWN_LOW] - (m->f->own->d.discrete != 0), part[OWN_HIGH], edges);
    upto[0] = 0;
    for (int64_t i = 1; i < n; i++) upto[i] = upto[i - 1] + mass(m, edges[i - 1], edges[i]);
    part[OWN_CELL_COUNT] = (double)n;
}

/* ---- a draw -------------------------------------------------------------------------------------------------- */

/* The x in (a, b) with the mass `want` in (a, x). */
static double solve_line(const member *m, double a, double b, double want, double all) {
    double low = a, high = b, scale = own_part(m->f, m->s)[OWN_SCALE];
    double x = isfinite(a) && isfinite(b) ? a + (b - a) * fmin(1, want / all) : isfinite(a) ? a + scale : isfinite(b) ? b - scale : 0;
    for (int i = 0; i < 200; i++) {
        double gap = mass(m, a, x) - want, slope = density(m, x), next = x - gap / slope;
        if (gap > 0) high = x;
        else low = x;
        if (fabs(gap) <= 1e-10 * all || high - low <= 4e-16 * fabs(x)) return x;
        if (!(next > low && next < high))
            next = isfinite(low) && isfinite(high) ? 0.5 * low + 0.5 * high
                   : isfinite(low)                 ? low + 2 * (x - low) + scale
                                                   : high - 2 * (high - x) - scale;
        x = next;
    }
    return x;
}

/* The first whole number in a + 1..b up to which the mass is at least `want`. */
static double solve_counts(const member *m, double a, double b, double want) {
    double low = a, high = b;
    if (!isfinite(low)) low = -0x1p53;
    if (!isfinite(high)) high = 0x1p53;
    while (high - low > 16) {
        double middle = floor(0.5 * low + 0.5 * high), below = mass(m, low, middle);
        if (below >= want) high = middle;
        else want -= below, low = middle;
    }
    for (double x = low + 1; x < high; x++) {
        want -= density(m, x);
        if (want <= 0) return x;
    }
    return high;
}

static void by_inversion(const rao_family *f, const double *s, rao_draws *d, double *x) {
    member m = {f, s};
    double *part = own_part(f, s), *edges = own_cells(f, s), *upto = edges + OWN_CELLS;
    if (part[OWN_CELL_COUNT] == 0) fill_cells(&m);
    int64_t low = 0, high = (int64_t)part[OWN_CELL_COUNT] - 1;
    double u = rao_draw_uniform(d) * upto[high];
    while (high - low > 1) {
        int64_t middle = (low + high) / 2;
        if (upto[middle] > u) high = middle;
        else low = middle;
    }
    double want = u - upto[low], all = upto[high] - upto[low];
    *x = f->own->d.discrete ? solve_counts(&m, edges[low], edges[high], want) : solve_line(&m, edges[low], edges[high], want, all);
}

void own_sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    const family_own *o = f->own;
    if (!o->d.draw) {
        by_inversion(f, s, d, x);
        return;
    }
    rao_status st = o->d.draw(own_context(f, s), o->d.arg, s, d->s, x);
    if (!st) return;
    own_failed(f, s, st);
    for (int64_t i = 0; i < o->dimension; i++) x[i] = (double)NAN;
}
