/* fuzz_number.c - rao_parse_double on any text: strtod agrees wherever a number is accepted, and the number printed reads back. */
#include <math.h>

#include "fuzz_io.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static char text[4096];
    if (size >= sizeof text) return 0;
    memcpy(text, data, size);
    text[size] = 0;
    double value = 7, back = 0;
    char *end;
    rao_status st = rao_parse_double(NULL, (const char *)data, (int64_t)size, &value);
    double want = strtod(text, &end);
    FUZZ_REQUIRE(st == RAO_OK || st == RAO_EINVAL || st == RAO_EDOMAIN);
    FUZZ_REQUIRE(st == RAO_OK || value == 7);
    if (st != RAO_EINVAL) FUZZ_REQUIRE(end == text + size && size > 0);
    if (st == RAO_EDOMAIN) FUZZ_REQUIRE(isinf(want));
    if (st == RAO_OK) {
        FUZZ_REQUIRE(isnan(value) ? isnan(want) : memcmp(&value, &want, sizeof want) == 0);
        int n = rao_format_double(value, text);
        FUZZ_REQUIRE(rao_parse_double(NULL, text, n, &back) == RAO_OK);
        FUZZ_REQUIRE(isnan(value) ? isnan(back) : memcmp(&value, &back, sizeof back) == 0);
    }
    return 0;
}
