"""LE-14 and 14q: the disjointedness factor is a mean over the mixture."""

from __future__ import annotations

from refgen.arrays import namespace
from refgen.claims.explainability._lines import line_integral, lines
from refgen.claims.kinds import equal
from refgen.claims.registry import claim
from refgen.claims.sampled import sampled
from refgen.claims.sources import SIMULATED


@claim("LE-14q", kind="identity", domain=lines, cost=512)
def mean_over_the_mixture(rg, sample, power=0.5):
    """ρ_S = E √(m/n_eff) with x′ from the mixture of all neighbourhoods."""
    rho = rg.explainability.line_disjointedness(sample)
    right = line_integral(sample)
    return equal((rho * rho) ** power, right, 2 * sample.n_points**0.5)


mean_over_the_mixture.twin("the mean of (m/n_eff)^0.51", power=0.51)


@claim("LE-14", kind="identity", domain=lines, source=SIMULATED)
def draws_of_the_mixture(rg, sample, draws, power=1.0):
    """Draws x′ of the mixture, in strata of points, have √(m/n_eff) of mean ρ_S."""
    e = rg.explainability
    ratios = e.disjointedness_ratios(sample, draws.n, draws.stream) ** power
    most = 6 ** (power / 2)
    return sampled(ratios, line_integral(sample), 0.1, bounds=(1.0, most))


draws_of_the_mixture.twin("the mean of (m/n_eff)^0.55", power=1.1)


@draws_of_the_mixture.twin_function("x′ from one neighbourhood, that of x₁")
def _(rg, sample, draws):
    xp, m = namespace(sample.points), sample.n_points
    steps = draws.stream.normal((*sample.scale.shape, draws.n, 1))
    around = sample.points[..., :1, :] + sample.scale[..., None, None] * steps
    sizes = rg.explainability.effective_sample_size(sample, around)
    return sampled(xp.sqrt(m / sizes), line_integral(sample), 0.1, bounds=(1.0, 6**0.5))
