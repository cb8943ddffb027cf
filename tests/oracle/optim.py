#!/usr/bin/env python3
"""The update rules in plain recurrences, 50 digits: prints tests/optim/oracle_optim.h.

A quadratic bowl f(w) = sum_i c_i (w_i - t_i)^2 / 2 in three parameters, 12 steps of each rule, horizon 12. Written from the papers,
in their own order of operations (PyTorch's documentation states the same recurrences for heavy ball, Nesterov, Adam and AdamW):

    python3 tests/oracle/optim.py > tests/optim/oracle_optim.h
"""
from mpmath import cos, mp, mpf, pi, sqrt

mp.dps = 50
CURVE = [mpf(1), mpf(3) / 2, mpf(1) / 8]
GOAL = [mpf(1), mpf(-2), mpf(1) / 2]
START = [mpf(2), mpf(1) / 4, mpf(-1)]
STEPS = 12


def factor(o, t):
    if t < o.get("warmup", 0):
        return mpf(t + 1) / o["warmup"]
    if o.get("schedule") != "cosine":
        return mpf(1)
    w, f = o.get("warmup", 0), o.get("final", mpf(0))
    return f + (1 - f) * (1 + cos(pi * mpf(t - w) / (STEPS - w))) / 2


def gradient(w, o):
    return [c * (x - g) + o.get("l2", mpf(0)) * x for c, x, g in zip(CURVE, w, GOAL)]


def sgd(o):
    w, v = list(START), [mpf(0)] * 3
    mu, decay = o.get("momentum", mpf("0.9")), o.get("weight_decay", mpf(0))
    for t in range(STEPS):
        r, g = o["lr"] * factor(o, t), gradient(w, o)
        v = [mu * a + b for a, b in zip(v, g)]
        d = [b + mu * a for a, b in zip(v, g)] if o.get("nesterov") else v
        w = [x - r * decay * x - r * y for x, y in zip(w, d)]
    return w


def adam(o):
    w, m, v = list(START), [mpf(0)] * 3, [mpf(0)] * 3
    b1, b2, eps = o.get("beta1", mpf("0.9")), o.get("beta2", mpf("0.999")), o.get("eps", mpf("1e-8"))
    for t in range(STEPS):
        r, g = o["lr"] * factor(o, t), gradient(w, o)
        m = [b1 * a + (1 - b1) * b for a, b in zip(m, g)]
        v = [b2 * a + (1 - b2) * b * b for a, b in zip(v, g)]
        mh = [a / (1 - b1 ** (t + 1)) for a in m]
        vh = [a / (1 - b2 ** (t + 1)) for a in v]
        w = [x - r * o.get("weight_decay", mpf(0)) * x - r * a / (sqrt(b) + eps) for x, a, b in zip(w, mh, vh)]
    return w


def value(x):
    return True if x == "on" else x if x in ("cosine", "constant") else int(x) if x.isdigit() else mpf(x)


SPECS = [
    "sgd:lr=0.05", "sgd:lr=0.1:momentum=0", "sgd:lr=0.05:momentum=0.8:nesterov=on", "sgd:lr=0.1:momentum=0:nesterov=on",
    "sgd:lr=0.05:l2=0.25", "sgd:lr=0.05:momentum=0:l2=0.25:weight_decay=0.5", "sgd:lr=0.05:nesterov=on:l2=0.25:weight_decay=0.5",
    "sgd:lr=0.05:schedule=cosine", "sgd:lr=0.05:schedule=cosine:warmup=4:final=0.25", "sgd:lr=0.05:warmup=5",
    "adam:lr=0.125", "adam:lr=0.125:beta1=0", "adam:lr=0.125:beta1=0.5:beta2=0.75:eps=0.5", "adam:lr=0.125:l2=0.5:schedule=cosine",
    "adamw:lr=0.125", "adamw:lr=0.125:weight_decay=0.5:warmup=3",
]

print("/* from tests/oracle/optim.py, 50 digits, rounded to 20: the parameters after 12 steps */")
print("static const struct {\n    const char *spec;\n    double w[3];\n} oracle[] = {")
for spec in SPECS:
    name, *pairs = spec.split(":")
    o = {k: value(v) for k, v in (p.split("=") for p in pairs)}
    if name == "adamw":
        o.setdefault("weight_decay", mpf("0.01"))
    w = sgd(o) if name == "sgd" else adam(o)
    print('    {"%s", {%s}},' % (spec, ", ".join(mp.nstr(x, 20) for x in w)))
print("};")
