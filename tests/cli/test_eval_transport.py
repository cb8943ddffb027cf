"""rao eval: Wasserstein distances, geodesics, information; half-plane and disc."""
import math

import pytest

from test_eval import close, one, value


def test_distances():
    assert value(family="normal", quantity="wasserstein2", p=[0, 1], q=[3, 5]) == 5
    close(value(family="mvn", quantity="wasserstein2", p=[0, 0, 1, 0, 1], q=[2, 0, 4, 0, 9]), 3)
    close(value(family="laplace", quantity="wasserstein2", p=[0, 1], q=[1, 3]), math.sqrt(1 + 2 * 4))
    close(value(family="mvn", quantity="wasserstein2", p=[1, 1], q=[1, 1 + 1e-9]) / (0.5 * ((1 + 1e-9) - 1)), 1, 1e-8)
    assert value(family="cauchy", quantity="wasserstein2", p=[0, 1], q=[0, 2]) == "inf"


def test_geodesic_and_information():
    got = value(family="normal", quantity="wasserstein_geodesic", p=[0, 1], q=[4, 3], t=[0, 0.5, 1])
    assert got == [[0, 1], [2, 2], [4, 3]]
    assert value(family="normal", chart="mu_var", quantity="wasserstein_information", p=[0, 4]) == [[1, 0], [0, 0.0625]]
    close(value(family="uniform", quantity="wasserstein_information", p=[0, 4])[0][1], 1 / 6)


def test_half_plane_and_disc():
    got = value(family="normal", quantity="half_plane", p=[1, 2])
    close(got[0], 1 / math.sqrt(2))
    assert got[1] == 2
    assert value(family="normal", quantity="disc", p=[0, 1]) == [0, 0]
    z, w = complex(*got), complex(*value(family="normal", quantity="disc", p=[1, 2]))
    assert abs(w - (z - 1j) / (z + 1j)) < 1e-15


BAD = [
    (dict(family="categorical", quantity="wasserstein2", p=[0.5, 0.5], q=[0.25, 0.75]), "EUNABLE", "no cost"),
    (dict(family="gamma", quantity="half_plane", p=[1, 2]), "EUNABLE", "hyperbolic plane"),
    (dict(family="normal", quantity="wasserstein_geodesic", p=[0, 1], q=[1, 1], t=2), "EDOMAIN", "0 <= t <= 1"),
    (dict(family="normal", quantity="wasserstein2", p=[0, 1]), "EINVAL", "q"),
]


@pytest.mark.parametrize("request_, code, part", BAD)
def test_refusals(request_, code, part):
    error = one(**request_)["error"]
    assert error["code"] == code and part in error["message"], error


def test_covariances_whose_products_leave_the_doubles_are_refused():
    p, q = [0, 0, 1e-200, 0, 1e200], [0, 0, 1e200, 0, 1e-200]
    error = one(family="mvn", quantity="wasserstein2", p=p, q=q)["error"]
    assert error["code"] == "ENUMERIC" and "variances from 1e-200 to 1e+200" in error["message"], error
