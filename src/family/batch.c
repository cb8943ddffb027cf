/* batch.c - a question over a batch of points: load them into states, ask item by item, keep each item's status and quality. */
#include "family/batch.h"

#include <math.h>
#include <string.h>

void rao_family_args_init_sized(rao_family_args *args, size_t size) {
    if (size == sizeof *args) { /* the common case, without a copy */
        *args = (rao_family_args){.size = size, .n = 1, .method = -1, .order = NAN, .alpha = NAN};
        return;
    }
    rao_family_args all;
    rao_family_args_init_sized(&all, sizeof all);
    all.size = size;
    memcpy(args, &all, size < sizeof all ? size : sizeof all);
}

/* INT64_MAX where it is more: a tensor over half a million coordinates. */
static int64_t power(int64_t n, int exponent) {
    int64_t value = 1;
    for (int i = 0; i < exponent; i++) value = n && value > INT64_MAX / n ? INT64_MAX : value * n;
    return value;
}

int64_t rao_shape_numbers(const rao_family *family, int64_t chart, rao_shape shape) {
    int64_t tangent = rao_family_tangent(family, chart);
    switch (shape) {
    case RAO_TANGENT: return tangent;
    case RAO_MATRIX: return power(tangent, 2);
    case RAO_TENSOR3: return power(tangent, 3);
    case RAO_TENSOR4: return power(tangent, 4);
    case RAO_POINT: return rao_family_coords(family, chart);
    case RAO_COMPLEX:
    case RAO_INTERVAL: return 2;
    case RAO_ORDER: return family->table->exponential ? family->dim : 0;
    default: return 1;
    }
}

typedef struct batch {
    const rao_family *f;
    const family_question *row;
    const rao_family_args *args;
    const family_chart *chart;
    double *out;
    int64_t stride, answer, observation;
    family_many *many;
} batch;

enum { GRAIN = 64, MANY = 2048 }; /* items a block: one by one, and at once */

static rao_status check_numbers(rao_ctx *ctx, const rao_family *f, const char *what, const double *v, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        if (isnan(v[i]))
            return rao_fail(ctx, RAO_EDOMAIN, "%s: %s contains NaN at place %lld", f->table->info.name, what, (long long)i + 1);
    return RAO_OK;
}

static rao_status no_nan(rao_ctx *ctx, const batch *b, const double *answer) {
    for (int64_t i = 0; i < b->answer; i++)
        if (isnan(answer[i]))
            return rao_fail(ctx, RAO_EDOMAIN,
                            "%s: %s has no value here: at an edge it depends on the way there, or its terms leave the range of doubles",
                            b->f->table->info.name, b->row->name);
    return RAO_OK;
}

/* A state is loaded for every item, or once where the stride is 0. The mass of a user's density is measured for the first items, for the first of every
 * block, and after an item that failed: a grid of points costs no integral each. */
static rao_status load(rao_ctx *ctx, const batch *b, const char *what, rao_points points, int64_t i, int first, double *s) {
    if (points.stride == 0 && !first) return RAO_OK;
    const double *c = points.data + i * points.stride;
    RAO_OR_RETURN(check_numbers(ctx, b->f, what, c, b->f->coords[chart_number(b->f, b->chart)]));
    RAO_OR_RETURN(b->chart->load(ctx, b->f, c, s));
    return first || i < GRAIN ? rao_want_normalised(ctx, b->f, s, b->row->takes & RAO_TAKES_X) : RAO_OK;
}

static rao_status one(rao_ctx *ctx, const batch *b, int64_t i, int first, double *p, double *q, double *answer) {
    const rao_family_args *a = b->args;
    rao_quality quality = {RAO_CLOSED, 0};
    family_item it = {.f = b->f, .chart = b->chart, .args = a, .what = b->row->name, .p = p, .q = q, .index = i};
    RAO_OR_RETURN(load(ctx, b, "p", a->p, i, first, p));
    if (b->row->takes & RAO_TAKES_Q) RAO_OR_RETURN(load(ctx, b, "q", a->q, i, first, q));
    if (b->row->takes & RAO_TAKES_X) {
        it.x = a->x.data + i * a->x.stride;
        RAO_OR_RETURN(check_numbers(ctx, b->f, "x", it.x, b->observation));
    }
    if (b->row->takes & RAO_TAKES_T) {
        it.t = a->t.data[i * a->t.stride];
        if (isnan(it.t)) return rao_fail(ctx, RAO_EDOMAIN, "%s: t is NaN", b->f->table->info.name);
    }
    if (b->row->takes & RAO_TAKES_VELOCITY) {
        it.velocity = a->velocity.data + i * a->velocity.stride;
        RAO_OR_RETURN(check_numbers(ctx, b->f, "velocity", it.velocity, b->f->tangents[a->chart]));
    }
    memset(answer, 0, sizeof *answer * (size_t)b->answer);
    RAO_OR_RETURN(b->row->ask(ctx, &it, answer, &quality));
    RAO_OR_RETURN(no_nan(ctx, b, answer));
    memcpy(b->out + i * b->stride, answer, sizeof *answer * (size_t)b->answer);
    if (a->quality) a->quality[i] = quality;
    return RAO_OK;
}

/* In a batch the sentence names the item. */
static rao_status name_item(rao_ctx *ctx, const batch *b, int64_t i, rao_status st) {
    if (b->args->n == 1) return st;
    char sentence[512];
    size_t length = strlen(rao_ctx_message(ctx));
    if (length >= sizeof sentence) length = sizeof sentence - 1;
    memcpy(sentence, rao_ctx_message(ctx), length);
    sentence[length] = 0;
    return rao_fail(ctx, st, "item %lld: %s", (long long)i, sentence);
}

/* Items first..end-1 that are not done. */
static rao_status one_by_one(rao_ctx *ctx, const batch *b, int64_t first, int64_t end, const unsigned char *done_before) {
    rao_status st = RAO_OK;
    double *p, *q, *answer;
    int loaded = 0;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, b->f->state, &p));
    RAO_TRY(rao_scratch(ctx, b->f->state, &q));
    RAO_TRY(rao_scratch(ctx, b->answer, &answer));
    for (int64_t i = first; i < end; i++) {
        if (done_before && done_before[i - first]) continue;
        rao_status item = one(ctx, b, i, !loaded, p, q, answer);
        loaded = item == RAO_OK;
        if (b->args->each) b->args->each[i] = item;
        else if (item) RAO_TRY(name_item(ctx, b, i, item));
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status block(rao_ctx *ctx, int64_t number, void *arg) {
    return one_by_one(ctx, arg, number * GRAIN, rao_block_end(((const batch *)arg)->args->n, GRAIN, number), NULL);
}

static rao_status block_at_once(rao_ctx *ctx, int64_t number, void *arg) {
    const batch *b = arg;
    const rao_family_args *a = b->args;
    int64_t first = number * MANY, end = rao_block_end(a->n, MANY, number), left = 0;
    unsigned char done[MANY];
    if (!b->many(b->f, a, first, end - first, b->out + first * b->stride, b->stride, done)) return one_by_one(ctx, b, first, end, NULL);
    for (int64_t i = first; i < end; i++) {
        left += !done[i - first];
        if (a->each) a->each[i] = RAO_OK;
        if (a->quality) a->quality[i] = (rao_quality){RAO_CLOSED, 0};
    }
    return left ? one_by_one(ctx, b, first, end, done) : RAO_OK;
}

static rao_status missing(rao_ctx *ctx, const rao_family *f, const family_question *row, const char *what) {
    return rao_fail(ctx, RAO_EINVAL, "%s: %s needs %s", f->table->info.name, row->name, what);
}

rao_status rao_family_ask(rao_ctx *ctx, const rao_family *family, const family_question *row, const rao_family_args *args, double *out,
                          int64_t stride) {
    return rao_family_ask_many(ctx, family, row, NULL, args, out, stride);
}

rao_status rao_family_ask_many(rao_ctx *ctx, const rao_family *family, const family_question *row, family_many *many,
                               const rao_family_args *args, double *out, int64_t stride) {
    rao_family_args all;
    rao_family_args_init(&all);
    if (!args || !out || !family)
        return rao_fail(ctx, RAO_EINVAL, "%s: the family, the arguments or the place for the answer is NULL", row->name);
    memcpy(&all, args, args->size < sizeof all ? args->size : sizeof all);
    if (all.chart < 0 || all.chart >= family->table->chart_count)
        return rao_fail(ctx, RAO_EINVAL, "%s: chart %lld, want 0..%lld", family->table->info.name, (long long)all.chart,
                        (long long)family->table->chart_count - 1);
    if (!all.p.data) return missing(ctx, family, row, "a point p");
    if (row->takes & RAO_TAKES_Q && !all.q.data) return missing(ctx, family, row, "a second point q");
    if (row->takes & RAO_TAKES_X && !all.x.data) return missing(ctx, family, row, "an observation x");
    if (row->takes & RAO_TAKES_T && !all.t.data) return missing(ctx, family, row, "t, the place on the path");
    if (row->takes & RAO_TAKES_VELOCITY && !all.velocity.data) return missing(ctx, family, row, "a velocity");
    if (row->takes & RAO_TAKES_ORDER && isnan(all.order)) return missing(ctx, family, row, "an order");
    if (row->takes & RAO_TAKES_ALPHA && isnan(all.alpha)) return missing(ctx, family, row, "alpha");
    batch b = {family,
               row,
               &all,
               &family->table->charts[all.chart],
               out,
               stride,
               rao_shape_numbers(family, all.chart, row->shape),
               rao_family_observation(family),
               many};
    if (all.n > 1 && stride < b.answer)
        return rao_fail(ctx, RAO_EINVAL, "%s: %s has %lld numbers, the stride of the answers is %lld", family->table->info.name, row->name,
                        (long long)b.answer, (long long)stride);
    rao_status (*work)(rao_ctx *, int64_t, void *) = many ? block_at_once : block;
    int64_t blocks = rao_block_count(all.n, many ? MANY : GRAIN);
    return blocks == 1 ? work(ctx, 0, &b) : rao_parallel_for(ctx, blocks, work, &b);
}
