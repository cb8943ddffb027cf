/* cmd_eval.c - the machine interface: requests on standard input, answers on standard output, in order. */
#include "eval.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 1 << 16 };
static const int64_t LINE_LIMIT = (int64_t)1 << 28;

/* What has been read and not yet answered, and what has been answered and not yet written. */
typedef struct stream {
    eval_state state;
    rao_text pending, out;
    int64_t searched; /* bytes of `pending` that hold no end of a line */
    int skipping;     /* the rest of a line that was too long */
} stream;

static int is_blank(char c) { return c == '\r' || c == ' ' || c == '\t'; }

/* The line from `at` to `stop`, without the blanks behind it. */
static rao_status answer_line(stream *s, const char *at, const char *stop) {
    while (stop > at && is_blank(stop[-1])) stop--;
    if (stop - at > LINE_LIMIT)
        return eval_refuse(&s->state, rao_fail(s->state.ctx, RAO_EINVAL, "a line of more than %lld bytes", (long long)LINE_LIMIT), &s->out);
    return stop > at ? eval_line(&s->state, at, stop - at, &s->out) : RAO_OK;
}

/* Answers every whole line of `pending`; the rest stays, unless it is too long already: then it is refused, and its end awaited. */
static rao_status answer_lines(stream *s, int last) {
    rao_status st = RAO_OK;
    char *at = s->pending.data, *from = at + s->searched, *end = at + s->pending.length;
    while (at < end) {
        char *stop = memchr(from, '\n', (size_t)(end - from));
        if (!stop && !last) break;
        if (!stop) stop = end;
        if (!s->skipping) RAO_TRY(answer_line(s, at, stop));
        s->skipping = 0;
        at = from = stop < end ? stop + 1 : end;
    }
    if (end - at > LINE_LIMIT && !s->skipping) {
        RAO_TRY(answer_line(s, at, end));
        s->skipping = 1;
    }
    s->pending.length = s->skipping ? 0 : end - at;
    s->searched = s->pending.length;
    if (s->pending.length && at > s->pending.data) memmove(s->pending.data, at, (size_t)s->pending.length);
done:
    return st;
}

/* After every block: whoever waits for answers gets those of all that was sent. */
static rao_status flush(stream *s) {
    cli_print(&s->out);
    if (fflush(stdout) != 0 || ferror(stdout))
        return rao_fail(s->state.ctx, RAO_EIO, "cannot write to standard output: %s", strerror(errno));
    return RAO_OK;
}

static rao_status eval(cli_call *call) {
    rao_status st = RAO_OK;
    static stream s; /* with its tables too large for a stack */
    static char block[BLOCK];
    RAO_TRY(eval_open(&s.state, call->ctx, call->common.seed));
    if (isatty(STDIN_FILENO) && !call->common.quiet)
        fprintf(stderr, "requests, one a line, for example {\"family\":\"normal\",\"quantity\":\"entropy\",\"p\":[0,1]}; Ctrl-D ends\n");
    for (;;) {
        ssize_t n = read(STDIN_FILENO, block, sizeof block);
        if (n < 0 && errno == EINTR && !rao_ctx_cancelled(call->ctx)) continue;
        if (n < 0) RAO_TRY(rao_fail(call->ctx, RAO_EIO, "cannot read standard input: %s", strerror(errno)));
        RAO_TRY(rao_text_add(call->ctx, &s.pending, block, n));
        RAO_TRY(answer_lines(&s, n == 0));
        RAO_TRY(flush(&s));
        if (n == 0 || rao_ctx_cancelled(call->ctx)) break;
    }
done:
    rao_text_destroy(&s.pending);
    rao_text_destroy(&s.out);
    eval_close(&s.state);
    return st;
}

/* A list of names that breaks its lines. */
typedef struct name_list {
    rao_ctx *ctx;
    rao_text *out;
    int64_t line, count; /* where the line begins in the text; names so far */
} name_list;

static rao_status add_name(name_list *l, const char *name) {
    enum { WIDTH = 118 };
    const char *before = !l->count++ ? " " : l->out->length + (int64_t)strlen(name) - l->line > WIDTH ? ",\n  " : ", ";
    rao_status st = rao_text_puts(l->ctx, l->out, before);
    if (before[1] == '\n') l->line = l->out->length - 2;
    return st == RAO_OK ? rao_text_puts(l->ctx, l->out, name) : st;
}

static rao_status list_keys(rao_ctx *ctx, rao_text *out) {
    rao_status st = rao_text_puts(ctx, out, "keys:\n");
    for (int64_t i = 0; eval_key_at(i) && st == RAO_OK; i++)
        st = rao_text_printf(ctx, out, "  %-14s %s\n", eval_key_at(i), eval_key_use(i));
    return st;
}

static rao_status list_quantities(rao_ctx *ctx, rao_text *out) {
    rao_status st = rao_text_puts(ctx, out, "\nquantities:");
    name_list list = {ctx, out, out->length - 11, 0};
    for (int64_t i = 0; rao_manifold_list(i) >= 0 && st == RAO_OK; i++) st = add_name(&list, rao_manifold_name(rao_manifold_list(i)));
    for (int64_t i = 0; eval_topic_at(i) && st == RAO_OK; i++) st = add_name(&list, eval_topic_at(i)->name);
    return st;
}

static rao_status list_families(rao_ctx *ctx, rao_text *out) {
    rao_status st = rao_text_puts(ctx, out, "\n\nfamilies, their charts, and what is fixed:\n");
    for (int64_t i = 0; rao_family_list(i) && st == RAO_OK; i++) {
        const rao_family_info *f = rao_family_list(i);
        st = rao_text_printf(ctx, out, "  %-18s %s%s%s\n", f->name, f->charts, f->fixed ? "; fixed: " : "", f->fixed ? f->fixed : "");
    }
    if (st != RAO_OK) return st;
    return rao_text_printf(ctx, out, "  %-18s of any of them\n", "mixture");
}

static rao_status details(rao_ctx *ctx, rao_text *out) {
    rao_status st = RAO_OK;
    RAO_TRY(rao_text_puts(ctx, out,
                          "One request a line, one answer a line, in order; a bad line is answered with its error. A request names family "
                          "and quantity, mostly a\n"
                          "point p, and the other keys where they are used. A point is an array of its coordinates; of mvn also "
                          "{\"mean\",\"cov\"}, of wishart\n"
                          "{\"df\",\"scale\"}; of mixture {\"weights\",\"components\":[{\"family\",\"p\"},..]}. p, q, x, t and velocity "
                          "may be arrays of such.\n\n"));
    RAO_TRY(list_keys(ctx, out));
    RAO_TRY(list_quantities(ctx, out));
    RAO_TRY(list_families(ctx, out));
done:
    return st;
}

const cli_command cmd_eval = {
    .name = "eval",
    .summary = "JSON lines in, JSON lines out: quantities of families of distributions, batched",
    .details = details,
    .example = "rao eval <<< '{\"family\":\"normal\",\"quantity\":\"kl\",\"p\":[0,1],\"q\":[1,2]}'",
    .run = eval,
};
