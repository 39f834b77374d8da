"""Members of an ensemble: which there are, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from refgen._checks import is_integer
from refgen._shown import shown
from refgen.arrays import Instance, namespace
from refgen.networks.two_layer import FIELDS

if TYPE_CHECKING:
    from typing import Self

OUTCOMES = ("epochs", "loss", "margin", "diverged")

_MOST_NAMED = 5


class Members(Instance):
    """Base of ensembles: the first leading axis is that of members."""

    networks: Any
    status: Any
    task: Any

    @property
    def batch_shape(self) -> tuple[int, ...]:
        """Leading axes: (n_members,), or () of one member."""
        return tuple(self.networks.batch_shape)

    @property
    def outcomes(self) -> Any:
        """What ended training, as text of shape (n_members,): see `Attributes`."""
        return np.array(OUTCOMES)[np.asarray(self.status.tolist(), dtype=int)]

    @property
    def is_finite(self) -> Any:
        """Whether a member has not diverged, of shape (n_members,)."""
        xp = namespace(self.status)
        found = self.status != OUTCOMES.index("diverged")
        for name, ndim in FIELDS.items():
            axes = tuple(range(-ndim, 0))
            found = found & xp.isfinite(getattr(self.networks, name)).all(axis=axes)
        return found

    def finite(self) -> Self:
        """The members that did not diverge.

        Returns
        -------
        Ensemble

        Raises
        ------
        ValueError
            If all of them diverged.
        """
        kept = self.is_finite
        if not bool(kept.any()):
            raise ValueError(
                "all members diverged; train again with a smaller step_size, or with "
                "X in other units"
            )
        return self[kept] if self.batch_shape else self

    def __len__(self) -> int:
        if not self.batch_shape:
            raise TypeError("this is one member of an ensemble, and has no len()")
        return self.batch_shape[0]

    def __iter__(self) -> Iterator[Self]:
        return (self.take(i) for i in range(len(self)))

    def __repr__(self) -> str:
        sizes = "–".join(map(str, self.networks._sizes()[:3]))
        words = self.outcomes.ravel().tolist()
        ended = ", ".join(f"{w} × {words.count(w)}" for w in OUTCOMES if w in words)
        return (
            f"{type(self).__name__}({sizes} {self.networks.architecture.activation}, "
            f"members: {self.batch_shape or 'one'}, loss: {self.task.loss}, "
            f"ended by: {ended or 'none'})"
        )

    def __getitem__(self, index: Any) -> Self:
        return self.take(_checked(index, self.batch_shape, namespace(self.status)))

    def _refuse_diverged(self) -> None:
        kept = self.is_finite
        if not kept.size:
            raise ValueError("no members were chosen: this ensemble has none")
        if not bool(kept.all()):
            raise ValueError(
                f"{named_members(~kept)} diverged in training, and would give numbers "
                "without a meaning; leave out such members with .finite(), or train "
                "with a smaller step_size"
            )


def named_members(chosen: Any) -> str:
    """Which members these are, in words.

    Examples
    --------
    >>> named_members(np.array([True, False, True]))
    'members 0, 2 (2 of 3)'
    """
    if not chosen.ndim:
        return "this member"
    places = [tuple(place) for place in np.argwhere(np.array(chosen.tolist())).tolist()]
    texts = [str(place[0] if len(place) == 1 else place) for place in places]
    more = ", …" if len(texts) > _MOST_NAMED else ""
    word = "member" if len(texts) == 1 else "members"
    return (
        f"{word} {', '.join(texts[:_MOST_NAMED])}{more} ({len(texts)} of {chosen.size})"
    )


def _checked(index: Any, batch: tuple[int, ...], xp: Any) -> Any:
    """An index of members only: of an integer, a slice, integers, or a mask."""
    if not batch:
        raise TypeError("this is one member of an ensemble, and has no others")
    if isinstance(index, slice):
        return index
    if is_integer(index):
        if not -batch[0] <= index < batch[0]:
            raise IndexError(f"there is no member {index} of {batch[0]}")
        return int(index)
    chosen = index if hasattr(index, "dtype") else np.asarray(index)
    kind = "" if isinstance(index, tuple) else chosen.dtype.kind
    if kind not in tuple("iub") or not chosen.size or not chosen.ndim:
        raise TypeError(
            "members are chosen by an integer, a slice, integers, or a mask, got "
            f"{shown(index)}"
        )
    if kind == "b" and chosen.shape != batch[: chosen.ndim]:
        raise IndexError(
            f"a mask of shape {chosen.shape} does not fit members of shape {batch}"
        )
    if kind != "b" and not bool(((chosen >= -batch[0]) & (chosen < batch[0])).all()):
        raise IndexError(f"there are members 0 to {batch[0] - 1} only")
    return xp.asarray(chosen)
