"""What a task found, as plain values that can be stored and sent."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from refgen.claims.kinds import InvalidMeasurement
from refgen.claims.resolution import PartResolution, combined


@dataclass(frozen=True)
class Outcome:
    """What one task found.

    Attributes
    ----------
    n_instances : int
        Instances tried, up to the first violating batch.
    tightness : float or None
    tightest, violation, reproduce : str or None
        Instances as Python expressions, and the line that measures the violation.
    error : str or None
        What the claim's own code raised.
    n_scanned, n_violating : int
        Instances of the scan, which are independent, and how many of them violate.
    parts : list of dict
        How finely each relation was decided; see `refgen.claims.resolution`.
    samples : list
        Draws of a Monte-Carlo task; see `refgen.verify.drawing`.
    measurements : bytes
        Rows for the table of all measurements, if they are recorded; see
        `refgen.verify.measurements`.
    seconds : float
        Time taken; it does not count as a finding.
    """

    n_instances: int = 0
    tightness: float | None = None
    tightest: str | None = None
    violation: str | None = None
    reproduce: str | None = None
    error: str | None = None
    n_scanned: int = 0
    n_violating: int = 0
    parts: list[dict[str, Any]] | None = None
    samples: list | None = None
    measurements: bytes | None = None
    seconds: float = 0.0

    def to_json(self) -> str:
        """The outcome without its measurements, which are stored separately."""
        return json.dumps(asdict(self) | {"measurements": None})

    @classmethod
    def from_json(cls, text: str) -> Outcome:
        return cls(**json.loads(text))


def merged(outcomes: Iterable[Outcome]) -> Outcome:
    """One outcome from those of a statement's tasks, given in the tasks' order.

    Examples
    --------
    >>> both = merged([Outcome(3, 0.5, "a"), Outcome(4, 0.7, "b")])
    >>> both.n_instances, both.tightest
    (7, 'b')
    """
    total: dict[str, Any] = asdict(Outcome())
    best = -math.inf
    parts: tuple[PartResolution, ...] = ()
    for outcome in outcomes:
        for name in ("n_instances", "n_scanned", "n_violating", "seconds"):
            total[name] += getattr(outcome, name)
        if outcome.tightness is not None and outcome.tightness > best:
            best = outcome.tightness
            total["tightness"], total["tightest"] = best, outcome.tightest
        try:
            parts = combined(parts, resolutions(outcome.parts))
        except InvalidMeasurement as error:
            total["error"] = total["error"] or f"InvalidMeasurement: {error}"
        for name in ("violation", "reproduce", "error"):
            total[name] = total[name] or getattr(outcome, name)
    return Outcome(**total | {"parts": [part.to_dict() for part in parts]})


def resolutions(parts: list[dict[str, Any]] | None) -> tuple[PartResolution, ...]:
    """The parts of an outcome, from plain values."""
    return tuple(PartResolution(**part) for part in parts or ())
