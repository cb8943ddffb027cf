/* json.c - JSON on stdout (RFC 8259), written in one go so that a failing command prints nothing. */
#include "cli.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put(cli_json *j, const char *string) {
    if (j->status == RAO_OK) j->status = rao_text_puts(j->ctx, &j->text, string);
}

static void put_quoted(cli_json *j, const char *string) {
    char escaped[8];
    put(j, "\"");
    for (const char *c = string; *c && j->status == RAO_OK; c++) {
        unsigned char byte = (unsigned char)*c;
        if (byte == '"' || byte == '\\') snprintf(escaped, sizeof escaped, "\\%c", byte);
        else if (byte < 0x20) snprintf(escaped, sizeof escaped, "\\u%04x", byte);
        else snprintf(escaped, sizeof escaped, "%c", byte);
        put(j, escaped);
    }
    put(j, "\"");
}

static void begin_item(cli_json *j, const char *key) {
    if (j->comma) put(j, ",");
    j->comma = 1;
    if (!key) return;
    put_quoted(j, key);
    put(j, ":");
}

void json_open(cli_json *j, const char *key, char bracket) {
    begin_item(j, key);
    put(j, bracket == '{' ? "{" : "[");
    j->comma = 0;
}

void json_close(cli_json *j, char bracket) {
    put(j, bracket == '}' ? "}" : "]");
    j->comma = 1;
}

/* The fewest digits that read back as the same double. */
void json_real(cli_json *j, const char *key, double value) {
    char digits[40];
    begin_item(j, key);
    if (isnan(value)) {
        put(j, "null");
    } else if (isinf(value)) {
        put(j, value > 0 ? "\"inf\"" : "\"-inf\"");
    } else {
        for (int p = 1; p <= 17; p++) {
            snprintf(digits, sizeof digits, "%.*g", p, value);
            if (strtod(digits, NULL) == value) break;
        }
        put(j, digits);
    }
}

void json_int(cli_json *j, const char *key, int64_t value) {
    char digits[24];
    begin_item(j, key);
    snprintf(digits, sizeof digits, "%lld", (long long)value);
    put(j, digits);
}

void json_flag(cli_json *j, const char *key, int value) {
    begin_item(j, key);
    put(j, value ? "true" : "false");
}

void json_null(cli_json *j, const char *key) {
    begin_item(j, key);
    put(j, "null");
}

void json_string(cli_json *j, const char *key, const char *value) {
    begin_item(j, key);
    put_quoted(j, value);
}

void json_reals(cli_json *j, const char *key, const double *values, int64_t count) {
    json_open(j, key, '[');
    for (int64_t i = 0; i < count; i++) json_real(j, NULL, values[i]);
    json_close(j, ']');
}

rao_status json_print(cli_json *j) {
    if (j->status == RAO_OK) {
        fwrite(j->text.data, 1, (size_t)j->text.length, stdout);
        fputc('\n', stdout);
    }
    rao_text_destroy(&j->text);
    return j->status;
}
