/* own_locate.c - where the mass of a density lies of which nothing is known but its values: the marks that integrals are cut at.
 *
 * A grid runs in octaves from every anchor (0, the ends of the support, every coordinate: a location is mostly one of them). A maximum of the log density on
 * it brackets a mode, into which it zooms; the width of a mode is where the log density has fallen by 1/2. A maximum of density times spacing is a place of
 * mass without a mode (a density that is singular at an end). */
#include <math.h>
#include <stdlib.h>

#include "family/own.h"

typedef struct sight {
    double x, log_p;
} sight;

typedef struct search {
    const rao_family *f;
    const double *s;
    double low, high;
    sight *grid;
    int64_t n;
} search;

static int by_place(const void *a, const void *b) {
    double x = ((const sight *)a)->x, y = ((const sight *)b)->x;
    return (x > y) - (x < y);
}

/* Values that do not exist (far out, where a formula overflows) are no mass. */
static double height(const search *k, double x) {
    double v = own_raw(k->f, k->s, &x);
    return isnan(v) ? -INF : v;
}

static int inside(const search *k, double x) { return k->f->own->d.discrete ? x >= k->low && x <= k->high : x > k->low && x < k->high; }

static void put(search *k, double x) {
    if (k->f->own->d.discrete) x = nearbyint(x);
    if (isfinite(x) && inside(k, x)) k->grid[k->n++] = (sight){x, 0};
}

/* Exponents of two: every one near 1, every sixteenth far out. */
static int next_exponent(int e) { return e >= -16 && e < 16 ? e + 1 : e + 16; }
enum { LEAST = -1024, MOST = 1008, AROUND = 2 * 200 };

static void put_around(search *k, double anchor) {
    put(k, anchor);
    for (int e = k->f->own->d.discrete ? 0 : LEAST; e <= MOST; e = next_exponent(e)) {
        double step = ldexp(1, e);
        if (k->f->own->d.discrete && step > 0x1p60) break;
        put(k, anchor - step), put(k, anchor + step);
    }
}

static void look(search *k) {
    int64_t kept = 0;
    qsort(k->grid, (size_t)k->n, sizeof *k->grid, by_place);
    for (int64_t i = 0; i < k->n; i++)
        if (kept == 0 || k->grid[i].x > k->grid[kept - 1].x) k->grid[kept++] = k->grid[i];
    k->n = kept;
    for (int64_t i = 0; i < k->n; i++) k->grid[i].log_p = height(k, k->grid[i].x);
}

/* The top of [a, b], which holds `top` at its inside: eighths around the best, again and again. A place that is given (an anchor) stays unless beaten. */
static sight zoom(const search *k, double a, double b, sight top) {
    for (int round = 0; round < 40 && b - a > 1e-14 * fabs(top.x) + 1e-300; round++) {
        double step = (b - a) / 8, range = 0;
        double from = a;
        for (int i = 1; i < 8; i++) {
            double x = from + i * step;
            if (k->f->own->d.discrete) x = nearbyint(x);
            if (!inside(k, x)) continue;
            double v = height(k, x);
            range = fmax(range, top.log_p - v);
            if (v > top.log_p) top = (sight){x, v};
        }
        a = fmax(a, top.x - step), b = fmin(b, top.x + step);
        if (range <= 1e-13 * (1 + fabs(top.log_p)) || (k->f->own->d.discrete && b - a < 2)) break;
    }
    return top;
}

/* How far from the top the log density has first fallen by 1/2, on one side, to a factor 3/2: outwards in steps of sixteen, so that no other top is met
 * before. The distance to the end where the support ends before. */
static double fall(const search *k, sight top, double side) {
    double end = side > 0 ? k->high - top.x : top.x - k->low, near = fmax(fabs(top.x) * 0x1p-52, 0x1p-1040), far = near;
    if (!(end > near)) return 0;
    while (far < end && height(k, top.x + side * far) > top.log_p - 0.5) near = far, far *= 16;
    if (far >= end) return isfinite(end) ? end : 0;
    while (far > 1.5 * near) {
        double middle = sqrt(near) * sqrt(far);
        if (height(k, top.x + side * middle) > top.log_p - 0.5) near = middle;
        else far = middle;
    }
    return far;
}

static double width(const search *k, sight top) {
    double w = fmax(fall(k, top, 1), fall(k, top, -1));
    return k->f->own->d.discrete ? fmax(w, 0.5) : w;
}

typedef struct place {
    family_mark at;
    double log_mass;
} place;

static int by_mass(const void *a, const void *b) {
    double x = ((const place *)a)->log_mass, y = ((const place *)b)->log_mass;
    return (x < y) - (x > y);
}

static double spacing(const search *k, int64_t i) {
    double a = i > 0 ? k->grid[i - 1].x : k->grid[i].x, b = i + 1 < k->n ? k->grid[i + 1].x : k->grid[i].x;
    return 0.5 * b - 0.5 * a;
}

enum { MOST_PLACES = 64 };

/* Tops of the grid: higher than what comes before, and than what comes behind a stretch of equal heights. */
static int64_t modes(const search *k, place *out) {
    int64_t n = 0;
    for (int64_t i = 0, j; i < k->n && n < MOST_PLACES; i = j) {
        double here = k->grid[i].log_p;
        for (j = i + 1; j < k->n && k->grid[j].log_p == here;) j++;
        if (fabs(here) == INF || (i > 0 && k->grid[i - 1].log_p > here) || (j < k->n && k->grid[j].log_p > here)) continue;
        sight top = zoom(k, k->grid[i > 0 ? i - 1 : i].x, k->grid[j < k->n ? j : j - 1].x, k->grid[(i + j) / 2]);
        double w = width(k, top);
        if (w > 0) out[n++] = (place){{top.x, w}, top.log_p + log(w)};
    }
    return n;
}

/* Whether a mode lies between the neighbours of grid point i: its spacing then says nothing of its mass. */
static int has_mode(const search *k, int64_t i, const place *all, int64_t n) {
    double a = k->grid[i > 0 ? i - 1 : i].x, b = k->grid[i + 1 < k->n ? i + 1 : i].x;
    for (int64_t j = 0; j < n; j++)
        if (all[j].at.x >= a && all[j].at.x <= b) return 1;
    return 0;
}

/* The largest density times spacing of grid points first..last away from the modes; *which, where it is not NULL, is its place in the grid. */
static place heaviest(const search *k, int64_t first, int64_t last, const place *all, int64_t n, int64_t *which) {
    place best = {{0, 0}, -INF};
    for (int64_t i = first; i <= last; i++) {
        double log_mass = k->grid[i].log_p + log(spacing(k, i));
        if (!(log_mass > best.log_mass && log_mass < INF) || has_mode(k, i, all, n)) continue;
        best = (place){{k->grid[i].x, spacing(k, i)}, log_mass};
        if (which) *which = i;
    }
    return best;
}

/* The same between the neighbours of grid point i, in octaves from each of the three: far out the grid steps over sixteen, and such a spacing says
 * nothing of a mass that ends within it. `near` has room for a grid. */
static place heaviest_near(const search *k, int64_t i, const place *all, int64_t n, search *near) {
    near->n = 0;
    for (int64_t j = i > 0 ? i - 1 : i; j <= i + 1 && j < k->n; j++) {
        double x = k->grid[j].x, below = j > 0 ? x - k->grid[j - 1].x : 0, above = j + 1 < k->n ? k->grid[j + 1].x - x : 0;
        put(near, x);
        for (int e = 1; e <= 32; e++) {
            if (j >= i && below > 0) put(near, x - ldexp(below, -e));
            if (j <= i && above > 0) put(near, x + ldexp(above, -e));
        }
    }
    look(near);
    return heaviest(near, near->n > 2 ? 1 : 0, near->n > 2 ? near->n - 2 : near->n - 1, all, n, NULL);
}

/* Where density times spacing is largest away from the modes; a place of its own where no mode has a comparable mass. */
static int64_t add_mass(const search *k, place *all, int64_t n, search *near) {
    int64_t which = 0;
    place best = heaviest(k, 0, k->n - 1, all, n, &which);
    for (int round = 0; round < 2; round++) {
        for (int64_t i = 0; i < n; i++)
            if (all[i].log_mass > best.log_mass - 3) return n;
        if (round == 0 && best.log_mass > -INF) best = heaviest_near(k, which, all, n, near);
    }
    if (best.log_mass > -INF) all[n++] = best;
    return n;
}

/* The heaviest places, those without mass and those on a heavier one left out. */
static void keep(const rao_family *f, const double *s, place *all, int64_t n) {
    double *part = own_part(f, s);
    family_mark *at = own_marks(f, s);
    int64_t kept = 0;
    qsort(all, (size_t)n, sizeof *all, by_mass);
    for (int64_t i = 0; i < n && kept < OWN_MARKS; i++) {
        int taken = all[i].log_mass < all[0].log_mass - 50;
        for (int64_t j = 0; j < kept; j++) taken |= fabs(all[i].at.x - at[j].x) < 0.1 * fmin(at[j].scale, all[i].at.scale);
        if (!taken) at[kept++] = all[i].at;
    }
    part[OWN_MARK_COUNT] = (double)kept;
    part[OWN_MIDDLE] = at[0].x, part[OWN_SCALE] = at[0].scale;
}

void own_locate(const rao_family *f, const double *s) {
    rao_ctx *ctx = own_context(f, s);
    double *part = own_part(f, s);
    if (part[OWN_MARKED] != 0) return;
    search k = {.f = f, .s = s, .low = part[OWN_LOW], .high = part[OWN_HIGH]}, near = k;
    rao_mark before = rao_scratch_mark(ctx);
    place *all = NULL;
    rao_status st = rao_scratch(ctx, (f->own->k + 3) * AROUND, &k.grid);
    if (st == RAO_OK) st = rao_scratch(ctx, AROUND, &near.grid);
    if (st == RAO_OK) st = rao_scratch(ctx, MOST_PLACES + 1, &all);
    part[OWN_MARKED] = 1, part[OWN_MARK_COUNT] = 0;
    part[OWN_MIDDLE] = isfinite(k.low) ? k.low : isfinite(k.high) ? k.high : 0, part[OWN_SCALE] = 1;
    if (st == RAO_OK) {
        put_around(&k, 0);
        if (isfinite(k.low)) put_around(&k, k.low);
        if (isfinite(k.high)) put_around(&k, k.high);
        if (isfinite(k.low) && isfinite(k.high)) put(&k, 0.5 * k.low + 0.5 * k.high);
        for (int64_t i = 0; i < f->own->k; i++) put_around(&k, s[i]);
        look(&k);
        int64_t n = add_mass(&k, all, modes(&k, all), &near);
        if (n > 0) keep(f, s, all, n);
    } else own_failed(f, s, st);
    rao_scratch_reset(ctx, before);
}
