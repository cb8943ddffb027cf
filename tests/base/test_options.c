#include "rao_test.h"

typedef struct demo {
    double lr, momentum;
    int64_t every;
    int nesterov, schedule;
    const char *path;
    double share;
} demo;

static const rao_option rows[] = {
    {.name = "lr",
     .type = RAO_OPT_REAL,
     .offset = offsetof(demo, lr),
     .value = 0.1,
     .min = 0,
     .max = INFINITY,
     .flags = RAO_OPT_ABOVE_MIN,
     .help = "learning rate"},
    {.name = "momentum",
     .type = RAO_OPT_REAL,
     .offset = offsetof(demo, momentum),
     .value = 0.9,
     .min = 0,
     .max = 1,
     .flags = RAO_OPT_BELOW_MAX,
     .help = "momentum"},
    {.name = "every",
     .type = RAO_OPT_INT,
     .offset = offsetof(demo, every),
     .value = 10,
     .min = 1,
     .max = 1e9,
     .help = "steps between inverses"},
    {.name = "nesterov", .type = RAO_OPT_FLAG, .offset = offsetof(demo, nesterov), .help = "look ahead"},
    {.name = "schedule",
     .type = RAO_OPT_CHOICE,
     .offset = offsetof(demo, schedule),
     .value = 1,
     .choices = "constant|cosine|step",
     .help = "learning rate over time"},
    {.name = "path", .type = RAO_OPT_STRING, .offset = offsetof(demo, path), .text = "out.html", .help = "where to"},
    {.name = "share",
     .type = RAO_OPT_REAL,
     .offset = offsetof(demo, share),
     .value = 0.25,
     .max = 1,
     .help = "what is left",
     .with = "schedule=cosine|step"},
};
static const rao_option_table table = {"demo", sizeof(demo), rows, COUNT(rows)};

static void defaults_and_round_trip(void **state) {
    (void)state;
    LAW("format then parse gives the same options");
    rao_ctx *ctx = rao_test_ctx();
    demo o, again;
    rao_options_defaults(&table, &o, sizeof o);
    EXPECT_TRUE(o.lr == 0.1 && o.momentum == 0.9 && o.every == 10 && !o.nesterov && o.schedule == 1 && !strcmp(o.path, "out.html"));
    OK(ctx, rao_options_parse(ctx, &table, &o, "lr=0.0123456789:nesterov=on:schedule=constant:every=7"));
    o.path = NULL;
    rao_text text = {0};
    OK(ctx, rao_options_format(ctx, &table, &o, &text));
    rao_options_defaults(&table, &again, sizeof again);
    OK(ctx, rao_options_parse(ctx, &table, &again, text.data));
    EXPECT_TRUE(again.lr == o.lr && again.nesterov == 1 && again.schedule == 0 && again.every == 7);
    OK(ctx, rao_options_check(ctx, &table, &again));
    rao_text_destroy(&text);
    OK(ctx, rao_options_help(ctx, &table, 2, "--", &text));
    EXPECT_TRUE(strstr(text.data, "--momentum X") && strstr(text.data, "in [0, 1)") && strstr(text.data, "default cosine"));
    rao_text_destroy(&text);
    rao_test_ctx_close(&ctx);
}

static void shorter_struct(void **state) {
    (void)state;
    LAW("fields behind the end of an older caller's struct are left alone");
    demo o;
    memset(&o, 0x55, sizeof o);
    demo before = o;
    rao_options_defaults(&table, &o, offsetof(demo, every));
    EXPECT_TRUE(o.lr == 0.1 && o.momentum == 0.9);
    EXPECT_EQ(memcmp((char *)&o + offsetof(demo, every), (char *)&before + offsetof(demo, every), sizeof o - offsetof(demo, every)), 0);
}

static void left_out(void **state) {
    (void)state;
    LAW("a number whose default lies outside its range may be left out: not checked, not printed, no default in the help");
    typedef struct budget {
        int64_t steps;
        double target;
    } budget;
    static const rao_option budget_rows[] = {
        {.name = "steps", .type = RAO_OPT_INT, .offset = offsetof(budget, steps), .min = 1, .max = 1e9, .help = "steps"},
        {.name = "target",
         .type = RAO_OPT_REAL,
         .offset = offsetof(budget, target),
         .value = NAN,
         .min = 0,
         .max = INFINITY,
         .help = "loss"},
    };
    static const rao_option_table budget_table = {"budget", sizeof(budget), budget_rows, COUNT(budget_rows)};
    rao_ctx *ctx = rao_test_ctx();
    budget b;
    rao_options_defaults(&budget_table, &b, sizeof b);
    EXPECT_TRUE(b.steps == 0 && isnan(b.target));
    OK(ctx, rao_options_check(ctx, &budget_table, &b));
    rao_text text = {0};
    OK(ctx, rao_options_format(ctx, &budget_table, &b, &text));
    EXPECT_EQ(text.length, 0);
    OK(ctx, rao_options_help(ctx, &budget_table, 0, "", &text));
    EXPECT_TRUE(!strstr(text.data, "default"));
    rao_text_destroy(&text);
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &budget_table, &b, "steps=0"), RAO_EINVAL, "[1, 1e+09]");
    OK(ctx, rao_options_parse(ctx, &budget_table, &b, "target=0.5"));
    OK(ctx, rao_options_format(ctx, &budget_table, &b, &text));
    EXPECT_TRUE(!strcmp(text.data, "target=0.5"));
    b.steps = -1;
    EXPECT_FAIL(ctx, rao_options_check(ctx, &budget_table, &b), RAO_EINVAL, "steps = -1");
    rao_text_destroy(&text);
    rao_test_ctx_close(&ctx);
}

static void refusals(void **state) {
    (void)state;
    LAW("a wrong word changes nothing and is answered with what is allowed");
    rao_ctx *ctx = rao_test_ctx();
    demo o;
    rao_options_defaults(&table, &o, sizeof o);
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &table, &o, "lr=0.5:momentun=0.5"), RAO_EINVAL, "did you mean 'momentum'");
    EXPECT_TRUE(o.lr == 0.1);
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &table, &o, "zzzzzz=1"), RAO_EINVAL, "want one of lr, momentum");
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &table, &o, "lr=-1"), RAO_EINVAL, "want a number > 0");
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &table, &o, "lr=nan"), RAO_EINVAL, "> 0");
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &table, &o, "lr=inf"), RAO_EINVAL, "lr = inf, want a finite number > 0");
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &table, &o, "lr=1e999"), RAO_EINVAL, "lr = 1e999, want a finite number > 0");
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &table, &o, "lr=-inf"), RAO_EINVAL, "lr = -inf, want a number > 0");
    demo endless = o;
    endless.lr = INFINITY;
    EXPECT_FAIL(ctx, rao_options_check(ctx, &table, &endless), RAO_EINVAL, "lr = inf, want a finite number > 0");
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &table, &o, "lr=0.1x"), RAO_EINVAL, "0.1x");
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &table, &o, "momentum=1"), RAO_EINVAL, "in [0, 1)");
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &table, &o, "every=1.5"), RAO_EINVAL, "whole number");
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &table, &o, "every=0"), RAO_EINVAL, "in [1, 1e+09]");
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &table, &o, "nesterov=maybe"), RAO_EINVAL, "on or off");
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &table, &o, "schedule=linear"), RAO_EINVAL, "constant|cosine|step");
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &table, &o, "lr"), RAO_EINVAL, "not key=value");
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &table, &o, "lr=1:"), RAO_EINVAL, "behind the last ':'");
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &table, &o, "lr=1::every=2"), RAO_EINVAL, "before a ':'");
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &table, &o, ":lr=1"), RAO_EINVAL, "before a ':'");
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &table, &o, ":"), RAO_EINVAL, "before a ':'");
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &table, &o, "lr=1:every=2:lr=1"), RAO_EINVAL, "lr is given twice");
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &table, &o, "lr=1:lr"), RAO_EINVAL, "lr is given twice");
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &table, &o, "share=0.5:schedule=constant"), RAO_EINVAL,
                "share has no effect with schedule=constant, want schedule=cosine|step");
    OK(ctx, rao_options_parse(ctx, &table, &o, "share=0.25:schedule=constant"));
    OK(ctx, rao_options_parse(ctx, &table, &o, "share=0.5:schedule=step"));
    OK(ctx, rao_options_parse(ctx, &table, &o, "schedule=cosine:share=0.75"));
    EXPECT_TRUE(o.share == 0.75 && o.schedule == 1);
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &table, &o, "schedule=constant"), RAO_EINVAL, "share has no effect");
    EXPECT_FAIL(ctx, rao_options_parse(ctx, &table, &o, "path=x"), RAO_EINVAL, "takes text");
    OK(ctx, rao_options_set(ctx, &table, &o, "path", "y.html"));
    EXPECT_TRUE(!strcmp(o.path, "y.html"));
    o.lr = 0.0 / 0.0;
    EXPECT_FAIL(ctx, rao_options_check(ctx, &table, &o), RAO_EINVAL, "lr");
    o.lr = 1, o.schedule = 3;
    EXPECT_FAIL(ctx, rao_options_check(ctx, &table, &o), RAO_EINVAL, "schedule");
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(defaults_and_round_trip), cmocka_unit_test(shorter_struct),
                                       cmocka_unit_test(left_out), cmocka_unit_test(refusals)};
    return rao_test_run("base/options", tests, COUNT(tests));
}
