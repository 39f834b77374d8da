"""From hard labels of M runs to class codes, vote counts and level masses."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import check_integer, namespace, refuse_special
from refgen.kernels import kernel

count_level_masses = kernel("votes", "count_level_masses")
count_votes = kernel("votes", "count_votes")


def check_predictions(predictions: Any, minimum_runs: int = 1) -> Any:
    """Hard labels as an array of shape (n_runs, n_points).

    Raises
    ------
    ValueError
        If ragged, not 2-D, empty, holding NaN, or with fewer than `minimum_runs` runs.

    Examples
    --------
    >>> check_predictions([["cat", "dog"], ["cat", "cat"]]).shape
    (2, 2)
    """
    array = as_labels("predictions", predictions)
    if array.ndim != 2:
        raise ValueError(
            "predictions must have shape (n_runs, n_points), got "
            f"shape {array.shape}; for class probabilities of shape (n_runs, n_points, "
            "n_classes) pass argmax(axis=-1) or use disagreement_estimate"
        )
    if array.size == 0:
        raise ValueError(
            f"predictions is empty (shape {array.shape}); "
            "give at least one run and one point"
        )
    check_runs(array.shape[0], minimum_runs)
    return array


def check_runs(n_runs: int, minimum: int) -> None:
    """Raise ValueError unless there are at least `minimum` runs.

    Examples
    --------
    >>> check_runs(2, minimum=2)
    """
    if n_runs < minimum:
        raise ValueError(
            f"predictions holds {n_runs} run(s); at least {minimum} are needed: "
            "train more runs that differ in initialization, data order or data"
        )


def as_labels(name: str, values: Any) -> Any:
    """Labels as a plain array of integers, finite numbers, booleans or text.

    Raises
    ------
    TypeError
        For masked or sparse input, mixed or missing labels, or other types.
    ValueError
        If ragged, or holding NaN or infinity.

    Examples
    --------
    >>> as_labels("labels", np.array([1, 2], dtype=object)).dtype.kind
    'i'
    """
    refuse_special(name, values)
    xp = namespace(values)
    array = values if xp is not np else _host_labels(name, values)
    if array.dtype.kind not in "biufUS":
        raise TypeError(
            f"{name} must hold integers, numbers or text, got dtype {array.dtype}"
        )
    if array.dtype.kind == "f" and not bool(xp.isfinite(array).all()):
        raise ValueError(
            f"{name} holds NaN or infinity; drop or re-predict those points"
        )
    return array


def _host_labels(name: str, values: Any) -> np.ndarray:
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(
            f"{name} is ragged: every run must predict the same points"
        ) from error
    listed = not hasattr(values, "dtype")
    if array.dtype.kind == "O" or (listed and array.dtype.kind in "US"):
        # NumPy would turn a list of 1 and "1" into equal texts.
        return _of_one_type(name, np.asarray(values, dtype=object))
    return array


def _of_one_type(name: str, objects: np.ndarray) -> np.ndarray:
    """Python objects that are all text, or all numbers, as such an array."""
    kinds = {type(value) for value in objects.ravel()}
    for family in (str, (int, np.integer), (int, float, np.number, np.bool_)):
        if kinds and all(issubclass(kind, family) for kind in kinds):
            return np.array(objects.tolist())
    shown = sorted(kind.__name__ for kind in kinds)
    raise TypeError(
        f"{name} mixes types ({', '.join(shown)}) or has missing labels; "
        "encode them as all text or all integers"
    )


def check_labels(labels: Any, n_points: int) -> Any:
    """True labels as an array of shape (n_points,).

    Examples
    --------
    >>> check_labels([0, 1], 2).tolist()
    [0, 1]
    """
    array = as_labels("labels", labels)
    if array.shape != (n_points,):
        raise ValueError(
            f"labels must have shape ({n_points},), one per point of predictions, "
            f"got {array.shape}"
        )
    return array


# Below this range of integer labels a table of all of them is faster than sorting.
_TABLE_SIZE = 1 << 16


def _range(values: Any) -> tuple[int, int] | None:
    """Smallest and largest label, if they are integers that fit a lookup table."""
    if values.dtype.kind not in "iu":
        return None
    low, high = int(values.min()), int(values.max())
    return (low, high) if high - low < _TABLE_SIZE and high < 2**63 else None


def _places(values: Any, low: int) -> Any:
    """Places in a lookup table; narrow types would wrap around."""
    return values.astype(np.int64, copy=False) - low


def _distinct(values: Any) -> Any:
    """Sorted distinct labels."""
    xp, bounds = namespace(values), _range(values)
    if bounds is None:
        return xp.unique(values)
    low, high = bounds
    present = xp.zeros(high - low + 1, bool)
    present[_places(values, low)] = True
    return (xp.flatnonzero(present) + low).astype(values.dtype)


def _codes(name: str, values: Any, classes: Any) -> Any:
    xp = namespace(values)
    bounds, known = _range(values), _range(classes)
    if bounds is not None and known is not None:
        table = xp.full(bounds[1] - bounds[0] + 1, -1)
        places = _places(classes, bounds[0])
        inside = (places >= 0) & (places < len(table))
        table[places[inside]] = xp.flatnonzero(inside)
        codes = table[_places(values, bounds[0])]
        strange = codes < 0
    else:
        order = xp.argsort(classes)
        position = xp.searchsorted(classes, values, sorter=order)
        codes = order[xp.minimum(position, len(classes) - 1)]
        strange = classes[codes] != values
    if bool(strange.any()):
        found = values[strange].ravel()[0].item()
        raise ValueError(
            f"{name} holds {found!r}, which is not among the classes {classes.tolist()}"
        )
    return codes


def encode(
    predictions: Any, labels: Any = None, classes: Any = None
) -> tuple[Any, Any, Any]:
    """Class codes of predictions (M, N) and labels (N,), and the classes.

    Parameters
    ----------
    predictions : array of shape (n_runs, n_points)
    labels : array of shape (n_points,), optional
    classes : array of shape (n_classes,), optional
        All classes, distinct; by default those that occur.

    Raises
    ------
    ValueError
        If a label is not among `classes`, or `classes` repeats.
    TypeError
        If predictions and labels are of types that cannot be equal.

    Examples
    --------
    >>> codes, _, classes = encode([["cat", "dog"], ["cat", "cat"]])
    >>> codes.tolist(), classes.tolist()
    ([[0, 1], [0, 0]], ['cat', 'dog'])
    """
    array = check_predictions(predictions)
    xp = namespace(array)
    truth = None if labels is None else check_labels(labels, array.shape[1])
    given = [array] if truth is None else [array, truth]
    given += [] if classes is None else [as_labels("classes", classes)]
    if len({a.dtype.kind in "USO" for a in given}) > 1:
        raise TypeError(
            "predictions, labels and classes mix text and numbers "
            f"(dtypes {[str(a.dtype) for a in given]}); encode them alike"
        )
    if classes is None:
        known = _distinct(xp.concatenate([_distinct(a) for a in given]))
    else:
        known = given[-1]
        if namespace(known) is not xp:
            raise TypeError(
                "classes and predictions are on different devices; move one of them"
            )
        if known.ndim != 1 or len(xp.unique(known)) != len(known) or len(known) == 0:
            raise ValueError("classes must be a 1-D array of distinct labels")
    codes = _codes("predictions", array, known)
    return codes, None if truth is None else _codes("labels", truth, known), known


# Up to this many integer labels, votes are counted without encoding them first.
_COUNTED_LABELS = 1024


def countable(predictions: Any, labels: Any = None) -> tuple[Any, int, int, Any]:
    """Labels as the counting kernels take them: (array, low, n_levels, truth).

    Integers of a small range are taken as they are; anything else is encoded.

    Examples
    --------
    >>> countable([[5, 7], [5, 5]])[1:3]
    (5, 3)
    """
    array = check_predictions(predictions)
    truth = None if labels is None else check_labels(labels, array.shape[1])
    bounds = [_range(a) for a in (array, truth) if a is not None]
    if None not in bounds and array.dtype != np.uint64:
        low = min(b[0] for b in bounds if b)
        n_levels = max(b[1] for b in bounds if b) - low + 1
        if n_levels <= _COUNTED_LABELS:
            return array, low, n_levels, truth
    codes, truth, known = encode(array, truth)
    return codes, 0, len(known), truth


def vote_counts(predictions: Any, classes: Any = None) -> Any:
    """How many of the M runs vote for each class, shape (n_points, n_classes).

    O(M N), by a compiled loop.

    Examples
    --------
    >>> vote_counts([[0, 1], [1, 1], [1, 1]]).tolist()
    [[1, 2], [0, 3]]
    """
    if classes is not None:
        codes, _, known = encode(predictions, None, classes)
        return count_votes(codes, 0, len(known))
    counts = count_votes(*countable(predictions)[:3])
    occurs = counts.any(axis=0)
    return counts if occurs.all() else counts[:, occurs]


def ensemble_level_masses(predictions: Any, labels: Any) -> tuple[Any, Any]:
    """w(j/M) and a(j/M), j = 0..M, of the vote-share ensemble on labelled points.

    Returns
    -------
    vote_mass, label_mass : arrays of shape (n_runs + 1,)
        Totals K and 1. Levels are exact: they are counted, never compared as floats.

    Examples
    --------
    >>> w, a = ensemble_level_masses([[0, 1], [1, 1]], [0, 1])
    >>> w.tolist(), a.tolist()
    ([0.5, 1.0, 0.5], [0.0, 0.5, 0.5])
    """
    array, low, n_levels, truth = countable(predictions, labels)
    masses, right, occurs = count_level_masses(array, low, n_levels, truth)
    n_points = array.shape[1]
    # Integers between the labels that occur nowhere are no classes.
    masses[0] -= n_points * (n_levels - occurs.sum())
    return masses / n_points, right / n_points


def _shares(masses: Any) -> Any:
    """The vote shares j/M, j = 0..M, that masses are counted at."""
    return namespace(masses).arange(len(masses)) / (len(masses) - 1)


def ensemble_cace(predictions: Any, labels: Any) -> float:
    """CACE of the M-run vote-share ensemble, exact from counts, in O(N (M + K)).

    Source: claim GDE-16 (derived here).

    Examples
    --------
    >>> ensemble_cace([[0, 1], [1, 1]], [0, 1])
    0.0
    >>> ensemble_cace([[0, 1], [0, 1]], [0, 0])  # one run: twice the error
    1.0
    """
    w, a = ensemble_level_masses(predictions, labels)
    return float(abs(a - _shares(w) * w).sum())


def binned_ensemble_cace(predictions: Any, labels: Any, n_bins: int = 10) -> float:
    """CACE of the ensemble after merging vote shares into equal bins.

    .. warning:: Binning only lowers the value (claim GDE-21): it does not bound
       |gap|, and with one bin it is always 0. Use `ensemble_cace` for bounds.

    Examples
    --------
    >>> binned_ensemble_cace([[0, 1], [0, 1]], [0, 0], n_bins=1)
    0.0
    """
    from refgen.disagreement.calibration import bin_index

    check_integer("n_bins", n_bins, 1)
    w, a = ensemble_level_masses(predictions, labels)
    levels, bins = _shares(w), namespace(w).arange(n_bins)
    member = bin_index(levels, n_bins) == bins[:, None]
    return float(abs((member * (a - levels * w)).sum(axis=-1)).sum())
