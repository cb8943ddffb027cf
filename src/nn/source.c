/* source.c - reads what a data spec names: digits | idx:IMAGES,LABELS[,..] | npy:X,Y[,..] | csv:FILE[:target=COL]. */
#include "nn/source.h"

#include <stdlib.h>
#include <string.h>

extern const unsigned char rao_data_digits[];
extern const size_t rao_data_digits_size;

enum { FILES_MAX = 4 };
static const char forms[] = "digits, idx:IMAGES,LABELS[,TESTIMAGES,TESTLABELS], npy:X,Y[,TESTX,TESTY] or csv:FILE[:target=COL]";

static void part_close(source_part *p) {
    rao_array_destroy(&p->x);
    rao_array_destroy(&p->y);
}

void source_close(source *s) {
    part_close(&s->part[RAO_TRAIN]);
    part_close(&s->part[RAO_TEST]);
    rao_text_destroy(&s->name);
}

/* ---- columns of a table ---- */

/* Splits a rows x cols table into the target column and the others. */
static rao_status take_column(rao_ctx *ctx, const rao_array *table, int64_t target, source_part *out) {
    rao_status st = RAO_OK;
    int64_t rows = table->shape[0], cols = table->shape[1];
    const double *from = table->data;
    RAO_TRY(rao_array_create(ctx, RAO_IO_F64, 2, (const int64_t[]){rows, cols - 1}, &out->x));
    RAO_TRY(rao_array_create(ctx, RAO_IO_F64, 1, &rows, &out->y));
    double *x = out->x->data, *y = out->y->data;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < cols; j++) {
            if (j == target) y[i] = from[i * cols + j];
            else *x++ = from[i * cols + j];
        }
done:
    return st;
}

/* A column by name, or by number from 1; by default the last. */
static rao_status find_target(rao_ctx *ctx, const char *file, const rao_csv *csv, const char *target, int64_t *column) {
    int64_t cols = csv->values->shape[1];
    if (!*target) return *column = cols - 1, RAO_OK;
    for (int64_t j = 0; csv->names && j < cols; j++)
        if (!strcmp(csv->names[j], target)) return *column = j, RAO_OK;
    char *end;
    long long number = strtoll(target, &end, 10);
    if (!*end && number >= 1 && number <= cols) return *column = number - 1, RAO_OK;
    const char *near = csv->names ? rao_nearest(target, csv->names, cols, sizeof *csv->names) : NULL;
    if (near) return rao_fail(ctx, RAO_EINVAL, "%s: no column '%s', did you mean '%s'?", file, target, near);
    return rao_fail(ctx, RAO_EINVAL, "%s: no column '%s', want a name of the header or a number in 1..%lld", file, target, (long long)cols);
}

static rao_status from_csv(rao_ctx *ctx, const char *file, const rao_csv *csv, const char *target, source_part *out) {
    int64_t column = 0;
    rao_status st = RAO_OK;
    if (csv->values->shape[1] < 2)
        return rao_fail(ctx, RAO_EINVAL, "%s: %lld columns, want an input and a target at least", file, (long long)csv->values->shape[1]);
    RAO_TRY(find_target(ctx, file, csv, target, &column));
    RAO_TRY(take_column(ctx, csv->values, column, out));
done:
    return st;
}

/* ---- the kinds ---- */

static rao_status read_digits(rao_ctx *ctx, source *s) {
    rao_status st = RAO_OK;
    void *text = NULL;
    int64_t n = 0;
    rao_csv *csv = NULL;
    RAO_TRY(rao_gunzip(ctx, "digits", rao_data_digits, (int64_t)rao_data_digits_size, 1 << 24, &text, &n));
    RAO_TRY(rao_csv_parse(ctx, "digits", text, n, NULL, &csv));
    RAO_TRY(from_csv(ctx, "digits", csv, "digit", &s->part[RAO_TRAIN]));
    s->pixel_range = 16;
done:
    rao_csv_destroy(&csv);
    rao_free(&text);
    return st;
}

/* FILE[:target=COL]: a file name may hold colons, so the option is looked for from the end. */
static rao_status read_csv(rao_ctx *ctx, char *rest, source *s) {
    rao_status st = RAO_OK;
    rao_csv *csv = NULL;
    static const char key[] = ":target=";
    char *option = NULL;
    for (char *at = strstr(rest, key); at; at = strstr(at + 1, key)) option = at;
    const char *target = option ? option + strlen(key) : "";
    if (option) *option = 0;
    if (option && !*target) return rao_fail(ctx, RAO_EINVAL, "data csv:%s: target= names no column", rest);
    RAO_TRY(rao_csv_read(ctx, rest, NULL, &csv));
    RAO_TRY(from_csv(ctx, rest, csv, target, &s->part[RAO_TRAIN]));
done:
    rao_csv_destroy(&csv);
    return st;
}

/* X,Y or X,Y,TESTX,TESTY */
static rao_status read_files(rao_ctx *ctx, const char *spec, char *rest, rao_status (*read)(rao_ctx *, const char *, rao_array **),
                             source *s) {
    char *file[FILES_MAX + 1];
    int count = 0;
    for (char *at = rest; at && count <= FILES_MAX; count++) {
        file[count] = at;
        at = strchr(at, ',');
        if (at) *at++ = 0;
    }
    if (count != 2 && count != 4) return rao_fail(ctx, RAO_EINVAL, "data %s: want 2 files or 4: %s", spec, forms);
    rao_status st = RAO_OK;
    for (int i = 0; i < count; i += 2) {
        RAO_TRY(read(ctx, file[i], &s->part[i / 2].x));
        RAO_TRY(read(ctx, file[i + 1], &s->part[i / 2].y));
    }
done:
    return st;
}

rao_status source_read(rao_ctx *ctx, const char *spec, source *s) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    char *rest = NULL;
    const char *colon = strchr(spec, ':');
    size_t kind = colon ? (size_t)(colon - spec) : strlen(spec);
    static const char *const kinds[] = {"digits", "idx", "npy", "csv"};
    memset(s, 0, sizeof *s);
    RAO_TRY(rao_scratch(ctx, (int64_t)strlen(spec) + 1, &rest));
    strcpy(rest, colon ? colon + 1 : "");
    RAO_TRY(rao_text_puts(ctx, &s->name, spec));
    if (!strcmp(spec, "digits")) {
        RAO_TRY(read_digits(ctx, s));
    } else if (colon && kind == 3 && !strncmp(spec, "csv", 3)) {
        RAO_TRY(read_csv(ctx, rest, s));
    } else if (colon && kind == 3 && !strncmp(spec, "npy", 3)) {
        RAO_TRY(read_files(ctx, spec, rest, rao_npy_read, s));
    } else if (colon && kind == 3 && !strncmp(spec, "idx", 3)) {
        RAO_TRY(read_files(ctx, spec, rest, rao_idx_read, s));
        if (s->part[RAO_TRAIN].x->type == RAO_IO_U8) s->pixel_range = 255;
    } else {
        const char *near = colon ? NULL : rao_nearest(spec, kinds, 4, sizeof *kinds);
        st = near ? rao_fail(ctx, RAO_EINVAL, "data '%s' is unknown, did you mean '%s'? Want %s", spec, near, forms)
                  : rao_fail(ctx, RAO_EINVAL, "data '%s' is unknown, want %s", spec, forms);
    }
done:
    if (st != RAO_OK) source_close(s);
    rao_scratch_reset(ctx, mark);
    return st;
}
