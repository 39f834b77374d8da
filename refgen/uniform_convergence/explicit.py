"""From which dimension on uniform convergence fails, with explicit constants."""

from __future__ import annotations

from typing import Any

from refgen._checks import check_choice
from refgen._finite import finite
from refgen._numbers import as_counts, as_open_unit, as_positive, refuse, together
from refgen.arrays import as_floats, namespace

# The largest a/V for which the constants are proved, by coupling and by negation.
_LARGEST_RATIO = {"coupling": 0.4, "negation": 0.125}


@finite
def sufficient_dimension(
    n_samples: Any,
    delta: Any,
    epsilon: Any,
    signal_ratio: Any = 0.125,
    margin_share: Any = 0.0,
    method: str = "coupling",
) -> Any:
    """A dimension from which on the gap is at most ε and uniform convergence fails.

    From there on, with δ, ε ≤ ¼: ε_gen(m, δ) ≤ ε and ε_unif-alg(m, δ) ≥ 1 − ε.

    Parameters
    ----------
    n_samples : array of shape (...)
        m ≥ 2.
    delta : array of shape (...)
        δ in (0, ¼].
    epsilon : array of shape (...)
        ε in (0, ¼].
    signal_ratio : array of shape (...)
        α = a/V > 0, at most 0.4 (coupling) or ⅛ (negation), the paper's.
    margin_share : array of shape (...)
        c in [0, 1): the losses are those with γ up to c·a, the 0-1 loss by default.
    method : {"coupling", "negation"}
        How the second sample is made: negation, as in the paper, needs a further term.

    Returns
    -------
    array of shape (...)
        max{4m log(1/2ε)/(α(1 − c))², 7 log(1/δ)}, for negation 8m log(m/δ) in place of
        the last term; not rounded to a whole number.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claims UC-11 and UC-53.

    Examples
    --------
    >>> round(float(sufficient_dimension(1000, 0.05, 0.01)))
    1001478
    """
    largest = _LARGEST_RATIO[check_choice("method", method, _LARGEST_RATIO)]
    m, delta, epsilon, ratio, share = together(
        n_samples=as_counts("n_samples", n_samples, 2),
        delta=_quarter("delta", delta),
        epsilon=_quarter("epsilon", epsilon),
        signal_ratio=_ratio(signal_ratio, largest, method),
        margin_share=_share(margin_share),
    )
    xp = namespace(m)
    reach = ratio * (1 - share)
    small_error = -4 * m * xp.log(2 * epsilon) / (reach * reach)
    if method == "coupling":
        return xp.maximum(small_error, -7 * xp.log(delta))
    return xp.maximum(small_error, 8 * m * xp.log(m / delta))


def _quarter(name: str, value: Any) -> Any:
    array = as_open_unit(name, value)
    refuse(name, array, array > 0.25, "be at most ¼, for which constants are proved")
    return array


def _ratio(value: Any, largest: float, method: str) -> Any:
    ratio = as_positive("signal_ratio", value)
    hint = f" with method={method!r}; raise the noise"
    refuse("signal_ratio", ratio, ratio > largest, f"be at most {largest:g}", hint)
    return ratio


def _share(value: Any) -> Any:
    share = as_floats("margin_share", value)
    bad = (share < 0) | (share >= 1)
    refuse("margin_share", share, bad, "lie in [0, 1), as γ has to stay below a")
    return share
