/* optim.c - an optimiser: a rule, its options, its vectors and its count of steps. */
#include "optim/optim.h"

#include <string.h>

static const optim_rule *const rules[] = {&optim_sgd, &optim_adam, &optim_adamw, &optim_ngd, &optim_kfac, &optim_ekfac};
enum { RULES = sizeof rules / sizeof *rules, NAME_BYTES = 64 };

int64_t rao_optim_rules(void) { return RULES; }
const rao_optim_rule *rao_optim_rule_at(int64_t i) { return i >= 0 && i < RULES ? &rules[i]->face : NULL; }

static rao_status no_rule(rao_ctx *ctx, const char *name) {
    const char *names[RULES];
    rao_text list = {0};
    for (int i = 0; i < RULES; i++) names[i] = rules[i]->face.name;
    const char *near = rao_nearest(name, names, RULES, sizeof *names);
    for (int i = 0; i < RULES; i++)
        if (rao_text_printf(ctx, &list, "%s%s", i ? ", " : "", names[i]) != RAO_OK) break;
    rao_status st = near ? rao_fail(ctx, RAO_EINVAL, "no optimiser '%s', did you mean '%s'? There are %s", name, near, list.data)
                         : rao_fail(ctx, RAO_EINVAL, "no optimiser '%s', want one of %s", name, list.data ? list.data : "none");
    rao_text_destroy(&list);
    return st;
}

static rao_status find(rao_ctx *ctx, const char *spec, const optim_rule **rule) {
    char name[NAME_BYTES];
    size_t length = strcspn(spec, ":");
    if (length >= sizeof name) length = sizeof name - 1;
    memcpy(name, spec, length);
    name[length] = 0;
    for (int i = 0; i < RULES; i++)
        if (!strcmp(rules[i]->face.name, name)) return *rule = rules[i], RAO_OK;
    return no_rule(ctx, name);
}

rao_status rao_optim_rule_find(rao_ctx *ctx, const char *spec, const rao_optim_rule **rule) {
    const optim_rule *found = NULL;
    rao_status st = find(ctx, spec, &found);
    if (st == RAO_OK) *rule = &found->face;
    return st;
}

void rao_optim_set_forms(rao_optim *opt, rao_optim_forms_fn *forms, void *user) { opt->forms = forms, opt->forms_user = user; }

static rao_status check_horizon(rao_ctx *ctx, const rao_optim *opt) {
    const optim_common *o = &opt->options.common;
    const char *name = opt->rule->face.name;
    if (opt->horizon < 0) return rao_fail(ctx, RAO_EINVAL, "%s: horizon = %lld steps, want >= 0", name, (long long)opt->horizon);
    if (o->schedule == SCHEDULE_CONSTANT) return RAO_OK;
    if (opt->horizon == 0) return rao_fail(ctx, RAO_EINVAL, "%s: a cosine schedule needs the number of steps of the run", name);
    if (o->warmup >= opt->horizon)
        return rao_fail(ctx, RAO_EINVAL, "%s: warmup = %lld, want fewer than the %lld steps of the run", name, (long long)o->warmup,
                        (long long)opt->horizon);
    return RAO_OK;
}

static rao_status read_spec(rao_ctx *ctx, rao_optim *opt, const char *spec) {
    rao_status st;
    const rao_option_table *table;
    const char *colon = strchr(spec, ':');
    RAO_TRY(find(ctx, spec, &opt->rule));
    if (colon && !colon[1]) RAO_TRY(rao_fail(ctx, RAO_EINVAL, "%s: nothing stands behind the ':', want key=value", opt->rule->face.name));
    table = opt->rule->face.options;
    rao_options_defaults(table, opt->options.bytes, table->size);
    RAO_TRY(rao_options_parse(ctx, table, opt->options.bytes, colon ? colon + 1 : ""));
    RAO_TRY(check_horizon(ctx, opt));
    if (opt->rule->check) RAO_TRY(opt->rule->check(ctx, opt));
    RAO_TRY(rao_options_format(ctx, table, opt->options.bytes, &opt->settings));
done:
    return st;
}

static rao_status make_vectors(rao_ctx *ctx, rao_optim *opt) {
    rao_status st = RAO_OK;
    opt->states = opt->rule->states(opt->options.bytes, opt->names);
    for (int i = 0; i < opt->states; i++) RAO_TRY(rao_alloc_bytes(ctx, opt->n, rao_dtype_size(opt->dtype), &opt->state[i]));
    for (int i = 0; i < 2 && opt->rule->keeps && opt->rule->keeps(opt->options.bytes); i++)
        RAO_TRY(rao_alloc_bytes(ctx, opt->n, rao_dtype_size(opt->dtype), &opt->before[i]));
    if (opt->rule->gradient(opt->options.bytes)) RAO_TRY(rao_alloc_bytes(ctx, opt->n, rao_dtype_size(opt->dtype), &opt->gradient));
done:
    return st;
}

rao_status rao_optim_create(rao_ctx *ctx, const char *spec, rao_dtype dtype, int64_t n, int64_t horizon, rao_optim **out) {
    rao_status st;
    rao_optim *opt = NULL;
    if (!spec || !out) return rao_fail(ctx, RAO_EINVAL, "optimiser: NULL argument");
    if (dtype != RAO_F32 && dtype != RAO_F64) return rao_fail(ctx, RAO_EINVAL, "optimiser: dtype %d, want f32 or f64", (int)dtype);
    if (n < 0) return rao_fail(ctx, RAO_EINVAL, "optimiser: %lld parameters, want >= 0", (long long)n);
    RAO_TRY(rao_alloc(ctx, 1, &opt));
    opt->dtype = dtype, opt->n = n, opt->horizon = horizon;
    opt->info = (rao_optim_step_info){NAN, NAN, NAN, NAN, 0, NAN, NAN, 0, 0};
    RAO_TRY(read_spec(ctx, opt, spec));
    RAO_TRY(make_vectors(ctx, opt));
    *out = opt;
    opt = NULL;
done:
    rao_optim_destroy(&opt);
    return st;
}

void rao_optim_destroy(rao_optim **opt) {
    if (!opt || !*opt) return;
    for (int i = 0; i < OPTIM_STATES; i++) rao_free(&(*opt)->state[i]);
    for (int i = 0; i < 2; i++) rao_free(&(*opt)->before[i]);
    rao_free(&(*opt)->gradient);
    rao_text_destroy(&(*opt)->settings);
    rao_free(opt);
}

const char *rao_optim_name(const rao_optim *opt) { return opt->rule->face.name; }
const char *rao_optim_settings(const rao_optim *opt) { return opt->settings.data ? opt->settings.data : ""; }
int64_t rao_optim_steps(const rao_optim *opt) { return opt->steps; }
int64_t rao_optim_horizon(const rao_optim *opt) { return opt->horizon; }
int64_t rao_optim_states(const rao_optim *opt) { return opt->states + opt->rule->face.metric; }

int64_t rao_optim_bytes(const rao_optim *opt) {
    return (opt->states + (opt->gradient != NULL) + 2 * (opt->before[1] != NULL)) * opt->n * (int64_t)rao_dtype_size(opt->dtype);
}

double rao_optim_rate(const rao_optim *opt) {
    return opt->options.common.lr * optim_schedule(&opt->options.common, opt->steps, opt->horizon);
}

const char *rao_optim_state(rao_optim *opt, int64_t i, rao_vec *state) {
    if (opt->rule->face.metric && i == opt->states) {
        *state = rao_vec_view(RAO_F64, OPTIM_SCALARS, opt->scalars);
        return "scalars";
    }
    if (i < 0 || i >= opt->states) return NULL;
    *state = rao_vec_view(opt->dtype, opt->n, opt->state[i]);
    return opt->names[i];
}

rao_status rao_optim_restore(rao_ctx *ctx, rao_optim *opt, int64_t steps) {
    if (steps < 0) return rao_fail(ctx, RAO_EINVAL, "%s: step %lld, want >= 0", opt->rule->face.name, (long long)steps);
    opt->steps = steps;
    opt->awaits = opt->unformed = 0, opt->info.rate = 0; /* whatever the last step was, it is not of the state that is restored */
    return RAO_OK;
}

rao_status rao_optim_target(rao_ctx *ctx, rao_optim *opt, rao_vec *target, double *beta) {
    if (!opt || !target || !beta) return rao_fail(ctx, RAO_EINVAL, "optimiser: NULL argument");
    *target = rao_vec_view(opt->dtype, opt->n, opt->gradient ? opt->gradient : opt->state[0]);
    *beta = opt->gradient ? 0 : opt->rule->beta(opt->options.bytes);
    return RAO_OK;
}

rao_status optim_check_parameters(rao_ctx *ctx, const rao_optim *opt, const rao_vec *w) {
    if (w->n == opt->n && w->dtype == opt->dtype) return RAO_OK;
    return rao_fail(ctx, RAO_EINVAL, "%s: %lld parameters of %s, made for %lld of %s", opt->rule->face.name, (long long)w->n,
                    rao_dtype_name(w->dtype), (long long)opt->n, rao_dtype_name(opt->dtype));
}

static rao_status check_step(rao_ctx *ctx, const rao_optim *opt, const rao_op *metric, const rao_vec *w) {
    const char *name = opt->rule->face.name;
    rao_status st = optim_check_parameters(ctx, opt, w);
    if (st != RAO_OK) return st;
    if (opt->awaits) return rao_fail(ctx, RAO_EINVAL, "%s: the last step waits for its judgement (rao_optim_judge)", name);
    if (!metric != !opt->rule->face.metric)
        return rao_fail(ctx, RAO_EINVAL, "%s: %s", name, metric ? "this rule takes no metric" : "this rule needs a metric");
    if (metric && metric->n != opt->n)
        return rao_fail(ctx, RAO_EINVAL, "%s: a metric of dimension %lld for %lld parameters", name, (long long)metric->n,
                        (long long)opt->n);
    return RAO_OK;
}

rao_status rao_optim_step(rao_ctx *ctx, rao_optim *opt, rao_op *metric, rao_vec *w) {
    if (!opt || !w) return rao_fail(ctx, RAO_EINVAL, "optimiser: NULL argument");
    rao_status st = check_step(ctx, opt, metric, w);
    if (st == RAO_OK) st = opt->rule->step(ctx, opt, rao_optim_rate(opt), metric, w);
    if (st == RAO_OK) opt->steps++, opt->unformed = 0;
    return st;
}

static rao_status check_blocks(rao_ctx *ctx, const rao_optim *opt, const rao_outer *blocks) {
    if (!opt->rule->step_outer) return rao_fail(ctx, RAO_EUNABLE, "%s: this rule has no metric", opt->rule->face.name);
    return blocks ? RAO_OK : rao_fail(ctx, RAO_EINVAL, "optimiser: NULL argument");
}

static rao_status form(rao_ctx *ctx, rao_optim *opt, const rao_outer *blocks, int64_t count) {
    rao_vec g = rao_vec_view(opt->dtype, opt->n, opt->gradient);
    return rao_outer_sum(ctx, blocks, count, &g);
}

rao_status rao_optim_step_outer(rao_ctx *ctx, rao_optim *opt, rao_op *metric, const rao_outer *blocks, int64_t count, rao_vec *w) {
    rao_status st;
    if (!opt || !w) return rao_fail(ctx, RAO_EINVAL, "optimiser: NULL argument");
    RAO_TRY(check_blocks(ctx, opt, blocks));
    RAO_TRY(check_step(ctx, opt, metric, w));
    if (!opt->rule->takes_outer(opt, metric)) {
        RAO_TRY(form(ctx, opt, blocks, count));
        return rao_optim_step(ctx, opt, metric, w);
    }
    RAO_TRY(opt->rule->step_outer(ctx, opt, rao_optim_rate(opt), metric, blocks, count, w));
    opt->steps++, opt->unformed = 1;
done:
    return st;
}

rao_status rao_optim_form_gradient(rao_ctx *ctx, rao_optim *opt, const rao_outer *blocks, int64_t count) {
    rao_status st;
    if (!opt) return rao_fail(ctx, RAO_EINVAL, "optimiser: NULL argument");
    RAO_TRY(check_blocks(ctx, opt, blocks));
    if (!opt->unformed) return RAO_OK;
    RAO_TRY(form(ctx, opt, blocks, count));
    opt->unformed = 0;
done:
    return st;
}
