"""Every public callable has a valid call, or a reason why it has none."""

import copy
import inspect
from collections import Counter

import pytest
from support import calls, fuzz
from support.fuzz.outcomes import is_equal, leaves

WITH_CALLS = [
    (module, name) for module in calls.MODULES for name in calls.table(module).CALLS
]


@pytest.mark.parametrize("module", calls.MODULES)
def test_every_public_callable_is_called(module):
    table = calls.table(module)
    elsewhere = calls.part(module, "ELSEWHERE")
    assert all(len(reason) > 10 for reason in dict(elsewhere).values())
    names = list(calls.names(module))
    assert set(table.CALLS) <= set(names)
    assert set(elsewhere) <= set(names)
    missing = [
        name
        for name in names
        if name not in table.CALLS
        and name not in elsewhere
        and name.split(".")[0] not in elsewhere
    ]
    assert missing == [], "give each a call in tests/support/calls, or a reason"


@pytest.mark.parametrize(("module", "name"), WITH_CALLS, ids=map(".".join, WITH_CALLS))
def test_calls_are_valid_and_repeat(module, name):
    for function, bound in fuzz.bound_calls(module, name):
        once, again = (
            list(leaves(function(*given.args, **given.kwargs)))
            for given in (copy.deepcopy(bound), copy.deepcopy(bound))
        )
        assert len(once) == len(again)
        assert all(map(is_equal, once, again))


@pytest.mark.parametrize("module", calls.MODULES)
def test_exceptions_are_needed_and_have_reasons(module):
    for part in ("KEPT", "MEANINGFUL"):
        for (name, parameter, *_), reason in dict(calls.part(module, part)).items():
            assert len(reason) > 10
            known = [n for n in calls.table(module).CALLS if name in ("*", n)]
            parameters = Counter(
                p
                for n in known
                for call in calls.calls(module, n)
                for p in inspect.signature(
                    call.function or calls.callable_named(module, n)
                ).parameters
            )
            assert parameters[parameter], f"no call has {name}({parameter})"
