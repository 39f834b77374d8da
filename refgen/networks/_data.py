"""What members are trained on: points, labels, weights, and rows of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen._numbers import as_not_negative, refuse
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace
from refgen.networks._numbers import placed
from refgen.networks._rows import chosen_rows
from refgen.networks._targets import encoded


@dataclass(frozen=True)
class Data:
    """Data as kernels take them; N rows of points, S sets of labels for each.

    Attributes
    ----------
    points : array of shape (N, d)
    targets : array of shape (S·N, k)
    weights : array of shape (S·N,)
    rows : int64 array of shape (n_members or 1, n)
        What each member is trained on; the first `counts` of them count.
    counts, shifts : int64 arrays of shape (n_members,)
        How many rows, and where a member's labels begin among the targets.
    classes : array, or None
    n : int
        Rows of a data set: N, or N / n_members if each member has its own points.
    """

    points: Any
    targets: Any
    weights: Any
    rows: Any
    counts: Any
    shifts: Any
    classes: Any
    n: int

    @property
    def n_features(self) -> int:
        """d."""
        return int(self.points.shape[1])

    @property
    def n_outputs(self) -> int:
        """k."""
        return int(self.targets.shape[1])


def training_data(given: dict[str, Any], n_members: int) -> Data:
    """Checked data from the arguments of `train`.

    Raises
    ------
    TypeError, ValueError
        If points, labels, weights and rows do not fit each other, or hold what cannot
        be trained on.
    """
    X = check_scale("X", as_floats("X", given["X"], 2))
    if X.ndim > 3:
        raise ValueError(
            "X must have shape (n_samples, n_features) or (n_members, n_samples, "
            f"n_features), got {X.shape}"
        )
    X = _sets("X", X if X.ndim == 3 else X[None], n_members)
    xp, n = namespace(X), X.shape[1]
    labels, classes = encoded(given["y"], given["loss"], n, given["classes"])
    targets = _sets("y", placed("y", labels, xp), n_members)
    weights = _sets("sample_weight", _weights(given, n, xp), n_members)
    rows, counts = chosen_rows(given["rows"], n, n_members, xp)
    first = xp.arange(n_members) * n
    if len(X) > 1:
        rows, shifts, n_sets = rows + first[:, None], first * 0, n_members
    else:
        n_sets = max(len(targets), len(weights))
        shifts = first if n_sets > 1 else first * 0
    return Data(
        X.reshape(-1, X.shape[-1]),
        _flat(targets, n_sets, xp),
        _flat(weights[..., None], n_sets, xp)[:, 0],
        rows,
        counts,
        shifts,
        classes,
        n,
    )


def _sets(name: str, array: Any, n_members: int) -> Any:
    """An array of one set, or one for each member, along its first axis."""
    if len(array) not in (1, n_members):
        raise ValueError(
            f"{name} has {len(array)} sets of {array.shape[1]} rows, for n_members="
            f"{n_members}; give one set for all members, or one for each"
        )
    return array


def _weights(given: dict[str, Any], n: int, xp: Any) -> Any:
    if given["sample_weight"] is None:
        return xp.ones((1, n))
    array = as_not_negative("sample_weight", given["sample_weight"], 1)
    weights = placed("sample_weight", check_scale("sample_weight", array), xp)
    weights = weights[None] if weights.ndim == 1 else weights
    if weights.ndim != 2 or weights.shape[1] != n:
        raise ValueError(
            f"sample_weight must have shape (n_samples,) = ({n},), or (n_members, "
            f"n_samples), got {array.shape}"
        )
    total = weights.max(axis=1)
    refuse("sample_weight", total, total == 0, "have a weight above 0")
    return weights


def _flat(sets: Any, n_sets: int, xp: Any) -> Any:
    """Sets of rows one after another, as many as asked for."""
    repeated = xp.broadcast_to(sets, (n_sets, *sets.shape[1:]))
    return xp.ascontiguousarray(repeated).reshape(-1, sets.shape[-1])
