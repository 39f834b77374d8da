"""UC-32: how the bounds of Bartlett et al. and of Neyshabur et al. compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import ascending, at_most
from refgen.claims.registry import claim
from refgen.claims.sources import NEYSHABUR_2018
from refgen.claims.uniform_convergence._linear_algebra import (
    column_lengths,
    size_of,
)
from refgen.domains import integer, matrix, real, record


@dataclass(frozen=True, repr=False)
class Changes(Instance):
    """How two layers of weights moved, and norms that are their units.

    Attributes
    ----------
    first, second : arrays of shape (..., d, h) and (..., h, k)
    norms : array of shape (..., 2)
    """

    first: Any
    second: Any
    norms: Any


def _even(d: int, h: int, k: int) -> Changes:
    """Constant entries, of the sizes for which Hölder's inequality is an equality."""
    first = np.full((d, h), h**-0.25 * d**-0.5)
    return Changes(first, np.full((h, k), k**-0.25 * h**-0.5), np.ones(2))


changes = record(
    Changes,
    "two layers with up to 9 units",
    d=integer(1, 4),
    h=integer(1, 9),
    k=integer(1, 3),
    first=matrix("d", "h"),
    second=matrix("h", "k"),
    norms=real(0.1, 10.0, log=True, shape=(2,)),
    examples=lambda: [_even(3, 9, 1), _even(2, 4, 4)],
)


def _relative_norms(case: Changes) -> tuple[Any, Any]:
    """(2,1) norms and Frobenius norms of both layers, in units of `norms`."""
    layers, xp = (case.first, case.second), namespace(case.first)
    by_columns = [column_lengths(layer).sum(axis=-1) for layer in layers]
    by_entries = [size_of(layer) for layer in layers]
    return tuple(
        xp.stack(sizes, axis=-1) / case.norms for sizes in (by_columns, by_entries)
    )


@claim(
    "UC-32",
    kind="inequality",
    domain=changes,
    source=NEYSHABUR_2018.sharpened("section 2"),
)
def bartlett_below_neyshabur(rg, case, share=1.0):
    """ℓ₂ ≤ (Σ(‖Δᵢ‖₂,₁/sᵢ)^⅔)^(3/2) ≤ Σ√nᵢ · ℓ₂ ≤ L√h · ℓ₂, ℓ₂² = Σ‖Δᵢ‖²_F/sᵢ²."""
    uc, xp = rg.uniform_convergence, namespace(case.first)
    by_columns, by_entries = _relative_norms(case)
    widths = [layer.shape[-1] for layer in (case.first, case.second)]
    factor = float(uc.width_factor(xp.asarray(widths)))
    most, frobenius = 2 * max(widths) ** 0.5, xp.sqrt((by_entries**2).sum(axis=-1))
    return ascending(
        frobenius,
        uc.two_thirds_norm(by_columns),
        share * factor * frobenius,
        share * most * frobenius,
        scale=most * frobenius,
        sharp=True,
    )


bartlett_below_neyshabur.twin("97 % of Σ√nᵢ would do", share=0.97)


@bartlett_below_neyshabur.twin_function("√h would do, one layer's factor for both")
def of_one_layer(rg, case):
    uc, xp = rg.uniform_convergence, namespace(case.first)
    by_columns, by_entries = _relative_norms(case)
    width = max(layer.shape[-1] for layer in (case.first, case.second))
    most = width**0.5 * xp.sqrt((by_entries**2).sum(axis=-1))
    return at_most(uc.two_thirds_norm(by_columns), most, most)
