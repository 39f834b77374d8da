"""KD-13: many mixed students, and the best filter there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.distillation._data_sets import students
from refgen.claims.kinds import ascending, at_most, equal
from refgen.claims.registry import claim
from refgen.claims.sources import PAREEK
from refgen.domains import integer, matrix, not_a, real, record, vector

# --- KD-13


@dataclass(frozen=True, repr=False)
class Chain(Instance):
    """A spectrum that is apart, its eigenvectors, limits, a filter to reach, mixes.

    Attributes
    ----------
    spectrum : array of shape (..., r)
        λ, rising by 1.5 at least from one to the next.
    vectors : array of shape (..., r, r)
        The eigenvectors are its columns.
    limit, oracle, weights, mixing : arrays of shape (..., r)
        Coordinates of the limit, a filter in [0, 1], weights of a risk, ξ of students.
    penalty : array of shape (...)
    """

    spectrum: Any
    vectors: Any
    limit: Any
    oracle: Any
    weights: Any
    mixing: Any
    penalty: Any

    @property
    def share(self) -> Any:
        """λ/(λ + ρ)."""
        return self.spectrum / (self.spectrum + self.penalty[..., None])

    def back(self, coordinates: Any) -> Any:
        """From the eigenvectors to the features."""
        return namespace(coordinates).einsum(
            "...ij,...j->...i", self.vectors, coordinates
        )

    def taught(self, rg: Any, mixing: Any) -> Any:
        """The coefficients of the last student, by equations."""
        xp = namespace(self.spectrum)
        flipped = self.vectors.swapaxes(-1, -2)
        gram = xp.matmul(self.vectors * self.spectrum[..., None, :], flipped)
        labels = self.back(self.spectrum * self.limit)
        each = [mixing[..., j] for j in range(mixing.shape[-1])]
        return students(rg, gram, self.penalty, labels, each)


def _chain(
    first: Any,
    steps: Any,
    vectors: Any,
    limit: Any,
    oracle: Any,
    weights: Any,
    mixing: Any,
    penalty: Any,
) -> Chain:
    xp, r = namespace(steps), steps.shape[-1]
    grown = [first]
    for j in range(1, r):
        grown.append(grown[-1] * steps[..., j])
    spectrum = xp.stack(grown, axis=-1)
    return Chain(spectrum, vectors, limit, oracle, weights, mixing, penalty)


def _not_a_chain(case: Any) -> str | None:
    reason = not_a(Chain, case)
    if reason:
        return reason
    spectrum, vectors = np.asarray(case.spectrum), np.asarray(case.vectors)
    r = spectrum.shape[-1]
    if not (spectrum > 0).all() or not (spectrum[1:] >= 1.49 * spectrum[:-1]).all():
        return "eigenvalues must be positive and rise by the factor 1.5 at least"
    if vectors.shape != (r, r) or abs(vectors @ vectors.T - np.eye(r)).max() > 1e-9:
        return "vectors must be orthogonal"
    if not case.penalty > 0 or not (case.weights >= 0).all():
        return "the penalty must be positive, and no weight negative"
    return None


def _chain_example(spectrum: Any, oracle: Any, mixing: Any, penalty: float) -> Chain:
    r = len(spectrum)
    return Chain(
        np.array(spectrum),
        np.eye(r),
        np.ones(r),
        np.array(oracle),
        np.ones(r),
        np.array(mixing),
        np.array(penalty),
    )


chains = record(
    _chain,
    "2 to 4 eigenvalues a factor 1.5 to 4 apart, as many students with ξ in [−2, 2]",
    r=integer(2, 4),
    first=real(0.1, 1.0, log=True),
    steps=real(1.5, 4.0, shape=("r",)),
    vectors=matrix("r", "r", kind="orthogonal"),
    limit=vector("r"),
    oracle=real(0.0, 1.0, shape=("r",)),
    weights=real(0.0, 2.0, shape=("r",)),
    mixing=real(-2.0, 2.0, shape=("r",)),
    penalty=real(0.3, 3.0, log=True),
    outside=_not_a_chain,
    examples=lambda: [
        _chain_example([1.0, 2.0], [0.5, 0.75], [1.0, 1.0], 1.0),
        _chain_example([1.0, 4.0], [0.25, 0.8], [-1.0, 0.5], 1.0),
        # The best ξ of a single student.
        _chain_example([1.0, 2.0], [0.5, 0.75], [-24 / 145, 1.0], 1.0),
    ],
)


@claim("KD-13", kind="identity", domain=chains, source=PAREEK.sharpened("mixing"))
def product_of_mixes(rg, case, weight=1.0):
    """k mixed students: 1 − F = (1 − s)(1 + ξₖs + ξₖξₖ₋₁s² + … + ξₖ⋯ξ₁sᵏ).

    So all polynomials F of degree k + 1 with F(0) = 0 and F(1) = 1 are reached, but for
    few exceptions; the filter against ridge regressions in turn.
    """
    share = rg.distillation.ridge_filter(case.spectrum, case.penalty)
    found = rg.distillation.mixed_filter(share, weight * case.mixing)
    # As the statement has it: products of the last ξ first.
    left, product = 1.0 + 0 * share, 1.0 + 0 * share
    size = left
    for j in reversed(range(case.mixing.shape[-1])):
        product = product * case.mixing[..., j, None] * case.share
        left, size = left + product, size + abs(product)
    told = 1 - (1 - case.share) * left
    reach = (size * (1 + abs(case.limit))).sum(axis=-1)[..., None]
    spread = case.spectrum[..., -1:] / case.penalty[..., None]
    return (
        equal(found, told, size),
        equal(
            case.taught(rg, case.mixing),
            case.back(found * case.limit),
            (1 + spread) ** 2 * reach,
        ),
    )


product_of_mixes.twin("every ξ counts 1.03", weight=1.03)


@product_of_mixes.twin_function("the first ξ comes first: ξ₁s + ξ₁ξ₂s² + …")
def _(rg, case):
    share = rg.distillation.ridge_filter(case.spectrum, case.penalty)
    return equal(
        rg.distillation.mixed_filter(share, case.mixing),
        rg.distillation.mixed_filter(share, case.mixing[..., ::-1]),
        3.0 ** case.mixing.shape[-1],
    )


# --- KD-13w


def _interpolation_size(share: Any, values: Any) -> Any:
    """Σ|terms| of Lagrange's formula for the coefficients: what rounding multiplies."""
    r, total = share.shape[-1], 1.0
    for j in range(r):
        factor = abs(values[..., j]) / share[..., j]
        for i in range(r):
            if i != j:
                apart = abs(share[..., j] - share[..., i])
                factor = factor * (1 + share[..., i]) / apart
        total = total + factor
    for i in range(r):
        total = total + (1 + share[..., i]) / share[..., i]
    return total


@claim("KD-13w", kind="identity", domain=chains, source=PAREEK.sharpened("the oracle"))
def oracle_reached(rg, case, mixed=1.0):
    """With r different eigenvalues r mixed students reach any filter, the best one too.

    By ridge regressions in turn, with the ξ that are quotients of the coefficients of
    the polynomial H with H(0) = 1 and H(s) = (1 − f)/(1 − s).
    """
    xp, r = namespace(case.spectrum), case.spectrum.shape[-1]
    mixing = rg.distillation.oracle_mixing(case.share, case.oracle)
    product, size = 1.0 + 0 * case.share, 1.0 + 0 * case.share
    for j in reversed(range(r)):
        product = product * abs(mixing[..., j, None]) * case.share
        size = size + product * (1 + abs(mixing[..., j, None]))
    values = 1 + (1 - case.oracle) / (1 - case.share)
    rounding = _interpolation_size(case.share, values)
    spread = 1 + case.spectrum[..., -1] / case.penalty
    last = mixing * xp.where(xp.arange(r) == r - 1, mixed, 1.0)
    scale = spread**2 * (size.max(axis=-1) + rounding)
    return equal(
        case.taught(rg, last),
        case.back(case.oracle * case.limit),
        (scale * (1 + abs(case.limit).sum(axis=-1)))[..., None],
    )


oracle_reached.twin("with a last ξ that is 1.03 times as large", mixed=1.03)


@oracle_reached.twin_function("one student is enough")
def _(rg, case):
    excess = rg.distillation.mixing_excess(case.share, case.oracle, case.weights, 1)
    return equal(excess, 0.0, (case.weights + 1e-300).sum(axis=-1))


# --- KD-13m


def _excess(case: Chain, share: Any) -> Any:
    """Σ w (F − f)²."""
    return (case.weights * (share - case.oracle) ** 2).sum(axis=-1)


@claim("KD-13m", kind="inequality", domain=chains, source=PAREEK.sharpened("rounds"))
def more_students(rg, case, factor=1.0):
    """The least excess risk over k mixed students falls as k grows, and ends at 0.

    Every mix has at least that: here r students with the ξ of the instance, and one
    student with the best ξ, which attains it.
    """
    d, r = rg.distillation, case.spectrum.shape[-1]
    share, weights, total = case.share, case.weights, case.weights.sum(axis=-1)
    none, one, two, all_of_them = (
        d.mixing_excess(share, case.oracle, weights, k) for k in (0, 1, 2, r)
    )
    bend = share * (1 - share)
    square = (weights * bend**2).sum(axis=-1)
    xp = namespace(square)
    across = (weights * bend * (share - case.oracle)).sum(axis=-1)
    best = xp.where(square > 0, across / xp.where(square > 0, square, 1.0), 0.0)
    alone = share - best[..., None] * bend
    mixed = d.mixed_filter(share, case.mixing[..., :1])
    reach = (2 + abs(case.mixing[..., 0])) ** 2
    return (
        *ascending(two, one, none, scale=total),
        at_most(one, _excess(case, mixed), total * reach, sharp=0.9),
        equal(one, factor * _excess(case, alone), total),
        equal(all_of_them, 0.0, total),
    )


more_students.twin("one student leaves 0.97 of that", factor=0.97)


@more_students.twin_function("a single student with any ξ is as good as the best two")
def _(rg, case):
    d, total = rg.distillation, case.weights.sum(axis=-1)
    one, two = (
        d.mixing_excess(case.share, case.oracle, case.weights, k) for k in (1, 2)
    )
    return at_most(one, two, total)
