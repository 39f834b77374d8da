"""The two filters of the model of label noise, their ratio ρ, and when it is what."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.distillation.label_noise import LabelNoiseModel

# Halvings of a bracket on the logarithmic scale, of the widest, 10³⁰⁰, to 1 %. Each of
# Newton's steps then squares the error.
_HALVINGS, _NEWTON_STEPS = 16, 4
_TINY = 1e-300


def filters(model: LabelNoiseModel, time: Any) -> tuple[Any, Any]:
    """What the shared direction and the others have learned."""
    xp, spectrum = namespace(time), model.spectrum
    # Where λt is too large for float64, nothing is left to learn.
    with np.errstate(over="ignore"):
        return tuple(-xp.expm1(-spectrum[..., k] * time) for k in (0, 1))


def first_ratio(model: LabelNoiseModel) -> Any:
    """λ₁/κ."""
    return model.spectrum[..., 0] / model.private


def gap(model: LabelNoiseModel) -> Any:
    """λ₁ − κ, without cancellation."""
    return model.shared * model.n_samples


def log_first_ratio(model: LabelNoiseModel) -> Any:
    return namespace(model.private).log1p(gap(model) / model.private)


def ratio_at(model: LabelNoiseModel, time: Any) -> Any:
    """a₁/a_κ, with its limit at time 0."""
    top, own = filters(model, time)
    xp, some = namespace(time), own > 0
    return xp.where(some, top / xp.where(some, own, 1.0), first_ratio(model))


def log_ratio_at(model: LabelNoiseModel, time: Any) -> Any:
    """log(a₁/a_κ), by a₁ − a_κ = e^(−κt) (1 − e^(−(λ₁ − κ)t))."""
    xp = namespace(time)
    _, own = filters(model, time)
    with np.errstate(over="ignore"):
        lead = xp.expm1(-gap(model) * time)
        lead = -lead * xp.exp(-model.private * time)
    some = own > 0
    log = xp.log1p(lead / xp.where(some, own, 1.0))
    return xp.where(some, log, log_first_ratio(model))


def fitting_ratio(model: LabelNoiseModel) -> Any:
    """(1 + a₀)/a₀, below which a₁/a_κ is where flipped labels are fitted."""
    return 2 * model.n_clean / (model.n_clean - model.n_flipped)


def clean_score(model: LabelNoiseModel) -> Any:
    """μ²√n/√κ."""
    xp = namespace(model.shared)
    return model.shared * xp.sqrt(model.n_samples / model.private)


def time_of(model: LabelNoiseModel, ratio: Any) -> Any:
    """The time at which a₁/a_κ is `ratio`; 0 and infinity beyond its range."""
    xp, most = namespace(ratio), first_ratio(model)
    inside = (ratio > 1) & (ratio < most)
    wanted = xp.where(inside, ratio, xp.sqrt(most))
    low, high = _bracket(model, wanted)
    log_time = (low + high) / 2
    for _ in range(_NEWTON_STEPS):
        time = xp.exp(log_time)
        missing = xp.log(ratio_at(model, time) / wanted)
        log_time = xp.clip(log_time + missing / _fall(model, time), low, high)
    beyond = xp.where(ratio <= 1, xp.inf, 0.0)
    return xp.where(inside, xp.exp(log_time), beyond)


def _bracket(model: LabelNoiseModel, ratio: Any) -> tuple[Any, Any]:
    """Logarithms of two times, near each other, between which a₁/a_κ is `ratio`.

    With q = 1/ratio the time is in [(q − κ/λ₁)/κ, −log(1 − q)/κ], as 1 − e^(−x) is
    between x/(1 + x) and the smaller of x and 1. That is halved.
    """
    xp, most = namespace(ratio), first_ratio(model)
    low = xp.log((most - ratio) / most / ratio / model.private)
    high = xp.log(xp.log1p(1 / (ratio - 1)) / model.private)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        early = ratio_at(model, xp.exp(middle)) > ratio
        low, high = xp.where(early, middle, low), xp.where(early, high, middle)
    return low, high


def _fall(model: LabelNoiseModel, time: Any) -> Any:
    """−d log ρ/d log t = κt/(e^(κt) − 1) − λ₁t/(e^(λ₁t) − 1) > 0."""
    xp = namespace(time)
    # Beyond 700 a term is 0 beside any other.
    slow, fast = (
        rate / xp.expm1(rate)
        for rate in (
            xp.clip(model.spectrum[..., k] * time, _TINY, 700.0) for k in (1, 0)
        )
    )
    return xp.maximum(slow - fast, _TINY)
