"""The disjointedness factor of samples from a finite law, and of parts of a sample."""

from __future__ import annotations

from typing import Any

from refgen._objects import check_instance
from refgen.arrays import as_probabilities, namespace
from refgen.explainability._drawn_samples import check_n_samples, drawn_samples
from refgen.explainability.finite_neighborhoods import FiniteNeighborhoods


def _of_samples(neighborhoods: Any, n_samples: Any) -> tuple[Any, Any]:
    """ρ_S of all samples, and their probabilities, of shape (..., n_drawn)."""
    law = check_instance("neighborhoods", neighborhoods, FiniteNeighborhoods)
    m = check_n_samples(law.n_points, n_samples)
    counts, chances = drawn_samples(law.weights, m)
    squares = counts @ (law.neighbors * law.neighbors) / m
    return namespace(squares).sqrt(squares).sum(axis=-1), chances


def expected_disjointedness(neighborhoods: FiniteNeighborhoods, n_samples: int) -> Any:
    """E ρ_S over all samples of a finite law.

    Parameters
    ----------
    neighborhoods : FiniteNeighborhoods of shape (...)
    n_samples : int
        m ≥ 1, so small that all samples can be tried.

    Returns
    -------
    array of shape (...)
        At least 1; at most √m and `FiniteNeighborhoods.disjointedness`.

    Raises
    ------
    ValueError
        If there are more than 20,000 samples without regard to order, or more than
        2⁹⁰⁰ with it.

    Notes
    -----
    Source: derived here, claims LE-22b and LE-31.

    Examples
    --------
    >>> law = FiniteNeighborhoods([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]])
    >>> round(float(expected_disjointedness(law, 2)), 4)  # 1 or √2
    1.2071
    """
    values, chances = _of_samples(neighborhoods, n_samples)
    return (values * chances).sum(axis=-1)


def disjointedness_variance(neighborhoods: FiniteNeighborhoods, n_samples: int) -> Any:
    """Var ρ_S over all samples of a finite law, at most E ρ_S/√m.

    Parameters
    ----------
    neighborhoods, n_samples
        As in `expected_disjointedness`.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        As `expected_disjointedness`.

    Notes
    -----
    Source: derived here, claim LE-31.

    Examples
    --------
    >>> law = FiniteNeighborhoods([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]])
    >>> round(float(disjointedness_variance(law, 2)), 4)
    0.0429
    """
    values, chances = _of_samples(neighborhoods, n_samples)
    mean = (values * chances).sum(axis=-1)
    return (chances * (values - mean[..., None]) ** 2).sum(axis=-1)


def left_out_disjointedness(neighbors: Any) -> Any:
    """ρ of a sample without one of its points, for each of them.

    Parameters
    ----------
    neighbors : array of shape (..., n_points, n_cells)
        N_x(x′) for two points or more, each row on the simplex.

    Returns
    -------
    array of shape (..., n_points)
        Their mean ρ̄ is at most ρ_S, which is at most √(m/(m − 1)) ρ̄.

    Raises
    ------
    ValueError
        If there is one point only, or something is not a probability.

    Notes
    -----
    Source: derived here, claim LE-31.

    Examples
    --------
    >>> left_out_disjointedness([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]).round(4).tolist()
    [1.0, 1.4142, 1.4142]
    """
    p = as_probabilities("neighbors", neighbors, 2)
    xp, m = namespace(p), p.shape[-2]
    if m < 2:
        raise ValueError(f"neighbors must have two points at least, got {m}")
    others = 1 - xp.eye(m)
    return xp.sqrt(others @ (p * p) / (m - 1)).sum(axis=-1)
