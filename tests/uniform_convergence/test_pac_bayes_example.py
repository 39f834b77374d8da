"""The example with certificates of digits: its figures and its picture."""

import runpy
from pathlib import Path

import matplotlib
import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "plot_pac_bayes_digits.py"


@pytest.fixture(scope="module")
def example():
    matplotlib.use("agg")
    return runpy.run_path(str(EXAMPLE))


def test_the_text_says_what_is_found_and_the_picture_shows_it(example):
    found = example["bounds"]()
    last = {name: values[-1].mean() for name, values in found.items()}
    assert last["prior at the origin, weights drawn"] == pytest.approx(0.295, abs=0.004)
    assert last["prior of half the images, weights drawn"] == pytest.approx(
        0.15, abs=0.005
    )
    assert last["held-out half"] == pytest.approx(0.12, abs=0.005)
    assert last["error on the held-out half"] == pytest.approx(0.1, abs=0.005)
    assert len(list(example["table"](found))) == 1 + len(example["LOOKS"])
    (ax,) = example["draw"](found).axes
    shown = [text.get_text() for text in ax.get_legend().get_texts()]
    assert shown == list(example["LOOKS"])
    matplotlib.pyplot.close("all")
