"""Requests a second through `rao eval --threads 1`, the whole pipe: read, JSON in, closed form, JSON out, write.

    python3 bench/eval_rate.py build/release/rao [requests] [runs]

Three forms of the same question (KL of two normals): the literal line of the documentation, parameters of 4 digits, and parameters of 17 digits
with blanks, as json.dumps writes them. Processor seconds of the best run, and the wall clock of the best run beside them.
"""
import json
import os
import random
import subprocess
import sys
import tempfile
import time


def literal():
    return '{"family":"normal","quantity":"kl","p":[0,1],"q":[1,2]}'


def digits4():
    p = [random.gauss(0, 1), 0.1 + random.random(), random.gauss(0, 1), 0.1 + random.random()]
    return '{"family":"normal","quantity":"kl","p":[%.4g,%.4g],"q":[%.4g,%.4g]}' % tuple(p)


def digits17():
    p = [random.gauss(0, 1), 0.1 + random.random(), random.gauss(0, 1), 0.1 + random.random()]
    return json.dumps({"family": "normal", "quantity": "kl", "p": p[:2], "q": p[2:]})


def run(program, path):
    before, start = os.times(), time.perf_counter()
    with open(path) as requests:
        subprocess.run([program, "eval", "--threads", "1"], stdin=requests, stdout=subprocess.DEVNULL, check=True)
    wall, after = time.perf_counter() - start, os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system, wall


def main():
    program = sys.argv[1]
    count, runs = (int(word) for word in (sys.argv[2:] + ["1000000", "5"][len(sys.argv) - 2 :]))
    random.seed(1)
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        for form in (literal, digits4, digits17):
            file.seek(0), file.truncate()
            file.writelines(form() + "\n" for _ in range(count))
            file.flush()
            times = [run(program, file.name) for _ in range(runs)]
            print(f"{form.__name__:9} {count / min(t[0] for t in times):12,.0f} a processor second  {count / min(t[1] for t in times):12,.0f} a second")


if __name__ == "__main__":
    main()
