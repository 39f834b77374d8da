"""UC-21: what a certificate of a randomized classifier says of the plain one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance
from refgen.claims.kinds import at_most, equal
from refgen.claims.quadrature import normal_rule
from refgen.claims.registry import claim
from refgen.domains import integer, real, record


@dataclass(frozen=True, repr=False)
class Margins(Instance):
    """Margins of the mean weights, lengths of points, and the scale of the noise.

    Attributes
    ----------
    margins, lengths : array of shape (..., n)
    scale : array of shape (...)
    """

    margins: Any
    lengths: Any
    scale: Any


def _margins(margins: list[float], scale: float) -> Margins:
    return Margins(np.array(margins), np.ones(len(margins)), np.array(scale))


many_margins = record(
    Margins,
    "1 to 6 points with margins in [−3, 3] and lengths in [.3, 3]",
    n=integer(1, 6),
    margins=real(-3, 3, shape=("n",)),
    lengths=real(0.3, 3.0, shape=("n",), log=True),
    scale=real(0.1, 3.0, log=True),
    # Where all margins are 0, the plain classifier is always wrong.
    examples=lambda: [
        _margins([0.0], 1.0),
        _margins([-0.1, 2.0, 2.0], 0.5),
    ],
)


def _by_quadrature(case: Margins) -> Any:
    """The mean of the 0-1 loss over Gaussian weights, of which w·x is one number."""
    spread = case.scale[..., None] * case.lengths
    z, weights = normal_rule(-case.margins / spread)
    wrong = case.margins[..., None] + spread[..., None] * z <= 0
    return (weights * wrong).sum(axis=-1)


@claim("UC-21", kind="inequality", domain=many_margins, cost=60)
def derandomized(rg, case, factor=2.0, counted=1.0):
    """L(h_w) ≤ 2 L(Q) for linear classifiers and Q = N(w, s²I); the 2 is optimal."""
    uc = rg.uniform_convergence
    each = counted * uc.gibbs_error(case.margins, case.lengths, case.scale[..., None])
    plain = uc.ramp_loss(case.margins).mean(axis=-1)
    return (
        equal(each, _by_quadrature(case)),
        at_most(plain, factor * each.mean(axis=-1), sharp=True),
    )


derandomized.twin("1.95 would do", factor=1.95)
derandomized.twin("L(h_w) ≤ L(Q)", factor=1.0)
derandomized.twin("an error of 1.03 L(Q)", counted=1.03)
