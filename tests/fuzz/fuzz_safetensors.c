/* fuzz_safetensors.c - rao_safetensors_parse on any bytes, and on the same with the header's length mended to end at the last brace, so that
 * the search reaches past it: what is accepted, written and read again, is the same. */
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

static void read_once(const uint8_t *data, size_t size) {
    rao_ctx *ctx = fuzz_open();
    rao_safetensors *file = NULL;
    if (fuzz_read(ctx, rao_safetensors_parse(ctx, "input", data, (int64_t)size, &file))) read_again(ctx, file);
    rao_safetensors_destroy(&file);
    fuzz_close(ctx, size, 100);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t end = size;
    read_once(data, size);
    while (end > 8 && data[end - 1] != '}') end--;
    if (end <= 8) return 0;
    uint8_t *mended = malloc(size);
    FUZZ_REQUIRE(mended != NULL);
    memcpy(mended, data, size);
    for (int i = 0; i < 8; i++) mended[i] = (uint8_t)((uint64_t)(end - 8) >> 8 * i);
    read_once(mended, size);
    free(mended);
    return 0;
}
