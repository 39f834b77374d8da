"""The example on digits with flipped labels shows what its text says."""

import re
import runpy
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "plot_flipped_digits.py"
LINE = re.compile(r" *(\d+)% +(\S+) +\S+ +\S+ +(\S+) ± (\S+) *(\S*)")


@pytest.fixture(scope="module")
def lines():
    """(flipped, penalty, gain, half the width, what KD-8 says) of every line."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    printed = []
    space = runpy.run_path(str(EXAMPLE))
    space["main"].__globals__["print"] = printed.append
    space["main"]()
    plt.close("all")
    found = LINE.findall("\n".join(printed))
    return [
        (int(flipped), penalty, *map(float, (gain, width, said or "nan")))
        for flipped, penalty, gain, width, said in found
    ]


def test_students_gain_where_kd_8_says_so(lines):
    clear = [line for line in lines if abs(line[4]) > 0.005 and abs(line[2]) > 0.003]
    assert len(clear) > 10
    assert all((gain > 0) == (said > 0) for _, _, gain, _, said in clear)
    sure = [line for line in clear if abs(line[2]) > line[3]]
    assert {gain > 0 for _, _, gain, _, _ in sure} == {True, False}


def test_without_flipped_labels_and_at_the_best_penalty_nothing_is_gained(lines):
    for flipped, penalty, gain, width, _ in lines:
        if flipped == 0 or penalty == "best":
            assert gain < width
