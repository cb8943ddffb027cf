"""W_2 and its information near the edge of the second moment and of shape 0, by mpmath: prints the rows of tests/manifold/test_transport.c (some minutes).

Inverse gamma laws, x = scale/y: the integral over s = -log u, u = P(X > x) = P(Y < y), to s = 512, with y by Newton's method on the incomplete gamma function; beyond, y is
(u Gamma(a + 1))^(1/a) and the integral has a primitive. Information: int (dF/da)^2 / f over log y, dF/da by differences at 40 digits. Gamma information of shapes
below 1e-15: (2 - pi^2/6)/a to a part a log^2 a.
"""
from mpmath import mp, mpf, exp, log, sqrt, loggamma, gammainc, psi, quad, diff, inf, nstr

mp.dps = 40


def log_y(a, s):
    at = (-s + loggamma(a + 1)) / a
    for _ in range(200):
        if at < -100:
            break
        y = exp(at)
        below = gammainc(a, 0, y, regularized=True)
        step = (log(below) + s) * below / exp(a * at - y - loggamma(a))
        at -= step
        if abs(step) < mpf(10) ** -36:
            break
    return at


def distance(p, q):
    a, b, c, d = mpf(p[0]), mpf(q[0]), mpf(p[1]), mpf(q[1])
    rooted = lambda k, scale, s: scale * exp(-log_y(k, s) - s / 2)
    cuts = [mpf(10) ** -30] + [mpf(2) ** j / 16 for j in range(14)]
    v, w, k, l = rooted(a, c, cuts[-1]), rooted(b, d, cuts[-1]), mpf(1) / 2 - 1 / a, mpf(1) / 2 - 1 / b
    rest = v * v / (2 * k) - 2 * v * w / (k + l) + w * w / (2 * l)
    return sqrt(quad(lambda s: (rooted(a, c, s) - rooted(b, d, s)) ** 2, cuts) + rest)


def information(shape, scale):
    a, c, low = mpf(shape), mpf(scale), mpf(-60)

    def square(t):
        y = exp(t)
        part = (lambda k: gammainc(k, 0, y, regularized=True)) if y < a else (lambda k: -gammainc(k, y, inf, regularized=True))
        density = exp(a * t - y - loggamma(a))
        return (diff(part, a) / y) ** 2 / density
    body = quad(square, [low] + list(range(-50, 6)))
    l, k = -a * low, 1 - 2 / a
    w, v = l / a + psi(0, a + 1), 1 / (a - 2)
    body += exp(-k * l - loggamma(a + 1)) / k * ((w + v) ** 2 + v * v) / a**2
    second = (a - 1) * (a - 2)
    return [body * c * c, -c * (2 * a - 3) / (2 * second**2), 1 / second]


if __name__ == "__main__":
    for p, q in [((2.0001, 1), (3, 1)), ((2 + 1e-11, 1), (3, 1)), ((2.00001, 1), (2.00002, 1)), ((2 + 1e-11, 1), (2 + 2e-11, 1.5)), ((2.5, 1), (4, 2))]:
        print('{"inverse_gamma", {%r, %r}, {%r, %r}, %s},' % (*p, *q, nstr(distance(p, q), 17)), flush=True)
    for shape, scale in [(2.00001, 1), (2 + 1e-11, 3), (2.5, 3), (9, 3)]:
        print('{"inverse_gamma", {%r, %r}, {%s}},' % (shape, scale, ", ".join(nstr(g, 17) for g in information(shape, scale))), flush=True)
