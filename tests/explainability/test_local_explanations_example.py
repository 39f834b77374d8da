"""The example with explanations of tumours and digits: its figures and its picture."""

import runpy
from pathlib import Path

import matplotlib
import numpy as np
import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "plot_local_explanations.py"


def test_the_text_says_what_is_found_and_the_picture_shows_it():
    matplotlib.use("agg")
    example = runpy.run_path(str(EXAMPLE))
    found, errors, numbers = example["explain_tumours"]()
    image, maps = example["explain_digit"]()
    curved, straight = (v for name, v in numbers.items() if "that hold" in name)
    assert curved == pytest.approx(0.95, abs=0.015)
    assert straight == pytest.approx(0.81, abs=0.05)
    assert numbers["network: unexplained share"] == pytest.approx(0.01, abs=0.004)
    assert numbers["forest: unexplained share"] == pytest.approx(0.38, abs=0.05)
    assert 500 < numbers["network: draws to settle 3 features"] < 2000
    assert 10_000 < numbers["forest: draws to settle 3 features"] < 300_000
    assert numbers["network: exponent of the error"] == pytest.approx(3, abs=0.3)
    assert np.corrcoef(*maps)[0, 1] == pytest.approx(0.66, abs=0.05)
    lines = list(example["table"](numbers, maps))
    assert len(lines) == len(numbers) + 1
    figure = example["draw"](found, errors, image, maps)
    assert "the same tumour" in figure.axes[1].get_title().lower()
