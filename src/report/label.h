/* label.h - names at the ends of lines, kept apart. */
#ifndef RAO_REPORT_LABEL_H
#define RAO_REPORT_LABEL_H

#include "report/thin.h"

typedef struct end_label {
    double x, y;   /* in: where the text would stand, y its middle; out: y moved */
    double end_y;  /* the line's end */
    double width;
    int64_t curve; /* whose name it is: its own line is no obstacle */
    int shown;     /* out: 0 when no free place was found */
} end_label;

enum { LABEL_HEIGHT = 15 };

typedef struct label_obstacle {
    const thin_point *points;
    int64_t count;
} label_obstacle;

/* Moves labels up or down inside [top, bottom] so that no two overlap, away from the lines, as little as that takes. Those that find no place within
 * 5 heights are not shown. O(labels x places x points). */
void label_place(end_label *labels, int64_t count, const label_obstacle *curves, int64_t curve_count, double top, double bottom);

#endif
