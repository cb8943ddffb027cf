"""rao cramer-rao: bounds of all coordinates and of functions of them, against matrices inverted by hand, and mistakes."""
import math

import pytest

from rao_program import ok, ok_json, refused, run


def test_the_matrix_of_all_coordinates():
    answer = ok_json("cramer-rao", "normal", "1,2", "-n", "10")
    assert answer["value"] == [[pytest.approx(0.4, rel=1e-14), 0], [0, pytest.approx(0.2, rel=1e-14)]]
    lines = ok("cramer-rao", "normal", "1,2", "-n", "10").splitlines()
    assert lines[0] == "least covariance of unbiased estimators, normal at 1,2, 10 observations"
    assert ["mu", "0.4", "0"] in [line.split() for line in lines]


def test_a_function_of_the_coordinates():
    answer = ok_json("cramer-rao", "normal", "1,2", "-n", "10", "--target", "mu / sigma")
    assert answer["value"] == pytest.approx((0.5**2 * 4 + 0.25**2 * 2) / 10, rel=1e-13)
    assert "variance of an estimator of mu / sigma" in ok("cramer-rao", "normal", "1,2", "-n", "10", "--target", "mu / sigma")


def test_a_nuisance_costs():
    """gamma in (shape k, rate b): F = [[psi'(k), -1/b], [-1/b, k/b^2]], so the bound of b is psi'(k) b^2 / (k psi'(k) - 1); psi'(1) = pi^2/6."""
    one = math.pi**2 / 6
    assert ok_json("cramer-rao", "gamma", "1,3", "--target", "rate")["value"] == pytest.approx(one * 9 / (one - 1), rel=1e-12)


def test_a_bias_moves_the_bound_and_adds_its_square():
    answer = ok_json("cramer-rao", "normal", "1,2", "-n", "10", "--target", "mu", "--bias", "0.1 * mu")
    assert answer["value"] == pytest.approx(1.21 * 4 / 10, rel=1e-13) and answer["mse"] == pytest.approx(1.21 * 4 / 10 + 0.01, rel=1e-13)
    assert "mean squared error" in ok("cramer-rao", "normal", "1,2", "-n", "10", "--target", "mu", "--bias", "0.1 * mu")


@pytest.mark.parametrize("status, args, part", [
    (2, ["normal"], "1 operand, want FAMILY P; for example: rao cramer-rao"),
    (2, ["normal", "0,1", "--bias", "mu"], "--bias is that of an estimator of --target"),
    (2, ["normal", "0,1", "-n", "0"], "n = 0, want"),
    (1, ["uniform", "0,1"], "uniform: not a regular family"),
    (1, ["normal", "0,-1"], "normal: sigma = -1, want > 0"),
])
def test_mistakes(status, args, part):
    sentence = refused(status, "cramer-rao", *args)
    assert sentence.startswith("rao cramer-rao: ") and part in sentence, sentence


@pytest.mark.parametrize("target, part", [("mu +", "column 5"), ("mean", 'unknown name "mean"')])
def test_a_target_that_is_no_expression_is_pointed_at(target, part):
    p = run("cramer-rao", "normal", "0,1", "--target", target)
    assert p.returncode == 2 and p.stdout == "" and part in p.stderr and p.stderr.rstrip().endswith("^")
