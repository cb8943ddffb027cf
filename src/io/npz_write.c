/* npz_write.c - a zip archive of stored NPY members. The same arrays give the same bytes: every member is dated 1980-01-01, zip's zero. */
#include "io/npy.h"
#include "io/sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

enum { NAME_MAX_BYTES = 0xFFFF - 4, MEMBERS_MAX = 0xFFFF, VERSION = 20, DATE = 1 << 5 | 1, UTF8_NAME = 1 << 11 };

typedef struct npz_entry {
    uint32_t checksum, size, offset;
} npz_entry;

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static rao_status check_names(rao_ctx *ctx, const rao_tensor *members, int64_t count) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    const char **names = NULL;
    char quoted[IO_QUOTE_BYTES];
    RAO_TRY(rao_scratch(ctx, count, &names));
    for (int64_t i = 0; i < count; i++) {
        names[i] = members[i].name;
        if (!names[i] || !*names[i] || strlen(names[i]) > NAME_MAX_BYTES || !io_is_utf8(names[i])) {
            st = rao_fail(ctx, RAO_EINVAL, "npz: the name of member %lld is empty, too long or not UTF-8", (long long)i);
            goto done;
        }
    }
    qsort(names, (size_t)count, sizeof *names, by_name);
    for (int64_t i = 1; i < count; i++)
        if (strcmp(names[i - 1], names[i]) == 0) {
            st = rao_fail(ctx, RAO_EINVAL, "npz: two members are called \"%s\"", io_quote(names[i], (int64_t)strlen(names[i]), quoted));
            goto done;
        }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* The fields that a local header and a directory entry share, from the version needed to the lengths of name and extra field. */
enum { SHARED_BYTES = 26 };
static void put_shared(unsigned char *p, const npz_entry *e, const char *name) {
    int flags = 0;
    for (const char *c = name; *c; c++)
        if ((unsigned char)*c >= 0x80) flags = UTF8_NAME;
    io_put_le(p, VERSION, 2);
    io_put_le(p + 2, (uint64_t)flags, 2);
    io_put_le(p + 4, 0, 2); /* stored */
    io_put_le(p + 6, 0, 2); /* midnight */
    io_put_le(p + 8, DATE, 2);
    io_put_le(p + 10, e->checksum, 4);
    io_put_le(p + 14, e->size, 4);
    io_put_le(p + 18, e->size, 4);
    io_put_le(p + 22, strlen(name) + 4, 2);
    io_put_le(p + 24, 0, 2);
}

static rao_status put_member(rao_ctx *ctx, io_sink sink, const rao_tensor *t, int64_t *at, npz_entry *entry) {
    unsigned char local[4 + SHARED_BYTES] = {'P', 'K', 3, 4};
    char header[NPY_HEADER_BYTES];
    int64_t bytes = 0, length = (int64_t)strlen(t->name);
    rao_status st = RAO_OK;
    RAO_TRY(npy_check_array(ctx, "npz", &t->array, &bytes));
    int header_bytes = npy_write_header(&t->array, header);
    if (bytes >= (int64_t)UINT32_MAX - header_bytes || *at >= (int64_t)UINT32_MAX - bytes)
        return rao_fail(ctx, RAO_EINVAL, "npz: %lld bytes at member \"%.40s\", want an archive below 4 GiB", (long long)(*at + bytes),
                        t->name);
    entry->offset = (uint32_t)*at;
    entry->size = (uint32_t)(bytes + header_bytes);
    entry->checksum = (uint32_t)crc32_z(0, (const unsigned char *)header, (size_t)header_bytes);
    if (bytes) entry->checksum = (uint32_t)crc32_z(entry->checksum, t->array.data, (size_t)bytes); /* a NULL would reset it */
    put_shared(local + 4, entry, t->name);
    RAO_TRY(io_put(ctx, sink, local, (int64_t)sizeof local));
    RAO_TRY(io_put(ctx, sink, t->name, length));
    RAO_TRY(io_put(ctx, sink, ".npy", 4));
    RAO_TRY(io_put(ctx, sink, header, header_bytes));
    RAO_TRY(io_put(ctx, sink, t->array.data, bytes));
    *at += (int64_t)sizeof local + length + 4 + header_bytes + bytes;
done:
    return st;
}

static rao_status put_entry(rao_ctx *ctx, io_sink sink, const char *name, const npz_entry *entry, int64_t *at) {
    unsigned char record[46] = {'P', 'K', 1, 2, VERSION, 3}; /* made by: Unix */
    rao_status st = RAO_OK;
    put_shared(record + 6, entry, name);
    io_put_le(record + 38, (uint64_t)0600 << 16 | (uint64_t)0100000 << 16, 4); /* a regular file */
    io_put_le(record + 42, entry->offset, 4);
    RAO_TRY(io_put(ctx, sink, record, (int64_t)sizeof record));
    RAO_TRY(io_put(ctx, sink, name, (int64_t)strlen(name)));
    RAO_TRY(io_put(ctx, sink, ".npy", 4));
    *at += (int64_t)sizeof record + (int64_t)strlen(name) + 4;
done:
    return st;
}

static rao_status put_end(rao_ctx *ctx, io_sink sink, int64_t count, int64_t directory, int64_t at) {
    unsigned char record[22] = {'P', 'K', 5, 6};
    if (at >= (int64_t)UINT32_MAX) return rao_fail(ctx, RAO_EINVAL, "npz: %lld bytes, want an archive below 4 GiB", (long long)at);
    io_put_le(record + 8, (uint64_t)count, 2);
    io_put_le(record + 10, (uint64_t)count, 2);
    io_put_le(record + 12, (uint64_t)(at - directory), 4);
    io_put_le(record + 16, (uint64_t)directory, 4);
    return io_put(ctx, sink, record, (int64_t)sizeof record);
}

static rao_status put_archive(rao_ctx *ctx, io_sink sink, const rao_tensor *members, int64_t count) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    npz_entry *entries = NULL;
    int64_t at = 0, directory;
    if (count < 0 || count >= MEMBERS_MAX)
        return rao_fail(ctx, RAO_EINVAL, "npz: %lld members, want 0 to %d", (long long)count, MEMBERS_MAX - 1);
    RAO_TRY(check_names(ctx, members, count));
    RAO_TRY(rao_scratch(ctx, count, &entries));
    for (int64_t i = 0; i < count; i++) RAO_TRY(put_member(ctx, sink, &members[i], &at, &entries[i]));
    directory = at;
    for (int64_t i = 0; i < count; i++) RAO_TRY(put_entry(ctx, sink, members[i].name, &entries[i], &at));
    RAO_TRY(put_end(ctx, sink, count, directory, at));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_npz_format(rao_ctx *ctx, const rao_tensor *members, int64_t count, rao_text *out) {
    int64_t before = out->length;
    rao_status st = put_archive(ctx, (io_sink){.text = out}, members, count);
    if (st != RAO_OK) out->length = before;
    return st;
}

rao_status rao_npz_write(rao_ctx *ctx, const char *path, const rao_tensor *members, int64_t count) {
    rao_status st = RAO_OK;
    rao_out *out = NULL;
    RAO_TRY(rao_out_open(ctx, path, &out));
    RAO_TRY(put_archive(ctx, (io_sink){.out = out}, members, count));
    RAO_TRY(rao_out_commit(ctx, &out));
done:
    rao_out_abort(&out);
    return st;
}
