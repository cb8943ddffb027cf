/* number.h - numbers as ASCII, digit by digit: correctly rounded, the same under every locale. */
#ifndef RAO_REPORT_NUMBER_H
#define RAO_REPORT_NUMBER_H

#include <rao/report.h>

#include "report/sink.h"

enum { NUMBER_BYTES = 64, NUMBER_DIGITS_MAX = 17 };

/* As rao_number_format, NUL-terminated; the style and digits are valid. */
void number_write(double value, rao_number_style style, int digits, char out[NUMBER_BYTES]);

/* m * 10^e with `decimals` decimals, |m| < 10^15 (a tick of an axis, exact). */
void number_decimal(long long m, int e, char out[NUMBER_BYTES]);

/* Bytes of the part in front of the decimal point, the exponent or the unit: what stands left of the line that a column is aligned at. */
int number_whole(const char *number);

/* An ASCII number as markup: a true minus, thin spaces between groups from five digits on, a raised exponent (as <tspan> in SVG, <sup> in HTML). */
void number_markup(sink *s, const char *number, int svg);

rao_status number_check(rao_ctx *ctx, const char *where, rao_number_style style, int digits);

#endif
