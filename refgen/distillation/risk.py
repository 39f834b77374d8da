"""What a filter risks on labels with noise, in each direction and in sum."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import in_one_place
from refgen._objects import check_instance
from refgen.arrays import as_floats, namespace
from refgen.distillation._checks import as_filter, as_times, on_spectrum
from refgen.distillation._progress import learned_share, product
from refgen.distillation.problem import SpectralProblem


@finite
def spectral_risk(problem: SpectralProblem, filter: Any) -> Any:
    """E ‖X(β̂ − β*)‖²/n of an estimate that learns the share f of each direction.

    The sum of q(f) = λβ*² (1 − f)² + σ²/n · f².

    Parameters
    ----------
    problem : SpectralProblem
    filter : array of shape (..., n_directions)
        f, with batch axes that broadcast with those of the problems. Null directions
        (λ = 0) stay at the start, whatever their entry.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        If the numbers of directions differ, or batch axes do not broadcast.

    Notes
    -----
    Source: derived here, claim KD-8.

    Examples
    --------
    >>> problem = SpectralProblem([2.0, 0.5], [1.0, 1.0], 1.0, 4)
    >>> float(spectral_risk(problem, [1.0, 0.5]))
    0.4375
    """
    signal, variance, f = by_direction(problem, filter=filter)
    # Each direction adds w (f − f*)² + σ²/n · f*: few passes over many filters.
    weight, best = signal + variance, wiener_filter(problem)
    off = f - best
    added = namespace(f).einsum("...k,...k,...k->...", off, off, weight)
    return added + (variance * best).sum(axis=-1)


@finite
def wiener_filter(problem: SpectralProblem) -> Any:
    """λβ*²/(λβ*² + σ²/n): the filter of least risk, which knows the signal.

    Parameters
    ----------
    problem : SpectralProblem

    Returns
    -------
    array of shape (..., n_directions)
        In [0, 1]; 0 in null directions, and where there is neither signal nor noise.

    Notes
    -----
    Source: derived here, claim KD-8.

    Examples
    --------
    >>> wiener_filter(SpectralProblem([2.0, 0.5], [1.0, 1.0], 1.0, 2)).tolist()
    [0.8, 0.5]
    """
    signal, variance = by_direction(problem)
    total = signal + variance
    return signal / namespace(total).where(total > 0, total, 1.0)


@finite
def risk_change(
    problem: SpectralProblem, teacher_filter: Any, student_filter: Any
) -> Any:
    """The student's risk minus its teacher's, without a difference of risks.

    The sum of w s(1 − u) [2f* − s(1 + u)] with w = λβ*² + σ²/n and the Wiener filter
    f*: the student is better in a direction iff the mean of both filters, s(1 + u)/2,
    is above f*.

    Parameters
    ----------
    problem : SpectralProblem
    teacher_filter : array of shape (..., n_directions)
        s.
    student_filter : array of shape (..., n_directions)
        u, the student's own filter; what it learns in all is su.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        As `spectral_risk`.

    Notes
    -----
    Source: derived here, claim KD-8. Where u is 1 but for rounding, use
    `flow_risk_change`.

    Examples
    --------
    >>> problem = SpectralProblem([2.0, 0.5], [1.0, 1.0], 1.0, 4)
    >>> float(risk_change(problem, [1.0, 0.5], [0.5, 1.0]))
    0.3125
    """
    signal, variance, s, u = by_direction(
        problem, teacher_filter=teacher_filter, student_filter=student_filter
    )
    weight = signal + variance
    return (s * (1 - u) * (2 * signal - weight * (s * (1 + u)))).sum(axis=-1)


@finite
def flow_risk_change(
    problem: SpectralProblem, teacher_time: Any, student_time: Any
) -> Any:
    """`risk_change` of gradient flow, accurate however long the student trains.

    Parameters
    ----------
    problem : SpectralProblem
    teacher_time, student_time : array of shape (...)
        At least 0; infinity is training to the end.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        If a time is negative, or batch axes do not broadcast.

    Notes
    -----
    With e = e^(−λt̃) for the student's time t̃ a direction adds
    s e [2w(f* − s) + w s e]. Source: derived here, claim KD-10.

    Examples
    --------
    >>> problem = SpectralProblem([2.0, 0.5], [1.0, 0.5], 1.0, 4)
    >>> float(flow_risk_change(problem, 3.0, 50.0)) < 0
    True
    """
    signal, variance = by_direction(problem)
    spectrum, teacher, student = on_spectrum(
        spectrum=problem.spectrum,
        teacher_time=as_times("teacher_time", teacher_time),
        student_time=as_times("student_time", student_time),
    )
    xp = namespace(spectrum)
    left, lacking = (xp.exp(-product(xp, spectrum, t)) for t in (teacher, student))
    s = learned_share(xp, spectrum, teacher)
    weight = signal + variance
    # w(f* − s) = w e^(−λT) − σ²/n.
    inner = 2 * (weight * left - variance) + weight * s * lacking
    return (s * lacking * inner).sum(axis=-1)


@finite
def tolerated_correlation(teacher_filter: Any, student_filter: Any) -> Any:
    """How correlated two directions may be in a metric if no student is to win.

    Without noise a student is worse than its teacher in every direction, and in every
    metric with a correlation of up to this in absolute value; in a metric beyond it is
    better for some target.

    Parameters
    ----------
    teacher_filter, student_filter : array of shape (..., 2)
        s and u in two directions, in [0, 1]; the student learns su.

    Returns
    -------
    array of shape (...)
        In [0, 1]; 1 where the student is the teacher.

    Raises
    ------
    ValueError
        If a filter has not two directions, or is outside [0, 1].

    Notes
    -----
    √((d₁² − 1)(d₂² − 1))/(d₁d₂ − 1), where d is the ratio of what the student lacks to
    what the teacher lacks, (1 − su)/(1 − s). Source: derived here, claim KD-27.

    Examples
    --------
    >>> round(float(tolerated_correlation([0.5, 0.25], [0.5, 0.5])), 6)
    0.895806
    """
    s, u = in_one_place(
        teacher_filter=_shares("teacher_filter", teacher_filter),
        student_filter=_shares("student_filter", student_filter),
    )
    batch_shape(teacher_filter=s.shape[:-1], student_filter=u.shape[:-1])
    # d − 1 = added / lacking, multiplied out: the teacher may lack nothing.
    lacking, added = 1 - s, s * (1 - u)
    root = namespace(s).sqrt(added * (2 * lacking + added))
    crossed = added[..., 0] * lacking[..., 1] + added[..., 1] * lacking[..., 0]
    total = crossed + added[..., 0] * added[..., 1]
    share = root[..., 0] * root[..., 1] / namespace(s).where(total > 0, total, 1.0)
    return namespace(s).where(total > 0, namespace(s).minimum(share, 1.0), 1.0)


def _shares(name: str, value: Any) -> Any:
    array = as_filter(name, value)
    if array.shape[-1] != 2:
        raise ValueError(f"{name} must have 2 directions, got {array.shape[-1]}")
    return array


def by_direction(problem: SpectralProblem, **filters: Any) -> list[Any]:
    """λβ*² and σ²/n, 0 in null directions, and filters for them."""
    check_instance("problem", problem, SpectralProblem)
    spectrum, signal, variance, *given = in_one_place(
        spectrum=problem.spectrum,
        signal=problem.signal,
        variance=problem.variance[..., None],
        **{name: as_floats(name, value, 1) for name, value in filters.items()},
    )
    for name, array in zip(filters, given, strict=True):
        if array.shape[-1] != problem.n_directions:
            raise ValueError(
                f"{name} has {array.shape[-1]} direction(s) and the problem "
                f"{problem.n_directions}; they must have the same"
            )
        batch_shape(problem=spectrum.shape[:-1], **{name: array.shape[:-1]})
    heard = namespace(spectrum).where(spectrum > 0, variance, 0.0)
    return [signal, heard, *given]
