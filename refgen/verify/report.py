"""What a run found, as plain data, JSON and a table."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from refgen.claims.kinds import rounding_allowance
from refgen.claims.resolution import per_cent, shown

Verdict = Literal[
    "HOLDS",
    "HOLDS (power untested)",
    "LOOSE",
    "REFUTED",
    "UNDECIDED",
    "POWERLESS",
    "ERROR",
]


@dataclass(frozen=True)
class TwinResult:
    """Whether a false twin was refuted, and on what.

    Attributes
    ----------
    distance : float or None
        How far the twin is from the truth: the relative change of the numbers that it
        changes, or its largest relative violation, whichever is less.
    share : float or None
        Share of the scanned instances that refute it.
    is_near : bool
        Whether it is a near-miss: within 5 %, on the claim's own domain and of its
        kind.
    reason : str
        Why no nearer twin exists, if the claim says so.
    """

    text: str
    refuted: bool
    n_instances: int
    instance: str | None
    error: str | None = None
    decision: str | None = None
    distance: float | None = None
    share: float | None = None
    is_near: bool = False
    reason: str = ""


@dataclass(frozen=True)
class ClaimResult:
    """What a run found about one claim.

    Attributes
    ----------
    verdict : str
        "HOLDS", "HOLDS (power untested)", "LOOSE", "REFUTED", "UNDECIDED", "POWERLESS"
        or "ERROR". Power untested: the claim has no false twin. LOOSE: no violation,
        but a relation decides less than its kind should, without a reason. UNDECIDED: a
        Monte-Carlo claim's budget ended before its interval decided. POWERLESS: no
        violation, but a twin survived. ERROR: the claim's code failed on a valid
        instance, or shows nothing: it writes its instances, mixes those of a batch,
        draws from a global generator, does not depend on its instances, or violates a
        relation the first time only; or its domain draws NaN, no variety, or instances
        that it does not contain.
    tightness : float or None
        Largest lhs/rhs (inequality), error/allowance (identity, limit, rate) or
        rhs/lhs (existence) among the instances.
    resolution : float or None
        The smallest relative change of a side that every identity, limit or rate of
        the claim would have shown: `refgen.claims.resolution`.
    loose : list of str
        What is coarse without a reason.
    reasons : list of str
        Why relations that are coarse are kept.
    missed : float or None
        A set of instances of this probability that violates the claim would have been
        missed by the scan with probability 5 %.
    reproduce : str or None
        One line of Python that shows the refutation again, as ``python -c`` takes it.
    decision : str or None
        The decision on a Monte-Carlo claim in words, with the interval. A claimed value
        outside of it counts as missed only beyond `refgen.verify.judging.rounding_of`;
        if that decides, the words say so.
    n_draws : int
        Draws per instance of a Monte-Carlo claim.
    seconds : float
        Total time of its tasks. The report's JSON leaves it out and is the same for
        any number of workers.
    """

    id: str
    kind: str
    title: str
    verdict: Verdict
    n_instances: int
    tightness: float | None
    tightest: str | None
    violation: str | None
    reproduce: str | None
    error: str | None
    twins: list[TwinResult]
    seconds: float
    seed: int
    device: str
    decision: str | None = None
    n_draws: int = 0
    resolution: float | None = None
    loose: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    missed: float | None = None

    @property
    def nearest_twin(self) -> TwinResult | None:
        """The twin that is nearest to the truth."""
        known = [twin for twin in self.twins if twin.distance is not None]
        return min(known, key=lambda twin: twin.distance or 0.0, default=None)

    @property
    def ok(self) -> bool:
        return self.verdict.startswith("HOLDS")

    @property
    def n_twins_refuted(self) -> int:
        return sum(twin.refuted for twin in self.twins)


@dataclass
class Report:
    """The results of a run.

    Examples
    --------
    >>> Report("quick", 0).ok  # nothing ran: nothing was shown
    False
    """

    profile: str
    seed: int
    results: list[ClaimResult] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    interrupted: bool = False
    error_probability: float = 1e-3
    n_monte_carlo: int = 0

    @property
    def ok(self) -> bool:
        """All claims that ran hold, every twin was refuted, and the run finished."""
        return (
            bool(self.results)
            and not self.interrupted
            and all(result.ok for result in self.results)
        )

    @property
    def spending(self) -> str:
        """How the error probability of the run was spent, in words."""
        if not self.n_monte_carlo:
            return "no simulated statement: nothing spent"
        return (
            f"error probability {self.error_probability:g}, shared evenly by "
            f"{self.n_monte_carlo} simulated statements (claims and twins); each "
            "divides its share among its looks, instances and relations; a claimed "
            f"value counts as missed by more than {rounding_allowance(1.0):.2g} of its "
            "scale only: rounding"
        )

    def to_dict(self) -> dict[str, Any]:
        """All findings; times are left out, as they differ from run to run."""
        values = {"ok": self.ok, "spending": self.spending, **asdict(self)}
        for result in values["results"]:
            del result["seconds"]
        return values

    def timings(self) -> dict[str, float]:
        """Seconds by claim."""
        return {result.id: result.seconds for result in self.results}

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"

    def __str__(self) -> str:
        rows = [HEADER, *(row(result) for result in self.results)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = (
            "  ".join(
                cell.ljust(width) if i < 2 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
            )
            for cells in rows
        )
        return "\n".join(lines)


HEADER = (
    "claim",
    "verdict",
    "resolves",
    "tightest",
    "instances",
    "missed",
    "twins",
    "nearest",
    "seconds",
)


def row(result: ClaimResult) -> tuple[str, ...]:
    """The cells of a result's table row."""
    nearest = result.nearest_twin
    return (
        result.id,
        result.verdict,
        "" if result.resolution is None else shown(result.resolution),
        "" if result.tightness is None else f"{result.tightness:.3g}",
        f"{result.n_instances:,}",
        "" if result.missed is None else shown(result.missed),
        f"{result.n_twins_refuted}/{len(result.twins)}",
        "" if nearest is None else per_cent(nearest.distance or 0),
        f"{result.seconds:.2f}",
    )


def finite_or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None
