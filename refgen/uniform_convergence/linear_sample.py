"""Samples of the linear example: points with labels, and what is learned from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen._checks import check_integer
from refgen._finite import finite
from refgen._numbers import as_positive, refuse
from refgen._objects import check_instance
from refgen._scales import check_scale
from refgen.arrays import Instance, as_floats, namespace
from refgen.random import Stream
from refgen.uniform_convergence._checks import check_amount, check_together, one_size
from refgen.uniform_convergence.linear_example import LinearExample


@dataclass(frozen=True, repr=False)
class LinearSample(Instance):
    """A sample of the linear example: a coordinate that tells the label, then noise.

    Parameters
    ----------
    labels : array of shape (..., n_samples)
        y, −1 or 1; two or more.
    noise : array of shape (..., n_samples, dimension)
        The noise x₂ of each point; two or more coordinates.
    signal : array of shape (...)
        a > 0, the margin that the signal gives to every point.

    Raises
    ------
    ValueError
        If shapes disagree, a label is not −1 or 1, a number is not finite or so large
        or small (2^±300) that products overflow or vanish.

    Examples
    --------
    >>> sample = LinearSample([1.0, -1.0], [[0.5, 0.0], [0.0, 0.25]], 2.0)
    >>> sample.features.tolist()
    [[1.0, 0.5, 0.0], [-1.0, 0.0, 0.25]]
    >>> sample.margins().tolist()
    [2.25, 2.0625]
    """

    labels: Any
    noise: Any
    signal: Any

    def __post_init__(self) -> None:
        labels = as_floats("labels", self.labels, 1)
        refuse("labels", labels, abs(labels) != 1, "be -1 or 1")
        noise = check_scale("noise", as_floats("noise", self.noise, 2), 2)
        signal = check_scale("signal", as_positive("signal", self.signal))
        if noise.shape[:-1] != labels.shape:
            raise ValueError(
                f"noise has shape {noise.shape} where labels have {labels.shape}; give "
                "one vector for every label"
            )
        if min(noise.shape[-2:]) < 2:
            raise ValueError(
                f"noise has shape {noise.shape}; give at least two points with at "
                "least two coordinates"
            )
        if signal.shape not in (labels.shape[:-1], ()):
            raise ValueError(
                f"signal has shape {signal.shape} where the samples have "
                f"{labels.shape[:-1]}"
            )
        signal = namespace(noise).broadcast_to(signal, labels.shape[:-1])
        fields = {"labels": labels, "noise": noise, "signal": signal}
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    @classmethod
    def draw(cls, example: LinearExample, n_draws: int, stream: Stream) -> LinearSample:
        """Independent samples of an example.

        Parameters
        ----------
        example : LinearExample of shape (...)
            With the same numbers of samples and dimensions throughout.
        n_draws : int
        stream : Stream

        Returns
        -------
        LinearSample of shape (..., n_draws)

        Raises
        ------
        ValueError
            If the examples have several sizes, or the noise would be more than 2⁴⁰
            numbers.

        Examples
        --------
        >>> example = LinearExample.published(3, 50)
        >>> LinearSample.draw(example, 10, Stream(0, "docs")).noise.shape
        (10, 3, 50)
        """
        check_instance("example", example, LinearExample)
        check_instance("stream", stream, Stream)
        count = check_integer("n_draws", n_draws, 1)
        m = one_size("n_samples", example.n_samples)
        dimension = one_size("dimension", example.dimension)
        shape = (*example.signal.shape, count, m)
        whole = check_amount("n_draws", (*shape, dimension))
        noise = stream.child("noise").normal(whole)
        check_together(example, noise)
        xp = namespace(noise)
        noise *= xp.sqrt(example.variance)[..., None, None, None]
        sample: LinearSample = cls.trusted(
            labels=stream.child("labels").signs(shape),
            noise=noise,
            signal=xp.broadcast_to(example.signal[..., None], shape[:-1]),
        )
        return sample

    @property
    def features(self) -> Any:
        """The points, of shape (..., n_samples, 1 + dimension)."""
        told = (self.labels * self._step[..., None])[..., None]
        return namespace(self.noise).concatenate([told, self.noise], axis=-1)

    @property
    def _step(self) -> Any:
        """2‖u‖, the first coordinate of a point with the label 1."""
        return namespace(self.noise).sqrt(self.signal / self.labels.shape[-1])

    @property
    def weights(self) -> Any:
        """w = Σ yx, of shape (..., 1 + dimension), learned in one pass of unit steps.

        The steps raise Σ y h(x), whose gradient is the same everywhere: neither the
        order of the points nor the size of the batches matters.
        """
        xp = namespace(self.noise)
        first = (self.labels.shape[-1] * self._step)[..., None]
        others = xp.matmul(self.labels[..., None, :], self.noise)[..., 0, :]
        return xp.concatenate([first, others], axis=-1)

    def transformed(self) -> LinearSample:
        """The sample with all of its noise negated, which is as likely.

        Examples
        --------
        >>> sample = LinearSample([1.0, -1.0], [[0.5, 0.0], [0.0, 0.25]], 2.0)
        >>> sample.transformed().margins(sample.weights).tolist()
        [1.75, 1.9375]
        """
        return self.trusted(labels=self.labels, noise=-self.noise, signal=self.signal)

    @finite
    def margins(self, weights: Any = None) -> Any:
        """y w·x of every point, of shape (..., n_samples).

        Parameters
        ----------
        weights : array of shape (..., 1 + dimension), optional
            Of a linear classifier; those of the sample by default.

        Raises
        ------
        ValueError
            If the weights have another length than the points, or shapes do not
            broadcast.

        Examples
        --------
        >>> sample = LinearSample([1.0, -1.0], [[0.5, 0.0], [0.0, 0.25]], 2.0)
        >>> sample.margins([1.0, 0.0, -1.0]).tolist()
        [1.0, 1.25]
        """
        xp, length = namespace(self.noise), 1 + self.noise.shape[-1]
        given = self.weights if weights is None else as_floats("weights", weights, 1)
        if given.shape[-1] != length:
            raise ValueError(
                f"weights has shape {given.shape} where points have {length} "
                "coordinates"
            )
        given = xp.asarray(given)
        own = xp.matmul(self.noise, given[..., 1:, None])[..., 0]
        return self._step[..., None] * given[..., :1] + self.labels * own
