"""A solvable model of label noise: one feature for all points, and one for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen._numbers import as_counts, as_positive, refuse, together
from refgen._objects import check_instance
from refgen._scales import check_scale
from refgen.arrays import Instance, namespace
from refgen.distillation._checks import as_times


@dataclass(frozen=True, repr=False)
class LabelNoiseModel(Instance):
    """Points whose label is right or flipped, a shared feature and private ones.

    Of n points the true labels are yᵢ = ±1, and the training labels ỹᵢ, of which some
    are flipped. Point i has the features μyᵢ, which all points share, and √κ at a place
    of its own, which serves to memorize. XXᵀ then has the eigenvalues μ²n + κ, once,
    and κ. Times belong to the loss ‖Xβ − ỹ‖²/2.

    Parameters
    ----------
    n_clean, n_flipped : array of shape (...)
        Whole numbers of points with right and with flipped labels, n_clean > n_flipped
        and n_flipped ≥ 1.
    shared, private : array of shape (...)
        μ² and κ, the squared sizes of the shared and of the private features; positive.

    Raises
    ------
    ValueError
        If shapes do not broadcast, a number is out of range, or sizes are so large or
        small (2^±300) that products overflow or vanish.

    Examples
    --------
    >>> model = LabelNoiseModel(51, 9, 1.0, 0.5)
    >>> float(model.label_correlation), model.spectrum.tolist()
    (0.7, [60.5, 0.5])
    """

    n_clean: Any
    n_flipped: Any
    shared: Any
    private: Any

    def __post_init__(self) -> None:
        names = ("n_clean", "n_flipped", "shared", "private")
        values = together(
            n_clean=as_counts("n_clean", self.n_clean),
            n_flipped=as_counts("n_flipped", self.n_flipped),
            shared=check_scale("shared", as_positive("shared", self.shared)),
            private=check_scale("private", as_positive("private", self.private)),
        )
        few = values[0] <= values[1]
        refuse("n_clean", values[0], few, "be above n_flipped")
        for name, value in zip(names, values, strict=True):
            object.__setattr__(self, name, value)

    @property
    def n_samples(self) -> Any:
        return self.n_clean + self.n_flipped

    @property
    def label_correlation(self) -> Any:
        """a₀ = (n_clean − n_flipped)/n, the mean product of both kinds of labels."""
        return (self.n_clean - self.n_flipped) / self.n_samples

    @property
    def spectrum(self) -> Any:
        """Eigenvalues μ²n + κ and κ of XXᵀ, (..., 2)."""
        top = self.shared * self.n_samples + self.private
        return namespace(top).stack([top, self.private], axis=-1)


def with_times(model: LabelNoiseModel, **times: Any) -> tuple[Any, ...]:
    """A model and times, broadcast against each other.

    Raises
    ------
    ValueError
        If a time is negative, or shapes do not broadcast.

    Examples
    --------
    >>> model, time = with_times(LabelNoiseModel(4, 1, 1.0, 0.5), time=[1.0, 2.0])
    >>> model.shared.tolist()
    [1.0, 1.0]
    """
    check_instance("model", model, LabelNoiseModel)
    checked = {name: as_times(name, time) for name, time in times.items()}
    shared, *spread = together(model=model.shared, **checked)
    xp = namespace(shared)
    return model.map(lambda a: xp.broadcast_to(a, shared.shape)), *spread
