/* family_probe.c - how each quantity of a family is reached, found by asking: of a few pairs of points, in the least dimension and in twice that, some with a coordinate in common
 * and some far from the origin. What answers one way everywhere is said to be so; what differs is said to differ. */
#include "family_probe.h"

#include <stdio.h>
#include <string.h>

enum { NUMBERS = 16, PAIRS = 5, FIXED_SAMPLE = PROBE_FIXED, DRAWS = 12, SAMPLES = 500 };

typedef struct sample {
    const rao_family *family;
    double p[NUMBERS], q[NUMBERS];
} sample;

/* ---- points ---- */

/* Off the diagonal of a matrix: a name that ends in two different indices. */
static int is_off_diagonal(const char *name) {
    int i = 0, j = 0;
    const char *last = strrchr(name, '_'), *before = last;
    if (!last || last == name) return 0;
    while (before > name && before[-1] != '_') before--;
    return before > name && sscanf(before, "%d_%d", &i, &j) == 2 && i != j;
}

static double coordinate(int64_t j, int second) { return second ? 0.25 + 0.4375 * (double)j : 0.375 + 0.25 * (double)j; }

/* `pair`: 0 all coordinates differ, 1 the first in common, 2 the last, 3 far out, 4 as 0, the other way round. */
static rao_status fill(rao_ctx *ctx, const rao_family *f, int pair, int second, double *out) {
    int64_t n = rao_family_coords(f, 0);
    char name[RAO_COORD_NAME];
    double sum = 0;
    for (int64_t j = 0; j < n; j++) {
        int common = (pair == 1 && j == 0) || (pair == 2 && j == n - 1);
        rao_status st = rao_family_point_name(ctx, f, 0, j, name);
        if (st) return st;
        out[j] = is_off_diagonal(name) ? 0.125 : coordinate(j, (pair == 4) != (second && !common)) * (pair == 3 ? 8 : 1);
        sum += out[j];
    }
    for (int64_t j = 0; j < n && rao_family_tangent(f, 0) < n; j++) out[j] /= sum; /* probabilities */
    return RAO_OK;
}

static int is_member(rao_ctx *ctx, const rao_family *f, const double *p) {
    double same[NUMBERS];
    return rao_family_convert(ctx, f, 0, p, 0, same, NULL) == RAO_OK;
}

/* ---- requests ---- */

static rao_status put_numbers(rao_ctx *ctx, cJSON *into, const char *key, const double *v, int64_t n) {
    return ask_put(ctx, into, key, cJSON_CreateDoubleArray(v, (int)n));
}

static rao_status put_draws(rao_ctx *ctx, const sample *s, int64_t n, const char *key, cJSON *request) {
    rao_status st = RAO_OK;
    int64_t width = rao_family_observation(s->family);
    double x[DRAWS * NUMBERS];
    cJSON *rows = NULL;
    RAO_TRY(rao_family_sample(ctx, s->family, 0, s->p, rao_stream_make(1, 0), 0, 0, n, x, width));
    if (n == 1) return put_numbers(ctx, request, key, x, width);
    rows = cJSON_CreateArray();
    for (int64_t i = 0; rows && i < n; i++) RAO_TRY(put_numbers(ctx, rows, NULL, x + i * width, width));
    st = ask_put(ctx, request, key, rows), rows = NULL;
done:
    cJSON_Delete(rows);
    return st;
}

static rao_status put_points(rao_ctx *ctx, const sample *s, cJSON *request) {
    rao_status st = RAO_OK;
    int64_t n = rao_family_coords(s->family, 0);
    cJSON *list = cJSON_CreateArray();
    if (list) RAO_TRY(put_numbers(ctx, list, NULL, s->p, n));
    if (list) RAO_TRY(put_numbers(ctx, list, NULL, s->q, n));
    st = ask_put(ctx, request, "points", list), list = NULL;
done:
    cJSON_Delete(list);
    return st;
}

/* The first coordinate held, of the first chart whose coordinates are free; or independence, of a table in two halves where there are classes. */
static rao_status put_onto(rao_ctx *ctx, const sample *s, int independence, cJSON *request) {
    rao_status st = RAO_OK;
    char name[RAO_COORD_NAME];
    cJSON *onto = NULL;
    int64_t d = rao_family_dimension(s->family);
    const double table[] = {2, (double)(d / 2)};
    if (independence && strcmp(rao_family_describe(s->family)->name, "categorical"))
        return ask_put(ctx, request, "onto", cJSON_CreateString("independence"));
    onto = cJSON_CreateObject();
    int64_t chart = rao_family_coords(s->family, 0) > rao_family_tangent(s->family, 0);
    RAO_TRY(rao_family_coord_name(ctx, s->family, chart, 0, name));
    if (onto && !independence) RAO_TRY(ask_put(ctx, onto, "chart", cJSON_CreateString(rao_family_chart_name(s->family, chart))));
    if (onto && independence) RAO_TRY(put_numbers(ctx, onto, "independence", table, 2));
    if (onto && !independence) RAO_TRY(ask_put(ctx, onto, name, cJSON_CreateNumber(s->q[0])));
    st = ask_put(ctx, request, "onto", onto), onto = NULL;
done:
    cJSON_Delete(onto);
    return st;
}

static rao_status put_kernel(rao_ctx *ctx, const sample *s, cJSON *request) {
    rao_status st = RAO_OK;
    const double row[] = {0.25, 0.75};
    cJSON *kernel = cJSON_CreateArray();
    for (int64_t i = 0; kernel && i < rao_family_dimension(s->family); i++) RAO_TRY(put_numbers(ctx, kernel, NULL, row, 2));
    st = ask_put(ctx, request, "kernel", kernel), kernel = NULL;
done:
    cJSON_Delete(kernel);
    return st;
}

/* The plane of the first two coordinates, where there are more. */
static rao_status put_plane(rao_ctx *ctx, const sample *s, cJSON *request) {
    rao_status st = RAO_OK;
    const double vectors[2 * NUMBERS] = {[0] = 1, [NUMBERS + 1] = 1};
    int64_t n = rao_family_tangent(s->family, 0);
    if (n < 3) return RAO_OK;
    cJSON *plane = cJSON_CreateArray();
    for (int i = 0; plane && i < 2; i++) RAO_TRY(put_numbers(ctx, plane, NULL, vectors + i * NUMBERS, n));
    st = ask_put(ctx, request, "plane", plane), plane = NULL;
done:
    cJSON_Delete(plane);
    return st;
}

/* The keys that the quantity reads and that it cannot do without. */
static rao_status put_keys(rao_ctx *ctx, const sample *s, const char *quantity, eval_uses uses, cJSON *request) {
    rao_status st = RAO_OK;
    int64_t n = rao_family_coords(s->family, 0);
    double ones[NUMBERS];
    for (int i = 0; i < NUMBERS; i++) ones[i] = 0.01;
    RAO_TRY(put_numbers(ctx, request, "p", s->p, n));
    if (uses & EVAL_USES(Q) && !(uses & EVAL_USES(ONTO))) RAO_TRY(put_numbers(ctx, request, "q", s->q, n));
    if (uses & EVAL_USES(X)) RAO_TRY(put_draws(ctx, s, 1, "x", request));
    if (uses & EVAL_USES(T)) RAO_TRY(ask_put(ctx, request, "t", cJSON_CreateNumber(0.25)));
    if (uses & EVAL_USES(VELOCITY)) RAO_TRY(put_numbers(ctx, request, "velocity", ones, rao_family_tangent(s->family, 0)));
    if (uses & EVAL_USES(ORDER)) RAO_TRY(ask_put(ctx, request, "order", cJSON_CreateNumber(0.75)));
    if (uses & EVAL_USES(DATA) && !(uses & EVAL_USES(METHOD))) RAO_TRY(put_draws(ctx, s, DRAWS, "data", request));
    if (uses & EVAL_USES(KIND)) RAO_TRY(ask_put(ctx, request, "kind", cJSON_CreateString("left")));
    if (uses & EVAL_USES(POINTS)) RAO_TRY(put_points(ctx, s, request));
    if (uses & EVAL_USES(ONTO)) RAO_TRY(put_onto(ctx, s, !strcmp(quantity, "mutual_information"), request));
    if (uses & EVAL_USES(ALPHA) && !(uses & EVAL_USES(ORDER))) RAO_TRY(ask_put(ctx, request, "alpha", cJSON_CreateNumber(0.5)));
    if (uses & EVAL_USES(PLANE)) RAO_TRY(put_plane(ctx, s, request));
    if (uses & EVAL_USES(KERNEL)) RAO_TRY(put_kernel(ctx, s, request));
    RAO_TRY(ask_put(ctx, request, "samples", cJSON_CreateNumber(SAMPLES)));
done:
    return st;
}

static rao_status put_fixed(rao_ctx *ctx, const rao_family_info *f, cJSON *request) {
    cJSON *fixed = f->fixed ? cJSON_CreateObject() : NULL;
    rao_status st = fixed ? ask_put(ctx, fixed, f->fixed, cJSON_CreateNumber(FIXED_SAMPLE)) : RAO_OK;
    if (st == RAO_OK && f->fixed) return ask_put(ctx, request, "fixed", fixed);
    cJSON_Delete(fixed);
    return st;
}

static rao_status ask_sample(ask *a, const rao_family_info *f, const sample *s, const char *quantity, eval_uses uses, cJSON **answer) {
    rao_status st = RAO_OK;
    cJSON *request = NULL;
    RAO_TRY(ask_request(a, quantity, &request));
    RAO_TRY(put_fixed(a->ctx, f, request));
    RAO_TRY(put_keys(a->ctx, s, quantity, uses, request));
    RAO_TRY(ask_answer_any(a, request, answer));
done:
    cJSON_Delete(request);
    return st;
}

/* ---- what was found ---- */

/* The first method is that of the quantity; another one goes to "sometimes", a refusal to "refused". */
static rao_status note(rao_ctx *ctx, const cJSON *answer, cJSON *entry) {
    rao_status st = RAO_OK;
    const cJSON *method = eval_find(answer, "method"), *error = eval_find(answer, "error"), *first = eval_find(entry, "method");
    cJSON *others = (cJSON *)eval_find(entry, "sometimes");
    if (error && !eval_find(entry, "refused"))
        return ask_put(ctx, entry, "refused", cJSON_CreateString(eval_find(error, "message")->valuestring));
    if (!method || (first && !strcmp(first->valuestring, method->valuestring))) return RAO_OK;
    if (!first) return ask_put(ctx, entry, "method", cJSON_CreateString(method->valuestring));
    for (const cJSON *one = others ? others->child : NULL; one; one = one->next)
        if (!strcmp(one->valuestring, method->valuestring)) return RAO_OK;
    if (!others) RAO_TRY(ask_put(ctx, entry, "sometimes", others = cJSON_CreateArray()));
    RAO_TRY(ask_put(ctx, others, NULL, cJSON_CreateString(method->valuestring)));
done:
    return st;
}

static rao_status probe_one(ask *a, const rao_family_info *f, const sample *s, int64_t count, const char *quantity, eval_uses uses,
                            cJSON *into) {
    rao_status st = RAO_OK;
    cJSON *entry = cJSON_CreateObject(), *answer = NULL;
    if (!strcmp(quantity, "check")) count = 1; /* averages of 100000 draws in several variables, by one method in each family */
    for (int64_t i = 0; i < count && entry; i++) {
        RAO_TRY(ask_sample(a, f, &s[i], quantity, uses, &answer));
        RAO_TRY(note(a->ctx, answer, entry));
        cJSON_Delete(answer);
        answer = NULL;
    }
    st = ask_put(a->ctx, into, quantity, entry), entry = NULL;
done:
    cJSON_Delete(answer);
    cJSON_Delete(entry);
    return st;
}

/* ---- the family in two dimensions ---- */

static rao_status make(rao_ctx *ctx, const rao_family_info *f, int64_t dimension, rao_family **family) {
    rao_family_opts o;
    const rao_fixed fixed = {f->fixed, FIXED_SAMPLE};
    rao_family_opts_init(&o);
    o.dimension = dimension, o.fixed = &fixed, o.fixed_count = f->fixed != NULL;
    return rao_family_create(ctx, f->name, &o, family);
}

static rao_status add_samples(rao_ctx *ctx, const rao_family *family, sample *s, int64_t *count) {
    for (int pair = 0; pair < PAIRS; pair++) {
        sample *one = &s[*count];
        one->family = family;
        for (int second = 0; second < 2; second++) {
            rao_status st = fill(ctx, family, pair, second, second ? one->q : one->p);
            if (st) return st;
        }
        *count += is_member(ctx, family, one->p) && is_member(ctx, family, one->q);
    }
    return RAO_OK;
}

rao_status probe_quantities(ask *a, const rao_family_info *f, cJSON *into) {
    rao_status st = RAO_OK;
    rao_family *least = NULL, *twice = NULL;
    sample s[2 * PAIRS];
    int64_t count = 0;
    RAO_TRY(make(a->ctx, f, 0, &least));
    RAO_TRY(add_samples(a->ctx, least, s, &count));
    if (f->dimension) RAO_TRY(make(a->ctx, f, 2 * f->least_dimension, &twice));
    if (twice) RAO_TRY(add_samples(a->ctx, twice, s, &count));
    for (int64_t i = 0; rao_manifold_list(i) >= 0; i++) {
        int quantity = rao_manifold_list(i);
        RAO_TRY(probe_one(a, f, s, count, rao_manifold_name(quantity), eval_batch_uses(quantity), into));
    }
    for (int64_t i = 0; eval_topic_at(i); i++) RAO_TRY(probe_one(a, f, s, count, eval_topic_at(i)->name, eval_topic_at(i)->uses, into));
done:
    rao_family_destroy(&least);
    rao_family_destroy(&twice);
    return st;
}
