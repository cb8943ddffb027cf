"""rao eval: points that are objects (mvn, wishart, mixture) are the same points as their coordinates, in requests and in answers."""
import json
import math
import os
import subprocess

import pytest

from rao_program import ok, ok_json, refused

RAO = os.environ["RAO"]
MVN_P, MVN_Q = {"mean": [0, 1], "cov": [[2, 0.5], [0.5, 1]]}, {"mean": [1, 1], "cov": [[1, 0], [0, 1]]}
FLAT_P, FLAT_Q = [0, 1, 2, 0.5, 1], [1, 1, 1, 0, 1]


def ask(*requests):
    text = "".join(json.dumps(r) + "\n" for r in requests)
    done = subprocess.run([RAO, "eval"], input=text, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def one(**request):
    return ask(request)[0]


def normal(mu, sigma):
    return {"family": "normal", "p": [mu, sigma]}


def mixture(weights, *components):
    return {"weights": weights, "components": list(components)}


def density(m, x):
    return sum(w * math.exp(-0.5 * ((x - c["p"][0]) / c["p"][1]) ** 2) / (c["p"][1] * math.sqrt(2 * math.pi)) for w, c in zip(m["weights"], m["components"]))


def integral(f, low=-40, high=40, n=16001):
    """Trapezoids: for analytic functions that vanish at both ends they converge geometrically."""
    step = (high - low) / (n - 1)
    return step * math.fsum(f(low + i * step) for i in range(n))


@pytest.mark.parametrize("quantity", ["kl", "jeffreys_divergence", "fisher", "entropy", "kl_gradient", "natural"])
def test_mvn_objects_and_arrays_are_one_point(quantity):
    first, second = ask({"family": "mvn", "quantity": quantity, "p": MVN_P, "q": MVN_Q}, {"family": "mvn", "quantity": quantity, "p": FLAT_P, "q": FLAT_Q})
    assert first == second and "value" in first


def test_mvn_batches_and_a_bad_item():
    values = one(family="mvn", quantity="kl", p=[MVN_P, {"mean": [0, 0], "cov": [[1, 2], [2, 1]]}, MVN_Q], q=MVN_Q, id=3)["value"]
    assert values[0] == one(family="mvn", quantity="kl", p=FLAT_P, q=FLAT_Q)["value"] and values[2] == 0
    assert values[1]["error"]["code"] == "EDOMAIN" and "leading minor" in values[1]["error"]["message"]


def test_rounding_is_no_asymmetry():
    noisy = {"mean": [0, 0], "cov": [[2, 1e-17], [-1e-17, 1]]}
    assert one(family="mvn", quantity="entropy", p=noisy)["value"] == pytest.approx(math.log(2 * math.pi * math.e) + 0.5 * math.log(2), rel=1e-14)


def test_answers_that_are_points_are_objects_too():
    got = one(family="mvn", quantity="m_geodesic", p=MVN_P, q=MVN_Q, t=[0, 1])["value"]
    for point, want in zip(got, (MVN_P, MVN_Q)):
        assert point["mean"] == pytest.approx(want["mean"], abs=1e-14)
        assert [x for row in point["cov"] for x in row] == pytest.approx([x for row in want["cov"] for x in row], abs=1e-14)
    assert len(one(family="mvn", quantity="m_geodesic", p=FLAT_P, q=FLAT_Q, t=0.5)["value"]) == 5
    assert one(family="mvn", quantity="centroid", kind="right", points=[MVN_P, MVN_P])["value"]["mean"] == pytest.approx(MVN_P["mean"])


def test_wishart():
    p, q = {"df": 4, "scale": [[2, 0.5], [0.5, 1]]}, {"df": 4, "scale": [[1, 0], [0, 1]]}
    flat = one(family="wishart", fixed={"df": 4}, quantity="kl", p=[2, 0.5, 1], q=[1, 0, 1])
    assert one(family="wishart", quantity="kl", p=p, q=q) == flat and "value" in flat
    assert one(family="wishart", fixed={"df": 4}, quantity="kl", p=p, q=q) == flat
    assert one(family="wishart", quantity="m_geodesic", p=p, q=q, t=0.5)["value"]["df"] == 4


def test_mixtures():
    p, q = mixture([0.3, 0.7], normal(-1, 0.5), normal(2, 1)), mixture([0.5, 0.5], normal(0, 1), normal(1, 2))
    entropy, kl = ask({"family": "mixture", "quantity": "entropy", "p": p}, {"family": "mixture", "quantity": "kl", "p": p, "q": q})
    want = -integral(lambda x: density(p, x) * math.log(density(p, x)) if density(p, x) else 0)
    assert entropy["value"] == pytest.approx(want, rel=1e-11) and entropy["method"] == "quadrature"
    want = integral(lambda x: density(p, x) * (math.log(density(p, x)) - math.log(density(q, x))) if density(p, x) else 0)
    assert kl["value"] == pytest.approx(want, rel=1e-10)
    assert one(family="mixture", quantity="logpdf", p=p, x=0.5)["value"] == pytest.approx(math.log(density(p, 0.5)), rel=1e-14)


def test_mixtures_of_other_families():
    counts = mixture([0.5, 0.5], {"family": "poisson", "p": [1]}, {"family": "binomial", "fixed": {"n": 3}, "p": 0.5})
    want = math.log(0.5 * math.exp(-1) / 2 + 0.5 * 3 / 8)
    assert one(family="mixture", quantity="logpdf", p=counts, x=2)["value"] == pytest.approx(want, rel=1e-14)
    vectors = mixture([0.25, 0.75], {"family": "mvn", "p": MVN_P}, {"family": "mvn", "p": FLAT_Q})
    assert "value" in one(family="mixture", quantity="logpdf", p=vectors, x=[0, 0])


def test_requests_after_one_another_do_not_share_their_mixture():
    a, b = mixture([1], normal(0, 1)), mixture([0.5, 0.5], normal(0, 1), {"family": "cauchy", "p": [0, 1]})
    requests = [{"family": "mixture", "quantity": "logpdf", "p": m, "x": 1} for m in (a, b, a, b)]
    answers = ask(*requests)
    assert answers[0] == answers[2] and answers[1] == answers[3] and answers[0] != answers[1]


BAD = [
    ("EDOMAIN", "mvn: cov is not symmetric: entry 1,2 is 0.5 and entry 2,1 is 0.25", "mvn", {"mean": [0, 0], "cov": [[1, 0.5], [0.25, 1]]}),
    ("EINVAL", "cov has 1 rows, want 2", "mvn", {"mean": [0, 0], "cov": [[1, 0]]}),
    ("EINVAL", "cov: row 2 is no list of 2 numbers", "mvn", {"mean": [0, 0], "cov": [[1, 0], [1]]}),
    ("EINVAL", "cov: entry 2 is not a number", "mvn", {"mean": [0, 0], "cov": [[1, "a"], [1, 0]]}),
    ("EINVAL", "mean is not an array of numbers", "mvn", {"mean": 0, "cov": [[1]]}),
    ("EINVAL", "mean is an empty array", "mvn", {"mean": [], "cov": []}),
    ("EINVAL", 'mvn: a point is {"mean":..,"cov":..}', "mvn", {"mean": [0], "sigma": [[1]]}),
    ("EINVAL", "a point is an object, which only mvn, wishart and mixture have", "normal", {"mu": 0, "sigma": 1}),
    ("EINVAL", "wishart: df is not a number", "wishart", {"df": "4", "scale": [[1]]}),
    ("EDOMAIN", "wishart: df = 1, want > 1", "wishart", {"df": 1, "scale": [[1, 0], [0, 1]]}),
    ("EINVAL", "mixture: 1 components for 2 weights", "mixture", mixture([0.5, 0.5], normal(0, 1))),
    ("EINVAL", "mixture: a component is", "mixture", mixture([1], 3)),
    ("EINVAL", "a component has family, p and fixed, not 'q'", "mixture", mixture([1], dict(normal(0, 1), q=3))),
    ("EINVAL", 'did you mean "normal"', "mixture", mixture([1], {"family": "norml", "p": [0, 1]})),
    ("EINVAL", "a component normal has 3 numbers, want 2", "mixture", mixture([1], {"family": "normal", "p": [0, 1, 2]})),
    ("EINVAL", "a component is a mixture itself", "mixture", mixture([1], {"family": "mixture", "p": mixture([1], normal(0, 1))})),
    ("EDOMAIN", "sigma = -1", "mixture", mixture([1], normal(0, -1))),
    ("EDOMAIN", "sum to", "mixture", mixture([0.5, 0.6], normal(0, 1), normal(1, 1))),
    ("EINVAL", 'mixture: a point is {"weights":[..]', "mixture", [0.5, 0.5]),
]


@pytest.mark.parametrize("code, part, family, p", BAD)
def test_mistakes(code, part, family, p):
    good = {"family": "mvn", "quantity": "entropy", "p": MVN_P}
    before, answer, after = ask(good, {"family": family, "quantity": "entropy", "p": p}, good)
    assert answer["error"]["code"] == code and part in answer["error"]["message"], answer
    assert before == after and "value" in before


def test_points_of_one_request_agree():
    answer = one(family="mixture", quantity="kl", p=mixture([1], normal(0, 1)), q=mixture([0.5, 0.5], normal(0, 1), normal(1, 1)))
    assert "the same families as components" in answer["error"]["message"]
    answer = one(family="wishart", quantity="kl", p={"df": 3, "scale": [[1]]}, q={"df": 4, "scale": [[1]]})
    assert "a family has one df" in answer["error"]["message"]
    answer = one(family="mvn", chart="natural", quantity="entropy", p=MVN_P)
    assert "in their first chart" in answer["error"]["message"]


def test_on_the_command_line(tmp_path):
    (tmp_path / "q.json").write_text(json.dumps(MVN_Q))
    want = ok_json("kl", "mvn", "0,1,2,0.5,1", "1,1,1,0,1")
    assert ok_json("kl", "mvn", json.dumps(MVN_P), "@q.json", cwd=tmp_path) == want
    assert "quadrature" in ok("entropy", "mixture", json.dumps(mixture([0.3, 0.7], normal(-1, 0.5), normal(2, 1))))
    assert "cov_1_2" in ok("fisher", "mvn", json.dumps(MVN_P))
    assert "not symmetric" in refused(1, "entropy", "mvn", '{"mean":[0,0],"cov":[[1,0.5],[0,1]]}')
