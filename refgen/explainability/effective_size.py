"""How many points a query is a neighbour of, and what that says of ρ_S."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import as_counts, as_not_negative, refuse, together
from refgen._objects import check_instance
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace
from refgen.explainability._disjointedness import DisjointednessBracket
from refgen.explainability._mixture import mixture_sums
from refgen.explainability._ratios import widened
from refgen.explainability.neighborhoods import GaussianNeighborhoods


@finite
def effective_sample_size(sample: GaussianNeighborhoods, queries: Any) -> Any:
    """n_eff = (Σ pᵢ)²/Σ pᵢ² at queries, the number of points that share each of them.

    Parameters
    ----------
    sample : GaussianNeighborhoods of shape (...)
    queries : array of shape (..., n_queries, n_features)

    Returns
    -------
    array of shape (..., n_queries)
        In [1, m]: a query that is near one point alone has 1.

    Raises
    ------
    ValueError
        If numbers of features differ, a query is so far away that its exponents leave
        float64, or shapes do not broadcast.

    Notes
    -----
    ρ_S is the mean of √(m/n_eff) over the mixture, and χ̄² + 1 that of m/n_eff. Source:
    derived here, claim LE-26g.

    Examples
    --------
    >>> sample = GaussianNeighborhoods([[0.0], [2.0]], 1.0)
    >>> effective_sample_size(sample, [[-9.0], [0.0], [1.0]]).round(3).tolist()
    [1.0, 1.266, 2.0]
    """
    check_instance("sample", sample, GaussianNeighborhoods)
    queries = check_scale("queries", as_floats("queries", queries, 2), 2)
    if queries.shape[-1] != sample.n_features:
        raise ValueError(
            f"queries must have {sample.n_features} features as the sample has, got "
            f"shape {queries.shape}"
        )
    xp = namespace(sample.points, queries)
    batch = batch_shape(sample=sample.scale.shape, queries=queries.shape[:-2])
    sums = mixture_sums(widened(sample, batch), queries)
    return xp.clip(sums.first * sums.first / sums.second, 1.0, float(sample.n_points))


@finite
def disjointedness_from_chi_square(
    chi_square: Any, n_points: Any
) -> DisjointednessBracket:
    """What χ̄², the mean of m/n_eff less 1, says of ρ_S.

    Parameters
    ----------
    chi_square : array of shape (...)
        χ̄² = ∫ (Σ pᵢ²)/(Σ pᵢ) − 1 in [0, m − 1].
    n_points : array of shape (...)
        m, whole numbers.

    Returns
    -------
    DisjointednessBracket
        low, high : arrays of shape (...), 1 + χ̄²/(1 + √m) and √(1 + χ̄²).

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Both ends are attained. Source: derived here, claim LE-26.

    Examples
    --------
    >>> [float(end) for end in disjointedness_from_chi_square(3.0, 16)]
    [1.6, 2.0]
    """
    chi, m = together(
        chi_square=as_not_negative("chi_square", chi_square),
        n_points=as_counts("n_points", n_points),
    )
    refuse("chi_square", chi, chi > m - 1, "be at most m − 1")
    xp = namespace(chi)
    return DisjointednessBracket(1 + chi / (1 + xp.sqrt(m)), xp.sqrt(1 + chi))


@finite
def ratio_variance_bound(disjointedness: Any, n_points: Any) -> Any:
    """(√m − ρ)(ρ − 1), the largest variance of the ratio whose mean is ρ_S.

    Parameters
    ----------
    disjointedness : array of shape (...)
        ρ_S in [1, √m].
    n_points : array of shape (...)
        m, whole numbers.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: Bhatia & Davis (2000) for a variable in [1, √m]; claim LE-26.

    Examples
    --------
    >>> float(ratio_variance_bound(1.5, 16))
    1.25
    """
    rho, m = together(
        disjointedness=as_not_negative("disjointedness", disjointedness),
        n_points=as_counts("n_points", n_points),
    )
    root = namespace(m).sqrt(m)
    refuse("disjointedness", rho, (rho < 1) | (rho > root), "lie in [1, √m]")
    return (root - rho) * (rho - 1)
