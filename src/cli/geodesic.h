/* geodesic.h - what the table and the picture of a geodesic share. */
#ifndef RAO_CLI_GEODESIC_H
#define RAO_CLI_GEODESIC_H

#include "ask.h"

typedef struct geodesic_options {
    ask_options family;
    const char *connection, *report;
    int64_t n;
    double from, to;
} geodesic_options;
CLI_OPTIONS_FIT(geodesic_options);

/* ---- cmd_geodesic.c ---- */

enum { CONNECTIONS_MOST = 16, CONNECTION_BYTES = 32 };
/* Whether a quantity is a geodesic between two points, and the name of its connection: "fisher-rao" of fisher_rao_geodesic. */
int geodesic_connection(int quantity, char name[CONNECTION_BYTES]);
/* The request for n places from o->from to o->to between the points of the command line. */
rao_status geodesic_request(ask *a, const geodesic_options *o, int quantity, int64_t n, cJSON **request);

/* ---- geodesic_report.c ---- */

/* The geodesics of every connection that has an answer in one picture; commits *out. */
rao_status geodesic_report(ask *a, const geodesic_options *o, rao_out **out);

#endif
