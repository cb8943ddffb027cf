/* dense.c - y = W [x; 1], W = [weight bias], out x (in + 1).
 *
 * forward  Y = [X 1] W^T                 2 n out (in + 1) flops
 * vjp      X' = G weight, W' = G^T [X 1] as much each
 * jvp      D = [X 1] Wd^T + Xd weight^T
 * hvp      d/dt of the vjp: H weight + G weight_d, and H^T [X 1] + G^T [Xd 0]
 * factors  the gradient of a case is g a^T with a = [x; 1]: OUTER
 *
 * Across (across.h) the same with every matrix of cases turned: Y = W [X; 1], X' = weight^T G, W' = G [X; 1]^T. */
#include "graph/operation.h"

#include "backend/backend.h"

/* W without its bias column. */
static rao_mat weight_of(rao_mat w) {
    w.cols -= 1;
    return w;
}

static rao_status forward(const op_call *c) {
    rao_mat x = node_view_1(c, &c->x, c->x.v), y = node_view(c, &c->y, c->y.v);
    if (c->across) return rao_wide_product(c->ctx, rao_backend_default(), RAO_N, &c->w.v, &x, &y);
    return rao_gemm(c->ctx, RAO_N, RAO_T, 1, &x, &c->w.v, 0, &y);
}

/* W' = beta W' + G^T X */
static rao_status add_outer(const op_call *c, rao_mat *into, double beta, void *g, void *x) {
    rao_mat gv = node_view(c, &c->y, g), xv = node_view_1(c, &c->x, x);
    if (c->across) return rao_deep_product(c->ctx, rao_backend_default(), &gv, &xv, beta, into);
    return rao_gemm(c->ctx, RAO_T, RAO_N, 1, &gv, &xv, beta, into);
}

/* X' = beta X' + G weight; across beta is 0: only a vjp runs there */
static rao_status pull_back(const op_call *c, void *into, double beta, void *g, rao_mat w) {
    rao_mat gv = node_view(c, &c->y, g), out = node_view(c, &c->x, into), weight = weight_of(w);
    if (c->across) return rao_wide_product(c->ctx, rao_backend_default(), RAO_T, &weight, &gv, &out);
    return rao_gemm(c->ctx, RAO_N, RAO_N, 1, &gv, &weight, beta, &out);
}

static rao_status vjp(const op_call *c) {
    rao_status st = RAO_OK;
    rao_mat into = c->w.g;
    if (into.data) RAO_TRY(add_outer(c, &into, c->beta, c->y.g, c->x.v));
    if (c->x.g) RAO_TRY(pull_back(c, c->x.g, 0, c->y.g, c->w.v));
done:
    return st;
}

static rao_status jvp(const op_call *c) {
    rao_status st = RAO_OK;
    rao_mat x = node_view_1(c, &c->x, c->x.v), y = node_view(c, &c->y, c->y.d);
    RAO_TRY(rao_gemm(c->ctx, RAO_N, RAO_T, 1, &x, &c->w.d, 0, &y));
    if (c->x.d) {
        rao_mat xd = node_view(c, &c->x, c->x.d), weight = weight_of(c->w.v);
        RAO_TRY(rao_gemm(c->ctx, RAO_N, RAO_T, 1, &xd, &weight, 1, &y));
    }
done:
    return st;
}

static rao_status hvp(const op_call *c) {
    rao_status st = RAO_OK;
    rao_mat into = c->w.h;
    RAO_TRY(add_outer(c, &into, c->beta, c->y.h, c->x.v));
    if (c->x.d) RAO_TRY(add_outer(c, &into, 1, c->y.g, c->x.d));
    if (c->x.h) {
        RAO_TRY(pull_back(c, c->x.h, 0, c->y.h, c->w.v));
        RAO_TRY(pull_back(c, c->x.h, 1, c->y.g, c->w.d));
    }
done:
    return st;
}

const rao_operation rao_operation_dense = {
    .name = "dense", .factors = RAO_FACTOR_OUTER, .forward = forward, .vjp = vjp, .jvp = jvp, .hvp = hvp};
