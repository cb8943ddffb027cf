"""The guides tell the truth: code that they quote stands in a compiled example, and the commands that they show run."""
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
