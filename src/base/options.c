/* options.c - option structs described by one table: defaults, parsing, validation, help. */
#include <rao/base.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t field_size(rao_option_type type) {
    switch (type) {
    case RAO_OPT_INT: return sizeof(int64_t);
    case RAO_OPT_REAL: return sizeof(double);
    case RAO_OPT_STRING: return sizeof(const char *);
    case RAO_OPT_FLAG:
    case RAO_OPT_CHOICE: break;
    }
    return sizeof(int);
}

static void put_number(const rao_option *row, void *options, double value) {
    char *field = (char *)options + row->offset;
    if (row->type == RAO_OPT_REAL) { /* may be NaN or infinite: not to be converted */
        memcpy(field, &value, sizeof value);
    } else if (row->type == RAO_OPT_INT) {
        int64_t whole = (int64_t)value;
        memcpy(field, &whole, sizeof whole);
    } else {
        int small = (int)value;
        memcpy(field, &small, sizeof small);
    }
}

static double get_number(const rao_option *row, const void *options) {
    const char *field = (const char *)options + row->offset;
    int64_t whole;
    double value;
    int small;
    if (row->type == RAO_OPT_INT) return memcpy(&whole, field, sizeof whole), (double)whole;
    if (row->type == RAO_OPT_REAL) return memcpy(&value, field, sizeof value), value;
    return memcpy(&small, field, sizeof small), small;
}

static const char *get_string(const rao_option *row, const void *options) {
    const char *text;
    memcpy(&text, (const char *)options + row->offset, sizeof text);
    return text;
}

void rao_options_defaults(const rao_option_table *table, void *options, size_t size) {
    for (int64_t i = 0; i < table->count; i++) {
        const rao_option *row = &table->rows[i];
        if (row->offset + field_size(row->type) > size) continue; /* an older caller's struct ends before this field */
        if (row->type == RAO_OPT_STRING) memcpy((char *)options + row->offset, &row->text, sizeof row->text);
        else put_number(row, options, row->value);
    }
}

/* The k-th word of "a|b|c" and its length; NULL behind the last. */
static const char *choice_at(const char *choices, int k, int *length) {
    const char *word = choices;
    for (; k > 0; k--) {
        word = strchr(word, '|');
        if (!word) return NULL;
        word++;
    }
    *length = (int)strcspn(word, "|");
    return word;
}

static int choice_count(const char *choices) {
    int n = 1;
    for (const char *c = choices; *c; c++) n += *c == '|';
    return n;
}

/* Whether an infinite value is wrong although a bound of the range lets it pass: then "finite" is what the sentence lacks. */
static int wants_finite(const rao_option *row, double v) { return isinf(v) && isinf(v > 0 ? row->max : row->min); }

/* "> 0", "in [0, 1)", ... */
static const char *range_text(const rao_option *row, char *out, size_t size) {
    int above = (row->flags & RAO_OPT_ABOVE_MIN) != 0, below = (row->flags & RAO_OPT_BELOW_MAX) != 0;
    if (isinf(row->min) && isinf(row->max)) snprintf(out, size, "finite");
    else if (isinf(row->max)) snprintf(out, size, "%s %g", above ? ">" : ">=", row->min);
    else if (isinf(row->min)) snprintf(out, size, "%s %g", below ? "<" : "<=", row->max);
    else snprintf(out, size, "in %c%g, %g%c", above ? '(' : '[', row->min, row->max, below ? ')' : ']');
    return out;
}

static int in_range(const rao_option *row, double v) {
    if (isinf(v) && !(row->flags & RAO_OPT_MAY_INF)) return 0;
    int low = (row->flags & RAO_OPT_ABOVE_MIN) ? v > row->min : v >= row->min;
    int high = (row->flags & RAO_OPT_BELOW_MAX) ? v < row->max : v <= row->max;
    return low && high; /* NaN fails both */
}

/* A number whose default lies outside its range may be left out: the default stands for "not given". */
static int left_out(const rao_option *row, double v) {
    int number = row->type == RAO_OPT_INT || row->type == RAO_OPT_REAL;
    return number && !in_range(row, row->value) && (v == row->value || (isnan(v) && isnan(row->value)));
}

static rao_status parse_number(rao_ctx *ctx, const rao_option_table *table, const rao_option *row, const char *text, double *value) {
    char range[96], *end;
    double v = strtod(text, &end);
    int unbounded = isinf(row->min) && isinf(row->max);
    const char *kind = row->type == RAO_OPT_INT ? "a whole number "
                       : unbounded              ? "a finite number"
                       : wants_finite(row, v)   ? "a finite number "
                                                : "a number ";
    int whole = row->type != RAO_OPT_INT || (v == floor(v) && fabs(v) <= 0x1p53);
    if (end == text || *end || !whole || !in_range(row, v))
        return rao_fail(ctx, RAO_EINVAL, "%s: %s = %s, want %s%s", table->owner, row->name, text, kind,
                        unbounded && row->type != RAO_OPT_INT ? "" : range_text(row, range, sizeof range));
    *value = v;
    return RAO_OK;
}

static rao_status parse_flag(rao_ctx *ctx, const rao_option_table *table, const rao_option *row, const char *text, double *value) {
    static const char *const no[] = {"0", "no", "off", "false"}, *const yes[] = {"1", "yes", "on", "true"};
    for (int i = 0; i < 4; i++) {
        if (!strcmp(text, no[i])) return *value = 0, RAO_OK;
        if (!strcmp(text, yes[i])) return *value = 1, RAO_OK;
    }
    return rao_fail(ctx, RAO_EINVAL, "%s: %s = %s, want on or off", table->owner, row->name, text);
}

static rao_status parse_choice(rao_ctx *ctx, const rao_option_table *table, const rao_option *row, const char *text, double *value) {
    int n = choice_count(row->choices), length = 0;
    for (int k = 0; k < n; k++) {
        const char *word = choice_at(row->choices, k, &length);
        if (strlen(text) == (size_t)length && !strncmp(text, word, (size_t)length)) return *value = k, RAO_OK;
    }
    return rao_fail(ctx, RAO_EINVAL, "%s: %s = %s, want one of %s", table->owner, row->name, text, row->choices);
}

static rao_status find_row(rao_ctx *ctx, const rao_option_table *table, const char *key, const rao_option **row) {
    for (int64_t i = 0; i < table->count; i++)
        if (!strcmp(table->rows[i].name, key)) return *row = &table->rows[i], RAO_OK;
    const char *near = rao_nearest(key, table->rows, table->count, sizeof *table->rows);
    if (near) return rao_fail(ctx, RAO_EINVAL, "%s: no option '%s', did you mean '%s'?", table->owner, key, near);
    rao_text names = {0};
    for (int64_t i = 0; i < table->count; i++)
        if (rao_text_printf(ctx, &names, "%s%s", i ? ", " : "", table->rows[i].name) != RAO_OK) break;
    rao_status st = rao_fail(ctx, RAO_EINVAL, "%s: no option '%s', want one of %s", table->owner, key, names.data ? names.data : "none");
    rao_text_destroy(&names);
    return st;
}

rao_status rao_options_set(rao_ctx *ctx, const rao_option_table *table, void *options, const char *key, const char *value) {
    const rao_option *row = NULL;
    double number = 0;
    rao_status st = find_row(ctx, table, key, &row);
    if (st != RAO_OK) return st;
    switch (row->type) {
    case RAO_OPT_INT:
    case RAO_OPT_REAL: st = parse_number(ctx, table, row, value, &number); break;
    case RAO_OPT_FLAG: st = parse_flag(ctx, table, row, value, &number); break;
    case RAO_OPT_CHOICE: st = parse_choice(ctx, table, row, value, &number); break;
    case RAO_OPT_STRING: memcpy((char *)options + row->offset, &value, sizeof value); return RAO_OK;
    }
    if (st == RAO_OK) put_number(row, options, number);
    return st;
}

/* One "key=value" of a spec; a borrowed string would dangle, so text options are refused here. */
static rao_status set_word(rao_ctx *ctx, const rao_option_table *table, void *options, char *word) {
    char *equals = strchr(word, '=');
    if (!equals) return rao_fail(ctx, RAO_EINVAL, "%s: '%s' is not key=value", table->owner, word);
    *equals = 0;
    for (int64_t i = 0; i < table->count; i++)
        if (table->rows[i].type == RAO_OPT_STRING && !strcmp(table->rows[i].name, word))
            return rao_fail(ctx, RAO_EINVAL, "%s: %s takes text and cannot stand in a list of key=value", table->owner, word);
    return rao_options_set(ctx, table, options, word, equals + 1);
}

/* Whether the key of `word` stands in the `length` characters of spec before it. */
static int stands_before(const char *spec, size_t length, const char *word) {
    size_t key = strcspn(word, "=:");
    for (size_t at = 0; at < length; at += strcspn(spec + at, ":") + 1)
        if (strcspn(spec + at, "=:") == key && !strncmp(spec + at, word, key)) return 1;
    return 0;
}

static rao_status check_words(rao_ctx *ctx, const rao_option_table *table, const char *spec) {
    for (const char *word = spec; *spec; word += strcspn(word, ":") + 1) {
        if (!*word || *word == ':')
            return rao_fail(ctx, RAO_EINVAL, "%s: nothing stands %s in '%s', want key=value", table->owner,
                            *word ? "before a ':'" : "behind the last ':'", spec);
        if (stands_before(spec, (size_t)(word - spec), word))
            return rao_fail(ctx, RAO_EINVAL, "%s: %.*s is given twice in '%s'", table->owner, (int)strcspn(word, "=:"), word, spec);
        if (!word[strcspn(word, ":")]) break;
    }
    return RAO_OK;
}

/* Is the choice that `with` ("key=word|word") names at one of its words? *row, *now: that choice. */
static int has_effect(const rao_option_table *table, const void *options, const char *with, const rao_option **row, int *now) {
    size_t key = strcspn(with, "=");
    int length = 0, asked = 0;
    for (int64_t i = 0; i < table->count; i++) {
        const rao_option *other = &table->rows[i];
        if (other->type != RAO_OPT_CHOICE || strlen(other->name) != key || strncmp(other->name, with, key) != 0) continue;
        *row = other, *now = (int)get_number(other, options);
        const char *word = choice_at(other->choices, *now, &length), *want;
        for (int k = 0; word && (want = choice_at(with + key + 1, k, &asked)); k++)
            if (asked == length && !strncmp(word, want, (size_t)length)) return 1;
        return 0;
    }
    return 1;
}

/* An option that the others leave without effect is not taken silently, unless it says what would be anyway. */
static rao_status check_effect(rao_ctx *ctx, const rao_option_table *table, const void *options) {
    for (int64_t i = 0; i < table->count; i++) {
        const rao_option *row = &table->rows[i], *other = NULL;
        int now = 0, length = 0;
        if (!row->with || row->type == RAO_OPT_STRING || get_number(row, options) == row->value) continue;
        if (has_effect(table, options, row->with, &other, &now)) continue;
        const char *word = choice_at(other->choices, now, &length);
        return rao_fail(ctx, RAO_EINVAL, "%s: %s has no effect with %s=%.*s, want %s", table->owner, row->name, other->name, length, word,
                        row->with);
    }
    return RAO_OK;
}

rao_status rao_options_parse(rao_ctx *ctx, const rao_option_table *table, void *options, const char *spec) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    char *work = NULL, *words = NULL;
    RAO_TRY(rao_scratch(ctx, (int64_t)table->size, &work));
    RAO_TRY(rao_scratch(ctx, (int64_t)strlen(spec) + 1, &words));
    memcpy(work, options, table->size);
    strcpy(words, spec);
    RAO_TRY(check_words(ctx, table, spec));
    for (char *word = words, *next; *word; word = next) {
        size_t length = strcspn(word, ":");
        next = word + length + (word[length] == ':');
        word[length] = 0;
        RAO_TRY(set_word(ctx, table, work, word));
    }
    RAO_TRY(check_effect(ctx, table, work));
    memcpy(options, work, table->size);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_options_check(rao_ctx *ctx, const rao_option_table *table, const void *options) {
    char range[96];
    for (int64_t i = 0; i < table->count; i++) {
        const rao_option *row = &table->rows[i];
        if (row->type == RAO_OPT_STRING) continue;
        double v = get_number(row, options);
        if (row->type == RAO_OPT_FLAG || row->type == RAO_OPT_CHOICE) {
            int n = row->type == RAO_OPT_FLAG ? 2 : choice_count(row->choices);
            if (v < 0 || v >= n) return rao_fail(ctx, RAO_EINVAL, "%s: %s = %g, want 0..%d", table->owner, row->name, v, n - 1);
        } else if (!in_range(row, v) && !left_out(row, v)) {
            int unbounded = isinf(row->min) && isinf(row->max); /* its range reads "finite" */
            return rao_fail(ctx, RAO_EINVAL, "%s: %s = %g, want %s%s", table->owner, row->name, v,
                            wants_finite(row, v) && !unbounded ? "a finite number " : "", range_text(row, range, sizeof range));
        }
    }
    return check_effect(ctx, table, options);
}

/* The fewest digits that read back as the same double; a whole number stays one ("20", not "2e+01"). */
static rao_status add_real(rao_ctx *ctx, rao_text *out, double v) {
    char digits[40];
    if (v == floor(v) && fabs(v) < 1e7) return rao_text_printf(ctx, out, "%.0f", v);
    for (int p = 1; p <= 17; p++) {
        snprintf(digits, sizeof digits, "%.*g", p, v);
        if (strtod(digits, NULL) == v) break;
    }
    return rao_text_puts(ctx, out, digits);
}

static rao_status add_value(rao_ctx *ctx, rao_text *out, const rao_option *row, double v) {
    int length = 0;
    if (row->type == RAO_OPT_FLAG) return rao_text_puts(ctx, out, v != 0 ? "on" : "off");
    if (row->type != RAO_OPT_CHOICE) return add_real(ctx, out, v);
    const char *word = choice_at(row->choices, (int)v, &length);
    return word ? rao_text_add(ctx, out, word, length) : rao_text_puts(ctx, out, "?");
}

rao_status rao_options_format(rao_ctx *ctx, const rao_option_table *table, const void *options, rao_text *out) {
    rao_status st = RAO_OK;
    int first = 1;
    for (int64_t i = 0; i < table->count; i++) {
        const rao_option *row = &table->rows[i];
        if (row->type == RAO_OPT_STRING ? !get_string(row, options) : left_out(row, get_number(row, options))) continue;
        RAO_TRY(rao_text_printf(ctx, out, "%s%s=", first ? "" : ":", row->name));
        if (row->type == RAO_OPT_STRING) RAO_TRY(rao_text_puts(ctx, out, get_string(row, options)));
        else RAO_TRY(add_value(ctx, out, row, get_number(row, options)));
        first = 0;
    }
done:
    return st;
}

static const char *kind_text(const rao_option *row) {
    switch (row->type) {
    case RAO_OPT_INT: return "N";
    case RAO_OPT_REAL: return "X";
    case RAO_OPT_STRING: return "TEXT";
    case RAO_OPT_CHOICE: return row->choices;
    case RAO_OPT_FLAG: break;
    }
    return "";
}

static rao_status help_row(rao_ctx *ctx, const rao_option *row, int indent, const char *prefix, rao_text *out) {
    rao_status st = RAO_OK;
    rao_text left = {0};
    char range[96];
    const char *kind = kind_text(row);
    RAO_TRY(rao_text_printf(ctx, &left, "%s%s", prefix, row->name));
    for (char *c = left.data; *prefix == '-' && *c; c++)
        if (*c == '_') *c = '-'; /* on a command line words are joined by dashes */
    RAO_TRY(rao_text_printf(ctx, &left, "%s%s", *kind ? " " : "", kind));
    RAO_TRY(rao_text_printf(ctx, out, "%*s%-28s %s", indent, "", left.data, row->help));
    if (row->type == RAO_OPT_INT || row->type == RAO_OPT_REAL)
        RAO_TRY(rao_text_printf(ctx, out, "; %s", range_text(row, range, sizeof range)));
    if (row->type == RAO_OPT_STRING && row->text) RAO_TRY(rao_text_printf(ctx, out, "; default %s", row->text));
    if (row->type != RAO_OPT_STRING && (row->type != RAO_OPT_FLAG || row->value != 0) && !left_out(row, row->value)) {
        RAO_TRY(rao_text_puts(ctx, out, "; default "));
        RAO_TRY(add_value(ctx, out, row, row->value));
    }
    RAO_TRY(rao_text_printf(ctx, out, "%s%s\n", row->with ? "; for " : "", row->with ? row->with : ""));
done:
    rao_text_destroy(&left);
    return st;
}

rao_status rao_options_help(rao_ctx *ctx, const rao_option_table *table, int indent, const char *prefix, rao_text *out) {
    for (int64_t i = 0; i < table->count; i++) {
        rao_status st = help_row(ctx, &table->rows[i], indent, prefix, out);
        if (st != RAO_OK) return st;
    }
    return RAO_OK;
}
