#!/usr/bin/env python3
"""Prints the tables of src/num: `num_tables.py NAME > src/num/tables_NAME.h`, NAME one of gamma kronrod tail bessel.

Everything is computed here with mpmath at 50 digits or more; nothing is taken from another library.
"""
import sys
import mpmath as mp

mp.mp.dps = 60


def number(x):
    return mp.nstr(mp.mpf(x), 21, min_fixed=0, max_fixed=0)


def array(name, values, comment=""):
    if comment:
        print(f"/* {comment} */")
    print(f"static const double {name}[{len(values)}] = {{")
    for i in range(0, len(values), 4):
        print("    " + ", ".join(number(v) for v in values[i:i + 4]) + ",")
    print("};")


def split(name, x, comment):
    """x as the sum of two doubles"""
    hi = float(x)
    print(f"/* {comment} */")
    print(f"static const double {name}_HI = {hi!r}, {name}_LO = {number(x - mp.mpf(hi))};")


def fit(f, a, b, terms):
    """Near-minimax polynomial in x on [a, b], ascending; the error is checked against 2^-56 of the largest value."""
    poly, err = mp.chebyfit(f, [a, b], terms, error=True)
    assert err < mp.mpf(2) ** -56 * max(abs(f(a)), abs(f(b))), (terms, mp.nstr(err, 5))
    return poly[::-1]


def gamma_tables():
    # lgamma(2+z)/z on [-1/2, 1/2]
    ratio = lambda z: mp.loggamma(2 + z) / z if z else 1 - mp.euler
    array("LGAMMA2", fit(ratio, -0.5, 0.5, 21), "lgamma(2 + z) / z for |z| <= 1/2")
    # lgamma(1+z)/z on [-1/4, 1/4]
    ratio1 = lambda z: mp.loggamma(1 + z) / z if z else -mp.euler
    array("LGAMMA1", fit(ratio1, -0.25, 0.25, 21), "lgamma(1 + z) / z for |z| <= 1/4")
    root = mp.findroot(mp.digamma, mp.mpf("1.46"))
    split("DIGAMMA_ROOT", root, "the positive root of digamma")
    slope = lambda z: mp.digamma(z + 1.5) / (z + 1.5 - root)
    array("DIGAMMA", fit(slope, -0.5, 0.5, 24), "digamma(x) / (x - root), in x - 3/2, for x in [1, 2]")
    array("STIRLING", [mp.bernoulli(2 * n) / (2 * n * (2 * n - 1)) for n in range(1, 12)], "B_2n / (2n (2n-1)), n = 1..11")
    array("BERNOULLI", [mp.bernoulli(2 * n) for n in range(1, 14)], "B_2n, n = 1..13")
    array("EULER_MACLAURIN", [mp.bernoulli(2 * n) / mp.factorial(2 * n) for n in range(1, 14)], "B_2n / (2n)!, n = 1..13")


def kronrod_tables():
    nodes, weights, gauss = kronrod(10)
    array("K21_NODE", nodes, "Kronrod nodes of order 21 from the outermost to 0")
    array("K21_WEIGHT", weights)
    array("G10_WEIGHT", gauss, "Gauss weights at every second node, from the second")
    points = [-x for x in nodes] + nodes[-2::-1]  # ascending
    norm = mp.sqrt(sum(w * w for w in weights[:-1]) * 2 + weights[-1] ** 2)
    basis = []
    with mp.workdps(80):
        for degree in range(21):
            u = [x ** degree for x in points]
            for v in basis:
                dot = mp.fdot(u, v)
                u = [a - dot * b for a, b in zip(u, v)]
            length = mp.sqrt(mp.fdot(u, u))
            basis.append([a / length for a in u])
    print("/* Null rules: vectors at the 21 nodes, of the length of K21_WEIGHT, orthogonal to each other and to all polynomials of lower degree;")
    print(" * degrees 20, 19, ..., 15; the half from x = -1 to 0, the other half even or odd with the degree. */")
    print("static const double NULL_RULE[6][11] = {")
    for degree in range(20, 14, -1):
        row = [norm * v for v in basis[degree][:11]]
        print("    {" + ", ".join(number(v) for v in row[:6]) + ",\n     " + ", ".join(number(v) if abs(v) > mp.mpf(10) ** -30 else "0.0" for v in row[6:]) + "},")
    print("};")


def legendre_weights(nodes):
    """Interpolatory weights on [-1, 1] of the given symmetric nodes, by moments in the Legendre basis."""
    n = len(nodes)
    a = mp.matrix(n, n)
    b = mp.matrix(n, 1)
    b[0] = 2
    for i in range(n):
        for j in range(n):
            a[i, j] = mp.legendre(i, nodes[j])
    return list(mp.lu_solve(a, b))


def kronrod(n):
    """Stieltjes polynomial E of degree n+1 with int P_n E x^k = 0 for k <= n (Kronrod 1965); nodes are the zeros of P_n E."""
    with mp.workdps(120):
        def moment(p, q):  # int p q over [-1, 1] of ascending coefficient lists
            s = mp.mpf(0)
            for i, u in enumerate(p):
                for j, v in enumerate(q):
                    if (i + j) % 2 == 0:
                        s += u * v * mp.mpf(2) / (i + j + 1)
            return s

        def legendre(k):
            p0, p1 = [mp.mpf(1)], [mp.mpf(0), mp.mpf(1)]
            if k == 0:
                return p0
            for m in range(1, k):
                p2 = [mp.mpf(0)] + [mp.mpf(2 * m + 1) / (m + 1) * c for c in p1]
                for i, c in enumerate(p0):
                    p2[i] -= mp.mpf(m) / (m + 1) * c
                p0, p1 = p1, p2
            return p1

        pn = legendre(n)
        size = n + 1
        a = mp.matrix(size, size)
        b = mp.matrix(size, 1)
        for k in range(size):
            shifted = [mp.mpf(0)] * k + pn
            for j in range(size):
                a[k, j] = moment(shifted, [mp.mpf(0)] * j + [mp.mpf(1)])
            b[k] = -moment(shifted, [mp.mpf(0)] * size + [mp.mpf(1)])
        # the system splits by parity and is singular in the exact sense only where a row is 0 = 0
        rows = [k for k in range(size) if any(a[k, j] != 0 for j in range(size)) or b[k] != 0]
        unknowns = [j for j in range(size) if (size - j) % 2 == 0]
        reduced = mp.matrix(len(unknowns), len(unknowns))
        rhs = mp.matrix(len(unknowns), 1)
        used = [k for k in rows if b[k] != 0 or any(a[k, j] != 0 for j in unknowns)][:len(unknowns)]
        for r, k in enumerate(used):
            for c, j in enumerate(unknowns):
                reduced[r, c] = a[k, j]
            rhs[r] = b[k]
        solution = mp.lu_solve(reduced, rhs)
        e = [mp.mpf(0)] * size + [mp.mpf(1)]
        for c, j in enumerate(unknowns):
            e[j] = solution[c]
        gauss_nodes = mp.polyroots(pn[::-1], maxsteps=500, extraprec=400)
        extra = mp.polyroots(e[::-1], maxsteps=500, extraprec=400)
        nodes = sorted([mp.re(r) for r in gauss_nodes] + [mp.re(r) for r in extra])
        weights = legendre_weights(nodes)
        gauss = legendre_weights(sorted(mp.re(r) for r in gauss_nodes))
        half = n + 1
        return [-x for x in nodes[:half]], weights[:half], gauss[:(n + 1) // 2]


def tail_tables():
    # int_0^inf f(s) ds by the trapezoidal rule in t, s = exp(t - exp(-t)); f(1) = 1/e and log f concave leave nothing outside the range
    h = mp.mpf(3) / 28
    nodes = [(mp.exp(t - mp.exp(-t)), h * mp.exp(t - mp.exp(-t)) * (1 + mp.exp(-t))) for t in (h * j for j in range(-35, 36))]
    array("TAIL_NODE", [s for s, _ in nodes], "s(t_j) and h s'(t_j), s = exp(t - exp(-t)), t_j = 3j/28, |j| <= 35")
    array("TAIL_WEIGHT", [w for _, w in nodes])


def bessel_tables():
    # 1 - cos(theta_j), theta_j = pi j / 32: the trapezoidal rule on a circle of 64 points, folded
    array("VERSINE", [2 * mp.sin(mp.pi * j / 64) ** 2 for j in range(33)], "1 - cos(pi j / 32), j = 0..32")
    # A = I1/I0 ~ 1 - sum_k c_k x^-k from the Riccati equation A' = 1 - A/x - A^2
    n = 40
    c = [mp.mpf(0)] * (n + 1)
    b = [mp.mpf(0)] * (n + 1)  # A = 1 - B: B' = -1 + (1 - B)/x + (1 - B)^2 = (1 - B)/x - 2B + B^2
    for k in range(1, n + 1):
        # coefficient of x^-k: -(k-1) b_{k-1} = [k == 1] - b_{k-1} - 2 b_k + sum_{i+j=k} b_i b_j
        square = sum(b[i] * b[k - i] for i in range(1, k))
        b[k] = ((1 if k == 1 else 0) + (k - 2) * b[k - 1] + square) / 2 if k > 1 else mp.mpf(1) / 2
    # and A = sum_k a_k x^(2k+1): (2k+1) a_k = [k == 0] - a_k - sum_{i+j=k-1} a_i a_j
    a = []
    for k in range(24):
        square = sum(a[i] * a[k - 1 - i] for i in range(k))
        a.append(((1 if k == 0 else 0) - square) / mp.mpf(2 * k + 2))
    array("RATIO_SMALL", a, "I1(x)/I0(x) = sum_k a_k x^(2k+1), |x| < 2.4")
    array("RATIO", b[1:31], "1 - I1(x)/I0(x) ~ sum_k c_k x^-k, k = 1..30")


TABLES = {"gamma": gamma_tables, "kronrod": kronrod_tables, "tail": tail_tables, "bessel": bessel_tables}

if __name__ == "__main__":
    name = sys.argv[1]
    print(f"/* tables_{name}.h - made by tests/oracle/num_tables.py {name} (mpmath, 60 digits); do not edit. */")
    print("/* clang-format off */")
    TABLES[name]()
