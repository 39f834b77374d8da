"""Arguments are refused by name, with what was wrong and what would be right."""

import numpy as np
import pytest

from refgen import _checks, _numbers
from refgen._finite import finite
from refgen.arrays import as_floats, on_the_host, why_on_the_host
from refgen_gpu.arrays import to_device

NAN = float("nan")


@pytest.mark.parametrize(
    ("check", "arguments", "error", "message"),
    [
        ("check_integer", (True, 1), TypeError, "n must be an integer of at least 1"),
        ("check_integer", (2.0, 1), TypeError, "n must be an integer .*, got 2.0"),
        ("check_integer", (0, 1), ValueError, "n must be at least 1, got 0"),
        ("check_integer", (2**63, 1), ValueError, r"be at most 2\*\*63 - 1, got"),
        ("check_integer", (np.timedelta64(3, "s"), 1), TypeError, "an integer"),
        ("check_not_negative", (-1e-300,), ValueError, "finite number of at least 0"),
        ("check_open_unit", (True,), TypeError, "n must be a number between 0 and 1"),
        (
            "check_open_unit",
            (1,),
            ValueError,
            "n must be strictly between 0 and 1, got 1",
        ),
        (
            "check_open_unit",
            (NAN,),
            ValueError,
            "n must be strictly between 0 and 1, got nan",
        ),
        ("check_open_unit", (10**400,), ValueError, "got an integer of 1329 bits"),
        ("check_not_negative", (10**400,), ValueError, "n must be a finite number"),
        (
            "check_choice",
            ("c", ("a", "b"), " here"),
            ValueError,
            "n must be one of 'a', 'b' here, got 'c'",
        ),
        ("check_choice", (["a"], ("a",)), ValueError, r"got \['a'\]"),
        ("as_positive", ([2.0, 0.0],), ValueError, "n must be positive, got 0.0"),
        ("as_positive", (1.0, 1), ValueError, "n must have at least 1 dim"),
        ("as_positive", ([NAN],), ValueError, "n holds NaN"),
        ("as_not_negative", ([1, -2, -3],), ValueError, "not be negative, got -2.0"),
        ("as_open_unit", (1,), ValueError, "n must be strictly between 0 and 1, got"),
        ("as_counts", ([1, 2.5],), ValueError, "n must be a whole number, got 2.5"),
        ("as_counts", ([1, 0],), ValueError, "n must be at least 1, got 0.0"),
        ("as_counts", (1, 2), ValueError, "n must be at least 2, got 1.0"),
        ("as_counts", ("one",), TypeError, "n must hold real numbers"),
        ("as_counts", ([True],), TypeError, "n must hold whole numbers, got True"),
        ("as_counts", (1.1e100,), ValueError, "n must be at most 1e.100, got 1.1e"),
    ],
)
def test_refusals(check, arguments, error, message):
    with pytest.raises(error, match=message):
        getattr(_numbers if check[:3] == "as_" else _checks, check)("n", *arguments)


@pytest.mark.parametrize(
    ("check", "arguments"),
    [
        (_checks.check_integer, ("n", 5, 1, 5)),
        (_checks.check_integer, ("n", 1, 1)),
        (_checks.check_not_negative, ("n", 0.0)),
        (_checks.check_neighbor_count, (3, 3)),
        (_numbers.as_counts, ("n", 1e100)),
        (_numbers.as_not_negative, ("n", 0.0)),
    ],
)
def test_the_ends_of_a_range_are_allowed(check, arguments):
    value = next(a for a in arguments if a != "n")
    assert float(check(*arguments)) == value


def give(x):
    return x


@pytest.mark.parametrize(
    "result",
    [np.inf, (0.0, np.array([1.0, NAN])), {"a": 1.0, "b": [np.float64(-np.inf)]}],
)
def test_results_that_are_not_finite_are_refused(result):
    with pytest.raises(ValueError, match=r"give leaves the range of float64 .* \(x\)"):
        finite(give)(result)


@pytest.mark.parametrize("bad", [1e308, 0.0])
def test_finite_results_of_infinite_numbers_are_refused(bad):
    def near_zero(x):
        return 1 / (10 * x + 1 / x)

    assert finite(near_zero)(np.array(1.0)) == pytest.approx(1 / 11)
    with pytest.raises(ValueError, match="near_zero leaves the range"):
        finite(near_zero)(np.array(bad))


def test_the_first_bad_entry_is_shown_where_shapes_broadcast():
    bad = np.array([[False, True, False], [True, False, False]])
    with pytest.raises(ValueError, match=r"x must be small, got 2.0; take 1"):
        _numbers.refuse("x", np.array([1.0, 2.0, 3.0]), bad, "be small", "; take 1")


def test_integers_of_any_length_are_shown_in_a_line():
    with pytest.raises(ValueError, match="got an integer of 16610 bits"):
        _checks.check_integer("n", 10**5000, 1)


def test_rows_lie_one_after_another_so_that_sums_have_the_same_bits():
    assert as_floats("x", np.zeros((3, 2)).T).flags.c_contiguous


def test_a_subclass_is_not_marked_as_its_base_is():
    marked = on_the_host("plain numbers")(type("Marked", (), {}))
    assert why_on_the_host(marked) == "plain numbers"
    assert why_on_the_host(type("Own", (marked,), {})) is None


def test_ranges():
    with pytest.raises(ValueError, match=r"got low 2.0 and high 1.0; give the ends"):
        _numbers.as_range([0.0, 2.0], 1.0)
    with pytest.raises(ValueError, match="high - low must be finite"):
        _numbers.as_range([0.0, -1e308], [1.0, 1e308])


def test_shapes_that_do_not_broadcast_are_named():
    with pytest.raises(ValueError, match=r"x \(2,\), y \(3,\); give equal shapes"):
        _numbers.together(x=np.zeros(2), y=np.zeros(3))


def test_numbers_go_where_arrays_are_and_arrays_stay(device):
    far = to_device([3.0, -1.0])
    for place in (_numbers.in_one_place, _numbers.together):
        got = place(x=far, y=0.5)
        assert all(isinstance(a, type(far)) for a in got)
        with pytest.raises(TypeError, match="y is on the host and other arguments"):
            place(x=far, y=np.zeros(2))
    for check in (_numbers.as_positive, _numbers.as_not_negative, _numbers.as_counts):
        with pytest.raises(ValueError, match=r"x must .*, got -1.0"):
            check("x", far)
    with pytest.raises(ValueError, match=r"x must be positive, got -2.0"):
        _numbers.as_positive("x", to_device(-2.0))
