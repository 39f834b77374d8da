"""What an instance is: a signal in few coordinates, noise in many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen._numbers import as_counts, as_positive, together
from refgen._scales import check_scale
from refgen.arrays import Instance


@dataclass(frozen=True, repr=False)
class LinearExample(Instance):
    """The linear example: x = (2yu, noise), learned by one pass of gradient steps.

    Labels y = ±1 are equally likely. The first part of a point tells its label; the
    second is N(0, vI_D) whatever the label. The classifier of a sample is sign(w·x),
    w = Σ yᵢxᵢ. A sample with all of its noise negated, the *transformed sample*, is as
    likely as the sample.

    Parameters
    ----------
    n_samples : array of shape (...)
        m ≥ 2, the number of training points.
    dimension : array of shape (...)
        D ≥ 2, the number of noise coordinates.
    signal : array of shape (...)
        a = 4m‖u‖² > 0, the margin that the signal gives to every point.
    noise : array of shape (...)
        V = vD > 0, the expected squared length of a noise vector.

    Raises
    ------
    ValueError
        If a number is out of range or not finite, `signal` or `noise` is so large or
        small (2^±300) that products overflow or vanish, or shapes do not broadcast.

    Examples
    --------
    >>> example = LinearExample(100, 10_000, signal=4.0, noise=32.0)
    >>> float(example.variance), float(example.signal_ratio)
    (0.0032, 0.125)
    """

    n_samples: Any
    dimension: Any
    signal: Any
    noise: Any

    def __post_init__(self) -> None:
        fields = together(
            n_samples=as_counts("n_samples", self.n_samples, 2),
            dimension=as_counts("dimension", self.dimension, 2),
            signal=check_scale("signal", as_positive("signal", self.signal)),
            noise=check_scale("noise", as_positive("noise", self.noise)),
        )
        names = ("n_samples", "dimension", "signal", "noise")
        for name, value in zip(names, fields, strict=True):
            object.__setattr__(self, name, value)

    @classmethod
    def published(cls, n_samples: Any, dimension: Any) -> LinearExample:
        """The example with the constants of its paper: a signal of 4, a noise of 32.

        Examples
        --------
        >>> float(LinearExample.published(100, 10_000).noise)
        32.0
        """
        return cls(n_samples, dimension, 4.0, 32.0)

    @property
    def variance(self) -> Any:
        """v = V/D, of each noise coordinate."""
        return self.noise / self.dimension

    @property
    def signal_ratio(self) -> Any:
        """α = a/V."""
        return self.signal / self.noise

    @property
    def sample_ratio(self) -> Any:
        """β = m/D."""
        return self.n_samples / self.dimension
