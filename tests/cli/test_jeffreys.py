"""rao jeffreys: priors and volumes by the textbook, and mistakes."""
import math

import pytest

from rao_program import ok, ok_json, refused


def test_priors():
    assert ok_json("jeffreys", "normal", "3,2")["value"] == pytest.approx(math.sqrt(2) / 4, rel=1e-14)
    answer = ok_json("jeffreys", "bernoulli", "0.2", "0.5", "--normalised")
    assert answer["value"] == pytest.approx([1 / (math.pi * math.sqrt(0.2 * 0.8)), 2 / math.pi], rel=1e-14)
    assert answer["proper"] is True
    assert "improper" in ok("jeffreys", "normal", "3,2").splitlines()[0]
    assert "--normalised" in ok("jeffreys", "bernoulli", "0.5").splitlines()[0]


def test_volumes():
    assert ok_json("jeffreys", "bernoulli")["value"] == pytest.approx(math.pi, rel=1e-14)
    assert ok_json("jeffreys", "normal") == {"value": "inf", "proper": False, "method": "closed form"}
    box = ok_json("jeffreys", "normal", "--region", "[[0,1],[1,2]]")
    assert box["value"] == pytest.approx(math.sqrt(2) / 2, rel=1e-13)
    assert "[[0,1],[1,2]]" in ok("jeffreys", "normal", "--region", "[[0,1],[1,2]]")
    assert "the whole family" in ok("jeffreys", "bernoulli")


@pytest.mark.parametrize("status, args, part", [
    (2, [], "want FAMILY"),
    (2, ["bernoulli", "--normalised"], "--normalised is for the prior"),
    (2, ["normal", "--region", "[["], "--region"),
    (2, ["normal", "--region", "[[0,1]]"], "a pair for each of the 2 coordinates"),
    (1, ["normal", "0,1", "--normalised"], "improper"),
    (1, ["uniform", "0,1"], "not a regular family"),
])
def test_mistakes(status, args, part):
    assert part in refused(status, "jeffreys", *args)
