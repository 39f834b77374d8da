"""How likely every margin of a sample, or of its transform, is on one side."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._numbers import together
from refgen._objects import check_instance
from refgen.arrays import as_floats, namespace, special_functions
from refgen.uniform_convergence._radius_rule import radius_rule
from refgen.uniform_convergence.linear_example import LinearExample
from refgen.uniform_convergence.max_deviation import log_tail


@finite
def probability_all_wrong(example: LinearExample, threshold: Any = None) -> Any:
    """Chance that the classifier of a sample errs on all of the transformed sample.

    Parameters
    ----------
    example : LinearExample of shape (...)
    threshold : array of shape (...), optional
        θ: the chance is that no margin of the sample is below θ. By default it is 2a,
        from which on a point of the transformed sample is wrong; at 0 it is the chance
        that the sample itself has no error.

    Returns
    -------
    array of shape (...)
        In [0, 1]. How far it is from 1, `log_probability_not_all_wrong` says precisely.

    Raises
    ------
    ValueError
        If shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim UC-7b.

    Examples
    --------
    >>> example = LinearExample.published(100, 3000)
    >>> round(float(probability_all_wrong(example)), 6)
    0.999921
    """
    log_rest = _log_missed(example, threshold)
    return -namespace(log_rest).expm1(log_rest)


@finite
def log_probability_not_all_wrong(example: LinearExample, threshold: Any = None) -> Any:
    """log of 1 − `probability_all_wrong`, also where float64 has no such number.

    Parameters
    ----------
    example : LinearExample of shape (...)
    threshold : array of shape (...), optional
        As in `probability_all_wrong`.

    Returns
    -------
    array of shape (...)
        At most 0.

    Raises
    ------
    ValueError
        If shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim UC-7b.

    Examples
    --------
    >>> example = LinearExample.published(100, 1_000_000)
    >>> round(float(log_probability_not_all_wrong(example)), 3)
    -3843.031
    """
    return _log_missed(example, threshold)


def _log_missed(example: LinearExample, threshold: Any) -> Any:
    check_instance("example", example, LinearExample)
    if threshold is None:
        threshold = 2 * example.signal
    m, D, signal, noise, least = together(
        n_samples=example.n_samples,
        dimension=example.dimension,
        signal=example.signal,
        noise=example.noise,
        threshold=as_floats("threshold", threshold),
    )
    return log_missed(m, D, (least - signal) / noise)


def log_missed(m: Any, D: Any, excess: Any, shift: Any = None) -> Any:
    """log Pr[the smallest margin is below a + excess · V + shift · V √β R/√D].

    Margins are a + V(r² + √β r (g − ḡ)) for r = R/√D: some margin is below iff the
    largest ḡ − g is above (r² − excess)/(√β r) − shift. A shift, of the shape of the
    other arguments, goes with a positive excess only.
    """
    xp = namespace(m)
    shift = xp.zeros_like(m) if shift is None else shift
    spread = xp.sqrt(m / D)
    # The smallest r at which not every largest deviation is above.
    half = shift * spread / 2
    start = half + xp.sqrt(half * half + xp.maximum(excess, 0.0))
    middle = _middle(xp, m, D, excess)
    r, log_weights = radius_rule(
        D, start, middle, _steep(xp, m, spread, excess, middle)
    )
    reach = (r * r - excess[..., None]) / (spread[..., None] * r) - shift[..., None]
    count = xp.broadcast_to(m[..., None], reach.shape)
    tail = log_tail(count.ravel(), xp.maximum(reach, 0.0).ravel())
    before = special_functions(D).gammainc(D / 2, D * start * start / 2)
    logs = log_weights + tail.reshape(reach.shape)
    return xp.minimum(_log_sum(xp, logs, before), 0.0)


def _middle(xp: Any, m: Any, D: Any, excess: Any) -> Any:
    """Where missing is likeliest: about 1, or where a Gaussian tail meets the density.

    With max(ḡ − g) > c of a chance of about m e^(−mc²/2(m − 1)) the maximum of the
    product is at the root of m x² − (m − 1) x = excess², x = r².
    """
    half = (m - 1) / (2 * m)
    x = half + xp.sqrt(half * half + excess * excess / m)
    reach = (x - excess) / xp.sqrt(m / D * x)
    rare = reach * reach * m / (2 * (m - 1)) > xp.log(m)
    return xp.where((reach > 0) & rare, xp.sqrt(x), 1.0)


def _steep(xp: Any, m: Any, spread: Any, excess: Any, middle: Any) -> Any:
    """Below which radius missing is e^(−40) times as likely as elsewhere, or 0.

    If every margin is above the threshold at R = 0, deviations must be ever larger.
    """
    short = xp.maximum(-excess, 0.0)
    reach = (middle * middle + short) / (spread * middle)
    return short / spread / (xp.sqrt(2 * (xp.log(m) + 40)) + 2 * reach)


def _log_sum(xp: Any, logs: Any, other: Any) -> Any:
    """log of the sum of exponentials along the last axis, and of another number."""
    positive = other > 0
    last = xp.where(positive, xp.log(xp.where(positive, other, 1.0)), -1e308)
    top = xp.maximum(logs.max(axis=-1), last)
    total = xp.exp(logs - top[..., None]).sum(axis=-1)
    return top + xp.log(total + xp.exp(last - top))
