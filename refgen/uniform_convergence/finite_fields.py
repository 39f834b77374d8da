"""Linear functions over finite fields: an algorithm is good, or its risk is known."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from refgen._finite import finite
from refgen._numbers import as_counts, refuse, together
from refgen.arrays import namespace

# Largest field; the table of prime powers goes up to here.
_LARGEST = 10_000

# A matrix that lacks 9 ranks has a probability of 2⁻⁸¹ at most.
_LACKING = 8

_RANKS = np.array([(a, b) for a in range(_LACKING + 1) for b in range(a + 1)], float).T

# Of ∏ (1 − q^−i) later factors are 1 to rounding.
_FACTORS = 54


@finite
def field_tradeoff(field_size: Any, n_samples: Any, dimension: Any) -> Any:
    """The least failure sum of an estimate of the risk that knows the algorithm.

    Inputs are uniform on F_q^d, targets linear. The algorithm gives a consistent
    function from a fixed space V₀ of n dimensions, if there is one, and else any
    consistent one. In one world the target is uniform on V₀, in the other on F_q^d.

    Parameters
    ----------
    field_size : array of shape (...)
        q, a power of a prime up to 10,000.
    n_samples : array of shape (...)
        n ≥ 1.
    dimension : array of shape (...)
        d > n.

    Returns
    -------
    array of shape (...)
        Of the best estimate from the sample; it fails where it is off by ½(1 − 1/q), or
        any smaller precision.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    With k = rank of the inputs on V₀ and r = their rank: the mean of min{1 − q^(k−n) +
    q^(k−r)(1 − q^(r−d)), q^(k−n) + q^(k−d)} + (1 − q^(k−r)) min{q^(r−d), 1 − q^(r−d)}.
    Source: derived here; sharpens Gastpar et al. 2024 (arXiv 2309.13658); claim UC-44.

    Examples
    --------
    >>> round(float(field_tradeoff(3, 2, 4)), 8)
    0.70144757
    """
    q, n, more = (a[..., None] for a in _given(field_size, n_samples, dimension))
    xp, table = namespace(q), _products(q)
    # Ranks that the inputs lack on V₀, and how many of them they have elsewhere.
    lacking, added = (xp.asarray(part) for part in _RANKS)
    on_space = _rank_chance(q, table, n, n, n - lacking)
    elsewhere = _rank_chance(q, table, lacking, more, added)
    return (on_space * elsewhere * _failures(q, lacking, more, added)).sum(axis=-1)


@finite
def field_tradeoff_floor(field_size: Any, n_samples: Any, dimension: Any) -> Any:
    """A simple lower bound on `field_tradeoff`: ∏ (1 − q^−i) (1 − q^(n−d)), i ≤ n.

    Parameters
    ----------
    field_size, n_samples, dimension : array of shape (...)
        As for `field_tradeoff`.

    Returns
    -------
    array of shape (...)
        The probability that the inputs on V₀ have full rank and the target of the
        second world is not in V₀, where the sample tells nothing.

    Raises
    ------
    ValueError
        As `field_tradeoff`.

    Notes
    -----
    Source: derived here; sharpens Gastpar et al. 2024 (arXiv 2309.13658); claim UC-38.

    Examples
    --------
    >>> round(float(field_tradeoff_floor(3, 2, 4)), 8)
    0.52674897
    """
    q, n, more = (a[..., None] for a in _given(field_size, n_samples, dimension))
    return (_below(_products(q), n) * (1 - _small(q, more)))[..., 0]


def _given(field_size: Any, n_samples: Any, dimension: Any) -> list[Any]:
    q, n, d = together(
        field_size=as_counts("field_size", field_size, 2),
        n_samples=as_counts("n_samples", n_samples),
        dimension=as_counts("dimension", dimension, 2),
    )
    refuse("field_size", q, q > _LARGEST, f"be at most {_LARGEST:,}")
    known = namespace(q).asarray(_prime_powers())[q.astype(np.int64)]
    hint = "; there is no field of another size"
    refuse("field_size", q, ~known, "be a power of a prime", hint)
    refuse("n_samples", n, n >= d, "be below dimension")
    return [q, n, d - n]


@functools.cache
def _prime_powers() -> Any:
    """Whether a field has so many elements, for numbers up to the largest."""
    found = np.zeros(_LARGEST + 1, bool)
    composite = np.zeros(_LARGEST + 1, bool)
    for p in range(2, _LARGEST + 1):
        if composite[p]:
            continue
        composite[2 * p :: p] = True
        power = p
        while power <= _LARGEST:
            found[power] = True
            power *= p
    return found


def _small(q: Any, exponent: Any) -> Any:
    """q^−exponent."""
    return namespace(q).exp(-exponent * namespace(q).log(q))


def _products(q: Any) -> Any:
    """∏ (1 − q^−i), i ≤ l, along the last axis, for l from 0 on."""
    xp = namespace(q)
    factors = 1 - _small(q, xp.arange(1.0, _FACTORS + 1))
    table = [xp.ones(q.shape[:-1])]
    for i in range(_FACTORS):
        table.append(table[-1] * factors[..., i])
    return xp.stack(table, axis=-1)


def _below(table: Any, count: Any) -> Any:
    """The products up to counts along the last axis."""
    xp = namespace(table)
    place = xp.minimum(count, 1.0 * _FACTORS).astype(np.int64)
    shape = (*table.shape[:-1], place.shape[-1])
    return xp.take_along_axis(table, xp.broadcast_to(place, shape), axis=-1)


def _rank_chance(q: Any, table: Any, rows: Any, columns: Any, rank: Any) -> Any:
    """P(a uniform matrix of rows × columns has the rank); 0 where it cannot."""
    xp = namespace(q)
    can = (rank >= 0) & (rank <= columns)
    rank = xp.where(can, rank, 0.0)
    lost, spare = rows - rank, columns - rank
    chance = _below(table, rows) / _below(table, lost)
    chance = chance * (_below(table, columns) / _below(table, spare))
    chance = _small(q, lost * spare) * chance / _below(table, rank)
    return xp.where(can, chance, 0.0)


def _failures(q: Any, lacking: Any, more: Any, added: Any) -> Any:
    """The best estimate's sum of failure probabilities, given both ranks."""
    xp = namespace(q)
    # q^(k−n), q^(k−r), q^(r−d) and q^(k−d).
    only, fits = _small(q, lacking), _small(q, added)
    hit, both = _small(q, more + lacking - added), _small(q, more + lacking)
    consistent = xp.minimum((1 - only) + fits * (1 - hit), only + both)
    return consistent + (1 - fits) * xp.minimum(hit, 1 - hit)
