"""The commands for people on bad input, for every family: one sentence on standard error, nothing on standard output, 2 for a wrong question and 1 for one without an answer."""
import pytest

from rao_program import ok_json, refused, run

GOOD = {"isotropic_normal": "0,0,1", "diagonal_normal": "0,0,1,2", "mvn": "0,0,1,.2,1", "wishart": "1,.2,1", "categorical": ".2,.3,.5", "multinomial": ".2,.3,.5", "dirichlet": "1,2,3",
        "bernoulli": ".3", "binomial": ".3", "geometric": ".3", "geometric0": ".3", "negative_binomial": ".3", "exponential": "2", "poisson": "2", "rayleigh": "2", "pareto": "2",
        "uniform": "0,1", "normal_mixture3": ".5,1,2"}
FAMILIES = ok_json("family", "list")["families"]
ONE = [["fisher"], ["entropy"], ["cramer-rao"], ["jeffreys"]]
TWO = [["kl"], ["divergence", "--kind", "hellinger"], ["divergence", "--kind", "renyi", "--order", "0.5"], ["distance"], ["geodesic", "-n", "3"]]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f["name"])
def test_bad_points(family):
    name, p = family["name"], GOOD.get(family["name"], "1.5,2.5")
    fixed = ["--fixed", f"{family['fixed']}=3"] if family["fixed"] else []
    numbers = p.count(",") + 1
    outside = ",".join(["inf"] * numbers)
    for command in ONE + TWO:
        points = [p] if command in ONE else [p, p]
        ask = [command[0], name, *points, *command[1:], *fixed]
        assert run(*ask).returncode in (0, 1)  # 1: the family has no such quantity
        for bad in ("1,x", "nan", "[", "@/nowhere", "{}", "1,,2", ""):
            status = 1 if bad == "@/nowhere" else 2
            sentence = refused(status, command[0], name, bad, *points[1:], *command[1:], *fixed)
            assert sentence.startswith(f"rao {command[0]}: ") and len(sentence) > 25, sentence
        assert "2" in refused(2, command[0], name, *points, *command[1:], *fixed, "--chart", "nonsense2")
        sentence = refused(1, command[0], name, outside, *points[1:], *command[1:], *fixed)
        assert name in sentence and ("want" in sentence or "not regular" in sentence or "regular family" in sentence or "no " in sentence), sentence
        if family["fixed"]:
            assert f'"{family["fixed"]}"' in refused(2, command[0], name, *points, *command[1:])
            assert family["fixed"] in refused(1, command[0], name, *points, *command[1:], "--fixed", f"{family['fixed']}=-1")
        else:
            assert "no fixed quantity" in refused(2, command[0], name, *points, *command[1:], "--fixed", "n=3")


def test_orders():
    assert "renyi of order -1, want 0 <= order" in refused(1, "divergence", "gamma", "2,1", "3,1", "--kind", "renyi", "--order", "-1")
    assert "order = inf, want a finite number" in refused(2, "divergence", "gamma", "2,1", "3,1", "--kind", "renyi", "--order", "inf")
    assert "order = x" in refused(2, "divergence", "gamma", "2,1", "3,1", "--kind", "renyi", "--order", "x")
    assert "needs an order" in refused(2, "divergence", "gamma", "2,1", "3,1", "--kind", "renyi")
    assert "did you mean renyi" in refused(2, "divergence", "gamma", "2,1", "3,1", "--kind", "reny")
    assert "no use for the key 'order'" in refused(2, "divergence", "gamma", "2,1", "3,1", "--kind", "kl", "--order", "2")
