"""Variances of the mean pairwise disagreement, estimated from parsed runs."""

from __future__ import annotations

from refgen.disagreement._runs import LabelRuns, ProbabilityRuns


def jackknife(runs: LabelRuns | ProbabilityRuns) -> float:
    """Two-way delete-one jackknife variance: over runs plus over points."""
    _require(runs, 3, "the jackknife")
    m, n, pairs = runs.n_runs, runs.n_points, runs.pairs
    totals = pairs.run_sums.sum(axis=1)
    without = (totals.sum() - 2 * totals) / (n * (m - 1) * (m - 2))
    over_runs = (m - 1) / m * ((without - without.mean()) ** 2).sum()
    over_points = pairs.point_means.var(ddof=1) / n
    return float(over_runs + over_points)


def unbiased(runs: LabelRuns | ProbabilityRuns) -> float:
    """Unbiased variance, which may be negative."""
    _require(runs, 4, "the unbiased variance")
    m, n, pairs, matrix = runs.n_runs, runs.n_points, runs.pairs, runs.pair_matrix
    point_totals = pairs.run_sums.sum(axis=0)
    # Σ over disjoint ordered pairs (a,b), (c,d) of X_ab Y_cd equals
    # ΣX ΣY − 4 Σₐ rX(a) rY(a) + 2 Σ X_ab Y_ab for symmetric, zero-diagonal X, Y.
    rows = matrix.sum(axis=1)
    all_points = rows.sum() ** 2 - 4 * (rows**2).sum() + 2 * (matrix**2).sum()
    same_point = (
        (point_totals**2).sum()
        - 4 * (pairs.run_sums**2).sum()
        + 2 * pairs.squares.sum()
    )
    quadruples = m * (m - 1) * (m - 2) * (m - 3)
    squared_mean = (all_points - same_point) / (n * (n - 1) * quadruples)
    return float(pairs.point_means.mean() ** 2 - squared_mean)


def _require(runs: LabelRuns | ProbabilityRuns, n_runs: int, what: str) -> None:
    if runs.n_runs < n_runs or runs.n_points < 2:
        raise ValueError(
            f"{what} needs at least {n_runs} runs and 2 points, got predictions of "
            f"{runs.n_runs} runs on {runs.n_points} point(s); add runs or use "
            "method='hoeffding'"
        )
