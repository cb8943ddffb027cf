"""Families at 60 digits, by their textbook formulas: writes tests/family/oracle_families.h (run from the root of the repository).

A row: family, dimension, fixed quantity, quantity, chart, p, q, x, the answer, and the size of the largest term of the sum that defines it
(0: the answer itself), to which 1e-12 is relative. Inputs are doubles, taken exactly.
"""
from mpmath import (mp, mpf, exp, log, loggamma, digamma, psi, pi, sqrt, euler, zeta, gamma, gammainc, besseli, quad, inf, erf, nstr, log1p, expm1,
                    fabs, matrix, det, power, isnan, nsum, atan, sinh, cosh, tan)

mp.dps = 60
ROWS = []


def row(family, quantity, p, want, q=(), x=(), chart="", size=0, dimension=0, fixed=0):
    want = want if isinstance(want, (list, tuple)) else [want]
    ROWS.append((family, dimension, fixed, quantity, chart, p, q, x, want, size))


def exact(v):
    return [mpf(float(a)) for a in v]


def normal():
    def kl(p, q):
        (m, s), (n, t) = exact(p), exact(q)
        return log(t / s) + (s * s + (m - n) ** 2) / (2 * t * t) - mpf(1) / 2
    pairs = [((0, 1), (1, 2)), ((0, 1), (0, 1 + 1e-9)), ((0, 1), (1e-8, 1)), ((0, 1), (1e8, 1)), ((0, 1e-150), (1e-150, 2e-150)), ((1e15, 3), (1e15 + 2, 3)),
             ((1e6, 1e-3), (1e6 + 1e-3, 1e-3)), ((0, 1e150), (3e150, 1e149)), ((5, 1e-8), (5, 1e8))]
    for p, q in pairs:
        row("normal", "kl", p, kl(p, q), q)
        row("normal", "kl", q, kl(q, p), p)
        (m, s), (n, t) = exact(p), exact(q)
        row("normal", "kl_gradient", p, [(n - m) / t**2, 1 / t - (s * s + (m - n) ** 2) / t**3], q, size=(s / t) ** 2 / t + ((m - n) / t) ** 2 / t)
        row("normal", "entropy", p, log(2 * pi * exp(mpf(1))) / 2 + log(s), size=fabs(log(s)) + 1)
        row("normal", "fisher", p, [1 / s**2, 0, 0, 2 / s**2])
        row("normal", "log_partition", p, m * m / (2 * s * s) + log(s) + log(2 * pi) / 2, size=fabs(log(s)) + m * m / s**2)
        for x in [m, n, n + 3 * t]:
            x = mpf(float(x))
            row("normal", "logpdf", p, -((x - m) / s) ** 2 / 2 - log(s) - log(2 * pi) / 2, x=[x], size=((x - m) / s) ** 2 + fabs(log(s)) + 1)
            row("normal", "score", p, [(x - m) / s**2, ((x - m) ** 2 / s**2 - 1) / s], x=[x], size=((x - m) ** 2 / s**2 + 1) / s if m != x else 0)


def bernoulli():
    mp.dps = 700  # 1 - 1e-300 is not 1
    def kl(p, q):
        a, b = exact(p + q)
        t = lambda u, v: 0 if u == 0 else (inf if v == 0 else u * log(u / v))
        return t(a, b) + t(1 - a, 1 - b)
    for p, q in [((0.5,), (0.25,)), ((0.5,), (0.5 + 1e-9,)), ((1e-300,), (2e-300,)), ((1e-300,), (0.5,)), ((0,), (0.25,)), ((1,), (0.25,)), ((0.5,), (0,)), ((1 - 1e-16,), (0.5,)),
                 ((0.9999999,), (0.99999990001,)), ((0.75,), (1e-300,))]:
        a = exact(p)[0]
        row("bernoulli", "kl", p, kl(p, q), q)
        if 0 < q[0] < 1:
            b = exact(q)[0]
            row("bernoulli", "kl_gradient", p, (b - a) / (b * (1 - b)), q)
        if 0 < p[0] < 1:
            row("bernoulli", "entropy", p, -a * log(a) - (1 - a) * log(1 - a))
            row("bernoulli", "fisher", p, 1 / (a * (1 - a)))
            row("bernoulli", "natural", p, log(a / (1 - a)))
            row("bernoulli", "logpdf", p, log(a), x=[1])
            row("bernoulli", "logpdf", p, log(1 - a), x=[0])
            row("bernoulli", "log_partition", p, -log(1 - a))
    row("bernoulli", "entropy", (0,), 0)
    row("bernoulli", "entropy", (1,), 0)
    row("bernoulli", "logpdf", (0,), -inf, x=[1])
    row("bernoulli", "logpdf", (1,), 0, x=[1])
    for a, b in [(0.0, 1e-10), (30.0, 30.0000001), (-700.0, -699.0), (700.0, -700.0), (40.0, 41.0)]:
        u, v = exact([a, b])
        p = 1 / (1 + exp(-u))
        q = 1 / (1 + exp(-v))
        row("bernoulli", "kl", (a,), p * log(p / q) + (1 - p) * log((1 - p) / (1 - q)), (b,), chart="logit")
        row("bernoulli", "fisher", (a,), p * (1 - p), chart="logit")
        row("bernoulli", "kl_gradient", (a,), q - p, (b,), chart="natural", size=q if abs(u - v) > 1e-3 else 0 * q + (q if u < 0 else 1 - q))
    mp.dps = 60


def poisson():
    def entropy(l):
        if l > 500:
            c = [-mpf(1) / 12, -mpf(1) / 24, -mpf(19) / 360, -mpf(9) / 80, -mpf(863) / 2520, -mpf(1375) / 1008, -mpf(33953) / 5040]
            return log(2 * pi * exp(mpf(1)) * l) / 2 + sum(a / l ** (i + 1) for i, a in enumerate(c))
        s, k = mpf(0), 0
        while True:
            lp = k * log(l) - l - loggamma(k + 1)
            s -= exp(lp) * lp
            k += 1
            if k > l + 30 and exp(lp) < mpf(10) ** -50:
                return s
    for a, b in [(1, 2), (1e-300, 2e-300), (1e-300, 5), (1e12, 1.000001e12), (1e12, 1e-5), (3.5, 3.5000000001), (127.5, 100), (128.5, 1), (20, 1e3)]:
        l, m = exact([a, b])
        row("poisson", "kl", (a,), l * log(l / m) - l + m, (b,))
        row("poisson", "kl", (b,), m * log(m / l) - m + l, (a,))
        row("poisson", "kl_gradient", (a,), 1 - l / m, (b,))
        row("poisson", "fisher", (a,), 1 / l)
        row("poisson", "fisher", (a,), 1 / l, chart="expectation")
        row("poisson", "entropy", (a,), entropy(l))
        row("poisson", "natural", (a,), log(l))
        row("poisson", "dual_potential", (a,), l * log(l) - l, size=fabs(l * log(l)))
        for x in sorted({0, 1, 3, int(a), int(a + 3 * a**0.5), int(2 * a)}):
            lp = x * log(l) - l - loggamma(mpf(x) + 1)
            row("poisson", "logpdf", (a,), lp, x=[x])
            row("poisson", "score", (a,), x / l - 1, x=[x])
    for a, b in [(3, 3 + 1e-10), (-600, -599), (20, 50)]:
        u, v = exact([a, b])
        row("poisson", "kl", (a,), exp(u) * (u - v) - exp(u) + exp(v), (b,), chart="natural")
        row("poisson", "fisher", (a,), exp(u), chart="natural")


def categorical():
    def kl(p, q):
        return sum(0 if a == 0 else (inf if b == 0 else a * log(a / b)) for a, b in zip(exact(p), exact(q)))
    u = [0.25, 0.25, 0.25, 0.25]
    v = [0.25 + 2**-30, 0.25 - 2**-31, 0.25 - 2**-31, 0.25]
    w = [1e-300, 0.5, 0.5, 0]
    z = [2e-300, 0.75, 0.25, 0]
    for p, q in [(u, v), (v, u), (w, z), (w, u), (u, w), (z, w)]:
        row("categorical", "kl", p, kl(p, q), q, dimension=4)
        a = exact(p)
        row("categorical", "entropy", p, -sum(t * log(t) for t in a if t > 0), dimension=4)
        for x in range(3):
            row("categorical", "logpdf", p, log(a[x]), x=[x], dimension=4)
    a = exact(u)
    row("categorical", "fisher", u, [(1 / a[i] if i == j else 0) + 1 / a[3] for i in range(3) for j in range(3)], dimension=4)
    mp.dps = 400
    for x, y in [([0, 1, 2], [0, 1, 2 + 1e-10]), ([600, 0, -300], [600, 1, -299]), ([1e4, 1e4 - 2, 0], [1e4, 1e4, 1])]:
        def soft(t):
            t = exact(t)
            s = sum(exp(c - max(t)) for c in t)
            return [exp(c - max(t)) / s for c in t]
        p, q = soft(x), soft(y)
        row("categorical", "kl", x, sum(a * log(a / b) for a, b in zip(p, q) if a > 0), y, chart="logits", dimension=3)
        row("categorical", "fisher", x, [p[i] * ((1 if i == j else 0) - p[j]) for i in range(3) for j in range(3)], chart="logits", dimension=3)
    mp.dps = 60


def lognormal():
    for p, q in [((0, 1), (1, 2)), ((300, 1e-3), (300, 1.0000001e-3)), ((-600, 5), (0, 50))]:
        (m, s), (n, t) = exact(p), exact(q)
        row("lognormal", "kl", p, log(t / s) + (s * s + (m - n) ** 2) / (2 * t * t) - mpf(1) / 2, q)
        row("lognormal", "entropy", p, log(2 * pi * exp(mpf(1))) / 2 + log(s) + m, size=fabs(m) + fabs(log(s)) + 1)
        for x in [1e-200, 1.0, 3.7, 1e250]:
            y = log(mpf(x))
            row("lognormal", "logpdf", p, -((y - m) / s) ** 2 / 2 - log(s) - log(2 * pi) / 2 - y, x=[x], size=((fabs(y) + fabs(m)) / s) ** 2 + fabs(y))


def vector_normals():
    p, q = [1, -2, 1e15, 1e-150], [1 + 1e-9, -2, 1e15, 1e-150 * 1.5]
    a, b = exact(p), exact(q)
    s, t = a[3], b[3]
    row("isotropic_normal", "kl", p, 3 * (log(t / s) + s * s / (2 * t * t) - mpf(1) / 2) + sum((u - v) ** 2 for u, v in zip(a[:3], b[:3])) / (2 * t * t), q, dimension=3)
    p, q = [0, 5, 1, 1e-3], [0, 5 + 1e-12, 1 + 1e-10, 1e3]
    a, b = exact(p), exact(q)
    row("diagonal_normal", "kl", p, sum(log(b[2 + i] / a[2 + i]) + (a[2 + i] ** 2 + (a[i] - b[i]) ** 2) / (2 * b[2 + i] ** 2) - mpf(1) / 2 for i in range(2)), q, dimension=2)
    p, q = [0, 5, 1, 3], [1e-9, 5, 1 + 1e-10, 3]
    a, b = exact(p), exact(q)
    row("diagonal_normal", "kl", p, sum(log(b[2 + i] / a[2 + i]) + (a[2 + i] ** 2 + (a[i] - b[i]) ** 2) / (2 * b[2 + i] ** 2) - mpf(1) / 2 for i in range(2)), q, dimension=2)


def exponential():
    for chart in ["rate", "scale", "natural"]:
        rate = {"rate": lambda a: a, "scale": lambda a: 1 / a, "natural": lambda a: -a}[chart]
        for a, b in [(1, 2), (3, 3 + 1e-10), (1e-300, 1e300), (1e300, 1e-300), (1e-150, 1.1e-150)]:
            if chart == "natural":
                a, b = -a, -b
            r, t = rate(mpf(float(a))), rate(mpf(float(b)))
            row("exponential", "kl", (a,), t / r - 1 - log(t / r) if t / r < mpf(10) ** 308 else inf, (b,), chart=chart)
    for a in [1e-100, 0.3, 1e100]:
        r = mpf(a)
        row("exponential", "entropy", (a,), 1 - log(r), size=1 + fabs(log(r)))
        row("exponential", "logpdf", (a,), log(r) - 2, x=[float(2 / r)], size=fabs(log(r)) + 2)
        row("exponential", "fisher", (a,), 1 / r**2)


def gamma_kl(k, b, l, c):
    return loggamma(l) - loggamma(k) + (k - l) * digamma(k) + l * log(b / c) + k * (c - b) / b


def of_means(mean_log, mean):
    """Shape and rate: psi(k) - log k = E log x - log E x, by Newton's method."""
    gap = mean_log - log(mean)
    k = -1 / (2 * gap) if gap > -1 else 1 / (-gap - log(-gap)) if gap < -10 else -1 / gap
    for _ in range(60):
        step = (digamma(k) - log(k) - gap) / (psi(1, k) - 1 / k)
        k = k - step if k > step else k / 2
    return k, k / mean


def gammas():
    mp.dps = 90
    charts = {"shape_rate": lambda k, a: (k, a), "shape_scale": lambda k, a: (k, 1 / a), "shape_mean": lambda k, a: (k, k / a), "natural": lambda k, a: (k + 1, -a)}
    for chart, to in charts.items():
        for p, q in [((2.5, 1.5), (4, 0.5)), ((2.5, 1.5), (2.5 + 1e-9, 1.5 - 1e-9)), ((1e12, 3), (1e12 + 1e3, 3)), ((1e12, 3), (1e12, 3.00001)), ((1e-8, 2), (3e-8, 2)), ((0.3, 1e-150), (0.7, 1e-151)),
                     ((1e-8, 2), (1e8, 2)), ((1e8, 2), (1e-8, 2)), ((1e-8, 1e-5), (2, 5)), ((37, 37), (37, 37.0000001))]:
            if chart == "natural":
                if p[0] < 0.1 or q[0] < 0.1:
                    continue
                p, q = (p[0] - 1, -p[1]), (q[0] - 1, -q[1])
            k, b = to(*exact(p))
            l, c = to(*exact(q))
            row("gamma", "kl", p, gamma_kl(k, b, l, c), q, chart=chart)
    for p, q in [((0.4, 2), (0.4 + 1e-9, 2)), ((0.4, 2), (0.4, 2 + 1e-9)), ((0.4, 2), (0.4 + 1e-9, 2 + 2e-9)), ((-30, 1), (-30 - 1e-8, 1)), ((-1e-7, 1), (-1.000001e-7, 1)), ((0.4, 2), (0.5, 2.5))]:
        (k, b), (l, c) = of_means(*exact(p)), of_means(*exact(q))
        row("gamma", "kl", p, gamma_kl(k, b, l, c), q, chart="expectation")
    for p in [(2.5, 1.5), (1e12, 3), (1e-8, 2), (0.5, 1e-100), (30, 1e100), (1, 1), (1e5, 1e-5)]:
        k, b = exact(p)
        row("gamma", "entropy", p, k - log(b) + loggamma(k) + (1 - k) * digamma(k), size=1 + fabs(log(b)) + fabs((1 - k) * (digamma(k) - log(k))))
        row("inverse_gamma", "entropy", p, k + log(b) + loggamma(k) - (1 + k) * digamma(k), size=1 + fabs(log(b)) + fabs((1 + k) * (digamma(k) - log(k))))
        row("gamma", "fisher", p, [psi(1, k), -1 / b, -1 / b, k / b**2])
        row("gamma", "log_partition", p, loggamma(k) - k * log(b), size=fabs(k * log(b)) + fabs(loggamma(k)))
        m = k / b
        row("gamma", "fisher", (k, m), [psi(1, k) - 1 / k, 0, 0, k / m**2], chart="shape_mean")
        row("gamma", "natural", p, [k - 1, -b])
        row("gamma", "expectation", p, [digamma(k) - log(b), k / b], size=fabs(digamma(k)) if k < 0.1 else 1e-300)
        for x in [float(m), float(m * 1.01), float(2 * m), float(m / 50)]:
            y = mpf(x)
            lp = k * log(b) - loggamma(k) + (k - 1) * log(y) - b * y
            row("gamma", "logpdf", p, lp, x=[x], size=1 + fabs(log(y)) + fabs(k * ((y - m) / m)))
            row("gamma", "score", p, [log(b) - digamma(k) + log(y), k / b - y], x=[x], size=1 / k + fabs(log(y * b / k)) if y < 10**80 else 0) if b * y < 1e5 and abs(log(b)) < 5 else None
            row("inverse_gamma", "logpdf", p, k * log(b) - loggamma(k) - (k + 1) * log(y) - b / y, x=[x], size=1 + fabs(log(y)) * (k + 1) + b / y + k * fabs(log(b)) + fabs(loggamma(k)))
    mp.dps = 60


def betas():
    mp.dps = 90

    def ln_beta(a):
        return sum(loggamma(t) for t in a) - loggamma(sum(a))

    def kl(a, b):
        return ln_beta(b) - ln_beta(a) + sum((s - t) * (digamma(s) - digamma(sum(a))) for s, t in zip(a, b))
    pairs = [((2.5, 1.5), (1.2, 3)), ((2.5, 1.5), (2.5 + 1e-9, 1.5)), ((2.5, 1.5), (2.5 + 1e-9, 1.5 + 1e-9)), ((1e6, 1e6), (1e6 + 1, 1e6 - 1)), ((1e6, 1e6), (1.1e6, 1.1e6)),
             ((1, 1e-8), (2, 1e-8)), ((1, 1e-8), (1.01, 1e-8)), ((1e6, 1e-8), (2e6, 1e-8)), ((1e6, 1e-8), (1e6, 2e-8)), ((1e-8, 1e-8), (2e-8, 1e-8)), ((1e-8, 3), (1e6, 3)), ((3, 1e-3), (3.3, 1.2e-3)),
             ((50, 1), (55, 1.5)), ((0.01, 1e-4), (0.012, 1e-4)), ((1e6, 1e-3), (1e-8, 1e6)), ((1e6, 1e-3), (1e6 + 2**-10, 1e-3 + 1e-12)), ((7, 1e-3), (7 + 2**-30, 1e-3 + 1e-12)), ((7, 1e-3), (1e-5, 1e-7)),
             ((1e12, 2e12), (4, 5)), ((6e10, 9e11), (8e-4, 0.12)), ((4e4, 75), (5e-5, 1e-6))]
    for p, q in pairs:
        row("beta", "kl", p, kl(exact(p), exact(q)), q)
        row("beta", "kl", q, kl(exact(q), exact(p)), p)
    for p, q in [((2.5, 1.5), (1.2, 3)), ((1e-4, 1e4), (2e-4, 2e4)), ((1e-4, 1e4), (3e-4, 1e4 + 1)), ((5, 1e3), (7, 900)), ((1e-8, 1e6), (2e-8, 1e6))]:
        a, b = exact(p), exact(q)
        row("beta", "kl_gradient", p, [(digamma(t) - digamma(sum(b))) - (digamma(s) - digamma(sum(a))) for s, t in zip(a, b)], q)
    for p in [(2.5, 1.5), (1e6, 1e6), (1, 1e-8), (1e6, 1e-8), (1e-8, 1e-8), (1, 1), (0.5, 0.5), (1e-8, 1e6)]:
        a = exact(p)
        tot = sum(a)
        row("beta", "fisher", p, [(psi(1, a[i]) if i == j else 0) - psi(1, tot) for i in range(2) for j in range(2)])
        row("beta", "entropy", p, ln_beta(a) - sum((t - 1) * (digamma(t) - digamma(tot)) for t in a), size=sum(fabs(loggamma(t)) + fabs((t - 1) * digamma(t)) for t in a) + fabs((tot - 2) * digamma(tot)))
        row("beta", "expectation", p, [digamma(t) - digamma(tot) for t in a])
        row("beta", "log_partition", p, ln_beta(a), size=1 if abs(ln_beta(a)) < 1 else 0)
        for x in [0.5, 1e-200, 0.999999]:
            y = mpf(x)
            row("beta", "logpdf", p, (a[0] - 1) * log(y) + (a[1] - 1) * log(1 - y) - ln_beta(a), x=[x], size=fabs((a[0] - 1) * log(y)) + fabs((a[1] - 1) * log(1 - y)) + fabs(ln_beta(a)))
    for p in [(7869223754203.0, 559380375657.5), (343474280.5, 3841622839.875), (1e12, 3), (1e-3, 1e12)]:
        a = exact(p)
        row("beta", "entropy", p, ln_beta(a) - sum((t - 1) * (digamma(t) - digamma(sum(a))) for t in a))
    for p, q in [((1, 2, 3), (1.5, 2, 2)), ((1e6, 1e-8, 1e-8), (2e6, 1e-8, 1e-8)), ((1e6, 1e-8, 1e-8), (1e6, 1e-8, 3e-8)), ((1e6, 1e6, 1e-8), (1e6 + 1, 1e6, 1e-8)), ((1e-8, 1e-8, 1e-8), (1e6, 1e6, 1e6)), ((5, 5, 5), (5, 5 + 1e-10, 5))]:
        a, b = exact(p), exact(q)
        row("dirichlet", "kl", p, kl(a, b), q, dimension=3)
        row("dirichlet", "kl", q, kl(b, a), p, dimension=3)
        row("dirichlet", "fisher", p, [(psi(1, a[i]) if i == j else 0) - psi(1, sum(a)) for i in range(3) for j in range(3)], dimension=3)
    mp.dps = 60


def counts():
    def log_binomial(n, x):
        return loggamma(n + 1) - loggamma(x + 1) - loggamma(n - x + 1)

    def kl1(a, b):
        return a * log(a / b) + (1 - a) * log((1 - a) / (1 - b))
    mp.dps = 60
    for n in [1, 10, 1000, 10**12]:
        for a, b in [(0.3, 0.5), (0.3, 0.3 + 1e-10), (1e-9, 3e-9), (0.999, 0.9), (1e-300, 0.5)]:
            p, q = exact([a, b])
            mp.dps = 400
            row("binomial", "kl", (a,), n * kl1(p, q), (b,), fixed=n)
            row("binomial", "fisher", (a,), n / (p * (1 - p)), fixed=n)
            row("binomial", "log_partition", (a,), -n * log(1 - p), fixed=n)
            mp.dps = 60
            for x in sorted({0, min(n, 1), n, int(n * a), min(n, int(n * a + 3 * (n * a) ** 0.5))}):
                lp = log_binomial(mpf(n), mpf(x)) + x * log(p) + ((n - x) * log(1 - p) if a > 1e-100 else -(n - x) * p)
                row("binomial", "logpdf", (a,), lp, x=[x], fixed=n)
            if n <= 1000 and a > 1e-100:
                h = mpf(0)
                for x in range(n + 1):
                    lp = log_binomial(mpf(n), mpf(x)) + x * log(p) + (n - x) * log(1 - p)
                    h -= lp * exp(lp)
                row("binomial", "entropy", (a,), h, fixed=n)
    for a, b in [(0.3, 0.5), (0.3, 0.3 + 1e-10), (1e-12, 2e-12), (0.999, 0.2)]:
        p, q = exact([a, b])
        for family, r in [("geometric", 1), ("geometric0", 1), ("negative_binomial", 2.5), ("negative_binomial", 1e8), ("negative_binomial", 1e-3)]:
            r_ = mpf(r)
            fixed = r if family == "negative_binomial" else 0
            row(family, "kl", (a,), r_ * kl1(p, q) / p, (b,), fixed=fixed)
            row(family, "fisher", (a,), r_ / (p * p * (1 - p)), fixed=fixed)
            if r == 1:
                row(family, "entropy", (a,), -(p * log(p) + (1 - p) * log(1 - p)) / p)
            for k in [0, 1, 7, 10**6]:
                lp = loggamma(k + r_) - loggamma(r_) - loggamma(mpf(k) + 1) + r_ * log(p) + k * log(1 - p)
                row(family, "logpdf", (a,), lp, x=[k + (family == "geometric")], fixed=fixed, size=fabs(r_ * log(p)) if r > 1 else 0)
    mp.dps = 25
    for r, a in [(2.5, 0.4), (2.5, 1e-3), (30, 0.01), (0.5, 2e-3)]:
        r_, p = exact([r, a])
        h, k, lp = mpf(0), 0, r_ * log(p)
        lq = log(1 - p)
        while k < 3 * r / a or exp(lp) > mpf(10) ** -22:
            h -= lp * exp(lp)
            lp += log((k + r_) / (k + 1)) + lq
            k += 1
        row("negative_binomial", "entropy", (a,), h, fixed=r)
    mp.dps = 60
    for p, q, n in [((0.2, 0.3, 0.5), (0.3, 0.3, 0.4), 7), ((0.25, 0.25, 0.5), (0.25 + 2**-33, 0.25 - 2**-33, 0.5), 10**9), ((1e-200, 0.5, 0.5), (1e-100, 0.25, 0.75), 3)]:
        a, b = exact(p), exact(q)
        b = [t / sum(b) for t in b] if abs(sum(b) - 1) > 0 else b
        mp.dps = 260
        row("multinomial", "kl", p, n * sum(u * log(u / v) for u, v in zip(a, b)), q, dimension=3, fixed=n)
        for x in [(n, 0, 0), (0, n, 0), (n // 4, n - n // 4 - n // 2, n // 2)]:
            lp = loggamma(mpf(n) + 1) + sum(k * log(u) - loggamma(mpf(k) + 1) for k, u in zip(x, a))
            row("multinomial", "logpdf", p, lp, x=x, dimension=3, fixed=n, size=1)
        mp.dps = 60
    p = exact((0.2, 0.3, 0.5))
    h = mpf(0)
    for x in range(8):
        for y in range(8 - x):
            z = 7 - x - y
            lp = loggamma(8) - loggamma(x + 1) - loggamma(y + 1) - loggamma(z + 1) + x * log(p[0]) + y * log(p[1]) + z * log(p[2])
            h -= lp * exp(lp)
    row("multinomial", "entropy", (0.2, 0.3, 0.5), h, dimension=3, fixed=7)


def location_scale():
    pairs = [((0, 1), (1, 2)), ((0.5, 2), (0.5 + 1e-9, 2)), ((0.5, 2), (0.5, 2 + 1e-9)), ((3, 1e-150), (3, 2e-150)), ((0, 1e-100), (1, 1e100)), ((1e15, 3), (1e15 + 4, 1)), ((1, 5), (1.000001, 4.999999))]
    for p, q in pairs:
        (m, s), (n, t) = exact(p), exact(q)
        row("cauchy", "kl", p, log(((s + t) ** 2 + (m - n) ** 2) / (4 * s * t)), q)
        d = fabs(m - n) / s
        row("laplace", "kl", p, fabs(m - n) / t + s / t * exp(-d) - 1 + log(t / s), q)
        r, e = s / t, (n - m) / t
        if e < 700:
            mp.dps = 120
            row("gumbel", "kl", p, log(t / s) + euler * (r - 1) - e + exp(e) * gamma(1 + r) - 1, q)
            mp.dps = 60
        for family, h in [("cauchy", log(4 * pi)), ("laplace", 1 + log(mpf(2))), ("gumbel", 1 + euler), ("logistic", mpf(2))]:
            row(family, "entropy", p, h + log(s), size=1 + fabs(log(s)))
        row("cauchy", "fisher", p, [1 / (2 * s * s), 0, 0, 1 / (2 * s * s)])
        row("laplace", "fisher", p, [1 / s**2, 0, 0, 1 / s**2])
        row("logistic", "fisher", p, [1 / (3 * s * s), 0, 0, (3 + pi**2) / (9 * s * s)])
        row("gumbel", "fisher", p, [1 / s**2, -(1 - euler) / s**2, -(1 - euler) / s**2, (pi**2 / 6 + (1 - euler) ** 2) / s**2])
        for z in [0, 0.3, -5, 40, 1e8, -600]:
            x = float(m + mpf(z) * s)
            w = (mpf(x) - m) / s
            row("cauchy", "logpdf", p, -log(pi * s * (1 + w * w)), x=[x], size=1 + fabs(log(s)))
            row("laplace", "logpdf", p, -fabs(w) - log(2 * s), x=[x], size=1 + fabs(log(s)))
            row("logistic", "logpdf", p, -w - log(s) - 2 * log(1 + exp(-w)) if w > -500 else w - log(s), x=[x], size=1 + fabs(log(s)))
            row("gumbel", "logpdf", p, -w - exp(-w) - log(s), x=[x], size=1 + fabs(log(s)) + fabs(w)) if w > -400 else None
    mp.dps = 60
    for nu in [0.1, 1, 2.5, 30, 1e6, 1e12]:
        v = mpf(nu)
        for z in [0, 0.5, -7, 1e5, 1e160]:
            z = mpf(z)
            lp = loggamma((v + 1) / 2) - loggamma(v / 2) - log(v * pi) / 2 - (v + 1) / 2 * log(1 + z * z / v) - log(mpf(2))
            row("student_t", "logpdf", (0, 2), lp, x=[float(2 * z)], fixed=nu, size=1)
        h = (v + 1) / 2 * (digamma((v + 1) / 2) - digamma(v / 2)) + log(v) / 2 + loggamma(v / 2) + loggamma(mpf(1) / 2) - loggamma((v + 1) / 2) + log(mpf(2))
        row("student_t", "entropy", (0, 2), h, fixed=nu, size=1)
        row("student_t", "fisher", (0, 2), [(v + 1) / (v + 3) / 4, 0, 0, 2 * v / (v + 3) / 4], fixed=nu)
    mp.dps = 30
    for nu, p, q in [(1, (0, 1), (1, 2)), (3, (0, 1), (1, 2)), (3, (0, 1), (0, 5)), (30, (0, 1), (8, 0.5)), (2, (0, 1), (0.001, 1.001))]:
        v = mpf(nu)
        (m, s), (n, t) = exact(p), exact(q)
        lp = lambda x, m, s: loggamma((v + 1) / 2) - loggamma(v / 2) - log(v * pi) / 2 - (v + 1) / 2 * log(1 + ((x - m) / s) ** 2 / v) - log(s)
        want = quad(lambda x: exp(lp(x, m, s)) * (lp(x, m, s) - lp(x, n, t)), [-inf, -10, 0, 1, 10, inf])
        row("student_t", "kl", p, want, q, fixed=nu)
    for p, q in [((0, 1), (1, 2)), ((0, 1), (0, 0.2)), ((0, 1), (0.01, 1.02)), ((0, 1), (30, 1))]:
        (m, s), (n, t) = exact(p), exact(q)
        lp = lambda x, m, s: -fabs(x - m) / s - log(s) - 2 * log(1 + exp(-fabs(x - m) / s))
        want = quad(lambda x: exp(lp(x, m, s)) * (lp(x, m, s) - lp(x, n, t)), [-inf, -20, -5, 0, 1, 5, 20, 30, 60, inf])
        row("logistic", "kl", p, want, q)
    mp.dps = 60


def positives():
    mp.dps = 90
    for p, q in [((1.7, 2), (2.5, 1.5)), ((1.7, 2), (1.7 + 1e-9, 2)), ((1.7, 2), (1.7, 2 + 1e-9)), ((0.01, 1e-100), (0.02, 1e-100)), ((50, 1), (1e-3, 1)), ((1e-3, 3), (5e-4, 3)), ((3, 1e-150), (3, 1.5e-150))]:
        (k, l), (j, m) = exact(p), exact(q)
        row("weibull", "kl", p, log(k / l**k) - log(j / m**j) + (k - j) * (log(l) - euler / k) + (l / m) ** j * gamma(j / k + 1) - 1, q)
        row("weibull", "entropy", p, euler * (1 - 1 / k) + log(l / k) + 1, size=1 + 1 / k + fabs(log(l)))
        row("weibull", "fisher", p, [(pi**2 / 6 + (1 - euler) ** 2) / k**2, -(1 - euler) / l, -(1 - euler) / l, k**2 / l**2])
        for u in [0.5, 1, 1.0001, 1.3]:
            x = float(l * mpf(u))
            y = mpf(x)
            row("weibull", "logpdf", p, log(k / l) + (k - 1) * log(y / l) - (y / l) ** k, x=[x], size=1 + fabs(log(y)) + fabs(log(l)))
    for a, b in [(1, 2), (3, 3 + 1e-10), (1e-150, 2e-150), (1e150, 1e-100)]:
        s, t = exact([a, b])
        row("rayleigh", "kl", (a,), s**2 / t**2 - 1 - log(s**2 / t**2) if s / t < 1e100 else inf, (b,))
        row("rayleigh", "entropy", (a,), 1 + log(s / sqrt(mpf(2))) + euler / 2, size=1 + fabs(log(s)))
        row("rayleigh", "fisher", (a,), 4 / s**2)
        row("pareto", "kl", (a,), log(s / t) + t / s - 1, (b,), fixed=2.5)
        row("pareto", "entropy", (a,), log(mpf(2.5) / s) + 1 / s + 1, fixed=2.5, size=1 + fabs(log(s)) + 1 / s)
        row("pareto", "logpdf", (a,), log(s) + s * log(mpf(2.5)) - (s + 1) * log(mpf(2.500001)), x=[2.500001], fixed=2.5, size=1 + fabs(log(s))) if a < 1e10 else None
    ROWS[:] = [r for r in ROWS if r is not None]
    for p, q in [((1.5, 2.5), (1, 4)), ((1.5, 2.5), (1.5 + 1e-9, 2.5)), ((1.5, 2.5), (1.5, 2.5 + 1e-9)), ((1e-100, 1e-90), (1e-100, 2e-90)), ((1e8, 1e-3), (1e7, 1e-2)), ((1, 1e12), (1.000001, 1e12))]:
        (m, l), (n, k) = exact(p), exact(q)
        row("inverse_gaussian", "kl", p, (log(l / k) + k / l - 1) / 2 + k * (m - n) ** 2 / (2 * n**2 * m), q)
        row("inverse_gaussian", "fisher", p, [l / m**3, 0, 0, 1 / (2 * l * l)])
        y = 2 * l / m
        e1 = mp.e1(y) * exp(y) if y < 1000 else sum((-1) ** i * mp.factorial(i) / y ** (i + 1) for i in range(12))
        row("inverse_gaussian", "entropy", p, log(2 * pi * m**3 / l) / 2 + mpf(1) / 2 - mpf(3) / 2 * e1, size=1 + fabs(log(m)) * 3 + fabs(log(l)))
        for u in [0.3, 1, 1.00001, 20]:
            x = float(m * mpf(u))
            z = mpf(x)
            row("inverse_gaussian", "logpdf", p, log(l / (2 * pi * z**3)) / 2 - l * (z - m) ** 2 / (2 * m * m * z), x=[x], size=1 + fabs(log(l)) + 3 * fabs(log(z)))
    for p, q in [((0, 1), (0, 1)), ((0, 1), (-1e-12, 1)), ((0, 1), (0.5, 2)), ((-1e-150, 1e-150), (-1, 1e100)), ((1e15, 1e15 + 4), (1e15 - 2, 1e15 + 4))]:
        a, b = exact(p), exact(q)
        row("uniform", "kl", p, log((b[1] - b[0]) / (a[1] - a[0])) if b[0] <= a[0] and a[1] <= b[1] else inf, q)
        row("uniform", "entropy", p, log(a[1] - a[0]))
    mp.dps = 60


def matrices():
    def full(u, d):
        m, at = matrix(d, d), 0
        for i in range(d):
            for j in range(i, d):
                m[i, j] = m[j, i] = mpf(float(u[at]))
                at += 1
        return m

    def upper(m, d, factor=1):
        return [factor * m[i, j] for i in range(d) for j in range(i, d)]

    def kl(m, s, n, t):
        d = s.rows
        ti = t**-1
        return (sum((ti * s)[i, i] for i in range(d)) - d + ((n - m).T * ti * (n - m))[0] + log(det(t) / det(s))) / 2
    mp.dps = 80
    for p, q in [([0, 0, 1, 0, 1], [2, 0, 1, 0, 1]), ([0.5, -1, 2, 0.7, 1], [0.5 + 1e-9, -1, 2, 0.7, 1]), ([0.5, -1, 2, 0.7, 1], [0.5, -1, 2, 0.7 + 1e-10, 1]), ([0, 0, 1e-200, 0, 1e-200], [1e-100, 0, 2e-200, 1e-200, 2e-200]),
                 ([1e15, 1, 3, 1, 2], [1e15 + 2, 1, 2, 0, 2]), ([1, 1, 1, 0.999, 1], [1, 1.5, 1, -0.9, 1])]:
        m, s, n, t = matrix(exact(p[:2])), full(p[2:], 2), matrix(exact(q[:2])), full(q[2:], 2)
        row("mvn", "kl", p, kl(m, s, n, t), q, dimension=2)
        row("mvn", "entropy", p, log((2 * pi * exp(mpf(1))) ** 2 * det(s)) / 2, dimension=2, size=1 + fabs(log(det(s))))
        x = [float(m[0]) + 0.5, float(m[1]) - 0.25]
        g = matrix(exact(x)) - m
        row("mvn", "logpdf", p, -((g.T * s**-1 * g)[0] + log((2 * pi) ** 2 * det(s))) / 2, x=x, dimension=2, size=1 + fabs(log(det(s))) + 1e4 * (g.T * s**-1 * g)[0] * (s[0, 1] > 0.99 * s[0, 0]))
        row("wishart", "kl", p[2:], 4.5 * kl(matrix([0, 0]), s, matrix([0, 0]), t), q[2:], dimension=2, fixed=4.5)
    # second page: dimension 3, and charts
    p, q = [0.5, -1, 2, 2, 0.7, 0.1, 1, 0.2, 0.5], [0.3, -1, 2.5, 1, 0.1, 0, 1, 0, 1]
    m, s, n, t = matrix(exact(p[:3])), full(p[3:], 3), matrix(exact(q[:3])), full(q[3:], 3)
    row("mvn", "kl", p, kl(m, s, n, t), q, dimension=3)
    row("mvn", "natural", p, list(s**-1 * m) + upper(s**-1, 3, mpf(-1) / 2), dimension=3)
    row("mvn", "expectation", p, list(m) + [s[i, j] + m[i] * m[j] for i in range(3) for j in range(i, 3)], dimension=3)
    row("mvn", "log_partition", p, ((m.T * s**-1 * m)[0] + log((2 * pi) ** 3 * det(s))) / 2, dimension=3)
    for n_ in [2.5, 7, 1e6]:
        v, d = mpf(n_), 3
        mg = log(pi) * d * (d - 1) / 4 + sum(loggamma((v - j) / 2) for j in range(d))
        md = sum(digamma((v - j) / 2) for j in range(d))
        ld = log(det(s))
        row("wishart", "entropy", p[3:], (d + 1) * ld / 2 + mpf(d * (d + 1)) / 2 * log(mpf(2)) + mg - (v - d - 1) / 2 * md + v * d / 2, dimension=3, fixed=n_, size=v * log(v) * 3)
        x = [3, 0.5, 0.2, 2, -0.1, 1]
        xm = full(x, 3)
        si = s**-1
        tr = sum((si * xm)[i, i] for i in range(3))
        row("wishart", "logpdf", p[3:], (v - d - 1) / 2 * log(det(xm)) - tr / 2 - v * d / 2 * log(mpf(2)) - v / 2 * ld - mg, x=x, dimension=3, fixed=n_, size=v * log(v) * 3)
    mp.dps = 60


def circle_and_mixture():
    mp.dps = 60
    for p, q in [((0.5, 2), (-1, 3)), ((0.5, 2), (0.5 + 1e-9, 2)), ((0.5, 2), (0.5, 2 + 1e-9)), ((0, 1e-8), (1, 2e-8)), ((0, 1e5), (1e-3, 1.5e5)), ((3, 1e10), (3, 1.0000001e10)), ((1, 0.3), (2, 1e5)), ((1, 1e5), (2, 0.3)),
                 ((1, 0.9), (1, 1.3)), ((1, 800), (1.01, 700)), ((3, 2), (3 + 2e4, 2))]:
        (m, k), (n, j) = exact(p), exact(q)
        mp.dps = 80
        i0 = lambda x: besseli(0, x)
        A = besseli(1, k) / i0(k)
        row("von_mises", "kl", p, log(i0(j) / i0(k)) + k * A - j * A * mp.cos(m - n), q)
        row("von_mises", "entropy", p, log(2 * pi * i0(k)) - k * A, size=1 + fabs(log(k)))
        row("von_mises", "fisher", p, [k * A, 0, 0, 1 - A / k - A * A])
        row("von_mises", "kl_gradient", p, [j * A * mp.sin(n - m), besseli(1, j) / i0(j) - A * mp.cos(m - n)], q, size=1e-3 * (besseli(1, j) / i0(j) + A) if abs(k - j) > 1e-3 else 0)
        for x in [float(m) if abs(m) < 3 else 0.5, float(m + 1 / sqrt(k)) if k > 1 and m < 3 else 1.5, -3.1]:
            y = mpf(x)
            row("von_mises", "logpdf", p, k * mp.cos(y - m) - log(2 * pi * i0(k)), x=[x], size=1 + fabs(log(k)))
        mp.dps = 60
    mp.dps = 30

    def density(x, t):
        w, m, s = t
        return w * exp(-((x - m) / s) ** 2 / 2) / (s * sqrt(2 * pi)) + (1 - w) * exp(-x * x / 2) / sqrt(2 * pi)
    for p, q in [((0.4, 2, 0.7), (0.5, 1.5, 1)), ((0.5, 10, 0.1), (0.5, -3, 1)), ((0.5, 1e-4, 1), (0.5, 2e-4, 1)), ((0.3, 0.5, 1.3), (0.3001, 0.5, 1.3))]:
        a, b = exact(p), exact(q)
        pts = sorted({-mpf(40), -10, -5, -1, 0, 1, 5, 10, mpf(40)} | {a[1] + t * a[2] for t in (-8, -1, 0, 1, 8)} | {b[1] + t * b[2] for t in (-8, -1, 0, 1, 8)})
        row("normal_mixture3", "entropy", p, -quad(lambda x: density(x, a) * log(density(x, a)), pts))
        row("normal_mixture3", "kl", p, quad(lambda x: density(x, a) * log(density(x, a) / density(x, b)), pts), q, size=1e-4 if abs(p[0] - q[0]) < 1e-3 else 0)

        def scores(x):
            w, m, s = a
            n1, n0 = exp(-((x - m) / s) ** 2 / 2) / (s * sqrt(2 * pi)), exp(-x * x / 2) / sqrt(2 * pi)
            d = density(x, a)
            return [(n1 - n0) / d, w * n1 * (x - m) / s**2 / d, w * n1 * (((x - m) / s) ** 2 - 1) / s / d]
        f = [[quad(lambda x: density(x, a) * scores(x)[i] * scores(x)[j], pts) if i <= j else 0 for j in range(3)] for i in range(3)]
        big = max(abs(f[i][i]) for i in range(3))
        row("normal_mixture3", "fisher", p, [f[min(i, j)][max(i, j)] for i in range(3) for j in range(3)], size=0)
    mp.dps = 60
    for m, s in [(0.5, 1.2), (1, 0.9), (-2, 0.5)]:
        m, s = exact([m, s])
        row("normal_mixture3", "fisher", (1, float(m), float(s)), [exp((m / s) ** 2 / (2 - 1 / s**2)) * s / sqrt(2 - 1 / s**2) - 1 if s * s > 0.5 else inf, m / s**2, ((1 + m * m) / s**2 - 1) / s * -1, m / s**2, 1 / s**2, 0, ((1 + m * m) / s**2 - 1) / s * -1, 0, 2 / s**2])
    row("normal_mixture3", "fisher", (0, 0.5, 1.2), [exp(mpf(0.25) / (2 - mpf(1.2) ** 2)) / (mpf(1.2) * sqrt(2 - mpf(1.2) ** 2)) - 1] + [0] * 8)
    row("normal_mixture3", "fisher", (0, 0.5, 1.5), [inf] + [0] * 8)


def c(v):
    v = float(v)
    return "INFINITY" if v == float("inf") else "-INFINITY" if v == float("-inf") else repr(v)


def write():
    out = ["/* Written by tests/oracle/families.py, mpmath with 60 digits. */", "/* clang-format off */",
           "static const struct {\n    const char *family;\n    int64_t dimension;\n    double fixed;\n    const char *quantity, *chart;\n    double p[9], q[9], x[6];\n"
           "    int count;\n    double want[25], size;\n} oracle_families[] = {"]
    for f, d, fixed, quantity, chart, p, q, x, want, size in ROWS:
        arr = lambda v: "{" + (", ".join(c(a) for a in v) or "0") + "}"
        assert len(want) <= 25 and len(p) <= 9 and len(x) <= 6
        out.append('    {"%s", %d, %s, "%s", "%s", %s, %s, %s, %d, %s, %s},' % (f, d, c(fixed), quantity, chart, arr(p), arr(q), arr(x), len(want), arr(want), c(size)))
    open("tests/family/oracle_families.h", "w").write("\n".join(out) + "\n};\n")
    print(len(ROWS), "rows")


if __name__ == "__main__":
    for f in [normal, bernoulli, poisson, categorical, lognormal, vector_normals, exponential, gammas, betas, counts, location_scale, positives, matrices, circle_and_mixture]:
        f()
    write()
