"""rao curvature: known curvatures, and mistakes."""
import pytest

from rao_program import ok, ok_json, refused


def test_surfaces_planes_and_scalars():
    assert ok_json("curvature", "normal", "3,2")["value"] == pytest.approx(-0.5, rel=1e-14)
    assert ok_json("curvature", "normal", "3,2", "0,1", "--alpha", "0.5")["value"] == pytest.approx([-0.375, -0.375], rel=1e-14)
    assert ok_json("curvature", "categorical", "0.1,0.2,0.3,0.4")["value"] == pytest.approx(1.5, rel=1e-13)
    plane = "[[1,0,0,0,0],[0,1,0,0,0]]"
    assert ok_json("curvature", "mvn", "0,0,1,0,1", "--plane", plane)["value"] == pytest.approx(0.25, rel=1e-14)
    assert "sectional curvature" in ok("curvature", "normal", "3,2")
    assert "scalar curvature of the connection alpha = 0.5" in ok("curvature", "mvn", "0,0,1,0,1", "--alpha", "0.5")


@pytest.mark.parametrize("status, args, part", [
    (2, ["normal"], "want"),
    (1, ["poisson", "3"], "one dimension"),
    (1, ["uniform", "0,1"], "not a regular family"),
    (1, ["normal", "0,-1"], "sigma = -1"),
    (2, ["normal", "0,1", "--plane", "[["], "--plane"),
    (2, ["normal", "0,1", "--plane", "[[1,0]]"], "two tangent vectors"),
    (2, ["normal", "0,1", "--alpha", "inf"], "alpha = inf"),
])
def test_mistakes(status, args, part):
    assert part in refused(status, "curvature", *args)
