/* geodesic_report.c - the geodesics between two points in the plane of the first two coordinates (of one coordinate: against t), one line a
 * connection, as one HTML file. */
#include "geodesic.h"

#include <stdio.h>
#include <string.h>

enum { PLACES = 201 };

typedef struct path {
    char name[CONNECTION_BYTES];
    double x[PLACES], y[PLACES];
} path;

/* x and y of every place; a path of one coordinate has t for x. */
static void take_path(const cJSON *t, const cJSON *value, path *p) {
    const cJSON *place = t->child;
    int64_t i = 0;
    for (const cJSON *point = value->child; point && place && i < PLACES; point = point->next, place = place->next, i++) {
        const cJSON *first = point->child, *second = first ? first->next : NULL;
        p->x[i] = second ? first->valuedouble : place->valuedouble;
        p->y[i] = second ? second->valuedouble : first->valuedouble;
    }
}

/* *found = 0 where this connection has no answer for these points. */
static rao_status ask_path(ask *a, const geodesic_options *o, int quantity, path *p, int *found) {
    rao_status st = RAO_OK;
    cJSON *request = NULL, *answer = NULL;
    RAO_TRY(geodesic_request(a, o, quantity, PLACES, &request));
    RAO_TRY(ask_flatten(a, request));
    *found = ask_answer(a, request, &answer) == RAO_OK;
    if (*found) take_path(eval_find(request, "t"), eval_find(answer, "value"), p);
done:
    cJSON_Delete(answer);
    cJSON_Delete(request);
    return st;
}

static rao_status all_paths(ask *a, const geodesic_options *o, path *paths, int64_t *n) {
    rao_status st = RAO_OK;
    *n = 0;
    for (int64_t i = 0; rao_manifold_list(i) >= 0 && *n < CONNECTIONS_MOST; i++) {
        int found = 0;
        if (!geodesic_connection(rao_manifold_list(i), paths[*n].name)) continue;
        RAO_TRY(ask_path(a, o, rao_manifold_list(i), &paths[*n], &found));
        *n += found;
    }
done:
    return st;
}

static rao_status add_chart(ask *a, const path *paths, int64_t n, rao_report *report) {
    rao_status st = RAO_OK;
    rao_series series[CONNECTIONS_MOST];
    cJSON *request = NULL, *p = NULL;
    char **names = NULL;
    int64_t count = 0;
    rao_mark mark = rao_scratch_mark(a->ctx);
    RAO_TRY(ask_request(a, "entropy", &request)); /* for the chart of the points alone */
    RAO_TRY(ask_point(a->ctx, a->point[0], &p));
    RAO_TRY(ask_put(a->ctx, request, "p", p));
    RAO_TRY(ask_names(a, request, 1, &names, &count));
    for (int64_t i = 0; i < n; i++)
        series[i] = (rao_series){.name = paths[i].name, .n = PLACES, .x = paths[i].x, .y = paths[i].y, .colour = (int)i + 1};
    rao_chart chart = {.title = "Geodesics",
                       .subtitle = count > 2 ? "in the plane of the first two coordinates" : NULL,
                       .x_label = count > 1 ? names[0] : "t",
                       .y_label = count > 1 ? names[1] : names[0],
                       .series = series,
                       .series_count = n};
    RAO_TRY(rao_report_chart(a->ctx, report, &chart));
done:
    rao_scratch_reset(a->ctx, mark);
    cJSON_Delete(request);
    return st;
}

rao_status geodesic_report(ask *a, const geodesic_options *o, rao_out **out) {
    rao_status st = RAO_OK;
    rao_report *report = NULL;
    rao_text html = {0};
    path *paths = NULL;
    int64_t n = 0;
    char subtitle[200], from[ASK_SHORT], to[ASK_SHORT];
    RAO_TRY(rao_alloc(a->ctx, CONNECTIONS_MOST, &paths));
    RAO_TRY(all_paths(a, o, paths, &n));
    snprintf(subtitle, sizeof subtitle, "%.40s, from %s to %s", a->family, ask_short(a->point[0], from), ask_short(a->point[1], to));
    RAO_TRY(rao_report_create(a->ctx, "rao geodesic", subtitle, &report));
    RAO_TRY(add_chart(a, paths, n, report));
    RAO_TRY(rao_report_code(a->ctx, report, a->call->line.data));
    RAO_TRY(rao_report_html(a->ctx, report, &html));
    RAO_TRY(rao_out_append(a->ctx, *out, html.data, html.length));
    RAO_TRY(rao_out_commit(a->ctx, out));
done:
    rao_free(&paths);
    rao_text_destroy(&html);
    rao_report_destroy(&report);
    return st;
}
