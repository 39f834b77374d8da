"""The plot of fidelity and disjointedness against the scale of neighbourhoods."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._naming import naming
from refgen._numbers import as_not_negative, as_positive
from refgen._pictures import BLUE, VERMILLION, panels_of, short_log_labels
from refgen.arrays import as_floats
from refgen.explainability._explained_rows import ExplainedRows
from refgen.explainability._sample_values import seeded_stream
from refgen.explainability.neighborhoods import GaussianNeighborhoods
from refgen.explainability.published_curves import published_fidelity
from refgen.explainability.sample_fidelity import mirrored_neighborhood_fidelity
from refgen.explainability.sampled_disjointedness import disjointedness_ratios

# Of the axis beyond the first and the last scale.
_MARGIN = 1.06
_DOTTED = {"linestyle": ":", "linewidth": 1.5, "zorder": 1}


class FidelityDisplay:
    """Mirrored fidelity on train and test points, and ρ_S, against the scale.

    Small neighbourhoods make explanations faithful on the points that they were fitted
    to, and disjoint: then they say little of other points. Made of curves that are
    known, or by `from_estimator`.

    Parameters
    ----------
    scale : array of shape (n_scales,)
        Ascending.
    train : array of shape (n_scales,)
        MNF on the points that explanations were fitted to: an error, 0 is best.
    test : array of shape (n_scales,), optional
        MNF on other points.
    disjointedness : array of shape (n_scales,), optional
        ρ_S ≥ 1.
    exponent : array of shape (n_scales,), optional
        Power of the number of points with which ρ_S grows, drawn in place of ρ_S.
    published : str, optional
        A data set of `published_fidelity`, whose curves are dotted.

    Attributes
    ----------
    figure_ : matplotlib Figure, after `plot`
    axes_ : array of matplotlib Axes, after `plot`

    Raises
    ------
    ValueError
        If shapes differ, a number is out of range, or there is no such data set.

    Examples
    --------
    >>> display = FidelityDisplay([0.5, 1.0], [0.0, 0.1], [0.3, 0.2])
    >>> display.best_scale
    1.0
    """

    def __init__(
        self,
        scale: Any,
        train: Any,
        test: Any = None,
        *,
        disjointedness: Any = None,
        exponent: Any = None,
        published: str | None = None,
    ) -> None:
        self.scale = as_positive("scale", scale, 1)
        if self.scale.ndim != 1 or (np.diff(self.scale) <= 0).any():
            raise ValueError("scale must be one list of numbers in ascending order")
        self.train = self._curve("train", as_not_negative("train", train, 1))
        self.test = self.disjointedness = self.exponent = None
        if test is not None:
            self.test = self._curve("test", as_not_negative("test", test, 1))
        if disjointedness is not None:
            values = as_floats("disjointedness", disjointedness, 1)
            if (values < 1).any():
                least = float(values.min())
                raise ValueError(f"disjointedness must be at least 1, got {least:g}")
            self.disjointedness = self._curve("disjointedness", values)
        if exponent is not None:
            values = as_floats("exponent", exponent, 1)
            self.exponent = self._curve("exponent", values)
        self.published = published
        with naming("published"):
            self._figure = {} if published is None else published_fidelity(published)

    def _curve(self, name: str, values: np.ndarray) -> np.ndarray:
        if values.shape != self.scale.shape:
            raise ValueError(
                f"{name} must have a number for each of the {len(self.scale)} scales, "
                f"got shape {values.shape}"
            )
        return values

    @classmethod
    def from_estimator(
        cls,
        model: Any,
        X: Any,
        scale: Any,
        *,
        X_test: Any = None,
        published: str | None = None,
        axes: Any = None,
        **options: Any,
    ) -> FidelityDisplay:
        """Explain a model by the best explanations of a sample at each scale, and plot.

        Parameters
        ----------
        model : fitted estimator, callable, or array of shape (n_rows,)
        X : array or data frame of shape (n_rows, n_features)
            The rows that explanations are fitted to. Distances are of the features as
            they are: scale them first.
        scale : list of floats
            Ascending.
        X_test : array or data frame, optional
            Other rows, at least two.
        published : str, optional
        axes : matplotlib Axes, or two of them, optional
        **options
            Of `mirrored_neighborhood_fidelity`.

        Raises
        ------
        TypeError, ValueError
            As `mirrored_neighborhood_fidelity`.
        ImportError
            If matplotlib is missing.

        Examples
        --------
        >>> from sklearn.datasets import load_diabetes
        >>> from sklearn.neighbors import KNeighborsRegressor
        >>> from sklearn.preprocessing import scale
        >>> X, y = load_diabetes(return_X_y=True)
        >>> model, X = KNeighborsRegressor(), scale(X)[:100, :3]
        >>> display = FidelityDisplay.from_estimator(
        ...     model.fit(X, y[:100]), X, [0.5, 2.0], n_draws=200
        ... )
        >>> bool(display.train[0] < display.train[1])
        True
        """
        found = mirrored_neighborhood_fidelity(
            model, X, scale, X_test=X_test, **options
        )
        scales = np.atleast_1d(found.scale)
        points = ExplainedRows(X).points
        stream = seeded_stream(options.get("random_state", 0), "fidelity display")
        sample = GaussianNeighborhoods(points, scales)
        rho = disjointedness_ratios(sample, options.get("n_draws", 1000), stream)
        display = cls(
            scales,
            np.atleast_1d(found.train),
            None if found.test is None else np.atleast_1d(found.test),
            disjointedness=rho.mean(axis=-1),
            published=published,
        )
        return display.plot(axes)

    @property
    def best_scale(self) -> float:
        """The scale of least MNF on test points, or on train points without any."""
        curve = self.train if self.test is None else self.test
        return float(self.scale[int(np.argmin(curve))])

    def plot(self, axes: Any = None) -> FidelityDisplay:
        """Draw MNF, and beside it ρ_S or its exponents if they are known.

        Parameters
        ----------
        axes : matplotlib Axes, or two of them, optional
            As many as there are panels; by default a new figure.

        Raises
        ------
        ValueError
            If their number is wrong.
        ImportError
            If matplotlib is missing.

        Examples
        --------
        >>> display = FidelityDisplay([0.5, 1.0], [0.0, 0.1], disjointedness=[3.0, 2.0])
        >>> len(display.plot().axes_)
        2
        """
        grows = self.exponent is not None or self.disjointedness is not None
        self.axes_ = panels_of(axes, 1 + grows, "FidelityDisplay")
        self.figure_ = self.axes_[0].figure
        self._plot_errors(self.axes_[0])
        if grows:
            self._plot_disjointedness(self.axes_[1])
        for ax in self.axes_:
            ends = self.scale[0] / _MARGIN, self.scale[-1] * _MARGIN
            ax.set(xscale="log", xlim=ends, xlabel="scale s of neighbourhoods")
            short_log_labels(ax.xaxis)
            ax.legend(frameon=False, fontsize="small")
        return self

    def _plot_errors(self, ax: Any) -> None:
        """MNF on train and test points, and the published curves of both."""
        ax.set(title="Errors of explanations", ylabel="mean square error (MNF)")
        curves = (
            ("train", self.train, BLUE, "o"),
            ("test", self.test, VERMILLION, "s"),
        )
        for name, values, colour, marker in curves:
            if values is not None:
                ax.plot(self.scale, values, marker, ls="-", color=colour, label=name)
            self._plot_published(ax, name, colour)
        if self.published is not None:
            label = f"dotted: published ({self.published})"
            ax.plot([], [], color="0.3", label=label, **_DOTTED)
        ax.set_ylim(bottom=0)

    def _plot_disjointedness(self, ax: Any) -> None:
        """ρ_S, or its exponents with the published ones."""
        if self.exponent is None:
            ax.set(title="Disjointedness", ylabel="ρ of the sample", yscale="log")
            ax.plot(self.scale, self.disjointedness, "ko-", label="ρ of the sample")
            short_log_labels(ax.yaxis)
            return
        ax.set(title="Growth of the disjointedness", ylabel="exponent of ρ in m")
        ax.plot(self.scale, self.exponent, "ko-", label="exponent of ρ in m")
        self._plot_published(ax, "exponent", "0.3")

    def _plot_published(self, ax: Any, name: str, colour: str) -> None:
        if name in self._figure:
            ax.plot(self._figure["scale"], self._figure[name], color=colour, **_DOTTED)
