"""Domains: pinned examples, two ways to draw more, and who belongs to them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, is_dataclass
from typing import Any

import numpy as np

Outside = Callable[..., str | None]


@dataclass(frozen=True)
class Domain:
    """Where a claim is said to hold.

    Attributes
    ----------
    description : str
        One line.
    examples : callable
        Returns pinned instances; they always run first.
    strategy : callable or None
        Returns a Hypothesis strategy of small, shrinkable, adversarial instances.
    sample : callable or None
        ``sample(rg, stream, size)`` draws a batch of the same kind of instances.
    outside : callable
        ``outside(instance)`` says in plain words why an instance of any type, on the
        host, is no member, or returns None: "must be positive, got -1". A domain that
        draws nothing knows it from its examples, a record of an instance type from its
        fields; any other only knows the types of its examples.
    knows_its_members : bool
        Whether `outside` says more than that.

    A domain without `strategy` and `sample` is the finite set of its examples. Most
    domains are a `record` of fields, which draws both ways from one description.

    Examples
    --------
    >>> one = Domain("the number one", lambda: [1.0])
    >>> one.is_finite, one.contains(1.0), one.contains(2.0)
    (True, True, False)
    """

    description: str
    examples: Callable[[], Sequence[Any]]
    strategy: Callable[[], Any] | None = None
    sample: Callable[[Any, Any, int], Any] | None = None
    outside: Outside = None  # type: ignore[assignment]
    knows_its_members: bool = field(init=False)

    def __post_init__(self) -> None:
        if not isinstance(self.description, str) or not self.description.strip():
            raise TypeError(
                f"description must be a line of text, got {self.description!r:.80}"
            )
        if (self.strategy is None) != (self.sample is None):
            raise ValueError(
                f"the domain of {self.description!r} must have a strategy and a "
                "sampler, or neither"
            )
        for name in ("examples", "strategy", "sample", "outside"):
            way = getattr(self, name)
            if not callable(way) and (way is not None or name == "examples"):
                raise TypeError(
                    f"the domain of {self.description!r}: {name} must be a function, "
                    f"got {type(way).__name__}"
                )
        said = self.outside is not None
        object.__setattr__(self, "knows_its_members", said or self.is_finite)
        if not said:
            derived = self._not_an_example if self.is_finite else self._of_another_type
            object.__setattr__(self, "outside", derived)

    @property
    def is_finite(self) -> bool:
        return self.sample is None

    def contains(self, instance: Any) -> bool:
        """Whether an instance is a member.

        Raises
        ------
        NotImplementedError
            If the domain draws instances and does not say what its members are.
        """
        if not self.knows_its_members:
            raise NotImplementedError(
                f"the domain of {self.description!r} does not say what its members "
                "are: give it outside="
            )
        return self.reason(instance) is None

    def reason(self, instance: Any) -> str | None:
        """What `outside` says, if that is a reason in words or None.

        Raises
        ------
        TypeError
            If it is anything else, such as True or False.
        """
        found = self.outside(instance)
        if found is None or (isinstance(found, str) and found):
            return found
        raise TypeError(
            f"outside of the domain of {self.description!r} must return None for a "
            f"member, and in words why an instance is none, got {found!r:.80}"
        )

    def _not_an_example(self, instance: Any) -> str | None:
        examples = self.examples()
        if any(same(instance, example) for example in examples):
            return None
        wrong_type = not_a({type(example) for example in examples}, instance)
        if examples and wrong_type:
            return wrong_type
        return f"is none of the domain's {len(examples)} instances"

    def _of_another_type(self, instance: Any) -> str | None:
        types = {type(example) for example in self.examples()}
        return not_a(types, instance) if types else None


def not_a(types: type | Collection[type], instance: Any) -> str | None:
    """Why an instance is of none of some types, or None.

    Examples
    --------
    >>> not_a(int, 0.5)
    'must be of type int, got float'
    """
    wanted = (types,) if isinstance(types, type) else tuple(types)
    if isinstance(instance, wanted):
        return None
    names = " or ".join(sorted(t.__name__ for t in wanted))
    return f"must be of type {names}, got {type(instance).__name__}"


def same(a: Any, b: Any) -> bool:
    """Whether two instances, or two arrays, are of one type and equal in every number.

    Examples
    --------
    >>> same(np.ones(2), np.ones(2)), same(np.ones(2), np.ones((1, 2)))
    (True, False)
    """
    if is_dataclass(a) or is_dataclass(b):
        return type(a) is type(b) and all(
            same(value, vars(b).get(name)) for name, value in vars(a).items()
        )
    return np.shape(a) == np.shape(b) and bool(np.all(np.asarray(a) == np.asarray(b)))
