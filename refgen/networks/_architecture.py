"""What all networks of an ensemble have in common."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, get_args

from refgen._checks import as_float, check_choice, is_number
from refgen._shown import shown
from refgen.arrays import Fixed, on_the_host

Activation = Literal["linear", "relu", "tanh", "exponential"]
Loss = Literal["squared", "logistic", "cross_entropy"]
Scaling = Literal["standard", "ntk", "mean_field", "mup"]


@on_the_host("a word and two numbers")
@dataclass(frozen=True)
class Architecture(Fixed):
    """f(x) = b · V⊤σ(a · U⊤x + u) + v: the activation σ and the scales a and b.

    Attributes
    ----------
    activation : {"linear", "relu", "tanh", "exponential"}
    hidden_scale, output_scale : float
        a and b, which are positive.

    Raises
    ------
    ValueError
        If the activation is unknown, or a scale is no positive number.
    """

    activation: Activation = "relu"
    hidden_scale: float = 1.0
    output_scale: float = 1.0

    def __post_init__(self) -> None:
        check_choice("activation", self.activation, get_args(Activation))
        for name in ("hidden_scale", "output_scale"):
            object.__setattr__(self, name, _scale(name, getattr(self, name)))

    @property
    def code(self) -> int:
        """The activation's number in kernels."""
        return get_args(Activation).index(self.activation)


def _scale(name: str, value: Any) -> float:
    number = as_float(value) if is_number(value) else 0.0
    if not 0 < number < math.inf:
        raise ValueError(f"{name} must be a positive number, got {shown(value)}")
    return number


def loss_code(loss: str) -> int:
    """The loss's number in kernels.

    Raises
    ------
    ValueError
        If there is no such loss.

    Examples
    --------
    >>> loss_code("squared")
    0
    """
    check_choice("loss", loss, get_args(Loss))
    return get_args(Loss).index(loss)


@dataclass(frozen=True)
class WidthRule:
    """How a scaling depends on the width h and the number d of features.

    Attributes
    ----------
    scales : (float, float)
        Of the hidden and the output layer; see `Architecture`.
    deviations : (float, float)
        Standard deviations of the first weights of both layers.
    steps : tuple of four floats
        What the step size is multiplied by, for hidden weights, hidden biases, output
        weights and output biases.
    """

    scales: tuple[float, float]
    deviations: tuple[float, float]
    steps: tuple[float, float, float, float]


def width_rule(scaling: str, d: int, h: int) -> WidthRule:
    """The rule of a scaling.

    Raises
    ------
    ValueError
        If there is no such scaling.

    Notes
    -----
    Sources: Jacot et al. (2018) for "ntk", Mei et al. (2018) for "mean_field", Yang and
    Hu (2021) for "mup". For two layers the last two describe the same training: output
    weights of "mup" are those of "mean_field" over h.

    Examples
    --------
    >>> width_rule("mean_field", 4, 100).scales
    (1.0, 0.01)
    """
    check_choice("scaling", scaling, get_args(Scaling))
    inner = 1.0 / math.sqrt(d)
    if scaling == "ntk":
        return WidthRule((inner, 1.0 / math.sqrt(h)), (1.0, 1.0), (1.0,) * 4)
    if scaling == "mean_field":
        return WidthRule((1.0, 1.0 / h), (inner, 1.0), (h, h, h, 1.0))
    if scaling == "mup":
        return WidthRule((1.0, 1.0), (inner, 1.0 / h), (h, h, 1.0 / h, 1.0))
    return WidthRule((1.0, 1.0), (inner, 1.0 / math.sqrt(h)), (1.0,) * 4)
