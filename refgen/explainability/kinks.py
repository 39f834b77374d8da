"""How the fidelity of a network grows with the size of small neighbourhoods."""

from __future__ import annotations

import math
from typing import Any

from refgen._finite import finite
from refgen._objects import check_instance
from refgen.explainability.gaussian_law import _law
from refgen.explainability.relu_networks import TwoLayerReLU, standardized
from refgen.special import normal_density


@finite
def kink_rate(network: TwoLayerReLU, mean: Any, spread: Any) -> Any:
    """lim NF*/s³ as s → 0, for points N(μ, τ²I): what the kinks of a network cost.

    Parameters
    ----------
    network : TwoLayerReLU
        Neurons whose kinks, the hyperplanes w·x + β = 0, differ from each other.
    mean : array of shape (..., n_features)
        μ. Leading axes broadcast with those of the network and of `spread`.
    spread : array of shape (...)
        τ > 0, the standard deviation of each coordinate of a point.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    TypeError
        If `network` is no `TwoLayerReLU`.
    ValueError
        If a number is out of range or leaves float64, or shapes do not fit.

    Notes
    -----
    Σ cⱼ²‖wⱼ‖³qⱼ(−βⱼ)/(3√π), with qⱼ the density of wⱼ·x. The fidelity of a smooth
    function is of order s⁴. Source: derived here, claim LE-8k.

    Examples
    --------
    >>> from refgen.explainability import gaussian_fidelity
    >>> network = TwoLayerReLU([[1.0], [-2.0]], [0.0, 1.0], [1.0, 1.0])
    >>> round(float(kink_rate(network, [0.0], 1.0)), 5)
    0.33987
    >>> found = gaussian_fidelity(network, [0.0], 1.0, 0.01).fidelity
    >>> round(float(found) / 0.01**3, 5)
    0.33986
    """
    check_instance("network", network, TwoLayerReLU)
    mean, spread, _ = _law(network, "mean", mean, spread, 1.0)
    lengths = network.directions()[0]
    kinks = standardized(network.inputs(mean), spread[..., None] * lengths)
    each = network.output * lengths * normal_density(kinks)
    total = (each * (network.output * lengths)).sum(axis=-1)
    return total / (3 * math.sqrt(math.pi) * spread)
