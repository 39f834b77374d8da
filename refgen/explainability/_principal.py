"""Samples along their principal axes, in units of the scale."""

from __future__ import annotations

from typing import Any

from refgen._objects import check_instance
from refgen.arrays import as_floats, namespace
from refgen.explainability.neighborhoods import GaussianNeighborhoods
from refgen.kernels import kernel

_eigh = kernel("factors", "eigh")


def principal_points(sample: Any) -> Any:
    """Points (..., m, d) around their mean along principal axes, divided by s.

    The axis of largest variance comes first.

    Examples
    --------
    >>> sample = GaussianNeighborhoods([[0.0, 3.0], [0.0, -3.0]], 2.0)
    >>> abs(principal_points(sample)).tolist()
    [[1.5, 0.0], [1.5, 0.0]]
    """
    check_instance("sample", sample, GaussianNeighborhoods)
    # Differences from a point have more digits than those from a rounded mean.
    points = sample.points - sample.points[..., :1, :]
    points = points / sample.scale[..., None, None]
    points = points - points.mean(axis=-2, keepdims=True)
    d = sample.n_features
    if d == 1:
        return points
    moments = points.swapaxes(-1, -2) @ points / sample.n_points
    shape = points.shape[:-2]
    vectors = _eigh(moments.reshape(-1, d, d))[1].reshape(*shape, d, d)
    return points @ vectors[..., ::-1]


def as_axis_numbers(name: str, value: Any, sample: Any) -> Any:
    """One number for every principal axis, of shape (..., d), where the sample is.

    Raises
    ------
    ValueError
        If the last axis is not that of the features.

    Examples
    --------
    >>> sample = GaussianNeighborhoods([[0.0, 3.0], [0.0, -3.0]], 2.0)
    >>> as_axis_numbers("tau", [1.0, 2.0, 3.0], sample)
    Traceback (most recent call last):
    ValueError: tau must have one number for each of 2 features, got shape (3,)
    """
    array = as_floats(name, value, 1)
    if array.shape[-1] != sample.n_features:
        raise ValueError(
            f"{name} must have one number for each of {sample.n_features} features, "
            f"got shape {array.shape}"
        )
    if namespace(array) is not namespace(sample.points):
        raise TypeError(
            f"{name} is on the host and sample is on a device; move all of them to one "
            "place"
        )
    return array
