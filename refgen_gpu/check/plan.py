"""The sections of the check, in the order of their value, and their shares of the time.

A section is a module of `refgen_gpu.check.sections` with

``LIMIT``
    Seconds after which a step counts as hung.
``steps()``
    The names of its steps.
``run(step, deadline)``
    Yields what the step has found so far, and at last all of it, as a dictionary; a
    long step stops by itself before ``time.monotonic()`` is past the deadline.
``problems(step, result)``
    What is wrong with a result, in words.
``NEEDS``, ``needs(step)``
    Packages without which no step, or this one, can run; neither has to be there.
"""

from __future__ import annotations

import os
from dataclasses import dataclass


def n_cores() -> int:
    """Cores that this process may use: a container's, not its machine's.

    Examples
    --------
    >>> n_cores() >= 1
    True
    """
    return len(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Phase:
    """Sections that run at the same time.

    Attributes
    ----------
    sections : tuple of str
        Steps of the first come first.
    share : float
        Of the time that is left, against the phases after it.
    most_lanes : int
        Steps that may run at once; those that are measured run alone.
    """

    sections: tuple[str, ...]
    share: float
    most_lanes: int = 1

    @property
    def n_lanes(self) -> int:
        """As many lanes as the cores can feed: two cores each.

        Examples
        --------
        >>> Phase(("speed",), 1.0).n_lanes
        1
        """
        return max(1, min(self.most_lanes, n_cores() // 2))


# The shares are of about ten minutes: 60 seconds of start, where nothing has been read
# from the disk yet, 45 of smoke, and so on. What a phase leaves of its time goes to the
# ones after it.
PHASES = (
    Phase(("start",), 60),
    Phase(("smoke",), 45, most_lanes=8),
    Phase(("bits",), 65),
    Phase(("speed",), 150),
    Phase(("parity", "claims"), 210, most_lanes=8),
    Phase(("sanitizer",), 90),
    Phase(("beliefs",), 30),
)


def sections(phases: tuple[Phase, ...] = PHASES) -> list[str]:
    """Names of all sections.

    Examples
    --------
    >>> sections()[:2]
    ['start', 'smoke']
    """
    return [name for phase in phases for name in phase.sections]


def time_limit(phases: tuple[Phase, ...], seconds_left: float) -> float:
    """Seconds for the first of `phases`; what it does not use goes to the others.

    Examples
    --------
    >>> time_limit((Phase(("a",), 1), Phase(("b",), 2)), 30.0)
    10.0
    """
    share = phases[0].share / sum(phase.share for phase in phases)
    return max(seconds_left * share, 0.0)


def only(names: list[str], phases: tuple[Phase, ...] = PHASES) -> tuple[Phase, ...]:
    """The phases with these sections alone; all of them if `names` is empty.

    Examples
    --------
    >>> only(["claims"])[0].sections
    ('claims',)
    """
    kept = [
        Phase(tuple(s for s in p.sections if s in names), p.share, p.most_lanes)
        for p in phases
    ]
    return tuple(p for p in kept if p.sections) if names else phases
