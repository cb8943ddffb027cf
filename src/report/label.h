/* label.h - names at the ends of lines, kept apart. */
#ifndef RAO_REPORT_LABEL_H
#define RAO_REPORT_LABEL_H

#include "report/thin.h"

typedef struct end_label {
    double x, y;  /* in: where the text would stand, y its middle; out: y moved */
    double end_y; /* the line's end */
    double width;
    int64_t curve; /* whose name it is: its own line is no obstacle */
    int shown;     /* out: 0 when it found no place */
} end_label;

enum { LABEL_HEIGHT = 15, LABELS_MOST = 128 };

typedef struct label_obstacle {
    const thin_point *points;
    int64_t count;
} label_obstacle;

/* Sorts the labels from the top down and moves them inside [top, bottom] so that no two overlap, as little as that takes (least squares among
 * those that stand over each other), then off the lines where there is room beside. Labels of the highest curves go when not all fit, and those
 * behind the first LABELS_MOST. O(labels x points). */
void label_place(end_label *labels, int64_t count, const label_obstacle *curves, int64_t curve_count, double top, double bottom);

#endif
