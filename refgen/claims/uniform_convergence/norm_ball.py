"""UC-17: the bound by norm and margin does not fall with the number of samples."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import sqrt
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace, special_functions
from refgen.claims.kinds import ascending, at_most, equal, tends_to
from refgen.claims.registry import claim
from refgen.claims.sources import NEYSHABUR_2018
from refgen.domains import integer, real, record
from refgen.uniform_convergence import LinearExample


@dataclass(frozen=True, repr=False)
class Ball(Instance):
    """Some points, and a signal ratio.

    Attributes
    ----------
    points : array of shape (..., m, d)
    ratio : array of shape (...)
        α = a/V.
    """

    points: Any
    ratio: Any


def _ball(points: Any, ratio: float) -> Ball:
    return Ball(np.array(points), np.array(ratio))


balls = record(
    Ball,
    "2 to 7 points in up to 5 dimensions, a/V from .001 to 8",
    m=integer(2, 7),
    d=integer(1, 5),
    points=real(-1, 1, shape=("m", "d")),
    ratio=real(1e-3, 8.0, log=True),
    examples=lambda: [
        _ball(np.eye(3), 1e-3),
        _ball(np.ones((7, 1)), 1 / 8),
    ],
)


def _fit(gram: Any) -> Any:
    """E ‖Σ σᵢxᵢ‖/m over all signs, from the points' inner products."""
    xp, m = namespace(gram), gram.shape[-1]
    signs = xp.asarray([*product((-1.0, 1.0), repeat=m)])
    squares = ((signs @ gram) * signs).sum(axis=-1)
    return xp.sqrt(xp.maximum(squares, 0.0)).mean(axis=-1) / m


def _many_dimensions(case: Ball) -> tuple[Any, LinearExample]:
    """Inner products of as many points with V = 1 as D → ∞, all labels 1."""
    xp, m = namespace(case.ratio), case.points.shape[-2]
    example = LinearExample(m, 10**9, case.ratio, 1.0)
    return case.ratio[..., None, None] / m + xp.eye(m), example


SIZES = (1e1, 1e2, 1e3, 1e4)


@claim(
    "UC-17",
    kind="inequality",
    domain=balls,
    source=NEYSHABUR_2018.sharpened("lemma 1, on the example"),
    cost=30,
)
def norm_ball(rg, case, counted=1.0, power=0.0):
    """Twice the complexity of the ball ‖w‖ ≤ ‖w_S‖, over margins, is about 2/√(1 + α).

    More exactly between that and 2√((1 + α/m)/(1 + α)) as D → ∞, for every m. The bound
    by a Gaussian posterior is 4√8 z/2 times as much, z the upper quartile of N(0, 1).
    """
    uc, xp = rg.uniform_convergence, namespace(case.ratio)
    gram = case.points @ xp.swapaxes(case.points, -1, -2)
    bounded = counted * uc.norm_ball_complexity(case.points, 1.0)
    least = 2 / xp.sqrt(1 + case.ratio)
    limit = least[..., None]
    data, example = _many_dimensions(case)
    norm = xp.sqrt(data.sum(axis=(-1, -2)))
    gamma = data.sum(axis=-1)[..., 0]
    exact = 2 * norm / gamma * _fit(data)
    larger = LinearExample(xp.asarray(SIZES), 1e9, case.ratio[..., None], 1.0)
    bounds = uc.norm_ball_margin_bound(larger) * xp.asarray(SIZES) ** -power
    return (
        at_most(_fit(gram), bounded, sharp=True),
        *ascending(
            least, exact, counted * uc.norm_ball_margin_bound(example), sharp=True
        ),
        tends_to(bounds, limit, [(case.ratio * least / 2, 1)], SIZES, 2 * limit),
        equal(_moved(uc.gaussian_margin_bound(example), norm, gamma, data), 0.5),
    )


def _moved(bound: Any, norm: Any, gamma: Any, data: Any) -> Any:
    """Pr[|u·x| < γ/4] for u ~ N(0, s²I), with 4√(KL/m) the bound: ½, as it is set."""
    xp, m = namespace(norm), data.shape[-1]
    scale = norm / xp.sqrt(2 * (bound / 4) ** 2 * m)
    reach = gamma / (4 * scale * xp.sqrt(data[..., 0, 0]))
    return special_functions(norm).erf(reach / sqrt(2))


norm_ball.twin("0.97 of it would do", counted=0.97)
norm_ball.twin("the bound falls like m^−½", power=0.5)
norm_ball.twin("the bound falls like m^−0.02", power=0.02)
