"""Levels p at which 1 − t_p is a lower bound of ε_unif-alg, by choices of a proof."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._numbers import as_counts, as_not_negative, as_positive, together
from refgen._objects import check_instance
from refgen.arrays import namespace, special_functions
from refgen.uniform_convergence._checks import as_delta
from refgen.uniform_convergence._coupling_bound import chance_below, level
from refgen.uniform_convergence.all_wrong import log_missed
from refgen.uniform_convergence.linear_example import LinearExample


@finite
def isoperimetric_level(example: LinearExample, delta: Any, zeta: Any) -> Any:
    """p = δ + μ + q_μ: if it is below 1, ε_unif-alg ≥ 1 − t_p.

    Parameters
    ----------
    example : LinearExample of shape (...)
    delta : array of shape (...)
        δ in (0, 1).
    zeta : array of shape (...)
        ζ > 0, the (1 − μ)-quantile of the standard normal law. q_μ is the chance that
        some margin of the sample is below 2a + 2ζ v√m R.

    Returns
    -------
    array of shape (...)
        In (0, 2]; from 1 on there is no certificate.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim UC-10.

    Examples
    --------
    >>> example = LinearExample.published(25, 20_000)
    >>> round(float(isoperimetric_level(example, 0.9, 5.0)), 6)
    0.9
    """
    check_instance("example", example, LinearExample)
    delta, zeta, m, D, ratio = together(
        delta=as_delta(delta),
        zeta=as_positive("zeta", zeta),
        n_samples=example.n_samples,
        dimension=example.dimension,
        signal_ratio=example.signal_ratio,
    )
    missed = namespace(delta).exp(log_missed(m, D, ratio, 2 * zeta))
    return delta + special_functions(delta).ndtr(-zeta) + missed


@finite
def coupling_level(
    example: LinearExample, delta: Any, product: Any, excess: Any, n_right: Any = 0
) -> Any:
    """p: if it is below 1, ε_unif-alg ≥ 1 − t_p − k/m, by the coupling of two samples.

    Parameters
    ----------
    example : LinearExample of shape (...)
    delta : array of shape (...)
        δ in (0, 1).
    product : array of shape (...)
        s/D > 0; samples with RR' < s are given up.
    excess : array of shape (...)
        t ≥ 0; samples of which the largest singular value of the noise is above
        √v (√D + √m + t) are given up.
    n_right : array of shape (...)
        k ≥ 0, the number of points on which the classifier may be right.

    Returns
    -------
    array of shape (...)
        δ + Φ(z_{δ + q} − Δ) with q = Pr[RR' < s] + e^(−t²/2) and
        Δ = √((k + 1)/m) (s − αD)/(√D + √m + t); 1, which is no certificate, where
        δ + q ≥ 1, s ≤ αD, k ≥ m or m > D.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim UC-40c.

    Examples
    --------
    >>> example = LinearExample.published(2000, 10_000)
    >>> round(float(coupling_level(example, 0.05, 0.85, 4.0)), 6)
    0.053151
    """
    check_instance("example", example, LinearExample)
    delta, product, excess, right, m, D, ratio = together(
        delta=as_delta(delta),
        product=as_positive("product", product),
        excess=as_not_negative("excess", excess),
        n_right=as_counts("n_right", n_right, 0),
        n_samples=example.n_samples,
        dimension=example.dimension,
        signal_ratio=example.signal_ratio,
    )
    xp = namespace(delta)
    spent = delta + chance_below(product, m, D) + xp.exp(-excess * excess / 2)
    return level(delta, m, D, ratio, product, excess, right, spent)
