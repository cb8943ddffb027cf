"""tools/check_rooms.py on small houses of its own: a clean one passes, each kind of upward include is named by file and line."""
import pathlib
import subprocess
import sys

CHECK = pathlib.Path(__file__).resolve().parents[2] / "tools" / "check_rooms.py"
ROOMS = "# a comment\nbase\nla\nio\ngraph la\nnn graph io\ncli\n"


def check(root, files, rooms=ROOMS):
    for name, text in {"src/ROOMS": rooms, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (root / "include" / "rao").mkdir(parents=True, exist_ok=True)
    return subprocess.run([sys.executable, CHECK, root], capture_output=True, text=True)


def refused(done, *parts):
    assert done.returncode == 1, done.stdout
    for part in parts:
        assert part in done.stdout, done.stdout


def test_clean_house(tmp_path):
    done = check(tmp_path, {
        "src/graph/dense.c": '#include <rao/la.h>\n#include "graph/graph.h"\n#include "la/view.h"\n#include <math.h>\n#include "base/ctx.h"\n',
        "src/nn/model.c": '#include "la/view.h"\n',  # rights are transitive: nn uses graph, graph uses la
        "src/cli/main.c": '#include "cli.h"\n#include <rao/nn.h>\n',
        "include/rao/rao.h": "#include <rao/nn.h>\n",
    })
    assert done.returncode == 0, done.stdout
    assert "no include runs upward" in done.stdout


def test_private_header_of_a_room_below(tmp_path):
    refused(check(tmp_path, {"src/la/gemm.c": '#include <math.h>\n#include "graph/graph.h"\n'}), "gemm.c:2", "la may not include")


def test_public_header_of_a_room_below(tmp_path):
    refused(check(tmp_path, {"src/io/npy.c": "#include <rao/nn.h>\n"}), "npy.c:1", "io may not include <rao/nn.h>")


def test_room_above_that_is_not_used(tmp_path):
    refused(check(tmp_path, {"src/graph/dense.c": "\n\n#  include <rao/io.h>\n"}), "dense.c:3")


def test_public_header_that_includes_upward(tmp_path):
    refused(check(tmp_path, {"include/rao/la.h": "#include <rao/graph.h>\n"}), "la.h:1")


def test_public_header_of_no_room(tmp_path):
    refused(check(tmp_path, {"include/rao/attic.h": "\n"}), "attic.h", "no room of that name")


def test_program_sees_public_headers_only(tmp_path):
    refused(check(tmp_path, {"src/cli/main.c": '#include "la/view.h"\n'}), "main.c:1")


def test_room_that_names_one_below(tmp_path):
    done = check(tmp_path, {}, "base\nla graph\ngraph\n")
    assert done.returncode == 1 and "graph, which does not stand above it" in done.stderr
