"""Laws with vote shares on a lattice, and calibrated ones among them."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.disagreement._calibrated import (
    LATTICE,
    MISCALIBRATION,
    Notion,
    calibrate,
    lattice_steps,
    miscalibration,
)
from refgen.claims.disagreement.domains import finite_laws
from refgen.disagreement import FiniteLaw
from refgen.domains import (
    Record,
    choice,
    distribution,
    first_wrong,
    integer,
    labels,
    real,
    record,
)

# One point, p = h̃; two points of equal weight and votes, whose labels move in opposite
# directions; and two whose votes are each other's, exchanged.
UNMOVED = FiniteLaw([1.0], [[0.3, 0.7]], [[0.3, 0.7]])
OPPOSITE = FiniteLaw([0.5, 0.5], [[0.4, 0.6], [0.2, 0.8]], [[0.3, 0.7], [0.3, 0.7]])
# GDE at no point, and not class-aggregated calibrated.
NOT_AT_POINTS = FiniteLaw(
    [0.5, 0.5], [[0.25, 0.75], [0.0, 1.0]], [[0.1, 0.9], [0.2, 0.8]]
)
EXCHANGED = FiniteLaw([0.5, 0.5], [[0.4, 0.6], [0.8, 0.2]], [[0.3, 0.7], [0.7, 0.3]])


def _lattice_votes(rows: Any, picked: Any, turns: Any) -> Any:
    """Rows that repeat, some of them turned: then labels may differ from the votes.

    The votes at point i are row `picked[i]`, its classes moved on by `turns[i]` places.
    """
    xp, k = namespace(rows), rows.shape[-1]
    chosen = xp.take_along_axis(rows, picked[..., None], axis=-2)
    shifted = (xp.arange(k) - turns[..., None]) % k
    return xp.take_along_axis(chosen, shifted, axis=-1)


def _lattice_law(
    weights: Any, label_probabilities: Any, rows: Any, picked: Any, turns: Any
) -> FiniteLaw:
    return FiniteLaw.trusted(
        weights=weights,
        label_probabilities=label_probabilities,
        vote_shares=_lattice_votes(rows, picked, turns),
    )


def off_lattice(law: Any) -> str | None:
    """Why vote shares are not all multiples of 1/10."""
    reason = finite_laws.outside(law)
    if reason:
        return reason
    steps = law.vote_shares * LATTICE
    # Oracles count steps: a share is one of them, however it is rounded.
    off = abs(steps - np.rint(steps)) > LATTICE * 2.0**-52
    return first_wrong(
        off, law.vote_shares, f"vote_shares must be multiples of 1/{LATTICE}"
    )


lattice_laws = record(
    _lattice_law,
    "vote shares that are multiples of 1/10, rows that repeat or are turned",
    n=integer(2, 6),
    k=integer(2, 3),
    weights=distribution("n", positive=True),
    label_probabilities=distribution("n", "k"),
    rows=distribution("n", "k", denominator=LATTICE),
    picked=labels("n", n_classes="n"),
    turns=labels("n", n_classes="k"),
    examples=lambda: [EXCHANGED],
    outside=off_lattice,
)


def calibrated_laws(
    notion: Notion,
    *examples: FiniteLaw,
    k: tuple[int, int],
    on_lattice: bool = False,
) -> Record:
    """Laws calibrated in one sense, with labels that differ from the votes.

    All that are drawn have votes on the lattice; `on_lattice` if a claim needs that.
    """

    def build(
        weights: Any,
        rows: Any,
        picked: Any,
        n_rows: Any,
        turns: Any,
        turned: Any,
        direction: Any,
    ) -> FiniteLaw:
        # Two rows leave room most often; in a third of the laws there may be more.
        picked, turns = picked % n_rows[..., None], turns * turned[..., None]
        votes = lattice_steps(_lattice_votes(rows, picked, turns))
        return calibrate(weights, votes, direction, notion)

    def outside(law: Any) -> str | None:
        reason = (off_lattice if on_lattice else finite_laws.outside)(law)
        if reason:
            return reason
        if law.n_classes < k[0] or k[0] == k[1] != law.n_classes:
            return f"must have {classes} classes, got {law.n_classes}"
        error = float(miscalibration(law, notion))
        return None if error <= MISCALIBRATION else f"lacks {name}: off by {error:.3g}"

    name = "EDR = ETE" if notion == "gde" else f"{notion.replace('_', '-')} calibration"
    classes = str(k[0]) if k[0] == k[1] else f"{k[0]} to {k[1]}"
    return record(
        build,
        f"laws with {name}, labels unlike the votes where there is room, {classes} "
        "classes",
        n=integer(2, 6),
        k=integer(*k),
        weights=distribution("n", positive=True),
        rows=distribution("n", "k", denominator=LATTICE),
        picked=labels("n", n_classes="n"),
        n_rows=choice(2, 2, 6),
        turns=labels("n", n_classes="k"),
        turned=choice(0, 1),
        direction=real(-1, 1, shape=("n", "k")),
        examples=lambda: list(examples),
        outside=outside,
    )


canonical_laws = calibrated_laws("canonical", OPPOSITE, k=(2, 4), on_lattice=True)
class_wise_laws = calibrated_laws("class_wise", OPPOSITE, k=(2, 4))
class_aggregated_laws = calibrated_laws("class_aggregated", EXCHANGED, k=(2, 4))
class_aggregated_binary_laws = calibrated_laws("class_aggregated", EXCHANGED, k=(2, 2))
gde_laws = calibrated_laws("gde", UNMOVED, NOT_AT_POINTS, k=(2, 4))
top_label_laws = calibrated_laws(
    "top_label", FiniteLaw([1.0], [[0.5, 0.2, 0.3]], [[0.5, 0.3, 0.2]]), k=(3, 4)
)
