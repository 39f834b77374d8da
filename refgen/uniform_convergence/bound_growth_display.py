"""The plot of bounds by norms, and of the test error, as the sample grows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from refgen._checks import check_open_unit
from refgen._naming import naming
from refgen._pictures import check_axes, new_axes, short_log_labels
from refgen.uniform_convergence.bound_growth import DISTANCE, ERROR, norm_bound_growth
from refgen.uniform_convergence.growth_slopes import (
    GrowthSlope,
    checked_curve,
    growth_slope,
)
from refgen.uniform_convergence.published_norms import published_growth

# Okabe & Ito 2008; the test error is black.
_LOOKS = {
    ERROR: ("black", "o"),
    "Bartlett 2017": ("#D55E00", "s"),
    "Neyshabur 2018": ("#0072B2", "^"),
    "Neyshabur 2019": ("#009E73", "D"),
    DISTANCE: ("#CC79A7", "v"),
}
_OTHERS = (("#56B4E9", "P"), ("#E69F00", "X"), ("0.5", "*"))


class BoundGrowthDisplay:
    """Curves of bounds and of the test error over the sample size, on log scales.

    Made by `from_estimator`, or of curves that are known.

    Parameters
    ----------
    sizes : array of shape (n_sizes,)
    curves : dict of arrays of shape (n_sizes,) or (n_sizes, n_repeats)
        As those of `BoundGrowth`.
    published : str, optional
        A figure of `published_growth`, whose curves of the same names are drawn in the
        background.
    confidence_level : float
        Of the intervals of slopes.

    Attributes
    ----------
    slopes : dict of GrowthSlope
        Of the curves that have one.
    figure_ : matplotlib Figure, after `plot`
    ax_ : matplotlib Axes, after `plot`

    Raises
    ------
    ValueError
        If shapes differ, a number is out of range, or there is no such figure.

    Notes
    -----
    Values above the line at 1 are vacuous. Lines join means of repetitions, which are
    markers; the legend has the power with which each grows and its interval.

    Examples
    --------
    >>> curves = {"test error": [0.2, 0.1, 0.05], "Bartlett 2017": [50.0, 60.0, 75.0]}
    >>> display = BoundGrowthDisplay([100, 200, 400], curves)
    >>> round(display.slopes["test error"].slope, 12)
    -1.0
    """

    def __init__(
        self,
        sizes: Any,
        curves: Mapping[str, Any],
        *,
        published: str | None = None,
        confidence_level: float = 0.95,
    ) -> None:
        if not isinstance(curves, Mapping) or not curves:
            raise TypeError(
                "curves must be a dict from names to values for each of the sizes, got "
                f"{curves!r:.60}"
            )
        self.confidence_level = check_open_unit("confidence_level", confidence_level)
        self.published = published
        with naming("published"):
            self._figure = {} if published is None else published_growth(published)
        self.curves, self.slopes = {}, {}
        for name, values in curves.items():
            self.sizes, self.curves[str(name)] = checked_curve(sizes, values)
            slope = self._slope(self.curves[str(name)])
            if slope is not None:
                self.slopes[str(name)] = slope

    def _slope(self, values: np.ndarray) -> GrowthSlope | None:
        """The slope of values (n_sizes, n_repeats), if two sizes have positive ones."""
        positive = (values > 0).any(axis=1)
        if len(np.unique(self.sizes[positive])) < 2:
            return None
        return growth_slope(self.sizes, values, self.confidence_level)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        published: str | None = None,
        confidence_level: float = 0.95,
        ax: Any = None,
        **options: Any,
    ) -> BoundGrowthDisplay:
        """Train copies of a network on parts of a sample, bound each, and plot.

        Parameters
        ----------
        estimator : estimator
            As in `norm_bound_growth`.
        X : array of shape (n_samples, n_features)
        y : array of shape (n_samples,)
        published : str, optional
        confidence_level : float
        ax : matplotlib Axes, optional
            Where to draw; by default a new figure.
        **options
            Of `norm_bound_growth`; `sizes` must be given.

        Raises
        ------
        TypeError, ValueError
            As `norm_bound_growth`.
        ImportError
            If matplotlib is missing.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from sklearn.neural_network import MLPClassifier
        >>> X, y = load_iris(return_X_y=True)
        >>> training = {"learning_rate_init": 0.1, "tol": 10, "n_iter_no_change": 50}
        >>> model = MLPClassifier(8, **training)
        >>> options = {"sizes": [30, 60, 120], "share": 0.8}
        >>> display = BoundGrowthDisplay.from_estimator(model, X, y, **options)
        >>> sorted(display.slopes)
        ['Bartlett 2017', 'Neyshabur 2018', 'Neyshabur 2019', 'distance']
        """
        check_axes(ax)
        found = norm_bound_growth(estimator, X, y, **options)
        display = cls(
            found.sizes,
            found.curves,
            published=published,
            confidence_level=confidence_level,
        )
        return display.plot(ax)

    def plot(self, ax: Any = None) -> BoundGrowthDisplay:
        """Draw all curves, those of the published figure, and the line at 1.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default a new figure.

        Raises
        ------
        ImportError
            If matplotlib is missing.

        Examples
        --------
        >>> display = BoundGrowthDisplay([100, 200], {"test error": [0.2, 0.1]})
        >>> display.plot().ax_.get_xscale()
        'log'
        """
        self.ax_ = new_axes(ax, "BoundGrowthDisplay", figsize=(4.8, 5.6))
        self.figure_ = self.ax_.figure
        self.ax_.set(
            xscale="log",
            yscale="log",
            xlabel="training points m",
            ylabel=self._quantities(),
            title="Bounds by norms, and the test error",
        )
        others = iter(_OTHERS * len(self.curves))
        for name, values in self.curves.items():
            self._plot_curve(name, values, *(_LOOKS.get(name) or next(others)))
        self._plot_published()
        self._plot_edge()
        short_log_labels(self.ax_.xaxis)
        self.ax_.legend(
            loc="upper center",
            bbox_to_anchor=(0.5, -0.14),
            frameon=False,
            fontsize="small",
        )
        return self

    def _quantities(self) -> str:
        # A distance is no bound, and may be above 1.
        if DISTANCE in self.curves:
            return "bound, test error, or distance"
        return "bound, or test error"

    def _plot_curve(
        self, name: str, values: np.ndarray, colour: str, marker: str
    ) -> None:
        """Means of repetitions, joined, and each of them."""
        shown = np.where(values > 0, values, np.nan)
        means = np.where(values.min(axis=1) > 0, values.mean(axis=1), np.nan)
        self.ax_.plot(self.sizes, means, color=colour, linewidth=1.6)
        self.ax_.plot(
            np.repeat(self.sizes, shown.shape[1]),
            shown.ravel(),
            marker,
            color=colour,
            fillstyle="full" if name == ERROR else "none",
            markersize=5,
            label=self._label(name),
        )

    def _plot_published(self) -> None:
        """The curves of the published figure that have the same names."""
        look = {"linestyle": ":", "linewidth": 1.5}
        for name in self.curves:
            there = "test_error" if name == ERROR else name
            if name in _LOOKS and there in self._figure:
                sizes, values = self._figure["n_samples"], self._figure[there]
                colour = _LOOKS[name][0]
                self.ax_.plot(sizes, values, color=colour, zorder=1, **look)
        if self.published is not None:
            label = f"dotted: published figure ({self.published})"
            self.ax_.plot([], [], color="0.3", label=label, **look)

    def _plot_edge(self) -> None:
        """The line above which bounds say nothing."""
        self.ax_.axhline(1, color="0.45", linestyle="--", linewidth=1, zorder=1)
        self.ax_.annotate(
            "a bound is vacuous above",
            (1, 1),
            xytext=(-3, 3),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="right",
            fontsize="small",
            color="0.35",
        )

    def _label(self, name: str) -> str:
        label = "distance from the start" if name == DISTANCE else name
        if name in self.slopes:
            slope = self.slopes[name]
            label += f": $m^{{{_two_places(slope.slope)}}}$"
            if np.isfinite(slope.low):
                label += f" [{_two_places(slope.low)}, {_two_places(slope.high)}]"
        n_zeros = int((self.curves[name] == 0).sum())
        return f"{label} ({n_zeros} at 0 not shown)" if n_zeros else label


def _two_places(value: float) -> str:
    # 0 is added so that no zero has a sign.
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")
