"""UC-4: what a classifier of the linear example loses on new points."""

from __future__ import annotations

from refgen.arrays import namespace
from refgen.claims.kinds import equal
from refgen.claims.quadrature import normal_rule
from refgen.claims.registry import claim
from refgen.claims.uniform_convergence.domains import linear_examples


@claim("UC-4", kind="identity", domain=linear_examples)
def new_margins(rg, example, width=1.0):
    """A new margin is N(a, mv²R²), and a loss its mean over this law."""
    uc, xp = rg.uniform_convergence, namespace(example.signal)
    radius = xp.sqrt(example.dimension)
    spread = width * example.noise * xp.sqrt(example.sample_ratio)
    gamma = 2 * spread
    low = xp.clip(-example.noise * example.signal_ratio / spread, -11.0, 0.0)
    z, weights = normal_rule(low, low + 2)
    margins = spread[..., None] * (z - low[..., None])
    mean = (weights * uc.ramp_loss(margins, gamma[..., None])).sum(axis=-1)
    return equal(uc.expected_loss(example, radius, gamma), mean)


new_margins.twin("a spread 3 % larger", width=1.03)
