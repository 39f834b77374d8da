"""UC-11 and UC-53: explicit dimensions from which on uniform convergence fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most
from refgen.claims.registry import claim
from refgen.claims.sources import NAGARAJAN_KOLTER
from refgen.domains import integer, real, record
from refgen.uniform_convergence import LinearExample

LARGER = (
    "the constants are simple, and larger than needed by a sixth at least: chances are "
    "bounded by exponentials"
)


@dataclass(frozen=True, repr=False)
class Asked(Instance):
    """m, δ, ε and α, shapes (...)."""

    n_samples: Any
    delta: Any
    epsilon: Any
    signal_ratio: Any


def _asked(m: int, delta: float, epsilon: float, ratio: float = 1 / 8) -> Asked:
    return Asked(*(np.array(float(x)) for x in (m, delta, epsilon, ratio)))


published = record(
    Asked,
    "2 to 1000 samples, δ and ε from 10⁻⁶ to ¼, α up to ⅛",
    n_samples=integer(2, 1000),
    delta=real(1e-6, 0.25, log=True, members=(1e-300, 0.25)),
    epsilon=real(1e-6, 0.25, log=True),
    signal_ratio=real(0.02, 0.125),
    examples=lambda: [
        _asked(2, 1e-300, 4e-5),
        _asked(2, 0.25, 0.25),
        _asked(1000, 0.05, 0.01),
    ],
)
wide = published.but(
    "2 to 1000 samples, δ and ε from 10⁻⁶ to ¼, α up to 0.4",
    signal_ratio=real(0.02, 0.4),
    examples=lambda: [
        _asked(2, 1e-300, 4e-5),
        _asked(2, 0.25, 0.25, 0.4),
        _asked(20, 1e-300, 4e-5, 0.4),
    ],
)


def _enough(rg: Any, case: Asked, method: str, share: float, factor: float) -> Any:
    """So many dimensions as are said to be enough, and that the gap needs fewer."""
    uc, xp, m = rg.uniform_convergence, namespace(case.delta), case.n_samples + 0.0
    given = (m, case.delta, case.epsilon)
    enough = uc.sufficient_dimension(*given, case.signal_ratio, share, method)
    D = xp.maximum(xp.ceil(factor * enough), 2.0)
    # The loss of margins below a · share is that of a signal that is shorter by that.
    needed = uc.dimension_for_gap(*given, case.signal_ratio * (1 - share))
    return D, at_most(needed, D, D, reason=LARGER)


def _failure(rg: Any, case: Asked, method: str, D: Any) -> Any:
    """In D dimensions ε_unif-alg is above 1 − ε."""
    ratio = case.signal_ratio
    example = LinearExample(case.n_samples, D, ratio, 1.0 + 0 * ratio)
    low = rg.uniform_convergence.uniform_convergence_bracket(
        example, case.delta, method
    ).low
    return at_most(1 - low, case.epsilon, reason=LARGER)


@claim(
    "UC-11",
    kind="inequality",
    domain=published,
    source=NAGARAJAN_KOLTER.sharpened("theorem 3.1"),
    cost=1000,
)
def explicit_negation(rg, case, factor=1.0, share=0.25):
    """D ≥ max{8m ln(m/δ), 256 m ln(1/2ε)}: ε_gen ≤ ε and ε_unif-alg ≥ 1 − ε.

    For a = 4, V = 32 and δ, ε ≤ ¼; 456 for 256 covers all losses with γ in [0, 1].
    With a smaller a/V: 4 (V/a)² for 256.
    """
    D, gap = _enough(rg, case, "negation", 0.0, factor)
    ramp = _enough(rg, case, "negation", share, factor)[1]
    return gap, ramp, _failure(rg, case, "negation", D)


explicit_negation.twin(
    "half as many dimensions would do", factor=0.5, reason="see the claim's reason"
)
explicit_negation.twin(
    "the constants 1 and 32", factor=0.125, reason="see the claim's reason"
)


@claim("UC-53", kind="inequality", domain=wide, cost=1000)
def explicit_coupling(rg, case, factor=1.0):
    """D ≥ max{4m ln(1/2ε)/α², 7 ln(1/δ)}: the term m ln m comes from negation only.

    For α = a/V ≤ 0.4 and δ, ε ≤ ¼. At the paper's α = ⅛ the constant is 256; at 0.4 it
    is 25.
    """
    D, gap = _enough(rg, case, "coupling", 0.0, factor)
    return gap, _failure(rg, case, "coupling", D)


explicit_coupling.twin(
    "a sixth fewer dimensions would do", factor=0.84, reason="see the claim's reason"
)
