"""NN-14: what products of matrices are off by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import UNIT_ROUNDOFF, Instance, namespace
from refgen.claims.kinds import at_most
from refgen.claims.registry import claim
from refgen.claims.sources import HIGHAM
from refgen.domains import integer, real, record


@dataclass(frozen=True, repr=False)
class Product(Instance):
    """Two vectors of shape (..., d)."""

    left: Any
    right: Any


products = record(
    Product,
    "vectors of up to 12 numbers in [−1, 1]",
    d=integer(1, 12),
    left=real(-1.0, 1.0, shape=("d",)),
    right=real(-1.0, 1.0, shape=("d",)),
    examples=lambda: [
        # 1 + 2⁻²⁶ + 2⁻²⁷ + 2⁻⁵³, half way between two numbers, over 4.
        Product(np.array([0.5 + 2.0**-28]), np.array([0.5 + 2.0**-27])),
        Product(np.array([0.5, -0.25]), np.array([1.0, 1.0])),
    ],
)


def _halves(number: Any) -> tuple[Any, Any]:
    """Two parts of 26 bits (Dekker 1971)."""
    large = 134217729.0 * number
    high = large - (large - number)
    return high, number - high


def _product(a: Any, b: Any) -> tuple[Any, Any]:
    """ab as the sum of two numbers, exactly."""
    total, (a1, a2), (b1, b2) = a * b, _halves(a), _halves(b)
    return total, a2 * b2 - (((total - a1 * b1) - a2 * b1) - a1 * b2)


def _sum(a: Any, b: Any) -> tuple[Any, Any]:
    """a + b as the sum of two numbers, exactly (Knuth)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def _off(said: Any, case: Product) -> Any:
    """A computed product minus the exact one, in twice the precision."""
    high, low = said, 0 * said
    for i in range(case.left.shape[-1]):
        product, rest = _product(-case.left[..., i], case.right[..., i])
        high, carry = _sum(high, product)
        low = low + (carry + rest)
    return high + low


@claim("NN-14", kind="inequality", domain=products, cost=8, source=HIGHAM.at("(3.5)"))
def rounding_of_products(rg, case, share=1.0):
    """A product of d terms is off by at most du/(1 − du) Σ|x_i u_i|, with u = 2⁻⁵³."""
    xp = namespace(case.left)
    d, zero = case.left.shape[-1], 0 * case.left[:, :1]
    networks = rg.networks.TwoLayerNetworks(
        case.right[..., None],
        zero,
        1.0 + zero[..., None],
        zero,
        rg.networks.Architecture("linear"),
    )
    said = networks.outputs(case.left[:, None])[:, 0, 0]
    terms = abs(case.left * case.right).sum(axis=-1)
    unit = xp.where(terms > 0, terms, 1.0) * UNIT_ROUNDOFF
    bound = d / (1 - d * UNIT_ROUNDOFF)
    # In units of the last place: what is claimed is rounding itself.
    return at_most(abs(_off(said, case)) / unit, share * bound, bound, sharp=True)


rounding_of_products.twin("0.97 of it", share=0.97)
