"""Jensen-Shannon and total variation where observations leave the doubles, by mpmath: writes tests/manifold/oracle_divergences_extremes.h (run from the root of
the repository; some minutes).

Gamma and beta laws of tiny and of huge shapes: tanh-sinh quadrature in log x and log x/(1 - x) between cuts at every feature of both densities and where they
cross. Counts: the first thousand one by one, the rest by the midpoint form of Euler and Maclaurin with two corrections; bells far from every edge by a sum with
a 64th of their width as its stride (Poisson's summation formula; between bells d widths apart the logarithm has poles at 1/d). Inputs are doubles, taken exactly.
"""
from mpmath import mp, mpf, exp, log, log1p, loggamma, quad, diff, sqrt, floor, findroot, fabs

from divergences import ROWS, exact, put, write

mp.dps = 50


def js(a, b):
    """p log p/m + q log q/m over 2, from log p and log q."""
    top = max(a, b)
    u, v = exp(a - top), exp(b - top)
    part = lambda w: w * log(2 * w / (u + v)) if w > 0 else mpf(0)
    return exp(top) * (part(u) + part(v)) / 2


def tv(a, b):
    return fabs(exp(a) - exp(b)) / 2


class LogGamma:
    def __init__(self, c):
        k, rate = c
        self.k, self.edge = k, log(k / rate) - (log(k) if k < 1 else 0)
        self.constant = k * log(rate) - loggamma(k)
        self.rate = rate
        self.features = [(self.edge, 1 if k < 1 else 1 / sqrt(k))] + ([(self.edge, 1 / k)] if k < 1 else [])
        self.range = (self.edge - max(140 / k, 16 / sqrt(k)), self.edge + (6 if k < 1 else min(16 / sqrt(k), 8)))

    def logpdf(self, y):
        return self.constant + self.k * y - self.rate * exp(y)


class LogitBeta:
    def __init__(self, c):
        a, b = c
        self.a, self.b, self.constant = a, b, loggamma(a + b) - loggamma(a) - loggamma(b)
        left, right = -log(max(b, 1)), log(max(a, 1))
        mode, width = log(a / b), sqrt(1 / a + 1 / b)
        self.features = ([(left, 1), (left, 1 / a)] if a < 1 else []) + ([(right, 1), (right, 1 / b)] if b < 1 else []) + ([(mode, width)] if min(a, b) >= 1 else [])
        low = left - 140 / a if a < 1 else mode - max(16 * width, 140 / a)
        high = right + 140 / b if b < 1 else mode + max(16 * width, 140 / b)
        self.range = (min(low, left - 8 if b < 1 else low), max(high, right + 8 if a < 1 else high))

    def logpdf(self, y):
        soft = lambda v: log1p(exp(v)) if v < 0 else v + log1p(exp(-v))
        return self.constant - self.a * soft(-y) - self.b * soft(y)


def line(family, make, p, q):
    f, g = make(exact(p)), make(exact(q))
    low, high = min(f.range[0], g.range[0]), max(f.range[1], g.range[1])
    cuts = {low, high}
    for at, scale in f.features + g.features:
        cuts.add(at)
        for side in (-1, 1):
            cuts |= {at + side * scale * step for step in (0.5, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96)}
    cuts = sorted(c for c in cuts if low <= c <= high)
    gap = lambda y: f.logpdf(y) - g.logpdf(y)
    crossings = [findroot(gap, (u, v), solver="anderson", tol=mpf(10) ** -90) for u, v in zip(cuts, cuts[1:]) if gap(u) * gap(v) < 0]
    cuts = sorted(cuts + crossings)
    total = [sum(quad(lambda y: term(f.logpdf(y), g.logpdf(y)), [u, v]) for u, v in zip(cuts, cuts[1:])) for term in (js, tv)]
    put(family, p, q, [("jensen_shannon", 0, total[0]), ("total_variation", 0, total[1])])
    print(family, p, q, mp.nstr(total[0], 17), mp.nstr(total[1], 17), flush=True)


def lines():
    for p, q in [((1e-8, 1), (2e-8, 1)), ((1e-3, 1), (2e-3, 3)), ((1e-8, 2), (1e-8, 2.5)), ((1e-8, 1), (1e-8 + 1e-14, 1)), ((1e-8, 1), (5, 2)), ((0.3, 1), (0.009, 1e-5)),
                 ((1e-6, 1e10), (3e-5, 1e-10)), ((1e12, 1e12), (1e12 + 1e6, 1e12)), ((0.5, 1), (0.5, 1.1)), ((0.9, 1e-200), (1.7, 2e-200))]:
        line("gamma", LogGamma, p, q)
        if q[1] == 1 or p[1] == 1e12:
            line("inverse_gamma", LogGamma, p, q)
    for p, q in [((1e-8, 1), (2e-8, 1)), ((1e-8, 1e-8), (2e-8, 1e6)), ((1e-8, 2e-8), (2.5e-8, 1e-8)), ((1e-5, 3), (2e-5, 2)), ((0.3, 1e-7), (0.4, 3e-7)),
                 ((1e-8, 1e-8), (1e-8 + 1e-15, 1e-8)), ((1e12, 1e12), (1e12, 1.000001e12)), ((1e-8, 5e8), (1e-8, 4e8)), ((0.02, 0.03), (0.05, 1e9)), ((1e6, 2e6), (1.0005e6, 2.001e6)),
                 ((4.8e15, 8.2e13), (4.608e15, 7.872001e13))]:
        line("beta", LogitBeta, p, q)


def waiting(c, r):
    c, r = mpf(c), mpf(r)
    at_zero, fall = r * log(c) - loggamma(r), log1p(-c)
    return lambda k: at_zero + loggamma(k + r) - loggamma(k + 1) + k * fall


def from_edge():
    for r, p, q in [(1, 1e-8, 1e-3), (1, 1e-5, 2e-5), (2, 1e-6, 1e-4), (20, 1e-6, 1e-2), (20, 1e-5, 1.1e-5), (0.5, 3e-5, 1e-5), (1e-3, 1e-7, 0.3), (3.5, 1e-6, 1.0000001e-6), (0.7, 1e-30, 2e-28)]:
        mp.dps = 50 if p > 1e-20 else 90
        f, g = waiting(p, r), waiting(q, r)
        term = lambda k: js(f(k), g(k))
        first, end = 1000, 300 / mpf(min(p, q))
        a = mpf(first) - mpf(1) / 2
        cuts = [a * mpf(2) ** j for j in range(int(log(end / a) / log(2)) + 1)] + [end]
        total = sum(term(mpf(k)) for k in range(first)) + quad(term, cuts) + diff(term, a) / 24 - 7 * diff(term, a, 3) / 5760
        mp.dps = 50
        put("negative_binomial", (p,), (q,), [("jensen_shannon", 0, total)], fixed=r)
        print(r, p, q, mp.nstr(total, 17), flush=True)


def few_successes():
    for r, p, q in [(0.03125, 5e-4, 3.25e-3), (0.001, 0.26, 0.07)]:
        total, a, b = mpf(0), mpf(p) ** mpf(r), mpf(q) ** mpf(r)
        for k in range(int(80 / min(p, q))):
            total += fabs(a - b) / 2
            a, b = a * (k + mpf(r)) / (k + 1) * (1 - mpf(p)), b * (k + mpf(r)) / (k + 1) * (1 - mpf(q))
        put("negative_binomial", (p,), (q,), [("total_variation", 0, total)], fixed=r)
        print(r, p, q, mp.nstr(total, 17), flush=True)


def bells():
    poisson = lambda c: (lambda k: k * log(c) - c - loggamma(k + 1), c, sqrt(c))
    n = mpf(10) ** 15
    binomial = lambda c: (lambda k: loggamma(n + 1) - loggamma(k + 1) - loggamma(n - k + 1) + k * log(c) + (n - k) * log(1 - c), n * c, sqrt(n * c * (1 - c)))
    for family, make, fixed, pairs in [("poisson", poisson, 0, [(1e15, 1e15 + 3e7), (1e15, 1e15 + 1e3), (3e14, 3.0000005e14), (1e15, 1.0000004e15)]),
                                       ("binomial", binomial, 1e15, [(0.5, 0.50000001), (1e-5, 1.0001e-5), (0.3, 0.3 + 1e-12)])]:
        for p, q in pairs:
            (f, at, width), (g, other, _) = make(mpf(p)), make(mpf(q))
            h = floor(width / 64)
            low, high = floor(min(at, other) - 16 * width), max(at, other) + 16 * width
            total = h * sum(js(f(low + j * h), g(low + j * h)) for j in range(int((high - low) / h)))
            put(family, (p,), (q,), [("jensen_shannon", 0, total)], fixed=fixed)
            print(family, p, q, mp.nstr(total, 17), flush=True)


if __name__ == "__main__":
    del ROWS[:]
    lines()
    from_edge()
    few_successes()
    bells()
    write("oracle_divergences_extremes", "divergences_extremes.py")
