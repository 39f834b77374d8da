"""The theorems on disagreement, measured on one labelled set of predictions."""

from __future__ import annotations

from refgen._bounds import AuditedBound, audited_bound
from refgen.arrays import UNIT_ROUNDOFF
from refgen.disagreement import calibration
from refgen.disagreement._levels import merged_mass
from refgen.disagreement.laws import FiniteLaw


def audited_bounds(
    gap: float,
    cace: float,
    law: FiniteLaw | None,
    n_entries: int,
    pairs: tuple[int, float, float] | None = None,
) -> tuple[AuditedBound, ...]:
    """GDE-5, GDE-6, GDE-7 and GDE-15 on one law.

    Parameters
    ----------
    gap, cace : float
        Disagreement of the vote-share ensemble minus error, and its CACE.
    law : FiniteLaw or None
        A single law; without it GDE-6's chain and GDE-7 are left out.
    n_entries : int
        Points times classes: how many terms the sums have.
    pairs : (n_runs, U-statistic, V-statistic), optional
        For hard labels, on which GDE-15 is an identity.

    Examples
    --------
    >>> law = FiniteLaw([1.0], [[1.0, 0.0]], [[0.5, 0.5]])
    >>> bounds = audited_bounds(0.0, 0.0, law, 2)
    >>> [bound.claim for bound in bounds]
    ['GDE-5', 'GDE-6', 'GDE-6', 'GDE-6', 'GDE-7', 'GDE-7']
    >>> all(bound.holds for bound in bounds)
    True
    """
    # A side is at most a sum of n terms of absolute total 2, each rounded twice, or
    # such sums times steps of levels that add up to 1: off by (2n + 4) units for the
    # sums and n + 2 for the products at most. There are two sides.
    rounding = (6 * n_entries + 12) * UNIT_ROUNDOFF
    slack = rounding + (0.0 if law is None else _merging(law))
    found = [
        audited_bound("GDE-5", "|gap| ≤ CACE", abs(gap), cace, slack),
        audited_bound("GDE-6", "|gap| ≤ CACE/2", abs(gap), cace / 2, slack),
    ]
    if law is not None:
        found += _chains(law, abs(gap), cace, slack, rounding)
    if pairs is not None:
        m, u, v = pairs
        statement = "V = (M − 1)/M · U"
        found.append(
            audited_bound("GDE-15", statement, v, (m - 1) / m * u, rounding, "=")
        )
    return tuple(found)


def _chains(
    law: FiniteLaw, gap: float, cace: float, slack: float, rounding: float
) -> list[AuditedBound]:
    w1 = float(calibration.wasserstein_distance(law))
    half = float(calibration.level_range(law)) * cace / 2
    cwce = float(calibration.cwce(law))
    variation = 2 * float(calibration.expected_total_variation(law))
    return [
        audited_bound("GDE-6", "|gap| ≤ W₁", gap, w1, rounding),
        audited_bound("GDE-6", "W₁ ≤ (q_max − q_min) · CACE/2", w1, half, slack),
        audited_bound("GDE-7", "CACE ≤ CWCE", cace, cwce, rounding),
        audited_bound("GDE-7", "CWCE ≤ 2 E TV(p, h̃)", cwce, variation, rounding),
    ]


def _merging(law: FiniteLaw) -> float:
    """How much CACE/2 may fall short because it merges shares that are close.

    Where a level of width d is named by one number, Σ q z changes by at most d/2 times
    the absolute mass of the level, if the number is in its middle.
    """
    terms = law.weights[:, None] * (law.label_probabilities - law.vote_shares)
    return merged_mass(law.vote_shares.ravel(), abs(terms).ravel()) / 2
