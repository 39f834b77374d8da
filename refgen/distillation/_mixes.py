"""Mixes of students as polynomials: what leave-one-out chooses, and what it means."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

import numpy as np


def terms_of(mixing: Sequence[float] | np.ndarray) -> np.ndarray:
    """τ with F = s Σ τⱼ(s − 1)ʲ, for students with these ξ in turn.

    Examples
    --------
    >>> terms_of([1.0, 1.0]).tolist()
    [1.0, 2.0, 1.0]
    """
    terms = np.ones(1)
    for xi in mixing:
        longer = np.append(terms, 0.0)
        longer[1:] += terms
        terms = xi * longer
        terms[0] += 1 - xi
    return terms


def mixing_of(terms: np.ndarray) -> np.ndarray:
    """The ξ of students in turn, the first one first, of τ along the first axis.

    Infinite where only a limit of mixes is this polynomial.

    Examples
    --------
    >>> mixing_of(terms_of([0.5, -2.0])).round(12).tolist()
    [0.5, -2.0]
    """
    k = len(terms) - 1
    powers = [
        sum(comb(j, i) * (-1) ** (j - i) * terms[j] for j in range(i, k + 1))
        for i in range(k + 1)
    ]
    # What the coefficients of s, s², … of F leave of 1.
    tails = np.cumsum(np.stack(powers[::-1]), axis=0)[::-1]
    tails[0] = 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(tails[1:] == 0, 0.0, tails[1:] / tails[:-1])
    return ratios[::-1]


def filter_of(share: np.ndarray, terms: np.ndarray) -> np.ndarray:
    """s Σ τⱼ(s − 1)ʲ, (n_directions, n_outputs), for τ of shape (k + 1, n_outputs)."""
    found = np.zeros((len(share), terms.shape[1]))
    for term in terms[::-1]:
        found = found * (share - 1)[:, None] + term
    return share[:, None] * found


def best_terms(
    residuals: Sequence[np.ndarray],
    rounding: Sequence[np.ndarray],
    weights: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """τ with the least Σ w (e₀ + Σ τⱼeⱼ)² of each output, and the residuals.

    Nothing is added where it changes nothing, or no more than rounding may have done.
    """
    first, steps = residuals[0], residuals[1:]
    terms = np.zeros((len(residuals), first.shape[1]))
    terms[0] = 1.0
    roots = np.sqrt(weights)[:, None]
    for j in range(first.shape[1]):
        columns, off = (
            roots * np.stack([e[:, j] for e in given], axis=1)
            for given in (steps, rounding[1:])
        )
        terms[1:, j] = _least_squares(columns, off, -roots[:, 0] * first[:, j])
    return terms, combined(residuals, terms)


def combined(residuals: Sequence[np.ndarray], terms: np.ndarray) -> np.ndarray:
    """Σ τⱼeⱼ."""
    return sum(term * e for term, e in zip(terms, residuals, strict=True))


def _least_squares(
    columns: np.ndarray, off: np.ndarray, wanted: np.ndarray
) -> np.ndarray:
    """Of columns that may be off by so much; mixes of them that may be 0 are 0."""
    # In units of what rounding may have done to each.
    units = np.linalg.norm(off, axis=0)
    units = np.where(units > 0, units, 1.0)
    left, sizes, right = np.linalg.svd(columns / units, full_matrices=False)
    seen = sizes > np.sqrt(len(units))
    return right[seen].T @ ((left.T @ wanted)[seen] / sizes[seen]) / units
