"""GDE-19 and GDE-19r: Hoeffding's interval for disagreement, on exact tails."""

import functools
import math
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace, special_functions
from refgen.claims.disagreement._runs import all_estimates
from refgen.claims.disagreement.classifier_laws import small_classifier_laws
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.disagreement import ClassifierLaw
from refgen.domains import integer, real, record

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
    values, chance = all_estimates(law, 3, 2)
    theta = rg.disagreement.expected_disagreement(law.marginal())
    return _tails(abs(values - theta[..., None, None]), chance)


def _many_runs_one_point(rg, law):
    """P(|D̂ − EDR| ≥ t): a mixture of multinomials."""
    xp, votes = namespace(law.weights), law.marginal()
    counts, chance = _multinomial(votes.vote_shares)
    values = (MANY**2 - (counts**2).sum(axis=-1)) / (MANY * (MANY - 1))
    theta = rg.disagreement.expected_disagreement(votes)[..., None]
    mixed = xp.einsum("...n,...nc->...c", law.weights, chance)
    return _tails(abs(values - theta), mixed)


# Numbers of runs and of points; the tails, and the part of the bound that they reach.
TAILS = {
    (2, MANY): (_two_runs_many_points, 0.81),
    (3, 2): (_three_runs_two_points, 0.5),
    (MANY, 1): (_many_runs_one_point, 0.64),
}
GIVEN_RUNS_REACH = 0.67


def _spreads(rg, n_runs, n_points, n_classes):
    """1/⌊M/2⌋ and R²/N, from the radius for N and for 2N points."""

    def spread(n):
        radius = rg.disagreement.hoeffding_radius(n_runs, n, 0.05, n_classes)
        return 2 * radius**2 / math.log(2 / 0.05)

    of_points = 2 * (spread(n_points) - spread(2 * n_points))
    return spread(n_points) - of_points, of_points


# Numbers of points at which the tail of a fair coin comes near Hoeffding's bound: two,
# both of which agree or differ with a chance of ½ where the bound is 2/e; and many,
# where at a chance of 1e-60 the exponents are 4 % apart.
POINTS = (2, 10_000)
CHANCES = np.array([2 / math.e, 0.05, 1e-3, 1e-10, 1e-30, 1e-60])


def _tails_of_given_runs(pairs, n, spread):
    """P(|D̂ − D(a, b)| ≥ t) over n points for two runs a, b, (..., CHANCES).

    At the t where Hoeffding's bound is one of CHANCES.
    """
    xp, special = namespace(pairs), special_functions(pairs)
    t = xp.sqrt(xp.asarray(np.log(2 / CHANCES)) * spread / 2)
    rate = xp.clip(pairs, 0, 1)[..., None]
    # A count that is at the distance but for rounding is at it.
    low, high = xp.floor(n * (rate - t) + 1e-9), xp.ceil(n * (rate + t) - 1e-9) - 1
    rate, low, high = xp.broadcast_arrays(rate, low, high)
    below = special.bdtr(xp.maximum(low, 0), n, rate)
    above = special.bdtrc(xp.minimum(high, n), n, rate)
    return xp.where(low >= 0, below, 0.0) + xp.where(high < n, above, 0.0)


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
    source="derived here (Hoeffding 1963)",
    cost=50,
)
def hoeffding_interval(rg, law, of_runs=1, of_points=1):
    """P(|D̂ − EDR| ≥ t) ≤ 2 exp(−2t² / (1/⌊M/2⌋ + R²/N)), R the largest at a point.

    Exact tails for (M, N) = (2, 40), (3, 2), and (40, 1), where the noise is that of
    the point. Given two runs the first term drops out: N = 2 and 10⁴.
    """
    xp, n_classes = namespace(law.weights), law.label_probabilities.shape[-1]
    parts = []
    for (m, n), (tails, reached) in TAILS.items():
        runs, points = _spreads(rg, m, n, n_classes)
        spread = max(of_runs * runs + of_points * points, 1e-300)
        bound = 2 * xp.exp(-2 * xp.asarray(LEVELS) ** 2 / spread)
        parts.append(at_most(tails(rg, law), bound, 2, sharp=reached))
    pairs = rg.disagreement.pairwise_disagreement(law)
    given_runs = [
        _tails_of_given_runs(pairs, n, of_points * _spreads(rg, 2, n, None)[1])
        for n in POINTS
    ]
    chances = xp.asarray(CHANCES)
    given = xp.stack(given_runs, axis=-2)
    return parts, at_most(given, chances, chances, sharp=GIVEN_RUNS_REACH)


hoeffding_interval.twin("0.95 R²/N would do for the points", of_points=0.95)
hoeffding_interval.twin("half of 1/⌊M/2⌋ would do for the runs", of_runs=0.5)
hoeffding_interval.twin("the term for the runs can be left out", of_runs=0)


# --- GDE-19r: the radius itself


@dataclass(frozen=True, repr=False)
class Setting(Instance):
    """How many runs, points and classes there are, and the chance of a miss."""

    n_runs: Any
    n_points: Any
    n_classes: Any
    error_probability: Any


settings = record(
    Setting,
    "2 to 8 runs, 1 to 1000 points, 1 to 5 classes",
    n_runs=integer(2, 8),
    n_points=integer(1, 1000),
    n_classes=integer(1, 5),
    error_probability=real(1e-6, 0.5, log=True),
    examples=lambda: [Setting(*map(np.array, (5, 200, 2, 0.05)))],
)


@functools.cache
def _largest_disagreement(n_runs, n_classes):
    """Of all votes of the runs, the largest share of pairs that differ."""
    ways = product(range(n_classes), repeat=n_runs)
    return max(
        sum(a != b for a in votes for b in votes) / (n_runs * (n_runs - 1))
        for votes in ways
        if list(votes) == sorted(votes)
    )


def _rows(setting):
    fields = (setting.n_runs, setting.n_points, setting.n_classes)
    return zip(
        *(field.tolist() for field in (*fields, setting.error_probability)),
        strict=True,
    )


@claim("GDE-19r", kind="identity", domain=settings, cost=100)
def hoeffding_radius(rg, setting, share=1):
    """The radius t is where the bound of GDE-19 is the chance of a miss."""
    xp, radius = namespace(setting.n_runs), rg.disagreement.hoeffding_radius
    squares, wanted = [], []
    for m, n, k, chance in _rows(setting):
        most = _largest_disagreement(m, k)
        squares.append(
            [radius(m, n, chance, k) ** 2, radius(m, n, chance) ** 2],
        )
        wanted.append(
            [
                -math.log(chance / 2) / 2 * (1 / (m // 2) + r**2 / n)
                for r in (share * most, share)
            ]
        )
    return equal(xp.asarray(squares), xp.asarray(wanted), xp.asarray(wanted))


hoeffding_radius.twin("R may be 2 % smaller", share=0.98)
