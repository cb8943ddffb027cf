"""Cramer-Rao bounds J F^-1 J^T at points where F is nearly singular: prints the lines of tests/family/test_information.c. mpmath, 60 digits."""
import mpmath as mp

mp.mp.dps = 60


def bound(fisher, gradient):
    g = mp.matrix(gradient)
    return (g.T * (mp.matrix(fisher) ** -1) * g)[0]


def gamma(k, r):
    return [[mp.psi(1, k), -1 / r], [-1 / r, k / r**2]]


def dirichlet(alpha):
    total = mp.psi(1, mp.fsum(alpha))
    return [[(mp.psi(1, a) if i == j else 0) - total for j in range(len(alpha))] for i, a in enumerate(alpha)]


def row(name, d, chart, g, fisher, gradient, point, tol):
    chart = f'"{chart}"' if chart else "NULL"
    print(f'    AT("{name}", {d}, {chart}, "{g}", {mp.nstr(bound(fisher, gradient), 17)}, {tol}, {point});')


M = mp.mpf
for k in ("1e12", "1e10", "1e6", "1e-8"):
    row("gamma", 0, "", "shape", gamma(M(k), M(2)), [1, 0], f"{k}, 2", "1e-13")
    row("gamma", 0, "", "shape / rate", gamma(M(k), M(2)), [1 / M(2), -M(k) / 4], f"{k}, 2", "1e-13")
row("gamma", 0, "shape_scale", "scale", gamma(M(10) ** 12, M(2)), [0, -1 / M(4)], "1e12, 0.5", "1e-13")
row("gamma", 0, "shape_mean", "mean", gamma(M(10) ** 12, M(2)), [1 / M(2), -M(10) ** 12 / 4], "1e12, 5e11", "1e-13")
for a in ("1e12", "1e6", "1e-8"):
    row("beta", 0, "", "a", dirichlet([M(a), M(a)]), [1, 0], f"{a}, {a}", "1e-13")
    x = M(a)
    row("beta", 0, "", "a / (a + b)", dirichlet([x, 2 * x]), [2 / (9 * x), -1 / (9 * x)], f"{a}, 2 * {a}", "1e-12")
row("beta", 0, "", "b", dirichlet([M("1e6"), M("1e-8")]), [0, 1], "1e6, 1e-8", "1e-12")
row("dirichlet", 3, "", "alpha_1", dirichlet([M(10) ** 6, M(10) ** 6, 1]), [1, 0, 0], "1e6, 1e6, 1", "1e-12")
mu, var = M(10) ** 8, M(1)
theta = [[var, 2 * mu * var], [2 * mu * var, 4 * mu**2 * var + 2 * var**2]]  # Cov of (x, x^2) is the Fisher matrix in theta = (mu/var, -1/(2 var))
row("normal", 0, "natural", "theta_1", theta, [1, 0], "1e8, -0.5", "1e-12")
