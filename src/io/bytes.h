/* io/bytes.h - what the files of room io share: byte order, checked shapes, text of unknown origin in errors. */
#ifndef RAO_IO_BYTES_H
#define RAO_IO_BYTES_H

#include <rao/io.h>

#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
enum { IO_HOST_BIG = 1 };
#else
enum { IO_HOST_BIG = 0 };
#endif

static inline uint16_t io_le16(const unsigned char *p) { return (uint16_t)(p[0] | p[1] << 8); }
static inline uint32_t io_le32(const unsigned char *p) { return (uint32_t)io_le16(p) | (uint32_t)io_le16(p + 2) << 16; }
static inline uint64_t io_le64(const unsigned char *p) { return (uint64_t)io_le32(p) | (uint64_t)io_le32(p + 4) << 32; }
static inline uint32_t io_be32(const unsigned char *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
}
static inline void io_put_le(unsigned char *p, uint64_t value, int bytes) {
    for (int i = 0; i < bytes; i++) p[i] = (unsigned char)(value >> 8 * i);
}

/* Copies `count` elements of `size` bytes, reversing each where the source's order is not the machine's. Buffers may be unaligned. */
void io_copy_elements(void *to, const void *from, int64_t count, size_t size, int from_big);

/* Elements and bytes of a shape without overflow; 0 when a length is negative or the product of the lengths above zero, in bytes,
 * exceeds INT64_MAX (so that a zero does not hide an absurd length). */
int io_shape_size(int ndim, const int64_t *shape, size_t element, int64_t *count, int64_t *bytes);

/* "3 x 4", or "one number" of a shape. */
enum { IO_SHAPE_TEXT = RAO_ARRAY_DIMS * 24 };
const char *io_shape_text(int ndim, const int64_t *shape, char out[IO_SHAPE_TEXT]);

/* What an error calls a file: the last 300 bytes of its path, so that a long path does not push the reason out of the sentence. */
static inline const char *io_name(const char *path) {
    size_t n = strlen(path);
    return n <= 300 ? path : path + n - 300;
}

/* EIO "PATH: cannot WHAT: the system's reason". */
rao_status io_system_failed(rao_ctx *ctx, const char *path, const char *what, int error);

/* Up to 40 bytes for an error sentence: what does not print becomes '?', what is longer ends in "...". */
enum { IO_QUOTE_BYTES = 48 };
const char *io_quote(const void *bytes, int64_t n, char out[IO_QUOTE_BYTES]);

/* Does it begin with gzip's magic bytes and the only method there is? */
static inline int io_is_gzip(const unsigned char *bytes, int64_t n) {
    return n >= 3 && bytes[0] == 0x1f && bytes[1] == 0x8b && bytes[2] == 8;
}

/* The bytes of the UTF-8 character at p (RFC 3629: shortest form, no surrogates, up to U+10FFFF), or 0 when it is none. p < end. */
int io_utf8_length(const unsigned char *p, const unsigned char *end);
int io_is_utf8(const char *string);
/* Behind the characters that stand in a JSON string as they are and are ASCII: no control characters, quotes or backslashes. */
extern const unsigned char io_plain[256]; /* 1 for each of them */
static inline const unsigned char *io_skip_plain(const unsigned char *p, const unsigned char *end) {
    while (p < end && io_plain[*p]) p++;
    return p;
}

/* zlib's allocator over a context: `opaque` of a z_stream is the rao_ctx. */
void *io_zalloc(void *ctx, unsigned count, unsigned size);
void io_zfree(void *ctx, void *block);

#endif
