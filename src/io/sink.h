/* io/sink.h - where a writer's bytes go: a file on its way to being renamed, or a text in memory. One writer serves both. */
#ifndef RAO_IO_SINK_H
#define RAO_IO_SINK_H

#include <rao/io.h>

typedef struct io_sink {
    rao_out *out; /* one of the two */
    rao_text *text;
} io_sink;

static inline rao_status io_put(rao_ctx *ctx, io_sink sink, const void *bytes, int64_t n) {
    return sink.out ? rao_out_append(ctx, sink.out, bytes, n) : rao_text_add(ctx, sink.text, bytes, n);
}

#endif
