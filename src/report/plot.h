/* plot.h - a chart on its way to the page: what is where, and the few points of each series that are drawn. */
#ifndef RAO_REPORT_PLOT_H
#define RAO_REPORT_PLOT_H

#include "report/draw.h"
#include "report/label.h"
#include "report/thin.h"

enum { PLOT_TEXT = 12, PLOT_NAME = 13 }; /* sizes of letters: numbers and legend, names at the ends of lines */

typedef struct curve {
    const rao_series *series;
    int colour, rises; /* rises: x never falls */
    int64_t from, to;  /* the data that can be seen, and one on either side */
    thin_point *points, *lower, *upper;
    int64_t count, band_count;
    thin_point end; /* the last point with a place; y = NaN without one */
} curve;

typedef struct plot {
    sink *s;
    const rao_chart *chart;
    const draw_frame *frame;
    double pad, left, right, top, bottom; /* of the area of the data */
    int something, whole, slim;
    double x_range[2], y_range[2];
    axis x, y;
    curve *curves;
    int64_t count;
    end_label *labels;
    int64_t label_count;
} plot;

static inline int plot_is_set(const double range[2]) { return range[0] != range[1]; }

/* ---- plot_data.c: from data to points on the page (scratch of the caller's mark) ---- */

/* NaN for a value without a place. */
double plot_x(const plot *p, double v);
double plot_y(const plot *p, double v);
/* The curves of the chart's series, bare; then, once the axes stand, their points. */
rao_status plot_make_curves(plot *p);
rao_status plot_thin_curves(plot *p);
/* Sets from, to and end for the axes as they stand. */
void plot_find_end(const plot *p, curve *c);

/* ---- plot_layout.c: ranges, axes, margins, names ---- */

void plot_lay_out(plot *p);
/* Draws the legend from `top` on and returns its height; only the height when `s` is NULL. */
double plot_legend(const plot *p, sink *s, double top);
int plot_has_marks(const plot *p);
rao_status plot_place_labels(plot *p);

#endif
