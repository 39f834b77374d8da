"""Streams: NumPy's Philox word for word, and draws of the same bits for any split."""

import hashlib
import math
import pickle
import subprocess
import sys

import mpmath
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import special, stats
from support.draws import ALARM, MANY, numpy_uniform

from refgen.kernels import random as kernels
from refgen.random import Stream

KINDS = ("words", "uniform", "normal", "exponential", "signs", "integers", "dirichlet")
ROW = 5


def draw(stream, kind, n, offset=0):
    """`n` draws, Dirichlet ones in rows of five."""
    if kind == "integers":
        return stream.integers(6, n, offset=offset)
    if kind == "dirichlet":
        return stream.dirichlet((n // ROW, ROW), offset=offset)
    return getattr(stream, kind)(n, offset=offset)


# The words.


def numpy_words(stream, n, block=0):
    """The words of NumPy's own generator, set to the counter by its state."""
    digest = hashlib.blake2b("\x1f".join(stream.labels).encode(), digest_size=8)
    high = int.from_bytes(digest.digest(), "little") << 64 | stream.replicate
    # NumPy increments the counter before the first block.
    counter = ((high << 128 | block) - 1) % 2**256
    philox = np.random.Philox()
    state = philox.state
    state["state"]["key"] = np.random.SeedSequence(stream.seed).generate_state(
        2, np.uint64
    )
    state["state"]["counter"] = np.array(
        [counter >> 64 * i & 2**64 - 1 for i in range(4)], dtype=np.uint64
    )
    state["buffer_pos"] = 4
    philox.state = state
    return philox.random_raw(n)


@pytest.mark.parametrize("seed", [5, 2**200])
@pytest.mark.parametrize("labels", [(), ("α", "β γ")])
@pytest.mark.parametrize("replicate", [0, 3, 2**63, 2**64 - 1])
@pytest.mark.parametrize("block", [0, 1, 2**32 - 3, 2**63, 2**64 - 13])
def test_words_are_those_of_numpy_philox(seed, labels, replicate, block):
    stream = Stream(seed, *labels, replicate=replicate)
    expected = numpy_words(stream, 50, block)
    assert (stream.words(50, offset=4 * block) == expected).all()


def test_many_words_are_those_of_numpy_philox():
    stream = Stream(1, "many")
    assert (stream.words(MANY) == numpy_words(stream, MANY)).all()


@pytest.mark.parametrize("block", [0, 7, 2**64 - 13])
def test_the_bit_generator_gives_the_same_words(block):
    stream = Stream(6, "third-party", replicate=2**64 - 1)
    raw = stream.bit_generator(offset=4 * block).random_raw(50)
    assert (raw == stream.words(50, offset=4 * block)).all()


def test_a_stream_ends_at_its_last_position():
    assert len(Stream(0).words(3, offset=2**66 - 3)) == 3
    with pytest.raises(ValueError, match="at most 2\\*\\*66"):
        Stream(0).words(4, offset=2**66 - 3)


def test_the_first_normals_of_a_key_are_pinned():
    # From the CUDA source, run on a CPU.
    values = kernels.fill("normal", 4096, 0, (0, 0, 5, 6))
    digest = hashlib.sha256(values.astype("<f8").tobytes()).hexdigest()
    assert digest.startswith("12d768cb7ae70a7ce2e455bb50ba2523")


# Every transform against a second version, in NumPy with + − × ÷ √ and bits only.


def numpy_log(x):
    bits = x.view(np.int64)
    exponent = (bits >> 52) - 1023
    m = ((bits & 0xFFFFFFFFFFFFF) | 0x3FF0000000000000).view(np.float64)
    above = m > 1.4142135623730951
    m, exponent = np.where(above, 0.5 * m, m), (exponent + above).astype(float)
    s = (m - 1.0) / (2.0 + (m - 1.0))
    z = s * s
    p = np.full_like(x, 2.0 / 23.0)
    for odd in range(21, 1, -2):
        p = p * z + 2.0 / odd
    low = s * z * p + exponent * 1.90821492927058770002e-10
    return exponent * 6.93147180369123816490e-01 + (2.0 * s + low)


def ratio(x, powers):
    """A rational function whose coefficients are given lowest power first."""
    numerator, denominator = (np.full_like(x, p[-1]) for p in powers)
    for a, b in zip(powers[0][-2::-1], powers[1][-2::-1], strict=True):
        numerator, denominator = numerator * x + a, denominator * x + b
    return numerator, denominator


# Wichura (1988), PPND16, as printed: a and b, c and d, e and f.
CENTRE = (
    (
        *(3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3),
        *(1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4),
        *(3.3430575583588128105e4, 2.5090809287301226727e3),
    ),
    (
        *(1.0, 4.2313330701600911252e1, 6.8718700749205790830e2),
        *(5.3941960214247511077e3, 2.1213794301586595867e4, 3.9307895800092710610e4),
        *(2.8729085735721942674e4, 5.2264952788528545610e3),
    ),
)
TAIL = (
    (
        *(1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0),
        *(
            3.64784832476320460504e0,
            1.27045825245236838258e0,
            2.41780725177450611770e-1,
        ),
        *(2.27238449892691845833e-2, 7.74545014278341407640e-4),
    ),
    (
        *(1.0, 2.05319162663775882187e0, 1.67638483018380384940e0),
        *(6.89767334985100004550e-1, 1.48103976427480074590e-1),
        *(1.51986665636164571966e-2, 5.47593808499534494600e-4),
        1.05075007164441684324e-9,
    ),
)
FAR_TAIL = (
    (
        *(6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0),
        *(2.96560571828504891230e-1, 2.65321895265761230930e-2),
        *(1.24266094738807843860e-3, 2.71155556874348757815e-5),
        2.01033439929228813265e-7,
    ),
    (
        *(1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1),
        *(1.48753612908506148525e-2, 7.86869131145613259100e-4),
        *(1.84631831751005468180e-5, 1.42151175831644588870e-7),
        2.04426310338993978564e-15,
    ),
)


def numpy_ndtri(u):
    q = u - 0.5
    numerator, denominator = ratio(0.180625 - q * q, CENTRE)
    centre = q * numerator / denominator
    r = np.sqrt(-numpy_log(np.where(q < 0, u, 1.0 - u)))
    near, far = (n / d for n, d in (ratio(r - 1.6, TAIL), ratio(r - 5.0, FAR_TAIL)))
    tail = np.where(r <= 5.0, near, far)
    return np.where(abs(q) <= 0.425, centre, np.where(q < 0, -tail, tail))


def numpy_dirichlet(words):
    e = -numpy_log(numpy_uniform(words)).reshape(-1, ROW)
    total = e[:, 0].copy()
    for column in range(1, ROW):
        total += e[:, column]
    return e / total[:, None]


def numpy_integers(words):
    # (word · 6) >> 64 from two halves.
    low, high = words & np.uint64(2**32 - 1), words >> np.uint64(32)
    six = np.uint64(6)
    carried = high * six + (low * six >> np.uint64(32))
    return (carried >> np.uint64(32)).astype(np.int64)


NUMPY = {
    "words": lambda words: words,
    "uniform": numpy_uniform,
    "normal": lambda words: numpy_ndtri(numpy_uniform(words)),
    "exponential": lambda words: -numpy_log(numpy_uniform(words)),
    "signs": lambda words: np.where(words >> np.uint64(63), -1.0, 1.0),
    "integers": numpy_integers,
    "dirichlet": numpy_dirichlet,
}


@pytest.mark.parametrize("kind", KINDS)
def test_draws_equal_numpy_bit_for_bit(kind):
    stream = Stream(7, kind)
    values = draw(stream, kind, MANY)
    expected = NUMPY[kind](stream.words(MANY))
    assert values.dtype == expected.dtype
    assert values.tobytes() == expected.tobytes()


def quantiles(u):
    """The kernel's normal quantiles at chosen points, tile by tile."""
    out = np.empty_like(u)
    for start in range(0, len(u), 1024):
        part = slice(start, start + 1024)
        n = len(u[part])
        spare = np.empty(n + 1, np.int64), np.empty(n), np.empty(n)
        kernels._quantiles(u[part], n, out[part], *spare)
    return out


def extreme_uniforms():
    """Both ends, the borders between the three ranges, and their neighbours."""
    seams = [0.075, 0.925, math.exp(-25), 2.0**-53, 0.5]
    last = np.arange(1, 400, 2) * 2.0**-53
    near = [seam * (1 + np.arange(-50, 50) * 2.0**-52) for seam in seams]
    small = 2.0 ** -np.linspace(1, 53, 3000)
    points = np.concatenate([last, *near, small])
    # Odd multiples of 2⁻⁵³, as draws are; then 1 − u is exact.
    points = (2 * np.floor(points * 2.0**52) + 1) * 2.0**-53
    return np.concatenate([points, 1 - points])


def test_rare_normals_equal_numpy_bit_for_bit():
    u = extreme_uniforms()
    assert quantiles(u).tobytes() == numpy_ndtri(u).tobytes()


def test_normals_are_symmetric_and_bounded():
    u = extreme_uniforms()
    assert (quantiles(u) == -quantiles(1 - u)).all()
    assert abs(quantiles(u)).max() == pytest.approx(8.2095, abs=1e-4)


# Accuracy.

# AS 241 has a stated error of about 1e-16, below one ulp of 2⁻⁵² relative. About four
# ulp come from two Horner chains (with terms of one sign, except for the tail's small
# r − 1.6), a product and a quotient. SciPy's ndtri has up to three (against mpmath).
NORMAL_ULPS = 8


def test_normals_are_accurate():
    u = np.concatenate([Stream(8, "accuracy").uniform(MANY), extreme_uniforms()])
    expected = special.ndtri(u)
    apart = abs(quantiles(u) - expected)
    assert (apart <= NORMAL_ULPS * np.spacing(abs(expected))).all()


# For |s| ≤ 0.172 the logarithm is 2s to one part in 100, and s has two roundings, each
# of at most one ulp of the result; the last sum adds half an ulp and the polynomial,
# a hundredth of the value, less than a tenth. Dropping s²⁵ costs 2e-20.
LOG_ULPS = 2.6


def test_logarithms_are_accurate():
    points = np.concatenate([Stream(9, "log").uniform(1000), extreme_uniforms()[::7]])
    with mpmath.workprec(120):
        for x in map(float, points):
            exact = mpmath.log(mpmath.mpf(x))
            error = abs(mpmath.mpf(float(kernels._log(x))) - exact)
            assert error <= LOG_ULPS * float(np.spacing(abs(float(exact))))


# Pieces.


@pytest.mark.parametrize("kind", KINDS[:-1])
@given(offset=st.integers(0, 2100), n=st.integers(0, 2100))
@example(offset=4, n=4)
@example(offset=3, n=7)
@example(offset=1023, n=1026)
def test_a_shard_equals_the_whole(kind, offset, n):
    stream = Stream(1, "shard")
    whole = draw(stream, kind, offset + n)
    assert (whole[offset:] == draw(stream, kind, n, offset)).all()


@given(first=st.integers(0, 400), rows=st.integers(0, 400))
def test_dirichlet_offsets_count_numbers(first, rows):
    stream = Stream(1, "shard")
    whole = stream.dirichlet((first + rows, ROW))
    shard = stream.dirichlet((rows, ROW), offset=first * ROW)
    assert (whole[first:] == shard).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n_threads", [2, 3, 7])
def test_threads_do_not_change_draws(kind, n_threads):
    at = Stream(1, "threads")._coordinates()
    single = kernels.fill(kind, 10_005, 3, at, ROW, n_threads=1)
    split = kernels.fill(kind, 10_005, 3, at, ROW, n_threads=n_threads)
    assert single.tobytes() == split.tobytes()


def test_large_draws_equal_their_shards():
    stream = Stream(1, "large")
    whole = stream.normal(2**18 + 3, offset=1)
    first, rest = stream.normal(99, offset=1), stream.normal(2**18 - 96, offset=100)
    assert (whole == np.concatenate([first, rest])).all()


@pytest.mark.parametrize("kind", ["uniform", "normal", "exponential", "signs"])
def test_single_precision_is_rounded_once(kind):
    method = getattr(Stream(10), kind)
    single = method(1000, dtype=np.float32)
    assert single.dtype == np.float32
    assert (single == method(1000).astype(np.float32)).all()


def test_single_precision_dirichlet_is_rounded_once():
    single = Stream(10).dirichlet((9, 4), dtype="float32")
    assert (single == Stream(10).dirichlet((9, 4)).astype(np.float32)).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [1, (0,), (3, 0), (2, 3, 5), [2, 5], np.int64(5)])
def test_shapes_only_fold_the_stream(kind, shape):
    stream = Stream(11)
    leading = (6,) if kind == "integers" else ()
    values = getattr(stream, kind)(*leading, shape)
    assert values.shape == np.zeros(shape).shape
    if kind != "dirichlet":
        flat = getattr(stream, kind)(*leading, values.size)
        assert (values.ravel() == flat).all()


# Laws.


def test_a_shape_without_axes_is_one_draw():
    assert Stream(11).normal(()).shape == ()
    assert Stream(11).normal(()) == Stream(11).normal(1)[0]


def test_labels_seeds_and_replicates_give_other_numbers():
    base = Stream(0, "a")
    others = [Stream(0, "b"), Stream(1, "a"), base.at(1), base.child("b"), Stream(0)]
    for other in others:
        assert not (base.words(8) == other.words(8)).any()


@pytest.mark.parametrize(
    "other", [Stream(0, "b"), Stream(0, "a").at(1), Stream(1, "a")]
)
def test_adjacent_streams_are_uncorrelated(other):
    x, y = Stream(0, "a").normal(MANY), other.normal(MANY)
    assert stats.pearsonr(x, y).pvalue > ALARM


def test_labels_are_joined_without_collision():
    assert (Stream(0, "a", "b").words(4) != Stream(0, "ab").words(4)).all()
    assert Stream(0, "a").child("b", "c") == Stream(0, "a", "b", "c")
    assert Stream(0, "a", replicate=3).child("b") == Stream(0, "a", "b").at(3)


# The object.


def test_streams_are_values():
    stream = Stream(np.int64(3), "a", "b", replicate=np.uint64(2**64 - 1))
    assert (stream.seed, stream.labels) == (3, ("a", "b"))
    assert stream.replicate == 2**64 - 1
    assert stream == eval(repr(stream)) == pickle.loads(pickle.dumps(stream))
    assert len({stream, Stream(3, "a", "b", replicate=2**64 - 1)}) == 1
    assert stream != stream.at(0)


@pytest.mark.parametrize("name", ["seed", "labels", "replicate"])
def test_streams_do_not_change(name):
    with pytest.raises(AttributeError):
        setattr(Stream(0), name, 1)


def test_subclasses_only_fill_and_sort():
    class Ones(Stream):
        def _fill(self, kind, n, offset, *extra):
            return np.ones(n)

    stream = Ones(0, "a")
    assert type(stream.at(1)) is type(stream.child("b")) is Ones
    assert stream.at(1) != Stream(0, "a", replicate=1)
    assert stream.normal((2, 3), dtype=np.float32).sum() == 6


def test_importing_streams_does_not_load_numba():
    code = "import sys, refgen.random; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


# Bad input.


@pytest.mark.parametrize(
    ("arguments", "replicate", "error", "match"),
    [
        ((-1,), 0, ValueError, "seed must be at least 0"),
        ((1.5,), 0, TypeError, "seed must be an integer"),
        ((True,), 0, TypeError, "seed must be an integer"),
        (("a",), 0, TypeError, "seed must be an integer"),
        ((0, 1), 0, TypeError, "labels must be strings"),
        ((0, ("a", "b")), 0, TypeError, "labels must be strings"),
        ((0, b"a"), 0, TypeError, "labels must be strings"),
        ((0, "a\x1fb"), 0, ValueError, "labels must be non-empty"),
        ((0, ""), 0, ValueError, "labels must be non-empty"),
        ((0,), -1, ValueError, "replicate must be at least 0"),
        ((0,), 2**64, ValueError, r"replicate must be at most 2\*\*64 - 1"),
        ((0,), 1.0, TypeError, "replicate must be an integer"),
    ],
)
def test_bad_streams_are_refused(arguments, replicate, error, match):
    with pytest.raises(error, match=match):
        Stream(*arguments, replicate=replicate)


@pytest.mark.parametrize(
    ("shape", "options", "error", "match"),
    [
        ((-1,), {}, ValueError, "each length in shape must be at least 0"),
        (2.5, {}, TypeError, "each length in shape must be an integer"),
        (math.nan, {}, TypeError, "each length in shape must be an integer"),
        ((2, 2.0), {}, TypeError, "each length in shape must be an integer"),
        (True, {}, TypeError, "each length in shape must be an integer"),
        ("3", {}, TypeError, "each length in shape must be an integer"),
        (3, {"offset": -1}, ValueError, "offset must be at least 0"),
        (3, {"offset": 1.5}, TypeError, "offset must be an integer"),
        (3, {"dtype": np.float16}, TypeError, "float32 or float64, got float16"),
        (3, {"dtype": int}, TypeError, "float32 or float64, got int64"),
        (3, {"dtype": None}, TypeError, "float32 or float64, got None"),
        ((2**20, 2**21), {}, ValueError, r"at most 2\*\*40 numbers, got \(1048576"),
        (3, {"dtype": ">f8"}, TypeError, "float32 or float64, got >f8"),
    ],
)
@pytest.mark.parametrize("kind", ["uniform", "normal", "signs", "dirichlet"])
def test_bad_draws_are_refused(kind, shape, options, error, match):
    with pytest.raises(error, match=match):
        getattr(Stream(0), kind)(shape, **options)


@pytest.mark.parametrize(
    ("high", "error", "match"),
    [
        (0, ValueError, "high must be at least 1"),
        (2**63, ValueError, "high must be at most 2\\*\\*63 - 1"),
        (2.0, TypeError, "high must be an integer"),
    ],
)
def test_bad_bounds_of_integers_are_refused(high, error, match):
    with pytest.raises(error, match=match):
        Stream(0).integers(high, 3)


def test_other_bad_requests_are_refused():
    with pytest.raises(ValueError, match="at least one axis"):
        Stream(0).dirichlet(())
    with pytest.raises(ValueError, match="n must be at least 0"):
        Stream(0).permutation(-1)
    with pytest.raises(ValueError, match="offset must be a multiple of 4"):
        Stream(0).bit_generator(offset=6)
    with pytest.raises(TypeError):
        Stream(0).uniform(3, 4)
