"""How the tests run the program: RAO names it; every run ends within its time limit."""
import json
import os
import subprocess

RAO = os.environ.get("RAO", "rao")


def run(*args, timeout=60, cwd=None, env=None, text=""):
    """The finished process: returncode, stdout, stderr. `text` is its standard input."""
    full = dict(os.environ, **(env or {}))
    return subprocess.run([RAO, *map(str, args)], capture_output=True, text=True, timeout=timeout, cwd=cwd, env=full, input=text)


def ok(*args, **kwargs):
    """Standard output of a run that must succeed in silence."""
    p = run(*args, **kwargs)
    assert p.returncode == 0, p.stderr
    assert p.stderr == ""
    return p.stdout


def ok_json(*args, **kwargs):
    """The one JSON object on standard output of a run with --json."""
    def no_constant(word):
        raise AssertionError(f"{word} is not JSON")
    out = ok(*args, "--json", **kwargs)
    assert out.endswith("\n") and out.count("\n") == 1
    return json.loads(out, parse_constant=no_constant)


def refused(status, *args, **kwargs):
    """The sentence of a run that must fail: one line on standard error, nothing on standard output, that exit status."""
    p = run(*args, **kwargs)
    assert p.returncode == status, (p.returncode, p.stdout, p.stderr)
    assert p.stdout == ""
    assert p.stderr.count("\n") == 1 and p.stderr.startswith("rao"), p.stderr
    return p.stderr.rstrip("\n")
