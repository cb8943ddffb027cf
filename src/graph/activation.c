/* activation.c - y = f(x), entry by entry: identity, relu, tanh, logistic, softplus, gelu.
 *
 * All but gelu find their derivatives from y alone and so write it over x. relu' = 0 at the kink. */
#include "graph/operation.h"

#include <string.h>

#include "backend/backend.h"

static const char *const names[RAO_ACTIVATIONS] = {"identity", "relu", "tanh", "logistic", "softplus", "gelu"};

const char *rao_activation_name(rao_activation kind) { return (unsigned)kind < RAO_ACTIVATIONS ? names[kind] : "?"; }

rao_status rao_activation_find(rao_ctx *ctx, const char *name, rao_activation *kind) {
    for (int i = 0; i < RAO_ACTIVATIONS; i++)
        if (!strcmp(name, names[i])) return *kind = (rao_activation)i, RAO_OK;
    const char *near = rao_nearest(name, names, RAO_ACTIVATIONS, sizeof *names);
    if (near) return rao_fail(ctx, RAO_EINVAL, "activation '%s' is unknown, did you mean '%s'?", name, near);
    return rao_fail(ctx, RAO_EINVAL, "activation '%s' is unknown, want one of identity, relu, tanh, logistic, softplus, gelu", name);
}

static int in_place(rao_activation kind) { return !rao_act_needs_input(kind); }

static rao_status forward(const op_call *c) {
    rao_mat x = node_view(c, &c->x, c->x.v), y = node_view(c, &c->y, c->y.v);
    return rao_act_forward(c->ctx, rao_backend_default(), c->activation, &x, &y);
}

/* out = in f': a cotangent pulled back, a tangent pushed forward. */
static rao_status derivative(const op_call *c, void *in, void *out) {
    rao_mat x = node_view(c, &c->x, c->x.v), y = node_view(c, &c->y, c->y.v), from = node_view(c, &c->y, in),
            into = node_view(c, &c->y, out);
    return rao_act_backward(c->ctx, rao_backend_default(), c->activation, &x, &y, &from, &into);
}

static rao_status vjp(const op_call *c) { return c->x.g ? derivative(c, c->y.g, c->x.g) : RAO_OK; }

static rao_status jvp(const op_call *c) {
    rao_mat y = node_view(c, &c->y, c->y.d);
    return c->x.d ? derivative(c, c->x.d, c->y.d) : rao_fill(c->ctx, rao_backend_default(), 0, &y);
}

static rao_status hvp(const op_call *c) {
    if (!c->x.h) return RAO_OK;
    rao_mat x = node_view(c, &c->x, c->x.v), y = node_view(c, &c->y, c->y.v), d = node_view(c, &c->x, c->x.d);
    rao_mat g = node_view(c, &c->y, c->y.g), h = node_view(c, &c->y, c->y.h), out = node_view(c, &c->x, c->x.h);
    return rao_act_second(c->ctx, rao_backend_default(), c->activation, &x, &y, c->x.d ? &d : NULL, &g, &h, &out);
}

const rao_operation rao_operation_activation = {
    .name = "activation", .entrywise = 1, .in_place = in_place, .forward = forward, .vjp = vjp, .jvp = jvp, .hvp = hvp};
