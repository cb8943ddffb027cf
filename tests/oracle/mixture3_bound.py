"""The inverse Fisher matrix of pi N(mu, sigma) + (1 - pi) N(0, 1) at 60 digits: prints the rows of the test of its Cramer-Rao bound in tests/family/test_cramer_rao.c."""
from mpmath import mp, mpf, exp, sqrt, pi, quad, matrix, nstr

mp.dps = 60


def inverse(share, mu, sigma):
    p, m, g = mpf(share), mpf(mu), mpf(sigma)
    normal = lambda z: exp(-z * z / 2) / sqrt(2 * pi)

    def parts(x):
        z = (x - m) / g
        a, b = normal(z) / g, normal(x)
        return p * a + (1 - p) * b, [a - b, p * a * z / g, p * a * (z * z - 1) / g]
    cuts = sorted({mpf(k) for k in range(-18, 19)} | {m + g * k for k in range(-18, 19)})

    def entry(i, j):
        def f(x):
            density, d = parts(x)
            return d[i] * d[j] / density
        return quad(f, cuts)
    f = matrix(3, 3)
    for i in range(3):
        for j in range(i + 1):
            f[i, j] = f[j, i] = entry(i, j)
    return f**-1


if __name__ == "__main__":
    for c in [(0.5, 1e-4, 1), (0.5, 0.01, 1), (0.3, 1e-4, 1.0001), (0.9, -0.02, 0.97), (0.25, 1, 2), (0.5, 1e-3, 1.3)]:
        v = inverse(*c)
        print("{{%r, %r, %r}, {%s}}," % (*c, ", ".join(nstr(v[i, j], 17) for i in range(3) for j in range(i + 1))), flush=True)
