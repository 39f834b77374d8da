"""Pictures of an ensemble: are its votes calibrated, does disagreement track error."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._numbers import as_not_negative
from refgen._pictures import panels_of
from refgen.arrays import as_floats, namespace
from refgen.disagreement._labels import check_given
from refgen.disagreement._runs import coded_labels

_LARGEST_MARKER = 400  # points²; of a share with all the mass


class DisagreementDisplay:
    """Reliability of vote shares, and disagreement against error over runs.

    Made by `from_estimator` or `from_predictions`; the arrays can also be given.

    Parameters
    ----------
    shares : array of shape (n_levels,)
        Vote shares j/M that occur.
    accuracy : array of shape (n_levels,)
        P(Y = k | share of k is j/M), all classes k pooled.
    mass : array of shape (n_levels,)
        Expected number of classes per point with that share; sums to n_classes.
    run_disagreement : array of shape (n_runs,)
        Mean disagreement of each run with the others.
    run_errors : array of shape (n_runs,)
        Test error of each run.

    Attributes
    ----------
    figure_ : matplotlib Figure, after `plot`
    axes_ : array of two matplotlib Axes, after `plot`

    Raises
    ------
    TypeError
        If an array holds no real numbers, or is masked.
    ValueError
        If the arrays of one panel differ in shape or are not 1-D, or one is empty or
        holds NaN or infinity, or `mass` is negative.

    Notes
    -----
    Points on the diagonal of the first panel mean class-aggregated calibration; then
    `ensemble_disagreement` equals the error, and the mean over runs of the second
    panel, `disagreement`, is M/(M − 1) times that. Share 0 is drawn as well: it shows
    how often a class without votes is right. Source: Jiang et al. (2022); claims GDE-4,
    GDE-15.

    Examples
    --------
    >>> display = DisagreementDisplay.from_predictions([[0, 1], [1, 1]], [0, 1])
    >>> display.shares.tolist(), display.accuracy.tolist()
    ([0.0, 0.5, 1.0], [0.0, 0.5, 1.0])
    >>> display.run_disagreement.tolist(), display.run_errors.tolist()
    ([0.5, 0.5], [0.0, 0.5])
    """

    def __init__(
        self,
        shares: Any,
        accuracy: Any,
        mass: Any,
        run_disagreement: Any,
        run_errors: Any,
    ) -> None:
        self.shares = as_floats("shares", shares, 1)
        self.accuracy = as_floats("accuracy", accuracy, 1)
        self.mass = as_not_negative("mass", mass, 1)
        self.run_disagreement = as_floats("run_disagreement", run_disagreement, 1)
        self.run_errors = as_floats("run_errors", run_errors, 1)
        for names in (
            ("shares", "accuracy", "mass"),
            ("run_disagreement", "run_errors"),
        ):
            shapes = [getattr(self, name).shape for name in names]
            if len(set(shapes)) > 1 or len(shapes[0]) != 1:
                raise ValueError(
                    f"{', '.join(names)} must be 1-D and of one length, "
                    f"got shapes {shapes}"
                )

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any, y: Any, ax: Any = None
    ) -> DisagreementDisplay:
        """Predict with the runs of a fitted estimator, and plot.

        Parameters
        ----------
        estimator : fitted DisagreementErrorEstimator
        X : array of shape (n_points, n_features)
        y : array of shape (n_points,)
            True labels.
        ax : pair of matplotlib Axes, optional
            Passed to `plot` as `axes`.

        Raises
        ------
        TypeError
            If `estimator` has no ``run_predictions``.
        ImportError
            If matplotlib is missing.

        Examples
        --------
        >>> from refgen.disagreement import DisagreementErrorEstimator
        >>> X, y = [[0.0], [1.0], [2.0], [3.0]] * 3, [0, 0, 1, 1] * 3
        >>> runs = DisagreementErrorEstimator(random_state=0).fit(X, y)
        >>> DisagreementDisplay.from_estimator(runs, X, y).run_errors.shape
        (10,)
        """
        if not hasattr(estimator, "run_predictions"):
            raise TypeError(
                "estimator must be a fitted DisagreementErrorEstimator, got "
                f"{type(estimator).__name__}; for predictions of your own runs use "
                "DisagreementDisplay.from_predictions"
            )
        return cls.from_predictions(estimator.run_predictions(X), y, ax=ax)

    @classmethod
    def from_predictions(
        cls, predictions: Any, y: Any, ax: Any = None
    ) -> DisagreementDisplay:
        """Plot the hard labels of M runs against true labels.

        Parameters
        ----------
        predictions : array of shape (n_runs, n_points)
            Hard labels of at least two runs.
        y : array of shape (n_points,)
            True labels.
        ax : pair of matplotlib Axes, optional
            Passed to `plot` as `axes`.

        Raises
        ------
        ValueError
            With one run, or shapes that do not fit.
        ImportError
            If matplotlib is missing.

        Examples
        --------
        >>> display = DisagreementDisplay.from_predictions([[0, 0], [0, 1]], [0, 1])
        >>> [axes.get_xlabel() for axes in display.axes_]
        ['vote share', 'error of the run']
        """
        return cls(*_measure(predictions, y)).plot(axes=ax)

    def plot(self, axes: Any = None) -> DisagreementDisplay:
        """Draw both panels.

        Parameters
        ----------
        axes : pair of matplotlib Axes, optional
            Where to draw; by default a new figure.

        Raises
        ------
        ImportError
            If matplotlib is missing.
        ValueError
            If `axes` is not a pair of Axes.

        Examples
        --------
        >>> display = DisagreementDisplay([0, 1], [0, 1], [1, 1], [0.2], [0.3])
        >>> len(display.plot().axes_)
        2
        """
        self.axes_ = panels_of(axes, 2, "DisagreementDisplay")
        self.figure_ = self.axes_[0].figure
        self._plot_reliability(self.axes_[0])
        self._plot_runs(self.axes_[1])
        return self

    def _plot_reliability(self, axes: Any) -> None:
        # Share 0 holds most classes; the root keeps the other markers visible.
        most = self.mass.max() or 1.0
        parts = self.mass / most
        sizes = _LARGEST_MARKER * np.sqrt(parts / max(parts.sum(), 1.0))
        axes.plot([0, 1], [0, 1], color="0.6", linestyle="--", label="calibrated")
        axes.scatter(self.shares, self.accuracy, sizes, alpha=0.7)
        axes.set(
            xlabel="vote share",
            ylabel="P(label | vote share)",
            title="Reliability of vote shares",
        )
        axes.legend(loc="upper left")

    def _plot_runs(self, axes: Any) -> None:
        largest = max(self.run_errors.max(), self.run_disagreement.max())
        end = 1.1 * largest if largest > 0 else 1.0
        axes.plot([0, end], [0, end], color="0.6", linestyle="--", label="equal")
        axes.scatter(self.run_errors, self.run_disagreement, alpha=0.7)
        axes.set(
            xlabel="error of the run",
            ylabel="mean disagreement with other runs",
            title="Disagreement against error",
        )
        axes.legend(loc="upper left")


def _measure(predictions: Any, y: Any) -> tuple[Any, ...]:
    """The five arrays of a display."""
    check_given("y", y)
    runs = coded_labels(predictions, y, minimum_runs=2, name="y")
    vote_mass, label_mass = runs.level_masses
    seen = vote_mass > 0
    shares = namespace(vote_mass).arange(len(vote_mass)) / (len(vote_mass) - 1)
    others = runs.pairs.run_sums.mean(axis=1) / (runs.n_runs - 1)
    errors = (runs.labels != runs.truth).mean(axis=1)
    accuracy = label_mass[seen] / vote_mass[seen]
    return shares[seen], accuracy, vote_mass[seen], others, errors
