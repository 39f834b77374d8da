"""Vote counts of M runs, and what they say about a labelled test set."""

from __future__ import annotations

from typing import Any

from refgen.disagreement import _ensemble
from refgen.disagreement._labels import check_given
from refgen.disagreement._levels import check_bins
from refgen.disagreement._runs import coded_labels, counted_labels
from refgen.disagreement.laws import FiniteLaw


def vote_counts(predictions: Any, classes: Any = None) -> Any:
    """How many of the M runs vote for each class, shape (n_points, n_classes).

    Parameters
    ----------
    predictions : array of shape (n_runs, n_points)
        Hard labels.
    classes : array of shape (n_classes,), optional
        All classes, in the order of the columns; by default those that occur, sorted.

    Raises
    ------
    ValueError, TypeError
        For malformed predictions, or a label that is not among `classes`.

    Notes
    -----
    O(M N), by a compiled loop.

    Examples
    --------
    >>> vote_counts([[0, 1], [1, 1], [1, 1]]).tolist()
    [[1, 2], [0, 3]]
    """
    if classes is not None:
        return coded_labels(predictions, classes=classes).counts
    counts = counted_labels(predictions).counts
    occurs = counts.any(axis=0)
    return counts if occurs.all() else counts[:, occurs]


def empirical_law(predictions: Any, labels: Any, classes: Any = None) -> FiniteLaw:
    """The finite law of a labelled test set and the votes of M runs on it.

    Parameters
    ----------
    predictions : array of shape (n_runs, n_points)
        Hard labels.
    labels : array of shape (n_points,)
        True labels.
    classes : array of shape (n_classes,), optional
        All classes; by default those that occur.

    Returns
    -------
    FiniteLaw
        Weights 1/N, one-hot labels, vote shares (votes)/M.

    Raises
    ------
    ValueError, TypeError
        For malformed predictions or labels, or one that is not among `classes`.

    Examples
    --------
    >>> law = empirical_law([[0, 1], [1, 1]], [0, 1])
    >>> law.vote_shares.tolist()
    [[0.5, 0.5], [0.0, 1.0]]
    """
    check_given("labels", labels)
    return _ensemble.law_of(coded_labels(predictions, labels, classes))


def ensemble_level_masses(predictions: Any, labels: Any) -> tuple[Any, Any]:
    """w(j/M) and a(j/M), j = 0..M, of the vote-share ensemble on labelled points.

    Parameters
    ----------
    predictions : array of shape (n_runs, n_points)
        Hard labels.
    labels : array of shape (n_points,)
        True labels.

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
    check_given("labels", labels)
    return counted_labels(predictions, labels).level_masses


def ensemble_cace(predictions: Any, labels: Any) -> float:
    """CACE of the M-run vote-share ensemble, exact from counts, in O(N (M + K)).

    Source: claim GDE-16g (derived here).

    Examples
    --------
    >>> ensemble_cace([[0, 1], [1, 1]], [0, 1])
    0.0
    >>> ensemble_cace([[0, 1], [0, 1]], [0, 0])  # one run: twice the error
    1.0
    """
    check_given("labels", labels)
    return _ensemble.exact_cace(counted_labels(predictions, labels))


def binned_ensemble_cace(predictions: Any, labels: Any, n_bins: int = 10) -> float:
    """CACE of the ensemble after merging vote shares into equal bins.

    .. warning:: Binning only lowers the value (see `binned_cace`): it does not bound
       |gap|, and with one bin it is always 0. Use `ensemble_cace` for bounds.

    Examples
    --------
    >>> binned_ensemble_cace([[0, 1], [0, 1]], [0, 0], n_bins=1)
    0.0
    """
    check_given("labels", labels)
    n_bins = check_bins(n_bins)
    return _ensemble.binned_cace(counted_labels(predictions, labels), n_bins)
