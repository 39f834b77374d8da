"""Training runs that differ in initialization, data order, data, or all of them."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import indexable

from refgen._checks import check_choice, check_integer
from refgen._naming import naming
from refgen._shown import shown
from refgen.arrays import on_the_host, plain_array
from refgen.disagreement._data import (
    check_features,
    check_jobs,
    checked_weights,
    class_labels,
    seeded,
)
from refgen.disagreement._protocols import (
    MOST_RUNS,
    Vary,
    checked_share,
    refuse_same_rows,
)


@on_the_host("scikit-learn's estimators live on the host")
def train_runs(
    estimator: Any,
    X: Any,
    y: Any,
    n_runs: int,
    vary: Vary,
    max_samples: float = 0.5,
    random_state: Any = None,
    n_jobs: int | None = None,
    sample_weight: Any = None,
) -> list[Any]:
    """Train clones of a classifier that differ only in what `vary` says.

    Parameters
    ----------
    estimator : scikit-learn classifier
        Cloned, never changed. Every ``random_state`` in it, nested ones too, is set.
    X : array, sparse matrix or data frame of shape (n_samples, n_features)
        Columns of a frame go to the classifier as they are.
    y : array of shape (n_samples,)
        Class labels.
    n_runs : int
        At least 1.
    vary : {"init", "order", "data", "all"}
        "init": each run has its own ``random_state``; ``shuffle`` parameters are set
        to False, so that all runs see the rows in the same order.
        "order": one ``random_state``, each run its own permutation of the rows.
        "data": one ``random_state``, each run its own subset of the rows, in the
        order of `X`. "all": own subset, own permutation, own ``random_state``.
    max_samples : float
        Share of each class's rows in a subset, in (0, 1], rounded and at least one
        row, so that no class goes missing. Used by "data" (below 1) and "all".
    random_state : int, RandomState instance or None
        All seeds are drawn from it before training: `n_jobs` changes nothing, and
        more runs keep the earlier ones.
    n_jobs : int, optional
        Runs trained at once, as in joblib.
    sample_weight : array of shape (n_samples,), optional
        Passed to ``fit`` with the rows it belongs to.

    Returns
    -------
    list of fitted classifiers, of length `n_runs`

    Raises
    ------
    TypeError
        If `estimator` is not a classifier, `n_runs` not an integer, `X`, `y` or
        `sample_weight` is masked, `X` holds no rows, an array holds times or records,
        or `y` complex numbers.
    ValueError
        If `n_runs`, `vary`, `max_samples` or `random_state` is out of range, the
        lengths of `X`, `y` and `sample_weight` differ, `X` holds complex numbers, `y`
        does not hold classes, a weight is negative, every run would have the same rows
        under ``vary="data"``, or ``vary="init"`` is asked of an estimator without
        ``random_state``.

    Notes
    -----
    Source: Jiang et al. (2022), section 3 (DiffInit, DiffOrder, DiffData, AllDiff).
    Their data sets are disjoint; subsets of one pool overlap, so runs are independent
    given the pool, and the pool itself counts as part of the procedure. With shares
    near 1 runs have nearly the same rows and agree too much.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1]
    >>> runs = train_runs(DecisionTreeClassifier(), X, y, 3, "data", random_state=0)
    >>> [run.predict([[0.0], [3.0]]).tolist() for run in runs]
    [[0, 1], [0, 1], [0, 1]]
    """
    _check_settings(estimator, n_runs, vary, max_samples)
    check_jobs(n_jobs)
    X = _rows_of(X)
    labels = class_labels(y)
    _check_rows(X, labels, vary, max_samples)
    weight = checked_weights(sample_weight, len(labels))
    draw = seeded(random_state).randint
    common, *seeds = draw(np.iinfo(np.int32).max, size=int(n_runs) + 1)
    own = vary in ("init", "all")
    return Parallel(n_jobs=n_jobs)(
        delayed(_fit)(
            _variant(estimator, seed if own else common, vary),
            X,
            labels,
            _rows(labels, seed, vary, max_samples),
            weight,
        )
        for seed in seeds
    )


def check_classifier(estimator: Any) -> None:
    """Refuse anything but an instance of a classifier."""
    if isinstance(estimator, type) or not _is_classifier(estimator):
        raise TypeError(
            f"estimator must be a classifier instance, got {shown(estimator)}; "
            "runs vote for classes"
        )


def _is_classifier(estimator: Any) -> bool:
    # scikit-learn reads tags, which only estimators have.
    return hasattr(estimator, "__sklearn_tags__") and is_classifier(estimator)


def _check_settings(estimator: Any, n_runs: Any, vary: Any, max_samples: Any) -> None:
    check_classifier(estimator)
    check_integer("n_runs", n_runs, 1, MOST_RUNS)
    check_choice("vary", vary, get_args(Vary))
    if vary == "init" and not _parameters(estimator, "random_state"):
        raise ValueError(
            f"vary='init' needs an estimator with a random_state, and "
            f"{type(estimator).__name__} has none; use vary='data', which any "
            "estimator responds to"
        )
    checked_share(max_samples)


def _rows_of(X: Any) -> Any:
    """Rows that can be chosen by their numbers."""
    check_features(X)
    with naming("X"):
        (X,) = indexable(X)
    rows = X if hasattr(X, "shape") else plain_array("X", X)
    if not rows.shape:
        raise TypeError(f"X must hold a row of features for each label, got {shown(X)}")
    return rows


def _check_rows(X: Any, labels: np.ndarray, vary: str, max_samples: float) -> None:
    if 0 in X.shape:
        raise ValueError(f"X has shape {X.shape}; give rows with at least one feature")
    if X.shape[0] != len(labels):
        raise ValueError(
            f"X and y have inconsistent numbers of samples: X has {X.shape[0]} "
            f"rows and y {len(labels)} labels; give one label for each row"
        )
    if len(labels) == _subset_sizes(labels, max_samples).sum():
        refuse_same_rows(max_samples, len(labels), vary)


def _parameters(estimator: Any, name: str) -> list[str]:
    """Names of the parameters called `name`, nested ones included."""
    keys = estimator.get_params(deep=True)
    return sorted(k for k in keys if k == name or k.endswith(f"__{name}"))


def _variant(estimator: Any, seed: int, vary: str) -> Any:
    """A clone with seeds set, and unshuffled where the order has to be common."""
    # The 0 keeps these draws apart from those of _rows, which share the seed.
    rng = np.random.default_rng([seed, 0])
    names = _parameters(estimator, "random_state")
    values: dict[str, Any] = {
        name: int(rng.integers(np.iinfo(np.int32).max)) for name in names
    }
    if vary == "init":
        values |= dict.fromkeys(_parameters(estimator, "shuffle"), False)
    return clone(estimator).set_params(**values)


def _rows(labels: np.ndarray, seed: int, vary: str, max_samples: float) -> np.ndarray:
    """Row numbers one run trains on, in training order."""
    rng = np.random.default_rng([seed, 1])
    rows = np.arange(len(labels))
    if vary in ("data", "all"):
        rows = _stratified_subset(labels, max_samples, rng)
    return rng.permutation(rows) if vary in ("order", "all") else rows


def _stratified_subset(
    labels: np.ndarray, max_samples: float, rng: np.random.Generator
) -> np.ndarray:
    codes = np.unique(labels, return_inverse=True)[1]
    chosen = [
        rng.choice(np.flatnonzero(codes == k), size, replace=False)
        for k, size in enumerate(_subset_sizes(labels, max_samples))
    ]
    return np.sort(np.concatenate(chosen))


def _subset_sizes(labels: np.ndarray, max_samples: float) -> np.ndarray:
    """How many rows of each class, in the order of classes, a subset has."""
    counts = np.unique(labels, return_counts=True)[1]
    return np.maximum(np.rint(float(max_samples) * counts).astype(int), 1)


def _take(array: Any, rows: np.ndarray) -> Any:
    return array.iloc[rows] if hasattr(array, "iloc") else array[rows]


def _fit(estimator: Any, X: Any, y: Any, rows: np.ndarray, weight: Any) -> Any:
    extra = {} if weight is None else {"sample_weight": weight[rows]}
    return estimator.fit(_take(X, rows), y[rows], **extra)
