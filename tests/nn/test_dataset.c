/* Data sets: the digits as published, splitting, scaling, and everything that can be wrong with a file. */
#include "rao_test.h"

#include <float.h>
#include <unistd.h>

#include <rao/nn.h>

static double at(const rao_mat *m, int64_t i, int64_t j) {
    return m->dtype == RAO_F64 ? ((const double *)m->data)[i * m->ld + j] : (double)((const float *)m->data)[i * m->ld + j];
}

static void digits(void **state) {
    (void)state;
    ORACLE("the digits", "counts of data/digits/README.md");
    static const int count[10] = {178, 182, 177, 183, 181, 182, 181, 179, 174, 180};
    rao_ctx *ctx = rao_test_ctx();
    rao_dataset *d = NULL;
    OK(ctx, rao_dataset_load(ctx, "digits", NULL, RAO_F32, &d));
    EXPECT_EQ(rao_dataset_cases(d, RAO_TRAIN), 1438);
    EXPECT_EQ(rao_dataset_cases(d, RAO_TEST), 359);
    EXPECT_TRUE(rao_dataset_inputs(d) == 64 && rao_dataset_classes(d) == 10 && rao_dataset_targets(d) == 1);
    int seen[10] = {0};
    double sum = 0;
    for (int p = 0; p < 2; p++) {
        rao_mat x = rao_dataset_x(d, (rao_part)p), y = rao_dataset_y(d, (rao_part)p);
        for (int64_t i = 0; i < x.rows; i++) {
            seen[(int)at(&y, i, 0)]++;
            for (int64_t j = 0; j < 64; j++) sum += 16 * at(&x, i, j);
        }
    }
    for (int k = 0; k < 10; k++) EXPECT_EQ(seen[k], count[k]);
    EXPECT_TRUE(sum == 561718); /* sixteenths are exact */
    EXPECT_TRUE(strstr(rao_dataset_describe(d), "10 classes; inputs divided by 16") != NULL);
    rao_dataset_destroy(&d);
    rao_test_ctx_close(&ctx);
}

static void splits(void **state) {
    (void)state;
    LAW("a split is a function of its seed; its parts are disjoint and complete; the dtype does not matter");
    rao_ctx *ctx = rao_test_ctx();
    rao_dataset_opts o;
    rao_dataset_opts_init(&o);
    for (int64_t seed = 0; seed < 2; seed++) {
        rao_dataset *d = NULL, *again = NULL;
        o.seed = seed, o.test_fraction = 0.35;
        OK(ctx, rao_dataset_load(ctx, "digits", &o, RAO_F32, &d));
        OK(ctx, rao_dataset_load(ctx, "digits", &o, RAO_F64, &again));
        EXPECT_EQ(rao_dataset_cases(d, RAO_TEST), llround(0.35 * 1797));
        for (int p = 0; p < 2; p++) {
            rao_mat a = rao_dataset_x(d, (rao_part)p), b = rao_dataset_x(again, (rao_part)p);
            for (int64_t i = 0; i < a.rows; i++)
                for (int64_t j = 0; j < 64; j++) EXPECT_TRUE(at(&a, i, j) == at(&b, i, j));
        }
        rao_dataset_destroy(&d), rao_dataset_destroy(&again);
    }
    o.test_fraction = 1;
    rao_dataset *none = NULL;
    EXPECT_FAIL(ctx, rao_dataset_load(ctx, "digits", &o, RAO_F32, &none), RAO_EINVAL, "test_fraction = 1");
    rao_test_ctx_close(&ctx);
}

/* ---- files made here ---- */

static char folder[] = "/tmp/rao-dataset-XXXXXX";

static const char *file_of(const char *name, const char *text) {
    static char path[4][256];
    static int next;
    char *p = path[next++ % 4];
    snprintf(p, 256, "%s/%s", folder, name);
    FILE *f = fopen(p, "w");
    fputs(text, f);
    fclose(f);
    return p;
}

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}
static int remove_folder(void **state) {
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static void csv(void **state) {
    (void)state;
    LAW("a column of a CSV is the target, by name, by number or the last; inputs are standardised over the training part");
    rao_ctx *ctx = rao_test_ctx();
    char spec[300];
    rao_dataset_opts o;
    rao_dataset_opts_init(&o);
    o.test_fraction = 0;
    static const char *const targets[] = {"", ":target=c", ":target=3"};
    const char *path = file_of("a.csv", "a,b,c\n1,5,0.5\n2,5,1.5\n4,5,0.25\n");
    for (int t = 0; t < 3; t++) {
        rao_dataset *d = NULL;
        snprintf(spec, sizeof spec, "csv:%s%s", path, targets[t]);
        OK(ctx, rao_dataset_load(ctx, spec, &o, RAO_F64, &d));
        rao_mat x = rao_dataset_x(d, RAO_TRAIN), y = rao_dataset_y(d, RAO_TRAIN);
        EXPECT_TRUE(x.rows == 3 && x.cols == 2 && rao_dataset_classes(d) == 0 && rao_dataset_cases(d, RAO_TEST) == 0);
        double sum = 0, squares = 0, targets_sum = 0;
        for (int i = 0; i < 3; i++) {
            sum += at(&x, i, 0), squares += at(&x, i, 0) * at(&x, i, 0), targets_sum += at(&y, i, 0);
            EXPECT_TRUE(at(&x, i, 1) == 0);
        }
        EXPECT_CLOSE(sum, 0, 8 * DBL_EPSILON);
        EXPECT_CLOSE(squares, 3, 8 * DBL_EPSILON);
        EXPECT_TRUE(targets_sum == 2.25);
        rao_dataset_destroy(&d);
    }
    rao_dataset *d = NULL;
    snprintf(spec, sizeof spec, "csv:%s", file_of("labels.csv", "1,0\n2,1\n3,2\n4,1\n"));
    OK(ctx, rao_dataset_load(ctx, spec, &o, RAO_F64, &d));
    EXPECT_EQ(rao_dataset_classes(d), 3);
    rao_dataset_destroy(&d);
    snprintf(spec, sizeof spec, "csv:%s", file_of("counts.csv", "1,0\n2,1\n3,7\n4,1\n")); /* 2..6 never occur: counts, not classes */
    OK(ctx, rao_dataset_load(ctx, spec, &o, RAO_F64, &d));
    EXPECT_EQ(rao_dataset_classes(d), 0);
    rao_dataset_destroy(&d);
    rao_test_ctx_close(&ctx);
}

static void large_offset(void **state) {
    (void)state;
    LAW("standardising a column with a large offset loses only the digits that the data has lost");
    rao_ctx *ctx = rao_test_ctx();
    char spec[300];
    rao_dataset *d = NULL;
    rao_dataset_opts o;
    rao_dataset_opts_init(&o);
    o.test_fraction = 0;
    snprintf(spec, sizeof spec, "csv:%s", file_of("offset.csv", "1e8,0.5\n100000001,1.5\n100000002,2.5\n100000003,3.5\n"));
    OK(ctx, rao_dataset_load(ctx, spec, &o, RAO_F64, &d));
    rao_mat x = rao_dataset_x(d, RAO_TRAIN), y = rao_dataset_y(d, RAO_TRAIN);
    for (int i = 0; i < 4; i++) EXPECT_CLOSE(at(&x, i, 0), (at(&y, i, 0) - 2) / sqrt(1.25), 1e-7); /* eps * 1e8 */
    rao_dataset_destroy(&d);
    rao_test_ctx_close(&ctx);
}

static void constant_columns(void **state) {
    (void)state;
    LAW("a constant column becomes 0, though its value has no exact mean");
    rao_ctx *ctx = rao_test_ctx();
    rao_text text = {0};
    for (int i = 0; i < 5000; i++) OK(ctx, rao_text_printf(ctx, &text, "0.1,%d,%d.5\n", i % 7, i % 3));
    char spec[300];
    rao_dataset *d = NULL;
    snprintf(spec, sizeof spec, "csv:%s", file_of("constant.csv", text.data));
    OK(ctx, rao_dataset_load(ctx, spec, NULL, RAO_F64, &d));
    rao_mat x = rao_dataset_x(d, RAO_TRAIN);
    for (int64_t i = 0; i < x.rows; i++) EXPECT_TRUE(at(&x, i, 0) == 0);
    rao_dataset_destroy(&d);
    rao_text_destroy(&text);
    rao_test_ctx_close(&ctx);
}

static void inputs_as_targets(void **state) {
    (void)state;
    LAW("the inputs as targets are the scaled inputs themselves, in both parts; what the source has as targets does not matter");
    rao_ctx *ctx = rao_test_ctx();
    rao_dataset_opts o;
    rao_dataset_opts_init(&o);
    for (int scale = RAO_SCALE_AUTO; scale <= RAO_SCALE_STANDARD; scale++) {
        rao_dataset *d = NULL, *plain = NULL;
        o.scale = scale, o.targets = RAO_TARGETS_SOURCE;
        OK(ctx, rao_dataset_load(ctx, "digits", &o, RAO_F64, &plain));
        o.targets = RAO_TARGETS_INPUTS;
        OK(ctx, rao_dataset_load(ctx, "digits", &o, RAO_F64, &d));
        EXPECT_TRUE(rao_dataset_classes(d) == 0 && rao_dataset_targets(d) == 64 && rao_dataset_inputs(d) == 64);
        EXPECT_TRUE(strstr(rao_dataset_describe(d), "64 columns, the inputs as targets; inputs") != NULL);
        for (int p = 0; p < 2; p++) {
            rao_mat want = rao_dataset_x(plain, (rao_part)p), x = rao_dataset_x(d, (rao_part)p), y = rao_dataset_y(d, (rao_part)p);
            EXPECT_TRUE(y.rows == want.rows && y.cols == want.cols);
            for (int64_t i = 0; i < want.rows; i++)
                for (int64_t j = 0; j < 64; j++) EXPECT_TRUE(at(&x, i, j) == at(&want, i, j) && at(&y, i, j) == at(&want, i, j));
        }
        rao_dataset_destroy(&d), rao_dataset_destroy(&plain);
    }
    rao_dataset *none = NULL;
    o.targets = 2;
    EXPECT_FAIL(ctx, rao_dataset_load(ctx, "digits", &o, RAO_F64, &none), RAO_EINVAL, "targets = 2");
    rao_test_ctx_close(&ctx);
}

static void refusals(void **state) {
    (void)state;
    LAW("what is wrong with data is said with its place");
    rao_ctx *ctx = rao_test_ctx();
    rao_dataset *d = NULL;
    char spec[600];
    EXPECT_FAIL(ctx, rao_dataset_load(ctx, "digit", NULL, RAO_F32, &d), RAO_EINVAL, "did you mean 'digits'");
    EXPECT_FAIL(ctx, rao_dataset_load(ctx, "mnist", NULL, RAO_F32, &d), RAO_EINVAL, "want digits, idx:");
    EXPECT_FAIL(ctx, rao_dataset_load(ctx, "idx:a", NULL, RAO_F32, &d), RAO_EINVAL, "2 files or 4");
    EXPECT_FAIL(ctx, rao_dataset_load(ctx, "npy:a,b,c,d,e", NULL, RAO_F32, &d), RAO_EINVAL, "2 files or 4");
    EXPECT_FAIL(ctx, rao_dataset_load(ctx, "npy:/nowhere/x.npy,/nowhere/y.npy", NULL, RAO_F32, &d), RAO_EIO, "/nowhere/x.npy");
    snprintf(spec, sizeof spec, "csv:%s", file_of("nan.csv", "a,b\n1,2\n3,nan\n"));
    EXPECT_FAIL(ctx, rao_dataset_load(ctx, spec, NULL, RAO_F32, &d), RAO_EIO, "row 2");
    snprintf(spec, sizeof spec, "csv:%s:target=wdith", file_of("width.csv", "width,b\n1,2\n3,4\n"));
    EXPECT_FAIL(ctx, rao_dataset_load(ctx, spec, NULL, RAO_F32, &d), RAO_EINVAL, "did you mean 'width'");
    snprintf(spec, sizeof spec, "csv:%s:target=3", file_of("width.csv", "width,b\n1,2\n3,4\n"));
    EXPECT_FAIL(ctx, rao_dataset_load(ctx, spec, NULL, RAO_F32, &d), RAO_EINVAL, "1..2");
    snprintf(spec, sizeof spec, "csv:%s", file_of("one.csv", "a\n1\n2\n"));
    EXPECT_FAIL(ctx, rao_dataset_load(ctx, spec, NULL, RAO_F32, &d), RAO_EINVAL, "1 columns");
    snprintf(spec, sizeof spec, "csv:%s:target=", file_of("one.csv", "a\n1\n2\n"));
    EXPECT_FAIL(ctx, rao_dataset_load(ctx, spec, NULL, RAO_F32, &d), RAO_EINVAL, "names no column");
    EXPECT_TRUE(d == NULL);
    rao_test_ctx_close(&ctx);
}

static void numbers_beyond_the_dtype(void **state) {
    (void)state;
    LAW("a number that is finite in its file and not in the dtype is refused by its place in the file; where the dtype or the scaling "
        "holds it, it is read");
    rao_ctx *ctx = rao_test_ctx();
    rao_dataset *d = NULL;
    rao_dataset_opts o;
    char spec[300];
    rao_dataset_opts_init(&o);
    o.scale = RAO_SCALE_NONE, o.test_fraction = 0.25;
    snprintf(spec, sizeof spec, "csv:%s", file_of("wide.csv", "a,b,c\n1,5,0.5\n2,5,1\n4,-1e39,0\n3,2,1\n"));
    for (o.seed = 0; o.seed < 6; o.seed++) /* wherever the split puts it */
        EXPECT_FAIL(ctx, rao_dataset_load(ctx, spec, &o, RAO_F32, &d), RAO_EDOMAIN,
                    "training inputs, row 3, column 2 is -1e+39, too large for f32, want at most 3.4e38");
    OK(ctx, rao_dataset_load(ctx, spec, &o, RAO_F64, &d));
    rao_dataset_destroy(&d);
    o.scale = RAO_SCALE_RANGE, o.test_fraction = 0;
    OK(ctx, rao_dataset_load(ctx, spec, &o, RAO_F32, &d));
    rao_mat x = rao_dataset_x(d, RAO_TRAIN);
    double least = 0;
    for (int64_t i = 0; i < 4; i++) least = fmin(least, at(&x, i, 1));
    EXPECT_TRUE(least == -1);
    rao_dataset_destroy(&d);
    o.scale = RAO_SCALE_NONE;
    snprintf(spec, sizeof spec, "csv:%s", file_of("high.csv", "a,b\n1,0.5\n2,3.41e38\n4,0\n"));
    EXPECT_FAIL(ctx, rao_dataset_load(ctx, spec, &o, RAO_F32, &d), RAO_EDOMAIN, "training targets, row 2, column 1 is 3.41e+38");
    o.scale = RAO_SCALE_STANDARD; /* the spread of a column overflows in double */
    snprintf(spec, sizeof spec, "csv:%s", file_of("far.csv", "a,b\n1.7e308,0.5\n-1.7e308,1\n"));
    EXPECT_FAIL(ctx, rao_dataset_load(ctx, spec, &o, RAO_F64, &d), RAO_EDOMAIN, "column 1 is");
    EXPECT_TRUE(d == NULL);
    snprintf(spec, sizeof spec, "csv:%s", file_of("squares.csv", "a,b\n1e200,0.5\n-1e200,1\n1e200,0\n-1e200,0\n"));
    OK(ctx, rao_dataset_load(ctx, spec, &o, RAO_F32, &d)); /* its squares do, its deviation does not */
    x = rao_dataset_x(d, RAO_TRAIN);
    for (int64_t i = 0; i < 4; i++) EXPECT_CLOSE(fabs(at(&x, i, 0)), 1, 1e-6);
    rao_dataset_destroy(&d);
    rao_test_ctx_close(&ctx);
}

static void mnist(void **state) {
    (void)state;
    ORACLE("MNIST", "its published sizes");
    const char *images = rao_test_shared_data("mnist/t10k-images-idx3-ubyte.gz");
    if (!images) skip();
    char spec[3000];
    snprintf(spec, sizeof spec, "idx:%s,", images);
    const char *labels = rao_test_shared_data("mnist/t10k-labels-idx1-ubyte.gz");
    if (!labels) skip();
    strcat(spec, labels);
    rao_ctx *ctx = rao_test_ctx();
    rao_dataset *d = NULL;
    OK(ctx, rao_dataset_load(ctx, spec, NULL, RAO_F32, &d));
    EXPECT_TRUE(rao_dataset_cases(d, RAO_TRAIN) == 8000 && rao_dataset_cases(d, RAO_TEST) == 2000);
    EXPECT_TRUE(rao_dataset_inputs(d) == 784 && rao_dataset_classes(d) == 10);
    rao_mat x = rao_dataset_x(d, RAO_TRAIN);
    for (int64_t i = 0; i < x.rows; i++)
        for (int64_t j = 0; j < 784; j++) EXPECT_TRUE(at(&x, i, j) >= 0 && at(&x, i, j) <= 1);
    rao_dataset_destroy(&d);
    rao_test_ctx_close(&ctx);
}

static rao_status load(rao_ctx *ctx, void *arg) {
    rao_dataset *d = NULL;
    rao_dataset_opts o;
    rao_dataset_opts_init(&o);
    rao_status st = rao_dataset_load(ctx, arg, &o, RAO_F32, &d);
    rao_dataset_destroy(&d);
    o.targets = RAO_TARGETS_INPUTS;
    if (st == RAO_OK) st = rao_dataset_load(ctx, arg, &o, RAO_F32, &d);
    rao_dataset_destroy(&d);
    return st;
}

static void no_memory(void **state) {
    (void)state;
    char spec[300];
    snprintf(spec, sizeof spec, "csv:%s", file_of("small.csv", "a,b,c\n1,5,0\n2,5,1\n4,5,0\n"));
    rao_test_every_allocation_fails(load, spec);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits),
        cmocka_unit_test(splits),
        cmocka_unit_test(csv),
        cmocka_unit_test(large_offset),
        cmocka_unit_test(constant_columns),
        cmocka_unit_test(inputs_as_targets),
        cmocka_unit_test(refusals),
        cmocka_unit_test(numbers_beyond_the_dtype),
        cmocka_unit_test(mnist),
        cmocka_unit_test(no_memory),
    };
    printf("seed %llu\n", (unsigned long long)rao_test_seed());
    return cmocka_run_group_tests_name("nn/dataset", tests, make_folder, remove_folder);
}
