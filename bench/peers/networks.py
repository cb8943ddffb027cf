"""The same networks, losses and optimisers in PyTorch: SGD, Adam, and its K-FAC libraries where they are installed.

ASDL (package asdfghjkl) comes from the package registry. kfac-pytorch does not; where a checkout of it is installed as the module `kfac`, it is measured too.
"""
import contextlib
import importlib.util
import warnings

import torch
from torch import nn

warnings.filterwarnings("ignore")  # deprecations inside the libraries, on every step
torch.set_num_threads(1)

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "logistic": nn.Sigmoid}


def mlp(spec, seed=1):
    """mlp:IN-HIDDEN-..-OUT:ACTIVATION, begun as rao begins it: He's normal weights for relu, Glorot's uniform ones else, biases 0."""
    _, widths, activation = spec.split(":")[:3]
    widths = [int(w) for w in widths.split("-")]
    torch.manual_seed(seed)
    layers = []
    for n_in, n_out in zip(widths, widths[1:]):
        layer = nn.Linear(n_in, n_out)
        if activation == "relu":
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        else:
            nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
        layers += [layer, ACTIVATIONS[activation]()]
    return nn.Sequential(*layers[:-1])


def categorical(z, y, reduction="sum"):
    return nn.functional.cross_entropy(z, y, reduction=reduction)


def bernoulli(z, y, reduction="sum"):
    return nn.functional.binary_cross_entropy_with_logits(z, y, reduction=reduction)


HEADS = {"categorical": categorical, "bernoulli": bernoulli}


def parse(spec):
    """NAME[:key=value].. as rao reads it; numbers become numbers."""
    name, *pairs = spec.split(":")
    keys = dict(pair.split("=") for pair in pairs)
    for k, v in keys.items():
        with contextlib.suppress(ValueError):
            keys[k] = float(v)
    return name, keys


class FirstOrder:
    """A gradient by autograd and a step of torch.optim."""

    def __init__(self, model, head, optimiser):
        self.model, self.loss, self.optimiser = model, HEADS[head], optimiser

    def step(self, x, y):
        self.optimiser.zero_grad(set_to_none=True)
        loss = self.loss(self.model(x), y) / len(x)
        loss.backward()
        self.optimiser.step()
        return loss


def sgd(model, head, lr=0.1, momentum=0.9, nesterov=0):
    return FirstOrder(model, head, torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, nesterov=bool(nesterov)))


def adam(model, head, lr=1e-3):
    try:
        optimiser = torch.optim.Adam(model.parameters(), lr=lr, fused=True)  # the fast one, on CPUs from PyTorch 2.4 on
    except (RuntimeError, TypeError):
        optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    return FirstOrder(model, head, optimiser)


# ---- ASDL ----


class _NoRange(contextlib.ContextDecorator):
    def __init__(self, *_):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


def _import_asdl():
    if not torch.cuda.is_available():
        torch.cuda.nvtx.range = _NoRange  # it marks its ranges for a profiler that builds without CUDA lack
    import asdl.fisher
    import asdl.precondition
    return asdl


class Asdl:
    """K-FAC of ASDL, as documented: sampled labels, factors every step with weight .05 for the new ones, inverses every `renew` steps."""

    def __init__(self, model, head, lr=0.1, momentum=0.9, damping=0.1, renew=10, decay=0.05, fisher="mc"):
        asdl = _import_asdl()
        self.model, self.loss = model, HEADS[head]
        self.asdl, self.head, self.fisher = asdl, head, fisher
        self.settings = dict(damping=damping, ema_decay=decay, curvature_upd_interval=1, preconditioner_upd_interval=int(renew))
        self.optimiser = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
        self.maker = None

    def _make(self, cases):
        config = self.asdl.precondition.PreconditioningConfig(data_size=cases, **self.settings)
        kind = "cross_entropy" if self.head == "categorical" else "mse"
        maker = self.asdl.precondition.KfacGradientMaker(self.model, config, fisher_type="fisher_" + self.fisher, loss_type=kind)
        if self.head == "bernoulli" and self.fisher == "mc":
            maker.fisher_maker = self._bernoulli_draws(maker.fisher_maker)
        return maker

    def _bernoulli_draws(self, maker):
        """It draws from categorical and normal models only; an autoencoder's pixels are Bernoulli."""

        class Draws(type(maker)):
            def _fisher_loop(self, closure):
                logits = self._logits
                with torch.no_grad():
                    y = torch.bernoulli(torch.sigmoid(logits))
                closure(lambda: bernoulli(logits, y))

        return Draws(self.model, maker.config)

    def step(self, x, y):
        if self.maker is None:
            self.maker = self._make(len(x))
        self.optimiser.zero_grad(set_to_none=True)
        z = self.maker.setup_model_call(self.model, x)
        self.maker.setup_loss_call(self.loss, z, y)
        _, loss = self.maker.forward_and_backward()
        self.optimiser.step()
        return loss


# ---- kfac-pytorch ----


class KfacPytorch:
    """kfac-pytorch as shipped: the empirical Fisher matrix of the mean loss, clipping by kl_clip."""

    def __init__(self, model, head, lr=0.1, momentum=0.9, damping=0.001, renew=10, mode="eigen", kl_clip=0.001):
        from kfac.enums import ComputeMethod
        from kfac.preconditioner import KFACPreconditioner
        self.first = sgd(model, head, lr, momentum)
        self.kfac = KFACPreconditioner(model, factor_update_steps=1, inv_update_steps=int(renew), damping=damping, kl_clip=kl_clip, lr=lr,
                                       compute_method=ComputeMethod[mode.upper()])

    def step(self, x, y):
        self.first.optimiser.zero_grad(set_to_none=True)
        loss = self.first.loss(self.first.model(x), y) / len(x)
        loss.backward()
        self.kfac.step()
        self.first.optimiser.step()
        return loss


RULES = {"sgd": sgd, "adam": adam, "asdl": Asdl, "kfac-pytorch": KfacPytorch}
LIBRARY = {"asdl": "asdl", "kfac-pytorch": "kfac"}


def available(name):
    return name not in LIBRARY or importlib.util.find_spec(LIBRARY[name]) is not None


def make_rule(spec, model, head):
    name, keys = parse(spec)
    return RULES[name](model, head, **keys)
