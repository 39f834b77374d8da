"""Pair statistics δᵢ(a, b) = P(runs a and b differ at point i), summed.

For hard labels δ is an indicator; for class probabilities it is
1 − Σₖ pₐₖ p_bₖ, the probability that labels drawn from them differ.
Everything except the matrix of pairs is linear in the number of runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen.arrays import namespace
from refgen.disagreement._ranges import others


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


def pairs_of_labels(codes: Any, counts: Any) -> PairStatistics:
    """Pair statistics of hard labels, from their votes.

    Parameters
    ----------
    codes : integer array of shape (n_runs, n_points)
        Class codes from 0.
    counts : array of shape (n_points, n_classes)
        Votes for each class.
    """
    xp = namespace(codes)
    n_runs, n_points = codes.shape
    run_sums = n_runs - counts[xp.arange(n_points), codes].astype(float)
    return PairStatistics(run_sums, run_sums.sum(axis=0), xp.zeros(n_points))


def pairs_of_probabilities(p: Any) -> PairStatistics:
    """Pair statistics of class probabilities, shape (n_runs, n_points, n_classes)."""
    xp = namespace(p)
    n_runs, unlike = p.shape[0], others(p)
    own = xp.einsum("ank,ank->an", p, unlike)
    # Σₖ pₐₖ Σ_b (1 − p_bₖ) over b ≠ a: no difference here is negative.
    run_sums = xp.einsum("ank,ank->an", p, unlike.sum(axis=0) - unlike)
    products = xp.einsum("nk,nk->n", p.sum(axis=0), p.sum(axis=0))
    squares = n_runs**2 - 2 * products + _squared_products(p)
    return PairStatistics(run_sums, squares - (own**2).sum(axis=0), own.sum(axis=0))


def _squared_products(p: Any) -> Any:
    """Σ_ab (pₐ·p_b)² = ‖Σₐ pₐpₐᵀ‖² of every point, through the smaller matrix."""
    n_runs, _, n_classes = p.shape
    names = "ank,bnk->nab" if n_runs < n_classes else "anj,ank->njk"
    products = namespace(p).einsum(names, p, p)
    return namespace(p).einsum("nij,nij->n", products, products)


def matrix_of_labels(codes: Any, n_classes: int) -> Any:
    """Σᵢ δᵢ(a, b) for all pairs of runs, shape (n_runs, n_runs), zero diagonal.

    By a matrix product per class.
    """
    agreements = namespace(codes).zeros((codes.shape[0], codes.shape[0]))
    for k in range(n_classes):
        votes = (codes == k).astype(float)
        agreements += votes @ votes.T
    return codes.shape[1] - agreements


def matrix_of_probabilities(p: Any) -> Any:
    """Σᵢ δᵢ(a, b) for all pairs of runs, shape (n_runs, n_runs), zero diagonal."""
    flat = p.reshape(p.shape[0], -1)
    matrix = namespace(p).maximum(p.shape[1] - flat @ flat.T, 0.0)
    namespace(p).fill_diagonal(matrix, 0.0)
    return matrix
