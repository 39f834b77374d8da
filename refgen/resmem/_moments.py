"""Checks of coefficients, their batch axes and norms; eigenvalues of moments."""

from __future__ import annotations

from typing import Any

from refgen._matrices import ROUNDING, batch_shape, refuse_indefinite
from refgen._numbers import first_of, in_one_place
from refgen._shown import has
from refgen.arrays import as_floats, namespace
from refgen.kernels import kernel

eigvalsh = kernel("factors", "eigvalsh")


def eigenvalues(matrix: Any) -> Any:
    """Those of second moments, in ascending order; none is negative."""
    values = eigvalsh(matrix)
    refuse_indefinite("matrix", values[..., 0], values[..., -1])
    return namespace(matrix).maximum(values, 0.0)


def check_norm(name: str, coefficients: Any, radius: Any) -> None:
    """Refuse coefficients whose norm is above the radius by more than rounding.

    Examples
    --------
    >>> import numpy as np
    >>> check_norm("base", np.array([0.3, 0.4]), np.array(0.5))
    """
    length = norm(coefficients)
    bad = length > (1 + ROUNDING) * radius
    if bool(bad.any()):
        raise ValueError(
            f"{name} {has(name)} norm {first_of(length, bad):g}, and the radius is "
            f"{first_of(radius, bad):g}: the statement is about norms up to it"
        )


def norm(coefficients: Any) -> Any:
    """‖θ‖ along the last axis."""
    return namespace(coefficients).sqrt((coefficients**2).sum(axis=-1))


def deviation(
    coefficients: Any, base: Any, names: tuple[str, str] = ("coefficients", "base")
) -> Any:
    """θ* − θₙ, after a check of the shapes.

    Examples
    --------
    >>> deviation([1.0, 0.0], [0.5, 0.0]).tolist()
    [0.5, 0.0]
    """
    first, second = names
    theta, own = in_one_place(
        **{
            first: as_floats(first, coefficients, 1),
            second: as_floats(second, base, 1),
        }
    )
    if theta.shape[-1] != own.shape[-1]:
        raise ValueError(
            f"{first} have {theta.shape[-1]} feature(s) and {second} {own.shape[-1]}; "
            "they must have the same"
        )
    batch_shape(**{first: theta.shape[:-1], second: own.shape[:-1]})
    return theta - own


def check_features(name: str, array: Any, missing: Any) -> None:
    """Refuse an array whose last axis is not that of the coefficients."""
    if array.shape[-1] != missing.shape[-1]:
        raise ValueError(
            f"{name} {has(name)} {array.shape[-1]} feature(s) and the coefficients "
            f"{missing.shape[-1]}; they must have the same"
        )
