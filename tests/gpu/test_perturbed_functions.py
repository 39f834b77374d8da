"""Functions of the perturbed stand-in: as inexact as is documented, and no more."""

from fractions import Fraction

import numpy as np
import pytest

from refgen_gpu.arrays import to_device, to_host

pytest.importorskip("cupy", reason="the stand-in reads CuPy's signatures")
from support.perturbed import assert_equal, numbers
from support.standin import use_standin
from support.standin.perturbed import functions, perturbed_arithmetic


@pytest.fixture
def xp():
    with use_standin(perturbed=True) as backend:
        yield backend.xp


def points(name):
    """Arguments within the domain of the function."""
    x = np.abs(numbers(2000)) + 1e-3
    if name in ("arcsin", "arccos", "arctanh", "erfinv", "ndtri"):
        return (x / (x + 1),)
    if name in ("arccosh", "erfcinv"):
        return (1 + x / (1 + x) * 0.9,)
    counts = np.arange(2000) % 9 + 2.0
    if name in ("bdtr", "bdtrc"):
        return counts - 1, counts.astype(int), x / (x + 1)
    if name in ("betainc", "betaincinv"):
        return x, counts, x / (x + 1)
    if name in ("gammaincinv", "gammainccinv"):
        return counts, x / (x + 1)
    return (x, counts)[: _host(name).nin]


def _host(name):
    import scipy.special

    return getattr(np if name in functions.ULPS else scipy.special, name)


def _computed(name):
    library = "cupy" if name in functions.ULPS else "cupyx.scipy.special"
    return perturbed_arithmetic(f"{library}.{name}", _host(name))


TABLE = functions.ULPS | functions.SPECIAL_ULPS


@pytest.mark.parametrize("name", TABLE)
def test_functions_are_off_by_their_units_in_the_last_place(xp, name):
    given = points(name)
    want = _host(name)(*given)
    got = _computed(name)(*given)
    steps = np.abs(got).view(np.int64) - np.abs(want).view(np.int64)
    assert abs(steps).max() == TABLE[name]
    assert (steps < 0).any()
    assert (steps > 0).any()
    assert (got == _computed(name)(*given)).all()


def test_functions_are_moved_independently():
    assert functions.ULPS["sin"] == functions.ULPS["cos"]
    x = np.arange(1.0, 50.0)
    (at, by) = (
        (_computed(name)(x) - getattr(np, name)(x)) / np.spacing(getattr(np, name)(x))
        for name in ("sin", "cos")
    )
    assert (np.sign(at) != np.sign(by)).any()


EXACTLY = [
    *((name, (0.0,), 1.0) for name in ("exp", "exp2", "cos", "cosh")),
    ("power", (3.7, 0.0), 1.0), ("power", (3.7, 1.0), 3.7),
    ("power", (-1.0, 3.0), -1.0), ("power", (1.0, 0.3), 1.0),
    ("arctan2", (0.0, -1.0), np.pi), ("arctan2", (1.0, 0.0), np.pi / 2),
    ("arctan", (np.inf,), np.pi / 2),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given", "exact"), EXACTLY)
def test_exact_values_are_exact_whatever_the_error(name, given, exact):
    inexact = functions._function(name, _host(name), 1000)
    assert inexact(*map(np.float64, given)) == exact
    assert functions._is_fixed(name, given)


def test_special_values_are_exact(xp):
    special = to_device([0.0, np.inf, -np.inf, np.nan])
    assert_equal(xp.exp(special), [1, np.inf, 0, np.nan])
    assert_equal(xp.cos(special[:1]), [1])
    with np.errstate(divide="ignore"):
        assert_equal(xp.log(to_device([1.0, 0.0, np.inf])), [0, -np.inf, np.inf])
    assert_equal(xp.tanh(special[1:3]), [1, -1])
    given = to_device(numbers(100))
    assert_equal(given**1, to_host(given))
    assert_equal(given**0, np.ones(100))
    assert_equal(to_device([-1.0, 1.0]) ** 3.0, [-1, 1])
    assert_equal(xp.sqrt(abs(given)), np.sqrt(abs(to_host(given))))
    assert_equal(given / 3, to_host(given) / 3)


END = np.linspace(0, 1e-13, 1001)  # from an end of a domain
ENDS = {
    "sin": np.pi / 2 - END, "cos": END, "tanh": 19 + END, "erf": 6 + END,
    "cosh": END, "arcsin": 1 - END, "arctan": 1e16 * (1 + END), "expm1": -40 - END,
    "arccos": END - 1, "erfc": -6 - END, "ndtr": 9 + END,
}  # fmt: skip
UNIT_ENDS = {
    "betainc": (2.0, 3.0, 1 - END), "betaincinv": (0.5, 0.5, 1 - END),
    "gammainc": (2.0, 50 + END), "gammaincc": (2.0, END * 1e-9),
    "bdtr": (3.0, 4, END), "bdtrc": (0.0, 4, 1 - END),
}  # fmt: skip


@pytest.mark.parametrize("name", [*ENDS, *UNIT_ENDS])
def test_results_stay_in_the_range_of_their_function(name):
    given = UNIT_ENDS.get(name) or (ENDS[name],)
    low, high = functions._RANGES[name]
    found = _computed(name)(*np.broadcast_arrays(*given))
    assert ((found >= low) & (found <= high)).all()
    # Some results are at the end, which as many would leave.
    for salt in range(50):
        left = functions.moved(_host(name)(*given), 9, *given, salt=salt)
        if ((left < low) | (left > high)).any():
            return
    raise AssertionError("no result is near an end of the range")


def test_powers_of_at_most_1_are_at_most_1(xp):
    near = to_device(1 - np.arange(2000) * 2.0**-53)
    assert float((near**0.001).max()) == 1
    assert float(((-near) ** 3.0).min()) == -1


ODD = [
    "sin", "tan", "arcsin", "arctan", "sinh", "tanh", "arcsinh", "arctanh", "cbrt",
    "erf", "erfinv",
]  # fmt: skip
ODD_IN_THE_FIRST = ["arctan2", "xlogy", "xlog1py"]


@pytest.mark.parametrize("name", [*ODD, *ODD_IN_THE_FIRST, "cos", "cosh", "hypot"])
def test_functions_are_as_even_or_odd_as_their_formulas(name):
    x, *rest = points(name)
    x = x[x < 1] if not rest else x
    sign = -1 if name in [*ODD, *ODD_IN_THE_FIRST] else 1
    compute = _computed(name)
    np.testing.assert_array_equal(compute(-x, *rest), sign * compute(x, *rest))
    if name == "hypot":
        np.testing.assert_array_equal(compute(x, -rest[0]), compute(x, *rest))


def test_zeros_have_no_sign_for_errors():
    inexact = functions._function("ndtr", _host("ndtr"), 1000)
    assert inexact(0.0) == inexact(-0.0) != 0.5


def test_numbers_have_powers_of_arrays(xp):
    given = numbers(5)
    np.testing.assert_allclose(to_host(2.0 ** to_device(given)), 2.0**given, rtol=1e-15)


def test_powers_are_even_or_odd_and_those_of_integers_exact(xp):
    given = to_device(numbers(1000))
    for exponent in (2, 3.0):
        sign = (-1) ** int(exponent)
        assert_equal((-given) ** exponent, sign * to_host(given**exponent))
    assert (to_host(given**2) != to_host(given) ** 2).any()
    whole = np.arange(50)
    assert_equal(xp.asarray(whole) ** 3, whole**3)
    in_place, output = xp.asarray(whole), xp.zeros(50, dtype=int)
    in_place **= 3
    xp.power(xp.asarray(whole), 3, out=output)
    assert_equal(in_place, whole**3)
    assert_equal(output, whole**3)
    assert xp.float_power(output, 2).dtype == np.float64


def test_complex_numbers_are_refused_where_nothing_is_said_of_them(xp):
    given = xp.fft.rfft(xp.ones(4))
    for function in (xp.exp, lambda a: a**2):
        with pytest.raises(NotImplementedError, match="of complex numbers"):
            function(given)


def into_output(xp, a, factor):
    output = xp.ones_like(a)
    xp.multiply(a, factor, out=output)
    return output


SMALL = {
    "operator": lambda xp, a: a * np.float32(0.5),
    "in place": lambda xp, a: a.__imul__(np.float32(0.5)),
    "power in place": lambda xp, a: xp.append(
        (a[:2] * np.float32(1.8e25)).__ipow__(3), a[2:]
    ),
    "output": lambda xp, a: into_output(xp, a, np.float32(0.5)),
    "positional output": lambda xp, a: xp.multiply(a, np.float32(0.5), a),
    "function": lambda xp, a: xp.tanh(a / 2),
    "cast": lambda xp, a: (a.astype(float) / 2).astype(np.float32),
    "sum": lambda xp, a: xp.stack([a * 2, a * -1.5], axis=1).sum(axis=1),
}


@pytest.mark.parametrize("halved", SMALL.values(), ids=SMALL)
def test_small_numbers_of_float32_are_flushed(xp, halved):
    given = xp.asarray(np.array([1.2e-38, -1.2e-38, 0.1], np.float32))
    found = to_host(halved(xp, given))
    assert found.dtype == np.float32
    assert found.tolist()[:2] == [0, 0]
    assert np.signbit(found).tolist() == [False, True, False]
    assert found[2] > 0


def test_other_small_numbers_are_kept(xp):
    assert float(xp.asarray(1e-310) * 0.5) > 0
    kept = xp.asarray(np.array([1e-39], np.float32))
    for view in (kept.reshape(1, 1), kept[:], kept.astype(np.float32, copy=False)):
        assert to_host(view).item() > 0


def test_what_no_integer_holds_becomes_the_end_of_the_range(xp):
    given = np.array([np.nan, np.inf, -np.inf, 1e30, -2.5, 7.0])
    for kind in (np.int64, np.int32, np.uint64):
        ends = np.iinfo(kind)
        want = [ends.max, ends.min, ends.max, max(-2, ends.min), 7]
        found = to_device(given).astype(kind).tolist()
        assert found == [ends.min or 1 << 63, *want]
    single = xp.asarray(np.array([np.nan, 3.0], np.float32))
    assert single.astype(np.int32).tolist() == [0, 3]
    assert single.astype(np.int64).tolist() == [np.iinfo(np.int64).min, 3]


# Ranges and remainders are computed by one kernel, in its way.


def test_ranges_are_rounded_once(xp):
    found = to_host(xp.arange(1.0, 11.0, 0.1))
    once = [float(1 + k * Fraction(0.1)) for k in range(len(found))]
    assert found.tolist() == once != np.arange(1.0, 11.0, 0.1).tolist()
    assert xp.arange(3).tolist() == [0, 1, 2]
    for endpoint in (True, False):
        found = to_host(xp.linspace(0.1, 0.7, 50, endpoint))
        usual = np.linspace(0.1, 0.7, 50, endpoint)
        np.testing.assert_allclose(found, usual, rtol=1e-15)
        assert (found != usual).any()
    for stop in np.linspace(0.1, 9.0, 40):
        assert float(xp.linspace(0.0, stop, 50)[-1]) == stop


def test_remainders_are_what_a_rounded_quotient_leaves(xp):
    """1 / 0.1 is rounded to 10, of which NumPy knows that it is below."""
    given = 0.1 * (np.arange(50.0) + 1)
    left = given - np.floor(given / 0.1) * 0.1
    assert (left != given % 0.1).any()
    in_place = to_device(given)
    in_place %= 0.1
    for found in (
        to_device(given) % 0.1,
        xp.remainder(to_device(given), 0.1),
        in_place,
    ):
        assert_equal(found, left)
    tenths = to_device([0.1, 0.3])
    assert_equal(1.0 % tenths, [0.0, 1 - 3 * 0.3])
    assert_equal(1.0 // tenths, [10, 3])
    tenth = to_device([1.0])
    tenth //= 0.1
    assert_equal(tenth, [10])
    assert_equal(xp.floor_divide(to_device([1.0]), 0.1), [10])
    assert (xp.arange(9) % 4).tolist() == (np.arange(9) % 4).tolist()
    assert (xp.arange(9) // 4).tolist() == (np.arange(9) // 4).tolist()
