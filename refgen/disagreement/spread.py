"""How much disagreement can vary between pairs of classifiers."""

from __future__ import annotations

from typing import Any

from refgen._objects import check_instance
from refgen.arrays import namespace
from refgen.disagreement._ranges import within
from refgen.disagreement.laws import ClassifierLaw
from refgen.disagreement.rates import classifier_errors, pairwise_disagreement


def disagreement_error_ratio(law: ClassifierLaw) -> Any:
    """The least κ ≥ 0 with Dis(h, h′) ≤ κ (err(h) + err(h′)) on the support, κ ≤ 1.

    Pairs of classifiers without error are equal almost surely, and count as 0.

    Parameters
    ----------
    law : ClassifierLaw

    Returns
    -------
    array of shape (...)
        In [0, 1].

    Notes
    -----
    Source: Jiang et al. (2022), corollary B.1.1; claim GDE-20.

    Examples
    --------
    >>> law = ClassifierLaw([1.0], [[0.5, 0.5]], [0.5, 0.5], [[0], [1]])
    >>> float(disagreement_error_ratio(law))
    1.0
    """
    check_instance("law", law, ClassifierLaw)
    xp, errors = namespace(law.weights), classifier_errors(law)
    sums = errors[..., :, None] + errors[..., None, :]
    occurs = law.classifier_weights > 0
    # Where both errors are 0 up to rounding, so is the disagreement.
    counted = occurs[..., :, None] & occurs[..., None, :] & (sums > 1e-12)
    ratios = pairwise_disagreement(law) / xp.where(counted, sums, 1.0)
    return within(0, 1, xp.where(counted, ratios, 0.0).max(axis=(-1, -2)))


def pairwise_variance_bound(law: ClassifierLaw) -> Any:
    """Upper bound of Var Dis(h, h′) over pairs, from errors and mean disagreement.

    (κ √(v/2) + √(κ² v/2 + θ (2κμ − θ)))² with θ = EDR, μ = ETE, v = Var err(h) and the
    κ of `disagreement_error_ratio`. It needs no calibration. The variance itself is
    ``variance_components(law)["20"]``.

    Parameters
    ----------
    law : ClassifierLaw

    Returns
    -------
    array of shape (...)
        Not negative.

    Notes
    -----
    Source: derived here, claim GDE-20; sharpens Jiang et al. (2022), corollary B.1.1.

    Examples
    --------
    >>> law = ClassifierLaw([1.0], [[0.5, 0.5]], [0.5, 0.5], [[0], [1]])
    >>> round(float(pairwise_variance_bound(law)), 12)  # attained
    0.25
    """
    check_instance("law", law, ClassifierLaw)
    xp, w = namespace(law.weights), law.classifier_weights
    errors, kappa = classifier_errors(law), disagreement_error_ratio(law)
    mean = (w * errors).sum(axis=-1)
    variance = (w * (errors - mean[..., None]) ** 2).sum(axis=-1)
    theta = xp.einsum("...a,...b,...ab->...", w, w, pairwise_disagreement(law))
    # Not negative, rounding aside: θ ≤ 2κμ by the definition of κ.
    rest = xp.maximum(theta * (2 * kappa * mean - theta), 0.0)
    half = kappa**2 * variance / 2
    return (xp.sqrt(half) + xp.sqrt(half + rest)) ** 2
