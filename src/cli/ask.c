/* ask.c - the words of a command line become a request of `rao eval`, and its answer a tree or a failure. */
#include "ask.h"

#include <ctype.h>
#include <string.h>

static const rao_option rows[] = {
    {.name = "chart",
     .type = RAO_OPT_STRING,
     .offset = offsetof(ask_options, chart),
     .help = "coordinates of the points; left out: the family's first"},
    {.name = "fixed", .type = RAO_OPT_STRING, .offset = offsetof(ask_options, fixed), .help = "NAME=NUMBER of a family that has one: n=10"},
    {.name = "density",
     .type = RAO_OPT_STRING,
     .offset = offsetof(ask_options, density),
     .help = "an expression of x and the coordinates: a family of your own, in the place of FAMILY"},
    {.name = "log_density", .type = RAO_OPT_STRING, .offset = offsetof(ask_options, log_density), .help = "the same by its logarithm"},
    {.name = "coordinates",
     .type = RAO_OPT_STRING,
     .offset = offsetof(ask_options, coordinates),
     .help = "of the density, in order, with their limits: mu,sigma>0 or 0<p<1"},
    {.name = "support",
     .type = RAO_OPT_STRING,
     .offset = offsetof(ask_options, support),
     .help = "LOW,HIGH of the density, numbers or expressions; left out: the whole line"},
    {.name = "discrete", .type = RAO_OPT_FLAG, .offset = offsetof(ask_options, discrete), .help = "the density is one of whole numbers"},
    {.name = "unnormalised",
     .type = RAO_OPT_FLAG,
     .offset = offsetof(ask_options, unnormalised),
     .help = "the density is divided by its integral"},
};
static const rao_option_table table = {"family", sizeof(ask_options), rows, sizeof rows / sizeof *rows};
const rao_option_table *ask_table(void) { return &table; }

rao_status ask_open(ask *a, cli_call *call, const ask_options *options, int least, int most) {
    static eval_state eval; /* large */
    const char *name = call->command->name, *wanted = call->command->operands;
    int own = ask_has_density(options);
    *a = (ask){.call = call, .ctx = call->ctx, .options = options, .point = call->operand + !own};
    a->point_count = call->operand_count - !own;
    a->family = own ? "own" : call->operand_count ? call->operand[0] : "";
    if (own && !strncmp(wanted, "FAMILY ", 7)) wanted += 7, least--, most--;
    if (own && call->operand_count && isalpha((unsigned char)*call->operand[0]) && !cli_is_number(call->operand[0]))
        return rao_fail(call->ctx, RAO_EINVAL, "operand '%.60s', want %s: a density stands in the place of FAMILY", call->operand[0],
                        wanted);
    if (call->operand_count < least)
        return rao_fail(call->ctx, RAO_EINVAL, "%d operand%s, want %s; for example: %s", call->operand_count,
                        call->operand_count == 1 ? "" : "s", wanted, call->command->example);
    if (call->operand_count > most)
        return rao_fail(call->ctx, RAO_EINVAL, "operand '%.60s' is one too many, want %s%s; see rao %s --help", call->operand[most], wanted,
                        own ? ", no family beside a density" : "", name);
    if (!own && (options->coordinates || options->support || options->discrete || options->unnormalised))
        return rao_fail(call->ctx, RAO_EINVAL,
                        "--coordinates, --support, --discrete and --unnormalised describe a --density, which is not given");
    rao_status st = eval_open(&eval, call->ctx, call->common.seed);
    eval.whole_messages = 1;
    a->eval = &eval;
    return st;
}

void ask_close(ask *a) {
    if (a->eval) eval_close(a->eval);
    a->eval = NULL;
}

rao_status ask_run(cli_call *call, const ask_options *options, const ask_steps *steps) {
    rao_status st = RAO_OK;
    ask a;
    cJSON *request = NULL, *answer = NULL;
    RAO_TRY(ask_open(&a, call, options, steps->least, steps->most));
    RAO_TRY(steps->build(&a, &request));
    RAO_TRY(ask_answer(&a, request, &answer));
    RAO_TRY(call->common.json ? ask_print_json(call->ctx, answer) : steps->show(&a, request, answer));
done:
    cJSON_Delete(answer);
    cJSON_Delete(request);
    ask_close(&a);
    return st;
}

rao_status ask_explain_points(rao_ctx *ctx, rao_text *out) {
    rao_status st = rao_text_puts(ctx, out,
                                  "A point is its coordinates in the order of the chart, with commas (0,1 or 2.5); a JSON value; or "
                                  "@FILE, a file with\n"
                                  "JSON. `rao family list` names the families, `rao family show NAME` their charts and coordinates.\n");
    return st == RAO_OK ? ask_explain_density(ctx, out) : st;
}

/* ---- points ---- */

rao_status ask_put(rao_ctx *ctx, cJSON *into, const char *key, cJSON *value) {
    cJSON_bool done = value && (key ? cJSON_AddItemToObject(into, key, value) : cJSON_AddItemToArray(into, value));
    if (done) return RAO_OK;
    cJSON_Delete(value);
    return rao_fail(ctx, RAO_ENOMEM, "out of memory: a request");
}

/* A number, or the words of `rao eval` for infinities. */
rao_status ask_number(rao_ctx *ctx, const char *text, int64_t length, const char *word, cJSON **item) {
    double value;
    while (length > 0 && *text == ' ') text++, length--;
    while (length > 0 && text[length - 1] == ' ') length--;
    if (rao_parse_double(NULL, text, length, &value) != RAO_OK || value != value)
        return rao_fail(ctx, RAO_EINVAL, "'%.60s' is no point: '%.*s' is not a number", word, length > 40 ? 40 : (int)length, text);
    if (value - value != 0) *item = cJSON_CreateString(value > 0 ? "inf" : "-inf");
    else *item = cJSON_CreateNumber(value);
    return RAO_OK;
}

static rao_status point_of_numbers(rao_ctx *ctx, const char *word, cJSON *array) {
    rao_status st = RAO_OK;
    for (const char *at = word; at;) {
        const char *comma = strchr(at, ',');
        cJSON *item = NULL;
        RAO_TRY(ask_number(ctx, at, comma ? comma - at : (int64_t)strlen(at), word, &item));
        RAO_TRY(ask_put(ctx, array, NULL, item));
        at = comma ? comma + 1 : NULL;
    }
done:
    return st;
}

enum { DEPTH = 16 };
static const int64_t FILE_LIMIT = (int64_t)1 << 28;

rao_status ask_json(rao_ctx *ctx, const char *what, const char *word, cJSON **tree) {
    if (*word == '@') return rao_json_read(ctx, word + 1, FILE_LIMIT, DEPTH, tree);
    rao_status st = rao_json_parse(ctx, what, word, (int64_t)strlen(word), DEPTH, tree);
    return st == RAO_EIO ? rao_fail(ctx, RAO_EINVAL, "%s", rao_ctx_message(ctx)) : st;
}

/* One point and no list of them, so that a line of the table is one answer. */
static rao_status point_of_json(rao_ctx *ctx, const char *word, cJSON **point) {
    cJSON *tree = NULL;
    rao_status st = ask_json(ctx, "point", word, &tree);
    if (st != RAO_OK) return st;
    if (eval_is(tree, cJSON_Array) && (eval_is(tree->child, cJSON_Array) || eval_is(tree->child, cJSON_Object))) {
        cJSON_Delete(tree);
        return rao_fail(ctx, RAO_EINVAL, "'%.60s' holds several points, want one; `rao eval` takes lists", word);
    }
    *point = tree;
    return RAO_OK;
}

rao_status ask_point(rao_ctx *ctx, const char *word, cJSON **point) {
    if (*word == '@' || *word == '[' || *word == '{') return point_of_json(ctx, word, point);
    cJSON *array = cJSON_CreateArray();
    if (!array) return rao_fail(ctx, RAO_ENOMEM, "out of memory: a point");
    rao_status st = point_of_numbers(ctx, word, array);
    if (st != RAO_OK) cJSON_Delete(array);
    else *point = array;
    return st;
}

rao_status ask_points(rao_ctx *ctx, char *const *words, int count, cJSON **points) {
    rao_status st = RAO_OK;
    if (count == 1) return ask_point(ctx, words[0], points);
    cJSON *array = cJSON_CreateArray();
    if (!array) return rao_fail(ctx, RAO_ENOMEM, "out of memory: points");
    for (int i = 0; i < count; i++) {
        cJSON *point = NULL;
        RAO_TRY(ask_point(ctx, words[i], &point));
        RAO_TRY(ask_put(ctx, array, NULL, point));
    }
    *points = array;
    array = NULL;
done:
    cJSON_Delete(array);
    return st;
}

/* ---- requests ---- */

/* "n=10" */
static rao_status put_fixed(rao_ctx *ctx, const char *text, cJSON *request) {
    rao_status st = RAO_OK;
    const char *equals = strchr(text, '=');
    char name[64];
    double value;
    cJSON *fixed = NULL;
    if (!equals || equals == text || equals - text >= (int64_t)sizeof name ||
        rao_parse_double(NULL, equals + 1, (int64_t)strlen(equals + 1), &value) != RAO_OK || value - value != 0)
        return rao_fail(ctx, RAO_EINVAL, "fixed = %.60s, want NAME=NUMBER, like n=10", text);
    memcpy(name, text, (size_t)(equals - text));
    name[equals - text] = 0;
    fixed = cJSON_CreateObject();
    if (fixed) RAO_TRY(ask_put(ctx, fixed, name, cJSON_CreateNumber(value)));
    st = ask_put(ctx, request, "fixed", fixed);
    fixed = NULL;
done:
    cJSON_Delete(fixed);
    return st;
}

rao_status ask_request(ask *a, const char *quantity, cJSON **request) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = a->ctx;
    cJSON *made = cJSON_CreateObject();
    if (!made) return rao_fail(ctx, RAO_ENOMEM, "out of memory: a request");
    if (ask_has_density(a->options)) RAO_TRY(ask_put_density(ctx, a->options, made));
    else RAO_TRY(ask_put(ctx, made, "family", cJSON_CreateString(a->family)));
    RAO_TRY(ask_put(ctx, made, "quantity", cJSON_CreateString(quantity)));
    if (a->options->chart) RAO_TRY(ask_put(ctx, made, "chart", cJSON_CreateString(a->options->chart)));
    if (a->options->fixed) RAO_TRY(put_fixed(ctx, a->options->fixed, made));
    *request = made;
    made = NULL;
done:
    cJSON_Delete(made);
    return st;
}

static rao_status status_of(const char *code) {
    for (int st = RAO_EINVAL; st <= RAO_ECOMM; st++)
        if (!strcmp(rao_status_name((rao_status)st), code)) return (rao_status)st;
    return RAO_EINVAL;
}

rao_status ask_answer_any(ask *a, const cJSON *request, cJSON **answer) {
    rao_text line = {0};
    cJSON *copy = cJSON_Duplicate(request, 1);
    rao_status st = copy ? eval_tree(a->eval, copy, &line) : rao_fail(a->ctx, RAO_ENOMEM, "out of memory: a request");
    if (st == RAO_OK) st = rao_json_parse(a->ctx, "answer", line.data, line.length, DEPTH, answer);
    rao_text_destroy(&line);
    cJSON_Delete(copy);
    return st;
}

rao_status ask_fail(rao_ctx *ctx, const cJSON *error) {
    return rao_fail(ctx, status_of(eval_find(error, "code")->valuestring), "%s", eval_find(error, "message")->valuestring);
}

/* Of the answer, or of its first item that has one, *place: who names points on a command line wants to hear of a bad one. */
static const cJSON *first_error(const cJSON *answer, int64_t *place) {
    const cJSON *error = eval_find(answer, "error"), *value = eval_find(answer, "value");
    *place = -1;
    for (const cJSON *item = eval_is(value, cJSON_Array) ? value->child : NULL; item && !error; item = item->next, ++*place)
        error = eval_find(item, "error");
    return error;
}

/* The word of the command line that an item's error is about, where it is one of several points, or of pairs of them. */
static const char *word_of(const ask *a, const cJSON *answer, int64_t place, const char *sentence) {
    int64_t n = a->point_count, items = cJSON_GetArraySize(eval_find(answer, "value"));
    if (place < 0 || n < 2) return NULL;
    if (items == n) return a->point[place];
    if (items != n * n) return NULL;
    return a->point[!strncmp(sentence, "q", 1) && (sentence[1] == ':' || sentence[1] == ' ') ? place % n : place / n];
}

rao_status ask_answer(ask *a, const cJSON *request, cJSON **answer) {
    cJSON *tree = NULL;
    int64_t place;
    rao_status st = ask_answer_any(a, request, &tree);
    if (st != RAO_OK) return st;
    const cJSON *error = first_error(tree, &place);
    if (!error) return *answer = tree, RAO_OK;
    const char *sentence = eval_find(error, "message")->valuestring, *word = word_of(a, tree, place, sentence);
    const char *hint = strncmp(sentence + 1, " has 1 number, want", 19) ? "" : "; the numbers of a point are joined by commas";
    st = ask_fail(a->ctx, error);
    if (*hint || word) st = rao_fail(a->ctx, st, "%s%s%s%s%s", word ? "point " : "", word ? word : "", word ? ": " : "", sentence, hint);
    cJSON_Delete(tree);
    return st;
}

rao_status ask_family(ask *a, const cJSON *request, const rao_family **family, int64_t *chart) {
    eval_request r = {.s = a->eval, .tree = cJSON_Duplicate(request, 1)};
    rao_status st = r.tree ? eval_flatten(&r) : rao_fail(a->ctx, RAO_ENOMEM, "out of memory: a request");
    if (st == RAO_OK) st = eval_find_family(&r);
    if (st == RAO_OK) *family = r.family, *chart = r.chart;
    cJSON_Delete(r.tree);
    return st;
}

rao_status ask_flatten(ask *a, cJSON *request) {
    eval_request r = {.s = a->eval, .tree = request};
    return strcmp(a->family, "mixture") ? eval_flatten(&r) : RAO_OK;
}
