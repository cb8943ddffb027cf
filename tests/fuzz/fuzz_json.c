/* fuzz_json.c - rao_json_parse on any text: a tree comes out of all that is accepted (never "out of memory": cJSON takes whatever was
 * found to be JSON), and what the writer makes of the tree reads back to the same text. */
#include <cjson/cJSON.h>

#include "fuzz_io.h"

static void put_tree(rao_ctx *ctx, rao_json_writer *j, const cJSON *item) {
    const char *key = item->string;
    const cJSON *child;
    if (cJSON_IsNumber(item)) rao_json_number(ctx, j, key, item->valuedouble);
    else if (cJSON_IsString(item)) rao_json_string(ctx, j, key, item->valuestring);
    else if (cJSON_IsBool(item)) rao_json_bool(ctx, j, key, cJSON_IsTrue(item));
    else if (cJSON_IsNull(item)) rao_json_null(ctx, j, key);
    else {
        if (cJSON_IsObject(item)) rao_json_object(ctx, j, key);
        else rao_json_array(ctx, j, key);
        cJSON_ArrayForEach(child, item) put_tree(ctx, j, child);
        rao_json_end(ctx, j);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    rao_ctx *ctx = fuzz_open();
    rao_json_writer first = {0}, second = {0};
    cJSON *tree = NULL, *again = NULL;
    if (fuzz_read(ctx, rao_json_parse(ctx, "input", data, (int64_t)size, 64, &tree))) {
        put_tree(ctx, &first, tree);
        FUZZ_REQUIRE(rao_json_line(ctx, &first, NULL) == RAO_OK);
        FUZZ_REQUIRE(rao_json_parse(ctx, "input", first.text.data, first.text.length, 64, &again) == RAO_OK);
        put_tree(ctx, &second, again);
        FUZZ_REQUIRE(rao_json_line(ctx, &second, NULL) == RAO_OK && strcmp(first.text.data, second.text.data) == 0);
    }
    rao_json_free(&again);
    rao_json_free(&tree);
    rao_json_writer_destroy(&second);
    rao_json_writer_destroy(&first);
    fuzz_close(ctx, size, 100);
    return 0;
}
