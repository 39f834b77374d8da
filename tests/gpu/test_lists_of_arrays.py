"""Lists of arrays as arguments: each array is placed on the device by itself."""

import numpy as np
import pytest

import refgen
import refgen_gpu
from refgen_gpu.arrays import to_device, to_host

X = np.arange(12.0).reshape(6, 2) / 6
Y = np.array([0, 1, 0, 1, 1, 0])
ROWS = [[0, 1, 2, 3], [5, 4], [1, 3, 5]]


def trained(package, place, rows):
    stream = package.random.Stream(0, "lists")
    settings = {"n_members": 3, "n_hidden": 3, "n_epochs": 2, "rows": rows}
    return package.networks.train(place(X), place(Y), stream, **settings)


@pytest.mark.parametrize("place", [list, to_device])
def test_members_with_rows_of_different_lengths(device, place):
    found = trained(refgen_gpu, to_device, [place(np.array(own)) for own in ROWS])
    right = trained(refgen, np.asarray, ROWS)
    assert (to_host(found.outputs(to_device(X))) == right.outputs(X)).all()


def test_host_arrays_in_a_list_are_refused(device):
    with pytest.raises(TypeError, match=r"rows\[1\] is on the host.*to_device"):
        trained(refgen_gpu, to_device, [[0, 1], np.array([2, 3]), [4, 5]])


def test_other_arguments_are_one_array(device):
    stream = refgen_gpu.random.Stream(0)
    with pytest.raises(ValueError, match="sample_weight is ragged"):
        refgen_gpu.networks.train(
            to_device(X), to_device(Y), stream, sample_weight=[[1.0], [1.0, 2.0]]
        )
