/* model.c - a model from one line of text: mlp:IN-HIDDEN-...-OUT:ACTIVATION[:HEAD]. */
#include "nn/model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAYERS_MAX = 64, WORD_MAX = 32 };
static const int64_t WIDTH_MAX = 1 << 24;

static const char form[] = "mlp:IN-HIDDEN-...-OUT:ACTIVATION[:HEAD], for example mlp:64-32-10:tanh";

/* Cuts the word before `stop` (or the end) out of *at and steps over it. 0: longer than a word may be. */
static int cut(const char **at, char stop, char word[WORD_MAX]) {
    const char *end = strchr(*at, stop);
    size_t length = end ? (size_t)(end - *at) : strlen(*at);
    if (length >= WORD_MAX) return 0;
    memcpy(word, *at, length);
    word[length] = 0;
    *at += length + (end != NULL);
    return 1;
}

static rao_status read_widths(rao_ctx *ctx, const char *spec, const char *at, const char *end, int64_t width[LAYERS_MAX], int *count) {
    for (*count = 0; at < end; ++*count) {
        char *stop;
        if (*count == LAYERS_MAX) return rao_fail(ctx, RAO_EINVAL, "model %s: more than %d widths", spec, LAYERS_MAX);
        errno = 0;
        int64_t w = *at >= '0' && *at <= '9' ? strtoll(at, &stop, 10) : (stop = (char *)at, 0);
        if (w < 1 || w > WIDTH_MAX || errno || (stop != end && *stop != '-') || stop + 1 == end)
            return rao_fail(ctx, RAO_EINVAL, "model %s: width %d is not a whole number in 1..%lld, want %s", spec, *count + 1,
                            (long long)WIDTH_MAX, form);
        width[*count] = w;
        at = stop + 1;
    }
    return *count >= 2 ? RAO_OK : rao_fail(ctx, RAO_EINVAL, "model %s: one width, want an input and an output at least: %s", spec, form);
}

static rao_status build(rao_ctx *ctx, rao_graph *graph, const int64_t *width, int count, rao_activation activation) {
    rao_status st = RAO_OK;
    RAO_TRY(rao_graph_input(ctx, graph, width[0]));
    for (int l = 1; l < count; l++) {
        char name[16];
        snprintf(name, sizeof name, "%d", l - 1);
        RAO_TRY(rao_graph_dense(ctx, graph, width[l], name));
        if (l < count - 1 && activation != RAO_IDENTITY) RAO_TRY(rao_graph_activation(ctx, graph, activation));
    }
done:
    return st;
}

/* The coordinates of an observation that a head of `outputs` columns speaks about. */
static rao_status make_head(rao_ctx *ctx, const char *spec, const char *name, int64_t outputs, rao_head **head) {
    int pairs = !strcmp(name, "normal.mu_logvar");
    if (pairs && outputs % 2)
        return rao_fail(ctx, RAO_EINVAL,
                        "model %s: head normal.mu_logvar has a mean and a log variance each coordinate, but there are %lld outputs", spec,
                        (long long)outputs);
    return rao_head_create(ctx, name, pairs ? outputs / 2 : outputs, head);
}

static rao_status hold_against(rao_ctx *ctx, const rao_model *m, const rao_dataset *data) {
    int64_t in = rao_graph_inputs(m->graph), classes = rao_dataset_classes(data), targets = rao_dataset_targets(data);
    if (in != rao_dataset_inputs(data))
        return rao_fail(ctx, RAO_EINVAL, "model %s has %lld inputs, but the data has %lld columns", m->spec.data, (long long)in,
                        (long long)rao_dataset_inputs(data));
    if (rao_head_is_classifier(m->head) && !classes)
        return rao_fail(ctx, RAO_EINVAL, "model %s classifies, but the data has real targets", m->spec.data);
    if (rao_head_is_classifier(m->head) && classes > rao_head_outputs(m->head))
        return rao_fail(ctx, RAO_EINVAL, "model %s has %lld classes, but the data has %lld", m->spec.data,
                        (long long)rao_head_outputs(m->head), (long long)classes);
    if (rao_head_targets(m->head) != targets)
        return rao_fail(ctx, RAO_EINVAL, "model %s observes %lld columns, but the data has %lld targets", m->spec.data,
                        (long long)rao_head_targets(m->head), (long long)targets);
    return RAO_OK;
}

rao_status rao_model_create(rao_ctx *ctx, const char *spec, const rao_dataset *data, rao_dtype dtype, rao_model **model) {
    rao_status st = RAO_OK;
    rao_model *m = NULL;
    char kind[WORD_MAX], activation[WORD_MAX];
    int64_t width[LAYERS_MAX];
    int count = 0;
    const char *at = spec, *widths;

    RAO_TRY(rao_alloc(ctx, 1, &m));
    if (!cut(&at, ':', kind) || strcmp(kind, "mlp")) {
        st = rao_fail(ctx, RAO_EINVAL, "model %s: want %s", spec, form);
        goto done;
    }
    widths = at;
    at += strcspn(at, ":");
    RAO_TRY(read_widths(ctx, spec, widths, at, width, &count));
    at += *at == ':';
    if (!cut(&at, ':', activation) || !*activation) {
        st = rao_fail(ctx, RAO_EINVAL, "model %s: no activation, want %s", spec, form);
        goto done;
    }
    if (!*at && at[-1] == ':') {
        st = rao_fail(ctx, RAO_EINVAL, "model %s: nothing stands behind the last ':', want %s", spec, form);
        goto done;
    }
    RAO_TRY(rao_activation_find(ctx, activation, &m->activation));

    const char *head = *at ? at : data && rao_dataset_classes(data) ? "categorical" : data ? "normal" : NULL;
    if (!head) {
        st = rao_fail(ctx, RAO_EINVAL, "model %s: without data the head must be named, want %s", spec, form);
        goto done;
    }
    RAO_TRY(rao_graph_create(ctx, dtype, &m->graph));
    RAO_TRY(build(ctx, m->graph, width, count, m->activation));
    RAO_TRY(make_head(ctx, spec, head, width[count - 1], &m->head));
    RAO_TRY(rao_text_printf(ctx, &m->spec, "mlp:%.*s:%s:%s", (int)strcspn(widths, ":"), widths, activation, rao_head_name(m->head)));
    if (data) RAO_TRY(hold_against(ctx, m, data));
    *model = m;
    m = NULL;
done:
    rao_model_destroy(&m);
    return st;
}

void rao_model_destroy(rao_model **model) {
    if (!model || !*model) return;
    rao_graph_destroy(&(*model)->graph);
    rao_head_destroy(&(*model)->head);
    rao_text_destroy(&(*model)->spec);
    rao_free(model);
}

const char *rao_model_spec(const rao_model *m) { return m->spec.data; }
const rao_graph *rao_model_graph(const rao_model *m) { return m->graph; }
const rao_head *rao_model_head(const rao_model *m) { return m->head; }
rao_dtype rao_model_dtype(const rao_model *m) { return rao_graph_dtype(m->graph); }
int64_t rao_model_size(const rao_model *m) { return rao_graph_size(m->graph); }
