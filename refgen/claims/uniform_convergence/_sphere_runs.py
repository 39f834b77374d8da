"""Networks trained on samples of two spheres, and what was measured of them."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance
from refgen.networks import Ensemble, TwoLayerNetworks, initial_networks, train
from refgen.random import Stream
from refgen.uniform_convergence import draw_hyperspheres, norm_bounds, swap_radii

DIMENSION, RADII, MARGIN = 100, (1.0, 1.2), 4.0
SIZES, N_HELD_OUT = (256, 1024), 8192
BOUNDS = "Bartlett 2017", "Neyshabur 2018", "Neyshabur 2019"

_STREAM = Stream(31, "UC-31")


@dataclass(frozen=True, repr=False)
class SphereRuns(Instance):
    """What was measured of networks on spheres; columns are members, each of a sample.

    Attributes
    ----------
    training_errors, transformed_errors : arrays of shape (..., n_sizes, n_members)
        On the sample S, and on S′, where radii are exchanged.
    n_wrong, n_wrong_swapped : arrays of shape (..., n_sizes, n_members)
        Of `N_HELD_OUT` new points, and of these with exchanged radii.
    distances : array of shape (..., n_sizes, n_members)
        Of weights and biases from where they began.
    spectral : array of shape (..., n_sizes, n_members, 2)
    bounds : array of shape (..., n_sizes, n_members, 3)
        As the notebook has them: without biases, B = 1, margin 4.
    """

    training_errors: Any
    transformed_errors: Any
    n_wrong: Any
    n_wrong_swapped: Any
    distances: Any
    spectral: Any
    bounds: Any


def spheres(n_points: int, stream: Stream) -> tuple[Any, Any]:
    """Points, and 0 for the inner and 1 for the outer sphere."""
    points, labels = draw_hyperspheres(n_points, DIMENSION, *RADII, stream)
    return points, (labels > 0).astype(int)


def swapped(points: Any, labels: Any) -> tuple[Any, Any]:
    """Each point on the other sphere, with the other label."""
    there, turned = swap_radii(points, 2.0 * labels - 1, *RADII)
    return there, (turned > 0).astype(int)


@functools.cache
def small_batches(size: int) -> SphereRuns:
    """Eight networks of 200 neurons for each of `SIZES`, with steps on `size` points.

    With 1 they learn as the published notebook does: from one start, and points keep
    their order. Otherwise weights and batches are drawn anew for each.
    """
    stream, alike = _STREAM.child("small batches"), size == 1
    start = initial_networks(stream, DIMENSION, 200, 1, n_members=1 if alike else 8)
    options = {"batch_size": size, "shuffle": not alike}
    return _stacked(
        _measured(m, 8, start, stream, step_size=0.3, **options) for m in SIZES
    )


@functools.cache
def without_biases() -> SphereRuns:
    """Four networks for each of 64 and 128 points that have no biases."""
    stream = _STREAM.child("without biases")
    start = initial_networks(stream, DIMENSION, 200, 1, n_members=4)
    options = {"step_size": 0.3, "batch_size": 32, "bias": False}
    return _stacked(_measured(m, 4, start, stream, **options) for m in (64, 128))


@functools.cache
def as_in_the_notebook() -> SphereRuns:
    """Five networks of the published notebook: two outputs, 1000 neurons, one point.

    The notebook averages the losses of both outputs, ours are added: half of its step
    of 0.2 is the same. It draws biases as if they were weights of one input.
    """
    stream = _STREAM.child("notebook")
    start = initial_networks(stream, DIMENSION, 1000, 2, n_members=5)
    hidden, output = (
        (2 * stream.child("biases", str(h)).uniform((5, h)) - 1) * (6 / (1 + h)) ** 0.5
        for h in (1000, 2)
    )
    start = TwoLayerNetworks(start.hidden_weights, hidden, start.output_weights, output)
    options = {"step_size": 0.1, "batch_size": 1, "shuffle": False}
    return _stacked(_measured(m, 5, start, stream, **options) for m in SIZES)


def _stacked(found: Any) -> SphereRuns:
    parts = [vars(one) for one in found]
    return SphereRuns(
        **{name: np.stack([part[name] for part in parts]) for name in parts[0]}
    )


def _measured(
    m: int, n: int, start: TwoLayerNetworks, stream: Stream, **options: Any
) -> SphereRuns:
    """Networks of n samples of m points each, trained from `start`."""
    drawn = [spheres(m, stream.at(j).child("S", str(m))) for j in range(n)]
    X, y = (np.stack(parts) for parts in zip(*drawn, strict=True))
    ensemble = train(
        X,
        y if start.n_outputs == 1 else np.stack([1.0 - y, 1.0 * y], axis=-1),
        stream.child("order", str(m)),
        n_members=n,
        initial=start,
        loss="logistic",
        stop_margin=MARGIN,
        n_epochs=2000,
        **options,
    )
    return _of(ensemble, drawn, spheres(N_HELD_OUT, stream.child("new points")))


def _of(ensemble: Ensemble, drawn: Any, new: Any) -> SphereRuns:
    pairs = list(zip(ensemble, drawn, strict=True))
    norms = [
        norm_bounds(one, *sample, form="notebook", biases="left out", margin=MARGIN)
        for one, sample in pairs
    ]
    return SphereRuns(
        training_errors=np.stack([one.error(*sample) for one, sample in pairs]),
        transformed_errors=np.stack(
            [one.error(*swapped(*sample)) for one, sample in pairs]
        ),
        n_wrong=np.round(N_HELD_OUT * ensemble.error(*new)),
        n_wrong_swapped=np.round(N_HELD_OUT * ensemble.error(*swapped(*new))),
        distances=ensemble.distance_from_initialization(),
        spectral=np.array(
            [[layer.spectral for layer in found.layers] for found in norms]
        ),
        bounds=np.array([[found[name].value for name in BOUNDS] for found in norms]),
    )
