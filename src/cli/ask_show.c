/* ask_show.c - answers as lines and tables for a reader, or as JSON. */
#include "ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- JSON ---- */

void ask_put_json(rao_ctx *ctx, rao_json_writer *j, const char *key, const cJSON *item) {
    if (cJSON_IsNumber(item)) rao_json_number(ctx, j, key, item->valuedouble);
    else if (cJSON_IsString(item)) rao_json_string(ctx, j, key, item->valuestring);
    else if (cJSON_IsBool(item)) rao_json_bool(ctx, j, key, cJSON_IsTrue(item));
    else if (cJSON_IsNull(item)) rao_json_null(ctx, j, key);
    else {
        int object = cJSON_IsObject(item);
        if (object) rao_json_object(ctx, j, key);
        else rao_json_array(ctx, j, key);
        for (const cJSON *child = item->child; child; child = child->next) ask_put_json(ctx, j, object ? child->string : NULL, child);
        rao_json_end(ctx, j);
    }
}

rao_status ask_print_json(rao_ctx *ctx, const cJSON *tree) {
    rao_json_writer json = {0};
    ask_put_json(ctx, &json, NULL, tree);
    return cli_print_json(ctx, &json);
}

/* ---- lines ---- */

const char *ask_short(const char *word, char out[ASK_SHORT]) {
    if (snprintf(out, ASK_SHORT, "%s", word) >= ASK_SHORT) memcpy(out + ASK_SHORT - 4, "...", 4);
    return out;
}

static const char *method_of(const cJSON *answer, int64_t index) {
    const cJSON *method = eval_find(answer, "method");
    if (cJSON_IsArray(method)) method = cJSON_GetArrayItem(method, (int)index);
    return cJSON_IsString(method) ? method->valuestring : NULL;
}

void ask_quality(const cJSON *answer, char text[ASK_QUALITY]) {
    const cJSON *error = eval_find(answer, "error_estimate"), *method = eval_find(answer, "method");
    const char *name = cJSON_IsString(method) ? method->valuestring : cJSON_IsArray(method) ? "several methods" : "";
    if (error) snprintf(text, ASK_QUALITY, "by %.40s, error estimate %.2g", name, error->valuedouble);
    else if (!strcmp(name, "closed form")) snprintf(text, ASK_QUALITY, "in closed form");
    else snprintf(text, ASK_QUALITY, "%s%.40s", *name ? "by " : "", name);
}

/* The number in full, "inf", or nothing. */
static void value_text(const cJSON *value, char text[RAO_DOUBLE_TEXT]) {
    *text = 0;
    if (cJSON_IsNumber(value)) rao_format_double(value->valuedouble, text);
    else if (cJSON_IsString(value)) snprintf(text, RAO_DOUBLE_TEXT, "%s", value->valuestring);
}

enum { LABEL = 0, VALUE, METHOD, ERROR, ROW_COLUMNS };

/* Of an error the sentence alone: a cell is one line. */
static const char *reason_of(const cJSON *error) {
    char *message = eval_find(error, "message")->valuestring;
    message[strcspn(message, "\n")] = 0;
    return message;
}

static void fill_row(const ask_row *row, char number[RAO_DOUBLE_TEXT], rao_cell cells[ROW_COLUMNS]) {
    const cJSON *value = eval_find(row->answer, "value"), *error = eval_find(row->answer, "error");
    if (row->index >= 0 && cJSON_IsArray(value)) value = cJSON_GetArrayItem(value, (int)row->index);
    if (cJSON_IsObject(value)) error = eval_find(value, "error");
    const char *method = error ? reason_of(error) : method_of(row->answer, row->index);
    const cJSON *estimate = error ? NULL : eval_find(row->answer, "error_estimate");
    value_text(value, number);
    cells[LABEL] = rao_cell_text(row->label);
    cells[VALUE] = *number ? rao_cell_text(number) : rao_cell_none();
    cells[METHOD] = rao_cell_text(method ? method : "");
    cells[ERROR] = estimate ? rao_cell_number(estimate->valuedouble) : rao_cell_none();
}

rao_status ask_show_rows(rao_ctx *ctx, const char *title, const char *first, const ask_row *rows, int64_t n) {
    rao_status st = RAO_OK;
    char(*numbers)[RAO_DOUBLE_TEXT] = NULL;
    rao_cell *cells = NULL, one[ROW_COLUMNS];
    const rao_column columns[ROW_COLUMNS] = {
        [LABEL] = {first, NULL, RAO_ALIGN_LEFT, RAO_NUMBER_GENERAL, 0},
        [VALUE] = {"value", NULL, RAO_ALIGN_LEFT, RAO_NUMBER_GENERAL, 0},
        [METHOD] = {"reached by", NULL, RAO_ALIGN_LEFT, RAO_NUMBER_GENERAL, 0},
        [ERROR] = {"error estimate", NULL, RAO_ALIGN_RIGHT, RAO_NUMBER_SCIENTIFIC, 2},
    };
    int64_t width = ERROR;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, n, &numbers));
    RAO_TRY(rao_scratch(ctx, n * ROW_COLUMNS, &cells));
    for (int64_t i = 0; i < n; i++)
        if (eval_find(rows[i].answer, "error_estimate")) width = ROW_COLUMNS;
    for (int64_t i = 0; i < n; i++) {
        fill_row(&rows[i], numbers[i], one);
        memcpy(cells + i * width, one, sizeof *one * (size_t)width);
    }
    rao_table table = {.title = title, .column_count = width, .row_count = n, .columns = columns, .cells = cells};
    RAO_TRY(cli_print_table(ctx, &table));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* ---- matrices ---- */

static rao_cell cell_of(const cJSON *value) {
    if (cJSON_IsNumber(value)) return rao_cell_number(value->valuedouble);
    if (cJSON_IsString(value)) return rao_cell_number(value->valuestring[0] == '-' ? -__builtin_inf() : __builtin_inf());
    return rao_cell_none();
}

rao_status ask_show_matrix(rao_ctx *ctx, const char *title, const cJSON *matrix, char *const *row_names, char *const *column_names,
                           const char *note) {
    rao_status st = RAO_OK;
    int nested = cJSON_IsArray(matrix->child);
    int64_t rows = nested ? cJSON_GetArraySize(matrix) : 1, columns = cJSON_GetArraySize(nested ? matrix->child : matrix);
    int64_t lead = row_names != NULL, width = columns + lead;
    rao_column *heads = NULL;
    rao_cell *cells = NULL, *at;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, width, &heads));
    RAO_TRY(rao_scratch(ctx, rows * width, &cells));
    if (lead) heads[0] = (rao_column){"", NULL, RAO_ALIGN_LEFT, RAO_NUMBER_GENERAL, 0};
    for (int64_t j = 0; j < columns; j++)
        heads[lead + j] = (rao_column){column_names ? column_names[j] : "", NULL, RAO_ALIGN_AUTO, RAO_NUMBER_GENERAL, 10};
    at = cells;
    const cJSON *row = nested ? matrix->child : matrix;
    for (int64_t i = 0; i < rows; i++, row = row->next) {
        if (lead) *at++ = rao_cell_text(row_names[i]);
        for (const cJSON *value = row->child; value; value = value->next) *at++ = cell_of(value);
    }
    rao_table table = {.title = title, .note = note, .column_count = width, .row_count = rows, .columns = heads, .cells = cells};
    RAO_TRY(cli_print_table(ctx, &table));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status ask_show_points(ask *a, const char *title, const char *first, const cJSON *answer) {
    rao_status st = RAO_OK;
    int n = a->point_count;
    ask_row *shown = NULL;
    rao_mark mark = rao_scratch_mark(a->ctx);
    RAO_TRY(rao_scratch(a->ctx, n, &shown));
    for (int i = 0; i < n; i++) shown[i] = (ask_row){a->point[i], answer, n > 1 ? i : -1};
    RAO_TRY(ask_show_rows(a->ctx, title, first, shown, n));
done:
    rao_scratch_reset(a->ctx, mark);
    return st;
}

rao_status ask_names(ask *a, const cJSON *request, int of_point, char ***names, int64_t *count) {
    rao_status st = RAO_OK;
    const rao_family *family = NULL;
    int64_t chart = 0;
    char *bytes = NULL;
    RAO_TRY(ask_family(a, request, &family, &chart));
    *count = of_point ? rao_family_coords(family, chart) : rao_family_tangent(family, chart);
    RAO_TRY(rao_scratch(a->ctx, *count, names));
    RAO_TRY(rao_scratch(a->ctx, *count * RAO_COORD_NAME, &bytes));
    for (int64_t i = 0; i < *count; i++) {
        char *name = (*names)[i] = bytes + i * RAO_COORD_NAME;
        if (of_point) RAO_TRY(rao_family_point_name(a->ctx, family, chart, i, name));
        else RAO_TRY(rao_family_coord_name(a->ctx, family, chart, i, name));
    }
done:
    return st;
}
