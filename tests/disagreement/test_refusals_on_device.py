"""One call of every function of refgen.disagreement, with arguments gone wrong."""

import pytest
from support.mirrors import (
    assert_complete,
    calls_of,
    check_bad_numbers,
    check_host_arguments,
    check_instance,
    on_both,
)
from support.parity import assert_on_device

from refgen.arrays import Instance

ELSEWHERE = {
    "DisagreementDisplay": "takes arrays of either side: test_parity_estimators",
    "DisagreementErrorEstimator": "takes arrays of either side",
}
CALLS = calls_of("disagreement", *ELSEWHERE)


@pytest.mark.parametrize("name", CALLS)
def test_calls_are_good(name, device):
    got, want = on_both("disagreement", name, CALLS[name])
    if isinstance(got, Instance):
        check_instance(device, got, want)
    elif not hasattr(got, "__dataclass_fields__"):
        assert_on_device(got, device)


@pytest.mark.parametrize("name", CALLS)
def test_host_arrays_are_refused(name, device):
    check_host_arguments("disagreement", name, CALLS[name])


@pytest.mark.parametrize("name", CALLS)
def test_nan_and_infinity_are_refused(name, device):
    check_bad_numbers("disagreement", name, CALLS[name])


def test_every_public_function_is_called():
    assert_complete("disagreement", CALLS, ELSEWHERE)
