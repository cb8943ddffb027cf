/* eval.c - what can be asked of one distribution or of two: each question is put to the family's table, or to the generic version, and tensors are
 * carried into the chart. batch.c asks them over arrays. */
#include <math.h>
#include <string.h>

#include "family/family.h"
#include "family/batch.h"

/* ---- the quantities, one item each --------------------------------------------------------------------------- */

static rao_status no_density(rao_ctx *ctx, const family_item *it) {
    return rao_fail(ctx, RAO_EDOMAIN, "%s: x = %.17g%s has density 0 here, so it has no score; want %s", it->f->table->info.name, it->x[0],
                    rao_family_observation(it->f) > 1 ? ", ..." : "", it->f->table->possible_words);
}

static rao_status logpdf(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_table *t = it->f->table;
    double error = t->logpdf_error ? t->logpdf_error(it->f, it->p) : -1;
    if (error >= 0) quality->method = t->info.discrete ? RAO_SERIES : RAO_QUADRATURE, quality->error = error;
    *out = t->possible(it->f, it->x) ? t->logpdf(it->f, it->p, it->x) : -INF;
    return isnan(*out) ? rao_no_value(ctx, it->f, it->p, it->x) : RAO_OK;
}

static rao_status score(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_table *t = it->f->table;
    double value;
    if (t->irregular && !t->score) return rao_fail(ctx, RAO_EDOMAIN, "%s: %s", t->info.name, t->irregular);
    RAO_OR_RETURN(logpdf(ctx, it, &value, quality));
    if (value == -INF) return no_density(ctx, it);
    return rao_score_in_chart(ctx, it, out);
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

rao_status rao_kl_gradient(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_table *t = it->f->table;
    if (it->chart->kl_gradient) {
        it->chart->kl_gradient(it->f, it->p, it->q, out);
        return RAO_OK;
    }
    if (!t->kl_gradient) return rao_generic_kl_gradient(ctx, it, out, quality);
    return rao_pull_back(ctx, it, out, t->kl_gradient);
}

rao_status rao_want_regular(rao_ctx *ctx, const family_item *it) {
    const family_table *t = it->f->table;
    const char *why = t->irregular ? t->irregular : t->irregular_at ? t->irregular_at(it->f, it->p) : NULL;
    return why ? rao_fail(ctx, RAO_EDOMAIN, "%s: %s", t->info.name, why) : RAO_OK;
}

rao_status rao_fisher_best(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_table *t = it->f->table;
    if (t->fisher_at_edge && t->fisher_at_edge(it->f, it->p, out)) return RAO_OK;
    if (!t->fisher) return rao_fisher_by_expectation(ctx, it, 0, out, quality);
    if (it->chart->fisher) it->chart->fisher(it->f, it->p, out);
    else return rao_pull_back_matrix(ctx, it, out);
    return RAO_OK;
}

static rao_status fisher(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    int method = it->args->method;
    RAO_OR_RETURN(rao_want_regular(ctx, it));
    if (method > RAO_CLOSED) return rao_generic_fisher(ctx, it, out, quality);
    RAO_OR_RETURN(rao_fisher_best(ctx, it, out, quality));
    if (method == RAO_CLOSED && quality->method != RAO_CLOSED)
        return rao_fail(ctx, RAO_EUNABLE,
                        "%s: the Fisher matrix has no closed form here, want quadrature, monte carlo, empirical or kl hessian",
                        it->f->table->info.name);
    return RAO_OK;
}

rao_status rao_need_exponential(rao_ctx *ctx, const family_item *it, const family_exponential **e) {
    *e = it->f->table->exponential;
    return *e ? RAO_OK : rao_fail(ctx, RAO_EUNABLE, "%s is not an exponential family: it has no %s", it->f->table->info.name, it->what);
}

static rao_status statistic(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_exponential *e;
    (void)quality;
    RAO_OR_RETURN(rao_need_exponential(ctx, it, &e));
    if (!it->f->table->possible(it->f, it->x)) return no_density(ctx, it);
    e->statistic(it->f, it->x, out);
    return RAO_OK;
}

static rao_status natural(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_exponential *e;
    (void)quality;
    RAO_OR_RETURN(rao_need_exponential(ctx, it, &e));
    e->natural(it->f, it->p, out);
    return RAO_OK;
}

static rao_status expectation(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_exponential *e;
    (void)quality;
    RAO_OR_RETURN(rao_need_exponential(ctx, it, &e));
    e->expectation(it->f, it->p, out);
    return RAO_OK;
}

static rao_status log_partition(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_exponential *e;
    (void)quality;
    RAO_OR_RETURN(rao_need_exponential(ctx, it, &e));
    *out = e->log_partition(it->f, it->p);
    return RAO_OK;
}

static rao_status dual_potential(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    rao_status st = RAO_OK;
    const family_exponential *e;
    double *theta, *eta, sum;
    (void)quality;
    RAO_OR_RETURN(rao_need_exponential(ctx, it, &e));
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
    RAO_OR_RETURN(rao_need_exponential(ctx, it, &e));
    family_item swapped = *it;
    swapped.p = it->q;
    swapped.q = it->p;
    return kl(ctx, &swapped, out, quality);
}

static const family_question rows[RAO_QUANTITIES] = {
    [RAO_LOGPDF] = {"logpdf", logpdf, RAO_SCALAR, RAO_TAKES_X},
    [RAO_SCORE] = {"score", score, RAO_TANGENT, RAO_TAKES_X},
    [RAO_ENTROPY] = {"entropy", entropy, RAO_SCALAR, 0},
    [RAO_CROSS_ENTROPY] = {"cross_entropy", cross_entropy, RAO_SCALAR, RAO_TAKES_Q},
    [RAO_KL] = {"kl", kl, RAO_SCALAR, RAO_TAKES_Q},
    [RAO_KL_GRADIENT] = {"kl_gradient", rao_kl_gradient, RAO_TANGENT, RAO_TAKES_Q},
    [RAO_FISHER] = {"fisher", fisher, RAO_MATRIX, 0},
    [RAO_STATISTIC] = {"statistic", statistic, RAO_ORDER, RAO_TAKES_X},
    [RAO_NATURAL] = {"natural", natural, RAO_ORDER, 0},
    [RAO_EXPECTATION] = {"expectation", expectation, RAO_ORDER, 0},
    [RAO_LOG_PARTITION] = {"log_partition", log_partition, RAO_SCALAR, 0},
    [RAO_DUAL_POTENTIAL] = {"dual_potential", dual_potential, RAO_SCALAR, 0},
    [RAO_BREGMAN] = {"bregman", bregman, RAO_SCALAR, RAO_TAKES_Q},
    [RAO_KL_HESSIAN_AT] = {"kl_hessian", rao_kl_hessian, RAO_MATRIX, RAO_TAKES_Q},
    [RAO_FISHER_DET] = {"fisher_det", rao_fisher_det, RAO_SCALAR, 0},
};

static int known(rao_quantity quantity) { return (unsigned)quantity < RAO_QUANTITIES; }
const char *rao_quantity_name(rao_quantity quantity) { return known(quantity) ? rows[quantity].name : "?"; }
rao_shape rao_quantity_shape(rao_quantity quantity) { return known(quantity) ? rows[quantity].shape : RAO_SCALAR; }
int rao_quantity_takes(rao_quantity quantity) { return known(quantity) ? rows[quantity].takes : 0; }

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
    return known(quantity) ? rao_shape_numbers(family, chart, rows[quantity].shape) : 0;
}

const family_question *rao_family_question(rao_quantity quantity) { return known(quantity) ? &rows[quantity] : NULL; }

family_many *rao_family_many(rao_quantity quantity) {
    return quantity == RAO_KL ? rao_mvn_kl_many : quantity == RAO_BREGMAN ? rao_mvn_bregman_many : NULL;
}

rao_status rao_family_eval(rao_ctx *ctx, const rao_family *family, rao_quantity quantity, const rao_family_args *args, double *out,
                           int64_t stride) {
    if (!known(quantity)) return rao_fail(ctx, RAO_EINVAL, "rao_family_eval: quantity %d, want 0..%d", (int)quantity, RAO_QUANTITIES - 1);
    return rao_family_ask_many(ctx, family, &rows[quantity], rao_family_many(quantity), args, out, stride);
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
