"""Linear examples with a failure probability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.domains import Record, not_a, real, record
from refgen.uniform_convergence import LinearExample

MOST_SAMPLES, MOST_DIMENSIONS, NOISE = 2000.0, 1e5, 32.0


@dataclass(frozen=True, repr=False)
class Level(Instance):
    """An example and δ.

    Attributes
    ----------
    example : LinearExample of shape (...)
    delta : array of shape (...)
        In (0, 1).
    """

    example: LinearExample
    delta: Any


def level(m: int, D: int, delta: float, ratio: float = 1 / 8) -> Level:
    """One example with the noise of the paper, V = 32, and a = ratio · V."""
    return Level(LinearExample(m, D, NOISE * ratio, NOISE), np.array(delta))


def level_of(n_samples: Any, dimension: Any, ratio: Any, delta: Any) -> Level:
    """Sizes are rounded down to whole numbers."""
    m, D = (namespace(delta).floor(size) for size in (n_samples, dimension))
    return Level(LinearExample(m, D, NOISE * ratio, NOISE + 0 * ratio), delta)


def not_a_level(case: Any) -> str | None:
    """Why there is no example of the paper's noise with such sizes, and δ in (0, 1)."""
    reason = not_a(Level, case) or not_a(LinearExample, case.example)
    if reason:
        return reason
    example, delta = case.example, float(case.delta)
    m, D = float(example.n_samples), float(example.dimension)
    if not 0 < delta < 1:
        return f"delta must be strictly between 0 and 1, got {delta:g}"
    if not (2 <= m <= MOST_SAMPLES and 2 <= D <= MOST_DIMENSIONS):
        return (
            f"there must be 2 to {MOST_SAMPLES:g} samples and 2 to "
            f"{MOST_DIMENSIONS:g} dimensions, got {m:g} and {D:g}"
        )
    if float(example.noise) != NOISE or not 0 < float(example.signal_ratio) < 4:
        return f"the noise must be {NOISE:g}, and the signal positive and below 128"
    return None


def levels(
    description: str,
    examples: Any,
    n_samples: tuple[float, float] = (2, MOST_SAMPLES),
    dimension: tuple[float, float] = (2, MOST_DIMENSIONS),
    ratio: tuple[float, float] = (0.02, 2.0),
    delta: tuple[float, float] = (1e-6, 1 - 1e-6),
) -> Record:
    """A domain of examples with δ, each size of all orders of magnitude."""
    return record(
        level_of,
        description,
        n_samples=real(*n_samples, log=True),
        dimension=real(*dimension, log=True),
        ratio=real(*ratio, log=True),
        delta=real(*delta),
        outside=not_a_level,
        examples=examples,
    )
