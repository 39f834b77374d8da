"""Where logistic regression on a teacher's outputs ends, and on labels does not."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import as_not_negative, in_one_place, together
from refgen.arrays import as_floats, namespace
from refgen.linalg import orthonormal_rows

# Newton's method from above: the error is squared in each step, and below 1 at first.
_STEPS = 6


@finite
def logistic_limit(inputs: Any, coefficients: Any) -> Any:
    """What gradient descent on a linear teacher's probabilities converges to.

    The student minimizes the logistic loss on soft labels σ(⟨w, xᵢ⟩) from a start at 0.
    Its limit is the projection of the teacher's w on the span of the inputs.

    Parameters
    ----------
    inputs : array of shape (..., n_points, n_features)
        In any number; repeated and dependent ones add nothing.
    coefficients : array of shape (..., n_features)
        w of the teacher.

    Returns
    -------
    array of shape (..., n_features)
        w itself, up to rounding, if the inputs span the space.

    Raises
    ------
    ValueError
        If shapes do not match, or an entry is not finite.

    Notes
    -----
    Source: Phuong & Lampert (2019), proved again; claim KD-15. An input whose part
    outside the span of earlier ones is below 1e-9 of its length counts as dependent.

    Examples
    --------
    >>> logistic_limit([[1.0, 0.0, 0.0], [1.0, 2.0, 0.0]], [3.0, 4.0, 5.0]).tolist()
    [3.0, 4.0, 0.0]
    """
    inputs, w = with_inputs(inputs, coefficients)
    basis, _ = orthonormal_rows(inputs)
    return (basis.swapaxes(-1, -2) @ (basis @ w[..., None]))[..., 0]


def with_inputs(inputs: Any, coefficients: Any) -> tuple[Any, Any]:
    """Inputs and the coefficients of a linear teacher, as arrays that fit together.

    Raises
    ------
    ValueError
        If shapes do not match, or an entry is not finite.

    Examples
    --------
    >>> inputs, w = with_inputs([[1.0, 2.0]], [3.0, 4.0])
    >>> inputs.shape, w.shape
    ((1, 2), (2,))
    """
    inputs, w = in_one_place(
        inputs=as_floats("inputs", inputs, 2),
        coefficients=as_floats("coefficients", coefficients, 1),
    )
    if inputs.shape[-1] != w.shape[-1]:
        raise ValueError(
            f"coefficients has shape {w.shape} where inputs has {inputs.shape}; give "
            "one coefficient per feature"
        )
    batch_shape(inputs=inputs.shape[:-2], coefficients=w.shape[:-1])
    return inputs, w


@finite
def hard_label_margin(squared_length: Any, time: Any) -> Any:
    """The margin m of an input after gradient flow on its label: m + eᵐ − 1 = ‖x‖²t.

    For the logistic loss log(1 + e^(−m)) of one input, or of each of several inputs
    that are orthogonal; w is a sum of mᵢyᵢxᵢ/‖xᵢ‖². Margins grow like log t without
    end: there is no limit as there is for soft labels.

    Parameters
    ----------
    squared_length : array
        ‖x‖², not negative.
    time : array that broadcasts
        t, not negative.

    Returns
    -------
    array
        Of at least 0, with a relative error of a few roundings.

    Raises
    ------
    ValueError
        If a number is negative, or ‖x‖²t overflows.

    Notes
    -----
    Source: derived here, claim KD-15h.

    Examples
    --------
    >>> round(float(hard_label_margin(1.0, 1e6)), 6)
    13.815498
    """
    square, time = together(
        squared_length=as_not_negative("squared_length", squared_length),
        time=as_not_negative("time", time),
    )
    return _margin(square * time)


def _margin(total: Any) -> Any:
    """The root of m + eᵐ − 1 = s, which is at most log(1 + s)."""
    xp = namespace(total)
    margin = xp.log1p(total)
    for _ in range(_STEPS):
        growth = xp.expm1(margin)
        margin = margin - (margin + growth - total) / (2 + growth)
    return xp.maximum(margin, 0.0)
