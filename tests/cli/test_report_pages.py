"""Pages that the report room writes, held against a parser that is not ours: well-formed, self-contained, the same under every locale."""
import os
import pathlib
import re
import shutil
import subprocess
import xml.etree.ElementTree as tree

import pytest

BUILD = pathlib.Path(os.environ["RAO"]).resolve().parent
EXAMPLE = BUILD / "examples" / "report"
HARD = BUILD / "tests" / "report_test_page"
SVG = "{http://www.w3.org/2000/svg}"
HTML = "{http://www.w3.org/1999/xhtml}"


def write_page(program, path, **environment):
    if not program.exists():
        pytest.skip(f"{program} is not built")
    done = subprocess.run([program, path], capture_output=True, env={**os.environ, **environment})
    assert done.returncode == 0, done.stderr
    return path.read_bytes(), done.stdout


@pytest.fixture(params=[EXAMPLE, HARD], ids=["example", "hard"])
def page(request, tmp_path):
    return write_page(request.param, tmp_path / "page.html")[0]


def test_well_formed(page):
    assert tree.fromstring(page).tag == HTML + "html"


def test_self_contained(page):
    for element in tree.fromstring(page).iter():
        assert element.tag not in (HTML + "script", HTML + "link", HTML + "img", HTML + "iframe")
        assert not {"src", "href", "onload", "onclick"} & set(element.attrib)
    assert b"url(" not in page and b"@import" not in page


def test_accessible(page):
    root = tree.fromstring(page)
    assert root.get("lang") and root.find(f"{HTML}head/{HTML}title").text
    drawings = [svg for svg in root.iter(SVG + "svg") if svg.get("role") == "img"]
    assert drawings
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for svg in drawings:
        assert svg[0].tag == SVG + "title" and svg[0].text and svg[1].tag == SVG + "desc" and svg[1].text
        assert svg.get("aria-labelledby").split() == [svg[0].get("id"), svg[1].get("id")]
    for table in root.iter(HTML + "table"):
        assert table[0].tag == HTML + "caption"
        assert all(th.get("scope") in ("row", "col") for th in table.iter(HTML + "th"))


def test_no_locale(tmp_path):
    """Under a locale with a decimal comma every byte is the same. The locale is built here where the system has none."""
    if not shutil.which("localedef"):
        pytest.skip("no localedef")
    made = subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", tmp_path / "de_DE.UTF-8"], capture_output=True)
    if made.returncode:
        pytest.skip("localedef cannot build de_DE.UTF-8")
    german = {"LOCPATH": str(tmp_path), "LC_ALL": "de_DE.UTF-8"}
    probe = subprocess.run(["printf", "%.1f", "1"], capture_output=True, env={**os.environ, **german})
    if HARD.exists():
        checked = subprocess.run([BUILD / "tests" / "report_test_number"], capture_output=True, env={**os.environ, **german})
        assert checked.returncode == 0 and b"SKIP" not in checked.stdout + checked.stderr
    assert probe.stdout in (b"1,0", b"1.0")
    assert write_page(EXAMPLE, tmp_path / "a.html", **german) == write_page(EXAMPLE, tmp_path / "b.html")


def test_pages_are_small(page):
    assert len(page) < 600_000


def test_guide_quotes_the_example():
    root = pathlib.Path(os.environ["RAO_SOURCE_DIR"])
    quotes = re.findall("```c\n(.*?)```", (root / "docs/guide/reports.md").read_text(), re.S)
    source = (root / "examples/report.c").read_text()
    assert len(quotes) >= 3
    for quote in quotes:
        assert quote in source, quote
