"""Networks before training: weights from a stream."""

from __future__ import annotations

import math
from typing import Any, Literal, get_args

from refgen._checks import MOST_ENTRIES, check_choice, check_integer
from refgen._objects import check_instance
from refgen.arrays import namespace
from refgen.networks._architecture import Architecture, Scaling, width_rule
from refgen.networks.two_layer import TwoLayerNetworks
from refgen.random import Stream

Initialization = Literal["auto", "xavier_uniform", "he_normal", "normal"]


def initial_networks(
    stream: Any,
    n_features: int,
    n_hidden: int,
    n_outputs: int,
    *,
    n_members: int = 1,
    activation: str = "relu",
    scaling: str = "standard",
    initialization: str = "auto",
) -> TwoLayerNetworks:
    """Networks with random weights, and biases of 0.

    Parameters
    ----------
    stream : Stream
        Member j is drawn from the repetition `stream.replicate` + j: it is the same
        alone and among others.
    n_features, n_hidden, n_outputs : int
        At least 1.
    n_members : int
        How many networks.
    activation : {"linear", "relu", "tanh", "exponential"}
    scaling : {"standard", "ntk", "mean_field", "mup"}
        How weights, scales and steps depend on the width; see the notes.
    initialization : {"auto", "xavier_uniform", "he_normal", "normal"}
        The law of the weights of the standard scaling. "auto" is "xavier_uniform"
        there, uniform within ±√(6/(fan_in + fan_out)) (Glorot and Bengio 2010);
        "he_normal" has variance 2/fan_in (He et al. 2015); "normal" has 1/fan_in.
        Other scalings have normal weights.

    Returns
    -------
    TwoLayerNetworks of shape (n_members,)

    Raises
    ------
    TypeError, ValueError
        If a number is no positive integer, a choice is unknown, or there would be more
        than 2⁴⁰ weights.

    Notes
    -----
    With d features and width h, deviations of hidden and output weights, and the scales
    a and b of `Architecture`, are: "ntk" 1, 1, a = 1/√d, b = 1/√h (Jacot et al. 2018);
    "mean_field" 1/√d, 1, a = 1, b = 1/h (Mei et al. 2018); "mup" 1/√d, 1/h, a = b = 1
    (Yang and Hu 2021).

    Examples
    --------
    >>> from refgen.random import Stream
    >>> both = initial_networks(Stream(0), 3, 5, 2, n_members=2)
    >>> alone = initial_networks(Stream(0).at(1), 3, 5, 2)
    >>> bool((both.take(1).hidden_weights == alone.take(0).hidden_weights).all())
    True
    """
    check_instance("stream", stream, Stream)
    d = check_integer("n_features", n_features, 1)
    h = check_integer("n_hidden", n_hidden, 1)
    k = check_integer("n_outputs", n_outputs, 1)
    members = check_integer("n_members", n_members, 1)
    law = checked_law(initialization, scaling)
    rule = width_rule(scaling, d, h)
    architecture = Architecture(activation, *rule.scales)  # type: ignore[arg-type]
    _check_size(members, d, h, k)
    inner, outer = rule.deviations
    if law == "he_normal":
        inner, outer = math.sqrt(2 / d), math.sqrt(2 / h)
    hidden = _drawn(stream.child("hidden"), members, (d, h), law, inner)
    output = _drawn(stream.child("output"), members, (h, k), law, outer)
    xp = namespace(hidden)
    return TwoLayerNetworks(
        hidden, xp.zeros((members, h)), output, xp.zeros((members, k)), architecture
    )


def _check_size(members: int, d: int, h: int, k: int) -> None:
    if members * (d + k + 1) * h > MOST_ENTRIES:
        raise ValueError(
            f"n_members, n_features, n_hidden and n_outputs must give at most 2**40 "
            f"weights, got {members}, {d}, {h} and {k}"
        )


def checked_law(initialization: str, scaling: str) -> str:
    """The law of the first weights.

    Raises
    ------
    ValueError
        If it is unknown, or fixed by the scaling.

    Examples
    --------
    >>> checked_law("auto", "ntk")
    'normal'
    """
    check_choice("scaling", scaling, get_args(Scaling))
    check_choice("initialization", initialization, get_args(Initialization))
    if scaling == "standard":
        return "xavier_uniform" if initialization == "auto" else initialization
    if initialization not in ("auto", "normal"):
        raise ValueError(
            f"initialization must be 'auto' or 'normal' with scaling={scaling!r}, "
            f"whose weights are normal, got {initialization!r}"
        )
    return "normal"


def _drawn(
    stream: Any, members: int, shape: tuple[int, int], law: str, deviation: float
) -> Any:
    """Weights of each member, each from its own repetition of the stream."""
    first = _one(stream, shape, law, deviation)
    drawn = namespace(first).empty((members, *shape))
    drawn[0] = first
    for j in range(1, members):
        drawn[j] = _one(stream.at(stream.replicate + j), shape, law, deviation)
    return drawn


def _one(stream: Any, shape: tuple[int, int], law: str, deviation: float) -> Any:
    if law == "xavier_uniform":
        return (2 * stream.uniform(shape) - 1) * math.sqrt(6 / sum(shape))
    return stream.normal(shape) * deviation
