"""Geodesics between multivariate normals: writes tests/manifold/oracle_mvn_way.h (run from the root of the repository).

The initial velocity is found by Newton's method on the fibre of skew matrices with a Jacobian by differences, at 60 digits, and then held to what does not
depend on how it was found: exp of Eriksen's (2d+1)-matrix must end at q to 40 digits. Parallel transport is the equation x' = X b/2, X' = -(b x^T + x b^T)/2 along
the path, where P P^T = S, P' = S' S^-1 P/2, by Taylor series. The path with C = 0 at both ends must be longer.
"""
from mpmath import mp, mpf, matrix

mp.dps = 60
ROWS = []


def unpack(d, v):
    m, s = matrix(d, 1), matrix(d, d)
    for i in range(d):
        m[i] = mpf(v[i])
    k = d
    for i in range(d):
        for j in range(i, d):
            s[i, j] = s[j, i] = mpf(v[k])
            k += 1
    return m, s


def pack(d, m, s):
    return [m[i] for i in range(d)] + [s[i, j] for i in range(d) for j in range(i, d)]


def seen_from_identity(d, m, s, c):
    """Z = 2 artanh of the point in the bounded domain, as singular vectors times 2 z."""
    one = mp.eye(d)
    q, root = s + m * m.T / 2 - c, (mp.cholesky(s)**-1).T
    top, row, cosh = (one - q) * root / 2, m.T * root / mp.sqrt(2), (one + q) * root / 2
    sinh = matrix(d + 1, d)
    for j in range(d):
        sinh[d, j] = row[0, j]
        for i in range(d):
            sinh[i, j] = top[i, j]
    u, values, v = mp.svd_r(sinh)
    w, z = cosh * v.T, [mp.asinh(x) for x in values]
    out = matrix(d + 1, d)
    for k in range(d):
        for i in range(d + 1):
            for j in range(d):
                out[i, j] += 2 * z[k] * u[i, k] * w[j, k] / mp.cosh(z[k])
    return out


def skew(d, entries):
    c, k = matrix(d, d), 0
    for i in range(d):
        for j in range(i + 1, d):
            c[i, j], c[j, i] = entries[k], -entries[k]
            k += 1
    return c


def initial_velocity(d, m, s):
    n = d * (d - 1) // 2
    entries = [mpf(0)] * n

    def pull(at):
        z = seen_from_identity(d, m, s, skew(d, at))
        return matrix([(z[i, j] - z[j, i]) / 2 for i in range(d) for j in range(i + 1, d)]), z

    g, z = pull(entries)
    flat = mp.norm(z)
    for _ in range(60):
        if mp.norm(g) < mpf(10)**-50 * flat:
            break
        jacobian, h = matrix(n, n), mpf(10)**-25 * (1 + max(abs(x) for x in entries))
        for k in range(n):
            moved = list(entries)
            moved[k] += h
            change = (pull(moved)[0] - g) / h
            for i in range(n):
                jacobian[i, k] = change[i]
        step, part = mp.lu_solve(jacobian, -g), mpf(1)
        while True:
            trial = [x + part * step[i] for i, x in enumerate(entries)]
            new, z = pull(trial)
            if mp.norm(new) < mp.norm(g) or part < mpf(10)**-6:
                break
            part /= 2
        entries, g = trial, new
    x = matrix([z[d, j] / mp.sqrt(2) for j in range(d)])
    b = matrix(d, d)
    for i in range(d):
        for j in range(d):
            b[i, j] = -(z[i, j] + z[j, i]) / 2
    length = mp.norm(z) / mp.sqrt(2)
    assert length <= flat / mp.sqrt(2)
    a = mp.zeros(2 * d + 1)
    for i in range(d):
        a[i, d], a[d, i], a[d, d + 1 + i], a[d + 1 + i, d] = x[i], x[i], -x[i], -x[i]
        for j in range(d):
            a[i, j], a[d + 1 + i, d + 1 + j] = -b[i, j], b[i, j]
    e = mp.expm(a)
    precision, shift = e[:d, :d], e[:d, d]
    reached = precision**-1
    assert mp.norm(reached - s) < mpf(10)**-40 * (1 + mp.norm(s)), mp.norm(reached - s)
    assert mp.norm(reached * shift - m) < mpf(10)**-40 * (1 + mp.norm(m))
    return x, b, length


def carry(d, x0, b0, x, y, order=40):
    """(x, y) = (P^-1 v, P^-1 V P^-T) and P at time 1."""
    b, bb, root = x0, b0, mp.eye(d)
    steps = 1 + int(1.5 * mp.sqrt(mp.norm(x0)**2 * 2 + mp.norm(b0)**2))
    for _ in range(steps):
        bs, bbs, xs, ys, rs = [b], [bb], [x], [y], [root]
        for k in range(order):
            f = mpf(1) / (2 * (k + 1))
            total = lambda term: sum((term(i, k - i) for i in range(1, k + 1)), term(0, k))
            new = [total(lambda i, j: f * bbs[i] * bs[j]), total(lambda i, j: -2 * f * bs[i] * bs[j].T), total(lambda i, j: f * ys[i] * bs[j]),
                   total(lambda i, j: -f * (bs[i] * xs[j].T + xs[j] * bs[i].T)), total(lambda i, j: f * rs[i] * bbs[j])]
            for series, term in zip((bs, bbs, xs, ys, rs), new):
                series.append(term)
        h = mpf(1) / steps
        b, bb, x, y, root = [sum((c * h**i for i, c in enumerate(series)), 0 * series[0]) for series in (bs, bbs, xs, ys, rs)]
    return x, y, root


def pair(d, p, q, v):
    (m, s), (n, t), (dm, ds) = unpack(d, p), unpack(d, q), unpack(d, v)
    low = mp.cholesky(s)
    inverse = low**-1
    ratio = inverse * t * inverse.T
    x, b, length = initial_velocity(d, inverse * (n - m), ratio)
    moved, turned, root = carry(d, x, b, inverse * dm, inverse * ds * inverse.T)
    root = low * root
    assert mp.norm(root * root.T - t) < mpf(10)**-18 * mp.norm(t)
    ROWS.append((d, p, q, v, mp.norm(ratio) * mp.norm(ratio**-1), length, pack(d, low * x, low * b * low.T), pack(d, root * moved, root * turned * root.T)))


pair(2, [0, 0, 1, 0, 0.1], [1, 1, 0.1, 0, 1], [1, 2, 0.3, 0.1, 0.5])
pair(2, [0, 0, 1, 0, 1], [1, 2, 2, 0, 1], [1, 0, 0, 0, 0])
pair(2, [0, 0, 1, 0, 1], [1e-9, 2e-9, 1 + 1e-9, 0, 1], [1, 0, 0.5, -1, 2])
pair(2, [0, 0, 1, 0, 1], [1e-5, 2e-5, 3, 1, 2], [1, 0, 0.5, -1, 2])
pair(2, [0, 0, 1, 0, 1], [30, 20, 3, 1, 2], [1, 0, 0.5, -1, 2])
pair(2, [1, -2, 2, 0.5, 1], [2000, 3e3, 3, -1, 2], [1, 0, 0.5, -1, 2])
pair(2, [0, 0, 1, 0, 1], [1e6, 2, 2, 0.5, 1], [1, 0, 0.5, -1, 2])
pair(2, [0, 0, 1, 0, 1], [0.5, 0.25, 1e-4, 1e-3, 1e2], [1, 0, 0.5, -1, 2])
pair(2, [0, 0, 1e-8, 0, 1e8], [3e-4, 2e4, 2e-8, 0.5, 3e8], [1e-4, 1e4, 1e-8, 0.1, 1e8])
pair(3, [1, 2, 3, 2, 0.5, 0.1, 1, -0.3, 3], [-1, 0, 3.5, 1, -0.2, 0.3, 2, 0.4, 0.7], [1, 0, -1, 0.5, 0.2, 0.1, 1, 0.3, -1])
pair(3, [0, 0, 0, 1, 0, 0, 1, 0, 1], [100, -40, 7, 0.01, 0, 0.05, 5, 1, 30], [1, 0, -1, 0.5, 0.2, 0.1, 1, 0.3, -1])
pair(3, [0, 0, 0, 1, 0, 0, 1, 0, 1], [1e-4, 3e-4, -2e-4, 1.0001, 2e-4, 0, 1, 1e-4, 0.9999], [1, 0, -1, 0.5, 0.2, 0.1, 1, 0.3, -1])
pair(4, [0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1], [1, 2, -1, 3, 2, 1, 0, 0.5, 3, 0.2, 0.1, 0.4, 0.1, 1],
     [1, 0, -1, 0.5, 0.2, 0.1, 1, 0.3, -1, 1, 2, 0.5, 0.1, 3])


def c(v):
    return "{" + ", ".join(repr(float(x)) for x in v) + "}"


with open("tests/manifold/oracle_mvn_way.h", "w") as out:
    out.write("/* Written by tests/oracle/mvn_way.py, mpmath with 60 digits, held to exp of Eriksen's matrix. */\n")
    out.write("static const struct {\n    int64_t d;\n    double p[14], q[14], velocity[14], condition, distance, log[14], carried[14];\n} oracle_mvn_way[] = {\n")
    for d, p, q, v, condition, length, log, carried in ROWS:
        out.write("    {%d, %s, %s, %s, %r, %r, %s, %s},\n" % (d, c(p), c(q), c(v), float(condition), float(length), c(log), c(carried)))
    out.write("};\n")
