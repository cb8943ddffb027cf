"""rao eval as the middle of a pipe: lines of every kind and length, a million of them, readers that go away, threads."""
import json
import os
import subprocess

import pytest

RAO = os.environ["RAO"]


def raw(text, *args):
    """The lines of answers, as text; `text` may be bytes."""
    done = subprocess.run([RAO, "eval", *args], input=text if isinstance(text, bytes) else text.encode(), capture_output=True, timeout=120)
    assert done.returncode == 0 and done.stderr == b"", done.stderr
    return done.stdout.decode().split("\n")[:-1]


GOOD = '{"family":"normal","quantity":"entropy","p":[0,1]}'


def test_lines_of_every_kind_are_each_answered_alone():
    deep = '{"family":' + "[" * 500 + "]" * 500 + "}"
    wide = '{"family":"normal","quantity":"entropy","p":[' + "[0,1]," * 40000 + "[0,2]]}"
    text = b"\n".join([b"\xef\xbb\xbf" + GOOD.encode() + b"\r", b"", b"\r", b"   ", b"\x00", GOOD.encode() + b"\x00", b'{"family":"nor\xffmal"}',
                       b'{"family":"\x00"}', deep.encode(), wide.encode(), b"nan", b"[", b"\xef\xbb\xbf", GOOD.encode()])
    answers = [json.loads(line) for line in raw(text)]
    assert ["value" in a for a in answers] == [True, False, False, False, False, False, True, False, False, False, True]
    assert all(a["error"]["code"] == "EINVAL" for a in answers if "error" in a)
    assert len(answers[6]["value"]) == 40001
    assert "no deeper nesting than 16 levels" in answers[5]["error"]["message"]


def test_a_line_beyond_the_limit_is_refused_and_the_stream_goes_on():
    """2^28 bytes; the line is not kept while its end is awaited, so it may be far longer."""
    piece = b"x" * (1 << 24)
    with subprocess.Popen([RAO, "eval"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        program.stdin.write(GOOD.encode() + b"\n")
        for _ in range(20):
            program.stdin.write(piece)
        program.stdin.write(b"\n" + GOOD.encode())
        program.stdin.close()
        first, refused, last = (json.loads(line) for line in program.stdout)
        assert program.wait(timeout=60) == 0
    assert first == last and refused["error"] == {"code": "EINVAL", "message": "a line of more than 268435456 bytes"}


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("args", [["eval"], ["kl", "normal", "0,1", "1,2"], ["family", "list"], ["--version"]])
def test_what_cannot_be_written_is_said_once(args):
    with open("/dev/full", "w") as full:
        done = subprocess.run([RAO, *args], input=(GOOD + "\n") * 10000, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr


def test_a_million_lines_each_have_their_answer():
    lines = [b'{"bad' if i % 1000 == 7 else b'{"family":"bernoulli","quantity":"expectation","p":[%d.5],"id":%d}' % (i % 1000 == 8, i) for i in range(1000000)]
    done = subprocess.run([RAO, "eval"], input=b"\n".join(lines), capture_output=True, timeout=120)
    answers = done.stdout.split(b"\n")
    assert done.returncode == 0 and done.stderr == b"" and len(answers) == 1000001 and not answers[-1]
    for i in range(0, 1000000, 1000):
        assert answers[i].endswith(b'"id":%d}' % i) and answers[i + 9].endswith(b'"id":%d}' % (i + 9)) and b'"value":[0.5]' in answers[i + 9]
        assert b"error" in answers[i + 7] and b"id" not in answers[i + 7]
        assert b"EDOMAIN" in answers[i + 8] and answers[i + 8].endswith(b'"id":%d}' % (i + 8))


def test_a_closed_reader_ends_the_program():
    with subprocess.Popen([RAO, "eval"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        program.stdout.close()
        try:
            for _ in range(200):
                program.stdin.write((GOOD + "\n").encode() * 1000)
            program.stdin.close()
        except BrokenPipeError:
            pass
        status = program.wait(timeout=60)
        assert status in (1, -13), (status, program.stderr.read())


def test_threads_change_no_byte():
    requests = [json.dumps(r) for r in (
        {"family": "normal", "quantity": "fisher_rao_distance", "p": [[k, 1 + k / 7] for k in range(5000)], "q": [0, 1]},
        {"family": "normal_mixture3", "quantity": "entropy", "p": [[0.5, k / 10, 1] for k in range(40)]},
        {"family": "mvn", "quantity": "fisher", "method": "monte_carlo", "samples": 20000, "seed": 5, "p": [0, 1, 2, 0.5, 1]},
        {"family": "gamma", "quantity": "total_variation", "p": [[k + 1, 2] for k in range(40)], "q": [2, 2.5]})]
    one_thread = raw("\n".join(requests), "--threads", "1")
    assert one_thread == raw("\n".join(requests), "--threads", "2") == raw("\n".join(requests), "--threads", "7")
    assert all('"value"' in line for line in one_thread)
