/* draw.h - what every drawing begins, ends and measures with, and the figures themselves as the page asks for them. */
#ifndef RAO_REPORT_DRAW_H
#define RAO_REPORT_DRAW_H

#include <rao/report.h>

#include "report/axis.h"
#include "report/sink.h"

/* How a drawing is set: alone (with style, ground and written title) or inside a page (the page's style; the title stands in its caption). */
typedef struct draw_frame {
    int width, height;
    const char *id;    /* "" alone; else a prefix that is unique in the page */
    const char *class; /* "wide", "slim" or "" */
} draw_frame;

static inline int draw_alone(const draw_frame *f) { return f->id[0] == 0; }

/* Opens <svg> with <title>; the caller writes the description (plain text, escaped) between, and the drawing behind. */
void draw_open(sink *s, const draw_frame *f, const char *title);
void draw_described(sink *s, const draw_frame *f, int heat);
void draw_close(sink *s);

/* Title and subtitle of a drawing that stands alone, cut to its width; returns the y below them. */
double draw_head(sink *s, const draw_frame *f, const char *title, const char *subtitle);
double draw_head_height(const draw_frame *f, const char *title, const char *subtitle);

/* An estimate, on the wide side of the usual sans serif faces, so that what is kept apart stays apart. */
double draw_text_width(const char *text, double size);
/* Of a number as number_markup sets it. */
double draw_number_width(const char *number, double size);
/* <text class='class' x y>, cut with an ellipsis to `room` units. */
void draw_text(sink *s, const char *class, double x, double y, double room, double size, const char *text);
void draw_number(sink *s, const char *class, double x, double y, const char *number);

/* A short sample of a series' line or mark, centred on y. */
void draw_sample(sink *s, const rao_series *series, int colour, double x, double y);
/* A mark of the colour's own shape, as relative path data from the current point. */
const char *draw_mark(int colour);

/* 1 when a string is there and not empty */
static inline int draw_has(const char *text) { return text && text[0]; }

/* The figures; validity has been checked. */
void chart_draw(sink *s, const rao_chart *chart, const draw_frame *f);
void bars_draw(sink *s, const rao_bars *bars, const draw_frame *f);
void heatmap_draw(sink *s, const rao_heatmap *map, const draw_frame *f);

/* Heights that suit a width. */
int chart_height(const rao_chart *chart, const draw_frame *f);
int bars_height(const rao_bars *bars, const draw_frame *f);
int heatmap_height(const rao_heatmap *map, const draw_frame *f);

rao_status chart_check(rao_ctx *ctx, const rao_chart *chart);
rao_status bars_check(rao_ctx *ctx, const rao_bars *bars);
rao_status heatmap_check(rao_ctx *ctx, const rao_heatmap *map);

/* The colour of the i-th series: its own, or its place among those that take one; 0 for a reference. */
int chart_colour(const rao_chart *chart, int64_t i);
/* Range of all that can be seen: the data's, or what the chart sets. 0 when there is nothing to see. */
int chart_range(const rao_chart *chart, double x[2], double y[2]);
/* The same with room about marks, and from zero where zero is near; what the axes are made for. */
int chart_eased_range(const rao_chart *chart, double x[2], double y[2]);
int chart_rises(const rao_series *series);
/* Marks, or paths in the plane: the reader looks both ways, so both axes have rules. */
int chart_has_marks(const rao_chart *chart);
/* Every x is a whole number. */
int chart_whole_x(const rao_chart *chart);

#endif
