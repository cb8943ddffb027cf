/* mvn_lift.h - normals as the quotient of a symmetric space by skew matrices. */
#ifndef RAO_MANIFOLD_MVN_LIFT_H
#define RAO_MANIFOLD_MVN_LIFT_H

#include "manifold/mvn_frame.h"

/* N(gap e_1, S) seen from N(0, I), lifted to the place C of its fibre. Matrices are d x d where nothing else is said; scratch of the caller. */
typedef struct mvn_lift {
    int64_t d;
    double shift;
    double *root, *rise;        /* R lower triangular, S^-1 = R R^T; (S - I) R */
    double *c;                  /* C, skew */
    double *u, *z, *v;          /* sinh: U diag(sinh z) V^T, U (d + 1) x (d + 1) */
    double *right;              /* W of the cosh, W diag(cosh z) V^T */
    double *left, *back;        /* (d + 1) x d, and R V / cosh z: a change dC moves tanh by left dC back in these bases */
    double *own, *cross, *last; /* divided differences of z = artanh: of an entry, of its mirror image; of the last row (d) */
    double *velocity;           /* Z, (d + 1) x d: 2 z in the bases U, W */
    double *basis, *stiff;      /* the preconditioner: eigenvectors behind the first axis, and a diagonal between them */
    double *one, *two;          /* work, (d + 1) x d */
} mvn_lift;

/* For the pair of a frame with a shift, at C = 0. ENUMERIC: S has lost its definiteness to rounding. */
rao_status rao_mvn_lift_open(rao_ctx *ctx, const rao_family *f, const mvn_frame *r, mvn_lift *l);
/* What belongs to C, after a change of it. */
rao_status rao_mvn_lift_place(rao_ctx *ctx, mvn_lift *l);
/* The squared distance in the symmetric space, 2 sum z^2. */
double rao_mvn_lift_square(const mvn_lift *l);
/* g = skew part of Z's square: the gradient of that, <g, dC>. */
void rao_mvn_lift_gradient(const mvn_lift *l, double *g);
/* dZ ((d + 1) x d) of a skew dC. Its square's skew part is the Hessian's product. */
rao_status rao_mvn_lift_bend(rao_ctx *ctx, const mvn_lift *l, const double *dc, double *dz);
/* x = M^-1 g, both skew: the inverse Hessian of the pair whose S is diagonal in the preconditioner's basis. */
rao_status rao_mvn_lift_precondition(rao_ctx *ctx, const mvn_lift *l, const double *g, double *x);

#endif
