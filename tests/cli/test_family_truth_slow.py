"""rao family show tells the truth: for every family and quantity the method that it claims is the method of `rao eval`'s answers at random points of two dimensions, and what
it calls refused is refused there."""
import json
import math
import random

import pytest

from rao_program import ok, ok_json

FAMILIES = {f["name"]: f for f in ok_json("family", "list")["families"]}
LOCATION = {"normal", "lognormal", "gumbel", "cauchy", "student_t", "laplace", "logistic", "von_mises"}
UNIT = {"bernoulli", "binomial", "geometric", "geometric0", "negative_binomial"}
ONE = {"exponential", "poisson", "rayleigh", "pareto"}
FIXED = 3


class Points:
    def __init__(self, name, seed):
        self.name, self.rng = name, random.Random(seed)

    def positive(self):
        return math.exp(self.rng.gauss(0, 0.7))

    def matrix(self, d):
        a = [[self.rng.gauss(0, 1) for _ in range(d)] for _ in range(d)]
        return [sum(a[i][k] * a[j][k] for k in range(d)) + (0.5 if i == j else 0) for i in range(d) for j in range(i, d)]

    def point(self, d):
        name, normal = self.name, self.rng.gauss
        if name in LOCATION:
            return [normal(0, 1), self.positive()]
        if name in UNIT:
            return [self.rng.uniform(0.1, 0.9)]
        if name in ONE:
            return [self.positive()]
        if name in ("isotropic_normal", "diagonal_normal"):
            return [normal(0, 1) for _ in range(d)] + [self.positive() for _ in range(d if name == "diagonal_normal" else 1)]
        if name == "mvn":
            return [normal(0, 1) for _ in range(d)] + self.matrix(d)
        if name == "wishart":
            return self.matrix(d)
        if name in ("categorical", "multinomial"):
            weights = [self.positive() for _ in range(d)]
            return [w / sum(weights) for w in weights]
        if name == "dirichlet":
            return [self.positive() for _ in range(d)]
        if name == "uniform":
            return [self.rng.uniform(0, 1), self.rng.uniform(2, 3)]
        if name == "normal_mixture3":
            return [self.rng.uniform(0.1, 0.9), normal(0, 1), self.positive()]
        return [self.positive(), self.positive()]

    def observation(self, d):
        name = self.name
        vectors = {"mvn": [0.3] * d, "isotropic_normal": [0.3] * d, "diagonal_normal": [0.3] * d, "dirichlet": [1 / max(d, 1)] * d,
                   "multinomial": [FIXED] + [0] * (d - 1), "wishart": [1.0 if i == j else 0.2 for i in range(d) for j in range(i, d)]}
        numbers = {"pareto": 4, "beta": 0.3, "uniform": 1.5}
        return vectors.get(name, numbers.get(name, 1))


def dimensions(name):
    return [2, 4] if name in ("categorical", "multinomial", "dirichlet") else [1, 2] if FAMILIES[name]["dimension"] else [0]


def requests(name, quantity, points):
    for d in dimensions(name) * 3:
        p, q = points.point(d), points.point(d)
        r = {"family": name, "quantity": quantity, "p": p}
        if FAMILIES[name]["fixed"]:
            r["fixed"] = {FAMILIES[name]["fixed"]: FIXED}
        tangent = len(p) - (name in ("categorical", "multinomial"))
        for key, value in (("q", q), ("x", points.observation(d)), ("t", 0.25), ("velocity", [0.01] * tangent), ("order", 0.75), ("samples", 500)):
            if key in ("q", "samples") or key in USES[quantity]:
                r[key] = value
        if quantity in ("alpha_christoffel", "alpha_curvature", "alpha_geodesic"):
            r["alpha"] = 0.5
        if quantity in ("sectional_curvature", "alpha_curvature") and tangent > 2:
            r["plane"] = [[float(i == k) for i in range(tangent)] for k in range(2)]
        yield r


USES = {q: set() for q in ok_json("family", "show", "normal")["quantities"]}
for key, of in (("x", ["logpdf", "score", "statistic"]), ("t", ["e_geodesic", "m_geodesic", "fisher_rao_geodesic", "wasserstein_geodesic", "alpha_geodesic"]),
                ("velocity", ["exp_map", "parallel_transport"]), ("order", ["renyi", "tsallis", "alpha_divergence"])):
    for quantity in of:
        USES[quantity].add(key)
OTHERS = {"mle", "centroid", "m_projection", "e_projection", "mutual_information", "markov_pushforward", "check"}  # want keys of their own


@pytest.mark.parametrize("name", FAMILIES)
def test_the_method_claimed_is_the_method_of_the_answers(name):
    claims = ok_json("family", "show", name)["quantities"]
    asked = [r for seed, quantity in enumerate(claims) if quantity not in OTHERS for r in requests(name, quantity, Points(name, seed))]
    answers = [json.loads(line) for line in ok("eval", text="".join(json.dumps(r) + "\n" for r in asked)).splitlines()]
    for request, answer in zip(asked, answers):
        claim = claims[request["quantity"]]
        assert answer.get("error", {}).get("code") != "EINVAL", (request, answer)
        allowed = {claim.get("method")} | set(claim.get("sometimes", []))
        if "error" not in answer:
            assert answer["method"] in allowed, (request, answer, claim)
        elif allowed - {None} and "refused" not in claim:
            assert allowed != {"closed form"} and answer["error"]["code"] == "ENUMERIC", (request, answer, claim)


def test_each_quantity_of_the_help_is_claimed_or_refused():
    page = ok("eval", "--help")
    named = page.split("quantities:")[1].split("families,")[0].replace(",", " ").split()
    assert set(named) == set(USES)
    for name in FAMILIES:
        assert set(ok_json("family", "show", name)["quantities"]) == set(named)


def test_methods_that_differ_between_points_are_said_to():
    assert "for some refused: mvn: no closed form here" in ok("family", "show", "mvn") or ok_json("family", "show", "mvn")["quantities"]["fisher_rao_distance"].get("sometimes")
    laplace = ok_json("family", "show", "laplace")["quantities"]["renyi"]
    assert laplace == {"method": "quadrature", "sometimes": ["closed form"]}
    assert "renyi                    quadrature; for some points closed form" in ok("family", "show", "laplace")
    assert ok_json("family", "show", "gamma")["quantities"]["mle"] == {"method": "iteration"}
    assert ok_json("family", "show", "normal")["quantities"]["mle"] == {"method": "closed form"}
