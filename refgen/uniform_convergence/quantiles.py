"""Quantiles of the test error, over samples of the linear example."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._numbers import as_unit, together
from refgen._objects import check_instance
from refgen.arrays import namespace, special_functions
from refgen.uniform_convergence._chi_square import chi_square_quantile
from refgen.uniform_convergence.linear_example import LinearExample


@finite
def test_error_quantile(example: LinearExample, p: Any) -> Any:
    """t_p: the test error of the classifier of a sample is at most this with chance p.

    Parameters
    ----------
    example : LinearExample
    p : array of shape (...)
        In [0, 1].

    Returns
    -------
    array of shape (...)
        In [0, ½]: 0 at p = 0, and ½ at p = 1.

    Raises
    ------
    ValueError
        If a p is outside [0, 1], or shapes do not broadcast.

    Notes
    -----
    Φ(−a/(v √(mχ²))) with the p-quantile χ² of the law of that name with D degrees of
    freedom: the test error grows with the length of the noise in the weights, and is
    otherwise not random. Source: derived here, claims UC-8 and UC-15.

    Examples
    --------
    >>> example = LinearExample.published(100, 35068)
    >>> round(float(test_error_quantile(example, 0.95)), 6)
    0.01
    """
    check_instance("example", example, LinearExample)
    p, m, D, ratio = together(
        p=as_unit("p", p),
        n_samples=example.n_samples,
        dimension=example.dimension,
        signal_ratio=example.signal_ratio,
    )
    return error_quantile(p, m, D, ratio)


# The name is the field's; pytest is not to collect it.
test_error_quantile.__test__ = False  # type: ignore[attr-defined]


def error_quantile(
    p: Any, n_samples: Any, dimension: Any, signal_ratio: Any, *, upper: bool = False
) -> Any:
    """`test_error_quantile` without checks, of arrays that broadcast; or t_{1 − p}."""
    xp = namespace(p)
    inside = (p > 0) & (p < 1)
    square = chi_square_quantile(xp.where(inside, p, 0.5), dimension, upper=upper)
    reach = signal_ratio * dimension / xp.sqrt(n_samples * square)
    found = special_functions(reach).ndtr(-reach)
    largest = p <= 0 if upper else p >= 1
    return xp.where(inside, found, xp.where(largest, 0.5, 0.0))
