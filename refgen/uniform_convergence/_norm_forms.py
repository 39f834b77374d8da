"""The forms in which bounds by norms were published, and their factors."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from refgen.uniform_convergence._networks import Layer
from refgen.uniform_convergence._norm_results import LayerNorms, NormBound
from refgen.uniform_convergence.norm_comparison import two_thirds_norm


class Form(NamedTuple):
    """What differs between publications of the same bounds.

    Attributes
    ----------
    deviation : function
        The norm of a layer's change in the bound of Bartlett et al.
    measures_inputs : bool
        Whether B is the length of the longest input; otherwise it is 1.
    uncounted : int
        How many layers of weights the factor L leaves out.
    remark : str
    """

    deviation: Callable[[LayerNorms], float]
    measures_inputs: bool
    uncounted: int
    remark: str


FORMS = {
    "theorem": Form(
        lambda layer: layer.output_distance,
        True,
        0,
        "As in the theorems, but for the factors that are left out.",
    ),
    "notebook": Form(
        lambda layer: layer.output_distance,
        False,
        0,
        "B = 1, as in the published notebook: right only if no input is longer.",
    ),
    "script": Form(
        lambda layer: layer.input_distance,
        True,
        1,
        "As in the published script for MNIST: its (2,1) norm has one term for each "
        "input unit, and L counts hidden layers.",
    ),
    "poster": Form(
        lambda layer: layer.distance,
        True,
        0,
        "As on the published poster: Frobenius norms in place of (2,1) norms.",
    ),
}

_LOGARITHMS = "a constant, logarithms of n_samples and width, and √(ln(1/δ)/m)"


def layer_norms(layer: Layer, initial: Layer) -> LayerNorms:
    """Norms of one layer without biases.

    Examples
    --------
    >>> one, other = Layer(np.eye(2), None), Layer(np.zeros((2, 2)), None)
    >>> layer_norms(one, other).output_distance
    2.0
    """
    moved = layer.weights - initial.weights
    n_inputs, n_outputs = layer.weights.shape
    return LayerNorms(
        n_inputs=n_inputs,
        n_outputs=n_outputs,
        spectral=float(np.linalg.norm(layer.weights, 2)),
        frobenius=float(np.linalg.norm(layer.weights)),
        initial_spectral=float(np.linalg.norm(initial.weights, 2)),
        distance=float(np.linalg.norm(moved)),
        output_distance=float(np.linalg.norm(moved, axis=0).sum()),
        input_distance=float(np.linalg.norm(moved, axis=1).sum()),
    )


def bounds_of(
    layers: Sequence[LayerNorms], form: Form, input_norm: float, scale: float
) -> tuple[NormBound, ...]:
    """The bounds; `scale` is 1/(γ√m)."""
    found = [_bartlett(layers, form), _neyshabur_2018(layers, form)]
    if len(layers) == 2:
        found.append(_neyshabur_2019(layers))
    common = {"B": input_norm, "1/(γ√m)": scale}
    bounds = []
    for name, factors, left_out in found:
        every = {**common, **factors}
        bounds.append(NormBound(name, math.prod(every.values()), every, left_out))
    return tuple(bounds)


_Found = tuple[str, dict[str, float], str]


def _bartlett(layers: Sequence[LayerNorms], form: Form) -> _Found:
    deviations = [form.deviation(layer) for layer in layers]
    sizes, product = _relative(layers, deviations)
    factors = {"Π‖W‖σ": product, "(Σ(‖Δ‖/‖W‖σ)^⅔)^1.5": float(two_thirds_norm(sizes))}
    return "Bartlett 2017", factors, _LOGARITHMS


def _neyshabur_2018(layers: Sequence[LayerNorms], form: Form) -> _Found:
    sizes, product = _relative(layers, [layer.distance for layer in layers])
    factors = {
        "L": float(len(layers) - form.uncounted),
        "√h": math.sqrt(max(layer.n_outputs for layer in layers)),
        "Π‖W‖σ": product,
        "√Σ(‖Δ‖F/‖W‖σ)²": float(np.linalg.norm(sizes)),
    }
    return "Neyshabur 2018", factors, _LOGARITHMS


def _neyshabur_2019(layers: Sequence[LayerNorms]) -> _Found:
    hidden, output = layers
    factors = {
        "‖V‖F": output.frobenius,
        "‖ΔU‖F + ‖U₀‖σ": hidden.distance + hidden.initial_spectral,
    }
    return "Neyshabur 2019", factors, f"{_LOGARITHMS}; the term √(h/m)"


def _relative(
    layers: Sequence[LayerNorms], deviations: Sequence[float]
) -> tuple[np.ndarray, float]:
    """Deviations in units of spectral norms, and the product of these.

    A layer of zeros has no unit; its share of the product stays with its deviation.
    """
    norms = np.array([layer.spectral for layer in layers])
    units = np.where(norms > 0, norms, 1.0)
    alive = np.array([(np.delete(norms, i) > 0).all() for i in range(len(norms))])
    return np.where(alive, deviations, 0.0) / units, float(units.prod())
