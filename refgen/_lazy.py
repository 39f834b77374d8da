"""Public names that load on first use."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def lazy(
    package: str, public: Sequence[str], where: Mapping[str, str] | None = None
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` of a package.

    A type checker that sees them takes any name for a public one, so hide them from it
    and show it the imports::

        if TYPE_CHECKING:
            from package.module import name
        else:
            __getattr__, __dir__ = lazy(__name__, __all__, {"name": "module"})

    Parameters
    ----------
    package : str
    public : sequence of str
        All that the package offers; ``dir`` lists nothing else.
    where : mapping, optional
        From a name to the module of the package that defines it. Public names that are
        neither there nor defined by the package are modules.

    Examples
    --------
    >>> find, names = lazy("refgen", ["arrays"])
    >>> find("arrays").__name__, names()
    ('refgen.arrays', ['arrays'])
    """
    where = {} if where is None else where

    def find(name: str) -> Any:
        if name in where:
            module = importlib.import_module(f"{package}.{where[name]}")
            return getattr(module, name)
        if name in public:
            return importlib.import_module(f"{package}.{name}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return find, lambda: sorted(public)
