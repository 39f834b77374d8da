"""What is asked of a model: rows, neighbourhoods, and which output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen._estimators.data import check_squares
from refgen._shown import listed
from refgen.arrays import namespace
from refgen.explainability._automatic_scales import automatic_scales
from refgen.explainability._explained_model import ExplainedModel
from refgen.explainability._explained_rows import ExplainedRows
from refgen.explainability._explanations import LocalExplanations
from refgen.explainability._local_statistics import LocalStatistics

# A scale below this share of a point loses its digits when they are added.
_TOO_NEAR = 2.0**-30

Move = Callable[[Any], Any]


@dataclass(frozen=True)
class Question:
    """Rows, and what a model says there.

    Attributes
    ----------
    rows : ExplainedRows
    model : ExplainedModel
    scales : array of shape (n_features,)
        s of each feature, on the host, as all but the points.
    outputs : integer array of shape (n_rows,)
        Which output is explained.
    predictions : array of shape (n_rows,)
    place : callable
        Moves an array to where numbers are computed.
    hand : callable
        Moves points from there to where the model takes them.
    """

    rows: ExplainedRows
    model: ExplainedModel
    scales: np.ndarray
    outputs: np.ndarray
    predictions: np.ndarray
    place: Move
    hand: Move

    @classmethod
    def of(
        cls,
        X: Any,
        model: ExplainedModel,
        scale: Any,
        labels: tuple | None,
        data: ExplainedRows | None,
        place: Move,
        hand: Move,
    ) -> Question:
        """The model is asked at the rows, and at the data if they give the scale.

        The labels are those of the numbers in `scale`, if it was a pandas Series.
        """
        rows = ExplainedRows(X)
        answers = _ask(model, rows, place, hand)
        if isinstance(scale, str):
            there = answers if data is None else _ask(model, data, place, hand)
            scale = automatic_scales(model, (data or rows).points, there)
        if labels is not None:
            scale = rows.in_order(scale, labels)
        scales = _scales(scale, rows)
        outputs = model.outputs_at(answers)
        predictions = np.take_along_axis(answers, outputs[:, None], axis=1)[:, 0]
        return cls(rows, model, scales, outputs, predictions, place, hand)

    @property
    def moved(self) -> np.ndarray:
        """Numbers of the features that neighbours change."""
        return np.flatnonzero(self.scales)

    def answers_at(self, rows: ExplainedRows) -> np.ndarray:
        """All outputs at other rows, of shape (n_rows, n_outputs)."""
        return _ask(self.model, rows, self.place, self.hand)

    def values(self, points: Any, part: slice, times: int) -> np.ndarray:
        """The outputs less those at the rows, of shape (n_part, times).

        There are `times` points around each row of the part.
        """
        given = self.rows.as_given(self.hand(points), part, times)
        answers = self.model.answers(given, len(points))
        answers = answers.reshape(-1, times, answers.shape[1])
        chosen = self.outputs[part, None, None]
        found = np.take_along_axis(answers, chosen, axis=2)[..., 0]
        centred = found - self.predictions[part, None]
        check_squares("model outputs", "differences of outputs", centred)
        return centred

    def explanations(self, found: LocalStatistics) -> LocalExplanations:
        """Statistics in units of features."""
        slopes, errors = (
            self._in_units(part[:, 1:]) for part in (found.coefficients, found.errors)
        )
        values = self.place(self.predictions) + found.coefficients[:, 0]
        arrays = (
            self.place(self.rows.points),
            self.place(self.scales),
            self.place(self.predictions),
            values,
            found.errors[:, 0],
            slopes,
            errors,
            *found[2:],
            self.place(self.outputs),
        )
        return LocalExplanations(*arrays, self.rows.names)

    def _in_units(self, slopes: Any) -> Any:
        """Per unit of every feature, from those per scale of features that move."""
        xp = namespace(slopes)
        whole = xp.zeros((len(slopes), len(self.scales)))
        whole[:, self.place(self.moved)] = slopes / self.place(self.scales[self.moved])
        return whole


def _ask(
    model: ExplainedModel, rows: ExplainedRows, place: Move, hand: Move
) -> np.ndarray:
    given = rows.as_given(hand(place(rows.points)))
    return model.answers(given, len(rows.points))


def _scales(scale: Any, rows: ExplainedRows) -> np.ndarray:
    """s of each feature."""
    points, n_features = rows.points, rows.points.shape[1]
    if scale.shape not in ((), (n_features,)):
        raise ValueError(
            f"scale has shape {scale.shape}, and X has {n_features} columns of "
            f"numbers ({listed(rows.names)}); give one number, or one for each"
        )
    scales = np.broadcast_to(scale, (n_features,))
    if not scales.any():
        raise ValueError(
            "scale must be positive for one feature at least; with 0 a row is its only "
            "neighbour"
        )
    sizes = abs(points).max(axis=0)
    lost = (scales > 0) & (scales < _TOO_NEAR * sizes)
    if lost.any():
        j = int(lost.argmax())
        raise ValueError(
            f"scale is so small next to X that rounding changes the neighbours: "
            f"{scales[j]:.3g} for {rows.names[j]!r}, of size {sizes[j]:.3g}; give a "
            "larger one, 0 for a feature that is to stay as it is, or subtract an "
            "offset from X"
        )
    return scales
