"""GDE-20: how much disagreement varies between pairs of classifiers."""

from refgen.arrays import namespace
from refgen.claims.disagreement.domains import classifier_laws, two_constants
from refgen.claims.kinds import at_most
from refgen.claims.registry import claim
from refgen.claims.sources import JIANG
from refgen.disagreement import ClassifierLaw
from refgen.domains import record


def _with_gde_labels(law):
    """The law with its labels moved toward one class per point until EDR = ETE.

    The gap is linear in the labels: it is not negative if the label is the most
    frequent vote, and not positive if it is the least frequent one.
    """
    xp, shares = namespace(law.weights), law.marginal().vote_shares

    def gap(labels):
        parts = law.weights[..., None] * shares * (labels - shares)
        return parts.sum(axis=(-1, -2))[..., None, None]

    drawn, classes = gap(law.label_probabilities), xp.eye(shares.shape[-1])
    most, least = classes[shares.argmax(axis=-1)], classes[shares.argmin(axis=-1)]
    target = xp.where(drawn > 0, least, most)
    apart = drawn - gap(target)
    part = xp.where(apart == 0, 0.0, drawn / xp.where(apart == 0, 1.0, apart))
    return ClassifierLaw.trusted(
        weights=law.weights,
        label_probabilities=(1 - part) * law.label_probabilities + part * target,
        classifier_weights=law.classifier_weights,
        predictions=law.predictions,
    )


gde_classifier_laws = record(
    _with_gde_labels,
    "laws over classifiers with EDR = ETE",
    law=classifier_laws,
    examples=lambda: [
        two_constants(),
        # Both err half the time and always disagree: only the ETE² term is left.
        ClassifierLaw(
            [0.5, 0.5], [[0.5, 0.5], [0.5, 0.5]], [0.5, 0.5], [[0, 1], [1, 0]]
        ),
    ],
)


def _variance(weights, values):
    """Variance of values (batch, ...) that have these probabilities."""
    axes = tuple(range(1, values.ndim))
    mean = (weights * values).sum(axis=axes, keepdims=True)
    return (weights * (values - mean) ** 2).sum(axis=axes)


def _smallest_kappa(pairs, sums, both):
    """The least κ ≥ 1/2 with Dis ≤ κ(err + err′) for all pairs of the support."""
    xp = namespace(pairs)
    # Two classifiers that never err are equal almost surely: 0/0 counts as 0.
    defined = (sums > 1e-12) & (both > 0)
    ratio = xp.where(defined, pairs / xp.where(defined, sums, 1), 0)
    return xp.maximum(0.5, ratio.max(axis=(-1, -2)))


@claim(
    "GDE-20",
    kind="inequality",
    domain=gde_classifier_laws,
    source=JIANG.at("corollary B.1.1"),
)
def disagreement_varies_little(rg, law, rest=1):
    """GDE and Dis ≤ κ(err + err′) ⇒ Var Dis ≤ 2κ² Var err + (4κ² − 1) ETE²."""
    d, w = rg.disagreement, law.classifier_weights
    dis, err = d.pairwise_disagreement(law), d.classifier_errors(law)
    both = w[..., :, None] * w[..., None, :]
    kappa = _smallest_kappa(dis, err[..., :, None] + err[..., None, :], both)
    ete = (w * err).sum(axis=-1)
    bound = 2 * kappa**2 * _variance(w, err) + rest * (4 * kappa**2 - 1) * ete**2
    return at_most(_variance(both, dis), bound, 2 + 4 * kappa**2)


disagreement_varies_little.twin("without the term in ETE²", rest=0)
