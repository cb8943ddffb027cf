"""Frechet and Bures means at 40 digits: writes tests/manifold/oracle_frechet.h (run from the root of the repository, then clang-format the table).

Zeros of gradients of sums of squared distances in the textbooks' formulas (acosh, arccos, generalised eigenvalues), and the fixed point of the mean root.
"""
from mpmath import mp, mpf, acosh, acos, diff, findroot, matrix, sqrt, log, exp, eigsy, eye, diag

mp.dps = 60
ROWS = []


def row(family, kind, dimension, points, weights, want, fixed=0):
    ROWS.append((family, kind, dimension, fixed, [v for p in points for v in p], weights, list(want)))


def half_plane(family, a, b, points, weights, guess, to=lambda x: x):
    def squares(*c):
        sum_ = mpf(0)
        for p, w in zip(points, weights):
            (x, s), (y, r) = to(c), to([mpf(v) for v in p])
            sum_ += w * b * acosh(1 + (mpf(a) / b * (x - y) ** 2 + (s - r) ** 2) / (2 * s * r)) ** 2
        return sum_
    def gradient(*c):
        return [diff(squares, tuple(c), (1, 0)), diff(squares, tuple(c), (0, 1))]
    row(family, "frechet", 0, points, weights, findroot(gradient, guess, tol=1e-60))


def simplex(points, weights, guess):
    k = len(guess)
    def squares(*c):
        y = [sqrt(v) for v in c] + [sqrt(1 - sum(c))]
        return sum(w * acos(sum(u * sqrt(mpf(v)) for u, v in zip(y, p))) ** 2 for p, w in zip(points, weights))
    def gradient(*c):
        return [diff(squares, tuple(c), tuple(int(i == j) for j in range(k - 1))) for i in range(k - 1)]
    c = list(findroot(gradient, guess[:-1], tol=1e-60))
    row("categorical", "frechet", k, points, weights, c + [1 - sum(c)])


def apply(f, m):
    e, q = eigsy(m)
    return q * diag([f(v) for v in e]) * q.T


def full(u):
    return matrix([[mpf(u[0]), mpf(u[1])], [mpf(u[1]), mpf(u[2])]])


def normalised(weights):
    return [mpf(w) / sum(weights) for w in weights]


def matrices(points, weights):
    s = sum((w * full(p) for p, w in zip(points, normalised(weights))), matrix(2, 2))
    left = 1
    while left > 1e-40:
        root, back = apply(sqrt, s), apply(lambda v: 1 / sqrt(v), s)
        pull = sum((w * apply(log, back * full(p) * back) for p, w in zip(points, normalised(weights))), matrix(2, 2))
        s, left = root * apply(exp, pull / 3) * root, mp.norm(pull)
        s = (s + s.T) / 2
    row("wishart", "frechet", 2, points, weights, [s[0, 0], s[0, 1], s[1, 1]], fixed=4)
    b = sum((w * full(p) for p, w in zip(points, normalised(weights))), matrix(2, 2))
    for _ in range(400):
        root, back = apply(sqrt, b), apply(lambda v: 1 / sqrt(v), b)
        h = sum((w * apply(sqrt, root * full(p) * root) for p, w in zip(points, normalised(weights))), matrix(2, 2))
        b = back * h * h * back
        b = (b + b.T) / 2
    row("mvn", "bures", 2, [(0, 0) + p for p in points], weights, [0, 0, b[0, 0], b[0, 1], b[1, 1]])


def write():
    array = lambda v: "{" + ", ".join(repr(float(a)) for a in v) + "}"
    out = ["/* Written by tests/oracle/frechet.py, mpmath with 40 digits. */", "static const struct {\n    const char *family;\n    int kind;\n    int64_t dimension;\n    double fixed, points[20], "
           "weights[4];\n    int count, numbers;\n    double want[5];\n} oracle_frechet[] = {"]
    out += ['    {"%s", %s, %d, %s, %s, %s, %d, %d, %s},' % (f, "RAO_CENTROID_" + k.upper(), d, repr(float(x)), array(p), array(w), len(w), len(want), array(want)) for f, k, d, x, p, w, want in ROWS]
    open("tests/manifold/oracle_frechet.h", "w").write("\n".join(out) + "\n};\n")
    print(len(ROWS), "rows")


if __name__ == "__main__":
    half_plane("normal", 1, 2, [(0, 1), (2, 1), (5, 3)], [1, 2, 0.5], (1.5, 1.4))
    half_plane("normal", 1, 2, [(0, 0.0078125), (1, 0.03125), (7, 16)], [1, 1, 1], (1, 0.4))
    half_plane("inverse_gaussian", 4, 2, [(1, 1), (2, 2), (0.5, 8)], [1, 1, 1], (0.78, 1.65), to=lambda c: (1 / sqrt(c[0]), 1 / sqrt(c[1])))
    simplex([(0.75, 0.125, 0.125), (0.125, 0.25, 0.625), (0, 1, 0)], [1, 1, 1], (0.29, 0.5, 0.21))
    simplex([(0.5, 0.25, 0.125, 0.125), (0.125, 0.125, 0.5, 0.25), (0.0625, 0.8125, 0.0625, 0.0625)], [3, 1, 2], (0.3, 0.4, 0.15, 0.15))
    matrices([(1, 0.25, 2), (5, -1, 2), (0.125, 0, 20)], [1, 1, 1])
    matrices([(1, 0.5, 1), (300, 10, 2), (0.01, 0, 0.5)], [1, 2, 4])
    write()
