/* file.c - a whole file into memory, with a limit. Interrupted and short reads are resumed; the size is believed only as a first guess,
 * so pipes, /proc and files that grow are read to their end. */
#include "io/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_GUESS = 1 << 16 };

rao_status io_system_failed(rao_ctx *ctx, const char *path, const char *what, int error) {
    char reason[128] = "";
    if (strerror_r(error, reason, sizeof reason) != 0) reason[0] = 0;
    return rao_fail(ctx, RAO_EIO, "%s: cannot %s: %s", io_name(path), what, *reason ? reason : "unknown error");
}

static rao_status too_large(rao_ctx *ctx, const char *path, int64_t limit) {
    return rao_fail(ctx, RAO_EIO, "%s: larger than the %lld bytes that are allowed", io_name(path), (long long)limit);
}

static rao_status open_for_reading(rao_ctx *ctx, const char *path, int *fd, int64_t *size) {
    struct stat about;
    int f;
    do f = open(path, O_RDONLY | O_CLOEXEC);
    while (f < 0 && errno == EINTR);
    if (f < 0) return io_system_failed(ctx, path, "open", errno);
    int refused = fstat(f, &about) != 0 ? errno : S_ISDIR(about.st_mode) ? EISDIR : 0;
    if (refused) {
        close(f);
        return io_system_failed(ctx, path, "read", refused);
    }
    *fd = f;
    *size = S_ISREG(about.st_mode) ? (int64_t)about.st_size : 0;
    return RAO_OK;
}

static rao_status grow(rao_ctx *ctx, char **buffer, int64_t used, int64_t capacity) {
    char *grown = NULL;
    rao_status st = rao_alloc(ctx, capacity, &grown);
    if (st != RAO_OK) return st;
    if (used) memcpy(grown, *buffer, (size_t)used);
    rao_free(buffer);
    *buffer = grown;
    return RAO_OK;
}

/* Reads until the end of the file; the buffer keeps one byte more than it may use, which shows that there is more. */
static rao_status read_all(rao_ctx *ctx, const char *path, int fd, int64_t limit, int64_t guess, char **buffer, int64_t *used) {
    rao_status st = RAO_OK;
    int64_t capacity = guess < limit ? guess + 1 : limit + 1;
    RAO_TRY(grow(ctx, buffer, 0, capacity));
    for (;;) {
        if (*used == capacity) {
            if (capacity > limit) return too_large(ctx, path, limit);
            capacity = capacity < limit / 2 ? 2 * capacity : limit + 1;
            RAO_TRY(grow(ctx, buffer, *used, capacity));
        }
        int64_t want = capacity - *used < (int64_t)1 << 30 ? capacity - *used : (int64_t)1 << 30;
        ssize_t got = read(fd, *buffer + *used, (size_t)want);
        if (got == 0) break;
        if (got < 0 && errno != EINTR) return io_system_failed(ctx, path, "read", errno);
        if (got > 0) *used += got;
    }
    if (*used > limit) return too_large(ctx, path, limit);
done:
    return st;
}

rao_status rao_file_read(rao_ctx *ctx, const char *path, int64_t limit, void **bytes, int64_t *n) {
    rao_status st = RAO_OK;
    int fd = -1;
    char *buffer = NULL;
    int64_t size = 0, used = 0;
    if (limit < 0 || limit == INT64_MAX)
        return rao_fail(ctx, RAO_EINVAL, "%s: limit = %lld, want >= 0 and below 2^63 - 1", io_name(path), (long long)limit);
    RAO_TRY(open_for_reading(ctx, path, &fd, &size));
    if (size > limit) {
        st = too_large(ctx, path, limit);
        goto done;
    }
    RAO_TRY(read_all(ctx, path, fd, limit, size ? size : FIRST_GUESS, &buffer, &used));
    *bytes = buffer;
    *n = used;
    buffer = NULL;
done:
    rao_free(&buffer);
    if (fd >= 0) close(fd);
    return st;
}

rao_status rao_file_read_unpacked(rao_ctx *ctx, const char *path, int64_t limit, void **bytes, int64_t *n) {
    rao_status st = RAO_OK;
    void *raw = NULL;
    int64_t size = 0;
    RAO_TRY(rao_file_read(ctx, path, limit, &raw, &size));
    if (io_is_gzip(raw, size)) {
        RAO_TRY(rao_gunzip(ctx, io_name(path), raw, size, limit, bytes, n));
    } else {
        *bytes = raw;
        *n = size;
        raw = NULL;
    }
done:
    rao_free(&raw);
    return st;
}
