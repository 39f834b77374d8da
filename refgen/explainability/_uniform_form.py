"""The classical bound, which holds for all systems of explanations at once."""

from __future__ import annotations

from refgen.explainability._bound_data import BoundData
from refgen.explainability._bound_forms import (
    FIXED,
    UNSEEN,
    check_enough,
    known,
    result,
    spreads_of,
    squares,
)
from refgen.explainability._bound_result import (
    BoundForm,
    BoundTerm,
    ExplainabilityBound,
)
from refgen.explainability._label_explanations import Fitted
from refgen.explainability._mean_limits import bernoulli_limits, drawn_limit
from refgen.explainability.deviations import deviation_bound
from refgen.explainability.risk_bounds import RiskBounds, uniform_risk_bounds
from refgen.random import Stream


def uniform(
    data: BoundData,
    scale: float,
    penalty: float,
    delta: float,
    n_draws: int,
    stream: Stream,
) -> ExplainabilityBound:
    """Forms B and C, and with the spread taken out, for all systems of explanations."""
    check_enough(data, 2)
    b, m = data.bound, len(data.labels)
    fitted = Fitted(data.points, data.outputs, scale, penalty, b)
    # The complexity counts points by their labels, which the deviation is about.
    by_labels = Fitted(data.points, data.labels, scale, penalty, b)
    own = by_labels.of_own(n_draws, stream.child("own"))
    explained = fitted.of_own(n_draws, stream.child("own"))
    new = fitted.of_new(data.new_points, n_draws, stream.child("new"))
    share, n_terms = delta / 8, m * n_draws
    most = fitted.norm_bound * float(by_labels.radii.max())
    drawn = fitted.norm_bound * own.complexities
    complexity = drawn_limit(drawn, most, n_terms, share)
    train = drawn_limit(
        (explained.outputs - data.outputs) ** 2, 4 * b * b, n_terms, share
    )
    fidelities, spreads = squares(new, data.new_outputs)[0], spreads_of(new)
    spread_limit = bernoulli_limits(spreads, b * b * n_draws / (n_draws - 1), share)[0]
    risk = float(((data.outputs - data.labels) ** 2).mean())
    terms = [
        known("train risk", risk),
        BoundTerm("train fidelity", *train),
        BoundTerm(
            "fidelity",
            fidelities.mean(),
            bernoulli_limits(fidelities, 4 * b * b, share)[1],
        ),
        BoundTerm("deviation", *_deviations(complexity, m, b, delta)),
        BoundTerm("spread", spreads.mean(), spread_limit),
        BoundTerm("complexity", *complexity),
        known("disjointedness", float(explained.ratios.mean())),
    ]
    estimates = _uniform_forms([float(term.estimate) for term in terms[:5]])
    limits = _uniform_forms([float(term.limit) for term in terms[:5]])
    names = ("without spread", "form B", "form C")
    forms = [
        BoundForm(name, float(estimate), float(limit))
        for name, estimate, limit in zip(names, estimates, limits, strict=True)
    ]
    return result(
        "uniform", data, fitted, delta, n_draws, True, terms, forms, (FIXED, UNSEEN)
    )


def _uniform_forms(values: list[float]) -> RiskBounds:
    """Forms of a bound; an estimated spread may be larger than what it is part of."""
    risk, own, fidelity, deviation, spread = values
    spread = min(spread, fidelity, risk + own + deviation)
    return uniform_risk_bounds(risk, own, fidelity, deviation, spread)


def _deviations(
    complexity: tuple[float, float], m: int, b: float, delta: float
) -> list[float]:
    """Δ by the estimate, and by the limit with half of δ."""
    return [
        float(deviation_bound(complexity[0], m, b, delta)),
        float(deviation_bound(complexity[1], m, b, delta / 2)),
    ]
