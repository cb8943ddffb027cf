/* dataset.c - a data set ready for training: checked, split, scaled, in the dtype of the model. */
#include "nn/source.h"

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

static const rao_option rows[] = {
    {.name = "test_fraction",
     .type = RAO_OPT_REAL,
     .offset = offsetof(rao_dataset_opts, test_fraction),
     .value = 0.2,
     .min = 0,
     .max = 1,
     .flags = RAO_OPT_BELOW_MAX,
     .help = "share of the cases kept for the test where the source has no test part"},
    {.name = "seed",
     .type = RAO_OPT_INT,
     .offset = offsetof(rao_dataset_opts, seed),
     .value = 0,
     .min = 0,
     .max = 0x1p53,
     .help = "of that split"},
    {.name = "scale",
     .type = RAO_OPT_CHOICE,
     .offset = offsetof(rao_dataset_opts, scale),
     .choices = "auto|none|range|standard",
     .help = "of the inputs"},
    {.name = "targets",
     .type = RAO_OPT_CHOICE,
     .offset = offsetof(rao_dataset_opts, targets),
     .choices = "source|inputs",
     .help = "inputs: the inputs themselves, for an autoencoder"},
};
static const rao_option_table table = {"data", sizeof(rao_dataset_opts), rows, sizeof rows / sizeof *rows};

const rao_option_table *rao_dataset_options(void) { return &table; }

void rao_dataset_opts_init_sized(rao_dataset_opts *opts, size_t size) {
    memset(opts, 0, size);
    opts->size = size;
    rao_options_defaults(&table, opts, size);
}

struct rao_dataset {
    rao_dtype dtype;
    int64_t inputs, targets, classes, cases[2], split;
    void *x[2], *y[2]; /* y is x where the inputs are the targets */
    rao_text text;
};

void rao_dataset_destroy(rao_dataset **data) {
    if (!data || !*data) return;
    for (int p = 0; p < 2; p++) {
        if ((*data)->y[p] != (*data)->x[p]) rao_free_block(&(*data)->y[p]);
        rao_free_block(&(*data)->x[p]);
    }
    rao_text_destroy(&(*data)->text);
    rao_free(data);
}

int64_t rao_dataset_cases(const rao_dataset *d, rao_part part) { return d->cases[part]; }
int64_t rao_dataset_inputs(const rao_dataset *d) { return d->inputs; }
int64_t rao_dataset_targets(const rao_dataset *d) { return d->targets; }
int64_t rao_dataset_classes(const rao_dataset *d) { return d->classes; }
rao_mat rao_dataset_x(const rao_dataset *d, rao_part part) {
    return rao_mat_view(d->dtype, d->cases[part], d->inputs, d->inputs, d->x[part]);
}
rao_mat rao_dataset_y(const rao_dataset *d, rao_part part) {
    return rao_mat_view(d->dtype, d->cases[part], d->targets, d->targets, d->y[part]);
}
const char *rao_dataset_describe(const rao_dataset *d) { return d->text.data; }
int64_t rao_dataset_split(const rao_dataset *d) { return d->split; }

static const char *const part_name[2] = {"training", "test"};

/* ---- reading cells ---- */

static double cell(const rao_array *a, int64_t i) {
    switch (a->type) {
    case RAO_IO_U8: return ((const uint8_t *)a->data)[i];
    case RAO_IO_I8: return ((const int8_t *)a->data)[i];
    case RAO_IO_I16: return ((const int16_t *)a->data)[i];
    case RAO_IO_I32: return ((const int32_t *)a->data)[i];
    case RAO_IO_I64: return (double)((const int64_t *)a->data)[i];
    case RAO_IO_U16: return ((const uint16_t *)a->data)[i];
    case RAO_IO_U32: return ((const uint32_t *)a->data)[i];
    case RAO_IO_U64: return (double)((const uint64_t *)a->data)[i];
    case RAO_IO_F32: return (double)((const float *)a->data)[i];
    case RAO_IO_F64: return ((const double *)a->data)[i];
    }
    return NAN;
}

/* Stores a number in the dtype of the data set; 0 when it is not finite there. */
static int put(const rao_dataset *d, void *into, int64_t i, double value) {
    if (d->dtype == RAO_F64) {
        ((double *)into)[i] = value;
        return isfinite(value);
    }
    if (!(fabs(value) < (double)FLT_MAX * (1 + 0x1p-25))) return 0; /* what would round to infinity */
    ((float *)into)[i] = (float)value;
    return 1;
}

static int64_t columns_of(const rao_array *a) {
    int64_t cases = a->ndim ? a->shape[0] : 0;
    return cases > 0 ? rao_array_count(a) / cases : 0;
}

/* ---- checks ---- */

static rao_status check_finite(rao_ctx *ctx, const source *s, int part, const rao_array *a, const char *what) {
    int64_t at = rao_array_first_nonfinite(a), cols = columns_of(a);
    if (at < 0) return RAO_OK;
    return rao_fail(ctx, RAO_EDOMAIN, "%s: %s %s, row %lld, column %lld is %g, want a finite number", s->name.data, part_name[part], what,
                    (long long)(at / cols) + 1, (long long)(at % cols) + 1, cell(a, at));
}

static rao_status check_part(rao_ctx *ctx, const source *s, int part) {
    const rao_array *x = s->part[part].x, *y = s->part[part].y;
    rao_status st = RAO_OK;
    if (x->ndim < 1 || y->ndim < 1 || columns_of(x) < 1 || columns_of(y) < 1)
        return rao_fail(ctx, RAO_EINVAL, "%s: the %s part is empty, want one case at least", s->name.data, part_name[part]);
    if (x->shape[0] != y->shape[0])
        return rao_fail(ctx, RAO_EINVAL, "%s: %lld %s inputs, but %lld targets", s->name.data, (long long)x->shape[0], part_name[part],
                        (long long)y->shape[0]);
    RAO_TRY(check_finite(ctx, s, part, x, "inputs"));
    RAO_TRY(check_finite(ctx, s, part, y, "targets"));
done:
    return st;
}

static rao_status check_parts_agree(rao_ctx *ctx, const source *s) {
    const source_part *train = &s->part[RAO_TRAIN], *test = &s->part[RAO_TEST];
    if (columns_of(train->x) != columns_of(test->x) || columns_of(train->y) != columns_of(test->y))
        return rao_fail(ctx, RAO_EINVAL, "%s: %lld inputs and %lld targets in training, but %lld and %lld in the test", s->name.data,
                        (long long)columns_of(train->x), (long long)columns_of(train->y), (long long)columns_of(test->x),
                        (long long)columns_of(test->y));
    return RAO_OK;
}

/* ---- classes ---- */

enum { CLASSES_MAX = 65536 };

/* A single target column of whole numbers is a classification when its type is an integer, or when each of 0..k-1 occurs. k, or 0. */
static rao_status count_classes(rao_ctx *ctx, const source *s, int64_t *classes) {
    const rao_array *y = s->part[RAO_TRAIN].y;
    int64_t n = rao_array_count(y), top = -1, distinct = 0;
    int integer = y->type != RAO_IO_F32 && y->type != RAO_IO_F64;
    *classes = 0;
    if (columns_of(y) != 1) return RAO_OK;
    for (int64_t i = 0; i < n; i++) {
        double v = cell(y, i);
        if (integer && (v < 0 || v >= CLASSES_MAX))
            return rao_fail(ctx, RAO_EDOMAIN, "%s: training targets, row %lld: label %g is outside the classes 0..%d", s->name.data,
                            (long long)i + 1, v, CLASSES_MAX - 1);
        if (v < 0 || v >= CLASSES_MAX || v != floor(v)) return RAO_OK;
        if (v > (double)top) top = (int64_t)v;
    }
    rao_mark mark = rao_scratch_mark(ctx);
    char *seen = NULL;
    rao_status st = rao_scratch(ctx, top + 1, &seen);
    if (st != RAO_OK) return st;
    memset(seen, 0, (size_t)top + 1);
    for (int64_t i = 0; i < n; i++) seen[(int64_t)cell(y, i)] = 1;
    for (int64_t k = 0; k <= top; k++) distinct += seen[k];
    rao_scratch_reset(ctx, mark);
    if (top >= 1 && (integer || distinct == top + 1)) *classes = top + 1;
    return RAO_OK;
}

static rao_status check_test_labels(rao_ctx *ctx, const source *s, int64_t classes) {
    const rao_array *y = s->part[RAO_TEST].y;
    for (int64_t i = 0; classes && i < rao_array_count(y); i++) {
        double v = cell(y, i);
        if (v < 0 || v >= (double)classes || v != floor(v))
            return rao_fail(ctx, RAO_EDOMAIN, "%s: test targets, row %lld: label %g is outside the classes 0..%lld of training",
                            s->name.data, (long long)i + 1, v, (long long)classes - 1);
    }
    return RAO_OK;
}

/* ---- splitting and scaling ---- */

/* Which rows of which source part make a part of the data set. */
typedef struct selection {
    const source_part *from;
    const int64_t *rows; /* NULL: all, in order */
    int64_t n;
    const char *name; /* of the source and its part: for sentences */
    int part;
} selection;

static int64_t row_of(const selection *s, int64_t i) { return s->rows ? s->rows[i] : i; }

/* The standard deviation of a column whose squares overflow. */
static double large_deviation(const selection *train, int64_t cols, int64_t j, double shift) {
    double largest = 0, sum = 0;
    for (int64_t i = 0; i < train->n; i++) largest = fmax(largest, fabs(cell(train->from->x, row_of(train, i) * cols + j) - shift));
    for (int64_t i = 0; i < train->n; i++) {
        double r = (cell(train->from->x, row_of(train, i) * cols + j) - shift) / largest;
        sum += r * r / (double)train->n;
    }
    return largest * sqrt(sum);
}

/* Column by column: (x - shift) / scale. Mean and variance in two passes, so that a large offset costs no digits. */
static rao_scaling find_scaling(const source *s, const selection *train, rao_scaling asked, int64_t cols, double *shift, double *scale) {
    rao_scaling kind = asked != RAO_SCALE_AUTO ? asked : s->pixel_range > 0 ? RAO_SCALE_RANGE : RAO_SCALE_STANDARD;
    const rao_array *x = train->from->x;
    double largest = s->pixel_range;
    for (int64_t j = 0; j < cols; j++) shift[j] = 0, scale[j] = 1;
    if (kind == RAO_SCALE_RANGE) {
        for (int64_t i = 0; i < train->n && !(s->pixel_range > 0); i++)
            for (int64_t j = 0; j < cols; j++) largest = fmax(largest, fabs(cell(x, row_of(train, i) * cols + j)));
        for (int64_t j = 0; j < cols && largest > 0; j++) scale[j] = largest;
    }
    if (kind != RAO_SCALE_STANDARD) return kind;
    /* about the first case: exact for a constant column, and no digits lost to a large offset */
    for (int64_t i = 0; i < train->n; i++)
        for (int64_t j = 0; j < cols; j++)
            shift[j] += (cell(x, row_of(train, i) * cols + j) - cell(x, row_of(train, 0) * cols + j)) / (double)train->n;
    for (int64_t j = 0; j < cols && train->n > 0; j++) shift[j] += cell(x, row_of(train, 0) * cols + j);
    for (int64_t j = 0; j < cols; j++) scale[j] = 0;
    for (int64_t i = 0; i < train->n; i++)
        for (int64_t j = 0; j < cols; j++) {
            double r = cell(x, row_of(train, i) * cols + j) - shift[j];
            scale[j] += r * r / (double)train->n;
        }
    for (int64_t j = 0; j < cols; j++) {
        double deviation = isfinite(scale[j]) ? sqrt(scale[j]) : large_deviation(train, cols, j, shift[j]);
        scale[j] = deviation > 0 ? deviation : HUGE_VAL; /* a constant column becomes 0 */
    }
    return kind;
}

/* A cell that is finite in its file and not in the data set, by its place in the file. */
static rao_status too_large(rao_ctx *ctx, const rao_dataset *d, const selection *s, const char *what, const rao_array *a, int64_t i,
                            int64_t j) {
    int64_t row = row_of(s, i);
    return rao_fail(ctx, RAO_EDOMAIN, "%s: %s %s, row %lld, column %lld is %g, too large for %s%s", s->name, part_name[s->part], what,
                    (long long)row + 1, (long long)j + 1, cell(a, row * columns_of(a) + j), rao_dtype_name(d->dtype),
                    d->dtype == RAO_F32 ? ", want at most 3.4e38 in magnitude once scaled, or dtype f64" : " once scaled");
}

static rao_status fill_inputs(rao_ctx *ctx, rao_dataset *d, int part, const selection *s, const double *shift, const double *scale) {
    rao_status st = RAO_OK;
    int64_t numbers = 0, cols = d->inputs;
    RAO_TRY(rao_size_mul(ctx, "data", s->n, cols, &numbers));
    RAO_TRY(rao_alloc_bytes(ctx, numbers, rao_dtype_size(d->dtype), &d->x[part]));
    for (int64_t i = 0; i < s->n; i++)
        for (int64_t j = 0; j < cols; j++)
            if (!put(d, d->x[part], i * cols + j, (cell(s->from->x, row_of(s, i) * cols + j) - shift[j]) / scale[j]))
                RAO_TRY(too_large(ctx, d, s, "inputs", s->from->x, i, j));
done:
    return st;
}

static rao_status fill_targets(rao_ctx *ctx, rao_dataset *d, int part, const selection *s) {
    rao_status st = RAO_OK;
    int64_t numbers = 0, cols = d->targets;
    RAO_TRY(rao_size_mul(ctx, "data", s->n, cols, &numbers));
    RAO_TRY(rao_alloc_bytes(ctx, numbers, rao_dtype_size(d->dtype), &d->y[part]));
    for (int64_t i = 0; i < s->n; i++)
        for (int64_t j = 0; j < cols; j++)
            if (!put(d, d->y[part], i * cols + j, cell(s->from->y, row_of(s, i) * cols + j)))
                RAO_TRY(too_large(ctx, d, s, "targets", s->from->y, i, j));
done:
    return st;
}

static rao_status fill_part(rao_ctx *ctx, rao_dataset *d, int part, const selection *s, const rao_dataset_opts *o, const double *shift,
                            const double *scale) {
    rao_status st = RAO_OK;
    d->cases[part] = s->n;
    RAO_TRY(fill_inputs(ctx, d, part, s, shift, scale));
    if (o->targets == RAO_TARGETS_INPUTS) d->y[part] = d->x[part];
    else RAO_TRY(fill_targets(ctx, d, part, s));
done:
    return st;
}

static rao_status describe(rao_ctx *ctx, rao_dataset *d, const source *s, const rao_dataset_opts *o, rao_scaling kind, double range) {
    static const char *const said[] = {"", "as given", "divided by", "standardised by column"};
    rao_status st = RAO_OK;
    RAO_TRY(rao_text_printf(ctx, &d->text, "%s: %lld training and %lld test cases, %lld columns, ", s->name.data,
                            (long long)d->cases[RAO_TRAIN], (long long)d->cases[RAO_TEST], (long long)d->inputs));
    if (o->targets == RAO_TARGETS_INPUTS) RAO_TRY(rao_text_printf(ctx, &d->text, "the inputs as targets; inputs %s", said[kind]));
    else if (d->classes) RAO_TRY(rao_text_printf(ctx, &d->text, "%lld classes; inputs %s", (long long)d->classes, said[kind]));
    else RAO_TRY(rao_text_printf(ctx, &d->text, "%lld real targets; inputs %s", (long long)d->targets, said[kind]));
    if (kind == RAO_SCALE_RANGE) RAO_TRY(rao_text_printf(ctx, &d->text, " %g", range));
done:
    return st;
}

static rao_status make(rao_ctx *ctx, const source *s, const rao_dataset_opts *o, rao_dataset *d) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    const source_part *given = s->part;
    int64_t n = given[RAO_TRAIN].x->shape[0], test = given[RAO_TEST].x ? 0 : llround(o->test_fraction * (double)n), *order = NULL;
    double *shift = NULL, *scale = NULL;
    RAO_TRY(rao_scratch(ctx, n, &order));
    RAO_TRY(rao_scratch(ctx, d->inputs, &shift));
    RAO_TRY(rao_scratch(ctx, d->inputs, &scale));
    if (test == n) test = n - 1; /* something must be left to learn from */
    rao_permutation(rao_stream_make((uint64_t)o->seed, RAO_STREAM_SPLIT), 0, n, order);
    selection train = {&given[RAO_TRAIN], given[RAO_TEST].x ? NULL : order + test, n - test, s->name.data, RAO_TRAIN},
              held = {&given[RAO_TRAIN], order, test, s->name.data, RAO_TRAIN};
    if (given[RAO_TEST].x) held = (selection){&given[RAO_TEST], NULL, given[RAO_TEST].x->shape[0], s->name.data, RAO_TEST};
    rao_scaling kind = find_scaling(s, &train, (rao_scaling)o->scale, d->inputs, shift, scale);
    RAO_TRY(fill_part(ctx, d, RAO_TRAIN, &train, o, shift, scale));
    RAO_TRY(fill_part(ctx, d, RAO_TEST, &held, o, shift, scale));
    RAO_TRY(describe(ctx, d, s, o, kind, scale[0]));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_dataset_load(rao_ctx *ctx, const char *spec, const rao_dataset_opts *opts, rao_dtype dtype, rao_dataset **data) {
    rao_status st = RAO_OK;
    rao_dataset *d = NULL;
    rao_dataset_opts o;
    source s = {0};
    rao_dataset_opts_init(&o);
    if (opts) memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    RAO_TRY(rao_options_check(ctx, &table, &o));
    RAO_TRY(source_read(ctx, spec, &s));
    RAO_TRY(check_part(ctx, &s, RAO_TRAIN));
    RAO_TRY(rao_alloc(ctx, 1, &d));
    d->dtype = dtype, d->inputs = columns_of(s.part[RAO_TRAIN].x), d->split = s.part[RAO_TEST].x ? -1 : o.seed;
    d->targets = o.targets == RAO_TARGETS_INPUTS ? d->inputs : columns_of(s.part[RAO_TRAIN].y);
    if (o.targets == RAO_TARGETS_SOURCE) RAO_TRY(count_classes(ctx, &s, &d->classes));
    if (s.part[RAO_TEST].x) {
        RAO_TRY(check_part(ctx, &s, RAO_TEST));
        RAO_TRY(check_parts_agree(ctx, &s));
        RAO_TRY(check_test_labels(ctx, &s, d->classes));
    }
    RAO_TRY(make(ctx, &s, &o, d));
    *data = d;
    d = NULL;
done:
    source_close(&s);
    rao_dataset_destroy(&d);
    return st;
}
