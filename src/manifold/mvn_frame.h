/* mvn_frame.h - a pair of multivariate normals, or a point and a velocity, in the frame with S_p = I, m_p = 0 and the shift of the means along the first
 * axis. */
#ifndef RAO_MANIFOLD_MVN_FRAME_H
#define RAO_MANIFOLD_MVN_FRAME_H

#include "manifold/cone.h"

/* Arrays are scratch of the caller. */
typedef struct mvn_frame {
    int64_t d, first; /* 1 where there is a shift, 0 where the cone is everything */
    double gap;       /* length of the shift */
    double *shift;    /* whitened */
    double *axis;     /* of the reflection that takes the shift to the first axis, unit length */
    double *a, *m;    /* K (S_q - S_p) K^T; K S_q K^T; reflected */
    double *root;     /* m = root root^T */
} mvn_frame;

rao_status rao_mvn_frame(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, mvn_frame *r);
/* The first axis becomes the shift's, however small it is beside the rest. */
void rao_mvn_frame_aim(mvn_frame *r);
/* x := H x H, H = I - 2 axis axis^T. */
void rao_mvn_reflect(const mvn_frame *r, double *x);
/* A velocity of chart 0 at p into x (d) and m (d x d) of the frame, and back. */
rao_status rao_mvn_enter(rao_ctx *ctx, const rao_family *f, const mvn_frame *r, const double *p, const double *velocity, double *x,
                         double *m);
/* Destroys x and m. */
rao_status rao_mvn_leave(rao_ctx *ctx, const rao_family *f, const mvn_frame *r, const double *p, double *x, double *m, double *velocity);
/* The same of a vector; destroys x. */
void rao_mvn_leave_vector(const rao_family *f, const mvn_frame *r, const double *p, double *x, double *out);

#endif
