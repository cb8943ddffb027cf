/* eval_point.c - points with a structure: {"mean", "cov"} of mvn, {"df", "scale"} of wishart, {"weights", "components"} of mixture.
 *
 * In a request they become the coordinates of the family's first chart, so that whatever reads the request sees arrays of numbers; where a request
 * was put in objects, the points of its answer are objects too. A matrix is its upper triangle row by row. */
#include "eval.h"

#include <math.h>
#include <string.h>

enum { PARTS_MOST = 256 };
static const char *const point_keys[] = {"p", "q", "points"};
enum { POINT_KEYS = 3 };

static rao_status no_memory(rao_ctx *ctx) { return rao_fail(ctx, RAO_ENOMEM, "out of memory: a point"); }

/* `item` is taken; NULL is out of memory. */
static rao_status append(rao_ctx *ctx, cJSON *array, cJSON *item) {
    if (item && cJSON_AddItemToArray(array, item)) return RAO_OK;
    cJSON_Delete(item);
    return no_memory(ctx);
}

/* `number` is an entry of `list`. */
static rao_status append_entry(rao_ctx *ctx, cJSON *array, const cJSON *list, const cJSON *number, const char *key) {
    double value;
    rao_status st = eval_get_entry(ctx, list, number, key, &value);
    if (st) return st;
    if (isinf(value)) return append(ctx, array, cJSON_CreateString(value > 0 ? "inf" : "-inf"));
    return append(ctx, array, cJSON_CreateNumber(value));
}

static rao_status append_single(rao_ctx *ctx, cJSON *array, const cJSON *number, const char *key) {
    const cJSON alone = {.child = (cJSON *)number};
    return append_entry(ctx, array, &alone, number, key);
}

static rao_status append_numbers(rao_ctx *ctx, cJSON *array, const cJSON *list, const char *key) {
    rao_status st = RAO_OK;
    if (!eval_is(list, cJSON_Array)) return rao_fail(ctx, RAO_EINVAL, "%s is not an array of numbers", key);
    for (const cJSON *item = list->child; item && st == RAO_OK; item = item->next) st = append_entry(ctx, array, list, item, key);
    return st;
}

/* Of the keys of an object exactly these. */
static rao_status want_keys(rao_ctx *ctx, const char *family, const cJSON *object, const char *first, const char *second) {
    if (eval_is(object, cJSON_Object) && cJSON_GetArraySize(object) == 2 && eval_find(object, first) && eval_find(object, second))
        return RAO_OK;
    return rao_fail(ctx, RAO_EINVAL, "%s: a point is {\"%s\":..,\"%s\":..}, or its coordinates in an array", family, first, second);
}

/* ---- matrices ---- */

static rao_status want_square(rao_ctx *ctx, const char *key, const cJSON *matrix, int n) {
    int rows = eval_is(matrix, cJSON_Array) ? cJSON_GetArraySize(matrix) : 0, i = 0;
    for (const cJSON *row = rows ? matrix->child : NULL; row; row = row->next, i++)
        if (!eval_is(row, cJSON_Array) || cJSON_GetArraySize(row) != (n ? n : rows))
            return rao_fail(ctx, RAO_EINVAL, "%s: row %d is no list of %d numbers", key, i + 1, n ? n : rows);
    if (rows && (!n || rows == n)) return RAO_OK;
    return rao_fail(ctx, RAO_EINVAL, "%s has %d rows, want %d", key, rows, n ? n : 1);
}

/* a_ij and a_ji agree to the rounding of whatever made them: beside the diagonal's size, where cancellation leaves one near zero. */
static int symmetric(const double *a, int64_t n, int64_t i, int64_t j) {
    double upper = a[i * n + j], lower = a[j * n + i], unit = sqrt(fabs(a[i * n + i] * a[j * n + j]));
    return upper == lower || fabs(upper - lower) <= 1e-12 * fmax(unit, fmax(fabs(upper), fabs(lower)));
}

static rao_status check_symmetry(rao_ctx *ctx, const char *family, const char *key, const double *a, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = i + 1; j < n; j++)
            if (!symmetric(a, n, i, j))
                return rao_fail(ctx, RAO_EDOMAIN, "%s: %s is not symmetric: entry %lld,%lld is %.17g and entry %lld,%lld is %.17g", family,
                                key, (long long)i + 1, (long long)j + 1, a[i * n + j], (long long)j + 1, (long long)i + 1, a[j * n + i]);
    return RAO_OK;
}

/* n = 0: as many rows as it has. */
static rao_status append_matrix(rao_ctx *ctx, cJSON *array, const char *family, const cJSON *matrix, const char *key, int n) {
    rao_status st = RAO_OK;
    double *a, *at;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(want_square(ctx, key, matrix, n));
    n = cJSON_GetArraySize(matrix);
    RAO_TRY(rao_scratch(ctx, (int64_t)n * n, &a));
    at = a;
    for (const cJSON *row = matrix->child; row; row = row->next)
        for (const cJSON *entry = row->child; entry; entry = entry->next) RAO_TRY(eval_get_entry(ctx, row, entry, key, at++));
    RAO_TRY(check_symmetry(ctx, family, key, a, n));
    int i = 0;
    for (const cJSON *row = matrix->child; row; row = row->next, i++) {
        int j = 0;
        for (const cJSON *entry = row->child; entry; entry = entry->next, j++)
            if (j >= i) RAO_TRY(append_entry(ctx, array, row, entry, key));
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* All points of a request have matrices of one size, that of the first. */
static rao_status take_side(eval_request *r, const char *family, const char *key, int n) {
    if (!r->side) r->side = n;
    if (r->side == n) return RAO_OK;
    return rao_fail(r->s->ctx, RAO_EINVAL, "%s: %s has %d %s%s where the first point has %lld", family, key, n,
                    !strcmp(key, "mean") ? "number" : "row", n == 1 ? "" : "s", (long long)r->side);
}

static rao_status flatten_mvn(eval_request *r, const cJSON *point, cJSON *array) {
    rao_ctx *ctx = r->s->ctx;
    rao_status st = want_keys(ctx, "mvn", point, "mean", "cov");
    const cJSON *mean = eval_find(point, "mean");
    if (st == RAO_OK) st = append_numbers(ctx, array, mean, "mean");
    if (st == RAO_OK && !mean->child) st = rao_fail(ctx, RAO_EINVAL, "mean is an empty array");
    if (st == RAO_OK) st = append_matrix(ctx, array, "mvn", eval_find(point, "cov"), "cov", cJSON_GetArraySize(mean));
    return st == RAO_OK ? take_side(r, "mvn", "mean", cJSON_GetArraySize(mean)) : st;
}

/* The degrees of freedom belong to the family: all points of a request have the same. */
static rao_status take_df(eval_request *r, const cJSON *df) {
    rao_ctx *ctx = r->s->ctx;
    const cJSON *given = eval_find(eval_find(r->tree, "fixed"), "df");
    if (!eval_is(df, cJSON_Number)) return rao_fail(ctx, RAO_EINVAL, "wishart: df is not a number");
    if (given && (!eval_is(given, cJSON_Number) || given->valuedouble != df->valuedouble))
        return rao_fail(ctx, RAO_EINVAL, "wishart: df = %.17g, but another point or fixed says otherwise: a family has one df",
                        df->valuedouble);
    if (given) return RAO_OK;
    cJSON *fixed = cJSON_AddObjectToObject(r->tree, "fixed");
    return fixed && cJSON_AddNumberToObject(fixed, "df", df->valuedouble) ? RAO_OK : no_memory(ctx);
}

static rao_status flatten_wishart(eval_request *r, const cJSON *point, cJSON *array) {
    rao_ctx *ctx = r->s->ctx;
    rao_status st = want_keys(ctx, "wishart", point, "df", "scale");
    if (st == RAO_OK) st = take_df(r, eval_find(point, "df"));
    if (st == RAO_OK) st = append_matrix(ctx, array, "wishart", eval_find(point, "scale"), "scale", 0);
    return st == RAO_OK ? take_side(r, "wishart", "scale", cJSON_GetArraySize(eval_find(point, "scale"))) : st;
}

/* ---- mixtures ---- */

/* A component is a request of its own without a quantity: its family, and its coordinates in the first chart behind those that are there. */
static rao_status component(eval_request *r, cJSON *object, rao_family **family, cJSON *array) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = r->s->ctx;
    eval_request part = {.s = r->s, .tree = object};
    for (const cJSON *item = eval_is(object, cJSON_Object) ? object->child : NULL; item; item = item->next)
        if (strcmp(item->string, "family") && strcmp(item->string, "p") && strcmp(item->string, "fixed"))
            return rao_fail(ctx, RAO_EINVAL, "mixture: a component has family, p and fixed, not '%.40s'", item->string);
    if (!eval_find(object, "p")) return rao_fail(ctx, RAO_EINVAL, "mixture: a component is {\"family\":..,\"p\":..}");
    RAO_TRY(eval_check_keys(ctx, object, &part.seen));
    RAO_TRY(eval_flatten(&part));
    if (part.form == EVAL_MIXTURE)
        RAO_TRY(rao_fail(ctx, RAO_EINVAL, "mixture: a component is a mixture itself; give its components instead"));
    RAO_TRY(eval_make_family(&part, family));
    const cJSON *p = eval_find(object, "p");
    int64_t n = eval_is(p, cJSON_Array) ? cJSON_GetArraySize(p) : 1;
    if (n != rao_family_coords(*family, 0))
        RAO_TRY(rao_fail(ctx, RAO_EINVAL, "mixture: a component %s has %lld numbers, want %lld", rao_family_describe(*family)->name,
                         (long long)n, (long long)rao_family_coords(*family, 0)));
    RAO_TRY(eval_is(p, cJSON_Array) ? append_numbers(ctx, array, p, "p") : append_single(ctx, array, p, "p"));
done:
    return st;
}

static rao_status same_parts(rao_ctx *ctx, const eval_state *s, rao_family *const *parts, int64_t n) {
    int same = s->part_count == n;
    for (int64_t i = 0; same && i < n; i++)
        same = rao_family_describe(parts[i]) == rao_family_describe(s->parts[i]) &&
               rao_family_fixed(parts[i]) == rao_family_fixed(s->parts[i]) &&
               rao_family_dimension(parts[i]) == rao_family_dimension(s->parts[i]);
    return same ? RAO_OK
                : rao_fail(ctx, RAO_EINVAL, "mixture: the points of a request have the same families as components, in the same order");
}

/* The first point says what the mixture is made of; its families stay until the next request. */
static rao_status keep_parts(eval_request *r, rao_family **parts, int64_t n) {
    eval_state *s = r->s;
    if (r->form == EVAL_MIXTURE) return same_parts(s->ctx, s, parts, n);
    eval_forget_mixture(s);
    rao_status st = rao_alloc(s->ctx, n, &s->parts);
    if (st == RAO_OK) st = rao_family_mixture(s->ctx, n, (const rao_family *const *)parts, &s->mixture);
    if (st != RAO_OK) return eval_forget_mixture(s), st;
    for (int64_t i = 0; i < n; i++) s->parts[i] = parts[i], parts[i] = NULL;
    s->part_count = n;
    r->form = EVAL_MIXTURE;
    return RAO_OK;
}

static rao_status flatten_mixture(eval_request *r, const cJSON *point, cJSON *array) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = r->s->ctx;
    rao_family *parts[PARTS_MOST] = {NULL};
    const cJSON *weights = eval_find(point, "weights"), *components = eval_find(point, "components");
    int64_t n = 0;
    RAO_TRY(want_keys(ctx, "mixture", point, "weights", "components"));
    RAO_TRY(append_numbers(ctx, array, weights, "weights"));
    if (!eval_is(components, cJSON_Array) || !components->child)
        RAO_TRY(rao_fail(ctx, RAO_EINVAL, "mixture: components is no list of them"));
    n = cJSON_GetArraySize(components);
    if (n != cJSON_GetArraySize(weights) || n > PARTS_MOST)
        RAO_TRY(rao_fail(ctx, RAO_EINVAL, "mixture: %lld components for %d weights, want equal numbers, at most %d", (long long)n,
                         cJSON_GetArraySize(weights), PARTS_MOST));
    int64_t i = 0;
    for (cJSON *one = components->child; one; one = one->next) RAO_TRY(component(r, one, &parts[i++], array));
    RAO_TRY(keep_parts(r, parts, n));
done:
    for (int64_t j = 0; j < PARTS_MOST; j++) rao_family_destroy(&parts[j]);
    return st;
}

void eval_forget_mixture(eval_state *s) {
    for (int64_t i = 0; i < s->part_count; i++) rao_family_destroy(&s->parts[i]);
    s->part_count = 0;
    rao_free(&s->parts);
    rao_family_destroy(&s->mixture);
}

/* ---- the request ---- */

typedef struct point_form {
    const char *family, *chart; /* objects are points of this chart, the family's first */
    eval_form form;
    rao_status (*flatten)(eval_request *r, const cJSON *point, cJSON *array);
} point_form;

static const point_form forms[] = {
    {"mvn", "mean_cov", EVAL_MVN, flatten_mvn},
    {"wishart", "scale", EVAL_WISHART, flatten_wishart},
    {"mixture", "components", EVAL_MIXTURE, flatten_mixture},
};
enum { FORMS = sizeof forms / sizeof *forms };

static const point_form *form_named(const char *family) {
    for (int i = 0; i < FORMS; i++)
        if (!strcmp(family, forms[i].family)) return &forms[i];
    return NULL;
}

/* Of the family and the chart that a request names. */
static const point_form *form_of(const cJSON *tree) {
    const cJSON *family = eval_find(tree, "family"), *chart = eval_find(tree, "chart");
    const point_form *form = eval_is(family, cJSON_String) ? form_named(family->valuestring) : NULL;
    if (!form || !eval_is(chart, cJSON_String) || !*chart->valuestring) return form;
    return !strcmp(chart->valuestring, form->chart) ? form : NULL;
}

static int holds_objects(const cJSON *item) {
    if (eval_is(item, cJSON_Object)) return 1;
    for (const cJSON *one = eval_is(item, cJSON_Array) ? item->child : NULL; one; one = one->next)
        if (eval_is(one, cJSON_Object)) return 1;
    return 0;
}

static rao_status flatten_one(eval_request *r, const point_form *form, const cJSON *point, cJSON **array) {
    *array = cJSON_CreateArray();
    rao_status st = *array ? form->flatten(r, point, *array) : no_memory(r->s->ctx);
    if (st == RAO_OK) return st;
    cJSON_Delete(*array);
    *array = NULL;
    return st;
}

/* `first` becomes the first object that is no point: it may fail alone, or be all that there is. Of `points`, which have one answer, none may fail. */
static rao_status flatten_list(eval_request *r, const point_form *form, const char *key, cJSON *list, const cJSON **first) {
    cJSON *array, *next;
    for (cJSON *one = list->child; one; one = next) {
        next = one->next;
        if (!eval_is(one, cJSON_Object)) continue; /* a batch may mix objects and arrays */
        rao_status st = flatten_one(r, form, one, &array);
        if (st == RAO_ENOMEM || (st != RAO_OK && !strcmp(key, "points"))) return st;
        if (st == RAO_OK) cJSON_ReplaceItemViaPointer(list, one, array), r->form = form->form;
        else if (!*first) *first = one;
    }
    return RAO_OK;
}

static rao_status flatten_key(eval_request *r, const point_form *form, const char *key, const cJSON **first) {
    cJSON *item = (cJSON *)eval_find(r->tree, key), *array;
    if (eval_is(item, cJSON_Array)) return flatten_list(r, form, key, item, first);
    if (!eval_is(item, cJSON_Object)) return RAO_OK;
    rao_status st = flatten_one(r, form, item, &array);
    if (st != RAO_OK) return st;
    r->form = form->form;
    if (cJSON_ReplaceItemInObjectCaseSensitive(r->tree, key, array)) return RAO_OK;
    cJSON_Delete(array);
    return no_memory(r->s->ctx);
}

rao_status eval_check_object(eval_request *r, const cJSON *object) {
    const point_form *form = form_of(r->tree);
    cJSON *array = NULL;
    if (!form)
        return rao_fail(r->s->ctx, RAO_EINVAL,
                        "a point is an object, which only mvn, wishart and mixture have, in their first chart; want an array of numbers");
    rao_status st = flatten_one(r, form, object, &array);
    cJSON_Delete(array);
    return st;
}

rao_status eval_flatten(eval_request *r) {
    rao_status st = RAO_OK;
    const point_form *form = NULL;
    const cJSON *first = NULL, *single = NULL;
    int objects = 0, points = 0;
    for (int i = 0; i < POINT_KEYS; i++) {
        const cJSON *item = eval_find(r->tree, point_keys[i]);
        points |= item != NULL;
        objects |= holds_objects(item);
        if (eval_is(item, cJSON_Object)) single = item;
    }
    if (!objects && points) return RAO_OK;
    form = form_of(r->tree);
    if (!form) return single ? eval_check_object(r, single) : RAO_OK; /* an object in a list fails alone */
    if (!objects) return r->form = form->form != EVAL_MIXTURE ? form->form : EVAL_ARRAY, RAO_OK;
    for (int i = 0; i < POINT_KEYS; i++) RAO_TRY(flatten_key(r, form, point_keys[i], &first));
    if (first && r->form == EVAL_ARRAY) return eval_check_object(r, first); /* no point tells the family's size */
done:
    return st;
}

/* ---- answers ---- */

/* The rows of a symmetric matrix of side n from its upper triangle. */
static void put_triangle(rao_ctx *ctx, rao_json_writer *json, const char *key, const double *v, int64_t n) {
    rao_json_array(ctx, json, key);
    for (int64_t i = 0; i < n; i++) {
        rao_json_array(ctx, json, NULL);
        for (int64_t j = 0; j < n; j++) {
            int64_t row = i < j ? i : j, column = i < j ? j : i;
            eval_put_number(ctx, json, NULL, v[row * n - row * (row - 1) / 2 + column - row]);
        }
        rao_json_end(ctx, json);
    }
    rao_json_end(ctx, json);
}

static void put_point(const eval_request *r, const rao_family *family, eval_form form, const char *key, const double *v);

static void put_components(const eval_request *r, const double *v) {
    rao_ctx *ctx = r->s->ctx;
    rao_json_writer *json = &r->s->json;
    int64_t n = r->s->part_count;
    eval_put_vector(ctx, json, "weights", v, n);
    v += n;
    rao_json_array(ctx, json, "components");
    for (int64_t i = 0; i < n; i++) {
        const rao_family *part = r->s->parts[i];
        const rao_family_info *info = rao_family_describe(part);
        const point_form *form = form_named(info->name);
        rao_json_object(ctx, json, NULL);
        rao_json_string(ctx, json, "family", info->name);
        put_point(r, part, form ? form->form : EVAL_ARRAY, "p", v);
        if (info->fixed && !form) {
            rao_json_object(ctx, json, "fixed");
            eval_put_number(ctx, json, info->fixed, rao_family_fixed(part));
            rao_json_end(ctx, json);
        }
        rao_json_end(ctx, json);
        v += rao_family_coords(part, 0);
    }
    rao_json_end(ctx, json);
}

static void put_point(const eval_request *r, const rao_family *family, eval_form form, const char *key, const double *v) {
    rao_ctx *ctx = r->s->ctx;
    rao_json_writer *json = &r->s->json;
    int64_t d = rao_family_dimension(family);
    if (form == EVAL_ARRAY) {
        eval_put_vector(ctx, json, key, v, rao_family_coords(family, 0));
        return;
    }
    rao_json_object(ctx, json, key);
    if (form == EVAL_MVN) {
        eval_put_vector(ctx, json, "mean", v, d);
        put_triangle(ctx, json, "cov", v + d, d);
    } else if (form == EVAL_WISHART) {
        eval_put_number(ctx, json, "df", rao_family_fixed(family));
        put_triangle(ctx, json, "scale", v, d);
    } else {
        put_components(r, v);
    }
    rao_json_end(ctx, json);
}

void eval_put_point(const eval_request *r, const char *key, const double *v) {
    if (r->form == EVAL_ARRAY) eval_put_vector(r->s->ctx, &r->s->json, key, v, rao_family_coords(r->family, r->chart));
    else put_point(r, r->family, r->form, key, v);
}
