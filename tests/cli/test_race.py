"""`rao race`: the contract of its JSON, what its report holds, and every kind of bad input."""
import gzip
import math
import re
import signal
import statistics
import struct
import subprocess
import time
from xml.etree import ElementTree

import numpy as np
import pytest

from rao_program import RAO, ok, ok_json, refused, run

KEYS = "name settings steps seconds ms_per_step train_loss test_loss test_accuracy steps_to_target seconds_to_target spread".split()
SHORT = ["--steps", 12, "--batch", 64]


def test_contract_of_the_object():
    out = ok_json("race", *SHORT)
    assert [r["name"] for r in out["results"]][:2] == ["sgd", "adam"]
    for r in out["results"]:
        assert set(KEYS) <= set(r)
        assert r["steps"] == 12 and r["seconds"] > 0
        assert r["ms_per_step"] == pytest.approx(1e3 * r["seconds"] / 12)
        assert 0 <= r["test_accuracy"] <= 1
        assert r["spread"] == [r["train_loss"]] * 2
        assert r["diverged"] == 0
    assert out["model"] == "mlp:64-32-10:tanh:categorical" and out["parameters"] == 64 * 32 + 32 + 32 * 10 + 10
    assert out["data"].startswith("digits: 1438 training and 359 test cases")
    assert (out["dtype"], out["batch"], out["budget_steps"], out["seed"], out["seeds"], out["sweep"]) == ("f32", 64, 12, 1, 1, "none")
    assert out["interrupted"] is False and out["blas"]["name"]


def test_defaults_are_the_stated_ones():
    out = ok_json("race", "--optim", "sgd")
    assert (out["batch"], out["epochs"], out["seeds"], out["budget_steps"]) == (256, 20, 1, math.ceil(20 * 1438 / 256))


def test_medians_and_spread_are_those_of_the_runs():
    out = ok_json("race", *SHORT, "--seeds", 4, "--seed", 7)
    firsts = []
    for r in out["results"]:
        losses = [k["train_loss"] for k in r["runs"]]
        assert [k["seed"] for k in r["runs"]] == [7, 8, 9, 10]
        assert r["train_loss"] == statistics.median(losses)
        assert r["spread"] == [min(losses), max(losses)]
        for k in r["runs"]:
            assert k["train_loss"] == k["curve"]["train_loss"][-1]
            assert k["curve"]["step"][0] == 0 and k["curve"]["step"][-1] == 12
        firsts.append([k["curve"]["train_loss"][0] for k in r["runs"]])
        reached = [next((s for s, l in zip(k["curve"]["step"], k["curve"]["train_loss"]) if l <= out["target"]), math.inf) for k in r["runs"]]
        low, high = sorted(reached)[1:3]
        want = low if math.isinf(high) else (low + high) / 2
        assert r["steps_to_target"] == (None if math.isinf(want) else want)
    assert all(f == firsts[0] for f in firsts) and len(set(firsts[0])) == 4  # the same weights for all rivals of a seed, others for others


def test_runs_are_repeatable_and_threads_do_not_show():
    def losses(*args):
        return [[k["curve"]["train_loss"] for k in r["runs"]] for r in ok_json("race", *SHORT, *args)["results"]]
    assert losses("--threads", 1) == losses("--threads", 3)
    assert losses("--seed", 1) != losses("--seed", 2)
    assert losses("--dtype", "f64") != losses("--dtype", "f32")
    smooth = ("--optim", "sgd,adam")  # kfac draws targets, and rounding may turn a draw
    assert np.allclose(losses(*smooth, "--dtype", "f64"), losses(*smooth, "--dtype", "f32"), rtol=1e-4)


def test_target_given_and_out_of_reach():
    out = ok_json("race", *SHORT, "--target", 1e-6)
    assert out["target"] == 1e-6
    assert all(r["steps_to_target"] is None and r["seconds_to_target"] is None for r in out["results"])
    out = ok_json("race", *SHORT, "--target", 100)
    assert all(r["steps_to_target"] == 0 and r["seconds_to_target"] == 0 for r in out["results"])


def test_settings_make_the_same_run_again():
    first = ok_json("race", *SHORT, "--optim", "sgd:lr=0.05:nesterov=on,adamw:lr=0.02")["results"]
    again = ok_json("race", *SHORT, "--optim", ",".join(f"{r['name']}:{r['settings']}" for r in first))["results"]
    assert [r["train_loss"] for r in first] == [r["train_loss"] for r in again]
    assert "lr=0.05:momentum=0.9:nesterov=on" in first[0]["settings"]


def test_a_rule_against_itself_is_told_apart():
    names = [r["name"] for r in ok_json("race", *SHORT, "--optim", "sgd:lr=0.1,adam,sgd:lr=0.2")["results"]]
    assert names == ["sgd:lr=0.1", "adam", "sgd:lr=0.2"]


def test_sweep_prints_every_run_and_takes_the_best():
    out = ok_json("race", *SHORT, "--sweep", "lr", "--seeds", 2)
    rows = out["sweep_results"]
    grids = {name: [r["lr"] for r in rows if r["name"] == name] for name in ("sgd", "adam")}
    assert grids["sgd"] == grids["adam"] == [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1]
    for r in out["results"]:
        own = [k["train_loss"] for k in rows if k["name"] == r["name"]]
        assert r["train_loss"] == min(own)
        assert all(len(k["runs"]) == 2 for k in rows)


def test_budget_in_seconds():
    out = ok_json("race", "--seconds", 0.1, "--optim", "sgd", "--batch", 32)
    r = out["results"][0]
    assert 0.1 <= r["seconds"] < 5 and r["steps"] > 1 and out["budget_seconds"] == 0.1


def test_divergence_is_said_and_the_others_go_on():
    p = run("race", *SHORT, "--model", "mlp:64-32-10:relu", "--optim", "sgd:lr=1e30,adam")
    assert p.returncode == 0 and p.stderr == ""
    assert re.search(r"sgd failed in 1 of 1 runs \(sgd.* step \d+\)", p.stdout), p.stdout
    assert re.search(r"^\W*sgd .* failed .* failed ", p.stdout, re.M), p.stdout
    out = ok_json("race", *SHORT, "--model", "mlp:64-32-10:relu", "--optim", "sgd:lr=1e30,adam")
    wild, tame = out["results"]
    assert wild["train_loss"] is None and wild["test_accuracy"] is None and wild["diverged"] == 1 and re.search(r"step \d+", wild["error"])
    assert tame["train_loss"] > 0 and tame["diverged"] == 0


def test_a_rival_refused_at_its_first_step_has_failed_and_not_diverged():
    p = run("race", *SHORT, "--model", "mlp:64-8-10:tanh", "--optim", "ngd:representation=dense:damping=0,adam")
    assert p.returncode == 0 and "diverged" not in p.stdout, p.stdout
    assert re.search(r"^\W*ngd .* failed .* failed ", p.stdout, re.M), p.stdout
    assert re.search(r"ngd failed in 1 of 1 runs \(ngd stopped at step 1: .*rank", p.stdout), p.stdout


def test_a_race_in_which_all_diverge_has_failed():
    p = run("race", *SHORT, "--model", "mlp:64-32-10:relu", "--optim", "sgd:lr=1e30")
    assert p.returncode == 1 and "diverged" in p.stdout and re.match(r"rao race: no run ended well: .*step \d+", p.stderr)


def test_table_for_people():
    out = ok("race", *SHORT, "--seeds", 2)
    for word in ("optimiser", "train loss", "accuracy", "Target: training loss", "Fewest steps", "Least time", "lr=0.001:beta1=0.9", "seeds          2"):
        assert word in out, word


def test_the_metric_that_auto_came_to():
    args = ["race", *SHORT, "--model", "mlp:64-8-10:tanh", "--optim", "sgd,ngd,kfac,ngd:representation=dense"]
    sgd, auto, kfac, dense = ok_json(*args)["results"]
    assert "metric" not in sgd and (auto["metric"], kfac["metric"], dense["metric"]) == ("implicit", "kfac", "dense")
    out = ok(*args)
    said = [line for line in out.splitlines() if "steps in the metric" in line]
    assert len(said) == 1 and said[0].startswith("ngd steps in the metric implicit: with representation=auto")
    few = ok("race", "--batch", 4, "--steps", 3, "--model", "mlp:64-64-10:tanh", "--optim", "ngd")
    assert "ngd steps in the metric gram" in few
    assert ok_json("race", "--data", "digits", "--model", "mlp:64-10:tanh", "--steps", 2, "--optim", "ngd:iterations=100000")["results"][0]["metric"] == "dense"


def test_what_a_metric_gains_in_steps_and_costs_in_time():
    args = ["race", "--optim", "sgd,kfac", "--seeds", 2]
    found = re.search(r"^kfac needs ([\d.]+) steps where sgd needs ([\d.]+): ([\d.]+) times fewer, each at ([\d.]+) times the time\.$", ok(*args), re.M)
    assert found, "the demo's problem has kfac in front"
    few, many, times, _ = map(float, found.groups())
    assert times == pytest.approx(many / few, rel=0.01) and few < many / 2


def test_report_is_one_well_formed_file(tmp_path):
    path = tmp_path / "race.html"
    ok("race", *SHORT, "--seeds", 2, "--sweep", "lr", "--report", path)
    text = path.read_text()
    ElementTree.fromstring(text.split("?>", 1)[-1] if text.startswith("<?xml") else re.sub(r"^<!DOCTYPE[^>]*>", "", text, flags=re.I))
    assert text.count("<svg") >= 4 and "<script" not in text and "http-equiv" not in text
    for word in ("sgd", "adam", "mlp:64-32-10:tanh", "digits", "seed", "momentum=0.9", "OpenBLAS" if "OpenBLAS" in ok("info") else "BLAS", "rao race --steps 12"):
        assert word in text, word
    assert [f.name for f in tmp_path.iterdir()] == ["race.html"]


# ---- data ----


def write_idx(path, array, compress=False):
    data = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(data) if compress else data)


@pytest.fixture
def blobs():
    """Three well separated classes in four columns."""
    rng = np.random.default_rng(5)
    y = np.arange(90) % 3
    return rng.normal(size=(90, 4)) + 4 * y[:, None], y


def test_npy_idx_and_csv_are_read(tmp_path, blobs):
    x, y = blobs
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", y)
    np.savetxt(tmp_path / "d.csv", np.column_stack([x, y]), delimiter=",", header="a,b,c,d,class", comments="")
    pixels = np.clip(20 * x + 100, 0, 255).reshape(90, 2, 2)
    write_idx(tmp_path / "images", pixels, compress=True)
    write_idx(tmp_path / "labels", y)
    for data in (f"npy:{tmp_path}/x.npy,{tmp_path}/y.npy", f"csv:{tmp_path}/d.csv:target=class", f"idx:{tmp_path}/images,{tmp_path}/labels"):
        out = ok_json("race", "--data", data, "--steps", 60, "--batch", 30, "--optim", "sgd")
        assert out["model"] == "mlp:4-32-3:tanh:categorical"
        assert out["results"][0]["test_accuracy"] > 0.8, data


def test_real_targets_have_no_accuracy(tmp_path):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(80, 3))
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", x @ [[0.5], [-1.0], [2.0]])
    r = ok_json("race", "--data", f"npy:{tmp_path}/x.npy,{tmp_path}/y.npy", "--steps", 50, "--batch", 40, "--optim", "adam:lr=0.05")["results"][0]
    assert r["test_accuracy"] is None and r["test_squared_error"] > 0


# ---- bad input ----


@pytest.mark.parametrize("args, sentence", [
    (["--optim", "sdg"], "no optimiser 'sdg', did you mean 'sgd'"),
    (["--optim", "sgd:momentun=1"], "did you mean 'momentum'"),
    (["--optim", "sgd:lr=-1"], "lr = -1, want a number > 0"),
    (["--optim", "sgd,,adam"], "no optimiser ''"),
    (["--model", "mpl:64-32-10:tanh"], "mlp:"),
    (["--model", "mlp:64-32-10:tahn"], "tanh"),
    (["--model", "mlp:32-10:tanh"], "32 inputs, but the data has 64"),
    (["--model", "mlp:64-9:tanh"], "9 classes, but the data has 10"),
    (["--model", "mlp:64-x-10:tanh"], "width 2"),
    (["--data", "digit"], "digit"),
    (["--epochs", "2", "--steps", "3"], "--epochs and --steps exclude each other"),
    (["--seconds", "1", "--steps", "3"], "--steps and --seconds exclude each other"),
    (["--batch", "0"], "batch = 0, want a whole number in [1"),
    (["--seeds", "1.5"], "seeds = 1.5, want a whole number"),
    (["--dtype", "f16"], "dtype = f16, want one of f32|f64"),
    (["--sweep", "momentum"], "sweep = momentum, want one of none|lr"),
    (["--sweep", "lr", "--optim", "adam,sgd:lr=2"], "sgd:lr=2 gives a rate, and so does sweep = lr"),
    (["--optim", "sgd,kfac:lr=1:"], "nothing stands behind the last ':'"),
    (["--seconds", "1", "--optim", "sgd:schedule=cosine"], "needs the number of steps"),
    (["--bacth", "3"], "no option --bacth, did you mean --batch?"),
    (["digits"], "unexpected argument 'digits'"),
])
def test_wrong_usage(args, sentence):
    assert sentence in refused(2, "race", *args)


def test_files_that_are_not_there(tmp_path):
    assert "no-such.npy" in refused(1, "race", "--data", f"npy:{tmp_path}/no-such.npy,{tmp_path}/y.npy")
    assert "no-such-folder" in refused(1, "race", *SHORT, "--report", tmp_path / "no-such-folder" / "r.html")


def test_broken_numbers_are_named(tmp_path, blobs):
    x, y = blobs
    x[3, 2] = np.nan
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", y)
    said = refused(1, "race", "--data", f"npy:{tmp_path}/x.npy,{tmp_path}/y.npy")
    assert re.search(r"row [34]\b", said) and re.search(r"column [23]\b", said)


def test_shapes_that_do_not_match_are_both_named(tmp_path, blobs):
    x, y = blobs
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", y[:-1])
    said = run("race", "--data", f"npy:{tmp_path}/x.npy,{tmp_path}/y.npy")
    assert said.returncode in (1, 2) and "90" in said.stderr and "89" in said.stderr


def test_labels_outside_the_classes(tmp_path, blobs):
    x, y = blobs
    y[7] = 5
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", y)
    said = run("race", "--data", f"npy:{tmp_path}/x.npy,{tmp_path}/y.npy", "--model", "mlp:4-8-3:tanh")
    assert said.returncode in (1, 2) and "3 classes" in said.stderr and "6" in said.stderr


# ---- Ctrl-C ----


def interrupt_later(args, seconds, again=False):
    """Ctrl-C after some seconds; with `again` more of them until the process is gone: two that come before it is scheduled count as one."""
    p = subprocess.Popen([RAO, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(seconds)
    p.send_signal(signal.SIGINT)
    end = time.monotonic() + 60
    while again and p.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
        p.send_signal(signal.SIGINT)
    out, err = p.communicate(timeout=60)
    return p.returncode, out, err


def test_interrupted_once_ends_with_what_is_done(tmp_path):
    report = tmp_path / "r.html"
    status, out, err = interrupt_later(["race", "--seconds", 50, "--seeds", 3, "--report", report], 0.6)
    assert status == 1 and err.startswith("rao race: interrupted")
    assert re.search(r"^sgd +\d+ ", out, re.M) and "Interrupted" in out
    assert report.exists()


def test_interrupted_twice_dies_at_once():
    status, _, _ = interrupt_later(["race", "--model", "mlp:64-2000-2000-10:tanh", "--steps", 1000], 0.6, again=True)
    assert status == -signal.SIGINT
