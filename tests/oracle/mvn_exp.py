"""Geodesics of multivariate normals with a given start: writes tests/manifold/oracle_mvn_exp.h (run from the root of the repository).

No closed form: the geodesic equation m'' = S' S^-1 m', S'' = S' S^-1 S' - m' m'^T (L. Skovgaard 1984) is integrated by Taylor series at 30 digits,
and the speed m'^T S^-1 m' + tr(S^-1 S')^2/2 must not change on the way. Each path gives a row for the whole and one for its second half.
"""
from mpmath import mp, mpf, matrix

mp.dps = 30
ROWS = []


def unpack(d, v):
    m, s = matrix(d, 1), matrix(d, d)
    for i in range(d):
        m[i] = v[i]
    k = d
    for i in range(d):
        for j in range(i, d):
            s[i, j] = s[j, i] = v[k]
            k += 1
    return m, s


def pack(d, m, s):
    return [m[i] for i in range(d)] + [s[i, j] for i in range(d) for j in range(i, d)]


def right(d, m, s, dm, ds):
    inverse = s**-1
    return dm, ds, ds * inverse * dm, ds * inverse * ds - dm * dm.T


def taylor(d, state, h, order=22):
    """One step: the coefficients c_k of each part by recursion, with P = S^-1 from S P = I."""
    m, s, dm, ds = [[x] for x in state]
    p = [s[0]**-1]
    for k in range(order):
        # A = S' P, then m'' = A m', S'' = A S' - m' m'^T
        a = [sum((ds[i] * p[j - i] for i in range(j + 1)), matrix(d, d)) for j in range(k + 1)]
        f = sum((a[i] * dm[k - i] for i in range(k + 1)), matrix(d, 1))
        g = sum((a[i] * ds[k - i] - dm[i] * dm[k - i].T for i in range(k + 1)), matrix(d, d))
        m.append(dm[k] / (k + 1)), s.append(ds[k] / (k + 1))
        dm.append(f / (k + 1)), ds.append(g / (k + 1))
        p.append(-p[0] * sum((s[i] * p[k + 1 - i] for i in range(1, k + 2)), matrix(d, d)))
    return [sum((c * h**i for i, c in enumerate(part)), 0 * part[0]) for part in (m, s, dm, ds)]


def speed(s, dm, ds):
    inverse = s**-1
    b = inverse * ds
    return (dm.T * inverse * dm)[0] + sum((b * b)[i, i] for i in range(b.rows)) / 2


def path(d, p, v):
    state = list(unpack(d, [mpf(x) for x in p])) + list(unpack(d, [mpf(x) for x in v]))
    before = speed(state[1], state[2], state[3])
    steps = 2 * int(8 * max(1, mp.sqrt(before)))
    middle = None
    for k in range(steps):
        state = taylor(d, state, mpf(1) / steps)
        if k + 1 == steps // 2:
            middle = [pack(d, *state[:2]), [x / 2 for x in pack(d, *state[2:])]]
    assert abs(speed(state[1], state[2], state[3]) / before - 1) < mpf(10)**-19
    ROWS.append((d, p, v, pack(d, *state[:2])))
    ROWS.append((d, middle[0], middle[1], pack(d, *state[:2])))


path(1, [0, 1], [1, 1])
path(1, [3, 1e-6], [-1e-3, 5e-6])
path(2, [0, 0, 1, 0, 1], [1, 2, 1, 0, 0])
path(2, [0, 0, 1, 0, 1], [1e-9, 2e-9, 1e-9, 0.5e-9, 0])
path(2, [1, -2, 2, 0.5, 1], [0.3, -1, 1, -0.7, -0.4])
path(2, [1, -2, 2, 0.5, 1], [2, 3, -3, 1, 2])
path(2, [0, 0, 1e-8, 0, 1e8], [3e-5, -1e4, 1e-8, 0.4, -2e8])
path(2, [0, 0, 1, 0, 1], [1e-3, 2e-3, 6, 0, 6])
path(2, [0, 0, 1, 0, 1], [1e-3, 2e-3, 9, 1, 7])
path(2, [0, 0, 1, 0, 1], [4, -2, -3, 1, 2])
path(3, [1, 2, 3, 2, 0.5, 0.1, 1, -0.3, 3], [1, -1, 0.5, 0.4, 1, -0.2, -0.6, 0.9, 1])
path(3, [0, 0, 0, 1, 0, 0, 1, 0, 1], [1, 1, 1, 1, 0, 0, -1, 0, 0])
path(3, [0, 0, 0, 1, 0, 0, 1, 0, 1], [0, 0, 1, 2, 0, 0, -2, 0, 0])


def c(v):
    return "{" + ", ".join(repr(float(x)) for x in v) + "}"


with open("tests/manifold/oracle_mvn_exp.h", "w") as out:
    out.write("/* Written by tests/oracle/mvn_exp.py, the geodesic equation by Taylor series, mpmath with 30 digits. */\n")
    out.write("static const struct {\n    int64_t d;\n    double p[9], velocity[9], want[9];\n} oracle_mvn_exp[] = {\n")
    for d, p, v, want in ROWS:
        out.write("    {%d, %s, %s, %s},\n" % (d, c(p), c(v), c(want)))
    out.write("};\n")
