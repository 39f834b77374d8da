"""The arguments of a run: refused before any work, by their names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from refgen._checks import check_choice, check_integer, check_open_unit
from refgen._objects import check_instance
from refgen.random import Stream
from refgen.verify.profiles import PROFILES, Profile


def as_package(rg: Any) -> Any:
    """The package that claims run on; `refgen` for None.

    Raises
    ------
    TypeError

    Examples
    --------
    >>> as_package(None).__name__
    'refgen'
    """
    if rg is None:
        import refgen as rg
    # By what is needed of it: tests put stand-ins in its place.
    if not all(hasattr(rg, name) for name in ("__name__", "arrays", "random")):
        raise TypeError(f"rg must be refgen or refgen_gpu, got {type(rg).__name__}")
    return rg


def as_profile(name: str) -> Profile:
    """A profile by its name.

    Raises
    ------
    ValueError

    Examples
    --------
    >>> as_profile("quick").instances
    4000
    """
    return PROFILES[check_choice("profile", name, PROFILES)]


def check_run(
    n_instances: Any,
    seed: Any,
    error_probability: Any,
    n_jobs: Any = 1,
    dask: Any = None,
    run: Any = None,
    **functions: Any,
) -> None:
    """Refuse numbers out of range, and what is no function.

    Raises
    ------
    TypeError, ValueError

    Examples
    --------
    >>> check_run(None, 0, 1e-3)
    """
    if n_instances is not None:
        check_integer("n_instances", n_instances, 1)
    check_integer("n_jobs", n_jobs, 1)
    check_open_unit("error_probability", error_probability)
    Stream(seed)
    if dask is not None and not isinstance(dask, str):
        raise TypeError(f"dask must be an address or 'local', got {dask!r:.80}")
    if run is not None and not isinstance(run, str | Path):
        raise TypeError(f"run must be the path of a folder, got {run!r:.80}")
    for name, function in functions.items():
        if function is not None and not callable(function):
            raise TypeError(f"{name} must be a function, got {function!r:.80}")


def check_profile(profile: Any) -> Profile:
    """A profile, which is no name.

    Raises
    ------
    TypeError

    Examples
    --------
    >>> check_profile(PROFILES["quick"]).name
    'quick'
    """
    return check_instance("profile", profile, Profile)
