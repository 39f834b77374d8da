"""Errors of the linear example on a grid of ratios, exact at a finite number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from refgen._finite import finite
from refgen._numbers import as_counts, in_one_place, refuse
from refgen.arrays import namespace, special_functions
from refgen.uniform_convergence._ratios import as_ratio
from refgen.uniform_convergence.critical import critical_signal, limit_bracket

# The trapezoidal rule leaves out what is below e^(−42) of the largest value. A step of
# 0.4 standard deviations, and of 1/4 of what e^u needs, has an error below rounding.
_DROP, _STEP, _WIDEST = 42.0, 0.4, 0.25
# Beyond 40 standard deviations a probability is below 1e-300, and e^(−_RARE) is, too.
_FAR, _RARE = 40.0, 700.0
# How many numbers to handle at once.
_BLOCK = 2**15


class PhaseDiagram(NamedTuple):
    """Errors for sample ratios along the first axis, signal ratios along the second.

    Attributes
    ----------
    signal_ratios : array of shape (n_signals,)
    sample_ratios : array of shape (n_ratios,)
        m/D with the whole numbers D.
    dimensions : array of shape (n_ratios,)
        D, m over the sample ratio that was given, rounded.
    test, train, transformed : arrays of shape (n_ratios, n_signals)
        Expected errors on new points, on the sample and on the transformed sample.
    low, high : arrays of shape (n_ratios, n_signals)
        Limits between which the gap of uniform convergence is, by `limit_bracket`.
    critical : array of shape (n_ratios,)
        Signal ratios up to which that gap is 1 less the test error.

    Examples
    --------
    >>> diagram = phase_diagram([0.125, 0.5], [0.01], n_samples=100)
    >>> [round(float(p), 5) for p in diagram.test[0]]
    [0.10564, 0.0]
    """

    signal_ratios: Any
    sample_ratios: Any
    dimensions: Any
    test: Any
    train: Any
    transformed: Any
    low: Any
    high: Any
    critical: Any


@finite
def phase_diagram(
    signal_ratios: Any, sample_ratios: Any, n_samples: Any = 1000
) -> PhaseDiagram:
    """Expected errors on a grid of signal and sample ratios, and limits of bounds.

    Parameters
    ----------
    signal_ratios : array of shape (n_signals,)
        α = a/V > 0.
    sample_ratios : array of shape (n_ratios,)
        β = m/D > 0; D is rounded, and has to be 2 at least.
    n_samples : int
        m ≥ 2.

    Returns
    -------
    PhaseDiagram
        Errors are exact to rounding where they are above 1e-300.

    Raises
    ------
    ValueError
        If a number is out of range, a grid has no single axis, or fewer than two
        dimensions are left.

    Notes
    -----
    Source: derived here, claim UC-12b; with `limit_bracket` and `critical_signal`.

    Examples
    --------
    >>> diagram = phase_diagram([0.3, 0.9], [0.1, 0.5], n_samples=50)
    >>> diagram.dimensions.tolist(), diagram.test.shape
    ([500.0, 100.0], (2, 2))
    """
    alpha, beta, m = in_one_place(
        signal_ratios=as_ratio("signal_ratios", signal_ratios),
        sample_ratios=as_ratio("sample_ratios", sample_ratios),
        n_samples=as_counts("n_samples", n_samples, 2),
    )
    _check_axes(signal_ratios=alpha, sample_ratios=beta, n_samples=m)
    xp = namespace(alpha)
    dimension = xp.rint(m / beta)
    wanted = f"be at most n_samples/2 = {float(m) / 2:g}, as D has to be 2 or more"
    refuse("sample_ratios", beta, dimension < 2, wanted)
    rows = [_block_errors(alpha, d, m) for d in _blocks(alpha, dimension)]
    test, train, transformed = map(xp.concatenate, zip(*rows, strict=True))
    ratio = m / dimension
    low, high = limit_bracket(alpha, ratio[:, None])
    return PhaseDiagram(
        signal_ratios=alpha,
        sample_ratios=ratio,
        dimensions=dimension,
        test=test,
        train=train,
        transformed=transformed,
        low=low,
        high=high,
        critical=critical_signal(ratio),
    )


def _check_axes(n_samples: Any, **grids: Any) -> None:
    for name, grid in grids.items():
        if grid.ndim != 1:
            raise ValueError(
                f"{name} must have one axis, got shape {grid.shape}; give the numbers "
                "along one side of the diagram"
            )
    if n_samples.ndim:
        raise ValueError(
            f"n_samples must be a single number, got shape {n_samples.shape}; make a "
            "diagram for each"
        )


def _blocks(alpha: Any, dimension: Any) -> Iterator[Any]:
    """Some rows of the diagram at a time, of shape (rows, 1, 1)."""
    rows = max(1, _BLOCK // (128 * len(alpha)))
    for start in range(0, len(dimension), rows):
        yield dimension[start : start + rows, None, None]


def _block_errors(alpha: Any, dimension: Any, m: Any) -> tuple[Any, Any, Any]:
    """Test, training and transformed errors, of shape (rows, n_signals)."""
    xp, ndtr = namespace(alpha), special_functions(alpha).ndtr
    u, weights = _nodes(alpha, dimension, m)
    root = xp.exp(u / 2)
    alpha = alpha[:, None]
    new = alpha * (xp.sqrt(dimension / m) / root)
    scale = xp.sqrt(dimension / (m - 1))
    own, signal = scale * root, alpha * (scale / root)
    test, train, transformed = (
        (weights * ndtr(z)).sum(axis=-1) for z in (-new, -signal - own, own - signal)
    )
    return test, train, transformed


def _nodes(alpha: Any, dimension: Any, m: Any) -> tuple[Any, Any]:
    """u = log(Q/D) and weights of shape (rows, 1, n_nodes), for all of the signals.

    Factors Φ(−s) move the peak from Q = D at most to that of e^(−s²/2), the q of
    `error_exponents`; signals for which s is beyond `_FAR` there do not count, nor does
    a q, on either side, beyond which the law of Q has a mass of e^(−_RARE).
    """
    xp, half = namespace(dimension), dimension / 2
    far = 4 / xp.sqrt(m - 1) + 2 * _FAR / xp.sqrt(dimension)
    most = xp.minimum(alpha.max() / xp.sqrt(m - 1), far)
    rare = 2 * _RARE / dimension
    peak = (1 + xp.sqrt(1 + 4 * most * most)) / 2
    off = xp.sqrt(2 * rare) + rare
    peak = xp.minimum(peak, 1 + off)
    reach = xp.sqrt(2 * _DROP / half) + _DROP / half
    low = -reach - xp.minimum(xp.log1p(1 / (m - 1)), off)
    high = xp.log(peak) + xp.log1p(reach)
    step = xp.minimum(_STEP / xp.sqrt(half * peak), _WIDEST)
    count = int(xp.ceil((high - low) / step).max()) + 1
    u = low + (high - low) * (xp.arange(count) / (count - 1))
    logs = -half * (xp.expm1(u) - u)
    weights = xp.exp(logs)
    return u, weights / weights.sum(axis=-1, keepdims=True)
