/* The cases of a batch, as rows and across: entry by entry what was asked for, and nothing beside it. */
#include "rao_test.h"

#include "nn/gather.h"

enum { CASES = 29, WIDEST = 19, GAP = 3 };

static void put(const rao_mat *m, int64_t i, double v) {
    if (m->dtype == RAO_F64) ((double *)m->data)[i] = v;
    else ((float *)m->data)[i] = (float)v;
}

static double get(const rao_mat *m, int64_t i, int64_t j) {
    return m->dtype == RAO_F64 ? ((const double *)m->data)[i * m->ld + j] : (double)((const float *)m->data)[i * m->ld + j];
}

/* Entries 1, 2, 3, .. or all -1. */
static rao_mat make(rao_ctx *ctx, rao_dtype dtype, int64_t rows, int64_t cols, int64_t gap, int counted) {
    rao_mat m = rao_mat_view(dtype, rows, cols, cols + gap, NULL);
    OK(ctx, rao_alloc_bytes(ctx, rows * m.ld, rao_dtype_size(dtype), &m.data));
    for (int64_t i = 0; i < rows * m.ld; i++) put(&m, i, counted ? (double)(i + 1) : -1);
    return m;
}

static void expect_cases(const rao_mat *from, const int64_t *rows, int64_t first, const rao_mat *into, int across) {
    int64_t n = across ? into->cols : into->rows, cols = across ? into->rows : into->cols;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < cols; j++)
            EXPECT_TRUE(get(into, across ? j : i, across ? i : j) == get(from, rows ? rows[i] : first + i, j));
    for (int64_t i = 0; i < into->rows; i++)
        for (int64_t j = into->cols; j < into->ld; j++) EXPECT_TRUE(get(into, i, j) == -1);
}

static void every_shape(void **state) {
    (void)state;
    LAW("a batch holds the cases that were asked for, in order, whatever its widths and its number of cases");
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 1);
    int64_t drawn[CASES];
    for (uint64_t i = 0; i < CASES; i++) drawn[i] = rao_below_at(s, 0, i, CASES);
    for (int d = RAO_F32; d <= RAO_F64; d++)
        for (int64_t cols = 1; cols <= WIDEST; cols++)
            for (int64_t n = 0; n <= CASES; n += 1 + n / 6)
                for (int across = 0; across < 2; across++)
                    for (int some = 0; some < 2; some++) {
                        const int64_t *rows = some ? drawn : NULL, first = some ? 0 : CASES - n;
                        rao_mat from = make(ctx, (rao_dtype)d, CASES, cols, GAP, 1);
                        rao_mat into = make(ctx, (rao_dtype)d, across ? cols : n, across ? n : cols, GAP, 0);
                        (across ? gather_across : gather_rows)(&from, rows, first, &into);
                        expect_cases(&from, rows, first, &into, across);
                        rao_free_block(&from.data), rao_free_block(&into.data);
                    }
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_shape)};
    return rao_test_run("nn/gather", tests, COUNT(tests));
}
