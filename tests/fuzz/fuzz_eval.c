/* fuzz_eval.c - the request reader of `rao eval` on any line: exactly one line comes back, an object that has a value or an error (never both,
 * never NaN), the same bytes whether cJSON's nodes come from the arena or from malloc, and nothing leaks. */
#include <string.h>

#include "cli/eval.h"
#include "fuzz_io.h"

/* Counts that ask for much work are not what is looked for here. */
static int asks_for_draws(const char *line, int64_t length) {
    for (int64_t i = 0; i + 7 <= length; i++)
        if (!memcmp(line + i, "samples", 7) || !memcmp(line + i, "monte_c", 7)) return 1;
    return 0;
}

static void require_answer(rao_ctx *ctx, const rao_text *answer) {
    cJSON *tree = NULL;
    FUZZ_REQUIRE(answer->length > 0 && memchr(answer->data, '\n', (size_t)answer->length) == answer->data + answer->length - 1);
    FUZZ_REQUIRE(rao_json_parse(ctx, "answer", answer->data, answer->length, 64, &tree) == RAO_OK);
    const cJSON *error = eval_find(tree, "error");
    FUZZ_REQUIRE(error || tree->child);
    FUZZ_REQUIRE(!error || (!eval_find(tree, "value") && eval_find(error, "code") && *eval_find(error, "message")->valuestring));
    rao_json_free(&tree);
}

static void answer(const char *line, int64_t length, int arena, rao_ctx *ctx, rao_text *out) {
    static eval_state s;
    FUZZ_REQUIRE(eval_open(&s, ctx, 1) == RAO_OK);
    if (!arena) json_arena_destroy(&s.arena);
    FUZZ_REQUIRE(eval_line(&s, line, length, out) == RAO_OK);
    eval_close(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *line = (const char *)data;
    if (memchr(line, '\n', size) || asks_for_draws(line, (int64_t)size)) return 0;
    rao_ctx *ctx = fuzz_open();
    rao_text first = {0}, second = {0};
    answer(line, (int64_t)size, 1, ctx, &first);
    require_answer(ctx, &first);
    answer(line, (int64_t)size, 0, ctx, &second);
    FUZZ_REQUIRE(first.length == second.length && !memcmp(first.data, second.data, (size_t)first.length));
    rao_text_destroy(&second);
    rao_text_destroy(&first);
    FUZZ_REQUIRE(rao_ctx_memory(ctx).live_bytes < 1 << 26); /* the scratch stack keeps its largest chunk */
    rao_ctx_destroy(&ctx);
    return 0;
}
