/* eval_batch.c - a quantity of one or two points, over a batch: p, q, x, t and velocity may be arrays of such (equal lengths, or one against many);
 * a bad item is answered in its own place. */
#include "eval.h"

#include <stdio.h>
#include <string.h>

/* What may be a batch, in the order of `part_names`. */
enum { P, Q, X, T, V, PARTS };
static const char *const part_names[PARTS] = {"p", "q", "x", "t", "velocity"};

typedef struct batch {
    eval_request *r;
    int quantity;
    eval_points part[PARTS];
    rao_family_args args;
    int64_t width; /* numbers of an answer */
    double *out;
} batch;

static eval_uses uses_of_connections(int quantity) {
    switch (quantity) {
    case RAO_AMARI_CHENTSOV:
    case RAO_CHRISTOFFEL: return EVAL_USES(METHOD);
    case RAO_ALPHA_GEODESIC: return EVAL_USES(ALPHA);
    case RAO_ALPHA_CHRISTOFFEL:
    case RAO_RIEMANN:
    case RAO_SCALAR_CURVATURE: return EVAL_USES(METHOD) | EVAL_USES(ALPHA);
    case RAO_SECTIONAL_CURVATURE:
    case RAO_ALPHA_CURVATURE: return EVAL_USES(METHOD) | EVAL_USES(ALPHA) | EVAL_USES(PLANE);
    default: return 0;
    }
}

eval_uses eval_batch_uses(int quantity) {
    int takes = rao_manifold_takes(quantity);
    eval_uses uses = EVAL_USES(P);
    if (takes & RAO_TAKES_Q) uses |= EVAL_USES(Q);
    if (takes & RAO_TAKES_X) uses |= EVAL_USES(X);
    if (takes & RAO_TAKES_T) uses |= EVAL_USES(T);
    if (takes & RAO_TAKES_VELOCITY) uses |= EVAL_USES(VELOCITY);
    if (takes & RAO_TAKES_ORDER) uses |= EVAL_USES(ORDER);
    if (quantity == RAO_ALPHA_DIVERGENCE) uses |= EVAL_USES(ALPHA);
    if (quantity == RAO_FISHER || quantity == RAO_FISHER_DET) uses |= EVAL_USES(METHOD) | EVAL_USES(DATA) | EVAL_USES(WEIGHTS);
    if (quantity == RAO_JEFFREYS_PRIOR) uses |= EVAL_USES(NORMALISED);
    return uses | uses_of_connections(quantity);
}

static rao_status read_parts(batch *b) {
    rao_status st = RAO_OK;
    eval_request *r = b->r;
    int takes = rao_manifold_takes(b->quantity);
    int64_t tangent = rao_family_tangent(r->family, r->chart);
    const int wanted[PARTS] = {1, takes & RAO_TAKES_Q, takes & RAO_TAKES_X, takes & RAO_TAKES_T, takes & RAO_TAKES_VELOCITY};
    const int64_t width[PARTS] = {0, 0, rao_family_observation(r->family), 1, tangent};
    for (int i = 0; i < PARTS; i++)
        if (wanted[i] && i <= Q) RAO_TRY(eval_get_chart_batch(r, part_names[i], &b->part[i]));
        else if (wanted[i]) RAO_TRY(eval_get_batch(r->s->ctx, r->tree, part_names[i], width[i], &b->part[i]));
done:
    return st;
}

static rao_status common_length(rao_ctx *ctx, const batch *b, int64_t *n) {
    *n = 1;
    for (int i = 0; i < PARTS; i++) {
        const eval_points *p = &b->part[i];
        if (!p->batch || p->count == *n || p->count == 1) continue;
        if (*n != 1)
            return rao_fail(ctx, RAO_EINVAL, "%s has %lld items where another has %lld, want equal numbers or one", part_names[i],
                            (long long)p->count, (long long)*n);
        *n = p->count;
    }
    return RAO_OK;
}

static rao_points spread(const eval_points *p) { return rao_points_of(p->data, p->count > 1 ? p->width : 0); }

static rao_status get_method(rao_ctx *ctx, const cJSON *tree, int *method) {
    const char *text;
    static const char *const names[] = {"closed", "series", "quadrature", "monte_carlo", "empirical", "kl_hessian"};
    rao_status st = eval_get_text(ctx, tree, "method", 0, &text);
    *method = -1;
    for (int i = 0; text && i < 6; i++)
        if (!strcmp(text, names[i])) *method = i;
    if (st == RAO_OK && text && *method < 0)
        return rao_fail(ctx, RAO_EINVAL, "method '%.40s' is unknown, want closed, quadrature, monte_carlo, empirical or kl_hessian", text);
    return st;
}

/* The observations of an empirical Fisher matrix. */
static rao_status read_data(batch *b) {
    rao_status st = RAO_OK;
    eval_request *r = b->r;
    eval_points data, weights;
    RAO_TRY(eval_get_points(r->s->ctx, r->tree, "data", rao_family_observation(r->family), &data));
    RAO_TRY(eval_get_points(r->s->ctx, r->tree, "weights", 1, &weights));
    if (weights.data && weights.count != data.count)
        return rao_fail(r->s->ctx, RAO_EINVAL, "%lld weight%s for %lld observation%s", (long long)weights.count,
                        weights.count == 1 ? "" : "s", (long long)data.count, data.count == 1 ? "" : "s");
    b->args.data = rao_points_of(data.data, data.width), b->args.data_count = data.count, b->args.data_weights = weights.data;
done:
    return st;
}

/* Two tangent vectors. */
static rao_status read_plane(batch *b) {
    rao_status st = RAO_OK;
    eval_request *r = b->r;
    eval_points plane;
    RAO_TRY(eval_get_points(r->s->ctx, r->tree, "plane", rao_family_tangent(r->family, r->chart), &plane));
    if (plane.data && plane.count != 2) return rao_fail(r->s->ctx, RAO_EINVAL, "plane is two tangent vectors [[..],[..]]");
    b->args.plane = plane.data;
done:
    return st;
}

/* The order of an alpha-divergence is its alpha, and may be called so. */
static rao_status read_order(batch *b) {
    rao_ctx *ctx = b->r->s->ctx;
    const eval_uses both = EVAL_USES(ORDER) | EVAL_USES(ALPHA);
    int by_alpha = b->quantity == RAO_ALPHA_DIVERGENCE && b->r->seen & EVAL_USES(ALPHA);
    if (by_alpha && (b->r->seen & both) == both)
        return rao_fail(ctx, RAO_EINVAL, "alpha_divergence: order and alpha are the same number, give one of them");
    return eval_get_real(ctx, b->r->tree, by_alpha ? "alpha" : "order", &b->args.order);
}

/* The keys besides the parts, which most requests do not have. */
static const eval_uses settings = EVAL_USES(METHOD) | EVAL_USES(SAMPLES) | EVAL_USES(SEED) | EVAL_USES(ORDER) | EVAL_USES(ALPHA) |
                                  EVAL_USES(PLANE) | EVAL_USES(NORMALISED);

static rao_status read_settings(batch *b, int64_t *seed) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = b->r->s->ctx;
    const cJSON *tree = b->r->tree;
    rao_family_args *a = &b->args;
    RAO_TRY(get_method(ctx, tree, &a->method));
    if (a->method == RAO_EMPIRICAL) RAO_TRY(read_data(b));
    RAO_TRY(eval_get_whole(ctx, tree, "samples", &a->samples));
    RAO_TRY(eval_get_whole(ctx, tree, "seed", seed));
    RAO_TRY(read_order(b));
    RAO_TRY(eval_get_real(ctx, tree, "alpha", &a->alpha));
    RAO_TRY(read_plane(b));
    if (b->quantity == RAO_JEFFREYS_PRIOR) RAO_TRY(eval_get_flag(ctx, tree, "normalised", &a->normalised));
done:
    return st;
}

static rao_status read_args(batch *b) {
    rao_status st = RAO_OK;
    rao_family_args *a = &b->args;
    eval_state *s = b->r->s;
    int64_t seed = s->seed;
    rao_family_args_init(a);
    RAO_TRY(read_parts(b));
    RAO_TRY(common_length(s->ctx, b, &a->n));
    if (b->r->seen & settings) RAO_TRY(read_settings(b, &seed));
    if (seed != s->stream_seed) s->stream = rao_stream_make((uint64_t)seed, 0), s->stream_seed = seed;
    a->chart = b->r->chart, a->stream = s->stream;
    a->p = spread(&b->part[P]), a->q = spread(&b->part[Q]), a->x = spread(&b->part[X]);
    a->t = spread(&b->part[T]), a->velocity = spread(&b->part[V]);
done:
    return st;
}

static void advance(rao_points *p, int64_t i) {
    if (p->data) p->data += i * p->stride;
}

/* Whether a point lies in the family: what it is changed into is not looked at. */
static rao_status try_point(const batch *b, const double *c) {
    double *same;
    rao_ctx *ctx = b->r->s->ctx;
    rao_status st = rao_scratch(ctx, rao_family_coords(b->r->family, b->r->chart), &same);
    return st == RAO_OK ? rao_family_convert(ctx, b->r->family, b->r->chart, c, b->r->chart, same, NULL) : st;
}

/* "q: normal: sigma = -1, want > 0": where it is the second point that is wrong, the sentence says so. */
static rao_status blame(const batch *b, const rao_family_args *one, rao_status st) {
    rao_ctx *ctx = b->r->s->ctx;
    char sentence[600];
    if (st != RAO_EDOMAIN || !one->q.data || !(rao_manifold_takes(b->quantity) & RAO_TAKES_Q)) return st;
    snprintf(sentence, sizeof sentence, "%s", rao_ctx_message(ctx));
    if (try_point(b, one->p.data) == RAO_OK && try_point(b, one->q.data) == RAO_EDOMAIN && !strcmp(rao_ctx_message(ctx), sentence))
        return rao_fail(ctx, st, "q: %s", sentence);
    return rao_fail(ctx, st, "%s", sentence);
}

/* One bad item must not take the others with it, and its sentence is wanted: it is asked again alone. */
static rao_status retry(const batch *b, int64_t i) {
    rao_family_args one = b->args;
    for (int part = 0; part < PARTS; part++) {
        rao_status st = eval_check_item(b->r, &b->part[part], i);
        if (st != RAO_OK) return st;
    }
    one.n = 1, one.each = NULL, one.quality = NULL;
    advance(&one.p, i), advance(&one.q, i), advance(&one.x, i), advance(&one.t, i), advance(&one.velocity, i);
    return blame(b, &one, rao_manifold_eval(b->r->s->ctx, b->r->family, b->quantity, &one, b->out + i * b->width, b->width));
}

static void put_ends(rao_ctx *ctx, rao_json_writer *json, const double *v) {
    eval_put_number(ctx, json, "lower", v[0]);
    eval_put_number(ctx, json, "upper", v[1]);
}

/* Arrays of arrays, `rank` deep. */
static void put_tensor(rao_ctx *ctx, rao_json_writer *json, const char *key, const double *v, int64_t side, int rank) {
    int64_t part = 1;
    if (rank == 1) {
        eval_put_vector(ctx, json, key, v, side);
        return;
    }
    for (int i = 1; i < rank; i++) part *= side;
    rao_json_array(ctx, json, key);
    for (int64_t i = 0; i < side; i++) put_tensor(ctx, json, NULL, v + i * part, side, rank - 1);
    rao_json_end(ctx, json);
}

/* A number, a vector, the rows of a matrix, or both ends of an interval. */
static void put_answer(const batch *b, const char *key, const double *v) {
    rao_ctx *ctx = b->r->s->ctx;
    rao_json_writer *json = &b->r->s->json;
    int64_t side = rao_family_tangent(b->r->family, b->r->chart);
    switch (rao_manifold_shape(b->quantity)) {
    case RAO_SCALAR: eval_put_number(ctx, json, key, *v); break;
    case RAO_POINT: eval_put_point(b->r, key, v); break;
    case RAO_MATRIX: put_tensor(ctx, json, key, v, side, 2); break;
    case RAO_TENSOR3: put_tensor(ctx, json, key, v, side, 3); break;
    case RAO_TENSOR4: put_tensor(ctx, json, key, v, side, 4); break;
    case RAO_INTERVAL:
        rao_json_object(ctx, json, key);
        put_ends(ctx, json, v);
        rao_json_end(ctx, json);
        break;
    default: eval_put_vector(ctx, json, key, v, b->width);
    }
}

static void put_items(const batch *b) {
    rao_ctx *ctx = b->r->s->ctx;
    rao_json_writer *json = &b->r->s->json;
    rao_json_array(ctx, json, "value");
    for (int64_t i = 0; i < b->args.n; i++) {
        rao_status one = b->args.each[i] == RAO_OK ? RAO_OK : retry(b, i);
        if (one == RAO_OK) {
            put_answer(b, NULL, b->out + i * b->width);
            continue;
        }
        eval_put_item_error(b->r->s, one);
    }
    rao_json_end(ctx, json);
}

/* Whether the prior integrates to a finite number; silent where that is not known. */
static void put_proper(const batch *b) {
    rao_ctx *ctx = b->r->s->ctx;
    int proper;
    if (rao_jeffreys_proper(ctx, b->r->family, &proper) == RAO_OK) rao_json_bool(ctx, &b->r->s->json, "proper", proper);
}

rao_status eval_answer_batch(eval_request *r, int quantity) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = r->s->ctx;
    batch b = {.r = r, .quantity = quantity, .width = rao_manifold_answer(r->family, r->chart, quantity)};
    int is_batch = 0;
    RAO_TRY(read_args(&b));
    for (int i = 0; i < PARTS; i++) is_batch |= b.part[i].batch;
    if (b.width > INT64_MAX / 64 / b.args.n) return rao_fail(ctx, RAO_ENOMEM, "more numbers than there are addresses");
    RAO_TRY(rao_scratch(ctx, b.args.n * (b.width ? b.width : 1), &b.out));
    RAO_TRY(rao_scratch(ctx, b.args.n, &b.args.each));
    RAO_TRY(rao_scratch(ctx, b.args.n, &b.args.quality));
    RAO_TRY(rao_manifold_eval(ctx, r->family, quantity, &b.args, b.out, b.width));
    if (!is_batch && b.args.each[0] != RAO_OK) return retry(&b, 0);
    if (is_batch) put_items(&b);
    else put_answer(&b, "value", b.out);
    if (!is_batch && rao_manifold_shape(quantity) == RAO_INTERVAL) put_ends(ctx, &r->s->json, b.out);
    eval_put_quality(ctx, &r->s->json, b.args.quality, b.args.each, b.args.n);
    if (quantity == RAO_JEFFREYS_PRIOR) put_proper(&b);
done:
    return st;
}
