"""Exactly calibrated laws whose labels differ from the votes (generator G2).

Write p = h̃ + Δ with masses m(x, k) = P(x) Δ(x, k). Every notion of calibration is a
set of linear equations in m, with coefficients in [0, 1] that depend on the votes
alone. So the solution space does not depend on P, and is well conditioned.
"""

from __future__ import annotations

from typing import Any, Literal

import refgen.disagreement as _disagreement
from refgen.arrays import namespace
from refgen.disagreement import FiniteLaw
from refgen.linalg import orthonormal_rows, project_out

Notion = Literal["canonical", "class_wise", "class_aggregated", "top_label", "gde"]

LATTICE = 10  # vote shares are multiples of 1/10: levels repeat


def lattice_steps(shares: Any) -> Any:
    """Vote shares on the lattice as integers, in steps of 1/`LATTICE`."""
    return namespace(shares).rint(shares * LATTICE).astype(int)


def equations(votes: Any, notion: Notion) -> Any:
    """Coefficients (B, n_equations, n_points · n_classes) of the label masses.

    Parameters
    ----------
    votes : integer array of shape (B, n_points, n_classes)
        Vote shares times ``LATTICE``.
    """
    xp = namespace(votes)
    b, n, k = votes.shape
    same_point = xp.broadcast_to(xp.eye(n)[:, :, None], (b, n, n, k))
    same_class = xp.eye(k, dtype=bool)[:, None]
    # One row for each level of each point: the same again where levels repeat.
    if notion == "canonical":
        equal = (votes[:, :, None] == votes[:, None]).all(axis=-1)
        rows = equal[:, :, None, :, None] & same_class
    elif notion == "class_wise":
        equal = votes[:, :, :, None, None] == votes[:, None, None]
        rows = equal & same_class
    elif notion == "class_aggregated":
        rows = votes[:, None] == xp.arange(LATTICE + 1)[:, None, None]
    elif notion == "top_label":
        top = votes.max(axis=-1, keepdims=True)
        tied = votes == top
        # Ties share evenly, as in `top_label_ece`.
        share = tied / tied.sum(axis=-1, keepdims=True)
        rows = share[:, None] * (top[:, :, None] == top[:, None])
    else:
        rows = votes[:, None] / LATTICE
    rows = rows.reshape(b, -1, n, k).astype(float)
    return xp.concatenate([same_point, rows], axis=1).reshape(b, -1, n * k)


# What follows from calibration is judged to rounding, and so is calibration itself.
MISCALIBRATION = 1e-13


def miscalibration(law: FiniteLaw, notion: Notion) -> Any:
    """The error of a law in the given sense; 0 if it is calibrated."""
    if notion == "canonical":
        return _canonical_error(law)
    if notion == "gde":
        return abs(_disagreement.gap(law))
    errors = {
        "class_wise": _disagreement.cwce,
        "class_aggregated": _disagreement.cace,
        "top_label": _disagreement.top_label_ece,
    }
    return errors[notion](law)


def _canonical_error(law: FiniteLaw) -> Any:
    """The largest |E[p − h̃; h̃(X) = h̃(x)]| over points x and classes."""
    votes = lattice_steps(law.vote_shares)
    same = (votes[..., :, None, :] == votes[..., None, :, :]).all(axis=-1)
    masses = law.weights[..., None] * (law.label_probabilities - law.vote_shares)
    return abs(namespace(masses).matmul(same * 1.0, masses)).max(axis=(-1, -2))


def calibrate(weights: Any, votes: Any, direction: Any, notion: Notion) -> FiniteLaw:
    """Labels calibrated in the given sense, moved from the votes along `direction`.

    Parameters
    ----------
    weights : array of shape (B, n_points)
        Positive.
    votes : integer array of shape (B, n_points, n_classes)
        Summing to ``LATTICE``.
    direction : array of shape (B, n_points, n_classes)
        Projected on the solution space, then scaled until p touches 0 or 1.
    """
    xp = namespace(weights)
    basis, _ = orthonormal_rows(equations(votes, notion))
    shape = votes.shape
    shares = votes / LATTICE
    # Each column enters the equations once per group, so masses are bounded by P.
    masses = (direction * weights[..., None]).reshape(shape[0], -1)
    masses = project_out(basis, masses)
    # A direction that is nearly orthogonal to the solutions leaves little. In units of
    # itself it is projected again, which removes the rounding of the first time.
    size = abs(masses).max(axis=-1, keepdims=True)
    masses = project_out(basis, masses / xp.where(size > 1e-9, size, 1.0))
    delta = masses.reshape(shape) / weights[..., None]
    # What is left of zeros is rounding: scaled up it would be noise, and next to a
    # share of 0 or 1 it would leave no room. It is small beside the largest entry.
    largest = abs(delta).max(axis=(-1, -2), keepdims=True)
    delta = xp.where((largest > 1e-9) & (abs(delta) > 1e-14 * largest), delta, 0.0)
    room = xp.where(delta > 0, (1 - shares), shares) / xp.where(
        delta == 0, 1.0, abs(delta)
    )
    step = xp.where(delta == 0, xp.inf, room).min(axis=(-1, -2), keepdims=True)
    step = xp.where(xp.isfinite(step), step, 0.0)
    labels = xp.clip(shares + step * delta, 0.0, 1.0)
    return FiniteLaw.trusted(
        weights=weights, label_probabilities=labels, vote_shares=shares
    )
