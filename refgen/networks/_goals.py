"""What members have reached of that at which they stop."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.kernels import kernel
from refgen.networks._examples import losses_of, margins_of
from refgen.networks._members import OUTCOMES
from refgen.networks._run import Run
from refgen.networks._start import State
from refgen.networks._task import Task

_evaluate = kernel("networks", "evaluate")

# Numbers that are in memory at once.
_AT_ONCE = 2**22

_BY_GOALS = OUTCOMES.index("loss"), OUTCOMES.index("margin")

# Losses are added up in another order than in kernels, where small ones are differences
# of numbers near 1.
_RELATIVE, _ABSOLUTE = 1e-9, 1e-12


def reached(run: Run, state: State, loss: str, members: Any) -> tuple[Any, Any]:
    """Mean losses of members, and how many of their rows have margins as wanted.

    Parameters
    ----------
    run : Run
    state : State
    loss : str
    members : int array of shape (n_chosen,), not empty

    Returns
    -------
    mean_losses : array of shape (n_chosen,)
    counts : int array of shape (n_chosen,)
        As kernels count.
    """
    d, _, k = run.architecture[:3]
    step = max(1, _AT_ONCE // (run.data.n * (d + k)))
    parts = [
        _reached(run, state, loss, members[i : i + step])
        for i in range(0, len(members), step)
    ]
    xp = namespace(state.theta)
    mean, counts = (xp.concatenate(each) for each in zip(*parts, strict=True))
    return mean, counts


def _reached(run: Run, state: State, loss: str, members: Any) -> tuple[Any, Any]:
    data, xp = run.data, namespace(state.theta)
    points = data.points.reshape(-1, data.n, data.n_features)
    has_own = len(points) > 1
    points = points[members] if has_own else points
    _, outputs = _evaluate(state.theta[members], points, run.architecture[:-1], False)
    rows = data.rows[members] if len(data.rows) > 1 else data.rows
    rows = xp.broadcast_to(rows, (len(members), rows.shape[1]))
    at = rows + data.shifts[members][:, None]
    seen = rows - (members * data.n)[:, None] if has_own else rows
    # Rows beyond a member's own number stand for nothing.
    counts = data.counts[members]
    is_own = xp.arange(rows.shape[1]) < counts[:, None]
    seen, at = (xp.where(is_own, places, 0) for places in (seen, at))
    f = xp.take_along_axis(outputs, seen[:, :, None], axis=1)
    weighted = losses_of(f, data.targets[at], loss) * data.weights[at] * is_own
    margins = margins_of(f, data.targets[at], Task(loss).middle)
    enough = is_own & (margins >= run.settings.stops[members, 1][:, None])
    return weighted.sum(axis=1) / counts, enough.sum(axis=1)


def go_on(run: Run, state: State, loss: str) -> None:
    """Let members that stopped earlier go on, if they are short of the goals now."""
    xp = namespace(state.theta)
    stopped = (state.status == _BY_GOALS[0]) | (state.status == _BY_GOALS[1])
    members = xp.flatnonzero(stopped)
    if not len(members):
        return
    mean, counts = reached(run, state, loss, members)
    stops, n = run.settings.stops[members], run.data.counts[members]
    rounding = _RELATIVE * mean + _ABSOLUTE * float(run.data.weights.max())
    is_there = mean <= stops[:, 0] + rounding
    is_there |= (counts >= stops[:, 2] * n) & (stops[:, 1] < np.inf)
    state.status[members[~is_there]] = 0
