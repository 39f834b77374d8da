"""Instances that hold instances: moved, checked and pickled as a whole."""

import pickle
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from support.parity import assert_on_device, assert_same_bits

import refgen.resmem
import refgen_gpu.resmem
from refgen.arrays import Instance, as_floats
from refgen_gpu.arrays import to_device, to_host
from refgen_gpu.instances import device_type
from refgen_gpu.placement import on_device


@dataclass(frozen=True, repr=False)
class PointOfProblem(Instance):
    """A problem, and points at which it is evaluated.

    Parameters
    ----------
    problem : LinearProblem
    point : array of shape (..., n_features)
    """

    problem: Any
    point: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "point", as_floats("point", self.point, 1))


# So that `pickle` finds it.
OnDevice = device_type(PointOfProblem, __name__)
OnDevice.__qualname__ = "OnDevice"

ROWS = [[1.0, 0.5], [2.0, 0.25]]


def instance(package=refgen.resmem, build=PointOfProblem):
    return build(package.LinearProblem(ROWS, ROWS, [0.5, 1.5]), ROWS)


def test_taking_and_mapping_reach_what_is_nested():
    second = instance().take(1)
    assert second.problem.spectrum.tolist() == ROWS[1]
    assert second.problem.radius.tolist() == 1.5
    doubled = instance().map(lambda array: 2 * array)
    assert type(doubled.problem) is refgen.resmem.LinearProblem
    assert doubled.problem.radius.tolist() == [1.0, 3.0]
    assert doubled.point.tolist() == [[2.0, 1.0], [4.0, 0.5]]


def test_the_representation_reads_back():
    shown = repr(instance())
    assert shown.startswith("PointOfProblem(problem=LinearProblem(spectrum=[[1.0, 0.5")
    names = {"LinearProblem": refgen.resmem.LinearProblem}
    again = eval(shown, names | {"PointOfProblem": PointOfProblem})
    assert_same_bits(again, instance())


def test_all_of_it_is_moved(device):
    moved = to_device(instance())
    assert_on_device((moved.point, *vars(moved.problem).values()), device)
    assert_same_bits(to_host(moved), instance())
    assert on_device("case", moved) is moved


def test_it_is_built_on_the_device(device):
    built = instance(refgen_gpu.resmem, OnDevice)
    assert_on_device((built.point, *vars(built.problem).values()), device)
    assert isinstance(to_device(instance()), OnDevice)
    assert_same_bits(pickle.loads(pickle.dumps(built)), instance())


def test_what_is_left_on_the_host_is_named(device):
    mixed = PointOfProblem(refgen.resmem.LinearProblem([1.0], [1.0], 0.5), [1.0])
    message = r"case\.problem\.spectrum is on the host.*to_device\(case\)"
    with pytest.raises(TypeError, match=message):
        on_device("case", mixed)
    with pytest.raises(TypeError, match=r"problem\.spectrum is on the host"):
        OnDevice(mixed.problem, [1.0])
    with pytest.raises(TypeError, match="point is on the host"):
        OnDevice(to_device(mixed.problem), np.ones(1))


def test_the_type_says_what_it_is():
    assert OnDevice.__doc__.splitlines()[0].endswith("with its arrays on the device.")
    assert "problem : LinearProblem" in OnDevice.__doc__
