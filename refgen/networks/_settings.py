"""How each member is trained: steps, epochs, and when it stops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen._checks import MOST_ENTRIES
from refgen._numbers import refuse
from refgen.networks import _numbers as numbers

# Factors of the step size, in the order of kernels.
PARTS = ("hidden_weights", "hidden_biases", "output_weights", "output_biases")


@dataclass(frozen=True)
class Settings:
    """Checked settings, a row for each member.

    Attributes
    ----------
    epochs, batches : int64 arrays of shape (n_members,)
        Most epochs, and rows of a step.
    steps : array of shape (n_members, 4)
        Step sizes of the four parts of a network.
    rules : array of shape (n_members, 3)
        Momentum, decay of weights, radius of SAM.
    stops : array of shape (n_members, 3)
        Loss, margin, and share of rows, at which a member stops.
    """

    epochs: Any
    batches: Any
    steps: Any
    rules: Any
    stops: Any

    @property
    def most_epochs(self) -> int:
        """The most epochs of any member."""
        return int(self.epochs.max())


def settings(
    given: dict[str, Any],
    n_rows: Any,
    factors: tuple[float, ...],
    n_members: int,
    xp: Any,
) -> Settings:
    """Checked settings from the arguments of `train`.

    Parameters
    ----------
    given : dict
        Arguments by their names.
    n_rows : int64 array of shape (n_members,)
        What each member is trained on.
    factors : tuple of four floats
        What the step size is multiplied by in each part; 0 where nothing is trained.
    n_members : int
    xp : module
        The library of the data.

    Raises
    ------
    TypeError, ValueError
        If a setting is out of range, or is not one number or one for each member.
    """
    step = numbers.sizes("step_size", given["step_size"], n_members, xp)
    epochs = numbers.counts("n_epochs", given["n_epochs"], 0, n_members, xp)
    if int(epochs.max()) * n_members > MOST_ENTRIES:
        raise ValueError(
            f"n_epochs must be such that n_members · n_epochs is at most 2**40, got "
            f"{int(epochs.max())} for {n_members} members"
        )
    return Settings(
        epochs,
        _batches(given["batch_size"], n_rows, n_members, xp),
        step[:, None] * xp.asarray(factors),
        _rules(given, n_members, xp),
        _stops(given, n_members, xp),
    )


def _batches(batch_size: Any, n_rows: Any, n_members: int, xp: Any) -> Any:
    if batch_size is None:
        return n_rows.copy()
    asked = numbers.counts("batch_size", batch_size, 1, n_members, xp)
    return xp.minimum(asked, n_rows)


def _rules(given: dict[str, Any], n_members: int, xp: Any) -> Any:
    columns = [
        numbers.sizes(name, given[name], n_members, xp)
        for name in ("momentum", "weight_decay", "sam_radius")
    ]
    refuse("momentum", columns[0], columns[0] >= 1, "be below 1")
    return xp.stack(columns, axis=1)


def _stops(given: dict[str, Any], n_members: int, xp: Any) -> Any:
    loss = numbers.limits("stop_loss", given["stop_loss"], -np.inf, n_members, xp)
    margin = numbers.limits("stop_margin", given["stop_margin"], np.inf, n_members, xp)
    share = numbers.sizes("stop_share", given["stop_share"], n_members, xp)
    refuse("stop_share", share, (share <= 0) | (share > 1), "lie in (0, 1]")
    return xp.stack([loss, margin, share], axis=1)
