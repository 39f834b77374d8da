"""Linear examples by how many deviations a test margin is above 0."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.domains import Record, integer, not_a, real, record
from refgen.uniform_convergence import LinearExample


def example(n_samples: Any, dimension: Any, reach: Any) -> LinearExample:
    """With α/√β = reach and a noise of 1.

    Examples
    --------
    >>> float(example(4, 100, 1.25).signal)
    0.25
    """
    xp = namespace(reach)
    signal = reach * xp.sqrt(n_samples / dimension)
    return LinearExample(n_samples, dimension, signal, 1 + 0 * signal)


def fields(most_samples: int = 40, most_dimensions: int = 1000) -> dict[str, Any]:
    """Fields of such examples, in which no error is next to nothing.

    Examples
    --------
    >>> sorted(fields())
    ['dimension', 'n_samples', 'reach']
    """
    return {
        "n_samples": integer(2, most_samples),
        "dimension": integer(2, most_dimensions),
        "reach": real(0.02, 6.0, log=True),
    }


def not_reached(
    case: Any, most_samples: float = 40, most_dimensions: float = 1000
) -> str | None:
    """Why something is no linear example with such fields."""
    reason = not_a(LinearExample, case)
    if reason:
        return reason
    m, D, noise = map(float, (case.n_samples, case.dimension, case.noise))
    if not (m <= most_samples and most_dimensions >= D and noise == 1):
        return (
            f"there must be at most {most_samples:g} samples and "
            f"{most_dimensions:g} dimensions, and a noise of 1"
        )
    reach = float(case.signal_ratio) * (D / m) ** 0.5
    if not 0.02 - 1e-9 <= reach <= 6 + 1e-9:
        return f"α/√β must be in [0.02, 6], got {reach:g}"
    return None


def reaching(most_samples: int, most_dimensions: int, examples: Any) -> Record:
    """A domain with α/√β in [0.02, 6], where no error is next to nothing.

    Examples
    --------
    >>> reaching(5, 9, lambda: [example(2, 9, 1.0)]).description
    '2 to 5 samples in 2 to 9 noise dimensions, α/√β in [0.02, 6]'
    """
    return record(
        example,
        _said(most_samples, most_dimensions),
        **fields(most_samples, most_dimensions),
        outside=lambda case: not_reached(case, most_samples, most_dimensions),
        examples=examples,
    )


def _said(most_samples: int, most_dimensions: int) -> str:
    return (
        f"2 to {most_samples} samples in 2 to {most_dimensions} noise dimensions, "
        "α/√β in [0.02, 6]"
    )


reached = reaching(
    40, 1000, lambda: [example(10, 1000, 1.25), example(2, 2, 0.5), example(40, 2, 0.1)]
)
