"""Time of a training step in PyTorch and its K-FAC libraries, of a dense Fisher matrix in nngeometry, each under the name of the row of `rao bench` that
does the same work."""
import importlib.util
import sys
import time
import types

import torch

import networks

CLASSIFIER = "mlp:784-512-512-10:relu"
AUTOENCODER = "mlp:784-1000-500-250-30-250-500-1000-784:logistic"
PLAIN = {"plain": ["sgd:lr=1e-4:momentum=0.9"]}
ADAM = {"adam": ["adam:lr=1e-5"]}
KFAC = {"kfac": ["asdl:lr=1e-6:damping=1", "asdl:lr=1e-6:damping=1:fisher=emp", "kfac-pytorch:lr=1e-6:mode=inverse", "kfac-pytorch:lr=1e-6:mode=eigen"]}
NETWORKS = [
    ("mlp:784-512-512-10", CLASSIFIER, 512, "categorical", PLAIN | ADAM | KFAC),
    ("mlp:784-512-512-10@4096", CLASSIFIER, 4096, "categorical", PLAIN | ADAM | KFAC),
    ("autoencoder", AUTOENCODER, 500, "bernoulli", PLAIN | KFAC),
    ("autoencoder@1000", AUTOENCODER, 1000, "bernoulli", PLAIN | KFAC),
    ("net100", "mlp:6-10-4:tanh", 256, "categorical", PLAIN),
]
TITLES = {"sgd": "SGD with momentum", "adam": "Adam", "asdl": "K-FAC of ASDL, factors every step, inverses every 10",
          "kfac-pytorch": "kfac-pytorch, factors every step, inverses every 10"}


def batch_of(spec, cases, head):
    widths = [int(w) for w in spec.split(":")[1].split("-")]
    x = torch.rand(cases, widths[0])
    return x, torch.rand(cases, widths[-1]) if head == "bernoulli" else torch.arange(cases) % widths[-1]


class Step:
    """One rule on one network; a sample is as many steps as lie between two renewals of the inverses, or fill 20 ms."""

    def __init__(self, row, spec, cases, head, rule):
        self.row, name = row, rule.partition(":")[0]
        options = ", ".join(v for v in ("empirical" if "fisher=emp" in rule else "sampled" if name == "asdl" else "",
                                        "eigen (its default)" if "mode=eigen" in rule else "inverse" if "mode=inverse" in rule else "") if v)
        self.peer = f"PyTorch: {TITLES[name]}" + (f", {options}" if options else "")
        self.rule = networks.make_rule(rule, networks.mlp(spec), head)
        self.x, self.y = batch_of(spec, cases, head)
        for _ in range(3):
            self.rule.step(self.x, self.y)
        start = time.perf_counter()
        self.rule.step(self.x, self.y)
        once = time.perf_counter() - start
        self.calls = 10 if name in networks.LIBRARY else max(1, int(0.02 / once))

    def sample(self):
        start = time.perf_counter()
        for _ in range(self.calls):
            self.rule.step(self.x, self.y)
        return 1e3 * (time.perf_counter() - start) / self.calls


def network_steps(wanted):
    for name, spec, cases, head, kinds in NETWORKS:
        for kind, rules in kinds.items():
            row = f"{name} {kind}"
            for rule in rules if wanted in row else []:
                if networks.available(rule.partition(":")[0]):
                    yield Step(row, spec, cases, head, rule)


# ---- nngeometry ----


class DenseFisher:
    """The exact Fisher matrix of 9,995 parameters as a dense matrix: 1,000 cases, 10 classes. One call is a sample: it takes seconds."""

    row, peer = "dense", "nngeometry: dense exact Fisher, 9,995 parameters, 1,000 cases, 10 classes"

    def __init__(self):
        if not hasattr(torch, "func"):  # before PyTorch 2; its Hessian code alone needs it
            sys.modules["torch.func"] = torch.func = types.ModuleType("torch.func")
            torch.func.functional_call = torch.func.hessian = torch.func.jacrev = torch.func.vmap = torch.func.grad = None
        from nngeometry.metrics import FIM
        from nngeometry.object import PMatDense
        self.fim, self.dense = FIM, PMatDense
        self.model = networks.mlp("mlp:196-45-20-10:tanh")
        data = torch.utils.data.TensorDataset(torch.rand(1000, 196), torch.arange(1000) % 10)
        self.loader = torch.utils.data.DataLoader(data, batch_size=1000)

    def sample(self):
        start = time.perf_counter()
        self.fim(self.model, self.loader, self.dense, variant="classif_logits")
        return 1e3 * (time.perf_counter() - start)


def dense_fisher(wanted):
    if wanted in DenseFisher.row and importlib.util.find_spec("nngeometry"):
        yield DenseFisher()
