"""Claims, their domains and their false twins."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import Decision, InvalidMeasurement, Kind, decide


@dataclass(frozen=True)
class Domain:
    """Where a claim is said to hold.

    Attributes
    ----------
    name : str
    description : str
        One line.
    examples : callable
        Returns pinned instances; they always run first.
    strategy : callable or None
        Returns a Hypothesis strategy of small, shrinkable, adversarial instances.
    sample : callable or None
        ``sample(rg, stream, size)`` draws a batch of the same kind of instances.

    A domain without `strategy` and `sample` is the finite set of its examples.
    """

    name: str
    description: str
    examples: Callable[[], Sequence[Instance]]
    strategy: Callable[[], Any] | None = None
    sample: Callable[[Any, Any, int], Instance] | None = None

    def __post_init__(self) -> None:
        if (self.strategy is None) != (self.sample is None):
            raise ValueError(
                f"domain {self.name!r} must have a strategy and a sampler, or neither"
            )

    @property
    def is_finite(self) -> bool:
        return self.sample is None


def library(instances: Instance) -> Any:
    """The array library of an instance's fields."""
    return namespace(*(getattr(instances, f.name) for f in fields(instances)))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Statement:
    """A measurement with the rule and the domain it is judged on."""

    kind: Kind
    domain: Domain
    measure: Callable[..., Any]

    def decide(self, rg: Any, instances: Instance, batch: int) -> Decision:
        """Decide on a batch of instances (one leading axis).

        Raises
        ------
        InvalidMeasurement
            If the measurement is malformed, or not where the instances are.
        """
        decision = decide(self.kind, self.measure(rg, instances), batch)
        if namespace(decision.violated) is not library(instances):
            raise InvalidMeasurement(
                "the claim measured on the host, and its instances are on the device"
            )
        return decision


@dataclass(frozen=True)
class Twin(Statement):
    """A broken variant that the verifier has to refute."""

    text: str = ""


@dataclass(frozen=True)
class Claim(Statement):
    """A theorem as a property.

    Attributes
    ----------
    id : str
    source : str
        Paper and theorem, or "derived here".
    cost : int
        Work per instance relative to a closed form; scans shrink by it.
    slow : bool
        Left out of the quick profile.
    monte_carlo : bool
        The measurement takes `Draws` too, and gives `Samples`.
    twins : list of Twin
    """

    id: str = ""
    source: str = ""
    cost: int = 1
    slow: bool = False
    monte_carlo: bool = False
    twins: list[Twin] = field(default_factory=list)
    _register: Callable[[Claim], None] = field(default=lambda claim: None, repr=False)

    @property
    def statement(self) -> str:
        """The docstring of the claim's function."""
        return inspect.cleandoc(self.measure.__doc__ or "")

    @property
    def title(self) -> str:
        return self.statement.partition("\n")[0]

    @property
    def theory(self) -> str:
        """Module name of the theory, which is also its page in ``theory/``."""
        return self.measure.__module__.split(".")[2]

    @property
    def location(self) -> str:
        """File and line of the claim's code."""
        path = Path(inspect.getsourcefile(self.measure) or "")
        root = Path(__file__).parents[2]
        shown = path.relative_to(root) if path.is_relative_to(root) else path
        return f"{shown}:{inspect.getsourcelines(self.measure)[1]}"

    def twin(
        self, text: str, *, kind: Kind | None = None, domain: Domain | None = None
    ) -> Callable[[Callable], Callable]:
        """Attach a false twin; the first one registers the claim."""

        def attach(measure: Callable) -> Callable:
            twin = Twin(kind or self.kind, domain or self.domain, measure, text)
            self.twins.append(twin)
            if len(self.twins) == 1:
                self._register(self)
            return measure

        return attach
