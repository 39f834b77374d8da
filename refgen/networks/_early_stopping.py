"""Training that keeps the weights that predict held-out rows best."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from refgen.arrays import Instance, namespace
from refgen.networks._reports import TrainingWarning


def train_until_worse(
    train: Callable[..., Any],
    X: Any,
    y: Any,
    stream: Any,
    held_out: Any,
    patience: int,
    settings: dict[str, Any],
) -> Any:
    """An ensemble in which each member has its best weights.

    Those of the epoch with the least mean loss on the rows `held_out`, up to the first
    `patience` epochs in a row without a smaller one. Weights at the start count, too.
    """
    xp, most = namespace(X), settings["n_epochs"]
    kept = xp.ones(len(X), dtype=bool)
    kept[held_out] = False
    settings = settings | {"rows": xp.nonzero(kept)[0], "verbose": False}
    found = train(X, y, stream, **(settings | {"n_epochs": 0}))
    best, least = found, _losses(found, X[held_out], y[held_out])
    waited = xp.zeros(len(least), dtype=int)
    for epoch in range(1, most + 1):
        found = _one_more(train, X, y, stream, epoch, most, found, settings)
        losses = _losses(found, X[held_out], y[held_out])
        better = (losses < least) & (waited < patience)
        waited = xp.where(better, 0, waited + 1)
        best, least = _of_both(better, found, best), xp.where(better, losses, least)
        if bool(((waited >= patience) | (found.status > 0)).all()):
            break
    return best


def _one_more(
    train: Callable[..., Any],
    X: Any,
    y: Any,
    stream: Any,
    epoch: int,
    most: int,
    found: Any,
    settings: dict[str, Any],
) -> Any:
    """One epoch; only the last one says which goals were missed."""
    with warnings.catch_warnings():
        if epoch < most:
            warnings.simplefilter("ignore", TrainingWarning)
        return train(X, y, stream, **(settings | {"n_epochs": epoch}), resume=found)


def _losses(ensemble: Any, X: Any, y: Any) -> Any:
    """Mean losses; infinite for members that diverged."""
    fine = ensemble.is_finite
    losses = namespace(fine).full(len(fine), float("inf"))
    if bool(fine.any()):
        losses[fine] = ensemble[fine].losses(X, y).mean(axis=-1)
    return losses


def _of_both(chosen: Any, first: Any, second: Any) -> Any:
    """Members of the first where they are chosen, and else of the second."""
    values = {}
    for name, value in first._fields():
        other = getattr(second, name)
        if isinstance(value, Instance):
            values[name] = _of_both(chosen, value, other)
        elif hasattr(value, "ndim"):
            values[name] = _where(chosen, value, other)
        else:
            values[name] = value
    return type(first).trusted(**values)


def _where(chosen: Any, value: Any, other: Any) -> Any:
    xp = namespace(value)
    if value.ndim > 1 and value.shape != other.shape:  # curves of more epochs
        longer = xp.full(value.shape, xp.nan)
        longer[:, : other.shape[1]] = other
        other = longer
    return xp.where(chosen.reshape(-1, *[1] * (value.ndim - 1)), value, other)
