"""Geodesics without a closed form, by shooting in the coordinates that are affine in theta, at 30 digits: x'' = -(1 - alpha)/2 F^-1 T(x', x') with F and T the second and
third derivatives of the log-partition, integrated by Gragg's method extrapolated to order 20; the velocity by Newton's method. Gamma
distances far out by the integrals of its surface of revolution (k u' is constant). Prints tests/manifold/oracle_geodesics.h:

    python3 tests/oracle/geodesics.py > tests/manifold/oracle_geodesics.h
"""

from mpmath import mp, mpf, matrix, lu_solve, psi, sqrt, log, acosh, cosh, quad, findroot, nstr

mp.dps = 30
ORDER = 10


def derivatives(family, x):
    """Second and third derivatives of the log-partition in x = (k, rate), (a, b), alpha; those in the rate have the signs of -rate = theta."""
    n = len(x)
    if family in ("gamma", "inverse_gamma"):  # log Gamma(k) - k log r
        k, r = x
        g = [[psi(1, k), -1 / r], [-1 / r, k / r**2]]
        t = [[[psi(2, k), 0], [0, 1 / r**2]], [[0, 1 / r**2], [1 / r**2, -2 * k / r**3]]]
        return matrix(g), t
    total = sum(x)
    g = [[(psi(1, x[i]) if i == j else 0) - psi(1, total) for j in range(n)] for i in range(n)]
    t = [[[(psi(2, x[i]) if i == j == k else 0) - psi(2, total) for k in range(n)] for j in range(n)] for i in range(n)]
    return matrix(g), t


def force(family, alpha, x, v):
    n = len(x)
    g, t = derivatives(family, x)
    right = matrix([sum(t[i][j][k] * v[j] * v[k] for j in range(n) for k in range(n)) for i in range(n)])
    solved = lu_solve(g, right)
    return [-(1 - alpha) / mpf(2) * solved[i] for i in range(n)]


def gragg(field, z, h, m):
    step = h / m
    before, here = z, [a + step * b for a, b in zip(z, field(z))]
    for _ in range(m - 1):
        slope = field(here)
        before, here = here, [a + 2 * step * b for a, b in zip(before, slope)]
    slope = field(here)
    return [(a + b + step * c) / 2 for a, b, c in zip(here, before, slope)]


def integrate(family, alpha, x, v, end, steps):
    """In logarithms, which keep the way in the family: y'' = x''/x - y'^2."""
    n = len(x)

    def field(z):
        at = [mp.exp(y) for y in z[:n]]
        bend = force(family, alpha, at, [a * w for a, w in zip(at, z[n:])])
        return list(z[n:]) + [b / a - w**2 for a, b, w in zip(at, bend, z[n:])]

    z = [log(a) for a in x] + [b / a for a, b in zip(x, v)]
    for _ in range(steps):
        table = []
        for j in range(ORDER):
            row = [gragg(field, z, end / steps, 2 * (j + 1))]
            for k in range(j):
                q = (mpf(j + 1) / (j - k)) ** 2
                row.append([a + (a - b) / (q - 1) for a, b in zip(row[k], table[j - 1][k])])
            table.append(row)
        z = table[-1][-1]
    return [mp.exp(y) for y in z[:n]], z[n:]


def shoot(family, alpha, p, q, v, steps):
    """The velocity at p with which the geodesic is in q at time 1, from one that is nearly right."""
    n = len(p)
    p, q, v = [[mpf(a) for a in x] for x in (p, q, v)]
    jacobian, before = None, mpf(1)
    for _ in range(60):
        x, _ = integrate(family, alpha, p, v, mpf(1), steps)
        miss = [b - a for a, b in zip(x, q)]
        size = max(abs(m / b) for m, b in zip(miss, q))
        if size < mpf(10) ** -19:
            return v
        if jacobian is None or size > before / 30:  # else that of an earlier step will do
            jacobian = matrix(n, n)
            for j in range(n):
                moved = list(v)
                moved[j] += mpf(10) ** -14 * (1 + abs(v[j]))
                y, _ = integrate(family, alpha, p, moved, mpf(1), steps)
                for i in range(n):
                    jacobian[i, j] = (y[i] - x[i]) / (moved[j] - v[j])
        before = size
        change = lu_solve(jacobian, matrix(miss))
        v = [a + change[i] for i, a in enumerate(v)]
    raise RuntimeError((family, alpha, p, q))


def length(family, p, v):
    g, _ = derivatives(family, [mpf(a) for a in p])
    return sqrt(sum(g[i, j] * v[i] * v[j] for i in range(len(p)) for j in range(len(p))))


def revolution(p, q):
    """Gamma: g = h''(k) dk^2 + k du^2, u = log(k/rate). With k = c cosh(w)^2, c the turning point, du = 2 sqrt(c h'') dw and ds = 2 k sqrt(h'') dw."""
    (k1, r1), (k2, r2) = [[mpf(a) for a in x] for x in (p, q)]
    h = lambda k: psi(1, k) - 1 / k
    du = abs(log(k2 / r2) - log(k1 / r1))
    low, high = min(k1, k2), max(k1, k2)

    def pieces(a, b):
        count = max(2, int(abs(b - a)))
        return [a + (b - a) * i / count for i in range(count + 1)]

    def ways(c, weight):
        inner, outer = acosh(sqrt(low / c)), acosh(sqrt(high / c))
        at = lambda w: 2 * weight(c, c * cosh(w) ** 2) * sqrt(h(c * cosh(w) ** 2))
        straight = quad(at, pieces(inner, outer)) if outer > inner else mpf(0)
        return straight, 2 * quad(at, pieces(mpf(0), inner)) if inner > 0 else mpf(0)

    turn = lambda c: sqrt(c)
    turning = ways(low, lambda c, k: turn(c))[0] < du

    def miss(l):
        straight, dip = ways(low * mp.exp(l), lambda c, k: turn(c))
        return log(straight + (dip if turning else 0)) - log(du)

    if du == 0:
        return quad(lambda l: mp.exp(l) * sqrt(h(mp.exp(l))), pieces(log(low), log(high)))
    near, far = mpf("-1e-30"), mpf(-1)
    while miss(far) * miss(near) > 0:
        far *= 2
    l = findroot(miss, (far, near), solver="illinois", tol=mpf(10) ** -33, maxsteps=300)
    straight, dip = ways(low * mp.exp(l), lambda c, k: k)
    return straight + (dip if turning else 0)


PAIRS = [  # family, p, q, alpha, about the velocity at p, steps
    ("gamma", [1, 1], [2, 3], 0, [0.57581, 1.1278], 4),
    ("gamma", [1, 1], [2, 3], 0.5, [0.75009, 1.4848], 4),
    ("gamma", [1, 1], [2, 3], -3, [0.18723, 0.34267], 32),
    ("gamma", [0.25, 4], [16, 0.5], 0, [-0.80213, -52.725], 8),
    ("inverse_gamma", [3, 2], [0.5, 0.125], 0.25, [-4.95, -3.7667], 4),
    ("beta", [1, 2], [2, 5], 0, [0.623, 1.8247], 4),
    ("beta", [1, 2], [2, 5], -1.5, [0.34905, 0.9872], 4),
    ("beta", [0.5, 8], [16, 0.25], 0, [-1.6257, -64.82], 8),
    ("dirichlet", [1, 2, 3], [3, 1, 2], 0, [0.46864, -2.6712, -3.6032], 4),
    ("dirichlet", [1, 2, 3], [3, 1, 2], 1.5, [3.7841, 0.31771, 1.2067], 10),
    ("dirichlet", [0.5, 4, 1, 2], [2, 0.25, 8, 1], 0, [-0.33346, -16.531, -0.69744, -6.3591], 8),
]
FAR = [([1, 1], [2, 3]), ([1e-3, 1], [1e6, 1]), ([1e6, 1], [1e6, 2]), ([1e8, 1e8], [1e8, 1e-8]), ([1e-8, 1e-8], [1e8, 1e-3])]


def number(x):
    return nstr(mpf(x), 19) if not isinstance(x, (int, float)) else repr(x)


def row(values):
    return "{" + ", ".join(number(v) for v in values) + "}"


def main():
    print("/* By tests/oracle/geodesics.py. */")
    print("static const struct {\n    const char *family;\n    int64_t dimension, n;\n    double alpha, p[4], q[4], distance, velocity[4], at[4]; /* the point at t = 0.25; the distance at alpha = 0 */\n} oracle_geodesics[] = {")
    for family, p, q, alpha, guess, steps in PAIRS:
        v = shoot(family, mpf(alpha), p, q, guess, steps)
        x, _ = integrate(family, mpf(alpha), p, v, mpf(1) / 4, max(2, steps // 2))
        d = length(family, p, v)
        print('    {"%s", %d, %d, %s, %s, %s, %s, %s, %s},' % (family, len(p) if family == "dirichlet" else 0, len(p), alpha, row(p), row(q), number(d), row(v), row(x)), flush=True)
    print("};\nstatic const struct {\n    double p[2], q[2], distance;\n} oracle_gamma_far[] = {")
    for p, q in FAR:
        print("    {%s, %s, %s}," % (row(p), row(q), number(revolution(p, q))), flush=True)
    print("};")


main()
