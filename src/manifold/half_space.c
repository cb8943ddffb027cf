/* half_space.c - families whose Fisher metric is (A |dx|^2 + B ds^2)/s^2: hyperbolic of curvature -1/B (C. Atkinson and A. Mitchell 1981,
 * Sankhya A 43; H. Miyamoto et al. 2024, Information Geometry 7). With unit x' = sqrt(A/B) x distances are sqrt(B) times those of the hyperbolic
 * plane (half_plane.c): two points and the vertical between them span one whatever the number of locations. */
#include <math.h>

#include "manifold/geometry.h"

/* One plane of a family: its map, constants, and where plain states keep its locations and its scale. */
typedef struct plane {
    const half_map *map;
    double unit, root_b; /* sqrt(A/B), sqrt(B) */
    int64_t first, count, scale;
} plane;

static int64_t planes(const rao_family *f) { return rao_geometry_of(f)->half->product ? f->d : 1; }

static plane plane_at(const rao_family *f, int64_t k) {
    const half_map *map = rao_geometry_of(f)->half;
    double a, b;
    map->constants(f, &a, &b);
    int64_t count = map->vector ? f->d : 1;
    return (plane){map, sqrt(a / b), sqrt(b), k * count, count, count * planes(f) + k};
}

static double scale_of(const rao_family *f, const plane *h, const double *s) { return h->map->scale ? h->map->scale(f, s) : s[h->scale]; }

/* unit |x(q) - x(p)|, by pairs so that it overflows only when it must. */
static double gap_of(const rao_family *f, const plane *h, const double *p, const double *q) {
    double sum = 0;
    if (h->map->gap) return h->unit * fabs(h->map->gap(f, p, q));
    for (int64_t i = h->first; i < h->first + h->count; i++) sum = hypot(sum, q[i] - p[i]);
    return h->unit * sum;
}

static double rise_of(const rao_family *f, const plane *h, const double *p, const double *q) {
    return h->map->rise ? h->map->rise(f, p, q) : scale_of(f, h, q) - scale_of(f, h, p);
}

static double rho_of(const rao_family *f, const plane *h, const double *p, const double *q) {
    return rao_plane_distance(gap_of(f, h, p, q), rise_of(f, h, p, q), scale_of(f, h, p), scale_of(f, h, q));
}

static rao_status distance(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *d, rao_quality *quality) {
    (void)quality;
    double sum = 0;
    for (int64_t k = 0; k < planes(f); k++) {
        plane h = plane_at(f, k);
        double rho = rho_of(f, &h, p, q);
        if (!(rho < INF))
            return rao_fail(ctx, RAO_EDOMAIN, "%s: the locations differ by more than the largest double", f->table->info.name);
        sum = hypot(sum, h.root_b * rho);
    }
    *d = sum;
    return RAO_OK;
}

static rao_status take_log(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *v, rao_quality *quality) {
    double whole;
    RAO_OR_RETURN(distance(ctx, f, p, q, &whole, quality));
    for (int64_t k = 0; k < planes(f); k++) {
        plane h = plane_at(f, k);
        double along, ds;
        rao_plane_log(gap_of(f, &h, p, q), rise_of(f, &h, p, q), scale_of(f, &h, p), scale_of(f, &h, q), rho_of(f, &h, p, q), &along, &ds);
        if (h.map->pull) {
            h.map->pull(f, p, along * h.map->gap(f, p, q), ds, v);
            continue;
        }
        for (int64_t i = h.first; i < h.first + h.count; i++) v[i] = along * (q[i] - p[i]);
        v[h.scale] = ds;
    }
    return RAO_OK;
}

/* From `base` with the velocity that `v` has there (of chart 0). */
static rao_status take_exp(rao_ctx *ctx, const rao_family *f, const double *base, const double *v, double *out, rao_quality *quality) {
    (void)quality;
    for (int64_t k = 0; k < planes(f); k++) {
        plane h = plane_at(f, k);
        double s = scale_of(f, &h, base), dx = 0, ds = v[h.scale], level = 0, stretch, r;
        if (h.map->push) {
            h.map->push(f, base, v, &dx, &ds);
            level = fabs(dx);
        } else {
            for (int64_t i = h.first; i < h.first + h.count; i++) level = hypot(level, v[i]);
        }
        if (rao_plane_exp(h.unit * (level / s), ds / s, &stretch, &r) || !(s * r > 0 && s * r < INF))
            return rao_fail(ctx, RAO_EDOMAIN, "%s: the geodesic leaves the range of doubles", f->table->info.name);
        if (h.map->move) {
            if (h.map->move(f, base, stretch * dx, s * r, out)) return rao_geometry_left(ctx, f);
            continue;
        }
        for (int64_t i = h.first; i < h.first + h.count; i++) out[i] = base[i] + stretch * v[i];
        out[h.scale] = s * r;
    }
    return RAO_OK;
}

static rao_status between(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double t, double *out) {
    for (int64_t k = 0; k < planes(f); k++) {
        plane h = plane_at(f, k);
        double fraction, rest, scale;
        rao_plane_path(scale_of(f, &h, p), scale_of(f, &h, q), rho_of(f, &h, p, q), t, &fraction, &rest, &scale);
        int near_p = fraction < 0.5;
        if (h.map->move) {
            double gap = h.map->gap(f, p, q);
            if (h.map->move(f, near_p ? p : q, near_p ? gap * fraction : -gap * rest, scale, out)) return rao_geometry_left(ctx, f);
            continue;
        }
        for (int64_t i = h.first; i < h.first + h.count; i++)
            out[i] = near_p ? p[i] + (q[i] - p[i]) * fraction : q[i] - (q[i] - p[i]) * rest;
        out[h.scale] = scale;
    }
    return RAO_OK;
}

static rao_status path(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double t, double *out, rao_quality *quality) {
    double whole;
    RAO_OR_RETURN(distance(ctx, f, p, q, &whole, quality));
    return t >= 0 && t <= 1 ? between(ctx, f, p, q, t, out) : rao_geometry_extend(ctx, f, &rao_space_half, f->dim, p, q, t, out, quality);
}

/* In the plane of the geodesic the angle to it stays; velocities across it grow like the scale. */
static void carry_plane(const rao_family *f, const plane *h, const double *p, const double *q, const double *v, double *out) {
    double s = scale_of(f, h, p), t = scale_of(f, h, q), gap = gap_of(f, h, p, q), dx = 0, ds = v[h->scale], from[2], to[2];
    double place = h->map->gap ? h->map->gap(f, p, q) : 0, sign = place < 0 ? -1 : 1, length = gap / h->unit;
    rao_plane_tangents(gap, rise_of(f, h, p, q), s, t, from, to);
    if (h->map->push) h->map->push(f, p, v, &dx, &ds);
    for (int64_t i = h->first; i < h->first + h->count && !h->map->push && length > 0; i++) dx += v[i] * ((q[i] - p[i]) / length);
    double level = sign * h->unit * (dx / s), up = ds / s, along = level * from[0] + up * from[1], across = level * from[1] - up * from[0];
    double moved = sign * (along * to[0] + across * to[1]) / h->unit * t, risen = (along * to[1] - across * to[0]) * t;
    if (h->map->pull) {
        h->map->pull(f, q, moved, risen, out);
        return;
    }
    for (int64_t i = h->first; i < h->first + h->count; i++) {
        double unit = length > 0 ? (q[i] - p[i]) / length : 0;
        out[i] = unit * moved + (v[i] - dx * unit) * (t / s);
    }
    out[h->scale] = risen;
}

static rao_status carry(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, const double *v, double *out,
                        rao_quality *quality) {
    double whole;
    RAO_OR_RETURN(distance(ctx, f, p, q, &whole, quality));
    for (int64_t k = 0; k < planes(f); k++) {
        plane h = plane_at(f, k);
        carry_plane(f, &h, p, q, v, out);
    }
    return RAO_OK;
}

const model_space rao_space_half = {distance, path, take_log, take_exp, NULL, NULL, NULL, carry};
