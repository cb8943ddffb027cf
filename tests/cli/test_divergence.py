"""rao kl and rao divergence: the numbers of two points in both directions, against formulas of our own, and every way to ask wrongly."""
import json
import math

import pytest

from rao_program import ok, ok_json, refused


def kl_normal(p, q):
    return math.log(q[1] / p[1]) + (p[1] ** 2 + (p[0] - q[0]) ** 2) / (2 * q[1] ** 2) - 0.5


def close(got, want, tol=1e-13):
    assert math.isclose(got, want, rel_tol=tol, abs_tol=tol), (got, want)


def test_both_directions_are_labelled():
    lines = ok("kl", "normal", "0,1", "1,2").splitlines()
    there, back = (next(line.split() for line in lines if line.startswith(label)) for label in ("KL(p : q)", "KL(q : p)"))
    close(float(there[3]), kl_normal((0, 1), (1, 2)))
    close(float(back[3]), kl_normal((1, 2), (0, 1)))
    assert there[4:] == ["closed", "form"]


def test_json_is_the_answer_of_eval():
    answer = ok_json("kl", "normal", "0,1", "1,2")
    close(answer["value"], kl_normal((0, 1), (1, 2)))
    close(answer["reverse"]["value"], kl_normal((1, 2), (0, 1)))
    assert answer["method"] == "closed form"


def test_a_negative_number_is_a_value():
    close(ok_json("kl", "normal", "-1,1", "1,2")["value"], kl_normal((-1, 1), (1, 2)))
    close(ok_json("kl", "normal", "--chart", "mu_logvar", "-1,-2", "-3,0")["value"], kl_normal((-1, math.exp(-1)), (-3, 1)))


def test_charts_and_fixed_quantities():
    close(ok_json("kl", "normal", "0,1", "1,4", "--chart", "mu_var")["value"], kl_normal((0, 1), (1, 2)))
    one = ok_json("kl", "bernoulli", ".25", ".5")["value"]
    close(ok_json("kl", "binomial", ".25", ".5", "--fixed", "n=10")["value"], 10 * one)
    close(one, 0.25 * math.log(0.5) + 0.75 * math.log(1.5))


def test_points_as_json_and_from_files(tmp_path):
    (tmp_path / "q.json").write_text("[1, 2]\n")
    want = kl_normal((0, 1), (1, 2))
    close(ok_json("kl", "normal", "[0, 1]", "@q.json", cwd=tmp_path)["value"], want)
    assert ok_json("kl", "bernoulli", "0.5", "0")["value"] == "inf"
    assert "inf" in ok("kl", "bernoulli", "0.5", "0")


def test_several_points_make_a_matrix():
    points = [(0, 1), (1, 2), (-1, 3)]
    answer = ok_json("kl", "normal", *(f"{m},{s}" for m, s in points))
    for i, p in enumerate(points):
        for j, q in enumerate(points):
            close(answer["value"][i][j], kl_normal(p, q))
    lines = ok("kl", "normal", "0,1", "1,2", "-1,3").splitlines()
    assert lines[0] == "KL (row : column)" and lines[1].split() == ["0,1", "1,2", "-1,3"]
    row = lines[-2].split()
    assert row[0] == "-1,3"
    close(float(row[1]), kl_normal((-1, 3), (0, 1)), 1e-9)


def test_one_kind_of_divergence():
    answer = ok_json("divergence", "normal", "0,1", "1,2", "--kind", "jeffreys_divergence")
    close(answer["value"], kl_normal((0, 1), (1, 2)) + kl_normal((1, 2), (0, 1)))
    close(answer["reverse"]["value"], answer["value"])
    page = ok("divergence", "normal", "0,1", "1,2", "--kind=jeffreys_divergence")  # symmetric: one line
    assert page.count("jeffreys_divergence") == 1 and "q : p" not in page


def test_all_kinds_and_a_reason_for_what_is_refused():
    answers = ok_json("divergence", "gamma", "2,1", "3,1.5")
    page = ok("divergence", "gamma", "2,1", "3,1.5")
    for kind, answer in answers.items():
        assert ("value" in answer) != ("error" in answer)
        symmetric = kind in ("jeffreys_divergence", "bhattacharyya", "hellinger", "chernoff_information", "jensen_shannon", "total_variation", "fisher_rao_distance", "wasserstein2")
        assert (f"{kind}(p : q)" in page) == (f"{kind}(q : p)" in page) == (not symmetric) and f"{kind}" in page
        if symmetric and "value" in answer:
            close(answer["reverse"]["value"], answer["value"], 1e-9)
    close(answers["kl"]["value"] + answers["kl"]["reverse"]["value"], answers["jeffreys_divergence"]["value"])
    assert "not an exponential family" in ok("divergence", "cauchy", "0,1", "1,2")


def test_help_lists_the_kinds_that_there_are():
    page = " ".join(ok("divergence", "--help").split())
    kinds = page.split("kinds: ")[1].split(" Each")[0].split(", ")
    assert "jeffreys_divergence" in kinds and "kl" in kinds
    for kind in kinds:
        name, takes_order = kind.split()[0], "--order" in kind
        answer = ok_json("divergence", "normal", "0,1", "1,2", "--kind", name, *(["--order", "0.5"] if takes_order else []))
        assert "value" in answer and "value" in answer["reverse"]


@pytest.mark.parametrize("status, args, part", [
    (2, ["kl"], "0 operands, want FAMILY P Q; for example: rao kl normal 0,1 1,2"),
    (2, ["kl", "normal", "0,1"], "2 operands, want FAMILY P Q"),
    (2, ["kl", "gaussian", "0,1", "1,2"], 'no family "gaussian"; `rao family list` names them'),
    (2, ["kl", "norml", "0,1", "1,2"], 'did you mean "normal"?'),
    (2, ["kl", "normal", "0,1", "1,2", "--chart", "mu_sigm"], 'did you mean "mu_sigma"?'),
    (2, ["kl", "normal", "0,1", "1"], "q has 1 number, want 2"),
    (2, ["kl", "normal", "0,1", "1,x"], "'1,x' is no point: 'x' is not a number"),
    (2, ["kl", "normal", "0,1", ""], "is not a number"),
    (2, ["kl", "normal", "0,nan", "0,1"], "'nan' is not a number"),
    (2, ["kl", "normal", "0,1", "[1,2"], "point: line 1, column 5: want ',' or ']'"),
    (2, ["kl", "normal", "0,1", "[[1,2],[3,4]]"], "'[[1,2],[3,4]]' holds several points, want one"),
    (2, ["kl", "normal", "0,1", "1,2", "--fixed", "n=3"], "no fixed quantity"),
    (2, ["kl", "binomial", ".2", ".3", "--fixed", "10"], "want NAME=NUMBER, like n=10"),
    (2, ["kl", "binomial", ".2", ".3"], 'the fixed quantity "n" is not given'),
    (1, ["kl", "normal", "0,1", "1,-2"], "normal: sigma = -2, want > 0"),
    (1, ["kl", "normal", "0,1", "1,2", "0,-3"], "normal: sigma = -3, want > 0"),
    (1, ["kl", "normal", "0,1", "@absent.json"], "absent.json: cannot open: No such file or directory"),
    (1, ["kl", "categorical", ".2,.3", ".5,.5"], "sum"),
    (2, ["divergence", "normal", "0,1", "1,2", "--kind", "jefreys_divergence"], "did you mean jeffreys_divergence"),
    (2, ["divergence", "normal", "0,1", "1,2", "--kind", "entropy"], "kind = entropy is unknown"),
    (2, ["divergence", "normal", "0,1", "1,2", "2,3"], "operand '2,3' is one too many"),
    (1, ["divergence", "cauchy", "0,1", "1,2", "--kind", "bregman"], "cauchy is not an exponential family"),
])
def test_mistakes(status, args, part, tmp_path):
    sentence = refused(status, *args, cwd=tmp_path)
    assert sentence.startswith(f"rao {args[0]}: ") and part in sentence, sentence
