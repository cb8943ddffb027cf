"""Mutual information at 60 digits and more (0.5e-300 is a difference of numbers near one): writes tests/manifold/oracle_mutual.h (run from the root of the repository).

Tables: sum of p log(p / product of margins) of the doubles, divided by their exact total; normals: half the logarithm of the determinants of the blocks over that of the
whole.
"""
from itertools import product

from mpmath import mp, mpf, log, matrix, det

mp.dps = 700
ROWS = []


def table(shape, p):
    v = [mpf(float(a)) for a in p]
    v = [a / sum(v) for a in v]
    cells = list(product(*[range(n) for n in shape]))
    margin = [[sum(a for a, c in zip(v, cells) if c[axis] == i) for i in range(n)] for axis, n in enumerate(shape)]
    want = mpf(0)
    for a, c in zip(v, cells):
        r = mpf(1)
        for axis, i in enumerate(c):
            r *= margin[axis][i]
        want += a * log(a / r) if a else 0
    ROWS.append(("categorical", len(p), p, shape, want))


def normal(blocks, mean, upper):
    d, at = len(mean), 0
    s = matrix(d, d)
    for i in range(d):
        for j in range(i, d):
            s[i, j] = s[j, i] = mpf(float(upper[at]))
            at += 1
    want, first = -log(det(s)), 0
    for b in blocks:
        want += log(det(s[first:first + b, first:first + b]))
        first += b
    ROWS.append(("mvn", d, mean + upper, blocks, want / 2))


def skewed(a, b, e):
    """Independent margins, and e moved between the corners."""
    p = [float(x * y) for x in a for y in b]
    p[0] += e
    p[-1] += e
    p[len(b) - 1] -= e
    p[-len(b)] -= e
    return p


if __name__ == "__main__":
    table([2, 2], [0.1, 0.2, 0.3, 0.4])
    table([2, 3], [0.1, 0.2, 0.05, 0.15, 0, 0.5])
    for e in (1e-3, 1e-6, 1e-9, 1e-12):
        table([2, 2], skewed([0.3, 0.7], [0.4, 0.6], e))
        table([2, 3], skewed([0.3, 0.7], [0.25, 0.125, 0.625], e))
    table([2, 2, 2], [0.125 + 1e-9 * s for s in (1, -1, -1, 1, -1, 1, 1, -1)])
    table([2, 2, 2], [0.05, 0.1, 0.15, 0.2, 0.2, 0.15, 0.1, 0.05])
    table([2, 2], [1e-300, 0.5, 0.5, 1e-300])
    for rho in (0.5, 1e-4, 1e-8, 1e-150, 0.999999):
        normal([1, 1], [0, 0], [1, rho, 1])
    normal([1, 2], [0.5, -1, 2], [2, 0.7, 0.1, 1, 0.2, 0.5])
    normal([2, 1], [0.5, -1, 2], [2, 0.7, 1e-9, 1, 2e-9, 0.5])
    normal([1, 1, 1], [0.5, -1, 2], [2, 0.7, 0.1, 1, 0.2, 0.5])
    out = ["/* Written by tests/oracle/mutual.py, mpmath with 60 digits. */",
           "static const struct {\n    const char *family;\n    int64_t dimension;\n    double p[9];\n    int64_t block[3], blocks;\n    double want;\n} oracle_mutual[] = {"]
    for family, d, p, blocks, want in ROWS:
        out.append('    {"%s", %d, {%s}, {%s}, %d, %r},' % (family, d, ", ".join(repr(float(a)) for a in p), ", ".join(map(str, blocks)), len(blocks), float(want)))
    open("tests/manifold/oracle_mutual.h", "w").write("\n".join(out) + "\n};\n")
    print(len(ROWS), "rows")
