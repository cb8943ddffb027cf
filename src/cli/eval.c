/* eval.c - a request becomes an answer: the line is parsed, its quantity found among the topics and the quantities of batches, and whatever
 * fails is answered as that line's error. */
#include "eval.h"

#include <stdio.h>
#include <string.h>

enum { DEPTH = 16 };

static const eval_topic topics[] = {
    {"mle", eval_answer_mle, EVAL_USES(DATA) | EVAL_USES(WEIGHTS)},
    {"cramer_rao", eval_answer_cramer_rao, EVAL_USES(P) | EVAL_USES(N) | EVAL_USES(TARGET) | EVAL_USES(BIAS)},
    {"check", eval_answer_check, EVAL_USES(P)},
    {"centroid", eval_answer_centroid, EVAL_USES(KIND) | EVAL_USES(POINTS) | EVAL_USES(WEIGHTS)},
    {"m_projection", eval_answer_m_projection, EVAL_USES(P) | EVAL_USES(Q) | EVAL_USES(ONTO)},
    {"e_projection", eval_answer_e_projection, EVAL_USES(P) | EVAL_USES(Q) | EVAL_USES(ONTO)},
    {"mutual_information", eval_answer_mutual_information, EVAL_USES(P) | EVAL_USES(ONTO)},
    {"markov_pushforward", eval_answer_markov, EVAL_USES(P) | EVAL_USES(KERNEL)},
    {"jeffreys_volume", eval_answer_jeffreys_volume, EVAL_USES(REGION)},
};
enum { TOPICS = sizeof topics / sizeof *topics };

const eval_topic *eval_topic_at(int64_t index) { return index >= 0 && index < TOPICS ? &topics[index] : NULL; }

/* ---- topics and quantities by name ---- */

/* The place of a name, or the free one where it belongs. */
static eval_name *place_of(eval_state *s, const char *name) {
    uint32_t i = eval_hash(0, name) % EVAL_NAMES;
    while (s->names[i].name && strcmp(s->names[i].name, name)) i = (i + 1) % EVAL_NAMES;
    return &s->names[i];
}

static int64_t list_names(const char **names) {
    int64_t n = 0;
    for (; n < TOPICS; n++) names[n] = topics[n].name;
    for (int64_t i = 0; rao_manifold_list(i) >= 0 && n < EVAL_NAMES / 2; i++) names[n++] = rao_manifold_name(rao_manifold_list(i));
    return n;
}

static void index_names(eval_state *s) {
    const char *names[EVAL_NAMES];
    int64_t n = list_names(names);
    for (int64_t i = 0; i < n; i++) {
        int topic = i < TOPICS ? (int)i : -1;
        *place_of(s, names[i]) = (eval_name){names[i], topic, topic < 0 ? rao_manifold_list(i - TOPICS) : -1};
    }
}

static rao_status no_quantity(rao_ctx *ctx, const char *name) {
    const char *names[EVAL_NAMES], *near = rao_nearest(name, names, list_names(names), sizeof *names);
    return rao_fail(ctx, RAO_EINVAL, "no quantity \"%.60s\"%s%s%s", name, near ? "; did you mean \"" : "", near ? near : "",
                    near ? "\"?" : "; `rao eval --help` lists them");
}

/* ---- requests ---- */

/* "out of memory" with what was too large: an mvn of dimension 1000 has 501500 coordinates, and matrices in them. */
static rao_status name_size(const eval_request *r, rao_status st) {
    char sentence[200];
    rao_ctx *ctx = r->s->ctx;
    if (st != RAO_ENOMEM || !r->family) return st;
    snprintf(sentence, sizeof sentence, "%s", rao_ctx_message(ctx));
    return rao_fail(ctx, st, "%s: %s in %lld coordinates does not fit into memory (%s)", rao_family_describe(r->family)->name, r->quantity,
                    (long long)rao_family_tangent(r->family, r->chart), sentence);
}

static rao_status answer_request(eval_state *s, cJSON *tree) {
    rao_status st = RAO_OK;
    eval_request r = {.s = s, .tree = tree};
    const char *warning = NULL;
    RAO_TRY(eval_check_keys(s->ctx, tree, &r.seen));
    RAO_TRY(eval_get_text(s->ctx, tree, "quantity", 1, &r.quantity));
    const eval_name *asked = place_of(s, r.quantity);
    if (!asked->name) return no_quantity(s->ctx, r.quantity);
    eval_uses uses = asked->topic >= 0 ? topics[asked->topic].uses : eval_batch_uses(asked->quantity);
    RAO_TRY(eval_check_uses(&r, uses));
    RAO_TRY(eval_flatten(&r));
    RAO_TRY(eval_find_family(&r));
    RAO_TRY(eval_check_unused(&r, uses, &warning));
    RAO_TRY(asked->topic >= 0 ? topics[asked->topic].answer(&r) : eval_answer_batch(&r, asked->quantity));
    if (warning && !r.warned) rao_json_string(s->ctx, &s->json, "warning", warning);
done:
    return name_size(&r, st);
}

/* Ends the line and moves it to `out`. */
static rao_status take(eval_state *s, rao_text *out) {
    rao_status st = rao_json_line(s->ctx, &s->json, NULL);
    if (st == RAO_OK) st = rao_text_add(s->ctx, out, s->json.text.data, s->json.text.length);
    rao_json_clear(&s->json);
    return st;
}

/* `line` is the text of the tree; NULL: there is none, and no id to repeat. */
static rao_status answer_or_error(eval_state *s, cJSON *tree, const char *line, rao_status st, rao_text *out) {
    rao_json_object(s->ctx, &s->json, NULL);
    if (st == RAO_OK) st = answer_request(s, tree);
    if (st != RAO_OK) {
        rao_json_clear(&s->json);
        rao_json_object(s->ctx, &s->json, NULL);
        eval_put_error(s, st);
    }
    st = line && eval_is(tree, cJSON_Object) ? eval_put_id(s, tree, line) : RAO_OK;
    rao_json_end(s->ctx, &s->json);
    if (st == RAO_OK) return take(s, out);
    rao_json_clear(&s->json);
    return st;
}

rao_status eval_line(eval_state *s, const char *line, int64_t length, rao_text *out) {
    rao_mark mark = rao_scratch_mark(s->ctx);
    cJSON *tree = NULL;
    json_arena_enter(&s->arena);
    rao_status st = rao_json_parse(s->ctx, "request", line, length, DEPTH, &tree);
    if (st == RAO_EIO) st = rao_fail(s->ctx, RAO_EINVAL, "%s", rao_ctx_message(s->ctx));
    st = answer_or_error(s, tree, line, st, out);
    json_arena_leave(&s->arena, &tree);
    rao_scratch_reset(s->ctx, mark);
    return st;
}

rao_status eval_refuse(eval_state *s, rao_status why, rao_text *out) { return answer_or_error(s, NULL, NULL, why, out); }

rao_status eval_tree(eval_state *s, cJSON *tree, rao_text *out) {
    rao_mark mark = rao_scratch_mark(s->ctx);
    rao_status st = answer_or_error(s, tree, NULL, RAO_OK, out);
    rao_scratch_reset(s->ctx, mark);
    return st;
}

rao_status eval_open(eval_state *s, rao_ctx *ctx, int64_t seed) {
    *s = (eval_state){.ctx = ctx, .seed = seed, .stream_seed = seed, .stream = rao_stream_make((uint64_t)seed, 0)};
    index_names(s);
    return json_arena_create(ctx, &s->arena);
}

void eval_close(eval_state *s) {
    for (int i = 0; i < EVAL_FAMILIES; i++) rao_family_destroy(&s->kept[i].family);
    eval_forget_mixture(s);
    rao_family_destroy(&s->own);
    rao_json_writer_destroy(&s->json);
    json_arena_destroy(&s->arena);
}
