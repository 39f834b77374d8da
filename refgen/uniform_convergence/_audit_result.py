"""What an audit of uniform convergence found, as numbers and as sentences."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from refgen.arrays import on_the_host


@on_the_host("plain numbers")
@dataclass(frozen=True)
class AuditedSample:
    """A classifier, on its own sample and on others.

    Attributes
    ----------
    train_error : float
        On its sample: exact, not an estimate.
    transformed_error : float or None
        On the transformed sample, exact too; None where there is none.
    test_error, test_error_low, test_error_high : float
        On the points that are not in its sample, and ends of the interval for new ones.
        The upper ends of all samples hold at once with the audit's confidence, less
        what the choice of the gap takes of it; the lower ends too.
    n_held_out : int
        How many those points are.
    """

    train_error: float
    transformed_error: float | None
    test_error: float
    test_error_low: float
    test_error_high: float
    n_held_out: int


@on_the_host("plain numbers")
@dataclass(frozen=True)
class SampleBound:
    """A bound on the test error of a linear classifier, from its sample.

    Attributes
    ----------
    name : str
    value : float
        At most 1.
    vacuous : bool
        Whether it is 1.
    about : str
        What it is proved for.
    """

    name: str
    value: float
    vacuous: bool
    about: str


@on_the_host("plain numbers")
@dataclass(frozen=True)
class UniformConvergenceAudit:
    """What every bound by uniform convergence for an algorithm has to admit.

    Attributes
    ----------
    lower_bound : float
        With probability `confidence_level`, ε_unif-alg(sample_size, delta) is at least
        this: what holds for all outputs of the algorithm at once, with probability
        1 − delta, allows gaps between test error and error on the sample of this size.
        0 if nothing is certified.
    certified : bool
        Whether the lower bound is above 0.
    reason : str
        Why there is no certificate; empty if there is one.
    delta, confidence_level : float
    n_points, sample_size : int
    samples : tuple of AuditedSample
        Of points that no two of them share.
    rank : int
        The lower bound is the rank-th largest of the gaps; 0 without a certificate.
    asymmetry : float or None
        The p-value of the premise about noise features; None where none are named.
    bounds : tuple of SampleBound
        Classic bounds for the first sample, each with probability 1 − delta; empty
        unless the classifier is linear, of two classes.
    assumptions : tuple of str
        What the certificate rests on.
    """

    lower_bound: float
    certified: bool
    reason: str
    delta: float
    confidence_level: float
    n_points: int
    sample_size: int
    samples: tuple[AuditedSample, ...]
    rank: int
    asymmetry: float | None
    bounds: tuple[SampleBound, ...]
    assumptions: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """The outcome in a sentence."""
        if not self.certified:
            return f"No certificate: {self.reason}."
        return (
            f"At confidence {self.confidence_level:g}, every bound that holds with "
            f"probability {1 - self.delta:g} for all classifiers that this estimator "
            f"learns from {self.sample_size} points allows a gap of "
            f"{self.lower_bound:.3f} or more."
        )

    @property
    def test_error(self) -> float:
        """The mean over samples of the error on held-out points."""
        return sum(s.test_error for s in self.samples) / len(self.samples)

    @property
    def transformed_error(self) -> float | None:
        """The mean over samples of the error on the transformed sample."""
        errors = [s.transformed_error for s in self.samples]
        known = [error for error in errors if error is not None]
        return sum(known) / len(known) if known else None

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        values = asdict(self)
        return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}

    def sample_rows(self) -> list[tuple[str, float | None, float | None, float, str]]:
        """For each sample: name, the three errors, and the test error's interval."""
        return [
            (
                f"sample {i}",
                s.train_error,
                s.transformed_error,
                s.test_error,
                f"[{s.test_error_low:.4f}, {s.test_error_high:.4f}]",
            )
            for i, s in enumerate(self.samples, 1)
        ]
