"""What the explainer refuses, and how it says so."""

import operator
import types

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, Ridge
from support.explained import X, explained

from refgen.explainability import (
    LocalLinearExplainer,
    explainability_bound,
    mirrored_neighborhood_fidelity,
)

REFUSED = {
    "scale of 0": ({"scale": 0.0}, "scale must be positive"),
    "negative scale": ({"scale": -1.0}, "scale must not be negative"),
    "scales of other length": ({"scale": [1.0, 2.0]}, "scale has shape"),
    "scale too small": ({"scale": 1e-12}, "scale is so small next to X"),
    "scale without a column": (
        {
            "model": lambda p: p[0],
            "points": pd.DataFrame(X),
            "scale": pd.Series([1.0, 2.0]),
        },
        r"scale has no number for the columns 2 of X",
    ),
    "one row": ({"points": X[0]}, r"X has one dimension; of one row give"),
    "too few draws": ({"n_samples": 4}, "n_samples=4 is too few for 3 features"),
    "too many features": ({"n_features": 4}, "n_features=4 is more than the 3"),
    "wrong shape": ({"model": lambda p: p[:2, 0]}, "model .* returned shape"),
    "too many axes": ({"model": lambda p: p[:, None, None]}, "must return a number"),
    "NaN": ({"model": lambda p: np.full(len(p), np.nan)}, "returned NaN or infinity"),
    "no such output": ({"output": 1}, "output is 1, and the model has 1"),
    "two numbers": (
        {"model": LinearRegression().fit(X, X[:, :2])},
        "the model predicts 2 numbers",
    ),
    "other reference": (
        {"fidelity": "mnf", "reference": X[:, :2]},
        "reference has 2 columns",
    ),
    "feature that varies": (
        {"fidelity": "mnf", "scale": [0.0, 1.0, 1.0]},
        "scale is 0 for a feature that varies",
    ),
    "no numbers": (
        {"points": pd.DataFrame({"a": ["u"]})},
        "X has no column of numbers",
    ),
    "no scale": ({"scale": "best"}, "scale must be one of 'auto' or numbers"),
    "equal rows": ({"scale": "auto", "reference": X[[0, 0]]}, "needs rows that differ"),
    "several outputs": (
        {"scale": "auto", "model": lambda p: np.column_stack([p, -p.sum(axis=1)])},
        "scale='auto' is chosen for one output",
    ),
    "no fidelity": ({"fidelity": "lime"}, "fidelity must be one of"),
}


def test_scales_with_names_find_their_columns():
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    scale = pd.Series({"c": 3.0, "unused": 9.0, "a": 1.0, "b": 2.0})
    model = LinearRegression().fit(frame, X[:, 0])
    found = LocalLinearExplainer(model, scale=scale).explain(frame)
    assert found.scales.tolist() == [1.0, 2.0, 3.0]


def test_frames_have_the_same_columns_in_the_same_order():
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    turned, named = frame[["a", "c", "b"]], operator.itemgetter("a")
    bound = (named, frame, frame["a"], 1.0, turned)
    for refuse in (
        lambda: explained(named, frame, scale="auto", reference=turned),
        lambda: mirrored_neighborhood_fidelity(named, frame, 1.0, X_test=turned),
        lambda: explainability_bound(*bound, output_range=(-9, 9)),
    ):
        with pytest.raises(ValueError, match="has the column 'c' where X has 'b'"):
            refuse()


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_refused(case):
    options, message = REFUSED[case]
    with pytest.raises(ValueError, match=message):
        explained(**options)


def test_what_cannot_be_asked_is_refused():
    for model, message in (
        (3, "model must be a fitted estimator"),
        (Ridge, "got the class Ridge"),
        (types.SimpleNamespace(classes_=[0, 1]), "gives classes only"),
    ):
        with pytest.raises(TypeError, match=message):
            LocalLinearExplainer(model, scale=1.0)
