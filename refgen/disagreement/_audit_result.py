"""What an audit of predictions found, as numbers and as rows of tables."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from refgen._bounds import AuditedBound, WithBounds
from refgen._shown import bare, listed
from refgen.arrays import on_the_host
from refgen.disagreement.estimates import DisagreementEstimate

# What a run predicts, by `DisagreementAudit.members`.
_PREDICTED = {
    "labels": "",
    "argmax": ", likeliest class of each run",
    "sample": ", class drawn from each run's probabilities",
}


@on_the_host("plain numbers")
@dataclass(frozen=True)
class DisagreementAudit(WithBounds):
    """What predictions, and labels where given, say about error and calibration.

    Attributes
    ----------
    estimate : DisagreementEstimate
        Disagreement as an estimate of test error, with its interval and `method`.
    n_runs, n_points, n_classes : int
    members : str
        "labels" (hard labels given), "argmax" or "sample" (probabilities given).
    disagreement_U, disagreement_V : float
        Over pairs of distinct runs (unbiased), and of the vote-share ensemble.
    finite_runs_floor : float
        2 (U − V), which is 2·EDR/M for hard labels: what CACE shows of a procedure
        with EDR = error only because M is finite (claim GDE-16b).
    error : float or None
        Mean test error of the runs. This and all that follow need labels.
    gap_U, gap_V : float or None
        Disagreement minus error; the theorems bound `gap_V`.
    cace, binned_cace, n_bins, cace_noise_floor
        Calibration error of the ensemble, exact and in bins, and the binned value
        that N points show of a calibrated ensemble (claim GDE-22).
    squared_bins : float or None
        Unbiased estimate of the sum of squared bin imbalances (claim GDE-23).
    bounds : tuple of AuditedBound
    classes : tuple
        The labels that occur, sorted; 0 … n_classes − 1 for probabilities.
    """

    estimate: DisagreementEstimate
    n_runs: int
    n_points: int
    n_classes: int
    members: str
    disagreement_U: float
    disagreement_V: float
    finite_runs_floor: float
    error: float | None = None
    gap_U: float | None = None
    gap_V: float | None = None
    cace: float | None = None
    binned_cace: float | None = None
    n_bins: int = 10
    cace_noise_floor: float | None = None
    squared_bins: float | None = None
    bounds: tuple[AuditedBound, ...] = ()
    classes: tuple[Any, ...] = ()

    @property
    def headline(self) -> str:
        """One line: how many runs and points, which classes, what a run predicts.

        Examples
        --------
        >>> from refgen.disagreement import audit
        >>> audit([["cat", "dog"], ["cat", "cat"]]).headline
        '2 runs × 2 points, classes cat, dog'
        """
        if self.members == "labels":
            known = f"classes {listed(self.classes, show=bare)}"
        else:
            known = f"{self.n_classes} classes"
        size = f"{self.n_runs} runs × {self.n_points} points"
        return f"{size}, {known}{_PREDICTED[self.members]}"

    def estimate_rows(self) -> list[tuple[str, float]]:
        """Names and values of what is known without labels.

        Examples
        --------
        >>> from refgen.disagreement import audit
        >>> audit([[0, 1], [1, 1]]).estimate_rows()[0]
        ('Estimated error (disagreement)', 0.5)
        """
        estimate = self.estimate
        level = f"{100 * estimate.confidence_level:g} % {estimate.method} interval"
        return [
            ("Estimated error (disagreement)", estimate.value),
            (f"{level}, low", estimate.low),
            (f"{level}, high", estimate.high),
            ("Disagreement of the vote shares (V)", self.disagreement_V),
            ("Floor of CACE from finitely many runs", self.finite_runs_floor),
        ]

    def label_rows(self) -> list[tuple[str, float]]:
        """Names and values of what labels add; what they leave undefined is left out.

        Examples
        --------
        >>> from refgen.disagreement import audit
        >>> audit([[0, 1], [1, 1]], labels=[0, 1]).label_rows()[0]
        ('Error, mean over runs', 0.25)
        """
        rows = [
            ("Error, mean over runs", self.error),
            ("Gap: disagreement − error", self.gap_U),
            ("Gap of the vote shares (V)", self.gap_V),
            ("CACE", self.cace),
            (f"CACE in {self.n_bins} bins", self.binned_cace),
            ("Noise floor of binned CACE", self.cace_noise_floor),
            ("Squared bins, unbiased", self.squared_bins),
        ]
        return [(name, value) for name, value in rows if value is not None]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON; None where a standard error is not defined."""
        values = asdict(self) | {"bounds": [asdict(b) for b in self.bounds]}
        values["classes"] = list(self.classes)
        values["estimate"]["assumptions"] = list(self.estimate.assumptions)
        if math.isnan(self.estimate.standard_error):
            values["estimate"]["standard_error"] = None
        return values
