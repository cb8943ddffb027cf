"""Wasserstein distances, geodesics and information matrices: writes tests/manifold/oracle_transport.h (run from the root of the repository).

Distances are integrals of squared differences of quantile functions by mpmath's quadrature at 25 digits (by Newton's method where quantiles have no formula); where pairs are close or far apart, moments at
200 digits. Normals in several variables by matrix square roots (eigenvalues) at 120 digits. Information: quadrature of products of the derivatives of quantile functions.
"""
from mpmath import mp, mpf, quad, log, exp, sqrt, erfinv, gamma, diff, matrix, eigsy, pi, euler, tan, eye, fabs

mp.dps = 25
ROWS = []


def exact(v):
    return [mpf(float(a)) for a in v]


def row(family, quantity, p, q, want, chart="", t=0, dimension=0, fixed=0):
    want = list(want) if isinstance(want, (list, tuple)) else [want]
    ROWS.append((family, dimension, fixed, quantity, chart, list(p), list(q), t, want))


def nu4(u):
    """quantile of Student t with 4 degrees of freedom"""
    from mpmath import cos, acos
    a = 4 * u * (1 - u)
    r = cos(acos(sqrt(a)) / 3) / sqrt(a)
    return (1 if u > 0.5 else -1) * 2 * sqrt(r - 1)


QUANTILE = {
    "normal": lambda c, u: c[0] + c[1] * sqrt(mpf(2)) * erfinv(2 * u - 1), "lognormal": lambda c, u: exp(c[0] + c[1] * sqrt(mpf(2)) * erfinv(2 * u - 1)),
    "laplace": lambda c, u: c[0] + c[1] * (log(2 * u) if u < 0.5 else -log(2 * (1 - u))), "logistic": lambda c, u: c[0] + c[1] * (log(u) - log(1 - u)),
    "gumbel": lambda c, u: c[0] - c[1] * log(-log(u)), "exponential": lambda c, u: -log(1 - u) / c[0], "rayleigh": lambda c, u: c[0] * sqrt(-2 * log(1 - u)),
    "uniform": lambda c, u: c[0] + (c[1] - c[0]) * u, "weibull": lambda c, u: c[1] * (-log(1 - u)) ** (1 / c[0]), "pareto": lambda c, u: mpf("2.5") * (1 - u) ** (-1 / c[0]),
    "student_t": lambda c, u: c[0] + c[1] * nu4(u)}
FIXED = {"pareto": 2.5, "student_t": 4}


def integral(f):
    """over (0, 1), by u = 1/(1 + e^-y): smooth at both ends"""
    g = lambda y: f(1 / (1 + exp(-y)), y) * exp(-y) / (1 + exp(-y)) ** 2
    return quad(g, [-50, -20, -6, 0, 6, 20, 50])


def univariate():
    pairs = {"exponential": [((1,), (2,))], "rayleigh": [((1,), (3,))], "uniform": [((0, 1), (1, 4)), ((-3, 5), (2, 3))], "weibull": [((2, 1), (3, 2)), ((0.7, 2), (5, 1))],
             "pareto": [((7,), (9,))], "lognormal": [((0, 1), (0.5, 0.25))], "student_t": [((0, 1), (1, 2))]}
    for family, quantile in QUANTILE.items():
        for p, q in pairs.get(family, [((0, 1), (1, 2)), ((-1, 3), (4, 0.5))]):
            a, b = exact(p), exact(q)
            tail = 1 if family in ("pareto", "student_t") else 0
            row(family, "wasserstein2", p, q, sqrt(integral(lambda u, y: (quantile(a, u) - quantile(b, u)) ** 2)) if not tail else heavy(family, a, b), fixed=FIXED.get(family, 0))
            n = len(p)
            if not tail:
                z = lambda u: quantile(a, u) if family == "lognormal" else (quantile(a, u) - a[0]) / a[1]
                slope = {"exponential": lambda u: [-quantile(a, u) / a[0]], "rayleigh": lambda u: [quantile(a, u) / a[0]], "uniform": lambda u: [1 - u, u],
                         "lognormal": lambda u: [z(u), z(u) * (log(z(u)) - a[0]) / a[1]],
                         "weibull": lambda u: [-quantile(a, u) * log(-log(1 - u)) / a[0] ** 2, quantile(a, u) / a[1]]}.get(family, lambda u: [1, z(u)])
                g = [[integral(lambda u, y: slope(u)[i] * slope(u)[j]) if j <= i else 0 for j in range(n)] for i in range(n)]
                row(family, "wasserstein_information", p, p, [g[max(i, j)][min(i, j)] for i in range(n) for j in range(n)], fixed=FIXED.get(family, 0))


def heavy(family, a, b):
    """tails that fall like a power: quadrature in y = -log of the tail, further out"""
    quantile = QUANTILE[family]
    if family == "pareto":
        f = lambda y: mpf("6.25") * (exp(y / a[0]) - exp(y / b[0])) ** 2 * exp(-y)
        return sqrt(quad(f, [0, 1, 5, 20, 60, 150, 400]))
    return sqrt((a[0] - b[0]) ** 2 + 2 * (a[1] - b[1]) ** 2)  # E z^2 = nu/(nu - 2)


def moments():
    mp.dps = 200
    for p, q in [((0, 1), (0, 1 + 1e-9)), ((0, 1), (1e-12, 1)), ((-300, 1), (-300, 2)), ((3, 0.5), (3, 1e-8)), ((10, 5), (-10, 12))]:
        (m, s), (n, t) = exact(p), exact(q)
        row("lognormal", "wasserstein2", p, q, sqrt(exp(2 * m + 2 * s * s) + exp(2 * n + 2 * t * t) - 2 * exp(m + n + (s + t) ** 2 / 2)))
    for p, q in [((2, 1), (2 + 1e-9, 1)), ((2, 1), (2, 1 + 1e-12)), ((0.1, 1e-100), (0.2, 1e-100)), ((1e6, 3), (2e6, 3 + 1e-6)), ((0.5, 1), (700, 1))]:
        (k, a), (l, b) = exact(p), exact(q)
        row("weibull", "wasserstein2", p, q, sqrt(a * a * gamma(1 + 2 / k) - 2 * a * b * gamma(1 + 1 / k + 1 / l) + b * b * gamma(1 + 2 / l)))
    for p, q in [((3,), (3 + 1e-9,)), ((2 + 1e-9,), (3,)), ((1e12,), (5,))]:
        a, b = 1 / exact(p)[0], 1 / exact(q)[0]
        row("pareto", "wasserstein2", p, q, mpf(2.5) * sqrt(1 / (1 - 2 * a) - 2 / (1 - a - b) + 1 / (1 - 2 * b)), fixed=2.5)
    for chart, p, q, to in [("mu_var", (0, 1), (0, 1 + 1e-9), lambda c: (c[0], sqrt(c[1]))), ("natural", (1, -0.5), (1, -0.5 - 1e-10), lambda c: (-c[0] / c[1] / 2, sqrt(-1 / (2 * c[1]))))]:
        (m, s), (n, t) = to(exact(p)), to(exact(q))
        row("normal", "wasserstein2", p, q, sqrt((m - n) ** 2 + (s - t) ** 2), chart)
    row("bernoulli", "wasserstein2", (0.25,), (0.5,), mpf(0.5))
    row("cauchy", "wasserstein2", (0, 1), (3, 1), 3)
    row("cauchy", "wasserstein2", (0, 1), (3, 2), mp.inf)
    row("student_t", "wasserstein2", (0, 1), (3, 2), mp.inf, fixed=2)
    row("pareto", "wasserstein2", (2,), (3,), mp.inf, fixed=2.5)
    row("isotropic_normal", "wasserstein2", (0, 0, 0, 1), (1, 2, 2, 3), sqrt(mpf(9 + 12)), dimension=3)
    row("diagonal_normal", "wasserstein2", (0, 0, 1, 1), (1, 2, 3, 3), sqrt(mpf(1 + 4 + 4 + 4)), dimension=2)
    row("normal", "wasserstein_information", (0, 4), (0, 4), [1, 0, 0, mpf(1) / 16], "mu_var")
    row("exponential", "wasserstein_information", (4,), (4,), 2, "scale")
    row("normal", "wasserstein_geodesic", (0, 1), (4, 3), [1, 1.5], t=0.25)
    row("normal", "wasserstein_geodesic", (0, 1), (4, 9), [1, 2.25], "mu_var", t=0.25)
    row("uniform", "wasserstein_geodesic", (0, 1), (4, 9), [1, 3], t=0.25)
    row("exponential", "wasserstein_geodesic", (1,), (0.25,), mpf(1) / mpf(1.75), t=0.25)
    row("weibull", "wasserstein_geodesic", (2, 1), (2, 5), [2, 2], t=0.25)


def by_newton():
    """quantiles by Newton's method on logarithms of both tails, each node from its neighbour; the trapezoid rule in y, u = 1/(1 + e^-y)"""
    from mpmath import ncdf, npdf, factorial, erf, erfc
    mp.dps = 60
    poisson = lambda n, x: exp(-x) * sum(x**k / factorial(k) for k in range(n))  # upper tail of a gamma of whole shape n
    ig = lambda c, x: (ncdf(sqrt(c[1] / x) * (x / c[0] - 1)), exp(2 * c[1] / c[0]) * ncdf(-sqrt(c[1] / x) * (x / c[0] + 1)))
    law = {"gamma": (lambda c, x: (1 - poisson(int(c[0]), c[1] * x), poisson(int(c[0]), c[1] * x)), lambda c, x: c[1] ** c[0] * x ** (c[0] - 1) * exp(-c[1] * x) / gamma(c[0])),
           "inverse_gamma": (lambda c, x: (poisson(int(c[0]), c[1] / x), 1 - poisson(int(c[0]), c[1] / x)), lambda c, x: c[1] ** c[0] * x ** (-c[0] - 1) * exp(-c[1] / x) / gamma(c[0])),
           "beta": (lambda c, x: (x ** c[0] * (c[0] + 1 - c[0] * x), 1 - x ** c[0] * (c[0] + 1 - c[0] * x)), lambda c, x: c[0] * (c[0] + 1) * x ** (c[0] - 1) * (1 - x)),
           "inverse_gaussian": (lambda c, x: (sum(ig(c, x)), 1 - sum(ig(c, x))), lambda c, x: sqrt(c[1] / (2 * pi * x**3)) * exp(-c[1] * (x - c[0]) ** 2 / (2 * c[0] ** 2 * x))),
           "normal_mixture3": (lambda c, x: (c[0] * ncdf((x - c[1]) / c[2]) + (1 - c[0]) * ncdf(x), c[0] * ncdf(-(x - c[1]) / c[2]) + (1 - c[0]) * ncdf(-x)),
                               lambda c, x: c[0] * npdf((x - c[1]) / c[2]) / c[2] + (1 - c[0]) * npdf(x))}
    pairs = {"gamma": [((2, 1), (3, 0.5)), ((1, 2), (4, 1))], "inverse_gamma": [((9, 1), (12, 3))], "beta": [((2, 2), (5, 2))], "inverse_gaussian": [((2.5, 1), (3, 0.5))],
             "normal_mixture3": [((0.5, 1, 0.8), (0.3, 0.5, 1.5))]}  # beta (a, 2): F = x^a (a + 1 - a x)
    line = {"beta": (lambda z: 1 / (1 + exp(-z)), lambda x: x * (1 - x)), "normal_mixture3": (lambda z: z, lambda x: 1)}
    h = mpf(1) / 6
    for family, all_pairs in pairs.items():
        cdf, pdf = law[family]
        back, slope = line.get(family, (exp, lambda x: x))
        for p, q in all_pairs:
            total = mpf(0)
            for side in (-1, 1):
                z = [mpf(1) / 2, mpf(1) / 2]
                for k in range(0, 271):
                    tail, x = 1 / (1 + exp(k * h)), []
                    for j, c in enumerate((exact(p), exact(q))):
                        for _ in range(60):
                            at = back(z[j])
                            mass = cdf(c, at)[0 if side < 0 else 1]
                            move = (log(tail) - log(mass)) * mass / (pdf(c, at) * slope(at)) * (1 if side < 0 else -1)
                            z[j] += max(min(move, mpf(1)), mpf(-1))
                            if fabs(move) < mpf(10) ** -18:
                                break
                        x.append(back(z[j]))
                    total += h * (x[0] - x[1]) ** 2 * tail * (1 - tail) / (2 if k == 0 else 1)
            row(family, "wasserstein2", p, q, sqrt(total))


def counts():
    """the merged steps of two distribution functions"""
    mp.dps = 60
    pmf = {"poisson": lambda c, k: exp(-c[0]) * c[0] ** k / mp.factorial(k), "geometric": lambda c, k: c[0] * (1 - c[0]) ** (k - 1) if k > 0 else mpf(0),
           "binomial": lambda c, k: mp.binomial(12, k) * c[0] ** k * (1 - c[0]) ** (12 - k) if k <= 12 else mpf(0)}
    for family, p, q, fixed in [("poisson", (2,), (3,), 0), ("poisson", (0.1,), (40,), 0), ("geometric", (0.3,), (0.5,), 0), ("binomial", (0.3,), (0.55,), 12), ("poisson", (2,), (2 + 1e-6,), 0)]:
        c = [exact(p), exact(q)]
        at, mass, passed, total = [0, 0], [pmf[family](c[0], 0), pmf[family](c[1], 0)], mpf(0), mpf(0)
        while passed < 1 - mpf(10) ** -45 and max(at) < 2000:
            step = min(mass)
            total, passed = total + (step - passed) * (at[0] - at[1]) ** 2, step
            j = 0 if mass[0] <= mass[1] else 1
            at[j] += 1
            mass[j] += pmf[family](c[j], at[j])
        row(family, "wasserstein2", p, q, sqrt(total), fixed=fixed)


def full(upper, d):
    m, upper = matrix(d, d), list(upper)
    for i in range(d):
        for j in range(i, d):
            m[i, j] = m[j, i] = upper.pop(0)
    return m


def root(s, power=mpf(1) / 2):
    w, v = eigsy(s)
    return v * mp.diag([x**power for x in w]) * v.T


def bures():
    mp.dps = 120
    for p, q in [((0, 0, 2, 0.5, 1), (1, -2, 1, -0.25, 3)), ((0, 0, 2, 0.5, 1), (0, 0, 2 + 1e-9, 0.5, 1)), ((0, 0, 2, 0.5, 1), (1e-9, 0, 2, 0.5, 1 - 1e-9)), ((0, 0, 1e-100, 0, 2e-100), (0, 0, 3e-100, 0, 1e-100)),
                 ((0, 0, 1, 0.999, 1), (0, 0, 1, -0.999, 1)), ((3, 4, 2, 1, 2), (3, 4, 2, 1, 2))]:
        a, b = exact(p), exact(q)
        s0, s1 = full(a[2:], 2), full(b[2:], 2)
        r = root(s0)
        middle = root(r * s1 * r)
        square = sum((u - v) ** 2 for u, v in zip(a[:2], b[:2])) + s0[0, 0] + s0[1, 1] + s1[0, 0] + s1[1, 1] - 2 * (middle[0, 0] + middle[1, 1])
        row("mvn", "wasserstein2", p, q, sqrt(square) if p != q else 0, dimension=2)
        inverse = root(s0, -mpf(1) / 2)
        t = mpf(0.25)
        step = (1 - t) * eye(2) + t * (inverse * middle * inverse)
        s = step * s0 * step
        row("mvn", "wasserstein_geodesic", p, q, [u + (v - u) * t for u, v in zip(a[:2], b[:2])] + [s[0, 0], s[0, 1], s[1, 1]], t=0.25, dimension=2)
    # the information: W_2^2(S, S + h B) / h^2 -> G, by second differences at 120 digits
    p = (0, 0, 2, 0.5, 1)
    def w(upper):
        s0, s1 = full(exact(p[2:]), 2), full(upper, 2)
        r = root(s0)
        m = root(r * s1 * r)
        return s0[0, 0] + s0[1, 1] + s1[0, 0] + s1[1, 1] - 2 * (m[0, 0] + m[1, 1])
    h, c = mpf(10) ** -40, exact(p[2:])
    at = lambda *ij: [v + h * ij.count(k) for k, v in enumerate(c)]
    g = [[0] * 5 for _ in range(5)]
    g[0][0] = g[1][1] = 1
    for i in range(3):
        for j in range(3):
            g[2 + i][2 + j] = (w(at(i, j)) - w(at(i)) - w(at(j))) / (2 * h * h) if i != j else w(at(i)) / h**2
    row("mvn", "wasserstein_information", p, p, [v for r in g for v in r], dimension=2)


def c(v):
    v = float(v)
    return "INFINITY" if v == float("inf") else repr(v)


def write():
    out = ["/* Written by tests/oracle/transport.py, mpmath. */",
           "static const struct {\n    const char *family;\n    int64_t dimension;\n    double fixed;\n    const char *quantity, *chart;\n    double p[6], q[6], t;\n"
           "    int count;\n    double want[25];\n} oracle_transport[] = {"]
    for f, d, fixed, quantity, chart, p, q, t, want in ROWS:
        arr = lambda v: "{" + (", ".join(c(a) for a in v) or "0") + "}"
        out.append('    {"%s", %d, %s, "%s", "%s", %s, %s, %s, %d, %s},' % (f, d, c(fixed), quantity, chart, arr(p), arr(q), c(t), len(want), arr(want)))
    open("tests/manifold/oracle_transport.h", "w").write("\n".join(out) + "\n};\n")
    print(len(ROWS), "rows")


if __name__ == "__main__":
    for f in [univariate, moments, by_newton, counts, bures]:
        f()
    write()
