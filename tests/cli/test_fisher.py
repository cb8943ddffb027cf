"""rao fisher and rao entropy: one point or several, against formulas of our own."""
import math

import pytest

from rao_program import ok, ok_json, refused


def test_a_matrix_with_named_rows_and_columns():
    lines = ok("fisher", "normal", "3,2").splitlines()
    assert lines[0] == "Fisher matrix of normal at 3,2 in the chart mu_sigma"
    assert lines[1].split() == ["mu", "sigma"] and "in closed form" in lines[-1]
    assert [line.split() for line in lines[-3:-1]] == [["mu", "0.25", "0"], ["sigma", "0", "0.5"]]


def test_charts_and_json():
    answer = ok_json("fisher", "gamma", "2.5,1.5", "--chart", "shape_rate")
    assert answer["method"] == "closed form" and answer["value"][0][1] == answer["value"][1][0] == -1 / 1.5
    assert math.isclose(answer["value"][1][1], 2.5 / 1.5**2, rel_tol=1e-14)
    assert ok_json("fisher", "normal", "0,4", "--chart", "mu_var")["value"] == [[0.25, 0], [0, 1 / 32]]
    assert len(ok_json("fisher", "categorical", ".2,.3,.5")["value"]) == 2


def test_methods_agree_within_their_estimates():
    closed = ok_json("fisher", "weibull", "1.5,2")["value"]
    for method, args in (("quadrature", []), ("kl_hessian", []), ("monte_carlo", ["--samples", "20000"])):
        answer = ok_json("fisher", "weibull", "1.5,2", "--method", method, *args)
        for i in range(2):
            for j in range(2):
                assert abs(answer["value"][i][j] - closed[i][j]) <= 6 * answer["error_estimate"] + 1e-12, (method, answer)
        assert "error estimate" in ok("fisher", "weibull", "1.5,2", "--method", method, *args)


def test_draws_follow_the_seed():
    def draw(*args):
        return ok_json("fisher", "normal", "0,1", "--method", "monte_carlo", "--samples", "100", *args)
    assert draw() == draw("--seed", 1) != draw("--seed", 2)


def test_several_points():
    values = ok_json("fisher", "poisson", "2", "4", "8")["value"]
    assert values == [[[1 / 2]], [[1 / 4]], [[1 / 8]]]
    assert ok("fisher", "poisson", "2", "4").count("Fisher matrix of poisson at ") == 2


def test_entropies_of_points():
    want = [0.5 * math.log(2 * math.pi * math.e * s * s) for s in (1, 2)]
    got = ok_json("entropy", "normal", "0,1", "0,2")["value"]
    assert all(math.isclose(a, b, rel_tol=1e-14) for a, b in zip(got, want))
    lines = ok("entropy", "normal", "0,1", "0,2").splitlines()
    assert [line.split()[0] for line in lines[-2:]] == ["0,1", "0,2"] and float(lines[-1].split()[1]) == got[1]
    assert ok_json("entropy", "bernoulli", "0")["value"] == 0


@pytest.mark.parametrize("status, args, part", [
    (2, ["fisher"], "0 operands, want FAMILY P; for example: rao fisher gamma 2.5,1.5"),
    (2, ["fisher", "normal"], "1 operand, want FAMILY P"),
    (2, ["fisher", "normal", "0,1", "--method", "guess"], "method 'guess' is unknown"),
    (2, ["fisher", "normal", "0,1", "--samples", "1"], "samples = 1, want"),
    (1, ["fisher", "uniform", "0,1"], "uniform: not a regular family"),
    (1, ["fisher", "normal", "0,1", "0,-1"], "normal: sigma = -1, want > 0"),
    (2, ["entropy", "normal"], "1 operand, want FAMILY P"),
    (1, ["fisher", "normal", "0,1", "0,-1", "--json"], "normal: sigma = -1, want > 0"),
    (1, ["entropy", "normal", "0,1", "0,-1"], "normal: sigma = -1, want > 0"),
])
def test_mistakes(status, args, part):
    sentence = refused(status, *args)
    assert sentence.startswith(f"rao {args[0]}: ") and part in sentence, sentence


def test_a_long_point_is_shortened_in_the_title():
    point = '{"weights":[0.3,0.7],"components":[{"family":"normal","p":[-1,0.5]},{"family":"normal","p":[2,1]}]}'
    assert ok("fisher", "mixture", point).splitlines()[0] == \
        'Fisher matrix of mixture at {"weights":[0.3,0.7],"components":[{"family"... in the chart components'
