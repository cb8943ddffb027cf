/* mvn_way.c - the geodesic between two normals as the least squared length over the fibre of q (mvn_lift.c), by Newton's method.
 *
 * It starts at C = 0, where sum log cosh z = log det(I + Q) + const is least. Steps come from conjugate gradients on the exact Hessian, preconditioned, so d may be
 * in the hundreds; three to six of them are usual, however far the points are. What is left of the gradient changes the length in second order only. */
#include "manifold/mvn_way.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "family/generic.h"
#include "manifold/mvn_exp.h"
#include "manifold/mvn_lift.h"

enum { STEPS = 60, HALVINGS = 30, PRODUCTS = 500 };

typedef struct search {
    mvn_lift l;
    int64_t n;                       /* d^2 */
    double *g, *step, *before;       /* the gradient, Newton's step, C before it */
    double *rest, *along, *z, *bent; /* conjugate gradients */
    double square, steep;            /* 2 sum z^2, |g| */
    double move, drop;               /* |dZ| and g . step of the last step at its beginning */
} search;

static double dot(int64_t n, const double *a, const double *b) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

static void look(search *s) {
    s->square = rao_mvn_lift_square(&s->l);
    rao_mvn_lift_gradient(&s->l, s->g);
    s->steep = rao_frobenius(s->n, s->g);
}

static rao_status open(rao_ctx *ctx, const rao_family *f, const mvn_frame *r, search *s) {
    rao_status st;
    double **arrays[] = {&s->g, &s->step, &s->before, &s->rest, &s->along, &s->z};
    s->n = r->d * r->d;
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) RAO_TRY(rao_scratch(ctx, s->n, arrays[i]));
    RAO_TRY(rao_scratch(ctx, s->n + r->d, &s->bent));
    RAO_TRY(rao_mvn_lift_open(ctx, f, r, &s->l));
    look(s);
done:
    return st;
}

/* out = H dC */
static rao_status hessian(rao_ctx *ctx, search *s, const double *dc, double *out) {
    int64_t d = s->l.d;
    RAO_OR_RETURN(rao_mvn_lift_bend(ctx, &s->l, dc, s->bent));
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) out[i * d + j] = 0.5 * (s->bent[i * d + j] - s->bent[j * d + i]);
    return RAO_OK;
}

/* step = -H^-1 g to the relative accuracy `tol` in the preconditioner's norm, or as far as H is positive. */
static rao_status aim(rao_ctx *ctx, search *s, double tol) {
    int64_t n = s->n;
    for (int64_t i = 0; i < n; i++) s->step[i] = 0, s->rest[i] = -s->g[i];
    RAO_OR_RETURN(rao_mvn_lift_precondition(ctx, &s->l, s->rest, s->along));
    double size = dot(n, s->rest, s->along), enough = tol * tol * size;
    for (int k = 0; k < PRODUCTS && size > enough; k++) {
        if (rao_ctx_cancelled(ctx)) return rao_fail(ctx, RAO_ENUMERIC, "mvn: cancelled in the search for a geodesic");
        RAO_OR_RETURN(hessian(ctx, s, s->along, s->z));
        double curvature = dot(n, s->along, s->z);
        if (!(curvature > 0)) {
            if (k == 0) memcpy(s->step, s->along, sizeof *s->step * (size_t)n);
            break;
        }
        for (int64_t i = 0; i < n; i++) s->step[i] += size / curvature * s->along[i], s->rest[i] -= size / curvature * s->z[i];
        RAO_OR_RETURN(rao_mvn_lift_precondition(ctx, &s->l, s->rest, s->bent));
        double next = dot(n, s->rest, s->bent);
        for (int64_t i = 0; i < n; i++) s->along[i] = s->bent[i] + next / size * s->along[i];
        size = next;
    }
    RAO_OR_RETURN(rao_mvn_lift_bend(ctx, &s->l, s->step, s->bent));
    s->move = rao_frobenius(n + s->l.d, s->bent);
    s->drop = fabs(dot(n, s->g, s->step));
    return RAO_OK;
}

static rao_status try(rao_ctx *ctx, search *s, double part, double *square) {
    for (int64_t i = 0; i < s->n; i++) s->l.c[i] = s->before[i] + part * s->step[i];
    RAO_OR_RETURN(rao_mvn_lift_place(ctx, &s->l));
    *square = rao_mvn_lift_square(&s->l);
    return RAO_OK;
}

/* The step, halved until the length does not grow, or doubled while it falls as on a straight line: where rounding is in the Hessian. *fall: of the square;
 * 0 where no part of the step helps. */
static rao_status go(rao_ctx *ctx, search *s, double *fall) {
    double start = s->square, part = 1, square, next;
    memcpy(s->before, s->l.c, sizeof *s->before * (size_t)s->n);
    RAO_OR_RETURN(try(ctx, s, part, &square));
    for (int k = 0; k < HALVINGS && !(square <= start * (1 + 1e-14)); k++) RAO_OR_RETURN(try(ctx, s, part /= 2, &square));
    int helps = square <= start * (1 + 1e-14), far = part == 1 && s->drop > 1e-12 * start;
    while (far && start - square > 0.75 * part * s->drop && part < 1e9) {
        RAO_OR_RETURN(try(ctx, s, 2 * part, &next));
        far = next < square;
        if (far) part *= 2, square = next;
        else RAO_OR_RETURN(try(ctx, s, part, &square));
    }
    if (!helps) RAO_OR_RETURN(try(ctx, s, 0, &square));
    *fall = helps ? fmax(start - square, 0) : 0;
    look(s);
    return RAO_OK;
}

/* Until a step begins where Newton's method squares what is left, or rounding is all that is. */
static rao_status descend(rao_ctx *ctx, search *s, mvn_way *w) {
    double whole = rao_frobenius(s->n + s->l.d, s->l.velocity), noise = DBL_EPSILON * whole, left = 0;
    int waited = 0, k = 0;
    for (; k < STEPS && waited < 2 && s->steep > 0; k++) {
        double steep = s->steep, fall;
        RAO_OR_RETURN(aim(ctx, s, fmin(0.1, steep / whole)));
        RAO_OR_RETURN(go(ctx, s, &fall));
        left = fmax(s->steep, noise) / steep; /* what is left of the step: its size goes with the gradient, which has rounding of its own */
        if (s->move <= 1e-8 * whole) break;
        waited = left > 0.5 && fall < 1e-14 * s->square ? waited + 1 : 0;
    }
    w->reached = k < STEPS;
    w->error = sqrt(0.5) * s->move * left + 4 * DBL_EPSILON * whole;
    w->length = sqrt(2) * rao_frobenius(s->l.d, s->l.z);
    w->length_error = 0.25 * s->drop * left * left / w->length + 4 * DBL_EPSILON * w->length;
    return RAO_OK;
}

static rao_status refuse(rao_ctx *ctx, const rao_family *f, const char *what, double known) {
    if (!(known < 0.5))
        return rao_fail(ctx, RAO_ENUMERIC, "%s: the geodesic was not reached; fisher_rao_bounds gives an interval", f->table->info.name);
    return rao_fail(ctx, RAO_ENUMERIC,
                    "%s: the geodesic was not reached, its %s is known to %.1g of itself; fisher_rao_bounds gives an interval",
                    f->table->info.name, what, known);
}

rao_status rao_mvn_way(rao_ctx *ctx, const rao_family *f, const mvn_frame *r, mvn_way *w) {
    rao_status st;
    search s;
    int64_t d = r->d;
    RAO_OR_RETURN(rao_scratch(ctx, d, &w->x));
    RAO_OR_RETURN(rao_scratch(ctx, d * d, &w->b));
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(open(ctx, f, r, &s));
    RAO_TRY(descend(ctx, &s, w));
    if (!(w->reached && w->length_error < 1e-4 * w->length)) RAO_TRY(refuse(ctx, f, "length", w->length_error / w->length));
    w->rate = s.l.z[0] + s.l.z[1];
    for (int64_t i = 0; i < d; i++) {
        w->x[i] = sqrt(0.5) * s.l.velocity[d * d + i];
        for (int64_t j = 0; j < d; j++) w->b[i * d + j] = -0.5 * (s.l.velocity[i * d + j] + s.l.velocity[j * d + i]);
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_mvn_way_length(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *length, rao_quality *quality) {
    rao_status st = RAO_OK;
    mvn_frame r;
    mvn_way w;
    rao_mark mark = rao_scratch_mark(ctx);
    for (int end = 0; end < 2; end++) {
        RAO_TRY(rao_mvn_frame(ctx, f, end ? q : p, end ? p : q, &r));
        rao_mvn_frame_aim(&r);
        st = rao_mvn_way(ctx, f, &r, &w);
        if (st != RAO_ENUMERIC) break;
    }
    if (st == RAO_OK) *length = w.length, *quality = (rao_quality){RAO_ITERATION, w.length_error};
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_mvn_way_velocity(rao_ctx *ctx, const rao_family *f, const mvn_frame *r, mvn_way *w) {
    RAO_OR_RETURN(rao_mvn_way(ctx, f, r, w));
    return w->error < 1e-4 * w->length ? RAO_OK : refuse(ctx, f, "velocity", w->error / w->length);
}

double rao_mvn_scale(const rao_family *f, const double *state) {
    double largest = 0;
    spd s = mvn_cov(f, state);
    for (int64_t i = 0; i < f->d; i++) largest = fmax(largest, s.s[i * (f->d + 1)]);
    return fmax(sqrt(largest), sqrt(2) * largest);
}

rao_status rao_mvn_way_log(rao_ctx *ctx, const rao_family *f, const mvn_frame *r, const double *p, double *velocity, rao_quality *quality) {
    rao_status st;
    mvn_way w;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_mvn_way_velocity(ctx, f, r, &w));
    RAO_TRY(rao_mvn_leave(ctx, f, r, p, w.x, w.b, velocity));
    *quality = (rao_quality){RAO_ITERATION, w.error * rao_mvn_scale(f, p)};
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_mvn_way_point(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double t, double *out,
                             rao_quality *quality) {
    rao_status st;
    const double *from = t < 0.5 ? p : q, *to = t < 0.5 ? q : p;
    double part = t < 0.5 ? t : 1 - t, *velocity;
    mvn_frame r;
    mvn_way w;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->dim, &velocity));
    RAO_TRY(rao_mvn_frame(ctx, f, from, to, &r));
    rao_mvn_frame_aim(&r);
    RAO_TRY(rao_mvn_way_velocity(ctx, f, &r, &w));
    RAO_TRY(rao_mvn_leave(ctx, f, &r, from, w.x, w.b, velocity));
    for (int64_t i = 0; i < f->dim; i++) velocity[i] *= part;
    RAO_TRY(rao_mvn_exp(ctx, f, from, velocity, out, quality));
    *quality = (rao_quality){RAO_ITERATION, w.error * sinh(w.rate * part) / w.rate * rao_mvn_scale(f, out)};
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
