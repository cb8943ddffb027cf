/* activation.c - y = f(x), entry by entry: identity, relu, tanh, logistic, softplus, gelu.
 *
 * All but gelu find their derivatives from y alone and so write it over x. relu' = 0 at the kink. */
#include "graph/operation.h"

#include <math.h>
#include <string.h>

static const char *const names[RAO_ACTIVATIONS] = {"identity", "relu", "tanh", "logistic", "softplus", "gelu"};

const char *rao_activation_name(rao_activation kind) { return (unsigned)kind < RAO_ACTIVATIONS ? names[kind] : "?"; }

rao_status rao_activation_find(rao_ctx *ctx, const char *name, rao_activation *kind) {
    for (int i = 0; i < RAO_ACTIVATIONS; i++)
        if (!strcmp(name, names[i])) return *kind = (rao_activation)i, RAO_OK;
    const char *near = rao_nearest(name, names, RAO_ACTIVATIONS, sizeof *names);
    if (near) return rao_fail(ctx, RAO_EINVAL, "activation '%s' is unknown, did you mean '%s'?", name, near);
    return rao_fail(ctx, RAO_EINVAL, "activation '%s' is unknown, want one of identity, relu, tanh, logistic, softplus, gelu", name);
}

#define T float
#define NAME(x) x##_f32
#define M(function) function##f
#include "graph/activation_tmpl.h"
#undef T
#undef NAME
#undef M
#define T double
#define NAME(x) x##_f64
#define M(function) function
#include "graph/activation_tmpl.h"

static int in_place(rao_activation kind) { return kind != RAO_GELU; }

static rao_status forward(const op_call *c) {
    if (c->dtype == RAO_F64) forward_f64(c);
    else forward_f32(c);
    return RAO_OK;
}

static void derivative(const op_call *c, const void *in, void *out) {
    if (c->dtype == RAO_F64) derivative_f64(c, in, out);
    else derivative_f32(c, in, out);
}

static rao_status vjp(const op_call *c) {
    if (c->x.g) derivative(c, c->y.g, c->x.g);
    return RAO_OK;
}

static rao_status jvp(const op_call *c) {
    if (c->x.d) derivative(c, c->x.d, c->y.d);
    else memset(c->y.d, 0, (size_t)(c->n * c->y.ld) * rao_dtype_size(c->dtype));
    return RAO_OK;
}

static rao_status hvp(const op_call *c) {
    if (!c->x.h) return RAO_OK;
    if (c->dtype == RAO_F64) derivative2_f64(c);
    else derivative2_f32(c);
    return RAO_OK;
}

const rao_operation rao_operation_activation = {
    .name = "activation", .entrywise = 1, .in_place = in_place, .forward = forward, .vjp = vjp, .jvp = jvp, .hvp = hvp};
