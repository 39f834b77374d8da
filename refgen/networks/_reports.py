"""What is worth a warning: unscaled data, divergence, goals that were not reached."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import numpy as np

from refgen._shown import listed
from refgen.arrays import DEVICE_PACKAGE, namespace, on_the_host, plain_array
from refgen.networks._data import Data
from refgen.networks._goals import reached
from refgen.networks._run import Run
from refgen.networks._start import State
from refgen.networks.ensemble import OUTCOMES

# Root mean squares of standardized columns are 1, and of shares below 1.
_LARGEST, _SMALLEST = 10.0, 1e-3
# Labels of fewer classes come as floats, too, from files.
_MANY_CLASSES = 20


@on_the_host("a category of warnings")
class TrainingWarning(UserWarning):
    """Training did not end as was asked for, or the data are unscaled.

    Examples
    --------
    >>> issubclass(TrainingWarning, UserWarning)
    True
    """


def warn(text: str) -> None:
    """Warn whoever called refgen.

    Examples
    --------
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     warn("member 3 diverged")
    >>> str(caught[0].message)
    'member 3 diverged'
    """
    level, frame = 1, inspect.currentframe()
    while frame is not None and _is_ours(frame.f_globals.get("__name__", "")):
        level, frame = level + 1, frame.f_back
    warnings.warn(text, TrainingWarning, stacklevel=level)


def _is_ours(module: str) -> bool:
    return module.split(".")[0] in ("refgen", DEVICE_PACKAGE)


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


def label_doubt(given: dict[str, Any], data: Data) -> str | None:
    """Numbers that are taken as very many classes, and the remedy; or None."""
    classes = data.classes
    if classes is None or given["classes"] is not None or len(classes) <= _MANY_CLASSES:
        return None
    y = plain_array("y", given["y"])
    if y.dtype.kind != "f" or y.ndim > 1:
        return None
    return (
        f"y holds floats, of which there are {len(classes)} different ones: they are "
        "taken as labels of as many classes; if they are numbers to predict, give "
        "loss='squared', and if they are labels, integers"
    )


def outcome_doubts(run: Run, state: State, loss: str) -> list[str]:
    """Members that diverged, and goals that no member reached."""
    found = [_diverged(state, loss), _unreached(run, state, loss)]
    return [text for text in found if text is not None]


def _diverged(state: State, loss: str) -> str | None:
    code = OUTCOMES.index("diverged")
    members = namespace(state.status).flatnonzero(state.status == code).tolist()
    if not members:
        return None
    epochs = [f"member {j} in epoch {int(state.epochs[j])}" for j in members[:4]]
    return (
        f"{len(members)} of {len(state.status)} members diverged ("
        f"{listed(epochs + members[4:], show=str)}): their losses or weights are no "
        "finite numbers any more; others are not affected. Take a smaller step_size, "
        f"or scale {'X and y' if loss == 'squared' else 'X'}"
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
    shares = reached(run, state, loss, members)[1] / run.data.counts[members]
    place = int(shares.argmax())
    who = int(members[place])
    _, margin, share = stops[who].tolist()
    return (
        f"the largest share of rows with margins of at least stop_margin={margin:.4g} "
        f"is {float(shares[place]):.4g} (member {who}), with stop_share={share:.4g}"
    )
