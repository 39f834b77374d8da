"""Functions on a device refuse values without a meaning as those on the host do."""

import importlib
import inspect
from dataclasses import replace

import pytest
from support import fuzz
from support.mirrors import calls_of, moved

from refgen.theories import THEORIES

MODULES = ("special", "linalg", "neighbors", *THEORIES)
NAMES = [(module, name) for module in MODULES for name in calls_of(module)]


@pytest.mark.slow
@pytest.mark.parametrize(("module", "name"), NAMES, ids=map(".".join, NAMES))
def test_values_without_a_meaning_are_refused_by_name(device, module, name):
    function = getattr(importlib.import_module(f"refgen_gpu.{module}"), name)
    wrong = []
    for case in fuzz.cases(module, name):
        if case.hostile.family == "nonsense" and case.function.__name__ == name:
            found = fuzz.outcome(on_device(case, function))
            if found.kind != "clear":
                wrong.append(f"{found.kind}: {case.id}: {found.what}")
    assert not wrong, "\n".join(wrong)


def on_device(case, function):
    """The same case with all other arguments on the device."""
    given = [moved(value) for value in case.bound.args]
    options = {key: moved(value) for key, value in case.bound.kwargs.items()}
    bound = inspect.signature(function).bind(*given, **options)
    return replace(case, function=function, bound=bound)
