"""Instances that several files share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from refgen.arrays import namespace
from refgen.domains import integer, real, record
from refgen.uniform_convergence import LinearExample

linear_examples = record(
    LinearExample,
    "2 to 40 samples in 2 to 1000 noise dimensions, signal and noise in [0.5, 32]",
    n_samples=integer(2, 40),
    dimension=integer(2, 1000),
    signal=real(0.5, 32.0, log=True),
    noise=real(0.5, 32.0, log=True),
    examples=lambda: [LinearExample.published(10, 1000)],
)

few_points = record(
    LinearExample,
    "2 to 5 samples in 2 to 20 noise dimensions, signal and noise in [0.5, 8]",
    n_samples=integer(2, 5),
    dimension=integer(2, 20),
    signal=real(0.5, 8.0, log=True),
    noise=real(0.5, 8.0, log=True),
    examples=lambda: [
        LinearExample(2, 2, 1.0, 4.0),
        LinearExample(2, 20, 1.0, 4.0),
        LinearExample(4, 16, 1.0, 4.0),
        LinearExample(5, 6, 0.5, 8.0),
    ],
)


def of_each(example: Any, draws: Any, measure: Callable[..., Any]) -> Any:
    """`measure(stream, example)` of every instance, stacked along the batch.

    Sizes shape the draws, so that instances are measured one by one.
    """
    xp = namespace(example.signal)
    return xp.stack(
        [
            measure(draws.stream.child("instance", str(i)), example.take(i))
            for i in range(len(example.signal))
        ]
    )


def not_tiny(probability: Any) -> Any:
    """A probability, 0 where it is so small that quotients by it leave float64."""
    return namespace(probability).where(probability < 1e-290, 0.0, probability)
