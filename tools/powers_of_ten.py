#!/usr/bin/env python3
"""Writes src/io/powers_of_ten.h: the 128-bit powers of ten of src/io/powers.c, and proves the integer logarithms used there.

    python3 tools/powers_of_ten.py > src/io/powers_of_ten.h
"""
from fractions import Fraction

K_MIN, K_MAX = -292, 324


def significand(k):
    """ceil(10^k / 2^r) with r such that the result has 128 bits."""
    x = Fraction(10) ** k
    r = floor_log2(x) - 127
    scaled = x / Fraction(2) ** r
    return -((-scaled.numerator) // scaled.denominator)


def floor_log2(x):
    r = x.numerator.bit_length() - x.denominator.bit_length()
    return r if Fraction(2) ** r <= x else r - 1


def floor_log10(x):
    k = len(str(x.numerator)) - len(str(x.denominator))
    while Fraction(10) ** k > x:
        k -= 1
    while Fraction(10) ** (k + 1) <= x:
        k += 1
    return k


def prove():
    for q in range(-1074, 972):
        x = Fraction(2) ** q
        assert (q * 1262611) >> 22 == floor_log10(x)
        assert (q * 1262611 - 524031) >> 22 == floor_log10(x * Fraction(3, 4))
    for k in range(K_MIN, K_MAX + 1):
        assert (k * 1741647) >> 19 == floor_log2(Fraction(10) ** k)


def main():
    prove()
    print("/* io/powers_of_ten.h - written by tools/powers_of_ten.py. Row k - POWER_MIN is ceil(10^k / 2^r), high and low 64 bits, with r such that")
    print(" * the first bit is set. */")
    print("/* clang-format off */")
    print(f"enum {{ POWER_MIN = {K_MIN}, POWER_MAX = {K_MAX} }};")
    print("static const uint64_t powers_of_ten[POWER_MAX - POWER_MIN + 1][2] = {")
    for k in range(K_MIN, K_MAX + 1):
        g = significand(k)
        assert g.bit_length() == 128
        print(f"    {{0x{g >> 64:016x}, 0x{g & (1 << 64) - 1:016x}}},{f' /* 1e{k} */' if k % 10 == 0 else ''}")
    print("};")


if __name__ == "__main__":
    main()
