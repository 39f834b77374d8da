"""UC-23 and UC-61: points left out, which tell what uniform convergence cannot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.claims.uniform_convergence._chi_rule import error_by_squares
from refgen.claims.uniform_convergence._reaches import (
    example,
    fields,
    not_reached,
    reached,
    reaching,
)
from refgen.domains import choice, integer, not_a, real, record
from refgen.uniform_convergence import LinearExample


@dataclass(frozen=True, repr=False)
class LeftOut(Instance):
    """A linear example, and a few labeled points of any kind.

    Attributes
    ----------
    example : LinearExample of shape (...)
    points : array of shape (..., m, d)
    labels : array of shape (..., m)
        ±1.
    """

    example: LinearExample
    points: Any
    labels: Any


def _left_out(
    n_samples: Any, dimension: Any, reach: Any, points: Any, labels: Any
) -> LeftOut:
    return LeftOut(example(n_samples, dimension, reach), points, labels)


def _not_left_out(case: Any) -> str | None:
    reason = not_a(LeftOut, case) or not_reached(case.example)
    if reason:
        return reason
    if np.shape(case.labels) != np.shape(case.points)[:-1]:
        return "there must be a label for every point"
    if not (np.abs(case.labels) == 1).all() or not (case.points > 0).all():
        return "labels must be 1 or -1, and coordinates positive"
    return None


left_out = record(
    _left_out,
    f"{reached.description}; 2 to 5 points in up to 4 dimensions",
    m=integer(2, 5),
    d=integer(1, 4),
    **fields(),
    points=real(0.1, 2.0, shape=("m", "d")),
    labels=choice(-1.0, 1.0, shape=("m",)),
    outside=_not_left_out,
    examples=lambda: [
        LeftOut(example(6, 20, 0.5), np.ones((2, 1)), np.ones(2)),
        LeftOut(example(2, 2, 0.5), np.eye(2) + 0.1, np.ones(2)),
    ],
)


def _trained_anew(case: LeftOut) -> Any:
    """Margins of points under the sum of all others."""
    xp, m = namespace(case.points), case.points.shape[-2]
    signed, found = case.points * case.labels[..., None], []
    for j in range(m):
        rest = (signed * (xp.arange(m) != j)[:, None]).sum(axis=-2)
        found.append((signed[..., j, :] * rest).sum(axis=-1))
    return xp.stack(found, axis=-1)


def _mean_error(example: LinearExample, signal: Any) -> Any:
    """The test error with one point less, from a signal and two χ² variables."""
    xp, m = namespace(signal), example.n_samples - 1
    reach = signal / example.noise * xp.sqrt(example.dimension / m)
    return error_by_squares(reach, example.dimension)


@claim("UC-23", kind="identity", domain=left_out, cost=100)
def leaving_out(rg, case, left=1.0, own=1.0):
    """A left-out margin is M − ‖x‖², and the expected error is that of m − 1 points.

    Of these the signal is a(m − 1)/m.
    """
    uc, xp, example = rg.uniform_convergence, namespace(case.labels), case.example
    signed = case.points * case.labels[..., None]
    margins = (signed * signed.sum(axis=-2, keepdims=True)).sum(axis=-1)
    lengths = xp.sqrt(own * (case.points**2).sum(axis=-1))
    size = (abs(case.points).sum(axis=(-1, -2)) ** 2)[..., None]
    signal = left * example.signal * (example.n_samples - 1) / example.n_samples
    return (
        equal(uc.left_out_margins(margins, lengths), _trained_anew(case), size),
        equal(uc.left_out_error(example), _mean_error(example, signal)),
    )


leaving_out.twin("0.97 a(m − 1)/m is left of the signal", left=0.97)
leaving_out.twin("M − 0.97‖x‖²", own=0.97)


@leaving_out.twin_function("the signal a is left, as if it did not come from points")
def _(rg, case):
    found = rg.uniform_convergence.left_out_error(case.example)
    return equal(found, _mean_error(case.example, case.example.signal))


@leaving_out.twin_function("the leave-one-out error is the training error")
def _(rg, case):
    uc = rg.uniform_convergence
    return equal(
        uc.left_out_error(case.example), uc.expected_errors(case.example).train
    )


# --- UC-61

# The largest x φ(x), at x = 1.
LARGEST = 0.24197072451914337

# At x = 1 the error falls fastest.
many_dimensions = reaching(200, 10**6, lambda: [example(200, 10**6, 1.0)])


@claim("UC-61", kind="inequality", domain=many_dimensions, cost=80)
def left_out_bias(rg, case, constant=LARGEST):
    """0 ≤ E(leave-one-out error) − E(test error) ≤ φ(1)(√(m/(m − 1)) − 1)."""
    uc, xp, m = rg.uniform_convergence, namespace(case.signal), case.n_samples
    test, left = uc.expected_errors(case).test, uc.left_out_error(case)
    # m/(m − 1) − 1 over the sum of the roots: nothing cancels.
    most = constant / (m - 1) / (xp.sqrt(m / (m - 1)) + 1)
    return (
        at_most(test, left, sharp=0.99),
        at_most(left - test, most, sharp=0.97),
    )


left_out_bias.twin("0.96 of that", constant=0.96 * LARGEST)
