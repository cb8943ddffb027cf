"""Quantities of families in numpy, scipy, geomstats and PyTorch, each under the name of the row of `rao bench` that does the same work."""
import contextlib
import os
import time

import numpy as np
import scipy.integrate
import torch

torch.set_num_threads(1)
PAIRS, MVN_PAIRS, DIMENSION = 100_000, 10_000, 10


class Timed:
    def __init__(self, row, peer, call):
        self.row, self.peer, self.call = row, peer, call
        self.call()

    def sample(self):
        start = time.perf_counter()
        self.call()
        return 1e3 * (time.perf_counter() - start)


def normal_pairs():
    rng = np.random.default_rng(1)
    return rng.normal(size=PAIRS), rng.uniform(0.5, 2, PAIRS), rng.normal(size=PAIRS), rng.uniform(0.5, 2, PAIRS)


def fisher_rao(m, s, n, t):
    """2 sqrt 2 asinh of half the chord of the half-plane, without cancellation."""
    return 2 * np.sqrt(2) * np.arcsinh(np.sqrt((0.5 * (m - n) ** 2 + (s - t) ** 2) / (4 * s * t)))


def fisher_rao_peers():
    m, s, n, t = normal_pairs()
    yield Timed("manifold fisher-rao normal", "numpy: the closed form by arcsinh", lambda: fisher_rao(m, s, n, t))
    with contextlib.suppress(ImportError):  # not installed, or older than the NumPy that is
        os.environ.setdefault("GEOMSTATS_BACKEND", "numpy")
        from geomstats.information_geometry.normal import UnivariateNormalDistributions
        metric = UnivariateNormalDistributions().metric
        p, q = np.stack([m, s], 1), np.stack([n, t], 1)
        yield Timed("manifold fisher-rao normal", "geomstats", lambda: metric.dist(p, q))


def covariances(rng):
    a = rng.normal(size=(MVN_PAIRS, DIMENSION, DIMENSION))
    return a @ a.transpose(0, 2, 1) / DIMENSION + 0.5 * np.eye(DIMENSION)


def mvn_kl(m, s, n, t):
    """By numpy's batched Cholesky factors; it has no batched triangular solve, so the general one serves."""
    ls, lt = np.linalg.cholesky(s), np.linalg.cholesky(t)
    a, d = np.linalg.solve(lt, ls), np.linalg.solve(lt, (n - m)[..., None])[..., 0]
    logdet = 2 * np.log(np.diagonal(lt, axis1=1, axis2=2) / np.diagonal(ls, axis1=1, axis2=2)).sum(1)
    return 0.5 * ((a * a).sum((1, 2)) + (d * d).sum(1) - DIMENSION + logdet)


def mvn_peers():
    rng = np.random.default_rng(2)
    m, n, s, t = rng.normal(size=(MVN_PAIRS, DIMENSION)), rng.normal(size=(MVN_PAIRS, DIMENSION)), covariances(rng), covariances(rng)
    yield Timed("manifold kl mvn10", "numpy: Cholesky factors, batched", lambda: mvn_kl(m, s, n, t))
    mm, nn_, ss, tt = (torch.from_numpy(a) for a in (m, n, s, t))

    def by_torch():
        p, q = (torch.distributions.MultivariateNormal(a, covariance_matrix=b, validate_args=False) for a, b in ((mm, ss), (nn_, tt)))
        return torch.distributions.kl_divergence(p, q)

    assert np.allclose(by_torch().numpy(), mvn_kl(m, s, n, t), rtol=1e-9)
    yield Timed("manifold kl mvn10", "torch.distributions", by_torch)


def mixture_entropy():
    def log_density(x):
        a, b = -0.5 * x * x + np.log(0.3), -0.5 * ((x - 2) / 0.5) ** 2 - np.log(0.5) + np.log(0.7)
        return np.logaddexp(a, b) - 0.5 * np.log(2 * np.pi)

    def integrand(x):
        y = log_density(x)
        return -np.exp(y) * y

    return scipy.integrate.quad(integrand, -40, 42, epsabs=0, epsrel=1e-12, limit=400, points=[0, 2])[0]


def peers(wanted):
    for row, make in (("manifold fisher-rao normal", fisher_rao_peers), ("manifold kl mvn10", mvn_peers),
                      ("manifold entropy mixture", lambda: [Timed("manifold entropy mixture", "scipy.integrate.quad to 1e-12", mixture_entropy)])):
        if wanted in row:
            yield from make()
