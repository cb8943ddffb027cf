"""rao eval: Jeffreys priors and volumes."""
import math

import pytest

from test_eval import close, one, value


def test_priors_say_whether_they_are_proper():
    answer = one(family="normal", quantity="jeffreys_prior", p=[0, 2])
    close(answer["value"], math.sqrt(2) / 4)
    assert answer["proper"] is False
    close(value(family="normal", chart="mu_var", quantity="jeffreys_prior", p=[0, 4]), 1 / (math.sqrt(2) * 8))
    answer = one(family="bernoulli", quantity="jeffreys_prior", p=[0.5], normalised=True)
    close(answer["value"], 2 / math.pi)
    assert answer["proper"] is True
    assert len(value(family="poisson", quantity="jeffreys_prior", p=[[1], [4]])) == 2


def test_volumes():
    answer = one(family="bernoulli", quantity="jeffreys_volume")
    close(answer["value"], math.pi)
    assert answer["proper"] is True
    close(value(family="categorical", quantity="jeffreys_volume", p=[0.25] * 4), math.pi**2)
    answer = one(family="normal", quantity="jeffreys_volume")
    assert answer["value"] == "inf" and answer["proper"] is False
    close(value(family="normal", quantity="jeffreys_volume", region=[[0, 1], [1, "inf"]]), math.sqrt(2))
    answer = one(family="gamma", quantity="jeffreys_volume", region=[[1, 2], [1, 3]])
    close(answer["value"], 0.70961966228140528579, 1e-10)
    assert answer["method"] == "quadrature" and answer["error_estimate"] < 1e-10


BAD = [
    (dict(family="normal", quantity="jeffreys_prior", p=[0, 1], normalised=True), "EDOMAIN", "improper"),
    (dict(family="normal", quantity="jeffreys_prior", p=[0, 1], normalised=1), "EINVAL", "normalised is not true or false"),
    (dict(family="normal", quantity="jeffreys_volume", region=[[0, 1]]), "EINVAL", "a pair for each of the 2"),
    (dict(family="normal", quantity="jeffreys_volume", region=[[0, 1], [2]]), "EINVAL", "pair 2"),
    (dict(family="normal", quantity="jeffreys_volume", region=[[0, 1], [2, 1]]), "EINVAL", "lower end"),
    (dict(family="normal", quantity="jeffreys_volume", region=[[0, 1], [-1, 1]]), "EDOMAIN", "sigma"),
    (dict(family="uniform", quantity="jeffreys_volume"), "EDOMAIN", "not a regular family"),
]


@pytest.mark.parametrize("request_, code, part", BAD)
def test_refusals(request_, code, part):
    error = one(**request_)["error"]
    assert error["code"] == code and part in error["message"], error
