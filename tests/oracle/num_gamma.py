#!/usr/bin/env python3
"""Oracle of src/num/{elementary,gamma,polygamma}.c: `num_gamma.py elementary|gamma|polygamma > tests/num/oracle_NAME.h`."""
import math
import sys

import mpmath as mp
from mpmath import mpf

from num_oracle import Tables, log_uniform, uniform

TINY, HUGE = 1e-308, 1.7e308


def high(f, digits=50):
    """f evaluated with so many digits that two precisions agree"""
    def g(*args):
        d = digits + int(2.2 * max(abs(math.log10(abs(x))) if x else 0 for x in args))
        while True:
            with mp.workdps(d):
                a = f(*[mpf(x) for x in args])
            with mp.workdps(2 * d + 20):
                b = f(*[mpf(x) for x in args])
            if a == b or abs(a - b) <= abs(b) * mpf(10) ** -25:
                return b
            d = 2 * d + 20
            assert d < 4000, args
    return g


def signed(points):
    return [s * x for x in points for s in (1, -1)]


def elementary():
    t = Tables("num_gamma.py", "elementary")
    small = log_uniform(1e-300, 1, 60)
    xs = [s * x for x in small for s in (1, -1)] + log_uniform(1, 1e308, 40) + uniform(-1, 3, 120) + [0.7, -0.4, 0.69999, -0.399999, -1 + 2**-53]
    log1pmx = high(lambda x: mp.log1p(x) - x, 700)
    t.add("LOG1PMX", [((x,), log1pmx(x)) for x in xs if abs(x) > 1e-150])
    es = [x for x in signed(log_uniform(1e-150, 700, 60)) + uniform(-3, 3, 100)]
    t.add("EXPM1MX", [((x,), high(lambda v: mp.expm1(v) - v, 400)(x)) for x in es])
    t.add("LOG1MEXP", [((-x,), high(lambda v: mp.log(-mp.expm1(v)), 50)(-x)) for x in log_uniform(1e-300, 700, 100)])
    ls = signed(log_uniform(1e-300, 700, 80))
    t.add("LOGISTIC", [((x,), 1 / (1 + mp.exp(-mpf(x)))) for x in ls])
    t.add("SOFTPLUS", [((x,), mp.log1p(mp.exp(mpf(x)))) for x in ls])
    ps = log_uniform(1e-300, 0.5, 80) + uniform(0.3, 0.65, 80) + uniform(0, 1, 40) + [1 - 2.0**-k for k in range(2, 53)] + [0.5 + 2.0**-50]
    t.add("LOGIT", [((p,), high(lambda v: mp.log(v / (1 - v)))(p)) for p in ps])
    qs = log_uniform(1e-300, 1e300, 60)
    ratio = [1 + s * e for e in log_uniform(1e-12, 0.9, 60) for s in (1, -1)] + log_uniform(1e-5, 1e5, 40)
    pairs = [(q * r, q) for q, r in zip(qs * 3, ratio) if q * r > 0] + list(zip(qs, log_uniform(1e-300, 1e300, 60, 9)))
    t.add("RELATIVE_ENTROPY", [((p, q), high(lambda a, b: a * mp.log(a / b) - a + b)(p, q)) for p, q in pairs])
    return t


XS = log_uniform(1e-300, 1e-3, 40) + log_uniform(1e-3, 0.5, 40) + uniform(0.5, 3, 120) + uniform(3, 12, 80) + log_uniform(12, 1e6, 50) + log_uniform(1e6, 1e300, 50)
SPECIAL = [TINY, 1e-16, 0.25, 0.5, 0.75, 1.25, 1.5, 2.5, 10.0, 9.999999999999998, 1.4616321449683623, 1 + 2.0**-52, 1 - 2.0**-53, 2 + 2.0**-51, 2 - 2.0**-52, 171.0, 1e305, 2e305]


def pairs():
    """(x, d) with x, x + d > 0: small and large steps of both signs"""
    out = []
    xs = log_uniform(1e-300, 1e300, 120, 3) + log_uniform(1e-3, 1e3, 300, 4) + uniform(1, 12, 100, 5)
    ratio = log_uniform(1e-15, 0.5, len(xs), 6)
    for i, (x, r) in enumerate(zip(xs, ratio)):
        out.append((x, x * r * (1 if i % 2 else -1)))
    big = log_uniform(1e-8, 1e8, 150, 7)
    for x, y in zip(big, log_uniform(1e-8, 1e8, 150, 8)):
        out.append((x, y - x))
    return [(x, d) for x, d in out if x > 0 and mpf(x) + mpf(d) > 0 and d != 0]


def lg(x):
    return mp.loggamma(x)


def gamma():
    t = Tables("num_gamma.py", "gamma")
    t.add("LGAMMA", [((x,), high(lg)(x)) for x in XS + SPECIAL if x < 2.5e305])
    t.add("LGAMMA1P", [((x,), high(lambda v: lg(1 + v), 400)(x)) for x in log_uniform(1e-300, 10, 60) + uniform(-0.999, 1.6, 80)])
    negative = [-x for x in uniform(0, 30, 60) + log_uniform(1e-10, 100, 40)]
    t.add("LGAMMA_NEGATIVE", [((x,), mp.log(abs(mp.gamma(mpf(x)))), 1 + abs(mp.log(abs(mp.gamma(mpf(x)))))) for x in negative])
    t.add("GAMMA", [((x,), mp.gamma(mpf(x))) for x in uniform(0, 20, 80) + uniform(20, 171.6, 60) + log_uniform(1e-300, 1, 30) + negative])
    stirling = high(lambda x: lg(x) - ((x - 0.5) * mp.log(x) - x + mp.log(2 * mp.pi) / 2), 60)
    t.add("STIRLING_J", [((x,), stirling(x)) for x in log_uniform(1e-10, 1e30, 150) + uniform(0.1, 12, 100)])
    diff = high(lambda x, d: lg(x + d) - lg(x), 60)
    t.add("LGAMMA_DIFF", [((x, d), diff(x, d), max(abs(diff(x, d)), abs(d) * (1 if abs(d) < x else 0))) for x, d in pairs()])
    breg = high(lambda x, d: lg(x + d) - lg(x) - d * mp.digamma(x), 80)
    t.add("LGAMMA_BREGMAN", [((x, d), breg(x, d)) for x, d in pairs()])
    h = lambda x: lg(x) - x * mp.log(x) + x
    excess = high(lambda x, d: h(x + d) - h(x) - d * (mp.digamma(x) - mp.log(x)), 80)
    t.add("EXCESS_BREGMAN", [((x, d), excess(x, d)) for x, d in pairs()])
    t.add("LGAMMA_EXCESS", [((x,), high(h)(x), max(1, abs(high(h)(x)))) for x in XS if x < 1e300])
    ab = list(zip(log_uniform(1e-10, 1e10, 250, 11), log_uniform(1e-10, 1e10, 250, 12))) + list(zip(uniform(0.1, 12, 150, 13), uniform(0.1, 12, 150, 14)))
    ab += list(zip(log_uniform(1e-300, 1e300, 60, 15), log_uniform(1e-300, 1e300, 60, 16)))
    lbeta = high(lambda a, b: lg(a) + lg(b) - lg(a + b), 350)
    rows = []
    for a, b in ab:
        a, b = min(a, b), max(a, b)
        rows.append(((a, b), lbeta(a, b), max(abs(lbeta(a, b)), 1)))
    t.add("LBETA", rows)
    return t


def polygamma():
    t = Tables("num_gamma.py", "polygamma")
    t.add("DIGAMMA_AT", [((x,), high(mp.digamma)(x)) for x in XS + SPECIAL])
    negative = [-x for x in uniform(0, 30, 60)]
    size = lambda x, n: abs(mp.pi / mp.sin(mp.pi * mpf(x))) ** (n + 1) + 3
    t.add("DIGAMMA_NEGATIVE", [((x,), mp.digamma(mpf(x)), size(x, 0)) for x in negative])
    psi = lambda n: high(lambda x: (-1) ** (n + 1) * mp.factorial(n) * mp.zeta(n + 1, x) if x < 1e4 else big_psi(n, x))
    t.add("TRIGAMMA_AT", [((x,), psi(1)(x)) for x in XS + SPECIAL])
    t.add("TRIGAMMA_NEGATIVE", [((x,), mp.psi(1, mpf(x)), size(x, 1)) for x in negative])
    t.add("TETRAGAMMA_AT", [((x,), psi(2)(x)) for x in XS + SPECIAL])
    t.add("TETRAGAMMA_NEGATIVE", [((x,), mp.psi(2, mpf(x)), size(x, 2)) for x in negative])
    rows = []
    for n in (3, 4, 5, 7, 10, 20, 50, 100):
        rows += [((float(n), x), psi(n)(x)) for x in log_uniform(1e-100, 1e100, 25, n) + uniform(0.1, 60, 25, n)]
    t.add("POLYGAMMA", rows)
    t.add("DIGAMMA_DIFF", [((x, d), high(lambda a, b: mp.digamma(a + b) - mp.digamma(a), 80)(x, d)) for x, d in pairs()])
    ys = [x for x in XS if x < 1e290] + [1e-16, 10.0, 9.999999999999998]
    t.add("DIGAMMA_EXCESS", [((x,), high(lambda v: mp.digamma(v) - mp.log(v), 80)(x)) for x in ys])
    t.add("TRIGAMMA_EXCESS", [((x,), high(lambda v: psi_exact(1, v) - 1 / v, 80)(x)) for x in ys])
    t.add("TETRAGAMMA_EXCESS", [((x,), high(lambda v: psi_exact(2, v) + 1 / v**2, 80)(x)) for x in ys])
    return t


def big_psi(n, x):
    """asymptotic series at large x, to the working precision"""
    s = mp.factorial(n - 1) / x**n + mp.factorial(n) / (2 * x ** (n + 1))
    k = 1
    while True:
        term = mp.bernoulli(2 * k) * mp.factorial(2 * k + n - 1) / (mp.factorial(2 * k) * x ** (2 * k + n))
        s += term
        if abs(term) < abs(s) * mp.eps or k > 200:
            break
        k += 1
    return (-1) ** (n + 1) * s


def psi_exact(n, x):
    """shift to x >= 1000 + digits, then the asymptotic series"""
    s = mpf(0)
    while x < 4 * mp.mp.dps:
        s += (-1) ** (n + 1) * mp.factorial(n) / x ** (n + 1)
        x += 1
    return s + big_psi(n, x)


if __name__ == "__main__":
    {"elementary": elementary, "gamma": gamma, "polygamma": polygamma}[sys.argv[1]]().print()
