"""Exactly calibrated laws whose labels differ from the votes (generator G2).

Write p = h̃ + Δ with masses m(x, k) = P(x) Δ(x, k). Every notion of calibration is a
set of linear equations in m whose coefficients are 0 or 1 (vote shares on a lattice),
so the solution space does not depend on P and is well conditioned.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from refgen.disagreement import FiniteLaw

Notion = Literal["canonical", "class_wise", "class_aggregated", "top_label", "gde"]

LATTICE = 10  # vote shares are multiples of 1/10: levels repeat


def equations(votes: Any, notion: Notion) -> Any:
    """Coefficients (B, n_equations, n_points · n_classes) of the label masses.

    Parameters
    ----------
    votes : integer array of shape (B, n_points, n_classes)
        Vote shares times ``LATTICE``.
    """
    b, n, k = votes.shape
    same_point = np.broadcast_to(np.eye(n)[:, :, None], (b, n, n, k))
    levels = np.arange(LATTICE + 1)
    if notion == "canonical":
        equal = (votes[:, :, None] == votes[:, None]).all(axis=-1)
        rows = np.einsum("bxy,kl->bxkyl", equal, np.eye(k)).reshape(b, n * k, n, k)
    elif notion == "class_wise":
        at_level = votes[:, None] == levels[:, None, None]
        rows = np.einsum("bqyl,kl->bqkyl", at_level, np.eye(k))
        rows = rows.reshape(b, len(levels) * k, n, k)
    elif notion == "class_aggregated":
        rows = votes[:, None] == levels[:, None, None]
    elif notion == "top_label":
        top = votes.max(axis=-1, keepdims=True)
        rows = (votes == top)[:, None] & (top[:, None] == levels[:, None, None])
    else:
        rows = votes[:, None] / LATTICE
    return np.concatenate([same_point, rows], axis=1).reshape(b, -1, n * k)


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
    a = equations(votes, notion)
    shape = votes.shape
    shares = votes / LATTICE
    # Each column enters the equations once per group, so masses are bounded by P.
    masses = (direction * weights[..., None]).reshape(shape[0], -1, 1)
    inverse = np.linalg.pinv(a, rcond=1e-10)
    for _ in range(2):  # the second projection removes the first one's rounding
        masses = masses - inverse @ (a @ masses)
    delta = masses.reshape(shape) / weights[..., None]
    # What is left of a zero solution is rounding: scaling it up would be noise.
    delta = np.where(abs(delta).max(axis=(-1, -2), keepdims=True) > 1e-9, delta, 0.0)
    room = np.where(delta > 0, (1 - shares), shares) / np.where(
        delta == 0, 1.0, abs(delta)
    )
    step = np.where(delta == 0, np.inf, room).min(axis=(-1, -2), keepdims=True)
    step = np.where(np.isfinite(step), step, 0.0)
    labels = np.clip(shares + step * delta, 0.0, 1.0)
    return FiniteLaw.trusted(
        weights=weights, label_probabilities=labels, vote_shares=shares
    )
