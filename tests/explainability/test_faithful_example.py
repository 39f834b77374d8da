"""The example of width and training: what its text says, and its picture."""

import json
import runpy
from pathlib import Path

import matplotlib
import numpy as np
import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "plot_faithful_until_overfit.py"


@pytest.fixture(scope="module")
def example():
    return runpy.run_path(str(EXAMPLE))


@pytest.fixture(scope="module")
def results(example):
    return json.loads(example["STORED"].read_text())["results"]


def test_first_weights_have_one_share_at_all_widths(example, results):
    mean, half = zip(
        *(example["intervals"](found["missed"][0]) for found in results.values()),
        strict=True,
    )
    low, high = np.subtract(mean, half), np.add(mean, half)
    assert low.max() < high.min()


def test_explanations_are_best_where_the_error_is_least(example, results):
    assert list(results) == [str(width) for width in example["WIDTHS"]]
    least = []
    for found in results.values():
        missed, half = example["intervals"](found["missed"])
        error, _ = example["intervals"](found["error"])
        best = int(missed.argmin())
        assert best == error.argmin()
        assert missed[best] + half[best] < missed[0] - half[0]
        least.append(missed[best])
    assert least[-1] == min(least)


def test_shares_end_above_the_first_but_for_the_narrowest(example, results):
    ends = []
    for found in results.values():
        missed, half = example["intervals"](found["missed"])
        first, last = missed[0] + half[0], missed[-1] - half[-1]
        ends.append(last > first)
    assert ends == [False, True, True, True]


def test_stored_numbers_are_those_of_the_code(example, results):
    again = example["curves"](4, [0, 1, 2])
    for name, values in again.items():
        stored = results["4"][name][:3]
        np.testing.assert_allclose(values, stored, rtol=2e-3)


def test_the_picture_is_drawn(example, capsys):
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    example["main"]()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[2:6]] == ["4", "16", "64", "256"]
    assert len(plt.gcf().axes) == 2
    plt.close("all")
