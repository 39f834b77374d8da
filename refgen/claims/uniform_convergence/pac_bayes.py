"""UC-69: the PAC-Bayes bound with its exact constant."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import ascending, at_most, equal
from refgen.claims.registry import claim
from refgen.claims.sources import MAURER
from refgen.claims.uniform_convergence._tosses import head_counts
from refgen.domains import distribution, integer, real, record

# --- UC-69: the constant of the PAC-Bayes bound


@dataclass(frozen=True, repr=False)
class Tosses(Instance):
    """Tosses of one coin. Shapes (...).

    Attributes
    ----------
    n_samples, chance : arrays
    """

    n_samples: Any
    chance: Any


tosses = record(
    Tosses,
    "1 to 128 tosses of a coin with a chance in [0.2, 0.8]",
    n_samples=integer(1, 128),
    chance=real(0.2, 0.8),
    examples=lambda: [Tosses(*map(np.array, c)) for c in ((1, 0.5), (128, 0.3))],
)


def _tossed(case: Any, k: Any) -> Any:
    """P(k heads), toss by toss: logarithms of factorials would cost digits."""
    xp, p = namespace(k), case.chance[..., None]
    tossed = xp.where(k == 0, 1.0, 0 * p)
    for i in range(k.shape[-1] - 1):
        more = tossed * (1 - p)
        more[..., 1:] += (tossed * p)[..., :-1]
        tossed = xp.where(i < case.n_samples[..., None], more, tossed)
    return tossed


@claim(
    "UC-69",
    kind="identity",
    domain=tosses,
    source=MAURER.sharpened("theorem 1"),
    cost=8,
)
def moment_of_divergence(rg, case, counted=1.0, least=2 / 3):
    """E e^(m kl(L̂‖L)) is 1 + m!(e/m)^m P(Poisson(m) < m) for every coin: about √(πm/2).

    It is between √(πm/2) + 2/3 and 2√m.
    """
    uc, m = rg.uniform_convergence, case.n_samples[..., None]
    xp, k = namespace(m), head_counts(case.n_samples)
    apart = uc.bernoulli_kl(xp.minimum(k / m, 1.0), case.chance[..., None])
    terms = _tossed(case, k) * xp.exp(m * apart)
    constant = counted * uc.pac_bayes_constant(case.n_samples)
    low, high = xp.sqrt(np.pi / 2 * case.n_samples), 2 * xp.sqrt(case.n_samples)
    return (
        equal(constant, terms.sum(axis=-1), high),
        *ascending(low + least, constant, high, scale=high, sharp=True),
    )


moment_of_divergence.twin("3 % less", counted=0.97)
moment_of_divergence.twin("√(πm/2) + 3/4 is a lower bound", least=3 / 4)


@moment_of_divergence.twin_function("2√m is attained")
def _(rg, case):
    m = case.n_samples
    return equal(rg.uniform_convergence.pac_bayes_constant(m), 2 * namespace(m).sqrt(m))


# --- UC-69b: the bound


@dataclass(frozen=True, repr=False)
class SmallClass(Instance):
    """Three classifiers, three points, and a posterior that fits the sample.

    Attributes
    ----------
    losses : array of shape (..., 3, 3)
        Of each classifier at each point.
    points, prior : array of shape (..., 3)
        Probabilities.
    temperature : array of shape (...)
        Posteriors are prior · e^(−temperature · loss on the sample).
    delta : array of shape (...)
    """

    losses: Any
    points: Any
    prior: Any
    temperature: Any
    delta: Any


_SAMPLES = tuple(itertools.product(range(3), repeat=4))


def _coin(chance: float) -> SmallClass:
    """Three times the same classifier, with losses 0 and 1: nothing is given away."""
    losses = np.tile([0.0, 1.0, 1.0], (3, 1))
    points = np.array([1 - chance, chance, 0.0])
    return SmallClass(losses, points, np.full(3, 1 / 3), np.array(1.0), np.array(0.3))


def _chosen() -> SmallClass:
    """Each classifier is right at one point; the posterior is best on the sample."""
    third = np.full(3, 1 / 3)
    return SmallClass(1 - np.eye(3), third, third, np.array(40.0), np.array(0.3))


small_classes = record(
    SmallClass,
    "three classifiers on three points, samples of 4",
    losses=real(0.0, 1.0, shape=(3, 3)),
    points=distribution(3),
    prior=distribution(3, positive=True),
    temperature=real(0.0, 40.0),
    delta=real(0.01, 0.9),
    examples=lambda: [_coin(0.5), _coin(0.1), _chosen()],
)


def _posteriors(case: SmallClass) -> tuple[Any, ...]:
    """Chance, empirical risk, risk and divergence of each of the 81 samples."""
    xp = namespace(case.losses)
    seen = [sum(case.losses[..., i] for i in s) / len(s) for s in _SAMPLES]
    drawn = [math.prod(case.points[..., i] for i in s) for s in _SAMPLES]
    seen, drawn = xp.stack(seen, axis=-2), xp.stack(drawn, axis=-1)
    raised = case.prior[..., None, :] * xp.exp(
        -case.temperature[..., None, None] * seen
    )
    posterior = raised / raised.sum(axis=-1, keepdims=True)
    true = (case.losses * case.points[..., None, :]).sum(axis=-1)
    ratio = xp.log(posterior / case.prior[..., None, :])
    divergence = xp.maximum((posterior * ratio).sum(axis=-1), 0.0)
    means = ((posterior * r).sum(axis=-1) for r in (seen, true[..., None, :]))
    return (drawn, *(xp.clip(mean, 0.0, 1.0) for mean in means), divergence)


@claim(
    "UC-69b",
    kind="inequality",
    domain=small_classes,
    source=MAURER.sharpened("theorem 5"),
    cost=60,
)
def pac_bayes(rg, case, constant=1.0, price=1.0):
    """E e^(m kl(L̂(Q)‖L(Q)) − KL(Q‖P)) ≤ ξ(m) for posteriors Q that the sample chooses.

    So the risk exceeds `pac_bayes_kl` with probability δ at most.
    """
    uc, xp = rg.uniform_convergence, namespace(case.losses)
    drawn, empirical, risk, divergence = _posteriors(case)
    divergence, delta = price * divergence, case.delta[..., None]
    apart = uc.bernoulli_kl(empirical, risk)
    possible = drawn > 0
    gain = 4 * xp.where(possible & xp.isfinite(apart), apart, 0.0) - divergence
    moment = (drawn * xp.exp(gain)).sum(axis=-1)
    bound = uc.pac_bayes_kl(empirical, divergence, 4, delta)
    fails = xp.where(risk > bound * (1 + 1e-12), drawn, 0.0).sum(axis=-1)
    inside = bound < 1 - 1e-6
    back = uc.affordable_divergence(empirical, xp.maximum(bound, empirical), 4, delta)
    back = xp.where(inside, back, divergence)
    size = 8 + divergence + 4 / xp.where(inside, 1 - bound, 1.0)
    return (
        at_most(moment, constant * uc.pac_bayes_constant(4), sharp=True),
        at_most(fails, case.delta, reason="Markov's inequality loses a factor ξ(m)"),
        equal(back, divergence, size),
    )


pac_bayes.twin("0.97 ξ(m)", constant=0.97)
pac_bayes.twin("no price for the choice of the posterior", price=0.0)
