"""All claims by id."""

from __future__ import annotations

import difflib
import fnmatch
import importlib
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from refgen.claims.kinds import Kind
from refgen.claims.model import Claim, Domain

THEORIES = ("disagreement", "resmem")

_claims: dict[str, Claim] = {}
_without_twin: dict[str, Claim] = {}


class UnknownClaim(KeyError):
    """No claim has that id."""

    def __str__(self) -> str:
        return str(self.args[0])


class RegistrationError(RuntimeError):
    """A claim repeats an id or has no twin."""


def claim(
    id: str,
    *,
    kind: Kind,
    domain: Domain,
    source: str,
    cost: int = 1,
    slow: bool = False,
    monte_carlo: bool = False,
) -> Callable[[Callable[..., Any]], Claim]:
    """Declare a claim; it registers with its first ``.twin(...)``.

    Parameters
    ----------
    id : str
        As in the heading of its theory page.
    kind : {"identity", "inequality", "limit", "rate", "existence"}
    domain : Domain
    source : str
        Paper and theorem, or "derived here".
    cost : int
        Work per instance relative to a closed form.
    slow : bool
        Leave out of the quick profile.
    monte_carlo : bool
        The function takes `refgen.claims.sampled.Draws` as a third argument and gives
        `sampled` measurements, decided by confidence intervals.

    Raises
    ------
    RegistrationError
        If the id is taken or the function has no docstring (its statement).
    """

    def declare(measure: Callable[..., Any]) -> Claim:
        if id in _claims or id in _without_twin:
            raise RegistrationError(f"a claim with id {id!r} exists already")
        if not measure.__doc__:
            raise RegistrationError(f"claim {id!r} has no docstring to state it")
        options = (cost, slow, monte_carlo)
        declared = Claim(kind, domain, measure, id, source, *options, [], _register)
        _without_twin[id] = declared
        return declared

    return declare


def _register(declared: Claim) -> None:
    _claims[declared.id] = _without_twin.pop(declared.id)


@cache
def _load() -> None:
    for theory in THEORIES:
        importlib.import_module(f"refgen.claims.{theory}")
    check_twins()


def check_twins() -> None:
    """Raise if any declared claim has no twin."""
    if _without_twin:
        raise RegistrationError(f"claims without a twin: {sorted(_without_twin)}")


def all_claims() -> list[Claim]:
    """Every registered claim, in natural order of ids.

    Examples
    --------
    >>> all_claims()[0].id
    'GDE-1'
    """
    _load()
    return sorted(_claims.values(), key=lambda c: _natural(c.id))


def _natural(id: str) -> tuple:
    # Ids with a number ("GDE-8a") come before names ("digits").
    match = re.fullmatch(r"([A-Z]+)-(\d+)(\w*)", id)
    return (0, match[1], int(match[2]), match[3]) if match else (1, id, 0, "")


def get(id: str) -> Claim:
    """The claim with that id.

    Raises
    ------
    UnknownClaim
        Naming the nearest ids.

    Examples
    --------
    >>> get("GDE-6").kind
    'inequality'
    """
    return find([id])[0]


def find(patterns: Iterable[str]) -> list[Claim]:
    """Claims whose id matches any of the ids or globs; all if there are none.

    Examples
    --------
    >>> [claim.id for claim in find(["GDE-4*"])]
    ['GDE-4', 'GDE-4b']
    """
    claims, wanted = all_claims(), list(patterns)
    for pattern in wanted:
        if not any(fnmatch.fnmatchcase(c.id, pattern) for c in claims):
            raise UnknownClaim(_unknown(pattern, [c.id for c in claims]))
    if not wanted:
        return claims
    return [c for c in claims if any(fnmatch.fnmatchcase(c.id, p) for p in wanted)]


def _unknown(pattern: str, ids: list[str]) -> str:
    lower = {id.lower(): id for id in ids}
    near = difflib.get_close_matches(pattern.lower(), lower, n=3, cutoff=0.5)
    hint = ", ".join(lower[n] for n in near)
    return f"no claim {pattern!r}; " + (
        f"nearest: {hint}" if hint else "see `refgen list`"
    )
