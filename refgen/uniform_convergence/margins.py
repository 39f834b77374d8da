"""Margins of drawn samples by their joint law: one χ and m normals for each sample."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from refgen._checks import check_integer
from refgen._finite import finite
from refgen._objects import check_instance
from refgen.arrays import namespace
from refgen.kernels import kernel
from refgen.random import Stream
from refgen.uniform_convergence._checks import check_amount, check_together, one_size
from refgen.uniform_convergence.linear_example import LinearExample
from refgen.uniform_convergence.losses import expected_loss

_noise_radii = kernel("margins", "noise_radii")
_margin_summaries = kernel("margins", "margin_summaries")


class DrawnMargins(NamedTuple):
    """Margins of drawn samples and of their transforms, and test errors.

    Attributes
    ----------
    train, transformed : arrays of shape (..., n_draws, n_samples)
        Of each point of the sample and of the transformed sample, under the classifier
        of the sample.
    test_error : array of shape (..., n_draws)
        Of the classifier of the sample.
    noise_radius : array of shape (..., n_draws)
        R, with ‖w₂‖ = √(mv) R.
    """

    train: Any
    transformed: Any
    test_error: Any
    noise_radius: Any


class MarginSummaries(NamedTuple):
    """What is left of the margins of drawn samples, of shape (..., n_draws) each.

    Attributes
    ----------
    smallest_margin : array
        Of the points of the sample.
    train_error, transformed_error : arrays
        Shares of margins up to 0 on the sample and on the transformed sample.
    test_error : array
        Of the classifier of the sample.
    noise_radius : array
        R, with ‖w₂‖ = √(mv) R.
    """

    smallest_margin: Any
    train_error: Any
    transformed_error: Any
    test_error: Any
    noise_radius: Any


@finite
def draw_margins(example: LinearExample, n_draws: int, stream: Stream) -> DrawnMargins:
    """Margins of independent samples, without their points: m + 1 numbers each.

    Parameters
    ----------
    example : LinearExample of shape (...)
        With the same number of samples throughout.
    n_draws : int
    stream : Stream

    Returns
    -------
    DrawnMargins

    Raises
    ------
    ValueError
        If the examples have several numbers of samples, or there would be more than
        2⁴⁰ margins.

    Notes
    -----
    Margins are a + vR² + v√m R (gⱼ − ḡ), jointly with the test error Φ(−a/(v√m R)), for
    independent R² of the law χ² with D degrees of freedom and normal g. Source: derived
    here, claim UC-5.

    Examples
    --------
    >>> example = LinearExample.published(100, 10_000)
    >>> drawn = draw_margins(example, 1000, Stream(0, "docs"))
    >>> drawn.train.shape
    (1000, 100)
    >>> float((drawn.train <= 0).mean()), float((drawn.transformed <= 0).mean())
    (0.0, 1.0)
    """
    check_instance("example", example, LinearExample)
    m = one_size("n_samples", example.n_samples)
    length = _length(m)
    radius = _radii(example, n_draws, stream, length)
    normals = stream.child("deviation").normal((*radius.shape, length))[..., :m]
    check_together(example, normals)
    xp, variance = namespace(radius), example.variance[..., None]
    centred = normals - normals.mean(axis=-1, keepdims=True)
    base = example.signal[..., None] + variance * (radius * radius)
    spread = variance * xp.sqrt(example.n_samples)[..., None] * radius
    train = base[..., None] + spread[..., None] * centred
    transformed = 2 * example.signal[..., None, None] - train
    return DrawnMargins(train, transformed, _test_error(example, radius), radius)


@finite
def draw_margin_summaries(
    example: LinearExample, n_draws: int, stream: Stream
) -> MarginSummaries:
    """Smallest margin and errors of independent samples, in memory O(1) each.

    They are those of `draw_margins` with the same stream, but for rounding.

    Parameters
    ----------
    example : LinearExample of shape (...)
    n_draws : int
    stream : Stream

    Returns
    -------
    MarginSummaries
        But for the test error, which takes a function Φ, the bits are the same on any
        machine.

    Raises
    ------
    ValueError
        If there would be more than 2⁴⁰ margins.

    Notes
    -----
    Source: derived here, claim UC-5.

    Examples
    --------
    >>> example = LinearExample.published(100, 10_000)
    >>> drawn = draw_margin_summaries(example, 1000, Stream(0, "docs"))
    >>> float(drawn.train_error.max()), float(drawn.transformed_error.min())
    (0.0, 1.0)
    """
    check_instance("example", example, LinearExample)
    length, xp = _length(float(example.n_samples.max())), namespace(example.signal)
    radius = _radii(example, n_draws, stream, length)
    fields = (example.n_samples, example.signal, example.variance)
    numbers = xp.stack([field.ravel() for field in fields], axis=-1)
    found = _margin_summaries(
        numbers,
        radius.reshape(len(numbers), -1),
        length,
        stream.child("deviation")._coordinates(),
    ).reshape(*radius.shape, 3)
    m = example.n_samples[..., None]
    return MarginSummaries(
        found[..., 0],
        found[..., 1] / m,
        found[..., 2] / m,
        _test_error(example, radius),
        radius,
    )


def _radii(example: LinearExample, n_draws: int, stream: Stream, length: int) -> Any:
    """R of every draw, (..., n_draws), each of which takes `length` normals besides."""
    check_instance("stream", stream, Stream)
    count = check_integer("n_draws", n_draws, 1)
    shape = (*example.signal.shape, count)
    check_amount("n_draws", (*shape, length))
    # Samplers of claims give integers.
    dimension = example.dimension.ravel().astype(np.float64)
    coordinates = stream.child("radius")._coordinates()
    return _noise_radii(dimension, count, coordinates).reshape(shape)


def _length(n_samples: float) -> int:
    """Positions of the stream for each draw's normals: whole blocks of four words."""
    return -int(-n_samples // 4) * 4


def _test_error(example: LinearExample, radius: Any) -> Any:
    each = example.map(lambda field: field[..., None])
    return expected_loss(each, radius)
