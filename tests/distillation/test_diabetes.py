"""The example on diabetes shows what its text says."""

import runpy
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "plot_diabetes_distillation.py"


@pytest.fixture(scope="module")
def example():
    """The names of the example, and what it finds."""
    space = runpy.run_path(str(EXAMPLE))
    return space, *space["results"]()


def test_students_make_up_for_a_penalty_that_is_too_large(example):
    space, fixed, _ = example
    gains, widths = space["interval"](fixed[:, :, 0] - fixed[:, :, 2])
    assert (gains > widths).tolist() == [False, False, False, True, True]
    expected, mixing = fixed[:, :, 5].mean(axis=0), fixed[:, :, 4].mean(axis=0)
    assert abs(gains - expected)[3:] == pytest.approx(0, abs=0.05 * expected[4])
    # Positive where the penalty is too small, negative where it is too large.
    assert (mixing > 0).tolist() == [True, True, False, False, False]
    # No mix is better than the best one.
    assert (fixed[:, :, 3] <= fixed[:, :, :3].min(axis=2) + 1e-9).all()


def test_nothing_is_gained_where_the_penalty_is_chosen(example):
    space, _, chosen = example
    for column in (1, 2):
        gain, width = space["interval"](chosen[:, 0] - chosen[:, column])
        assert abs(gain) < width
    gain, width = space["interval"](chosen[:, 0] - chosen[:, 1])
    assert width < 0.01 * chosen[:, 0].mean()


def test_the_report_and_the_figure_are_made(example, capsys):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    space, *found = example
    space["report"](*found)
    assert capsys.readouterr().out.count("±") == 7
    assert len(space["draw"](*found).axes) == 2
    plt.close("all")
