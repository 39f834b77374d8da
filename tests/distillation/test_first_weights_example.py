"""The example with students of networks: what its text says, and its picture."""

import runpy
from pathlib import Path

import matplotlib
import numpy as np
import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "plot_students_first_weights.py"


@pytest.fixture(scope="module")
def example():
    return runpy.run_path(str(EXAMPLE))


@pytest.fixture(scope="module")
def transition(example):
    return example["margins_and_slopes"](
        example["FIRST_TEACHERS"],
        example["SQUARED_STUDENT"],
        example["first_weights"]("teacher"),
        example["SQUARED_STEP"],
    )


def test_slopes_depend_on_first_weights(example):
    slopes, steps = example["slopes_by_steps"](), np.array(example["STUDENT_STEPS"])
    there, elsewhere = (np.median(slopes[name], axis=1) for name in slopes)
    assert there.min() > 1
    assert abs(there[-1] - 1) < 0.01
    assert ((elsewhere > 1) == (steps < 14)).all()
    exact = example["exact_slopes"](np.array([3.0, 5.0, 160.0]))
    assert exact[0] < 1 < exact[1]
    assert 1 < exact[2] < 1.02


def test_linear_networks_are_on_the_line(example):
    margins, slopes = (part[:, 0] for part in example["linear_networks"]())
    # Steps of descent instead of gradient flow: the next ones on the exact line.
    times = np.linspace(0.1, 3.0, 4000)
    line = example["exact_transition"](times)
    assert (margins < 0).tolist() == [True, True] + [False] * (len(margins) - 2)
    for margin, slope in zip(margins, slopes, strict=True):
        nearest = line[1][abs(line[0] - margin).argmin()]
        assert abs(slope - nearest) < 0.02


def test_networks_cross_1_where_flipped_labels_are_fitted(transition):
    margins, slopes = transition[0].mean(axis=1), np.median(transition[1], axis=1)
    assert (margins < 0).any()
    assert ((slopes > 1) == (margins > 0)).all()
    # Gradually: between the ends of the exact jump.
    near = abs(margins) < 0.1
    assert (abs(slopes[near] - 1) < 0.2).all()


def test_the_picture_is_drawn(example, capsys):
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    example["main"]()
    assert "For the picture" not in capsys.readouterr().out
    panels = plt.gcf().axes
    assert [ax.get_title() for ax in panels] == ["Logistic loss", "Squared loss"]
    plt.close("all")
