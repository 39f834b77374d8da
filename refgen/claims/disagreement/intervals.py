"""GDE-19: McDiarmid's interval for the disagreement estimate, on exact tails."""

import functools
import math
from itertools import product

import numpy as np

from refgen.arrays import namespace, special_functions
from refgen.claims.disagreement._runs import two_point_estimates
from refgen.claims.disagreement.domains import small_classifier_laws
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.disagreement import ClassifierLaw

LEVELS = np.arange(1, 20) / 20  # distances t at which tails are compared
MANY = 40  # runs, or points


def _tails(distance, chance):
    """P(distance ≥ t) for each t of LEVELS, (batch, len(LEVELS))."""
    rows = (distance.shape[0], -1)
    levels = namespace(distance).asarray(LEVELS)
    far = (distance.reshape(rows)[..., None] >= levels).astype(float)
    return (chance.reshape(rows)[:, None] @ far)[:, 0]


@functools.cache
def _counts(n_classes):
    """All counts of classes in MANY draws; the logarithm of the number of orders."""
    counts = [
        found
        for found in product(range(MANY + 1), repeat=n_classes)
        if sum(found) == MANY
    ]
    orders = [
        math.factorial(MANY) // math.prod(map(math.factorial, found))
        for found in counts
    ]
    return np.array(counts), np.log(np.array(orders, float))


def _multinomial(shares):
    """Counts (C, k) of MANY draws from shares (..., k); probabilities (..., C)."""
    xp, special = namespace(shares), special_functions(shares)
    counts, logs = map(xp.asarray, _counts(shares.shape[-1]))
    powers = special.xlogy(xp.arange(MANY + 1), xp.clip(shares, 0, 1)[..., None])
    for k in range(shares.shape[-1]):
        logs = logs + powers[..., k, :][..., counts[:, k]]
    return counts, xp.exp(logs)


def _two_runs_many_points(rg, law):
    """P(|D̂ − EDR| ≥ t): a mixture of binomials."""
    d, xp, w = rg.disagreement, namespace(law.weights), law.classifier_weights
    pairs = d.pairwise_disagreement(law)
    counts, chance = _multinomial(xp.stack([1 - pairs, pairs], axis=-1))
    theta = d.expected_disagreement(law.marginal())[..., None]
    mixed = xp.einsum("...a,...b,...abc->...c", w, w, chance)
    return _tails(abs(counts[:, 1] / MANY - theta), mixed)


def _three_runs_two_points(rg, law):
    """P(|D̂ − EDR| ≥ t): all draws, one by one."""
    values, chance = two_point_estimates(law, 3)
    theta = rg.disagreement.expected_disagreement(law.marginal())
    return _tails(abs(values - theta[..., None, None, None]), chance)


def _many_runs_one_point(rg, law):
    """P(|D̂ − EDR| ≥ t): a mixture of multinomials."""
    xp, votes = namespace(law.weights), law.marginal()
    counts, chance = _multinomial(votes.vote_shares)
    values = (MANY**2 - (counts**2).sum(axis=-1)) / (MANY * (MANY - 1))
    theta = rg.disagreement.expected_disagreement(votes)[..., None]
    mixed = xp.einsum("...n,...nc->...c", law.weights, chance)
    return _tails(abs(values - theta), mixed)


# Keys: numbers of runs and of points.
TAILS = {
    (2, MANY): _two_runs_many_points,
    (3, 2): _three_runs_two_points,
    (MANY, 1): _many_runs_one_point,
}

noisy_classifier_laws = small_classifier_laws.but(
    "at most three classifiers and points; in one law all noise is that of the points",
    lambda: [
        *small_classifier_laws.examples(),
        # Two classifiers that differ at one of two points: the noise is the points'.
        ClassifierLaw(
            [0.5, 0.5], [[0.5, 0.5], [1.0, 0.0]], [0.5, 0.5], [[0, 0], [1, 0]]
        ),
    ],
)


@claim(
    "GDE-19",
    kind="inequality",
    domain=noisy_classifier_laws,
    source="derived here (McDiarmid 1989)",
    cost=50,
)
def mcdiarmid_interval(rg, law, of_runs=4, of_points=1):
    """P(|D̂ − EDR| ≥ t) ≤ 2 exp(−2t² / (4/M + 1/N)); (M, N) = (2, 40), (3, 2).

    And (40, 1), where the noise is that of the point. The radius of the interval is
    the t at which the bound is the error probability.
    """
    xp = namespace(law.weights)
    radius = rg.disagreement.hoeffding_radius(3, 2, 0.05)
    inverted = equal(2 * math.exp(-2 * radius**2 / (4 / 3 + 1 / 2)), 0.05)
    bounds = {
        (m, n): 2 * xp.exp(-2 * xp.asarray(LEVELS) ** 2 / (of_runs / m + of_points / n))
        for m, n in TAILS
    }
    return inverted, [at_most(TAILS[s](rg, law), bounds[s], 2) for s in TAILS]


mcdiarmid_interval.twin("the term 4/M for the runs can be left out", of_runs=0)
mcdiarmid_interval.twin("the term 1/N for the points can be left out", of_points=0)
