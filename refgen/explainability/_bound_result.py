"""What explanations say of a model's risk: terms, forms and a sentence."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from refgen.arrays import on_the_host


@on_the_host("plain numbers")
@dataclass(frozen=True)
class BoundTerm:
    """A term of a bound.

    Attributes
    ----------
    name : str
    estimate : float
        In squared units of the labels, but for pure numbers.
    limit : float
        What the bound takes for it: an end of an interval, or the estimate itself where
        it is known.
    """

    name: str
    estimate: float
    limit: float


@on_the_host("plain numbers")
@dataclass(frozen=True)
class BoundForm:
    """A form of a bound.

    Attributes
    ----------
    name : str
    estimate : float
        From the estimates of all terms.
    bound : float
        From their limits.
    """

    name: str
    estimate: float
    bound: float


@on_the_host("plain numbers")
@dataclass(frozen=True)
class ExplainabilityBound:
    """A bound on the expected squared error of a model, by its explanations.

    Attributes
    ----------
    method : str
    bound : float
        The first of the forms, with an allowance for all that was estimated.
    estimate : float
        The same form without the allowance.
    guaranteed : bool
        Whether the bound holds with probability 1 − delta by proof. By leaving out it
        rests on normal approximations, which promise too much on small samples.
    trivial : float
        (high − low)², which no squared error exceeds.
    delta, scale, penalty : float
    norm_bound : float
        The largest length of explanations' weights, which the penalty ensures.
    output_range : tuple of float
    n_points, n_unlabeled, n_draws : int
    terms : tuple of BoundTerm
    forms : tuple of BoundForm
        Each holds with probability 1 − delta, or about that if not `guaranteed`. The
        first one, which gives `bound`, has the least estimate.
    assumptions : tuple of str
        What the bound rests on.
    """

    method: str
    bound: float
    estimate: float
    guaranteed: bool
    trivial: float
    delta: float
    scale: float
    penalty: float
    norm_bound: float
    output_range: tuple[float, float]
    n_points: int
    n_unlabeled: int
    n_draws: int
    terms: tuple[BoundTerm, ...]
    forms: tuple[BoundForm, ...]
    assumptions: tuple[str, ...]

    @property
    def vacuous(self) -> bool:
        """Whether the bound says no more than the range of outputs."""
        return self.bound >= self.trivial

    @property
    def verdict(self) -> str:
        """The outcome in a sentence."""
        if self.vacuous:
            return (
                f"No information: the bound is {self.bound:.3g}, and no squared error "
                f"exceeds {self.trivial:.3g}."
            )
        how = "With" if self.guaranteed else "By approximate intervals, with"
        return (
            f"{how} probability {1 - self.delta:g} the expected squared error is at "
            f"most {self.bound:.3g} (estimate {self.estimate:.3g}, trivial bound "
            f"{self.trivial:.3g})."
        )

    def term(self, name: str) -> BoundTerm:
        """The term of that name.

        Raises
        ------
        ValueError
            If there is none; the message has the names.
        """
        for term in self.terms:
            if term.name == name:
                return term
        known = ", ".join(repr(term.name) for term in self.terms)
        raise ValueError(f"name must be one of {known}, got {name!r:.60}")

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        values = asdict(self)
        return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}


@on_the_host("plain numbers")
@dataclass(frozen=True)
class ExplainabilitySweep:
    """Bounds at several scales that hold together, so that the least one may be taken.

    Attributes
    ----------
    bounds : tuple of ExplainabilityBound
        One for each scale, each with its share of delta.
    delta : float
        Of all of them together.
    """

    bounds: tuple[ExplainabilityBound, ...]
    delta: float

    @property
    def best(self) -> ExplainabilityBound:
        """The least bound."""
        return min(self.bounds, key=lambda found: found.bound)
