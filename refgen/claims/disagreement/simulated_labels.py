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
from refgen.domains import Domain

LABEL_NUMBERS = (4, 16, 64)
REPEATS = 16  # a draw is the mean over this many samples: same bounds, less variance

distinct_levels = Domain(
    "a calibrated law, p = h̃, no level of which occurs twice",
    lambda: [FiniteLaw([0.5, 0.5], [[0.6, 0.4], [0.7, 0.3]], [[0.6, 0.4], [0.7, 0.3]])],
)


def _scaled_cace(law: FiniteLaw, stream: Any, n: int, n_labels: int) -> Any:
    """Means of √N CACE_N over `REPEATS` samples of `n_labels` labels, (batch, n)."""
    votes = law.vote_shares
    batch, points, classes = votes.shape
    cells = label_masses(law).reshape(batch, -1)
    chosen = choices(cells, stream, (n, REPEATS, n_labels))
    found = counts(chosen, points * classes)
    found = found.reshape(batch, n, REPEATS, points, classes)
    expected = found.sum(axis=-1, keepdims=True) * votes[:, None, None]
    cace = abs(found - expected).sum(axis=(-1, -2)) / n_labels
    return math.sqrt(n_labels) * cace.mean(axis=-1)


@claim(
    "GDE-22s",
    kind="limit",
    domain=distinct_levels,
    source="derived here (GDE-22b); by simulation",
)
def simulated_noise_floor(rg, law, draws, share=1):
    """Calibrated: √N E CACE_N → Σ √(2 v_b/π), extrapolated from N = 4, 16, 64."""
    xp, votes, stream = namespace(law.weights), law.vote_shares, draws.stream
    variances = law.weights[..., None] * votes * (1 - votes)
    limit = xp.sqrt(2 * variances / math.pi).sum(axis=(-1, -2))
    values = [
        _scaled_cace(law, stream.child(str(n)), draws.n, n) for n in LABEL_NUMBERS
    ]
    # Each label adds Σ |1[Y = k] − h̃ₖ| = 2(1 − h̃_Y) at most.
    most = 2 * (1 - float(votes.min()))
    return sampled(
        xp.stack(values, axis=-1),
        share * limit,
        0.2,
        bounds=(0.0, [most * math.sqrt(n) for n in LABEL_NUMBERS]),
        sizes=LABEL_NUMBERS,
        order=0.5,
    )


simulated_noise_floor.twin("it decays faster than 1/√N: √N E CACE_N → 0", share=0)
