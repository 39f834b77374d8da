"""Bounds by norms of a network's weights: what each comes to on given data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from refgen._checks import as_float, check_choice, check_open_unit, is_number
from refgen._scales import check_scale
from refgen._shown import shown
from refgen.arrays import as_floats
from refgen.uniform_convergence._initial_network import reference_layers
from refgen.uniform_convergence._network_margins import margin_reached, network_margins
from refgen.uniform_convergence._networks import (
    ACTIVATIONS,
    Layer,
    appended,
    layers_of,
    without_zero_biases,
)
from refgen.uniform_convergence._norm_forms import FORMS, bounds_of, layer_norms
from refgen.uniform_convergence._norm_results import NormBounds
from refgen.uniform_convergence._trained_networks import (
    is_trained_network,
    learned,
    own_activation,
)


def norm_bounds(
    network: Any,
    X: Any,
    y: Any,
    *,
    initial: Any = None,
    form: str = "theorem",
    biases: str = "appended",
    margin: float | None = None,
    share: float = 0.99,
    activation: str = "relu",
) -> NormBounds:
    """Bounds on the test error of a network by norms of its weights.

    Parameters
    ----------
    network : estimator, Ensemble, TwoLayerNetworks, list, or mapping
        A fitted MLPClassifier or MLPRegressor of scikit-learn, or a TwoLayerClassifier
        or TwoLayerRegressor of `refgen.networks` with one member; one member of what
        `refgen.networks.train` returns, such as ``ensemble[0]``, or one such network; a
        list of weights of shape (n_inputs, n_outputs), or of tuples (weights, biases);
        or the `state_dict` of a torch module of linear layers, in the order in which
        they act.
    X : array of shape (n_samples, n_features)
        The training points.
    y : array of shape (n_samples,)
        Their labels: those of a classifier, or of an ensemble that was trained on
        labels. Otherwise -1 and 1 for one output, columns from 0 for several.
    initial : as `network`, optional
        The weights before training, from which distances are measured. Networks that
        refgen trained know their own. Those of scikit-learn are drawn again if the
        `random_state` is an integer; otherwise distances are measured from 0.
    form : {"theorem", "notebook", "script", "poster"}
        Publications of these bounds differ: in B, in which (2,1) norm they take, and
        in which layers they count. See Notes.
    biases : {"appended", "left out"}
        "appended": every input has a 1 after its last coordinate, every hidden layer a
        unit that is always 1, and biases are weights, for which the theorems hold;
        unless all biases were 0 before training and still are.
        "left out": norms of the weights alone, as published figures have it; these are
        not bounds if the network has biases.
    margin : float, optional
        γ > 0; by default the largest margin that the share `share` of the points have.
    share : float
        In (0, 1); 0.5 gives the median margin.
    activation : {"relu", "tanh", "identity"}
        Of the hidden layers; that of an estimator, or of a network of refgen, is known.

    Returns
    -------
    NormBounds
        Its `bounds` are the product of their `factors`. The bound of Neyshabur et al.
        2019 is about one hidden layer, and absent for other depths.

    Raises
    ------
    TypeError
        If `network` is in none of these forms.
    ValueError
        If layers do not fit, labels are unknown, fewer points than `share` have a
        positive margin, or an activation is not 0 at 0.

    Notes
    -----
    The forms: "theorem" takes B = max‖x‖ and a (2,1) norm with one term for each output
    unit; "notebook" B = 1; "script" a (2,1) norm with one term for each input unit, and
    L without the output layer; "poster" Frobenius norms in place of (2,1) norms.
    Sources: Bartlett et al. 2017 (arXiv 1706.08498), Neyshabur et al. 2018 (arXiv
    1707.09564) with distances from the initial weights, Neyshabur et al. 2019 (arXiv
    1805.12076); figures by Nagarajan & Kolter 2019 (arXiv 1902.04742). Claims UC-32,
    UC-65 and UC-66.

    Examples
    --------
    >>> hidden, output = [[1.0, -1.0], [0.0, 1.0]], [[1.0], [1.0]]
    >>> found = norm_bounds([hidden, output], [[3.0, 1.0], [2.0, -1.0]], [1, 1])
    >>> found.margin, found["Neyshabur 2019"].vacuous
    (2.0, True)
    """
    check_choice("form", form, FORMS)
    check_choice("biases", biases, ("appended", "left out"))
    share = check_open_unit("share", share)
    network, initial = learned(network), learned(initial)
    layers, known = layers_of("network", network), FORMS[form]
    if len(layers) <= known.uncounted:
        raise ValueError(
            f"form={form!r} counts hidden layers, and network has none; use 'theorem'"
        )
    hidden = _activation(network, activation)
    points = _points(X, layers)
    margins = network_margins(network, layers, points, y, hidden)
    gamma = _gamma(margins, margin, share)
    initials, reference = reference_layers(network, layers, initial)
    layers, initials = without_zero_biases(layers, initials)
    layers, initials, points, entered = _enter_biases(
        biases, hidden, layers, initials, points
    )
    pairs = zip(layers, initials, strict=True)
    norms = tuple(layer_norms(*pair) for pair in pairs)
    lengths = np.linalg.norm(points, axis=1) if known.measures_inputs else np.ones(1)
    input_norm, m = float(lengths.max()), len(margins)
    return NormBounds(
        bounds=bounds_of(norms, known, input_norm, 1 / (gamma * m**0.5)),
        form=form,
        n_samples=m,
        margin=gamma,
        margin_error=float((margins < gamma).mean()),
        training_error=float((margins <= 0).mean()),
        input_norm=input_norm,
        distance=float(np.linalg.norm([layer.distance for layer in norms])),
        layers=norms,
        reference=reference,
        biases=entered,
        remarks=(
            known.remark,
            f"Distances are measured from {reference}.",
            f"Biases: {entered}.",
            *_depth_remark(len(norms)),
            "A value below 1 certifies nothing: constants and logarithms are left out.",
        ),
    )


def _activation(network: Any, activation: str) -> str:
    if is_trained_network(network):
        return own_activation(network)
    name = getattr(network, "activation", activation)
    where = "" if name is activation else ", as that of network is given"
    if name == "logistic":
        raise ValueError(
            "activation of network is 'logistic', which is not 0 at 0 as the bounds "
            "need; train with 'relu', 'tanh' or 'identity'"
        )
    return str(check_choice("activation", name, ACTIVATIONS, where))


def _points(X: Any, layers: Sequence[Layer]) -> np.ndarray:
    points = np.asarray(check_scale("X", as_floats("X", X, 2), 2))
    n_features = len(layers[0].weights)
    if points.ndim != 2 or points.shape[1] != n_features:
        raise ValueError(
            f"X must have shape (n_samples, {n_features}), as the first layer of "
            f"network takes {n_features} inputs, got {points.shape}"
        )
    return points


def _gamma(margins: np.ndarray, margin: float | None, share: float) -> float:
    if margin is not None:
        if not is_number(margin) or not 0 < as_float(margin) < np.inf:
            raise ValueError(
                f"margin must be a positive finite number or None, got {shown(margin)}"
            )
        return float(check_scale("margin", np.array(as_float(margin))))
    gamma = margin_reached(margins, share)
    if gamma <= 0:
        raise ValueError(
            f"share={share:g} is more than the part of the training points that have a "
            f"positive margin: {(margins > 0).mean():.1%}; give a smaller share or a "
            "margin"
        )
    return float(check_scale("the margin of network", np.array(gamma)))


def _enter_biases(
    biases: str,
    hidden: str,
    layers: list[Layer],
    initials: list[Layer],
    points: np.ndarray,
) -> tuple[list[Layer], list[Layer], np.ndarray, str]:
    """Layers, initial layers and points as the bounds see them, and how in words."""
    if all(layer.biases is None for layer in layers):
        return layers, initials, points, "the network has none"
    if biases == "left out":
        words = "left out, so that these are no bounds for this network"
        return layers, initials, points, words
    if hidden == "tanh" and len(layers) > 1:
        raise ValueError(
            "biases='appended' needs a unit that stays 1, which activation 'tanh' does "
            "not keep; use biases='left out'"
        )
    longer = np.hstack([points, np.ones((len(points), 1))])
    words = "weights of an input, and of hidden units, that are always 1"
    return appended(layers), appended(initials), longer, words


def _depth_remark(depth: int) -> list[str]:
    if depth == 2:
        return []
    return [
        "The bound of Neyshabur et al. 2019 is about one hidden layer, and not given "
        f"for {depth} layer(s) of weights."
    ]
