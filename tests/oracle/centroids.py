"""Centroids of far and of narrow laws by mpmath, 60 digits: prints the rows of tests/manifold/test_centroid.c (shapes).

Right: the point with the mean of eta. Symmetric: (eta - mean eta) + F (theta - mean theta) = 0. Both by Newton's method in the logarithms of the coordinates, from a
start near the answer.
"""
from mpmath import mp, mpf, exp, log, psi, findroot, nstr

mp.dps = 60


class Beta:
    name, theta = "beta", staticmethod(lambda c: list(c))

    @staticmethod
    def eta(c):
        return [psi(0, a) - psi(0, c[0] + c[1]) for a in c]

    @staticmethod
    def fisher(c):
        both = psi(1, c[0] + c[1])
        return [[psi(1, c[0]) - both, -both], [-both, psi(1, c[1]) - both]]


class Gamma:
    name, theta = "gamma", staticmethod(lambda c: [c[0], -c[1]])

    @staticmethod
    def eta(c):
        return [psi(0, c[0]) - log(c[1]), c[0] / c[1]]

    @staticmethod
    def fisher(c):  # in theta
        return [[psi(1, c[0]), 1 / c[1]], [1 / c[1], c[0] / c[1] ** 2]]


def centre(law, kind, points, start):
    points = [[mpf(v) for v in p] for p in points]
    mean = lambda f: [sum(f(p)[i] for p in points) / len(points) for i in range(2)]
    eta, theta = mean(law.eta), mean(law.theta)

    def condition(*logs):
        c = [exp(v) for v in logs]
        g = [u - v for u, v in zip(law.eta(c), eta)]
        d = [u - v for u, v in zip(law.theta(c), theta)]
        f = law.fisher(c) if kind == "SYMMETRIC" else [[0, 0], [0, 0]]
        return [(g[i] + f[i][0] * d[0] + f[i][1] * d[1]) * c[i] for i in range(2)]
    found = findroot(condition, [log(mpf(v)) for v in start], tol=mpf(10) ** -40, maxsteps=200)
    print('{"%s", RAO_CENTROID_%s, {%s}, {%s}},' % (law.name, kind, ", ".join(nstr(v, 17) for p in points for v in p), ", ".join(nstr(exp(v), 17) for v in found)))


def far_normals(p, q, start):
    """Symmetric: with B the mean of 1/sigma^2, A(mu) that of sigma^2 + (m - mu)^2, v = sqrt(A/B); mu by one equation, bisected about its place in units of the gap from
    the nearer mean."""
    points = [[mpf(v) for v in r] for r in (p, q)]
    b = sum(1 / s**2 for m, s in points) / 2
    variance = lambda mu: mp.sqrt(sum(s * s + (m - mu) ** 2 for m, s in points) / 2 / b)
    condition = lambda mu: (sum((m - mu) / variance(mu) + (m - mu) / s**2 for m, s in points)) / 2
    low, high = start
    low, high = mpf(low), mpf(high)
    assert condition(low) > 0 > condition(high)
    for _ in range(400):
        middle = (low + high) / 2
        low, high = (middle, high) if condition(middle) > 0 else (low, middle)
    print('{{%s}, {%s, %s}},' % (", ".join(nstr(v, 17) for r in points for v in r), nstr(low, 17), nstr(mp.sqrt(variance(low)), 17)))


if __name__ == "__main__":
    mp.dps = 120
    far_normals((0, 1e-30), (0, 1e30), (-1, 1.5))
    far_normals((0, 1e-6), (1, 1e3), (-1, 1))
    far_normals((0, 1e10), (1e6, 1e-10), (0, 1e6))
    far_normals((0, 1e20), (-1e24, 1e4), (-2e24, 0))
    far_normals((3, 1e-3), (5e5, 1e-2), (0, 1e6))
    far_normals((0, 1e3), (1e8, 1e3), (0, 1.5e8))
    far_normals((0, 1e-15), (1, 1e12), (-1, 1))
    mp.dps = 60
    centre(Beta, "RIGHT", [(1e12, 2e12), (2e12, 1e12)], (4.48, 4.48))
    centre(Beta, "RIGHT", [(1e12, 2e12), (1.000001e12, 2e12)], (857143367346, 1714285877550))
    centre(Beta, "RIGHT", [(1e6, 2e6), (2e6, 1e6)], (4.48, 4.48))
    centre(Beta, "SYMMETRIC", [(1e6, 2e6), (2e6, 1e6)], (2500, 2500))
    centre(Beta, "SYMMETRIC", [(1e4, 2e4), (3e4, 1e4)], (243, 182))
    centre(Gamma, "SYMMETRIC", [(1e12, 1), (2e12, 1)], (3568652, 2.379e-6))
