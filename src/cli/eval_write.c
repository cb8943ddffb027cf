/* eval_write.c - an answer's parts. Doubles read back bit for bit; infinities are strings; NaN does not come here. */
#include "eval.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void eval_put_error(eval_state *s, rao_status st) {
    char sentence[1024];
    const char *message = rao_ctx_message(s->ctx);
    snprintf(sentence, sizeof sentence, "%.*s", (int)strcspn(message, "\n"), message);
    rao_json_object(s->ctx, &s->json, "error");
    rao_json_string(s->ctx, &s->json, "code", rao_status_name(st));
    rao_json_string(s->ctx, &s->json, "message", s->whole_messages ? message : sentence);
    rao_json_end(s->ctx, &s->json);
}

void eval_put_item_error(eval_state *s, rao_status st) {
    rao_json_object(s->ctx, &s->json, NULL);
    eval_put_error(s, st);
    rao_json_end(s->ctx, &s->json);
}

void eval_put_number(rao_ctx *ctx, rao_json_writer *json, const char *key, double v) {
    if (isinf(v)) rao_json_string(ctx, json, key, v > 0 ? "inf" : "-inf");
    else rao_json_number(ctx, json, key, v);
}

void eval_put_vector(rao_ctx *ctx, rao_json_writer *json, const char *key, const double *v, int64_t n) {
    rao_json_array(ctx, json, key);
    for (int64_t i = 0; i < n; i++) eval_put_number(ctx, json, NULL, v[i]);
    rao_json_end(ctx, json);
}

void eval_put_matrix(rao_ctx *ctx, rao_json_writer *json, const char *key, const double *v, int64_t rows, int64_t columns) {
    rao_json_array(ctx, json, key);
    for (int64_t i = 0; i < rows; i++) eval_put_vector(ctx, json, NULL, v + i * columns, columns);
    rao_json_end(ctx, json);
}

void eval_put_quality(rao_ctx *ctx, rao_json_writer *json, const rao_quality *quality, const rao_status *each, int64_t n) {
    double error = 0;
    int method = -1, mixed = 0;
    for (int64_t i = 0; i < n; i++) {
        if (each[i] != RAO_OK) continue;
        mixed |= method >= 0 && method != (int)quality[i].method;
        method = quality[i].method;
        error = fmax(error, quality[i].error);
    }
    if (method < 0) return;
    if (mixed) {
        rao_json_array(ctx, json, "method");
        for (int64_t i = 0; i < n; i++) {
            if (each[i] == RAO_OK) rao_json_string(ctx, json, NULL, rao_method_name(quality[i].method));
            else rao_json_null(ctx, json, NULL);
        }
        rao_json_end(ctx, json);
    } else {
        rao_json_string(ctx, json, "method", rao_method_name((rao_method)method));
    }
    if (error > 0) eval_put_number(ctx, json, "error_estimate", error); /* of a batch: the largest */
}
