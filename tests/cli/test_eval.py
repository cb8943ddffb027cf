"""rao eval: one answer a line, in order, right by independent formulas; a bad line or item fails alone."""
import json
import math
import os
import subprocess

import pytest

RAO = os.environ["RAO"]


def ask_text(text, *args):
    done = subprocess.run([RAO, "eval", *args], input=text, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def ask(*requests):
    return ask_text("".join(json.dumps(r) + "\n" for r in requests))


def one(**request):
    (answer,) = ask(request)
    return answer


def value(**request):
    answer = one(**request)
    assert "value" in answer, answer
    return answer["value"]


def close(got, want, tol=1e-13):
    assert math.isclose(got, want, rel_tol=tol, abs_tol=tol), (got, want)


def test_normal_in_its_charts():
    want = math.log(2) + (1 + 1) / 8 - 0.5
    close(value(family="normal", quantity="kl", p=[0, 1], q=[1, 2]), want)
    close(value(family="normal", quantity="kl", chart="mu_var", p=[0, 1], q=[1, 4]), want)
    close(value(family="normal", quantity="kl", chart="mu_logvar", p=[0, 0], q=[1, math.log(4)]), want)
    close(value(family="normal", quantity="bregman", p=[1, 2], q=[0, 1]), want)  # arguments swapped
    assert value(family="normal", quantity="fisher", p=[0, 2]) == [[0.25, 0], [0, 0.5]]
    assert value(family="normal", quantity="fisher", chart="mu_var", p=[0, 4]) == [[0.25, 0], [0, 1 / 32]]
    close(value(family="normal", quantity="entropy", p=[3, 2]), 0.5 * math.log(2 * math.pi * math.e * 4))
    close(value(family="normal", quantity="logpdf", p=[3, 2], x=4), -0.125 - math.log(2 * math.sqrt(2 * math.pi)))
    assert value(family="normal", quantity="natural", p=[3, 2]) == [0.75, -0.125]
    assert value(family="normal", quantity="expectation", p=[3, 2]) == [3, 13]
    assert one(family="normal", quantity="kl", p=[0, 1], q=[0, 1])["method"] == "closed form"


def test_dimension_follows_the_point():
    close(value(family="categorical", quantity="entropy", p=[0.2, 0.3, 0.5]), -sum(p * math.log(p) for p in (0.2, 0.3, 0.5)))
    assert len(value(family="categorical", quantity="fisher", p=[0.1, 0.2, 0.3, 0.4])) == 3
    close(value(family="categorical", quantity="entropy", chart="natural", p=[0.0, 0.0]), math.log(3))
    close(value(family="binomial", fixed={"n": 5}, quantity="logpdf", p=[0.25], x=2), math.log(10 * 0.25**2 * 0.75**3))


def test_batches_and_broadcast():
    got = value(family="normal", quantity="kl", p=[[0, 1], [1, 2], [5, 3]], q=[0, 1])
    assert len(got) == 3 and got[0] == 0
    close(got[1], 0.5 * (4 + 1 - 1 - math.log(4)))
    got = value(family="poisson", quantity="logpdf", p=[2.5], x=[0, 1, 2])
    for k, v in enumerate(got):
        close(v, k * math.log(2.5) - 2.5 - math.lgamma(k + 1))
    got = value(family="bernoulli", quantity="entropy", p=[[0.5]])
    assert len(got) == 1
    close(got[0], math.log(2))


def test_a_bad_item_fails_alone():
    got = value(family="normal", quantity="entropy", p=[[0, 1], [0, -1], [0, math.e]])
    close(got[0], 0.5 * math.log(2 * math.pi * math.e))
    assert got[1]["error"]["code"] == "EDOMAIN" and "-1" in got[1]["error"]["message"]
    close(got[2], got[0] + 1)


def test_infinities_are_strings():
    assert value(family="bernoulli", quantity="kl", p=[0.5], q=[0]) == "inf"
    assert value(family="poisson", quantity="logpdf", p=[2], x=-1) == "-inf"


def test_maximum_likelihood():
    answer = one(family="normal", quantity="mle", data=[1, 2, 4, 5])
    assert answer["value"][0] == 3
    close(answer["value"][1], math.sqrt(2.5))
    close(answer["standard_error"][0], math.sqrt(2.5 / 4))
    assert math.isfinite(answer["log_likelihood"])
    assert value(family="poisson", quantity="mle", data=[1, 2], weights=[1, 3]) == [1.75]


BAD = [
    ({"family": "normal", "quantity": "kl", "p": [0, -1], "q": [1, 2]}, "EDOMAIN", "sigma = -1"),
    ({"family": "normal", "quantity": "kl", "p": [0, 1]}, "EINVAL", "q"),
    ({"family": "normal", "quantity": "kl", "p": [0, 1, 2], "q": [1, 2]}, "EINVAL", "3 numbers"),
    ({"family": "norml", "quantity": "kl", "p": [0, 1], "q": [1, 2]}, "EINVAL", "normal"),
    ({"family": "normal", "quantity": "kll", "p": [0, 1], "q": [1, 2]}, "EINVAL", "kl"),
    ({"family": "normal", "quantity": "kl", "chart": "mu_sigm", "p": [0, 1], "q": [1, 2]}, "EINVAL", "mu_sigma"),
    ({"family": "normal", "quantity": "kl", "pp": [0, 1]}, "EINVAL", "no key 'pp'"),
    ({"family": "normal", "quantity": "entropy", "p": [0, "x"]}, "EINVAL", "not a number"),
    ({"family": "normal", "quantity": "entropy", "p": []}, "EINVAL", ""),
    ({"family": "normal", "quantity": "kl", "p": [[0, 1]] * 2, "q": [[0, 1]] * 3}, "EINVAL", "equal numbers or one"),
    ({"family": "categorical", "quantity": "entropy", "p": [0.5, 0.6]}, "EDOMAIN", ""),
    ({"family": "binomial", "quantity": "entropy", "p": [0.5]}, "EINVAL", "n"),
    ({"family": "normal", "quantity": "fisher", "p": [0, 1], "method": "magic"}, "EINVAL", "magic"),
    ({"quantity": "entropy", "p": [0, 1]}, "EINVAL", "family is missing"),
    ([1, 2], "EINVAL", "object"),
]


@pytest.mark.parametrize("request_, code, part", BAD)
def test_bad_requests(request_, code, part):
    before, answer, after = ask({"family": "normal", "quantity": "entropy", "p": [0, 1]}, request_, {"family": "normal", "quantity": "entropy", "p": [0, 1]})
    assert answer["error"]["code"] == code and part in answer["error"]["message"], answer
    assert before == after and "value" in before


def test_entropies_of_counts_beyond_the_whole_numbers():
    """(1/2) log(2 pi e var) - 1/(12 lambda) for Poisson: beyond 1e13 the rest is below the last digit."""
    for rate in (1e13, 1e14, 1.01e14, 1e16, 1e20, 2.7e55, 1e300):
        close(value(family="poisson", quantity="entropy", p=[rate]), 0.5 * math.log(2 * math.pi * math.e) + 0.5 * math.log(rate), 2e-14)
    for r in (1e14, 1e17, 1e30):
        close(value(family="negative_binomial", fixed={"r": r}, quantity="entropy", p=[0.5]), 0.5 * math.log(2 * math.pi * math.e * 2 * r), 2e-14)


def test_a_wrong_fixed_name_is_refused_behind_a_right_one():
    right = {"family": "binomial", "fixed": {"n": 5}, "quantity": "entropy", "p": [0.5]}
    first, second, third = ask(right, dict(right, fixed={"m": 5}), dict(right, fixed={"n": 6}))
    assert "value" in first and second["error"]["code"] == "EINVAL" and '"n"' in second["error"]["message"]
    close(third["value"], -sum(math.comb(6, k) / 64 * math.log(math.comb(6, k) / 64) for k in range(7)))


def test_more_families_than_are_kept_and_wide_points():
    """Each answer is that of its own dimension, whatever came before."""
    widths = [*range(2, 150), 1000, 3, 1000, 149]
    answers = ask(*({"family": "categorical", "quantity": "entropy", "p": [1 / k] * k} for k in widths))
    for k, answer in zip(widths, answers):
        close(answer["value"], math.log(k))


def test_a_line_that_outgrows_the_arena():
    small = {"family": "normal", "quantity": "kl", "p": [0, 1], "q": [1, 2]}
    large = dict(small, p=[[k, 1] for k in range(3000)], q=[0, 1])
    before, many, after = ask(small, large, small)
    assert before == after
    for k, v in enumerate(many["value"]):
        close(v, k * k / 2)


def test_malformed_lines_do_not_stop_the_stream():
    good = '{"family":"normal","quantity":"kl","p":[0,1],"q":[1,2],"id":7}'
    answers = ask_text(f"{good}\n{{nonsense\n\n{good[:-1]}\n[\n\"\\ud800\"\n{good}\r\n{good}")
    assert [("value" in a) for a in answers] == [True, False, False, False, False, True, True]
    assert answers[0]["id"] == 7 and all(a["error"]["code"] == "EINVAL" for a in answers if "error" in a)
    assert ask_text("") == []


def test_answers_come_without_waiting_for_the_end():
    with subprocess.Popen([RAO, "eval"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        for p in (0.5, 0.25):
            program.stdin.write(json.dumps({"family": "bernoulli", "quantity": "expectation", "p": [p]}) + "\n")
            program.stdin.flush()
            assert json.loads(program.stdout.readline())["value"] == [p]
        program.stdin.close()
        assert program.wait(timeout=10) == 0


def test_many_lines_in_order():
    answers = ask(*({"family": "normal", "quantity": "expectation", "p": [k, 1], "id": k} for k in range(5000)))
    assert [a["id"] for a in answers] == list(range(5000))
    assert all(a["value"] == [a["id"], a["id"] ** 2 + 1] for a in answers)


def test_mass_that_doubles_cannot_resolve_is_said_and_not_missed():
    error = one(family="normal_mixture3", quantity="entropy", p=[0.5, 1e20, 1])["error"]
    assert error["code"] == "ENUMERIC" and "where doubles lie" in error["message"], error
    # two members of a location-scale family are each seen from its own place
    close(one(family="normal", quantity="jensen_shannon", p=[0, 1e-150], q=[1, 1e-150])["value"], math.log(2))
    close(one(family="laplace", quantity="total_variation", p=[0, 1], q=[1e20, 1])["value"], 1)


def test_a_target_without_a_derivative_is_an_error():
    for target in ["sqrt(mu)", "log(mu)", "exp(1000 * sigma)"]:
        error = one(family="normal", quantity="cramer_rao", p=[0, 1], n=1, target=target)["error"]
        assert error["code"] == "EDOMAIN" and "not finite and differentiable" in error["message"], error


def test_estimates_at_the_edge_of_a_family():
    answer = one(family="bernoulli", quantity="mle", data=[0, 0])
    assert answer["value"] == [0] and answer["standard_error"] == [0]
    answer = one(family="categorical", quantity="mle", p=[0.2, 0.3, 0.5], data=[0, 2, 0])
    close(answer["standard_error"][0], math.sqrt(2 / 27))
    assert answer["standard_error"][1] == 0
    answer = one(family="uniform", quantity="mle", data=[1, 2])
    assert answer["value"] == [1, 2] and "standard_error" not in answer and "not a regular family" in answer["warning"]
