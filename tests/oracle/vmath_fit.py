#!/usr/bin/env python3
"""Fits the minimax polynomials of src/base/vmath.h and prints src/base/vmath_coef.h.

Each fit minimises the largest *relative* error of the function that is finally returned (Lawson's iteration on Chebyshev points, in
50-digit arithmetic). The coefficients are rounded to the target type one by one, lowest order first, and the remaining ones fitted
again around the rounded one, so that rounding them costs almost nothing. The error left, in units of 2^-24 (float) or 2^-53
(double), stands above each polynomial.

    python3 tests/oracle/vmath_fit.py > src/base/vmath_coef.h          (seconds)
"""
import sys

from mpmath import mp, mpf

mp.dps = 50
LN2 = mp.log(2)


def round_to(x, bits):
    """x rounded to `bits` significant bits, to nearest."""
    if x == 0:
        return mpf(0)
    m, e = mp.frexp(x)
    return mp.ldexp(mp.nint(mp.ldexp(m, bits)), e - bits)


def grid(a, b, n=160):
    """Chebyshev points of [a, b]: the extrema of the error crowd at the ends."""
    return [(a + b) / 2 + (b - a) / 2 * mp.cos(mp.pi * (n - 1 - i) / (n - 1)) for i in range(n)]


def least_squares(target, rows):
    """The c that minimises |target - sum c_j rows_j|: on Chebyshev points of the weighted error close to the minimax one, and stable."""
    n = len(rows)
    m, rhs = mp.matrix(n, n), mp.matrix(n, 1)
    for i in range(n):
        rhs[i] = mp.fdot(rows[i], target)
        for j in range(i + 1):
            m[i, j] = m[j, i] = mp.fdot(rows[i], rows[j])
    return mp.lu_solve(m, rhs)


def minimax(target, rows, steps):
    """Lawson's iteration: least squares, its weights multiplied by the error, tends to the minimax fit."""
    size = len(target)
    lam = [mpf(1)] * size
    best = None
    for _ in range(steps):
        root = [mp.sqrt(v) for v in lam]
        c = least_squares([r * t for r, t in zip(root, target)], [[r * v for r, v in zip(root, row)] for row in rows])
        err = [abs(target[i] - mp.fdot((c[j], rows[j][i]) for j in range(len(rows)))) for i in range(size)]
        top = max(err)
        if best is None or top < best[0]:
            best = (top, c)
        lam = [v * (e / top) for v, e in zip(lam, err)]
        total = mp.fsum(lam)
        lam = [v * size / total + mpf("1e-12") for v in lam]
    return best[1]


def fit(f, w, a, b, count, bits, lead=()):
    """f(x) ~ sum c_j x^j for j < count with weight w: coefficients rounded to `bits`, the error left. `lead` forces the first ones."""
    xs = grid(mpf(a), mpf(b))
    ws = [w(x) for x in xs]
    target = [wi * f(x) for wi, x in zip(ws, xs)]
    rows = [[wi * x ** j for wi, x in zip(ws, xs)] for j in range(count)]
    fixed = []
    for j in range(count):
        if j < len(lead):
            c = mpf(lead[j])
        else:
            c = round_to(minimax(target, rows[j:], LAWSON[bits])[0], bits)
        fixed.append(c)
        target = [t - c * r for t, r in zip(target, rows[j])]
    return fixed, max(abs(t) for t in target)


def exp_tail(r):
    """(e^r - 1 - r) / r^2"""
    return mpf(1) / 2 if r == 0 else (mp.expm1(r) - r) / r ** 2


def log_tail(f):
    """(log(1+f) - f + f^2/2) / f^3"""
    if abs(f) < mpf("1e-12"):
        return mpf(1) / 3 - f / 4
    return (mp.log1p(f) - f + f * f / 2) / f ** 3


def artanh_tail(z):
    """(2 artanh(s) - 2 s) / s / z, z = s^2"""
    if abs(z) < mpf("1e-20"):
        return mpf(2) / 3 + 2 * z / 5
    s = mp.sqrt(z)
    return (2 * mp.atanh(s) - 2 * s) / s / z


def tanh_tail(z):
    """(tanh(x) / x - 1) / z, z = x^2"""
    if abs(z) < mpf("1e-20"):
        return -mpf(1) / 3 + 2 * z / 15
    x = mp.sqrt(z)
    return (mp.tanh(x) / x - 1) / z


def erf_tail(z):
    """erf(x) / x - 1, z = x^2"""
    if abs(z) < mpf("1e-30"):
        return 2 / mp.sqrt(mp.pi) - 1
    x = mp.sqrt(z)
    return mp.erf(x) / x - 1


def erfcx(x):
    return mp.exp(x * x) * mp.erfc(x)


def half_width(x):
    return x * mpf("1.0001")


def specs(bits):
    f32 = bits == 24
    h = half_width(LN2 / 2)
    one = lambda x: mpf(1)
    yield ("EXP", "(exp(r) - 1 - r) / r^2 on |r| <= ln 2 / 2, error relative to expm1", exp_tail,
           lambda r: r * r / abs(mp.expm1(r)) if r else mpf(0), -h, h, 5 if f32 else 10, ("0.5",))
    if f32:
        yield ("LOG", "(log(1+f) - f + f^2/2) / f^3 on -1/3..1/3, error relative to log(1+f)", log_tail,
               lambda f: abs(f ** 3 / mp.log1p(f)) if f else mpf(0), -half_width(mpf(1) / 3), half_width(mpf(1) / 3), 8, ())
    else:
        s = (mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)
        yield ("LOG", "(2 artanh(s) - 2 s) / s^3 in s^2, |s| <= (sqrt 2 - 1)/(sqrt 2 + 1), error relative to log", artanh_tail,
               lambda z: z / 2, mpf(0), half_width(s * s), 7, ())
    if f32:
        yield ("TANH", "(tanh(x) / x - 1) / x^2 in x^2 on |x| <= 0.27, error relative to tanh", tanh_tail,
               lambda z: z / (1 + z * tanh_tail(z)), mpf(0), half_width(mpf("0.27") ** 2), 3, ())
    yield ("ERF", "erf(x) / x - 1 in x^2 on |x| <= 1, error relative to erf", erf_tail,
           lambda z: 1 / (1 + erf_tail(z)), mpf(0), half_width(mpf(1)), 7 if f32 else 12, ())


LAWSON = {24: 12, 53: 3}
TAIL_ONE = "1.75"  # N(0): away from a power of two, just above which a rounding weighs most
TAIL_FAR = {24: 11, 53: 28}
TAIL_DEGREE = {24: 4, 53: 10}


def polynomial(c, x):
    return mp.polyval(c[::-1], x)


def fit_tail(bits):
    """erfcx(z) ~ N / ((1 + c z) N - z L) on 0..far with polynomials N(z) and L(z), c = sqrt(pi) rounded. L is small beside N, so that an
    error of N nearly cancels; all coefficients come out positive. N - f ((1 + c z) N - z L) is made small with the weight 1 / (f times
    the denominator of the round before) and Lawson's factors; then N is rounded, and L fitted again to what that leaves."""
    far, degree = mpf(TAIL_FAR[bits]), TAIL_DEGREE[bits]
    slope = round_to(mp.sqrt(mp.pi), bits)
    zs = [2 * (1 + t) / (1 - t) for t in grid(mpf(-1), (far - 2) / (far + 2), 110)]
    fs = [erfcx(z) for z in zs]
    lines = [1 + slope * z for z in zs]
    lam, before, best = [mpf(1)] * len(zs), lines, None
    for step in range(16):
        w = [mp.sqrt(v) / (f * d) for v, f, d in zip(lam, fs, before)]
        rows = [[wi * z ** j * (1 - a * f) for wi, z, a, f in zip(w, zs, lines, fs)] for j in range(1, degree + 1)]
        rows += [[wi * z ** (j + 1) * f for wi, z, f in zip(w, zs, fs)] for j in range(degree)]
        c = least_squares([wi * (a * f - 1) for wi, a, f in zip(w, lines, fs)], rows)
        n, small = [mpf(1)] + [c[j] for j in range(degree)], [c[degree + j] for j in range(degree)]
        before = [a * polynomial(n, z) - z * polynomial(small, z) for a, z in zip(lines, zs)]
        err = [abs(polynomial(n, z) / (f * b) - 1) for z, f, b in zip(zs, fs, before)]
        if best is None or max(err) < best[0]:
            best = (max(err), n)
        if step > 3:
            lam = [v * e / max(err) for v, e in zip(lam, err)]
            total = mp.fsum(lam)
            lam = [v * len(zs) / total + mpf("1e-12") for v in lam]
    n = [round_to(mpf(TAIL_ONE) * v, bits) for v in best[1]]
    values = [polynomial(n, z) for z in zs]
    target = [f * a - 1 for f, a in zip(fs, lines)]  # f (a N - z L) / N - 1 = 0
    rows = [[f * z ** (j + 1) / v for f, z, v in zip(fs, zs, values)] for j in range(degree)]
    small = []
    for j in range(degree):
        small.append(round_to(minimax(target, rows[j:], LAWSON[bits])[0], bits))
        target = [t - small[-1] * r for t, r in zip(target, rows[j])]
    assert all(v > 0 for v in n + small)
    return n, small, max(abs(t) for t in target)


def literal(c, bits):
    digits, exponent = float(c).hex().split("p")
    return digits.rstrip("0") + "p" + exponent + ("f" if bits == 24 else "")


def horner(coefficients, bits):
    """c0 + x * (c1 + x * (...)), three terms a line"""
    text = literal(coefficients[-1], bits)
    for i, c in reversed(list(enumerate(coefficients[:-1]))):
        text = "(%s + (x) * %s%s)" % (literal(c, bits), "\\\n     " if i % 3 == 2 else "", text)
    return text


def constants(name, bits):
    short = 15 if bits == 24 else 41  # n * LN2_HI is exact for every exponent n
    hi = mp.ldexp(mp.floor(mp.ldexp(LN2, short)), -short)
    for label, value in (("LN2_HI", hi), ("LN2_LO", LN2 - hi), ("LOG2E", 1 / LN2), ("SQRT_HALF", mp.sqrt(mpf(1) / 2)), ("SQRT_PI", mp.sqrt(mp.pi)),
                         ("INV_SQRT_2PI", 1 / mp.sqrt(2 * mp.pi))):
        print("#define VM_%s_%s %s" % (label, name, literal(round_to(value, bits), bits)))


def show(label, name, what, c, err, bits):
    left = mp.nstr(err * mpf(2) ** bits, 3)
    print("\n/* %s; error %s x 2^-%d */" % (what, left, bits))
    print("#define VM_%s_%s(x) \\\n    %s" % (label, name, horner(c, bits)))
    print("%s %s: degree %d, error %s x 2^-%d" % (name, label, len(c) - 1, left, bits), file=sys.stderr)


def main():
    print("/* vmath_coef.h - constants and minimax polynomials of vmath.h. Printed by tests/oracle/vmath_fit.py (mpmath, 50 digits). */")
    print("#ifndef RAO_BASE_VMATH_COEF_H\n#define RAO_BASE_VMATH_COEF_H\n\n/* clang-format off */")
    for bits, name in ((24, "F32"), (53, "F64")):
        print()
        constants(name, bits)
        for label, what, f, w, a, b, count, lead in specs(bits):
            c, err = fit(f, w, a, b, count, bits, lead)
            show(label, name, what, c, err, bits)
        n, small, err = fit_tail(bits)
        show("TAIL_N", name, "exp(z^2) erfc(z) on 0..%d is N / ((1 + sqrt(pi) z) N - z L), error relative" % TAIL_FAR[bits], n, err, bits)
        show("TAIL_L", name, "its L", small, err, bits)
    print("\n/* clang-format on */\n\n#endif")


if __name__ == "__main__":
    main()
