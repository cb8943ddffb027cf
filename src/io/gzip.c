/* gzip.c - unpacking gzip through zlib. The output grows as it really comes out (deflate expands at most 1032-fold), never by what the file
 * claims; zlib verifies the CRC-32 and the length of every member. */
#include "io/bytes.h"

#include <limits.h>

#define ZLIB_CONST
#include <zlib.h>

enum { OUTPUT_MIN = 4096, WINDOW_GZIP = 15 + 16 };

void *io_zalloc(void *ctx, unsigned count, unsigned size) {
    void *block = NULL;
    return rao_alloc_bytes(ctx, count, size, &block) == RAO_OK ? block : Z_NULL;
}

void io_zfree(void *ctx, void *block) {
    (void)ctx;
    rao_free(&block);
}

typedef struct unpacking {
    rao_ctx *ctx;
    const char *name;
    z_stream z;
    const unsigned char *in;
    int64_t in_size, in_used, limit, used, capacity;
    unsigned char *out;
} unpacking;

static uInt narrow(int64_t n) { return n < INT_MAX ? (uInt)n : (uInt)INT_MAX; }

static rao_status make_room(unpacking *u) {
    if (u->used < u->capacity) return RAO_OK;
    if (u->capacity > u->limit)
        return rao_fail(u->ctx, RAO_EIO, "%s: unpacks to more than the %lld bytes that are allowed", u->name, (long long)u->limit);
    int64_t capacity = u->capacity < u->limit / 2 ? 2 * u->capacity : u->limit + 1;
    unsigned char *grown = NULL;
    rao_status st = rao_alloc(u->ctx, capacity, &grown);
    if (st != RAO_OK) return st;
    memcpy(grown, u->out, (size_t)u->used);
    rao_free(&u->out);
    u->out = grown;
    u->capacity = capacity;
    return RAO_OK;
}

/* One call of inflate over what is left on both sides. */
static int inflate_some(unpacking *u) {
    uInt give = narrow(u->in_size - u->in_used), take = narrow(u->capacity - u->used);
    u->z.next_in = u->in + u->in_used, u->z.avail_in = give;
    u->z.next_out = u->out + u->used, u->z.avail_out = take;
    int code = inflate(&u->z, Z_NO_FLUSH);
    u->in_used += give - u->z.avail_in;
    u->used += take - u->z.avail_out;
    return code;
}

static rao_status inflate_failed(const unpacking *u, int code) {
    if (code == Z_MEM_ERROR) return rao_fail(u->ctx, RAO_ENOMEM, "%s: out of memory while unpacking", u->name);
    if (code == Z_BUF_ERROR && u->in_used == u->in_size)
        return rao_fail(u->ctx, RAO_EIO, "%s: byte %lld: the gzip data end too early; the file is truncated", u->name,
                        (long long)u->in_size);
    return rao_fail(u->ctx, RAO_EIO, "%s: byte %lld: the gzip data are corrupt (%s)", u->name, (long long)u->in_used,
                    u->z.msg ? u->z.msg : "no reason given");
}

static rao_status unpack_member(unpacking *u) {
    for (;;) {
        rao_status st = make_room(u);
        if (st != RAO_OK) return st;
        int code = inflate_some(u);
        if (code == Z_STREAM_END) return RAO_OK;
        if (code != Z_OK) return inflate_failed(u, code);
    }
}

static rao_status unpack_members(unpacking *u) {
    rao_status st = RAO_OK;
    do {
        if (!io_is_gzip(u->in + u->in_used, u->in_size - u->in_used))
            return rao_fail(u->ctx, RAO_EIO, "%s: byte %lld: no gzip member begins here, want one or the end of the file", u->name,
                            (long long)u->in_used);
        RAO_TRY(unpack_member(u));
        inflateReset(&u->z);
    } while (u->in_used < u->in_size);
    if (u->used > u->limit)
        return rao_fail(u->ctx, RAO_EIO, "%s: unpacks to more than the %lld bytes that are allowed", u->name, (long long)u->limit);
done:
    return st;
}

rao_status rao_gunzip(rao_ctx *ctx, const char *name, const void *bytes, int64_t n, int64_t limit, void **unpacked, int64_t *size) {
    rao_status st = RAO_OK;
    if (n < 0 || limit < 0 || limit == INT64_MAX)
        return rao_fail(ctx, RAO_EINVAL, "%s: n = %lld, limit = %lld, want both >= 0 and below 2^63 - 1", name, (long long)n,
                        (long long)limit);
    int64_t first = n < limit / 4 ? 4 * n : limit;
    unpacking u = {
        .ctx = ctx, .name = name, .in = bytes, .in_size = n, .limit = limit, .capacity = first < OUTPUT_MIN ? OUTPUT_MIN : first + 1};
    u.z.zalloc = io_zalloc, u.z.zfree = io_zfree, u.z.opaque = ctx;
    int code = inflateInit2(&u.z, WINDOW_GZIP);
    if (code == Z_MEM_ERROR) return rao_fail(ctx, RAO_ENOMEM, "%s: out of memory while unpacking", name);
    if (code != Z_OK) return rao_fail(ctx, RAO_EIO, "%s: zlib does not start (code %d)", name, code);
    RAO_TRY(rao_alloc(ctx, u.capacity, &u.out));
    RAO_TRY(unpack_members(&u));
    *unpacked = u.out;
    *size = u.used;
    u.out = NULL;
done:
    inflateEnd(&u.z);
    rao_free(&u.out);
    return st;
}
