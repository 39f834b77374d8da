"""GDE-20 and GDE-20b: how much disagreement varies between pairs of classifiers."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.disagreement._calibrated import MISCALIBRATION
from refgen.claims.disagreement.classifier_laws import classifier_laws, two_constants
from refgen.claims.kinds import ascending, at_most, equal
from refgen.claims.registry import claim
from refgen.claims.sources import JIANG
from refgen.disagreement import ClassifierLaw, gap
from refgen.domains import record


def _with_gde_labels(law):
    """The law with its labels moved toward one class per point until EDR = ETE.

    The gap is linear in the labels: it is not negative if the label is the most
    frequent vote, and not positive if it is the least frequent one.
    """
    xp, shares = namespace(law.weights), law.marginal().vote_shares

    def gap_of(labels):
        parts = law.weights[..., None] * shares * (labels - shares)
        return parts.sum(axis=(-1, -2))[..., None, None]

    drawn, classes = gap_of(law.label_probabilities), xp.eye(shares.shape[-1])
    most, least = classes[shares.argmax(axis=-1)], classes[shares.argmin(axis=-1)]
    target = xp.where(drawn > 0, least, most)
    apart = drawn - gap_of(target)
    # A gap that is all rounding says nothing about the way.
    moves = abs(drawn) > MISCALIBRATION
    part = xp.where(moves, drawn / xp.where(moves, apart, 1.0), 0.0).clip(0.0, 1.0)
    return ClassifierLaw.trusted(
        weights=law.weights,
        label_probabilities=(1 - part) * law.label_probabilities + part * target,
        classifier_weights=law.classifier_weights,
        predictions=law.predictions,
    )


def _rare_errors(rare: float, n_classes: int = 2) -> ClassifierLaw:
    """One frequent classifier and rare ones, all with errors at different points.

    The rare ones, `rare` together, err with probability L = 1/(m + 1) each, the other
    one with the probability that gives EDR = ETE. Pairs differ where one errs: κ = 1.
    """
    m, each = n_classes, 1 / (n_classes + 1)
    often = rare * each * (1 - 2 * rare / m) / ((1 - rare) * (1 - 2 * rare))
    points = [often, *[each] * m, 1 - often - m * each]
    errors = np.eye(m + 1, m + 2, dtype=int)  # classifier i errs at point i only
    labels = np.eye(2)[np.zeros(m + 2, int)]
    return ClassifierLaw(points, labels, [1 - rare, *[rare / m] * m], errors)


def _equally_likely_constants(m: int) -> ClassifierLaw:
    """One point, m equally likely labels, and a constant classifier for each."""
    shares = np.full(m, 1 / m)
    return ClassifierLaw([1.0], [shares], shares, np.arange(m)[:, None])


EXTREME = [
    # No variance of errors: V = θ (2κμ − θ).
    _equally_likely_constants(2),
    _equally_likely_constants(3),
    # Here κ is close to ½.
    _equally_likely_constants(600),
    # Here half of the term (4κ² − 1) ETE² is not enough.
    _rare_errors(0.05, 3),
    # Here the terms in θ and μ are small beside 2κ² Var err.
    _rare_errors(1e-4),
]
# Here EDR is close to 2κ ETE.
RARELY_WRONG = ClassifierLaw([1.0], [[1.0, 0.0]], [1 - 1e-4, 1e-4], [[0], [1]])


def _without_gde(law: Any) -> str | None:
    """Why a law over classifiers has EDR ≠ ETE."""
    reason = classifier_laws.outside(law)
    if reason:
        return reason
    off = float(abs(gap(law.marginal())))
    return None if off <= MISCALIBRATION else f"lacks EDR = ETE: off by {off:.3g}"


gde_classifier_laws = record(
    _with_gde_labels,
    "laws over classifiers with EDR = ETE",
    law=classifier_laws,
    outside=_without_gde,
    examples=lambda: [
        two_constants(),
        # Both err half the time and always disagree: only the ETE² term is left.
        ClassifierLaw(
            [0.5, 0.5], [[0.5, 0.5], [0.5, 0.5]], [0.5, 0.5], [[0, 1], [1, 0]]
        ),
        # The same at a rare point: errors of 2e-3.
        ClassifierLaw(
            [0.996, 0.004], [[1.0, 0.0], [0.5, 0.5]], [0.5, 0.5], [[0, 0], [0, 1]]
        ),
        *EXTREME,
    ],
)

any_classifier_laws = classifier_laws.but(
    "a law over finitely many classifiers, GDE or not",
    lambda: [*classifier_laws.examples(), *EXTREME, RARELY_WRONG],
)


def _moments(rg: Any, law: ClassifierLaw) -> tuple[Any, Any, Any, Any, Any]:
    """Var Dis, Var err, EDR, ETE and κ, by sums over pairs of classifiers."""
    d, w = rg.disagreement, law.classifier_weights
    dis, err = d.pairwise_disagreement(law), d.classifier_errors(law)
    both = w[..., :, None] * w[..., None, :]
    edr, ete = (both * dis).sum(axis=(-1, -2)), (w * err).sum(axis=-1)
    of_pairs = (both * (dis - edr[..., None, None]) ** 2).sum(axis=(-1, -2))
    of_errors = (w * (err - ete[..., None]) ** 2).sum(axis=-1)
    return of_pairs, of_errors, edr, ete, d.disagreement_error_ratio(law)


@claim(
    "GDE-20",
    kind="inequality",
    domain=gde_classifier_laws,
    source=JIANG.sharpened("corollary B.1.1"),
)
def disagreement_varies_little(rg, law, tight=1.0, published=1.0):
    """GDE: Var Dis ≤ bound ≤ 2κ² Var err + (4κ − 2) ETE², and 4κ − 2 ≤ 4κ² − 1.

    With κ the least number such that Dis ≤ κ(err + err′) on the support.
    """
    of_pairs, of_errors, _, ete, kappa = _moments(rg, law)
    linear, squared = (4 * kappa - 2) * ete**2, (4 * kappa**2 - 1) * ete**2
    return (
        ascending(
            of_pairs,
            tight * rg.disagreement.pairwise_variance_bound(law),
            tight * (2 * kappa**2 * of_errors + linear),
            scale=8,
            sharp=True,
        ),
        at_most(linear, published * squared, 8, sharp=True),
    )


@disagreement_varies_little.twin_function("half of the (4κ² − 1) term suffices")
def _(rg, law):
    of_pairs, of_errors, _, ete, kappa = _moments(rg, law)
    half = (4 * kappa**2 - 1) * ete**2 / 2
    return at_most(of_pairs, 2 * kappa**2 * of_errors + half, 8)


disagreement_varies_little.twin("0.97 of the sharper bounds would do", tight=0.97)
disagreement_varies_little.twin("0.97 of the published term would do", published=0.97)


@claim("GDE-20b", kind="inequality", domain=any_classifier_laws)
def disagreement_varies_little_without_gde(rg, law, tight=1.0, pairs=1.0):
    """Var Dis ≤ (κ√(v/2) + √(κ²v/2 + θ(2κμ − θ)))² ≤ 2κ²v + 2θ(2κμ − θ), always."""
    d = rg.disagreement
    of_pairs, of_errors, edr, ete, kappa = _moments(rg, law)
    rest = edr * (2 * kappa * ete - edr)
    return (
        ascending(
            of_pairs,
            tight * d.pairwise_variance_bound(law),
            2 * kappa**2 * of_errors + 2 * tight * rest,
            scale=8,
            sharp=True,
        ),
        at_most(edr, pairs * 2 * kappa * ete, 2, sharp=True),
        equal(of_pairs, d.variance_components(law)["20"], 2),
    )


disagreement_varies_little_without_gde.twin("0.97 of the bounds would do", tight=0.97)
disagreement_varies_little_without_gde.twin("EDR ≤ 1.94 κ ETE", pairs=0.97)
