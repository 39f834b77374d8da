"""Functions of every theory give on a device what they give on the CPU.

Results are within the error model of `support.parity`, or equal in every bit where no
operation rounds differently; `support.parity_bounds` says how far.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import calls, parity_bounds
from support.mirrors import (
    assert_complete,
    check_agreement,
    check_bad_numbers,
    check_host_arguments,
)
from support.parity import on_device, seeds, stream
from support.parts import merged, parts

BOUNDS = {part.__name__.rpartition(".")[2]: part for part in parts(parity_bounds)}
CASES = {theory: merged(parts(BOUNDS[theory]), "CASES") for theory in BOUNDS}
FUNCTIONS = [(theory, name) for theory in CASES for name in CASES[theory]]

each_function = pytest.mark.parametrize(
    ("theory", "name"), FUNCTIONS, ids=map(".".join, FUNCTIONS)
)


def arguments(theory, name, seed, d):
    return calls.table(theory).ARGUMENTS[name](stream(seed), d)


@each_function
@on_device
@given(seeds, st.integers(1, 5))
def test_functions_agree(theory, name, device, seed, d):
    given_both = arguments(theory, name, seed, d)
    check_agreement(theory, name, CASES[theory][name], given_both, device)


@each_function
def test_host_arrays_are_refused(theory, name, device):
    check_host_arguments(theory, name, arguments(theory, name, 0, 2))


@each_function
def test_nan_and_infinity_are_refused(theory, name, device):
    given_both = arguments(theory, name, 0, 2)
    check_bad_numbers(theory, name, given_both, CASES[theory][name])


@pytest.mark.parametrize("theory", BOUNDS)
def test_every_public_function_is_compared(theory):
    elsewhere = merged(parts(BOUNDS[theory]), "ELSEWHERE")
    assert_complete(theory, CASES[theory], elsewhere)
