"""Amari-Chentsov tensors, connections and curvatures at 220 digits: writes tests/manifold/oracle_tensors.h (run from the root of the repository).

From the definitions alone: T is the third derivative of the log-partition carried by the chart's Jacobian (or an integral of the score's cube), the Christoffel
symbols are derivatives of the metric in the chart, Gamma(alpha) = Gamma - alpha/2 g^-1 T, and the curvature is derivatives of these symbols; all of them by
differences over 1e-30, right to 1e-60. Inputs are doubles, taken exactly. clang-format the table.
"""
from itertools import product
from mpmath import mp, mpf, log, exp, sqrt, pi, loggamma, besseli, matrix, lu_solve, quad, tanh, cos, sin, det, eye, inf, atan

mp.dps = 220
ROWS, WANT = [], []
H = mpf(10) ** -30


def exact(v):
    return [mpf(float(a)) for a in v]


def d(f, x, i):
    """df/dx_i for f with values in nested lists, flattened by the caller."""
    h = H * max(1, abs(x[i]))
    up, down = list(x), list(x)
    up[i] += h
    down[i] -= h
    a, b = f(up), f(down)
    return [(u - v) / (2 * h) for u, v in zip(a, b)]


class Geometry:
    """g(x) and T(x), flat lists, in a chart's coordinates."""

    def __init__(self, n, g, t):
        self.n, self.g, self.t = n, g, t

    def inverse(self, x):
        n, g = self.n, self.g(x)
        m = matrix(n, n)
        for i in range(n):
            for j in range(n):
                m[i, j] = g[i * n + j]
        return m**-1

    def symbols(self, x, alpha):
        n = self.n
        dg = [d(self.g, x, k) for k in range(n)]
        t, inverse = self.t(x), self.inverse(x)
        low = lambda i, j, k: (dg[i][j * n + k] + dg[j][i * n + k] - dg[k][i * n + j]) / 2 - mpf(alpha) / 2 * t[(i * n + j) * n + k]
        return [sum(inverse[i, l] * low(j, k, l) for l in range(n)) for i in range(n) for j in range(n) for k in range(n)]

    def riemann(self, x, alpha):
        n, c, g = self.n, self.symbols(x, alpha), self.g(x)
        dc = [d(lambda y: self.symbols(y, alpha), x, k) for k in range(n)]
        at = lambda v, i, j, k: v[(i * n + j) * n + k]
        up = lambda m, j, k, l: at(dc[k], m, l, j) - at(dc[l], m, k, j) + sum(at(c, m, k, r) * at(c, r, l, j) - at(c, m, l, r) * at(c, r, k, j) for r in range(n))
        table = {q: up(*q) for q in product(range(n), repeat=4)}
        return [sum(g[i * n + m] * table[m, j, k, l] for m in range(n)) for i, j, k, l in product(range(n), repeat=4)]


def exponential(n, log_partition, theta):
    """g = J^T F'' J, T = F''' (J, J, J), J = d theta/dx."""
    def gradient(t):
        return [d(lambda y: [log_partition(y)], t, i)[0] for i in range(n)]

    def hessian(t):
        return sum((d(gradient, t, i) for i in range(n)), [])

    def jacobian(x):
        return [d(theta, x, i) for i in range(n)]  # [i][a]

    def g(x):
        h, j = hessian(theta(x)), jacobian(x)
        return [sum(j[a][p] * h[p * n + q] * j[b][q] for p in range(n) for q in range(n)) for a in range(n) for b in range(n)]

    def t(x):
        j, h3 = jacobian(x), [d(hessian, theta(x), i) for i in range(n)]
        third = lambda p, q, r: h3[p][q * n + r]
        return [sum(j[a][p] * j[b][q] * j[c][r] * third(p, q, r) for p, q, r in product(range(n), repeat=3)) for a, b, c in product(range(n), repeat=3)]
    return Geometry(n, g, t)


def located(score, expect):
    """Constants over scale^2 and scale^3."""
    old, mp.dps = mp.dps, 40
    g = [expect(lambda z: score(z)[i] * score(z)[j]) for i, j in product(range(2), repeat=2)]
    t = [expect(lambda z: score(z)[i] * score(z)[j] * score(z)[k]) for i, j, k in product(range(2), repeat=3)]
    mp.dps = old
    return Geometry(2, lambda x: [v / x[1] ** 2 for v in g], lambda x: [v / x[1] ** 3 for v in t])


def pulled(base, to):
    """A geometry in coordinates x of which those of `base` are to(x)."""
    n = base.n
    def g(x):
        j, h = [d(to, x, i) for i in range(n)], base.g(to(x))
        return [sum(j[a][p] * h[p * n + q] * j[b][q] for p in range(n) for q in range(n)) for a in range(n) for b in range(n)]

    def t(x):
        j, h = [d(to, x, i) for i in range(n)], base.t(to(x))
        return [sum(j[a][p] * j[b][q] * j[c][r] * h[(p * n + q) * n + r] for p, q, r in product(range(n), repeat=3)) for a, b, c in product(range(n), repeat=3)]
    return Geometry(n, g, t)


def add(family, chart, quantity, p, want, alpha=0, dimension=0, fixed=0):
    want = list(want) if isinstance(want, list) else [want]
    ROWS.append((family, dimension, fixed, chart, quantity, alpha, list(p), len(WANT), len(want)))
    WANT.extend(want)


def rows(geometry, family, chart, points, to=None, tensor=True, **other):
    """`to`: from the request's point to the geometry's coordinates (a probability vector has one more)."""
    n = geometry.n
    for p in points:
        x = exact(p) if to is None else to(exact(p))
        add(family, chart, "amari_chentsov", p, geometry.t(x), **other)
        add(family, chart, "christoffel", p, geometry.symbols(x, 0), **other)
        add(family, chart, "alpha_christoffel", p, geometry.symbols(x, 0.25), alpha=0.25, **other)
        if n == 1:
            continue
        g = geometry.g(x)
        for name, alpha in [("riemann", 0), ("alpha_curvature", 0.5)]:
            if n > 3:
                continue
            r = geometry.riemann(x, alpha)
            if name == "riemann":
                add(family, chart, "riemann", p, r, **other)
                inverse = geometry.inverse(x)
                add(family, chart, "scalar_curvature", p, sum(inverse[i, k] * inverse[j, l] * r[((i * n + j) * n + k) * n + l] for i, j, k, l in product(range(n), repeat=4)), **other)
            if n == 2:
                name = "sectional_curvature" if name == "riemann" else name
                add(family, chart, name, p, r[5] / (g[0] * g[3] - g[1] * g[2]), alpha=alpha, **other)


# ---- exponential families ----

def normal_f(t):
    return -t[0] ** 2 / (4 * t[1]) - log(-2 * t[1]) / 2


def plane_families():
    theta = lambda m, v: [m / v, -1 / (2 * v)]
    for chart, to, points in [("mu_sigma", lambda x: theta(x[0], x[1] ** 2), [(0, 1), (3, 0.25), (1000, 0.125)]), ("mu_var", lambda x: theta(*x), [(1, 4), (-3, 1e-4)]),
                              ("mu_logvar", lambda x: theta(x[0], exp(x[1])), [(1, 4), (-3, -2)]), ("natural", lambda x: x, [(1, -0.5), (-3, -0.125)]),
                              ("expectation", lambda x: theta(x[0], x[1] - x[0] ** 2), [(1, 3), (-3, 9.5)])]:
        rows(exponential(2, normal_f, to), "normal", chart, points)
    rows(exponential(2, normal_f, lambda x: theta(x[0], x[1] ** 2)), "lognormal", "mu_sigma", [(0.5, 2)])
    gamma_f = lambda t: loggamma(t[0] + 1) - (t[0] + 1) * log(-t[1])
    shapes = [(2.5, 1.5), (0.125, 3), (40, 0.5), (3e5, 2), (1e-3, 7)]
    for chart, to in [("shape_rate", lambda x: [x[0] - 1, -x[1]]), ("shape_scale", lambda x: [x[0] - 1, -1 / x[1]]), ("shape_mean", lambda x: [x[0] - 1, -x[0] / x[1]])]:
        rows(exponential(2, gamma_f, to), "gamma", chart, shapes)
    rows(exponential(2, gamma_f, lambda x: x), "gamma", "natural", [(1.5, -1.5), (39, -0.5)])
    rows(exponential(2, gamma_f, lambda x: [x[0] - 1, -x[1]]), "inverse_gamma", "shape_scale", shapes[:3])
    lbeta = lambda a: sum(loggamma(v) for v in a) - loggamma(sum(a))
    rows(exponential(2, lbeta, lambda x: x), "beta", "a_b", [(2.5, 1.5), (0.125, 3), (40, 0.5), (3e5, 2e5), (1e-3, 7), (1e-2, 2e-2), (1e6, 1e-3)])
    rows(exponential(3, lbeta, lambda x: x), "dirichlet", "alpha", [(2.5, 1.5, 0.5), (1e5, 2e5, 3e5), (1e-2, 7, 1e4)], dimension=3)
    rows(exponential(2, lambda t: log(besseli(0, sqrt(t[0] ** 2 + t[1] ** 2))), lambda x: [x[1] * cos(x[0]), x[1] * sin(x[0])]), "von_mises", "mu_kappa",
         [(0.5, 1.5), (-2, 0.0625), (3, 30), (1, 400)])
    rows(exponential(2, lambda t: -2 * sqrt(t[0] * t[1]) - log(-2 * t[1]) / 2, lambda x: [-x[1] / (2 * x[0] ** 2), -x[1] / 2]), "inverse_gaussian", "mu_lambda",
         [(1, 1), (2, 0.125), (0.25, 40)])
    for n, name in [(1, "categorical"), (9, "multinomial")]:
        f = lambda t: n * log(1 + sum(exp(v) for v in t))
        last = lambda x: 1 - sum(x)
        for chart, theta, to in [("p", lambda x: [log(v / last(x)) for v in x], lambda p: p[:-1]), ("natural", lambda x: x, None)]:
            points = [(0.5, 0.25, 0.25), (0.0009765625, 0.9990234375 - 2.0**-20, 2.0**-20)] if chart == "p" else [(0.5, -1), (-12, 3)]
            rows(exponential(2, f, theta), name, chart, points, to=to, dimension=3, fixed=n if n > 1 else 0)
    rows(exponential(3, lambda t: log(1 + sum(exp(v) for v in t)), lambda x: [log(v / (1 - sum(x))) for v in x]), "categorical", "p", [(0.5, 0.25, 0.125, 0.125)],
         to=lambda p: p[:-1], dimension=4)
    isotropic = lambda x: [x[0] / x[2] ** 2, x[1] / x[2] ** 2, -1 / (2 * x[2] ** 2)]
    rows(exponential(3, lambda t: -(t[0] ** 2 + t[1] ** 2) / (4 * t[2]) - log(-2 * t[2]), isotropic), "isotropic_normal", "mu_sigma", [(1, 2, 0.5)], dimension=2)
    pair = lambda x: [x[0] / x[2] ** 2, -1 / (2 * x[2] ** 2), x[1] / x[3] ** 2, -1 / (2 * x[3] ** 2)]
    rows(exponential(4, lambda t: normal_f(t[:2]) + normal_f(t[2:]), pair), "diagonal_normal", "mu_sigma", [(1, 2, 0.5, 3)], dimension=2)


def lines():
    one = lambda f, to: exponential(1, lambda t: f(t[0]), lambda x: [to(x[0])])
    rows(one(lambda t: -log(-t), lambda x: -x), "exponential", "rate", [(0.5,), (1e-5,)])
    rows(one(lambda t: -log(-t), lambda x: -1 / x), "exponential", "scale", [(0.5,), (1e5,)])
    rows(one(lambda t: -log(-t), lambda x: x), "exponential", "natural", [(-0.5,)])
    rows(one(lambda t: -log(-1 - t), lambda x: -1 - x), "pareto", "alpha", [(2.5,)], fixed=3)
    rows(one(lambda t: -log(-t), lambda x: -1 / (2 * x * x)), "rayleigh", "sigma", [(2.5,)])
    rows(one(exp, log), "poisson", "lambda", [(2.5,), (1e6,)])
    rows(one(exp, lambda x: x), "poisson", "natural", [(2.5,)])
    for name, n in [("bernoulli", 1), ("binomial", 7)]:
        f = lambda t: n * log(1 + exp(t))
        rows(one(f, lambda p: log(p / (1 - p))), name, "p", [(0.25,), (2.0**-30,), (1 - 2.0**-20,)], fixed=n if n > 1 else 0)
        rows(one(f, lambda x: x), name, "natural", [(3,)], fixed=n if n > 1 else 0)
    for name, r in [("geometric", 0), ("geometric0", 0), ("negative_binomial", 2.5)]:
        rows(one(lambda t: -mpf(r or 1) * log(1 - exp(t)), lambda p: log(1 - p)), name, "p", [(0.25,), (2.0**-30,), (1 - 2.0**-20,)], fixed=r)


def matrices():
    def f(t):  # theta of (x, xx^T), pairing counted twice off the diagonal: F = eta-free form in coordinates (t1, t2, T11, 2 T12, T22)
        a, b, c = -2 * t[2], -t[3], -2 * t[4]
        delta = a * c - b * b
        return (c * t[0] ** 2 - 2 * b * t[0] * t[1] + a * t[1] ** 2) / (2 * delta) - log(delta) / 2

    def theta(x):
        delta = x[2] * x[4] - x[3] ** 2
        a, b, c = x[4] / delta, -x[3] / delta, x[2] / delta
        return [a * x[0] + b * x[1], b * x[0] + c * x[1], -a / 2, -b, -c / 2]
    rows(exponential(5, f, theta), "mvn", "mean_cov", [(1, -2, 2, 0.5, 1)], dimension=2)
    rows(exponential(5, lambda t: f([t[0], t[1], t[2], 2 * t[3], t[4]]), lambda x: x), "mvn", "natural", [(0.5, 1, -1, 0.25, -2)], dimension=2)
    eta = lambda x: theta([x[0], x[1], x[2] - x[0] ** 2, x[3] - x[0] * x[1], x[4] - x[1] ** 2])
    rows(exponential(5, f, eta), "mvn", "expectation", [(0.5, 1, 2, 0.25, 3)], dimension=2)
    n = mpf(4.5)

    def w(t):
        a, b, c = -2 * t[0], -t[1], -2 * t[2]
        return -n / 2 * log(a * c - b * b)

    def scale(x):
        delta = x[0] * x[2] - x[1] ** 2
        return [-x[2] / delta / 2, x[1] / delta, -x[0] / delta / 2]
    rows(exponential(3, w, scale), "wishart", "scale", [(2, 0.5, 1)], dimension=2, fixed=4.5)


# ---- location and scale ----

def others():
    line = lambda density: lambda h: quad(lambda z: h(z) * density(z), [-inf, -30, -8, -2, 0, 2, 8, 30, inf])
    heavy = lambda density: lambda h: quad(lambda u: h(u / (1 - u * u)) * density(u / (1 - u * u)) * (1 + u * u) / (1 - u * u) ** 2, [-1, -0.5, 0, 0.5, 1])
    points = [(0.5, 2)]
    rows(located(lambda z: (2 * z / (1 + z * z), (z * z - 1) / (z * z + 1)), heavy(lambda z: 1 / (pi * (1 + z * z)))), "cauchy", "x0_gamma", points)
    nu = mpf(3)
    norm = quad(lambda u: 1, [0, 1]) * exp(loggamma((nu + 1) / 2) - loggamma(nu / 2)) / sqrt(nu * pi)
    rows(located(lambda z: ((nu + 1) * z / (nu + z * z), nu * (z * z - 1) / (nu + z * z)), heavy(lambda z: norm * (1 + z * z / nu) ** (-(nu + 1) / 2))), "student_t", "mu_sigma",
         points, fixed=3)
    rows(located(lambda z: (mpf(1) if z > 0 else mpf(-1), abs(z) - 1), lambda h: quad(lambda z: (h(z) + h(-z)) * exp(-z) / 2, [0, 5, 30, 200])), "laplace", "mu_b", points)
    rows(located(lambda z: (tanh(z / 2), z * tanh(z / 2) - 1), lambda h: quad(lambda z: h(z) * exp(-z) / (1 + exp(-z)) ** 2, [-150, -40, -10, 0, 10, 40, 150])), "logistic", "mu_s", points)
    gumbel = located(lambda z: (1 - exp(-z), z * (1 - exp(-z)) - 1), lambda h: quad(lambda z: h(z) * exp(-z - exp(-z)), [-7, -3, -1, 0, 2, 10, 40, 150]))
    rows(gumbel, "gumbel", "mu_beta", points)
    rows(pulled(gumbel, lambda x: [-log(x[1]), 1 / x[0]]), "weibull", "shape_scale", [(0.5, 2), (3, 0.25)])


def write():
    c = lambda v: repr(float(v)) if abs(float(v)) > 1e-25 or v == 0 else "0.0"
    array = lambda v: "{" + ", ".join(c(a) for a in v) + "}"
    out = ["/* Written by tests/oracle/tensors.py, mpmath with 220 digits. */", "static const double oracle_tensor_values[] = {"]
    out += ["    " + ", ".join(c(v) for v in WANT[i : i + 8]) + "," for i in range(0, len(WANT), 8)]
    out += ["};", "static const struct {\n    const char *family;\n    int64_t dimension;\n    double fixed;\n    const char *chart, *quantity;\n    double alpha, p[6];\n"
            "    int first, count;\n} oracle_tensors[] = {"]
    out += ['    {"%s", %d, %s, "%s", "%s", %s, %s, %d, %d},' % (f, k, c(fixed), chart, q, c(alpha), array(p), first, count)
            for f, k, fixed, chart, q, alpha, p, first, count in ROWS]
    open("tests/manifold/oracle_tensors.h", "w").write("\n".join(out) + "\n};\n")
    print(len(ROWS), "rows,", len(WANT), "numbers")


if __name__ == "__main__":
    for part in [lines, others, plane_families, matrices]:
        part()
        print(part.__name__, len(ROWS), flush=True)
    write()
