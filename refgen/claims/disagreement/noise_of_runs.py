"""GDE-17r: the noise that remains when all points of a law are known."""

import math
from functools import cache
from itertools import combinations

import numpy as np

from refgen.arrays import namespace
from refgen.claims.kinds import equal, tends_to
from refgen.claims.registry import claim
from refgen.disagreement import ClassifierLaw
from refgen.domains import distribution, integer, labels, not_a, real, record


def _common_and_rare(share, split, weights, others, k):
    """A common classifier, one that never agrees with it, and one that may."""
    xp = namespace(weights)
    same = xp.zeros(others.shape, int)
    rare = 1 - share
    return ClassifierLaw.trusted(
        weights=weights,
        label_probabilities=xp.zeros((*others.shape, k)) + xp.eye(k)[0],
        classifier_weights=xp.stack([share, rare * split, rare * (1 - split)], axis=-1),
        predictions=xp.stack([same, same + 1, others], axis=-2),
    )


def _no_common_classifier(law):
    if not isinstance(law, ClassifierLaw):
        return not_a(ClassifierLaw, law)
    votes, predictions = law.classifier_weights, law.predictions
    if votes.shape != (3,) or not 0.8 - 1e-9 <= float(votes[0]) <= 0.95 + 1e-9:
        return "there are not three classifiers, the first with a share of .8 to .95"
    if bool((predictions[0] != 0).any() or (predictions[1] != 1).any()):
        return "the first two classifiers are not the constants 0 and 1"
    return None


common_and_rare_laws = record(
    _common_and_rare,
    "a common classifier, one that never agrees with it, and a third",
    n=integer(1, 6),
    k=integer(2, 4),
    share=real(0.8, 0.95),
    split=real(0.5, 1),
    weights=distribution("n"),
    others=labels("n", n_classes="k"),
    examples=lambda: [
        ClassifierLaw(
            [0.5, 0.3, 0.2],
            [[1, 0], [1, 0], [1, 0]],
            [0.84, 0.08, 0.08],
            [[0, 0, 0], [1, 1, 1], [1, 1, 0]],
        )
    ],
    outside=_no_common_classifier,
)

RUN_NUMBERS = (8, 16, 32, 64, 128)


@cache
def _run_counts(n_runs):
    """How often each of three classifiers is drawn in n runs; logarithm of orders."""
    bars = np.array(list(combinations(range(n_runs + 2), 2)))
    first, second = bars[:, 0], bars[:, 1] - bars[:, 0] - 1
    counts = np.stack([first, second, n_runs - first - second], axis=-1)
    logs = np.array([math.lgamma(j + 1) for j in range(n_runs + 1)])
    return counts, logs[n_runs] - logs[counts].sum(axis=-1)


def _mean_square_of_runs(law, n_runs):
    """E (D̂ − θ)² on all points, over all counts of the three classifiers."""
    xp, votes = namespace(law.weights), law.classifier_weights
    counts, orders = map(xp.asarray, _run_counts(n_runs))
    chance = xp.exp(orders) * (votes[..., None, :] ** counts).prod(axis=-1)
    differ = law.predictions[..., :, None, :] != law.predictions[..., None, :, :]
    pairs = (law.weights[..., None, None, :] * differ).sum(axis=-1)
    estimates = sum(
        2 * pairs[..., a, b, None] * counts[:, a] * counts[:, b]
        for a, b in combinations(range(3), 2)
    ) / (n_runs * (n_runs - 1))
    mean = (chance * estimates).sum(axis=-1)[..., None]
    return (chance * (estimates - mean) ** 2).sum(axis=-1)


@claim("GDE-17r", kind="rate", domain=common_and_rare_laws, cost=2_000)
def noise_of_the_runs(rg, law, slope=-1.0):
    """On all points M E (D̂ − θ)² = 4 ζ₁₀ + (2 ζ₂₀ − 4 ζ₁₀)/(M − 1): it decays like 1/M.

    Enumerated for M = 8, …, 256. The local slope of its logarithm tends to −1 where a
    common classifier makes ζ₁₀ > 0.
    """
    xp, zeta = namespace(law.weights), rg.disagreement.variance_components(law)
    runs = xp.asarray((*RUN_NUMBERS, 2 * RUN_NUMBERS[-1]), float)
    noise = xp.stack([_mean_square_of_runs(law, int(m)) for m in runs], axis=-1)
    single, pair = zeta["10"][..., None], zeta["20"][..., None]
    excess = pair / (2 * single) - 1

    def nearest(m):
        return excess * m / ((m - 1) * (2 * m - 1) * math.log(2))

    slopes = xp.log2(noise[..., 1:] / noise[..., :-1])
    return (
        equal(runs * noise, 4 * single + (2 * pair - 4 * single) / (runs - 1), 2),
        tends_to(slopes, slope, nearest, RUN_NUMBERS, 4, roundings=2**12),
    )


noise_of_the_runs.twin("like M^−1.02", slope=-1.02)
noise_of_the_runs.twin("like 1/M², as of M²/2 independent comparisons", slope=-2.0)
