"""rao eval: geodesics of duality and centroids, by formulas that share nothing with the library."""
import math

from test_eval import one, value


def close(got, want, tol=1e-13):
    for g, w in zip(got, want, strict=True):
        assert math.isclose(g, w, rel_tol=tol, abs_tol=tol), (got, want)


def test_geodesics_of_normals():
    p, q, t = [0.5, 2.0], [-1.0, 0.5], 0.3
    w = [(1 - t) / p[1] ** 2, t / q[1] ** 2]
    close(value(family="normal", quantity="e_geodesic", p=p, q=q, t=t), [(w[0] * p[0] + w[1] * q[0]) / sum(w), sum(w) ** -0.5])
    mean = (1 - t) * p[0] + t * q[0]
    second = (1 - t) * (p[0] ** 2 + p[1] ** 2) + t * (q[0] ** 2 + q[1] ** 2)
    close(value(family="normal", quantity="m_geodesic", p=p, q=q, t=t), [mean, math.sqrt(second - mean**2)])
    many = value(family="normal", quantity="m_geodesic", p=p, q=q, t=[0, t, 1, 50])
    close(many[0], p)
    close(many[1], [mean, math.sqrt(second - mean**2)])
    assert many[3]["error"]["code"] == "EDOMAIN"


def test_answers_are_in_the_chart_of_the_request():
    close(value(family="exponential", chart="scale", quantity="e_geodesic", p=[2], q=[8], t=0.5), [1 / (0.5 / 2 + 0.5 / 8)])
    close(value(family="exponential", chart="scale", quantity="m_geodesic", p=[2], q=[8], t=0.5), [5])
    close(value(family="categorical", quantity="m_geodesic", p=[0.1, 0.2, 0.7], q=[0.5, 0.5, 0], t=0.5), [0.3, 0.35, 0.35])
    close(value(family="mvn", quantity="m_geodesic", p=[0, 0, 1, 0, 1], q=[2, 0, 1, 0, 1], t=0.5), [1, 0, 2, 0, 1])


def test_every_chart_of_the_normal_has_the_same_means():
    charts = {
        "mu_var": lambda m, s: [m, s**2],
        "mu_logvar": lambda m, s: [m, 2 * math.log(s)],
        "natural": lambda m, s: [m / s**2, -0.5 / s**2],
        "expectation": lambda m, s: [m, m**2 + s**2],
    }
    points = [[0.3, 1.2], [-0.7, 2.1]]
    requests = [dict(quantity=f"{c}_geodesic", t=0.3) for c in ("e", "m", "fisher_rao", "wasserstein")]
    requests += [dict(quantity="centroid", kind=kind) for kind in ("left", "right", "symmetric")]
    for request in requests:

        def ask(chart, points, request=request):
            ends = dict(points=points) if request["quantity"] == "centroid" else dict(p=points[0], q=points[1])
            return value(family="normal", chart=chart, **request, **ends)

        want = ask("mu_sigma", points)
        for chart, carry in charts.items():
            close(ask(chart, [carry(*p) for p in points]), carry(*want), 1e-12)


def test_centroids():
    points = [[1, 3], [4, 0.5], [0, 1]]
    precisions = [s**-2 for _, s in points]
    left = value(family="normal", quantity="centroid", kind="left", points=points)
    close(left, [sum(m * w for (m, _), w in zip(points, precisions)) / sum(precisions), math.sqrt(3 / sum(precisions))])
    right = value(family="normal", quantity="centroid", kind="right", points=points, weights=[2, 1, 1])
    mean = (2 * 1 + 4) / 4
    close(right, [mean, math.sqrt((2 * (1 + 9) + 16.25 + 1) / 4 - mean**2)])
    close(value(family="poisson", quantity="centroid", kind="frechet", points=[[1], [4], [9]]), [4])
    close(value(family="normal", quantity="centroid", kind="bures", points=[[0, 1], [2, 1], [5, 3]], weights=[1, 2, 1]), [2.25, 1.5])
    answer = one(family="poisson", quantity="centroid", kind="symmetric", points=[2, 7])
    c, a, g = answer["value"][0], 4.5, math.sqrt(14)
    close([a / c + math.log(a / c)], [1 + math.log(a / g)])
    assert answer["method"] == "iteration"


def test_projections():
    answer = one(family="normal", quantity="m_projection", p=[2, 3], onto={"mu": -2}, q=[-2, 1])
    close(answer["value"], [-2, 5])
    close([answer["divergence"], answer["defect"]], [math.log(5 / 3), 0])
    answer = one(family="gamma", quantity="m_projection", p=[2, 3], onto={"chart": "natural", "theta_1": 0})
    close(answer["value"], [1, 1.5])
    answer = one(family="mvn", quantity="m_projection", p=[0, 0, 1, 0.6, 1], onto="independence")
    close([answer["divergence"]], [-0.5 * math.log(1 - 0.36)])
    cells = [0.1, 0.2, 0.3, 0.4]
    answer = one(family="categorical", quantity="m_projection", p=cells, onto={"independence": [2, 2]})
    close(answer["value"], [a * b for a in (0.3, 0.7) for b in (0.4, 0.6)])


def test_what_is_wrong_is_said():
    for request, code, part in [
        (dict(quantity="m_projection", p=[0, 1]), "EINVAL", "onto is missing"),
        (dict(quantity="m_projection", p=[0, 1], onto={"sigme": 1}), "EINVAL", "did you mean 'sigma'?"),
        (dict(quantity="m_projection", p=[0, 1], onto={"chart": "natural"}), "EINVAL", "no coordinate is held"),
        (dict(quantity="m_projection", p=[0, 1], onto=7), "EINVAL", "onto is {"),
        (dict(quantity="m_projection", p=[0, 1], onto="independence"), "EUNABLE", "mvn and categorical"),
        (dict(quantity="m_projection", p=[0, 1], onto={"independence": [0.5]}), "EINVAL", "whole number"),
        (dict(quantity="e_projection", p=[0, 1], onto={"mu": 1}, q=[0, 1]), "EDOMAIN", "the set holds it at 1"),
        (dict(quantity="centroid", kind="middle", points=[[0, 1]]), "EINVAL", "want left, right, symmetric, frechet or bures"),
        (dict(quantity="centroid", points=[[0, 1]]), "EINVAL", "kind is missing"),
        (dict(quantity="centroid", kind="left"), "EINVAL", "points is missing"),
        (dict(quantity="centroid", kind="left", points=[[0, 1]], weights=[1, 2]), "EINVAL", "2 weights for 1 point"),
        (dict(quantity="centroid", kind="left", points=[[0, -1]]), "EDOMAIN", "sigma = -1"),
        (dict(quantity="e_geodesic", p=[0, 1], q=[1, 1]), "EINVAL", "needs t"),
    ]:
        error = one(family="normal", **request)["error"]
        assert error["code"] == code and part in error["message"], error


def test_centroids_without_theta():
    shift, scale = 7.0, 3.0
    for family in ("cauchy", "gumbel", "laplace", "logistic"):
        for kind in ("left", "right", "symmetric"):
            points = [[0, 1], [2, 3], [-1, 0.5]]
            c = value(family=family, quantity="centroid", kind=kind, points=points, weights=[1, 2, 1])
            moved = value(family=family, quantity="centroid", kind=kind, points=[[shift + scale * m, scale * s] for m, s in points], weights=[1, 2, 1])
            close(moved, [shift + scale * c[0], scale * c[1]], 1e-11)
    answer = one(family="laplace", quantity="centroid", kind="right", points=[[1, 2], [1, 4]])
    close(answer["value"], [1, 3])
    assert answer["method"] == "iteration" and answer["error_estimate"] < 1e-12
    close(value(family="uniform", quantity="centroid", kind="left", points=[[0, 4], [1, 7]]), [1, 4])
    assert one(family="student_t", fixed={"nu": 3}, quantity="centroid", kind="left", points=[[0, 1], [1, 1]])["error"]["code"] == "EUNABLE"
