"""How far posteriors are from every prior that was chosen without the sample."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite, watched
from refgen._numbers import as_counts, as_positive, as_unit, together
from refgen._objects import check_instance
from refgen._scales import check_scale
from refgen.arrays import namespace
from refgen.uniform_convergence._checks import as_delta
from refgen.uniform_convergence.certificates import pac_bayes_constant
from refgen.uniform_convergence.kl import bernoulli_kl
from refgen.uniform_convergence.linear_example import LinearExample


@watched
def transformed_divergence_floor(
    transformed_risk: Any, risk: Any, n_samples: Any, delta: Any
) -> Any:
    """How far a posterior is from every prior, by its risk on a transformed sample.

    Parameters
    ----------
    transformed_risk : array of shape (...)
        In [0, 1]: the posterior's mean loss on T(S), where T leaves the law of samples
        as it is.
    risk : array of shape (...)
        In [0, 1]: its mean loss on new points.
    n_samples : array of shape (...)
        m ≥ 1.
    delta : array of shape (...)
        δ in (0, 1).

    Returns
    -------
    array of shape (...)
        m kl(transformed_risk‖risk) − log(ξ(m)/δ), with ξ of `pac_bayes_constant`: with
        probability 1 − δ over samples, KL(posterior‖prior) is at least that, for every
        prior that was chosen without the sample.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim UC-20.

    Examples
    --------
    >>> round(float(transformed_divergence_floor(1.0, 0.1, 100, 0.05)), 3)
    224.682
    """
    transformed, risk, m, delta = together(
        transformed_risk=as_unit("transformed_risk", transformed_risk),
        risk=as_unit("risk", risk),
        n_samples=as_counts("n_samples", n_samples),
        delta=as_delta(delta),
    )
    log = namespace(m).log
    return m * bernoulli_kl(transformed, risk) - (
        log(pac_bayes_constant(m)) - log(delta)
    )


@finite
def information_floor(example: LinearExample, scale: Any, delta: Any) -> Any:
    """How far N(w, s²I) is from every prior, by what it tells of the sample.

    Parameters
    ----------
    example : LinearExample of shape (...)
    scale : array of shape (...)
        s > 0, the standard deviation of the posterior's weights around those of the
        classifier of the sample.
    delta : array of shape (...)
        δ in (0, 1).

    Returns
    -------
    array of shape (...)
        D/2 log(1 + mv/s²) − mv/(s² + mv) √(D/(2δ)) − log(1/δ): with probability 1 − δ
        over samples, KL(posterior‖prior) is at least that, for every prior that was
        chosen without the sample. It may be negative.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    The first term is the mutual information of sample and weights. Source: derived
    here, claim UC-42.

    Examples
    --------
    >>> example = LinearExample.published(100, 10_000)
    >>> round(float(information_floor(example, 1.0, 0.05)), 1)
    1308.5
    """
    check_instance("example", example, LinearExample)
    scale, delta, total, D = together(
        scale=check_scale("scale", as_positive("scale", scale)),
        delta=as_delta(delta),
        total=example.n_samples * example.variance,
        dimension=example.dimension,
    )
    xp, ratio = namespace(scale), total / scale / scale
    off = ratio / (1 + ratio) * xp.sqrt(D / (2 * delta))
    return D / 2 * xp.log1p(ratio) - off + xp.log(delta)
