"""Bounds by leaving out, and by a split of the sample."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from refgen.explainability._bound_data import BoundData
from refgen.explainability._bound_result import (
    BoundForm,
    BoundTerm,
    ExplainabilityBound,
)
from refgen.explainability._label_explanations import Fitted, Said
from refgen.explainability._mean_limits import bernoulli_limits, normal_limit
from refgen.explainability.risk_bounds import (
    risk_bound,
)
from refgen.random import Stream

FIXED = (
    "points are independent draws of one law; scale, penalty and output_range were "
    "chosen without them"
)
UNSEEN = "X_unlabeled has new points, which neither the model nor the scale has seen"


def squares(said: Said, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Squared errors of single explanations, and of their means, for every point."""
    singly = ((said.outputs - targets) ** 2).mean(axis=0)
    return singly, (said.outputs.mean(axis=0) - targets) ** 2


def spreads_of(said: Said) -> np.ndarray:
    """Unbiased variances of explanations over neighbours, for every point."""
    return said.outputs.var(axis=0, ddof=1)


def _through_means(
    own: tuple[np.ndarray, np.ndarray],
    new: tuple[np.ndarray, np.ndarray],
    limit: Callable[[np.ndarray], float],
) -> tuple[list[BoundTerm], list[BoundForm]]:
    """Terms and forms of `risk_bound`, from errors singly and of means."""
    names = ("label error", "label error of means", "fidelity", "fidelity of means")
    values = (*own, *new)
    terms = [
        BoundTerm(name, float(part.mean()), limit(part))
        for name, part in zip(names, values, strict=True)
    ]
    singly, means = (terms[0], terms[2]), (terms[1], terms[3])
    forms = [
        BoundForm(
            name,
            float(risk_bound(a.estimate, b.estimate)),
            float(risk_bound(a.limit, b.limit)),
        )
        for name, (a, b) in (("without spread", means), ("with spread", singly))
    ]
    return terms, forms


def leave_one_out(
    data: BoundData,
    scale: float,
    penalty: float,
    delta: float,
    n_draws: int,
    stream: Stream,
) -> ExplainabilityBound:
    """Explanations fitted to labels; their error is estimated by leaving points out."""
    check_enough(data, 2)
    fitted = Fitted(data.points, data.labels, scale, penalty, data.bound)
    own = fitted.of_left_out(n_draws, stream.child("left out"))
    new = fitted.of_new(data.new_points, n_draws, stream.child("new"))
    terms, forms = _through_means(
        squares(own, data.labels),
        squares(new, data.new_outputs),
        lambda values: normal_limit(values, delta / 2),
    )
    terms.append(known("spread", float(spreads_of(new).mean())))
    said = (
        FIXED,
        UNSEEN,
        "errors of left-out points vary as if they were independent, and their mean is "
        "normal: approximate intervals, which cover less than they say",
        "one point more or less makes no difference to explanations",
    )
    return result(
        "leave_one_out", data, fitted, delta, n_draws, False, terms, forms, said
    )


def split(
    data: BoundData,
    scale: float,
    penalty: float,
    delta: float,
    n_draws: int,
    stream: Stream,
) -> ExplainabilityBound:
    """Explanations fitted to the labels of one half, and tried on the other half."""
    check_enough(data, 4)
    order = np.argsort(stream.child("halves").uniform(len(data.labels)))
    half = len(order) // 2
    ours, others = order[:half], order[half:]
    fitted = Fitted(data.points[ours], data.labels[ours], scale, penalty, data.bound)
    own = fitted.of_new(data.points[others], n_draws, stream.child("other half"))
    new = fitted.of_new(data.new_points, n_draws, stream.child("new"))
    most = 4 * data.bound**2
    terms, forms = _through_means(
        squares(own, data.labels[others]),
        squares(new, data.new_outputs),
        lambda values: bernoulli_limits(values, most, delta / 2)[1],
    )
    terms.append(known("spread", float(spreads_of(new).mean())))
    return result(
        "split", data, fitted, delta, n_draws, True, terms, forms, (FIXED, UNSEEN)
    )


def known(name: str, value: float) -> BoundTerm:
    return BoundTerm(name, value, value)


def check_enough(data: BoundData, least: int) -> None:
    for name, points, fewest in (
        ("X", data.points, least),
        ("X_unlabeled", data.new_points, 2),
    ):
        if len(points) < fewest:
            raise ValueError(
                f"{name} must have at least {fewest} points for this method, got "
                f"{len(points)}"
            )


def result(
    method: str,
    data: BoundData,
    fitted: Fitted,
    delta: float,
    n_draws: int,
    guaranteed: bool,
    terms: list[BoundTerm],
    forms: list[BoundForm],
    assumptions: tuple[str, ...],
) -> ExplainabilityBound:
    return ExplainabilityBound(
        method=method,
        bound=forms[0].bound,
        estimate=forms[0].estimate,
        guaranteed=guaranteed,
        trivial=4 * data.bound**2,
        delta=delta,
        scale=fitted.scale,
        penalty=fitted.penalty,
        norm_bound=fitted.norm_bound,
        output_range=data.output_range,
        n_points=len(data.labels),
        n_unlabeled=len(data.new_points),
        n_draws=n_draws,
        terms=tuple(
            BoundTerm(t.name, float(t.estimate), float(t.limit)) for t in terms
        ),
        forms=tuple(forms),
        assumptions=assumptions,
    )
