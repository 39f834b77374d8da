"""Pictures of residual memorization: base, ResMem and k-NN risk against n or k."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import t as student_t

from refgen._checks import check_choice, check_open_unit
from refgen._estimators.data import check_squares
from refgen._estimators.folds import checked_folds
from refgen._estimators.splits import check_cv_setting
from refgen._naming import check_seed, naming
from refgen._numbers import as_not_negative, as_positive
from refgen._pictures import check_axes, new_axes
from refgen.arrays import as_floats
from refgen.resmem._curves import (
    check_values,
    checked_values,
    drawn_splits,
    overlap_of,
    risks_of_split,
)
from refgen.resmem._estimator_base import ResMemBase
from refgen.resmem._losses import check_loss, paired_data

_PARAMETERS = {"n_neighbors": "neighbours k", "n_samples": "training rows n"}
# Every split is a fit for every value.
_MOST_SPLITS = 100_000
_NAMES = {"base": "base", "resmem": "ResMem", "knn": "k-NN"}


class ResMemDisplay:
    """Risk of a base, of its ResMem and of plain k-NN, with intervals over splits.

    Made by `from_estimator`; the arrays can also be given.

    Parameters
    ----------
    param_values : array of shape (n_values,)
        Positive: numbers of neighbours or of training rows.
    base, resmem, knn : arrays of shape (n_values, n_splits)
        Risks on the held-out rows of each split; at least two splits.
    param_name : {"n_neighbors", "n_samples"}
    overlap : array of shape (n_values,) or float
        Held-out rows per training row if splits share rows; 0 if they are
        independent data.
    confidence_level : float
        In (0, 1).
    loss : str
        Name of the loss, for the axis.

    Attributes
    ----------
    figure_ : matplotlib Figure, after `plot`
    ax_ : matplotlib Axes, after `plot`

    Raises
    ------
    ValueError
        If shapes differ, there are fewer than two splits, or a setting is unknown.

    Notes
    -----
    Intervals are Student's, for normal means over splits. Random splits of one data
    set share rows, and their risks are correlated: the variance is multiplied by
    1/J + `overlap` in place of 1/J (Nadeau & Bengio 2003), which is a rule of thumb.

    Examples
    --------
    >>> display = ResMemDisplay([1, 2], [[1, 3]] * 2, [[0, 1]] * 2, [[2, 2]] * 2)
    >>> mean, low, high = display.interval("knn")
    >>> mean.tolist(), low.tolist()
    ([2.0, 2.0], [2.0, 2.0])
    """

    def __init__(
        self,
        param_values: Any,
        base: Any,
        resmem: Any,
        knn: Any,
        param_name: str = "n_neighbors",
        overlap: Any = 0.0,
        confidence_level: float = 0.95,
        loss: str = "risk",
    ) -> None:
        self.param_values = as_positive("param_values", param_values, 1)
        self.base = as_floats("base", base, 2)
        self.resmem = as_floats("resmem", resmem, 2)
        self.knn = as_floats("knn", knn, 2)
        self.param_name = check_choice("param_name", param_name, _PARAMETERS)
        self.overlap = as_not_negative("overlap", overlap)
        self.confidence_level = check_open_unit("confidence_level", confidence_level)
        if not isinstance(loss, str):
            raise TypeError(f"loss must be text, got {type(loss).__name__}")
        self.loss = loss
        shapes = [getattr(self, name).shape for name in _NAMES]
        wanted = (*self.param_values.shape, *shapes[0][1:])
        if len(wanted) != 2 or any(shape != wanted for shape in shapes):
            raise ValueError(
                "base, resmem and knn must have shape (n_values, n_splits) with one "
                f"row per entry of param_values, got shapes {shapes} for param_values "
                f"of shape {self.param_values.shape}"
            )
        if self.overlap.shape not in ((), self.param_values.shape):
            raise ValueError(
                f"overlap has shape {self.overlap.shape} for param_values of shape "
                f"{self.param_values.shape}; give one number, or one for each value"
            )
        for name in _NAMES:
            check_squares(name, "risks", getattr(self, name))
        if shapes[0][1] < 2:
            raise ValueError(
                f"base, resmem and knn hold {shapes[0][1]} split, and intervals need "
                "at least 2"
            )

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        param_name: str = "n_neighbors",
        param_range: Any,
        cv: Any = 10,
        loss: str | None = None,
        confidence_level: float = 0.95,
        random_state: Any = None,
        ax: Any = None,
    ) -> ResMemDisplay:
        """Fit on random splits for every value of the parameter, and plot.

        Parameters
        ----------
        estimator : ResMemRegressor or ResMemClassifier
            Cloned, never changed.
        X : array, data frame or sparse matrix of shape (n_samples, n_features)
        y : array of shape (n_samples,) or (n_samples, n_outputs)
        param_name : {"n_neighbors", "n_samples"}
            What changes along the axis: neighbours, or rows of a split trained on.
        param_range : sequence of int
            Values from 1.
        cv : int, splitter or iterable
            Splits; if an integer, that many random ones that hold out a quarter.
        loss : str, optional
            As in `memorization_pays`.
        confidence_level : float
        random_state : int, RandomState instance or None
            Of the splits, if `cv` is an integer.
        ax : matplotlib Axes, optional

        Raises
        ------
        TypeError
            If `estimator` is not a ResMem estimator.
        ValueError
            If a setting is unknown or a value of `param_range` too large.
        ImportError
            If matplotlib is missing.

        Notes
        -----
        k-NN has the neighbours and weights of ResMem; "auto" chooses them for ResMem.

        Examples
        --------
        >>> import numpy as np
        >>> from refgen.resmem.estimators import ResMemRegressor
        >>> X = np.linspace(0, 1, 40)[:, None]
        >>> display = ResMemDisplay.from_estimator(
        ...     ResMemRegressor(), X, X[:, 0] ** 2, param_range=[1, 5], random_state=0
        ... )
        >>> display.resmem.shape
        (2, 10)
        """
        if not isinstance(estimator, ResMemBase):
            raise TypeError(
                "estimator must be a ResMemRegressor or ResMemClassifier, got "
                f"{type(estimator).__name__}"
            )
        values = checked_values(param_range)
        check_choice("param_name", param_name, _PARAMETERS)
        check_open_unit("confidence_level", confidence_level)
        loss = check_loss(estimator, loss)
        cv = check_cv_setting(cv, 2, _MOST_SPLITS)
        check_seed(random_state)
        check_axes(ax)
        X, y = paired_data(estimator, X, y)
        with naming("cv"):
            splits = checked_folds(
                drawn_splits(estimator, cv, random_state, X, y), len(y)
            )
        if len(splits) < 2:
            raise ValueError("cv holds 1 split, and intervals need at least 2")
        check_values(estimator, param_name, values, splits)
        table = [
            [
                risks_of_split(estimator, X, y, split, param_name, value, loss)
                for split in splits
            ]
            for value in values
        ]
        base, resmem, knn = np.moveaxis(np.array(table), -1, 0)
        overlap = [overlap_of(splits, param_name, value) for value in values]
        return cls(
            values, base, resmem, knn, param_name, overlap, confidence_level, loss
        ).plot(ax=ax)

    def interval(self, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mean, low and high end of one of the three risks, each (n_values,).

        Parameters
        ----------
        name : {"base", "resmem", "knn"}

        Examples
        --------
        >>> display = ResMemDisplay([1], [[0, 2]], [[0, 0]], [[1, 1]])
        >>> mean, low, high = display.interval("base")
        >>> round(float(high[0]), 2)  # 1 + 12.71 · √(2/2)
        13.71
        """
        check_choice("name", name, _NAMES)
        risks = getattr(self, name)
        n = risks.shape[1]
        mean = risks.mean(axis=1)
        error = np.sqrt((1 / n + self.overlap) * risks.var(axis=1, ddof=1))
        half = student_t.isf((1 - self.confidence_level) / 2, n - 1) * error
        return mean, mean - half, mean + half

    def plot(self, ax: Any = None) -> ResMemDisplay:
        """Draw the three risks with their intervals.

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
        >>> display = ResMemDisplay([1, 2], [[1, 3]] * 2, [[0, 1]] * 2, [[2, 2]] * 2)
        >>> len(display.plot().ax_.lines)
        3
        """
        self.ax_ = new_axes(ax, "ResMemDisplay")
        self.figure_ = self.ax_.figure
        for name, label in _NAMES.items():
            mean, low, high = self.interval(name)
            (line,) = self.ax_.plot(self.param_values, mean, marker="o", label=label)
            self.ax_.fill_between(
                self.param_values, low, high, color=line.get_color(), alpha=0.2
            )
        self.ax_.set(
            xscale="log",
            xlabel=_PARAMETERS[self.param_name],
            ylabel=self.loss.replace("_", " "),
            title=f"Risk with {self.confidence_level:.0%} intervals over splits",
        )
        self.ax_.legend()
        return self
