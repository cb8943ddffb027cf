/* fuzz_csv.c - rao_csv_parse on any text, the options taken from the first byte. What it accepts, printed again, reads the same. */
#include <math.h>

#include "fuzz_io.h"

static void read_again(rao_ctx *ctx, const rao_csv *first, const rao_csv_opts *given) {
    const double *values = first->values->data;
    int64_t rows = first->values->shape[0], columns = first->values->shape[1];
    rao_csv_opts opts = *given;
    rao_csv *second = NULL;
    rao_text text = {0};
    opts.header = RAO_CSV_NO_HEADER;
    for (int64_t i = 0; i < rows * columns; i++) {
        char number[RAO_DOUBLE_TEXT], separator[2] = {i % columns ? opts.separator : '\n', 0};
        rao_format_double(values[i], number);
        FUZZ_REQUIRE(rao_text_puts(ctx, &text, separator) == RAO_OK && rao_text_puts(ctx, &text, number) == RAO_OK);
    }
    if (rows > 0) {
        FUZZ_REQUIRE(rao_csv_parse(ctx, "input", text.data, text.length, &opts, &second) == RAO_OK);
        FUZZ_REQUIRE(second->values->shape[0] == rows && second->values->shape[1] == columns);
        const double *again = second->values->data;
        for (int64_t i = 0; i < rows * columns; i++) FUZZ_REQUIRE(memcmp(&values[i], &again[i], sizeof *again) == 0 || isnan(values[i]));
    }
    rao_csv_destroy(&second);
    rao_text_destroy(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0 || size > 1 << 16) return 0;
    rao_ctx *ctx = fuzz_open();
    rao_csv_opts opts;
    rao_csv *csv = NULL;
    rao_csv_opts_init(&opts);
    opts.header = (rao_csv_header)(data[0] % 3);
    opts.separator = ",;|:\t"[data[0] / 3 % 5];
    opts.allow_nonfinite = data[0] / 15 % 2;
    if (fuzz_read(ctx, rao_csv_parse(ctx, "input", data + 1, (int64_t)size - 1, &opts, &csv))) {
        for (int64_t j = 0; csv->names && j < csv->values->shape[1]; j++) FUZZ_REQUIRE(strlen(csv->names[j]) < size);
        if (!opts.allow_nonfinite) FUZZ_REQUIRE(rao_array_first_nonfinite(csv->values) == -1);
        read_again(ctx, csv, &opts);
        rao_csv_destroy(&csv);
    }
    FUZZ_REQUIRE(csv == NULL);
    fuzz_close(ctx, size, 120); /* the printed copy included: 25 characters a cell, doubled while it grows */
    return 0;
}
