"""rao family: every family of the registry is listed and shown, and what is said of its quantities is what rao eval answers."""
import os
import pathlib
import re

import pytest

from rao_program import ok, ok_json, refused

ROOT = pathlib.Path(os.environ.get("RAO_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
FAMILIES = {f["name"]: f for f in ok_json("family", "list")["families"]}


def test_the_list_names_every_family_with_its_charts():
    page = ok("family", "list")
    assert ok("family") == page and len(FAMILIES) > 30
    for name, f in FAMILIES.items():
        line = next(line for line in page.splitlines() if line.split()[:1] == [name])
        assert f["charts"] in line


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_is_shown(name):
    page, found = ok("family", "show", name), ok_json("family", "show", name)
    assert page.startswith(f"{name}: ")
    written = (ROOT / "docs" / "families" / f"{name}.md").read_text().splitlines()
    plain = [line for line in written[1:] if line and not set(line) & set("[`|#")]
    assert all(line in page for line in plain), "the page of the documentation is printed"
    for chart in FAMILIES[name]["charts"].split(","):
        assert f"\n  {chart} " in page
    quantities = found["quantities"]
    assert quantities["logpdf"]["method"] == "closed form"
    for quantity, how in quantities.items():
        assert "method" in how or "refused" in how, (quantity, how)
    assert ("refused" in quantities["natural"]) == (not FAMILIES[name]["exponential"])
    assert ("refused" in quantities["fisher"]) == (not FAMILIES[name]["regular"])


@pytest.mark.parametrize("name", FAMILIES)
def test_a_page_has_charts_geometry_and_sources(name):
    page = (ROOT / "docs" / "families" / f"{name}.md").read_text()
    for chart in FAMILIES[name]["charts"].split(","):
        assert f"`{chart}`" in page, chart
    assert re.search(r"\b(19|20)\d\d\b", page), "a source"
    assert "isher-Rao" in page or not FAMILIES[name]["regular"] or name in ("beta", "geometric0")  # those point to another page
    if FAMILIES[name]["fixed"]:
        assert f"`fixed`: {FAMILIES[name]['fixed']}" in page or FAMILIES[name]["fixed"] in page


def test_a_mixture_is_shown_too():
    assert "mixture" in ok("family", "list") and '"components"' in ok("family", "show", "mixture")


def test_numerical_answers_are_called_so():
    assert ok_json("family", "show", "normal_mixture3")["quantities"]["kl"]["method"] == "quadrature"
    assert "quadrature" in ok("family", "show", "normal_mixture3")


@pytest.mark.parametrize("args, part", [
    (["show"], "show wants the name of one family"),
    (["show", "normal", "gamma"], "show wants the name of one family"),
    (["show", "norml"], 'did you mean "normal"?'),
    (["lst"], "operand 'lst', want list, or show NAME"),
    (["list", "normal"], "operand 'normal', want list, or show NAME"),
])
def test_mistakes(args, part):
    assert part in refused(2, "family", *args)
