/* eval.c - a request: {"family", "quantity", "chart"?, "fixed"?, "p", "q"?, "x"?, "data"?, "weights"?, "method"?, "samples"?, "seed"?, "id"?}.
 *
 * p, q and x may be arrays of points (a batch: equal lengths, or one against many); a bad item is answered in its own place. */
#include "eval.h"

#include <math.h>
#include <string.h>

#include <cjson/cJSON.h>

enum { DEPTH = 16 };
static const char *const keys[] = {"family", "quantity", "chart",  "fixed",   "p",    "q", "x",
                                   "data",   "weights",  "method", "samples", "seed", "id"};
enum { KEYS = sizeof keys / sizeof *keys };

/* A list of points of `width` numbers: one, or `count` of them. */
typedef struct points {
    double *data;
    int64_t width, count;
    int batch;
} points;

typedef struct request {
    eval_state *s;
    const cJSON *tree;
    const rao_family *family;
    int64_t chart;
    points p, q, x;
} request;

/* ---- reading ---- */

static rao_status check_keys(rao_ctx *ctx, const cJSON *tree) {
    if (!cJSON_IsObject(tree)) return rao_fail(ctx, RAO_EINVAL, "a request is an object {\"family\":..,\"quantity\":..,\"p\":[..]}");
    for (const cJSON *item = tree->child; item; item = item->next) {
        int known = 0;
        for (int i = 0; i < KEYS; i++) known |= !strcmp(item->string, keys[i]);
        if (known) continue;
        const char *near = rao_nearest(item->string, keys, KEYS, sizeof *keys);
        if (near) return rao_fail(ctx, RAO_EINVAL, "no key '%.40s', did you mean '%s'?", item->string, near);
        return rao_fail(ctx, RAO_EINVAL,
                        "no key '%.40s', want family, quantity, chart, fixed, p, q, x, data, weights, method, samples, seed or id",
                        item->string);
    }
    return RAO_OK;
}

static rao_status get_text(rao_ctx *ctx, const cJSON *tree, const char *key, int needed, const char **text) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(tree, key);
    *text = NULL;
    if (!item && !needed) return RAO_OK;
    if (!item) return rao_fail(ctx, RAO_EINVAL, "%s is missing", key);
    if (!cJSON_IsString(item)) return rao_fail(ctx, RAO_EINVAL, "%s is not a string", key);
    *text = item->valuestring;
    return RAO_OK;
}

/* A number, or "inf" and "-inf". */
static rao_status get_number(rao_ctx *ctx, const cJSON *item, const char *key, double *value) {
    if (cJSON_IsNumber(item)) return *value = item->valuedouble, RAO_OK;
    if (cJSON_IsString(item) && !strcmp(item->valuestring, "inf")) return *value = HUGE_VAL, RAO_OK;
    if (cJSON_IsString(item) && !strcmp(item->valuestring, "-inf")) return *value = -HUGE_VAL, RAO_OK;
    return rao_fail(ctx, RAO_EINVAL, "%s: an entry is not a number", key);
}

static rao_status get_point(rao_ctx *ctx, const cJSON *item, const char *key, int64_t width, double *out) {
    rao_status st = RAO_OK;
    int64_t n = cJSON_IsArray(item) ? cJSON_GetArraySize(item) : 1;
    if (n != width) return rao_fail(ctx, RAO_EINVAL, "%s has %lld numbers, want %lld", key, (long long)n, (long long)width);
    if (!cJSON_IsArray(item)) return get_number(ctx, item, key, out);
    for (const cJSON *entry = item->child; entry; entry = entry->next) RAO_TRY(get_number(ctx, entry, key, out++));
done:
    return st;
}

/* With `width` numbers a point: one point, or a batch of them. Temporaries on the scratch stack. */
static rao_status get_points(rao_ctx *ctx, const cJSON *tree, const char *key, int64_t width, points *out) {
    rao_status st = RAO_OK;
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(tree, key);
    *out = (points){NULL, width, 0, 0};
    if (!item) return RAO_OK;
    out->batch = cJSON_IsArray(item) && (cJSON_IsArray(item->child) || (width == 1 && cJSON_GetArraySize(item) != 1));
    out->count = out->batch ? cJSON_GetArraySize(item) : 1;
    if (out->count == 0) return rao_fail(ctx, RAO_EINVAL, "%s is an empty array", key);
    RAO_TRY(rao_scratch(ctx, out->count * width, &out->data));
    if (!out->batch) return get_point(ctx, item, key, width, out->data);
    double *at = out->data;
    for (const cJSON *one = item->child; one; one = one->next, at += width) RAO_TRY(get_point(ctx, one, key, width, at));
done:
    return st;
}

/* ---- the family ---- */

static rao_status get_fixed(rao_ctx *ctx, const cJSON *tree, const rao_family_info *info, rao_fixed *fixed, int64_t *count) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(tree, "fixed");
    *count = 0;
    if (!item) return RAO_OK;
    if (!cJSON_IsObject(item) || !item->child || item->child->next)
        return rao_fail(ctx, RAO_EINVAL, "fixed is {\"%s\":number}", info && info->fixed ? info->fixed : "n");
    fixed->name = item->child->string;
    *count = 1;
    return get_number(ctx, item->child, "fixed", &fixed->value);
}

static const rao_family_info *info_of(const char *name) {
    for (int64_t i = 0; rao_family_list(i); i++)
        if (!strcmp(rao_family_list(i)->name, name)) return rao_family_list(i);
    return NULL;
}

static rao_status keep(eval_state *s, const char *name, const rao_fixed *fixed, int64_t count, int64_t dimension,
                       const rao_family **family) {
    rao_status st = RAO_OK;
    double value = count ? fixed->value : 0;
    for (int i = 0; i < EVAL_FAMILIES; i++) {
        const eval_kept *k = &s->kept[i];
        if (k->family && !strcmp(k->name, name) && k->dimension == dimension && k->fixed == value &&
            (count != 0) == (rao_family_describe(k->family)->fixed != NULL)) {
            *family = k->family;
            return RAO_OK;
        }
    }
    rao_family_opts o;
    rao_family *made = NULL;
    rao_family_opts_init(&o);
    o.dimension = dimension, o.fixed = fixed, o.fixed_count = count;
    RAO_TRY(rao_family_create(s->ctx, name, &o, &made));
    eval_kept *k = &s->kept[s->next];
    s->next = (s->next + 1) % EVAL_FAMILIES;
    rao_family_destroy(&k->family);
    *k = (eval_kept){.family = made, .dimension = dimension, .fixed = value};
    strncpy(k->name, name, sizeof k->name - 1);
    *family = made;
done:
    return st;
}

/* Numbers in the first point of a request. */
static int64_t point_width(const cJSON *tree) {
    const cJSON *p = cJSON_GetObjectItemCaseSensitive(tree, "p");
    if (!cJSON_IsArray(p)) return 1;
    return cJSON_GetArraySize(cJSON_IsArray(p->child) ? p->child : p);
}

/* A family whose dimension is free has the one in which a point of this chart has the numbers that p has. */
static rao_status find_family(request *r, const char *name, const char *chart) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = r->s->ctx;
    const rao_family_info *info = info_of(name);
    rao_fixed fixed = {NULL, 0};
    int64_t count = 0, width = point_width(r->tree), dimension = info ? info->least_dimension : 0;
    RAO_TRY(get_fixed(ctx, r->tree, info, &fixed, &count));
    RAO_TRY(keep(r->s, name, &fixed, count, dimension, &r->family));
    RAO_TRY(rao_family_chart_index(ctx, r->family, chart, &r->chart));
    while (dimension && rao_family_coords(r->family, r->chart) < width) {
        dimension += dimension < 64 ? 1 : width - rao_family_coords(r->family, r->chart) > dimension ? dimension : 1;
        RAO_TRY(keep(r->s, name, &fixed, count, dimension, &r->family));
    }
done:
    return st;
}

/* ---- answering ---- */

static void put_error(rao_ctx *ctx, rao_json_writer *json, const char *key, rao_status st) {
    rao_json_object(ctx, json, key);
    rao_json_string(ctx, json, "code", rao_status_name(st));
    rao_json_string(ctx, json, "message", rao_ctx_message(ctx));
    rao_json_end(ctx, json);
}

static void put_number(rao_ctx *ctx, rao_json_writer *json, const char *key, double v) {
    if (isinf(v)) rao_json_string(ctx, json, key, v > 0 ? "inf" : "-inf");
    else rao_json_number(ctx, json, key, v);
}

static void put_vector(rao_ctx *ctx, rao_json_writer *json, const char *key, const double *v, int64_t n) {
    rao_json_array(ctx, json, key);
    for (int64_t i = 0; i < n; i++) put_number(ctx, json, NULL, v[i]);
    rao_json_end(ctx, json);
}

static int is_scalar(rao_quantity q) {
    return q == RAO_LOGPDF || q == RAO_ENTROPY || q == RAO_CROSS_ENTROPY || q == RAO_KL || q == RAO_LOG_PARTITION ||
           q == RAO_DUAL_POTENTIAL || q == RAO_BREGMAN;
}

/* A number, a vector, or the rows of a matrix. */
static void put_answer(rao_ctx *ctx, rao_json_writer *json, const char *key, const request *r, rao_quantity quantity, const double *v) {
    int64_t n = rao_family_answer(r->family, r->chart, quantity), side = rao_family_tangent(r->family, r->chart);
    if (is_scalar(quantity)) {
        put_number(ctx, json, key, *v);
    } else if (quantity != RAO_FISHER) {
        put_vector(ctx, json, key, v, n);
    } else {
        rao_json_array(ctx, json, key);
        for (int64_t i = 0; i < side; i++) put_vector(ctx, json, NULL, v + i * side, side);
        rao_json_end(ctx, json);
    }
}

static rao_status length_of_batch(rao_ctx *ctx, const request *r, int64_t *n) {
    const points *all[] = {&r->p, &r->q, &r->x};
    static const char *const name[] = {"p", "q", "x"};
    *n = 1;
    for (int i = 0; i < 3; i++) {
        if (!all[i]->batch || all[i]->count == *n) continue;
        if (*n != 1 && all[i]->count != 1)
            return rao_fail(ctx, RAO_EINVAL, "%s has %lld items where another has %lld, want equal numbers or one", name[i],
                            (long long)all[i]->count, (long long)*n);
        if (all[i]->count != 1) *n = all[i]->count;
    }
    return RAO_OK;
}

static rao_points spread(const points *p) { return rao_points_of(p->data, p->count > 1 ? p->width : 0); }

static rao_status get_method(rao_ctx *ctx, const cJSON *tree, int *method) {
    const char *text;
    static const char *const names[] = {"closed", "series", "quadrature", "monte_carlo", "empirical", "kl_hessian"};
    rao_status st = get_text(ctx, tree, "method", 0, &text);
    *method = -1;
    for (int i = 0; text && i < 6; i++)
        if (!strcmp(text, names[i])) *method = i;
    if (st == RAO_OK && text && *method < 0)
        return rao_fail(ctx, RAO_EINVAL, "method '%.40s' is unknown, want closed, quadrature, monte_carlo or kl_hessian", text);
    return st;
}

static rao_status get_whole(rao_ctx *ctx, const cJSON *tree, const char *key, int64_t *value) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(tree, key);
    if (!item) return RAO_OK;
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) || item->valuedouble > 0x1p53 || item->valuedouble != floor(item->valuedouble))
        return rao_fail(ctx, RAO_EINVAL, "%s is not a whole number >= 0", key);
    *value = (int64_t)item->valuedouble;
    return RAO_OK;
}

static void put_quality(rao_ctx *ctx, rao_json_writer *json, const rao_quality *quality, const rao_status *each, int64_t n) {
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
    if (error > 0) put_number(ctx, json, "error_estimate", error); /* of a batch: the largest */
}

/* One bad item must not take the others with it, and its sentence is wanted: it is asked again alone. */
static rao_status retry(const request *r, rao_quantity quantity, const rao_family_args *all, int64_t i, double *out) {
    rao_family_args one = *all;
    one.n = 1, one.each = NULL, one.quality = NULL;
    one.p.data += i * one.p.stride;
    if (one.q.data) one.q.data += i * one.q.stride;
    if (one.x.data) one.x.data += i * one.x.stride;
    return rao_family_eval(r->s->ctx, r->family, quantity, &one, out, rao_family_answer(r->family, r->chart, quantity));
}

static rao_status answer(request *r, rao_quantity quantity) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = r->s->ctx;
    rao_json_writer *json = &r->s->json;
    rao_family_args a;
    int64_t n = 1, width, seed = r->s->seed;
    double *out = NULL;
    rao_status *each = NULL;
    rao_quality *quality = NULL;
    rao_family_args_init(&a);
    RAO_TRY(get_points(ctx, r->tree, "p", rao_family_coords(r->family, r->chart), &r->p));
    if (rao_quantity_takes_q(quantity)) RAO_TRY(get_points(ctx, r->tree, "q", rao_family_coords(r->family, r->chart), &r->q));
    if (rao_quantity_takes_x(quantity)) RAO_TRY(get_points(ctx, r->tree, "x", rao_family_observation(r->family), &r->x));
    RAO_TRY(length_of_batch(ctx, r, &n));
    RAO_TRY(get_method(ctx, r->tree, &a.method));
    RAO_TRY(get_whole(ctx, r->tree, "samples", &a.samples));
    RAO_TRY(get_whole(ctx, r->tree, "seed", &seed));
    width = rao_family_answer(r->family, r->chart, quantity);
    RAO_TRY(rao_scratch(ctx, n * (width ? width : 1), &out));
    RAO_TRY(rao_scratch(ctx, n, &each));
    RAO_TRY(rao_scratch(ctx, n, &quality));
    a.chart = r->chart, a.n = n, a.p = spread(&r->p), a.q = spread(&r->q), a.x = spread(&r->x), a.each = each, a.quality = quality;
    a.stream = rao_stream_make((uint64_t)seed, 0);
    int batch = r->p.batch || r->q.batch || r->x.batch;
    RAO_TRY(rao_family_eval(ctx, r->family, quantity, &a, out, width));
    if (!batch && each[0] != RAO_OK) return retry(r, quantity, &a, 0, out);
    if (batch) rao_json_array(ctx, json, "value");
    for (int64_t i = 0; i < n; i++) {
        rao_status one = each[i] == RAO_OK ? RAO_OK : retry(r, quantity, &a, i, out + i * width);
        if (one == RAO_OK) {
            put_answer(ctx, json, batch ? NULL : "value", r, quantity, out + i * width);
        } else {
            rao_json_object(ctx, json, NULL);
            put_error(ctx, json, "error", one);
            rao_json_end(ctx, json);
        }
    }
    if (batch) rao_json_end(ctx, json);
    put_quality(ctx, json, quality, each, n);
done:
    return st;
}

/* Maximum likelihood from "data". */
static rao_status answer_mle(request *r) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = r->s->ctx;
    rao_json_writer *json = &r->s->json;
    points data, weights;
    int64_t k = rao_family_coords(r->family, r->chart), t = rao_family_tangent(r->family, r->chart);
    double *p = NULL, *error = NULL, likelihood = 0;
    RAO_TRY(get_points(ctx, r->tree, "data", rao_family_observation(r->family), &data));
    if (!data.data) RAO_TRY(rao_fail(ctx, RAO_EINVAL, "mle: data is missing"));
    RAO_TRY(get_points(ctx, r->tree, "weights", 1, &weights));
    if (weights.data && weights.count != data.count)
        RAO_TRY(rao_fail(ctx, RAO_EINVAL, "mle: %lld weights for %lld observations", (long long)weights.count, (long long)data.count));
    RAO_TRY(rao_scratch(ctx, k, &p));
    RAO_TRY(rao_scratch(ctx, t, &error));
    RAO_TRY(
        rao_family_mle(ctx, r->family, r->chart, data.count, rao_points_of(data.data, data.width), weights.data, p, error, &likelihood));
    put_vector(ctx, json, "value", p, k);
    put_vector(ctx, json, "standard_error", error, t);
    put_number(ctx, json, "log_likelihood", likelihood);
done:
    return st;
}

static rao_status answer_request(eval_state *s, const cJSON *tree) {
    rao_status st = RAO_OK;
    request r = {.s = s, .tree = tree};
    const char *family, *quantity, *chart;
    rao_quantity which = RAO_LOGPDF;
    RAO_TRY(check_keys(s->ctx, tree));
    RAO_TRY(get_text(s->ctx, tree, "family", 1, &family));
    RAO_TRY(get_text(s->ctx, tree, "quantity", 1, &quantity));
    RAO_TRY(get_text(s->ctx, tree, "chart", 0, &chart));
    RAO_TRY(find_family(&r, family, chart));
    if (!strcmp(quantity, "mle")) return answer_mle(&r);
    RAO_TRY(rao_quantity_index(s->ctx, quantity, &which));
    RAO_TRY(answer(&r, which));
done:
    return st;
}

static void put_id(rao_ctx *ctx, rao_json_writer *json, const cJSON *tree) {
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(tree, "id");
    if (cJSON_IsString(id)) rao_json_string(ctx, json, "id", id->valuestring);
    else if (cJSON_IsNumber(id)) rao_json_number(ctx, json, "id", id->valuedouble);
}

/* Ends the line and moves it to `out`. */
static rao_status take(eval_state *s, rao_text *out) {
    rao_status st = rao_json_line(s->ctx, &s->json, NULL);
    if (st == RAO_OK) st = rao_text_add(s->ctx, out, s->json.text.data, s->json.text.length);
    rao_json_clear(&s->json);
    return st;
}

rao_status eval_line(eval_state *s, const char *line, int64_t length, rao_text *out) {
    rao_status st;
    rao_mark mark = rao_scratch_mark(s->ctx);
    cJSON *tree = NULL;
    rao_json_object(s->ctx, &s->json, NULL);
    st = rao_json_parse(s->ctx, "request", line, length, DEPTH, &tree);
    if (st == RAO_EIO) st = rao_fail(s->ctx, RAO_EINVAL, "%s", rao_ctx_message(s->ctx));
    if (st == RAO_OK) st = answer_request(s, tree);
    if (st != RAO_OK) {
        rao_json_clear(&s->json);
        rao_json_object(s->ctx, &s->json, NULL);
        put_error(s->ctx, &s->json, "error", st);
    }
    if (tree) put_id(s->ctx, &s->json, tree);
    rao_json_end(s->ctx, &s->json);
    st = take(s, out);
    rao_json_free(&tree);
    rao_scratch_reset(s->ctx, mark);
    return st;
}

void eval_close(eval_state *s) {
    for (int i = 0; i < EVAL_FAMILIES; i++) rao_family_destroy(&s->kept[i].family);
    rao_json_writer_destroy(&s->json);
}
