"""Device functions refuse what they cannot compute, and say what to do instead."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from support.mirrors import calls_of, check_bad_numbers, check_host_arguments
from support.parity import assert_on_device, assert_same_bits, kernel_arguments

import refgen.disagreement as on_host
import refgen.neighbors
import refgen_gpu.arrays
import refgen_gpu.disagreement as on_gpu
import refgen_gpu.linalg
import refgen_gpu.neighbors
from refgen.arrays import register_library
from refgen_gpu import launch
from refgen_gpu.arrays import to_device, to_host
from refgen_gpu.neighbors import nearest_neighbors
from refgen_gpu.random import Stream

RUNS = [[0, 1, 1, 0], [1, 1, 0, 2]]
LAW = on_host.FiniteLaw([0.5, 0.5], [[0.75, 0.25], [1, 0]], [[0.5, 0.5], [0.25, 0.75]])

# A call of every function outside of the theories, whose functions have tests there.

CALLS = {name: calls_of(name) for name in ("linalg", "neighbors", "special")}
NAMES = [(module, name) for module, calls in CALLS.items() for name in calls]


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_host_arrays_are_refused_by_name_and_with_the_remedy(device, module, name):
    check_host_arguments(module, name, CALLS[module][name])


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_nan_and_infinity_are_refused_by_name(device, module, name):
    check_bad_numbers(module, name, CALLS[module][name])


def test_checks_refuse_host_arrays(device):
    for check in (refgen_gpu.arrays.as_floats, refgen_gpu.arrays.as_probabilities):
        with pytest.raises(TypeError, match=r"x is on the host.*to_device\(x\)"):
            check("x", np.ones(1))


def test_frames_are_on_the_host_too(device):
    with pytest.raises(TypeError, match=r"predictions is on the host \(DataFrame\)"):
        on_gpu.disagreement(pd.DataFrame(RUNS))


def test_instances_name_their_field_on_the_host(device):
    law = to_device(LAW)
    object.__setattr__(law, "vote_shares", LAW.vote_shares)
    with pytest.raises(TypeError, match=r"law\.vote_shares is on the host"):
        on_gpu.gap(law)


def test_lists_of_device_arrays_have_to_be_stacked(device):
    rows = list(to_device(RUNS))
    with pytest.raises(TypeError, match="predictions is a list of device arrays"):
        on_gpu.disagreement(rows)
    assert on_gpu.disagreement(device.xp.stack(rows)) == on_host.disagreement(RUNS)


def test_refgen_sends_device_arrays_back(device):
    with pytest.raises(TypeError, match=r"refgen_gpu\.arrays\.to_host\(value\)"):
        refgen.arrays.to_device(to_device(RUNS))


# Arrays of another device.


@pytest.fixture
def far():
    """A function that makes arrays on the second device."""
    pytest.importorskip("cupy", reason="the stand-in reads CuPy's signatures")
    from support.standin import DeviceArray, use_standin

    class Far(DeviceArray):
        device = SimpleNamespace(id=1)

    with use_standin() as backend:
        register_library(Far, backend.xp, backend.special)
        yield lambda values: Far(np.asarray(values))


def test_arrays_of_another_device_are_refused_by_name(far):
    message = "{} is on device 1 and the current device is 0"
    with pytest.raises(ValueError, match=message.format("predictions")):
        on_gpu.disagreement(far(RUNS))
    with pytest.raises(ValueError, match=message.format("value")):
        to_device(far(RUNS))
    with pytest.raises(ValueError, match=message.format("queries")):
        nearest_neighbors([[1.0]], far([[1.0]]), 1)
    law = to_device(LAW)
    object.__setattr__(law, "weights", far(LAW.weights))
    with pytest.raises(ValueError, match=message.format(r"law\.weights")):
        on_gpu.gap(law)


# Views.


def strided(values):
    """A view with the same values: every second row of a larger, transposed array."""
    values = np.asarray(values)
    wide = to_device(np.repeat(values.swapaxes(0, -1), 2, axis=0))
    view = wide[::2].swapaxes(0, -1)
    assert not view.flags.c_contiguous
    return view


def test_views_are_as_good_as_copies(device):
    runs, truth = np.array(RUNS), np.array(RUNS[0])
    points = np.arange(12.0).reshape(6, 2) % 5
    for function, values in (
        (lambda g, p, y: g.ensemble_cace(p, y), (runs, truth)),
        (lambda g, p, y: g.audit(p, y).squared_bins, (runs, truth)),
        (lambda g, p: g.vote_counts(p), (runs,)),
        (lambda g, p: g.disagreement(p), (runs,)),
    ):
        got = function(on_gpu, *map(strided, values))
        assert_same_bits(got, function(on_host, *values))
    law = LAW.map(strided)
    for name in ("cace", "cwce", "wasserstein_distance", "level_masses", "gap"):
        assert_same_bits(getattr(on_gpu, name)(law), getattr(on_host, name)(LAW))
    got = nearest_neighbors(strided(points), strided(points[:3]), 2)
    assert_same_bits(got, refgen.neighbors.nearest_neighbors(points, points[:3], 2))


# What arrays may hold.


def test_half_precision_data_are_taken_exactly(device):
    half = np.array([[0.5, 0.25, 0.25], [0.125, 0.875, 0.0]], np.float16)
    weights = np.array([0.5, 0.5], np.float16)
    got = on_gpu.FiniteLaw(*map(to_device, (weights, half, half)))
    assert_same_bits(got, on_host.FiniteLaw(weights, half, half))
    points = half[:, :2]
    assert_same_bits(
        nearest_neighbors(to_device(points), to_device(points), 2),
        refgen.neighbors.nearest_neighbors(points, points, 2),
    )


def test_half_precision_draws_are_refused(device):
    with pytest.raises(TypeError, match="must be float32 or float64, got float16"):
        Stream(0).normal(3, dtype=np.float16)


NARROW = {
    "int8": np.array([[-100, 100, 0, 3], [100, 100, -7, 3]], np.int8),
    "int16": np.array([[-30000, 30000, 5, 6], [5, 5, 5, 6]], np.int16),
    "uint8": np.array([[0, 255, 3, 4], [255, 255, 3, 0]], np.uint8),
    "uint64": np.array([[2**63 + 1, 2**63 + 2, 5, 6], [5, 5, 5, 6]], np.uint64),
}


@pytest.mark.parametrize("runs", NARROW.values(), ids=NARROW)
def test_labels_at_the_ends_of_their_type_are_no_other_labels(device, runs):
    codes = np.unique(runs, return_inverse=True)[1].reshape(runs.shape)
    for package, move in ((on_host, np.asarray), (on_gpu, to_device)):
        # Four points and two runs: no quotient is rounded.
        result = package.audit(move(runs), move(runs[0]), n_bins=2)
        classes = np.unique(runs)
        assert result.classes == tuple(classes.tolist())
        coded = on_host.audit(codes, codes[0], n_bins=2)
        assert_same_bits(replace(result, classes=coded.classes), coded)
        counts = package.vote_counts(move(runs), move(classes))
        assert_same_bits(counts, on_host.vote_counts(codes))


def test_given_classes_do_not_wrap_around():
    # In int8 100 − (−100) wraps around to −56, an index with the entry of class 45.
    runs = np.array([[-100, 100], [45, 45]], np.int8)
    counts = on_host.vote_counts(runs, classes=[-100, 45, 100])
    assert counts.tolist() == [[1, 1, 0], [0, 1, 1]]


def test_text_labels_have_to_be_encoded(device):
    message = "{} must hold numbers to live on a device.*return_inverse=True"
    with pytest.raises(TypeError, match=message.format("predictions")):
        on_gpu.disagreement([["a", "b"], ["a", "a"]])
    with pytest.raises(TypeError, match=message.format("value")):
        to_device(np.array(["a", "b"]))
    with pytest.raises(TypeError, match=message.format("labels")):
        on_gpu.audit(to_device(RUNS), ["a", "b", "a", "b"])
    codes = np.unique([["a", "b"], ["a", "a"]], return_inverse=True)[1].reshape(2, 2)
    assert on_gpu.disagreement(to_device(codes)) == 0.5


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ([1j], TypeError, "value must hold numbers.*complex"),
        ([None], TypeError, "value must hold numbers.*object"),
        ([[1.0, 2.0], [1.0]], ValueError, "value is ragged"),
        (np.ma.masked_array([1.0, 2.0], [0, 1]), TypeError, "value is a masked array"),
        (csr_array(np.eye(2)), TypeError, "value is sparse"),
    ],
    ids=["complex", "objects", "ragged", "masked", "sparse"],
)
def test_what_would_be_distorted_is_not_moved(device, value, error, message):
    with pytest.raises(error, match=message):
        to_device(value)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_are_refused(device, bad):
    for function, name in (
        (lambda a: on_gpu.disagreement(device.xp.stack([a, a])), "predictions"),
        (lambda a: on_gpu.FiniteLaw(a, [[1.0]] * 2, [[1.0]] * 2), "weights"),
        (lambda a: nearest_neighbors(a[:, None], [[1.0]], 1), "points"),
        (lambda a: nearest_neighbors([[1.0]], a[:, None], 1), "queries"),
        (lambda a: on_gpu.dirichlet_disagreement(a), "concentration"),
    ):
        with pytest.raises(ValueError, match=f"{name} holds NaN or infinity"):
            function(to_device([1.0, bad]))


@pytest.mark.parametrize("k", [24, 25, 32, 33, 60])
def test_many_neighbors_are_found_as_few_are(device, k):
    points = np.arange(120.0).reshape(60, 2) % 7
    got = nearest_neighbors(to_device(points), to_device(points[::9]), k)
    assert_on_device(got, device)
    want = refgen.neighbors.nearest_neighbors(points, points[::9], k)
    assert_same_bits(got, want)
    with pytest.raises(ValueError, match="n_neighbors=61 is more than n_points=60"):
        nearest_neighbors(to_device(points), to_device(points), 61)


def test_distances_that_overflow_are_refused(device):
    with pytest.raises(ValueError, match="overflows float64; rescale"):
        nearest_neighbors([[1e200], [0.0]], [[-1e200]], 1)


# Launches.


def launch_words(device, changes=None, grid=(1,), block=(32,)):
    given = {"out": device.xp.empty(8, dtype=np.uint64), "n": 8} | (changes or {})
    arguments = kernel_arguments("stream_words", **given)
    device.launch("stream_words", grid, block, arguments)
    return given["out"]


def test_launches_name_the_argument_that_is_wrong(device):
    xp = device.xp
    assert to_host(launch_words(device)).shape == (8,)
    for changes, error, message in (
        ({"out": xp.empty(8)}, TypeError, "out must be uint64, got float64"),
        ({"out": 3}, TypeError, "out must be a device array, got int"),
        ({"out": xp.zeros(16, dtype=np.uint64)[::2]}, ValueError, "out must be C-cont"),
        ({"n": 2**63}, OverflowError, "n=9223372036854775808 does not fit int64"),
        ({"n": 7.5}, TypeError, "float"),
        ({"replicate": -1}, OverflowError, "replicate=-1 does not fit uint64"),
        ({"replicate": 2**64}, OverflowError, "replicate=.* does not fit uint64"),
        ({"one more": 0}, TypeError, r"stream_words takes \d+ arguments, got \d+"),
    ):
        with pytest.raises(error, match=message):
            launch_words(device, changes)


@pytest.mark.parametrize(
    "shape",
    [
        {"grid": (2**31,)},
        {"grid": (0,)},
        {"grid": (1, 65536)},
        {"block": (1025,)},
        {"block": (32, 33)},
        {"block": (0,)},
    ],
    ids=str,
)
def test_launches_that_no_device_can_run_are_refused(device, shape):
    with pytest.raises(OverflowError, match=r"stream_words: (grid|block)"):
        launch_words(device, **shape)


def test_grids_stay_within_the_limit_for_any_number_of_items():
    for n_items in (0, 1, 2**31, 2**62, 2**80):
        launch.checked_shape("stream_words", (launch.n_blocks(n_items, 1),), (1,))
