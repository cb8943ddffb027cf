/* Atomic writing: the old file or the new one, whatever happens in between; nothing left behind; interrupted and short writes. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "io_test.h"

static char folder[256], path[300];

static void open_folder(void) {
    make_folder(folder);
    snprintf(path, sizeof path, "%s/file", folder);
}

/* Names in the folder, apart from . and .. */
static int files_in_folder(void) {
    DIR *d = opendir(folder);
    int n = 0;
    for (struct dirent *e; (e = readdir(d));) n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}

static void close_folder(void) {
    DIR *d = opendir(folder);
    for (struct dirent *e; (e = readdir(d));) {
        char name[600];
        snprintf(name, sizeof name, "%s/%s", folder, e->d_name);
        if (e->d_name[0] != '.' || strncmp(e->d_name, ".rao-", 5) == 0) unlink(name);
    }
    closedir(d);
    EXPECT_EQ(rmdir(folder), 0);
}

static void expect_content(const char *where, const char *want) {
    int64_t n = 0;
    char *bytes = read_plainly(where, &n);
    EXPECT_TRUE(n == (int64_t)strlen(want) && memcmp(bytes, want, (size_t)n) == 0);
    free(bytes);
}

static void replaces(void **state) {
    (void)state;
    LAW("the file is new or replaced, its mode kept, and no other file stays");
    rao_ctx *ctx = rao_test_ctx();
    struct stat about;
    open_folder();
    OK(ctx, rao_file_write_atomic(ctx, path, "old", 3));
    expect_content(path, "old");
    EXPECT_EQ(chmod(path, 0640), 0);
    OK(ctx, rao_file_write_atomic(ctx, path, "new content", 11));
    expect_content(path, "new content");
    EXPECT_EQ(stat(path, &about), 0);
    EXPECT_EQ(about.st_mode & 0777, 0640);
    OK(ctx, rao_file_write_atomic(ctx, path, "", 0));
    expect_content(path, "");
    EXPECT_EQ(files_in_folder(), 1);
    close_folder();
    rao_test_ctx_close(&ctx);
}

static void in_pieces(void **state) {
    (void)state;
    LAW("pieces of any size add up; nothing is seen before the commit, and nothing after an abort");
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 8);
    open_folder();
    write_plainly(path, "old", 3);
    enum { TOTAL = 1000000 };
    char *content = malloc(TOTAL);
    for (int i = 0; i < TOTAL; i++) content[i] = (char)rao_u32_at(s, 0, (uint64_t)i);
    for (int commit = 0; commit < 2; commit++) {
        rao_out *out = NULL;
        OK(ctx, rao_out_open(ctx, path, &out));
        int64_t at = 0;
        for (uint64_t k = 0; at < TOTAL; k++) {
            int64_t n = rao_below_at(s, 1, k, k % 5 ? 3000 : 200000);
            if (n > TOTAL - at) n = TOTAL - at;
            OK(ctx, rao_out_append(ctx, out, content + at, n));
            at += n;
        }
        expect_content(path, "old");
        EXPECT_EQ(files_in_folder(), 2);
        if (commit) OK(ctx, rao_out_commit(ctx, &out));
        else rao_out_abort(&out);
        EXPECT_TRUE(out == NULL);
        EXPECT_EQ(files_in_folder(), 1);
    }
    int64_t n = 0;
    char *bytes = read_plainly(path, &n);
    EXPECT_TRUE(n == TOTAL && memcmp(bytes, content, TOTAL) == 0);
    free(bytes);
    free(content);
    rao_out *none = NULL;
    OK(ctx, rao_out_commit(ctx, &none));
    rao_out_abort(&none);
    close_folder();
    rao_test_ctx_close(&ctx);
}

static void links_and_devices(void **state) {
    (void)state;
    LAW("symbolic links are followed, dangling ones too; devices and pipes are written in place");
    rao_ctx *ctx = rao_test_ctx();
    char link_path[300], far[300];
    struct stat about;
    open_folder();
    snprintf(link_path, sizeof link_path, "%s/link", folder);
    snprintf(far, sizeof far, "%s/far", folder);
    EXPECT_EQ(symlink("far", link_path), 0);
    EXPECT_EQ(symlink(link_path, path), 0);
    OK(ctx, rao_file_write_atomic(ctx, path, "one", 3));
    expect_content(far, "one");
    OK(ctx, rao_file_write_atomic(ctx, path, "two", 3));
    expect_content(far, "two");
    EXPECT_TRUE(lstat(path, &about) == 0 && S_ISLNK(about.st_mode));
    EXPECT_EQ(files_in_folder(), 3);
    unlink(far);
    unlink(link_path);
    EXPECT_EQ(symlink("file", link_path), 0);
    unlink(path);
    EXPECT_EQ(symlink("link", path), 0);
    EXPECT_FAIL(ctx, rao_file_write_atomic(ctx, path, "x", 1), RAO_EIO, "cannot write: Too many levels of symbolic links");
    OK(ctx, rao_file_write_atomic(ctx, "/dev/null", "x", 1));
    EXPECT_TRUE(stat("/dev/null", &about) == 0 && S_ISCHR(about.st_mode));
    EXPECT_EQ(files_in_folder(), 2);
    close_folder();
    rao_test_ctx_close(&ctx);
}

static void refused(void **state) {
    (void)state;
    LAW("what cannot be written says why and leaves everything as it was");
    rao_ctx *ctx = rao_test_ctx();
    rao_out *out = NULL;
    char long_path[5000];
    open_folder();
    EXPECT_FAIL(ctx, rao_file_write_atomic(ctx, folder, "x", 1), RAO_EIO, "cannot write: Is a directory");
    EXPECT_FAIL(ctx, rao_file_write_atomic(ctx, "/nonexistent/dir/f", "x", 1), RAO_EIO, "/nonexistent/dir/f: cannot write: No such file");
    EXPECT_FAIL(ctx, rao_file_write_atomic(ctx, "", "x", 1), RAO_EINVAL, "no name");
    EXPECT_FAIL(ctx, rao_file_write_atomic(ctx, path, "x", -1), RAO_EINVAL, "n = -1");
    memset(long_path, 'a', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = 0;
    EXPECT_FAIL(ctx, rao_out_open(ctx, long_path, &out), RAO_EIO, "");
    long_path[4095] = 0;
    memcpy(long_path, folder, strlen(folder));
    long_path[strlen(folder)] = '/';
    EXPECT_FAIL(ctx, rao_out_open(ctx, long_path, &out), RAO_EIO, "File name too long");
    EXPECT_TRUE(out == NULL);
    EXPECT_EQ(files_in_folder(), 0);
    if (geteuid() != 0) { /* root writes anywhere */
        write_plainly(path, "old", 3);
        EXPECT_EQ(chmod(path, 0444), 0);
        EXPECT_FAIL(ctx, rao_file_write_atomic(ctx, path, "x", 1), RAO_EIO, "Permission denied");
        expect_content(path, "old");
    }
    close_folder();
    rao_test_ctx_close(&ctx);
}

static void no_space(void **state) {
    (void)state;
    LAW("a full device fails with its reason, at once or at the commit");
    if (access("/dev/full", W_OK) != 0) {
        printf("# SKIP: no /dev/full\n");
        skip();
    }
    rao_ctx *ctx = rao_test_ctx();
    rao_out *out = NULL;
    static const char big[200000];
    OK(ctx, rao_out_open(ctx, "/dev/full", &out));
    OK(ctx, rao_out_append(ctx, out, "x", 1)); /* waits in the buffer */
    EXPECT_FAIL(ctx, rao_out_commit(ctx, &out), RAO_EIO, "/dev/full: cannot write: No space left on device");
    EXPECT_TRUE(out == NULL);
    OK(ctx, rao_out_open(ctx, "/dev/full", &out));
    EXPECT_FAIL(ctx, rao_out_append(ctx, out, big, sizeof big), RAO_EIO, "No space left on device");
    EXPECT_FAIL(ctx, rao_out_append(ctx, out, "x", 1), RAO_EIO, "an earlier write failed");
    EXPECT_FAIL(ctx, rao_out_commit(ctx, &out), RAO_EIO, "an earlier write failed; the file is not complete");
    EXPECT_TRUE(out == NULL);
    OK(ctx, rao_out_open_log(ctx, "/dev/full", &out));
    EXPECT_FAIL(ctx, rao_out_append(ctx, out, "x", 1), RAO_EIO, "No space left on device");
    rao_out_abort(&out);
    rao_test_ctx_close(&ctx);
}

/* Runs `body` in a child process and returns its exit status: 0 when every expectation held there. A signal gives 1000 + its number. */
static int in_child(void (*body)(void)) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        body();
        _exit(0);
    }
    int status = 0;
    EXPECT_TRUE(child > 0 && waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

/* The system writes up to the limit (a short write) and then refuses. */
static void write_beyond_limit(void) {
    rao_ctx *ctx = NULL;
    struct rlimit limit = {100000, 100000};
    static const char big[300000];
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || rao_ctx_create(NULL, &ctx) != RAO_OK) _exit(2);
    if (rao_file_write_atomic(ctx, path, big, sizeof big) != RAO_EIO) _exit(3);
    if (!strstr(rao_ctx_message(ctx), "cannot write: File too large")) _exit(4);
    rao_ctx_destroy(&ctx);
}

static void short_write(void **state) {
    (void)state;
    LAW("a write that stops in the middle leaves the old file and no temporary one");
    open_folder();
    write_plainly(path, "old", 3);
    EXPECT_EQ(in_child(write_beyond_limit), 0);
    expect_content(path, "old");
    EXPECT_EQ(files_in_folder(), 1);
    close_folder();
}

static void die_before_commit(void) {
    rao_ctx *ctx = NULL;
    rao_out *out = NULL;
    static const char big[300000];
    if (rao_ctx_create(NULL, &ctx) != RAO_OK || rao_out_open(ctx, path, &out) != RAO_OK) _exit(2);
    if (rao_out_append(ctx, out, big, sizeof big) != RAO_OK) _exit(3);
    raise(SIGKILL);
}

enum { WHOLE = 400000 };

/* Replaces the file for ever by 400,000 bytes of one letter each, a then b then c ... */
static void replace_for_ever(void) {
    rao_ctx *ctx = NULL;
    static char content[WHOLE];
    if (rao_ctx_create(NULL, &ctx) != RAO_OK) _exit(2);
    for (int k = 0;; k++) {
        memset(content, 'a' + k % 26, sizeof content);
        if (rao_file_write_atomic(ctx, path, content, WHOLE) != RAO_OK) _exit(3);
    }
}

static void killed(void **state) {
    (void)state;
    LAW("SIGKILL at any moment leaves one whole file at the path");
    open_folder();
    write_plainly(path, "old", 3);
    EXPECT_EQ(in_child(die_before_commit), 1000 + SIGKILL);
    expect_content(path, "old");
    rao_stream s = rao_stream_make(rao_test_seed(), 9);
    for (uint64_t round = 0; round < 25; round++) {
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) replace_for_ever();
        struct timespec wait = {0, 1000000 + rao_below_at(s, round, 0, 30000000)};
        nanosleep(&wait, NULL);
        EXPECT_EQ(kill(child, SIGKILL), 0);
        int status = 0;
        EXPECT_EQ(waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFSIGNALED(status));
        int64_t n = 0;
        char *bytes = read_plainly(path, &n);
        if (n != 3) {
            EXPECT_EQ(n, WHOLE);
            EXPECT_TRUE(memchr("abcdefghijklmnopqrstuvwxyz", bytes[0], 26) && memcmp(bytes, bytes + 1, WHOLE - 1) == 0);
        }
        free(bytes);
    }
    close_folder();
}

static void on_alarm(int number) { (void)number; }

static void *drain_slowly(void *arg) {
    int64_t *sum = arg;
    unsigned char piece[5000];
    int fd = open(path, O_RDONLY);
    for (ssize_t n; (n = read(fd, piece, sizeof piece)) != 0;) {
        struct timespec pause = {0, 200000};
        for (ssize_t i = 0; i < n; i++) sum[1] += piece[i] * (int64_t)(++sum[0] % 97);
        nanosleep(&pause, NULL);
    }
    close(fd);
    return NULL;
}

static void interrupted(void **state) {
    (void)state;
    LAW("signals and a slow reader interrupt and shorten writes; every byte arrives once, in order");
    rao_ctx *ctx = rao_test_ctx();
    open_folder();
    EXPECT_EQ(mkfifo(path, 0600), 0);
    enum { N = 1 << 20 };
    unsigned char *content = malloc(N);
    int64_t sum[2] = {0, 0}, want = 0;
    for (int64_t i = 0; i < N; i++) {
        content[i] = (unsigned char)(i * 31 + i / 255);
        want += content[i] * ((i + 1) % 97);
    }
    struct sigaction act = {.sa_handler = on_alarm}, before; /* no SA_RESTART: writes end with EINTR or short */
    sigset_t alarms, mask;
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    sigaction(SIGALRM, &act, &before);
    pthread_sigmask(SIG_BLOCK, &alarms, &mask); /* in the reader: the writer is to be interrupted */
    pthread_t reader;
    EXPECT_EQ(pthread_create(&reader, NULL, drain_slowly, sum), 0);
    rao_out *out = NULL;
    OK(ctx, rao_out_open(ctx, path, &out));
    struct itimerval every = {{0, 500}, {0, 500}}, off = {{0, 0}, {0, 0}};
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    setitimer(ITIMER_REAL, &every, NULL);
    OK(ctx, rao_out_append(ctx, out, content, N));
    OK(ctx, rao_out_commit(ctx, &out));
    setitimer(ITIMER_REAL, &off, NULL);
    pthread_join(reader, NULL);
    sigaction(SIGALRM, &before, NULL);
    EXPECT_EQ(sum[0], N);
    EXPECT_EQ(sum[1], want);
    free(content);
    close_folder();
    rao_test_ctx_close(&ctx);
}

static void logs(void **state) {
    (void)state;
    LAW("a log is seen at its path after every append, and stays after an abort");
    rao_ctx *ctx = rao_test_ctx();
    open_folder();
    rao_out *out = NULL;
    write_plainly(path, "old", 3);
    OK(ctx, rao_out_open_log(ctx, path, &out));
    expect_content(path, "");
    OK(ctx, rao_out_append(ctx, out, "one\n", 4));
    expect_content(path, "one\n");
    OK(ctx, rao_out_append(ctx, out, "two\n", 4));
    expect_content(path, "one\ntwo\n");
    rao_out_abort(&out);
    expect_content(path, "one\ntwo\n");
    EXPECT_EQ(files_in_folder(), 1);
    OK(ctx, rao_out_open_log(ctx, path, &out));
    OK(ctx, rao_out_append(ctx, out, "three\n", 6));
    OK(ctx, rao_out_commit(ctx, &out));
    expect_content(path, "three\n");
    close_folder();
    rao_test_ctx_close(&ctx);
}

static rao_status write_one(rao_ctx *ctx, void *arg) {
    (void)arg;
    rao_status st = rao_file_write_atomic(ctx, path, "x", 1);
    EXPECT_EQ(files_in_folder(), st == RAO_OK);
    return st;
}

static void memory(void **state) {
    (void)state;
    LAW("a failed allocation leaves no file and no memory");
    open_folder();
    rao_test_every_allocation_fails(write_one, NULL);
    close_folder();
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(replaces), cmocka_unit_test(in_pieces),   cmocka_unit_test(links_and_devices),
                                       cmocka_unit_test(refused),  cmocka_unit_test(no_space),    cmocka_unit_test(short_write),
                                       cmocka_unit_test(killed),   cmocka_unit_test(interrupted), cmocka_unit_test(logs),
                                       cmocka_unit_test(memory)};
    return rao_test_run("io", tests, COUNT(tests));
}
