#!/usr/bin/env python3
"""Oracle of src/num/{erf,igamma,ibeta,bessel}.c: `num_probability.py erf|igamma|ibeta|bessel|dual > tests/num/oracle_NAME.h`."""
import math
import sys

import mpmath as mp
from mpmath import mpf

from num_oracle import Tables, log_uniform, uniform


def erf():
    t = Tables("num_probability.py", "erf")
    xs = uniform(-26, 30, 150) + log_uniform(1e-300, 1e300, 80) + [11.999, 12.0, 12.001] + uniform(10, 14, 40)
    def erfcx(x):
        x = mpf(x)
        if x > 1e4:
            return sum((-1) ** k * mp.fac2(2 * k - 1) / (2 * x * x) ** k for k in range(8)) / (x * mp.sqrt(mp.pi))
        with mp.workdps(60):
            return mp.exp(x * x) * mp.erfc(x)
    t.add("ERFCX", [((x,), erfcx(x)) for x in xs])
    log_erfc = lambda x: (mp.log1p(-mp.erf(mpf(x))) if x < 1 else mp.log(mp.erfc(mpf(x)))) if x < 1e3 else mp.log(erfcx(x)) - mpf(x) ** 2
    t.add("LOG_ERFC", [((x,), log_erfc(x)) for x in xs + [-x for x in log_uniform(1e-300, 5, 40)] if abs(x) < 1e150])
    zs = uniform(-37, 9, 200) + uniform(-3, 3, 60) + [-x for x in log_uniform(1e-10, 30, 50)]
    phi = lambda x: mp.erfc(-mpf(x) / mp.sqrt(2)) / 2
    t.add("NORMAL_CDF", [((x,), phi(x)) for x in zs])
    t.add("NORMAL_LOG_CDF", [((x,), mp.log(phi(x))) for x in zs if x < 8] + [((-x,), mp.log(erfcx(x / mp.sqrt(2)) / 2) - mpf(x) ** 2 / 2) for x in log_uniform(40, 1e140, 40)])
    hazard = lambda x: mp.sqrt(2 / mp.pi) / erfcx(mpf(x) / mp.sqrt(2))
    t.add("NORMAL_HAZARD", [((x,), hazard(x)) for x in uniform(-37, 40, 150) + log_uniform(1e-5, 1e300, 40)])
    def quantile(l):
        """Phi(x) = exp(l) to 40 digits"""
        l = mpf(l)
        x = -mp.sqrt(-2 * l) if l < -1 else mpf(0)
        for _ in range(60):
            f = mp.log(phi(x)) - l if x > -1e3 else mp.log(erfcx(-x / mp.sqrt(2)) / 2) - x * x / 2 - l
            step = f / hazard(-x) if x < 0 or x > 1e3 else f * phi(x) * mp.sqrt(2 * mp.pi) * mp.exp(x * x / 2)
            x -= step
            if abs(step) < abs(x) * mpf(10) ** -40 + mpf(10) ** -60:
                return x
        raise ArithmeticError(l)
    ps = log_uniform(1e-308, 0.5, 80) + uniform(0, 1, 120) + [0.25, 0.75, 0.5 + 2.0**-40, 0.5 - 2.0**-53] + [1 - 2.0**-k for k in range(1, 53)]
    t.add("NORMAL_QUANTILE", [((p,), quantile(mp.log(mpf(p)))) for p in ps if p != 0.5])
    ls = [-x for x in log_uniform(1e-10, 1e5, 100)]
    t.add("NORMAL_QUANTILE_LOG", [((l,), quantile(l)) for l in ls])
    ys = log_uniform(1e-300, 1, 50) + uniform(-1, 1, 80)
    def erfinv(y):
        z = mp.erfinv(mpf(y))
        return z - (mp.erf(z) - mpf(y)) / (2 / mp.sqrt(mp.pi) * mp.exp(-z * z))
    t.add("ERF_INVERSE", [((y,), erfinv(y)) for y in ys])
    t.add("ERFC_INVERSE", [((q,), -quantile(mp.log(mpf(q) / 2)) / mp.sqrt(2)) for q in log_uniform(1e-307, 1, 60) + uniform(0, 2, 60)])
    return t


def gamma_tails(a, x):
    """(P, Q) to 25 digits: hypergeometric sums, or for a large shape an integral of the density in standard units"""
    a, x = mpf(a), mpf(x)
    if a < 3000:
        with mp.workdps(80):
            p, q = mp.gammainc(a, 0, x, regularized=True), mp.gammainc(a, x, mp.inf, regularized=True)
            return p, q
    sd = mp.sqrt(a)
    # mp.quad stops by absolute error: integrate the density relative to its value at x
    height = (a - 1) * mp.log(x) - x
    log_pdf = lambda t: (a - 1) * mp.log(t) - t - height
    scale = mp.exp(height - mp.loggamma(a))
    def tail(sign):
        """integral outwards from x in steps of the local scale, until nothing is added"""
        total, u = mpf(0), x
        slope = abs((a - 1) / x - 1)
        width = 6 / (slope + 1 / sd)
        for _ in range(400):
            v = u + sign * width
            if v <= 0:
                v = mpf(0)
            piece = mp.quad(lambda t: mp.exp(log_pdf(t)) if t > 0 else mpf(0), [min(u, v), max(u, v)])
            total += piece
            if piece < total * mpf(10) ** -30 or v == 0:
                return total * scale
            u = v
        raise ArithmeticError((a, x))
    with mp.workdps(60):
        return (tail(-1), 1 - tail(-1)) if x < a else (1 - tail(1), tail(1))


def log_row(point, p, q):
    """log p with its scale: near zero it is -q, known as well as q is"""
    return (point, mp.log(p)) if p < 0.9 else (point, mp.log1p(-q), q * (1 + abs(mp.log(q))) if q > 0 else mpf(1))


def igamma():
    t = Tables("num_probability.py", "igamma")
    points = []
    for i, a in enumerate(log_uniform(1e-8, 1e12, 260, 21)):
        z = uniform(-8, 8, 260, 22)[i]
        points.append((a, a * max(1e-3, 1 + z / max(a, 1) ** 0.5) if a > 1 else abs(z) * a ** (i % 3)))
    points += list(zip(log_uniform(1e-3, 300, 150, 23), log_uniform(1e-3, 500, 150, 24)))
    points += list(zip(uniform(0.01, 1.5, 60, 25), uniform(0.01, 2, 60, 26))) + [(1e-300, 1.0), (1e-300, 50.0), (0.5, 1e-300), (99.9, 99.8), (100.0, 100.0), (1e12, 1e12), (20.0, 20.0)]
    p_rows, q_rows, lp_rows, lq_rows = [], [], [], []
    for a, x in points:
        if x <= 0:
            continue
        p, q = gamma_tails(a, x)
        # the rounding of x alone moves a tail by x f / tail ulp
        log_size = lambda v: 1 + abs(mp.log(v)) if v > 0 else mpf(1)
        if p > mpf(10) ** -300:
            p_rows.append(((a, x), p, p * log_size(p)))
            lp_rows.append(log_row((a, x), p, q))
        if q > mpf(10) ** -300:
            q_rows.append(((a, x), q, q * log_size(q)))
            lq_rows.append(log_row((a, x), q, p))
    t.add("GAMMA_P", p_rows)
    t.add("GAMMA_Q", q_rows)
    t.add("LOG_GAMMA_P", lp_rows)
    t.add("LOG_GAMMA_Q", lq_rows)
    return t


def beta_tails(a, b, x):
    """(I, 1 - I) by integration in the logit, outwards from x both ways"""
    a, b, x = mpf(a), mpf(b), mpf(x)
    with mp.workdps(45):
        w0 = mp.log(x) - mp.log1p(-x)
        norm = mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)
        peak, sd = mp.log(a / b), mp.sqrt(1 / a + 1 / b)
        softplus = lambda w: mp.log1p(mp.exp(w)) if w < 0 else w + mp.log1p(mp.exp(-w))
        # mp.quad stops by absolute error: integrate the density relative to its value at x
        height = -a * softplus(-w0) - b * softplus(w0)
        pdf = lambda w: mp.exp(-a * softplus(-w) - b * softplus(w) - height)
        def tail(sign):
            total, u = mpf(0), w0
            for _ in range(3000):
                slope = abs(a / (1 + mp.exp(u)) - b / (1 + mp.exp(-u)))
                width = min(6 / (slope + 1 / min(sd, 1)), mpf(3))
                if slope * 3 < mpf(10) ** -3 and sd > 100:
                    width = mpf(3)
                v = u + sign * width
                piece = mp.quad(pdf, [min(u, v), max(u, v)])
                total += piece
                rate = b if sign > 0 else a
                far = v > 5 + max(peak, 0) if sign > 0 else v < -5 + min(peak, 0)
                if far and (a + b) * mp.exp(-abs(v)) < mpf(10) ** -32:  # pure exponential from here
                    return total + pdf(v) / rate
                if piece < total * mpf(10) ** -32 and sign * (u - peak) > 0:
                    return total
                u = v
            raise ArithmeticError((a, b, x))
        scale = mp.exp(height - norm)
        return tail(-1) * scale, tail(1) * scale


def ibeta():
    t = Tables("num_probability.py", "ibeta")
    points = []
    za = uniform(-6, 6, 110, 33)
    for i, (a, b) in enumerate(zip(log_uniform(1e-3, 1e10, 110, 31), log_uniform(1e-3, 1e10, 110, 32))):
        w = math.log(a / b) + za[i] * min(1 / a + 1 / b, 3) ** 0.5
        points.append((a, b, 1 / (1 + math.exp(-w))))
    points = [q for q in points if 0 < q[2] < 1]
    points += list(zip(log_uniform(0.01, 100, 90, 35), log_uniform(0.01, 100, 90, 36), uniform(0, 1, 90, 37)))
    points += [(1e-8, 1e-8, 0.3), (1e-8, 1.0, 1e-5), (1e-8, 2.0, 0.9), (5.0, 1e9, 6e-9), (1e9, 5.0, 1 - 6e-9), (300.0, 300.0, 0.5), (0.9, 0.1, 0.85), (5.0, 1e-3, 0.9), (1e10, 1e10, 0.5), (1e12, 1e12, 0.5000001)]
    p_rows, q_rows, lp_rows, lq_rows = [], [], [], []
    for a, b, x in points:
        p, q = beta_tails(a, b, x)
        assert abs(p + q - 1) < mpf(10) ** -24, (a, b, x, p + q - 1)
        size = lambda v: v * (1 + abs(mp.log(v)))
        if p > mpf(10) ** -300:
            p_rows.append(((a, b, x), p, size(p)))
            lp_rows.append(log_row((a, b, x), p, q))
        if q > mpf(10) ** -300:
            q_rows.append(((a, b, x), q, size(q)))
            lq_rows.append(log_row((a, b, x), q, p))
    t.add("BETA_P", p_rows)
    t.add("BETA_Q", q_rows)
    t.add("LOG_BETA_P", lp_rows)
    t.add("LOG_BETA_Q", lq_rows)
    return t


def bessel():
    t = Tables("num_probability.py", "bessel")
    xs = log_uniform(1e-300, 1, 60) + uniform(0, 3, 60) + uniform(3, 30, 120) + log_uniform(30, 1e6, 50) + [1.0, 8.0, 24.0, 7.999999, 23.999999, 60.0, 1000.0]
    big = log_uniform(1e6, 1e300, 40)
    def work(x):
        with mp.workdps(60 + (int(-2.5 * mp.log10(x)) if x < 1 else int(3 * mp.log10(x)) if x < 1e7 else 0)):
            x = mpf(x)
            if x < 1e6:
                i0, i1 = mp.besseli(0, x), mp.besseli(1, x)
                e = mp.exp(-x)
                a = i1 / i0
                c = (i0 - i1) / i0
                d1 = 1 - a / x - a * a
                d2 = a / x**2 - d1 / x - 2 * a * d1
                return i0 * e, i1 * e, mp.log(i0), a, c, d1, d2
            u = 1 / x
            s = lambda n: sum(mp.fprod([mpf((2 * j - 1) ** 2 - 4 * n * n) / (8 * j * x) for j in range(1, k + 1)]) for k in range(8))
            r = mp.sqrt(2 * mp.pi * x)
            i0, i1 = s(0) / r, s(1) / r
            c = [mpf(1) / 2, mpf(1) / 8, mpf(1) / 8, mpf(25) / 128]
            comp = sum(ck * u ** (k + 1) for k, ck in enumerate(c))
            d1 = sum((k + 1) * ck * u ** (k + 2) for k, ck in enumerate(c))
            d2 = -sum((k + 1) * (k + 2) * ck * u ** (k + 3) for k, ck in enumerate(c))
            return i0, i1, x + mp.log(i0), 1 - comp, comp, d1, d2
    values = [(x, work(x)) for x in xs + big]
    for i, name in enumerate(["I0E", "I1E", "LOG_I0", "RATIO_A", "RATIO_COMPLEMENT", "RATIO_D1", "RATIO_D2"]):
        t.add(name, [((x,), v[i]) for x, v in values])
    return t


def dual():
    """first and second derivatives of functions whose closed forms cancel: (which, x, order)"""
    t = Tables("num_probability.py", "dual")
    functions = [
        (lambda x: mp.exp(x * x) * mp.erfc(x), uniform(-3, 40, 40, 41) + log_uniform(1e-6, 3, 20, 42)),
        (lambda x: mp.log(mp.erfc(-x / mp.sqrt(2)) / 2), [-x for x in uniform(0, 40, 40, 43)] + uniform(0, 5, 20, 44)),
        (lambda x: mp.exp(-x) * mp.besseli(0, x), log_uniform(1e-6, 1e4, 60, 45)),
        (lambda x: mp.exp(-x) * mp.besseli(1, x), log_uniform(1e-6, 1e4, 60, 46)),
        (lambda x: mp.tanh(x), uniform(-30, 30, 40, 47)),
        (lambda x: mp.log1p(mp.exp(x)), uniform(-40, 40, 40, 48)),
    ]
    rows = []
    with mp.workdps(120):
        for which, (f, xs) in enumerate(functions):
            for x in xs:
                for order in (1, 2):
                    rows.append(((float(which), x, float(order)), mp.diff(f, mpf(x), order, h=mpf(10) ** -40)))
    t.add("DERIVATIVES", rows)
    return t


if __name__ == "__main__":
    {"erf": erf, "igamma": igamma, "ibeta": ibeta, "bessel": bessel, "dual": dual}[sys.argv[1]]().print()
