/* out.c - files that are there whole or not at all: a temporary file in the same directory, synced, renamed over the old one, and the
 * directory synced, so that neither a kill nor a power cut shows a half. Interrupted and short writes are resumed. */
#include "io/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, BUFFER_BYTES = 1 << 16, LINKS_MAX = 40 };

struct rao_out {
    int fd;
    int buffered;
    rao_status failed;
    char path[PATH_BYTES]; /* behind symbolic links */
    char temp[PATH_BYTES]; /* "" where the file is written in place */
    int64_t used;
    char buffer[BUFFER_BYTES];
};

static int open_retried(const char *path, int flags, mode_t mode) {
    int fd;
    do fd = open(path, flags | O_CLOEXEC, mode);
    while (fd < 0 && errno == EINTR);
    return fd;
}

/* Length of the directory part with its slash; 0 for a bare name. */
static size_t folder_length(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* Replaces `path` (of PATH_BYTES) by what its last component points to, as often as it is a symbolic link. Returns errno. */
static int follow_links(char *path) {
    char target[PATH_BYTES], joined[2 * PATH_BYTES];
    for (int i = 0; i < LINKS_MAX; i++) {
        ssize_t n = readlink(path, target, sizeof target - 1);
        if (n < 0) return errno == EINVAL || errno == ENOENT ? 0 : errno; /* no link, or nothing there */
        target[n] = 0;
        int folder = target[0] == '/' ? 0 : (int)folder_length(path);
        if (snprintf(joined, sizeof joined, "%.*s%s", folder, path, target) >= PATH_BYTES) return ENAMETOOLONG;
        memcpy(path, joined, strlen(joined) + 1);
    }
    return ELOOP;
}

/* Opens `.rao-PID-K.tmp` beside the path for the smallest K that is free. Returns errno. */
static int open_temporary(rao_out *o, mode_t mode) {
    int folder = (int)folder_length(o->path);
    for (int k = 0; k < 10000; k++) {
        if (snprintf(o->temp, PATH_BYTES, "%.*s.rao-%ld-%d.tmp", folder, o->path, (long)getpid(), k) >= PATH_BYTES) break;
        o->fd = open_retried(o->temp, O_WRONLY | O_CREAT | O_EXCL, mode);
        if (o->fd >= 0) return 0;
        if (errno != EEXIST) {
            o->temp[0] = 0;
            return errno;
        }
    }
    o->temp[0] = 0;
    return ENAMETOOLONG;
}

static void remove_temporary(rao_out *o) {
    if (o->temp[0]) unlink(o->temp);
    o->temp[0] = 0;
}

/* Decides how `path` is written and opens it. Returns errno. */
static int open_target(rao_out *o) {
    struct stat old;
    int error = follow_links(o->path);
    if (error) return error;
    if (stat(o->path, &old) != 0) return errno == ENOENT ? open_temporary(o, 0666) : errno;
    if (S_ISDIR(old.st_mode)) return EISDIR;
    if (!S_ISREG(old.st_mode)) {
        o->fd = open_retried(o->path, O_WRONLY, 0);
        return o->fd < 0 ? errno : 0;
    }
    if (access(o->path, W_OK) != 0) return errno; /* a rename would not ask */
    error = open_temporary(o, 0600);
    if (!error && fchmod(o->fd, old.st_mode & 07777) != 0) error = errno;
    return error;
}

static int open_in_place(rao_out *o) {
    o->fd = open_retried(o->path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0666);
    return o->fd < 0 ? errno : 0;
}

static rao_status out_open(rao_ctx *ctx, const char *path, int buffered, int (*opener)(rao_out *), rao_out **out) {
    rao_out *o = NULL;
    rao_status st = RAO_OK;
    int error;
    if (!path || !*path) return rao_fail(ctx, RAO_EINVAL, "file to write: no name");
    if (strlen(path) >= PATH_BYTES) return io_system_failed(ctx, path, "write", ENAMETOOLONG);
    RAO_TRY(rao_alloc(ctx, 1, &o));
    memcpy(o->path, path, strlen(path) + 1);
    o->fd = -1;
    o->buffered = buffered;
    error = opener(o);
    if (error) {
        st = io_system_failed(ctx, path, "write", error);
        goto done;
    }
    *out = o;
    o = NULL;
done:
    rao_out_abort(&o);
    return st;
}

rao_status rao_out_open(rao_ctx *ctx, const char *path, rao_out **out) { return out_open(ctx, path, 1, open_target, out); }
rao_status rao_out_open_log(rao_ctx *ctx, const char *path, rao_out **out) { return out_open(ctx, path, 0, open_in_place, out); }

/* Returns errno. A write of nothing means that there is no room. */
static int write_all(int fd, const char *bytes, int64_t n) {
    while (n > 0) {
        ssize_t done = write(fd, bytes, (size_t)(n < (int64_t)1 << 30 ? n : (int64_t)1 << 30));
        if (done > 0) {
            bytes += done;
            n -= done;
        } else if (done == 0) {
            return ENOSPC;
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

static rao_status write_out(rao_ctx *ctx, rao_out *o, const char *bytes, int64_t n) {
    int error = write_all(o->fd, bytes, n);
    if (!error) return RAO_OK;
    o->failed = RAO_EIO;
    return io_system_failed(ctx, o->path, "write", error);
}

static rao_status flush(rao_ctx *ctx, rao_out *o) {
    rao_status st = write_out(ctx, o, o->buffer, o->used);
    o->used = 0;
    return st;
}

static rao_status failed_before(rao_ctx *ctx, const rao_out *o) {
    return rao_fail(ctx, o->failed, "%s: an earlier write failed; the file is not complete", io_name(o->path));
}

rao_status rao_out_append(rao_ctx *ctx, rao_out *o, const void *bytes, int64_t n) {
    rao_status st = RAO_OK;
    if (n < 0) return rao_fail(ctx, RAO_EINVAL, "%s: n = %lld bytes to write, want >= 0", io_name(o->path), (long long)n);
    if (o->failed) return failed_before(ctx, o);
    if (!o->buffered) return write_out(ctx, o, bytes, n);
    if (n > BUFFER_BYTES - o->used) RAO_TRY(flush(ctx, o));
    if (n >= BUFFER_BYTES) return write_out(ctx, o, bytes, n);
    if (n) memcpy(o->buffer + o->used, bytes, (size_t)n);
    o->used += n;
done:
    return st;
}

/* Returns errno. Pipes and devices have nothing to sync and say so. */
static int sync_descriptor(int fd) {
    int code;
    do code = fsync(fd);
    while (code != 0 && errno == EINTR);
    return code == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP ? 0 : errno;
}

/* Makes the rename last. A directory that cannot be opened for reading cannot be synced either: the rename stands. Returns errno. */
static int sync_folder(const char *path) {
    char folder[PATH_BYTES];
    size_t length = folder_length(path);
    memcpy(folder, length ? path : ".", length ? length : 1);
    folder[length ? length : 1] = 0;
    int fd = open_retried(folder, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0) return 0;
    int error = sync_descriptor(fd);
    close(fd);
    return error;
}

static int close_descriptor(rao_out *o) {
    int fd = o->fd;
    o->fd = -1;
    return close(fd) != 0 && errno != EINTR ? errno : 0; /* EINTR: closed all the same on Linux, and not to be retried */
}

static rao_status put_in_place(rao_ctx *ctx, rao_out *o) {
    int error = sync_descriptor(o->fd), late = close_descriptor(o);
    if (error || late) return io_system_failed(ctx, o->path, "write", error ? error : late);
    if (!o->temp[0]) return RAO_OK;
    if (rename(o->temp, o->path) != 0) return io_system_failed(ctx, o->path, "replace", errno);
    o->temp[0] = 0;
    error = sync_folder(o->path);
    return error ? io_system_failed(ctx, o->path, "sync the folder of", error) : RAO_OK;
}

rao_status rao_out_commit(rao_ctx *ctx, rao_out **out) {
    rao_status st = RAO_OK;
    if (!out || !*out) return RAO_OK;
    if ((*out)->failed) st = failed_before(ctx, *out);
    else if (st = flush(ctx, *out), st == RAO_OK) st = put_in_place(ctx, *out);
    rao_out_abort(out);
    return st;
}

void rao_out_abort(rao_out **out) {
    if (!out || !*out) return;
    if ((*out)->fd >= 0) close((*out)->fd);
    remove_temporary(*out);
    rao_free(out);
}

rao_status rao_file_write_atomic(rao_ctx *ctx, const char *path, const void *bytes, int64_t n) {
    rao_status st = RAO_OK;
    rao_out *out = NULL;
    RAO_TRY(rao_out_open(ctx, path, &out));
    RAO_TRY(rao_out_append(ctx, out, bytes, n));
    RAO_TRY(rao_out_commit(ctx, &out));
done:
    rao_out_abort(&out);
    return st;
}
