"""rao eval: what a request may be. Every key, every element of a batch and every line is looked at; what is wrong is said where it stands, and nothing else suffers."""
import json
import math
import os
import subprocess

import pytest

RAO = os.environ["RAO"]


def raw(text, *args):
    """The lines of answers, as text; `text` may be bytes."""
    done = subprocess.run([RAO, "eval", *args], input=text if isinstance(text, bytes) else text.encode(), capture_output=True, timeout=120)
    assert done.returncode == 0 and done.stderr == b"", done.stderr
    return done.stdout.decode().split("\n")[:-1]


def ask(*requests):
    return [json.loads(line) for line in raw("".join(json.dumps(r) + "\n" for r in requests))]


def one(**request):
    return ask(request)[0]


def error(**request):
    answer = one(**request)
    assert "error" in answer and "value" not in answer, answer
    assert "\n" not in answer["error"]["message"]
    return answer["error"]["code"], answer["error"]["message"]


ENTROPY = {"family": "normal", "quantity": "entropy", "p": [0, 1]}

# ---- id ----

IDS = ['7', '-0', '1.0', '"a\\u00e9\\n\\""', '12345678901234567890', '9007199254740993', '1e-400', '0.1000000000000000055', 'null', 'true', '[]', '{}',
       '{"a":[1,{"b":"} ] , \\""}],"c":null}', '[[[18446744073709551615]]]', '"{\\"id\\":1}"']


@pytest.mark.parametrize("value", IDS)
def test_an_id_comes_back_as_it_was(value):
    """Of any kind, at any place, behind an answer and behind an error, numbers digit by digit."""
    for head, tail in [("", ',"family":"normal","quantity":"entropy","p":[0,1]'), ('"family":"normal","quantity":"entropy","p":[0,-1],', ""),
                       ('"family":"n","p":[{"a":"\\"id\\":"}],"q":"\\\\",', ""), ('"nonsense":{"id":5},', '')]:
        (line,) = raw(f'\t {{{head} "id" :\t{value} {tail}}}\r\n')
        assert line.endswith(f',"id":{value}}}'), line
        json.loads(line)


def test_blanks_in_an_id_are_no_part_of_it():
    (line,) = raw('\ufeff{"\\u0069d": [ 1 ,\t{ "a b" : " c " } ] ,"family":"normal","quantity":"entropy","p":[0,1]}')
    assert line.endswith('"id":[1,{"a b":" c "}]}')


# ---- keys ----

def test_keys_that_stand_twice():
    for line, key in [('"family":"normal","quantity":"entropy","p":[0,1],"p":[0,2]', "p"), ('"id":1,"family":"normal","quantity":"entropy","p":[0,1],"i\\u0064":2', "id")]:
        (answer,) = raw("{" + line + "}")
        assert json.loads(answer)["error"] == {"code": "EINVAL", "message": f"the key '{key}' stands twice in the request"}
    (answer,) = raw('{"family":"normal","quantity":"m_projection","p":[0,1],"onto":{"mu":1,"mu":2}}')
    assert json.loads(answer)["error"]["message"] == "onto: the coordinate 'mu' is held twice"
    (answer,) = raw('{"family":"mixture","quantity":"logpdf","x":0,"p":{"weights":[1],"components":[{"family":"normal","p":[0,1],"p":[0,2]}]}}')
    assert "'p' stands twice" in json.loads(answer)["error"]["message"]


@pytest.mark.parametrize("key, value", [("order", 2), ("x", 1), ("t", 0.5), ("velocity", [1, 0]), ("data", [1]), ("weights", [1]), ("method", "closed"), ("kind", "left"),
                                        ("points", [[0, 1]]), ("onto", {"mu": 1}), ("kernel", [[1]]), ("n", 3), ("target", "mu"), ("bias", "mu"),
                                        ("normalised", True), ("region", [[0, 1]]), ("coordinates", ["mu"]), ("support", [0, 1]), ("discrete", True)])
def test_keys_that_the_quantity_has_no_use_for_are_refused_by_name(key, value):
    code, message = error(**ENTROPY, **{key: value})
    assert code == "EINVAL" and f"the key '{key}'" in message, message


def test_a_second_point_is_looked_at_also_where_it_is_not_used():
    answer = one(**ENTROPY, q=[1, 2])
    assert answer["value"] == one(**ENTROPY)["value"] and answer["warning"] == "the quantity has no use for q"
    assert error(**ENTROPY, q="garbage")[1] == "q is no array, want one of 2 numbers: mu, sigma"
    assert error(**ENTROPY, q=[1, "x"])[1] == "q: entry 2 is not a number"
    assert "warning" not in one(**ENTROPY, seed=3, samples=100)
    assert error(**ENTROPY, seed="x") == ("EINVAL", "seed is not a whole number >= 0")
    assert error(**ENTROPY, samples=1.5) == ("EINVAL", "samples is not a whole number >= 0")
    assert error(family="normal", quantity="mle", data=[1, 2], seed=[])[1] == "seed is not a whole number >= 0"
    assert error(family="normal", quantity="mle", data=[1, 2], p=[1])[1] == "p has 1 number, want 2: mu, sigma"
    assert "no fixed quantity" in error(density="exp(-x)", coordinates=["a"], quantity="logpdf", p=[1], x=1, fixed={"n": 1})[1]


def test_an_empty_chart_is_no_chart():
    assert error(**ENTROPY, chart="")[1] == 'chart is "", want the name of one; left out it is the family\'s first'
    assert error(**ENTROPY, chart=None)[1] == "chart is not a string"
    assert "chart is" in error(family="normal", quantity="m_projection", p=[0, 1], onto={"chart": "", "mu": 1})[1]
    assert "chart is" in error(density="exp(-x)", coordinates=["a"], quantity="logpdf", p=[1], x=1, chart="")[1]


def test_every_key_of_the_help_is_known():
    page = subprocess.run([RAO, "eval", "--help"], capture_output=True, text=True, timeout=60).stdout
    keys = [line.split()[0] for line in page.split("keys:\n")[1].split("\n\n")[0].splitlines()]
    assert {"family", "quantity", "chart", "fixed", "p", "q", "x", "id", "order", "target", "density", "method"} <= set(keys)
    for key in keys:
        assert "no key" not in json.loads(raw(json.dumps({key: 1}))[0])["error"]["message"]


# ---- batches ----

def test_an_element_of_a_wrong_shape_fails_in_its_own_place():
    got = one(family="normal", quantity="kl", p=[[0, 1], [0], [0, 1, 2], "x", [0, "y"], None, [0, -1], [1, 2]], q=[0, 1])["value"]
    assert got[0] == 0 and isinstance(got[7], float)
    assert [g["error"]["message"] for g in got[1:7]] == ["p has 1 number, want 2: mu, sigma", "p has 3 numbers, want 2: mu, sigma", "p is no array, want one of 2 numbers: mu, sigma", "p: entry 2 is not a number",
                                                         "p is no array, want one of 2 numbers: mu, sigma", "normal: sigma = -1, want > 0"]
    assert all(g["error"]["code"] == "EINVAL" for g in got[1:6])
    got = one(family="poisson", quantity="logpdf", p=[2], x=[0, "a", [1, 2], 1])["value"]
    assert got[0] == -2 and got[1]["error"]["message"] == "x is not a number" and got[2]["error"]["message"] == "x has 2 numbers, want 1"
    got = one(family="normal", quantity="fisher_rao_geodesic", p=[0, 1], q=[1, 2], t=[0, [], 1])["value"]
    assert got[0] == [0, 1] and "t has 0 numbers" in got[1]["error"]["message"]
    got = one(family="normal", quantity="kl", p=[[0], [0, 1]], q=[[0, 1], [1]])["value"]
    assert "p has" in got[0]["error"]["message"] and "q has" in got[1]["error"]["message"]
    got = one(family="normal", quantity="entropy", p=[[]])["value"]
    assert got[0]["error"]["message"] == "p has 0 numbers, want 2: mu, sigma"


@pytest.mark.parametrize("request_", [
    {"family": "normal", "quantity": "cramer_rao", "p": [[0, 1], [0], [0, 2]]},
    {"family": "normal", "quantity": "cramer_rao", "p": [[0, 1], [0], [0, 2]], "target": "mu"},
    {"family": "categorical", "quantity": "markov_pushforward", "p": [[0.5, 0.5], [1], [0.25, 0.75]], "kernel": [[0.5, 0.5], [0, 1]]},
    {"family": "categorical", "quantity": "mutual_information", "p": [[0.25, 0.25, 0.25, 0.25], [1], [0.4, 0.1, 0.1, 0.4]], "onto": {"independence": [2, 2]}},
    {"family": "normal", "quantity": "jeffreys_prior", "p": [[0, 1], [0], [0, 2]]},
])
def test_so_it_does_in_every_quantity_that_takes_a_batch(request_):
    got = one(**request_)["value"]
    alone = [one(**dict(request_, p=request_["p"][i]))["value"] for i in (0, 2)]
    assert [got[0], got[2]] == alone and got[1]["error"]["message"].startswith("p has 1 number")


def test_objects_fail_alone_too():
    good, other = {"mean": [0, 0], "cov": [[1, 0], [0, 1]]}, {"mean": [1, 0], "cov": [[1, 0], [0, 4]]}
    bad = [{"mean": [0, 0], "cov": [[1, 0.5], [0, 1]]}, {"mean": [0], "cov": [[1]]}, {"mean": [0, 0]}, {"mean": [0, 0], "cov": [[1, 0], [0]]}, 5,
           {"mean": [0, 0], "cov": [[1, 2], [2, 1]]}, {"mean": [0, "x"], "cov": [[1, 0], [0, 1]]}]
    parts = ["not symmetric: entry 1,2 is 0.5", "mean has 1 number where the first point has 2", "a point is", "row 2", "p has 1 number", "minor", "mean: entry 2"]
    for first in (0, 1):
        points = bad[:first]  # the first that can be read tells the dimension
        points += [good] + bad[first:] + [other]
        first = points.index(good)
        got = one(family="mvn", quantity="kl", p=points, q=good)["value"]
        assert got[first] == 0 and math.isclose(got[-1], 0.5 + 1.5 - math.log(2))
        errors = [g["error"]["message"] for i, g in enumerate(got[:-1]) if i != first]
        assert len(errors) == len(bad) and all(part in message for part, message in zip(parts, errors)), errors
    assert "not symmetric" in error(family="mvn", quantity="entropy", p=[bad[0]])[1]  # nothing tells the dimension
    got = one(family="mvn", quantity="entropy", p=[[0, 0, 1, 0, 1], good])["value"]
    assert got[0] == got[1]
    got = one(family="normal", quantity="entropy", p=[[0, 1], good])["value"]
    assert "which only mvn, wishart and mixture have" in got[1]["error"]["message"]
    component = {"family": "normal", "p": [0, 1]}
    mixtures = [{"weights": [1], "components": [component]}, {"weights": [1], "components": [{"family": "poisson", "p": [1]}]}, {"weights": [0.5], "components": [component]}]
    got = one(family="mixture", quantity="logpdf", p=mixtures, x=0)["value"]
    assert math.isclose(got[0], -0.5 * math.log(2 * math.pi)) and "same families" in got[1]["error"]["message"] and "weights sum" in got[2]["error"]["message"]


def test_what_has_one_answer_names_the_bad_item():
    assert error(family="normal", quantity="mle", data=[1, 2, "a"])[1] == "data: item 3 is not a number"
    assert error(family="normal", quantity="centroid", kind="left", points=[[0, 1], [0]])[1] == "points: item 2 has 1 number, want 2: mu, sigma"
    point = {"mean": [0], "cov": [[1]]}
    assert "cov: row 1" in error(family="mvn", quantity="centroid", kind="left", points=[point, {"mean": [0], "cov": [[1, 2]]}])[1]


def test_estimates_take_the_dimension_from_the_data():
    assert one(family="mvn", quantity="mle", data=[[0, 0], [2, 0], [0, 2], [2, 2]])["value"] == {"mean": [1, 1], "cov": [[1, 0], [0, 1]]}
    assert one(family="diagonal_normal", quantity="mle", data=[[0, 0, 1], [2, 4, 3]])["value"] == [1, 2, 2, 1, 2, 1]
    assert one(family="categorical", quantity="mle", data=[0, 3, 3, 1])["value"] == [0.25, 0.25, 0, 0.5]
    assert one(family="categorical", quantity="mle", data=[0, 1])["value"] == [0.5, 0.5]
    assert len(one(family="categorical", quantity="mle", chart="logits", data=[0, 1, 2])["value"]) == 3
    assert one(family="multinomial", fixed={"n": 4}, quantity="mle", data=[[1, 3, 0], [1, 1, 2]])["value"] == [0.25, 0.5, 0.25]
    assert one(family="mvn", quantity="mle", data=[1, 3])["value"] == {"mean": [2], "cov": [[1]]}


# ---- sentences ----

def test_errors_of_expressions_are_one_sentence():
    assert error(**dict(ENTROPY, quantity="cramer_rao"), target="mu +")[1] == \
        "normal: target: expression, column 5: the expression ends where a number, a name or a parenthesis is wanted"
    assert error(**dict(ENTROPY, quantity="cramer_rao"), target="mu", bias="log(mu - 1)")[1] == "expression, column 1: log(-1) has no value (natural logarithm, x >= 0)"
    assert error(density="exp(-x/s", coordinates=["s"], quantity="entropy", p=[1])[1].startswith("own: density: expression, column 9")
    assert error(log_density="-x*s+log(s", family="mine", coordinates=["s"], quantity="entropy", p=[1])[1].startswith("mine: log_density: expression, column 11")
    assert error(density="exp(-x)", support=["low", 1], coordinates=["s"], quantity="entropy", p=[1])[1] == 'own: support: expression, column 1: unknown name "low", nearest is "log"'


# ---- what is wrong with a point, for every family ----

GOOD_POINTS = {"isotropic_normal": [0, 0, 1], "diagonal_normal": [0, 0, 1, 2], "mvn": [0, 0, 1, 0.2, 1], "wishart": [1, 0.2, 1], "categorical": [0.2, 0.3, 0.5],
               "multinomial": [0.2, 0.3, 0.5], "dirichlet": [1, 2, 3], "bernoulli": [0.3], "binomial": [0.3], "geometric": [0.3], "geometric0": [0.3],
               "negative_binomial": [0.3], "exponential": [2], "poisson": [2], "rayleigh": [2], "pareto": [2], "uniform": [0, 1], "normal_mixture3": [0.5, 1, 2]}
FAMILIES = json.loads(subprocess.run([RAO, "family", "list", "--json"], capture_output=True, text=True, timeout=60).stdout)["families"]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f["name"])
def test_bad_points_of_every_family(family):
    """Names what is wrong, where and what is allowed: no NaN, one sentence, the family's name, both as p and as q."""
    name, fixed = family["name"], {family["fixed"]: 3} if family["fixed"] else None
    p = GOOD_POINTS.get(name, [1.5, 2.5])
    request = {"family": name, "quantity": "kl", "p": p, "q": p, **({"fixed": fixed} if fixed else {})}
    requests = [request, dict(request, chart="nonsense"), dict(request, chart=family["charts"].split(",")[0] + "_"), dict(request, quantity="kll")]
    for key in ("p", "q"):
        for bad in ([*p, *p, *p, *p] if len(p) > 1 else [None], "0,1", None, {}, [None] * len(p), True):
            requests.append(dict(request, **{key: bad}))
    points = [[v if i == j else c for i, c in enumerate(p)] for j in range(len(p)) for v in ("inf", "-inf")]
    requests += [dict(request, **{key: bad}) for key in ("p", "q") for bad in points]
    if fixed:
        requests += [{k: v for k, v in request.items() if k != "fixed"}, *(dict(request, fixed=f) for f in (3, {}, {"zz": 3}, {family["fixed"]: -1}, {family["fixed"]: "inf"},
                                                                                                       {family["fixed"]: None}, {family["fixed"]: 3, "n_": 4}))]
    else:
        requests.append(dict(request, fixed={"n": 3}))
    good, *bad = ask(*requests)
    assert good["value"] == 0
    for r, answer in zip(requests[1:], bad):
        code, message = answer["error"]["code"], answer["error"]["message"]
        assert code in ("EINVAL", "EDOMAIN") and "\n" not in message and "nan" not in message.split() and len(message) > 10, (r, message)
        if code == "EDOMAIN":
            assert name + ": " in message and "want" in message, (r, message)
            if r["q"] != p:
                assert message.startswith("q: "), (r, message)
    assert "there are " + family["charts"] in bad[0]["error"]["message"] and "did you mean" in bad[1]["error"]["message"] and "did you mean" in bad[2]["error"]["message"]


def test_probabilities_that_do_not_sum_to_one_say_by_how_much():
    for name, fixed in (("categorical", {}), ("multinomial", {"fixed": {"n": 2}})):
        code, message = error(family=name, quantity="entropy", p=[0.2, 0.3, 0.4], **fixed)
        assert code == "EDOMAIN" and message.startswith(f"{name}: the probabilities sum to 0.9") and "off from 1 by -0.1, want within 3e-12" in message


def test_covariances_say_which_entry_and_which_minor():
    def sentence(cov):
        return error(family="mvn", quantity="entropy", p={"mean": [0] * len(cov), "cov": cov})
    assert sentence([[1, 0, 0], [0, 1, 2], [0, 2, 1]]) == ("EDOMAIN", "mvn: cov is not positive definite: its leading minor of order 3 is not positive")
    assert sentence([[-1]]) == ("EDOMAIN", "mvn: cov is not positive definite: its leading minor of order 1 is not positive")
    assert sentence([[1, 2], [2.5, 9]])[1] == "mvn: cov is not symmetric: entry 1,2 is 2 and entry 2,1 is 2.5"
    assert sentence([[1, "inf"], ["inf", 9]])[0] == "EDOMAIN"
    assert "row 2 is no list of 2 numbers" in sentence([[1, 0], [0]])[1]
