"""Whether a row or column holds names or data, by what it and the others hold."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np

from refgen._files.cells import Cells

# Columns with these names hold no predictions.
INDEX_NAMES = {"id", "ids", "idx", "index", "key", "name", "uid", "uuid", "row"}
TRUTH_NAMES = {"label", "labels", "y", "y_true", "ytrue", "true", "truth", "target"}
TRUTH_NAMES |= {"targets", "class", "gt", "ground_truth", "groundtruth", "true_label"}
# Small integers below these names look like classes; "variable" names molten runs.
_PART_NAMES = {"fold", "folds", "group", "groups", "split", "cluster", "epoch", "batch"}
_PART_NAMES |= {"variable"}

# A line of this many numbers that occur nowhere else is no accident.
_ENOUGH = 4
# Some numbers of points are numbers of classes, too.
_NEARLY_ALL = 0.9
# So many classes are seldom predicted once each.
_MANY = 8


def holds_names(line: np.ndarray, rest: np.ndarray, cells: Cells) -> bool | None:
    """Whether a row above others, or a column beside them, holds names, not data.

    Parameters
    ----------
    line : integer array of shape (n,)
        Codes of the cells in question.
    rest : integer array of shape (m, n)
        Codes of the other cells, each next to its own in `line`.
    cells : Cells
        What the codes stand for.

    Returns
    -------
    bool or None
        None where it is doubtful.

    Examples
    --------
    >>> table = Cells(np.array([[0, 1], [2, 2], [3, 2]]), ["a", "b", "0", "1"])
    >>> holds_names(table.codes[0], table.codes[1:], table)
    True
    """
    if rest.size == 0 or (cells.kinds[line] == "m").any():
        return False
    occurs = np.bincount(rest.ravel(), minlength=len(cells.words)) > 0
    is_number, is_word = (np.isin(cells.kinds, list(k)) for k in ("nbc", "tp"))
    # Holes say nothing; NA among numbers is one.
    known = occurs & np.isin(cells.kinds, list("nbct"))
    if not is_number[known].all() and not is_word[known].all():
        return _above_mixed(is_word[line], is_number[rest], occurs[line])
    if is_number[known].all():
        if is_word[line].all():
            return None if (cells.kinds[line] == "p").all() else True
        if not is_number[line].all():
            return None if is_word[line].any() else False
        return _numbers_among_numbers(line, rest, occurs, cells)
    if is_number[line].all():
        return True if _distinct(line) else None
    if not is_word[line].all():
        return None
    return _words_among_words(line, rest, occurs, cells)


def _above_mixed(
    is_word: np.ndarray, is_number: np.ndarray, occurs: np.ndarray
) -> bool | None:
    """Text above a column of numbers, among columns of text."""
    if occurs[is_word].any() or not is_word.any():
        return False
    above_numbers = is_word & is_number.all(axis=0)
    return True if above_numbers.any() and is_word.all() else None


def _numbers_among_numbers(
    line: np.ndarray, rest: np.ndarray, occurs: np.ndarray, cells: Cells
) -> bool | None:
    if counts_from(line, cells) is None:
        is_whole = all(isinstance(cells.values[code], int) for code in line)
        if not (is_whole and _distinct(line) and _recurs(rest) and len(line) > 1):
            return False
        share = float(1 - occurs[line].mean())
        if (
            share < 0.5
            and (share > 0 or len(line) >= _MANY)
            and not _any_distinct(rest)
        ):
            return None
        return _strange_numbers(share, len(line))
    if _are_shares(rest, cells):
        return True
    if len(line) >= _ENOUGH and not occurs[line].all() and _recurs(rest):
        return True
    return None if len(line) > 1 else False


def _are_shares(rest: np.ndarray, cells: Cells) -> bool:
    """Whether rows hold class probabilities with decimals, and no whole number."""
    values = [cells.values[code] for code in np.unique(rest)]
    if not all(isinstance(v, float) and 0 <= v <= 1 for v in values):
        return False
    shares = np.array([v if isinstance(v, float) else 0.0 for v in cells.values])[rest]
    return shares.shape[1] > 1 and bool((abs(shares.sum(axis=1) - 1) < 0.01).all())


def _strange_numbers(share: float, length: int) -> bool | None:
    """Different numbers of which a share occurs nowhere else."""
    if share >= _NEARLY_ALL and length >= _ENOUGH:
        return True
    return None if share >= 0.5 else False


def _words_among_words(
    line: np.ndarray, rest: np.ndarray, occurs: np.ndarray, cells: Cells
) -> bool | None:
    if occurs[line].any() or not _distinct(line):
        return False
    stems = {stem(str(cells.words[code])) for code in line}
    if len(line) > 1 and len(stems) == 1:
        others = {stem(str(cells.words[code])) for code in np.flatnonzero(occurs)}
        # run0 and run1 are names if no label is run and a number.
        if "#" in str(stems) and not stems & others:
            return True
    return True if len(line) > 1 and _recurs(rest) else None


def stem(name: str) -> str:
    """A name without its numbers.

    Examples
    --------
    >>> stem("Run12")
    'run#'
    """
    return re.sub(r"[0-9]+", "#", name.strip().lower())


def counts_from(line: np.ndarray, cells: Cells) -> int | None:
    """0 or 1 if a line counts upward by one from there, else None.

    Examples
    --------
    >>> table = Cells(np.array([[0, 1]]), ["0", "1"])
    >>> counts_from(table.codes[0], table)
    0
    """
    values = [cells.values[code] for code in line]
    if {type(value) for value in values} != {int}:
        return None
    counts = (
        start for start in (0, 1) if values == list(range(start, start + len(line)))
    )
    return next(counts, None)


def _distinct(line: np.ndarray) -> bool:
    return len(np.unique(line)) == len(line)


def _any_distinct(lines: np.ndarray) -> bool:
    """Whether some row repeats nothing."""
    ordered = np.sort(lines, axis=1)
    return bool((ordered[:, 1:] != ordered[:, :-1]).all(axis=1).any())


def _recurs(rest: np.ndarray) -> bool:
    """Whether the same few values come again and again, as classes do."""
    return rest.size >= _ENOUGH * len(np.unique(rest))


def stranger(cells: Cells) -> int | None:
    """The first column that shares next to nothing with the others, as an index does.

    Examples
    --------
    >>> codes = np.array([[0, 4, 4], [1, 5, 5], [2, 5, 4], [3, 4, 4]])
    >>> stranger(Cells(codes, ["7", "8", "9", "10", "0", "1"]))
    0
    """
    table = cells.codes
    if len(table) < _ENOUGH or table.shape[1] < 2:
        return None
    n_rows, n_columns = table.shape
    first = np.full(len(cells.words), n_columns)
    last = np.full(len(cells.words), -1)
    places = np.broadcast_to(np.arange(n_columns), table.shape).ravel()
    np.minimum.at(first, table.ravel(), places)
    np.maximum.at(last, table.ravel(), places)
    is_alone = first == last
    n_alone = np.bincount(first[is_alone], minlength=n_columns)
    # At one point all runs may predict a class that occurs nowhere else.
    for j in np.flatnonzero(n_alone >= max(_ENOUGH, n_rows / 4)):
        if is_alone[table[:, j]].mean() >= 0.5:
            return int(j) if _recurs(np.delete(table, j, axis=1)) else None
    return None


def odd_names(names: list[str], wanted: str) -> list[int]:
    """Columns whose names say that they are no runs or points.

    Parameters
    ----------
    names : list of str
    wanted : "predictions" or "labels"

    Examples
    --------
    >>> odd_names(["fold", "run0", "run1", "run2"], "predictions")
    [0]
    >>> odd_names(["run0", "run1", "y_true"], "predictions")
    [2]
    >>> odd_names(["group", "rf", "knn"], "predictions")
    [0]
    >>> odd_names(["id", "key"], "labels")
    []
    >>> odd_names(["run0", "run1", "cat", "dog", "eel"], "predictions")
    []
    """
    lower = [name.strip().lower() for name in names]
    stems = [stem(name) for name in names]
    common, count = Counter(stems).most_common(1)[0]
    alone = count > 1 and count >= len(names) / 2 and "#" in common
    others = TRUTH_NAMES | _PART_NAMES if wanted == "predictions" else set()
    known = INDEX_NAMES | others
    odd = [
        j
        for j, name in enumerate(lower)
        if name in known or (alone and stems[j] != common)
    ]
    return odd if len(odd) < len(names) else []


def are_alike(names: list[str]) -> bool:
    """Whether names differ by their numbers only.

    Examples
    --------
    >>> are_alike(["run0", "run1"]), are_alike(["a", "b"])
    (True, False)
    """
    return len(set(map(stem, names))) == 1
