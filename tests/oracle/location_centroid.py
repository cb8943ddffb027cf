"""Centroids of families of location and scale: writes tests/manifold/oracle_location_centroid.h (run from the root of the repository, then clang-format the table).

Zeros of gradients of sums of KL, 1e-40 for closed forms and 1e-20 for integrals of densities; for the Cauchy law as the conformal barycentre of points of the disc, by mpmath's findroot.
With "scan" as argument: how many random problems have more than one symmetric centroid? For a fixed scale the sum is convex in the location, as both of its terms are,
so its minima are those of the profile over the scale, and the slope of that in log scale must change its sign once.
"""
import sys

import numpy as np
from mpmath import mp, mpf, euler, exp, findroot, gamma, log, loggamma, quad


# ---- KL(p : q) of (location, scale), by formulas that share nothing with the library's -------------------------------

def laplace(p, q):
    (m, s), (n, t) = p, q
    d = abs(m - n)
    return log(t / s) - 1 + (d + s * exp(-d / s)) / t


def gumbel(p, q):  # E x = m + euler s, E exp(-(x - n)/t) = exp((n - m)/t) Gamma(1 + s/t)
    (m, s), (n, t) = p, q
    return log(t / s) - (1 + euler) + (m + euler * s - n) / t + exp((n - m) / t) * gamma(1 + s / t)


def weibull(p, q):  # E log x = log l - euler/k, E x^j = l^j Gamma(1 + j/k)
    (k, l), (j, o) = p, q
    mean_log = log(l) - euler / k
    return log(k / j) - k * log(l) + j * log(o) + (k - j) * mean_log - 1 + (l / o) ** j * gamma(1 + j / k)


class Bell:
    """A law of z by its log density, slope = -d log density/dz, and a map of (-1, 1) onto the line: E f(z) as an integral."""

    def __init__(self, log_density, slope, place):
        self.log_density, self.slope, self.place = log_density, slope, place

    def mean(self, f):
        def term(v):
            if abs(v) >= 1:
                return mpf(0)
            z, width = self.place(v)
            return width * exp(self.log_density(z)) * f(z)
        return quad(term, [-1, -0.5, 0, 0.5, 1])

    def kl(self, p, q):
        (m, s), (n, t) = p, q
        return log(t / s) + self.mean(lambda z: self.log_density(z) - self.log_density((m + s * z - n) / t))

    def gradient(self, kind, points, weights, c):
        """In mu and log sigma of c, by the means of slopes under each point and under c."""
        m, s = c
        place, size = mpf(0), mpf(0)
        for (n, t), w in zip(points, weights):
            if kind != "left":  # x = n + t z, u = (x - m)/s
                place -= w * self.mean(lambda z: self.slope((n + t * z - m) / s)) / s
                size += w * (1 - self.mean(lambda z: self.slope((n + t * z - m) / s) * (n + t * z - m) / s))
            if kind != "right":  # x = m + s z, v = (x - n)/t
                place += w * self.mean(lambda z: self.slope((m + s * z - n) / t)) / t
                size += w * (self.mean(lambda z: self.slope((m + s * z - n) / t) * s * z / t) - 1)
        return [place, size]


def student(nu):
    nu = mpf(nu)
    c = loggamma((nu + 1) / 2) - loggamma(nu / 2) - log(nu * mp.pi) / 2
    return Bell(lambda z: c - (nu + 1) / 2 * log(1 + z * z / nu), lambda z: (nu + 1) * z / (nu + z * z),
                lambda v: (v / (1 - v * v), (1 + v * v) / (1 - v * v) ** 2))


LOGISTIC = Bell(lambda z: -abs(z) - 2 * mp.log1p(exp(-abs(z))), lambda z: mp.tanh(z / 2), lambda v: (2 * mp.atanh(v), 2 / (1 - v * v)))
CLOSED = {"laplace": laplace, "gumbel": gumbel, "weibull": weibull}


# ---- minima ------------------------------------------------------------------------------------------------------------

def total(kl, kind, points, weights, c):
    value = mpf(0)
    for p, w in zip(points, weights):
        if kind != "left":
            value += w * kl(p, c)
        if kind != "right":
            value += w * kl(c, p)
    return value


def by_differences(kl, kind, points, weights, c, h=mpf("1e-8")):
    """The gradient by central differences of order 6: 1e-48 by truncation and rounding."""
    out = []
    for i in range(2):
        d = mpf(0)
        for k, factor in ((1, mpf(45) / 60), (2, mpf(-9) / 60), (3, mpf(1) / 60)):
            up, down = list(c), list(c)
            up[i] += k * h
            down[i] -= k * h
            d += factor * (total(kl, kind, points, weights, up) - total(kl, kind, points, weights, down))
        out.append(d / h)
    return out


def minimum(law, kind, points, weights):
    bell = isinstance(law, Bell)
    guess = rough(law.kl if bell else law, kind, points, weights, 1e-2 if bell else 1e-4)
    mp.dps = 25 if bell else 60
    points = [[mpf(v) for v in p] for p in points]
    weights = [mpf(w) / sum(weights) for w in weights]
    def gradient(m, s):
        return law.gradient(kind, points, weights, (m, s)) if bell else by_differences(law, kind, points, weights, (m, s))
    root = list(findroot(gradient, guess, tol=mpf("1e-38"), maxsteps=8, verify=False))
    assert max(abs(v) for v in gradient(*root)) < mpf("1e-18"), (kind, points)
    return root


def barycentre(points, weights, guess):
    """The c with sum w (z - c)/(z - conj c) = 0, z = m + i s: every point in the disc that has c as its centre."""
    points = [mp.mpc(*p) for p in points]
    def image(m, s):
        c = mp.mpc(m, s)
        v = sum(w * (z - c) / (z - mp.conj(c)) for z, w in zip(points, weights))
        return [v.real, v.imag]
    return list(findroot(image, guess, tol=1e-60))


CASES = [  # family, nu, points, weights
    ("laplace", 0, [[1, 1], [2, 3], [4, 2]], [1, 1, 1]),
    ("laplace", 0, [[0, 0.25], [3, 1]], [3, 1]),
    ("gumbel", 0, [[1, 1], [2, 3], [4, 2]], [1, 1, 1]),
    ("gumbel", 0, [[0, 0.25], [3, 1]], [3, 1]),
    ("weibull", 0, [[0.5, 1], [2, 3], [4, 2]], [1, 1, 1]),
    ("weibull", 0, [[1, 0.25], [3, 10]], [3, 1]),
    ("logistic", 0, [[1, 1], [2, 3], [4, 2]], [1, 1, 1]),
    ("logistic", 0, [[0, 0.25], [3, 1]], [3, 1]),
    ("student_t", 3, [[1, 1], [2, 3], [4, 2]], [1, 1, 1]),
    ("student_t", 2.5, [[0, 0.25], [3, 1]], [3, 1]),
    ("cauchy", 0, [[1, 1], [2, 3], [4, 2]], [1, 1, 1]),
    ("cauchy", 0, [[0, 0.25], [3, 1]], [3, 1]),
]


def guess_of(points, weights):
    total_weight = sum(weights)
    return [sum(w * p[i] for p, w in zip(points, weights)) / total_weight for i in range(2)]


def rough(kl, kind, points, weights, tolerance):
    """A start for findroot: a search along the axes with halved steps, in the digits of doubles."""
    mp.dps = 15
    low, high = min(p[0] for p in points), max(p[0] for p in points)
    c, step = guess_of(points, weights), [max(high - low, 1) / 4, max(p[1] for p in points) / 4]
    best = total(kl, kind, points, weights, c)
    while max(step) > tolerance:
        moved = False
        for i in range(2):
            for sign in (1, -1):
                trial = list(c)
                trial[i] += sign * step[i]
                if trial[1] <= 0 or (kl is weibull and trial[0] <= 0):
                    continue
                value = total(kl, kind, points, weights, trial)
                if value < best:
                    best, c, moved = value, trial, True
        if not moved:
            step = [v / 2 for v in step]
    return c


def table():
    rows = []
    for family, nu, points, weights in CASES:
        for kind in ("left", "right", "symmetric"):
            if family == "student_t" and kind != "right":
                continue
            if family == "cauchy":
                mp.dps = 60
                want = barycentre(points, weights, guess_of(points, weights))
            else:
                law = student(nu) if family == "student_t" else LOGISTIC if family == "logistic" else CLOSED[family]
                want = minimum(law, kind, points, weights)
            mp.dps = 20
            flat = [v for p in points for v in p] + [0] * (6 - 2 * len(points))
            rows.append('    {"%s", %g, RAO_CENTROID_%s, %d, {%s}, {%s}, {%s}},' % (
                family, nu, kind.upper(), len(points), ", ".join("%g" % v for v in flat), ", ".join("%g" % w for w in weights + [0] * (3 - len(weights))),
                ", ".join(mp.nstr(v, 20) for v in want)))
            print(rows[-1], flush=True)
    with open("tests/manifold/oracle_location_centroid.h", "w") as out:
        out.write("/* Written by tests/oracle/location_centroid.py: family, nu, kind, number of points, points, weights, centroid. */\n"
                  "static const struct location_case {\n    const char *family;\n    double nu;\n    int kind, n;\n    double points[6], weights[3], want[2];\n"
                  "} location_cases[] = {\n" + "\n".join(rows) + "\n};\n")


# ---- the scan ----------------------------------------------------------------------------------------------------------

Z = np.linspace(-40, 40, 1601)  # the trapezoidal rule is exact to rounding for analytic bells
BELLS = {"logistic": (np.exp(-np.abs(Z)) / (1 + np.exp(-np.abs(Z))) ** 2, lambda z: np.tanh(z / 2)),
         "gumbel": (np.exp(-Z - np.exp(np.minimum(-Z, 700))), lambda z: -np.expm1(np.minimum(-z, 500))),
         "laplace": (0.5 * np.exp(-np.abs(Z)), np.sign)}  # its kinks cost digits, not signs


def slopes(family, mu, sigma, w, m, s):
    """dJ/dm and dJ/dlog s: the scores' means, under every point and under c."""
    density, slope = BELLS[family]
    density = density / density.sum()
    u = (mu[:, None] + sigma[:, None] * Z - m) / s
    a = slope(u)
    v = (m + s * Z - mu[:, None]) / sigma[:, None]
    b = slope(v) / sigma[:, None]
    along = -(w[:, None] * a * density).sum() / s + (w[:, None] * b * density).sum()
    return along, -(w[:, None] * a * u * density).sum() + (w[:, None] * b * s * Z * density).sum()


def profile_slope(family, mu, sigma, w, s):
    low, high = mu.min() - 40 * (s + sigma.max()), mu.max() + 40 * (s + sigma.max())
    for _ in range(50):
        m = (low + high) / 2
        if slopes(family, mu, sigma, w, m, s)[0] > 0:
            high = m
        else:
            low = m
    return slopes(family, mu, sigma, w, (low + high) / 2, s)[1]


def scan(family, count):
    rng = np.random.default_rng(1)
    several = 0
    for _ in range(count):
        n = rng.integers(2, 6)
        mu, sigma, w = rng.normal(size=n) * 10 ** rng.uniform(-1, 1.2), 10 ** rng.uniform(-0.7, 0.7, size=n), rng.dirichlet(np.full(n, 0.7))
        grid = np.geomspace(sigma.min() / 2, 2 * (sigma.max() + np.ptp(mu)), 30)
        signs = np.sign([profile_slope(family, mu, sigma, w, s) for s in grid])
        several += np.count_nonzero(np.diff(signs)) > 1
    print("%s: %d of %d problems have more than one symmetric centroid" % (family, several, count))


if __name__ == "__main__":
    if sys.argv[1:] == ["scan"]:
        for name in BELLS:
            scan(name, 200)
    else:
        table()
