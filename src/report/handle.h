/* handle.h - inside a rao_report: a list of sections, each with its own copies. */
#ifndef RAO_REPORT_HANDLE_H
#define RAO_REPORT_HANDLE_H

#include <rao/report.h>

typedef enum section_kind {
    SECTION_TITLE,
    SECTION_HEADING,
    SECTION_PARAGRAPH,
    SECTION_NOTE,
    SECTION_CODE,
    SECTION_PAIRS,
    SECTION_TABLE,
    SECTION_CHART,
    SECTION_BARS,
    SECTION_HEATMAP
} section_kind;

typedef struct section {
    section_kind kind;
    struct section *next;
    struct section_block *blocks; /* all that the members below point to */
    const char *text, *more;      /* title and subtitle; text of a heading, paragraph, note, code; title of the pairs */
    const rao_pair *pairs;
    int64_t pair_count;
    union {
        rao_table table;
        rao_chart chart;
        rao_bars bars;
        rao_heatmap heatmap;
    } as;
} section;

struct rao_report {
    section *first, *last; /* the first is the title */
};

#endif
