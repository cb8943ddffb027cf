#!/usr/bin/env python3
"""Values of the functions of src/base/vmath.h at 40 digits, rounded to double and to float.

    python3 tests/oracle/vmath.py > tests/base/oracle_vmath.h
"""
import struct

from mpmath import mp, mpf

mp.dps = 60

NORMCDF = lambda x: mp.erfc(-x / mp.sqrt(2)) / 2
PHI = lambda x: mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)

# name, function, magnitude to which the error is relative (None: the value), arguments besides the common ones
FUNCTIONS = [
    ("exp", mp.exp, None, (-745, -708.5, 88.5, 709.5)),
    ("expm1", mp.expm1, None, (-40, -17, 88.5, 709.5)),
    ("log", lambda x: mp.log(x) if x > 0 else None, None, (1e-300, 3e-310, 1e-40, 0.99999994, 1.0000001, 1e30, 1e300)),
    ("log1p", lambda x: mp.log1p(x) if x > -1 else None, None, (-0.99999994, -0.9, 1e-300, 1e30, 1e300)),
    ("tanh", mp.tanh, None, (0.27, 0.26999998, 9, 19)),
    ("logistic", lambda x: 1 / (1 + mp.exp(-x)), None, (-745, -708.5, -95)),
    ("softplus", lambda x: mp.log1p(mp.exp(x)), None, (-745, -708.5, -95)),
    ("erf", mp.erf, None, (0.99999994, 5.9)),
    ("erfc", mp.erfc, None, (26.4, 10, 9.3, -6)),
    ("normcdf", NORMCDF, None, (-38.4, -37, -14, -13.5)),
    ("gelu", lambda x: x * NORMCDF(x), None, (-38.4, -37, -14, -13.5)),
    ("gelu_d1", lambda x: NORMCDF(x) + x * PHI(x), lambda x: max(NORMCDF(x), abs(x * PHI(x))), (-38.4, -37, -14, -13.5, -0.75179165)),
    ("gelu_d2", lambda x: (2 - x * x) * PHI(x), lambda x: max(2, x * x) * PHI(x), (-38.4, -37, -14, -13.5, 1.41421356)),
]
COMMON = [1e-45, 1e-38, 1e-20, 1e-8, 1e-4, 0.01, 0.0625, 0.1, 0.17, 0.25, 0.3, 1 / 3, 0.3466, 0.45, 0.5, 0.6931, 0.75, 1, 1.0397, 1.2,
          1.5, 1.75, 2, 2.5, 3, 4, 5, 6, 8, 11, 16, 20, 30, 60, 87, 103]


def as_float(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def main():
    print("/* Printed by tests/oracle/vmath.py (mpmath, 60 digits). */")
    print("/* clang-format off */")
    print("static const struct { const char *name; double x, value, scale; } oracle_vmath[] = {")
    for name, f, scale, more in FUNCTIONS:
        xs = sorted({as_float(s * x) if x < 3e38 and x > 1e-45 else s * x for x in list(COMMON) + list(more) for s in (1, -1)})
        for x in xs:
            value = f(mpf(x))
            if value is None or abs(value) > mpf("1.7e308"):
                continue
            size = abs(value) if scale is None else scale(mpf(x))
            print('    {"%s", %s, %s, %s},' % (name, float(x).hex(), float(value).hex(), float(size).hex()))
    print("};")
    print("/* clang-format on */")


if __name__ == "__main__":
    main()
