/* number.c - numbers as text and back, the same in every locale.
 *
 * printf and strtod take the point from the locale. Reading: up to 19 digits need no strtod (nearest.c); more, and the few of which it
 * cannot tell, are handed to strtod as an integer with an exponent ("123e-2"), which no locale changes.
 * Writing: the shortest digits come from integers alone (shortest.c), the point is put here. */
#include "io/bytes.h"
#include "io/shortest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* 767 digits decide any double (the halfway point with the longest expansion); one more stands for all that follow. */
enum { DIGITS = 770 };

/* value = digits * 10^exponent, digits an integer of `count` decimal digits without leading zeros; count = 0 is zero. */
typedef struct decimal {
    int negative, count;
    int64_t exponent;
    char digits[DIGITS + 1];
} decimal;

static int is_digit(char c) { return c >= '0' && c <= '9'; }

static void push_digit(decimal *d, char digit, int behind_point) {
    if (d->count == 0 && digit == '0') d->exponent -= behind_point; /* a leading zero */
    else if (d->count < DIGITS) {
        d->digits[d->count++] = digit;
        d->exponent -= behind_point;
    } else {
        d->exponent += !behind_point;
        if (digit != '0') d->digits[DIGITS - 1] = '1'; /* below the last that counts: only that it is not zero matters */
    }
}

/* Reads [+-]digits behind an 'e'; saturates far beyond every range. NULL when there are none. */
static const char *read_exponent(const char *at, const char *end, int64_t *exponent) {
    int negative = at < end && *at == '-';
    int64_t e = 0;
    at += at < end && (*at == '-' || *at == '+');
    if (at == end || !is_digit(*at)) return NULL;
    for (; at < end && is_digit(*at); at++)
        if (e < INT64_MAX / 100) e = 10 * e + (*at - '0');
    *exponent += negative ? -e : e;
    return at;
}

/* Reads an unsigned decimal that must fill [at, end). */
static int read_decimal(const char *at, const char *end, decimal *d) {
    const char *begin = at;
    int point = 0, digits = 0;
    for (; at < end && (is_digit(*at) || (*at == '.' && !point)); at++) {
        if (*at == '.') point = 1;
        else push_digit(d, *at, point), digits = 1;
    }
    if (!digits || begin == end) return 0;
    if (at < end && (*at == 'e' || *at == 'E')) {
        at = read_exponent(at + 1, end, &d->exponent);
        if (!at) return 0;
    }
    return at == end;
}

static int is_word(const char *at, const char *end, const char *word) {
    for (; at < end && *word; at++, word++)
        if ((*at | 0x20) != *word) return 0;
    return at == end && !*word;
}

/* "inf", "infinity", "nan" without a sign. */
static int read_word(const char *at, const char *end, double *value) {
    if (is_word(at, end, "inf") || is_word(at, end, "infinity")) *value = (double)INFINITY;
    else if (is_word(at, end, "nan")) *value = (double)NAN;
    else return 0;
    return 1;
}

static int short_value(const decimal *d, double *value) {
    uint64_t digits = 0;
    if (d->count > 19) return 0;
    for (int i = 0; i < d->count; i++) digits = 10 * digits + (uint64_t)(d->digits[i] - '0');
    return io_nearest(digits, d->exponent, value);
}

static double long_value(decimal *d) {
    char text[DIGITS + 16];
    int64_t e = d->exponent > 9999 ? 9999 : d->exponent < -9999 ? -9999 : d->exponent; /* with 770 digits still beyond both ends */
    d->digits[d->count] = 0;
    snprintf(text, sizeof text, "%se%d", d->digits, (int)e);
    return strtod(text, NULL);
}

rao_status rao_parse_double(rao_ctx *ctx, const char *text, int64_t length, double *value) {
    char quoted[IO_QUOTE_BYTES];
    const char *at = text, *end = text + length;
    decimal d;
    double v = 0;
    d.count = 0, d.exponent = 0; /* the digits are written before they are read */
    d.negative = length > 0 && *at == '-';
    at += length > 0 && (*at == '-' || *at == '+');
    if (read_decimal(at, end, &d)) {
        if (d.count > 0 && !short_value(&d, &v)) v = long_value(&d);
        if (isinf(v)) return rao_fail(ctx, RAO_EDOMAIN, "number \"%s\" is beyond the range of double", io_quote(text, length, quoted));
    } else if (!read_word(at, end, &v)) {
        return rao_fail(ctx, RAO_EINVAL, "\"%s\" is not a number", io_quote(text, length, quoted));
    }
    *value = d.negative ? -v : v;
    return RAO_OK;
}

/* The decimal digits of n > 0, two at a time from the last, without zeros at their end, which go to *exponent. Returns how many; they
 * begin at *first in `room`. */
enum { DIGIT_ROOM = 20 };
static int take_digits(uint64_t n, char room[DIGIT_ROOM], char **first, int *exponent) {
    static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051"
                                "525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
    char *end = room + DIGIT_ROOM, *at = end;
    for (; n >= 100; n /= 100) at -= 2, memcpy(at, &pairs[2 * (n % 100)], 2);
    if (n >= 10) at -= 2, memcpy(at, &pairs[2 * n], 2);
    else *--at = (char)('0' + n);
    for (; end[-1] == '0'; end--) ++*exponent;
    *first = at;
    return (int)(end - at);
}

static char *put_zeros(char *to, int n) {
    for (int i = 0; i < n; i++) *to++ = '0';
    return to;
}

static char *put_digits(char *to, const char *digits, int n) {
    memcpy(to, digits, (size_t)n);
    return to + n;
}

/* d.ddde+XX with an exponent of two digits or three. */
static char *put_scientific(char *to, const char *digits, int count, int exponent) {
    int size = exponent < 0 ? -exponent : exponent;
    *to++ = digits[0];
    if (count > 1) *to++ = '.';
    to = put_digits(to, digits + 1, count - 1);
    *to++ = 'e';
    *to++ = exponent < 0 ? '-' : '+';
    if (size >= 100) *to++ = (char)('0' + size / 100);
    *to++ = (char)('0' + size / 10 % 10);
    *to++ = (char)('0' + size % 10);
    return to;
}

/* digits * 10^exponent, the point at its place where at most 16 digits stand before it and at most 4 zeros begin it. */
static char *put_decimal(char *to, const char *digits, int count, int exponent) {
    int before = count + exponent; /* digits before the point */
    if (before > 16 || before < -3) return put_scientific(to, digits, count, before - 1);
    if (before <= 0) {
        *to++ = '0';
        *to++ = '.';
        return put_digits(put_zeros(to, -before), digits, count);
    }
    if (exponent >= 0) return put_zeros(put_digits(to, digits, count), exponent);
    to = put_digits(to, digits, before);
    *to++ = '.';
    return put_digits(to, digits + before, count - before);
}

static int format_special(double value, char text[RAO_DOUBLE_TEXT]) {
    return snprintf(text, RAO_DOUBLE_TEXT, "%s", isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
}

static int format_digits(int negative, uint64_t digits, int exponent, char text[RAO_DOUBLE_TEXT]) {
    char room[DIGIT_ROOM], *first, *to = text;
    if (negative) *to++ = '-';
    int count = digits ? take_digits(digits, room, &first, &exponent) : 0;
    if (count) to = put_decimal(to, first, count, exponent);
    else *to++ = '0';
    *to = 0;
    return (int)(to - text);
}

int rao_format_double(double value, char text[RAO_DOUBLE_TEXT]) {
    double size = fabs(value);
    if (!isfinite(value)) return format_special(value, text);
    if (size < 0x1p53 && size == trunc(size)) return format_digits(signbit(value) != 0, (uint64_t)size, 0, text);
    shortest s = io_shortest(size);
    return format_digits(signbit(value) != 0, s.digits, s.exponent, text);
}

/* Copies printf's text with its point, whatever the locale wrote there, as one '.'. */
static int copy_point(const char *from, char *to) {
    int n = 0;
    for (; *from; from++) {
        int plain = is_digit(*from) || *from == '-' || *from == '+' || *from == 'e';
        if (plain) to[n++] = *from;
        else if (n && to[n - 1] != '.') to[n++] = '.';
    }
    to[n] = 0;
    return n;
}

int rao_format_float(float value, char text[RAO_DOUBLE_TEXT]) {
    char printed[64], kept[RAO_DOUBLE_TEXT];
    double rounded = 0;
    if (!isfinite(value)) return format_special((double)value, text);
    for (int digits = 6; digits <= 9; digits++) { /* fewer come out by themselves: zeros at the end are dropped */
        snprintf(printed, sizeof printed, "%.*e", digits - 1, (double)value);
        int n = copy_point(printed, kept);
        if (rao_parse_double(NULL, kept, n, &rounded) == RAO_OK && (float)rounded == value) break;
    }
    return rao_format_double(rounded, text); /* 6 to 9 digits are also the shortest of the double that they give */
}
