"""Explanations as tables, as shap takes them, and as pictures."""

import sys
import types

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from support.explained import SCALES, X, explained

from refgen._pictures import BLUE, VERMILLION
from refgen.explainability import (
    LocalExplanationDisplay,
)


def test_other_formats(monkeypatch):
    found = explained(n_samples=30)
    frame = found.as_frame(0.5)
    first = frame[(frame["row"] == 2) & (frame["rank"] == 1)].iloc[0]
    strongest = found.ranking()[2, 0]
    assert (first["feature"], first["output"]) == (f"x{strongest}", 0)
    assert repr(found).startswith(f"<LocalExplanations of {len(X)} row(s) by 3 feature")
    assert first["coefficient"] == found.coefficients[2, strongest]
    assert first["low"] == found.interval(0.5)[0][2, strongest]
    assert first["effect"] == found.effects[2, strongest]
    assert first["at"] == X[2, strongest]
    stub = types.SimpleNamespace(Explanation=types.SimpleNamespace)
    monkeypatch.setitem(sys.modules, "shap", stub)
    given = found.to_shap(baseline=pd.Series({"x2": 1.0, "x0": 0.0, "x1": 0.0}))
    total = given.base_values + given.values.sum(axis=1)
    np.testing.assert_allclose(total, found.values)
    at = found.intercepts + found.coefficients[:, 2]
    np.testing.assert_allclose(given.base_values, at)
    np.testing.assert_array_equal(given.data, X)
    np.testing.assert_allclose(
        found.to_shap().values, found.coefficients * (X - X.mean(axis=0))
    )
    with pytest.raises(ValueError, match="baseline has shape"):
        found.to_shap(baseline=[0.0])
    monkeypatch.setitem(sys.modules, "shap", None)
    with pytest.raises(ImportError, match="to_shap needs the package shap"):
        found.to_shap()


def test_the_display_draws_bars_with_intervals_or_a_beeswarm():
    found = explained(n_samples=30)
    bars = LocalExplanationDisplay(found, 1, n_top=2).plot()
    widths = [patch.get_width() for patch in bars.ax_.patches]
    np.testing.assert_allclose(widths, found.effects[1, found.ranking()[1, :2]])
    low, high = (end[1] * SCALES for end in found.interval())
    whiskers = bars.ax_.collections[0].get_segments()[0][:, 0]
    strongest = found.ranking()[1, 0]
    np.testing.assert_allclose(whiskers, [low[strongest], high[strongest]])
    named = {name: to_rgb(name) for name in (BLUE, VERMILLION)}
    for patch, width in zip(bars.ax_.patches, widths, strict=True):
        right = named[VERMILLION if width < 0 else BLUE]
        assert patch.get_facecolor()[:3] == right
    assert bars.ax_.yaxis_inverted()
    with pytest.raises(ValueError, match="row must be"):
        LocalExplanationDisplay(found, 6)
    swarm = LocalExplanationDisplay(found).plot()
    (points,) = swarm.ax_.collections
    np.testing.assert_allclose(
        np.sort(points.get_offsets()[:, 0]), np.sort(found.effects.ravel())
    )
    ranks = points.get_array().reshape(6, 3)
    order = [int(name[1]) for name in swarm.features]
    np.testing.assert_allclose(ranks, X.argsort(0).argsort(0)[:, order] / 5)
    ends = [text.get_text() for text in swarm.figure_.axes[1].get_yticklabels()]
    assert ends == ["low", "high"]
    assert bars.features[0] == f"x{found.ranking()[1, 0]}"
    off = f"explained to ±{found.fidelity[1] ** 0.5:.2g}"
    title = f"Row 1: output[0] = {found.predictions[1]:.3g}, {off}"
    assert bars.ax_.get_title() == title
    mixed = explained(lambda p: np.column_stack([p, -p.sum(axis=1)]), n_samples=30)
    title = LocalExplanationDisplay(mixed).plot().ax_.get_title()
    assert title == f"{len(X)} rows, of each its largest output"
    with pytest.raises(TypeError, match=r"what LocalLinearExplainer\.explain returns"):
        LocalExplanationDisplay(X)
