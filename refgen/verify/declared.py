"""Where a claim and the types of its instances are declared, for another process."""

from __future__ import annotations

import sys
from pathlib import Path

from refgen.claims import registry
from refgen.claims.model import Claim


def declared(claim: Claim, types: set[tuple[str, str]]) -> str:
    """Statements after which the claim is registered and its types are known.

    Parameters
    ----------
    claim : Claim
    types : set of (module, name)
        Of the instance.

    Examples
    --------
    >>> from refgen.claims import get
    >>> declared(get("GDE-6"), {("refgen.disagreement.laws", "FiniteLaw")})
    'from refgen.disagreement.laws import FiniteLaw; '
    """
    modules = {module for module, _ in types} | {_module(claim)}
    found = "".join(_loaded(module) for module in sorted(modules))
    by_path = {m for m in modules if _by_path(m)}
    return found + "".join(
        f"from {module} import {name.partition('.')[0]}; "
        for module, name in sorted(types)
        if module not in by_path
    )


def _module(claim: Claim) -> str:
    return str(getattr(claim.measure, "__module__", "") or "")


def _loaded(module: str) -> str:
    """Statements that load a module of a user's from its file; refgen knows its own."""
    if _is_ours(module) or _file(module) is None:
        return ""
    if _by_path(module):
        return (
            f"import runpy; globals().update(runpy.run_path({str(_file(module))!r})); "
        )
    root = _root(module)
    found = (
        "" if "site-packages" in root.parts else f"sys.path.insert(0, {str(root)!r}); "
    )
    return f"import sys; {found}import {module}; "


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in ("refgen", "refgen_gpu")


def _file(module: str) -> Path | None:
    """The source of a loaded module; None if it has none, as in a notebook."""
    name = getattr(sys.modules.get(module), "__file__", None)
    path = Path(name).resolve() if name else None
    return path if path is not None and path.is_file() else None


def _root(module: str) -> Path:
    """The folder from which the module is imported by its name."""
    path = _file(module)
    assert path is not None
    here = path.parent if path.name == "__init__.py" else path.with_suffix("")
    return here.parents[module.count(".")]


def _by_path(module: str) -> bool:
    """Whether a module is found by its file only: a script, or one of another name."""
    path = _file(module)
    if path is None or _is_ours(module):
        return False
    here = path.parent if path.name == "__init__.py" else path.with_suffix("")
    parts = tuple(module.split("."))
    return module == "__main__" or here.parts[-len(parts) :] != parts


def where(claim: Claim, types: set[tuple[str, str]]) -> str:
    """A comment, if another process cannot know the claim or the types.

    Parameters
    ----------
    claim, types
        As `declared` takes them.

    Examples
    --------
    >>> from refgen.claims import get
    >>> where(get("GDE-6"), set())
    ''
    """
    places = {*types, (_module(claim), getattr(claim.measure, "__qualname__", ""))}
    known = registry.is_registered(claim) and all(
        "<locals>" not in name and (_is_ours(module) or _file(module) is not None)
        for module, name in places
    )
    return "" if known else f"  # in the session that declared {claim.id}"
