/* xml_check.h - a small checker of well-formed XML: tags nest, attributes are quoted and unique, entities are known, text is UTF-8 without
 * control characters, ids are unique. Shares no code with the writer. Says what is wrong and where, or returns NULL. */
#ifndef RAO_TEST_XML_CHECK_H
#define RAO_TEST_XML_CHECK_H

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { XML_DEPTH = 64, XML_IDS = 4096 };

typedef struct xml_state {
    const char *at, *error;
    const char *open[XML_DEPTH];
    int lengths[XML_DEPTH], depth, elements;
    const char *ids[XML_IDS];
    int id_lengths[XML_IDS], id_count;
} xml_state;

static inline int xml_name_length(const char *p) {
    int n = 0;
    while (isalnum((unsigned char)p[n]) || p[n] == '-' || p[n] == '_' || p[n] == ':') n++;
    return n;
}

static inline int xml_entity_length(const char *p) {
    static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    for (int i = 0; i < 5; i++)
        if (strncmp(p, known[i], strlen(known[i])) == 0) return (int)strlen(known[i]);
    return 0;
}

/* Bytes of one character of text, 0 when it is none. */
static inline int xml_character_length(const char *text) {
    const unsigned char *p = (const unsigned char *)text;
    if (p[0] < 0x80) return p[0] >= 0x20 || p[0] == '\n' || p[0] == '\t' ? 1 : 0;
    int n = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : p[0] >= 0xC2 ? 2 : 0;
    for (int i = 1; i < n; i++)
        if ((p[i] & 0xC0) != 0x80) return 0;
    if (n == 2 && p[0] == 0xC2 && p[1] < 0xA0) return 0;                  /* C1 controls */
    if (n == 3 && p[0] == 0xEF && p[1] == 0xBF && p[2] >= 0xBE) return 0; /* FFFE, FFFF */
    if (n == 3 && ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] >= 0xA0))) return 0;
    if (n == 4 && ((p[0] == 0xF0 && p[1] < 0x90) || p[0] > 0xF4 || (p[0] == 0xF4 && p[1] >= 0x90))) return 0;
    return n;
}

static inline int xml_fail(xml_state *x, const char *error) {
    if (!x->error) x->error = error;
    return 0;
}

/* Text up to `stop` (or the end). */
static inline int xml_text(xml_state *x, char stop) {
    while (*x->at && *x->at != stop) {
        int n = *x->at == '&' ? xml_entity_length(x->at) : *x->at == '<' ? 0 : xml_character_length(x->at);
        if (!n) return xml_fail(x, "a character that may not stand in text");
        x->at += n;
    }
    return *x->at == stop || stop == '<' ? 1 : xml_fail(x, "an open end");
}

static inline int xml_id(xml_state *x, const char *id, int length) {
    for (int i = 0; i < x->id_count; i++)
        if (x->id_lengths[i] == length && memcmp(x->ids[i], id, (size_t)length) == 0) return xml_fail(x, "an id that stands twice");
    if (x->id_count == XML_IDS) return xml_fail(x, "too many ids for this checker");
    x->ids[x->id_count] = id, x->id_lengths[x->id_count++] = length;
    return 1;
}

static inline int xml_attributes(xml_state *x) {
    const char *names[32];
    int lengths[32], count = 0;
    while (*x->at == ' ') {
        x->at++;
        int n = xml_name_length(x->at);
        if (!n || count == 32) return xml_fail(x, "no attribute name");
        for (int i = 0; i < count; i++)
            if (lengths[i] == n && memcmp(names[i], x->at, (size_t)n) == 0) return xml_fail(x, "an attribute twice");
        names[count] = x->at, lengths[count++] = n;
        int is_id = n == 2 && memcmp(x->at, "id", 2) == 0;
        x->at += n;
        if (x->at[0] != '=' || (x->at[1] != '\'' && x->at[1] != '"')) return xml_fail(x, "an attribute without a quoted value");
        char quote = x->at[1];
        const char *value = x->at += 2;
        if (!xml_text(x, quote)) return 0;
        if (is_id && !xml_id(x, value, (int)(x->at - value))) return 0;
        x->at++;
    }
    return 1;
}

static inline int xml_tag(xml_state *x) {
    int closing = x->at[1] == '/';
    x->at += 1 + closing;
    const char *name = x->at;
    int n = xml_name_length(name);
    if (!n) return xml_fail(x, "no tag name");
    x->at += n;
    if (closing) {
        if (x->depth == 0 || x->lengths[x->depth - 1] != n || memcmp(x->open[x->depth - 1], name, (size_t)n) != 0)
            return xml_fail(x, "a closing tag that does not match");
        x->depth--;
        return *x->at++ == '>' ? 1 : xml_fail(x, "a closing tag with more than a name");
    }
    x->elements++;
    if (!xml_attributes(x)) return 0;
    if (x->at[0] == '/' && x->at[1] == '>') return x->at += 2, 1;
    if (*x->at++ != '>') return xml_fail(x, "a tag that does not end");
    if (x->depth == XML_DEPTH) return xml_fail(x, "too deep for this checker");
    x->open[x->depth] = name, x->lengths[x->depth++] = n;
    return 1;
}

static inline const char *xml_error(const char *document) {
    static char sentence[256];
    static xml_state x;
    memset(&x, 0, sizeof x);
    x.at = document;
    if (strncmp(x.at, "<!DOCTYPE html>", 15) == 0) x.at += 15;
    while (*x.at && !x.error) {
        if (*x.at == '<') xml_tag(&x);
        else if (xml_text(&x, '<') && x.depth == 0 && *x.at) { /* only line ends outside */ }
    }
    if (!x.error && x.depth) x.error = "an element that is not closed";
    if (!x.error && !x.elements) x.error = "no element";
    if (!x.error) return NULL;
    snprintf(sentence, sizeof sentence, "%s at byte %ld: %.60s", x.error, (long)(x.at - document), x.at);
    return sentence;
}

#define EXPECT_XML(document)                                            \
    do {                                                                \
        const char *xml_said_ = xml_error(document);                    \
        if (xml_said_) print_error("not well-formed: %s\n", xml_said_); \
        EXPECT_TRUE(!xml_said_);                                        \
    } while (0)

#endif
