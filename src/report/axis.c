/* axis.c - ticks at 1, 2, 5 times a power of ten; decades on a logarithmic axis.
 *
 * A tick is m x 10^e with whole m and e, so its label is exact and two ticks never share one. */
#include "report/axis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/number.h"

static double power_of_ten(int e) { return pow(10, e); }

/* m 10^e; below the normal range in two steps, so that no factor underflows before its time */
static double decimal_value(double m, int e) {
    if (e < -300) return m * power_of_ten(-300) * power_of_ten(e + 300);
    return e < 0 && e >= -22 ? m / power_of_ten(-e) : m * power_of_ten(e);
}

static axis_tick *push(axis *a, double value, int major) {
    axis_tick *t = &a->ticks[a->count++];
    t->value = value, t->major = major, t->label[0] = 0;
    return t;
}

static void set_label(axis_tick *t, long long m, int e) {
    char text[NUMBER_BYTES];
    number_decimal(m, e, text);
    memcpy(t->label, text, strlen(text) < AXIS_LABEL_BYTES ? strlen(text) + 1 : 0);
}

/* ---- linear ---- */

/* Widens a range that has no length, or less than twelve digits can tell apart. */
static void widen(double *lo, double *hi) {
    double largest = fmax(fabs(*lo), fabs(*hi));
    if (largest < AXIS_TINY) {
        *lo = -1, *hi = 1;
    } else if (*hi - *lo < fmax(1e-10 * largest, 1e-303)) {
        double middle = *lo / 2 + *hi / 2, half = 0.05 * fabs(middle);
        *lo = middle - half, *hi = middle + half;
    }
}

typedef struct ladder {
    int unit, e;        /* the step is unit x 10^e */
    double first, last; /* in steps */
} ladder;

/* Rounding of lo / step must not add a tick beside an end that is one. */
static ladder climb(double lo, double hi, int unit, int e, int cover) {
    double step = decimal_value(unit, e), a = lo / step, b = hi / step, slack = 1e-9 * (1 + (b - a)) + 4e-16 * fmax(fabs(a), fabs(b));
    ladder l = {unit, e, 0, 0};
    l.first = cover ? floor(a + slack) : ceil(a - slack);
    l.last = cover ? ceil(b - slack) : floor(b + slack);
    return l;
}

/* A tick too many or too few weighs as much as a quarter of the range left empty. */
static double fault(const ladder *l, double lo, double hi, int want) {
    double count = l->last - l->first + 1, span = (l->last - l->first) * decimal_value(l->unit, l->e);
    return count < 3 || count > 11 ? (double)INFINITY : fabs(count - want) + 4 * fmax(span / (hi - lo) - 1, 0);
}

static ladder choose(double lo, double hi, int want, int cover, int whole) {
    static const int units[] = {1, 2, 5};
    int top = (int)floor(log10(hi - lo)) + 1;
    ladder best = {0};
    double least = INFINITY;
    for (int k = 0; k < 12; k++) {
        ladder l = climb(lo, hi, units[k % 3], top - 3 + k / 3, cover);
        if (fault(&l, lo, hi, want) >= least || (whole && l.e < 0 && floor(hi) - ceil(lo) >= 2)) continue;
        best = l, least = fault(&l, lo, hi, want);
    }
    return best;
}

void axis_linear(axis *a, double lo, double hi, int want, int cover, int whole) {
    widen(&lo, &hi);
    ladder l = choose(lo, hi, want, cover, whole);
    *a = (axis){.scale = RAO_AXIS_LINEAR, .lo = lo, .hi = hi};
    for (double k = l.first; k <= l.last; k++) set_label(push(a, decimal_value(k * l.unit, l.e), 2), (long long)k * l.unit, l.e);
    if (cover) a->lo = fmin(lo, a->ticks[0].value), a->hi = fmax(hi, a->ticks[a->count - 1].value);
}

/* ---- logarithmic ---- */

enum { DECADE_LEAST = -307, DECADE_MOST = 307 };

/* The decade d with 10^d <= value < 10^(d+1); log10 alone may round across. */
static int decade_below(double value) {
    int d = (int)floor(log10(value));
    if (decimal_value(1, d + 1) <= value) d++;
    if (decimal_value(1, d) > value) d--;
    return d;
}

static int in_125(int m) { return m == 1 || m == 2 || m == 5; }

/* Every m x 10^d, m = 1..9, from `lo` to `hi`; with `cover` from the last one at or below lo to the first at or above hi. `only125` leaves 1, 2, 5. */
static void push_multiples(axis *a, double lo, double hi, int cover, int only125) {
    int first = decade_below(lo), last = decade_below(hi) + 1;
    axis_tick below = {.value = 0};
    for (int d = first; d <= last; d++)
        for (int m = 1; m <= 9; m++) {
            double value = decimal_value(m, d);
            if (only125 && !in_125(m)) continue;
            axis_tick t = {.value = value, .major = m == 1 ? 2 : in_125(m) ? 1 : 0};
            if (in_125(m)) set_label(&t, m, d);
            if (value <= lo) below = t;
            if (a->count == 0 && value >= lo && cover && below.value > 0 && value > below.value) a->ticks[a->count++] = below;
            if (a->count && cover && a->ticks[a->count - 1].value >= hi) return;
            if (value >= lo && (cover || value <= hi) && a->count < AXIS_TICKS_MAX) a->ticks[a->count++] = t;
        }
}

/* One form of number on an axis: where a decade needs an exponent, every decade has one, but 1 and 10. */
static void unify_decades(axis *a) {
    int powers = 0;
    for (int i = 0; i < a->count; i++) powers |= a->ticks[i].major == 2 && strchr(a->ticks[i].label, 'e') != NULL;
    for (int i = 0; powers && i < a->count; i++) {
        axis_tick *t = &a->ticks[i];
        int d = decade_below(t->value);
        if (t->major == 2 && d != 0 && d != 1) snprintf(t->label, sizeof t->label, "1e%d", d);
    }
}

static int count_major(const axis *a) {
    int count = 0;
    for (int i = 0; i < a->count; i++) count += a->ticks[i].major > 0;
    return count;
}

static void ends_on_ticks(axis *a) {
    a->lo = fmin(a->lo, a->ticks[0].value);
    a->hi = fmax(a->hi, a->ticks[a->count - 1].value);
}

static void refill(axis *a, double lo, double hi, int cover, int only125) {
    a->count = 0;
    push_multiples(a, lo, hi, cover, only125);
}

/* Less than three decades: 1, 2, 5 carry labels and the axis ends on one; where that gives fewer than three, linear ticks. */
static void log_short(axis *a, double lo, double hi, int want, int cover) {
    refill(a, lo, hi, cover, 1);
    if (count_major(a) < 3) {
        axis_linear(a, lo, hi, want, cover, 0);
        a->scale = RAO_AXIS_LOG;
    } else if (cover) {
        ends_on_ticks(a);
        refill(a, a->lo, a->hi, 0, 0);
    } else {
        refill(a, lo, hi, 0, 0);
    }
}

/* Three to ten decades: decades carry labels, the others are minor. */
static void log_middle(axis *a, double lo, double hi, int cover) {
    refill(a, lo, hi, cover, 0);
    for (int i = 0; i < a->count; i++)
        if (a->ticks[i].major == 1) a->ticks[i].major = 0, a->ticks[i].label[0] = 0;
    unify_decades(a);
    if (cover) ends_on_ticks(a);
}

static int floor_to(int d, int stride) { return (d - (d % stride + stride) % stride); }

/* More than ten decades: every stride-th carries a label; the decades between are minor while they fit. */
static void log_long(axis *a, double lo, double hi, int cover) {
    static const int strides[] = {2, 5, 10, 20, 50, 100};
    double decades = log10(hi) - log10(lo);
    int k = 0;
    while (k < 5 && decades > 8 * strides[k]) k++;
    int stride = strides[k], fine = decades <= 100 ? 1 : stride, first = decade_below(lo), last = decade_below(hi);
    if (decimal_value(1, last) < hi) last++;
    first = floor_to(first, fine), last = -floor_to(-last, fine);
    for (int d = first; d <= last; d += fine) {
        int clamped = d < DECADE_LEAST ? DECADE_LEAST : d > DECADE_MOST ? DECADE_MOST : d;
        double value = decimal_value(1, clamped);
        if (!cover && (value < lo || value > hi)) continue;
        axis_tick *t = push(a, value, clamped == d && d % stride == 0 ? 2 : 0);
        if (t->major) set_label(t, 1, d);
    }
    unify_decades(a);
    if (cover) ends_on_ticks(a);
}

void axis_log(axis *a, double lo, double hi, int want, int cover) {
    if (log10(hi) - log10(lo) < 1e-9) lo = fmax(lo / 2, AXIS_TINY / 2), hi = fmin(2 * hi, 2 * AXIS_HUGE);
    *a = (axis){.scale = RAO_AXIS_LOG, .lo = lo, .hi = hi};
    double decades = log10(hi) - log10(lo);
    if (decades < 3) log_short(a, lo, hi, want, cover);
    else if (decades <= 10) log_middle(a, lo, hi, cover);
    else log_long(a, lo, hi, cover);
}

void axis_make(axis *a, rao_axis_scale scale, double lo, double hi, int want, int cover, int whole) {
    if (scale == RAO_AXIS_LOG) axis_log(a, lo, hi, want, cover);
    else axis_linear(a, lo, hi, want, cover, whole);
}

double axis_place(const axis *a, double value) {
    double least = a->scale == RAO_AXIS_LOG ? AXIS_TINY : -AXIS_HUGE;
    if (!(value >= least && value <= AXIS_HUGE) && !(value >= a->lo && value <= a->hi)) return NAN; /* a tick may lie beyond */
    if (a->scale == RAO_AXIS_LINEAR) return (value - a->lo) / (a->hi - a->lo);
    return (log10(value) - log10(a->lo)) / (log10(a->hi) - log10(a->lo));
}

/* ---- room for labels ---- */

typedef struct ruler {
    double length, gap;
    double (*extent)(const char *label, const void *user);
    const void *user;
} ruler;

static int collide(const axis *a, const ruler *r, int i, int j) {
    double between = fabs(axis_place(a, a->ticks[i].value) - axis_place(a, a->ticks[j].value)) * r->length;
    return between < r->gap + (r->extent(a->ticks[i].label, r->user) + r->extent(a->ticks[j].label, r->user)) / 2;
}

/* Keeps every stride-th label of rank 2 for the smallest stride at which neighbours keep apart. */
static void thin_first_rank(axis *a, const ruler *r) {
    int ranked[AXIS_TICKS_MAX], count = 0, stride = 1;
    for (int i = 0; i < a->count; i++)
        if (a->ticks[i].major == 2 && a->ticks[i].label[0]) ranked[count++] = i;
    for (; stride < count; stride++) {
        int fits = 1;
        for (int i = stride; i < count && fits; i += stride) fits = !collide(a, r, ranked[i], ranked[i - stride]);
        if (fits) break;
    }
    for (int i = 0; i < count; i++)
        if (i % stride) a->ticks[ranked[i]].label[0] = 0;
}

/* A label of the second rank stays when it is clear of every label kept. */
static void thin_second_rank(axis *a, const ruler *r) {
    for (int i = 0; i < a->count; i++) {
        if (a->ticks[i].major != 1) continue;
        for (int j = 0; j < a->count; j++) {
            int kept = a->ticks[j].label[0] && (a->ticks[j].major == 2 || (a->ticks[j].major == 1 && j < i));
            if (kept && collide(a, r, i, j)) {
                a->ticks[i].label[0] = 0;
                break;
            }
        }
    }
}

void axis_thin(axis *a, double length, double gap, double (*extent)(const char *label, const void *user), const void *user) {
    const ruler r = {length, gap, extent, user};
    thin_first_rank(a, &r);
    thin_second_rank(a, &r);
}
