"""How faithful explanations are near the rows that they explain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from refgen._checks import check_integer
from refgen._estimators.data import check_squares
from refgen.arrays import as_floats
from refgen.explainability._explained_model import ExplainedModel
from refgen.explainability._explained_rows import ExplainedRows
from refgen.explainability._sample_values import (
    checked_scales,
    one_output,
    seeded_stream,
)
from refgen.explainability.fidelity_draws import drawn_fidelity

# Numbers that an array of neighbours has at once: 16 MB.
_ENTRIES = 2**21


class NeighborhoodFidelity(NamedTuple):
    """Neighborhood fidelity of a model: errors, of which 0 is the best.

    Attributes
    ----------
    fidelity, standard_error : array of shape (..., n_rows)
        Of each row, by Monte Carlo; several scales have a leading axis.
    mean, mean_standard_error : array of shape (...)
        Over rows; the error is that of the draws of rows and of neighbours.
    """

    fidelity: Any
    standard_error: Any
    mean: Any
    mean_standard_error: Any


def neighborhood_fidelity(
    model: Any,
    X: Any,
    scale: Any,
    *,
    coefficients: Any = None,
    intercepts: Any = None,
    n_samples: int = 200,
    output: int | None = None,
    random_state: Any = 0,
) -> NeighborhoodFidelity:
    """How far the explanation of a row is off near the row, on average.

    Neighbours are drawn from N(x, s²I), and the model is asked for all of them.

    Parameters
    ----------
    model : fitted estimator or callable
        A regressor, a classifier with probabilities or scores, or a function of points.
    X : array or data frame of shape (n_rows, n_features)
        Columns of numbers change, and should have the same units; others stay.
    scale : float or list of floats
        s > 0, of all features; a list holds several scales, not one for each feature.
        All scales share their draws.
    coefficients : array of shape (n_rows, n_features), optional
    intercepts : array of shape (n_rows,), optional
        Explanations g(x′) = intercept + coefficients·x′ of the rows. Without them the
        fidelity is that of the best affine explanation of each row, which nobody has to
        know: it is estimated without a bias.
    n_samples : int
        Neighbours of each row; at least 2, or 2 n_features + 4 without explanations.
    output : int, optional
        Which output of the model is meant; of two classes the second by default.
    random_state : int, RandomState instance or None

    Returns
    -------
    NeighborhoodFidelity

    Raises
    ------
    TypeError
        If X holds no numbers, or an option is of another type.
    ValueError
        If shapes disagree, a number is out of range, only one of coefficients and
        intercepts is given, or the model returns NaN or another shape.

    Notes
    -----
    Source: definition by Li et al. 2021 (poster); the estimate is derived here, theory
    page, "Fidelity from draws".

    Examples
    --------
    >>> X = np.array([[0.0, 1.0], [2.0, 0.0]])
    >>> found = neighborhood_fidelity(lambda X: X[:, 0] * X[:, 1], X, 0.5)
    >>> (found.fidelity / 0.5**4).round(1).tolist()  # s⁴ at every point
    [0.9, 0.9]
    """
    scales = checked_scales(scale)
    stream = seeded_stream(random_state, "neighborhood fidelity")
    rows = ExplainedRows(X)
    n, d = rows.points.shape
    given = _explanations(coefficients, intercepts, n, d)
    fewest = 2 * d + 4 if given is None else 2
    size = check_integer("n_samples", n_samples, fewest)
    asked = _Asked(ExplainedModel(model, output), rows)
    found = np.empty((2, scales.size, n))
    for part in _parts(n, size * d):
        shape = (part.stop - part.start, size, d)
        normals = stream.normal(shape, offset=part.start * size * d)
        for i, s in enumerate(np.atleast_1d(scales)):
            values = asked.values(part, s * normals)
            if given is None:
                found[:, i, part] = drawn_fidelity(normals, values)
            else:
                near = rows.points[part, None, :] + s * normals
                said = given[1][part, None] + (near @ given[0][part, :, None])[..., 0]
                found[:, i, part] = _mean_squares(said - values)
    fidelity, error = found.reshape(2, *scales.shape, n)
    spread = fidelity.std(axis=-1, ddof=1) / np.sqrt(n) if n > 1 else error[..., 0]
    return NeighborhoodFidelity(fidelity, error, fidelity.mean(axis=-1), spread)


class _Asked:
    """A model that is asked near rows, about one of its outputs."""

    def __init__(self, model: ExplainedModel, rows: ExplainedRows) -> None:
        self._model, self._rows = model, rows

    def values(self, part: slice, shifts: Any) -> Any:
        """Of shape (n_part, n_samples)."""
        n, size, d = shifts.shape
        near = (self._rows.points[part, None, :] + shifts).reshape(n * size, d)
        given = self._rows.as_given(near, part, size)
        answers = self._model.answers(given, n * size)
        found = answers[:, one_output(self._model, answers)]
        check_squares("model", "its outputs", found)
        return found.reshape(n, size)


def _explanations(coefficients: Any, intercepts: Any, n: int, d: int) -> Any:
    if coefficients is None and intercepts is None:
        return None
    if coefficients is None or intercepts is None:
        raise ValueError(
            "give coefficients and intercepts together, or none of them for the best "
            "explanations"
        )
    slopes = np.asarray(as_floats("coefficients", coefficients, 2))
    starts = np.asarray(as_floats("intercepts", intercepts, 1))
    if slopes.shape != (n, d) or starts.shape != (n,):
        raise ValueError(
            f"coefficients and intercepts must have shapes {(n, d)} and {(n,)} for "
            f"these rows of X, got {slopes.shape} and {starts.shape}"
        )
    return slopes, starts


def _mean_squares(errors: Any) -> tuple[Any, Any]:
    squares = errors * errors
    count = squares.shape[-1]
    return squares.mean(axis=-1), squares.std(axis=-1, ddof=1) / np.sqrt(count)


def _parts(n: int, entries: int) -> Iterator[slice]:
    step = max(1, _ENTRIES // entries)
    for start in range(0, n, step):
        yield slice(start, min(start + step, n))
