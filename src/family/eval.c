/* eval.c - every quantity of every family over a batch: load the points into states, ask the table, carry tensors into the chart. */
#include <math.h>
#include <string.h>

#include "family/family.h"
#include "family/generic.h"

void rao_family_args_init_sized(rao_family_args *args, size_t size) {
    rao_family_args all = {.size = size, .n = 1, .method = -1};
    memcpy(args, &all, size < sizeof all ? size : sizeof all);
}

/* ---- the quantities, one item each --------------------------------------------------------------------------- */

static rao_status no_density(rao_ctx *ctx, const family_item *it) {
    return rao_fail(ctx, RAO_EDOMAIN, "%s: x = %.17g%s has density 0 here, so it has no score; want %s", it->f->table->info.name, it->x[0],
                    rao_family_observation(it->f) > 1 ? ", ..." : "", it->f->table->possible_words);
}

static rao_status logpdf(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    (void)ctx, (void)quality;
    const family_table *t = it->f->table;
    *out = t->possible(it->f, it->x) ? t->logpdf(it->f, it->p, it->x) : -INF;
    return RAO_OK;
}

static rao_status score(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_table *t = it->f->table;
    double value;
    if (t->irregular && !t->score) return rao_fail(ctx, RAO_EDOMAIN, "%s: %s", t->info.name, t->irregular);
    RAO_OR_RETURN(logpdf(ctx, it, &value, quality));
    if (value == -INF) return no_density(ctx, it);
    if (it->chart->score) it->chart->score(it->f, it->p, it->x, out);
    else return rao_pull_back(ctx, it, out, NULL);
    return RAO_OK;
}

static rao_status entropy(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_table *t = it->f->table;
    if (!t->entropy) return rao_generic_entropy(ctx, it, out, quality);
    *out = t->entropy(it->f, it->p);
    quality->method = t->entropy_method;
    return RAO_OK;
}

static rao_status kl(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_table *t = it->f->table;
    if (!t->kl) return rao_generic_kl(ctx, it, out, quality);
    *out = t->kl(it->f, it->p, it->q);
    quality->method = t->kl_method;
    return RAO_OK;
}

static rao_status cross_entropy(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_table *t = it->f->table;
    double h, d;
    rao_quality first = {RAO_CLOSED, 0};
    if (t->cross_entropy) {
        *out = t->cross_entropy(it->f, it->p, it->q);
        return RAO_OK;
    }
    RAO_OR_RETURN(entropy(ctx, it, &h, &first));
    RAO_OR_RETURN(kl(ctx, it, &d, quality));
    *out = h + d;
    if (first.method > quality->method) quality->method = first.method;
    quality->error += first.error;
    return RAO_OK;
}

static rao_status kl_gradient(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_table *t = it->f->table;
    if (it->chart->kl_gradient) {
        it->chart->kl_gradient(it->f, it->p, it->q, out);
        return RAO_OK;
    }
    if (!t->kl_gradient) return rao_generic_kl_gradient(ctx, it, out, quality);
    return rao_pull_back(ctx, it, out, t->kl_gradient);
}

static rao_status fisher(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_table *t = it->f->table;
    if (t->irregular) return rao_fail(ctx, RAO_EDOMAIN, "%s: %s", t->info.name, t->irregular);
    if (it->args->method <= RAO_CLOSED && t->fisher_at_edge && t->fisher_at_edge(it->f, it->p, out)) return RAO_OK;
    if (it->args->method > RAO_CLOSED || !t->fisher) return rao_generic_fisher(ctx, it, out, quality);
    if (it->chart->fisher) it->chart->fisher(it->f, it->p, out);
    else return rao_pull_back_matrix(ctx, it, out);
    return RAO_OK;
}

static rao_status need_exponential(rao_ctx *ctx, const family_item *it, const family_exponential **e) {
    *e = it->f->table->exponential;
    return *e ? RAO_OK : rao_fail(ctx, RAO_EUNABLE, "%s is not an exponential family: it has no %s", it->f->table->info.name, it->what);
}

static rao_status statistic(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_exponential *e;
    (void)quality;
    RAO_OR_RETURN(need_exponential(ctx, it, &e));
    if (!it->f->table->possible(it->f, it->x)) return no_density(ctx, it);
    e->statistic(it->f, it->x, out);
    return RAO_OK;
}

static rao_status natural(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_exponential *e;
    (void)quality;
    RAO_OR_RETURN(need_exponential(ctx, it, &e));
    e->natural(it->f, it->p, out);
    return RAO_OK;
}

static rao_status expectation(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_exponential *e;
    (void)quality;
    RAO_OR_RETURN(need_exponential(ctx, it, &e));
    e->expectation(it->f, it->p, out);
    return RAO_OK;
}

static rao_status log_partition(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_exponential *e;
    (void)quality;
    RAO_OR_RETURN(need_exponential(ctx, it, &e));
    *out = e->log_partition(it->f, it->p);
    return RAO_OK;
}

static rao_status dual_potential(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    rao_status st = RAO_OK;
    const family_exponential *e;
    double *theta, *eta, sum;
    (void)quality;
    RAO_OR_RETURN(need_exponential(ctx, it, &e));
    if (e->dual_potential) {
        *out = e->dual_potential(it->f, it->p);
        return RAO_OK;
    }
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, it->f->dim, &theta));
    RAO_TRY(rao_scratch(ctx, it->f->dim, &eta));
    e->natural(it->f, it->p, theta);
    e->expectation(it->f, it->p, eta);
    sum = -e->log_partition(it->f, it->p);
    for (int64_t i = 0; i < it->f->dim; i++) sum += (e->pairing_weight ? e->pairing_weight(it->f, i) : 1) * theta[i] * eta[i];
    *out = sum;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status bregman(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_exponential *e;
    RAO_OR_RETURN(need_exponential(ctx, it, &e));
    family_item swapped = *it;
    swapped.p = it->q;
    swapped.q = it->p;
    return kl(ctx, &swapped, out, quality);
}

typedef enum shape { SCALAR, TANGENT, MATRIX, ORDER } shape;
typedef struct quantity_row {
    const char *name;
    rao_status (*ask)(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality);
    shape shape;
    int takes_q, takes_x;
} quantity_row;

static const quantity_row rows[RAO_QUANTITIES] = {
    [RAO_LOGPDF] = {"logpdf", logpdf, SCALAR, 0, 1},
    [RAO_SCORE] = {"score", score, TANGENT, 0, 1},
    [RAO_ENTROPY] = {"entropy", entropy, SCALAR, 0, 0},
    [RAO_CROSS_ENTROPY] = {"cross_entropy", cross_entropy, SCALAR, 1, 0},
    [RAO_KL] = {"kl", kl, SCALAR, 1, 0},
    [RAO_KL_GRADIENT] = {"kl_gradient", kl_gradient, TANGENT, 1, 0},
    [RAO_FISHER] = {"fisher", fisher, MATRIX, 0, 0},
    [RAO_STATISTIC] = {"statistic", statistic, ORDER, 0, 1},
    [RAO_NATURAL] = {"natural", natural, ORDER, 0, 0},
    [RAO_EXPECTATION] = {"expectation", expectation, ORDER, 0, 0},
    [RAO_LOG_PARTITION] = {"log_partition", log_partition, SCALAR, 0, 0},
    [RAO_DUAL_POTENTIAL] = {"dual_potential", dual_potential, SCALAR, 0, 0},
    [RAO_BREGMAN] = {"bregman", bregman, SCALAR, 1, 0},
};

static int known(rao_quantity quantity) { return (unsigned)quantity < RAO_QUANTITIES; }
const char *rao_quantity_name(rao_quantity quantity) { return known(quantity) ? rows[quantity].name : "?"; }
int rao_quantity_takes_q(rao_quantity quantity) { return known(quantity) && rows[quantity].takes_q; }
int rao_quantity_takes_x(rao_quantity quantity) { return known(quantity) && rows[quantity].takes_x; }

rao_status rao_quantity_index(rao_ctx *ctx, const char *name, rao_quantity *quantity) {
    for (int i = 0; i < RAO_QUANTITIES; i++)
        if (name && !strcmp(name, rows[i].name)) {
            *quantity = (rao_quantity)i;
            return RAO_OK;
        }
    const char *near = rao_nearest(name ? name : "", rows, RAO_QUANTITIES, sizeof rows[0]);
    return rao_fail(ctx, RAO_EINVAL, "no quantity \"%s\"%s%s%s", name ? name : "", near ? "; did you mean \"" : "", near ? near : "",
                    near ? "\"?" : "");
}

int64_t rao_family_answer(const rao_family *family, int64_t chart, rao_quantity quantity) {
    int64_t tangent = rao_family_tangent(family, chart);
    if (!known(quantity)) return 0;
    switch (rows[quantity].shape) {
    case SCALAR: return 1;
    case TANGENT: return tangent;
    case MATRIX: return tangent * tangent;
    default: return family->table->exponential ? family->dim : 0;
    }
}

/* ---- the batch ----------------------------------------------------------------------------------------------- */

typedef struct batch {
    const rao_family *f;
    const quantity_row *row;
    const rao_family_args *args;
    const family_chart *chart;
    double *out;
    int64_t stride, answer, observation;
} batch;

enum { GRAIN = 64 };

static rao_status check_numbers(rao_ctx *ctx, const rao_family *f, const char *what, const double *v, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        if (isnan(v[i]))
            return rao_fail(ctx, RAO_EDOMAIN, "%s: %s contains NaN at place %lld", f->table->info.name, what, (long long)i + 1);
    return RAO_OK;
}

static rao_status no_nan(rao_ctx *ctx, const batch *b, const double *answer) {
    for (int64_t i = 0; i < b->answer; i++)
        if (isnan(answer[i]))
            return rao_fail(ctx, RAO_EDOMAIN, "%s: %s is not defined at this point (the limit depends on how the edge is approached)",
                            b->f->table->info.name, b->row->name);
    return RAO_OK;
}

/* A state is loaded for every item, or once where the stride is 0. */
static rao_status load(rao_ctx *ctx, const batch *b, const char *what, rao_points points, int64_t i, int first, double *s) {
    if (points.stride == 0 && !first) return RAO_OK;
    const double *c = points.data + i * points.stride;
    RAO_OR_RETURN(check_numbers(ctx, b->f, what, c, b->f->coords[chart_number(b->f, b->chart)]));
    return b->chart->load(ctx, b->f, c, s);
}

static rao_status one(rao_ctx *ctx, const batch *b, int64_t i, int first, double *p, double *q, double *answer) {
    const rao_family_args *a = b->args;
    rao_quality quality = {RAO_CLOSED, 0};
    family_item it = {b->f, b->chart, a, b->row->name, p, q, NULL, i};
    RAO_OR_RETURN(load(ctx, b, "p", a->p, i, first, p));
    if (b->row->takes_q) RAO_OR_RETURN(load(ctx, b, "q", a->q, i, first, q));
    if (b->row->takes_x) {
        it.x = a->x.data + i * a->x.stride;
        RAO_OR_RETURN(check_numbers(ctx, b->f, "x", it.x, b->observation));
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

static rao_status block(rao_ctx *ctx, int64_t number, void *arg) {
    rao_status st = RAO_OK;
    const batch *b = arg;
    double *p, *q, *answer;
    int loaded = 0;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, b->f->state, &p));
    RAO_TRY(rao_scratch(ctx, b->f->state, &q));
    RAO_TRY(rao_scratch(ctx, b->answer, &answer));
    for (int64_t i = number * GRAIN; i < rao_block_end(b->args->n, GRAIN, number); i++) {
        rao_status item = one(ctx, b, i, !loaded, p, q, answer);
        loaded = item == RAO_OK;
        if (b->args->each) b->args->each[i] = item;
        else if (item) RAO_TRY(name_item(ctx, b, i, item));
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status missing(rao_ctx *ctx, const rao_family *f, const quantity_row *row, const char *what) {
    return rao_fail(ctx, RAO_EINVAL, "%s: %s needs %s", f->table->info.name, row->name, what);
}

rao_status rao_family_eval(rao_ctx *ctx, const rao_family *family, rao_quantity quantity, const rao_family_args *args, double *out,
                           int64_t stride) {
    rao_family_args all;
    rao_family_args_init(&all);
    if (!args || !out || !family)
        return rao_fail(ctx, RAO_EINVAL, "rao_family_eval: the family, the arguments or the place for the answer is NULL");
    memcpy(&all, args, args->size < sizeof all ? args->size : sizeof all);
    if (!known(quantity)) return rao_fail(ctx, RAO_EINVAL, "rao_family_eval: quantity %d, want 0..%d", (int)quantity, RAO_QUANTITIES - 1);
    const quantity_row *row = &rows[quantity];
    if (all.chart < 0 || all.chart >= family->table->chart_count)
        return rao_fail(ctx, RAO_EINVAL, "%s: chart %lld, want 0..%lld", family->table->info.name, (long long)all.chart,
                        (long long)family->table->chart_count - 1);
    if (!all.p.data) return missing(ctx, family, row, "a point p");
    if (row->takes_q && !all.q.data) return missing(ctx, family, row, "a second point q");
    if (row->takes_x && !all.x.data) return missing(ctx, family, row, "an observation x");
    batch b = {family,
               row,
               &all,
               &family->table->charts[all.chart],
               out,
               stride,
               rao_family_answer(family, all.chart, quantity),
               rao_family_observation(family)};
    if (all.n > 1 && stride < b.answer)
        return rao_fail(ctx, RAO_EINVAL, "%s: %s has %lld numbers, the stride of the answers is %lld", family->table->info.name, row->name,
                        (long long)b.answer, (long long)stride);
    int64_t blocks = rao_block_count(all.n, GRAIN);
    return blocks == 1 ? block(ctx, 0, &b) : rao_parallel_for(ctx, blocks, block, &b);
}

/* ---- one point ----------------------------------------------------------------------------------------------- */

static rao_status ask_one(rao_ctx *ctx, const rao_family *f, rao_quantity quantity, int64_t chart, const double *p, const double *q,
                          const double *x, double *out) {
    rao_family_args a;
    rao_family_args_init(&a);
    a.chart = chart;
    a.p = rao_points_of(p, 0);
    a.q = rao_points_of(q, 0);
    a.x = rao_points_of(x, 0);
    return rao_family_eval(ctx, f, quantity, &a, out, 0);
}

rao_status rao_family_logpdf(rao_ctx *ctx, const rao_family *family, int64_t chart, const double *p, const double *x, double *value) {
    return ask_one(ctx, family, RAO_LOGPDF, chart, p, NULL, x, value);
}
rao_status rao_family_score(rao_ctx *ctx, const rao_family *family, int64_t chart, const double *p, const double *x, double *out) {
    return ask_one(ctx, family, RAO_SCORE, chart, p, NULL, x, out);
}
rao_status rao_family_entropy(rao_ctx *ctx, const rao_family *family, int64_t chart, const double *p, double *value) {
    return ask_one(ctx, family, RAO_ENTROPY, chart, p, NULL, NULL, value);
}
rao_status rao_family_kl(rao_ctx *ctx, const rao_family *family, int64_t chart, const double *p, const double *q, double *value) {
    return ask_one(ctx, family, RAO_KL, chart, p, q, NULL, value);
}
rao_status rao_family_fisher(rao_ctx *ctx, const rao_family *family, int64_t chart, const double *p, double *out) {
    return ask_one(ctx, family, RAO_FISHER, chart, p, NULL, NULL, out);
}
