"""UC-65 and UC-66: how biases enter bounds by norms, and a floor under these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.claims.uniform_convergence._linear_algebra import (
    column_lengths,
    size_of,
    spectral_norm,
)
from refgen.domains import integer, matrix, record, vector

# --- UC-65


@dataclass(frozen=True, repr=False)
class Biased(Instance):
    """A network of one hidden layer with biases, and an input.

    Attributes
    ----------
    hidden, output : arrays of shape (..., d, h) and (..., h, k)
    hidden_biases, output_biases : arrays of shape (..., h) and (..., k)
    point : array of shape (..., d)
    """

    hidden: Any
    output: Any
    hidden_biases: Any
    output_biases: Any
    point: Any


biased_networks = record(
    Biased,
    "up to 4 inputs, 5 hidden units and 3 outputs",
    d=integer(1, 4),
    h=integer(1, 5),
    k=integer(1, 3),
    hidden=matrix("d", "h"),
    output=matrix("h", "k"),
    hidden_biases=vector("h"),
    output_biases=vector("k"),
    point=vector("d"),
    examples=lambda: [
        Biased(np.eye(2), np.ones((2, 1)), -np.ones(2), np.ones(1), np.array([3.0, 0]))
    ],
)


@claim("UC-65", kind="identity", domain=biased_networks)
def biases_are_weights(rg, case, constant=1.0):
    """A unit that is always 1 carries biases: the same outputs, ‖·‖²_F plus theirs."""
    uc, xp = rg.uniform_convergence, namespace(case.point)
    first = uc.append_biases(case.hidden, case.hidden_biases, last=False)
    second = uc.append_biases(case.output, case.output_biases, last=True)
    ones = xp.full((*case.point.shape[:-1], 1), constant)
    units = xp.concatenate([case.point, ones], axis=-1)
    found = _row(xp.maximum(_row(units, first), 0.0), second)
    hidden = xp.maximum(_row(case.point, case.hidden) + case.hidden_biases, 0.0)
    outputs = _row(hidden, case.output) + case.output_biases
    scale = 1 + size_of(first) * size_of(second) * (1 + size_of(units[..., None]))
    squares = size_of(case.hidden) ** 2 + (case.hidden_biases**2).sum(axis=-1) + 1
    return [
        equal(found, outputs, scale[..., None]),
        equal(size_of(first) ** 2, squares, 2 * squares),
    ]


biases_are_weights.twin("a unit that is 1.03 does, too", constant=1.03)


def _row(x: Any, matrices: Any) -> Any:
    return (x[..., None, :] @ matrices)[..., 0, :]


# --- UC-66


@dataclass(frozen=True, repr=False)
class Fitted(Instance):
    """A network of one output and two hidden layers, and points of either label.

    Attributes
    ----------
    first, second : arrays of shape (..., d, h) and (..., h, k)
    output : array of shape (..., k)
    points : array of shape (..., m, d)
    """

    first: Any
    second: Any
    output: Any
    points: Any


def _thin(width: int) -> Fitted:
    """One unit of each layer does all: norms of all kinds are the same."""
    first, second = np.zeros((2, width)), np.zeros((width, width))
    first[0, 0] = second[0, 0] = 1.0
    return Fitted(first, second, np.eye(width)[0], np.array([[1.0, 0.0]]))


fitted_networks = record(
    Fitted,
    "up to 3 inputs, 4 units in either hidden layer, 3 points",
    d=integer(1, 3),
    h=integer(1, 4),
    k=integer(1, 4),
    m=integer(1, 3),
    first=matrix("d", "h"),
    second=matrix("h", "k"),
    output=vector("k", norm=1),
    points=matrix("m", "d"),
    examples=lambda: [_thin(1), _thin(4)],
)


def _bounds(rg: Any, layers: Any, longest: Any, m: int) -> tuple[Any, Any]:
    """γ times the bounds of 2017 and 2018, with distances from 0."""
    uc, xp = rg.uniform_convergence, namespace(longest)
    norms = xp.stack([spectral_norm(layer) for layer in layers], axis=-1)
    unit = xp.where(norms > 0, norms, 1.0)
    columns, entries = (
        xp.stack([norm(layer) for layer in layers], axis=-1) / unit
        for norm in (lambda layer: column_lengths(layer).sum(axis=-1), size_of)
    )
    common = longest * norms.prod(axis=-1) / m**0.5
    width = max(layer.shape[-1] for layer in layers)
    root = xp.sqrt((entries**2).sum(axis=-1))
    return (
        common * uc.two_thirds_norm(columns),
        common * len(layers) * width**0.5 * root,
    )


@claim("UC-66", kind="inequality", domain=fitted_networks)
def bounds_have_a_floor(rg, case, more=1.0):
    """From 0, bounds are at least L^(3/2)/√m and L^(3/2)√(h/m), if one point fits."""
    xp = namespace(case.points)
    layers = (case.first, case.second, case.output[..., None])
    hidden = xp.maximum(case.points @ case.first, 0.0)
    outputs = (xp.maximum(hidden @ case.second, 0.0) @ layers[2])[..., 0]
    margin, m = abs(outputs).max(axis=-1), outputs.shape[-1]
    longest = column_lengths(case.points.swapaxes(-1, -2)).max(axis=-1)
    width = max(layer.shape[-1] for layer in layers)
    floors = rg.uniform_convergence.norm_bound_floor(m, 3, width)
    found = _bounds(rg, layers, longest, m)
    return [
        at_most(more * margin * float(floor), bound, bound, sharp=True)
        for floor, bound in zip(floors, found, strict=True)
    ]


bounds_have_a_floor.twin("a floor that is 3 % higher", more=1.03)
