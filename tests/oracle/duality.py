"""Points of e- and m-geodesics at extremes, by theta and eta at 60 digits: writes tests/manifold/oracle_duality.h (run from the root of the
repository). Inputs are doubles, taken exactly."""
from mpmath import mp, mpf, exp, log, digamma, sqrt, besseli, findroot, cos, sin, atan2, hypot, nstr

mp.dps = 60
ROWS = []


def exact(v):
    return [mpf(float(a)) for a in v]


def row(family, p, q, t, e, m, dimension=0, fixed=0):
    ROWS.append((family, dimension, fixed, p, q, t, e, m))


def mix(t, a, b):
    return (1 - t) * a + t * b


def normal(p, q, t):
    (m, s), (n, r) = exact(p), exact(q)
    u = mpf(t)
    w = mix(u, 1 / s**2, 1 / r**2)
    mean = mix(u, m, n)
    row("normal", p, q, t, [mix(u, m / s**2, n / r**2) / w, 1 / sqrt(w)], [mean, sqrt(mix(u, m * m + s * s, n * n + r * r) - mean**2)])


def gamma_shape(gap):
    """k with log k - psi(k) = gap, in log k."""
    start = log(1 / (2 * gap)) if gap < 1 else log(1 / gap)
    return exp(findroot(lambda y: log(y - digamma(exp(y))) - log(gap), start))


def gamma(family, p, q, t):
    (k, b), (l, c) = exact(p), exact(q)
    u = mpf(t)
    mean = mix(u, k / b, l / c)
    gap = log(mean) - mix(u, digamma(k) - log(b), digamma(l) - log(c))
    shape = gamma_shape(gap)
    row(family, p, q, t, [mix(u, k, l), mix(u, b, c)], [shape, shape / mean])


def dirichlet(family, p, q, t, dimension=0):
    a, b = exact(p), exact(q)
    u = mpf(t)
    eta = [mix(u, digamma(x) - digamma(sum(a)), digamma(y) - digamma(sum(b))) for x, y in zip(a, b)]

    def residual(*z):
        x = [exp(v) for v in z]
        return [digamma(v) - digamma(sum(x)) - g for v, g in zip(x, eta)]
    start = [mix(u, log(x), log(y)) for x, y in zip(a, b)]
    mp.dps = 90
    root = findroot(residual, start, tol=1e-120, maxsteps=400, verify=False)
    assert all(abs(r) < mpf(10) ** -45 for r in residual(*root)), (p, q, residual(*root))
    mp.dps = 60
    row(family, p, q, t, [mix(u, x, y) for x, y in zip(a, b)], [exp(v) for v in root], dimension=dimension)


def von_mises(p, q, t):
    (m, k), (n, l) = exact(p), exact(q)
    u = mpf(t)
    ratio = lambda x: besseli(1, x) / besseli(0, x)
    x, y = mix(u, k * cos(m), l * cos(n)), mix(u, k * sin(m), l * sin(n))
    e = [atan2(y, x), hypot(x, y)]
    x, y = mix(u, ratio(k) * cos(m), ratio(l) * cos(n)), mix(u, ratio(k) * sin(m), ratio(l) * sin(n))
    r = hypot(x, y)
    start = 1 / (2 * (1 - r)) if r > 0.7 else 2 * r
    row("von_mises", p, q, t, e, [atan2(y, x), exp(findroot(lambda z: ratio(exp(z)) - r, log(start)))])


def one(family, p, q, t, e, m, fixed=0):
    """theta and eta of one number, with their inverses: e = (there, back)."""
    a, b = exact(p)[0], exact(q)[0]
    u = mpf(t)
    row(family, p, q, t, [e[1](mix(u, e[0](a), e[0](b)))], [m[1](mix(u, m[0](a), m[0](b)))], fixed=fixed)


def inverse_gaussian(p, q, t):
    (m, k), (n, l) = exact(p), exact(q)
    u = mpf(t)
    lam, over = mix(u, k, l), mix(u, k / m**2, l / n**2)
    mu = mix(u, m, n)
    row("inverse_gaussian", p, q, t, [sqrt(lam / over), lam], [mu, 1 / (mix(u, 1 / m + 1 / k, 1 / n + 1 / l) - 1 / mu)])


for p, q in [((0, 1e-150), (1e-150, 2e-150)), ((1e15, 3), (1e15 + 2, 4)), ((1, 1e150), (3e150, 1e149)), ((5, 1e-8), (5.5, 1e8)), ((1e6, 1e-3), (1e6 + 1e-3, 1e-3))]:
    normal(p, q, 0.25)
normal((1, 1), (1.5, 1.25), 1.5)
for p, q in [((1e12, 1), (1e12, 1.0000001)), ((1e12, 3), (2e12, 7)), ((1e-8, 1e-5), (2, 5)), ((0.5, 1e200), (3, 1e-200)), ((2.5, 1), (2.5 + 1e-9, 1))]:
    gamma("gamma", p, q, 0.25)
gamma("inverse_gamma", (1e12, 2), (1e3, 2.5), 0.75)
for p, q in [((1e6, 1e6), (2e6, 1e6)), ((1e-8, 1), (2, 3)), ((0.5, 1e3), (2e-3, 20)), ((3, 3), (3 + 1e-9, 3)), ((1e-4, 1e4), (2e-4, 2e4))]:
    dirichlet("beta", p, q, 0.25)
dirichlet("dirichlet", (1e-3, 5, 1e3), (2, 4e-2, 30), 0.25, dimension=3)
for p, q in [((0.25, 1e5), (0.251, 2e5)), ((1, 1e-6), (2, 3e-6)), ((1, 20), (3, 0.5))]:
    von_mises(p, q, 0.25)
plain = (lambda a: a, lambda a: a)
inverse = (lambda a: 1 / a, lambda a: 1 / a)
square = (lambda a: a * a, sqrt)
for p, q in [((1e12,), (1e-300,)), ((3,), (3 + 1e-12,))]:
    one("poisson", p, q, 0.25, (log, exp), plain)
mp.dps = 400
for p, q in [((1e-300,), (0.5,)), ((0.25,), (0.25 + 1e-12,)), ((0.999,), (0.001,))]:
    one("bernoulli", p, q, 0.25, (lambda a: log(a / (1 - a)), lambda a: 1 / (1 + exp(-a))), plain)
for p, q in [((1e-12,), (0.5,)), ((1e-300,), (1e-290,)), ((0.999,), (0.001,))]:
    one("geometric", p, q, 0.25, (lambda a: log(1 - a), lambda a: 1 - exp(a)), inverse)
mp.dps = 60
one("exponential", (1e300,), (1e-300,), 0.25, plain, inverse)
one("pareto", (1e300,), (1e-300,), 0.25, plain, inverse, fixed=2)
one("rayleigh", (1e-160,), (1e160,), 0.25, (lambda a: 1 / a**2, lambda a: 1 / sqrt(a)), square)
inverse_gaussian((1e-5, 1e8), (1, 1e-5), 0.25)
inverse_gaussian((2, 3), (2 + 1e-9, 3), 0.25)

number = lambda v: nstr(v, 20) if isinstance(v, mpf) else repr(float(v))
array = lambda v: "{" + ", ".join(number(x) for x in v) + "}"
with open("tests/manifold/oracle_duality.h", "w") as out:
    out.write("/* By tests/oracle/duality.py (mpmath, 60 digits). */\nstatic const extreme extremes[] = {\n")
    for family, dimension, fixed, p, q, t, e, m in ROWS:
        out.write(f'    {{{{"{family}", {dimension}, {fixed}, {array(p)}, {array(q)}}}, {t}, {array(e)}, {array(m)}}},\n')
    out.write("};\n")
