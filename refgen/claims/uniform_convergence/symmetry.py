"""UC-73: whether data deny that noise might as well have the other sign."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most
from refgen.claims.registry import claim
from refgen.domains import integer, matrix, real, record

# What p-values differ by, where one is the bound itself.
_ROUNDING = 1e-12


@dataclass(frozen=True, repr=False)
class Noise(Instance):
    """Noise but for its signs, and a level.

    Attributes
    ----------
    values : array of shape (..., n_points, n_features)
    level : array of shape (...)
    """

    values: Any
    level: Any


noises = record(
    Noise,
    "up to 6 points with up to 3 features of noise, a level in [0.01, 0.99]",
    n=integer(1, 6),
    d=integer(1, 3),
    values=matrix("n", "d"),
    level=real(0.01, 0.99),
    examples=lambda: [
        Noise(np.ones((2, 1)), np.array(2 * np.exp(-1.0))),
        Noise(np.ones((2, 1)), np.array(0.49)),
        # For every choice of signs some column has all of them.
        Noise(np.array([[1.0, 1.0], [1.0, -1.0]]), np.array(2 * np.exp(-1.0))),
    ],
)


def _missed(rg: Any, case: Noise, factor: Any) -> Any:
    """The share of all choices of signs with a p-value of at most the level."""
    xp, n = namespace(case.values), case.values.shape[-2]
    signs = xp.asarray(list(itertools.product((-1.0, 1.0), repeat=n)))
    drawn = signs[..., None] * case.values[..., None, :, :]
    found = factor * rg.uniform_convergence.asymmetry_p_value(drawn)
    return (found <= case.level[..., None] + _ROUNDING).mean(axis=-1)


_REASON = "sums of few signs do not attain Hoeffding's bound; two reach 68 % of it"


@claim("UC-73", kind="inequality", domain=noises, cost=100)
def random_signs(rg, case, factor=1.0):
    """Of noise with random signs a p-value is at most p with chance p or less."""
    return at_most(_missed(rg, case, factor), case.level)


random_signs.twin("a third less than Hoeffding's bound", factor=0.66, reason=_REASON)


@random_signs.twin_function("the number of features does not matter")
def _(rg, case):
    return at_most(_missed(rg, case, 1 / case.values.shape[-1]), case.level)
