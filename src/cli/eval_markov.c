/* eval_markov.c - {"quantity":"markov_pushforward", "family":"categorical", "p", "kernel"}: the law of the output, in the chart of the request. */
#include "eval.h"

#include <string.h>

/* Rows of numbers, one for every class. */
static rao_status get_kernel(eval_request *r, rao_markov **markov) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = r->s->ctx;
    const cJSON *item = eval_find(r->tree, "kernel");
    eval_points rows;
    if (!item) return rao_fail(ctx, RAO_EINVAL, "kernel is missing: the law of the output for every class, [[..],[..]]");
    if (!eval_is(item, cJSON_Array) || !eval_is(item->child, cJSON_Array))
        return rao_fail(ctx, RAO_EINVAL, "kernel is not an array of rows");
    RAO_TRY(eval_get_points(ctx, r->tree, "kernel", cJSON_GetArraySize(item->child), &rows));
    if (rows.count != rao_family_dimension(r->family))
        RAO_TRY(rao_fail(ctx, RAO_EINVAL, "kernel has %lld row%s, want %lld, one for every class", (long long)rows.count,
                         rows.count == 1 ? "" : "s", (long long)rao_family_dimension(r->family)));
    RAO_TRY(rao_markov_create(ctx, rows.count, rows.width, rows.data, markov));
done:
    return st;
}

/* The family of the outputs; NULL where they are probabilities as they come. */
static rao_status make_target(eval_request *r, int64_t columns, rao_family **target) {
    rao_family_opts o;
    if (r->chart == 0) return RAO_OK;
    rao_family_opts_init(&o);
    o.dimension = columns;
    return rao_family_create(r->s->ctx, "categorical", &o, target);
}

typedef struct morphism {
    eval_request *r;
    rao_markov *markov;
    rao_family *target;
    double *p, *q, *out; /* probabilities before and behind, coordinates behind */
    int64_t width;
} morphism;

static rao_status carry(morphism *m, const eval_points *p, int64_t i) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = m->r->s->ctx;
    const double *c = p->data + i * p->width;
    RAO_TRY(eval_check_item(m->r, p, i));
    RAO_TRY(rao_family_convert(ctx, m->r->family, m->r->chart, c, 0, m->p, NULL));
    RAO_TRY(rao_markov_pushforward(ctx, m->markov, 1, rao_points_of(m->p, 0), m->q, 0));
    if (m->target) RAO_TRY(rao_family_convert(ctx, m->target, 0, m->q, m->r->chart, m->out, NULL));
    else memcpy(m->out, m->q, sizeof *m->q * (size_t)m->width);
done:
    return st;
}

static rao_status put_all(morphism *m, const eval_points *p) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = m->r->s->ctx;
    rao_json_writer *json = &m->r->s->json;
    if (!p->batch) {
        RAO_TRY(carry(m, p, 0));
        eval_put_vector(ctx, json, "value", m->out, m->width);
    } else {
        rao_json_array(ctx, json, "value");
        for (int64_t i = 0; i < p->count; i++) {
            rao_status one = carry(m, p, i);
            if (one == RAO_OK) eval_put_vector(ctx, json, NULL, m->out, m->width);
            else eval_put_item_error(m->r->s, one);
        }
        rao_json_end(ctx, json);
    }
    rao_json_string(ctx, json, "method", rao_method_name(RAO_CLOSED));
done:
    return st;
}

rao_status eval_answer_markov(eval_request *r) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = r->s->ctx;
    morphism m = {.r = r};
    eval_points p;
    const char *family = rao_family_describe(r->family)->name;
    if (strcmp(family, "categorical"))
        return rao_fail(ctx, RAO_EUNABLE, "%s: markov_pushforward carries a categorical, a law on finitely many classes", family);
    RAO_TRY(eval_get_chart_batch(r, "p", &p));
    if (!p.data) RAO_TRY(rao_fail(ctx, RAO_EINVAL, "categorical: markov_pushforward needs a point p"));
    RAO_TRY(get_kernel(r, &m.markov));
    RAO_TRY(make_target(r, rao_markov_columns(m.markov), &m.target));
    m.width = m.target ? rao_family_coords(m.target, r->chart) : rao_markov_columns(m.markov);
    RAO_TRY(rao_scratch(ctx, rao_markov_rows(m.markov), &m.p));
    RAO_TRY(rao_scratch(ctx, rao_markov_columns(m.markov), &m.q));
    RAO_TRY(rao_scratch(ctx, m.width, &m.out));
    RAO_TRY(put_all(&m, &p));
done:
    rao_family_destroy(&m.target);
    rao_markov_destroy(&m.markov);
    return st;
}
