"""Extreme values of the heads at 700 digits: writes tests/family/oracle_heads.h (run from the root of the repository).

One row a case: head, k, z, y, z1, -log p(y|z), d(-log p)/dz, KL(z : z1). Everything by the definition, no rearrangement.
"""
from mpmath import mp, mpf, exp, log, loggamma, pi, nstr

mp.dps = 700  # 1 + exp(-1400) must differ from 1
# doubles are exact binary numbers: mpf(float) keeps them so
LOGITS = [[0, 0, 0], [1e4, -1e4, 3], [-1e4, 1e4, 1e4], [0.1, 0.2, -30], [40, 0, -40], [700, 0, -700], [1e-9, 0, -1e-9], [-3, 2.5, 20]]


def categorical(z, y, z1):
    def logp(z):
        m = max(z)
        lse = m + log(sum(exp(a - m) for a in z))
        return [a - lse for a in z]
    l, l1 = logp(z), logp(z1)
    c = int(y[0])
    score = [exp(a) - (1 if j == c else 0) for j, a in enumerate(l)]
    return -l[c], score, sum(exp(a) * (a - b) for a, b in zip(l, l1))


def sp(z):
    return log(1 + exp(z))


def bernoulli(z, y, z1):
    p = [1 / (1 + exp(-a)) for a in z]
    nll = sum(sp(a) - b * a for a, b in zip(z, y))
    kl = sum(q * (sp(-b) - sp(-a)) + (1 - q) * (sp(b) - sp(a)) for q, a, b in zip(p, z, z1))
    return nll, [a - b for a, b in zip(p, y)], kl


def poisson(z, y, z1):
    nll = sum(exp(a) - b * a + loggamma(b + 1) for a, b in zip(z, y))
    kl = sum(exp(a) * (a - b) - exp(a) + exp(b) for a, b in zip(z, z1))
    return nll, [exp(a) - b for a, b in zip(z, y)], kl


def normal(z, y, z1):
    nll = sum(log(2 * pi) / 2 + (a - b) ** 2 / 2 for a, b in zip(z, y))
    return nll, [a - b for a, b in zip(z, y)], sum((a - b) ** 2 / 2 for a, b in zip(z, z1))


def mu_logvar(z, y, z1):
    k = len(y)
    mu, l, mu1, l1 = z[:k], z[k:], z1[:k], z1[k:]
    nll = sum((log(2 * pi) + b + (m - t) ** 2 * exp(-b)) / 2 for m, b, t in zip(mu, l, y))
    score = [(m - t) * exp(-b) for m, b, t in zip(mu, l, y)] + [(1 - (m - t) ** 2 * exp(-b)) / 2 for m, b, t in zip(mu, l, y)]
    kl = sum((b1 - b + exp(b - b1) - 1 + (m - m1) ** 2 * exp(-b1)) / 2 for m, b, m1, b1 in zip(mu, l, mu1, l1))
    return nll, score, kl


CASES = []
for i, z in enumerate(LOGITS):
    for c in range(3):
        z1 = LOGITS[(i + c) % len(LOGITS)] if c else [z[0] + 1e-7, z[1], z[2] - 3e-8]
        CASES.append(("categorical", categorical, 3, z, [c], z1))
    y = [i % 2, (i // 2) % 2, 0.25]
    CASES.append(("bernoulli", bernoulli, 3, z, y, [z[0] + 1e-7, z[1] + 0.3, z[2] - 3e-8]))
    CASES.append(("bernoulli", bernoulli, 3, z, [1 - y[0], 1 - y[1], 1], LOGITS[(i + 3) % len(LOGITS)]))
for z, y, z1 in [([50, -50, 0], [5184705528587072464087.0, 0, 3], [50.000001, -50.000001, 1e-8]), ([27.631021115928547, -20, 5], [1e12, 1, 148], [27.6, 1, 6]),
                 ([1, -1, 2], [0, 2, 17], [-40, 40, 2.5]), ([3, 3, 3], [15, 16, 40], [3, 4, 2])]:
    CASES.append(("poisson", poisson, 3, z, y, z1))
CASES.append(("normal", normal, 3, [1e8, -3, 0], [1e8 + 0.5, 2, 1e-9], [1e8 - 1, -3, 1e-12]))
for z, y, z1 in [([1, 2, 80, -80], [3, 2], [1, 2, 79.999, -80.0001]), ([0, 1e-10, -80, 0.5], [1e-17, 1], [1e-18, 1, -80, 0.5000001]), ([5, -1, 3, 2], [0, 0], [4, 4, 1, -40])]:
    CASES.append(("normal.mu_logvar", mu_logvar, 2, z, y, z1))


def row(case):
    name, f, k, z, y, z1 = case
    z, y, z1 = ([float(a) for a in v] for v in (z, y, z1))
    nll, score, kl = f(*([mpf(a) for a in v] for v in (z, y, z1)))
    arr = lambda v: "{" + ", ".join(repr(float(a)) for a in v) + "}"
    return '    {"%s", %d, %s, %s, %s, %s, %s, %s},' % (name, k, arr(z), arr(y), arr(z1), repr(float(nll)), arr(score), repr(float(kl)))


with open("tests/family/oracle_heads.h", "w") as f:
    f.write("/* Written by tests/oracle/heads.py, mpmath with 700 digits. */\n")
    f.write("static const struct {\n    const char *head;\n    int k;\n    double z[4], y[4], z1[4], nll, score[4], kl;\n} oracle_heads[] = {\n")
    f.write("\n".join(row(c) for c in CASES) + "\n};\n")
