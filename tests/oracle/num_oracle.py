"""What the num_*.py oracle scripts share: points spread over the double range, and C tables of (inputs, value, scale).

A row's scale is what its error is measured against: the value itself, or the largest term of the sum that defines it where the value
passes through zero. Inputs are doubles, taken exactly.
"""
import math
import random
import sys

import mpmath as mp

mp.mp.dps = 50


def log_uniform(lo, hi, n, seed=1):
    r = random.Random(seed)
    return [math.exp(r.uniform(math.log(lo), math.log(hi))) for _ in range(n)]


def uniform(lo, hi, n, seed=2):
    r = random.Random(seed)
    return [r.uniform(lo, hi) for _ in range(n)]


def literal(x):
    x = float(x)
    if math.isinf(x):
        return "INFINITY" if x > 0 else "-INFINITY"
    return repr(x)


class Tables:
    def __init__(self, script, name):
        self.out = [f"/* oracle_{name}.h - made by tests/oracle/{script} {name} (mpmath, 50 digits or more); do not edit. */"]

    def add(self, name, rows):
        """rows: (inputs tuple, value[, scale]); values that are no normal double are left out"""
        lines = []
        for row in rows:
            inputs, value = row[0], row[1]
            scale = abs(row[2]) if len(row) > 2 else abs(value)
            value, scale = mp.re(value), mp.re(scale)
            if value != 0 and not 1e-307 < abs(value) < 1.79e308 and len(row) < 3:
                continue
            ins = list(inputs) + [0.0] * (3 - len(inputs))
            lines.append("    {{%s}, %s, %s}," % (", ".join(literal(v) for v in ins), literal(value), literal(scale)))
        self.out.append(f"static const oracle_row {name}[] = {{")
        self.out += lines
        self.out.append("};")
        print(f"{name}: {len(lines)} rows", file=sys.stderr)

    def print(self):
        print("\n".join(self.out))
