"""GDE-20: how much disagreement varies between pairs of classifiers."""

from refgen.arrays import namespace
from refgen.claims.disagreement._calibrated import LATTICE, calibrate
from refgen.claims.disagreement.domains import classifier_laws, two_constants
from refgen.claims.kinds import at_most
from refgen.claims.registry import claim
from refgen.claims.sources import JIANG
from refgen.disagreement import ClassifierLaw
from refgen.domains import distribution, integer, real, record


def _with_gde_labels(law, direction):
    """The law with labels for which EDR = ETE; weights and votes stay."""
    votes = law.marginal().vote_shares
    # calibrate() takes votes in units of its lattice; GDE does not need the lattice.
    gde = calibrate(law.weights, votes * LATTICE, direction, "gde")
    return ClassifierLaw.trusted(
        weights=law.weights,
        label_probabilities=gde.label_probabilities,
        classifier_weights=law.classifier_weights,
        predictions=law.predictions,
    )


gde_classifier_laws = record(
    _with_gde_labels,
    "laws over classifiers with EDR = ETE",
    n=integer(1, 6),
    k=integer(1, 4),
    law=classifier_laws.but(
        "a law over finitely many classifiers, every point has weight",
        weights=distribution("n", positive=True),
    ),
    direction=real(-1, 1, shape=("n", "k")),
    examples=lambda: [
        two_constants(),
        # Errors 0.1 for one classifier or the other: the ETE² term is needed.
        ClassifierLaw(
            [0.5, 0.5], [[0.5, 0.5], [0.5, 0.5]], [0.5, 0.5], [[0, 1], [1, 0]]
        ),
    ],
)


def _spread(weights, values):
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
    bound = 2 * kappa**2 * _spread(w, err) + rest * (4 * kappa**2 - 1) * ete**2
    return at_most(_spread(both, dis), bound, 2 + 4 * kappa**2)


disagreement_varies_little.twin("without the term in ETE²", rest=0)
