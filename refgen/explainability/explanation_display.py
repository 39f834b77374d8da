"""The plot of local explanations: bars of one row, or a beeswarm of many."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._checks import check_integer, check_open_unit
from refgen._pictures import BLUE, VERMILLION, check_axes, new_axes
from refgen.explainability._explanations import LocalExplanations
from refgen.explainability.explainer import LocalLinearExplainer

# Points of a beeswarm are in one of so many columns, and move aside by these steps.
_COLUMNS, _HEIGHT = 60, 0.38


class LocalExplanationDisplay:
    """What a step of s in each feature changes: of one row, or of many.

    Parameters
    ----------
    explanations : LocalExplanations
        As `LocalLinearExplainer.explain` returns.
    row : int, optional
        Which row to draw as bars, with intervals over draws; the title gives the output
        there, and the root of the fidelity, an error. By default all rows are drawn as
        a beeswarm, in which each is a point on the line of a feature.
    n_top : int
        Draw so many features, from the largest |effect| on; of many rows the mean one.
    confidence_level : float
        In (0, 1), of the intervals.

    Attributes
    ----------
    features : tuple
        The features that are drawn, the strongest first.
    figure_ : matplotlib Figure, after `plot`
    ax_ : matplotlib Axes, after `plot`

    Raises
    ------
    TypeError, ValueError
        If these are no explanations, or an option is out of range.

    Examples
    --------
    >>> explainer = LocalLinearExplainer(lambda X: X[:, 0] - 2 * X[:, 1], scale=1.0)
    >>> display = LocalExplanationDisplay(explainer.explain([[0.5, 0.5]]), row=0)
    >>> display.features
    ('x1', 'x0')
    """

    _explainer = LocalLinearExplainer

    def __init__(
        self,
        explanations: Any,
        row: int | None = None,
        *,
        n_top: int = 10,
        confidence_level: float = 0.95,
    ) -> None:
        if not isinstance(explanations, LocalExplanations):
            raise TypeError(
                "explanations must be what LocalLinearExplainer.explain returns, got "
                f"{type(explanations).__name__}; or use from_estimator"
            )
        self.explanations = explanations
        self.row = row
        if row is not None:
            self.row = check_integer("row", row, 0, len(explanations.values) - 1)
        self.n_top = check_integer("n_top", n_top, 1)
        self.confidence_level = check_open_unit("confidence_level", confidence_level)
        effects = abs(explanations.effects)
        sizes = effects.mean(axis=0) if row is None else effects[row]
        self._order = np.argsort(-sizes, kind="stable")[: self.n_top]
        names = explanations.feature_names
        self.features = tuple(names[j] for j in self._order)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        row: int | None = None,
        n_top: int = 10,
        confidence_level: float = 0.95,
        ax: Any = None,
        **options: Any,
    ) -> LocalExplanationDisplay:
        """Explain the predictions for all rows of X, and plot.

        Parameters
        ----------
        estimator : fitted estimator of scikit-learn, or callable
        X : array or data frame of shape (n_rows, n_features)
        row : int, optional
        n_top : int
        confidence_level : float
        ax : matplotlib Axes, optional
            Where to draw; by default a new figure.
        **options
            Of `LocalLinearExplainer`; `scale` must be given.

        Raises
        ------
        TypeError, ValueError
            As `LocalLinearExplainer`.
        ImportError
            If matplotlib is missing.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from sklearn.linear_model import LogisticRegression
        >>> X, y = load_iris(return_X_y=True)
        >>> model = LogisticRegression(max_iter=500).fit(X, y)
        >>> draw = LocalExplanationDisplay.from_estimator
        >>> draw(model, X[:20], scale=0.5).features
        ('x2', 'x1', 'x0', 'x3')
        """
        check_axes(ax)
        found = cls._explainer(estimator, **options).explain(X)
        how: dict[str, Any] = {"n_top": n_top, "confidence_level": confidence_level}
        return cls(found, row, **how).plot(ax)

    def plot(self, ax: Any = None) -> LocalExplanationDisplay:
        """Draw the bars or the beeswarm.

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
        >>> explainer = LocalLinearExplainer(lambda X: X[:, 0], scale=1.0)
        >>> found = explainer.explain([[0.5, 0.5], [1.0, 0.0]])
        >>> LocalExplanationDisplay(found).plot().ax_.get_xlabel()
        'change of the output per step of s'
        """
        size = (6.0, 1.4 + 0.34 * len(self.features))
        self.ax_ = new_axes(ax, "LocalExplanationDisplay", figsize=size)
        self.figure_ = self.ax_.figure
        if self.row is None:
            self._plot_swarm()
        else:
            self._plot_bars(self.row)
        self.ax_.axvline(0, color="0.45", linewidth=1, zorder=1)
        self.ax_.set_xlabel("change of the output per step of s")
        self.ax_.locator_params(axis="x", nbins=6)
        self.ax_.set_ylim(len(self.features) - 0.4, -0.6)
        return self

    def _plot_bars(self, own: int) -> None:
        """Effects of one row, and their intervals."""
        found, order = self.explanations, self._order
        effects = found.effects[own, order]
        low, high = found.interval(self.confidence_level)
        reach = ((high - low) / 2 * found.scales)[own, order]
        colours = np.where(effects < 0, VERMILLION, BLUE)
        self.ax_.barh(
            self._labels(own), effects, xerr=reach, color=colours, alpha=0.75,
            ecolor="0.2", capsize=2.5, height=0.7,
        )  # fmt: skip
        prediction, error = found.predictions[own], found.fidelity[own] ** 0.5
        self.ax_.set_title(
            f"Row {own}: output[{found.outputs[own]}] = {prediction:.3g}, "
            f"explained to ±{error:.2g}",
            fontsize="medium",
        )

    def _labels(self, row: int) -> list[str]:
        """Names of features, and where the row is."""
        at = self.explanations.points[row, self._order]
        pairs = zip(self.features, at, strict=True)
        return [f"{name} = {value:.3g}" for name, value in pairs]

    def _plot_swarm(self) -> None:
        """A point for each row and feature, coloured by where the row is."""
        found = self.explanations
        effects, points = found.effects[:, self._order], found.points[:, self._order]
        lanes = np.arange(len(self.features))
        heights = lanes + np.stack([_aside(column) for column in effects.T], axis=1)
        image = self.ax_.scatter(
            effects, heights, 12, _ranks(points), cmap="coolwarm", vmin=0, vmax=1,
            linewidths=0, zorder=2,
        )  # fmt: skip
        self.ax_.set_yticks(lanes, [str(name) for name in self.features])
        which = f"output[{found.outputs[0]}]"
        if (found.outputs != found.outputs[0]).any():
            which = "of each its largest output"
        self.ax_.set_title(f"{len(effects)} rows, {which}", fontsize="medium")
        bar = self.figure_.colorbar(image, ax=self.ax_, ticks=[0, 1])
        bar.ax.set_yticklabels(["low", "high"])
        bar.set_label("value of the feature", labelpad=-12)


def _aside(values: np.ndarray) -> np.ndarray:
    """How far points move aside, so that those of about the same value do not hide."""
    width = np.ptp(values) / _COLUMNS
    if not width > 0:
        return (
            np.linspace(-_HEIGHT, _HEIGHT, len(values))
            if len(values) > 1
            else 0.0 * values
        )
    column = np.floor((values - values.min()) / width).astype(int)
    order = np.argsort(column, kind="stable")
    starts = np.searchsorted(column[order], column[order])
    number = np.empty(len(values), dtype=int)
    number[order] = np.arange(len(values)) - starts
    # 0, 1, −1, 2, −2, …
    steps = np.where(number % 2, 1, -1) * ((number + 1) // 2)
    return _HEIGHT * steps / max(abs(steps).max(), 4)


def _ranks(points: np.ndarray) -> np.ndarray:
    """Where each number is among those of its column, in [0, 1]; equal ones alike."""
    ordered = np.sort(points, axis=0)
    found = [
        np.searchsorted(column, own, "left") + np.searchsorted(column, own, "right") - 1
        for column, own in zip(ordered.T, points.T, strict=True)
    ]
    return np.stack(found, axis=1) / max(2 * len(points) - 2, 1)
