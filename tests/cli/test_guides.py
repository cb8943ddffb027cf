"""The guides tell the truth: code that they quote stands in a compiled example, and the commands that they show run."""
import itertools
import json
import math
import os
import pathlib
import re
import shlex

import pytest

from rao_program import run

ROOT = pathlib.Path(os.environ.get("RAO_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
GUIDES = sorted((ROOT / "docs" / "guide").glob("*.md"))
COMMANDS = [(g.name, line) for g in GUIDES for block in re.findall(r"^```sh\n(.*?)^```", g.read_text(), re.M | re.S)
            for line in block.splitlines() if line.startswith("rao ")]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda g: g.name)
def test_quoted_code_is_compiled_code(guide):
    for source, code in re.findall(r"^<!-- (examples/\w+\.c) -->\n```c\n(.*?)^```", guide.read_text(), re.M | re.S):
        assert code in (ROOT / source).read_text(), f"{guide.name} quotes what is not in {source}"


def test_commands_run_in_their_order(tmp_path):
    assert COMMANDS
    for guide, line in COMMANDS:
        p = run(*shlex.split(line, comments=True)[1:], cwd=tmp_path)
        assert p.returncode == 0, (guide, line, p.stderr)


def answers_shown():
    """The requests that guides pipe into `rao eval`, each with the lines of answers behind it."""
    for guide in GUIDES:
        lines = guide.read_text().splitlines()
        for i, line in enumerate(lines):
            if match := re.fullmatch(r"    \$ echo '(.*)' \| rao eval", line):
                shown = [other.strip() for other in itertools.takewhile(lambda other: other.startswith("    {"), lines[i + 1:])]
                yield pytest.param(match[1], shown, id=f"{guide.name}:{i + 1}")


def alike(a, b):
    """Equal up to the last digits of numbers, which differ between processors."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(alike(a[key], b[key]) for key in a if key != "error_estimate")  # which is rounding of rounding
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(alike, a, b))
    return math.isclose(a, b, rel_tol=1e-12) if isinstance(a, float) or isinstance(b, float) else a == b


@pytest.mark.parametrize("request_line, shown", answers_shown())
def test_answers_are_what_eval_says(request_line, shown):
    p = run("eval", text=request_line + "\n")
    assert p.returncode == 0, p.stderr
    assert alike([json.loads(line) for line in p.stdout.splitlines()], [json.loads(line) for line in shown]), p.stdout


def runs_shown():
    """The commands that guides show with what they print: an indented "$ rao ..." and the indented lines behind it."""
    for guide in GUIDES:
        lines = guide.read_text().splitlines()
        for i, line in enumerate(lines):
            if line.startswith("    $ rao "):
                shown = list(itertools.takewhile(lambda other: other.startswith("    ") and not other.startswith("    $ "), lines[i + 1:]))
                yield pytest.param(line[6:], [other[4:] for other in shown], id=f"{guide.name}:{i + 1}")


def words(text):
    """Numbers as floats, all else as it is; the rule under a table's head has the table's width, which follows from the digits."""
    for word in text.split():
        try:
            yield float(word)
        except ValueError:
            if set(word) != {"\u2500"}:
                yield word


def rounded_alike(a, b):
    """Tables round to ten digits."""
    return isinstance(a, float) and isinstance(b, float) and math.isclose(a, b, rel_tol=2e-9)


@pytest.mark.parametrize("line, shown", runs_shown())
def test_runs_print_what_is_shown(line, shown):
    p = run(*shlex.split(line)[1:], env={"LC_ALL": "C.UTF-8"})
    assert p.returncode == 0, p.stderr
    got, want = list(words(p.stdout)), list(words("\n".join(shown)))
    assert len(got) == len(want) and all(map(lambda a, b: alike(a, b) or rounded_alike(a, b), got, want)), p.stdout


def test_everything_that_eval_offers_has_an_example():
    """Every quantity, key and family of the help page stands in a request that a guide shows and that is run above."""
    page = run("eval", "--help").stdout
    quantities = page.split("quantities:")[1].split("families,")[0].replace(",", " ").split()
    keys = [line.split()[0] for line in page.split("keys:\n")[1].split("\n\n")[0].splitlines()]
    families = [line.split()[0] for line in page.split("is fixed:\n")[1].split("\n\n")[0].splitlines()]
    requests = [json.loads(p.values[0]) for p in answers_shown()]
    assert not set(quantities) - {r["quantity"] for r in requests}
    assert not set(keys) - {key for r in requests for key in r}
    assert not set(families) - {r.get("family") for r in requests}
