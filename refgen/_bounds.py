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
