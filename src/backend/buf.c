/* buf.c - buffers in the processor's memory, where both backends of today work. */
#include "backend/backend.h"

#include <string.h>

rao_status rao_buf_create(rao_ctx *ctx, const rao_backend *be, rao_dtype dtype, int64_t n, rao_buf **buf) {
    rao_status st = RAO_OK;
    rao_buf *b = NULL;
    RAO_TRY(rao_alloc(ctx, 1, &b));
    *b = (rao_buf){be, dtype, n, NULL};
    RAO_TRY(rao_alloc_bytes(ctx, n, rao_dtype_size(dtype), &b->data));
    *buf = b;
    b = NULL;
done:
    rao_buf_destroy(&b);
    return st;
}

void rao_buf_destroy(rao_buf **buf) {
    if (!buf || !*buf) return;
    rao_free(&(*buf)->data);
    rao_free(buf);
}

static rao_status check_range(rao_ctx *ctx, const char *what, const rao_buf *b, int64_t first, int64_t count) {
    if (first >= 0 && count >= 0 && first <= b->n && count <= b->n - first) return RAO_OK;
    return rao_fail(ctx, RAO_EINVAL, "%s: %lld numbers from %lld on, want a part of 0..%lld", what, (long long)count, (long long)first,
                    (long long)b->n);
}

rao_status rao_buf_upload(rao_ctx *ctx, rao_buf *b, int64_t first, int64_t count, const void *host) {
    rao_status st = check_range(ctx, "upload", b, first, count);
    size_t unit = rao_dtype_size(b->dtype);
    if (st == RAO_OK && count) memcpy((char *)b->data + (size_t)first * unit, host, (size_t)count * unit);
    return st;
}

rao_status rao_buf_download(rao_ctx *ctx, const rao_buf *b, int64_t first, int64_t count, void *host) {
    rao_status st = check_range(ctx, "download", b, first, count);
    size_t unit = rao_dtype_size(b->dtype);
    if (st == RAO_OK && count) memcpy(host, (const char *)b->data + (size_t)first * unit, (size_t)count * unit);
    return st;
}
