"""rao chentsov: the numbers before and behind a kernel against formulas of our own, what survives, and kernels that are none."""
import math

import pytest

from rao_program import ok, ok_json, refused

P, Q = [0.2, 0.3, 0.5], [0.1, 0.6, 0.3]
WORDS = [",".join(map(str, p)) for p in (P, Q)]


def push(p, kernel):
    return [sum(a * row[j] for a, row in zip(p, kernel)) for j in range(len(kernel[0]))]


def kl(p, q):
    return sum(a * math.log(a / b) for a, b in zip(p, q) if a)


def fisher_rao(p, q):
    return 2 * math.acos(min(1, sum(math.sqrt(a * b) for a, b in zip(p, q))))


def euclid(p, q):
    return math.dist(p, q)


FORMULAS = {"kl": kl, "fisher_rao_distance": fisher_rao, "Euclidean distance": euclid, "jeffreys_divergence": lambda p, q: kl(p, q) + kl(q, p)}


@pytest.mark.parametrize("word", ["split", "merge", "0.5,0.5,0/0,0.25,0.75/0,0,1", "[[1,0],[0.5,0.5],[0,1]]", "@kernel.json"])
def test_numbers_before_and_behind(word, tmp_path):
    (tmp_path / "kernel.json").write_text("[[0.1, 0.9], [0.2, 0.8], [0.75, 0.25]]")
    (found,) = ok_json("chentsov", *WORDS, "--kernel", word, cwd=tmp_path)["kernels"]
    kernel = found["kernel"]
    assert all(math.isclose(sum(row), 1) for row in kernel) and len(kernel) == 3
    assert found["p"] == pytest.approx(push(P, kernel), rel=1e-15) and found["q"] == pytest.approx(push(Q, kernel), rel=1e-15)
    assert found["congruent"] == all(sum(row[j] > 0 for row in kernel) <= 1 for j in range(len(kernel[0])))
    quantities = {q["name"]: q for q in found["quantities"]}
    for name, formula in FORMULAS.items():
        assert quantities[name]["before"] == pytest.approx(formula(P, Q), rel=1e-13), name
        assert quantities[name]["behind"] == pytest.approx(formula(push(P, kernel), push(Q, kernel)), rel=1e-12), name
    for name, found_ in quantities.items():
        if name != "Euclidean distance":
            assert found_["verdict"] == ("preserved" if found["congruent"] else "contracted"), name


def test_left_out_it_shows_one_kernel_that_keeps_and_one_that_does_not():
    split, merge = ok_json("chentsov", *WORDS)["kernels"]
    assert split["congruent"] and not merge["congruent"] and len(split["p"]) == 6 and len(merge["p"]) == 2
    page = ok("chentsov", *WORDS)
    assert "kernel split, a congruent embedding" in page and "kernel merge, which mixes inputs" in page


def test_the_euclidean_distance_can_grow():
    found = ok_json("chentsov", ".5,.5,0,0", "0,0,.5,.5", "--kernel", "1,0/1,0/0,1/0,1")["kernels"][0]
    verdicts = {q["name"]: q["verdict"] for q in found["quantities"]}
    assert verdicts["Euclidean distance"] == "grew" and verdicts["fisher_rao_distance"] == "preserved" and verdicts["kl"] == "preserved"


def test_what_holds_of_every_kernel_is_said_for_each_quantity():
    for found in ok_json("chentsov", *WORDS)["kernels"]:
        assert {q["name"] for q in found["quantities"] if not q["monotone"]} == {"Euclidean distance"}
    page = ok("chentsov", *WORDS)
    assert page.count("never grows") == 22 and page.count("may grow") == 2 and page.count("preserved") == 11


def test_one_class_has_one_law():
    """Infinite before, 0 behind: nothing is undefined, all is lost."""
    (found,) = ok_json("chentsov", "1,0", "0,1", "--kernel", "merge")["kernels"]
    assert found["p"] == found["q"] == [1]
    assert all(q["behind"] == 0 and q["verdict"] == "contracted" for q in found["quantities"])
    assert {q["name"]: q["before"] for q in found["quantities"]}["kl"] == "inf"
    assert "which leaves one class, and on that one law" in ok("chentsov", "1,0", "0,1")


@pytest.mark.parametrize("status, args, part", [
    (2, ["1"], "1 operand, want P Q; for example: rao chentsov"),
    (2, [".5,.5", ".2,.3,.5"], "P has 2 probabilities and Q has 3, want equal numbers"),
    (1, [".5,.5", ".3,.8"], "categorical: the probabilities sum to 1.1"),
    (2, [".5,.5", ".3,.7", "--kernel", "1,2/3"], "kernel: item 2 has 1 number, want 2"),
    (2, [".5,.5", ".3,.7", "--kernel", "1,0"], "kernel has 1 row, want 2, one for every class"),
    (2, [".5,.5", ".3,.7", "--kernel", "mrge"], "kernel = mrge, want split, merge, rows like 1,0/0.5,0.5, JSON or @FILE; did you mean merge?"),
    (1, [".5,.5", ".3,.7", "--kernel", "1,0/.5,.75"], "kernel, row 2: the probabilities sum to 1.25, off from 1 by 0.25"),
    (1, [".5,.5", ".3,.7", "--kernel", "1,0/-1,2"], "kernel, row 2: p_1 = -1, want 0 <= p <= 1"),
])
def test_mistakes(status, args, part):
    sentence = refused(status, "chentsov", *args)
    assert sentence.startswith("rao chentsov: ") and part in sentence, sentence
