"""A student of ridge regression that sees true labels and its teacher's outputs."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import as_positive, in_one_place, refuse, together
from refgen.arrays import as_floats, namespace
from refgen.distillation._checks import as_spectrum, on_spectrum


@finite
def mixed_filter(filter: Any, mixing: Any) -> Any:
    """The filter of students that are trained on ξ outputs + (1 − ξ) labels, in turn.

    F₀ = s and Fⱼ = s (1 − ξⱼ + ξⱼ Fⱼ₋₁): every student has its own ξⱼ, and the one
    before it for a teacher.

    Parameters
    ----------
    filter : array of shape (..., n_directions)
        s, of the teacher and of all students alike.
    mixing : array of shape (..., n_students)
        ξⱼ, any real numbers: 1 is pure distillation, 0 the teacher again.

    Returns
    -------
    array of shape (..., n_directions)
        1 − F = (1 − s)(1 + ξₖs + ξₖξₖ₋₁s² + … + ξₖ⋯ξ₁sᵏ).

    Raises
    ------
    ValueError
        If batch axes do not broadcast.

    Notes
    -----
    Source: derived here, claim KD-13.

    Examples
    --------
    >>> mixed_filter([0.5, 1.0], [1.0]).tolist()
    [0.25, 1.0]
    >>> mixed_filter([0.5, 1.0], [-1.0]).tolist()
    [0.75, 1.0]
    """
    share, mixing = in_one_place(
        filter=as_floats("filter", filter, 1), mixing=as_floats("mixing", mixing, 1)
    )
    batch_shape(filter=share.shape[:-1], mixing=mixing.shape[:-1])
    # Of what is missing, relative to the teacher: nothing cancels for ξ in [0, 1].
    relative = 1.0
    for j in range(mixing.shape[-1]):
        relative = 1 + mixing[..., j, None] * share * relative
    return 1 - (1 - share) * relative


@finite
def mixed_penalty(spectrum: Any, penalty: Any, mixing: Any) -> Any:
    """The penalty with which ridge alone does to a direction what one mix does.

    ρ ((1 + ξ)λ + ρ) / (λ + (1 − ξ)ρ), which falls with λ whatever ξ is, unless ξ is 0.

    Parameters
    ----------
    spectrum : array of shape (..., n_directions)
        Eigenvalues λ ≥ 0 of XᵀX/n.
    penalty : array of shape (...)
        ρ > 0, of teacher and student.
    mixing : array of shape (...)
        ξ, the weight of the teacher's outputs, with batch axes; at most 1 + λ/ρ.

    Returns
    -------
    array of shape (..., n_directions)
        Below 0 where the mix overshoots its limit, as ξ < −1 may.

    Raises
    ------
    ValueError
        If ξ ≥ 1 + λ/ρ, where the student's coefficient has not the sign of its limit,
        which no penalty does.

    Notes
    -----
    Source: derived here, claim KD-38.

    Examples
    --------
    >>> mixed_penalty([1.0, 4.0], 1.0, 1.0).tolist()
    [3.0, 2.25]
    """
    spectrum, penalty, mixing = on_spectrum(
        spectrum=as_spectrum("spectrum", spectrum),
        penalty=as_positive("penalty", penalty),
        mixing=as_floats("mixing", mixing),
    )
    below = spectrum + (1 - mixing) * penalty
    wanted, hint = "be below 1 + spectrum/penalty", "; no penalty turns a sign around"
    refuse("mixing", mixing, below <= 0, wanted, hint)
    return penalty * (((1 + mixing) * spectrum + penalty) / below)


@finite
def one_student_oracle(spectrum: Any, penalties: Any) -> tuple[Any, Any]:
    """The penalty and the ξ with which one mixed student is best in two directions.

    Parameters
    ----------
    spectrum : array of shape (..., 2)
        Two different eigenvalues λ > 0 of XᵀX/n, in either order.
    penalties : array of shape (..., 2)
        The best penalty ρₖ of each direction, σ²/(nβ²) > 0.

    Returns
    -------
    penalty, mixing : arrays of shape (...)
        Both penalties, and 0, if these agree.

    Raises
    ------
    ValueError
        If the eigenvalues agree, or no mixed student is best in both directions: the
        penalty of the smaller eigenvalue is below the other one, where none beats the
        best ridge regression, or it is so far above that both Δρ > Δλ and
        λλ′Δρ > ρρ′Δλ.

    Notes
    -----
    Source: derived here, claim KD-40.

    Examples
    --------
    >>> penalty, mixing = one_student_oracle([4.0, 1.0], [2.25, 3.0])
    >>> float(penalty), float(mixing)
    (1.0, 1.0)
    """
    spectrum, best = together(
        spectrum=as_positive("spectrum", spectrum, 1),
        penalties=as_positive("penalties", penalties, 1),
    )
    if spectrum.shape[-1] != 2:
        raise ValueError(
            f"spectrum must have 2 directions, got {spectrum.shape[-1]}; for more "
            "directions see oracle_mixing"
        )
    gap = spectrum[..., 0] - spectrum[..., 1]
    refuse("spectrum", gap, gap == 0, "hold two different eigenvalues, with gap")
    xp, sign = namespace(gap), namespace(gap).where(gap > 0, 1.0, -1.0)
    gap, rise = abs(gap), sign * (best[..., 1] - best[..., 0])
    wanted, hint = "rise as the eigenvalue falls", "; only ridge regression is better"
    refuse("penalties", rise, rise < 0, wanted, hint)
    # The stronger direction first.
    strong, weak = (
        [xp.where(sign > 0, a[..., i], a[..., 1 - i]) for a in (spectrum, best)]
        for i in (0, 1)
    )
    # A root of (Δλ − Δρ)ρ² − 2(λΔρ + ρ₁Δλ)ρ + (ρ₁ρ₂Δλ − λ₁λ₂Δρ).
    middle = strong[0] * rise + strong[1] * gap
    spread = xp.sqrt(gap * rise * (strong[0] + strong[1]) * (weak[0] + weak[1]))
    last = strong[1] * weak[1] * gap - strong[0] * weak[0] * rise
    first = gap - rise
    wanted = "rise less as the eigenvalue falls"
    refuse("penalties", rise, (last <= 0) & (first <= 0), wanted)
    small = last > 0
    above = xp.where(small, last, middle + spread)
    penalty = above / xp.where(small, middle + spread, xp.where(small, 1.0, first))
    penalty = xp.where(rise > 0, penalty, strong[1])
    ratio = (strong[0] + penalty) / (strong[0] + strong[1])
    return penalty, (strong[1] / penalty - 1) * ratio
