/* rao/report.h - tables and series become SVG, one self-contained HTML file, or lines for a terminal.
 *
 * This room knows nothing of training: it draws what it is given. The shapes below are plain data, borrowed for the length of a call;
 * a member left zero has the meaning stated beside it, so `{.title = "Loss", .series = s, .series_count = 2}` is a whole chart.
 * Only `rao_report` is a handle: it copies everything that is added to it.
 *
 *   - Text is UTF-8. Every byte of it is escaped; malformed UTF-8 and control characters are drawn as U+FFFD. NULL reads as "".
 *   - Every function that writes appends to a `rao_text`; on failure the text is as it was.
 *   - Numbers never depend on the locale: the decimal point is a point. In SVG and HTML five digits and more are grouped by thin spaces.
 *   - NaN, an infinity, |value| > 1e300, and a value <= 0 (or < 1e-300) on a logarithmic axis leave a gap in a line and no mark among points.
 *   - EINVAL: a negative count, a missing array, half a band, an unknown enumerator, a size outside the stated range. ENOMEM.
 */
#ifndef RAO_REPORT_H
#define RAO_REPORT_H

#include <rao/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- numbers ------------------------------------------------------------------------------------------------- */

typedef enum rao_number_style {
    RAO_NUMBER_GENERAL = 0, /* `digits` significant digits (0: 4); whole numbers below 1e9 whole; 1.2e-07 below 1e-4 and from 1e9 */
    RAO_NUMBER_FIXED,       /* `digits` decimals (from 1e15 as SCIENTIFIC) */
    RAO_NUMBER_SCIENTIFIC,  /* d.ddde-7 with `digits` significant digits (0: 4) */
    RAO_NUMBER_PERCENT,     /* 100 times the value with `digits` decimals, and " %" */
    RAO_NUMBER_SECONDS      /* a duration: "420 us", "1.25 s", "2 min 05 s", "3 h 20 min"; `digits` is not used */
} rao_number_style;

/* Appends `value` in ASCII, e.g. "-1797", "0.02137", "3.1e-7", "nan", "inf"; correctly rounded. digits 0..17, else EINVAL. */
RAO_API rao_status rao_number_format(rao_ctx *ctx, double value, rao_number_style style, int digits, rao_text *out);

/* ---- charts of series ---------------------------------------------------------------------------------------- */

typedef enum rao_axis_scale { RAO_AXIS_LINEAR = 0, RAO_AXIS_LOG } rao_axis_scale;

typedef enum rao_series_style {
    RAO_SERIES_LINE = 0,    /* joins the points in their order; x need not rise (a path in the plane) */
    RAO_SERIES_POINTS,      /* marks only; each colour has its own shape */
    RAO_SERIES_LINE_POINTS, /* both */
    RAO_SERIES_REFERENCE    /* a thin grey line: a target, a bound, a theory; takes no colour of the palette */
} rao_series_style;

typedef struct rao_series {
    const char *name;
    int64_t n;
    const double *x;       /* NULL: 0, 1, 2, ... */
    const double *y;       /* NULL only when n = 0 */
    const double *lo, *hi; /* both or neither: a band lo..hi behind the line; then x must not fall */
    rao_series_style style;
    int colour; /* 0: by its place in the chart; 1..: the palette's, so that a name keeps its colour from chart to chart */
} rao_series;

typedef struct rao_chart {
    const char *title, *subtitle, *x_label, *y_label;
    rao_axis_scale x_scale, y_scale;
    double x_range[2], y_range[2]; /* equal ends: the data's; NaN at one end: the data's there. Data outside is cut off. */
    int equal_aspect;              /* one unit is as long in x as in y (linear axes only) */
    int half;                      /* in a report: two such figures stand side by side where there is room */
    const rao_series *series;
    int64_t series_count;
} rao_chart;

/* Appends one standalone <svg> element, width x height (200..4000 each) user units, with its own light and dark style.
 * A line of more points than fit is thinned to the first, lowest, highest and last point of every two units of width, so that every
 * extreme stays (the M4 aggregation of Jugel, Jerzak, Hackenbroich, Markl 2014). O(points + label search). */
RAO_API rao_status rao_chart_svg(rao_ctx *ctx, const rao_chart *chart, int width, int height, rao_text *out);

/* ---- bars ---------------------------------------------------------------------------------------------------- */

/* One horizontal bar a name, from zero, with the number at its end. */
typedef struct rao_bars {
    const char *title, *subtitle, *x_label;
    int64_t n; /* <= 1000 */
    const char *const *names;
    const double *values;
    const double *lo, *hi; /* both or neither: a whisker */
    const int *colours;    /* NULL: all the first; else as rao_series.colour */
    rao_number_style style;
    int digits;
    int half;
} rao_bars;

/* The height follows from the number of bars. */
RAO_API rao_status rao_bars_svg(rao_ctx *ctx, const rao_bars *bars, int width, rao_text *out);

/* ---- heat maps ----------------------------------------------------------------------------------------------- */

typedef enum rao_heat_scale {
    RAO_HEAT_SEQUENTIAL = 0, /* from the smallest value to the largest */
    RAO_HEAT_DIVERGING,      /* symmetric about zero */
    RAO_HEAT_LOG             /* sequential in the logarithm; values <= 0 are blank */
} rao_heat_scale;

typedef struct rao_heatmap {
    const char *title, *subtitle, *x_label, *y_label, *value_label;
    int64_t rows, cols;
    const double *values;                            /* row-major; NaN is blank */
    const char *const *row_names, *const *col_names; /* NULL: the index, or the range */
    double x_range[2], y_range[2]; /* the outer edges; equal: row 0 stands at the top as in a matrix, else at y_range[0] with y upward */
    rao_heat_scale scale;
    int half;
} rao_heatmap;

/* More than 64 rows or columns are drawn as the means of blocks. The height follows from the shape (cells are square where that fits). */
RAO_API rao_status rao_heatmap_svg(rao_ctx *ctx, const rao_heatmap *map, int width, rao_text *out);

/* ---- tables -------------------------------------------------------------------------------------------------- */

typedef enum rao_cell_kind { RAO_CELL_NONE = 0, RAO_CELL_TEXT, RAO_CELL_NUMBER, RAO_CELL_RANGE } rao_cell_kind;

typedef struct rao_cell {
    rao_cell_kind kind; /* NONE is drawn as a dash */
    const char *text;
    double value, upper; /* NUMBER: value. RANGE: value..upper */
    int strong;          /* set in bold: the best of its column */
    int colour;          /* 1..: a sample of that series' line before the text; 0: none */
} rao_cell;

static inline rao_cell rao_cell_none(void) {
    rao_cell c = {RAO_CELL_NONE, NULL, 0, 0, 0, 0};
    return c;
}
static inline rao_cell rao_cell_text(const char *text) {
    rao_cell c = {RAO_CELL_TEXT, text, 0, 0, 0, 0};
    return c;
}
static inline rao_cell rao_cell_number(double value) {
    rao_cell c = {RAO_CELL_NUMBER, NULL, value, 0, 0, 0};
    return c;
}
static inline rao_cell rao_cell_range(double lower, double upper) {
    rao_cell c = {RAO_CELL_RANGE, NULL, lower, upper, 0, 0};
    return c;
}

typedef enum rao_align { RAO_ALIGN_AUTO = 0, RAO_ALIGN_LEFT, RAO_ALIGN_RIGHT, RAO_ALIGN_CENTRE } rao_align;

typedef struct rao_column {
    const char *name, *unit; /* the unit stands under the name, muted */
    rao_align align;         /* AUTO: left where the column has text, else by the decimal point */
    rao_number_style style;
    int digits;
} rao_column;

typedef struct rao_table {
    const char *title, *note; /* caption above, small print below */
    int64_t column_count, row_count;
    const rao_column *columns;
    const rao_cell *cells; /* row-major, row_count x column_count */
} rao_table;

/* ---- the terminal -------------------------------------------------------------------------------------------- */

typedef struct rao_terminal {
    size_t size; /* set by rao_terminal_init */
    int width;   /* columns, 10..1000; 80 */
    int unicode; /* 1: box lines, block and braille characters; 0: ASCII only. Names and texts of the caller pass as they are. 1 */
    int ansi;    /* 1: bold, dim and eight colours by escape sequences; 0 */
} rao_terminal;

#define rao_terminal_init(t) rao_terminal_init_sized((t), sizeof *(t))
RAO_API void rao_terminal_init_sized(rao_terminal *terminal, size_t size);

/* Appends an aligned table, lines ended by '\n'. Text columns are cut with an ellipsis when the table is wider than the terminal. */
RAO_API rao_status rao_table_text(rao_ctx *ctx, const rao_table *table, const rao_terminal *terminal, rao_text *out);

/* Appends a chart of terminal->width columns and `height` lines (6..200) between title and x axis. */
RAO_API rao_status rao_chart_text(rao_ctx *ctx, const rao_chart *chart, const rao_terminal *terminal, int height, rao_text *out);

/* Appends `columns` (1..1000) characters, no newline: values in order, each column the mean of its share; a gap is a blank. */
RAO_API rao_status rao_sparkline(rao_ctx *ctx, int64_t n, const double *values, const rao_terminal *terminal, int columns, rao_text *out);

typedef struct rao_progress {
    const char *label;
    double fraction;     /* 0..1; NaN: unknown, no bar */
    double rate;         /* per second; NaN: not shown */
    const char *unit;    /* of the rate: "steps" */
    double loss;         /* NaN: not shown */
    double seconds_left; /* NaN: not shown */
} rao_progress;

/* Appends one line without newline, never wider than terminal->width columns: the bar gives way first, then rate, loss, time left,
 * and last the label. Allocates nothing when `out` has the room. */
RAO_API rao_status rao_progress_format(rao_ctx *ctx, const rao_progress *progress, const rao_terminal *terminal, rao_text *out);

/* ---- the report ---------------------------------------------------------------------------------------------- */

/* Title, subtitle, and sections in the order they were added. A failed addition leaves the report as it was. */
typedef struct rao_report rao_report;

RAO_API rao_status rao_report_create(rao_ctx *ctx, const char *title, const char *subtitle, rao_report **report);
RAO_API void rao_report_destroy(rao_report **report);

RAO_API rao_status rao_report_heading(rao_ctx *ctx, rao_report *report, const char *text);
RAO_API rao_status rao_report_paragraph(rao_ctx *ctx, rao_report *report, const char *text);
/* Small print: how a number was measured, what a figure leaves out. */
RAO_API rao_status rao_report_note(rao_ctx *ctx, rao_report *report, const char *text);
/* Preformatted: the command that made this report. */
RAO_API rao_status rao_report_code(rao_ctx *ctx, rao_report *report, const char *text);
/* Every setting, the machine, the seed. `title` may be NULL. */
RAO_API rao_status rao_report_pairs(rao_ctx *ctx, rao_report *report, const char *title, const rao_pair *pairs, int64_t count);
RAO_API rao_status rao_report_table(rao_ctx *ctx, rao_report *report, const rao_table *table);
RAO_API rao_status rao_report_chart(rao_ctx *ctx, rao_report *report, const rao_chart *chart);
RAO_API rao_status rao_report_bars(rao_ctx *ctx, rao_report *report, const rao_bars *bars);
RAO_API rao_status rao_report_heatmap(rao_ctx *ctx, rao_report *report, const rao_heatmap *map);

/* Appends one complete HTML document, which is well-formed XML too: no script, nothing fetched, inline SVG in a wide and a narrow
 * drawing of each figure, light and dark by the reader's setting, fit for print. */
RAO_API rao_status rao_report_html(rao_ctx *ctx, const rao_report *report, rao_text *out);
/* Appends the same report for a terminal; bars and heat maps as tables of their numbers where they are small. */
RAO_API rao_status rao_report_text(rao_ctx *ctx, const rao_report *report, const rao_terminal *terminal, rao_text *out);

#ifdef __cplusplus
}
#endif
#endif
