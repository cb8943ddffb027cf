/* number.c - formatting without the locale.
 *
 * The C library rounds decimal conversions correctly under every locale and differs only in the decimal point, so the digits are
 * read off its "%.*e" and everything else is laid out here. */
#include "report/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct decimal {
    char digits[NUMBER_DIGITS_MAX + 1]; /* d1 d2 ... dn: |value| = d1.d2...dn x 10^exponent */
    int count, exponent, negative;
} decimal;

static decimal to_decimal(double value, int digits) {
    decimal d = {.negative = value < 0};
    char text[64];
    snprintf(text, sizeof text, "%.*e", digits - 1, fabs(value));
    const char *p = text;
    for (; *p && *p != 'e'; p++)
        if (*p >= '0' && *p <= '9' && d.count < NUMBER_DIGITS_MAX) d.digits[d.count++] = *p;
    int sign = p[1] == '-' ? -1 : 1;
    for (p += 2; *p >= '0' && *p <= '9'; p++) d.exponent = 10 * d.exponent + (*p - '0');
    d.exponent *= sign;
    return d;
}

static char digit_at(const decimal *d, int place) { return place >= 0 && place < d->count ? d->digits[place] : '0'; }

/* d as digits with a point and `decimals` decimals; the caller has rounded */
static char *write_fixed(char *out, const decimal *d, int decimals) {
    if (d->negative) *out++ = '-';
    if (d->exponent < 0) *out++ = '0';
    for (int place = 0; place <= d->exponent; place++) *out++ = digit_at(d, place);
    if (decimals > 0) *out++ = '.';
    for (int k = 1; k <= decimals; k++) *out++ = digit_at(d, d->exponent + k);
    *out = 0;
    return out;
}

static void write_scientific(char *out, const decimal *d) {
    if (d->negative) *out++ = '-';
    *out++ = d->digits[0];
    if (d->count > 1) *out++ = '.';
    for (int k = 1; k < d->count; k++) *out++ = d->digits[k];
    snprintf(out, 8, "e%d", d->exponent);
}

static void drop_zeros(decimal *d) {
    while (d->count > 1 && d->digits[d->count - 1] == '0') d->count--;
}

static void general(double value, int digits, char *out) {
    decimal d = to_decimal(value, digits), full = to_decimal(value, 15);
    drop_zeros(&full);
    if (full.count <= digits && digits < 15) d = full; /* a short constant such as 0.5 keeps no zeros */
    if (value != 0 && (d.exponent < -4 || d.exponent >= 9)) {
        write_scientific(out, &d);
    } else {
        if (d.exponent >= digits) d = to_decimal(value, full.exponent + 1); /* never round away whole digits */
        int decimals = d.count - 1 - d.exponent;
        write_fixed(out, &d, decimals > 0 ? decimals : 0);
    }
}

/* The significant digits that `decimals` decimals leave: one more than the exponent of the rounded value says. */
static void fixed(double value, int decimals, char *out) {
    if (fabs(value) >= 1e15) {
        decimal d = to_decimal(value, 4);
        write_scientific(out, &d);
        return;
    }
    char text[NUMBER_BYTES];
    snprintf(text, sizeof text, "%.*f", decimals, fabs(value));
    int nonzero = 0, point = 0;
    char *begin = out++;
    for (const char *p = text; *p; p++) {
        int digit = *p >= '0' && *p <= '9';
        nonzero |= digit && *p != '0';
        if (digit) *out++ = *p;
        else if (!point) *out++ = '.', point = 1; /* whatever the locale writes here, once */
    }
    *out = 0;
    if (value < 0 && nonzero) *begin = '-';
    else memmove(begin, begin + 1, strlen(begin + 1) + 1); /* no "-0.00" */
}

static void seconds(double value, char *out) {
    static const struct {
        double below, scale;
        const char *unit;
    } small[] = {{0.9995e-6, 1e9, " ns"}, {0.9995e-3, 1e6, " us"}, {0.9995, 1e3, " ms"}, {119.5, 1, " s"}};
    for (int i = value == 0 ? 3 : 0; i < 4; i++)
        if (fabs(value) < small[i].below) {
            general(value * small[i].scale, 3, out);
            strcat(out, small[i].unit);
            return;
        }
    const char *sign = value < 0 ? "-" : "";
    double s = fabs(value);
    if (s < 3600 - 0.5) snprintf(out, NUMBER_BYTES, "%s%d min %02d s", sign, (int)((s + 0.5) / 60), (int)(s + 0.5) % 60);
    else if (s < 172800) snprintf(out, NUMBER_BYTES, "%s%d h %02d min", sign, (int)((s + 30) / 3600), (int)((s + 30) / 60) % 60);
    else general(value / 86400, 3, out), strcat(out, " days");
}

void number_write(double value, rao_number_style style, int digits, char out[NUMBER_BYTES]) {
    int significant = digits > 0 ? digits : 4;
    if (isnan(value)) {
        strcpy(out, "nan");
    } else if (isinf(value)) {
        strcpy(out, value > 0 ? "inf" : "-inf");
    } else if (style == RAO_NUMBER_FIXED) {
        fixed(value, digits, out);
    } else if (style == RAO_NUMBER_SCIENTIFIC) {
        decimal d = to_decimal(value, significant);
        write_scientific(out, &d);
    } else if (style == RAO_NUMBER_PERCENT) {
        fixed(fabs(value) < 1e300 ? 100 * value : value, digits, out);
        strcat(out, " %");
    } else if (style == RAO_NUMBER_SECONDS) {
        seconds(value, out);
    } else {
        general(value, significant, out);
    }
}

void number_decimal(long long m, int e, char out[NUMBER_BYTES]) {
    decimal d = {.negative = m < 0};
    char text[24];
    snprintf(text, sizeof text, "%lld", m < 0 ? -m : m);
    d.count = (int)strlen(text);
    memcpy(d.digits, text, (size_t)d.count);
    d.exponent = m == 0 ? 0 : d.count - 1 + e;
    if (m != 0 && (d.exponent < -4 || d.exponent >= 9)) drop_zeros(&d), write_scientific(out, &d);
    else write_fixed(out, &d, e < 0 && m != 0 ? -e : 0);
}

int number_whole(const char *number) {
    int i = number[0] == '-';
    while (number[i] >= '0' && number[i] <= '9') i++;
    return i > (number[0] == '-') ? i : (int)strlen(number); /* "inf" is all whole */
}

static void put_grouped(sink *s, const char *digits, int count) {
    for (int i = 0; i < count; i++) {
        if (i && count >= 5 && (count - i) % 3 == 0) sink_put(s, "\xE2\x80\x89");
        sink_bytes(s, digits + i, 1);
    }
}

static void put_power(sink *s, const char *exponent, int svg) {
    sink_put(s, svg ? "<tspan dy='-.42em' font-size='72%'>" : "<sup>");
    if (*exponent == '-') sink_put(s, "\xE2\x88\x92"), exponent++;
    sink_put(s, exponent);
    sink_put(s, svg ? "</tspan>" : "</sup>");
}

void number_markup(sink *s, const char *number, int svg) {
    if (strcmp(number, "nan") == 0) number = "NaN";
    if (*number == '-') sink_put(s, "\xE2\x88\x92"), number++;
    if (strcmp(number, "inf") == 0) number = "\xE2\x88\x9E";
    int whole = number_whole(number);
    const char *exponent = *number >= '0' && *number <= '9' ? strchr(number, 'e') : NULL;
    if (!exponent) {
        const char *micro = strstr(number, " us");
        if (*number >= '0' && *number <= '9') put_grouped(s, number, whole), number += whole;
        if (micro && micro >= number) sink_bytes(s, number, micro - number), sink_put(s, " \xC2\xB5s");
        else sink_put(s, number);
        return;
    }
    if (exponent != number + 1 || *number != '1') sink_bytes(s, number, exponent - number), sink_put(s, "\xC3\x97");
    sink_put(s, "10");
    put_power(s, exponent + 1, svg);
}

rao_status number_check(rao_ctx *ctx, const char *where, rao_number_style style, int digits) {
    if ((int)style < RAO_NUMBER_GENERAL || style > RAO_NUMBER_SECONDS)
        return rao_fail(ctx, RAO_EINVAL, "%s: number style = %d, want one of rao_number_style", where, (int)style);
    if (digits < 0 || digits > NUMBER_DIGITS_MAX)
        return rao_fail(ctx, RAO_EINVAL, "%s: digits = %d, want 0..%d", where, digits, NUMBER_DIGITS_MAX);
    return RAO_OK;
}

rao_status rao_number_format(rao_ctx *ctx, double value, rao_number_style style, int digits, rao_text *out) {
    rao_status st = number_check(ctx, "number", style, digits);
    if (st != RAO_OK) return st;
    char text[NUMBER_BYTES];
    number_write(value, style, digits, text);
    return rao_text_puts(ctx, out, text);
}
