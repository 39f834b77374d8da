"""The plot of fidelity and disjointedness against the scale of neighbourhoods."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._checks import check_integer
from refgen._naming import naming
from refgen._numbers import as_not_negative, as_positive
from refgen._pictures import BLUE, VERMILLION, panels_of, short_log_labels
from refgen.arrays import as_floats
from refgen.explainability._explained_model import ExplainedModel
from refgen.explainability._explained_rows import ExplainedRows
from refgen.explainability.curves import fidelity_curves
from refgen.explainability.published_curves import published_fidelity
from refgen.random import Stream

_DOTTED = {"linestyle": ":", "linewidth": 1.5, "zorder": 1}


class FidelityDisplay:
    """Mirrored fidelity on train and test points, and ρ_S, against the scale.

    Small neighbourhoods make explanations faithful on the points that they were fitted
    to, and disjoint: then they say little of other points. Made of curves that are
    known, or by `from_estimator`.

    Parameters
    ----------
    scales : array of shape (n_scales,)
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
        scales: Any,
        train: Any,
        test: Any = None,
        *,
        disjointedness: Any = None,
        exponent: Any = None,
        published: str | None = None,
    ) -> None:
        self.scales = as_positive("scales", scales, 1)
        if self.scales.ndim != 1 or (np.diff(self.scales) <= 0).any():
            raise ValueError("scales must be one list of numbers in ascending order")
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
        if values.shape != self.scales.shape:
            raise ValueError(
                f"{name} must have a number for each of the {len(self.scales)} scales, "
                f"got shape {values.shape}"
            )
        return values

    @classmethod
    def from_estimator(
        cls,
        model: Any,
        X: Any,
        *,
        scales: Any,
        X_test: Any = None,
        output: int | None = None,
        penalty: float = 1e-6,
        n_draws: int = 2048,
        random_state: int = 0,
        published: str | None = None,
        axes: Any = None,
    ) -> FidelityDisplay:
        """Explain a model by the best explanations of a sample at each scale, and plot.

        Parameters
        ----------
        model : fitted estimator, or function of X that gives one number per row
        X : array or frame of shape (n_samples, n_features)
            The points that explanations are fitted to. Distances are of the features as
            they are, and of the columns of numbers: scale them first.
        scales : array of shape (n_scales,)
            Ascending.
        X_test : array of shape (n_test, n_features), optional
            Points that neither the explanations nor the model were fitted to.
        output : int, optional
            Which output is explained, of a model with several. By default that of the
            second class of two.
        penalty, n_draws
            As in `fidelity_curves`.
        random_state : int
            Seed of the draws.
        published : str, optional
        axes : matplotlib Axes, or two of them, optional

        Raises
        ------
        TypeError
            If `model` cannot be asked, or X holds other things than numbers.
        ValueError
            As `fidelity_curves`; also if the model returns another shape, or NaN.
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
        ...     model.fit(X, y[:100]), X, scales=[0.5, 2.0], n_draws=200
        ... )
        >>> bool(display.train[0] < display.train[1])
        True
        """
        seed = check_integer("random_state", random_state, 0, None)
        stream = Stream(seed, "fidelity display")
        points, values = _explained("X", X, model, output)
        options = {}
        if X_test is not None:
            others, outputs = _explained("X_test", X_test, model, output)
            options = {"test_points": others, "test_values": outputs}
        curves = fidelity_curves(
            points, values, scales, stream, penalty=penalty, n_draws=n_draws, **options
        )
        display = cls(
            curves.scales,
            curves.train,
            curves.test,
            disjointedness=np.maximum(curves.disjointedness, 1.0),
            published=published,
        )
        return display.plot(axes)

    @property
    def best_scale(self) -> float:
        """The scale of least MNF on test points, or on train points without any."""
        curve = self.train if self.test is None else self.test
        return float(self.scales[int(np.argmin(curve))])

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
            ax.set(xscale="log", xlabel="scale s of neighbourhoods")
            short_log_labels(ax.xaxis)
            ax.legend(frameon=False, fontsize="small")
        return self

    def _plot_errors(self, ax: Any) -> None:
        """MNF on train and test points, and the published curves of both."""
        ax.set(title="Errors of explanations", ylabel="mirrored fidelity MNF")
        curves = (
            ("train", self.train, BLUE, "o"),
            ("test", self.test, VERMILLION, "s"),
        )
        for name, values, colour, marker in curves:
            if values is not None:
                ax.plot(self.scales, values, marker, ls="-", color=colour, label=name)
            self._plot_published(ax, name, colour)
        if self.published is not None:
            label = f"dotted: published ({self.published})"
            ax.plot([], [], color="0.3", label=label, **_DOTTED)
        ax.set_ylim(bottom=0)

    def _plot_disjointedness(self, ax: Any) -> None:
        """ρ_S, or its exponents with the published ones."""
        if self.exponent is None:
            ax.set(title="Disjointedness", ylabel="ρ of the sample", yscale="log")
            ax.plot(self.scales, self.disjointedness, "ko-", label="ρ of the sample")
            return
        ax.set(title="Growth of the disjointedness", ylabel="exponent of ρ in m")
        ax.plot(self.scales, self.exponent, "ko-", label="exponent of ρ in m")
        self._plot_published(ax, "exponent", "0.3")

    def _plot_published(self, ax: Any, name: str, colour: str) -> None:
        if name in self._figure:
            ax.plot(self._figure["scale"], self._figure[name], color=colour, **_DOTTED)


def _explained(name: str, X: Any, model: Any, output: Any) -> tuple[Any, Any]:
    """The points of X, and one output of the model for each of them."""
    points, asked = ExplainedRows(X, name).points, ExplainedModel(model, output)
    answers = asked.answers(X, len(points))
    if output is None and answers.shape[1] > 2:
        raise ValueError(
            f"model gives {answers.shape[1]} numbers per row; say by output=0, …, "
            "which to explain"
        )
    return points, answers[np.arange(len(points)), asked.outputs_at(answers)]
