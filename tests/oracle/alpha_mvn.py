"""The alpha-geodesic of two bivariate normals from the log-partition F alone: theta'' = -(1 - alpha)/2 (F'')^-1 F'''(theta', theta', .) in natural coordinates, the
derivatives of F by central differences at 60 digits, integrated by Gragg's method extrapolated to order 16, the velocity by Newton's method. Prints for
each alpha the point (mean, covariance) at t = 0.375 as it stands in tests/manifold/test_alpha_path.c:

    python3 tests/oracle/alpha_mvn.py
"""

from mpmath import mp, mpf, matrix, lu_solve, log, norm, nstr

mp.dps = 60
STEP = mpf(10) ** -12
P, Q = ["0", "0", "1", "0.25", "2"], ["1", "-0.5", "1.5", "-0.25", "1"]


def log_partition(theta):
    """Of exp(a x + x B x), B_12 standing for two entries."""
    a, b, c, d, e = theta
    det = c * e - d * d
    return -(a * a * e - 2 * a * b * d + b * b * c) / (4 * det) - log(4 * det) / 2


def natural(point):
    m, n, s, c, r = [mpf(x) for x in point]
    det = s * r - c * c
    return [(r * m - c * n) / det, (s * n - c * m) / det, -r / det / 2, c / det / 2, -s / det / 2]


def moments(theta):
    a, b, c, d, e = theta
    det = 4 * (c * e - d * d)
    s, t, r = -2 * e / det, 2 * d / det, -2 * c / det
    return [s * a + t * b, t * a + r * b, s, t, r]


def bend(theta, v):
    """(F'')^-1 F'''(v, v, .)"""

    def at(*moves):
        return log_partition([x + sum(m[i] for m in moves) for i, x in enumerate(theta)])

    less = lambda m: [-x for x in m]
    unit = [[STEP if i == j else mpf(0) for j in range(5)] for i in range(5)]
    along = [STEP * x for x in v]
    g, right = matrix(5, 5), matrix(5, 1)
    for i, u in enumerate(unit):
        for j, w in enumerate(unit[: i + 1]):
            g[i, j] = g[j, i] = (at(u, w) - at(u, less(w)) - at(less(u), w) + at(less(u), less(w))) / (4 * STEP**2)
        right[i] = sum(sign * (at(m, along) - 2 * at(m) + at(m, less(along))) for sign, m in ((1, u), (-1, less(u)))) / (2 * STEP**3)
    return lu_solve(g, right)


def integrate(alpha, theta, v, end, steps):
    def field(z):
        return z[5:] + [-(1 - alpha) / 2 * b for b in bend(z[:5], z[5:])]

    z, h = theta + v, mpf(end) / steps
    for _ in range(steps):
        table = []
        for j in range(8):
            m = 2 * (j + 1)
            slope = field(z)
            before, here = z, [a + h / m * b for a, b in zip(z, slope)]
            for _ in range(m - 1):
                slope = field(here)
                before, here = here, [a + 2 * h / m * b for a, b in zip(before, slope)]
            slope = field(here)
            row = [[(a + b + h / m * c) / 2 for a, b, c in zip(here, before, slope)]]
            for k in range(j):
                q = (mpf(j + 1) / (j - k)) ** 2
                row.append([a + (a - b) / (q - 1) for a, b in zip(row[k], table[j - 1][k])])
            table.append(row)
        z = table[-1][-1]
    return z[:5]


def shoot(alpha, p, q):
    v = [b - a for a, b in zip(p, q)]
    for _ in range(20):
        x = integrate(alpha, p, v, 1, 4)
        miss = matrix([b - a for a, b in zip(x, q)])
        if norm(miss) < mpf(10) ** -18:
            return v
        jacobian = matrix(5, 5)
        for j in range(5):
            moved = [w + (mpf(10) ** -12 if i == j else 0) for i, w in enumerate(v)]
            for i, y in enumerate(integrate(alpha, p, moved, 1, 4)):
                jacobian[i, j] = (y - x[i]) * mpf(10) ** 12
        v = [w + c for w, c in zip(v, lu_solve(jacobian, miss))]
    raise RuntimeError(alpha)


for alpha in (mpf("-0.5"),):
    p, q = natural(P), natural(Q)
    point = moments(integrate(alpha, p, shoot(alpha, p, q), mpf("0.375"), 3))
    print("{%s, {%s}}," % (nstr(alpha, 3), ", ".join(nstr(x, 17) for x in point)), flush=True)
