/* utf8.c - one character of UTF-8 (RFC 3629), and which of them JSON's strings take as they are. */
#include "io/bytes.h"

#define NONE 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
#define ALL 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1
#define ALL_BUT_QUOTE 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1
#define ALL_BUT_BACKSLASH 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1
const unsigned char io_plain[256] = {NONE, NONE, ALL_BUT_QUOTE, ALL, ALL, ALL_BUT_BACKSLASH, ALL, ALL};

int io_utf8_length(const unsigned char *p, const unsigned char *end) {
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (*p < 0x80) return 1;
    int length = *p >> 5 == 6 ? 2 : *p >> 4 == 14 ? 3 : *p >> 3 == 30 ? 4 : 0;
    if (length == 0 || end - p < length) return 0;
    uint32_t code = *p & (0xFFu >> (length + 1));
    for (int i = 1; i < length; i++) {
        if (p[i] >> 6 != 2) return 0;
        code = code << 6 | (p[i] & 63);
    }
    return code < smallest[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF) ? 0 : length;
}

int io_is_utf8(const char *string) {
    const unsigned char *p = (const unsigned char *)string, *end = p + strlen(string);
    while (p < end) {
        int length = io_utf8_length(p, end);
        if (!length) return 0;
        p += length;
    }
    return 1;
}
