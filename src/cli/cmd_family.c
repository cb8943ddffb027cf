/* cmd_family.c - what families there are, and what is known of one: its page in the documentation, which is compiled in, its charts from the
 * registry, and how each quantity is reached, found by asking for it. */
#include "family_probe.h"

#include <stdio.h>
#include <string.h>

/* The pages of docs/families one behind another, made by cmake/Rooms.cmake. */
extern const unsigned char rao_family_pages[];
extern const size_t rao_family_pages_size;

/* ---- list ---- */

static rao_status list_json(rao_ctx *ctx) {
    rao_json_writer json = {0};
    rao_json_object(ctx, &json, NULL);
    rao_json_array(ctx, &json, "families");
    for (int64_t i = 0; rao_family_list(i); i++) {
        const rao_family_info *f = rao_family_list(i);
        rao_json_object(ctx, &json, NULL);
        rao_json_string(ctx, &json, "name", f->name);
        rao_json_string(ctx, &json, "charts", f->charts);
        rao_json_string(ctx, &json, "fixed", f->fixed);
        rao_json_string(ctx, &json, "dimension", f->dimension);
        rao_json_bool(ctx, &json, "discrete", f->discrete);
        rao_json_bool(ctx, &json, "exponential", f->exponential);
        rao_json_bool(ctx, &json, "regular", f->regular);
        rao_json_end(ctx, &json);
    }
    rao_json_end(ctx, &json);
    rao_json_end(ctx, &json);
    return cli_print_json(ctx, &json);
}

static rao_status list(cli_call *call) {
    enum { NAME = 0, FIXED, KIND, CHARTS, COLUMNS, MOST = 128 };
    static const rao_column columns[COLUMNS] = {
        [NAME] = {"family", NULL, RAO_ALIGN_LEFT, RAO_NUMBER_GENERAL, 0},
        [FIXED] = {"fixed", NULL, RAO_ALIGN_LEFT, RAO_NUMBER_GENERAL, 0},
        [KIND] = {"observations", NULL, RAO_ALIGN_LEFT, RAO_NUMBER_GENERAL, 0},
        [CHARTS] = {"charts, the default first", NULL, RAO_ALIGN_LEFT, RAO_NUMBER_GENERAL, 0},
    };
    rao_cell cells[MOST * COLUMNS];
    int64_t n = 0;
    if (call->common.json) return list_json(call->ctx);
    for (; rao_family_list(n) && n < MOST; n++) {
        const rao_family_info *f = rao_family_list(n);
        rao_cell *row = cells + n * COLUMNS;
        row[NAME] = rao_cell_text(f->name);
        row[FIXED] = rao_cell_text(f->fixed ? f->fixed : "");
        row[KIND] = rao_cell_text(f->discrete ? "discrete" : "continuous");
        row[CHARTS] = rao_cell_text(f->charts);
    }
    rao_table table = {.column_count = COLUMNS,
                       .row_count = n,
                       .columns = columns,
                       .cells = cells,
                       .note = "And mixture, of any of them: rao family show mixture."};
    return cli_print_table(call->ctx, &table);
}

/* ---- show: the page ---- */

/* [text](address) is text, `code` is code, a table's rule is left out. */
static void print_line(const char *at, const char *end) {
    if (end - at > 3 && !memcmp(at, "|--", 3)) return;
    for (const char *target = NULL; at < end; at++) {
        if (*at == '`') continue;
        if (*at == '[') {
            const char *close = memchr(at, ']', (size_t)(end - at));
            if (close && close + 1 < end && close[1] == '(') target = close;
            if (target) continue;
        }
        if (target && at == target) {
            while (at < end && *at != ')') at++;
            target = NULL;
            continue;
        }
        putchar(*at);
    }
    putchar('\n');
}

static void print_page(const char *name) {
    const char *at = (const char *)rao_family_pages, *last = at + rao_family_pages_size;
    int printing = 0;
    while (at < last) {
        const char *end = memchr(at, '\n', (size_t)(last - at));
        if (!end) end = last;
        if (end - at > 2 && at[0] == '#' && at[1] == ' ') {
            if (printing) return;
            printing = end - at - 2 == (int64_t)strlen(name) && !memcmp(at + 2, name, strlen(name));
        } else if (printing) {
            print_line(at, end);
        }
        at = end + 1;
    }
}

/* ---- show: how each quantity is reached ---- */

/* "quadrature; for some points closed form; for some refused: gamma: ..." */
static rao_status tell(rao_ctx *ctx, const cJSON *entry, rao_text *out) {
    rao_status st = RAO_OK;
    const cJSON *method = eval_find(entry, "method"), *others = eval_find(entry, "sometimes"), *refused = eval_find(entry, "refused");
    if (method) RAO_TRY(rao_text_puts(ctx, out, method->valuestring));
    for (const cJSON *one = others ? others->child : NULL; one; one = one->next)
        RAO_TRY(rao_text_printf(ctx, out, "; for some points %s", one->valuestring));
    if (refused) RAO_TRY(rao_text_printf(ctx, out, "%s%s", method ? "; for some refused: " : "", refused->valuestring));
done:
    return st;
}

static rao_status show_quantities(rao_ctx *ctx, const cJSON *quantities) {
    enum { NAME = 0, METHOD, COLUMNS, QUANTITIES_MOST = 256 };
    static const rao_column columns[COLUMNS] = {{"quantity", NULL, RAO_ALIGN_LEFT, RAO_NUMBER_GENERAL, 0},
                                                {"reached by", NULL, RAO_ALIGN_LEFT, RAO_NUMBER_GENERAL, 0}};
    rao_status st = RAO_OK;
    rao_cell cells[QUANTITIES_MOST * COLUMNS];
    rao_text told[QUANTITIES_MOST] = {{0}};
    int64_t n = 0;
    for (const cJSON *item = quantities->child; item && n < QUANTITIES_MOST; item = item->next, n++) {
        RAO_TRY(tell(ctx, item, &told[n]));
        cells[n * COLUMNS + NAME] = rao_cell_text(item->string);
        cells[n * COLUMNS + METHOD] = rao_cell_text(told[n].data ? told[n].data : "");
    }
    rao_table table = {.column_count = COLUMNS, .row_count = n, .columns = columns, .cells = cells};
    RAO_TRY(cli_print_table(ctx, &table));
done:
    for (int64_t i = 0; i < QUANTITIES_MOST; i++) rao_text_destroy(&told[i]);
    return st;
}

/* ---- show: charts ---- */

/* "k, rate": the tangent coordinates in the least dimension. */
static rao_status chart_line(rao_ctx *ctx, const rao_family *family, int64_t chart, rao_text *out) {
    rao_status st = RAO_OK;
    char name[RAO_COORD_NAME];
    RAO_TRY(rao_text_printf(ctx, out, "  %-12s", rao_family_chart_name(family, chart)));
    for (int64_t j = 0; j < rao_family_tangent(family, chart); j++) {
        RAO_TRY(rao_family_coord_name(ctx, family, chart, j, name));
        RAO_TRY(rao_text_printf(ctx, out, "%s %s", j ? "," : "", name));
    }
    RAO_TRY(rao_text_printf(ctx, out, "%s\n", chart ? "" : "  (default)"));
done:
    return st;
}

static rao_status make_sample(rao_ctx *ctx, const rao_family_info *f, rao_family **family) {
    rao_family_opts o;
    const rao_fixed fixed = {f->fixed, PROBE_FIXED};
    rao_family_opts_init(&o);
    o.fixed = &fixed, o.fixed_count = f->fixed != NULL;
    return rao_family_create(ctx, f->name, &o, family);
}

static rao_status print_charts(rao_ctx *ctx, const rao_family_info *f) {
    rao_status st = RAO_OK;
    rao_family *family = NULL;
    rao_text lines = {0};
    RAO_TRY(make_sample(ctx, f, &family));
    for (int64_t i = 0; i < rao_family_chart_count(family); i++) RAO_TRY(chart_line(ctx, family, i, &lines));
    printf("charts and their coordinates%s%s\n", f->dimension ? ", for the least " : "", f->dimension ? f->dimension : "");
    cli_print(&lines);
    if (f->fixed) printf("fixed        %s, given with the family: --fixed %s=NUMBER\n", f->fixed, f->fixed);
    printf("\n");
done:
    rao_text_destroy(&lines);
    rao_family_destroy(&family);
    return st;
}

/* ---- show ---- */

static rao_status find_info(rao_ctx *ctx, const char *name, const rao_family_info **info) {
    rao_family *family = NULL;
    for (int64_t i = 0; rao_family_list(i); i++)
        if (!strcmp(rao_family_list(i)->name, name)) return *info = rao_family_list(i), RAO_OK;
    return rao_family_create(ctx, name, NULL, &family); /* fails, with the nearest name */
}

static rao_status show_json(ask *a, const rao_family_info *f, cJSON *quantities) {
    rao_status st = RAO_OK;
    cJSON *all = cJSON_CreateObject();
    if (!all) return cJSON_Delete(quantities), rao_fail(a->ctx, RAO_ENOMEM, "out of memory: a family");
    st = ask_put(a->ctx, all, "quantities", quantities);
    if (st == RAO_OK) st = ask_put(a->ctx, all, "name", cJSON_CreateString(f->name));
    if (st == RAO_OK) st = ask_put(a->ctx, all, "charts", cJSON_CreateString(f->charts));
    if (st == RAO_OK && f->fixed) st = ask_put(a->ctx, all, "fixed", cJSON_CreateString(f->fixed));
    if (st == RAO_OK) st = ask_print_json(a->ctx, all);
    cJSON_Delete(all);
    return st;
}

/* A mixture is made of families and stands in no registry: its page says what there is to say. */
static rao_status show_mixture(cli_call *call) {
    if (call->common.json)
        return rao_fail(call->ctx, RAO_EUNABLE, "mixture: made of other families, so it has no charts of its own to list");
    printf("mixture: of any families with observations of one kind\n");
    print_page("mixture");
    printf(
        "As a point: {\"weights\":[0.3,0.7],\"components\":[{\"family\":\"normal\",\"p\":[0,1]},{\"family\":\"normal\",\"p\":[2,1]}]}\n");
    return RAO_OK;
}

static rao_status show(cli_call *call) {
    rao_status st = RAO_OK;
    static const ask_options none;
    const rao_family_info *info = NULL;
    cJSON *quantities = NULL;
    ask a;
    RAO_TRY(ask_open(&a, call, &none, 2, 2));
    a.family = call->operand[1];
    RAO_TRY(find_info(call->ctx, a.family, &info));
    quantities = cJSON_CreateObject();
    if (!quantities) RAO_TRY(rao_fail(call->ctx, RAO_ENOMEM, "out of memory: answers"));
    RAO_TRY(probe_quantities(&a, info, quantities));
    if (call->common.json) {
        st = show_json(&a, info, quantities), quantities = NULL;
        goto done;
    }
    printf("%s: %s%s%s\n", info->name, info->discrete ? "discrete" : "continuous", info->exponential ? ", an exponential family" : "",
           info->regular ? "" : ", not regular");
    print_page(info->name);
    RAO_TRY(print_charts(call->ctx, info));
    RAO_TRY(show_quantities(call->ctx, quantities));
done:
    cJSON_Delete(quantities);
    ask_close(&a);
    return st;
}

static rao_status family(cli_call *call) {
    const char *what = call->operand_count ? call->operand[0] : "list";
    if (!strcmp(what, "show") && call->operand_count == 2) return strcmp(call->operand[1], "mixture") ? show(call) : show_mixture(call);
    if (!strcmp(what, "show")) return rao_fail(call->ctx, RAO_EINVAL, "show wants the name of one family; rao family list names them");
    if (!strcmp(what, "list") && call->operand_count <= 1) return list(call);
    return rao_fail(call->ctx, RAO_EINVAL, "operand '%.60s', want list, or show NAME", call->operand_count > 1 ? call->operand[1] : what);
}

static rao_status details(rao_ctx *ctx, rao_text *out) {
    return rao_text_puts(
        ctx, out,
        "list: every family with its charts. show NAME: its density, formulas and sources, charts with their coordinates, and for every\n"
        "quantity whether it is a closed form or a numerical answer, or why it is refused: each is asked at points of the family's\n"
        "least dimension and of twice that, so this is what `rao eval` answers.\n");
}

const cli_command cmd_family = {
    .name = "family",
    .summary = "the families of distributions: charts, formulas, sources, what is closed and what numerical",
    .operands = "list | show NAME",
    .details = details,
    .example = "rao family show gamma",
    .run = family,
};
