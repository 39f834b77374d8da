"""Problems for the kernels that train networks, and runs of them by both packages."""

import contextlib
import dataclasses

import numpy as np

from refgen.kernels.packed import n_parameters, padded
from refgen_gpu.backend import _override
from support.standin import DeviceArray, standin

NONE = (-np.inf, np.inf, 0.9)  # no rule to stop

# Of a problem, unless a test says otherwise: members, rows, features, neurons, outputs.
SHAPE = (3, 23, 5, 11, 3)


def problem(
    shape=SHAPE, *, seed=0, activation=1, loss=2, batches=(4, 7, 30), epochs=(3, 2, 3),
    rule=(0.0, 0.0, 0.0), stops=NONE, steps=(0.1, 0.1, 0.1, 0.1), shuffled=True,
    ragged=True, scales=(0.7, 1.3), n_epochs=3, first=5,
):  # fmt: skip
    """Arguments of train_epochs; members differ in rows, batches, epochs and labels."""
    n_members, n, d, h, k = shape
    rng = np.random.default_rng(seed)
    theta = np.zeros((n_members, n_parameters(d, h, k)))
    v = (d + 1) * padded(h)
    hidden = theta[:, :v].reshape(n_members, d + 1, -1)
    hidden[:, :, :h] = rng.normal(size=(n_members, d + 1, h)) / np.sqrt(d)
    output = theta[:, v:].reshape(n_members, h + 1, -1)
    output[:, :, :k] = rng.normal(size=(n_members, h + 1, k)) / np.sqrt(h)
    theta[:, :v], theta[:, v:] = (a.reshape(n_members, -1) for a in (hidden, output))
    classes = rng.integers(0, max(k, 2), n)
    sets = [np.eye(max(k, 2))[(classes + s) % max(k, 2)][:, :k] for s in range(2)]
    every = rng.permuted(np.tile(np.arange(n), (n_members, 1)), axis=1)
    plan = [
        (own := n - 3 * (m % 3) * ragged, min(batches[m % 3], own), epochs[m % 3],
         m % 2 * n)
        for m in range(n_members)
    ]  # fmt: skip
    return (
        theta, 0.01 * theta, np.zeros(n_members, int), np.arange(n_members) % 2,
        rng.normal(size=(n, d)), np.concatenate(sets), rng.uniform(0.5, 2, 2 * n),
        every if ragged else every[:1], np.array(plan),
        *(np.array([own] * n_members, float) for own in (steps, rule, stops)),
        np.arange(first, first + n_members, dtype=np.uint64),
        np.array([7, 8, 9] if shuffled else [], np.uint64), n_epochs,
        (d, h, k, *scales, activation, loss),
    )  # fmt: skip


@contextlib.contextmanager
def device_of(kernels, order=1):
    """The stand-in with other kernels, such as those with a planted bug."""

    def run(name, grid, block, args, shared_mem=0):
        host = [a._a if isinstance(a, DeviceArray) else a for a in args]
        kernels(name, grid, block, tuple(host), shared_mem, order)

    token = _override.set(dataclasses.replace(standin(), launch=run))
    try:
        yield _override.get()
    finally:
        _override.reset(token)


def trained(train, given, be=None):
    """What training finds: losses, and what it changes."""
    own = [a.copy() if isinstance(a, np.ndarray) else a for a in given]
    if be is not None:
        own = [be.xp.asarray(a) if isinstance(a, np.ndarray) else a for a in own]
    found = [train(*own), *own[:4]]
    return found if be is None else [be.to_host(a) for a in found]


def small_cases(file, kernels):
    """Runs of all parts of the kernels, on odd sizes."""
    from refgen_gpu.kernels.networks import evaluate, train_epochs

    with device_of(kernels) as be:
        for given in (
            problem((2, 5, 3, 9, 1), loss=1, activation=2, batches=(1, 5, 2)),
            problem((2, 7, 1, 1, 2), rule=(0.5, 0.1, 0.1), stops=(0.1, 0.2, 0.5)),
            problem((1, 70, 2, 3, 9), batches=(70,) * 3, loss=0, activation=3),
            problem((1, 3, 2, 300, 2), shuffled=False, ragged=False),
        ):
            trained(train_epochs, given, be)
            theta, X = be.xp.asarray(given[0]), be.xp.asarray(given[4])
            evaluate(theta, X[None], given[-1][:-1], True)
