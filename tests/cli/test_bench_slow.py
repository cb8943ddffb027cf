"""rao bench: the contract of its JSON, row by row, and its rows by part of a name. No figure is held to a bar: the machine may be busy."""
import json

from rao_program import ok, ok_json, refused, run

KEYS = {"name", "ms", "per_second", "gflops", "share_of_gemm", "ratio_to_plain", "floor_ms", "peak_bytes", "need_bytes"}
MLP = "mlp:784-512-512-10"
NAMES = [f"{MLP}{batch} {kind}" for batch in ("", "@4096") for kind in ("plain", "adam", "kfac", "ekfac", "fvp")] + [
    "autoencoder plain", "autoencoder kfac", "autoencoder@1000 plain", "autoencoder@1000 kfac", "net100 plain",
    "mlp:64-32-10 plain", "mlp:64-32-10 ngd", "mlp:196-45-20-10 dense"]
MIXED = [f"{model} kfac-bf16" for model in (MLP, f"{MLP}@4096", "autoencoder", "autoencoder@1000")]  # where the processor can


def positive(value):
    return isinstance(value, (int, float)) and value > 0


def test_the_contract():
    answer = ok_json("bench", "--seconds", "0.001", "--threads", 1, timeout=300)
    assert {"blas", "threads", "gemm_gflops", "rows"} <= set(answer)
    assert {"name", "core"} <= set(answer["blas"]) and answer["threads"] == 1 and positive(answer["gemm_gflops"])
    rows = {row["name"]: row for row in answer["rows"]}
    assert set(NAMES) <= set(rows) and len(rows) == len(answer["rows"])
    for name, row in rows.items():
        assert set(row) == KEYS, name
        assert positive(row["ms"]) and positive(row["peak_bytes"]), name
        for key in KEYS - {"name"}:
            assert row[key] is None or positive(row[key]), (name, key)
    assert len({name in rows for name in MIXED}) == 1
    for name in NAMES + [name for name in MIXED if name in rows]:
        row, kind = rows[name], name.split()[-1]
        assert positive(row["need_bytes"]), name
        assert (row["floor_ms"] is None) == (row["gflops"] is None) == (kind == "ngd"), name  # as many products as its solve takes
        assert (row["share_of_gemm"] is None) == (kind not in ("plain", "adam", "dense")), name
        assert (row["ratio_to_plain"] is None) == (kind == "dense"), name
        assert kind != "plain" or row["ratio_to_plain"] == 1, name
        assert row["peak_bytes"] <= 1.3 * row["need_bytes"], name  # what a step holds beyond what it cannot do without


def test_rows_by_part_of_a_name():
    rows = ok_json("bench", "--seconds", "0.01", "--rows", "mlp:64-32-10")["rows"]
    assert [row["name"] for row in rows] == ["mlp:64-32-10 plain", "mlp:64-32-10 ngd"]
    alone = ok_json("bench", "--seconds", "0.01", "--rows", "ngd")["rows"]
    assert [row["name"] for row in alone] == ["mlp:64-32-10 ngd"] and alone[0]["ratio_to_plain"] > 1  # the plain step runs beside it


def test_a_table_for_people():
    page = ok("bench", "--seconds", "0.01", "--rows", "net100")
    assert "net100 plain" in page and "gemm" in page and "to need" in page


def test_wrong_usage():
    assert "'net200'" in refused(2, "bench", "--rows", "net200")
    assert "seconds" in refused(2, "bench", "--seconds", "0")
    assert json.loads(run("bench", "--json", "--seconds", "0.01", "--rows", "net100", "--threads", 2).stdout)["threads"] == 2
