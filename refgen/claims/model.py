"""Claims and their false twins."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from refgen.arrays import Fixed, Instance, namespace
from refgen.claims.decisions import Decision, decide
from refgen.claims.kinds import InvalidMeasurement, Kind
from refgen.domains import Domain


class RegistrationError(ValueError):
    """A claim or a twin is declared in a way that shows nothing."""


def check_measure(where: str, measure: Any, draws: bool | None = None) -> None:
    """Refuse what cannot be called as the function of a claim is.

    Parameters
    ----------
    where : str
        Whose function it is, for the message.
    measure : callable
    draws : bool, optional
        Whether it has to take `draws`; it may by default.

    Raises
    ------
    RegistrationError

    Examples
    --------
    >>> check_measure("claim 'X'", lambda rg, law, constant=2: None)
    """
    try:
        signature = inspect.signature(measure)
    except (TypeError, ValueError):
        raise RegistrationError(
            f"{where}: a claim is a function, got {measure!r:.80}"
        ) from None
    names = list(signature.parameters)
    takes = "draws" in names
    try:
        signature.bind(*([None] * (3 if takes else 2)))
    except TypeError as error:
        raise RegistrationError(
            f"{where}: the function must take (rg, instance), or (rg, instance, draws) "
            f"if it simulates, and have defaults for all else: {error}"
        ) from None
    if takes and names.index("draws") != 2:
        raise RegistrationError(f"{where}: draws must be the third argument")
    if draws is not None and draws != takes:
        raise RegistrationError(
            f"{where}: the claim and its twin must both take draws, or neither"
        )


def library(instances: Instance) -> Any:
    """The array library of an instance's arrays."""
    return namespace(*_arrays(instances))


def _arrays(instances: Instance) -> Iterator[Any]:
    for f in fields(instances):  # type: ignore[arg-type]
        value = getattr(instances, f.name)
        if isinstance(value, Instance):
            yield from _arrays(value)
        elif not isinstance(value, Fixed):
            yield value


@dataclass(frozen=True)
class Statement:
    """A measurement and the domain it is judged on.

    Attributes
    ----------
    kind : {"identity", "inequality", "limit", "rate", "existence"}
    domain : Domain
    measure : callable
        ``measure(rg, instances)`` returns relations; of Monte-Carlo claims
        ``measure(rg, instances, draws)`` returns `sampled` measurements.
    """

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
        result = self.measure(rg, instances)
        return decide(self.kind, result, batch, library(instances))


@dataclass(frozen=True)
class Twin(Statement):
    """A broken variant that the verifier has to refute.

    Attributes
    ----------
    text : str
        What it says, which is false.
    change : float or None
        Largest relative change of the claim's arguments, if all are numbers.
    reason : str
        Why no twin is nearer to the truth.
    """

    text: str = ""
    change: float | None = None
    reason: str = ""


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
    twins : list of Twin
    """

    id: str = ""
    source: str = ""
    cost: int = 1
    slow: bool = False
    twins: list[Twin] = field(default_factory=list)

    @property
    def monte_carlo(self) -> bool:
        """Whether the function takes `draws`: then intervals decide."""
        return "draws" in inspect.signature(self.measure).parameters

    @property
    def statement(self) -> str:
        """The docstring of the claim's function."""
        return inspect.cleandoc(self.measure.__doc__ or "")

    @property
    def title(self) -> str:
        return self.statement.partition("\n")[0]

    @property
    def theory(self) -> str:
        """Module name of the theory, which is also its page in ``theory/``.

        Empty for a claim that is declared outside the package.
        """
        package, _, rest = self.measure.__module__.partition("refgen.claims.")
        return "" if package else rest.partition(".")[0]

    @property
    def location(self) -> str:
        """File and line of the claim's code."""
        path = Path(inspect.getsourcefile(self.measure) or "")
        root = Path(__file__).parents[2]
        shown = path.relative_to(root) if path.is_relative_to(root) else path
        return f"{shown}:{inspect.getsourcelines(self.measure)[1]}"

    def decide(self, rg: Any, instances: Instance, batch: int) -> Decision:
        """As `Statement.decide`; some relation has to be of the claim's kind.

        Raises
        ------
        InvalidMeasurement
            Also if no relation is of the claim's kind.
        """
        decision = super().decide(rg, instances, batch)
        kinds = {part.kind for part in decision.parts}
        if self.kind not in kinds:
            raise InvalidMeasurement(
                f"the claim is declared of kind {self.kind!r} and measured "
                f"{', '.join(sorted(kinds))} only"
            )
        return decision

    def twin(
        self,
        text: str,
        *,
        domain: Domain | None = None,
        reason: str = "",
        **changed: Any,
    ) -> Twin:
        """Attach a false twin: the claim with other arguments, or on another domain.

        Parameters
        ----------
        text : str
            What the twin says, which is false.
        domain : Domain, optional
            Where it is said to hold; the claim's by default.
        reason : str
            Why no twin is nearer to the truth, if none is within 5 %.
        **changed
            Arguments of the claim's function that have a default, with other values.

        Raises
        ------
        RegistrationError
            If an argument is unknown, or nothing is changed.
        """
        defaults = {
            name: parameter.default
            for name, parameter in inspect.signature(self.measure).parameters.items()
            if parameter.default is not parameter.empty
        }
        unknown = changed.keys() - defaults.keys()
        if unknown:
            raise RegistrationError(
                f"{self.id}: {', '.join(sorted(unknown))} is no argument of the claim "
                f"with a default; these are: {', '.join(defaults) or 'none'}"
            )
        if domain in (None, self.domain) and all(
            _same(changed[n], defaults[n]) for n in changed
        ):
            raise RegistrationError(f"{self.id}: the twin {text!r} changes nothing")
        measure = functools.partial(self.measure, **changed)
        change = _relative_change([(defaults[n], changed[n]) for n in changed])
        where = domain or self.domain
        return self._attach(Twin(self.kind, where, measure, text, change, reason))

    def twin_function(
        self, text: str, *, domain: Domain | None = None, reason: str = ""
    ) -> Callable[[Callable], Callable]:
        """Attach a false twin that is a function of its own, as a decorator.

        Parameters
        ----------
        text : str
            What the twin says, which is false.
        domain : Domain, optional
            Where it is said to hold; the claim's by default.
        reason : str
            Why no twin is nearer to the truth, if none is within 5 %.
        """

        def attach(measure: Callable) -> Callable:
            check_measure(f"{self.id}, twin {text!r}", measure, self.monte_carlo)
            where = domain or self.domain
            self._attach(Twin(self.kind, where, measure, text, None, reason))
            return measure

        return attach

    def _attach(self, twin: Twin) -> Twin:
        if not isinstance(twin.text, str) or not twin.text.strip():
            raise RegistrationError(
                f"{self.id}: text must say what the twin claims, got {twin.text!r}"
            )
        if not isinstance(twin.domain, Domain):
            raise RegistrationError(
                f"{self.id}: domain must be a refgen.domains.Domain, got "
                f"{type(twin.domain).__name__}"
            )
        if not isinstance(twin.reason, str):
            raise RegistrationError(
                f"{self.id}: reason must be a text, got {twin.reason!r:.80}"
            )
        if any(known.text == twin.text for known in self.twins):
            raise RegistrationError(f"{self.id} has the twin {twin.text!r} already")
        self.twins.append(twin)
        return twin


def _relative_change(pairs: list[tuple[Any, Any]]) -> float | None:
    """The largest of the relative changes from a to b; None if some is no number."""
    if not pairs or not all(_is_number(a) and _is_number(b) and a for a, b in pairs):
        return None
    return max(abs(b - a) / abs(a) for a, b in pairs)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(a: Any, b: Any) -> bool:
    return a is b or (isinstance(a, int | float) and a == b)
