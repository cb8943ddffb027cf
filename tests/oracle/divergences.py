"""Divergences at 50 digits by their definitions: writes tests/manifold/oracle_divergences*.h (run from the root of the repository; some minutes; names of
tables as arguments choose among them).

int p^a q^b is a sum over counts or classes, a quadrature between many cuts on a line, and a F(theta_p) + b F(theta_q) - F(a theta_p + b theta_q) for
all exponential families. Inputs are doubles, taken exactly.
"""
import sys
import numpy as np
from mpmath import (mp, mpf, exp, log, loggamma, pi, sqrt, besseli, quad, inf, matrix, det, cos, sin, findroot, log1p, isinf, floor, ceil, acosh, fabs, binomial as choose,
                    gamma as gamma_function, nstr)

mp.dps = 50
ROWS = []
ORDERS = [("renyi", 0.3), ("renyi", 2), ("renyi", 0), ("tsallis", 0.7), ("tsallis", 1.5), ("alpha_divergence", 0.4), ("alpha_divergence", 3)]
PLAIN = ["bhattacharyya", "hellinger", "chernoff_information", "chernoff_alpha"]


def exact(v):
    return [mpf(float(a)) for a in v]


def by_c(c, slope, zero, symmetric=False, digits=33):
    """All rows of a pair from C(a) = -log int p^a q^(1-a), its slope, and C(0) where the supports differ."""
    out = []
    for name, order in ORDERS:
        a = mpf(order)
        e = a if name != "alpha_divergence" else (1 - a) / 2
        v = zero if e == 0 else c(e)
        missing = -inf if v == -inf else 1 - exp(-v)
        out.append((name, order, {"renyi": lambda: v / (1 - a) if v != -inf else inf, "tsallis": lambda: missing / (1 - a) if v != -inf else inf,
                                  "alpha_divergence": lambda: missing / (e * (1 - e)) if v != -inf else inf}[name]()))
    half = c(mpf(1) / 2)
    if symmetric:
        best = mpf(1) / 2
    elif slope(mpf(10) ** -30) <= 0:
        best = mpf(0)
    elif slope(1 - mpf(10) ** -30) >= 0:
        best = mpf(1)
    else:
        low, high, best, last = mpf(0), mpf(1), mpf("0.45"), None
        for _ in range(300):  # secants that fall back on halving
            here = slope(best)
            low, high = (best, high) if here > 0 else (low, best)
            step = here * (best - last[0]) / (here - last[1]) if last and here != last[1] else mpf(1)
            last = (best, here)
            best = best - step if low < best - step < high else (low + high) / 2
            if abs(best - last[0]) < mpf(10) ** -digits or here == 0:
                break
    out += [("bhattacharyya", 0, half), ("hellinger", 0, sqrt(1 - exp(-half))), ("chernoff_information", 0, c(best) if 0 < best < 1 else zero), ("chernoff_alpha", 0, best)]
    return out


def put(family, p, q, rows, dimension=0, fixed=0, scale=1):
    for name, order, want in rows:
        if tuple(p) == tuple(q):
            want = mpf(1) / 2 if name == "chernoff_alpha" else mpf(0)
        ROWS.append((family, dimension, fixed, name, order, p, q, want, scale))


def potential(family, pairs, theta, f, inside, dimension=0, fixed=0, scale=1):
    """Exponential families: theta(p) as a list, F(theta), and whether theta is natural."""
    for p, q in pairs:
        mp.dps = 700 if any(0 < abs(v) < 1e-100 for v in tuple(p) + tuple(q)) else 150
        a, b = theta(exact(p)), theta(exact(q))
        mix = lambda x: [x * u + (1 - x) * v for u, v in zip(a, b)]
        fa, fb = f(a), f(b)
        c = lambda x: x * fa + (1 - x) * fb - f(mix(x)) if inside(mix(x)) else -inf
        def d(x):  # fa - fb less the derivative of F along the path, by a difference of sixth order
            h = min(x, 1 - x) * mpf(10) ** -8
            return fa - fb - sum(w * (f(mix(x + k * h)) - f(mix(x - k * h))) for k, w in ((1, mpf(3) / 2), (2, -mpf(3) / 10), (3, mpf(1) / 30))) / (2 * h)
        put(family, p, q, by_c(c, d, mpf(0), symmetric=a == b), dimension, fixed, scale)
        mp.dps = 50


def exponential_families():
    normal = lambda p: [p[0] / p[1] ** 2, -1 / (2 * p[1] ** 2)]
    f = lambda t: -t[0] ** 2 / (4 * t[1]) - log(-2 * t[1]) / 2
    pairs = [((0, 1), (1, 2)), ((0, 2), (1, 1)), ((0, 1), (1e-8, 1)), ((0, 1), (1, 1)), ((0, 1), (0, 1 + 1e-9)), ((1e15, 3), (1e15 + 2, 3.5)), ((0, 1e-150), (1e-150, 2e-150)), ((0, 1), (300, 2)), ((0, 1e-100), (1, 1e100)),
             ((0.5, 1.4), (0.5, 1)), ((2, 1), (2, 1))]
    potential("normal", pairs, normal, f, lambda t: t[1] < 0)
    potential("lognormal", [((0.3, 0.7), (-0.2, 0.5)), ((0.3, 0.7), (0.3, 0.7 + 1e-8))], normal, f, lambda t: t[1] < 0)
    potential("isotropic_normal", [((1, -2, 1.5), (0.5, -2, 2)), ((1, -2, 1.5), (1, -2 + 1e-8, 1.5)), ((1, -2, 2.5), (0.5, -2, 2))],
              lambda p: [p[0] / p[2] ** 2, p[1] / p[2] ** 2, -1 / (2 * p[2] ** 2)], lambda t: -(t[0] ** 2 + t[1] ** 2) / (4 * t[2]) - log(-2 * t[2]), lambda t: t[2] < 0, dimension=2)
    potential("diagonal_normal", [((1, -2, 0.5, 3), (0.5, -2, 1, 2)), ((1, -2, 0.5, 3), (1, -2, 0.5, 3 + 1e-8))],
              lambda p: normal((p[0], p[2])) + normal((p[1], p[3])), lambda t: f(t[:2]) + f(t[2:]), lambda t: t[1] < 0 and t[3] < 0, dimension=2)
    rate = [((2.5,), (0.3,)), ((1,), (1 + 1e-9,)), ((1e-150,), (1e150,)), ((1,), (1.9,)), ((1,), (2.5,))]
    potential("exponential", rate, lambda p: [-p[0]], lambda t: -log(-t[0]), lambda t: t[0] < 0)
    potential("rayleigh", rate, lambda p: [-1 / p[0] ** 2], lambda t: -log(-t[0]), lambda t: t[0] < 0)
    potential("pareto", rate[:2], lambda p: [-p[0]], lambda t: -log(-t[0]), lambda t: t[0] < 0, fixed=1.5)
    gamma = lambda p: [p[0] - 1, -p[1]]
    fg = lambda t: loggamma(t[0] + 1) - (t[0] + 1) * log(-t[1])
    inside = lambda t: t[0] > -1 and t[1] < 0
    pairs = [((2.5, 1.5), (4, 0.5)), ((0.7, 3), (1.2, 4)), ((150, 30), (150 + 1e-6, 30)), ((1e12, 1e12), (1e12 + 1, 1e12 - 1)), ((1e-8, 2), (1e-8, 3)), ((3, 2), (3, 2 + 1e-9)), ((4, 5), (2, 3)), ((0.5, 1), (800, 1))]
    potential("gamma", pairs, gamma, fg, inside)
    potential("inverse_gamma", pairs[:2], gamma, fg, inside)
    fd = lambda t: sum(loggamma(a) for a in t) - loggamma(sum(t))
    positive = lambda t: all(a > 0 for a in t)
    potential("beta", [((2.5, 1.5), (1.2, 3)), ((30, 70), (30 + 1e-7, 70)), ((1e-8, 2e-8), (2.5e-8, 1e-8)), ((1e6, 2e6), (1e6 + 1, 2e6)), ((0.5, 200), (3, 2)), ((4, 5), (2, 3))], lambda p: p, fd, positive)
    potential("dirichlet", [((1.5, 0.8, 4), (2, 1, 3)), ((1e6, 1e-8, 1), (1e6 + 1, 2e-8, 1)), ((20, 30, 50), (20, 30 + 1e-8, 50)), ((3, 3, 5), (2, 2, 4))], lambda p: p, fd, positive, dimension=3)
    potential("poisson", [((1,), (4,)), ((1e12,), (1e12 + 1,)), ((1e-300,), (1e-299,)), ((37.5,), (37.5 + 1e-7,)), ((2,), (3000,)), ((5,), (5 + 1e-13,))], lambda p: [log(p[0])], lambda t: exp(t[0]), lambda t: True)
    waiting = lambda p: [log(1 - p[0])]
    pairs = [((0.3,), (0.5,)), ((0.3,), (0.3 + 1e-9,)), ((1e-12,), (2e-12,)), ((0.9,), (0.999999,)), ((0.05,), (0.9,)), ((0.8,), (0.3,))]
    for family, r in [("geometric", 1), ("geometric0", 1), ("negative_binomial", 2.5)]:
        potential(family, pairs, waiting, lambda t: -mpf(r) * log(1 - exp(t[0])), lambda t: t[0] < 0, fixed=r if r != 1 else 0)
    potential("von_mises", [((0.5, 2), (-1, 3)), ((0.5, 2), (0.5 + 1e-8, 2)), ((0.5, 2), (0.5, 2 + 1e-8)), ((0, 1e5), (1e-3, 1.5e5)), ((1, 0.3), (2.5, 1e-3)), ((0, 2), (3, 2.1)), ((0, 700), (1, 650))], lambda p: [p[1] * cos(p[0]), p[1] * sin(p[0])],
              lambda t: log(besseli(0, sqrt(t[0] ** 2 + t[1] ** 2))), lambda t: True)
    potential("inverse_gaussian", [((1.5, 2.5), (1, 4)), ((1.5, 2.5), (1.5 + 1e-9, 2.5)), ((1, 1e8), (1 + 1e-6, 1e8)), ((1.5, 2.5), (1.5, 2.5 + 1e-9)), ((3, 0.2), (0.01, 9)), ((1.4, 3), (1.5, 2))],
              lambda p: [-p[1] / (2 * p[0] ** 2), -p[1] / 2], lambda t: -log(-2 * t[1]) / 2 - 2 * sqrt(t[0] * t[1]), lambda t: t[0] <= 0 and t[1] < 0)


def matrices():
    full = lambda v, d: matrix(d, d) + matrix([[v[min(i, j) * d - min(i, j) * (min(i, j) - 1) // 2 + abs(i - j)] for j in range(d)] for i in range(d)])

    def theta(p, d=2, moves=True):
        k = (full(p[d if moves else 0:], d)) ** -1
        m = matrix(p[:d]) if moves else matrix(d, 1)
        return list(k * m) + [k[i, j] for i in range(d) for j in range(d)]

    def unpack(t, d):
        return matrix(t[:d]), matrix([[t[d + i * d + j] for j in range(d)] for i in range(d)])

    def f(t, d=2):
        h, k = unpack(t, d)
        return (h.T * k**-1 * h)[0] / 2 - log(det(k)) / 2

    def inside(t, d=2):
        k = unpack(t, d)[1]
        return all(det(k[:i, :i]) > 0 for i in range(1, d + 1))
    mp.dps = 150
    pairs = [([0.5, -1, 2, 0.7, 1], [1, -1, 3, -0.5, 1.5]), ([0, 0, 1, 0.999, 1], [0, 1e-8, 1, 0.999, 1]), ([1e6, 1e6, 1e-3, 0, 1e-3], [1e6 + 1e-3, 1e6, 1e-3, 1e-4, 2e-3]), ([1, 1, 1, 0, 1], [1, 1, 1 + 1e-8, 1e-9, 1]),
             ([0, 0, 1e-200, 0, 1e-200], [1e-100, 0, 2e-200, 1e-200, 2e-200]), ([1, 1, 3, 0.2, 2], [0, 0, 2, 0.1, 1.5])]
    for p, q in pairs:
        cond = 1000 if p[3] == 0.999 else 1
        potential("mvn", [(p, q)], theta, f, inside, dimension=2, scale=cond)
        potential("wishart", [(p[2:], q[2:])], lambda v: theta(v, 2, False), lambda t: mpf(4.5) * f(t), inside, dimension=2, fixed=4.5, scale=cond)
    potential("mvn", [([0.5, -1, 2, 2, 0.7, 0.1, 1, 0.2, 0.5], [0.3, -1, 2.5, 1, 0.1, 0, 1, 0, 1])], lambda v: theta(v, 3), lambda t: f(t, 3), lambda t: inside(t, 3), dimension=3)
    mp.dps = 50


def by_sum(family, p, q, a, b, dimension=0, fixed=0, draws=1):
    """Finite sample spaces: probabilities of the outcomes of one draw."""
    def total(x):
        if x < 0 and any(v > 0 and u == 0 for u, v in zip(a, b)) or x > 1 and any(u > 0 and v == 0 for u, v in zip(a, b)):
            return inf
        return sum(u**x * v ** (1 - x) for u, v in zip(a, b) if u > 0 and v > 0)
    c = lambda x: (-inf if isinf(total(x)) else inf if total(x) == 0 else -draws * log(total(x)))
    slope = lambda x: -sum(u**x * v ** (1 - x) * log(u / v) for u, v in zip(a, b) if u > 0 and v > 0) / total(x)
    zero = sum(v for u, v in zip(a, b) if u > 0)
    if zero == 0:  # disjoint supports
        rows = [(name, order, want) for name, order, want in [("renyi", 0.3, inf), ("tsallis", 0.7, 1 / (1 - mpf(0.7))), ("alpha_divergence", 0.4, 4 / (1 - mpf(0.4) ** 2)), ("bhattacharyya", 0, inf), ("hellinger", 0, mpf(1)),
                                                              ("chernoff_information", 0, inf)]]
    else:
        rows = by_c(c, slope, -draws * log(zero), symmetric=a == b)
        if any(u == 0 and v > 0 for u, v in zip(a, b)) or any(v == 0 and u > 0 for u, v in zip(a, b)):
            rows = [r for r in rows if not r[0].startswith("chernoff")] + [r for r in rows if r[0] == "chernoff_alpha"]
            best = rows[-1][2]
            ends = {0: -draws * log(zero), 1: -draws * log(sum(u for u, v in zip(a, b) if v > 0))}
            rows.append(("chernoff_information", 0, ends[int(best)] if best in (0, 1) else c(best)))
    put(family, p, q, rows, dimension, fixed)


def classes():
    mp.dps = 700
    for p, q in [((0.3,), (0.55,)), ((0.3,), (0.3 + 1e-9,)), ((1e-300,), (2e-300,)), ((0,), (0.25,)), ((1,), (0,)), ((0.75,), (1,)), ((1 - 1e-16,), (0.5,)), ((0.5,), (0.5,))]:
        a, b = exact(p)[0], exact(q)[0]
        mp.dps = 400
        by_sum("bernoulli", p, q, [a, 1 - a], [b, 1 - b])
        by_sum("binomial", p, q, [a, 1 - a], [b, 1 - b], fixed=12, draws=12)
    third = [0.2, 0.3, 0.5]
    for p, q in [(third, [0.3, 0.3, 0.4]), (third, [0.2, 0.3 + 1e-9, 0.5 - 1e-9]), ([0, 0.5, 0.5], third), ([1, 0, 0], third), (third, [0.5, 0.5, 0]), ([1e-300, 0.5, 0.5], [0.5, 0.25, 0.25]), ([0.5, 0.5, 0], [0, 0.25, 0.75]), ([1, 0, 0], [0, 0.5, 0.5])]:
        a, b = exact(p), exact(q)
        a, b = [u / sum(a) for u in a], [u / sum(b) for u in b]  # as the library does
        by_sum("categorical", p, q, a, b, dimension=3)
        by_sum("multinomial", p, q, a, b, dimension=3, fixed=7, draws=7)
    mp.dps = 50


# ---- densities on a line: composite Gauss-Legendre in numpy's long double (64 bits of mantissa), panels graded towards every centre ------------


class Line:
    """log p, the places and scales that panels are graded to, the ends of the support."""

    def __init__(self, logpdf, marks, low=-np.inf, high=np.inf):
        self.logpdf, self.marks, self.low, self.high = logpdf, marks, low, high


LD = np.longdouble
NODE, WEIGHT = (v.astype(LD) for v in np.polynomial.legendre.leggauss(24))


def panels(a, b, extra=()):
    low, high = min(a.low, b.low), max(a.high, b.high)
    edges = [v for v in (low, high) if np.isfinite(v)] + list(extra)
    for c, s in a.marks + b.marks:
        edges += [c] + [c + side * s * LD(2) ** (k / LD(2)) for k in range(-60, 150) for side in (-1, 1)]
        if np.isfinite(low):
            edges += [low + (c - low) * LD(2) ** -k for k in range(1, 200)]
        if np.isfinite(high):
            edges += [high - (high - c) * LD(2) ** -k for k in range(1, 62)]
    edges = np.unique([LD(v) for v in edges if low <= v <= high])
    half = (edges[1:] - edges[:-1]) / 2
    return ((edges[1:] + edges[:-1]) / 2)[:, None] + half[:, None] * NODE, half[:, None] * WEIGHT


def line_pair(a, b, extra=()):
    x, w = panels(a, b, extra)
    lp, lq = a.logpdf(x), b.logpdf(x)
    seen = np.isfinite(lp) & np.isfinite(lq)  # beyond, both densities are below 1e-4900
    return x[seen], w[seen], lp[seen], lq[seen], (lp - lq)[seen]


def line_c(a, b):
    x, w, lp, lq, l = line_pair(a, b)

    def c(e):
        e = LD(float(e))
        near = np.abs(l) < 1
        gap = np.where(near, np.exp(lq) * (e * np.expm1(l) - np.expm1(e * l)), e * np.exp(lp) + (1 - e) * np.exp(lq) - np.exp(e * lp + (1 - e) * lq))
        gap = np.sum(w * gap)
        return mpf_of(-np.log1p(-gap) if abs(gap) < 0.5 else -np.log(np.sum(w * np.exp(e * lp + (1 - e) * lq))))

    def slope(e):
        e = LD(float(e))
        g = np.exp(e * lp + (1 - e) * lq)
        flat = np.where(np.abs(l) < 1, np.exp(lq) * np.expm1(l), np.exp(lp) - np.exp(lq)) if float(c(mpf(1) / 2)) < 0.7 else 0  # integrates to 0
        return mpf_of(-np.sum(w * (g * l - flat)))
    return c, slope


def mpf_of(v):
    high = float(v)
    return mpf(high) + mpf(float(v - LD(high)))


def student(nu):
    constant = LD(float(loggamma((nu + 1) / 2) - loggamma(nu / 2) - log(nu * pi) / 2))
    return lambda p: Line(lambda x: constant - np.log(p[1]) - (LD(float(nu)) + 1) / 2 * np.log1p(((x - p[0]) / p[1]) ** 2 / LD(float(nu))), [(p[0], p[1])])


def mixture3(p):
    return Line(lambda x: np.log(p[0] * np.exp(-((x - p[1]) / p[2]) ** 2 / 2) / p[2] + (1 - p[0]) * np.exp(-x * x / 2)) - LD(float(log(2 * pi) / 2)), [(LD(0), LD(1)), (p[1], p[2])])


def of_z(log_density):
    return lambda p: Line(lambda x: log_density((x - p[0]) / p[1]) - np.log(p[1]), [(p[0], p[1])])


PI = LD(float(pi)) + LD(float(pi - mpf(float(pi))))
DENSITIES = {
    "student_t": (student(mpf(3.5)), 3.5, [((0.5, 2), (-1, 1.5)), ((0.5, 2), (0.5 + 1e-8, 2)), ((0.5, 2), (0.5, 2 + 1e-8)), ((0, 1), (1e4, 1))]),
    "cauchy": (of_z(lambda z: -np.log(PI) - np.log1p(z * z)), 0, [((0.5, 2), (-1, 1.5)), ((0.5, 2), (0.5 + 1e-8, 2)), ((0, 1), (0, 50))]),
    "laplace": (of_z(lambda z: -np.log(LD(2)) - abs(z)), 0, [((0.5, 2), (-1, 1.5)), ((0.5, 2), (0.5 + 1e-8, 2)), ((0.5, 2), (0.5, 2 + 1e-8)), ((0, 1), (900, 1))]),
    "logistic": (of_z(lambda z: -abs(z) - 2 * np.log1p(np.exp(-abs(z)))), 0, [((0.5, 2), (-1, 1.5)), ((0.5, 2), (0.5 + 1e-8, 2)), ((0.5, 2), (0.5, 2 + 1e-8)), ((0, 1), (600, 2))]),
    "gumbel": (of_z(lambda z: -z - np.exp(-z)), 0, [((0.5, 2), (1, 1.5)), ((0.5, 2), (0.5 + 1e-8, 2)), ((0.5, 2), (0.5, 2 + 1e-8)), ((0.5, 2), (1, 2))]),
    "weibull": (lambda p: Line(lambda x: np.log(p[0] / x) + p[0] * np.log(x / p[1]) - (x / p[1]) ** p[0], [(p[1], p[1] / p[0])], LD(0)), 0, [((1.7, 2), (2.5, 1.5)), ((1.7, 2), (1.7, 2 + 1e-8)), ((1.7, 2), (1.7 + 1e-8, 2))]),
    "normal_mixture3": (mixture3, 0, [((0.4, 2, 0.7), (0.5, 1.5, 1)), ((0.4, 2, 0.7), (0.4 + 1e-8, 2, 0.7)), ((0.4, 2, 0.7), (0.4, 2 + 1e-8, 0.7)), ((0.3, -1, 1.4), (0.2, -2, 1))]),
}
# for which orders int p^x q^(1-x) is finite: exponential tails by their rates; of double exponentials the steeper decides, and there the rates; then the flat side
FINITE = {
    "laplace": lambda x, p, q: x / p[1] + (1 - x) / q[1] > 0,
    "logistic": lambda x, p, q: x / p[1] + (1 - x) / q[1] > 0,
    "gumbel": lambda x, p, q: (x > 0 if p[1] < q[1] else x < 1 if p[1] > q[1] else x * exp(mpf(p[0]) / p[1]) + (1 - x) * exp(mpf(q[0]) / q[1]) > 0) and x / p[1] + (1 - x) / q[1] > 0,
    "weibull": lambda x, p, q: (x > 0 if p[0] > q[0] else x < 1 if p[0] < q[0] else x * mpf(p[1]) ** -p[0] + (1 - x) * mpf(q[1]) ** -q[0] > 0) and x * p[0] + (1 - x) * q[0] > 0,
}


def lines():
    np.seterr(all="ignore")
    for family, (make, fixed, pairs) in DENSITIES.items():
        for p, q in pairs:
            a, b = make([LD(v) for v in p]), make([LD(v) for v in q])
            c, slope = line_c(a, b)
            even = family == "cauchy" or family in ("student_t", "laplace", "logistic") and p[1] == q[1]
            finite = FINITE.get(family, lambda x, p, q: True)
            put(family, p, q, by_c(lambda x: c(x) if finite(x, p, q) else -inf, slope, mpf(0), symmetric=even, digits=15), fixed=fixed)


# ---- total variation and Jensen-Shannon ---------------------------------------------------------------------------


def overlap_line(a, b):
    """Both by the composite rule, cut also where the densities cross."""
    def sums(extra):
        x, w, lp, lq, l = line_pair(a, b, extra)
        tv = np.sum(w * np.exp(np.maximum(lp, lq)) * -np.expm1(-abs(l))) / 2
        u = np.tanh(l / 2)
        near = (u * l + np.log1p(-u * u)) / 2
        e = np.exp(-abs(l))
        far = np.log(LD(2)) - np.log1p(e) - e / (1 + e) * abs(l)
        js = np.sum(w * (np.exp(lp) + np.exp(lq)) / 2 * np.where(abs(l) < 1, near, far))
        return x, l, tv, js
    x, l, tv, js = sums(())
    order = np.argsort(x)
    x, l = x[order], l[order]
    cuts = []
    for i in np.nonzero(np.sign(l[1:]) * np.sign(l[:-1]) < 0)[0]:
        low, high, up = x[i], x[i + 1], l[i] > 0
        for _ in range(70):
            m = (low + high) / 2
            v = a.logpdf(m) - b.logpdf(m)
            low, high = (m, high) if (v > 0) == up else (low, m)
        cuts.append(low)
    x, l, tv, js = sums(tuple(cuts))
    return mpf_of(tv), mpf_of(js)


def gammas_line(p):
    c = LD(0) + p[0] * np.log(p[1]) - long_of(loggamma(exactly(p[0])))
    return Line(lambda x: c + (p[0] - 1) * np.log(x) - p[1] * x, [(p[0] / p[1], np.sqrt(p[0]) / p[1])], LD(0))


def beta_line(p):
    a, b = exactly(p[0]), exactly(p[1])
    c = long_of(loggamma(a + b) - loggamma(a) - loggamma(b))
    return Line(lambda x: c + (p[0] - 1) * np.log(x) + (p[1] - 1) * np.log1p(-x), [(p[0] / (p[0] + p[1]), np.sqrt(p[0] * p[1] / (p[0] + p[1] + 1)) / (p[0] + p[1]))], LD(0), LD(1))


def circle_line(p):
    c = -long_of(log(2 * pi * besseli(0, exactly(p[1])))) 
    return Line(lambda x: c + p[1] * np.cos(x - p[0]), [(p[0], 1 / np.sqrt(p[1]))], -PI, PI)


def exactly(v):
    return mpf(float(v))


def long_of(v):
    return LD(float(v)) + LD(float(v - mpf(float(v))))


LOG_2PI = long_of(log(2 * pi))
normal_z = lambda z: -z * z / 2 - LOG_2PI / 2
OVERLAPS = {
    "normal": (of_z(normal_z), 0, [((0, 1), (1, 2)), ((0, 1), (1, 1)), ((0, 1), (1e-8, 1)), ((0, 1), (0, 1 + 1e-8)), ((0, 1), (30, 2)), ((0, 1e-3), (1, 5))]),
    "lognormal": (lambda p: Line(lambda x: normal_z((np.log(x) - p[0]) / p[1]) - np.log(x * p[1]), [(np.exp(p[0]), np.exp(p[0]) * p[1])], LD(0)), 0, [((0.3, 0.7), (-0.2, 0.5)), ((0.3, 0.7), (0.3, 0.7 + 1e-8))]),
    "exponential": (lambda p: Line(lambda x: np.log(p[0]) - p[0] * x, [(1 / p[0], 1 / p[0])], LD(0)), 0, [((2.5,), (0.3,)), ((1,), (1 + 1e-8,))]),
    "rayleigh": (lambda p: Line(lambda x: np.log(x) - 2 * np.log(p[0]) - (x / p[0]) ** 2 / 2, [(p[0], p[0])], LD(0)), 0, [((2.5,), (0.3,)), ((1,), (1 + 1e-8,))]),
    "gamma": (gammas_line, 0, [((2.5, 1.5), (4, 0.5)), ((2.5, 1.5), (2.5 + 1e-8, 1.5)), ((150, 30), (120, 26)), ((2.5, 1.5), (2.5, 1.5 + 1e-8))]),
    "beta": (beta_line, 0, [((2.5, 1.5), (1.2, 3)), ((30, 70), (20, 60)), ((2.5, 1.5), (2.5 + 1e-8, 1.5))]),
    "von_mises": (circle_line, 0, [((0.5, 2), (-1, 3)), ((0.5, 2), (0.5 + 1e-8, 2)), ((0.5, 2), (0.5, 2 + 1e-8)), ((1, 150), (1.2, 120))]),
    "inverse_gaussian": (lambda p: Line(lambda x: (np.log(p[1]) - LOG_2PI - 3 * np.log(x)) / 2 - p[1] * ((x - p[0]) / p[0]) ** 2 / (2 * x), [(p[0], p[0])], LD(0)), 0,
                         [((1.5, 2.5), (1, 4)), ((1.5, 2.5), (1.5 + 1e-8, 2.5)), ((1.5, 2.5), (1.5, 2.5 + 1e-8))]),
}


def overlaps():
    np.seterr(all="ignore")
    for family, (make, fixed, pairs) in {**DENSITIES, **OVERLAPS}.items():
        for p, q in pairs:
            tv, js = overlap_line(make([LD(v) for v in p]), make([LD(v) for v in q]))
            put(family, p, q, [("total_variation", 0, tv), ("jensen_shannon", 0, js)], fixed=fixed)
    mp.dps = 50
    for family, fixed, pairs, pmf, first, last in [
        ("poisson", 0, [((1,), (4,)), ((37.5,), (30,)), ((37.5,), (37.5 + 1e-8,)), ((1e-300,), (3e-300,)), ((300,), (310,))], lambda l: lambda k: exp(k * log(l) - l - loggamma(k + 1)), 0, 700),
        ("binomial", 12, [((0.3,), (0.55,)), ((0.3,), (0.3 + 1e-8,)), ((0.01,), (0.99,)), ((0,), (0.25,))], lambda p: lambda k: choose(12, k) * p**k * (1 - p) ** (12 - k), 0, 12),
        ("geometric", 0, [((0.3,), (0.5,)), ((0.3,), (0.3 + 1e-8,))], lambda p: lambda k: p * (1 - p) ** (k - 1), 1, 600),
        ("negative_binomial", 2.5, [((0.3,), (0.5,)), ((0.3,), (0.3 + 1e-8,))], lambda p: lambda k: exp(loggamma(k + mpf(2.5)) - loggamma(mpf(2.5)) - loggamma(k + 1)) * p ** mpf(2.5) * (1 - p) ** k, 0, 700),
    ]:
        for p, q in pairs:
            mp.dps = 650 if p[0] < 1e-100 else 50
            by_outcomes(family, p, q, [(pmf(exact(p)[0])(k), pmf(exact(q)[0])(k)) for k in range(first, last + 1)], fixed=fixed)
    mp.dps = 50
    third = [0.2, 0.3, 0.5]
    for p, q in [(third, [0.3, 0.3, 0.4]), (third, [0.2, 0.3 + 1e-9, 0.5 - 1e-9]), ([0, 0.5, 0.5], third), ([1, 0, 0], [0, 0.5, 0.5]), ([1e-300, 0.5, 0.5], [0.5, 0.25, 0.25])]:
        a, b = exact(p), exact(q)
        by_outcomes("categorical", p, q, [(u / sum(a), v / sum(b)) for u, v in zip(a, b)], dimension=3)
    for p, q in [((0.3,), (0.55,)), ((0.3,), (0.3 + 1e-9,)), ((0,), (0.25,)), ((1,), (0,))]:
        a, b = exact(p)[0], exact(q)[0]
        by_outcomes("bernoulli", p, q, [(a, b), (1 - a, 1 - b)])
    for p, q in [((0, 1), (0.5, 2)), ((0, 1), (-1, 2)), ((0, 1), (1e-9, 1)), ((0, 1), (2, 3))]:
        a, b = exact(p), exact(q)
        i = max(mpf(0), min(a[1], b[1]) - max(a[0], b[0]))
        u, v = a[1] - a[0], b[1] - b[0]
        by_outcomes("uniform", p, q, [(i / u, i / v), (1 - i / u, mpf(0)), (mpf(0), 1 - i / v)])
    for p, q in [([0.5, -1, 2, 0.7, 1], [1, 0, 2, 0.7, 1])]:
        s = matrix([[2, mpf(0.7)], [mpf(0.7), 1]])
        d = matrix([mpf(0.5), mpf(1)])
        put("mvn", p, q, [("total_variation", 0, mp.erf(sqrt((d.T * s**-1 * d)[0] / 8)))], dimension=2)


def by_outcomes(family, p, q, pairs, dimension=0, fixed=0):
    t = lambda a, b: a * log(2 * a / (a + b)) if a > 0 else mpf(0)
    tv = sum(abs(a - b) for a, b in pairs) / 2
    js = sum(t(a, b) + t(b, a) for a, b in pairs) / 2
    put(family, p, q, [("total_variation", 0, tv), ("jensen_shannon", 0, js)], dimension, fixed)


def uniforms():
    for p, q in [((0, 1), (0.5, 2)), ((0, 1), (-1, 2)), ((0, 1), (1e-9, 1)), ((0, 1), (2, 3)), ((0, 1), (0.5, 1.5))]:
        a, b = exact(p), exact(q)
        u, v, i = a[1] - a[0], b[1] - b[0], max(mpf(0), min(a[1], b[1]) - max(a[0], b[0]))
        total = lambda x: inf if (x > 1 and i < u) or (x < 0 and i < v) else i / u**x / v ** (1 - x)
        c = lambda x: -inf if isinf(total(x)) else inf if i == 0 else -log(total(x))
        rows = by_c(c, lambda x: log(u) - log(v), -log(i / v) if i else inf, symmetric=u == v)
        if i == 0:
            rows = [r for r in rows if r[0] != "chernoff_alpha"]
        rows = [(n, o, max(-log(i / u), -log(i / v)) if n == "chernoff_information" and i else w) for n, o, w in rows]
        put("uniform", p, q, rows)


def c_number(v):
    v = float(v)
    return "INFINITY" if v == float("inf") else "-INFINITY" if v == float("-inf") else repr(v)


def write(name, script="divergences.py"):
    out = ["/* Written by tests/oracle/%s, mpmath with 30 digits or more. */" % script,
           "static const oracle_row %s[] = {" % name]
    for f, d, fixed, quantity, order, p, q, want, scale in ROWS:
        arr = lambda v: "{" + ", ".join(c_number(a) for a in v) + "}"
        out.append('    {"%s", %d, %s, "%s", %s, %s, %s, %s, %s},' % (f, d, c_number(fixed), quantity, c_number(order), arr(p), arr(q), c_number(want), c_number(scale)))
    open("tests/manifold/%s.h" % name, "w").write("\n".join(out) + "\n};\n")
    print(len(ROWS), "rows")


TABLES = {"oracle_divergences": [exponential_families, matrices, classes, uniforms], "oracle_divergences_lines": [lines], "oracle_divergences_overlaps": [overlaps]}

if __name__ == "__main__":
    for name, parts in TABLES.items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        del ROWS[:]
        for part in parts:
            part()
        write(name)
