"""What may be wrong with predictions and labels though numbers come out of them."""

from __future__ import annotations

from typing import Any

from refgen._orders import are_reordered


def check_axes(n_runs: int, n_points: int, n_labels: int, remedy: str) -> None:
    """Refuse labels that are as many as the runs, and not as many as the points.

    Raises
    ------
    ValueError
        Saying that `remedy` exchanges the axes.

    Examples
    --------
    >>> check_axes(4, 100, 100, "predictions.T")
    """
    if n_labels == n_runs != n_points:
        raise ValueError(
            f"labels has {n_labels} entries where predictions has {n_runs} runs on "
            f"{n_points} points: it seems that runs and points are exchanged; {remedy}"
        )


def many_runs(n_runs: int, n_points: int, remedy: str) -> str | None:
    """The doubt about more runs than points.

    Examples
    --------
    >>> many_runs(4, 4, "pass predictions.T") is None
    True
    """
    if n_runs <= n_points:
        return None
    return (
        f"predictions has {n_runs} runs on only {n_points} points; if its rows are "
        f"points and its columns runs, {remedy}"
    )


def check_names(predictions: Any, labels: Any) -> None:
    """Refuse a table and a column of pandas that name the same points in other orders.

    Raises
    ------
    ValueError
        Saying how to put the labels in order.

    Examples
    --------
    >>> check_names([[0, 1], [1, 1]], [0, 1])
    """
    points, named = (
        getattr(predictions, "columns", None),
        getattr(labels, "index", None),
    )
    if are_reordered(points, named):
        raise ValueError(
            "predictions.columns and labels.index name the same points in another "
            "order; align them: labels.loc[predictions.columns]"
        )
