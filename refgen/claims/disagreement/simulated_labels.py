"""GDE-22s: the CACE of a calibrated law on finitely many labels, by simulation."""

from __future__ import annotations

import math
from typing import Any

from refgen.arrays import namespace
from refgen.claims.disagreement._runs import label_masses
from refgen.claims.draws import choices, counts
from refgen.claims.registry import claim
from refgen.claims.sampled import sampled
from refgen.disagreement import FiniteLaw
from refgen.domains import choice, not_a, real, record

LABEL_NUMBERS = (16, 64)
# A draw is the mean over this many samples, which brings its kurtosis that many times
# nearer to a normal's 3. KURTOSIS allows 59 for one sample; up to 30 were measured.
REPEATS, KURTOSIS = 4, 17.0
N_BINS = 10


def _distinct_levels(weight: Any, first: Any, second: Any) -> FiniteLaw:
    """Two points with p = h̃; the shares of each add up to 1."""
    xp = namespace(weight)
    votes = xp.stack([first, 1 - first, second, 1 - second], axis=-1)
    votes = votes.reshape(*weight.shape, 2, 2)
    return FiniteLaw.trusted(
        weights=xp.stack([weight, 1 - weight], axis=-1),
        label_probabilities=votes,
        vote_shares=votes,
    )


def _levels_that_meet(law: Any) -> str | None:
    if not isinstance(law, FiniteLaw):
        return not_a(FiniteLaw, law)
    if law.vote_shares.shape != (2, 2):
        return "there are not two points and two classes"
    if float(abs(law.label_probabilities - law.vote_shares).max()) > 1e-9:
        return "labels do not follow the vote shares"
    steps = (N_BINS * law.vote_shares).ravel()
    if len({round(float(step)) for step in steps}) < 4:
        return "two vote shares are in the same tenth"
    return None


distinct_levels = record(
    _distinct_levels,
    "two points, p = h̃, all four vote shares in different tenths",
    weight=real(0.4, 0.6),
    first=choice(0.3, 0.7),
    second=choice(0.2, 0.4),
    examples=lambda: [
        FiniteLaw([0.5, 0.5], [[0.6, 0.4], [0.7, 0.3]], [[0.6, 0.4], [0.7, 0.3]])
    ],
    outside=_levels_that_meet,
)


def _scaled_cace(law: FiniteLaw, stream: Any, n: int, n_labels: int) -> Any:
    """Draws, (batch, n), whose means are those of √N CACE_N, with a small variance.

    √N |mean of A_b| moves with N (mean of A_b)², whose expectation is v_b: a multiple
    of the square's deviation is taken off.
    """
    votes = law.vote_shares
    batch, points, classes = votes.shape
    cells = label_masses(law).reshape(batch, -1)
    chosen = choices(cells, stream, (n, REPEATS, n_labels))
    found = counts(chosen, points * classes)
    found = found.reshape(batch, n, REPEATS, points, classes)
    expected = found.sum(axis=-1, keepdims=True) * votes[:, None, None]
    means = (found - expected) / math.sqrt(n_labels)
    variances = (law.weights[..., None] * votes * (1 - votes))[:, None, None]
    slope = 1 / namespace(votes).sqrt(2 * math.pi * variances)
    values = abs(means) - slope * (means**2 - variances)
    return values.sum(axis=(-1, -2)).mean(axis=-1)


@claim(
    "GDE-22s",
    kind="limit",
    domain=distinct_levels,
    source="derived here (GDE-22b); by simulation",
)
def simulated_noise_floor(rg, law, draws, share=1):
    """Calibrated: √N E CACE_N → Σ √(2 v_b/π), extrapolated from N = 16, 64."""
    xp, stream = namespace(law.weights), draws.stream
    limit = rg.disagreement.expected_noise_floor(law, 1, N_BINS)
    values = [
        _scaled_cace(law, stream.child(str(n)), draws.n, n) for n in LABEL_NUMBERS
    ]
    return sampled(
        xp.stack(values, axis=-1),
        share * limit,
        0.05,
        kurtosis=KURTOSIS,
        sizes=LABEL_NUMBERS,
        order=1,
    )


simulated_noise_floor.twin(
    "the floor is 15 % higher",
    share=1.15,
    reason="the simulation resolves 10 %; GDE-22b has a nearer twin",
)
simulated_noise_floor.twin("it decays faster than 1/√N: √N E CACE_N → 0", share=0)
