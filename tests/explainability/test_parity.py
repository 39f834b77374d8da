"""Functions of refgen.explainability give on a device what they give on the CPU.

Results are within the error model of `support.parity`, or equal in every bit where no
operation rounds differently; `support.explainability_bounds` says how far.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import explainability_bounds
from support.calls.explainability import ARGUMENTS
from support.mirrors import (
    assert_complete,
    check_agreement,
    check_bad_numbers,
    check_host_arguments,
)
from support.parity import on_device, seeds, stream
from support.parts import merged, parts

PARTS = parts(explainability_bounds)
CASES, ELSEWHERE = merged(PARTS, "CASES"), merged(PARTS, "ELSEWHERE")


@pytest.mark.parametrize("name", CASES)
@on_device
@given(seeds, st.integers(1, 5))
def test_functions_agree(name, device, seed, d):
    arguments = ARGUMENTS[name](stream(seed), d)
    check_agreement("explainability", name, CASES[name], arguments, device)


@pytest.mark.parametrize("name", CASES)
def test_host_arrays_are_refused(name, device):
    check_host_arguments("explainability", name, ARGUMENTS[name](stream(0), 2))


@pytest.mark.parametrize("name", CASES)
def test_nan_and_infinity_are_refused(name, device):
    arguments = ARGUMENTS[name](stream(0), 2)
    check_bad_numbers("explainability", name, arguments, CASES[name])


def test_every_public_function_is_compared():
    assert_complete("explainability", CASES, ELSEWHERE)
