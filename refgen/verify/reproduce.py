"""One line of Python that shows a refutation again, exactly, from any directory.

A violation is measured again on its instance, by `refgen.verify.check`. What no single
instance shows is run again with the same draws, by `refgen.verify.verify_claim`: a
refutation by simulation, and a violation on an instance that is too large for a line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np

from refgen.arrays import Fixed, Instance
from refgen.claims.model import Claim
from refgen.verify.declared import declared, where
from refgen.verify.instances import is_unchanged
from refgen.verify.profiles import PROFILES, Profile

# Linux takes arguments of up to 128 KiB.
_LONGEST = 100_000


def measuring(claim: Claim, instance: Instance, rg: Any) -> str | None:
    """The line that measures a claim on an instance; None if no line can hold it.

    Parameters
    ----------
    claim : Claim
    instance : Instance
        On the host.
    rg : module
        The package that the claim was measured with.

    Examples
    --------
    >>> import refgen as rg
    >>> from refgen.claims import get
    >>> from refgen.disagreement import FiniteLaw
    >>> law = FiniteLaw([1.0], [[0.0, 1.0]], [[1.0, 0.0]])
    >>> print(measuring(get("GDE-6"), law, rg).partition("; print")[0])
    from refgen.disagreement.laws import FiniteLaw; from refgen.verify import check
    """
    shown = _expression(instance)
    if shown is None:
        return None
    types = {(t.__module__, t.__qualname__) for t in _types(instance)}
    line = (
        declared(claim, types)
        + "from refgen.verify import check; "
        + f"print(check({claim.id!r}, {shown}{_package(rg)}))"
        + where(claim, types)
    )
    return line if len(line.encode()) <= _LONGEST else None


def running(claim: Claim, settings: Any, share: float, rg: Any) -> str:
    """The line that runs a claim and its twins as they were run before.

    Parameters
    ----------
    claim : Claim
    settings : refgen.verify.tasks.Settings
    share : float
        Error probability of each simulated statement of the claim.
    rg : module

    Examples
    --------
    >>> import refgen as rg
    >>> from refgen.claims import get
    >>> from refgen.verify.tasks import Settings
    >>> line = running(get("GDE-17s"), Settings(28, 10, 4000, 4096, 4, 1), 1e-5, rg)
    >>> print(line.partition("; print")[0].partition("result = ")[2])
    verify_claim(get('GDE-17s'), PROFILES['quick'], seed=28, error_probability=2e-05)
    """
    name, profile = _profile(settings)
    spent = ""
    if claim.monte_carlo:
        # Every statement gets the same share of it.
        spent = f", error_probability={share * (1 + len(claim.twins))!r}"
    call = f"{profile}, seed={settings.seed}{spent}{_package(rg)}"
    return (
        declared(claim, set())
        + f"from refgen.claims import get; from refgen.verify import {name}, "
        + f"verify_claim; result = verify_claim(get({claim.id!r}), {call}); "
        + "print(result.verdict, result.decision or '')"
        + where(claim, set())
    )


def _expression(instance: Instance) -> str | None:
    """Python that makes the same bits again.

    By its type, unless a check of its arguments would change their last bits.
    """
    for maker in ("", ".trusted"):
        try:
            arrays = instance.map(np.asarray)
            if is_unchanged(_rebuilt(instance, bool(maker)), arrays):
                return _written(instance, maker)
        except (TypeError, ValueError):  # refused, as samplers may go beyond its checks
            continue
    return None


def _rebuilt(instance: Instance, trusted: bool) -> Any:
    values = {
        name: _rebuilt(value, trusted) if isinstance(value, Instance) else _plain(value)
        for name, value in _values(instance)
    }
    kind = type(instance)
    made = kind.trusted(**values) if trusted else kind(**values)
    return made.map(np.asarray)


def _written(instance: Instance, maker: str) -> str:

    def shown(value: Any) -> str:
        nested = isinstance(value, Instance)
        return _written(value, maker) if nested else repr(_plain(value))

    parts = (f"{name}={shown(value)}" for name, value in _values(instance))
    return f"{type(instance).__qualname__}{maker}({', '.join(parts)})"


def _values(instance: Instance) -> Iterator[tuple[str, Any]]:
    for field in fields(instance):  # type: ignore[arg-type]
        yield field.name, getattr(instance, field.name)


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value


def _types(instance: Instance) -> Iterator[type]:
    """The types of an instance and of the instances in it."""
    yield type(instance)
    for _, value in _values(instance):
        if isinstance(value, Instance):
            yield from _types(value)
        elif isinstance(value, Fixed):
            yield type(value)


def _package(rg: Any) -> str:
    name = rg.__name__
    return "" if name == "refgen" else f", rg=__import__({name!r})"


def _profile(settings: Any) -> tuple[str, str]:
    """What to import for the profile of a run, and how to write it."""

    def sizes(p: Profile) -> tuple[int, ...]:
        return p.search_examples, p.draws, p.simulated

    for name, profile in PROFILES.items():
        wanted = (settings.search_examples, settings.draws, settings.simulated)
        if sizes(profile) == wanted:
            n = settings.instances
            other = "" if n == profile.instances else f", n_instances={n}"
            return "PROFILES", f"PROFILES[{name!r}]{other}"
    made = Profile(
        "again",
        settings.instances,
        settings.search_examples,
        True,
        settings.draws,
        settings.simulated,
    )
    return "Profile", repr(made)
