"""rao eval: Fisher-Rao distance, geodesic, exp and log, as the guide shows them and where Python's libraries lose them."""
import math

import pytest

from test_eval import close, one, value


def distance(family, p, q, **more):
    return value(family=family, quantity="fisher_rao_distance", p=p, q=q, **more)


NORMAL = [((0, 1), (1, 2), 1.1893809314064119), ((0, 1), (1e-8, 1), 1e-8), ((0, 1), (0, 1 + 1e-9), math.sqrt(2) * math.log1p((1 + 1e-9) - 1)), ((0, 1e-150), (1, 1e-150), 2 * math.sqrt(2) * math.log(1e150 / math.sqrt(2)))]


@pytest.mark.parametrize("p, q, want", NORMAL)
def test_normals_that_peers_lose(p, q, want):
    assert math.isclose(distance("normal", p, q), want, rel_tol=1e-14)
    assert math.isclose(distance("lognormal", q, p), want, rel_tol=1e-14)


def test_mvn_with_one_covariance():
    close(distance("mvn", [0, 0, 1, 0, 1], [2, 0, 1, 0, 1]), 2 * math.sqrt(2) * math.asinh(2 / math.sqrt(8)))
    close(distance("mvn", [0, 0, 100, 0, 100], [2, 0, 100, 0, 100]), 2 * math.sqrt(2) * math.asinh(0.2 / math.sqrt(8)))
    close(distance("mvn", [5, 5, 1, 0, 1], [5, 5, 4, 0, 9]), math.sqrt(0.5 * (math.log(4) ** 2 + math.log(9) ** 2)))


def test_multinomial_counts_its_draws():
    p, q = [0.2, 0.3, 0.5], [0.5, 0.3, 0.2]
    angle = math.acos(sum(math.sqrt(a * b) for a, b in zip(p, q)))
    close(distance("categorical", p, q), 2 * angle)
    close(distance("multinomial", p, q, fixed={"n": 10}), 2 * math.sqrt(10) * angle)
    mid = value(family="categorical", quantity="fisher_rao_geodesic", p=p, q=q, t=0.5)
    close(sum(mid), 1)


def test_geodesics_take_batches_of_t():
    got = value(family="normal", quantity="fisher_rao_geodesic", p=[0, 1], q=[2, 1], t=[0, 0.5, 1])
    assert got[0] == [0, 1] and got[2] == [2, 1]
    close(got[1][0], 1)
    close(got[1][1], math.sqrt(1.5))
    got = value(family="normal", chart="mu_var", quantity="fisher_rao_geodesic", p=[0, 1], q=[2, 1], t=0.5)
    close(got[1], 1.5)


def test_exp_and_log_in_a_chart():
    close(value(family="poisson", quantity="log_map", p=[4], q=[9])[0], 4)
    close(value(family="poisson", quantity="exp_map", p=[4], velocity=[4])[0], 9)
    v = value(family="normal", chart="natural", quantity="log_map", p=[1, -0.5], q=[2, -1])
    q = value(family="normal", chart="natural", quantity="exp_map", p=[1, -0.5], velocity=v)
    close(q[0], 2)
    close(q[1], -1)
    assert len(value(family="poisson", quantity="exp_map", p=[4], velocity=[[1], [2], [3]])) == 3


def test_bounds_where_there_is_no_closed_form():
    answer = one(family="gamma", quantity="fisher_rao_bounds", p=[0.1, 0.2], q=[20, 30])
    assert answer["lower"] < 5.29468 < answer["upper"] < 13 and answer["value"] == {"lower": answer["lower"], "upper": answer["upper"]}
    assert value(family="cauchy", quantity="fisher_rao_bounds", p=[[0, 1]], q=[1, 1])[0]["upper"] == "inf"


def test_parallel_transport():
    close(value(family="normal", quantity="parallel_transport", p=[0, 1], q=[8**0.5, 1], velocity=[2**0.5, 0])[1], -1)
    batch = value(family="poisson", quantity="parallel_transport", p=[4], q=[[9], [-1], [16]], velocity=[2])
    close(batch[0][0], 3)
    assert batch[1]["error"]["code"] == "EDOMAIN"
    close(batch[2][0], 4)


BAD = [
    (dict(family="normal_mixture3", quantity="fisher_rao_distance", p=[0.5, 2, 1], q=[0.25, 2, 1]), "EUNABLE", "no closed form"),
    (dict(family="uniform", quantity="fisher_rao_distance", p=[1, 2], q=[2, 3]), "EDOMAIN", "not a regular family"),
    (dict(family="normal", quantity="exp_map", p=[0, 1]), "EINVAL", "velocity"),
    (dict(family="normal", quantity="fisher_rao_geodesic", p=[0, 1], q=[1, 1]), "EINVAL", "t"),
    (dict(family="poisson", quantity="exp_map", p=[1], velocity=[-2]), "EDOMAIN", "edge"),
    (dict(family="normal", quantity="log_map", p=[0, 1], q=[0, -1]), "EDOMAIN", "sigma = -1"),
]


@pytest.mark.parametrize("request_, code, part", BAD)
def test_refusals(request_, code, part):
    error = one(**request_)["error"]
    assert error["code"] == code and part in error["message"], error
