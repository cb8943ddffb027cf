"""The words of a command line: help, versions, options in both spellings, and what a mistake is answered with."""
import re
import subprocess

import pytest

from rao_program import RAO, ok, ok_json, refused, run


def commands():
    page = ok("help")
    return re.findall(r"^  ([a-z-]+) ", page.split("usage:")[1].split("every command")[0], re.M)


def test_overview_names_every_command():
    assert "info" in commands() and "help" in commands()
    assert ok("--help") == ok("help") == ok("-h")
    assert "exit status: 0 done, 1 the work failed, 2 wrong usage" in ok("help")


def test_every_command_has_a_page_with_an_example():
    for name in set(commands()) - {"help"}:
        page = ok(name, "--help")
        assert page.startswith(f"rao {name} - ")
        assert f"usage: rao {name}" in page
        assert f"example:\n  rao {name}" in page
        for common in ("--seed", "--threads", "--json", "--quiet", "--help"):
            assert common in page
        assert ok(name, "-h") == page == ok("help", name)


def test_version():
    assert re.fullmatch(r"rao \d+\.\d+\.\d+\n", ok("--version"))
    assert ok("--version") == ok("version")


def test_no_command_is_wrong_usage():
    p = run()
    assert p.returncode == 2 and p.stdout == "" and "usage: rao <command>" in p.stderr


def test_both_spellings_and_the_last_one_counts():
    assert ok_json("info", "--threads", 3)["threads"] == 3
    assert ok_json("info", "--threads=2")["threads"] == 2
    assert ok_json("info", "--threads=2", "--threads", 1)["threads"] == 1
    assert ok("info", "--json=off").startswith("rao ")


@pytest.mark.parametrize("args, sentence", [
    (["inof"], "rao: no command 'inof', did you mean 'info'?"),
    (["help", "inof"], "rao: no command 'inof', did you mean 'info'?"),
    (["qqqqqqqqq"], "rao: no command 'qqqqqqqqq'; see rao help"),
    (["info", "--sed", "3"], "rao info: no option --sed, did you mean --seed?"),
    (["info", "-seed", "3"], "rao info: no option -seed, did you mean --seed?"),
    (["info", "--hepl"], "rao info: no option --hepl, did you mean --help?"),
    (["info", "--qqqqqqqqq"], "rao info: no option --qqqqqqqqq; see rao info --help"),
    (["info", "--seed"], "rao info: --seed needs a value"),
    (["info", "--seed", "--json"], "rao info: --seed needs a value"),
    (["info", "--seed", "one"], "rao info: seed = one, want a whole number >= 0"),
    (["info", "--seed", "-1"], "rao info: seed = -1, want a whole number >= 0"),
    (["info", "--threads", "0"], "rao info: threads = 0, want a whole number in [1, 1024]"),
    (["info", "--json=perhaps"], "rao info: json = perhaps, want on or off"),
    (["info", "extra"], "rao info: unexpected argument 'extra'; see rao info --help"),
    (["info", "-1,2"], "rao info: unexpected argument '-1,2'; see rao info --help"),
    (["info", "--", "--json"], "rao info: unexpected argument '--json'; see rao info --help"),
])
def test_mistakes_are_answered_in_one_sentence(args, sentence):
    assert refused(2, *args) == sentence


def test_standard_output_that_cannot_be_written():
    with open("/dev/full", "w") as full:
        p = subprocess.run([RAO, "info"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert p.returncode == 1 and p.stderr == "rao: standard output could not be written\n"
