"""The example on digits and breast cancer shows what its text says."""

import runpy
from pathlib import Path

import numpy as np
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def example():
    """The names of the example, and what it finds in fewer dimensions."""
    space = runpy.run_path(str(EXAMPLES / "plot_uniform_convergence_audit.py"))
    names = space["results"].__globals__
    names["DIMENSIONS"] = (100, 3000)
    return space, space["results"]()


def test_certificates_grow_with_the_dimension(example):
    _, found = example
    for plain, few, many in found.values():
        assert not plain.certified
        assert few.lower_bound < 0.1
        assert many.lower_bound > 0.6
        assert all(bound.vacuous for bound in many.bounds)
        assert {s.train_error for s in many.samples} == {0.0}


def test_the_report_and_the_figure_are_made(example, capsys):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    space, found = example
    space["report"](found)
    assert capsys.readouterr().out.count("No certificate") == 3
    axes = space["draw"](found).axes
    certified = [ax.get_lines()[3].get_ydata() for ax in axes]
    np.testing.assert_allclose(certified, [[r.lower_bound for r in audits[1:]]
                                           for audits in found.values()])  # fmt: skip
    plt.close("all")


@pytest.mark.slow
def test_with_digits_the_certificate_is_nearly_one():
    space = runpy.run_path(str(EXAMPLES / "plot_uniform_convergence_audit.py"))
    last = {name: audits[-1] for name, audits in space["results"]().items()}
    assert last["digits 0 and 1"].lower_bound > 0.93
    assert last["digits 0 and 1"].test_error < 0.02
    assert last["digits 3 and 8"].lower_bound > 0.8
    assert last["breast cancer"].lower_bound > 0.65
