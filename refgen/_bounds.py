"""Theorems as they are measured on a user's data."""

from __future__ import annotations

from dataclasses import dataclass

from refgen.arrays import on_the_host


@on_the_host("plain numbers")
@dataclass(frozen=True)
class AuditedBound:
    """A theorem measured on the data: lhs `relation` rhs, within `slack`.

    Attributes
    ----------
    claim, statement, relation : str
        Id of the claim, what it says, and "≤" or "=".
    lhs, rhs, slack : float
        Both sides, and the rounding error they may carry.
    holds : bool
    """

    claim: str
    statement: str
    relation: str
    lhs: float
    rhs: float
    slack: float
    holds: bool


class WithBounds:
    """A result with a field `bounds`: theorems that were measured on the data."""

    bounds: tuple[AuditedBound, ...]

    @property
    def holds(self) -> bool:
        """Whether every bound holds on the data; True where none was measured."""
        return all(bound.holds for bound in self.bounds)

    @property
    def slack(self) -> float:
        """The largest rounding error that a bound was judged with; 0 without any."""
        return max((bound.slack for bound in self.bounds), default=0.0)

    def bound_rows(self) -> list[tuple[str, str, float, float, bool]]:
        """Claim, statement, left side, right side, and whether the bound holds.

        Examples
        --------
        >>> from refgen.disagreement import audit
        >>> audit([[0, 1], [1, 1]], labels=[0, 1]).bound_rows()[0]
        ('GDE-5', '|gap| ≤ CACE', 0.0, 0.0, True)
        """
        return [(b.claim, b.statement, b.lhs, b.rhs, b.holds) for b in self.bounds]


def audited_bound(
    claim: str,
    statement: str,
    lhs: float,
    rhs: float,
    slack: float,
    relation: str = "≤",
) -> AuditedBound:
    """A bound, and whether it holds within its slack.

    Examples
    --------
    >>> audited_bound("GDE-5", "|gap| ≤ CACE", 0.5, 0.25, 1e-9).holds
    False
    """
    excess = abs(lhs - rhs) if relation == "=" else lhs - rhs
    return AuditedBound(claim, statement, relation, lhs, rhs, slack, excess <= slack)
