"""Fisher-Rao distances, geodesics and log maps at 1400 digits: writes tests/manifold/oracle_fisher_rao.h (run from the root of the repository).

Formulas are the textbooks' and not those of the code: acosh for distances, circles with centre on the boundary for hyperbolic geodesics, slerp for
the simplex, generalised eigenvalues for matrices. For normals the metric's own integral over the path is checked against the distance.
Inputs are doubles, taken exactly.
"""
from mpmath import mp, mpf, acosh, acos, atanh, asin, log, exp, sqrt, sinh, cosh, tanh, sin, cos, tan, pi, euler, quad, diff, matrix, eigsy, asinh, eye

mp.dps = 1400
ROWS = []
EULER = +euler


def exact(v):
    return [mpf(float(a)) for a in v]


def row(family, quantity, p, q, want, chart="", t=0, dimension=0, fixed=0):
    want = list(want) if isinstance(want, (list, tuple)) else [want]
    assert not any(isinstance(v, mp.mpc) for v in want), (family, quantity, p, q, chart, [mp.nstr(v, 5) for v in want])
    ROWS.append((family, dimension, fixed, quantity, chart, list(p), list(q), t, want))


# ---- the half-plane (A dx^2 + B ds^2)/s^2: points (x, s) ----

def plane(a, b, p, q):
    """distance and t -> (x, s) of the geodesic."""
    unit = sqrt(mpf(a) / b)
    (x, s), (y, r) = (p[0] * unit, p[1]), (q[0] * unit, q[1])
    d = sqrt(mpf(b)) * acosh(1 + ((x - y) ** 2 + (s - r) ** 2) / (2 * s * r))
    if x == y:
        return d, lambda t: (p[0], s ** (1 - t) * r ** t)
    c = (y * y - x * x + r * r - s * s) / (2 * (y - x))
    radius = sqrt((x - c) ** 2 + s * s)
    u, v = atanh((x - c) / radius), atanh((y - c) / radius)
    return d, lambda t: ((c + radius * tanh(u + (v - u) * t)) / unit, radius / cosh(u + (v - u) * t))


def half_plane(family, a, b, to_plane, from_plane, pairs, fixed=0, ts=(0.5, 0.125)):
    for p, q in pairs:
        for one, two in [(p, q), (q, p)]:
            d, path = plane(a, b, to_plane(exact(one)), to_plane(exact(two)))
            row(family, "fisher_rao_distance", one, two, d, fixed=fixed)
            for t in ts:
                row(family, "fisher_rao_geodesic", one, two, from_plane(path(mpf(t))), t=t, fixed=fixed)
            if one != two:
                row(family, "log_map", one, two, [diff(lambda t: from_plane(path(t))[i], 0) for i in (0, 1)], fixed=fixed)


def same(v):
    return v


EXTREME = [((0, 1), (1, 2)), ((0, 1), (1e-8, 1)), ((0, 1), (0, 1 + 1e-9)), ((0, 1), (1e8, 1)), ((0, 1e-8), (1, 1e-8)), ((0, 1e-150), (1e-150, 2e-150)), ((0, 1e-150), (1, 1e-150)),
           ((1e6, 1e-3), (1e6 + 1e-3, 1e-3)), ((1e15, 3), (1e15 + 2, 3)), ((1e15, 1e-150), (0, 1e150)), ((0, 1e-300), (1, 1e-290)), ((-3, 0.1), (40, 7)), ((5, 1e-8), (5, 1e8)), ((2, 3), (2, 3))]


def hyperbolic():
    for family, a, b, fixed in [("normal", 1, 2, 0), ("lognormal", 1, 2, 0), ("cauchy", mpf(1) / 2, mpf(1) / 2, 0), ("laplace", 1, 1, 0), ("logistic", mpf(1) / 3, (3 + pi**2) / 9, 0),
                                ("student_t", mpf(4) / 6, mpf(6) / 6, 3), ("student_t", mpf(1e300 + 1) / mpf(1e300 + 3), mpf(2), 1e300)]:
        pairs = EXTREME if family == "normal" else EXTREME[:6] + EXTREME[-3:]
        half_plane(family, a, b, same, same, pairs, fixed)
    half_plane("gumbel", 1, pi**2 / 6, lambda v: (v[0] - (1 - EULER) * v[1], v[1]), lambda v: (v[0] + (1 - EULER) * v[1], v[1]), EXTREME[:6] + EXTREME[-3:])
    half_plane("weibull", 1, pi**2 / 6, lambda v: (-log(v[1]) - (1 - EULER) / v[0], 1 / v[0]), lambda v: (1 / v[1], exp(-v[0] - (1 - EULER) * v[1])),
               [((1, 1), (2, 3)), ((1, 1), (1, 1 + 1e-9)), ((1, 1), (1 + 1e-9, 1)), ((0.5, 1e-100), (0.7, 1e100)), ((1e-3, 1e5), (1e3, 1e5)), ((2, 2), (2, 2))])
    half_plane("inverse_gaussian", 4, 2, lambda v: (1 / sqrt(v[0]), 1 / sqrt(v[1])), lambda v: (1 / v[0] ** 2, 1 / v[1] ** 2),
               [((1, 1), (2, 3)), ((1, 1), (1 + 1e-9, 1)), ((1, 1), (1, 1 + 1e-9)), ((1e-100, 1), (1e100, 1)), ((3, 1e-50), (5, 1e50)), ((2, 2), (2, 2))])
    # length of the normal's geodesic in its own metric diag(1, 2)/sigma^2
    for p, q in [((0, 1), (1, 2)), ((-3, 0.1), (40, 7))]:
        d, path = plane(1, 2, exact(p), exact(q))
        mp.dps = 30
        speed = lambda t: sqrt(diff(lambda u: path(u)[0], t) ** 2 + 2 * diff(lambda u: path(u)[1], t) ** 2) / path(t)[1]
        assert abs(quad(speed, [0, 0.5, 1]) - d) < 1e-12 * d
        mp.dps = 1400


def normal_charts():
    to = {"mu_var": lambda c: (c[0], sqrt(c[1])), "mu_logvar": lambda c: (c[0], exp(c[1] / 2)), "natural": lambda c: (-c[0] / c[1] / 2, sqrt(-1 / (2 * c[1]))),
          "expectation": lambda c: (c[0], sqrt(c[1] - c[0] ** 2))}
    back = {"mu_var": lambda v: (v[0], v[1] ** 2), "mu_logvar": lambda v: (v[0], 2 * log(v[1])), "natural": lambda v: (v[0] / v[1] ** 2, -1 / (2 * v[1] ** 2)),
            "expectation": lambda v: (v[0], v[0] ** 2 + v[1] ** 2)}
    pairs = {"mu_var": [((0, 1), (1, 4)), ((0, 1), (0, 1 + 1e-9)), ((1e15, 1e-200), (1e15, 2e-200))], "mu_logvar": [((0, 0), (1, 1)), ((0, 1), (0, 1 + 1e-9)), ((3, -600), (3, 600))],
             "natural": [((0, -0.5), (1, -2)), ((1, -0.5), (1 + 1e-9, -0.5)), ((1, -0.5), (1, -0.5 - 1e-10)), ((3, -0.7), (3 + 1e-9, -0.7 + 1e-9))],
             "expectation": [((0, 1), (1, 3)), ((3, 10), (3 + 1e-9, 10)), ((3, 10.3), (3, 10.3 + 1e-9)), ((0.1, 7), (0.1, 7 + 1e-9))]}
    for chart in to:
        for p, q in pairs[chart]:
            d, path = plane(1, 2, to[chart](exact(p)), to[chart](exact(q)))
            row("normal", "fisher_rao_distance", p, q, d, chart)
            row("normal", "fisher_rao_geodesic", p, q, back[chart](path(mpf(0.25))), chart, t=0.25)
            row("normal", "log_map", p, q, [diff(lambda t: back[chart](path(t))[i], 0) for i in (0, 1)], chart)


def spaces():
    for p, q in [((0, 1, 2, 1), (3, -1, 2, 2)), ((0, 1, 2, 1), (1e-9, 1, 2, 1))]:
        a, b = exact(p), exact(q)
        gap = sqrt(sum((u - v) ** 2 for u, v in zip(a[:3], b[:3])))
        d, path = plane(1, 6, (mpf(0), a[3]), (gap, b[3]))
        place = lambda t: [u + (v - u) * path(t)[0] / gap for u, v in zip(a[:3], b[:3])] + [path(t)[1]]
        row("isotropic_normal", "fisher_rao_distance", p, q, d, dimension=3)
        row("isotropic_normal", "fisher_rao_geodesic", p, q, place(mpf(0.3)), t=0.3, dimension=3)
        row("isotropic_normal", "log_map", p, q, [diff(lambda t: place(t)[i], 0) for i in range(4)], dimension=3)
    p, q = (0, 5, 1, 1e-3), (1, 5, 2, 1e3)
    a, b = exact(p), exact(q)
    both = [plane(1, 2, (a[i], a[2 + i]), (b[i], b[2 + i])) for i in (0, 1)]
    row("diagonal_normal", "fisher_rao_distance", p, q, sqrt(sum(d**2 for d, _ in both)), dimension=2)
    row("diagonal_normal", "fisher_rao_geodesic", p, q, [both[i][1](mpf(0.3))[j] for j in (0, 1) for i in (0, 1)], t=0.3, dimension=2)


# ---- lines: u, its inverse ----

def lines():
    log_pairs = [((1,), (2,)), ((1,), (1 + 1e-9,)), ((1e-300,), (1e300,)), ((1e12,), (3,)), ((2,), (2,))]
    trials = [((0.5,), (0.25,)), ((0.5,), (0.5 + 1e-9,)), ((1e-300,), (2e-300,)), ((1e-300,), (0.5,)), ((0,), (0.25,)), ((1,), (0.25,)), ((0,), (1,)), ((0.75,), (1 - 1e-16,)), ((0.3,), (0.3,))]
    waits = [((0.5,), (0.25,)), ((0.5,), (0.5 + 1e-9,)), ((1e-300,), (2e-300,)), ((1e-300,), (0.5,)), ((0.75,), (1 - 1e-16,)), ((1 - 1e-15,), (1 - 1e-16,))]
    table = [("exponential", "", log, exp, log_pairs, 0), ("exponential", "scale", log, exp, log_pairs, 0), ("pareto", "", log, exp, log_pairs, 2.5),
             ("exponential", "natural", lambda c: log(-c), lambda u: -exp(u), [((-1,), (-2,)), ((-1,), (-1 - 1e-9,))], 0),
             ("rayleigh", "", lambda c: 2 * log(c), lambda u: exp(u / 2), log_pairs, 0), ("poisson", "", lambda c: 2 * sqrt(c), lambda u: (u / 2) ** 2, log_pairs, 0),
             ("poisson", "natural", lambda c: 2 * exp(c / 2), lambda u: 2 * log(u / 2), [((0,), (1,)), ((2,), (2 + 1e-9,)), ((-700,), (700,))], 0),
             ("bernoulli", "", lambda c: 2 * asin(sqrt(c)), lambda u: sin(u / 2) ** 2, trials, 0),
             ("bernoulli", "logit", lambda c: 2 * asin(1 / sqrt(1 + exp(-c))), lambda u: 2 * log(tan(u / 2)), [((0,), (1,)), ((3,), (3 + 1e-9,)), ((-600,), (600,)), ((30,), (31,)), ((500,), (501,))], 0),
             ("binomial", "", lambda c: 2 * sqrt(mpf(10)) * asin(sqrt(c)), lambda u: sin(u / 2 / sqrt(mpf(10))) ** 2, trials, 10),
             ("geometric", "", lambda c: 2 * atanh(sqrt(1 - c)), lambda u: 1 / cosh(u / 2) ** 2, waits, 0), ("geometric0", "", lambda c: 2 * atanh(sqrt(1 - c)), lambda u: 1 / cosh(u / 2) ** 2, waits[:1], 0),
             ("negative_binomial", "", lambda c: 2 * sqrt(mpf(3)) * atanh(sqrt(1 - c)), lambda u: 1 / cosh(u / 2 / sqrt(mpf(3))) ** 2, waits, 3)]
    for family, chart, u, back, pairs, fixed in table:
        for p, q in pairs:
            for one, two in [(p, q), (q, p)]:
                a, b = u(exact(one)[0]), u(exact(two)[0])
                row(family, "fisher_rao_distance", one, two, abs(a - b), chart, fixed=fixed)
                row(family, "fisher_rao_geodesic", one, two, back(a + (b - a) * mpf(0.25)), chart, t=0.25, fixed=fixed)
                if a != b and one[0] not in (0, 1) or chart == "logit":
                    row(family, "log_map", one, two, (b - a) / diff(u, exact(one)[0], h=exact(one)[0] * mpf(10) ** -400 or mpf(10) ** -400) if a != b else 0, chart, fixed=fixed)


def simplex():
    for p, q in [((0.2, 0.3, 0.5), (0.5, 0.3, 0.2)), ((0.25, 0.25, 0.5), (0.25, 0.25 + 2**-30, 0.5 - 2**-30)), ((1e-300, 0.5, 0.5), (2e-300, 0.5, 0.5)), ((0, 0.5, 0.5), (0.5, 0.5, 0)), ((1, 0, 0), (0, 0, 1)),
                 ((0.5, 0.5, 0), (0.25, 0.75, 0))]:
        for family, n in [("categorical", 1), ("multinomial", 10)]:
            a, b = [[u / sum(v) for u in v] for v in (exact(p), exact(q))]
            angle = acos(sum(sqrt(u * v) for u, v in zip(a, b)))
            path = lambda t: [((sin((1 - t) * angle) * sqrt(u) + sin(t * angle) * sqrt(v)) / sin(angle)) ** 2 for u, v in zip(a, b)]
            row(family, "fisher_rao_distance", p, q, 2 * sqrt(mpf(n)) * angle, fixed=n if n > 1 else 0, dimension=3)
            row(family, "fisher_rao_geodesic", p, q, path(mpf(0.25)), t=0.25, fixed=n if n > 1 else 0, dimension=3)
            if all(u > 0 or v == 0 for u, v in zip(a, b)):
                row(family, "log_map", p, q, [diff(lambda t: path(t)[i], 0) for i in (0, 1)], fixed=n if n > 1 else 0, dimension=3)
    for p, q in [((0, 1, -1), (1, 0, 2)), ((0, 1, -1), (1e-9, 1, -1)), ((40, 0, -40), (41, 1, -40))]:
        a, b = [[exp(z) / sum(exp(w) for w in v) for z in v] for v in (exact(p), exact(q))]
        angle = acos(sum(sqrt(u * v) for u, v in zip(a, b)))
        path = lambda t: [((sin((1 - t) * angle) * sqrt(u) + sin(t * angle) * sqrt(v)) / sin(angle)) ** 2 for u, v in zip(a, b)]
        row("categorical", "fisher_rao_distance", p, q, 2 * angle, "logits", dimension=3)
        row("categorical", "fisher_rao_geodesic", p, q, [log(v) for v in path(mpf(0.25))], "logits", t=0.25, dimension=3)
        row("categorical", "log_map", p, q, [diff(lambda t: log(path(t)[i]), 0) for i in range(3)], "logits", dimension=3)


# ---- matrices ----

def full(upper, d):
    m, upper = matrix(d, d), list(upper)
    for i in range(d):
        for j in range(i, d):
            m[i, j] = m[j, i] = upper.pop(0)
    return m


def cone(s0, s1, t):
    """sum of squared logarithms, and the geodesic's upper triangle."""
    d = s0.rows
    w, v = eigsy(s0)
    root = v * mp.diag([sqrt(x) for x in w]) * v.T
    inverse = v * mp.diag([1 / sqrt(x) for x in w]) * v.T
    l, e = eigsy(inverse * s1 * inverse) if s0 != s1 else ([mpf(1)] * d, eye(d))
    middle = root * e * mp.diag([x**t for x in l]) * e.T * root
    tangent = root * e * mp.diag([log(x) for x in l]) * e.T * root
    up = lambda m: [m[i, j] for i in range(d) for j in range(i, d)]
    return sum(log(x) ** 2 for x in l), up(middle), up(tangent)


def matrices():
    mp.dps = 80
    pairs = [((2, 1, 2), (5, 1, 5)), ((2, 0.5, 1), (2 + 1e-9, 0.5, 1)), ((2, 0.5, 1), (1, -0.25, 3)), ((1e-100, 0, 2e-100), (1e100, 0, 1e100)), ((2, 0.5, 1), (2, 0.5, 1))]
    for p, q in pairs:
        square, middle, tangent = cone(full(exact(p), 2), full(exact(q), 2), mpf(0.25))
        row("wishart", "fisher_rao_distance", p, q, sqrt(mpf(7) / 2 * square), dimension=2, fixed=7)
        row("wishart", "fisher_rao_geodesic", p, q, middle, t=0.25, dimension=2, fixed=7)
        row("wishart", "log_map", p, q, tangent, dimension=2, fixed=7)
        p, q = (3, -1) + p, (3, -1) + q
        row("mvn", "fisher_rao_distance", p, q, sqrt(square / 2), dimension=2)
        row("mvn", "fisher_rao_geodesic", p, q, [3, -1] + middle, t=0.25, dimension=2)
        row("mvn", "log_map", p, q, [0, 0] + tangent, dimension=2)
    # one covariance: 2 sqrt2 asinh(Mahalanobis / sqrt8)
    for p, q in [((0, 0, 2, 0.5, 1), (1, 3, 2, 0.5, 1)), ((0, 0, 2, 0.5, 1), (1e-9, 3e-9, 2, 0.5, 1)), ((0, 0, 1, 0, 1), (2, 0, 1, 0, 1)), ((0, 0, 100, 0, 100), (2, 0, 100, 0, 100))]:
        s, m = full(exact(p[2:]), 2), matrix(exact(q[:2]))
        row("mvn", "fisher_rao_distance", p, q, 2 * sqrt(mpf(2)) * asinh(sqrt((m.T * s**-1 * m)[0] / 8)), dimension=2)
    # shared eigenvectors (1, 1), (1, -1) with the shift along the first: normal times cone
    for p, q in [((0, 0, 2, 1, 2), (1, 1, 5, 1, 5)), ((0, 0, 2, 1, 2), (2**-30, 2**-30, 2 + 2**-30, 1, 2 + 2**-30))]:
        a, b = exact(p), exact(q)
        d, path = plane(1, 2, (mpf(0), sqrt(a[2] + a[3])), (b[0] * sqrt(mpf(2)), sqrt(b[2] + b[3])))
        ratio = (b[2] - b[3]) / (a[2] - a[3])
        def place(t):
            x, s = path(t)
            one, two = s * s, (a[2] - a[3]) * ratio**t
            return [x / sqrt(mpf(2))] * 2 + [(one + two) / 2, (one - two) / 2, (one + two) / 2]
        row("mvn", "fisher_rao_distance", p, q, sqrt(d * d + log(ratio) ** 2 / 2), dimension=2)
        row("mvn", "fisher_rao_geodesic", p, q, place(mpf(0.25)), t=0.25, dimension=2)
        row("mvn", "log_map", p, q, [diff(lambda t: place(t)[i], 0) for i in range(5)], dimension=2)
    mp.dps = 1400


def c(v):
    v = float(v)
    return repr(v)


def write():
    out = ["/* Written by tests/oracle/fisher_rao.py, mpmath with 1400 digits. */",
           "static const struct {\n    const char *family;\n    int64_t dimension;\n    double fixed;\n    const char *quantity, *chart;\n    double p[6], q[6], t;\n"
           "    int count;\n    double want[6];\n} oracle_fisher_rao[] = {"]
    for f, d, fixed, quantity, chart, p, q, t, want in ROWS:
        arr = lambda v: "{" + (", ".join(c(a) for a in v) or "0") + "}"
        assert len(want) <= 6 and len(p) <= 6
        out.append('    {"%s", %d, %s, "%s", "%s", %s, %s, %s, %d, %s},' % (f, d, c(fixed), quantity, chart, arr(p), arr(q), c(t), len(want), arr(want)))
    open("tests/manifold/oracle_fisher_rao.h", "w").write("\n".join(out) + "\n};\n")
    print(len(ROWS), "rows")


if __name__ == "__main__":
    for f in [hyperbolic, normal_charts, spaces, lines, simplex, matrices]:
        f()
    write()
