/* units.c - a pair of members in units of its own. Quotients of densities, and what is integrated of them, do not know where the origin lies and how long a unit
 * is; doubles do: at mu = 1e14 they lie a hundredth apart, and a scale of 1e-200 squares to 0. Locations are counted from that of the narrower member, lengths in a
 * power of two between both scales, so that no difference of the two changes by more than the rounding of its own. */
#include <math.h>

#include "family/gamma.h"
#include "family/generic.h"
#include "family/normal.h"

/* Places of lengths, of inverse lengths and of a location in a state; -1: none. */
typedef struct lengths {
    const family_table *table;
    int state, length[2], inverse, location;
} lengths;

static const lengths rows[] = {
    {&rao_table_normal, NORMAL_STATE, {NORMAL_SIGMA, NORMAL_SIGMA_REST}, -1, NORMAL_MU},
    {&rao_table_exponential, 3, {1, -1}, 0, -1},
    {&rao_table_rayleigh, 1, {0, -1}, -1, -1},
    {&rao_table_weibull, 2, {1, -1}, -1, -1},
    {&rao_table_gamma, GAMMA_STATE, {GAMMA_SCALE, GAMMA_MEAN}, GAMMA_RATE, -1},
    {&rao_table_inverse_gaussian, 2, {0, 1}, -1, -1},
};
static const lengths standard = {NULL, 2, {1, -1}, -1, 0};

static const lengths *row_of(const family_table *table) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].table == table) return &rows[i];
    return table->standard ? &standard : NULL;
}

static int shrink(const lengths *row, const double *s, int e, double *out) {
    int in_range = 1;
    for (int i = 0; i < row->state; i++) out[i] = s[i];
    for (int i = 0; i < 2; i++)
        if (row->length[i] >= 0) out[row->length[i]] = ldexp(s[row->length[i]], -e);
    if (row->inverse >= 0) out[row->inverse] = ldexp(s[row->inverse], e);
    for (int i = 0; i < row->state; i++) in_range &= !isnan(out[i]);
    for (int i = 0; i < 2; i++)
        if (row->length[i] >= 0 && (i == 0 || row->table != &rao_table_normal)) /* a remainder may be 0 */
            in_range &= out[row->length[i]] > 0 && out[row->length[i]] < INF;
    return in_range && (row->inverse < 0 || (out[row->inverse] > 0 && out[row->inverse] < INF));
}

int rao_pair_units(const rao_family *f, const double *s, const double *t, unit_pair *out) {
    const lengths *row = row_of(f->table);
    if (!row) return 0;
    double a = s[row->length[0]], b = t[row->length[0]];
    if (!(a > 0 && a < INF && b > 0 && b < INF)) return 0;
    int e = (ilogb(a) + ilogb(b)) / 2;
    if (!shrink(row, s, e, out->p) || !shrink(row, t, e, out->q)) return 0;
    out->exponent = e;
    if (row->location < 0) return 1;
    double gap = t[row->location] - s[row->location];
    if (f->table == &rao_table_normal) {
        gap += t[NORMAL_MU_REST] - s[NORMAL_MU_REST];
        out->p[NORMAL_MU_REST] = out->q[NORMAL_MU_REST] = 0, out->p[NORMAL_LOGVAR] = out->q[NORMAL_LOGVAR] = INF;
    }
    gap = ldexp(gap, -e);
    out->p[row->location] = a <= b ? 0 : -gap, out->q[row->location] = a <= b ? gap : 0;
    return fabs(gap) < 1e300;
}

double rao_heavy_tail(const rao_family *f) {
    const family_standard *law = f->table->standard;
    return law && law->tail ? law->tail(f) : 0;
}
