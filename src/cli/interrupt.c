/* interrupt.c - the first Ctrl-C asks the library to end in order, the second one kills. */
#include "cli.h"

#include <signal.h>
#include <string.h>

static volatile sig_atomic_t seen; /* the one mutable global of the program: a signal handler can reach nothing else */

static void note(int signal_number) {
    (void)signal_number;
    seen = 1;
}

static int cancelled(void *user) {
    (void)user;
    return seen;
}

void interrupt_install(rao_ctx *ctx) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = note;
    action.sa_flags = (int)SA_RESETHAND | SA_RESTART; /* the second one meets the default action */
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    rao_ctx_set_cancel(ctx, cancelled, NULL);
}

int interrupt_seen(void) { return seen; }
