"""Determinants of Fisher matrices at 50 digits, where a determinant of the entries cancels: gamma, beta, Dirichlet, the three-parameter normal mixture.

Gamma, beta and Dirichlet by determinants of trigamma functions at 400 digits; the mixture by Gauss-Legendre quadrature of the score products at 60 digits.
Prints tests/family/oracle_fisher_det.h.
"""
from mpmath import mp, mpf, psi, matrix, det, exp, sqrt, pi, log, nstr
from mpmath.calculus.quadrature import GaussLegendre

GAMMA = [(2.5, 1.5), (1e-8, 3), (1e-3, 1e5), (40, 0.1), (1e6, 1e-3), (1e12, 1e12)]
DIRICHLET = [(2.5, 1.5), (1e-8, 1e-8), (1e-8, 1e-3), (1e-8, 1), (1e-8, 1e6), (1e6, 1e6), (1e6, 1e-3), (1e6, 3e5), (0.9, 0.2), (1, 0.24), (30, 7),
             (1.5, 0.8, 4), (1e-8, 1, 1e6), (1e6, 2e6, 3e6), (1e-8, 2e-8, 3e-8), (1e-4, 1e-4, 2), (5, 1e-3, 1e-8, 7)]
MIXTURE = [(0.5, 1e-4, 1), (0.5, 1e-2, 1), (0.3, 0.1, 1.001), (0.5, 1e-3, 1.0000005), (0.7, 0.2, 1.04), (0.5, 0.24, 1), (0.5, 0.26, 1), (0.4, 2, 0.7),
           (0.1, -1.5, 1.3), (0.6, 0, 1.2), (0.01, 3, 0.5), (0.5, -1e-4, 0.9999)]


def dirichlet(a):
    mp.dps = 400
    a = [mpf(float(v)) for v in a]
    m = matrix(len(a), len(a))
    for i in range(len(a)):
        for j in range(len(a)):
            m[i, j] = (psi(1, a[i]) if i == j else 0) - psi(1, sum(a))
    return det(m)


def gamma(k, rate):
    mp.dps = 400
    k, rate = mpf(float(k)), mpf(float(rate))
    return (k * psi(1, k) - 1) / rate**2


def mixture(p, mu, s):
    mp.dps = 60
    p, mu, s = mpf(float(p)), mpf(float(mu)), mpf(float(s))
    bell = lambda x, m, d: exp(-((x - m) / d) ** 2 / 2) / (d * sqrt(2 * pi))

    def scores(x):
        a, b = bell(x, mu, s), bell(x, 0, 1)
        q = p * a + (1 - p) * b
        z = (x - mu) / s
        return q, [(a - b) / q, p * a * z / s / q, p * a * (z * z - 1) / s / q]

    ends = [mpf(v) for v in range(-30, 31, 2)]
    m = matrix(3, 3)
    rule = GaussLegendre(mp).calc_nodes(5, mp.prec + 20)
    for lo, hi in zip(ends, ends[1:]):
        for x, w in rule:
            t = (hi - lo) / 2 * x + (hi + lo) / 2
            q, g = scores(t)
            for i in range(3):
                for j in range(3):
                    m[i, j] += w * (hi - lo) / 2 * q * g[i] * g[j]
    return det(m)


def row(values, result):
    return "    {{" + ", ".join(repr(float(v)) for v in values) + "}, %d, %s}," % (len(values), nstr(log(result), 25))


if __name__ == "__main__":
    print("/* Made by tests/oracle/fisher_det.py: log det of Fisher matrices. */")
    print("typedef struct oracle_det {\n    double p[4];\n    int n;\n    double log_det;\n} oracle_det;\n")
    for name, points, f in (("gamma", GAMMA, lambda a: gamma(*a)), ("dirichlet", DIRICHLET, dirichlet), ("mixture3", MIXTURE, lambda a: mixture(*a))):
        print("static const oracle_det oracle_det_%s[] = {" % name)
        for a in points:
            print(row(a, f(a)))
        print("};")
