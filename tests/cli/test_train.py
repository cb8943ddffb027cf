"""`rao train`: its JSON, files that hold weights, checkpoints and logs, the report, and every kind of bad input."""
import json
import re
import signal
import struct
import subprocess
import time
from xml.etree import ElementTree

import numpy as np
import pytest

from rao_program import RAO, ok, ok_json, refused, run

SHORT = ["--steps", 12, "--batch", 64]


def read_safetensors(path):
    raw = path.read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8:8 + size])
    meta = header.pop("__metadata__", {})
    kinds = {"F32": np.float32, "F64": np.float64}
    return meta, {k: np.frombuffer(raw[8 + size:][slice(*v["data_offsets"])], kinds[v["dtype"]]).reshape(v["shape"]) for k, v in header.items()}


def write_safetensors(path, tensors, meta=None):
    header, blobs, at = {}, [], 0
    if meta:
        header["__metadata__"] = meta
    for name, a in tensors.items():
        b = a.tobytes()
        header[name] = {"dtype": {"f4": "F32", "f8": "F64"}[a.dtype.str[1:]], "shape": list(a.shape), "data_offsets": [at, at + len(b)]}
        blobs.append(b)
        at += len(b)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def test_object_and_defaults():
    out = ok_json("train")
    assert (out["batch"], out["budget_steps"], out["steps"], out["name"], out["dtype"]) == (256, 113, 113, "sgd", "f32")
    assert out["test_accuracy"] > 0.9 and out["train_loss"] < 0.2 and out["interrupted"] is False
    assert out["ms_per_step"] == pytest.approx(1e3 * out["seconds"] / 113)
    c = out["curve"]
    assert c["step"][0] == 0 and c["step"][-1] == 113 and c["train_loss"][-1] == out["train_loss"]
    assert len({len(v) for v in c.values()}) == 1


def test_train_and_race_run_alike():
    alone = ok_json("train", *SHORT, "--optim", "adam", "--seed", 4)
    race = ok_json("race", *SHORT, "--optim", "sgd,adam", "--seed", 4)["results"][1]
    assert alone["curve"]["train_loss"] == race["runs"][0]["curve"]["train_loss"]
    assert alone["settings"] == race["settings"]


@pytest.mark.parametrize("optim", ["sgd", "adam", "ngd", "kfac", "ekfac"])
def test_every_rule_trains(optim):
    out = ok_json("train", *SHORT, "--optim", optim)
    assert out["train_loss"] < out["curve"]["train_loss"][0]


def test_saved_weights_are_the_model(tmp_path):
    path = tmp_path / "w.safetensors"
    out = ok_json("train", *SHORT, "--save", path)
    meta, w = read_safetensors(path)
    assert meta["rao.model"] == "mlp:64-32-10:tanh:categorical"
    assert {k: v.shape for k, v in w.items()} == {"0.weight": (32, 64), "0.bias": (32,), "1.weight": (10, 32), "1.bias": (10,)}
    again = ok_json("train", *SHORT, "--load", path)
    assert again["curve"]["train_loss"][0] == out["train_loss"]
    double = ok_json("train", *SHORT, "--load", path, "--dtype", "f64")
    assert double["curve"]["train_loss"][0] == pytest.approx(out["train_loss"], rel=1e-5)


def test_the_saved_function_is_the_trained_one(tmp_path):
    """The loss of the saved weights by numpy on data of our own is the loss that the program printed."""
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(60, 5)), rng.integers(0, 3, size=60)
    x[:3], y[:3] = rng.normal(size=(3, 5)), [0, 1, 2]
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", y)
    data = f"npy:{tmp_path}/x.npy,{tmp_path}/y.npy,{tmp_path}/x.npy,{tmp_path}/y.npy"
    path = tmp_path / "w.st"
    out = ok_json("train", "--data", data, "--model", "mlp:5-7-3:tanh", "--dtype", "f64", "--scale", "none", *SHORT, "--save", path)
    w = read_safetensors(path)[1]
    z = np.tanh(x @ w["0.weight"].T + w["0.bias"]) @ w["1.weight"].T + w["1.bias"]
    nll = np.log(np.exp(z).sum(1)) - z[np.arange(60), y]
    assert out["train_loss"] == pytest.approx(nll.mean(), rel=1e-12)
    assert out["test_loss"] == out["train_loss"]
    assert out["test_accuracy"] == pytest.approx((z.argmax(1) == y).mean())


def test_resumed_is_continued(tmp_path):
    path, other = tmp_path / "c.st", tmp_path / "d.st"
    for optim in ("adam:lr=0.01", "kfac"):
        args = ["--batch", 64, "--evaluate", 4, "--optim", optim]
        whole = ok_json("train", *args, "--steps", 20)
        ok("train", *args, "--steps", 10, "--checkpoint", path)
        rest = ok_json("train", *args, "--steps", 20, "--resume", path, "--checkpoint", other)
        common = [s for s in rest["curve"]["step"] if s in whole["curve"]["step"]]
        assert common[-1] == 20
        for key in ("train_loss", "test_loss", "test_accuracy"):
            def of(run):
                return [run["curve"][key][run["curve"]["step"].index(s)] for s in common]
            assert of(whole) == of(rest)
        done = ok_json("train", *args, "--steps", 20, "--resume", other)
        assert done["curve"]["step"] == [20] and done["train_loss"] == whole["train_loss"]


def test_log_of_json_lines(tmp_path):
    path = tmp_path / "run.jsonl"
    out = ok_json("train", *SHORT, "--log", path, "--optim", "kfac")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [k["event"] for k in lines] == ["start"] + ["evaluation"] * len(out["curve"]["step"]) + ["end"]
    assert [k["train_loss"] for k in lines[1:-1]] == out["curve"]["train_loss"]
    assert lines[-1]["status"] == "OK" and lines[-1]["step"] == 12 and lines[-1]["cancelled"] is False
    assert [layer["name"] for layer in lines[-2]["layers"]] == ["0", "1"]


@pytest.mark.parametrize("optim, metric, renew", [("kfac:adapt=lm:renew=4", "kfac", 4), ("ekfac:adapt=lm:renew=3:damping=5", "ekfac", 3),
                                                  ("ngd:adapt=lm", "implicit", 0), ("ngd:representation=dense", "dense", 0), ("kfac", "kfac", 10),
                                                  ("ngd:representation=gram:every=2", "gram", 0), ("ngd:representation=diagonal:lr=0.1", "diagonal", 0),
                                                  ("ekfac:l2=0.01:weight_decay=0.01", "ekfac", 20), ("ngd:step=model:adapt=lm:damping=3", "implicit", 0)])
def test_the_log_of_a_metric(tmp_path, optim, metric, renew):
    """Damping, cosine, reductions and where the time went; layer by layer what was added to the factors, condition, and how old their inverses are."""
    path = tmp_path / "run.jsonl"
    out = ok_json("train", "--model", "mlp:64-12-10:tanh", "--steps", 25, "--evaluate", 5, "--optim", optim, "--log", path)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines[0]["metric"] == metric == out["metric"]
    points = [p for p in lines if p["event"] == "evaluation" and p["step"] > 0]
    assert [p["step"] for p in points] == [5, 10, 15, 20, 25]
    for p in points:
        assert p["seconds_gradient"] + p["seconds_metric"] + p["seconds_step"] <= p["seconds"] * 1.01
        assert p["damping"] > 0 and -1 <= p["cosine"] <= 1 and 0 < p["scale"] and p["length"] > 0
        assert p["scale"] <= 1 or "model" in optim
        assert p["predicted"] < 0 and abs(p["realised"]) < 1 and ("lm" not in optim or p["realised"] < 1e-5)
        assert p["metric_age"] == ((p["step"] - 1) % 2 if "every=2" in optim else 0)
        if "model" not in optim:  # there the whole is of the model that chose the step
            assert sum(layer["predicted"] for layer in p["layers"]) == pytest.approx(p["predicted"], rel=1e-4)
        assert sum(layer["step"] ** 2 for layer in p["layers"]) > 0 and all(layer["gradient"] > 0 for layer in p["layers"])
        assert [layer["name"] for layer in p["layers"]] == ["0", "1"] and all(-1 <= layer["cosine"] <= 1 for layer in p["layers"])
        if metric == "implicit":
            assert 1 <= p["cg_iterations"] <= 50 and 0 < p["cg_residual"] < 1
        else:
            assert "cg_iterations" not in p
        if not renew:
            known = metric == "diagonal"  # condition and what was added, of a matrix that has layers to speak of
            for layer in p["layers"]:
                assert all((layer[key] is not None) == known for key in ("condition", "pi", "damping_a", "damping_g", "age"))
            continue
        for k, layer in enumerate(p["layers"]):
            assert layer["condition"] >= 1 and -1 <= layer["cosine"] <= 1 and layer["pi"] > 0
            # layer k is due at updates t (from 0) with t + k a multiple of renew, and at the first
            t = p["step"] - 1
            assert layer["age"] == min(t, (t + k) % renew)
            if metric == "ekfac":
                assert layer["pi"] == 1 and layer["damping_a"] == layer["damping_g"] == p["damping"]
            elif layer["age"] == 0:
                assert layer["damping_a"] * layer["damping_g"] == pytest.approx(p["damping"])
                assert layer["damping_a"] / layer["damping_g"] == pytest.approx(layer["pi"] ** 2)


@pytest.mark.parametrize("optim", ["kfac", "kfac:adapt=lm", "ngd:representation=dense:l2=0.001", "ngd", "ngd:step=model:adapt=lm"])
def test_realised_is_the_fall_of_the_loss_and_a_log_changes_nothing(tmp_path, optim):
    """On one batch of all cases the loss that the next evaluation finds is the last one and what the step realised (less the penalty's share); the weights
    are those of the run without a log, to the bit."""
    path = tmp_path / "run.jsonl"
    args = ["train", "--model", "mlp:64-6-10:tanh", "--dtype", "f64", "--batch", 2000, "--steps", 6, "--evaluate", 1, "--optim", optim]
    ok_json(*args, "--log", path, "--save", tmp_path / "a")
    ok_json(*args, "--save", tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    points = [p for p in map(json.loads, path.read_text().splitlines()) if p["event"] == "evaluation"]
    for last, p in zip(points, points[1:]):
        assert p["batch_loss"] == pytest.approx(last["train_loss"], rel=1e-12)
        fall = p["train_loss"] - last["train_loss"]
        assert p["realised"] == pytest.approx(fall, abs=1e-13 if "l2" not in optim else 0.02)
        assert p["realised"] < 0 and p["predicted"] < 0


@pytest.mark.parametrize("rule", ["ngd", "kfac", "ekfac"])
def test_levenberg_marquardt_does_not_diverge(tmp_path, rule):
    """step=model on batches of a classification goes up where steps are not taken back: ngd (2.4 to hundreds in five steps) refuses to run without."""
    path = tmp_path / "run.jsonl"
    out = ok_json("train", "--model", "mlp:64-16-10:tanh", "--optim", f"{rule}:step=model:adapt=lm", "--steps", 40, "--evaluate", 1, "--log", path)
    points = [p for p in map(json.loads, path.read_text().splitlines()) if p["event"] == "evaluation" and p["step"] > 0]
    assert all(p["realised"] <= 4 * 2 ** -23 * (1 + p["batch_loss"]) for p in points)
    assert out["train_loss"] < 0.2 and max(p["train_loss"] for p in points) < 2.5
    assert rule != "ngd" or sum(p["rejected"] for p in points) > 0
    p = run("train", "--model", "mlp:64-16-10:tanh", "--optim", f"{rule}:step=model", "--steps", 1)
    assert (p.returncode, "want adapt = lm" in p.stderr) == ((2, True) if rule == "ngd" else (0, False)), p.stderr


def test_levenberg_marquardt_damps_what_gram_cannot_solve():
    """A damping that has fallen below what Woodbury's formula can take in float rises again; given as it is, it ends the run.

    In systems as ill-conditioned as that OpenBLAS's kernels part: 100 steps come to 0.14 or 0.38, from log 10."""
    args = ["train", "--model", "mlp:64-20-10:tanh", "--batch", 32, "--steps", 100, "--optim"]
    assert ok_json(*args, "ngd:adapt=lm:representation=gram:unit=loss:damping=1e-5")["train_loss"] < 0.5
    p = run(*args, "ngd:representation=gram:unit=loss:damping=9e-7")
    assert p.returncode == 1 and re.search(r"ngd stopped at step \d+: fisher: gram with damping = 9e-07 is too ill-cond", p.stderr), p.stderr


@pytest.mark.parametrize("optim, why", [("kfac:radius=inf:lr=1e38:damping=1e-9", "parameters are not finite"), ("kfac:damping=0", "fisher: .*singular")])
def test_a_run_that_a_step_ends_names_rule_and_step(optim, why):
    p = run("train", "--model", "mlp:64-8-8-10:relu", "--optim", optim, "--steps", 3)
    assert p.returncode == 1 and re.match(rf"rao train: kfac stopped at step 1: .*{why}", p.stderr), p.stderr


def test_levenberg_marquardt_gives_up_in_words():
    p = run("train", "--optim", "kfac:adapt=lm:lr=1e30:radius=inf", "--steps", 2)
    assert p.returncode == 1 and re.search(r"kfac stopped at step 1: kfac: \d+ dampings up to .*want a smaller lr", p.stderr), p.stderr


def test_an_autoencoder_to_a_squared_error(tmp_path):
    """The error that stops the run is that of the saved weights by numpy, on the sample that evaluations look at."""
    x = np.random.default_rng(3).uniform(size=(90, 6))
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", np.zeros(90))
    path = tmp_path / "w.st"
    out = ok_json("train", "--data", f"npy:{tmp_path}/x.npy,{tmp_path}/y.npy,{tmp_path}/x.npy,{tmp_path}/y.npy", "--targets", "inputs",
                  "--scale", "none", "--model", "mlp:6-4-6:tanh:bernoulli", "--dtype", "f64", "--optim", "adam:lr=0.02", "--batch", 30,
                  "--steps", 2000, "--evaluate", 10, "--evaluate-cases", 45, "--stop-score", 0.4, "--save", path)
    assert (out["evaluate_cases"], out["stop_score"]) == (45, 0.4) and "the inputs as targets" in out["data"]
    errors = out["curve"]["train_squared_error"]
    assert out["steps"] < 2000 and errors[-1] <= 0.4 < min(errors[:-1])
    w = read_safetensors(path)[1]
    z = np.tanh(x @ w["0.weight"].T + w["0.bias"]) @ w["1.weight"].T + w["1.bias"]
    error = ((1 / (1 + np.exp(-z)) - x) ** 2).sum(1)
    assert errors[-1] == pytest.approx(error[::2].mean(), rel=1e-12)


def test_table_for_people(tmp_path):
    out = ok("train", *SHORT, "--save", tmp_path / "w.st")
    for word in ("mlp:64-32-10:tanh:categorical", "lr=0.1:momentum=0.9", "train loss", "accuracy", f"weights      {tmp_path}/w.st"):
        assert word in out, word


def test_report_is_one_well_formed_file(tmp_path):
    path = tmp_path / "train.html"
    ok("train", *SHORT, "--report", path)
    text = path.read_text()
    ElementTree.fromstring(re.sub(r"^<!DOCTYPE[^>]*>", "", text, flags=re.I))
    assert text.count("<svg") >= 3 and "<script" not in text
    for word in ("rao train --steps 12", "momentum=0.9", "Loss against steps", "training", "test"):
        assert word in text, word


# ---- bad input ----


@pytest.mark.parametrize("args, sentence", [
    (["--optim", "kfca"], "no optimiser 'kfca', did you mean 'kfac'"),
    (["--optim", "sgd,adam"], "sgd,adam"),
    (["--optim", "ngd:samples=4"], "samples has no effect with flavour=true, want flavour=sampled"),
    (["--optim", "ngd:lr=.1:lr=.2"], "lr is given twice"),
    (["--optim", "ngd:"], "nothing stands behind the ':'"),
    (["--load", "a", "--init", "he"], "--load and --init exclude each other"),
    (["--load", "a", "--resume", "b"], "--load and --resume exclude each other"),
    (["--epochs", "2", "--seconds", "3"], "--epochs and --seconds exclude each other"),
    (["--save"], "--save needs a value"),
    (["--init", "zero"], "init = zero, want one of auto|glorot|he|sparse15"),
    (["--targets", "outputs"], "targets = outputs, want one of source|inputs"),
    (["--targets", "inputs", "--model", "mlp:64-32-10:tanh"], "observes 10 columns, but the data has 64 targets"),
    (["--evaluate-cases", "0"], "evaluate_cases = 0"),
    (["--stop-loss", "nan"], "stop_loss = nan"),
    (["--test-fraction", "1"], "test_fraction = 1, want a number in [0, 1)"),
    (["--chekpoint", "x"], "did you mean --checkpoint?"),
])
def test_wrong_usage(args, sentence):
    assert sentence in refused(2, "train", *args)


def test_files_that_cannot_be_written_or_read_are_said_before_the_work(tmp_path):
    nowhere = tmp_path / "no-such-folder" / "f"
    for option in ("--save", "--checkpoint", "--report", "--log"):
        start = time.monotonic()
        assert "no-such-folder" in refused(1, "train", option, nowhere, "--seconds", 20)
        assert time.monotonic() - start < 10
    for option in ("--load", "--resume"):
        assert "no-such-folder" in refused(1, "train", option, nowhere)


def test_weights_of_another_model(tmp_path):
    path = tmp_path / "w.st"
    ok("train", *SHORT, "--model", "mlp:64-16-10:tanh", "--save", path)
    said = refused(2, "train", "--load", path)
    assert "mlp:64-16-10:tanh:categorical" in said and "mlp:64-32-10:tanh:categorical" in said
    _, w = read_safetensors(path)
    write_safetensors(path, w)
    assert "0.weight is 16 x 64, the model wants 32 x 64" in refused(2, "train", "--load", path)


def test_broken_weights(tmp_path):
    path = tmp_path / "w.st"
    ok("train", *SHORT, "--save", path)
    whole = path.read_bytes()
    for cut in (0, 4, 100, len(whole) - 1):
        path.write_bytes(whole[:cut])
        assert str(path) in refused(1, "train", "--load", path)
    path.write_bytes(whole)
    meta, w = read_safetensors(path)
    w = {k: v.copy() for k, v in w.items()}
    write_safetensors(path, {k: v for k, v in w.items() if k != "1.bias"})
    assert "no tensor 1.bias" in refused(2, "train", "--load", path)
    w["1.weight"][2, 3] = np.nan
    write_safetensors(path, w, meta)
    assert "1.weight, number 67 is not finite" in refused(1, "train", "--load", path)


def test_checkpoint_of_another_run(tmp_path):
    path = tmp_path / "c.st"
    ok("train", *SHORT, "--checkpoint", path)
    assert "has optim sgd, the run adam" in refused(2, "train", "--resume", path, "--optim", "adam", *SHORT)
    assert "has batch 64, the run 256" in refused(2, "train", "--resume", path)
    ok("train", *SHORT, "--save", path)
    assert "is no checkpoint" in refused(1, "train", "--resume", path, *SHORT)


def test_divergence_names_its_step_and_saves_nothing(tmp_path):
    args = ["train", *SHORT, "--model", "mlp:64-32-10:relu", "--optim", "sgd:lr=1e30", "--save", tmp_path / "w.st", "--log", tmp_path / "l"]
    p = run(*args)
    assert p.returncode == 1 and re.match(r"rao train: sgd.* step \d+$", p.stderr.strip()), p.stderr
    assert "train loss" in p.stdout
    assert [f.name for f in tmp_path.iterdir()] == ["l"]
    assert json.loads((tmp_path / "l").read_text().splitlines()[-1])["status"] == "ENUMERIC"
    p = run(*args, "--json")
    assert p.returncode == 1 and re.search(r"step \d+", json.loads(p.stdout)["error"])


def test_interrupted_run_keeps_what_it_has(tmp_path):
    save, checkpoint = tmp_path / "w.st", tmp_path / "c.st"
    p = subprocess.Popen([RAO, "train", "--seconds", "50", "--save", str(save), "--checkpoint", str(checkpoint), "--json"],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(0.6)
    p.send_signal(signal.SIGINT)
    out, err = p.communicate(timeout=60)
    got = json.loads(out)
    assert p.returncode == 1 and re.match(r"rao train: interrupted at step \d+", err)
    assert got["interrupted"] is True and got["curve"]["step"][-1] == got["steps"] > 0
    assert ok_json("train", *SHORT, "--load", save)["curve"]["train_loss"][0] == got["train_loss"]
    assert read_safetensors(checkpoint)[0]["rao.step"] == str(got["steps"])


@pytest.mark.parametrize("optim", ["ngd:representation=gram:every=3", "ngd:representation=dense:every=4:flavour=sampled:adapt=lm",
                                   "ngd:representation=diagonal:every=7:lr=0.1", "kfac:renew=4:every=3", "ekfac:renew=3:every=2:adapt=lm"])
def test_a_checkpoint_between_two_renewals_goes_on(tmp_path, optim):
    """Ten steps, a file and ten more are twenty steps, to the bit, though the metric in use at the cut is of an earlier batch."""
    args = ["train", "--model", "mlp:64-5-10:tanh", "--optim", optim, "--batch", 64, "--json"]
    ok(*args, "--steps", 20, "--save", tmp_path / "whole")
    ok(*args, "--steps", 10, "--checkpoint", tmp_path / "half")
    ok(*args, "--steps", 20, "--resume", tmp_path / "half", "--save", tmp_path / "rest")
    assert (tmp_path / "whole").read_bytes() == (tmp_path / "rest").read_bytes()


METRICS = ["ngd", "ngd:representation=dense", "ngd:representation=diagonal", "ngd:representation=gram", "ngd:representation=implicit",
           "kfac", "ekfac"]


@pytest.mark.parametrize("optim", METRICS)
@pytest.mark.parametrize("damping", ["0", "1e-30:unit=loss"])
def test_without_damping_a_singular_metric_names_its_rank(optim, damping):
    p = run("train", "--optim", f"{optim}:damping={damping}", "--steps", 2)
    assert p.returncode == 1 and re.search(r"singular.*rank \d+ of 2410.*want a damping above.*units of the loss", p.stderr), p.stderr


@pytest.mark.parametrize("optim", METRICS)
def test_a_damping_that_the_type_does_not_hold(optim):
    p = run("train", "--optim", f"{optim}:damping=1e300:unit=loss", "--steps", 2)
    assert p.returncode == 1 and "= 1e+300, want 0 or in [1.2e-38, 1.8e+19] in f32" in p.stderr, p.stderr
