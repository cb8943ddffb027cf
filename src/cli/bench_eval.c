/* bench_eval.c - requests of `rao eval` from text to text: a million of a pipe without the pipe. */
#include "bench.h"
#include "eval.h"

#include <math.h>
#include <string.h>

enum { REQUESTS = 10000, ROUNDS = 64 };

/* Parameters with 4 digits, as one types them. */
static rao_status write_requests(rao_ctx *ctx, rao_text *lines) {
    rao_status st = RAO_OK;
    rao_stream draws = rao_stream_make(1, 0);
    for (uint64_t i = 0; i < REQUESTS && st == RAO_OK; i++)
        st = rao_text_printf(ctx, lines, "{\"family\":\"normal\",\"quantity\":\"kl\",\"p\":[%.4g,%.4g],\"q\":[%.4g,%.4g]}\n",
                             rao_normal_at(draws, 0, i), 0.1 + rao_uniform_at(draws, 1, i), rao_normal_at(draws, 2, i),
                             0.1 + rao_uniform_at(draws, 3, i));
    return st;
}

static rao_status answer_all(eval_state *s, const rao_text *lines, rao_text *answers) {
    rao_status st = RAO_OK;
    const char *at = lines->data, *end = at + lines->length;
    answers->length = 0;
    while (at < end && st == RAO_OK) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        st = eval_line(s, at, stop - at, answers);
        at = stop + 1;
    }
    return st;
}

rao_status bench_eval(rao_ctx *ctx, double seconds, bench_row *row) {
    rao_status st = RAO_OK;
    static eval_state s; /* large */
    rao_text lines = {0}, answers = {0};
    double best = HUGE_VAL, begin = cli_seconds();
    int64_t before = rao_ctx_memory(ctx).live_bytes;
    rao_ctx_memory_reset_peak(ctx);
    RAO_TRY(eval_open(&s, ctx, 1));
    RAO_TRY(write_requests(ctx, &lines));
    for (int i = 0; i < ROUNDS && (i < 3 || cli_seconds() - begin < seconds) && !rao_ctx_cancelled(ctx); i++) {
        double start = cli_seconds();
        RAO_TRY(answer_all(&s, &lines, &answers));
        best = fmin(best, cli_seconds() - start);
    }
    row->ms = 1e3 * best / REQUESTS;
    row->peak_bytes = rao_ctx_memory(ctx).peak_bytes - before;
done:
    rao_text_destroy(&answers);
    rao_text_destroy(&lines);
    eval_close(&s);
    return st;
}
