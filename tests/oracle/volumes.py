"""Jeffreys volumes of regions by mpmath, for tests/manifold/test_jeffreys.c: those that have no antiderivative, and the limits of the wide ones."""
from mpmath import asin, cosh, exp, log, mp, mpf, pi, psi, quad, sqrt

mp.dps = 30


def shape(low, high):
    """int sqrt(k psi'(k) - 1) dk by k = t^2."""
    return quad(lambda t: 2 * t * sqrt(t * t * psi(1, t * t) - 1) if t else mpf(2), [sqrt(low), (sqrt(low) + sqrt(high)) / 2, sqrt(high)])


def main():
    print("gamma [0, 1] x [1, 2]", log(2) * shape(mpf(0), mpf(1)))
    print("gamma [1, 1e300] x [1, 2], to 1e-150", log(2) * sqrt(2) * mpf("1e150"))
    side = log(mpf(10)) * 280  # small shapes: sqrt det F da db = du dv / (sqrt 2 cosh((u - v)/2)) in logarithms
    print("beta [1e-300, 1e-20]^2", quad(lambda d: 2 * (side - d) / (sqrt(2) * cosh(d / 2)), [0, 3, 10, 50, side]))
    print("beta [1e150, 1e300] x [1, 2]", log(mpf(10)) * 150 * shape(mpf(1), mpf(2)))  # b of a gamma, over a
    print("categorical [0, 1/2]^2", quad(lambda t: 4 * asin(sqrt(mpf(0.5) / (1 - t * t))), [0, sqrt(mpf(0.5))]))
    gap = lambda t: asin(sqrt(mpf(0.75) / (1 - t * t))) - asin(sqrt(mpf(0.5) / (1 - t * t)))
    print("multinomial 7 [0, 1/4] x [1/2, 3/4]", 7 * quad(lambda t: 4 * gap(t), [0, mpf(0.5)]))
    print("normal, expectation [-1, 1/2] x [1, 3]",
          sqrt(2) * (asin(mpf(0.5)) + pi / 2 - asin(1 / (2 * sqrt(mpf(3)))) - asin(1 / sqrt(mpf(3)))))
    print("normal, expectation [-1e100, 1e99] x [1e200, inf]", sqrt(2) * (asin(mpf(1) / 10) + pi / 2))
    print("sqrt 2 e^650", sqrt(2) * exp(650))
    print("weibull", pi / sqrt(6) * mpf("1e300") * log(2), pi / sqrt(6) * 300 * log(10))
    print("wishart", sqrt(mpf(1.5)) * 300 * log(10))
    print("rayleigh", 2 * log(mpf(1.0000000001)))
    print("negative binomial", 2 * sqrt(3) * log(1 + sqrt(2)))
    print("dirichlet", sqrt(pi**2 / 6 - 1))


if __name__ == "__main__":
    main()
