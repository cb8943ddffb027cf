/* csv.c - tables of numbers as text (RFC 4180 quoting; LF or CRLF).
 *
 * Two passes over the bytes with one cell reader: the first counts rows and holds every row to the width of the first, so that the
 * table is allocated once and never larger than the text justifies; the second converts. A row is found by its cells alone: an empty
 * line is none. Rows are counted from 1 behind the header, lines from 1 in the file. */
#include "io/bytes.h"

#include <math.h>
#include <stdio.h>

static const unsigned char BYTE_ORDER_MARK[] = {0xEF, 0xBB, 0xBF};

void rao_csv_opts_init_sized(rao_csv_opts *opts, size_t size) {
    const rao_csv_opts defaults = {.size = size, .header = RAO_CSV_DETECT, .separator = ','};
    memset(opts, 0, size);
    memcpy(opts, &defaults, size < sizeof defaults ? size : sizeof defaults);
}

typedef struct csv_reader {
    rao_ctx *ctx;
    const char *name;
    const char *at, *end;
    char separator;
    int64_t line; /* of the byte at `at` */
} csv_reader;

typedef struct csv_cell {
    const char *text; /* without the quotes; a doubled quote inside is still doubled */
    int64_t length, line;
    int quoted, last; /* last of its row */
} csv_cell;

static int is_blank(const csv_reader *r, char c) { return (c == ' ' || c == '\t') && c != r->separator; }

/* How many bytes end a line at p: 0 none, 1 LF, 2 CRLF. */
static int line_end(const csv_reader *r, const char *p) {
    if (p < r->end && *p == '\n') return 1;
    return r->end - p >= 2 && p[0] == '\r' && p[1] == '\n' ? 2 : 0;
}

static const char *skip_blanks(const csv_reader *r, const char *p) {
    while (p < r->end && is_blank(r, *p)) p++;
    return p;
}

/* Moves to the next line that is not empty; 0 at the end. */
static int next_row(csv_reader *r) {
    for (;;) {
        const char *p = skip_blanks(r, r->at);
        int ending = line_end(r, p);
        if (p < r->end && !ending) return 1;
        if (p == r->end) return 0;
        r->at = p + ending;
        r->line++;
    }
}

static rao_status stray_byte(const csv_reader *r, int64_t column, const char *what) {
    return rao_fail(r->ctx, RAO_EIO, "%s: line %lld, column %lld: %s", r->name, (long long)r->line, (long long)column, what);
}

static rao_status read_quoted(csv_reader *r, int64_t column, const char *p, csv_cell *cell) {
    const char *begin = ++p;
    for (; p < r->end; p++) {
        if (*p == '\n') r->line++;
        if (*p == '"' && p + 1 < r->end && p[1] == '"') p++;
        else if (*p == '"') break;
    }
    if (p == r->end)
        return rao_fail(r->ctx, RAO_EIO, "%s: line %lld, column %lld: the quote that opens here is never closed", r->name,
                        (long long)cell->line, (long long)column);
    cell->text = begin, cell->length = p - begin, cell->quoted = 1;
    r->at = skip_blanks(r, p + 1);
    if (r->at < r->end && *r->at != r->separator && !line_end(r, r->at))
        return stray_byte(r, column, "text behind a closing quote, want a separator or the end of the line");
    return RAO_OK;
}

static rao_status read_plain(csv_reader *r, int64_t column, const char *p, csv_cell *cell) {
    const char *begin = p;
    for (; p < r->end && *p != r->separator && !line_end(r, p); p++) {
        if (*p == '"') return stray_byte(r, column, "a quote inside a cell that does not begin with one");
        if (*p == '\r') return stray_byte(r, column, "a carriage return without a line feed; want lines that end in LF or CRLF");
    }
    r->at = p;
    while (p > begin && is_blank(r, p[-1])) p--;
    cell->text = begin, cell->length = p - begin, cell->quoted = 0;
    return RAO_OK;
}

/* Reads one cell and what ends it. */
static rao_status next_cell(csv_reader *r, int64_t column, csv_cell *cell) {
    const char *p = skip_blanks(r, r->at);
    cell->line = r->line;
    rao_status st = p < r->end && *p == '"' ? read_quoted(r, column, p, cell) : read_plain(r, column, p, cell);
    if (st != RAO_OK) return st;
    cell->last = r->at == r->end || *r->at != r->separator;
    if (!cell->last) r->at++;
    else if (r->at < r->end) r->at += line_end(r, r->at), r->line++;
    return RAO_OK;
}

/* ---- first pass: header or not, how many rows and columns ---- */

typedef struct csv_layout {
    int has_header;
    int64_t rows, columns; /* data rows */
    csv_reader data;       /* stands at the first data row */
} csv_layout;

static int is_number(const csv_cell *cell) {
    double v;
    rao_status st = rao_parse_double(NULL, cell->text, cell->length, &v);
    return st == RAO_OK || st == RAO_EDOMAIN;
}

static rao_status mixed_first_row(const csv_reader *r, const csv_cell *cell, int64_t column) {
    char quoted[IO_QUOTE_BYTES];
    return rao_fail(
        r->ctx, RAO_EIO,
        "%s: line %lld, column %lld: \"%s\" is not a number but other cells of the first row are; say whether that row is a header",
        r->name, (long long)cell->line, (long long)column, io_quote(cell->text, cell->length, quoted));
}

/* Reads the first row: its width, and whether it is a header. */
static rao_status read_first_row(csv_reader *r, rao_csv_header header, csv_layout *layout) {
    csv_cell cell, text = {0};
    int64_t numbers = 0, column = 0, text_column = 0;
    do {
        rao_status st = next_cell(r, ++column, &cell);
        if (st != RAO_OK) return st;
        if (is_number(&cell)) numbers++;
        else if (!text_column) text = cell, text_column = column;
    } while (!cell.last);
    layout->columns = column;
    layout->has_header = header == RAO_CSV_HEADER || (header == RAO_CSV_DETECT && numbers == 0);
    if (header == RAO_CSV_DETECT && numbers > 0 && text_column && text.length > 0) return mixed_first_row(r, &text, text_column);
    return RAO_OK;
}

static rao_status wrong_width(const csv_reader *r, int64_t row, int64_t line, int64_t cells, int64_t columns) {
    return rao_fail(r->ctx, RAO_EIO, "%s: row %lld (line %lld): %lld cells, want %lld as in the first row", r->name, (long long)row,
                    (long long)line, (long long)cells, (long long)columns);
}

static rao_status measure_row(csv_reader *r, int64_t row, int64_t columns) {
    csv_cell cell;
    int64_t column = 0, line = r->line;
    do {
        rao_status st = next_cell(r, ++column, &cell);
        if (st != RAO_OK) return st;
    } while (!cell.last);
    return column == columns ? RAO_OK : wrong_width(r, row, line, column, columns);
}

static rao_status measure(csv_reader *r, rao_csv_header header, csv_layout *layout) {
    if (!next_row(r)) return rao_fail(r->ctx, RAO_EIO, "%s: no rows; want a table of numbers", r->name);
    layout->data = *r;
    rao_status st = read_first_row(r, header, layout);
    if (st != RAO_OK) return st;
    layout->rows = !layout->has_header;
    if (layout->has_header) layout->data = *r;
    while (next_row(r)) {
        st = measure_row(r, ++layout->rows, layout->columns);
        if (st != RAO_OK) return st;
    }
    return RAO_OK;
}

/* ---- second pass: names and numbers ---- */

/* Copies a cell with doubled quotes made single. Returns the length. */
static int64_t copy_unquoted(const csv_cell *cell, char *to) {
    int64_t n = 0;
    for (int64_t i = 0; i < cell->length; i++) {
        to[n++] = cell->text[i];
        if (cell->quoted && cell->text[i] == '"') i++;
    }
    return n;
}

/* One block: the pointers, then the texts, which are no longer than the header row with a NUL in the place of each separator. */
static rao_status read_names(csv_reader *r, const csv_layout *layout, char ***names) {
    int64_t text_bytes = layout->data.at - r->at + 1, pointers = layout->columns * (int64_t)sizeof(char *);
    csv_cell cell;
    char *block = NULL;
    rao_status st = RAO_OK;
    RAO_TRY(rao_alloc(r->ctx, pointers + text_bytes, &block));
    char **list = (char **)(void *)block, *text = block + pointers;
    for (int64_t j = 0; j < layout->columns; j++) {
        RAO_TRY(next_cell(r, j + 1, &cell));
        list[j] = text;
        text += copy_unquoted(&cell, text);
        *text++ = 0;
    }
    *names = list;
    block = NULL;
done:
    rao_free(&block);
    return st;
}

/* Where a cell is, with its column's name when there is one: "row 3 (line 4), column 2 (width)". */
typedef struct csv_place {
    char text[160];
} csv_place;
static csv_place place_of(const csv_cell *cell, int64_t row, int64_t column, char *const *names) {
    csv_place p;
    char quoted[IO_QUOTE_BYTES];
    const char *named = names ? names[column - 1] : "";
    snprintf(p.text, sizeof p.text, "row %lld (line %lld), column %lld%s%s%s", (long long)row, (long long)cell->line, (long long)column,
             *named ? " (" : "", io_quote(named, (int64_t)strlen(named), quoted), *named ? ")" : "");
    return p;
}

static rao_status bad_cell(const csv_reader *r, const csv_cell *cell, const csv_place *place) {
    char quoted[IO_QUOTE_BYTES];
    double v;
    io_quote(cell->text, cell->length, quoted);
    rao_status st = rao_parse_double(NULL, cell->text, cell->length, &v);
    if (st == RAO_EDOMAIN) return rao_fail(r->ctx, RAO_EIO, "%s: %s: \"%s\" is beyond the range of double", r->name, place->text, quoted);
    if (st == RAO_OK) return rao_fail(r->ctx, RAO_EIO, "%s: %s: \"%s\", want a finite number", r->name, place->text, quoted);
    if (cell->length == 0) return rao_fail(r->ctx, RAO_EIO, "%s: %s: an empty cell, want a number", r->name, place->text);
    return rao_fail(r->ctx, RAO_EIO, "%s: %s: \"%s\" is not a number", r->name, place->text, quoted);
}

static int read_value(const csv_cell *cell, int allow_nonfinite, double *v) {
    if (allow_nonfinite && cell->length == 0) {
        *v = (double)NAN;
        return 1;
    }
    return rao_parse_double(NULL, cell->text, cell->length, v) == RAO_OK && (allow_nonfinite || isfinite(*v));
}

static rao_status read_values(csv_reader *r, const csv_layout *layout, int allow_nonfinite, char *const *names, double *values) {
    csv_cell cell;
    for (int64_t i = 0; i < layout->rows; i++) {
        next_row(r);
        for (int64_t j = 0; j < layout->columns; j++) {
            rao_status st = next_cell(r, j + 1, &cell);
            if (st != RAO_OK) return st;
            if (!read_value(&cell, allow_nonfinite, values++)) {
                csv_place place = place_of(&cell, i + 1, j + 1, names);
                return bad_cell(r, &cell, &place);
            }
        }
    }
    return RAO_OK;
}

static rao_status check_opts(rao_ctx *ctx, const rao_csv_opts *opts, int64_t n) {
    if (n < 0) return rao_fail(ctx, RAO_EINVAL, "csv: n = %lld bytes, want >= 0", (long long)n);
    if (!opts->separator || !strchr(",;|:\t", opts->separator))
        return rao_fail(ctx, RAO_EINVAL, "csv: separator '%c', want one of , ; | : or a tab",
                        opts->separator >= ' ' ? opts->separator : '?');
    if ((int)opts->header < RAO_CSV_DETECT || (int)opts->header > RAO_CSV_NO_HEADER)
        return rao_fail(ctx, RAO_EINVAL, "csv: header = %d, want RAO_CSV_DETECT, RAO_CSV_HEADER or RAO_CSV_NO_HEADER", (int)opts->header);
    return RAO_OK;
}

rao_status rao_csv_parse(rao_ctx *ctx, const char *name, const void *bytes, int64_t n, const rao_csv_opts *opts, rao_csv **csv) {
    rao_status st = RAO_OK;
    rao_csv_opts o;
    rao_csv *table = NULL;
    csv_layout layout = {0};
    rao_csv_opts_init(&o);
    if (opts) memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    RAO_TRY(check_opts(ctx, &o, n));
    int marked = n >= 3 && memcmp(bytes, BYTE_ORDER_MARK, 3) == 0;
    csv_reader start = {ctx, name, (const char *)bytes + (marked ? 3 : 0), (const char *)bytes + n, o.separator, 1}, r = start;
    RAO_TRY(measure(&r, o.header, &layout));
    RAO_TRY(rao_alloc(ctx, 1, &table));
    RAO_TRY(rao_array_create(ctx, RAO_IO_F64, 2, (int64_t[]){layout.rows, layout.columns}, &table->values));
    r = start;
    next_row(&r);
    if (layout.has_header) RAO_TRY(read_names(&r, &layout, &table->names));
    r = layout.data;
    RAO_TRY(read_values(&r, &layout, o.allow_nonfinite, table->names, table->values->data));
    *csv = table;
    table = NULL;
done:
    rao_csv_destroy(&table);
    return st;
}

rao_status rao_csv_read(rao_ctx *ctx, const char *path, const rao_csv_opts *opts, rao_csv **csv) {
    rao_status st = RAO_OK;
    void *bytes = NULL;
    int64_t n = 0;
    RAO_TRY(rao_file_read_unpacked(ctx, path, RAO_FILE_LIMIT, &bytes, &n));
    RAO_TRY(rao_csv_parse(ctx, io_name(path), bytes, n, opts, csv));
done:
    rao_free(&bytes);
    return st;
}

void rao_csv_destroy(rao_csv **csv) {
    if (!csv || !*csv) return;
    rao_array_destroy(&(*csv)->values);
    rao_free(&(*csv)->names);
    rao_free(csv);
}
