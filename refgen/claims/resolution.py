"""How finely a relation was decided: what would still have passed.

The resolution of an identity, a limit or a rate is the smallest δ such that the
relation would have been refuted if one side had been 1 + δ times as large, and also
if 1 − δ times. Moving a side adds a multiple of δ to the distance of the sides, so δ
follows from what was measured. If the stated side is 0 on all instances it is moved by
multiples of the scale. An inequality reports the largest lhs/rhs instead: a smaller
bound, down to that factor, would have passed too. If rhs is never positive, it reports
how little of the scale is left between the sides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from refgen.arrays import UNIT_ROUNDOFF, namespace
from refgen.claims.decisions import DecidedPart
from refgen.claims.kinds import InvalidMeasurement, Kind, Measurement

# The coarsest resolution that needs no reason.
LIMITS: dict[str, float] = {
    "identity": 1e-9,
    "limit": 0.02,
    "rate": 0.02,
    "monte carlo": 0.1,
}
# What an inequality that is called sharp has to reach, and one that says nothing.
SHARP, TIGHT = 0.999, 0.5
# Allowances for rounding above this multiple of the scale are earned: some error has
# to reach this part of it.
LARGE_ALLOWANCE, EARNED = 1e-12, 0.01


@dataclass(frozen=True)
class PartResolution:
    """What the instances so far say about one relation of a claim.

    Attributes
    ----------
    kind : str
        Of the relation.
    sharp : bool or float
    reason : str
        Why it is kept although it is coarse, if it says so.
    up, down : float or None
        The smallest relative moves of a side upward and downward that would have been
        refuted, where it is not 0; not for inequalities and existence.
    up_at_zero, down_at_zero : float or None
        The same where it is 0, as multiples of the scale: they count if it always is.
    tightness : float or None
        Largest lhs/rhs of an inequality where rhs is positive.
    tightness_at_zero : float or None
        Largest 1 − (rhs − lhs)/scale elsewhere; it counts if rhs never is positive.
    hidden : bool
        Whether both sides of an inequality are below what rounding is allowed to move,
        on all instances.
    allowance : float
        For rounding, relative to the scale.
    used : float
        Largest error over the allowance.
    margin : float or None
        Largest relative violation.
    monte_carlo : bool
        Whether an interval decided.
    """

    kind: Kind
    sharp: float = False
    reason: str = ""
    up: float | None = None
    down: float | None = None
    up_at_zero: float | None = None
    down_at_zero: float | None = None
    tightness: float | None = None
    tightness_at_zero: float | None = None
    hidden: bool = False
    allowance: float = 0.0
    used: float = 0.0
    margin: float | None = None
    monte_carlo: bool = False

    @property
    def resolution(self) -> float | None:
        """The larger one of both moves."""
        if self.up is not None and self.down is not None:
            return max(self.up, self.down)
        if self.up_at_zero is not None and self.down_at_zero is not None:
            return max(self.up_at_zero, self.down_at_zero)
        return None

    @property
    def looseness(self) -> str | None:
        """What is coarse about the relation, in words; None if nothing is."""
        return self._coarse() or self._far_from_equality() or self._large_allowance()

    def _coarse(self) -> str | None:
        if self.resolution is None:
            return None
        limit = LIMITS["monte carlo" if self.monte_carlo else self.kind]
        if self.resolution <= limit:
            return None
        found = shown(self.resolution)
        return f"{self.kind}: resolves {found}, coarser than {shown(limit)}"

    def _far_from_equality(self) -> str | None:
        if self.hidden:
            return "inequality: rounding is allowed more than both sides are"
        wanted = SHARP if self.sharp is True else self.sharp or TIGHT
        said = "sharp " if self.sharp else ""
        if self.tightness is not None:
            reached, what = self.tightness, "lhs/rhs"
        elif self.tightness_at_zero is not None:
            reached, what = self.tightness_at_zero, "1 − (rhs − lhs)/scale"
        else:
            return None
        if reached >= wanted:
            return None
        return f"{said}inequality: {what} reaches {reached:.3g} only, of {wanted:.3g}"

    def _large_allowance(self) -> str | None:
        if self.allowance <= LARGE_ALLOWANCE or self.used >= EARNED:
            return None
        return (
            f"{self.kind}: allows {self.allowance:.1e} of the scale for rounding, and "
            f"no error reaches more than {self.used:.1e} of that"
        )

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def shown(resolution: float) -> str:
    """A resolution as people read it.

    Examples
    --------
    >>> shown(0.0213), shown(2.3e-13)
    ('2.1 %', '2.3e-13')
    """
    return f"{resolution:.1e}" if resolution < 1e-4 else per_cent(resolution)


def per_cent(share: float) -> str:
    """A share in per cent, by two digits.

    Examples
    --------
    >>> per_cent(0.0213), per_cent(12.5)
    ('2.1 %', '1250 %')
    """
    number = 100 * share
    return f"{number:.2g} %" if number < 99.5 else f"{number:.0f} %"


def resolved(part: DecidedPart) -> PartResolution:
    """The resolution of a decided relation on a batch of instances."""
    sides = part.sides
    xp = namespace(sides.lhs)
    error, allowed = sides.lhs - sides.rhs, sides.tolerance + sides.envelope
    found = PartResolution(
        part.kind,
        sides.sharp,
        sides.reason,
        allowance=2 * sides.roundings * UNIT_ROUNDOFF,
        margin=_margin(xp, part, error),
    )
    if part.kind == "existence":
        return replace(found, allowance=0.0)
    if part.kind == "inequality":
        positive = sides.rhs > sides.tolerance
        reached = _largest(xp, part.tightness, positive)
        left = -error / xp.where(sides.scale > 0, sides.scale, 1.0)
        at_zero = _largest(xp, 1 - left, ~positive & (sides.scale > 0))
        used = _used(xp, error, sides)
        larger = xp.maximum(abs(sides.lhs), abs(sides.rhs))
        hidden = bool(((larger <= sides.tolerance) & (sides.tolerance > 0)).all())
        return replace(
            found,
            tightness=reached,
            tightness_at_zero=at_zero,
            hidden=hidden,
            used=used,
        )
    size, scale = abs(sides.rhs), xp.where(sides.rhs == 0, sides.scale, 0.0)
    return replace(
        found,
        up=_smallest(xp, allowed + error, size),
        down=_smallest(xp, allowed - error, size),
        up_at_zero=_smallest(xp, allowed + error, scale),
        down_at_zero=_smallest(xp, allowed - error, scale),
        used=_used(xp, abs(error) - sides.envelope, sides),
    )


def _used(xp: Any, error: Any, sides: Measurement) -> float:
    positive = sides.tolerance > 0
    share = error / xp.where(positive, sides.tolerance, 1.0)
    return max(_largest(xp, share, positive) or 0.0, 0.0)


def _margin(xp: Any, part: DecidedPart, error: Any) -> float | None:
    """The largest relative violation; of a limit, at the last size."""
    lhs, rhs = abs(part.sides.lhs), abs(part.sides.rhs)
    size = xp.where(rhs > 0, xp.maximum(lhs, rhs), part.sides.scale)
    violated = part.violated & (size > 0)
    relative = abs(error) / xp.where(size > 0, size, 1.0)
    if part.kind in ("limit", "rate"):
        return _largest(xp, relative[..., -1], violated.any(axis=-1))
    return _largest(xp, relative, violated)


def _smallest(xp: Any, room: Any, size: Any) -> float | None:
    """The smallest move that is refuted by some entry."""
    positive = size > 0
    if not bool(positive.any()):
        return None
    moves = room / xp.where(positive, size, 1.0)
    return max(float(xp.where(positive, moves, xp.inf).min()), 0.0)


def _largest(xp: Any, values: Any, where: Any) -> float | None:
    if not bool(where.any()):
        return None
    return float(xp.where(where, values, -xp.inf).max())


def combined(
    first: Iterable[PartResolution], second: Iterable[PartResolution]
) -> tuple[PartResolution, ...]:
    """What two sets of instances say together, part by part.

    Raises
    ------
    InvalidMeasurement
        If a part is another relation in the two sets.

    Examples
    --------
    >>> a, b = PartResolution("identity", up=2.0, down=3.0), PartResolution(
    ...     "identity", up=4.0, down=1.0
    ... )
    >>> combined([a], [b])[0].resolution
    2.0
    """
    one, two = list(first), list(second)
    for number, (a, b) in enumerate(zip(one, two, strict=False), start=1):
        if (a.kind, a.sharp, a.reason) != (b.kind, b.sharp, b.reason):
            raise InvalidMeasurement(
                f"relation {number} of the claim is not the same on all instances: "
                f"{_told(a)} on some, {_told(b)} on others; keep their order"
            )
    longer = one if len(one) > len(two) else two
    both = [_both(a, b) for a, b in zip(one, two, strict=False)]
    return (*both, *longer[len(both) :])


def _told(part: PartResolution) -> str:
    words = [part.kind, f"sharp {part.sharp}" if part.sharp else "", part.reason]
    return ", ".join(word for word in words if word)


def _both(a: PartResolution, b: PartResolution) -> PartResolution:
    return replace(
        a,
        up=_pick(min, a.up, b.up),
        down=_pick(min, a.down, b.down),
        up_at_zero=_pick(min, a.up_at_zero, b.up_at_zero),
        down_at_zero=_pick(min, a.down_at_zero, b.down_at_zero),
        tightness=_pick(max, a.tightness, b.tightness),
        tightness_at_zero=_pick(max, a.tightness_at_zero, b.tightness_at_zero),
        hidden=a.hidden and b.hidden,
        allowance=max(a.allowance, b.allowance),
        used=max(a.used, b.used),
        margin=_pick(max, a.margin, b.margin),
    )


def _pick(best: Any, a: float | None, b: float | None) -> float | None:
    known = [x for x in (a, b) if x is not None]
    return best(known) if known else None
