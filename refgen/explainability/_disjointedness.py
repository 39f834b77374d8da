"""What bounds on the disjointedness factor are."""

from __future__ import annotations

from typing import Any, NamedTuple


class DisjointednessBracket(NamedTuple):
    """Numbers between which the disjointedness factor ρ_S lies for certain."""

    low: Any
    """At least 1, of shape (...)."""
    high: Any
    """At most √m, of shape (...)."""
