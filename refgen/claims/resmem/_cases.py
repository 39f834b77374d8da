"""Designs with a linear target and any linear base, and ResMem's errors on them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import Measurement, at_most
from refgen.claims.resmem._norms import length
from refgen.claims.resmem._smoothers import smoothed
from refgen.domains import (
    choice,
    first_wrong,
    integer,
    matrix,
    not_a,
    real,
    record,
    vector,
)


@dataclass(frozen=True, repr=False)
class ResMemCase(Instance):
    """A design, a linear target with noise, and any linear base with ‖θₙ‖ ≤ L.

    Attributes
    ----------
    points, queries : arrays of shape (..., n, n_features), (..., n_queries, n_features)
        x is uniform on the queries.
    coefficients, base : arrays of shape (..., n_features)
        θ* and θₙ.
    radius, bandwidth : arrays of shape (...)
    noise : array of shape (..., n)
        ε.
    """

    points: Any
    queries: Any
    coefficients: Any
    base: Any
    radius: Any
    bandwidth: Any
    noise: Any

    @property
    def n_neighbors(self) -> int:
        return min(self.points.shape[-2], 5)


def _case(
    points: Any,
    queries: Any,
    coefficients: Any,
    base: Any,
    room: Any,
    bandwidth: Any,
    noise: Any,
    lattice: Any,
) -> ResMemCase:
    xp, rounded = namespace(points), lattice[..., None, None] > 0
    # Together, so that queries are points and neighbours tie.
    points, queries = (xp.where(rounded, xp.rint(a), a) for a in (points, queries))
    radius = length(base) + room
    return ResMemCase(points, queries, coefficients, base, radius, bandwidth, noise)


def _example(points: Any, queries: Any, base: Any, radius: float) -> ResMemCase:
    return ResMemCase(
        np.array(points),
        np.array(queries),
        np.eye(len(base))[0],
        np.array(base),
        np.array(radius),
        np.array(0.7),
        0.1 * np.arange(len(points)),
    )


def _attained_by_a_fitted_base() -> ResMemCase:
    """Three equal terms of the error for the base of RM-4b; L solves an equation."""
    case = _example([[0.0, -1.0], [10.0, 0.0]], [[0.0, 1.0]], [0.0, 0.0], 0.716584752)
    return replace(case, coefficients=np.array([0.75, 0.4375**0.5]))


def not_a_case(case: Any) -> str | None:
    """Why there is no design with a target, a base in the ball, and noise."""
    reason = not_a(ResMemCase, case)
    if reason:
        return reason
    points, queries = np.asarray(case.points, float), np.asarray(case.queries, float)
    if points.ndim != 2 or queries.ndim != 2 or points.shape[-1] != queries.shape[-1]:
        return f"points and queries have shapes {points.shape} and {queries.shape}"
    n, d = points.shape
    for name, wanted in (("coefficients", (d,)), ("base", (d,)), ("noise", (n,))):
        shape = np.shape(getattr(case, name))
        if shape != wanted:
            return f"{name} must have shape {wanted}, got {shape}"
    norm, radius = (
        float(np.sqrt((np.asarray(case.base) ** 2).sum())),
        float(case.radius),
    )
    if not norm <= radius * (1 + 1e-9) or radius <= 0:
        return f"the base must have a norm of at most L = {radius:g} > 0, got {norm:g}"
    if not float(case.bandwidth) > 0:
        return f"bandwidth must be positive, got {float(case.bandwidth):g}"
    values = np.concatenate([np.ravel(getattr(case, f.name)) for f in fields(case)])
    return first_wrong(~np.isfinite(values), values, "all numbers must be finite")


resmem_cases = record(
    _case,
    "small designs, some on a lattice, a linear target with noise, any base ‖θₙ‖ ≤ L",
    d=integer(1, 5),
    n=integer(1, 29),
    n_queries=integer(1, 8),
    points=matrix("n", "d"),
    queries=matrix("n_queries", "d"),
    coefficients=vector("d"),
    base=vector("d"),
    room=real(0.01, 1.25, log=True),
    bandwidth=real(0.05, 5.0, log=True),
    noise=vector("n"),
    lattice=choice(0, 0, 0, 1),
    outside=not_a_case,
    examples=lambda: [
        _example([[-1.0], [0.5], [2.0]], [[0.0], [3.0]], [0.5], 0.5),
        # The bound of RM-8 with its factor 3 is attained.
        _example([[-1.0]], [[1.0]], [0.7], 0.9),
        # The point is orthogonal to the target: nothing can be learnt from it.
        _example([[0.0, 1.0]], [[1.0, 0.0], [-1.0, 1.0]], [0.0, 0.0], 0.5),
        _example([[1.0, 0.0], [0.0, 1.0]], [[2.0, 2.0]], [-0.3, 0.4], 0.5),
        # RM-8 is attained from below, where the base helps the neighbour.
        _example([[-1.0, -1.0]], [[1.0, 1.0]], [0.5 * 0.5**0.5] * 2, 0.5),
        # RM-8 is attained with its factor 3 by the base that is fitted to two points.
        _attained_by_a_fitted_base(),
        # RM-9 is attained by θₙ = −Lθ*, and by a base fitted to one point.
        _example([[1.0]], [[2.0]], [-0.5], 0.5),
        replace(
            _example([[2.0, 0.0]], [[2.0, 3.0]], [0.0, 0.0], 1.25),
            coefficients=np.array([0.6, 0.8]),
        ),
    ],
)


def linear(points: Any, coefficients: Any) -> Any:
    """⟨θ, xᵢ⟩ as one output, (..., n, 1)."""
    return (points * coefficients[..., None, :]).sum(axis=-1, keepdims=True)


def errors_of_predictions(
    rg: Any, case: Any, indices: Any, weights: Any, sign: float = 1
) -> Any:
    """f*(x) − f(x) at the queries, by predictions; `sign` multiplies residuals."""
    fitted = linear(case.points, case.base)
    labels = linear(case.points, case.coefficients) + case.noise[..., None]
    labels_used = fitted + sign * (labels - fitted)
    own = linear(case.queries, case.base)
    predicted = rg.resmem.resmem_predictions(own, fitted, labels_used, indices, weights)
    return (linear(case.queries, case.coefficients) - predicted)[..., 0]


def scale_of_errors(rg: Any, case: Any, indices: Any, weights: Any) -> Any:
    """The sum of the absolute terms of an error."""
    weights = abs(weights)
    size = abs(case.coefficients) + abs(case.base)
    # The weights sum to 1 up to rounding only, and every x is multiplied by their sum.
    own = (1 + weights.sum(axis=-1)[..., None]) * abs(case.queries)
    reach = own + smoothed(rg, abs(case.points), indices, weights)
    noise = smoothed(rg, abs(case.noise)[..., None], indices, weights)
    return (linear(reach, size) + noise)[..., 0]


def nearest_point(rg: Any, case: Any) -> tuple[Any, Any]:
    """The nearest point of each query, and its weight 1."""
    distances, indices = rg.resmem.design_neighbors(case.points, case.queries, 1)
    return indices, rg.resmem.neighbor_weights(distances, "nearest")


def risk_of_predictions(rg: Any, case: Any) -> tuple[Any, Any]:
    """The risk with one neighbour, from predictions, and its scale."""
    nearest = nearest_point(rg, case)
    errors = errors_of_predictions(rg, case, *nearest)
    scale = scale_of_errors(rg, case, *nearest)
    return (errors**2).mean(axis=-1), (scale**2).mean(axis=-1)


def noiseless(case: ResMemCase) -> ResMemCase:
    """The case with ε = 0."""
    return replace(case, noise=0 * case.noise)


def minkowski(
    whole: Any, part: Any, rest: Any, scale: Any, sharp: bool = True
) -> Measurement:
    """√whole ≤ √part + √rest, as whole ≤ (1 + t) part + (1 + 1/t) rest for the best t.

    Squares, as roots would multiply the rounding of what is nearly 0.
    """
    xp = namespace(whole)
    t = xp.sqrt(rest / xp.where(part > 0, part, 1.0))
    t = xp.clip(xp.where(part > 0, t, 1e2), 1e-2, 1e2)
    bound = (1 + t) * part + (1 + 1 / t) * rest
    return at_most(whole, bound, (2 + t + 1 / t) * scale, sharp=sharp)
