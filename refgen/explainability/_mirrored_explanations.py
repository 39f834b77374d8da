"""Explanations from rows of data, weighted as neighbours of what is explained."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.explainability._explained_rows import ExplainedRows
from refgen.explainability._influences import (
    Influences,
    gram,
    influences,
    inverse,
)
from refgen.explainability._local_statistics import (
    LocalStatistics,
    joined,
    local_statistics,
)
from refgen.explainability._question import Question

# Numbers that an array of all rows of data for each explained row has at once.
BUDGET = 2**20


def mirrored_statistics(
    question: Question,
    reference: ExplainedRows | None,
    penalty: float,
    n_features: int | None,
) -> LocalStatistics:
    """Weighted least squares on the rows of the reference, with a ridge."""
    data = _Reference(question, reference)
    n_rows, width = question.rows.points.shape
    at_once = max(1, BUDGET // (len(data.points) * (1 + width)))
    found = []
    for start in range(0, n_rows, at_once):
        part = slice(start, min(start + at_once, n_rows))
        found.append(data.statistics(part, penalty, n_features))
    return joined(found)


class _Reference:
    """Rows of data, and what the model says there."""

    def __init__(self, question: Question, reference: ExplainedRows | None) -> None:
        rows = question.rows if reference is None else reference
        if rows.names != question.rows.names:
            raise ValueError(
                f"reference has {len(rows.names)} columns of numbers and X has "
                f"{len(question.rows.names)}; both need the same, with the same names"
            )
        self._question = question
        still = np.flatnonzero(question.scales == 0)
        if np.ptp(
            np.vstack([rows.points, question.rows.points])[:, still], axis=0
        ).any():
            raise ValueError(
                "scale is 0 for a feature that varies over reference and X; with "
                "fidelity='mnf' it must be above 0 there"
            )
        self.points = rows.points
        self._answers = question.answers_at(rows)

    def statistics(
        self, part: slice, penalty: float, n_features: int | None
    ) -> LocalStatistics:
        asked, xp = self._question, namespace(self._question.place(self.points))
        scales = asked.place(asked.scales[asked.moved])
        targets = asked.place(asked.rows.points[part][:, None, asked.moved])
        features = (asked.place(self.points[:, asked.moved]) - targets) / scales
        weights = _weights(features)
        values = self._answers[:, asked.outputs[part]].T
        centred = asked.place(values - asked.predictions[part, None])
        kept = None
        if n_features is not None and n_features < features.shape[-1]:
            first = _design(features, weights, penalty).coefficients(centred)
            kept = xp.argsort(-abs(first[:, 1:]), axis=1)[:, :n_features]
            features = xp.take_along_axis(features, kept[:, None, :], axis=2)
        design = _design(features, weights, penalty)
        whole = [(slice(0, len(self.points)), design)]
        effective = 1 / (weights * weights).sum(axis=1)
        found = local_statistics(lambda: iter(whole), centred, effective, None)
        return found if kept is None else _spread(found, kept, len(asked.moved))


def _weights(features: Any) -> Any:
    """Densities of neighbourhoods of the data at the explained rows; they sum to 1."""
    logs = -(features * features).sum(axis=-1) / 2
    weights = namespace(logs).exp(logs - logs.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def _design(features: Any, weights: Any, penalty: float) -> Influences:
    return influences(features, weights, inverse(gram(features, weights), penalty))


def _spread(found: LocalStatistics, kept: Any, p: int) -> LocalStatistics:
    """The same with zeros for the features that were left out of the fit."""
    xp = namespace(kept)

    at = kept[..., None] == xp.arange(p)

    def spread(part: Any) -> Any:
        slopes = (part[:, 1:, None] * at).sum(axis=1)
        return xp.concatenate([part[:, :1], slopes], axis=1)

    return found._replace(
        coefficients=spread(found.coefficients), errors=spread(found.errors)
    )
