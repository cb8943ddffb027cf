"""rao eval, markov_pushforward: p K in exact fractions, in other charts, over batches, and kernels that are none."""
import json
import math
import os
import subprocess
from fractions import Fraction

import pytest

RAO = os.environ["RAO"]
KERNEL = [[0.5, 0.25, 0.25], [0, 1, 0]]


def one(**request):
    line = json.dumps(dict({"family": "categorical", "quantity": "markov_pushforward"}, **request))
    done = subprocess.run([RAO, "eval"], input=line + "\n", capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stderr == ""
    return json.loads(done.stdout)


def push(p, kernel):
    return [float(sum(Fraction(a) * Fraction(row[j]) for a, row in zip(p, kernel))) for j in range(len(kernel[0]))]


def test_a_point_and_a_batch():
    assert one(p=[0.25, 0.75], kernel=KERNEL) == {"value": push([0.25, 0.75], KERNEL), "method": "closed form"}
    points = [[0.25, 0.75], [1, 0], [0.5, 0.5]]
    assert one(p=points, kernel=KERNEL)["value"] == [push(p, KERNEL) for p in points]
    assert one(p=[0.25, 0.75], kernel=[[1], [1]])["value"] == [1]


def test_a_bad_point_fails_alone():
    first, bad, last = one(p=[[0.25, 0.75], [0.5, 0.6], [0.5, 0.5]], kernel=KERNEL)["value"]
    assert first == push([0.25, 0.75], KERNEL) and last == push([0.5, 0.5], KERNEL)
    assert bad["error"]["code"] == "EDOMAIN" and "off from 1 by 0.1" in bad["error"]["message"]


def test_the_answer_is_in_the_chart_of_the_request():
    want = push([0.25, 0.75], KERNEL)
    got = one(chart="natural", p=[math.log(0.25 / 0.75)], kernel=KERNEL)["value"]
    assert got == pytest.approx([math.log(want[0] / want[2]), math.log(want[1] / want[2])], rel=1e-14)
    logits = one(chart="logits", p=[math.log(0.25), math.log(0.75)], kernel=KERNEL)["value"]
    assert [math.exp(z) / sum(map(math.exp, logits)) for z in logits] == pytest.approx(want, rel=1e-14)


@pytest.mark.parametrize("code, part, request_", [
    ("EINVAL", "kernel is missing", {"p": [0.5, 0.5]}),
    ("EINVAL", "kernel is not an array of rows", {"p": [0.5, 0.5], "kernel": [1, 0]}),
    ("EINVAL", "kernel has 3 rows, want 2, one for every class", {"p": [0.5, 0.5], "kernel": [[1, 0]] * 3}),
    ("EINVAL", "kernel: item 2 has 1 number, want 2", {"p": [0.5, 0.5], "kernel": [[1, 0], [1]]}),
    ("EINVAL", "kernel: item 1: entry 2 is not a number", {"p": [0.5, 0.5], "kernel": [[1, "x"], [1, 0]]}),
    ("EDOMAIN", "kernel, row 2: the probabilities sum to 0.75, off from 1 by -0.25, want within 2e-12", {"p": [0.5, 0.5], "kernel": [[1, 0], [0.25, 0.5]]}),
    ("EDOMAIN", "kernel, row 1: p_2 = -1, want 0 <= p <= 1", {"p": [0.5, 0.5], "kernel": [[1, -1], [1, 0]]}),
    ("EINVAL", "needs a point p", {"kernel": [[1, 0], [0, 1]]}),
    ("EUNABLE", "normal: markov_pushforward carries a categorical", {"family": "normal", "p": [0, 1], "kernel": KERNEL}),
])
def test_mistakes(code, part, request_):
    error = one(**request_)["error"]
    assert error["code"] == code and part in error["message"], error
