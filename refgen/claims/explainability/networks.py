"""LE-5n, 25n and 47: the best explanation of a network at a point."""

from __future__ import annotations

import math
from typing import Any

from refgen.arrays import namespace, special_functions
from refgen.claims.explainability._networks import Around, around
from refgen.claims.kinds import ascending, at_most, equal
from refgen.claims.quadrature import normal_rule, unit_nodes
from refgen.claims.registry import claim
from refgen.special import normal_density

# --- LE-5n


def _first_moments(case: Around) -> tuple[Any, Any]:
    """E max(N, 0) and E max(N, 0) Z of each neuron's input N = μ + σZ."""
    mu, widths = case.inputs, case.widths
    z, w = normal_rule(-mu / namespace(mu).where(widths > 0, widths, 1.0))
    active = namespace(mu).maximum(mu[..., None] + widths[..., None] * z, 0.0)
    return (w * active).sum(axis=-1), (w * active * z).sum(axis=-1)


def _second_moments(case: Around) -> Any:
    """E of the products of two neurons, the second one given the input of the first."""
    xp, cosines = namespace(case.point), case.cosines
    rest = xp.sqrt(xp.maximum(1 - cosines * cosines, 0.0))
    mu, widths = (
        (part[..., :, None] + 0 * rest, part[..., None, :] + 0 * rest)
        for part in (case.inputs, case.widths)
    )
    # In the first input the second mean turns over a range of some `rest`.
    slope = xp.where(abs(cosines) > 0.1, cosines, 1.0)
    own, turn = (
        -part / xp.where(width > 0, width, 1.0)
        for part, width in zip(mu, widths, strict=True)
    )
    turn, reach = turn / slope, 8 * rest / abs(slope)
    kinks = xp.stack([own, turn - reach, turn, turn + reach])
    kinks = xp.sort(xp.clip(kinks, -12.0, 12.0), axis=0)
    z, w = normal_rule(*(kinks[i] for i in range(4)))
    first = xp.maximum(mu[0][..., None] + widths[0][..., None] * z, 0.0)
    mean = mu[1][..., None] + (widths[1] * cosines)[..., None] * z
    second = _positive_part(mean, (widths[1] * rest)[..., None])
    return (w * first * second).sum(axis=-1)


def _positive_part(mean: Any, deviation: Any) -> Any:
    """E max(mean + deviation Z, 0)."""
    xp = namespace(mean)
    wide = deviation * 40 > abs(mean)
    ratio = mean / xp.where(wide, deviation, 1.0)
    ratio = xp.where(wide, ratio, 0.0)
    share = special_functions(ratio).ndtr(ratio)
    smooth = mean * share + deviation * normal_density(ratio)
    return xp.where(wide, smooth, xp.maximum(mean, 0.0))


def _by_moments(case: Around) -> tuple[Any, Any, Any]:
    """Value, slope and fidelity of the least-squares fit over the neighbourhood."""
    network, c = case.network, case.network.output
    mean, product = _first_moments(case)
    xp, widths = namespace(mean), case.widths
    # E f ε/s: each input has the direction of the neuron's weights.
    share = c * product / xp.where(widths > 0, widths, 1.0)
    slope = (share[..., None] * network.weights).sum(axis=-2)
    value = (c * mean).sum(axis=-1)
    square = (c[..., :, None] * c[..., None, :] * _second_moments(case)).sum((-1, -2))
    explained = case.scale**2 * (slope**2).sum(axis=-1)
    return value + network.intercept, slope, square - value**2 - explained


@claim("LE-5n", kind="identity", domain=around, cost=200)
def network_explanation(rg, case, wider=1.0):
    """Value Σcⱼσⱼ(tⱼΦ(tⱼ) + φ(tⱼ)), slope ΣcⱼΦ(tⱼ)wⱼ, and an exact fidelity.

    And f itself is the sum of its neurons.
    """
    fit = case.network.local_fit(case.point, wider * case.scale)
    value, slope, fidelity = _by_moments(case)
    size = case.size + abs(case.network.intercept)
    steep = (size / case.scale)[..., None]
    active = namespace(size).maximum(case.inputs, 0.0) * case.network.output
    f = active.sum(axis=-1) + case.network.intercept
    return [
        equal(case.network.values(case.point), f, size),
        equal(fit.value, value, size),
        equal(fit.slope, slope, steep),
        equal(fit.fidelity, fidelity, case.size**2),
    ]


network_explanation.twin("a neighbourhood that is 2 % wider", wider=1.02)


@network_explanation.twin_function("the plain gradient is the best slope")
def _(rg, case):
    active = (case.inputs > 0) * case.network.output
    gradient = (active[..., None] * case.network.weights).sum(axis=-2)
    return equal(case.network.local_fit(case.point, case.scale).slope, gradient)


@network_explanation.twin_function("the value of the network is the best value")
def _(rg, case):
    values = case.network.values(case.point)
    return equal(case.network.local_fit(case.point, case.scale).value, values)


# --- LE-25n


def _by_correlations(case: Around, power: float) -> Any:
    """Σ c_j c_k σ_j σ_k r² ∫ (1 − τ) φ₂(t_j, t_k; τr) dτ, with τ = 1 − y⁴."""
    xp, c, cosines = namespace(case.point), case.network.output, case.cosines
    y, w = unit_nodes(xp, 96)
    safe = xp.where(case.widths > 0, case.widths, 1.0)
    kinks = case.inputs / safe
    kinks = xp.clip(xp.where(case.widths > 0, kinks, 30.0), -30.0, 30.0)
    h = kinks[..., :, None, None]
    k = xp.where(cosines < 0, -1.0, 1.0)[..., None] * kinks[..., None, :, None]
    r, gap = abs(cosines)[..., None], y * y * y * y
    apart = ((1 - r) + r * gap) * (1 + r * (1 - gap))  # 1 − ρ², ρ = τr
    exponent = (h - k) ** 2 / (2 * apart) + h * k / (1 + r * (1 - gap))
    density = xp.exp(-exponent) / (2 * math.pi * xp.sqrt(apart))
    integral = (w * 4 * y**3 * gap * density).sum(axis=-1)
    loads = c * case.widths
    sizes = loads[..., :, None] * loads[..., None, :]
    return (sizes * abs(cosines) ** power * integral).sum(axis=(-1, -2))


@claim("LE-25n", kind="identity", domain=around, cost=150)
def pairs_of_neurons(rg, case, power=2.0, own=1.0):
    """NF is a sum of positive terms r²∫(1 − τ)φ₂(t_j, t_k; τr)dτ, times c_jc_kσ_jσ_k.

    So where all cⱼ have one sign, the rests of neurons add up to no less than the sum
    of what each leaves alone.
    """
    network = case.network
    fit = network.local_fit(case.point, case.scale)
    loads = (abs(network.output) * case.widths).sum(axis=-1)
    positive, alone = _one_sign(case)
    return [
        equal(fit.fidelity, _by_correlations(case, power), loads**2),
        at_most(own * alone, positive, loads**2, sharp=True),
    ]


def _one_sign(case: Around) -> tuple[Any, Any]:
    """The fidelity with |c|, and the sum of those of each neuron alone."""
    xp, c = namespace(case.point), abs(case.network.output)
    singles = c[..., None, :] * xp.eye(case.network.n_neurons)
    outputs = xp.concatenate([c[..., None, :], singles], axis=-2)
    repeated = case.network.map(lambda array: array[..., None])
    weights, biases = (
        part[..., None, :, :] if i == 0 else part[..., None, :]
        for i, part in enumerate((case.network.weights, case.network.biases))
    )
    networks = type(repeated)(weights, biases, outputs, repeated.intercept)
    fits = networks.local_fit(case.point[..., None, :], case.scale[..., None])
    return fits.fidelity[..., 0], fits.fidelity[..., 1:].sum(axis=-1)


pairs_of_neurons.twin("r to the power 2.06", power=2.06)
pairs_of_neurons.twin("3 % more than the sum of neurons alone", own=1.03)


# --- LE-47


@claim("LE-47", kind="inequality", domain=around, cost=4)
def affine_away_from_kinks(rg, case, constant=1.0, tail=4.0):
    """NF ≤ Σ l_jl_kJ(r) ≤ (¼ − 1/2π)(Σl_j)² with l_j = |c_j|σ_je^(−t_j²/4).

    J(r) = (r arcsin r + √(1 − r²) − 1)/(2π).
    """
    xp, r = namespace(case.point), case.cosines
    safe = xp.where(case.widths > 0, case.widths, 1.0)
    kinks = xp.clip(case.inputs / safe, -35.0, 35.0)
    loads = abs(case.network.output) * case.widths * xp.exp(-kinks * kinks / tail)
    share = r * xp.arcsin(r) - r * r / (1 + xp.sqrt(1 - r * r))
    sizes = loads[..., :, None] * loads[..., None, :]
    middle = constant * (sizes * share).sum(axis=(-1, -2)) / (2 * math.pi)
    largest = constant * (1 / 4 - 1 / (2 * math.pi)) * loads.sum(axis=-1) ** 2
    fidelity = case.network.local_fit(case.point, case.scale).fidelity
    # Far from all kinks squares vanish in float64.
    size = largest + 1e-290
    return ascending(fidelity, middle, largest, scale=size, sharp=True)


affine_away_from_kinks.twin("0.97 of it would do", constant=0.97)
affine_away_from_kinks.twin("e^(−t²/3.8) in place of e^(−t²/4)", tail=3.8)
