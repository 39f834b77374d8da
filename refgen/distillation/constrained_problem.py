"""What an instance is: labels that a kernel's functions fit within a distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen._finite import finite
from refgen._numbers import as_positive, refuse
from refgen._objects import check_instance
from refgen._scales import check_scale
from refgen.arrays import Instance, as_floats, namespace

# Of the largest eigenvalue over the smallest: beyond it products overflow.
_LARGEST_QUOTIENT = 2.0**300

# More rounds than anybody waits for.
MOST_ROUNDS = 10**5


@dataclass(frozen=True, repr=False)
class ConstrainedProblem(Instance):
    """Labels that a round fits as smoothly as it can within a distance from them.

    Of the functions with ‖f − y‖ ≤ `tolerance` on the training points, each round takes
    the one of least norm in the Hilbert space of a kernel, and gives its outputs to the
    next round as labels.

    Parameters
    ----------
    spectrum : array of shape (..., n_points)
        Eigenvalues d > 0 of the kernel's matrix of the training points, in any order.
    labels : array of shape (..., n_points)
        Vᵀy: the labels in its eigenvectors.
    tolerance : array of shape (...)
        √(nε) > 0, if ε is the mean squared error that a round is allowed.

    Raises
    ------
    ValueError
        If shapes disagree, a number is out of range (an eigenvalue of 0 too: the labels
        in its direction are out of reach), anything is not finite, or numbers are so
        large or small, relative to each other too (2^±300), that products overflow.

    Examples
    --------
    >>> problem = ConstrainedProblem([4.0, 1.0], [3.0, 4.0], 1.0)
    >>> problem.n_points
    2
    """

    spectrum: Any
    labels: Any
    tolerance: Any

    def __post_init__(self) -> None:
        spectrum = as_floats("spectrum", self.spectrum, 1)
        hint = "; leave out the directions that no function of the kernel has"
        refuse("spectrum", spectrum, spectrum <= 0, "be positive", hint)
        labels = as_floats("labels", self.labels, 1)
        tolerance = as_positive("tolerance", self.tolerance)
        if labels.shape != spectrum.shape:
            raise ValueError(
                f"labels has shape {labels.shape} where spectrum has {spectrum.shape}; "
                "give one label per eigenvalue"
            )
        batch = spectrum.shape[:-1]
        if tolerance.shape not in (batch, ()):
            raise ValueError(
                f"tolerance has shape {tolerance.shape} where the problems have {batch}"
            )
        check_scale("spectrum", spectrum, 1)
        check_scale("labels", labels, 1)
        check_scale("tolerance", tolerance)
        largest = spectrum.max(axis=-1, keepdims=True)
        bad = spectrum < largest / _LARGEST_QUOTIENT
        refuse("spectrum", spectrum, bad, "be at least 2⁻³⁰⁰ of the largest")
        tolerance = namespace(spectrum).broadcast_to(tolerance, batch)
        for name, array in zip(
            ("spectrum", "labels", "tolerance"),
            (spectrum, labels, tolerance),
            strict=True,
        ):
            object.__setattr__(self, name, array)

    @property
    def n_points(self) -> int:
        return self.spectrum.shape[-1]


@finite
def label_ratio(problem: ConstrainedProblem) -> Any:
    """r = ‖y‖/tolerance: a round fits more than 0 if it is above 1.

    Parameters
    ----------
    problem : ConstrainedProblem

    Returns
    -------
    array of shape (...)

    Notes
    -----
    Source: derived here, claim KD-7.

    Examples
    --------
    >>> float(label_ratio(ConstrainedProblem([4.0, 1.0], [3.0, 4.0], 1.0)))
    5.0
    """
    check_instance("problem", problem, ConstrainedProblem)
    return length(problem.labels) / problem.tolerance


def length(vectors: Any) -> Any:
    """‖v‖ along the last axis."""
    # Not a power of 2, which a device need not compute exactly.
    return namespace(vectors).sqrt((vectors * vectors).sum(axis=-1))
