"""How many label laws agree with given vote shares in each sense of calibration."""

from __future__ import annotations

from typing import Any

from refgen._numbers import refuse
from refgen._objects import check_instance
from refgen.arrays import namespace
from refgen.disagreement._levels import LEVEL_WIDTH, levels_of
from refgen.disagreement.laws import FiniteLaw


def calibrated_dimensions(law: FiniteLaw) -> dict[str, Any]:
    """Dimension of the set of label laws p that are calibrated for the vote shares.

    Keys "canonical", "class_wise", "class_aggregated" and "gde" (EDR = ETE).

    Parameters
    ----------
    law : FiniteLaw
        With positive weights. Its label probabilities are not used.

    Returns
    -------
    dict of integer arrays of shape (...)

    Raises
    ------
    ValueError
        If a point has probability 0: its labels would be free.

    Notes
    -----
    Source: derived here, claim GDE-9. Time and memory grow as (n_points · n_classes)².

    Examples
    --------
    >>> law = FiniteLaw([0.5, 0.5], [[1, 0], [1, 0]], [[0.3, 0.7], [0.7, 0.3]])
    >>> {notion: int(d) for notion, d in calibrated_dimensions(law).items()}
    {'canonical': 0, 'class_wise': 0, 'class_aggregated': 1, 'gde': 1}
    """
    check_instance("law", law, FiniteLaw)
    refuse("law.weights", law.weights, law.weights <= 0, "be positive")
    shape = law.vote_shares.shape
    rows = law.vote_shares.reshape(*shape[:-2], shape[-2] * shape[-1])
    votes = levels_of(rows).reshape(shape)
    used = votes > LEVEL_WIDTH
    # Levels that two points share, by class: (..., n, k, n, k).
    same = votes[..., None, None] == votes[..., None, None, :, :]
    same = same & used[..., None, None]
    free = used.sum(axis=(-1, -2)) - law.n_points
    return {
        "canonical": _canonical(votes, used),
        "class_wise": free - _rank(same & _same_class(same)),
        "class_aggregated": free - _rank(same),
        "gde": _with_equal_rates(votes, used, free),
    }


def _same_class(same: Any) -> Any:
    """Whether the two classes are the same one, (k, 1, k)."""
    return namespace(same).eye(same.shape[-1], dtype=bool)[:, None]


def _canonical(votes: Any, used: Any) -> Any:
    """Σ (n_v − 1)(|supp v| − 1) over the vote vectors v that n_v points have."""
    equal = votes[..., :, None, :] == votes[..., None, :, :]
    repeats = ~_is_first(equal.all(axis=-1))
    return (repeats * (used.sum(axis=-1) - 1)).sum(axis=-1)


def _rank(same: Any) -> Any:
    """Number of positive levels minus that of the components that they join."""
    pairs = same.reshape(*same.shape[:-4], same.shape[-4] * same.shape[-3], -1)
    xp = namespace(same)
    occurs = xp.diagonal(pairs, axis1=-2, axis2=-1)
    levels = (occurs & _is_first(pairs)).sum(axis=-1)
    return levels - _n_components(same.any(axis=(-3, -1)))


def _n_components(joined: Any) -> Any:
    """Number of components of graphs with these adjacency matrices (..., n, n)."""
    xp, n = namespace(joined), joined.shape[-1]
    reached = (joined | xp.eye(n, dtype=bool)).astype(float)
    for _ in range(n.bit_length()):
        reached = xp.minimum(reached @ reached, 1.0)
    return _is_first(reached > 0).sum(axis=-1)


def _is_first(related: Any) -> Any:
    """Which rows are related to no earlier one, (..., m)."""
    return ~namespace(related).tril(related, -1).any(axis=-1)


def _with_equal_rates(votes: Any, used: Any, free: Any) -> Any:
    """One equation, which meets the interior unless all votes are uniform."""
    n, k = votes.shape[-2:]
    top = votes.max(axis=-1, keepdims=True)
    # Uniform on all classes or, for a face of the labels' simplex, on those with votes.
    even = (~used | (votes == top)).all(axis=(-1, -2))
    return namespace(votes).where(even, free, n * (k - 1) - 1)
