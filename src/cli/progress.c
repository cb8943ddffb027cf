/* progress.c - a bar on stderr for people who wait; silent for files, pipes, --quiet and short work. */
#include "cli.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { BAR = 24 };
static const double PATIENCE = 1.0, REDRAW = 0.1; /* seconds */

double cli_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void progress_begin(cli_progress *p, const cli_common *common) {
    p->enabled = !common->quiet && isatty(STDERR_FILENO);
    p->drawn = 0;
    p->start = p->last = cli_seconds();
}

/* "1:23" or "1:02:03" */
static void format_time(char *out, size_t size, double seconds) {
    long long s = (long long)(seconds + 0.5);
    if (s >= 3600) snprintf(out, size, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
    else snprintf(out, size, "%lld:%02lld", s / 60, s % 60);
}

static void draw(double fraction, double elapsed, const char *note) {
    char bar[BAR + 1], left[32] = "?";
    int full = (int)(fraction * BAR);
    for (int i = 0; i < BAR; i++) bar[i] = i < full ? '#' : '.';
    bar[BAR] = 0;
    if (fraction > 0) format_time(left, sizeof left, elapsed * (1 - fraction) / fraction);
    fprintf(stderr, "\r\033[K[%s] %3.0f%% %s left  %s", bar, 100 * fraction, left, note);
    fflush(stderr);
}

void progress_show(cli_progress *p, double fraction, const char *note) {
    if (!p->enabled) return;
    double now = cli_seconds();
    if (now - p->start < PATIENCE || (p->drawn && now - p->last < REDRAW)) return;
    draw(fraction < 0 ? 0 : fraction > 1 ? 1 : fraction, now - p->start, note);
    p->last = now;
    p->drawn = 1;
}

void progress_end(cli_progress *p) {
    if (p->drawn) fputs("\r\033[K", stderr), fflush(stderr);
    p->drawn = 0;
}
