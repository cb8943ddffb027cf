/* The table "What each can answer" of docs/guide/fisher.md, held to what the representations answer. */
#include "network.h"

static const char *const queries[] = {"apply", "solve", "power", "sample", "trace", "logdet", "eigenvalues"};
static const char *const all[] = {"dense", "diagonal", "gram", "kfac", "ekfac", "implicit"};

static rao_status ask(rao_ctx *ctx, const rao_op *f, size_t query, const rao_vec *b, rao_vec *x) {
    double value;
    switch (query) {
    case 0: return rao_op_apply(ctx, f, b, x);
    case 1: return rao_op_solve(ctx, f, b, x);
    case 2: return rao_op_power(ctx, f, 0.3, b, x);
    case 3: return rao_op_sample(ctx, f, rao_stream_make(1, 1), 0, x);
    case 4: return rao_op_trace(ctx, f, &value);
    case 5: return rao_op_logdet(ctx, f, &value);
    default: return rao_op_eigenvalues(ctx, f, x);
    }
}

/* The row of the guide's table that begins with `name`; dies when there is none. Cells are "yes" or "-". */
static void read_row(const char *name, char cells[COUNT(queries)][8]) {
    char path[4096], line[4096], head[64];
    const char *source = getenv("RAO_SOURCE_DIR");
    snprintf(path, sizeof path, "%s/docs/guide/fisher.md", source ? source : ".");
    FILE *guide = fopen(path, "r");
    int inside = 0, found = 0;
    EXPECT_TRUE(guide != NULL);
    snprintf(head, sizeof head, "| %s |", name);
    while (fgets(line, sizeof line, guide)) {
        if (!strncmp(line, "## ", 3)) inside = !strncmp(line, "## What each can answer", 23);
        if (inside && !strncmp(line, "| | ", 4)) {
            char *at = line + 4;
            for (size_t q = 0; q < COUNT(queries); q++) {
                EXPECT_TRUE(!strncmp(at, queries[q], strlen(queries[q])));
                at = strchr(at, '|') + 2;
            }
        }
        if (!inside || strncmp(line, head, strlen(head))) continue;
        const char *at = line + strlen(head);
        for (size_t q = 0; q < COUNT(queries); q++) {
            EXPECT_EQ(sscanf(at, " %7[^ |]", cells[q]), 1);
            at = strchr(at, '|') + 1;
        }
        found = 1;
    }
    fclose(guide);
    EXPECT_TRUE(found);
}

static void the_guide_tells_what_is_answered(void **state) {
    (void)state;
    LAW("a query is answered where the guide's table says yes, and EUNABLE where it has a dash");
    for (size_t r = 0; r < COUNT(all); r++)
        for (int flavour = 0; flavour < 3; flavour++) {
            char cells[COUNT(queries)][8];
            network k = network_open("mlp:3-4-3:tanh:categorical", RAO_F64, 5, 0);
            rao_fisher *f = NULL;
            rao_fisher_opts o;
            rao_vec b = network_vec(k.ctx, RAO_F64, k.size), x = network_vec(k.ctx, RAO_F64, k.size);
            network_put(&b, 0, 1);
            rao_fisher_opts_init(&o);
            o.flavour = flavour;
            read_row(all[r], cells);
            OK(k.ctx, rao_fisher_create(k.ctx, k.model, all[r], &o, k.n, &f));
            OK(k.ctx, rao_fisher_update(k.ctx, f, k.objective, &k.w, 0, 0, 1));
            OK(k.ctx, rao_op_damp(k.ctx, rao_fisher_op(f), 0.1));
            for (size_t q = 0; q < COUNT(queries); q++) {
                rao_status st = ask(k.ctx, rao_fisher_op(f), q, &b, &x);
                if (!strcmp(cells[q], "yes")) OK(k.ctx, st);
                else {
                    EXPECT_TRUE(!strcmp(cells[q], "-"));
                    EXPECT_FAIL(k.ctx, st, RAO_EUNABLE, all[r]);
                }
            }
            rao_free_block(&b.data), rao_free_block(&x.data);
            rao_fisher_destroy(&f);
            network_close(&k);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_guide_tells_what_is_answered)};
    return rao_test_run("fisher/answers", tests, COUNT(tests));
}
