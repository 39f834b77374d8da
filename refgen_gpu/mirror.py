"""refgen's modules on the device: formulas are written once, and run where arrays are.

A mirrored module has the names of its twin in refgen. Functions take device arrays
(`refgen_gpu.arrays.device_function`); what has no arrays in it is the same object.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from refgen_gpu.arrays import device_function

# Not mirrored, with the reason. The interface test reads this list.
NOT_MIRRORED = {
    "refgen.claims": "a claim takes the package it runs on as its argument",
    "refgen.verify": "the engine takes the package it runs on: verify(rg=refgen_gpu)",
    "refgen.cli": "one command line: refgen verify --backend cupy",
    "refgen.kernels": "private; refgen_gpu has its own",
    "refgen.intervals": "judge means that have come back to the host",
}

# Names that hold no arrays, or work on the host by nature: the same objects.
ON_THE_HOST = {
    "AuditedBound": "plain numbers",
    "DisagreementAudit": "plain numbers",
    "DisagreementEstimate": "plain numbers",
    "audited_bounds": "takes a law of either package",
    "mcdiarmid_radius": "plain numbers",
    "check_classifier": "scikit-learn's estimators live on the host",
    "train_runs": "scikit-learn's estimators live on the host",
    "read_labels": "files are read by the host; to_device() moves what they hold",
    "read_predictions": "files are read by the host; to_device() moves what they hold",
}


def public_names(module: ModuleType) -> list[str]:
    """What a module of refgen offers: its ``__all__``, or what it defines itself.

    Examples
    --------
    >>> import refgen.disagreement.rates as rates
    >>> public_names(rates)[:2]
    ['classifier_errors', 'expected_disagreement']
    """
    if hasattr(module, "__all__"):
        return sorted(module.__all__)
    return sorted(
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and callable(value)
        and getattr(value, "__module__", None) == module.__name__
    )


def mirrored(
    name: str, own: Mapping[str, Any] | None = None
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """``__getattr__``, ``__dir__`` and ``__all__`` of the mirror of a module.

    Parameters
    ----------
    name : str
        Of the module in refgen_gpu; its twin has the same path in refgen.
    own : mapping, optional
        Names that refgen_gpu defines itself: the object, or the module that has it.
    """
    twin = importlib.import_module(name.replace("refgen_gpu", "refgen", 1))
    names = public_names(twin)

    def find(attribute: str) -> Any:
        if attribute not in names:
            raise AttributeError(f"module {name!r} has no attribute {attribute!r}")
        if own is not None and attribute in own:
            found = own[attribute]
            if isinstance(found, str):
                return getattr(importlib.import_module(found), attribute)
            return found
        value = getattr(twin, attribute)
        if attribute in ON_THE_HOST or not inspect.isfunction(value):
            return value
        return _cached(value)

    return find, lambda: list(names), list(names)


_wrapped: dict[Callable, Callable] = {}


def _cached(function: Callable) -> Callable:
    if function not in _wrapped:
        _wrapped[function] = device_function(function)
    return _wrapped[function]
