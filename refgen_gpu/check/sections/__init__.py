"""The sections of the check, in order, and their shares of the time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from refgen_gpu.check import beliefs, bits, claims, facts, parity, sanitizer, speed


@dataclass(frozen=True)
class Section:
    """One part of the check.

    Attributes
    ----------
    name : str
    weight : float
        Share of the time that is left when it starts, against the ones after it.
    run : callable
        ``run(deadline)`` yields named results, until ``time.monotonic()`` is past.
    problems : callable
        What is wrong with a dictionary of results, in words.
    needs : tuple of str
        Modules without which it cannot run.
    """

    name: str
    weight: float
    run: Callable[[float], Iterator[tuple[str, Any]]]
    problems: Callable[[dict[str, Any]], list[str]]
    needs: tuple[str, ...] = ()


_ENGINE = ("scipy", "sklearn", "numba", "hypothesis")

# What a section leaves of its time goes to the ones after it, so those come last whose
# need is hardest to foresee.
SECTIONS = (
    Section("facts", 2, facts.run, facts.problems),
    Section("beliefs", 2, beliefs.run, beliefs.problems, ("scipy",)),
    Section("bits", 3, bits.run, bits.problems, ("numba",)),
    Section("speed", 5, speed.run, speed.problems, (*_ENGINE, "threadpoolctl")),
    Section("parity", 6, parity.run, parity.problems, (*_ENGINE, "pytest")),
    Section("sanitizer", 4, sanitizer.run, sanitizer.problems),
    Section("claims", 8, claims.run, claims.problems, _ENGINE),
)


def by_name(name: str) -> Section:
    """The section of that name.

    Examples
    --------
    >>> by_name("bits").needs
    ('numba',)
    """
    return next(section for section in SECTIONS if section.name == name)


def time_limit(sections: list[Section], seconds_left: float) -> float:
    """Seconds for the first of `sections`; what it does not use goes to the others.

    Examples
    --------
    >>> time_limit([by_name("facts"), by_name("beliefs")], 30.0)
    15.0
    """
    share = sections[0].weight / sum(section.weight for section in sections)
    return max(seconds_left * share, 0.0)
