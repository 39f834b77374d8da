"""Per-point pair statistics δᵢ(a, b) = P(runs a and b differ at point i).

For hard labels δ is an indicator; for class probabilities it is
1 − Σₖ pₐₖ p_bₖ, the probability that labels drawn from them differ.
Everything is linear in the number of runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import as_probabilities, namespace
from refgen.disagreement.votes import check_predictions, check_runs, countable, encode
from refgen.kernels import kernel

count_votes = kernel("votes", "count_votes")
sum_squared_votes = kernel("votes", "sum_squared_votes")


@dataclass(frozen=True)
class PairStatistics:
    """Sums of δᵢ(a, b) over ordered pairs a ≠ b, per point and run.

    Attributes
    ----------
    run_sums : array of shape (n_runs, n_points)
        rᵢ(a) = Σ_b δᵢ(a, b).
    squares : array of shape (n_points,)
        Σ_{a≠b} δᵢ(a, b)².
    self_sums : array of shape (n_points,)
        Σₐ δᵢ(a, a): 0 for hard labels.
    """

    run_sums: Any
    squares: Any
    self_sums: Any

    @property
    def n_runs(self) -> int:
        return self.run_sums.shape[0]

    @property
    def n_points(self) -> int:
        return self.run_sums.shape[1]

    @property
    def n_pairs(self) -> int:
        """Ordered pairs of distinct runs."""
        return self.n_runs * (self.n_runs - 1)

    @property
    def point_means(self) -> Any:
        """Mean pairwise disagreement at each point."""
        return self.run_sums.sum(axis=0) / self.n_pairs


def pair_statistics(predictions: Any) -> PairStatistics:
    """Pair statistics of hard labels (M, N) or class probabilities (M, N, K).

    Raises
    ------
    ValueError
        With fewer than two runs, or probabilities off the simplex.

    Examples
    --------
    >>> pair_statistics([[0, 1], [1, 1]]).point_means.tolist()
    [1.0, 0.0]
    """
    if _rank(predictions) == 3:
        return _soft(as_probabilities("predictions", predictions, 3))
    codes, _, classes = encode(check_predictions(predictions, minimum_runs=2))
    return _hard(codes, len(classes))


def _rank(predictions: Any) -> int:
    if hasattr(predictions, "ndim"):
        return predictions.ndim
    try:
        return np.ndim(predictions)
    except ValueError:
        return 0


def _hard(codes: Any, n_classes: int) -> PairStatistics:
    xp = namespace(codes)
    n_runs, n_points = codes.shape
    counts = count_votes(codes, 0, n_classes)
    run_sums = n_runs - counts[xp.arange(n_points), codes].astype(float)
    return PairStatistics(run_sums, run_sums.sum(axis=0), xp.zeros(n_points))


def _soft(p: Any) -> PairStatistics:
    xp = namespace(p)
    n_runs = p.shape[0]
    check_runs(n_runs, 2)
    own = 1 - xp.einsum("ank,ank->an", p, p)
    run_sums = n_runs - xp.einsum("nk,ank->an", p.sum(axis=0), p) - own
    # Σ_ab (pₐ·p_b)² = ‖Σₐ pₐpₐᵀ‖²: linear in the number of runs.
    second = xp.einsum("anj,ank->njk", p, p)
    products = xp.einsum("nk,nk->n", p.sum(axis=0), p.sum(axis=0))
    squares = n_runs**2 - 2 * products + xp.einsum("njk,njk->n", second, second)
    return PairStatistics(run_sums, squares - (own**2).sum(axis=0), own.sum(axis=0))


def point_disagreement(predictions: Any) -> Any:
    """Mean pairwise disagreement at each point, shape (n_points,).

    From vote counts for hard labels: no array of runs × points is formed.

    Examples
    --------
    >>> point_disagreement([[0, 1], [1, 1]]).tolist()
    [1.0, 0.0]
    """
    if _rank(predictions) == 3:
        return pair_statistics(predictions).point_means
    array = check_predictions(predictions, minimum_runs=2)
    m = array.shape[0]
    return (m**2 - sum_squared_votes(*countable(array)[:3])) / (m * (m - 1))


def pair_matrix(predictions: Any) -> Any:
    """Σᵢ δᵢ(a, b) for all pairs of runs, shape (n_runs, n_runs), zero diagonal.

    The only place where all pairs are formed, by a matrix product per class.

    Examples
    --------
    >>> pair_matrix([[0, 1], [1, 1]]).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    if _rank(predictions) == 3:
        p = as_probabilities("predictions", predictions, 3)
        flat = p.reshape(p.shape[0], -1)
        matrix = p.shape[1] - flat @ flat.T
        namespace(p).fill_diagonal(matrix, 0.0)
        return matrix
    codes, _, classes = encode(predictions)
    agreements = namespace(codes).zeros((codes.shape[0], codes.shape[0]))
    for k in range(len(classes)):
        votes = (codes == k).astype(float)
        agreements += votes @ votes.T
    return codes.shape[1] - agreements
