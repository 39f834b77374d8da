"""What a display of risks measures: on every split, for every value of a parameter."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.model_selection import ShuffleSplit, StratifiedShuffleSplit, check_cv

from refgen._checks import check_integer
from refgen._estimators.rows import take_points
from refgen.resmem._losses import losses


def checked_values(param_range: Any) -> list[int]:
    """Values of the parameter, in the order given."""
    if not isinstance(param_range, list | tuple | range | np.ndarray):
        raise TypeError(
            f"param_range must be a list of integers, got {type(param_range).__name__}"
        )
    if np.ndim(param_range) != 1 or len(param_range) == 0:
        raise ValueError("param_range must be a list of at least one integer")
    return [check_integer("param_range", value, 1) for value in param_range]


def check_values(
    estimator: Any, param_name: str, values: list[int], splits: list
) -> None:
    """Refuse more neighbours, or rows, than a split has training rows."""
    if param_name == "n_neighbors" and estimator.weights == "nearest":
        return
    fewest = min(len(train) for train, _ in splits)
    if max(values) > fewest:
        raise ValueError(
            f"param_range holds {param_name}={max(values)}, and a split has {fewest} "
            "training rows; ask for at most as many"
        )


def drawn_splits(
    estimator: Any, cv: Any, random_state: Any, X: Any, y: np.ndarray
) -> Any:
    """Splits into training and test rows; random ones if `cv` is their number."""
    if isinstance(cv, int):
        kind = StratifiedShuffleSplit if is_classifier(estimator) else ShuffleSplit
        cv = kind(cv, test_size=0.25, random_state=random_state)
    return check_cv(cv, y).split(X, y)


def risks_of_split(
    estimator: Any,
    X: Any,
    y: np.ndarray,
    split: Any,
    param_name: str,
    value: int,
    loss: str,
) -> list[float]:
    """Risks of base, ResMem and k-NN on the rows held out."""
    train, test = split
    model = clone(estimator)
    if param_name == "n_neighbors":
        model.set_params(n_neighbors=value)
    else:
        train = train[:value]
    model.fit(take_points(X, train), y[train])
    points = take_points(X, test)
    base, added = model.base_scores(points), model.residual_scores(points)
    knn = model.neighbor_scores(points)
    return [
        float(losses(model, y[test], scores, loss).mean())
        for scores in (base, base + added, knn)
    ]


def overlap_of(splits: list, param_name: str, value: int) -> float:
    """Held-out rows per training row."""
    train, test = splits[0]
    return len(test) / (value if param_name == "n_samples" else len(train))
