"""Instances that are no members of a claim's domain: no claim is measured on them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from refgen.arrays import Instance
from refgen.claims.model import Claim, Statement


class OutsideDomain(ValueError):
    """An instance of which a claim says nothing."""


def require_member(claim: Claim, rg: Any, instance: Any) -> None:
    """Refuse an instance of which the claim says nothing.

    Raises
    ------
    OutsideDomain
        Saying why, such as "instance is outside the domain of GDE-8b: k must be 2, got
        3".
    """
    known = isinstance(instance, Instance)
    reason = claim.domain.reason(rg.arrays.to_host(instance) if known else instance)
    if reason is not None:
        raise OutsideDomain(f"instance is outside the domain of {claim.id}: {reason}")


def require_members(
    statement: Statement, rg: Any, batch: Any, rows: Iterable[int] = (0,)
) -> None:
    """Refuse a batch of which some of the `rows` are outside their own domain.

    Raises
    ------
    OutsideDomain
        Naming the first one, and why.
    """
    for row in rows:
        instance = rg.arrays.to_host(batch.take(row))
        reason = statement.domain.reason(instance)
        if reason is not None:
            raise OutsideDomain(
                f"the domain of {statement.domain.description!r} does not contain its "
                f"own {instance!r}: {reason}"
            )
