"""All claims by id; only the modules of those that are asked for are imported."""

from __future__ import annotations

import difflib
import fnmatch
import importlib
import inspect
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, get_args

from refgen._checks import check_integer
from refgen.claims.kinds import Kind
from refgen.claims.model import Claim, RegistrationError, check_measure
from refgen.claims.sources import DERIVED
from refgen.domains import Domain
from refgen.theories import THEORIES

_claims: dict[str, Claim] = {}


class UnknownClaim(ValueError):
    """No claim has that id."""


def claim(
    id: str,
    *,
    kind: Kind,
    domain: Domain,
    source: str = DERIVED,
    cost: int = 1,
    slow: bool = False,
) -> Callable[[Callable[..., Any]], Claim]:
    """Declare a claim, which registers it.

    Declared again in the same file, it replaces the first one. A function with a third
    argument `draws` (`refgen.claims.sampled.Draws`) gives `sampled` measurements, which
    are decided by confidence intervals.

    Parameters
    ----------
    id : str
        As in the heading of its theory page. In the package it is a literal in double
        quotes, which is read from the source before the module is imported.
    kind : {"identity", "inequality", "limit", "rate", "existence"}
        What the theorem is; the function may return other relations besides.
    domain : Domain
    source : str
        Paper and theorem, or "derived here".
    cost : int
        Work per instance relative to a closed form.
    slow : bool
        Leave out of the quick profile.

    Raises
    ------
    RegistrationError
        If the id is taken by another file, the kind is unknown, `domain` is not a
        domain, or the function has no docstring (its statement) or other arguments
        than ``(rg, instance)`` or ``(rg, instance, draws)``, aside from those with a
        default.
    TypeError, ValueError
        If `id` or `source` is not text, `cost` is not a positive integer, or `slow` is
        neither True nor False.
    """
    check_integer("cost", cost, 1)
    for name, text in (("id", id), ("source", source)):
        if not isinstance(text, str) or not text.strip():
            raise TypeError(f"{name} must be a text, got {text!r:.80}")
    if not isinstance(slow, bool):
        raise TypeError(f"slow must be True or False, got {slow!r:.80}")
    if not isinstance(domain, Domain):
        raise RegistrationError(
            f"claim {id!r}: domain must be a refgen.domains.Domain, got "
            f"{type(domain).__name__}"
        )
    if not isinstance(kind, str) or kind not in get_args(Kind):
        raise RegistrationError(
            f"claim {id!r}: kind must be one of {get_args(Kind)}, got {kind!r}"
        )

    def declare(measure: Callable[..., Any]) -> Claim:
        check_measure(f"claim {id!r}", measure)
        if not measure.__doc__:
            raise RegistrationError(f"claim {id!r} has no docstring to state it")
        home = modules().get(id, measure.__module__)
        if home != measure.__module__:
            raise RegistrationError(f"a claim with id {id!r} exists already, in {home}")
        known = _claims.get(id)
        if known is not None and _file(known.measure) != _file(measure):
            raise RegistrationError(
                f"a claim with id {id!r} exists already, in {_file(known.measure)}"
            )
        _claims[id] = Claim(kind, domain, measure, id, source, cost, slow)
        return _claims[id]

    return declare


def _file(measure: Callable[..., Any]) -> str:
    return inspect.unwrap(measure).__code__.co_filename


_DECLARATION = re.compile(r'^@claim\(\s*"([^"]+)"', re.MULTILINE)


@cache
def modules() -> dict[str, str]:
    """The module of every claim of the package, read from the sources.

    Examples
    --------
    >>> modules()["GDE-6"]
    'refgen.claims.disagreement.theorems'
    """
    here = Path(__file__).parent
    found: dict[str, str] = {}
    for theory in THEORIES:
        for path in sorted((here / theory).glob("*.py")):
            module = f"{__package__}.{theory}.{path.stem}"
            ids = _DECLARATION.findall(path.read_text(encoding="utf-8"))
            found |= dict.fromkeys(ids, module)
    return found


def _loaded(ids: Iterable[str]) -> list[Claim]:
    """Claims of these ids, in natural order, with their modules imported."""
    wanted = set(ids)
    for module in sorted({modules()[id] for id in wanted if id in modules()}):
        importlib.import_module(module)
    return sorted((_claims[id] for id in wanted), key=lambda c: _natural(c.id))


def _known() -> set[str]:
    return _claims.keys() | modules().keys()


def all_claims() -> list[Claim]:
    """Every registered claim, in natural order of ids.

    Examples
    --------
    >>> all_claims()[0].id
    'GDE-1'
    """
    return _loaded(_known())


def _natural(id: str) -> tuple:
    # Ids with a number ("GDE-8a") come before names ("digits").
    match = re.fullmatch(r"([A-Z]+)-(\d+)(\w*)", id)
    return (0, match[1], int(match[2]), match[3]) if match else (1, id, 0, "")


def is_registered(claim: Claim) -> bool:
    """Whether this very claim is the one that `get` finds by its id.

    Examples
    --------
    >>> is_registered(get("GDE-6"))
    True
    """
    return _claims.get(claim.id) is claim


def get(id: str) -> Claim:
    """The claim with that id.

    Raises
    ------
    UnknownClaim
        Naming the nearest ids.
    TypeError
        If `id` is not text.

    Examples
    --------
    >>> get("GDE-6").kind
    'inequality'
    """
    if not isinstance(id, str):
        raise TypeError(f"id must be the id of a claim, got {id!r:.80}")
    known = _known()
    if id not in known:
        raise UnknownClaim(f"id: {_unknown('claim', id, known)}")
    return _loaded([id])[0]


def as_ids(ids: Iterable[str] | None) -> list[str] | None:
    """Ids, globs and names of theories as a list; one of them may be given alone.

    None stands for all claims, and stays None.

    Raises
    ------
    TypeError
        If one of them is not text.
    ValueError
        If there is none: a choice that found nothing must not stand for all claims.

    Examples
    --------
    >>> as_ids("GDE-6")
    ['GDE-6']
    """
    if ids is None:
        return None
    if isinstance(ids, str):
        return [ids]
    listed = list(ids) if isinstance(ids, Iterable) else [ids]
    for each in listed:
        if not isinstance(each, str):
            raise TypeError(f"ids must be ids of claims or globs, got {each!r:.80}")
    if not listed:
        raise ValueError("ids is empty; leave it out to ask for all claims")
    return listed


def find(ids: Iterable[str] | None = None) -> list[Claim]:
    """The claims that are asked for.

    Parameters
    ----------
    ids : iterable of str, optional
        Ids, globs of ids, or names of theories, which stand for all their claims. All
        claims by default.

    Raises
    ------
    UnknownClaim
        If one of them matches nothing; the nearest ids and theories are named.
    TypeError, ValueError
        If one of them is not text, or there is none.

    Examples
    --------
    >>> [claim.id for claim in find(["GDE-4*"])]
    ['GDE-4', 'GDE-4b', 'GDE-4c']
    >>> {claim.theory for claim in find(["resmem"])}
    {'resmem'}
    """
    known, wanted = _known(), as_ids(ids)
    if wanted is None:
        return _loaded(known)
    found: set[str] = set()
    for pattern in wanted:
        matching = {id for id in known if fnmatch.fnmatchcase(id, pattern)}
        if pattern in THEORIES:
            matching |= {id for id in known if _theory(id) == pattern}
        if not matching:
            near = _unknown("claim or theory", pattern, {*known, *THEORIES})
            raise UnknownClaim(f"ids: {near}")
        found |= matching
    return _loaded(found)


def _theory(id: str) -> str:
    if id in _claims:
        return _claims[id].theory
    return modules()[id].split(".")[2]


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    lower = {known_name.lower(): known_name for known_name in sorted(known)}
    near = difflib.get_close_matches(name.lower(), lower, n=3, cutoff=0.5)
    hint = ", ".join(lower[n] for n in near)
    return f"no {what} {name!r}; " + (
        f"nearest: {hint}" if hint else "see `refgen list`"
    )
