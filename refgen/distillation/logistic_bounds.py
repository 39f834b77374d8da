"""Bounds on how often a student in the span of few inputs and its teacher disagree."""

from __future__ import annotations

import math
from typing import Any

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import as_counts, in_one_place, refuse, together
from refgen.arrays import as_floats, as_probabilities, namespace, special_functions
from refgen.distillation.logistic import with_inputs

# Sums of angles that are π/2 up to rounding count as π/2: bounds must not be too low.
_RIGHT = math.pi / 2 * (1 - 1e-12)

# Largest size of a (batch, angles, angles) table: 32 MB.
_ENTRIES = 1 << 22


def gaussian_transfer_risk_bounds(n_points: Any, n_features: Any) -> tuple[Any, Any]:
    """Closed forms below and above `gaussian_transfer_risk`.

    arccos(√(n/p))/π and (1 − n/p)/2: the first is below for n ≤ p/2, and above for more
    inputs. Both are ¼ at n = p/2.

    Parameters
    ----------
    n_points, n_features : arrays of whole numbers
        n and p, positive.

    Returns
    -------
    low, high : arrays
        0 for n ≥ p.

    Raises
    ------
    ValueError
        If a number is not a positive whole number.

    Notes
    -----
    Source: derived here, claim KD-48.

    Examples
    --------
    >>> low, high = gaussian_transfer_risk_bounds(1, 6)
    >>> round(float(low), 6), round(float(high), 6)
    (0.36614, 0.416667)
    """
    n, p = together(
        n_points=as_counts("n_points", n_points),
        n_features=as_counts("n_features", n_features),
    )
    xp = namespace(n)
    rest = xp.maximum(p - n, 0.0)
    angle, line = xp.arctan2(xp.sqrt(rest), xp.sqrt(n)) / math.pi, rest / p / 2
    return xp.minimum(angle, line), xp.maximum(angle, line)


@finite
def teacher_angles(inputs: Any, coefficients: Any) -> Any:
    """The angles in [0, π/2] between inputs and the line of the teacher's w.

    Parameters
    ----------
    inputs : array of shape (..., n_points, n_features)
    coefficients : array of shape (..., n_features)
        w, not 0.

    Returns
    -------
    array of shape (..., n_points)
        π/2 for an input that is 0.

    Raises
    ------
    ValueError
        If shapes do not match, or w is 0.

    Notes
    -----
    Source: derived here, claim KD-15b.

    Examples
    --------
    >>> teacher_angles([[1.0, 1.0], [-1.0, 0.0]], [2.0, 0.0]).round(6).tolist()
    [0.785398, 0.0]
    """
    inputs, w = with_inputs(inputs, coefficients)
    xp = namespace(w)
    refuse("coefficients", w, (w == 0).all(axis=-1, keepdims=True), "not all be 0")
    w = _unit(w)[..., None, :]
    x = _unit(inputs)
    along = (x * w).sum(axis=-1)
    across = x - along[..., None] * w
    angle = xp.arctan2(xp.sqrt((across * across).sum(axis=-1)), abs(along))
    return xp.where((inputs == 0).all(axis=-1), math.pi / 2, angle)


def _unit(vectors: Any) -> Any:
    """Rows of length 1, without squares that overflow or vanish; 0 stays 0."""
    xp = namespace(vectors)
    size = abs(vectors).max(axis=-1, keepdims=True)
    rows = vectors / xp.where(size > 0, size, 1.0)
    length = xp.sqrt((rows * rows).sum(axis=-1, keepdims=True))
    return rows / xp.where(length > 0, length, 1.0)


def transfer_risk_bounds(
    angles: Any, n_points: Any, weights: Any = None
) -> tuple[Any, Any]:
    """Bounds on how often student and teacher disagree, from angles to the teacher's w.

    Inputs and the new point are drawn independently from a law of which only the angle
    to the line of w is known: a finite one. The student is the `logistic_limit` of n
    inputs. It disagrees with the teacher at a point of angle θ₀ only if every input has
    an angle of at least π/2 − θ₀.

    Parameters
    ----------
    angles : array of shape (..., n_angles)
        In [0, π/2], as those of `teacher_angles`.
    n_points : array of shape (...)
        n, positive whole numbers.
    weights : array of shape (..., n_angles), optional
        Probabilities of the angles; equal by default, as for a sample.

    Returns
    -------
    probability, union : arrays of shape (...)
        P(θ₀ + min θᵢ ≥ π/2), and min over β of P(θ ≥ β) + P(θ ≥ π/2 − β)ⁿ, which is no
        smaller. If the law does not change when x is mirrored at w, half of the first
        is a bound, too.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not match.

    Notes
    -----
    Source: the second Phuong & Lampert (2019), proved again, the first derived here;
    claims KD-15b and KD-25b.

    Examples
    --------
    >>> probability, union = transfer_risk_bounds([0.2, 0.5, 1.2], 2)
    >>> round(float(probability), 6), round(float(union), 6)
    (0.185185, 0.444444)
    """
    theta, n, mass = _law(angles, n_points, weights)
    xp = namespace(theta)
    reached = _sum_where(theta, mass, lambda mine, other: mine + other >= _RIGHT)
    above = _sum_where(theta, mass, lambda mine, other: other > mine)
    missed = xp.minimum(reached, 1.0) ** n[..., None]
    union = xp.minimum((above + missed).min(axis=-1), 1.0)
    return xp.minimum((mass * missed).sum(axis=-1), union), union


def _law(angles: Any, n_points: Any, weights: Any) -> tuple[Any, Any, Any]:
    theta = as_floats("angles", angles, 1)
    bad = (theta < 0) | (theta > math.pi / 2 * (1 + 1e-12))
    refuse("angles", theta, bad, "lie in [0, π/2]")
    n = as_counts("n_points", n_points)
    if weights is None:
        weights = namespace(theta).full(theta.shape, 1 / theta.shape[-1])
    mass = as_probabilities("weights", weights)
    theta, n, mass = in_one_place(angles=theta, n_points=n, weights=mass)
    if mass.shape[-1] != theta.shape[-1]:
        raise ValueError(
            f"weights has shape {mass.shape} where angles has {theta.shape}; give one "
            "probability per angle"
        )
    batch = batch_shape(
        angles=theta.shape[:-1], n_points=n.shape, weights=mass.shape[:-1]
    )
    xp, whole = namespace(theta), (*batch, theta.shape[-1])
    return xp.broadcast_to(theta, whole), n, xp.broadcast_to(mass, whole)


def _sum_where(theta: Any, mass: Any, condition: Any) -> Any:
    """For each angle the mass of the others that meet a condition with it."""
    xp, n_angles = namespace(theta), theta.shape[-1]
    step = max(1, _ENTRIES // theta.size)
    parts = []
    for start in range(0, n_angles, step):
        mine = theta[..., start : start + step, None]
        met = condition(mine, theta[..., None, :])
        parts.append(xp.where(met, mass[..., None, :], 0.0).sum(axis=-1))
    return xp.concatenate(parts, axis=-1)


@finite
def rotation_transfer_bound(
    angles: Any, n_points: Any, n_features: Any, weights: Any = None
) -> Any:
    """A better bound if the law stays the same under rotations around the line of w.

    E ½ I₁₋c²((p − 2)/2, ½) over c = cot θ₀ cot(min θᵢ) < 1, with the incomplete beta
    function I: the share of disagreement if the student's angle were min θᵢ.

    Parameters
    ----------
    angles, n_points, weights
        As in `transfer_risk_bounds`.
    n_features : array of shape (...)
        p, whole numbers of at least 2.

    Returns
    -------
    array of shape (...)
        At most half of the first bound of `transfer_risk_bounds`; the risk itself for
        one input.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not match.

    Notes
    -----
    Source: derived here, claim KD-25b.

    Examples
    --------
    >>> round(float(rotation_transfer_bound([0.2, 0.5, 1.2], 2, 3)), 6)
    0.053462
    """
    theta, n, mass = _law(angles, n_points, weights)
    p = as_counts("n_features", n_features, 2)
    theta, n, p = in_one_place(angles=theta, n_points=n, n_features=p)
    batch_shape(angles=theta.shape[:-1], n_points=n.shape, n_features=p.shape)
    first = _law_of_least(theta, mass, n)
    step, total = max(1, _ENTRIES // theta.size), 0.0
    for start in range(0, theta.shape[-1], step):
        part = slice(start, start + step)
        tails = _disagreement(theta[..., part, None], theta[..., None, :], p)
        inner = (tails * first[..., None, :]).sum(axis=-1)
        total = total + (mass[..., part] * inner).sum(axis=-1)
    return namespace(theta).minimum(total, 0.5)


def _law_of_least(theta: Any, mass: Any, n: Any) -> Any:
    """Probabilities of the least of n angles."""
    xp = namespace(theta)
    from_here = _sum_where(theta, mass, lambda mine, other: other >= mine)
    above = _sum_where(theta, mass, lambda mine, other: other > mine)
    tied = _sum_where(theta, 1.0 + 0 * mass, lambda mine, other: other == mine)
    from_here, above = (xp.minimum(x, 1.0) ** n[..., None] for x in (from_here, above))
    return (from_here - above) / tied


def _disagreement(angle: Any, student: Any, p: Any) -> Any:
    """How often a point at an angle from w is on the other side of the student.

    The point's direction across w is uniform on a sphere.
    """
    xp, betainc = namespace(angle), special_functions(angle).betainc
    sines = xp.maximum(xp.sin(angle) * xp.sin(student), 1e-150)
    c = xp.clip(xp.cos(angle) * xp.cos(student) / sines, 0.0, 1.0)
    # 1 − c² without cancellation.
    rest = -xp.cos(angle + student) * xp.cos(angle - student) / (sines * sines)
    more = p[..., None, None] > 2
    a = xp.where(more, (p[..., None, None] - 2) / 2, 1.0)
    # Each form is used where its argument is small; the other would lose digits there.
    near = betainc(a, 0.5, xp.clip(rest, 0.0, 1.0))
    cap = xp.where(c * c < 0.5, 1 - betainc(0.5, a, c * c), near)
    return xp.where(angle + student >= _RIGHT, xp.where(more, cap, 1.0) / 2, 0.0)
