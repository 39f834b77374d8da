"""How far the test error is above the training error, and from which dimension on."""

from __future__ import annotations

from typing import Any, NamedTuple

from refgen._finite import finite
from refgen._numbers import as_counts, as_positive, refuse, together
from refgen._objects import check_instance
from refgen.arrays import namespace, special_functions
from refgen.uniform_convergence._checks import as_delta, as_epsilon
from refgen.uniform_convergence._chi_square import chi_square_quantile
from refgen.uniform_convergence.all_wrong import log_missed
from refgen.uniform_convergence.linear_example import LinearExample
from refgen.uniform_convergence.quantiles import error_quantile

# Above every dimension that `dimension_for_gap` looks at.
_LARGEST_DIMENSION = 2.0**50
# Quantiles of χ² over D² fall with D up to this δ. Above it they rise at first, but
# never from 100 dimensions on.
_FALLING, _FEW = 0.75, 100


class GapBracket(NamedTuple):
    """Numbers between which the generalization gap is, of shape (...)."""

    low: Any
    high: Any


@finite
def generalization_gap(example: LinearExample, delta: Any) -> GapBracket:
    """Bracket of ε_gen, the (1 − δ)-quantile of test error minus training error.

    Parameters
    ----------
    example : LinearExample
    delta : array of shape (...)
        δ in (0, 1).

    Returns
    -------
    GapBracket
        `high` is the (1 − δ)-quantile of the test error alone, `low` that at
        1 − δ − Pr[some training error], and −1 if that is not positive. They agree to
        rounding where training errors are unlikely.

    Raises
    ------
    ValueError
        If δ is not in (0, 1), or shapes do not broadcast.

    Notes
    -----
    `high` also bounds test minus training error of all classifiers and samples with R
    below its (1 − δ)-quantile: one-sided uniform convergence works. Source: derived
    here, claim UC-8b.

    Examples
    --------
    >>> low, high = generalization_gap(LinearExample.published(100, 35068), 0.05)
    >>> round(float(low), 6), round(float(high), 6)
    (0.01, 0.01)
    """
    check_instance("example", example, LinearExample)
    delta, m, D, ratio = together(
        delta=as_delta(delta),
        n_samples=example.n_samples,
        dimension=example.dimension,
        signal_ratio=example.signal_ratio,
    )
    xp = namespace(delta)
    both = xp.minimum(delta + xp.exp(log_missed(m, D, -ratio)), 1.0)
    low, high = (error_quantile(p, m, D, ratio, upper=True) for p in (both, delta))
    # Samples with training errors may have gaps below 0.
    return GapBracket(xp.where(both < 1, low, -1.0), high)


@finite
def dimension_for_gap(
    n_samples: Any, delta: Any, epsilon: Any, signal_ratio: Any = 0.125
) -> Any:
    """The least D from which on the test error is at most ε with probability 1 − δ.

    Parameters
    ----------
    n_samples : array of shape (...)
        m ≥ 2.
    delta : array of shape (...)
        δ in (0, 1).
    epsilon : array of shape (...)
        ε in (0, ½).
    signal_ratio : array of shape (...)
        α = a/V, which stays as D grows; by default that of the paper.

    Returns
    -------
    array of shape (...)
        Whole numbers of at least 2.

    Raises
    ------
    ValueError
        If a number is out of range, the dimension is above 2⁵⁰, or shapes do not
        broadcast.

    Notes
    -----
    About m(z/α)² for Φ(−z) = ε: 64 m z² with the paper's ratio. Source: derived here,
    claim UC-8c.

    Examples
    --------
    >>> float(dimension_for_gap(100, 0.05, 0.01))
    35068.0
    """
    m, delta, epsilon, ratio = together(
        n_samples=as_counts("n_samples", n_samples, 2),
        delta=as_delta(delta),
        epsilon=as_epsilon(epsilon),
        signal_ratio=as_positive("signal_ratio", signal_ratio),
    )
    xp = namespace(m)
    z = special_functions(m).ndtri(epsilon)
    wanted = (z / ratio) * (z / ratio) * m
    low, high = xp.ones_like(m), xp.full_like(m, _LARGEST_DIMENSION)
    refuse(
        "epsilon",
        epsilon,
        ~_reached(delta, high, wanted),
        "need at most 2**50 dimensions",
        "; raise epsilon or signal_ratio, or lower n_samples",
    )
    if bool((delta > _FALLING).any()):
        low = _last_failing(delta, wanted)
    while bool((high - low > 1).any()):
        middle = xp.floor((low + high) / 2)
        reached = _reached(delta, middle, wanted)
        low, high = xp.where(reached, low, middle), xp.where(reached, middle, high)
    return high


def _last_failing(delta: Any, wanted: Any) -> Any:
    """The largest of few dimensions at which the test error is too large, or 1."""
    few = namespace(delta).arange(2.0, _FEW + 1)
    reached = _reached(delta[..., None], few, wanted[..., None])
    return namespace(delta).where(reached, 1.0, few).max(axis=-1)


def _reached(delta: Any, dimension: Any, wanted: Any) -> Any:
    """Whether the (1 − δ)-quantile of R² is at most D²/wanted; it is from some D on."""
    share = chi_square_quantile(delta, dimension, upper=True) / dimension
    return share * wanted <= dimension
