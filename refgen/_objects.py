"""Checks of arguments that are neither arrays nor numbers: instances and streams."""

from __future__ import annotations

import inspect
from typing import Any


def check_instance(name: str, value: Any, *kinds: type) -> Any:
    """`value`, which has to be an instance of one of the classes `kinds`.

    An instance whose arrays are on a device is one, too.

    Parameters
    ----------
    name : str
        Name of the argument.
    value : object
    *kinds : type
        Public classes of refgen, such as ``FiniteLaw`` or ``Stream``.

    Raises
    ------
    TypeError
        If it is of another type; the message says how to build the right one.

    Examples
    --------
    >>> from refgen.random import Stream
    >>> check_instance("stream", Stream(0, "docs"), Stream)
    Stream(0, 'docs')
    """
    if isinstance(value, kinds):
        return value
    wanted = " or ".join(_with_article(kind.__name__) for kind in kinds)
    raise TypeError(
        f"{name} must be {wanted}, got {_shown(value)}; build one with "
        f"{' or '.join(map(_constructor, kinds))}"
    )


def _with_article(noun: str) -> str:
    return f"{'an' if noun[0] in 'AEIOUaeiou' else 'a'} {noun}"


def _shown(value: Any) -> str:
    """What was given, in few words: a whole array or law would fill pages."""
    if value is None:
        return "None"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    return _with_article(type(value).__name__)


def _constructor(kind: type) -> str:
    """How a class is called, with the path that users import it from."""
    package = ".".join(kind.__module__.split(".")[:2])
    parameters = inspect.signature(kind).parameters.values()
    names = [f"*{p.name}" if p.kind is p.VAR_POSITIONAL else p.name for p in parameters]
    return f"{package}.{kind.__name__}({', '.join(names)})"
