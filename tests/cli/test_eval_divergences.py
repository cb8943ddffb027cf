"""rao eval: divergences by name, order and batch; orders out of range are one sentence."""
import json
import math
import os
import subprocess

RAO = os.environ["RAO"]


def ask(**request):
    done = subprocess.run([RAO, "eval"], input=json.dumps(request) + "\n", capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return json.loads(done.stdout)


def close(got, want):
    assert math.isclose(got, want, rel_tol=1e-13), (got, want)


def test_orders_and_names():
    normal = {"family": "normal", "p": [0, 1], "q": [2, 1]}
    close(ask(**normal, quantity="renyi", order=0.25)["value"], 0.25 * 4 / 2)
    close(ask(**normal, quantity="bhattacharyya")["value"], 0.5)
    close(ask(**normal, quantity="hellinger")["value"], math.sqrt(-math.expm1(-0.5)))
    close(ask(**normal, quantity="tsallis", order=2)["value"], math.expm1(4))
    close(ask(**normal, quantity="alpha_divergence", order=-1)["value"], 2)
    assert ask(**normal, quantity="chernoff_alpha") == {"value": 0.5, "method": "closed form"}
    close(ask(**normal, quantity="chernoff_information")["value"], 0.5)


def test_batches_in_any_chart():
    answer = ask(family="gamma", chart="shape_scale", quantity="renyi", order=3, p=[[2, 1], [2, 2]], q=[2, 1])
    assert answer["value"] == [0, "inf"]
    answer = ask(family="categorical", quantity="renyi", order=0, p=[[0.5, 0.5, 0], [1, 0, 0]], q=[0.25, 0.25, 0.5])
    close(answer["value"][0], math.log(2))
    close(answer["value"][1], math.log(4))


def test_close_pairs_in_the_chart_of_the_difference():
    # the count where they cross is 1 in both: the derivative of its distribution function times the step
    got = ask(family="poisson", chart="natural", quantity="total_variation", p=[0], q=[1e-8])["value"]
    close(got, math.exp(-1) * math.expm1(1e-8))
    got = ask(family="binomial", chart="natural", fixed={"n": 3}, quantity="total_variation", p=[0], q=[1e-8])["value"]
    close(got, 1.5 * 0.25 * 1e-8)
    got = ask(family="bernoulli", chart="logit", quantity="total_variation", p=[0], q=[1e-8])["value"]
    close(got, 0.25e-8)


def test_numerical_answers_say_so():
    answer = ask(family="logistic", quantity="bhattacharyya", p=[0, 1], q=[4000, 1])
    assert answer["method"] == "quadrature" and 0 < answer["error_estimate"] < 1e-9
    # int sqrt(pq) of equal scales at a distance d is (d/2) / sinh(d/2)
    close(answer["value"], 2000 - math.log(4000))


def test_orders_are_checked():
    for quantity, order, part in [("renyi", -1, "order -1, want 0 <= order"), ("tsallis", "inf", "order inf"), ("alpha_divergence", "-inf", "finite"), ("renyi", None, "needs an order")]:
        request = {"family": "normal", "quantity": quantity, "p": [0, 1], "q": [1, 2]}
        if order is not None:
            request["order"] = order
        error = ask(**request)["error"]
        assert part in error["message"], error


def test_mutual_information():
    table = {"family": "categorical", "quantity": "mutual_information", "onto": {"independence": [2, 2]}}
    answer = ask(**table, p=[[0.25, 0.25, 0.25, 0.25], [0.5, 0, 0, 0.5], [0.5, 0.6, 0, 0]])
    assert answer["value"][0] == 0 and answer["value"][2]["error"]["code"] == "EDOMAIN" and answer["method"] == "closed form"
    close(answer["value"][1], math.log(2))
    answer = ask(family="mvn", quantity="mutual_information", onto="independence", p={"mean": [0, 0], "cov": [[1, 0.6], [0.6, 1]]})
    close(answer["value"], -0.5 * math.log(0.64))
    assert "onto is missing" in ask(family="mvn", quantity="mutual_information", p={"mean": [0], "cov": [[1]]})["error"]["message"]
    assert "multiply to 4" in ask(**{**table, "onto": {"independence": [3, 2]}}, p=[0.25] * 4)["error"]["message"]
    assert "mvn and categorical" in ask(family="gamma", quantity="mutual_information", onto="independence", p=[1, 1])["error"]["message"]


def test_the_order_of_an_alpha_divergence_is_its_alpha():
    request = {"family": "normal", "quantity": "alpha_divergence", "p": [0, 1], "q": [1, 2]}
    assert ask(**request, alpha=0.5) == ask(**request, order=0.5)
    assert "give one of them" in ask(**request, order=0.5, alpha=0.5)["error"]["message"]
    assert "no use for the key 'alpha'" in ask(**dict(request, quantity="renyi"), alpha=0.5)["error"]["message"]
