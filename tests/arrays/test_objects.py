"""Instances, streams and indices of the wrong kind are refused by name."""

import numpy as np
import pytest

import refgen_gpu.disagreement as on_gpu
from refgen._indices import check_index, check_indices
from refgen._objects import check_instance
from refgen.arrays import as_floats
from refgen.disagreement import FiniteLaw, MemberLaw
from refgen.intervals import Interval
from refgen.random import Stream
from refgen_gpu.arrays import to_device

BUILD = (
    r"build one with refgen\.disagreement\.FiniteLaw\(weights, label_probabilities, "
    r"vote_shares\)"
)


@pytest.mark.parametrize(
    ("given", "shown"),
    [(0.5, "a float"), (None, "None"), ([1], "a list"), (FiniteLaw, "the class Fin")],
)
def test_wrong_types_are_told_what_to_build(given, shown):
    with pytest.raises(
        TypeError, match=f"law must be a FiniteLaw, got {shown}.*{BUILD}"
    ):
        check_instance("law", given, FiniteLaw)


def test_one_of_several_types_is_enough():
    stream = Stream(0)
    assert check_instance("source", stream, MemberLaw, Stream) is stream
    with pytest.raises(TypeError, match="must be a MemberLaw or a Stream, got an int"):
        check_instance("source", 3, MemberLaw, Stream)


def test_classes_are_called_as_users_call_them():
    built = r"an Interval, got .*\.intervals\.Interval\(low, high\)"
    with pytest.raises(TypeError, match=built):
        check_instance("interval", 3, Interval)
    with pytest.raises(TypeError, match=r"random\.Stream\(seed, \*labels, replicate\)"):
        check_instance("stream", 3, Stream)


def test_instances_on_a_device_are_instances(device):
    law = on_gpu.FiniteLaw([1.0], [[0.5, 0.5]], [[0.5, 0.5]])
    assert check_instance("law", law, FiniteLaw) is law


@pytest.mark.parametrize("dtype", ["i1", ">i4", "u8", ">u2"])
def test_indices_of_any_integer_type_are_taken(dtype):
    got = check_indices("indices", np.array([[0, 2]], dtype), 3)
    assert (got.tolist(), got.dtype) == ([[0, 2]], np.dtype(np.int64))


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ([0, 3], ValueError, r"i must lie in \[0, 3\), got 3"),
        ([0, -1], ValueError, r"i must lie in \[0, 3\), got -1"),
        (np.array([2**64 - 1], np.uint64), ValueError, "got 18446744073709551615"),
        ([0.0, 1.0], TypeError, "i must hold integers, got dtype float64"),
        ([True], TypeError, "i must hold integers, got dtype bool"),
        (["0"], TypeError, "i must hold integers"),
        ([], TypeError, "i must hold integers"),
        (np.zeros((2, 0), int), ValueError, "i is empty"),
        ([[0], [0, 1]], ValueError, "i is ragged"),
        (0, ValueError, "i must have at least 1 dim"),
    ],
)
def test_other_indices_are_refused(given, error, message):
    with pytest.raises(error, match=message):
        check_indices("i", given, 3, ndim=1)


def test_indices_on_a_device_stay_there(device):
    assert type(check_indices("i", to_device([0, 2]), 3)) is type(to_device([0]))
    with pytest.raises(ValueError, match=r"i must lie in \[0, 3\), got 3"):
        check_indices("i", to_device([[0, 3]]), 3)


def test_a_single_index_is_checked():
    assert check_index("label", np.int8(2), 3) == 2
    for bad in (-1, 3):
        with pytest.raises(ValueError, match="label must "):
            check_index("label", bad, 3)


def test_a_mask_within_a_list_is_refused():
    row = np.ma.array([0.0, 1.0], mask=[False, True])
    for nested in ([row, row], [[row]], ([0.0, np.ma.masked],)):
        with pytest.raises(TypeError, match="x is a masked array"):
            as_floats("x", nested)
