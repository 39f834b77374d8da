"""What a local linear explanation of one point is."""

from __future__ import annotations

from typing import Any, NamedTuple


class LocalFit(NamedTuple):
    """The affine function g(x′) = value + slope·(x′ − x) around points x."""

    value: Any
    """g(x), what the explanation says of the point itself, of shape (...)."""
    slope: Any
    """The coefficients, of shape (..., n_features)."""
    fidelity: Any
    """E (g(x′) − f(x′))² ≥ 0 over the neighbourhood of x, of shape (...)."""
