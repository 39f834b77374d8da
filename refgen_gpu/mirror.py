"""refgen's packages on the device: formulas are written once, and run where arrays are.

A mirrored package has the names of its twin in refgen:

* what the module of the same path in refgen_gpu defines itself;
* instance types with their arrays on the device (`refgen_gpu.instances`);
* functions that take device arrays (`refgen_gpu.placement.device_function`);
* what is marked with `refgen.arrays.on_the_host`, and any other object, as it is.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
from collections.abc import Callable
from typing import Any

from refgen.arrays import Instance, why_on_the_host
from refgen_gpu.instances import device_type
from refgen_gpu.placement import device_function

HOST, DEVICE = "refgen", "refgen_gpu"


def mirrored(
    name: str,
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """``__getattr__``, ``__dir__`` and ``__all__`` of the mirror of a package.

    A type checker that sees them takes any name for a public one; show it the names of
    refgen instead::

        if TYPE_CHECKING:
            from refgen.theory import *
        else:
            __getattr__, __dir__, __all__ = mirrored(__name__)

    Parameters
    ----------
    name : str
        Of the package, or module, in refgen_gpu; its twin has the same path in refgen.
    """
    twin = importlib.import_module(name.replace(DEVICE, HOST, 1))
    names = sorted(twin.__all__)

    found: dict[str, Any] = {}

    def find(attribute: str) -> Any:
        if attribute not in names:
            raise AttributeError(f"module {name!r} has no attribute {attribute!r}")
        if attribute in found:
            return found[attribute]
        value = _on_device(getattr(twin, attribute), attribute, name)
        # The same object for every thread.
        return found.setdefault(attribute, value)

    return find, lambda: list(names), list(names)


def _on_device(value: Any, name: str, module: str) -> Any:
    own = own_version(value, name)
    if own is not None:
        return own
    if why_on_the_host(value) is not None:
        return value
    if inspect.isfunction(value):
        return device_function(value, module, name)
    if inspect.isclass(value) and issubclass(value, Instance):
        return device_type(value, module)
    return value


def own_version(value: Any, name: str) -> Any:
    """What refgen_gpu has in place of an object of refgen that is called `name`.

    It is in the module of the same path. None if there is no such module, or if the
    module has no such name.
    """
    path = getattr(value, "__module__", HOST).replace(HOST, DEVICE, 1)
    if importlib.util.find_spec(path) is None:
        return None
    return vars(importlib.import_module(path)).get(name)
