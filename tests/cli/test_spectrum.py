"""rao spectrum against a network written down again in numpy: its Jacobians, its Fisher matrices, their eigenvalues, and Adam's second moments."""
import json
import os
import pathlib
import re
import struct
import subprocess
import xml.dom.minidom

import numpy as np
import pytest

from rao_program import RAO, ok, ok_json, refused

IN, HIDDEN, OUT, N = 3, 5, 4, 23
SIZE = HIDDEN * (IN + 1) + OUT * (HIDDEN + 1)


def write_safetensors(path, tensors, metadata=None):
    header, offset = {}, 0
    if metadata:
        header["__metadata__"] = metadata
    for name, a in tensors.items():
        header[name] = {"dtype": "F64", "shape": list(a.shape), "data_offsets": [offset, offset + a.nbytes]}
        offset += a.nbytes
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(np.ascontiguousarray(a, "<f8").tobytes() for a in tensors.values()))


class Network:
    """IN-HIDDEN-OUT with tanh; head categorical or normal with variance var. Parameters as the program orders them: rows of [weight bias]."""

    def __init__(self, folder, head, seed=5):
        rng = np.random.default_rng(seed)
        self.head = head
        self.w = [rng.normal(size=(HIDDEN, IN + 1)), rng.normal(size=(OUT, HIDDEN + 1))]
        self.x = rng.normal(size=(N, IN))
        self.y = rng.integers(0, OUT, N) if head == "categorical" else rng.normal(size=(N, OUT))
        self.y[:OUT] = np.arange(OUT) if head == "categorical" else self.y[:OUT]
        np.save(folder / "x.npy", self.x)
        np.save(folder / "y.npy", self.y)
        tensors = {}
        for l, w in enumerate(self.w):
            tensors[f"{l}.weight"], tensors[f"{l}.bias"] = w[:, :-1].copy(), w[:, -1].copy()
        write_safetensors(folder / "w.safetensors", tensors)
        x, y = folder / "x.npy", folder / "y.npy"
        self.args = ["spectrum", "--data", f"npy:{x},{y},{x},{y}", "--scale", "none", "--load", folder / "w.safetensors",
                     "--model", f"mlp:{IN}-{HIDDEN}-{OUT}:tanh:{head}"]

    def cases(self):
        """Jacobian (OUT x SIZE), Fisher matrix of the head, score of the loss, for each case."""
        for x, y in zip(self.x, self.y):
            a0 = np.append(x, 1)
            h = np.tanh(self.w[0] @ a0)
            a1 = np.append(h, 1)
            z = self.w[1] @ a1
            jacobian = np.zeros((OUT, SIZE))
            for o in range(OUT):
                first = np.outer(self.w[1][o, :-1] * (1 - h * h), a0)
                second = np.zeros((OUT, HIDDEN + 1))
                second[o] = a1
                jacobian[o] = np.concatenate([first.ravel(), second.ravel()])
            if self.head == "categorical":
                p = np.exp(z - z.max())
                p /= p.sum()
                yield jacobian, np.diag(p) - np.outer(p, p), p - np.eye(OUT)[y], a0, a1
            else:
                yield jacobian, np.eye(OUT) / 0.5, (z - y) / 0.5, a0, a1

    def true(self):
        return sum(j.T @ h @ j for j, h, *_ in self.cases()) / N

    def scores(self):
        return np.array([j.T @ s for j, _, s, *_ in self.cases()])

    def empirical(self):
        s = self.scores()
        return s.T @ s / N

    def kfac(self):
        a, g = [0, 0], [0, 0]
        for j, h, _, a0, a1 in self.cases():
            hidden = j[:, :HIDDEN * (IN + 1)].reshape(OUT, HIDDEN, IN + 1)[:, :, -1]  # d z / d (sums of the first layer)
            a[0], a[1] = a[0] + np.outer(a0, a0) / N, a[1] + np.outer(a1, a1) / N
            g[0], g[1] = g[0] + hidden.T @ h @ hidden / N, g[1] + h / N
        return [np.kron(g[l], a[l]) for l in range(2)]


@pytest.fixture(params=["categorical", "normal:var=0.5"])
def network(request, tmp_path):
    return Network(tmp_path, request.param)


def eigenvalues(m):
    return np.linalg.eigvalsh(m)[::-1]


def check(out, w, side, rtol=1e-11):
    """The numbers of the object against all eigenvalues w, descending."""
    top, k = w[0], len(w)
    assert out["parameters"] == k and out["exact"] is True
    assert np.allclose(out["eigenvalues"], w, rtol=rtol, atol=1e-13 * top)
    assert out["trace"] == pytest.approx(w.sum(), rel=rtol) and out["mean_eigenvalue"] == pytest.approx(w.sum() / k, rel=rtol)
    assert out["largest"] == pytest.approx(top, rel=rtol)
    assert out["threshold_side"] == side and out["threshold"] == pytest.approx(side * np.finfo(float).eps * top, rel=1e-6)
    big = w[w > 1e-12 * top]
    assert out["rank"] == len(big) and out["null_space"] == k - len(big)
    assert out["smallest_above_threshold"] == pytest.approx(big[-1], rel=1e-6)
    assert out["condition"] == pytest.approx(top / big[-1], rel=1e-6)
    assert [d["relative"] for d in out["effective_dimension"]] == [100, 10, 1, 0.1, 0.01, 0.001, 0.0001]
    for d in out["effective_dimension"]:
        assert d["damping"] == pytest.approx(d["relative"] * w.sum() / k, rel=1e-10)
        assert d["value"] == pytest.approx((np.maximum(w, 0) / (np.maximum(w, 0) + d["damping"])).sum(), rel=1e-8)


@pytest.mark.parametrize("representation", ["dense", "gram", "auto"])
@pytest.mark.parametrize("flavour", ["true", "empirical"])
def test_exact_representations(network, representation, flavour):
    out = ok_json(*network.args, "--representation", representation, "--flavour", flavour)
    columns = 1 if flavour == "empirical" else OUT - 1 if network.head == "categorical" else OUT
    check(out, eigenvalues(network.true() if flavour == "true" else network.empirical()), N * columns if representation == "gram" else SIZE)
    assert out["flavour"] == flavour and out["cases"] == N
    assert out["representation"] == ("dense" if representation == "auto" else representation)


def test_the_categorical_null_space(tmp_path):
    """Adding one constant to every logit moves nothing: HIDDEN + 1 directions, and no others for these weights."""
    out = ok_json(*Network(tmp_path, "categorical").args)
    assert out["null_space"] == HIDDEN + 1


def test_diagonal_and_kfac(network):
    check(ok_json(*network.args, "--representation", "diagonal"), np.sort(np.diag(network.true()))[::-1], 1)
    check(ok_json(*network.args, "--representation", "kfac"), np.sort(np.concatenate([eigenvalues(b) for b in network.kfac()]))[::-1], OUT + HIDDEN + 1)
    ekfac = ok_json(*network.args, "--representation", "ekfac")
    assert ekfac["trace"] == pytest.approx(np.trace(network.true()), rel=1e-11)


def test_sampled_is_near_the_true_one(network):
    out = ok_json(*network.args, "--flavour", "sampled", "--samples", 4000, "--representation", "diagonal", "--seed", 3)
    truth, scores = network.true(), []
    for j, h, *_ in network.cases():
        scores.append(np.trace(j.T @ h @ j))
    # the squared length of a score has a standard deviation of the order of its mean
    assert out["trace"] == pytest.approx(np.trace(truth), abs=5 * 3 * np.max(scores) / np.sqrt(4000 * N))
    assert out["samples"] == 4000


def test_implicit_ritz_values_are_eigenvalues_within_their_bounds(network):
    w = eigenvalues(network.true())
    out = ok_json(*network.args, "--representation", "implicit", "--steps", 12, "--probes", 40)
    assert out["exact"] is False and "eigenvalues" not in out and "rank" not in out
    for theta, bound in zip(out["ritz_values"], out["ritz_bounds"]):
        assert np.min(np.abs(w - theta)) <= bound + 1e-13 * w[0]
    assert out["ritz_bounds"][0] < 1e-3 * w[0] and out["largest"] == pytest.approx(w[0], rel=1e-3)
    assert out["trace"] == pytest.approx(w.sum(), rel=1e-11)
    assert 1 <= out["rank_at_least"] <= (w > 1e-12 * w[0]).sum()
    for d in out["effective_dimension"]:
        want = (np.maximum(w, 0) / (np.maximum(w, 0) + d["damping"])).sum()
        assert d["lower"] <= d["value"] <= d["upper"]
        assert d["lower"] - 6 * d["standard_error"] <= want <= d["upper"] + 6 * d["standard_error"]
    assert out["effective_dimension"][0]["upper"] == pytest.approx(out["effective_dimension"][0]["lower"], rel=1e-6)  # resolved
    assert out["effective_dimension"][6]["upper"] > 1.02 * out["effective_dimension"][6]["lower"]  # and not


def test_implicit_effective_dimension_with_steps_enough(network):
    w = eigenvalues(network.true())
    out = ok_json(*network.args, "--representation", "implicit", "--steps", SIZE + 5, "--probes", 60)
    for d in out["effective_dimension"]:
        want = (np.maximum(w, 0) / (np.maximum(w, 0) + d["damping"])).sum()
        assert d["upper"] == pytest.approx(d["lower"], rel=1e-9)
        assert abs(d["value"] - want) <= 6 * d["standard_error"] + 1e-6 * want


def test_quadratures_bracket_every_probe(network):
    """More steps of the same probes: lower ends rise, upper ends fall."""
    last = None
    for steps in (1, 2, 4, 8, 16, 32):
        out = ok_json(*network.args, "--representation", "implicit", "--steps", steps, "--probes", 5)["effective_dimension"]
        for now, before in zip(out, last or []):
            assert now["lower"] >= before["lower"] * (1 - 1e-9) and now["upper"] <= before["upper"] * (1 + 1e-9)
        last = out


def ranks(a):
    values, place, count = np.unique(a, return_inverse=True, return_counts=True)
    ends = np.cumsum(count)
    return (ends - (count - 1) / 2)[place]


def check_pair(pair, a, b):
    assert pair["ratio"] == pytest.approx(b.sum() / a.sum(), rel=1e-10)
    assert pair["pearson"] == pytest.approx(np.corrcoef(a, b)[0, 1], rel=1e-9)
    assert pair["spearman"] == pytest.approx(np.corrcoef(ranks(a), ranks(b))[0, 1], abs=1e-9)


@pytest.mark.parametrize("batch", [1, N, 1000])
def test_three_diagonals(network, batch):
    """One case a batch: Adam's second moments are the empirical diagonal. All cases: the squared mean gradient."""
    out = ok_json(*network.args, "--batch", batch)
    truth, empirical, gradient = np.diag(network.true()), np.diag(network.empirical()), network.scores().mean(axis=0)
    size = min(batch, N)
    adam = empirical if batch == 1 else size * gradient ** 2
    d = out["diagonals"]
    assert out["batch"] == size and d["batches"] == N // size
    assert out["gradient_norm"] == pytest.approx(np.linalg.norm(gradient), rel=1e-11)
    assert d["gradient_share"] == pytest.approx(size * (gradient ** 2).sum() / adam.sum(), rel=1e-10)
    edges = [(0, HIDDEN * (IN + 1)), (HIDDEN * (IN + 1), SIZE), (0, SIZE)]
    assert [l["name"] for l in d["layers"]] == ["0", "1", "all"]
    for layer, (a, b) in zip(d["layers"], edges):
        t, e, v = truth[a:b], empirical[a:b], adam[a:b]
        assert layer["parameters"] == b - a
        assert [layer["true"], layer["empirical"], layer["adam"]] == pytest.approx([t.sum(), e.sum(), v.sum()], rel=1e-11)
        check_pair(layer["true_empirical"], t, e)
        check_pair(layer["true_adam"], t, v)
        if batch == 1:
            assert layer["empirical_adam"]["ratio"] == pytest.approx(1, rel=1e-12) and layer["empirical_adam"]["pearson"] == pytest.approx(1, rel=1e-12)
        else:
            check_pair(layer["empirical_adam"], e, v)


def test_cases_are_a_part_of_the_training_part(network):
    some = [ok_json(*network.args, "--cases", 7, "--seed", s) for s in (1, 1, 2)]
    assert some[0] == some[1] and some[0]["trace"] != some[2]["trace"] and some[0]["cases"] == 7
    bound = 7 * (OUT if network.head != "categorical" else OUT - 1)
    assert some[0]["rank"] <= min(bound, SIZE)


def test_float_agrees_with_double(network):
    f, d = (ok_json(*network.args, "--dtype", t) for t in ("f32", "f64"))
    assert np.allclose(f["eigenvalues"], d["eigenvalues"], rtol=1e-4, atol=1e-5 * d["largest"])
    assert f["threshold"] > 1e6 * d["threshold"]


def test_people_get_tables(network):
    out = ok(*network.args)
    for word in ("Rank", "null space", "Eigenvalues", "Effective dimension", "Diagonals by layer", "Adam's second moments"):
        assert word in out
    assert "certain to be positive" in ok(*network.args, "--representation", "implicit", "--steps", 6)


@pytest.mark.parametrize("representation", ["dense", "implicit"])
def test_the_report_is_one_well_formed_file(network, tmp_path, representation):
    path = tmp_path / "report.html"
    assert f"report: {path}" in ok(*network.args, "--representation", representation, "--report", path)
    page = path.read_text()
    xml.dom.minidom.parseString(page)
    assert page.count("<svg") >= 4 and "rao spectrum" in page and "<script" not in page


def test_initial_weights_without_load():
    out = ok_json("spectrum", "--model", "mlp:64-4-10:relu", "--cases", 50, "--init", "glorot")
    assert out["weights"] == "initial, glorot" and out["parameters"] == 310


def test_refusals(network, tmp_path):
    args = network.args
    assert "want one of auto|dense|diagonal|kfac|ekfac|gram|implicit" in refused(2, *args, "--representation", "kfca")
    assert "want one of true|sampled|empirical" in refused(2, *args, "--flavour", "exact")
    assert "--cases 24, the training part has 23" in refused(2, *args, "--cases", 24)
    assert "samples" in refused(2, *args, "--samples", 0)
    assert "probes" in refused(2, *args, "--probes", 1)
    assert "samples has no effect with flavour=true" in refused(2, *args, "--samples", 4)
    assert "steps has no effect" in refused(2, *args, "--representation", "kfac", "--steps", 9)
    assert "no.safetensors" in refused(1, *args, "--load", tmp_path / "no.safetensors")
    other = refused(2, *args, "--model", f"mlp:{IN}-6-{OUT}:tanh:{network.head}")
    assert "5 x 3" in other and "6 x 3" in other
    assert "inputs" in refused(2, *args, "--model", f"mlp:2-5-{OUT}:tanh:{network.head}")
    report = tmp_path / "nowhere" / "report.html"
    assert str(tmp_path / "nowhere") in refused(1, *args, "--report", report)
    assert not os.path.exists(report)


def test_too_large_is_said_before_the_work():
    wide = ["spectrum", "--model", "mlp:64-4000-4000-10:tanh", "--cases", 20]
    assert "out of reach, want at most 32766: take kfac, ekfac or implicit" in refused(1, *wide, "--representation", "dense", timeout=20)
    assert "fewer --cases" in refused(1, "spectrum", "--representation", "gram", "--flavour", "sampled", "--samples", 100)
    assert "matrix of 12942 rows (gram, 1.34 GB and some 2.9e+12 operations) are many, want at most 8192: ask for them by --rows 12942, or take kfac" in \
        refused(1, "spectrum", "--representation", "gram", timeout=20)
    assert "of 9001 rows (kfac" in refused(1, "spectrum", "--model", "mlp:64-9000-10:tanh", "--representation", "kfac", timeout=20)
    assert "want at most 100" in refused(1, "spectrum", "--rows", 100, timeout=20)
    huge = ["spectrum", "--model", "mlp:64-600000-600000-10:tanh", "--cases", 2, "--representation"]
    assert "of 600001 rows (kfac, 2.88e+03 GB" in refused(1, *huge, "kfac", timeout=20)
    sentence = refused(1, *huge, "diagonal", timeout=20)
    assert "fisher: diagonal of 360045600010 parameters and 2 cases needs 2.88e+03 GB, this machine gives at most" in sentence


GUIDE = pathlib.Path(os.environ.get("RAO_SOURCE_DIR", pathlib.Path(__file__).parents[2]))


def blocks_of_guide():
    return re.findall(r"^```(\w*)\n(.*?)^```", (GUIDE / "docs/guide/fisher.md").read_text(), re.M | re.S)


def test_the_guide_quotes_the_example():
    example = "".join(line.strip() + "\n" for line in (GUIDE / "examples/fisher.c").read_text().splitlines())
    quotes = [text for kind, text in blocks_of_guide() if kind == "c"]
    assert quotes
    for text in quotes:
        assert "".join(line.strip() + "\n" for line in text.splitlines()) in example


def test_the_guide_prints_what_the_example_prints():
    program = pathlib.Path(RAO).parent / "examples" / "fisher"
    if not program.exists():
        pytest.skip("the examples are not built")
    printed = subprocess.run([program], capture_output=True, text=True, timeout=60, check=True).stdout.splitlines()
    quoted = [text for kind, text in blocks_of_guide() if kind == ""][0].splitlines()
    assert printed[0] == quoted[0] and len(printed) == len(quoted) == 9
    for a, b in zip(printed[1:], quoted[1:]):
        assert a.split()[:3] == b.split()[:3]
        assert list(map(float, a.split()[3:])) == pytest.approx(list(map(float, b.split()[3:])), abs=3e-4)


def test_the_table_of_mistakes_names_tests_that_exist():
    """docs/theory/fisher.md says which law holds each; a law that is renamed takes its row along."""
    root = pathlib.Path(__file__).resolve().parents[2]
    section = (root / "docs/theory/fisher.md").read_text().split("## What is easy to get wrong")[1].split("\n## ")[0]
    rows = [line.split("|")[3] for line in section.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 12
    found = 0
    for row in rows:
        for path, names in re.findall(r"`([a-z_/]+\.c)`([^;|`]*)", row):
            source = (root / "tests" / path).read_text()
            for name in re.findall(r"[a-z]+(?:_[a-z]+)+", names):
                assert f"cmocka_unit_test({name})" in source, (path, name)
                found += 1
    assert found >= 12
