/* eval_centroid.c - {"quantity":"centroid", "kind", "points", "weights"?}. */
#include "eval.h"

#include <string.h>

static rao_status get_kind(rao_ctx *ctx, const cJSON *tree, rao_centroid_kind *kind) {
    static const char *const names[] = {"left", "right", "symmetric", "frechet", "bures"};
    const char *text = NULL;
    rao_status st = eval_get_text(ctx, tree, "kind", 1, &text);
    if (st) return st;
    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++)
        if (!strcmp(text, names[i])) {
            *kind = (rao_centroid_kind)i;
            return RAO_OK;
        }
    return rao_fail(ctx, RAO_EINVAL, "kind '%.40s' is unknown, want left, right, symmetric, frechet or bures", text);
}

rao_status eval_answer_centroid(eval_request *r) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = r->s->ctx;
    rao_centroid_kind kind = RAO_CENTROID_LEFT;
    rao_quality quality = {RAO_CLOSED, 0};
    rao_status each = RAO_OK;
    eval_points points, weights;
    int64_t n = rao_family_coords(r->family, r->chart);
    double *c;
    RAO_TRY(get_kind(ctx, r->tree, &kind));
    RAO_TRY(eval_get_chart_points(r, "points", &points));
    if (!points.data) RAO_TRY(rao_fail(ctx, RAO_EINVAL, "centroid: points is missing: an array of points"));
    RAO_TRY(eval_get_points(ctx, r->tree, "weights", 1, &weights));
    if (weights.data && weights.count != points.count)
        RAO_TRY(rao_fail(ctx, RAO_EINVAL, "centroid: %lld weight%s for %lld point%s", (long long)weights.count,
                         weights.count == 1 ? "" : "s", (long long)points.count, points.count == 1 ? "" : "s"));
    RAO_TRY(rao_scratch(ctx, n, &c));
    RAO_TRY(
        rao_centroid(ctx, r->family, kind, r->chart, points.count, rao_points_of(points.data, points.width), weights.data, c, &quality));
    eval_put_point(r, "value", c);
    eval_put_quality(ctx, &r->s->json, &quality, &each, 1);
done:
    return st;
}
