"""Epochs in pieces: short enough for Ctrl-C, progress and checkpoints."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from refgen._interrupts import interrupts_deferred
from refgen.arrays import namespace
from refgen.kernels import kernel
from refgen.networks._data import Data
from refgen.networks._settings import Settings
from refgen.networks._start import State

_train_epochs = kernel("networks", "train_epochs")

# A piece has twice the epochs of the one before if that was faster than this, in
# seconds, and half of them if it took four times as long.
_SHORT = 0.1
# Products and sums of the first piece: some hundredths of a second.
_FIRST = 1 << 27


@dataclass(frozen=True)
class Run:
    """What training does not change.

    Attributes
    ----------
    data : Data
    settings : Settings
    replicates : uint64 array of shape (n_members,)
        Repetitions of the stream of shuffles.
    key : uint64 array of shape (3,), or empty
        Its purpose and key; empty without shuffles.
    architecture : tuple
        As kernels take it.
    """

    data: Data
    settings: Settings
    replicates: Any
    key: Any
    architecture: tuple

    def go(self, state: State, n_epochs: int) -> None:
        """Train up to `n_epochs` more epochs, in place."""
        data, plan = self.data, self.settings
        xp = namespace(data.points)
        columns = (data.counts, plan.batches, plan.epochs, data.shifts)
        before = state.epochs.copy()
        losses = _train_epochs(
            state.theta,
            state.velocity,
            state.status,
            state.epochs,
            data.points,
            data.targets,
            data.weights,
            data.rows,
            xp.stack(columns, axis=1),
            plan.steps,
            plan.rules,
            plan.stops,
            self.replicates,
            self.key,
            n_epochs,
            self.architecture,
        )
        state.losses = _joined(state.losses, losses, before, state.epochs)

    def until(self, n_epochs: int) -> Run:
        """The same, up to another number of epochs, for all members."""
        epochs = self.settings.epochs * 0 + n_epochs
        return replace(self, settings=replace(self.settings, epochs=epochs))

    def left(self, state: State) -> Any:
        """How many epochs each member may still do, of shape (n_members,)."""
        return (self.settings.epochs - state.epochs) * (state.status == 0)

    def n_left(self, state: State) -> int:
        """How many epochs are left for the member that has most to do."""
        return max(0, int(self.left(state).max()))

    def first_piece(self) -> int:
        """So many epochs that they take some hundredths of a second."""
        d, h, k = self.architecture[:3]
        rows = int(self.data.counts.sum())
        return max(1, _FIRST // (rows * h * (2 * d + 3 * k)))


def check_done(run: Run, state: State) -> None:
    """Refuse fewer epochs than earlier training has done.

    Raises
    ------
    ValueError
        If a member has done more.
    """
    is_over = state.epochs > run.settings.epochs
    if bool(is_over.any()):
        member = int(is_over.argmax())
        raise ValueError(
            f"n_epochs={int(run.settings.epochs[member])} is the number in total, and "
            f"member {member} has done {int(state.epochs[member])} already; give at "
            "least as many"
        )


def trained(run: Run, state: State, after: Callable[[State], None]) -> None:
    """Train until every member has stopped; `after` sees the state between pieces."""
    size = run.first_piece()
    while left := run.n_left(state):
        start = time.perf_counter()
        with interrupts_deferred():
            run.go(state, min(size, left))
            after(state)
        took = time.perf_counter() - start
        if took < _SHORT:
            size *= 2
        elif took > 4 * _SHORT:
            size = max(1, size // 2)


def _joined(known: Any, new: Any, before: Any, after: Any) -> Any:
    """Losses with those of the epochs from `before` to `after` of each member."""
    xp, n_members = namespace(known), len(known)
    # Members that have stopped are not looked at again.
    first = int(xp.where(after > before, before, known.shape[1]).min())
    width = max(int(after.max()), known.shape[1])
    columns = xp.arange(first, width)
    since = columns - before[:, None]
    unknown = xp.full((n_members, width - known.shape[1]), xp.nan)
    old = xp.concatenate([known[:, first:], unknown], axis=1)
    here = xp.minimum(xp.maximum(since, 0), new.shape[1] - 1)
    found = xp.take_along_axis(new, here, axis=1)
    is_new = (since >= 0) & (columns < after[:, None])
    return xp.concatenate([known[:, :first], xp.where(is_new, found, old)], axis=1)
