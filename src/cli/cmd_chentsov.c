/* cmd_chentsov.c - two categorical points before and behind a Markov morphism: which of their distances survive.
 *
 * Chentsov's theorem: up to a factor the Fisher metric is the only one that no Markov morphism can enlarge; the f-divergences, of which Kullback-Leibler is one,
 * share that. Congruent embeddings keep them all. The Euclidean distance of the probabilities does neither, which is why it stands in the table.
 * Where a kernel leaves one class there is one law, and every distance is 0. */
#include "ask.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { CLASSES_MOST = 1000, OPERANDS = 2 };

typedef struct chentsov_options {
    const char *kernel;
} chentsov_options;
CLI_OPTIONS_FIT(chentsov_options);

static const rao_option rows[] = {
    {.name = "kernel",
     .type = RAO_OPT_STRING,
     .offset = offsetof(chentsov_options, kernel),
     .help = "split | merge | rows with / between them: 1,0/0.5,0.5 | JSON | @FILE; left out: split, then merge"},
};
static const rao_option_table table = {"chentsov", sizeof(chentsov_options), rows, sizeof rows / sizeof *rows};

/* What is compared: quantities of rao/manifold.h that are there, each with an order where it takes one. */
typedef struct measure {
    const char *quantity;
    double order; /* NaN: takes none */
} measure;

static const measure measures[] = {
    {"fisher_rao_distance", NAN},
    {"kl", NAN},
    {"jeffreys_divergence", NAN},
    {"hellinger", NAN},
    {"bhattacharyya", NAN},
    {"jensen_shannon", NAN},
    {"renyi", 0.5},
    {"tsallis", 0.5},
    {"alpha_divergence", 0.5},
    {"chernoff_information", NAN},
    {"total_variation", NAN},
};
enum { MEASURES = sizeof measures / sizeof *measures };

/* ---- kernels ---- */

static cJSON *row_of(int64_t columns, int64_t at, double share, int64_t copies) {
    double values[2 * CLASSES_MOST] = {0};
    for (int64_t j = 0; j < copies; j++) values[at + j] = share;
    return cJSON_CreateDoubleArray(values, (int)columns);
}

/* Every class becomes two of equal shares; or the first two classes become one. */
static rao_status named_kernel(rao_ctx *ctx, int split, int64_t k, cJSON **kernel) {
    rao_status st = RAO_OK;
    cJSON *made = cJSON_CreateArray();
    if (!made) return rao_fail(ctx, RAO_ENOMEM, "out of memory: a kernel");
    if (k > CLASSES_MOST)
        RAO_TRY(rao_fail(ctx, RAO_EINVAL, "%lld classes, want at most %d, or a kernel of your own", (long long)k, CLASSES_MOST));
    for (int64_t i = 0; i < k; i++)
        RAO_TRY(ask_put(ctx, made, NULL, split ? row_of(2 * k, 2 * i, 0.5, 2) : row_of(k - 1, i ? i - 1 : 0, 1, 1)));
    *kernel = made, made = NULL;
done:
    cJSON_Delete(made);
    return st;
}

/* "1,0/0.5,0.5" */
static rao_status kernel_of_rows(rao_ctx *ctx, const char *word, cJSON **kernel) {
    rao_status st = RAO_OK;
    cJSON *made = cJSON_CreateArray(), *row = NULL;
    rao_text text = {0};
    for (const char *at = word; at;) {
        const char *end = strchr(at, '/');
        text.length = 0;
        RAO_TRY(rao_text_add(ctx, &text, at, end ? end - at : (int64_t)strlen(at)));
        RAO_TRY(ask_point(ctx, text.data, &row));
        st = ask_put(ctx, made, NULL, row), row = NULL;
        if (st != RAO_OK) goto done;
        at = end ? end + 1 : NULL;
    }
    *kernel = made, made = NULL;
done:
    rao_text_destroy(&text);
    cJSON_Delete(made);
    return st;
}

static rao_status read_kernel(rao_ctx *ctx, const char *word, int64_t k, cJSON **kernel) {
    if (!strcmp(word, "split") || !strcmp(word, "merge")) return named_kernel(ctx, *word == 's', k, kernel);
    if (*word == '@' || *word == '[') return ask_json(ctx, "kernel", word, kernel);
    if (strpbrk(word, "0123456789")) return kernel_of_rows(ctx, word, kernel);
    static const char *const names[] = {"split", "merge"};
    const char *near = rao_nearest(word, names, 2, sizeof *names);
    return rao_fail(ctx, RAO_EINVAL, "kernel = %.60s, want split, merge, rows like 1,0/0.5,0.5, JSON or @FILE%s%s%s", word,
                    near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

/* Each output comes from one input alone. The kernel has been accepted: rows of equal lengths. */
static int is_congruent(const cJSON *kernel) {
    for (int j = 0; j < cJSON_GetArraySize(kernel->child); j++) {
        int sources = 0;
        for (const cJSON *row = kernel->child; row; row = row->next) sources += cJSON_GetArrayItem(row, j)->valuedouble > 0;
        if (sources > 1) return 0;
    }
    return 1;
}

/* ---- asking ---- */

static rao_status ask_pushed(ask *a, const cJSON *points, const cJSON *kernel, cJSON **pushed) {
    rao_status st = RAO_OK;
    cJSON *request = NULL, *answer = NULL;
    RAO_TRY(ask_request(a, "markov_pushforward", &request));
    RAO_TRY(ask_put(a->ctx, request, "p", cJSON_Duplicate(points, 1)));
    RAO_TRY(ask_put(a->ctx, request, "kernel", cJSON_Duplicate(kernel, 1)));
    RAO_TRY(ask_answer(a, request, &answer));
    *pushed = cJSON_DetachItemFromObjectCaseSensitive(answer, "value");
done:
    cJSON_Delete(answer);
    cJSON_Delete(request);
    return st;
}

/* A number, an infinity, or NaN where there is no answer. */
static double value_of(const cJSON *answer) {
    const cJSON *value = eval_find(answer, "value");
    return eval_is(value, cJSON_Number) ? value->valuedouble : value ? HUGE_VAL : (double)NAN;
}

static rao_status ask_measure(ask *a, const measure *m, const cJSON *points, double *value, char reason[160]) {
    rao_status st = RAO_OK;
    *value = 0;
    if (cJSON_GetArraySize(points->child) == 1) return RAO_OK; /* one class, one law */
    cJSON *request = NULL, *answer = NULL;
    RAO_TRY(ask_request(a, m->quantity, &request));
    RAO_TRY(ask_put(a->ctx, request, "p", cJSON_Duplicate(points->child, 1)));
    RAO_TRY(ask_put(a->ctx, request, "q", cJSON_Duplicate(points->child->next, 1)));
    if (!isnan(m->order)) RAO_TRY(ask_put(a->ctx, request, "order", cJSON_CreateNumber(m->order)));
    RAO_TRY(ask_answer_any(a, request, &answer)); /* the points are good: what fails has no answer here */
    *value = value_of(answer);
    if (isnan(*value)) snprintf(reason, 160, "no value: %s", eval_find(eval_find(answer, "error"), "message")->valuestring);
done:
    cJSON_Delete(answer);
    cJSON_Delete(request);
    return st;
}

static double euclidean(const cJSON *points) {
    double sum = 0;
    const cJSON *p = points->child->child, *q = points->child->next->child;
    for (; p && q; p = p->next, q = q->next) sum = hypot(sum, p->valuedouble - q->valuedouble);
    return sum;
}

/* ---- one kernel ---- */

typedef struct comparison {
    char label[48];
    int monotone; /* no kernel can enlarge it */
    double before, behind;
    char reason[160]; /* why there is no number */
} comparison;

static rao_status compare(ask *a, const cJSON *points, const cJSON *pushed, comparison *list, int64_t *n) {
    rao_status st = RAO_OK;
    int quantity;
    *n = 0;
    for (int i = 0; i < MEASURES; i++) {
        comparison *c = &list[*n];
        if (rao_manifold_find(a->ctx, measures[i].quantity, &quantity) != RAO_OK) continue;
        *c = (comparison){.monotone = 1};
        RAO_TRY(ask_measure(a, &measures[i], points, &c->before, c->reason));
        RAO_TRY(ask_measure(a, &measures[i], pushed, &c->behind, c->reason));
        if (isnan(measures[i].order)) snprintf(c->label, sizeof c->label, "%s", measures[i].quantity);
        else snprintf(c->label, sizeof c->label, "%s, order %g", measures[i].quantity, measures[i].order);
        ++*n;
    }
    list[*n] = (comparison){"Euclidean distance", 0, euclidean(points), euclidean(pushed), ""};
    ++*n;
done:
    return st;
}

/* What was before and behind are equal where they differ by rounding. */
static const char *verdict(const comparison *c) {
    if (isnan(c->before) || isnan(c->behind)) return c->reason;
    if (c->before == c->behind) return "preserved";
    if (isfinite(c->before) && fabs(c->before - c->behind) <= 1e-12 * fmax(c->before, c->behind)) return "preserved";
    return c->behind < c->before ? "contracted" : "grew";
}

static rao_status show(ask *a, const char *name, int congruent, int one_class, const comparison *list, int64_t n) {
    enum { LABEL = 0, BEFORE, BEHIND, VERDICT, RULE, COLUMNS };
    static const rao_column columns[COLUMNS] = {
        [LABEL] = {"", NULL, RAO_ALIGN_LEFT, RAO_NUMBER_GENERAL, 0},
        [BEFORE] = {"p, q", NULL, RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 10},
        [BEHIND] = {"p K, q K", NULL, RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 10},
        [VERDICT] = {"here", NULL, RAO_ALIGN_LEFT, RAO_NUMBER_GENERAL, 0},
        [RULE] = {"under any kernel", NULL, RAO_ALIGN_LEFT, RAO_NUMBER_GENERAL, 0},
    };
    rao_cell cells[(MEASURES + 1) * COLUMNS];
    char title[200];
    for (int64_t i = 0; i < n; i++) {
        rao_cell *row = cells + i * COLUMNS;
        row[LABEL] = rao_cell_text(list[i].label);
        row[BEFORE] = isnan(list[i].before) ? rao_cell_none() : rao_cell_number(list[i].before);
        row[BEHIND] = isnan(list[i].behind) ? rao_cell_none() : rao_cell_number(list[i].behind);
        row[VERDICT] = rao_cell_text(verdict(&list[i]));
        row[RULE] = rao_cell_text(list[i].monotone ? "never grows" : "may grow");
    }
    snprintf(title, sizeof title, "kernel %.40s, %s", name,
             one_class   ? "which leaves one class, and on that one law: all distances are 0"
             : congruent ? "a congruent embedding: every output has one input, nothing is lost"
                         : "which mixes inputs: what statistics may know can only shrink");
    rao_table shown = {.title = title, .column_count = COLUMNS, .row_count = n, .columns = columns, .cells = cells};
    return cli_print_table(a->ctx, &shown);
}

static void put_json(rao_ctx *ctx, rao_json_writer *json, int congruent, const cJSON *kernel, const cJSON *pushed, const comparison *list,
                     int64_t n) {
    rao_json_object(ctx, json, NULL);
    ask_put_json(ctx, json, "kernel", kernel);
    rao_json_bool(ctx, json, "congruent", congruent);
    ask_put_json(ctx, json, "p", pushed->child);
    ask_put_json(ctx, json, "q", pushed->child->next);
    rao_json_array(ctx, json, "quantities");
    for (int64_t i = 0; i < n; i++) {
        rao_json_object(ctx, json, NULL);
        rao_json_string(ctx, json, "name", list[i].label);
        eval_put_number(ctx, json, "before", list[i].before);
        eval_put_number(ctx, json, "behind", list[i].behind);
        rao_json_string(ctx, json, "verdict", verdict(&list[i]));
        rao_json_bool(ctx, json, "monotone", list[i].monotone);
        rao_json_end(ctx, json);
    }
    rao_json_end(ctx, json);
    rao_json_end(ctx, json);
}

static rao_status one_kernel(ask *a, const char *word, const cJSON *points, rao_json_writer *json) {
    rao_status st = RAO_OK;
    comparison list[MEASURES + 1];
    cJSON *kernel = NULL, *pushed = NULL;
    int64_t n = 0;
    RAO_TRY(read_kernel(a->ctx, word, cJSON_GetArraySize(points->child), &kernel));
    RAO_TRY(ask_pushed(a, points, kernel, &pushed));
    RAO_TRY(compare(a, points, pushed, list, &n));
    if (a->call->common.json) put_json(a->ctx, json, is_congruent(kernel), kernel, pushed, list, n);
    else RAO_TRY(show(a, word, is_congruent(kernel), cJSON_GetArraySize(pushed->child) == 1, list, n));
done:
    cJSON_Delete(pushed);
    cJSON_Delete(kernel);
    return st;
}

/* ---- the command ---- */

static rao_status check_points(rao_ctx *ctx, const cJSON *points) {
    const cJSON *p = points->child, *q = p->next;
    if (!eval_is(p, cJSON_Array) || !eval_is(q, cJSON_Array))
        return rao_fail(ctx, RAO_EINVAL, "a point is the probabilities of all classes, like 0.2,0.3,0.5");
    if (cJSON_GetArraySize(p) == cJSON_GetArraySize(q)) return RAO_OK;
    return rao_fail(ctx, RAO_EINVAL, "P has %d probabilities and Q has %d, want equal numbers", cJSON_GetArraySize(p),
                    cJSON_GetArraySize(q));
}

static rao_status all_kernels(ask *a, const char *given, const cJSON *points) {
    rao_status st = RAO_OK;
    rao_json_writer json = {0};
    rao_json_object(a->ctx, &json, NULL);
    rao_json_array(a->ctx, &json, "kernels");
    RAO_TRY(one_kernel(a, given ? given : "split", points, &json));
    if (!given && !a->call->common.json) printf("\n");
    if (!given) RAO_TRY(one_kernel(a, "merge", points, &json));
    rao_json_end(a->ctx, &json);
    rao_json_end(a->ctx, &json);
    if (a->call->common.json) return cli_print_json(a->ctx, &json);
done:
    rao_json_writer_destroy(&json);
    return st;
}

static rao_status chentsov(cli_call *call) {
    rao_status st = RAO_OK;
    static const ask_options none;
    const chentsov_options *o = call->options;
    cJSON *points = NULL;
    ask a;
    RAO_TRY(ask_open(&a, call, &none, OPERANDS, OPERANDS));
    a.family = "categorical";
    RAO_TRY(ask_points(call->ctx, call->operand, OPERANDS, &points));
    RAO_TRY(check_points(call->ctx, points));
    RAO_TRY(all_kernels(&a, o->kernel, points));
done:
    cJSON_Delete(points);
    ask_close(&a);
    return st;
}

static rao_status details(rao_ctx *ctx, rao_text *out) {
    return rao_text_puts(
        ctx, out,
        "P and Q are probability vectors. A kernel K says for each class with what probabilities it becomes each class of the output: row "
        "i is\n"
        "the law of the output given i. split makes two equal classes of each (a congruent embedding), merge makes one of the first two.\n"
        "The Fisher-Rao distance and the f-divergences can only shrink, and are kept by congruent embeddings; the Euclidean distance of "
        "the\n"
        "probabilities is no such thing. The table says for each what happened here (preserved, contracted, grew) and what holds of every "
        "kernel.\n");
}

const cli_command cmd_chentsov = {
    .name = "chentsov",
    .summary = "two categorical points behind a Markov morphism: which distances survive",
    .operands = "P Q",
    .details = details,
    .example = "rao chentsov 0.2,0.3,0.5 0.1,0.6,0.3 --kernel merge",
    .options = &table,
    .run = chentsov,
};
