/* npz.c - the directory of a zip archive, and NPY members out of it (PKWARE APPNOTE 6.3, sections 4.3 and 4.5.3).
 *
 * The archive ends in a record that says where its central directory is; sizes and places are taken from the directory, never from
 * the members' own headers, and everything is held inside the bytes that are there. Deflate expands at most 1032-fold, so a member
 * that claims more is refused before memory is taken for it. */
#include "io/bytes.h"

#define ZLIB_CONST
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

enum { END_BYTES = 22, END64_BYTES = 56, LOCATOR_BYTES = 20, ENTRY_BYTES = 46, LOCAL_BYTES = 30, STORED = 0, DEFLATED = 8 };

typedef struct member {
    char *name;
    int64_t packed, unpacked, offset; /* offset: of the local header */
    uint32_t checksum;
    int method, encrypted;
} member;

struct rao_npz {
    const unsigned char *bytes;
    void *owned; /* the bytes, where the archive read them itself */
    int64_t n, count;
    member *members;
    char *names;
    char *file;
};

typedef struct directory {
    int64_t count, offset, size;
} directory;

typedef struct zip_reader {
    rao_ctx *ctx;
    const char *name;
    const unsigned char *in;
    int64_t n;
} zip_reader;

static rao_status malformed(const zip_reader *z, int64_t at, const char *what) {
    return rao_fail(z->ctx, RAO_EIO, "%s: byte %lld: %s", z->name, (long long)at, what);
}

static int signature(const zip_reader *z, int64_t at, const char *two) {
    return memcmp(z->in + at, "PK", 2) == 0 && memcmp(z->in + at + 2, two, 2) == 0;
}

/* ---- the end of the archive ---- */

/* The end record is followed by nothing but its own comment. -1 when there is none. */
static int64_t find_end(const zip_reader *z) {
    for (int64_t at = z->n - END_BYTES; at >= 0 && at >= z->n - END_BYTES - 0xFFFF; at--)
        if (signature(z, at, "\5\6") && at + END_BYTES + io_le16(z->in + at + 20) == z->n) return at;
    return -1;
}

static int64_t narrow64(uint64_t v) { return v > (uint64_t)INT64_MAX ? INT64_MAX : (int64_t)v; }

static rao_status read_end64(const zip_reader *z, int64_t end, directory *d) {
    int64_t locator = end - LOCATOR_BYTES;
    if (locator < 0 || !signature(z, locator, "\6\7"))
        return malformed(z, end, "the zip64 locator is missing before the end of the directory");
    int64_t at = narrow64(io_le64(z->in + locator + 8));
    if (at > locator - END64_BYTES || !signature(z, at, "\6\6")) return malformed(z, locator, "the zip64 locator points to no end record");
    const unsigned char *p = z->in + at;
    d->count = narrow64(io_le64(p + 32));
    d->size = narrow64(io_le64(p + 40));
    d->offset = narrow64(io_le64(p + 48));
    if (io_le32(p + 16) || io_le32(p + 20)) return malformed(z, at, "an archive in several parts, want one");
    return RAO_OK;
}

static rao_status read_end(const zip_reader *z, directory *d) {
    int64_t end = find_end(z);
    if (end < 0) return malformed(z, z->n, "no end of a zip directory; not an NPZ file, or truncated");
    const unsigned char *p = z->in + end;
    d->count = io_le16(p + 10);
    d->size = io_le32(p + 12);
    d->offset = io_le32(p + 16);
    if (d->count == 0xFFFF || d->size == 0xFFFFFFFF || d->offset == 0xFFFFFFFF) {
        rao_status st = read_end64(z, end, d);
        if (st != RAO_OK) return st;
    } else if (io_le16(p + 4) || io_le16(p + 6) || io_le16(p + 8) != d->count) {
        return malformed(z, end, "an archive in several parts, want one");
    }
    if (d->offset > end || d->size > end - d->offset) return malformed(z, end, "the zip directory lies outside the file");
    if (d->count > d->size / ENTRY_BYTES) return malformed(z, end, "the zip directory is too short for its number of members");
    return RAO_OK;
}

/* ---- the directory ---- */

/* Sizes that do not fit 32 bits stand in extra field 1, those that need it only, in this order. */
static int read_extra64(const unsigned char *extra, int64_t length, member *m) {
    int64_t *fields[] = {&m->unpacked, &m->packed, &m->offset};
    while (length >= 4) {
        int64_t size = io_le16(extra + 2), used = 4;
        if (size > length - 4) return 0;
        if (io_le16(extra) == 1) {
            for (int i = 0; i < 3; i++) {
                if (*fields[i] != 0xFFFFFFFF) continue;
                if (used + 8 > size + 4) return 0;
                *fields[i] = narrow64(io_le64(extra + used));
                used += 8;
            }
            return 1;
        }
        extra += size + 4;
        length -= size + 4;
    }
    return 0;
}

/* Reads the entry at *at and moves behind it; its name, without a final ".npy", goes to *names. */
static rao_status read_entry(const zip_reader *z, int64_t *at, int64_t end, member *m, char **names) {
    const unsigned char *p = z->in + *at;
    if (end - *at < ENTRY_BYTES || !signature(z, *at, "\1\2")) return malformed(z, *at, "want an entry of the zip directory here");
    int64_t name = io_le16(p + 28), extra = io_le16(p + 30), comment = io_le16(p + 32);
    if (name + extra + comment > end - *at - ENTRY_BYTES) return malformed(z, *at, "the entry does not fit the zip directory");
    m->encrypted = io_le16(p + 8) & 1;
    m->method = io_le16(p + 10);
    m->checksum = io_le32(p + 16);
    m->packed = io_le32(p + 20);
    m->unpacked = io_le32(p + 24);
    m->offset = io_le32(p + 42);
    if ((m->packed == 0xFFFFFFFF || m->unpacked == 0xFFFFFFFF || m->offset == 0xFFFFFFFF) &&
        !read_extra64(p + ENTRY_BYTES + name, extra, m))
        return malformed(z, *at, "the entry lacks its zip64 sizes");
    if (name == 0 || memchr(p + ENTRY_BYTES, 0, (size_t)name))
        return malformed(z, *at + ENTRY_BYTES, "a member's name is empty or holds a NUL");
    int64_t kept = name > 4 && memcmp(p + ENTRY_BYTES + name - 4, ".npy", 4) == 0 ? name - 4 : name;
    m->name = memcpy(*names, p + ENTRY_BYTES, (size_t)kept);
    *names += kept + 1;
    *at += ENTRY_BYTES + name + extra + comment;
    return RAO_OK;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static rao_status check_distinct(const zip_reader *z, const rao_npz *npz) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(z->ctx);
    char **names = NULL;
    RAO_TRY(rao_scratch(z->ctx, npz->count, &names));
    for (int64_t i = 0; i < npz->count; i++) names[i] = npz->members[i].name;
    qsort(names, (size_t)npz->count, sizeof *names, by_name);
    for (int64_t i = 1; i < npz->count; i++)
        if (strcmp(names[i - 1], names[i]) == 0) {
            char quoted[IO_QUOTE_BYTES];
            st = rao_fail(z->ctx, RAO_EIO, "%s: two members are called \"%s\"", z->name,
                          io_quote(names[i], (int64_t)strlen(names[i]), quoted));
            goto done;
        }
done:
    rao_scratch_reset(z->ctx, mark);
    return st;
}

static rao_status read_directory(const zip_reader *z, rao_npz *npz) {
    directory d = {0};
    rao_status st = RAO_OK;
    RAO_TRY(read_end(z, &d));
    RAO_TRY(rao_alloc(z->ctx, d.count, &npz->members));
    RAO_TRY(rao_alloc(z->ctx, d.size, &npz->names)); /* each entry is longer than its name and a NUL */
    char *names = npz->names;
    for (int64_t at = d.offset; npz->count < d.count; npz->count++)
        RAO_TRY(read_entry(z, &at, d.offset + d.size, &npz->members[npz->count], &names));
    RAO_TRY(check_distinct(z, npz));
done:
    return st;
}

rao_status rao_npz_parse(rao_ctx *ctx, const char *name, const void *bytes, int64_t n, rao_npz **npz) {
    rao_status st = RAO_OK;
    zip_reader z = {ctx, name, bytes, n};
    rao_npz *a = NULL;
    RAO_TRY(rao_alloc(ctx, 1, &a));
    a->bytes = bytes;
    a->n = n;
    RAO_TRY(rao_alloc(ctx, (int64_t)strlen(name) + 1, &a->file));
    memcpy(a->file, name, strlen(name) + 1);
    RAO_TRY(read_directory(&z, a));
    *npz = a;
    a = NULL;
done:
    rao_npz_destroy(&a);
    return st;
}

rao_status rao_npz_read(rao_ctx *ctx, const char *path, rao_npz **npz) {
    rao_status st = RAO_OK;
    void *bytes = NULL;
    int64_t n = 0;
    RAO_TRY(rao_file_read_unpacked(ctx, path, RAO_FILE_LIMIT, &bytes, &n));
    RAO_TRY(rao_npz_parse(ctx, io_name(path), bytes, n, npz));
    (*npz)->owned = bytes;
    bytes = NULL;
done:
    rao_free(&bytes);
    return st;
}

void rao_npz_destroy(rao_npz **npz) {
    if (!npz || !*npz) return;
    rao_free(&(*npz)->owned);
    rao_free(&(*npz)->members);
    rao_free(&(*npz)->names);
    rao_free(&(*npz)->file);
    rao_free(npz);
}

int64_t rao_npz_count(const rao_npz *npz) { return npz->count; }
const char *rao_npz_name(const rao_npz *npz, int64_t i) { return i >= 0 && i < npz->count ? npz->members[i].name : NULL; }

/* ---- one member ---- */

static rao_status find_member(rao_ctx *ctx, const rao_npz *npz, const char *name, const member **found) {
    char quoted[IO_QUOTE_BYTES];
    for (int64_t i = 0; i < npz->count; i++)
        if (strcmp(npz->members[i].name, name) == 0) {
            *found = &npz->members[i];
            return RAO_OK;
        }
    const char *near = rao_nearest(name, npz->members, npz->count, sizeof *npz->members);
    return rao_fail(ctx, RAO_EINVAL, "%s: no member \"%s\"%s%s%s", npz->file, io_quote(name, (int64_t)strlen(name), quoted),
                    near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* Where the packed bytes of a member begin, behind its local header. */
static rao_status locate(const zip_reader *z, const member *m, int64_t *data) {
    if (m->encrypted) return malformed(z, m->offset, "the member is encrypted, want plain");
    if (m->method != STORED && m->method != DEFLATED) return malformed(z, m->offset, "the member is neither stored nor deflated");
    if (m->offset > z->n - LOCAL_BYTES || !signature(z, m->offset, "\3\4"))
        return malformed(z, m->offset, "want the header of a member here");
    const unsigned char *p = z->in + m->offset;
    *data = m->offset + LOCAL_BYTES + io_le16(p + 26) + io_le16(p + 28);
    if (*data > z->n || m->packed > z->n - *data) return malformed(z, m->offset, "the member ends behind the end of the file");
    if (m->method == STORED ? m->unpacked != m->packed : m->unpacked / 1032 > m->packed)
        return malformed(z, m->offset, "the member's sizes before and after packing do not agree");
    return RAO_OK;
}

/* Raw deflate of known size: all of the input gives exactly the output. */
static rao_status inflate_exactly(const zip_reader *z, const member *m, int64_t data, unsigned char *out) {
    z_stream s = {.zalloc = io_zalloc, .zfree = io_zfree, .opaque = z->ctx};
    int64_t in_left = m->packed, out_left = m->unpacked;
    int code = inflateInit2(&s, -15);
    if (code != Z_OK)
        return rao_fail(z->ctx, code == Z_MEM_ERROR ? RAO_ENOMEM : RAO_EIO, "%s: unpacking cannot start (zlib says %d)", z->name, code);
    s.next_in = z->in + data;
    s.next_out = out;
    while (code == Z_OK) {
        uInt in = in_left < INT_MAX ? (uInt)in_left : INT_MAX, room = out_left < INT_MAX ? (uInt)out_left : INT_MAX;
        s.avail_in = in, s.avail_out = room;
        code = inflate(&s, Z_NO_FLUSH);
        in_left -= in - s.avail_in;
        out_left -= room - s.avail_out;
    }
    inflateEnd(&s);
    if (code == Z_MEM_ERROR) return rao_fail(z->ctx, RAO_ENOMEM, "%s: out of memory while unpacking", z->name);
    if (code != Z_STREAM_END || in_left || out_left) return malformed(z, data, "the packed data of the member are corrupt");
    return RAO_OK;
}

static rao_status read_member(const zip_reader *z, const member *m, rao_array **array) {
    rao_status st = RAO_OK;
    unsigned char *unpacked = NULL;
    const unsigned char *content;
    int64_t data = 0;
    RAO_TRY(locate(z, m, &data));
    content = z->in + data;
    if (m->method == DEFLATED) {
        RAO_TRY(rao_alloc(z->ctx, m->unpacked, &unpacked));
        RAO_TRY(inflate_exactly(z, m, data, unpacked));
        content = unpacked;
    }
    if (crc32_z(0, content, (size_t)m->unpacked) != m->checksum) {
        st = malformed(z, data, "the member's checksum does not match");
        goto done;
    }
    RAO_TRY(rao_npy_parse(z->ctx, z->name, content, m->unpacked, array));
done:
    rao_free(&unpacked);
    return st;
}

rao_status rao_npz_array(rao_ctx *ctx, const rao_npz *npz, const char *name, rao_array **array) {
    const member *m = NULL;
    rao_status st = RAO_OK;
    rao_text place = {0};
    RAO_TRY(find_member(ctx, npz, name, &m));
    RAO_TRY(rao_text_printf(ctx, &place, "%s: member %.200s", npz->file, name));
    zip_reader z = {ctx, place.data, npz->bytes, npz->n};
    RAO_TRY(read_member(&z, m, array));
done:
    rao_text_destroy(&place);
    return st;
}
