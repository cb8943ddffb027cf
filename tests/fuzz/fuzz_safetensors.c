/* fuzz_safetensors.c - rao_safetensors_parse on any bytes: what it accepts, written and read again, is the same. */
#include "fuzz_io.h"

static void read_again(rao_ctx *ctx, const rao_safetensors *file) {
    int64_t count = rao_safetensors_count(file), pairs = rao_safetensors_metadata_count(file);
    rao_text text = {0};
    rao_safetensors *again = NULL;
    FUZZ_REQUIRE(rao_safetensors_format(ctx, rao_safetensors_at(file, 0), count, rao_safetensors_metadata_at(file, 0), pairs, &text) ==
                 RAO_OK);
    FUZZ_REQUIRE(rao_safetensors_parse(ctx, "input", text.data, text.length, &again) == RAO_OK);
    FUZZ_REQUIRE(rao_safetensors_count(again) == count && rao_safetensors_metadata_count(again) == pairs);
    for (int64_t i = 0; i < count; i++) {
        FUZZ_REQUIRE(strcmp(rao_safetensors_at(file, i)->name, rao_safetensors_at(again, i)->name) == 0);
        fuzz_same_array(&rao_safetensors_at(file, i)->array, &rao_safetensors_at(again, i)->array);
    }
    for (int64_t i = 0; i < pairs; i++) {
        const char *key = rao_safetensors_metadata_at(file, i)->key;
        FUZZ_REQUIRE(strcmp(rao_safetensors_metadata(file, key), rao_safetensors_metadata(again, key)) == 0);
    }
    rao_safetensors_destroy(&again);
    rao_text_destroy(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    rao_ctx *ctx = fuzz_open();
    rao_safetensors *file = NULL;
    if (fuzz_read(ctx, rao_safetensors_parse(ctx, "input", data, (int64_t)size, &file))) read_again(ctx, file);
    rao_safetensors_destroy(&file);
    fuzz_close(ctx, size, 100);
    return 0;
}
