"""How bounds by norms grow with the sample, beside the test error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.utils import check_random_state

from refgen._checks import check_choice, check_integer
from refgen._estimators.parameters import check_kind
from refgen._label_types import as_labels
from refgen._naming import check_seed, naming
from refgen._shown import shown
from refgen.arrays import as_floats, on_the_host
from refgen.networks import TwoLayerClassifier, TwoLayerRegressor
from refgen.uniform_convergence._norm_results import NormBounds
from refgen.uniform_convergence.growth_slopes import GrowthSlope, growth_slope
from refgen.uniform_convergence.network_bounds import norm_bounds

_KINDS = "MLPClassifier, MLPRegressor, TwoLayerClassifier or TwoLayerRegressor"

# Names of curves besides the bounds.
ERROR, DISTANCE = "test error", "distance"


@on_the_host("numbers to be read and drawn")
@dataclass(frozen=True, eq=False)
class BoundGrowth:
    """Bounds and test errors of one model, trained on growing parts of one sample.

    Attributes
    ----------
    sizes : array of shape (n_sizes,)
    curves : dict of arrays of shape (n_sizes, n_repeats)
        "test error" (if there are test points), "distance", and every bound by name.
    form, biases : str
        As in `norm_bounds`.
    reference : str
        What distances are measured from.
    """

    sizes: np.ndarray
    curves: dict[str, np.ndarray]
    form: str
    biases: str
    reference: str

    def slope(self, name: str, confidence_level: float = 0.95) -> GrowthSlope:
        """How a curve grows.

        Examples
        --------
        >>> import numpy as np
        >>> curves = {"distance": np.array([[1.0], [2.0], [4.0]])}
        >>> growth = BoundGrowth(np.array([10, 20, 40]), curves, "theorem", "", "")
        >>> round(growth.slope("distance").slope, 12)
        1.0
        """
        check_choice("name", name, self.curves)
        return growth_slope(self.sizes, self.curves[name], confidence_level)


def norm_bound_growth(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    sizes: Sequence[int],
    X_test: Any = None,
    y_test: Any = None,
    n_repeats: int = 1,
    form: str = "theorem",
    biases: str = "appended",
    margin: float | None = None,
    share: float = 0.99,
    random_state: Any = 0,
) -> BoundGrowth:
    """Train copies of a network on growing parts of a sample, and bound each.

    Parameters
    ----------
    estimator : estimator
        An MLPClassifier or MLPRegressor of scikit-learn, or a TwoLayerClassifier or
        TwoLayerRegressor of `refgen.networks`, which can be trained until margins are
        large. Not changed; a copy is trained for every size and repetition, with a
        `random_state` of its own, so that its initial weights are known.
    X : array of shape (n_samples, n_features)
    y : array of shape (n_samples,)
        As in `norm_bounds`.
    sizes : sequence of int
        Each part holds the smaller ones.
    X_test, y_test : arrays, optional
        Points for the test error.
    n_repeats : int
        In each, rows are shuffled and weights drawn anew.
    form, biases, margin, share
        As in `norm_bounds`.
    random_state : int, RandomState instance or None
        Of the shuffles and the estimators' seeds.

    Returns
    -------
    BoundGrowth

    Raises
    ------
    TypeError, ValueError
        As `norm_bounds`, if a size is out of range, only one of `X_test` and `y_test`
        is given, or they have other columns or labels than `X` and `y`.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.neural_network import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> model = MLPClassifier(8, learning_rate_init=0.1, tol=10, n_iter_no_change=50)
    >>> growth = norm_bound_growth(model, X, y, sizes=[30, 60, 120], share=0.8)
    >>> sorted(growth.curves)
    ['Bartlett 2017', 'Neyshabur 2018', 'Neyshabur 2019', 'distance']
    """
    data = _rows(X, y, "X", "y")
    parts = _checked_sizes(sizes, len(data[0]))
    repeats = check_integer("n_repeats", n_repeats, 1)
    if (X_test is None) != (y_test is None):
        raise ValueError("X_test and y_test must both be given, or neither")
    test = None if X_test is None else _rows(X_test, y_test, "X_test", "y_test")
    _check_test(data, test)
    check_kind(estimator, _is_network, _KINDS)
    rng = check_random_state(check_seed(random_state))
    options: dict[str, Any] = {
        "form": form,
        "biases": biases,
        "margin": margin,
        "share": share,
    }
    found: dict[str, np.ndarray] = {}
    for repeat in range(repeats):
        order = rng.permutation(len(data[0]))
        for i, size in enumerate(parts):
            rows, seed = order[:size], int(rng.randint(2**31))
            part = data[0][rows], data[1][rows]
            model = clone(estimator).set_params(random_state=seed).fit(*part)
            with naming(f"the part of {size} rows"):
                bounds = norm_bounds(model, *part, **options)
            for name, value in _values(model, bounds, test).items():
                curve = found.setdefault(name, np.zeros((len(parts), repeats)))
                curve[i, repeat] = value
    return BoundGrowth(
        np.array(parts), found, bounds.form, bounds.biases, bounds.reference
    )


def _is_network(estimator: Any) -> bool:
    return isinstance(
        estimator,
        MLPClassifier | MLPRegressor | TwoLayerClassifier | TwoLayerRegressor,
    )


def _values(model: Any, bounds: NormBounds, test: Any) -> dict[str, float]:
    """All that is drawn of one trained network."""
    values = {}
    if test is not None:
        predicted = model.predict(test[0])
        if not hasattr(model, "classes_"):
            predicted = np.where(predicted > 0, 1, -1)
        values[ERROR] = float((predicted != test[1]).mean())
    values |= {bound.name: bound.value for bound in bounds.bounds}
    return values | {DISTANCE: bounds.distance}


def _rows(X: Any, y: Any, *names: str) -> tuple[np.ndarray, np.ndarray]:
    points, labels = np.asarray(as_floats(names[0], X, 2)), as_labels(names[1], y)
    if points.ndim != 2 or labels.shape != points.shape[:1]:
        raise ValueError(
            f"{names[0]} must have shape (n_samples, n_features) and {names[1]} "
            f"(n_samples,), got {points.shape} and {labels.shape}"
        )
    return points, labels


def _check_test(data: Any, test: Any) -> None:
    """Refuse test points that are not of the kind of the training points."""
    if test is None:
        return
    width, (points, labels) = data[0].shape[1], test
    if points.shape[1] != width:
        raise ValueError(
            f"X_test must have {width} columns, as X has, got {points.shape[1]}"
        )
    # A label in other words would be an error of every network.
    strange = labels[~np.isin(labels, data[1])]
    if strange.size:
        raise ValueError(
            f"y_test holds {shown(strange[0].item())}, which y does not have; give "
            "both the same labels"
        )


def _checked_sizes(sizes: Any, n_samples: int) -> list[int]:
    is_list = isinstance(sizes, Sequence | np.ndarray) and not isinstance(sizes, str)
    if not is_list or getattr(sizes, "ndim", 1) != 1:
        raise TypeError(f"sizes must be a list of integers, got {shown(sizes)}")
    found = [check_integer("sizes", size, 2, n_samples) for size in sizes]
    if not found or sorted(set(found)) != found:
        raise ValueError(
            "sizes must be one or more different numbers in ascending order, got "
            f"{shown(found)}"
        )
    return found
