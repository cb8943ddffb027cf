/* output.c - standard output: tables as wide as the terminal, JSON in one line. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const int PIPE_WIDTH = 120; /* a file is read with room */

static int takes_utf8(void) {
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"}; /* the first that is set decides, as in setlocale */
    for (int i = 0; i < 3; i++) {
        const char *value = getenv(names[i]);
        if (value && *value) return strstr(value, "UTF-8") || strstr(value, "utf8");
    }
    return 0;
}

void cli_terminal(int descriptor, rao_terminal *t) {
    struct winsize size = {0};
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
    int is_terminal = isatty(descriptor);
    rao_terminal_init(t);
    t->width = PIPE_WIDTH;
    if (is_terminal) t->width = ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
    if (t->width < 40) t->width = 40;
    if (t->width > 1000) t->width = 1000;
    t->unicode = takes_utf8();
    t->ansi = is_terminal && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

void cli_print(rao_text *text) {
    if (text->length) fwrite(text->data, 1, (size_t)text->length, stdout);
    text->length = 0;
}

rao_status cli_print_table(rao_ctx *ctx, const rao_table *table) {
    rao_terminal terminal;
    rao_text text = {0};
    cli_terminal(STDOUT_FILENO, &terminal);
    rao_status st = rao_table_text(ctx, table, &terminal, &text);
    if (st == RAO_OK) cli_print(&text);
    rao_text_destroy(&text);
    return st;
}

rao_status cli_print_json(rao_ctx *ctx, rao_json_writer *json) {
    rao_status st = rao_json_line(ctx, json, NULL);
    if (st == RAO_OK) cli_print(&json->text);
    rao_json_writer_destroy(json);
    return st;
}
