"""KD-29: eigenvalues that nearly coincide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most, tends_to
from refgen.claims.registry import claim
from refgen.claims.sources import PAREEK
from refgen.domains import integer, real, record

SIZES = (1e3, 1e5, 1e7)


@dataclass(frozen=True, repr=False)
class Coincident(Instance):
    """Directions whose eigenvalues approach each other, with signal in the first.

    Attributes
    ----------
    offsets : array of shape (..., r)
        In [−1, 1]; filters are share + offset/size.
    share, signal : arrays of shape (...)
        s where all meet, and S = nλβ²/σ².
    """

    offsets: Any
    share: Any
    signal: Any


coincidences = record(
    Coincident,
    "2 to 8 directions, s in [0.2, 0.8], S from 1 to 1000",
    r=integer(2, 8),
    offsets=real(-1.0, 1.0, shape=("r",)),
    share=real(0.2, 0.8),
    signal=real(1.0, 1000.0, log=True),
    examples=lambda: [
        Coincident(np.linspace(-1.0, 1.0, 8), np.array(0.5), np.array(925.0)),
        Coincident(np.array([1.0, -1.0]), np.array(0.5), np.array(1.0)),
    ],
)


def _roots(rg: Any, case: Coincident) -> Any:
    """√(least risk of one mixed student / that of the best filter), (..., sizes)."""
    xp, r = namespace(case.offsets), case.offsets.shape[-1]
    first = xp.where(xp.arange(r) == 0, 1.0, 0.0)
    signal = case.signal[..., None]
    oracle, weights = first * signal / (signal + 1), 1 + first * signal
    least = case.signal / (case.signal + 1)
    found = []
    for size in SIZES:
        share = case.share[..., None] + case.offsets / size
        excess = rg.distillation.mixing_excess(share, oracle, weights, 1)
        found.append(xp.sqrt((least + excess) / least))
    return xp.stack(found, axis=-1)


def _envelope(case: Coincident) -> Any:
    """Proven distance from the limit times the size; see the theory page."""
    xp, r = namespace(case.offsets), case.offsets.shape[-1]
    size = xp.sqrt(case.signal + r)
    bend = case.share * (1 - case.share) - 1e-3
    mixing = (size + 1) / bend
    return size * (1 + mixing) / xp.sqrt(case.signal / (case.signal + 1))


@claim(
    "KD-29", kind="limit", domain=coincidences, source=PAREEK.sharpened("the factor")
)
def coincident_eigenvalues(rg, case, factor=1.0, power=1):
    """As r eigenvalues approach each other, (one mixed student)/(best) → r(S+1)/(S+r).

    Of the least risks; with all signal in one direction and S = nλβ²/σ².
    """
    xp, r = namespace(case.offsets), case.offsets.shape[-1]
    gain = rg.distillation.coincident_gain(r + 0 * case.signal, case.signal)
    if power == 0:
        gain = r + 0 * gain
    limit = xp.sqrt(factor * gain)
    return tends_to(
        _roots(rg, case), limit[..., None], [(_envelope(case), 1)], SIZES, 8.0
    )


coincident_eigenvalues.twin("→ 1.03 r(S + 1)/(S + r)", factor=1.03)
coincident_eigenvalues.twin("→ r", power=0)


@coincident_eigenvalues.twin_function("many students gain a factor of 2 at most")
def _(rg, case):
    return at_most(_roots(rg, case)[:, -1] ** 2, 2.0, 8.0)
