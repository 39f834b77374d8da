"""Between which numbers the best bound by uniform convergence is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from refgen._checks import check_choice
from refgen._finite import finite
from refgen._numbers import together
from refgen._objects import check_instance
from refgen.arrays import namespace
from refgen.uniform_convergence._checks import as_delta
from refgen.uniform_convergence._coupling_bound import by_coupling
from refgen.uniform_convergence._reflection_bound import by_isoperimetry, by_negation
from refgen.uniform_convergence.linear_example import LinearExample
from refgen.uniform_convergence.quantiles import error_quantile

_METHODS: dict[str, Callable[..., tuple[Any, Any]]] = {
    "coupling": by_coupling,
    "negation": by_negation,
    "isoperimetric": by_isoperimetry,
}


class UniformConvergenceBracket(NamedTuple):
    """What ε_unif-alg(m, δ) is between, of shape (...)."""

    low: Any
    """A lower bound; 0 where there is no certificate."""
    high: Any
    """1 − t_δ."""
    certified: Any
    """Whether the method proves a lower bound, of whatever size."""


@finite
def uniform_convergence_bracket(
    example: LinearExample, delta: Any, method: str = "coupling"
) -> UniformConvergenceBracket:
    """Bracket of ε_unif-alg: no bound by uniform convergence is below `low`.

    Of all sets of samples of probability 1 − δ, each with the classifiers of its
    samples, take the best: the largest difference of test error and error on a sample
    of the set is still at least `low`. It is for the 0-1 loss.

    Parameters
    ----------
    example : LinearExample
    delta : array of shape (...)
        δ in (0, 1).
    method : {"coupling", "negation", "isoperimetric"}
        How a second sample is made on which the classifier of a sample errs: by a
        coupling of two samples under which all margins are equal (m ≤ D, any δ); by
        the transformed sample (2δ + q < 1, where q is the chance that it is not all
        wrong); by a sample near to the transformed one (any δ).

    Returns
    -------
    UniformConvergenceBracket
        `low` is 0 and `certified` False where the method's condition fails: there is
        no certificate then, and small bounds are not ruled out.

    Raises
    ------
    ValueError
        If δ is not in (0, 1), `method` is unknown, or shapes do not broadcast.

    Notes
    -----
    Parameters of the bounds are searched for on a grid; each choice is a valid bound.
    Source: derived here, claims UC-9 and UC-40c.

    Examples
    --------
    >>> low, high, _ = uniform_convergence_bracket(
    ...     LinearExample.published(2000, 10_000), 0.05
    ... )
    >>> round(float(low), 5), round(float(high), 5)
    (0.61131, 0.61134)
    """
    check_instance("example", example, LinearExample)
    bound = _METHODS[check_choice("method", method, _METHODS)]
    delta, m, D, ratio = together(
        delta=as_delta(delta),
        n_samples=example.n_samples,
        dimension=example.dimension,
        signal_ratio=example.signal_ratio,
    )
    xp = namespace(delta)
    shape = delta.shape
    low, certified = bound(*(a.ravel() for a in (delta, m, D, ratio)))
    low = xp.where(certified, xp.maximum(low, 0.0), 0.0).reshape(shape)
    high = 1 - error_quantile(delta, m, D, ratio)
    return UniformConvergenceBracket(low, high, certified.reshape(shape))
