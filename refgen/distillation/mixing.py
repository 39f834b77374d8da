"""A student of ridge regression that sees true labels and its teacher's outputs."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import as_not_negative, as_positive, in_one_place, refuse, together
from refgen.arrays import UNIT_ROUNDOFF, as_floats, namespace
from refgen.distillation._checks import as_spectrum, on_spectrum
from refgen.distillation._ridge import as_data, fit_ridge


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


@finite
def optimal_mixing(
    X: Any, y: Any, coefficients: Any, penalty: Any, metric: Any = None
) -> Any:
    """ξ*: the mix of labels and ridge outputs whose student is nearest to β*.

    The student has the teacher's penalty. ξ* has the sign of −R′(ρ): positive where
    more penalty would help the teacher.

    Parameters
    ----------
    X : array of shape (..., n_samples, n_features)
    y : array of shape (..., n_samples)
    coefficients : array of shape (..., n_features)
        β*, the truth that the risk R(β) = (β − β*)ᵀM(β − β*) is about.
    penalty : array of shape (...)
        ρ ≥ 0, of ‖y − Xβ‖²/n + ρ‖β‖²; scikit-learn's `alpha` is nρ.
    metric : array of shape (..., n_features, n_features), optional
        M, positive semidefinite, such as the covariance of new points; by default
        XᵀX/n, the risk at the points of X.

    Returns
    -------
    array of shape (...)
        Any real number; 0 where mixing changes nothing up to rounding, as for ρ = 0.

    Raises
    ------
    ValueError
        If shapes do not match, `penalty` is negative, or `metric` is not symmetric.

    Notes
    -----
    Source: *Optimal Unconstrained Self-Distillation in Ridge Regression* (arXiv
    2602.17565), formulas derived here, claim KD-12.

    Examples
    --------
    >>> float(optimal_mixing([[2.0], [2.0]], [3.0, 1.0], [0.5], 4.0))
    0.0
    >>> float(optimal_mixing([[2.0], [2.0]], [3.0, 1.0], [0.25], 4.0))
    1.0
    """
    across, along = _first_and_second(X, y, coefficients, penalty, metric)
    xp = namespace(along)
    # Not −across, which may be −0.
    return xp.where(along > 0, (0 - across) / xp.where(along > 0, along, 1.0), 0.0)


@finite
def mixing_gain(
    X: Any, y: Any, coefficients: Any, penalty: Any, metric: Any = None
) -> Any:
    """R(teacher) − R(student with ξ*) = R′(ρ)² / (4 ‖dβ/dρ‖²_M), never negative.

    Parameters
    ----------
    X, y, coefficients, penalty, metric
        As for `optimal_mixing`.

    Returns
    -------
    array of shape (...)
        0 if and only if R′(ρ) is 0, or mixing changes nothing.

    Notes
    -----
    Source: *Optimal Unconstrained Self-Distillation in Ridge Regression* (arXiv
    2602.17565), formulas derived here, claim KD-12.

    Examples
    --------
    >>> float(mixing_gain([[2.0], [2.0]], [3.0, 1.0], [0.25], 4.0))
    0.25
    """
    across, along = _first_and_second(X, y, coefficients, penalty, metric)
    xp = namespace(along)
    return xp.where(along > 0, across**2 / xp.where(along > 0, along, 1.0), 0.0)


def _first_and_second(
    X: Any, y: Any, coefficients: Any, penalty: Any, metric: Any
) -> tuple[Any, Any]:
    """⟨β − β*, δ⟩_M and ⟨δ, δ⟩_M of the step δ; the latter 0 if it is rounding."""
    X, y, target, penalty, *given = as_data(
        X,
        y,
        coefficients=as_floats("coefficients", coefficients, 1),
        penalty=as_not_negative("penalty", penalty),
        **({} if metric is None else {"metric": as_floats("metric", metric, 2)}),
    )
    p = X.shape[-1]
    for name, array, wanted in (
        ("coefficients", target, (p,)),
        *(("metric", matrix, (p, p)) for matrix in given),
    ):
        if array.shape[-len(wanted) :] != wanted:
            raise ValueError(
                f"{name} must have shape (..., {', '.join(map(str, wanted))}) for X "
                f"with {p} feature(s), got {array.shape}"
            )
    batches = {"X": X.shape[:-2], "coefficients": target.shape[:-1]}
    batch_shape(**batches, **({"metric": given[0].shape[:-2]} if given else {}))
    fit = fit_ridge(X, y, penalty)
    rotate = fit.vectors.swapaxes(-1, -2)
    xp, step = namespace(X), fit.step
    error = fit.coefficients - xp.matmul(rotate, target[..., None])[..., 0]
    if not given:
        moved, n = fit.outputs(step), X.shape[-2]
        return (fit.outputs(error) * moved).mean(axis=-1), (moved * moved).sum(-1) / n
    matrix = xp.matmul(xp.matmul(rotate, _symmetric(given[0])), fit.vectors)
    moved = xp.matmul(matrix, step[..., None])[..., 0]
    along = (step * moved).sum(axis=-1)
    largest = xp.matmul(abs(matrix), abs(step)[..., None])[..., 0]
    rounding = 8 * p * UNIT_ROUNDOFF * (abs(step) * largest).sum(axis=-1)
    return (error * moved).sum(axis=-1), xp.where(along > rounding, along, 0.0)


def _symmetric(metric: Any) -> Any:
    largest = abs(metric).max(axis=(-1, -2))
    skew = abs(metric - metric.swapaxes(-1, -2)).max(axis=(-1, -2))
    if bool((skew > 1e-9 * largest).any()):
        raise ValueError("metric must be symmetric; take (M + Mᵀ)/2")
    return metric


@finite
def cp_mixing(X: Any, y: Any, penalty: Any, noise: Any) -> Any:
    """The ξ with the least Cp: from residuals at the data and the labels' noise.

    (σ² tr(S − S²) − ⟨y − ŷ, v⟩)/‖v‖² with v = (S − S²)y. Its numerator has the mean
    that the one of the best ξ for the risk at the points of X has.

    Parameters
    ----------
    X, y
        As for `leave_one_out_residuals`.
    penalty : array of shape (...)
        ρ ≥ 0.
    noise : array of shape (...)
        Standard deviation σ of the labels.

    Returns
    -------
    array of shape (...)
        Any real number; 0 where mixing changes nothing.

    Notes
    -----
    Source: derived here, claim KD-26c.

    Examples
    --------
    >>> round(float(cp_mixing([[1.0], [1.0]], [3.0, 1.0], 0.5, 0.0)), 12)
    -1.5
    """
    X, y, penalty, noise = as_data(
        X,
        y,
        penalty=as_not_negative("penalty", penalty),
        noise=as_not_negative("noise", noise),
    )
    batch_shape(X=X.shape[:-2], noise=noise.shape)
    fit = fit_ridge(X, y, penalty)
    moved = -fit.outputs(fit.step)
    square = (moved * moved).sum(axis=-1)
    freedom = fit.diagonal(fit.missing).sum(axis=-1)
    left = ((y - fit.outputs(fit.coefficients)) * moved).sum(axis=-1)
    xp, found = namespace(square), noise * noise * freedom - left
    return xp.where(square > 0, found / xp.where(square > 0, square, 1.0), 0.0)
