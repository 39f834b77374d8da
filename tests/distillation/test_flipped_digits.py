"""The example on digits with flipped labels shows what its text says."""

import re
import runpy
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "plot_flipped_digits.py"
LINE = re.compile(r" *(\d+)% +(\S+) +\S+ +\S+ +(\S+) ± (\S+) *(\S*) *(\S*)\n")


@pytest.fixture(scope="module")
def lines():
    """(flipped, penalty, gain, half its width, gain in risk, best ξ) of every line."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    printed = []
    space = runpy.run_path(str(EXAMPLE))
    space["main"].__globals__["print"] = printed.append
    space["main"]()
    plt.close("all")
    return [
        (int(flipped), penalty, *(float(number or "nan") for number in numbers))
        for flipped, penalty, *numbers in LINE.findall("\n".join([*printed, ""]))
    ]


def test_students_gain_where_theory_says_so(lines):
    clear = [line for line in lines if abs(line[4]) > 0.005 and abs(line[2]) > 0.003]
    assert len(clear) > 10
    for _, _, gain, _, risk, mixing in clear:
        assert (gain > 0) == (risk > 0) == (mixing > 1 / 2)
    sure = [gain > 0 for _, _, gain, width, *_ in clear if abs(gain) > width]
    assert set(sure) == {True, False}


def test_without_flipped_labels_and_at_the_best_penalty_nothing_is_gained(lines):
    for flipped, penalty, gain, width, *_ in lines:
        if flipped == 0 or penalty == "best":
            assert gain < width
