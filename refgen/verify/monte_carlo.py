"""Draw more until a confidence interval decides, or the budget ends.

One error probability is spent over a run: evenly over its Monte-Carlo statements,
within a statement evenly over instances, parts and sizes, and over looks by
`refgen.intervals.spend`. With that probability at most, some interval of the run
misses its mean: then, and only then, can a true claim be refuted or a false one hold.
How many intervals there are is fixed before the first look.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Literal

import numpy as np

from refgen import intervals
from refgen.arrays import namespace
from refgen.claims.kinds import InvalidMeasurement
from refgen.claims.model import Claim, Statement, Twin, library
from refgen.claims.sampled import Draws, Samples
from refgen.verify.tally import ClaimError, drawn

FIRST_LOOK = 256  # draws per instance of the first look; doubled by each further one
BATCH = 8  # instances drawn by the sampler, besides the pinned ones
BLOCK = 2048  # draws made at once: memory does not grow with the looks
# Bounded draws are rounded to multiples of (high − low)/GRID. Sums of these and of
# their squares are exact integers, the same in whatever order they are added.
GRID = 2**24

State = Literal["holds", "refuted", "open"]


def n_looks(draws: int) -> int:
    """Looks until `draws` draws per instance are reached.

    Examples
    --------
    >>> n_looks(256), n_looks(2**15)
    (1, 8)
    """
    return max(1, int(np.ceil(np.log2(draws / FIRST_LOOK))) + 1)


def draw(
    claim: Claim, statement: Statement, rg: Any, look: int, settings: Any
) -> list[dict[str, Any]]:
    """What one look drew: a list of sites, each with its parts, as plain values.

    A site is a pinned example, or the batch that the sampler draws. Draws that are
    binary or bounded are kept as their sums; only others are kept one by one.

    Raises
    ------
    ClaimError
        If the claim's code fails, or draws what it should not.
    """
    name = statement.text if isinstance(statement, Twin) else "claim"
    stream = rg.random.Stream(settings.seed, claim.id, name)
    return [
        _draw_site(statement, rg, batch, stream.child("draws", str(number)), look)
        for number, batch in enumerate(_sites(statement, rg, stream))
    ]


def _sites(statement: Statement, rg: Any, stream: Any) -> list[tuple[Any, int]]:
    """Batches of instances with their lengths, the same at every look."""
    examples = drawn(statement.domain.examples)
    sites = [(rg.arrays.to_device(example).take(None), 1) for example in examples]
    if statement.domain.sample is not None:
        instances = stream.child("instances")
        sites.append((drawn(statement.domain.sample, rg, instances, BATCH), BATCH))
    if not sites:
        raise ClaimError(None, InvalidMeasurement("the domain has no instance"))
    return sites


def _blocks(look: int) -> Iterable[tuple[int, int]]:
    """First draw and length of each block; all looks up to one have 256 · 2^look."""
    first = FIRST_LOOK << (look - 1) if look else 0
    end = FIRST_LOOK << look
    return [(start, min(BLOCK, end - start)) for start in range(first, end, BLOCK)]


def _draw_site(
    statement: Statement, rg: Any, site: tuple[Any, int], stream: Any, look: int
) -> dict[str, Any]:
    batch, size = site
    try:
        blocks = [
            _measure(statement, rg, site, Draws(stream.at(start), n))
            for start, n in _blocks(look)
        ]
        return {
            "instances": [repr(batch.take(i)) for i in range(size)],
            "parts": _joined(blocks),
        }
    except Exception as cause:
        raise ClaimError(rg.arrays.to_host(batch.take(0)), cause) from cause


def _measure(
    statement: Statement, rg: Any, site: tuple[Any, int], draws: Draws
) -> list[dict[str, Any]]:
    batch, size = site
    with np.errstate(all="ignore"):  # NaN is refused below
        found = statement.measure(rg, batch, draws)
    parts = (found,) if isinstance(found, Samples) else tuple(found)
    if not parts or not all(isinstance(part, Samples) for part in parts):
        raise InvalidMeasurement("a Monte-Carlo claim has to give `sampled` parts")
    if any(library(batch) is not namespace(part.values) for part in parts):
        raise InvalidMeasurement(
            "the claim measured on the host, and its instances are on the device"
        )
    return [_plain(statement.kind, part, rg, (size, draws.n)) for part in parts]


def _plain(kind: str, part: Samples, rg: Any, shape: tuple[int, int]) -> dict[str, Any]:
    """A part as plain values: what it says of its draws, and their sums."""
    values = np.asarray(rg.arrays.to_host(part.values), float)
    if values.shape[:2] != shape:
        raise InvalidMeasurement(
            f"{shape[1]} draws for each of {shape[0]} instances were asked for, got "
            f"shape {values.shape}"
        )
    if ((part.kind or kind) in ("rate", "limit")) != (part.sizes is not None):
        raise InvalidMeasurement("limits and rates have sizes, other kinds have none")
    rhs = np.asarray(_host(part.rhs, rg), float)
    if rhs.shape not in ((), shape[:1]):
        raise InvalidMeasurement(f"rhs has shape {rhs.shape}, expected {shape[:1]}")
    if not (np.isfinite(values).all() and np.isfinite(rhs).all()):
        raise InvalidMeasurement("the claim drew NaN or infinity")
    stated = {
        "kind": part.kind,
        "rhs": np.broadcast_to(rhs, shape[:1]).tolist(),
        "precision": float(part.precision),
        "kurtosis": part.kurtosis,
        "sizes": part.sizes,
        "order": float(part.order),
    }
    return {"n": shape[1], **stated, **_statistics(part, values, rg)}


def _host(value: Any, rg: Any) -> Any:
    return value if isinstance(value, float | int) else rg.arrays.to_host(value)


def _statistics(part: Samples, values: Any, rg: Any) -> dict[str, Any]:
    if part.kurtosis is not None:
        return {"grid": None, "values": values.tolist()}
    if part.binary:
        if not np.isin(values, (0.0, 1.0)).all():
            raise InvalidMeasurement("draws declared binary are not all 0 or 1")
        return {"grid": 1, "low": 0.0, "high": 1.0, **_sums(values)}
    low, high = (np.asarray(_host(end, rg), float) for end in part.bounds or ())
    if not (np.isfinite(low) & np.isfinite(high) & (low < high)).all():
        raise InvalidMeasurement(f"bounds [{low}, {high}] are not finite and in order")
    unit = (values - low) / (high - low)
    # Sums of rounded terms may leave their bounds by a rounding.
    if ((unit < -1e-9) | (unit > 1 + 1e-9)).any():
        raise InvalidMeasurement(f"draws lie outside their bounds [{low}, {high}]")
    steps = np.rint(np.clip(unit, 0, 1) * GRID)
    return {"grid": GRID, "low": low.tolist(), "high": high.tolist(), **_sums(steps)}


def _sums(steps: Any) -> dict[str, Any]:
    """Sums over the draws of one block; squares stay below 2048 · 2^48 < 2^63."""
    steps = steps.astype(np.int64)
    return {
        "sums": steps.sum(axis=1).tolist(),
        "squares": (steps**2).sum(axis=1).tolist(),
    }


_ADDED = ("n", "sums", "squares", "values")


def _joined(blocks: Iterable[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [reduce(_add, same) for same in zip(*blocks, strict=True)]


def _add(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """The same part with the draws of both."""
    for name in first.keys() | second.keys():
        if name not in _ADDED and not _same(first.get(name), second.get(name)):
            raise InvalidMeasurement(
                f"the claim changed {name} between draws: from {first.get(name)} to "
                f"{second.get(name)}"
            )
    added: dict[str, Any] = {"n": first["n"] + second["n"]}
    if "values" in first:
        both = zip(first["values"], second["values"], strict=True)
        added["values"] = [a + b for a, b in both]
    else:
        added |= {name: _plus(first[name], second[name]) for name in _ADDED[1:3]}
    return first | added


def _plus(a: Any, b: Any) -> Any:
    if isinstance(a, list):
        return [_plus(x, y) for x, y in zip(a, b, strict=True)]
    return a + b


def _same(a: Any, b: Any) -> bool:
    """Equal; numbers may come from machines that round in another order."""
    if a == b or a is None or b is None or isinstance(a, str):
        return a == b
    return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-9, atol=1e-12)


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
        Per instance.
    tightness : float or None
    """

    state: State
    words: str
    instance: str | None
    n_draws: int
    tightness: float | None


def judge(kind: str, looks: Sequence[list], error_probability: float) -> Verdict:
    """Judge all draws so far: refuted by any instance, or held on all of them.

    Parameters
    ----------
    kind : str
        Of the claim; parts may name another.
    looks : sequence
        What `draw` gave, look by look, from the first on.
    error_probability : float
        Of this statement, over all its looks.

    Raises
    ------
    InvalidMeasurement
        If the claim states other bounds, sizes, … at one look than at another.
    """
    share = error_probability / _n_intervals(looks[0])
    found: list[Verdict] = []
    for site in zip(*looks, strict=True):
        instances = site[0]["instances"]
        for same in zip(*(look["parts"] for look in site), strict=True):
            found += _judge_part(kind, same, instances, share)
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
    low, high = _over_looks(looks, error_probability)
    n = sum(look["n"] for look in looks)
    return [
        _judge_one(part, i, instances[i], _of_kind(part, low[i], high[i]), n)
        for i in range(len(instances))
    ]


def _over_looks(looks: Sequence[dict], error_probability: float) -> tuple[Any, Any]:
    """What the intervals of all looks have in common.

    They all hold at once, with the error probability spent over them.
    """
    low, high = np.array(-np.inf), np.array(np.inf)
    total: dict[str, Any] | None = None
    for number, look in enumerate(looks, start=1):
        total = look if total is None else _add(total, look)
        found = _mean_interval(total, float(intervals.spend(error_probability, number)))
        low, high = np.maximum(low, found[0]), np.minimum(high, found[1])
    # Ends that cross show that one of the intervals missed: keep what they span.
    return np.minimum(low, high), np.maximum(low, high)


def _mean_interval(part: dict, error_probability: float) -> tuple[Any, Any]:
    """Intervals of the means, (batch,) or (batch, n_sizes)."""
    if part["grid"] is None:
        return _unbounded(part, error_probability)
    n, sums = part["n"], np.array(part["sums"], object)
    if part["grid"] == 1:
        exact = intervals.clopper_pearson(sums.astype(float), n, error_probability)
        return exact.low, exact.high
    squares = np.array(part["squares"], object)
    grid = part["grid"]
    mean = (sums / (n * grid)).astype(float)
    # Of integers, without rounding; (n − 1) is at least 255.
    spread = n * squares - sums**2
    variance = (spread / (n * (n - 1) * grid**2)).astype(float)
    low, high = _bounded(mean, variance, n, error_probability)
    start, end = np.array(part["low"]), np.array(part["high"])
    # Draws were rounded by half a step at most.
    low, high = np.maximum(low - 1 / grid, 0), np.minimum(high + 1 / grid, 1)
    return start + (end - start) * low, start + (end - start) * high


def _bounded(mean: Any, variance: Any, n: int, error_probability: float) -> Any:
    """Intersection of Hoeffding's and Bernstein's intervals, half the error each."""
    half = error_probability / 2
    one = intervals.hoeffding(mean, n, half)
    two = intervals.empirical_bernstein(mean, variance, n, half)
    return np.maximum(one.low, two.low), np.minimum(one.high, two.high)


def _unbounded(part: dict, error_probability: float) -> tuple[Any, Any]:
    values = np.moveaxis(np.array(part["values"]), 1, -1)
    try:
        found = intervals.robust_mean(values, error_probability, part["kurtosis"])
    except ValueError:  # all else is checked: too few draws for any interval
        nothing = np.full(values.shape[:-1], np.inf)
        return -nothing, nothing
    return found.low, found.high


_NAMES = {
    "rate": "log-log slope of the means at sizes {}",
    "limit": "limit of the means at sizes {}, fitted as L + c·size^-{:g},",
}


def _of_kind(part: dict, low: Any, high: Any) -> tuple[float, float]:
    """Interval of what the kind is about, from those of the means."""
    if part["kind"] not in ("rate", "limit"):
        return float(low), float(high)
    sizes = np.array(part["sizes"])
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        return -np.inf, np.inf
    if part["kind"] == "limit":
        return _extrapolated(sizes, part["order"], low, high)
    if (low <= 0).any():  # no logarithm: more draws are needed
        return -np.inf, np.inf
    slope = intervals.loglog_slope(sizes, intervals.Interval(low, high))
    return float(slope.low), float(slope.high)


def _extrapolated(sizes: Any, order: float, low: Any, high: Any) -> tuple[float, float]:
    """L of the least-squares fit L + c · size^−order: linear in the means."""
    design = np.stack([np.ones(len(sizes)), sizes**-order], axis=1)
    weights = np.linalg.pinv(design)[0]
    up, down = np.maximum(weights, 0), np.minimum(weights, 0)
    return float(up @ low + down @ high), float(up @ high + down @ low)


def _judge_one(
    part: dict, i: int, instance: str, interval: tuple[float, float], n: int
) -> Verdict:
    kind, rhs, precision = part["kind"], part["rhs"][i], part["precision"]
    low, high = interval
    state = _state(kind, low, high, rhs, precision)
    sizes = ", ".join(f"{size:g}" for size in part["sizes"] or ())
    name = _NAMES.get(kind, "mean").format(sizes, part["order"])
    relation = {"inequality": "≤", "existence": ">"}.get(kind, "=")
    decision = {
        "holds": "true" if kind == "existence" else f"true within {precision:g}",
        "refuted": "false",
        "open": f"not decided within {precision:g}",
    }[state]
    words = (
        f"{name} in [{low:.5g}, {high:.5g}] by {n:,} draws, claimed {relation} "
        f"{rhs:.5g}: {decision}"
    )
    shown = instance if state == "refuted" else None
    return Verdict(state, words, shown, n, _tightness(kind, low, high, rhs, precision))


def _tightness(
    kind: str, low: float, high: float, rhs: float, precision: float
) -> float | None:
    """lhs/rhs, rhs/lhs or error/precision; of the worst mean in the interval."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return None
    if kind == "inequality":
        return high / (rhs + precision) if rhs + precision > 0 else None
    if kind == "existence":
        return rhs / low if low > 0 else None
    return max(abs(low - rhs), abs(high - rhs)) / precision


def _state(kind: str, low: float, high: float, rhs: float, precision: float) -> State:
    """What an interval that holds the truth says about it."""
    if kind == "inequality":
        if low > rhs:
            return "refuted"
        return "holds" if high <= rhs + precision else "open"
    if kind == "existence":
        if low > rhs:
            return "holds"
        return "refuted" if high <= rhs else "open"
    # An identity is one exactly. Slopes and fits at finitely many sizes are near
    # those of the limit only: they contradict it where they are off by the precision.
    slack = precision if kind in ("rate", "limit") else 0.0
    if low > rhs + slack or high < rhs - slack:
        return "refuted"
    inside = low >= rhs - precision and high <= rhs + precision
    return "holds" if inside else "open"
