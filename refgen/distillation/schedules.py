"""What rounds of given lengths do, and which lengths sharpen most."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import as_not_negative, as_positive, in_one_place, refuse, together
from refgen.arrays import as_floats, namespace
from refgen.distillation._checks import as_spectrum
from refgen.distillation._progress import log_learned, product

# From this x on, e^−x is −log(1 − e^−x) to the last digit.
_LONG = 40.0


def scheduled_flow_filter(spectrum: Any, times: Any) -> Any:
    """Π (1 − e^(−λtᵢ)): rounds of gradient flow, each on the outputs of the last.

    Parameters
    ----------
    spectrum : array of shape (..., n_directions)
        Eigenvalues λ ≥ 0.
    times : array of shape (..., n_rounds)
        tᵢ ≥ 0.

    Returns
    -------
    array of shape (..., n_directions)
        In [0, 1].

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim KD-23s.

    Examples
    --------
    >>> scheduled_flow_filter([1.0, 2.0], [1.0, 2.0]).round(6).tolist()
    [0.546572, 0.848828]
    """
    spectrum, times = in_one_place(
        spectrum=as_spectrum("spectrum", spectrum),
        times=as_not_negative("times", times, 1),
    )
    batch_shape(spectrum=spectrum.shape[:-1], times=times.shape[:-1])
    xp = namespace(spectrum)
    each = product(xp, spectrum[..., None, :], times[..., None])
    return xp.exp(log_learned(xp, each).sum(axis=-2))


@finite
def equal_rounds_time(eigenvalue: Any, times: Any) -> Any:
    """The length of as many equal rounds that leave as much of one direction.

    Of all schedules with as many rounds that do so, the equal one leaves least of every
    weaker direction, and most of every stronger one.

    Parameters
    ----------
    eigenvalue : array of shape (...)
        λ > 0 of that direction.
    times : array of shape (..., n_rounds)
        tᵢ ≥ 0.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim KD-23s.

    Examples
    --------
    >>> float(equal_rounds_time(1.0, [1.0, 2.0]).round(6))
    1.344405
    """
    eigenvalue, times = in_one_place(
        eigenvalue=as_positive("eigenvalue", eigenvalue),
        times=as_not_negative("times", times, 1),
    )
    batch_shape(eigenvalue=eigenvalue.shape, times=times.shape[:-1])
    xp, shortest = namespace(times), times.min(axis=-1)
    progress = product(xp, eigenvalue[..., None], times)
    lost = -log_learned(xp, progress).mean(axis=-1)
    found = -log_learned(xp, lost) / eigenvalue
    # Of long rounds −log(1 − e^−a) is e^−a, which may leave float64.
    later = product(xp, eigenvalue[..., None], times - shortest[..., None])
    longer = -xp.log(xp.exp(-later).mean(axis=-1)) / eigenvalue
    long = progress.min(axis=-1) > _LONG
    return xp.where(long, shortest + longer, found)


def flow_attenuation(attenuation: Any, ratio: Any) -> Any:
    """Ψ(g) = −log(1 − (1 − e^−g)^r): what gradient flow takes from a weak direction.

    A teacher that keeps e^−g of a strong direction keeps e^−Ψ of one whose eigenvalue
    is r times that. Ψ is concave, so that Ψ(g + h) < Ψ(g) + Ψ(h): that students
    exaggerate the bias of their teachers says nothing else.

    Parameters
    ----------
    attenuation : array of shape (...)
        g ≥ 0.
    ratio : array of shape (...)
        r in (0, 1].

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claims KD-21 and KD-31.

    Examples
    --------
    >>> float(flow_attenuation(0.5, 0.5).round(6))
    0.986905
    """
    attenuation, ratio = _attenuated(attenuation, ratio)
    xp = namespace(ratio)
    # Both ways, from attenuation to progress and back, are −log(1 − e^−x).
    far = attenuation > _LONG
    some = xp.where(far, _LONG, attenuation)
    near = -log_learned(xp, -ratio * log_learned(xp, some))
    return xp.where(far, attenuation - xp.log(ratio), near)


@finite
def ridge_attenuation(attenuation: Any, ratio: Any) -> Any:
    """log(1 + (e^g − 1)/r): the same for ridge regression.

    Parameters
    ----------
    attenuation : array of shape (...)
        g ≥ 0.
    ratio : array of shape (...)
        r in (0, 1].

    Returns
    -------
    array of shape (...)
        At most g/r, however many rounds divide g.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claims KD-21 and KD-31.

    Examples
    --------
    >>> float(ridge_attenuation(0.5, 0.5).round(6))
    0.831797
    """
    attenuation, ratio = _attenuated(attenuation, ratio)
    xp = namespace(ratio)
    # log(e^g (1 − (1 − r)e^−g)) − log r, where e^g may leave float64.
    far = attenuation > 1
    near = xp.log1p(xp.expm1(xp.where(far, 0.0, attenuation)) / ratio)
    kept = 1 - (1 - ratio) * xp.exp(-xp.where(far, attenuation, 1.0))
    return xp.where(far, attenuation + xp.log(kept) - xp.log(ratio), near)


def _attenuated(attenuation: Any, ratio: Any) -> list[Any]:
    checked = as_floats("ratio", ratio)
    refuse("ratio", checked, (checked <= 0) | (checked > 1), "lie in (0, 1]")
    return together(
        attenuation=as_not_negative("attenuation", attenuation), ratio=checked
    )
