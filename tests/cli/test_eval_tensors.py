"""rao eval: connections and curvatures."""
import pytest

from test_eval import close, one, value


def test_tensors_are_nested():
    assert value(family="normal", quantity="amari_chentsov", p=[0, 1]) == [[[0, 2], [2, 0]], [[2, 0], [0, 8]]]
    assert value(family="normal", quantity="christoffel", p=[0, 2]) == [[[0, -0.5], [-0.5, 0]], [[0.25, 0], [0, -0.5]]]
    r = value(family="normal", quantity="riemann", p=[0, 1])
    close(r[0][1][0][1], -1)
    close(r[1][0][0][1], 1)
    batch = value(family="poisson", quantity="christoffel", p=[[1], [-1], [4]])
    close(batch[0][0][0][0], -0.5)
    assert batch[1]["error"]["code"] == "EDOMAIN"
    close(batch[2][0][0][0], -0.125)


def test_alpha():
    zero = [[[0, 0], [0, 0]], [[0, 0], [0, 0]]]
    assert value(family="normal", chart="natural", quantity="alpha_christoffel", alpha=1, p=[0.5, -0.5]) == zero
    assert value(family="normal", chart="expectation", quantity="alpha_christoffel", alpha=-1, p=[0.5, 1.5]) == zero
    close(value(family="normal", quantity="alpha_curvature", alpha=0.5, p=[0, 1]), -0.375)
    close(value(family="normal", quantity="scalar_curvature", alpha=0.5, p=[0, 1]), -0.75)
    close(value(family="normal", quantity="riemann", alpha=3, p=[0, 1])[0][1][0][1], 8)


def test_curvatures():
    close(value(family="normal", quantity="sectional_curvature", p=[5, 1e-150]), -0.5)
    close(value(family="categorical", quantity="scalar_curvature", p=[0.1, 0.2, 0.3, 0.4]), 1.5)
    point = {"mean": [0, 0], "cov": [[1, 0.3], [0.3, 2]]}
    close(value(family="mvn", quantity="sectional_curvature", plane=[[1, 0, 0, 0, 0], [0, 1, 0, 0, 0]], p=point), 0.25)
    answer = one(family="normal_mixture3", quantity="scalar_curvature", p=[0.5, 2, 1])
    assert answer["method"] == "quadrature" and answer["error_estimate"] < 1e-6
    bell = dict(density="exp(-(x-mu)^2/(2*s^2))/(s*sqrt(2*pi))", coordinates={"mu": None, "s": [0, "inf"]})
    close(value(**bell, quantity="sectional_curvature", p=[0, 2]), -0.5, 1e-10)


def test_alpha_geodesics():
    close(value(family="exponential", quantity="alpha_geodesic", alpha=2, p=[3], q=[4], t=[0, 0.5])[1][0], 12.5**0.5)
    p, q = [0.5, 0.3, 0.2], [0.1, 0.1, 0.8]
    for alpha, known in ((1, "e_geodesic"), (-1, "m_geodesic"), (0, "fisher_rao_geodesic")):
        assert value(family="categorical", quantity="alpha_geodesic", alpha=alpha, p=p, q=q, t=0.3) == value(family="categorical", quantity=known, p=p, q=q, t=0.3)


BAD = [
    (dict(family="mvn", quantity="alpha_geodesic", alpha=0.5, p=[0] * 5 + [1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1], q=[1] * 5 + [1, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 1, 0, 1], t=0.5), "EUNABLE", "at most 16 coordinates"),
    (dict(family="normal", quantity="alpha_christoffel", p=[0, 1]), "EINVAL", "needs alpha"),
    (dict(family="normal", quantity="alpha_christoffel", alpha="inf", p=[0, 1]), "EDOMAIN", "alpha = inf"),
    (dict(family="normal", quantity="sectional_curvature", plane=[1, 0], p=[0, 1]), "EINVAL", "two tangent vectors"),
    (dict(family="normal", quantity="sectional_curvature", plane=[[1, 0], [2, 0]], p=[0, 1]), "EDOMAIN", "parallel"),
    (dict(family="normal", quantity="christoffel", alpha=1, p=[0, 1]), "EINVAL", "no use for the key 'alpha'"),
    (dict(family="normal", quantity="riemann", plane=[[1, 0], [0, 1]], p=[0, 1]), "EINVAL", "no use for the key 'plane'"),
    (dict(family="normal", quantity="riemann", method="empirical", p=[0, 1]), "EINVAL", "want closed form"),
    (dict(family="normal_mixture3", quantity="riemann", method="closed", p=[0.5, 0, 1]), "EUNABLE", "no closed form"),
    (dict(family="poisson", quantity="sectional_curvature", p=[1]), "EDOMAIN", "one dimension"),
    (dict(family="dirichlet", quantity="sectional_curvature", p=[1, 2, 3]), "EINVAL", "needs a plane"),
    (dict(family="uniform", quantity="christoffel", p=[0, 1]), "EDOMAIN", "not a regular family"),
    (dict(family="categorical", chart="logits", quantity="christoffel", p=[0, 1]), "EUNABLE", "more coordinates"),
]


@pytest.mark.parametrize("request_,code,part", BAD)
def test_refusals(request_, code, part):
    error = one(**request_)["error"]
    assert error["code"] == code and part in error["message"]
