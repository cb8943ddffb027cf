"""rao eval: families given by their density, bounds, empirical matrices and checks; each by independent formulas, bad input by its sentence."""
import json
import math

import pytest

from rao_program import run


def ask(*requests):
    done = run("eval", text="".join(json.dumps(r) + "\n" for r in requests))
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def one(**request):
    (answer,) = ask(request)
    return answer


def value(**request):
    answer = one(**request)
    assert "value" in answer, answer
    return answer["value"]


def close(got, want, tol=1e-12):
    assert math.isclose(got, want, rel_tol=tol, abs_tol=tol), (got, want)


LAPLACE = {"density": "exp(-abs(x - mu)/b)/(2*b)", "coordinates": {"mu": None, "b": [0, "inf"]}}


def test_densities():
    for quantity in ("kl", "entropy", "cross_entropy", "jeffreys_divergence"):
        close(value(**LAPLACE, quantity=quantity, p=[0, 1], q=[1, 2]), value(family="laplace", quantity=quantity, p=[0, 1], q=[1, 2]), 1e-10)
    answer = one(**LAPLACE, quantity="fisher", p=[0, 2])
    assert answer["method"] == "quadrature" and answer["error_estimate"] < 1e-12
    close(answer["value"][0][0], 0.25)
    rate = {"log_density": "log(rate) - rate*x", "coordinates": {"rate": [0, "inf"]}, "support": [0, "inf"], "family": "waiting"}
    close(value(**rate, quantity="logpdf", p=[2], x=1), math.log(2) - 2)
    assert value(**rate, quantity="logpdf", p=[2], x=-1) == "-inf"
    close(value(**rate, quantity="mle", data=[1, 2, 3, 10])[0], 0.25, 1e-9)
    answer = one(**rate, quantity="entropy", p=[-2])
    assert answer["error"]["message"] == "waiting: rate = -2, want > 0 and finite"
    counts = {"density": "l^x/gamma(x + 1)", "coordinates": {"l": [0, "inf"]}, "support": [0, "inf"], "discrete": True, "unnormalised": True}
    close(value(**counts, quantity="logpdf", p=[3.5], x=4), 4 * math.log(3.5) - 3.5 - math.lgamma(5))
    close(value(**counts, quantity="score", p=[3.5], x=4)[0], 4 / 3.5 - 1)
    moving = {"density": "1", "coordinates": ["a", "b"], "support": ["a", "b"], "unnormalised": True}
    close(value(**moving, quantity="entropy", p=[1, 4]), math.log(3))
    assert one(**moving, quantity="fisher", p=[1, 4])["error"]["code"] == "EDOMAIN"


def test_check():
    answer = one(**LAPLACE, quantity="check", p=[0, 2])
    assert answer["value"] is False and answer["integrates"] and answer["scores_agree"] and not answer["forms_agree"] and "kink" in answer["sentence"]
    assert one(family="gamma", quantity="check", p=[2.5, 1.5])["value"] is True


def test_cramer_rao():
    assert value(family="normal", quantity="cramer_rao", p=[3, 2], n=50) == [[0.08, 0], [0, 0.04]]
    answer = one(family="normal", quantity="cramer_rao", p=[3, 2], n=50, target="mu^2", bias="1/mu")
    bound = (6 - 1 / 9) ** 2 * 4 / 50
    close(answer["value"], bound)
    close(answer["mse"], bound + 1 / 9)
    got = value(family="normal", quantity="cramer_rao", p=[[3, 2], [3, -1]], target="sigma")
    close(got[0], 2)
    assert "sigma = -1" in got[1]["error"]["message"]
    assert value(family="categorical", chart="logits", quantity="cramer_rao", p=[0, 0, 0], target="z_1") == "inf"
    close(value(family="categorical", chart="logits", quantity="cramer_rao", p=[0, 0, 0], target="z_1 - z_2", n=2), 3)
    error = one(family="normal", quantity="cramer_rao", p=[3, 2], target="mo")["error"]
    assert error["code"] == "EINVAL" and 'nearest is "mu"' in error["message"]


def test_forms_of_the_fisher_matrix():
    data = [1, 2, 3, 1.5]
    got = one(family="normal", quantity="fisher", method="empirical", data=data, p=[2, 1])
    scores = [((x - 2), (x - 2) ** 2 - 1) for x in data]
    for i in range(2):
        for j in range(2):
            close(got["value"][i][j], sum(s[i] * s[j] for s in scores) / 4)
    assert got["method"] == "empirical" and got["error_estimate"] > 0
    close(value(family="normal", quantity="fisher_det", p=[0, 2]), 1 / 8)
    got = value(family="normal", quantity="kl_hessian", p=[0, 1], q=[1.5, 2])
    close(got[0][1], -3 / 8, 1e-9)
    close(value(family="normal_mixture3", quantity="fisher_det", p=[0.5, 1e-4, 1]), 1e-24 / 48, 1e-7)


BAD = [
    ({"density": "x", "quantity": "entropy", "p": [0]}, "EINVAL", "coordinates of the density are missing"),
    ({"density": "x + ", "coordinates": ["a"], "quantity": "entropy", "p": [0]}, "EINVAL", "column 5"),
    ({"density": "x", "log_density": "x", "coordinates": ["a"], "quantity": "entropy", "p": [0]}, "EINVAL", "2 densities"),
    ({"density": "x", "coordinates": {"a": [1]}, "quantity": "entropy", "p": [0]}, "EINVAL", "null or [low, high]"),
    ({"density": "x", "coordinates": ["a"], "support": [0], "quantity": "entropy", "p": [0]}, "EINVAL", "support is [low, high]"),
    ({"density": "x", "coordinates": ["a"], "discrete": 1, "quantity": "entropy", "p": [0]}, "EINVAL", "discrete is not true or false"),
    ({"density": "-1", "coordinates": ["a"], "support": [0, 1], "quantity": "entropy", "p": [0]}, "EDOMAIN", "want >= 0"),
    ({"family": "normal", "quantity": "fisher", "method": "empirical", "p": [0, 1]}, "EINVAL", "needs data"),
    ({"family": "normal", "quantity": "cramer_rao", "p": [0, 1], "n": -1}, "EDOMAIN", "n = -1"),
    ({"family": "normal", "quantity": "cramer_rao"}, "EINVAL", "p is missing"),
]


@pytest.mark.parametrize("request_, code, part", BAD)
def test_bad_requests(request_, code, part):
    before, answer, after = ask({"family": "normal", "quantity": "entropy", "p": [0, 1]}, request_, {"family": "normal", "quantity": "entropy", "p": [0, 1]})
    assert answer["error"]["code"] == code and part in answer["error"]["message"], answer
    assert before == after and "value" in before


def test_a_density_that_is_normalised_by_quadrature_says_so():
    whole, half = {"coordinates": {"rate": [0, "inf"]}, "support": [0, "inf"], "p": [2], "x": 1}, {"density": "exp(-rate*x)", "unnormalised": True}
    for quantity, want in (("logpdf", math.log(2) - 2), ("score", [-0.5])):
        answer = one(**whole, **half, quantity=quantity)
        assert answer["method"] == "quadrature" and 0 < answer["error_estimate"] < 1e-9
        assert answer["value"] == pytest.approx(want, rel=1e-10)
        assert one(**whole, density="rate*exp(-rate*x)", quantity=quantity)["method"] == "closed form"


TWICE = {"density": "2*exp(-x^2/(2*s^2))", "coordinates": {"s": [0, "inf"]}}


def test_a_density_that_is_not_normalised_is_refused_by_every_quantity():
    """Its mass is measured, and the sentence says how much it is and which key makes it a density."""
    for quantity, rest in (("entropy", {}), ("logpdf", {"x": 1}), ("score", {"x": 1}), ("kl", {"q": [2]}), ("fisher", {}), ("cramer_rao", {}),
                           ("fisher_rao_distance", {"q": [2]}), ("hellinger", {"q": [2]}), ("wasserstein2", {"q": [2]})):
        error = one(**TWICE, quantity=quantity, p=[1], **rest)["error"]
        assert error["code"] == "EDOMAIN" and "integrates to 5.0132565" in error["message"] and "unnormalised" in error["message"], (quantity, error)
    close(value(**TWICE, unnormalised=True, quantity="entropy", p=[1]), 0.5 * math.log(2 * math.pi * math.e), 1e-10)
    assert "sums to 2" in one(density="2*l^x*exp(-l - lgamma(x + 1))", coordinates={"l": [0, "inf"]}, support=[0, "inf"], discrete=True,
                              quantity="entropy", p=[3])["error"]["message"]
    # normalised at one point only: the other one is refused, q as well as p
    at_one = {"density": "exp(-x^2/(2*s^2))/sqrt(2*pi)", "coordinates": {"s": [0, "inf"]}}
    got = value(**at_one, quantity="entropy", p=[1, 2, 1])
    close(got[0], got[2])
    assert "integrates to 2" in got[1]["error"]["message"]
    assert "integrates to 2" in one(**at_one, quantity="kl", p=[1], q=[2])["error"]["message"]
    got = value(**TWICE, quantity="logpdf", p=[1 + i / 1000 for i in range(300)], x=0)
    assert all("unnormalised" in item["error"]["message"] for item in got)
    answer = one(**TWICE, quantity="check", p=[1])
    assert answer["value"] is False and answer["integrates"] is False and "integrates to 5.013" in answer["sentence"]


def test_mass_that_doubles_do_not_hold_is_no_verdict():
    """A sound density with mass beyond the doubles is not called unnormalised, and what needs no integral is answered."""
    pareto = {"density": "a*x^(-a - 1)", "coordinates": {"a": [0, "inf"]}, "support": [1, "inf"]}
    close(value(**pareto, quantity="logpdf", p=[1e-8], x=2), math.log(1e-8) - (1e-8 + 1) * math.log(2))
    for density, support in (("a*x^(-a - 1)", [1, "inf"]), ("a*x^(a - 1)", [0, 1]), ("1/x + 0*a", [1, "inf"]), ("exp(x^2) + 0*a", ["-inf", "inf"])):
        error = one(density=density, coordinates={"a": [0, "inf"]}, support=support, quantity="entropy", p=[1e-4])["error"]
        assert error["code"] == "ENUMERIC" and "not reached" in error["message"], error


CHECKS = [("normal", [0, 1e-150]), ("normal", [0, 1e150]), ("laplace", [0, 1e-150]), ("gamma", [0.5, 1]), ("poisson", [1e-300]), ("bernoulli", [1e-200]),
          ("gamma", [1e6, 1e-100]), ("dirichlet", [1e6, 1e6, 1e6]), ("beta", [1e6, 1e6]), ("weibull", [1.5, 1e100]), ("cauchy", [0, 1e-120]),
          ("poisson", [1.2e-8]), ("exponential", [1e-200]), ("geometric0", [1e-3]), ("negative_binomial", [1e-3]),
          ("beta", [1e-8, 1e-8]), ("beta", [1e-3, 1e-3]), ("gamma", [1e-2, 1])]


@pytest.mark.parametrize("family, p", CHECKS)
def test_checks_at_every_scale(family, p):
    fixed = {"fixed": {"r": 1e-3}} if family == "negative_binomial" else {}
    answer = one(family=family, quantity="check", p=p, **fixed)
    assert answer.get("integrates") and answer["scores_agree"] and answer["scores_centred"], answer
    assert answer["value"] is (family != "laplace")


UNREACHED = [("lognormal", [800, 1]), ("dirichlet", [1e-8, 1e-8, 1e-8]), ("weibull", [1e-3, 1]),
             ("pareto", [1e-8]), ("normal_mixture3", [0.5, 1e-4, 1]), ("gamma", [1e-12, 1])]


@pytest.mark.parametrize("family, p", UNREACHED)
def test_a_check_that_was_not_reached_is_no_verdict(family, p):
    fixed = {"fixed": {"xm": 1}} if family == "pareto" else {}
    answer = one(family=family, quantity="check", p=p, **fixed)
    assert answer["error"]["code"] == "ENUMERIC" and "not reached" in answer["error"]["message"], answer


def test_a_check_at_an_edge_says_that_it_is_one():
    for family, p, name in (("bernoulli", [0], "p = 0"), ("bernoulli", [1], "p = 1")):
        error = one(family=family, quantity="check", p=p)["error"]
        assert error["code"] == "EDOMAIN" and name in error["message"] and "no neighbours" in error["message"]


def test_what_does_not_fit_into_memory_is_named():
    d = 1000
    p = {"mean": [0] * d, "cov": [[int(i == j) for j in range(d)] for i in range(d)]}
    for quantity in ("fisher", "cramer_rao", "check", "riemann"):
        error = one(family="mvn", quantity=quantity, p=p)["error"]
        assert error["code"] == "ENOMEM" and "mvn: " + quantity + " in 501500 coordinates" in error["message"], error
