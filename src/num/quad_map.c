/* quad_map.c - from an interval's variable to points of the line, with their distances to the ends of the piece. */
#include "num/quad_map.h"

quad_piece quad_piece_make(double low, double high, double scale) {
    if (isfinite(low) && isfinite(high)) return (quad_piece){QUAD_FINITE, low, high, high - low, 1};
    double log_range = 700 - fmax(log(scale), 0); /* points stay below 1e304 */
    return (quad_piece){isfinite(low) ? QUAD_UP : QUAD_DOWN, low, high, scale, asinh(fmax(log_range, 1) / QUAD_C)};
}

double quad_end_variable(const quad_piece *piece, double width) {
    double log_range = fmin(log(width) + log(piece->scale), log(width)) + 690;
    return asinh(fmax(log_range, 1) / QUAD_C);
}

static quad_place finite_place(const quad_piece *piece, double p, double q, double dp) {
    double length = piece->scale, left = p * length, right = q * length;
    double x = p <= 0.5 ? piece->low + left : piece->high - right;
    return (quad_place){x, left, right, dp * length, 0};
}

static quad_place tail_place(const quad_piece *piece, double p, double dp) {
    double s = QUAD_C * sinh(p), away = piece->scale * expm1(s), grow = piece->scale * exp(s);
    double jacobian = grow * QUAD_C * cosh(p) * dp;
    if (piece->shape == QUAD_UP) return (quad_place){piece->low + away, away, NUM_INF, jacobian, grow};
    return (quad_place){piece->high - away, NUM_INF, away, jacobian, grow};
}

quad_place quad_place_at(const quad_piece *piece, quad_kind kind, double width, double t) {
    if (kind == QUAD_PLAIN) return piece->shape == QUAD_FINITE ? finite_place(piece, t, 1 - t, 1) : tail_place(piece, t, 1);
    double near = width * exp(-QUAD_C * sinh(t)), dp = near * QUAD_C * cosh(t);
    quad_place at;
    if (piece->shape != QUAD_FINITE) at = tail_place(piece, near, dp);
    else if (kind == QUAD_LOW) at = finite_place(piece, near, 1 - near, dp);
    else at = finite_place(piece, 1 - near, near, dp);
    at.reach = at.jacobian / (QUAD_C * cosh(t));
    return at;
}
