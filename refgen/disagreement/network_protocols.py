"""Networks under the four protocols, trained as one batch."""

from __future__ import annotations

import inspect
from typing import Any, get_args

from refgen import networks
from refgen._checks import check_choice, check_integer
from refgen._label_types import as_labels
from refgen._objects import check_instance
from refgen.arrays import as_floats, namespace
from refgen.disagreement._protocols import (
    MOST_RUNS,
    Vary,
    checked_share,
    refuse_same_rows,
)
from refgen.random import Stream

# What the protocol decides.
_OURS = ("n_members", "initial", "resume", "vary", "rows")


def network_runs(
    X: Any,
    y: Any,
    stream: Any,
    n_runs: int,
    vary: Vary,
    *,
    max_samples: float = 0.5,
    shared: Any = None,
    **settings: Any,
) -> networks.Ensemble:
    """Train two-layer networks that differ only in what `vary` says.

    The protocols of `train_runs`, for all networks at once. What the runs predict,
    ``network_runs(…).predict(X_new)`` of shape (n_runs, n_points), is what
    `disagreement_estimate` and `ensemble_cace` take.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
    y : array of shape (n_samples,)
        Class labels.
    stream : Stream
        What differs is drawn from it: run j has the repetition `stream.replicate` + j,
        and is the same whatever `n_runs` is.
    n_runs : int
        At least 1.
    vary : {"init", "order", "data", "all"}
        "init": first weights. "order": the orders of rows in the epochs. "data": each
        run has its own subset of the rows. "all": all three.
    max_samples : float
        Share of each class's rows in a subset, in (0, 1], rounded and at least one row.
        Used by "data" (below 1) and "all".
    shared : Stream, optional
        What runs have in common is drawn from it, ``stream.child("shared")`` by
        default: the orders under "init", the first weights under "order", both under
        "data". Runs with other streams and the same `shared` are more of the same kind.
    **settings
        As `refgen.networks.train` takes them: ``n_hidden``, ``n_epochs``, …

    Returns
    -------
    refgen.networks.Ensemble of `n_runs` members

    Raises
    ------
    TypeError
        If `n_runs` is not an integer, `y` holds no labels, or there is no such setting.
    ValueError
        If `n_runs`, `vary`, `max_samples` or a setting is out of range, the loss is
        "squared", a shape does not fit, or every run would have the same rows under
        ``vary="data"``.

    Notes
    -----
    Source: Jiang et al. (2022), section 3 (DiffInit, DiffOrder, DiffData, AllDiff),
    with subsets of one pool as in `train_runs`.

    Examples
    --------
    >>> from refgen.random import Stream
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> runs = network_runs(X / 8, y, Stream(0), 5, "all", n_hidden=8)
    >>> from refgen.disagreement import disagreement
    >>> bool(0 < disagreement(runs.predict(X / 8)) < 0.2)
    True
    """
    points = as_floats("X", X, 2)
    labels = _labels(y, points)
    m = check_integer("n_runs", n_runs, 1, MOST_RUNS)
    check_choice("vary", vary, get_args(Vary))
    _check_settings(settings)
    common = _checked_stream(stream, m).child("shared")
    if shared is not None:
        common = check_instance("shared", shared, Stream)
    rows = None
    if vary in ("data", "all"):
        rows = subsets(labels, stream, m, max_samples)
        if rows.shape[1] == len(labels):
            refuse_same_rows(max_samples, len(labels), vary)
    own_order = vary in ("order", "all")
    return networks.train(
        points,
        labels,
        stream if own_order else common,
        n_members=m,
        vary="both" if own_order else "initialization",
        initial=_initial(points, labels, m, vary, stream, common, settings),
        rows=rows,
        **settings,
    )


def _checked_stream(stream: Any, n_runs: int) -> Stream:
    check_instance("stream", stream, Stream)
    if stream.replicate + n_runs > 2**64:
        raise ValueError(
            f"stream has the replicate {stream.replicate}, and with n_runs={n_runs} "
            "the last one is above 2**64 - 1; begin lower"
        )
    return stream


def _labels(y: Any, points: Any) -> Any:
    labels = as_labels("y", y)
    if labels.shape != points.shape[:1]:
        raise ValueError(
            f"y must hold one label for each of the {len(points)} rows of X, got shape "
            f"{labels.shape}"
        )
    return labels


def _check_settings(settings: dict[str, Any]) -> None:
    known = inspect.signature(networks.train).parameters
    free = [name for name in known if name not in (*_OURS, "X", "y", "stream")]
    for name in settings:
        if name in _OURS:
            raise TypeError(f"{name} is decided by vary and n_runs; leave it out")
        if name not in free:
            raise TypeError(f"{name} is no setting; settings are {', '.join(free)}")
    if settings.get("loss") == "squared":
        raise ValueError(
            "loss must be 'cross_entropy' or 'logistic', got 'squared': runs vote for "
            "classes"
        )


def _initial(
    points: Any,
    labels: Any,
    n_runs: int,
    vary: str,
    stream: Any,
    common: Any,
    settings: dict[str, Any],
) -> networks.TwoLayerNetworks:
    """First weights: each run's own, or those of one network for all."""
    xp, is_own = namespace(points), vary in ("init", "all")
    n_classes = len(namespace(labels).unique(labels))
    binary = settings.get("loss") == "logistic" and n_classes == 2
    names = ("activation", "scaling", "initialization")
    first = networks.initial_networks(
        stream if is_own else common,
        points.shape[1],
        settings.get("n_hidden", 64),
        1 if binary else n_classes,
        n_members=n_runs if is_own else 1,
        **{name: settings[name] for name in names if name in settings},
    )
    if is_own:
        return first
    return first.map(lambda part: xp.concatenate([part] * n_runs))


def subsets(labels: Any, stream: Any, n_runs: int, max_samples: float) -> Any:
    """Rows of each run, (n_runs, n), in order, with the same share of each class.

    Examples
    --------
    >>> import numpy as np
    >>> from refgen.random import Stream
    >>> subsets(np.array([0, 0, 1, 1]), Stream(0), 2, 0.5).tolist()
    [[1, 3], [0, 2]]
    """
    share, xp = checked_share(max_samples), namespace(labels)
    each = [stream.at(stream.replicate + j).child("rows") for j in range(n_runs)]
    draws = xp.stack([own.uniform(len(labels)) for own in each])
    chosen = []
    for label in xp.unique(labels):
        rows = xp.flatnonzero(labels == label)
        size = max(round(share * len(rows)), 1)
        chosen.append(rows[draws[:, rows].argsort(axis=1)[:, :size]])
    return xp.sort(xp.concatenate(chosen, axis=1), axis=1)
