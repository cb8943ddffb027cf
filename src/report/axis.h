/* axis.h - the range of an axis, its ticks and their labels. */
#ifndef RAO_REPORT_AXIS_H
#define RAO_REPORT_AXIS_H

#include <rao/report.h>

enum { AXIS_TICKS_MAX = 128, AXIS_LABEL_BYTES = 32 };

typedef struct axis_tick {
    double value;
    int major;                    /* 2: a decade or a tick of a linear axis; 1: another labelled tick; 0: minor, no label */
    char label[AXIS_LABEL_BYTES]; /* as number_write writes it; "" when dropped for want of room */
} axis_tick;

typedef struct axis {
    rao_axis_scale scale;
    double lo, hi;
    int count;
    axis_tick ticks[AXIS_TICKS_MAX]; /* strictly increasing */
} axis;

/* |lo|, |hi| <= AXIS_HUGE, lo <= hi; on a logarithmic axis lo >= AXIS_TINY. */
#define AXIS_HUGE 1e300
#define AXIS_TINY 1e-300

/* About `want` ticks (3..11 come out). cover: the axis ends on ticks at or outside lo, hi; else it is lo..hi and the ticks lie inside.
 * whole: no tick between whole numbers, where that leaves three. A range of no length is widened. */
void axis_linear(axis *a, double lo, double hi, int want, int cover, int whole);
void axis_log(axis *a, double lo, double hi, int want, int cover);
void axis_make(axis *a, rao_axis_scale scale, double lo, double hi, int want, int cover, int whole);

/* 0 at lo, 1 at hi; NaN for a value that has no place (outside the axis and not finite, beyond AXIS_HUGE, or below AXIS_TINY on a logarithmic one). */
double axis_place(const axis *a, double value);

/* Drops labels until neighbours keep `gap` apart, decades last; extent(label, user) is what a label takes along the axis. */
void axis_thin(axis *a, double length, double gap, double (*extent)(const char *label, const void *user), const void *user);

#endif
