"""The confidence slope: how a student's logits lie over those of its teacher."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._numbers import as_not_negative, first_of, refuse, together
from refgen.arrays import as_floats, namespace
from refgen.distillation._checks import as_spectrum


@finite
def logit_slope(teacher_logits: Any, student_logits: Any, weights: Any = None) -> Any:
    """Least-squares slope of a student's logits over its teacher's, two classes.

    The abscissa is the logit that the teacher gives to the class it predicts, |z|, the
    ordinate the student's logit of that class; the line has an intercept. A slope above
    1 says that the student exaggerates: it is even less confident than its teacher
    where that is unsure, or even more where that is sure.

    Parameters
    ----------
    teacher_logits, student_logits : array of shape (..., n_points)
        Of the second class; the teacher predicts it where its logit is at least 0.
    weights : array of shape (..., n_points), optional
        Not negative; all equal by default.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        If shapes disagree, a weight is negative, all of a row are 0, or the teacher is
        equally confident on all points, so that there is no slope.

    Notes
    -----
    Source: Nagarajan et al. 2023 (arXiv 2301.12923); claim KD-14.

    Examples
    --------
    >>> float(logit_slope([-1.0, 2.0, 3.0], [-0.5, 1.0, 3.0]))
    1.25
    """
    x, y, w = together(
        teacher_logits=as_floats("teacher_logits", teacher_logits, 1),
        student_logits=as_floats("student_logits", student_logits, 1),
        weights=_as_weights(teacher_logits, weights),
    )
    sign = _orientation(x)
    turned = (sign * y)[..., None, :]
    return _covariances("teacher_logits", sign * x, turned, w)[..., 0]


@finite
def part_shares(parts: Any, weights: Any = None) -> Any:
    """Cov(P_k, z)/Var(z) of the parts P_k that a teacher's confidence z consists of.

    If z = Σ P_k and the student's logits are Σ r_k P_k, its slope is Σ r_k share_k; see
    `slope_of_parts`. Parts are turned to the class that the teacher predicts.

    Parameters
    ----------
    parts : array of shape (..., n_parts, n_points)
        Parts of the teacher's logits: they add up to these.
    weights : array of shape (..., n_points), optional
        Not negative; all equal by default.

    Returns
    -------
    array of shape (..., n_parts)
        They add up to 1; some may be negative.

    Raises
    ------
    ValueError
        If shapes disagree, a weight is negative, all of a row are 0, or the teacher is
        equally confident on all points.

    Notes
    -----
    Source: derived here, claim KD-14.

    Examples
    --------
    >>> part_shares([[1.0, 2.0, 3.0], [0.5, 0.0, -0.5]]).tolist()
    [2.0, -1.0]
    """
    parts = as_floats("parts", parts, 2)
    total = parts.sum(axis=-2)
    total, weights = together(parts=total, weights=_as_weights(total, weights))
    sign = _orientation(total)
    turned = sign[..., None, :] * parts
    return _covariances("parts", sign * total, turned, weights)


@finite
def slope_of_parts(ratios: Any, shares: Any) -> Any:
    """Σ r_k share_k: the slope of a student that keeps r_k of the teacher's part k.

    Parameters
    ----------
    ratios : array of shape (..., n_parts)
        r_k, the student's coefficient over the teacher's: its own filter.
    shares : array of shape (..., n_parts)
        See `part_shares`.

    Returns
    -------
    array of shape (...)
        Within the range of the ratios, unless a share is negative.

    Raises
    ------
    ValueError
        If shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim KD-14.

    Examples
    --------
    >>> float(slope_of_parts([0.9, 0.5], [2.0, -1.0]))
    1.3
    """
    ratios, shares = together(
        ratios=as_floats("ratios", ratios, 1), shares=as_floats("shares", shares, 1)
    )
    return (ratios * shares).sum(axis=-1)


@finite
def exaggeration_share(top_ratio: Any, bottom_ratio: Any) -> Any:
    """−(1 − r₁)/(r₁ − r₂): a bottom share below it makes the slope exceed 1.

    Parameters
    ----------
    top_ratio, bottom_ratio : array of shape (...)
        r₁ > r₂, what the student keeps of the teacher's parts in directions of large
        and of small eigenvalues.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        If the top ratio is not above the bottom ratio.

    Notes
    -----
    Source: derived here, claim KD-14s.

    Examples
    --------
    >>> float(exaggeration_share(0.75, 0.25))
    -0.5
    """
    top, bottom = together(
        top_ratio=as_floats("top_ratio", top_ratio),
        bottom_ratio=as_floats("bottom_ratio", bottom_ratio),
    )
    refuse("top_ratio", top, top <= bottom, "be above bottom_ratio")
    return (top - 1) / (top - bottom)


@finite
def independent_feature_slope(ratios: Any, coefficients: Any, spectrum: Any) -> Any:
    """Σ r b²λ / Σ b²λ: the slope for independent centred features, not turned.

    Points are not turned to the predicted class here: then the slope is a mean of what
    the student keeps of each direction, and exceeds 1 only if some ratio does.

    Parameters
    ----------
    ratios, coefficients : array of shape (..., n_directions)
        What the student keeps of each direction, and the teacher's coefficients b.
    spectrum : array of shape (..., n_directions)
        Variances λ of the features.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        If shapes do not broadcast, a variance is negative, or the teacher is constant.

    Notes
    -----
    Source: derived here, claim KD-14f.

    Examples
    --------
    >>> float(independent_feature_slope([0.75, 0.25], [1.0, 1.0], [3.0, 1.0]))
    0.625
    """
    r, b, spectrum = together(
        ratios=as_floats("ratios", ratios, 1),
        coefficients=as_floats("coefficients", coefficients, 1),
        spectrum=as_spectrum("spectrum", spectrum),
    )
    variances = b * b * spectrum
    total = variances.sum(axis=-1)
    if bool((total == 0).any()):
        raise ValueError(
            "coefficients make a constant teacher, over which there is no slope; give "
            "one a direction of positive variance"
        )
    return (r * variances).sum(axis=-1) / total


def _as_weights(logits: Any, weights: Any) -> Any:
    """Weights of points; equal ones by default."""
    if weights is None:
        return namespace(logits).ones(1)
    weights = as_not_negative("weights", weights, 1)
    none = (weights == 0).all(axis=-1, keepdims=True)
    refuse("weights", weights, none, "have a positive entry in each row")
    return weights


def _orientation(logits: Any) -> Any:
    """1 where the second class is predicted, −1 elsewhere."""
    return namespace(logits).where(logits < 0, -1.0, 1.0)


def _covariances(name: str, x: Any, others: Any, weights: Any) -> Any:
    """Cov(y, x)/Var(x) for each of the others, (..., n_others, n_points)."""
    xp = namespace(x)
    counted = weights > 0
    highest = xp.where(counted, x, -xp.inf).max(axis=-1)
    flat = highest <= xp.where(counted, x, xp.inf).min(axis=-1)
    if bool(flat.any()):
        raise ValueError(
            f"{name} must make the teacher more confident on some points than on "
            f"others, or there is no slope; all have {abs(first_of(highest, flat))!r}"
        )
    shares = weights / weights.sum(axis=-1)[..., None]
    off = x - (shares * x).sum(axis=-1)[..., None]
    variance = (shares * off * off).sum(axis=-1)
    pulls = (shares * off)[..., None, :]
    # A mean of x is off by its rounding, which the means of others must not multiply.
    centred = others - (shares[..., None, :] * others).sum(axis=-1)[..., None]
    return (pulls * centred).sum(axis=-1) / variance[..., None]
