#!/usr/bin/env python3
"""Writes tests/io/oracle_numbers.h: bits of doubles and their shortest decimals, by Python's repr (David Gay's algorithm in mode 0).

    python3 tests/oracle/io_numbers.py > tests/io/oracle_numbers.h
"""
import math
import random
import struct


def shortest(x):
    text = repr(x)
    return text[:-2] if text.endswith(".0") else text


def values():
    random.seed(1)
    for e in (-1074, -1073, -1023, -1022, -1021, -537, -60, -1, 0, 1, 52, 53, 54, 55, 100, 511, 1022, 1023):
        x = math.ldexp(1.0, e)
        yield from (x, math.nextafter(x, 0), math.nextafter(x, math.inf))
    for text in "1e-5 1e-4 9.5e-5 0.1 0.3 2.5 1e15 1e16 123456789012345680 9007199254740993 1e21 1e22 1e23 8.5e22 5e-324 1.7976931348623157e308".split():
        x = float(text)
        yield from (x, -x, math.nextafter(x, 0), math.nextafter(x, math.inf))
    for _ in range(150):
        yield struct.unpack("<d", struct.pack("<Q", random.getrandbits(64)))[0]
    for digits in range(1, 18):
        yield float("%de%d" % (random.randrange(10 ** (digits - 1), 10**digits), random.randrange(-300, 290)))


def main():
    print("/* Written by tests/oracle/io_numbers.py: Python's repr, exact. */")
    print("static const struct {\n    uint64_t bits;\n    const char *text;\n} oracle_numbers[] = {")
    for x in dict.fromkeys(v for v in values() if math.isfinite(v) and v != 0):
        print(f'    {{0x{struct.unpack("<Q", struct.pack("<d", x))[0]:016x}, "{shortest(x)}"}},')
    print("};")


if __name__ == "__main__":
    main()
