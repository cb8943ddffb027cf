"""What the peer scripts share: one thread for everybody, the same BLAS setting for everybody, and how `rao` is asked."""
import functools
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")}
PRESET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "MKL_ENABLE_INSTRUCTIONS", "ATEN_CPU_CAPABILITY")


def clean_environment():
    env = {k: v for k, v in os.environ.items() if k not in PRESET}
    env.update(ONE_THREAD)
    return env


@functools.cache
def kernels():
    """The kernels of OpenBLAS that rao runs with nothing preset: an OpenBLAS older than the CPU takes its slowest, and rao alone has it choose again."""
    given = sys.argv[sys.argv.index("--rao") + 1 :][:1] if "--rao" in sys.argv else []
    rao = pathlib.Path(*given or [ROOT / "build/release/rao"])
    if not rao.exists():
        return ""
    p = subprocess.run([str(rao), "info", "--json"], env=clean_environment(), capture_output=True, text=True, check=False)
    blas = json.loads(p.stdout)["blas"] if p.returncode == 0 else {"name": ""}
    return blas["core"] if blas["name"].startswith("OpenBLAS") else ""


def fair_environment():
    """The environment of every measured process: one thread, no kernels preset by hand, and the same kernels of OpenBLAS for everybody."""
    return clean_environment() | ({"OPENBLAS_CORETYPE": kernels()} if kernels() else {})


def start_fairly():
    """Libraries read these variables when they are loaded: the script starts itself again under the fair ones."""
    env = fair_environment()
    if env != dict(os.environ):
        os.execve(sys.executable, [sys.executable, *sys.argv], env)


def rao_json(rao, *args):
    p = subprocess.run([str(rao), *map(str, args)], env=fair_environment(), capture_output=True, text=True, check=False)
    if p.returncode != 0:
        raise SystemExit(f"{rao} {' '.join(map(str, args))}: {p.stderr.strip()}")
    return json.loads(p.stdout)


def find_rao(given=None):
    path = pathlib.Path(given or ROOT / "build/release/rao")
    if not path.exists():
        raise SystemExit(f"no program {path}; build it: cmake --preset release && cmake --build build/release, or name it with --rao")
    return path


def cpu_model():
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return "unknown"
