"""What is worth a warning: unscaled data, divergence, goals that were not reached."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from refgen._shown import listed
from refgen.arrays import namespace, on_the_host
from refgen.kernels import kernel
from refgen.networks._data import Data
from refgen.networks._examples import margins_of
from refgen.networks._run import Run
from refgen.networks._start import State
from refgen.networks._task import Task
from refgen.networks.ensemble import OUTCOMES

_evaluate = kernel("networks", "evaluate")

# Root mean squares of standardized columns are 1, and of shares below 1.
_LARGEST, _SMALLEST = 10.0, 1e-3
# Numbers that are in memory at once while margins are found.
_AT_ONCE = 2**22


@on_the_host("a category of warnings")
class TrainingWarning(UserWarning):
    """Training did not end as was asked for, or the data are unscaled.

    Examples
    --------
    >>> issubclass(TrainingWarning, UserWarning)
    True
    """


def warn(text: str) -> None:
    """Warn the caller of `train`.

    Examples
    --------
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     warn("member 3 diverged")
    >>> str(caught[0].message)
    'member 3 diverged'
    """
    warnings.warn(text, TrainingWarning, stacklevel=4)


def scale_doubt(data: Data) -> str | None:
    """What is unusual about the scale of the points, and the remedy; or None."""
    xp = namespace(data.points)
    sizes = xp.sqrt((data.points * data.points).mean(axis=0))
    column = int(sizes.argmax())
    largest = float(sizes[column])
    if _SMALLEST <= largest <= _LARGEST or largest == 0:
        return None
    return (
        f"X is unscaled: column {column} has the root mean square {largest:.3g}, where "
        "networks and step sizes expect about 1; standardize the columns first, with "
        "sklearn.preprocessing.StandardScaler, or divide X by a constant"
    )


def outcome_doubts(run: Run, state: State, loss: str) -> list[str]:
    """Members that diverged, and goals that no member reached."""
    found = [_diverged(state), _unreached(run, state, loss)]
    return [text for text in found if text is not None]


def _diverged(state: State) -> str | None:
    code = OUTCOMES.index("diverged")
    members = namespace(state.status).flatnonzero(state.status == code).tolist()
    if not members:
        return None
    epochs = [f"member {j} in epoch {int(state.epochs[j])}" for j in members[:4]]
    return (
        f"{len(members)} of {len(state.status)} members diverged ("
        f"{listed(epochs + members[4:], show=str)}): their losses or weights are no "
        "finite numbers any more; others are not affected. Take a smaller step_size, "
        "or scale X"
    )


def _unreached(run: Run, state: State, loss: str) -> str | None:
    """What was reached, if no member reached what it stops at."""
    xp, stops = namespace(state.theta), run.settings.stops
    wanted = (stops[:, 0] > -np.inf) | (stops[:, 1] < np.inf)
    goals = [OUTCOMES.index("loss"), OUTCOMES.index("margin")]
    is_reached = (state.status == goals[0]) | (state.status == goals[1])
    members = xp.flatnonzero(wanted & (state.status == 0) & (state.epochs > 0))
    if not len(members) or bool(is_reached.any()):
        return None
    each = (_nearest_loss(state, stops, members), _nearest_margin(run, state, loss,
            members))  # fmt: skip
    said = [text for text in each if text is not None]
    return (
        f"no member reached what it stops at within n_epochs: {'; '.join(said)}. Take "
        "more epochs, another step_size, or a lower goal"
    )


def _nearest_loss(state: State, stops: Any, members: Any) -> str | None:
    """The lowest mean loss in the last epoch, of members that stop at a loss."""
    members = members[stops[members, 0] > -np.inf]
    if not len(members):
        return None
    last = state.losses[members, state.epochs[members] - 1]
    place = int(last.argmin())
    who = int(members[place])
    return (
        f"the lowest mean loss in the last epoch is {float(last[place]):.4g} (member "
        f"{who}), with stop_loss={float(stops[who, 0]):.4g}"
    )


def _nearest_margin(run: Run, state: State, loss: str, members: Any) -> str | None:
    """The largest share of rows with wanted margins, of members that stop at those."""
    stops = run.settings.stops
    members = members[stops[members, 1] < np.inf]
    if not len(members):
        return None
    shares = margin_shares(run, state, loss, members)
    place = int(shares.argmax())
    who = int(members[place])
    _, margin, share = stops[who].tolist()
    return (
        f"the largest share of rows with margins of at least stop_margin={margin:.4g} "
        f"is {float(shares[place]):.4g} (member {who}), with stop_share={share:.4g}"
    )


def margin_shares(run: Run, state: State, loss: str, members: Any) -> Any:
    """The share of each member's rows with margins as large as it stops at."""
    xp = namespace(state.theta)
    d, h, k = run.architecture[:3]
    step = max(1, _AT_ONCE // (run.data.n * (d + h + k)))
    parts = [
        _shares(run, state, loss, members[i : i + step])
        for i in range(0, len(members), step)
    ]
    return xp.concatenate(parts)


def _shares(run: Run, state: State, loss: str, members: Any) -> Any:
    data, xp = run.data, namespace(state.theta)
    has_own = len(data.points) > data.n
    points = data.points.reshape(-1, data.n, data.n_features)
    points = points[members] if has_own else points
    _, outputs = _evaluate(state.theta[members], points, run.architecture[:-1])
    rows = data.rows[members] if len(data.rows) > 1 else data.rows
    rows = xp.broadcast_to(rows, (len(members), rows.shape[1]))
    at = rows + data.shifts[members][:, None]
    seen = rows - (members * data.n)[:, None] if has_own else rows
    # Numbers beyond a member's count stand for nothing, and are left out below.
    f = xp.take_along_axis(outputs, seen[:, :, None], axis=1)
    margins = margins_of(f, data.targets[at], Task(loss).middle)
    counts = data.counts[members]
    is_own = xp.arange(rows.shape[1]) < counts[:, None]
    enough = is_own & (margins >= run.settings.stops[members, 1][:, None])
    return enough.sum(axis=1) / counts
