"""Labels of every type: equal labels are equal, or an error says what to do."""

import numpy as np
import pandas as pd
import pytest

import refgen.disagreement as rd

RUNS = np.array([[0, 1, 1, 0], [1, 1, 0, 0], [0, 1, 0, 1]])
TRUTH = np.array([0, 1, 0, 0])
NUMBERS = [
    "int8",
    "uint8",
    ">i2",
    ">i8",
    "uint64",
    ">u8",
    "float16",
    ">f4",
    "longdouble",
]
TEXT = ["U1", ">U1", "S1"]
BEYOND, WIDE = 2**63, 2**53


def quantities(runs, truth):
    return (
        rd.disagreement(runs),
        rd.disagreement_estimate(runs, method="hoeffding").value,
        rd.ensemble_cace(runs, truth),
        rd.cace_noise_floor(runs, truth),
        rd.vote_counts(runs).tolist(),
        rd.empirical_law(runs, truth).vote_shares.tolist(),
    )


@pytest.mark.parametrize("dtype", [*NUMBERS, "?", *TEXT, object])
def test_every_type_of_labels_gives_the_same_numbers(dtype):
    expected = quantities(RUNS, TRUTH)
    assert quantities(RUNS.astype(dtype), TRUTH.astype(dtype)) == expected
    assert quantities(RUNS.astype(dtype).tolist(), TRUTH.astype(dtype).tolist()) == (
        expected
    )
    if dtype not in TEXT:
        assert quantities(RUNS.astype(dtype), TRUTH) == expected
        assert quantities(RUNS, TRUTH.astype(dtype)) == expected


@pytest.mark.parametrize(
    "dtype",
    ["Int64", "boolean", "Float64", "category", "int64[pyarrow]", "string[pyarrow]"],
)
def test_columns_of_pandas_give_the_same_numbers(dtype):
    # Rows in another order than their index says, which is no part of the data.
    truth = pd.Series(TRUTH, index=[3, 1, 0, 2]).astype(dtype)
    runs = RUNS.astype(str) if dtype.startswith("string") else RUNS
    expected = rd.ensemble_cace(RUNS, TRUTH)
    assert rd.ensemble_cace(runs, truth) == expected
    frame = pd.DataFrame(
        {i: pd.Series(run).astype(dtype) for i, run in enumerate(runs)}
    )
    assert rd.ensemble_cace(frame.T, truth) == expected


@pytest.mark.parametrize(
    "truth",
    [
        pd.Series([0, None, 1, 0], dtype="Int64"),
        pd.Series([0, None, 1, 0], dtype="boolean"),
        pd.Series(["0", None, "1", "0"], dtype="string[pyarrow]"),
        pd.Series(["0", None, "1", "0"], dtype="category"),
        pd.Series([0, np.nan, 1, 0]),
        [0, None, 1, 0],
        pd.to_datetime(pd.Series(["2020", "2021", "2020", "2020"])),
    ],
)
def test_missing_labels_and_dates_are_refused(truth):
    with pytest.raises((TypeError, ValueError), match=r"^labels "):
        rd.ensemble_cace(RUNS, truth)


def test_integers_beyond_doubles_are_told_apart():
    assert rd.disagreement([[WIDE], [WIDE + 1]]) == 1
    assert rd.disagreement([[BEYOND], [BEYOND + 1]]) == 1
    assert rd.ensemble_cace(np.full((2, 1), WIDE + 1), [WIDE]) == 2
    unsigned = np.array([[BEYOND + 1, 3], [BEYOND + 2, 3]], np.uint64)
    law = rd.empirical_law(unsigned, np.array([5, 3]))
    assert law.vote_shares.tolist() == [[0, 0, 0.5, 0.5], [1, 0, 0, 0]]


@pytest.mark.parametrize(
    ("runs", "message"),
    [
        ([[2**64], [2**64 + 1]], "18446744073709551617, which no 64-bit"),
        ([[-(2**64)], [1]], "-18446744073709551616, which no 64-bit"),
        (
            [[BEYOND, -1], [BEYOND + 1, -1]],
            "integer of this size is a float64",
        ),
        ([[WIDE, 0.0], [WIDE + 1, 0.0]], "integer of this size is a float64"),
        (np.full((2, 1), 2**24, np.float32), "of this size is a float32"),
        (np.full((2, 1), 2**11, np.float16), "of this size is a float16"),
        (
            [[0.25, 1.0], [0.75, 1.0]],
            "0.25, which is no class label",
        ),
        (np.array([[0.1], [0.1]], np.float32), "which is no class label"),
        ([["a\0"], ["a"]], "NumPy drops NUL characters at the end"),
        ([[b"a\0"], [b"a"]], "NumPy drops NUL characters at the end"),
    ],
)
def test_labels_that_arrays_would_merge_are_refused(runs, message):
    with pytest.raises(ValueError, match=f"predictions holds .*{message}"):
        rd.disagreement(runs)


def test_negative_labels_and_labels_beyond_int64_have_no_common_type():
    runs = np.array([[BEYOND], [BEYOND]], np.uint64)
    with pytest.raises(ValueError, match=r"predictions, labels hold negative integers"):
        rd.ensemble_cace(runs, [-1])


def test_text_bytes_and_numbers_do_not_mix():
    for runs, truth, kinds in (
        (RUNS, TRUTH.astype(str), "text and numbers"),
        (RUNS.astype("S1"), TRUTH.astype(str), "text and bytes"),
        (RUNS.astype("S1"), TRUTH, "numbers and bytes"),
    ):
        with pytest.raises(TypeError, match=f"predictions, labels mix {kinds}"):
            rd.ensemble_cace(runs, truth)


@pytest.mark.parametrize(
    "call",
    [
        rd.empirical_law,
        rd.ensemble_cace,
        rd.ensemble_level_masses,
        rd.binned_ensemble_cace,
        rd.unbiased_squared_bins,
        rd.cace_noise_floor,
    ],
)
@pytest.mark.parametrize("none", [None, {"a": 1}, {0, 1}, iter([0, 1, 0, 0]), 3, "abc"])
def test_functions_of_labels_need_labels(call, none):
    with pytest.raises((TypeError, ValueError), match=r"^labels must"):
        call(RUNS, none)


def test_masked_predictions_are_refused_within_lists_too():
    row = np.ma.array([0, 1], mask=[False, True])
    with pytest.raises(TypeError, match="predictions is a masked array"):
        rd.disagreement([row, row])
    with pytest.raises(TypeError, match="predictions is a masked array"):
        rd.ClassifierLaw([0.5, 0.5], [[1, 0], [1, 0]], [1.0], np.ma.array([row]))
