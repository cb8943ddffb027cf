"""The commands for people with a density of one's own in the place of a family: the numbers of the built-in Laplace law, whichever way it is written; bounds where no geodesic is
known; and mistakes."""
import math

import pytest

from rao_program import ok, ok_json, refused, run

LAPLACE = ["--density", "exp(-abs(x - m)/b)/(2*b)", "--coordinates", "m,b>0"]
LOG = ["--log-density", "-abs(x - m)/b - log(2*b)", "--coordinates", '{"m":null,"b":[0,"inf"]}']
POINTS = ["0,1", "1,2"]


def both(command, *args, tol=1e-10):
    """The answers for the density, in both forms, and for the family."""
    names = ["value", "reverse", "mse"]

    def numbers(tree):
        if isinstance(tree, dict):
            return [n for name in names if name in tree for n in numbers(tree[name])]
        return [n for item in tree for n in numbers(item)] if isinstance(tree, list) else [tree]
    want = numbers(ok_json(command, "laplace", *[a.replace("target_b", "b") for a in args]))
    for own in (LAPLACE, LOG):
        got = ok_json(command, *own, *args)
        assert numbers(got) == pytest.approx(want, rel=tol, abs=1e-13), (command, got)
        assert ok(command, *own, *args)
    return want


def test_the_commands_take_a_density():
    both("kl", *POINTS)
    both("kl", *POINTS, "-3,4")
    both("entropy", *POINTS)
    both("fisher", "0,2")
    both("fisher", "0,2", "-3,4")
    both("cramer-rao", "0,2", "-n", "10")
    both("cramer-rao", "0,2", "--target", "b^2", "--bias", "b/10")
    both("jeffreys", *POINTS)
    for kind in ("hellinger", "total_variation", "jensen_shannon", "chernoff_information", "jeffreys_divergence"):
        both("divergence", *POINTS, "--kind", kind)
    both("divergence", *POINTS, "--kind", "renyi", "--order", "0.25")
    assert ok_json("cramer-rao", *LAPLACE, "0,2", "--target", "-m", "-n", "10")["value"] == pytest.approx(0.4, rel=1e-10)
    assert "--target needs a value" in refused(2, "cramer-rao", *LAPLACE, "0,2", "--target", "-n", "10")
    page = ok("divergence", *LAPLACE, *POINTS)
    assert "kl(p : q)" in page and "kl(q : p)" in page and page.count("hellinger") == 1 and "quadrature" in page


def test_a_law_of_counts():
    poisson = ["--log-density", "x*log(rate) - rate - lgamma(x + 1)", "--coordinates", "rate>0", "--support", "0,inf", "--discrete"]
    assert ok_json("entropy", *poisson, "2.5")["value"] == pytest.approx(ok_json("entropy", "poisson", "2.5")["value"], rel=1e-12)


def test_supports_and_limits():
    beta = ["--density", "x^(a - 1) * (1 - x)", "--coordinates", "0<a<10", "--support", "0,min(1, 2)", "--unnormalised"]
    assert ok_json("kl", *beta, "2", "3")["value"] == pytest.approx(ok_json("kl", "beta", "2,2", "3,2")["value"], rel=1e-9)
    assert "own: a = 11, want 0 < a < 10" in refused(1, "kl", *beta, "2", "11")
    assert "own: a = 11, want 0 < a < 10" in refused(1, "kl", *[w.replace("0<a<10", "10>a>0") for w in beta], "2", "11")
    assert "own: a = 0, want > 0" in refused(1, "kl", *[w.replace("0<a<10", "0<a") for w in beta], "0", "2")
    assert "own: a = 2, want < 1" in refused(1, "kl", *[w.replace("0<a<10", "a<1") for w in beta], "2", "0.5")


def test_the_distance_is_bounded_where_no_geodesic_is_known():
    found = ok_json("distance", "normal_mixture3", "0.5,2,1", "0.25,2,1")
    lower, upper = found["lower"], found["upper"]
    assert 0 < lower and upper == "inf" and found["value"] == {"lower": lower, "upper": upper} and "no closed form" in found["warning"]
    page = ok("distance", "normal_mixture3", "0.5,2,1", "0.25,2,1")
    assert "normal_mixture3: no fisher_rao_distance: its geodesics have no closed form" in page
    assert "lower bound" in page and repr(lower) in page and "upper bound" in page and upper in page
    rows = ok_json("distance", "normal_mixture3", "0.5,2,1", "0.25,2,1", "0.25,3,1")["value"]
    assert rows[0][1] == {"lower": lower, "upper": upper} and abs(rows[1][0]["lower"] - lower) < 1e-14 and rows[2][2] == {"lower": 0, "upper": 0}
    assert ok("distance", "normal_mixture3", "0.5,2,1", "0.25,2,1", "0.25,3,1").count("bound\n") == 2
    own = ok_json("distance", *LAPLACE, *POINTS, "0,1")["value"]
    assert own[0][1]["lower"] <= ok_json("distance", "laplace", *POINTS)["value"] and own[0][1]["upper"] == "inf"
    assert own[0][2] == {"lower": 0, "upper": 0}
    assert "not a regular family" in refused(1, "distance", "uniform", "0,1", "0,2")


@pytest.mark.parametrize("args, part", [
    ([*LAPLACE, "laplace", *POINTS], "operand 'laplace', want P Q: a density stands in the place of FAMILY"),
    ([*LAPLACE, "0,1"], "1 operand, want P Q"),
    ([*LAPLACE, "--log-density", "x", *POINTS], "exclude each other"),
    (["--density", "exp(-x)", *POINTS], "--coordinates is missing"),
    (["--density", "exp(-x)", "--coordinates", "m,b=2", *POINTS], "'b=2' is no coordinate, want a name with or without limits"),
    (["--density", "exp(-x)", "--coordinates", "m,,b", *POINTS], "'' is no coordinate"),
    (["--density", "exp(-x)", "--coordinates", "m,m", *POINTS], "'m' stands there twice"),
    (["--density", "exp(-x)", "--coordinates", "1<m>0", *POINTS], "'1<m>0' is no coordinate"),
    (["--density", "exp(-x)", "--coordinates", "0<1", *POINTS], "'0<1' is no coordinate"),
    (["--density", "exp(-x)", "--coordinates", "m,b", "--support", "0", *POINTS], "--support is '0', want LOW,HIGH"),
    (["--density", "exp(-x)", "--coordinates", "m,b", "--support", "0,1,2", *POINTS], "want LOW,HIGH"),
    ([*LAPLACE, "--fixed", "n=3", *POINTS], "no fixed quantity"),
    (["normal", *POINTS, "--support", "0,1"], "describe a --density"),
    ([*LAPLACE, "0,1,2", "1,2"], "p has 3 numbers, want 2"),
])
def test_mistakes(args, part):
    assert part in refused(2, "kl", *args)


def test_a_bad_point_among_several_is_named():
    assert refused(1, "entropy", "normal", "0,1", "0,-2", "0,3") == "rao entropy: point 0,-2: normal: sigma = -2, want > 0"
    assert refused(1, "kl", "normal", "0,1", "0,2", "0,-3") == "rao kl: point 0,-3: q: normal: sigma = -3, want > 0"
    assert refused(2, "fisher", "gamma", "1,2", "3") == "rao fisher: point 3: p has 1 number, want 2: shape, rate; the numbers of a point are joined by commas"
    assert refused(2, "kl", "normal", "0", "1", "1", "2").endswith("the numbers of a point are joined by commas")
    assert ok_json("kl", "normal", "0, 1", " 1 , 2")["value"] == ok_json("kl", "normal", "0,1", "1,2")["value"]


def test_options_are_shown_as_they_are_written():
    assert "--log-density TEXT" in ok("kl", "--help") and "_density" not in ok("kl", "--help")


def test_a_density_that_is_no_expression_is_pointed_at():
    p = run("kl", "--density", "exp(-abs(x - mu)", "--coordinates", "mu", "0", "1")
    assert p.returncode == 2 and p.stdout == ""
    assert p.stderr.splitlines()[0].startswith("rao kl: own: density: expression, column 17") and p.stderr.rstrip().endswith("^")
    for command in ("kl", "divergence", "distance", "fisher", "cramer-rao", "entropy", "jeffreys", "geodesic"):
        assert "--density" in ok(command, "--help")
