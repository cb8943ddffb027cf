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

/* The backend numbers the activations as this header does. */
_Static_assert((int)RAO_IDENTITY == (int)RAO_ACT_IDENTITY && (int)RAO_RELU == (int)RAO_ACT_RELU && (int)RAO_TANH == (int)RAO_ACT_TANH &&
                   (int)RAO_LOGISTIC == (int)RAO_ACT_LOGISTIC && (int)RAO_SOFTPLUS == (int)RAO_ACT_SOFTPLUS &&
                   (int)RAO_GELU == (int)RAO_ACT_GELU && (int)RAO_ACTIVATIONS == (int)RAO_ACTS,
               "one numbering");
static rao_act act(const op_call *c) { return (rao_act)c->activation; }

static int in_place(rao_activation kind) { return !rao_act_needs_input((rao_act)kind); }

static rao_status forward(const op_call *c) {
    rao_mat x = node_view(c, &c->x, c->x.v), y = node_view(c, &c->y, c->y.v);
    return rao_act_forward(c->ctx, rao_backend_default(), act(c), &x, &y);
}

/* out = in f': a cotangent pulled back or a tangent pushed forward. */
static rao_status derivative(const op_call *c, void *in, void *out) {
    rao_mat x = node_view(c, &c->x, c->x.v), y = node_view(c, &c->y, c->y.v), from = node_view(c, &c->y, in), to = node_view(c, &c->x, out);
    return rao_act_backward(c->ctx, rao_backend_default(), act(c), &x, &y, &from, &to);
}

static rao_status vjp(const op_call *c) { return c->x.g ? derivative(c, c->y.g, c->x.g) : RAO_OK; }

static rao_status jvp(const op_call *c) {
    if (c->x.d) return derivative(c, c->x.d, c->y.d);
    memset(c->y.d, 0, (size_t)(c->n * c->y.ld) * rao_dtype_size(c->dtype));
    return RAO_OK;
}

static rao_status hvp(const op_call *c) {
    if (!c->x.h) return RAO_OK;
    rao_mat x = node_view(c, &c->x, c->x.v), y = node_view(c, &c->y, c->y.v), xdot = node_view(c, &c->x, c->x.d),
            dy = node_view(c, &c->y, c->y.g);
    rao_mat dydot = node_view(c, &c->y, c->y.h), out = node_view(c, &c->x, c->x.h);
    return rao_act_second(c->ctx, rao_backend_default(), act(c), &x, &y, c->x.d ? &xdot : NULL, &dy, &dydot, &out);
}

const rao_operation rao_operation_activation = {
    .name = "activation", .entrywise = 1, .in_place = in_place, .forward = forward, .vjp = vjp, .jvp = jvp, .hvp = hvp};
