"""rao distance and rao geodesic: ends, equal steps, straightness in the coordinates that a connection makes straight, and mistakes."""
import math
import xml.etree.ElementTree as tree

import pytest

from rao_program import ok, ok_json, refused


def distance(family, p, q, *args):
    return ok_json("distance", family, ",".join(map(repr, p)), ",".join(map(repr, q)), *args)["value"]


def normal_distance(p, q):
    """Twice the root of two times artanh: the half plane of mu / sqrt 2 and sigma, curvature -1/2."""
    square = (p[0] - q[0]) ** 2 / 2
    return 2 * math.sqrt(2) * math.atanh(math.sqrt((square + (p[1] - q[1]) ** 2) / (square + (p[1] + q[1]) ** 2)))


def path(*args):
    return ok_json("geodesic", *args)


def close(got, want, tol=1e-12):
    assert math.isclose(got, want, rel_tol=tol, abs_tol=tol), (got, want)


def test_distance_of_normals_both_ways():
    for p, q in [((0, 1), (1, 2)), ((-1, 1), (1, 2)), ((5, 0.1), (5, 20))]:
        close(distance("normal", p, q), normal_distance(p, q))
        close(distance("normal", q, p), normal_distance(p, q))
    assert "Fisher-Rao distance" in ok("distance", "normal", "0,1", "1,2")
    close(distance("normal", (0, 1), (1, 4), "--chart", "mu_var"), normal_distance((0, 1), (1, 2)))


def test_distance_of_several_points():
    points = [(0, 1), (1, 2), (-1, 3)]
    values = ok_json("distance", "normal", *(f"{m},{s}" for m, s in points))["value"]
    for i, p in enumerate(points):
        for j, q in enumerate(points):
            close(values[i][j], normal_distance(p, q))
    assert ok("distance", "normal", "0,1", "1,2", "-1,3").startswith("Fisher-Rao distance (row : column)")


def test_the_shortest_path_is_walked_in_equal_steps():
    answer = path("normal", "0,1", "1,2", "-n", "6")
    assert answer["t"] == pytest.approx([k / 5 for k in range(6)], abs=1e-15)
    points = answer["value"]
    assert points[0] == pytest.approx([0, 1], rel=1e-14, abs=1e-14) and points[-1] == pytest.approx([1, 2], rel=1e-14)
    for a, b in zip(points, points[1:]):
        close(normal_distance(a, b), normal_distance((0, 1), (1, 2)) / 5)


def test_e_and_m_paths_are_straight_in_their_coordinates():
    theta = lambda p: (p[0] / p[1] ** 2, -0.5 / p[1] ** 2)
    eta = lambda p: (p[0], p[0] ** 2 + p[1] ** 2)
    for connection, chart in (("e", theta), ("m", eta)):
        answer = path("normal", "0,1", "1,2", "-n", "5", "--connection", connection)
        for t, point in zip(answer["t"], answer["value"]):
            for got, a, b in zip(chart(point), chart((0, 1)), chart((1, 2))):
                close(got, (1 - t) * a + t * b)


def test_beyond_the_ends():
    answer = path("poisson", "1", "4", "-n", "3", "--from", "-0.5", "--to", "2")
    assert [p[0] for p in answer["value"]] == pytest.approx([0.25, 1.75**2, 9], rel=1e-12)  # straight in 2 sqrt(lambda)


def test_the_table_names_its_columns():
    lines = ok("geodesic", "categorical", ".2,.3,.5", ".1,.8,.1", "-n", "3", "--connection", "m").splitlines()
    assert lines[1].split() == ["p_1", "p_2", "p_3"]
    assert ["0.5", "0.15", "0.55", "0.3"] in [line.split() for line in lines]


def test_points_that_are_objects():
    p, q = '{"mean":[0,1],"cov":[[2,0.5],[0.5,1]]}', '{"mean":[1,1],"cov":[[1,0],[0,1]]}'
    lines = ok("geodesic", "mvn", p, q, "-n", "3", "--connection", "m").splitlines()
    assert lines[1].split() == ["mean_1", "mean_2", "cov_1_1", "cov_1_2", "cov_2_2"]
    assert [float(word) for word in lines[-2].split()] == pytest.approx([1, 1, 1, 1, 0, 1], abs=1e-14)
    assert ok_json("geodesic", "mvn", p, q, "-n", "3", "--connection", "m")["value"][2]["mean"] == pytest.approx([1, 1])


def test_a_picture_of_all_connections(tmp_path):
    path = tmp_path / "path.html"
    shown = ok("geodesic", "normal", "-1,1", "1,1", "--report", str(path))
    assert shown == ok("geodesic", "normal", "-1,1", "1,1")
    page = tree.fromstring(path.read_text())
    text = " ".join(page.itertext())
    assert all(word in text for word in ("fisher-rao", "rao geodesic normal -1,1 1,1", "sigma", "mu"))
    ok("geodesic", "poisson", "1", "4", "--report", str(path))
    assert "cauchy" in refused(1, "geodesic", "cauchy", "0,1", "1,2", "--connection", "e", "--report", str(tmp_path / "none.html"))
    assert not (tmp_path / "none.html").exists()


@pytest.mark.parametrize("status, args, part", [
    (2, ["distance", "normal", "0,1"], "2 operands, want FAMILY P Q; for example: rao distance normal 0,1 1,2"),
    (1, ["distance", "normal", "0,1", "1,-2"], "normal: sigma = -2, want > 0"),
    (1, ["distance", "uniform", "0,1", "1,2"], "uniform"),
    (2, ["geodesic", "normal", "0,1", "1,2", "2,3"], "operand '2,3' is one too many"),
    (2, ["geodesic", "normal", "0,1", "1,2", "-n", "1"], "n = 1, want"),
    (2, ["geodesic", "normal", "0,1", "1,2", "--connection", "fisher_rao"], "connection = fisher_rao is unknown, did you mean fisher-rao"),
    (1, ["geodesic", "poisson", "1", "4", "--from", "-1"], "poisson: the geodesic reaches the edge"),
    (1, ["geodesic", "cauchy", "0,1", "1,2", "--connection", "e"], "cauchy is not an exponential family"),
])
def test_mistakes(status, args, part):
    sentence = refused(status, *args)
    assert sentence.startswith(f"rao {args[0]}: ") and part in sentence, sentence
