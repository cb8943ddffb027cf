#!/usr/bin/env python3
"""Prints the tables of src/num: `num_tables.py NAME > src/num/tables_NAME.h`, NAME one of gamma temme kronrod bessel.

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
    for n in (7, 10):
        nodes, weights, gauss = kronrod(n)
        array(f"K{2 * n + 1}_NODE", nodes, f"Kronrod nodes of order {2 * n + 1} from the outermost to 0")
        array(f"K{2 * n + 1}_WEIGHT", weights)
        array(f"G{n}_WEIGHT", gauss, "Gauss weights at every second node, from the second")


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


TABLES = {"gamma": gamma_tables, "kronrod": kronrod_tables}

if __name__ == "__main__":
    name = sys.argv[1]
    print(f"/* tables_{name}.h - made by tests/oracle/num_tables.py {name} (mpmath, 60 digits); do not edit. */")
    TABLES[name]()
