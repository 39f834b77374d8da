"""Samples of a finite problem: best fidelity, deviations, Rademacher complexity."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from refgen._objects import check_instance
from refgen.arrays import namespace
from refgen.explainability._drawn_samples import (
    check_n_samples,
    drawn_samples,
    signed_samples,
)
from refgen.explainability.finite_problems import FiniteProblem

# Signs of more points are not enumerated.
_MOST_SIGNS = 14


def _summed(problem: FiniteProblem, signs: Any, tables: Any) -> Any:
    """Σ_x s(x)N_x(x′)t(x), of shape (..., n_signs, n_cells, n_tables).

    For samples or signs s, (..., n_signs, n_points), and outputs or losses t of shape
    (..., n_tables, n_points).
    """
    p = problem.neighborhoods.neighbors
    products = p[..., :, :, None] * tables.swapaxes(-1, -2)[..., :, None, :]
    flat = products.reshape(*products.shape[:-2], -1)
    sums = signs @ flat
    return sums.reshape(*sums.shape[:-1], *products.shape[-2:])


def expected_train_fidelity(problem: FiniteProblem, n_samples: int) -> Any:
    """E MNF* of a sample, with the systems that are best for the sample.

    Parameters
    ----------
    problem : FiniteProblem of shape (...)
    n_samples : int
        m ≥ 1, so small that all samples can be tried.

    Returns
    -------
    array of shape (...)
        At most `best_mirrored_fidelity`, and at most what a larger m gives.

    Raises
    ------
    ValueError
        If there are more than 20,000 samples without regard to order, or more than
        2⁹⁰⁰ with it.

    Notes
    -----
    Source: derived here, claim LE-23.

    Examples
    --------
    >>> from refgen.explainability import FiniteNeighborhoods
    >>> law = FiniteNeighborhoods([0.5, 0.5], [[1.0, 0.0], [0.5, 0.5]])
    >>> problem = FiniteProblem(law, [0.0, 1.0], [[0.0, 0.0], [1.0, 1.0]])
    >>> float(expected_train_fidelity(problem, 2))
    0.125
    """
    law = check_instance("problem", problem, FiniteProblem).neighborhoods
    m = check_n_samples(law.n_points, n_samples)
    counts, chances = drawn_samples(law.weights, m)
    best = _summed(problem, counts / m, problem.losses).min(axis=-1).sum(axis=-1)
    return (best * chances).sum(axis=-1)


def expected_deviation(problem: FiniteProblem, n_samples: int) -> Any:
    """E sup (L_D − L_S) over all systems: how far a sample misjudges one at most.

    Parameters
    ----------
    problem, n_samples
        As in `expected_train_fidelity`.

    Returns
    -------
    array of shape (...)
        At least 0, and at most twice ``expected_complexity(problem, m, losses=True)``.

    Raises
    ------
    ValueError
        As `expected_train_fidelity`.

    Notes
    -----
    L(g) = E (g_x′(x) − y(x))², under the law and over the sample. Source: derived here,
    claim LE-17.

    Examples
    --------
    >>> from refgen.explainability import FiniteNeighborhoods
    >>> law = FiniteNeighborhoods([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]])
    >>> problem = FiniteProblem(law, [0.0, 0.0], [[0.0, 0.0], [1.0, 1.0]])
    >>> float(expected_deviation(problem, 1))
    0.5
    """
    law = check_instance("problem", problem, FiniteProblem).neighborhoods
    m = check_n_samples(law.n_points, n_samples)
    counts, chances = drawn_samples(law.weights, m)
    excess = law.weights[..., None, :] - counts / m
    largest = _summed(problem, excess, problem.losses).max(axis=-1).sum(axis=-1)
    return (largest * chances).sum(axis=-1)


def expected_complexity(
    problem: FiniteProblem, n_samples: int, *, losses: bool = False
) -> Any:
    """E R̂_S(G, N), the Rademacher complexity of all systems, over samples and signs.

    Parameters
    ----------
    problem, n_samples
        As in `expected_train_fidelity`; all samples with all signs can be tried.
    losses : bool
        Of the losses of systems, in place of their outputs.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    TypeError, ValueError
        If `losses` is neither True nor False; otherwise as `expected_train_fidelity`.

    Notes
    -----
    R̂_S = E_σ (1/m) Σ_x′ max_g Σ_i σ_i N_{x_i}(x′) g(x_i). Source: derived here, claim
    LE-17.

    Examples
    --------
    >>> from refgen.explainability import FiniteNeighborhoods
    >>> law = FiniteNeighborhoods([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]])
    >>> problem = FiniteProblem(law, [0.0, 0.0], [[-1.0, -1.0], [1.0, 1.0]])
    >>> float(expected_complexity(problem, 1))
    1.0
    """
    if not isinstance(losses, bool):
        raise TypeError(f"losses must be True or False, got {losses!r:.60}")
    law = check_instance("problem", problem, FiniteProblem).neighborhoods
    m = check_n_samples(2 * law.n_points, n_samples)
    signs, chances = signed_samples(law.weights, m)
    tables = problem.losses if losses else problem.outputs
    largest = _summed(problem, signs, tables).max(axis=-1).sum(axis=-1)
    return (largest * chances).sum(axis=-1) / m


def empirical_complexity(problem: FiniteProblem) -> Any:
    """R̂_S(G, N) of all systems, where the sample is each of the points once.

    Parameters
    ----------
    problem : FiniteProblem of shape (...)
        Of 14 points at most; their weights are not used.

    Returns
    -------
    array of shape (...)
        With a single cell, the complexity R̂_S(G) of the explanations themselves.

    Raises
    ------
    ValueError
        If there are more points.

    Notes
    -----
    All 2^m signs are tried. Source: derived here, claim LE-16b.

    Examples
    --------
    >>> from refgen.explainability import FiniteNeighborhoods
    >>> law = FiniteNeighborhoods.sample([[1.0, 0.0], [0.0, 1.0]])
    >>> problem = FiniteProblem(law, [0.0, 0.0], [[-1.0, -1.0], [1.0, 1.0]])
    >>> float(empirical_complexity(problem))
    1.0
    """
    m = check_instance("problem", problem, FiniteProblem).neighborhoods.n_points
    if m > _MOST_SIGNS:
        raise ValueError(
            f"problem must have {_MOST_SIGNS} points at most, as all signs are tried, "
            f"got {m}"
        )
    signs = np.array([*product((-1.0, 1.0), repeat=m)])
    signs = namespace(problem.outputs).asarray(signs)
    largest = _summed(problem, signs, problem.outputs).max(axis=-1).sum(axis=-1)
    return largest.mean(axis=-1) / m
