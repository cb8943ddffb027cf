/* progress.c - a bar on stderr for people who wait; silent for files, pipes, --quiet and short work. */
#include "cli.h"

#include <math.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static const double PATIENCE = 1.0, REDRAW = 0.1; /* seconds */

double cli_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void progress_begin(cli_progress *p, rao_ctx *ctx, const cli_common *common, const char *unit) {
    *p = (cli_progress){.ctx = ctx, .unit = unit, .loss = NAN};
    p->enabled = !common->quiet && isatty(STDERR_FILENO);
    cli_terminal(STDERR_FILENO, &p->terminal);
    p->terminal.width--; /* a full line would wrap the cursor */
    p->start = p->last = cli_seconds();
}

static void draw(cli_progress *p, const char *label, double fraction, double elapsed) {
    double left = fraction > 0 ? elapsed * (1 - fraction) / fraction : (double)NAN;
    rao_progress progress = {
        .label = label, .fraction = fraction, .rate = (double)p->count / elapsed, .unit = p->unit, .loss = p->loss, .seconds_left = left};
    p->line.length = 0;
    if (rao_progress_format(p->ctx, &progress, &p->terminal, &p->line) != RAO_OK)
        return; /* no memory for a bar is no failure of the work */
    fprintf(stderr, "\r\033[K%s", p->line.data);
    fflush(stderr);
}

void progress_show(cli_progress *p, const char *label, double fraction) {
    p->count++;
    if (!p->enabled) return;
    double now = cli_seconds();
    if (now - p->start < PATIENCE || (p->drawn && now - p->last < REDRAW)) return;
    draw(p, label, fraction < 1 ? fraction : 1, now - p->start);
    p->last = now;
    p->drawn = 1;
}

void progress_end(cli_progress *p) {
    if (p->drawn) fputs("\r\033[K", stderr), fflush(stderr);
    p->drawn = 0;
    rao_text_destroy(&p->line);
}
