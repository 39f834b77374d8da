"""What "equal" means when the CPU and a device compute the same thing.

Either the bits are the same, or results are within an error model. If a result is a sum
of terms and each term goes through at most n roundings, the result is off by at most
γₙ Σ|terms| with γₙ = n u/(1 − n u), in any order of summation and with or without fused
operations (Higham 2002, Accuracy and Stability of Numerical Algorithms, lemma 3.1 and
section 4.2). Two machines then differ by at most 2 γₙ Σ|terms|.

Bits are the same only if every operation is exact or one that IEEE prescribes: + − × ÷
√, comparisons, sorting. On a device x**2 is a power, and x*x is not. A difference is as
accurate as what it is between; eigenvectors have either sign; no error has a least
size. Tests that assume more fall on the perturbed stand-in (`support.standin`).
"""

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from refgen.arrays import UNIT_ROUNDOFF, namespace
from refgen.random import Stream
from refgen_gpu import launch
from refgen_gpu.check.compare import parts

# The device is the same throughout a test, so examples may share it.
on_device = settings(
    max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
seeds = st.integers(0, 2**32 - 1)
# Batch axes; a law or a matrix has one of these shapes in front.
batches = st.sampled_from([(), (), (3,), (2, 2)])

# Error of log, log1p and exp in units in the last place is at most 1, that of pow at
# most 2 and that of lgamma at most 4 (CUDA C++ Programming Guide, mathematical
# functions appendix); the CPU's are as good. A unit in the last place is up to 2u.
ROUNDINGS_OF_LOG = 2
ROUNDINGS_OF_POW = 4
ROUNDINGS_OF_LGAMMA = 8


def gamma(n):
    return n * UNIT_ROUNDOFF / (1 - n * UNIT_ROUNDOFF)


def model(roundings, size):
    """How far the results of two machines may be apart."""
    return 2 * gamma(roundings) * size


def pairs(got, want):
    """Parts of two results side by side, after a check that kinds and shapes agree."""
    got, want = list(parts(got)), list(parts(want))
    assert [name for name, _ in got] == [name for name, _ in want]
    for (name, mine), (_, right) in zip(got, want, strict=True):
        if mine is None or isinstance(mine, str):
            assert mine == right, name
            continue
        mine, right = np.asarray(mine), np.asarray(right)
        assert (mine.shape, mine.dtype) == (right.shape, right.dtype), name
        yield name, mine, right


def assert_same_bits(got, want):
    """Equal in every bit, except for the sign of zero."""
    for name, mine, right in pairs(got, want):
        np.testing.assert_array_equal(mine, right, err_msg=name)


def assert_within(got, want, bound):
    """Numbers at most `bound` apart, infinities in the same places, words equal.

    `bound` may depend on the name of the part.
    """
    for name, mine, right in pairs(got, want):
        if right.dtype.kind != "f":
            np.testing.assert_array_equal(mine, right, err_msg=name)
            continue
        finite = np.isfinite(right)
        np.testing.assert_array_equal(mine[~finite], right[~finite], err_msg=name)
        limit = np.broadcast_to(bound(name) if callable(bound) else bound, right.shape)
        apart = np.abs(mine[finite] - right[finite])
        assert (apart <= limit[finite]).all(), (name, apart.max(), limit[finite].max())


def assert_on_device(value, be):
    """Arrays were computed on the device and stay there; numbers are numbers."""
    if isinstance(value, dict):
        value = tuple(value.values())
    for part in value if isinstance(value, tuple) else (value,):
        assert isinstance(part, bool | int | float) or namespace(part) is be.xp


def stream(seed, *labels):
    return Stream(seed, "parity", *labels)


def dyadic_simplex(draws, shape, unit):
    """Points of the simplex whose entries are multiples of 1/unit; many tie or are 0.

    All products of a few of them, and sums of such products, are exact.
    """
    *batch, n = shape
    cuts = np.sort(draws.integers(unit + 1, (*batch, n - 1)), axis=-1)
    ends = np.zeros((*batch, 1), int), np.full((*batch, 1), unit)
    return np.diff(np.concatenate([ends[0], cuts, ends[1]], axis=-1)) / unit


def vote_shares(draws, shape, n_runs):
    """Shares j/n_runs of random votes: they tie and need not be dyadic rationals."""
    *batch, n = shape
    votes = draws.integers(n, (*batch, n_runs))
    return (votes[..., None] == np.arange(n)).mean(axis=-2)


def kernel_arguments(kernel, **given):
    """Arguments of a kernel in its own order, 0 where nothing is given."""
    names = [parameter.name for parameter in launch.signatures()[kernel][1]]
    return tuple(given.pop(name, 0) for name in names) + tuple(given.values())
