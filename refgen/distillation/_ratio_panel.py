"""The panel of a display that has what a student keeps of its teacher."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._pictures import VERMILLION, legend_below

_SHARES = (0.01, 0.1, 0.5)  # in the legend of sizes
_LARGEST = 260  # points²; the marker of a direction with all outputs
_RANGE = (-0.6, 1.6)  # of ratios that are drawn; others lie at the edge


def plot_ratios(ax: Any, found: Any) -> None:
    """Draw the ratios of an `EigenspaceDisplay` against eigenvalues."""
    ratios, (low, high) = found.ratios, _RANGE
    ax.axhline(1, color="0.45", linestyle="--", linewidth=1, label="teacher")
    for part, marker, name in (
        ((ratios >= low) & (ratios <= high), "s", "student"),
        (ratios > high, "^", f"student, above {high}"),
        (ratios < low, "v", f"student, below {low}"),
    ):
        if part.any():
            _plot_markers(ax, found, part, marker, f"{name} ({part.sum()})")
    ax.margins(0.08)
    left_out = np.isnan(ratios).sum()
    ax.set(
        xscale="log",
        xlabel="eigenvalue λ",
        ylabel="student's coefficient / teacher's",
        title="At the end of training"
        + (f", {left_out} without a teacher's" if left_out else ""),
    )
    sizes = {f"{share:.0%} of all outputs": _sizes(share) for share in _SHARES}
    legend_below(ax, sizes, _linearity(found.linear), color="0.6", marker="s")


def _plot_markers(
    ax: Any, found: Any, part: np.ndarray, marker: str, name: str
) -> None:
    at, ratios = found.eigenvalues[part], np.clip(found.ratios[part], *_RANGE)
    look = {"color": VERMILLION, "alpha": 0.7}
    markers = {"marker": marker, "linewidths": 0, **look}
    ax.scatter(at, ratios, _sizes(found.shares[part]), **markers)
    ax.scatter([], [], 30, label=name, **markers)
    if marker == "s":
        ax.errorbar(at, ratios, found.rounding[part], linestyle="none", **look)


def _linearity(shares: tuple[float, float] | None) -> str | None:
    """What coefficients cannot show, unless it is less than half a per cent."""
    if shares is None or min(shares) > 0.995:
        return None
    return "linear in X: {:.0%} of teacher, {:.0%} of student".format(*shares)


def _sizes(shares: Any) -> Any:
    """Areas of markers; the root keeps small shares visible."""
    return np.maximum(_LARGEST * np.sqrt(shares), 8.0)
