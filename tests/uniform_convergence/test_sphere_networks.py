"""The example with networks on spheres: what its text says of stored numbers."""

import json
import runpy
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from scipy.special import stdtrit

from refgen.uniform_convergence import growth_slope, published_growth

EXAMPLE = Path(__file__).parents[2] / "examples" / "plot_sphere_networks.py"
BOUNDS = "Bartlett 2017", "Neyshabur 2018", "Neyshabur 2019"
NORMS = {
    "distance": "distance",
    "hidden spectral": "hidden_spectral",
    "output spectral": "output_spectral",
    **dict.fromkeys(BOUNDS),
}


@pytest.fixture(scope="module")
def example():
    matplotlib.use("agg")
    return runpy.run_path(str(EXAMPLE))


@pytest.fixture(scope="module")
def results(example):
    stored = json.loads(example["STORED"].read_text())["results"]
    return {
        regime: {name: np.array(values) for name, values in curves.items()}
        for regime, curves in stored.items()
    }


def means(results, regime, name):
    return results[regime][name].mean(axis=1)


@pytest.mark.parametrize("name", NORMS)
def test_norms_and_bounds_are_those_of_the_published_figure(results, name):
    """Within 11 % in the mean of five networks, at all of seven sample sizes."""
    figure = np.array(published_growth("notebook")[NORMS[name] or name])
    found = means(results, "notebook", name)
    assert found / figure == pytest.approx(np.ones(7), abs=0.11)


def test_test_errors_are_those_of_the_published_figure(results):
    """Each within the interval of one more network, with 99 % for each of seven."""
    found = results["notebook"]["test error"]
    n = found.shape[1]
    reach = stdtrit(n - 1, 0.995) * np.sqrt(1 + 1 / n) * found.std(axis=1, ddof=1)
    figure = np.array(published_growth("notebook")["test_error"])
    assert (abs(figure - found.mean(axis=1)) <= reach).all()


@pytest.mark.parametrize("name", BOUNDS)
def test_bounds_grow_by_single_points_only(results, name):
    slopes = {
        regime: growth_slope(curves["n_samples"], curves[name])
        for regime, curves in results.items()
        if len(curves["n_samples"]) > 1
    }
    assert slopes["notebook"].low > 0.08
    assert abs(slopes["notebook, batch 32"].slope) < 0.05
    assert abs(slopes["width 500"].slope) < 0.05


def test_test_errors_fall_in_every_regime(results):
    for curves in results.values():
        assert (np.diff(curves["test error"].mean(axis=1)) < 0).all()
        assert curves["training error"].max() < 1e-3


def test_copies_are_wrong_where_there_are_few_points_for_the_width(results):
    assert (results["width 500"]["error on S′"][:4] == 1).all()
    assert results["notebook"]["error on S′"][-1].max() < 0.1


def test_a_wide_network_has_all_of_the_copies_wrong_as_published(results):
    figure, found = published_growth("notebook, wide"), results["notebook, wide"]
    assert found["error on S′"].ravel() == figure["transformed_error"][0] == 1
    assert found["test error"].ravel() == pytest.approx(
        figure["test_error"][0], abs=0.02
    )


def test_what_is_certified_is_above_test_errors(example, results):
    low = example["certified"](results["width 500"])
    assert (low > 0.5).all()
    assert (low < 1 - means(results, "width 500", "test error")).all()


def test_networks_are_measured_as_the_benchmark_stores_them(example, results):
    found = example["measured"](128, 2, 0, "width 500")
    for name, values in found.items():
        assert values == pytest.approx(results["width 500"][name][0, :2], rel=1e-5)


def test_the_example_prints_its_table_and_draws(example, capsys):
    example["main"]()
    assert "notebook: 256 to 16,384 points" in capsys.readouterr().out
    matplotlib.pyplot.close("all")
