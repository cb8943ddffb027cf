/* html.c - the page. HTML that is well-formed XML too, so that any parser can hold it to its word. */
#include <string.h>

#include "report/draw.h"
#include "report/handle.h"
#include "report/style.h"
#include "report/table.h"

enum { WIDE = 800, HALF = 540, SLIM = 360, VALUE_RUN = 32 };

static void element(sink *s, const char *open, const char *text, const char *close) {
    sink_put(s, open);
    sink_text(s, text);
    sink_put(s, close);
}

/* ---- figures ---- */

static int is_figure(const section *s) { return s->kind == SECTION_CHART || s->kind == SECTION_BARS || s->kind == SECTION_HEATMAP; }

static int is_half(const section *s) {
    return (s->kind == SECTION_CHART && s->as.chart.half) || (s->kind == SECTION_BARS && s->as.bars.half) ||
           (s->kind == SECTION_HEATMAP && s->as.heatmap.half);
}

static void figure_texts(const section *f, const char **title, const char **subtitle) {
    if (f->kind == SECTION_CHART) *title = f->as.chart.title, *subtitle = f->as.chart.subtitle;
    else if (f->kind == SECTION_BARS) *title = f->as.bars.title, *subtitle = f->as.bars.subtitle;
    else *title = f->as.heatmap.title, *subtitle = f->as.heatmap.subtitle;
}

static void drawing(sink *s, const section *f, draw_frame frame) {
    if (f->kind == SECTION_CHART) frame.height = chart_height(&f->as.chart, &frame), chart_draw(s, &f->as.chart, &frame);
    else if (f->kind == SECTION_BARS) frame.height = bars_height(&f->as.bars, &frame), bars_draw(s, &f->as.bars, &frame);
    else frame.height = heatmap_height(&f->as.heatmap, &frame), heatmap_draw(s, &f->as.heatmap, &frame);
}

/* "f12w": unique in the page */
static void make_id(char id[24], int number, char kind) {
    char digits[12];
    int count = 0, at = 0;
    do digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    id[at++] = 'f';
    while (count > 0) id[at++] = digits[--count];
    id[at++] = kind, id[at] = 0;
}

static void figure(sink *s, const section *f, int number) {
    const char *title = NULL, *subtitle = NULL;
    char wide[24], slim[24];
    figure_texts(f, &title, &subtitle);
    make_id(wide, number, 'w'), make_id(slim, number, 's');
    sink_put(s, "<figure>\n");
    if (draw_has(title) || draw_has(subtitle)) {
        sink_put(s, "<figcaption>");
        if (draw_has(title)) element(s, "<b>", title, "</b>");
        if (draw_has(subtitle)) element(s, "<span>", subtitle, "</span>");
        sink_put(s, "</figcaption>\n");
    }
    drawing(s, f, (draw_frame){is_half(f) ? HALF : WIDE, 0, wide, "wide"});
    drawing(s, f, (draw_frame){SLIM, 0, slim, "slim"});
    sink_put(s, "</figure>\n");
}

/* ---- sections ---- */

/* The longest run without a blank. */
static int64_t longest_run(const char *text) {
    int64_t longest = 0, run = 0;
    for (; *text; text++) {
        run = *text == ' ' ? 0 : run + 1;
        longest = run > longest ? run : longest;
    }
    return longest;
}

/* A value that may not fit its line may break behind its colons; others stay one piece of text, as they are searched for. */
static void put_value(sink *s, const char *value) {
    const char *colon = NULL;
    if (!value) return;
    int breaks = longest_run(value) > VALUE_RUN;
    while (breaks && (colon = strchr(value, ':')) != NULL) {
        sink_text_part(s, value, colon + 1 - value);
        sink_put(s, "<wbr/>");
        value = colon + 1;
    }
    sink_text(s, value);
}

static void pairs(sink *s, const section *p) {
    if (draw_has(p->text)) element(s, "<p class='cap'>", p->text, "</p>\n");
    if (!p->pair_count) return;
    sink_put(s, "<dl>\n");
    for (int64_t i = 0; i < p->pair_count; i++) {
        element(s, "<div><dt>", p->pairs[i].key, "</dt>");
        sink_put(s, "<dd>"), put_value(s, p->pairs[i].value), sink_put(s, "</dd></div>\n");
    }
    sink_put(s, "</dl>\n");
}

static void body(sink *s, const rao_report *report) {
    int number = 0, paired = 0;
    for (const section *p = report->first->next; p; p = p->next) {
        int half = is_figure(p) && is_half(p);
        if (half && !paired) sink_put(s, "<div class='pair'>\n");
        if (!half && paired) sink_put(s, "</div>\n");
        paired = half;
        if (p->kind == SECTION_HEADING) element(s, "<h2>", p->text, "</h2>\n");
        else if (p->kind == SECTION_PARAGRAPH) element(s, "<p>", p->text, "</p>\n");
        else if (p->kind == SECTION_NOTE) element(s, "<p class='note'>", p->text, "</p>\n");
        else if (p->kind == SECTION_CODE) element(s, "<pre>", p->text, "</pre>\n");
        else if (p->kind == SECTION_PAIRS) pairs(s, p);
        else if (p->kind == SECTION_TABLE) table_html(s, &p->as.table);
        else figure(s, p, ++number);
    }
    if (paired) sink_put(s, "</div>\n");
}

static int has_heatmap(const rao_report *report) {
    for (const section *p = report->first; p; p = p->next)
        if (p->kind == SECTION_HEATMAP) return 1;
    return 0;
}

rao_status rao_report_html(rao_ctx *ctx, const rao_report *report, rao_text *out) {
    if (!report) return rao_fail(ctx, RAO_EINVAL, "report: NULL");
    sink s = sink_open(ctx, out);
    const section *title = report->first;
    sink_put(&s,
             "<!DOCTYPE html>\n<html lang='en' xmlns='http://www.w3.org/1999/xhtml'>\n<head>\n<meta charset='utf-8'/>\n"
             "<meta name='viewport' content='width=device-width,initial-scale=1'/>\n<meta name='color-scheme' content='light dark'/>\n");
    element(&s, "<title>", draw_has(title->text) ? title->text : "Report", "</title>\n");
    style_page(&s, has_heatmap(report));
    sink_put(&s, "</head>\n<body>\n<main>\n<header>\n");
    element(&s, "<h1>", draw_has(title->text) ? title->text : "Report", "</h1>\n");
    if (draw_has(title->more)) element(&s, "<p>", title->more, "</p>\n");
    sink_put(&s, "</header>\n");
    body(&s, report);
    sink_put(&s, "</main>\n</body>\n</html>\n");
    return sink_close(&s);
}
