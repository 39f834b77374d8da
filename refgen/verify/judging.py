"""Draw more until a confidence interval decides, or the budget ends.

A run has one error probability. Its Monte-Carlo statements share it evenly; within a
statement, instances, parts and sizes share it evenly, and looks share it by
`refgen.intervals.spend`. It bounds the probability that any interval of the run misses
its mean. Only if one does can a true claim be refuted or a false one hold. The number
of intervals is fixed before the first look.

Before a statement is refuted, as many other draws have to refute it too, on the same
instance. A refutation that they do not confirm leaves the statement open: each later
look that refutes draws again, and none lets it hold any more. The intervals of these
other draws are few, one for each attempt, and have the statement's error probability
once more, shared by `refgen.intervals.spend`. A run spends nothing on them: to refute
a true claim, an interval of the first draws has to miss its mean, which is counted
already, and one of the other draws too.

An error probability speaks about chance and not about rounding. So the claimed value
is outside of an interval only if it is by more than `rounding_of` allows: where all
draws are the same number, or the interval ends at a bound, nothing else would be left
for the roundings of a claimed value that is that number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Literal

import numpy as np

from refgen.claims.kinds import InvalidMeasurement, rounding_allowance
from refgen.claims.resolution import PartResolution, combined, per_cent
from refgen.verify.mean_intervals import claimed_interval, over_looks

State = Literal["holds", "refuted", "open"]


@dataclass(frozen=True)
class Verdict:
    """Where a statement stands after a look.

    Attributes
    ----------
    state : {"holds", "refuted", "open"}
    words : str
        The decision, or what is open, with the interval.
    instance : str or None
        The refuting instance.
    n_draws : int
        Draws per instance.
    tightness : float or None
    parts : tuple of PartResolution
        How finely each part was decided.
    interval : tuple of float
        For what is claimed, on that instance.
    place : tuple of int
        The instance, counted through all sites, and the part that decides.
    """

    state: State
    words: str
    instance: str | None
    n_draws: int
    tightness: float | None
    parts: tuple[PartResolution, ...] = ()
    interval: tuple[float, float] = (-np.inf, np.inf)
    place: tuple[int, int] = (0, 0)


def judge(kind: str, looks: Sequence[list], error_probability: float) -> Verdict:
    """Judge all draws so far: any instance may refute, and all of them have to hold.

    Parameters
    ----------
    kind : str
        Kind of the claim; a part may state another one.
    looks : sequence
        What `refgen.verify.drawing.draw` returned for each look, in order.
    error_probability : float
        For all looks of this statement together.

    Raises
    ------
    InvalidMeasurement
        If bounds, sizes, … that the claim states differ between looks.
    """
    share = error_probability / _n_intervals(looks[0])
    found: list[Verdict] = []
    parts: tuple[PartResolution, ...] = ()
    n_before = 0
    for site in zip(*looks, strict=True):
        instances, here = site[0]["instances"], []
        for number, same in enumerate(zip(*(s["parts"] for s in site), strict=True)):
            judged = _judge_part(kind, same, instances, share)
            here.append(reduce(_both, (verdict.parts for verdict in judged))[0])
            found += [
                replace(verdict, place=(n_before + i, number))
                for i, verdict in enumerate(judged)
            ]
        parts, n_before = combined(parts, here), n_before + len(instances)
    return replace(_deciding(found), parts=parts)


def confirmed(
    kind: str, verdict: Verdict, again: list, error_probability: float
) -> Verdict:
    """A refutation after a second set of draws: still one, or open.

    Parameters
    ----------
    kind : str
    verdict : Verdict
        That refutes.
    again : list
        What `refgen.verify.drawing.draw_again` returned for its instance.
    error_probability : float
        For the one interval of these draws.

    Raises
    ------
    InvalidMeasurement
        If both refute, with intervals that exclude each other.
    """
    part = again[0]["parts"][verdict.place[1]]
    instances = again[0]["instances"]
    second = _judge_part(kind, [part], instances, error_probability)[0]
    if second.state == "refuted":
        (low, high), (other_low, other_high) = verdict.interval, second.interval
        rounding = rounding_of(part, part["rhs"][0])
        if other_low > high + rounding or other_high < low - rounding:
            raise InvalidMeasurement(
                f"two sets of draws exclude each other: {verdict.words}; other draws: "
                f"{second.words}; draws are not independent, or not as declared"
            )
        return replace(verdict, words=f"{verdict.words}; other draws: {second.words}")
    return replace(
        verdict,
        state="open",
        instance=None,
        words=f"{verdict.words}; but not by other draws: {second.words}",
    )


def _both(
    first: tuple[PartResolution, ...], second: tuple[PartResolution, ...]
) -> tuple[PartResolution, ...]:
    return combined(first, second)


def _deciding(found: Sequence[Verdict]) -> Verdict:
    """The first that refutes, else the first that is open, else the tightest."""
    for state in ("refuted", "open"):
        for verdict in found:
            if verdict.state == state:
                return verdict
    return max(found, key=lambda v: -np.inf if v.tightness is None else v.tightness)


def _n_intervals(look: list) -> int:
    """Intervals of one look: instances × parts × sizes."""
    return sum(
        len(part["rhs"]) * len(part["sizes"] or (0,))
        for site in look
        for part in site["parts"]
    )


def _judge_part(
    kind: str, looks: Sequence[dict], instances: Sequence[str], error_probability: float
) -> list[Verdict]:
    part = looks[0] | {"kind": looks[0]["kind"] or kind}
    low, high = over_looks(looks, error_probability)
    n = sum(look["n"] for look in looks)
    return [
        _judge_one(part, i, instances[i], claimed_interval(part, low[i], high[i]), n)
        for i in range(len(instances))
    ]


def rounding_of(part: dict, rhs: float) -> float:
    """What rounding may move the draws' mean and the claimed value apart.

    `refgen.claims.kinds.rounding_allowance` of the scale that the claim states, or of
    the claimed value if that is larger.

    Examples
    --------
    >>> rounding_of({"scale": 1.0}, 0.25) == 2.0**-42
    True
    """
    return float(rounding_allowance(max(part["scale"], abs(rhs))))


_NAMES = {
    "rate": "log-log slope of the means at sizes {}",
    "limit": "limit of the means at sizes {}, fitted as L + c·size^-{:g},",
}


def _judge_one(
    part: dict, i: int, instance: str, interval: tuple[float, float], n: int
) -> Verdict:
    kind, rhs, relative = part["kind"], part["rhs"][i], part["precision"]
    rounding = rounding_of(part, rhs)
    is_zero = abs(rhs) <= rounding  # or cannot be told from it
    size = part["scale"] if is_zero else abs(rhs)
    precision = relative * size
    low, high = interval
    state = _state(kind, low, high, rhs, precision, rounding)
    sizes = ", ".join(f"{size:g}" for size in part["sizes"] or ())
    name = _NAMES.get(kind, "mean").format(sizes, part["order"])
    relation = {"inequality": "≤", "existence": ">"}.get(kind, "=")
    within = f"{precision:g}" if is_zero else per_cent(relative)
    decision = {
        "holds": "true" if kind == "existence" else f"true within {within}",
        "refuted": "false",
        "open": f"not decided within {within}",
    }[state]
    if state != "refuted" and _state(kind, low, high, rhs, precision) == "refuted":
        decision += f" (rounding may move it by {rounding:.2g})"
    words = (
        f"{name} in [{low:.5g}, {high:.5g}] by {n:,} draws, claimed {relation} "
        f"{rhs:.5g}: {decision}"
    )
    shown = instance if state == "refuted" else None
    tightness = _tightness(kind, low, high, rhs, precision)
    resolution = _resolution(part, interval, rhs, size)
    return Verdict(state, words, shown, n, tightness, (resolution,), interval)


def _resolution(
    part: dict, interval: tuple[float, float], rhs: float, size: float
) -> PartResolution:
    """The smallest moves of the claimed value that the interval would refute."""
    kind, (low, high), rounding = part["kind"], interval, rounding_of(part, rhs)
    # How far the claimed value is outside, where that violates the claim.
    beyond = {"inequality": low - rhs, "existence": rhs - high}
    off = beyond.get(kind, max(low - rhs, rhs - high)) / size
    found = PartResolution(
        kind,
        part["sharp"],
        part["reason"],
        margin=off if off > 0 and np.isfinite(off) else None,
        monte_carlo=True,
    )
    if not (np.isfinite(low) and np.isfinite(high)) or kind == "existence":
        return found
    if kind == "inequality":
        hidden = max(abs(high), abs(rhs)) <= rounding
        return replace(found, tightness=low / rhs if rhs > 0 else None, hidden=hidden)
    # A limit that is off by less than its precision is not refuted.
    slack = rounding / size + (part["precision"] if kind in ("rate", "limit") else 0.0)
    up, down = (high - rhs) / size + slack, (rhs - low) / size + slack
    return replace(found, up=max(up, 0.0), down=max(down, 0.0))


def _tightness(
    kind: str, low: float, high: float, rhs: float, precision: float
) -> float | None:
    """lhs/rhs, rhs/lhs or error/precision, at the worst value in the interval."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return None
    if kind == "inequality":
        return high / (rhs + precision) if rhs + precision > 0 else None
    if kind == "existence":
        return rhs / low if low > 0 else None
    return max(abs(low - rhs), abs(high - rhs)) / precision


def _state(
    kind: str,
    low: float,
    high: float,
    rhs: float,
    precision: float,
    rounding: float = 0.0,
) -> State:
    """What follows for the claim if the interval contains the true value.

    `rounding` may move the true value and `rhs` apart: less is no violation, and shows
    no existence.
    """
    if kind == "inequality":
        if low > rhs + rounding:
            return "refuted"
        return "holds" if high <= rhs + precision else "open"
    if kind == "existence":
        if low > rhs + rounding:
            return "holds"
        return "refuted" if high <= rhs + rounding else "open"
    # An identity holds but for rounding. Slopes and fits at finitely many sizes are
    # only near their limits: they refute a claim only if they are off by more than its
    # precision.
    slack = rounding + (precision if kind in ("rate", "limit") else 0.0)
    if low > rhs + slack or high < rhs - slack:
        return "refuted"
    inside = low >= rhs - precision and high <= rhs + precision
    return "holds" if inside else "open"
