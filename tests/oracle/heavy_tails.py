"""Divergences of Student t laws (0, 1) and (1, 2) with few degrees of freedom by mpmath, for tests/manifold/test_units.c: integrals in log |x|, to where the
tail has died out at exp(80 / nu)."""
from mpmath import exp, findroot, gamma, log, mp, mpf, pi, quad, sqrt

mp.dps = 30


def law(nu, mu, sigma):
    c = gamma((nu + 1) / 2) / gamma(nu / 2) / sqrt(nu * pi) / sigma
    return lambda x: c * (1 + ((x - mu) / sigma) ** 2 / nu) ** (-(nu + 1) / 2)


def cuts(nu):
    return sorted({mpf(c) for c in [-60, -30, -10, -5, -2, 0, 1, 2, 5, 10, 20, 50]} | {k / nu for k in (1, 2, 5, 10, 20, 40, 80)})


def tail(g, nu, start, sign):
    return quad(lambda u: g(start + sign * exp(u)) * exp(u), cuts(nu))


def line(g, nu):
    return tail(g, nu, 0, 1) + tail(g, nu, 0, -1)


def variation(p, q, nu):
    """Between the places where p and q cross, one near 1/2 and one far out on the left."""
    f = lambda x: p(x) - q(x)
    right = findroot(f, (mpf("0.3"), mpf("0.7")), solver="bisect", tol=1e-28)
    g = lambda u: f(-exp(u))
    steps = [mpf(i) / 4 for i in range(-20, 4000)]
    left = [-exp(findroot(g, (u, u + mpf(1) / 4), solver="bisect", tol=1e-28)) for u in steps if g(u) * g(u + mpf(1) / 4) < 0]
    places = sorted(left) + [right]
    inner = [mpf(c) for c in (-1000, -100, -30, -10, -3, -1, -0.3, 0, 0.2, 0.4)]
    total = abs(tail(f, nu, places[-1], 1)) + abs(tail(f, nu, places[0], -1))
    for a, b in zip(places, places[1:]):
        total += abs(quad(f, [a] + [c for c in inner if a < c < b] + [b]))
    return total / 2


def far(nu, p, q):
    """KL of two laws any scales apart, about the place of the narrower: log |x - mu| on both sides, from both scales down and up."""
    nu, p, q = mpf(nu), tuple(map(mpf, p)), tuple(map(mpf, q))
    f, g = law(nu, *p), law(nu, *q)
    middle, gap = min(p, q, key=lambda r: r[1])[0], abs(p[0] - q[0])
    ends = [log(r[1]) for r in (p, q)] + ([log(gap)] if gap > 0 else [])
    places = {e + c for e in ends for c in (-200, -60, -20, -8, -4, -2, -1, -0.5, 0, 0.5, 1, 2, 4, 8, 20)} | {max(ends) + k / nu for k in (1, 2, 5, 10, 20, 40, 80)}

    def part(sign):
        def h(u):
            x = middle + sign * exp(u)
            return f(x) * log(f(x) / g(x)) * exp(u)
        return quad(h, sorted(places))
    print("  kl far apart", nu, p, q, mp.nstr(part(1) + part(-1), 17))


def main():
    mp.dps = 60
    for nu, p, q in (("0.01", (0, "1e100"), (0, 1)), ("0.01", (0, 1), (0, "1e100")), ("0.05", (0, "1e12"), (1, "1e-3")), ("0.01", (0, 1), ("3e100", "1e100"))):
        far(nu, p, q)
    mp.dps = 30
    for nu in (mpf("1e-3"), mpf("0.05")):
        p, q = law(nu, 0, 1), law(nu, 1, 2)
        shannon = lambda x: (p(x) * log(2 * p(x) / (p(x) + q(x))) + q(x) * log(2 * q(x) / (p(x) + q(x)))) / 2
        print("nu", nu)
        print("  kl", line(lambda x: p(x) * log(p(x) / q(x)), nu), "total variation", variation(p, q, nu))
        print("  bhattacharyya", -log(line(lambda x: sqrt(p(x) * q(x)), nu)), "jensen_shannon", line(shannon, nu))
        print("  renyi of order 2", log(line(lambda x: p(x) ** 2 / q(x), nu)))


if __name__ == "__main__":
    main()
