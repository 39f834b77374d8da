"""Records: domains that build their instances from fields."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from refgen.arrays import Instance
from refgen.domains._built import Built, check_arguments, listed
from refgen.domains._domain import Outside
from refgen.domains._fields import NO_SIZES, Field, Sizes
from refgen.domains._members import outside_of_fields


@dataclass(frozen=True)
class Record(Built):
    """The domain that `record` makes."""

    condition: Outside | None = field(kw_only=True, default=None)

    def __post_init__(self) -> None:
        if self.condition is not None and not callable(self.condition):
            raise TypeError(
                f"the domain of {self.description!r}: outside must be a function, got "
                f"{type(self.condition).__name__}"
            )
        sizes = self._size_fields({})
        if self.builds_a_type:
            check_arguments(self, sizes)
        ways = {
            # One for a claim and its twins, as Hypothesis checks each.
            "strategy": functools.cache(lambda: self.small({})),
            "sample": lambda rg, stream, size: self.bulk(rg, stream, size, {}),
            "outside": self._why_outside if self.builds_a_type else self.condition,
        }
        for name, way in ways.items():
            object.__setattr__(self, name, way)
        super().__post_init__()

    def _why_outside(self, instance: Any, sizes: Sizes = NO_SIZES) -> str | None:
        reason = outside_of_fields(self.build, self.fields, instance, sizes)
        return reason or (self.condition(instance) if self.condition else None)

    def but(
        self,
        description: str,
        examples: Callable[[], Sequence[Any]] | None = None,
        build: Callable[..., Any] | None = None,
        outside: Outside | None = None,
        **changed: Any,
    ) -> Record:
        """The same domain with other fields, and with the examples that are given.

        A condition that was given as `outside` to a record of an instance type stays;
        where a function builds the instances, it has to be given again.

        Raises
        ------
        ValueError
            If the record has no such field.

        Examples
        --------
        >>> from refgen import domains as dom
        >>> from refgen.resmem import LinearProblem
        >>> lines = dom.record(
        ...     LinearProblem,
        ...     "Σ = I",
        ...     d=dom.integer(1, 6),
        ...     spectrum=dom.real(1, 1, shape=("d",)),
        ...     coefficients=dom.vector("d", norm=1),
        ...     radius=0.5,
        ...     noise=0.0,
        ... )
        >>> lines.but("Σ = I in the plane", d=2).fields["d"]
        2
        """
        unknown = changed.keys() - self.fields.keys()
        if unknown and build is None:
            raise ValueError(
                f"the domain of {self.description!r} has no field called "
                f"{listed(unknown)}; its fields are {listed(self.fields)}"
            )
        if build is None and self.builds_a_type:
            outside = outside or self.condition
        return Record(
            description,
            examples or list,
            build=build or self.build,
            fields=self.fields | changed,
            condition=outside,
        )


def record(
    build: Callable[..., Any],
    description: str,
    *,
    examples: Callable[[], Sequence[Any]] = list,
    outside: Outside | None = None,
    **fields_by_name: Any,
) -> Record:
    """A domain of instances that are built from fields.

    Parameters
    ----------
    build : class or callable
        An instance type, whose fields are those of the record, or a function that
        takes a batch of every field by name (and sizes as integers, if it asks for
        them) and returns a batch of instances.
    description : str
        One line.
    examples : callable
        Returns pinned instances; they always run first.
    outside : callable, optional
        ``outside(instance)`` says why an instance of any type is no member, or returns
        None. A record of an instance type knows it from its fields, and asks this
        afterwards about an instance of that type. One with a function knows nothing
        else. Words follow the instance or a field: "must have two classes".
    **fields_by_name : field, number, or record
        A number is a constant. An integer field that the shape of another one names
        is a size: it is drawn once for a batch. A record inside a record shares a size
        with it if a shape of the outer record names that size.

    Raises
    ------
    ValueError
        If a shape names a size that is not an integer field of the record, or the
        fields are not those of the instance type, or a number is not finite.
    TypeError
        If anything else is given than fields, numbers and records.

    Notes
    -----
    Ranges of fields are conditions of membership (`real` may allow more than it
    draws). Of a size that varies only the smallest value is.

    Examples
    --------
    >>> import refgen as rg
    >>> from refgen import domains as dom
    >>> from refgen.disagreement import FiniteLaw
    >>> laws = record(
    ...     FiniteLaw,
    ...     "two points, every class has votes",
    ...     k=dom.integer(2, 4),
    ...     weights=dom.distribution(2),
    ...     label_probabilities=dom.distribution(2, "k"),
    ...     vote_shares=dom.distribution(2, "k", positive=True),
    ... )
    >>> laws.sample(rg, rg.random.Stream(0), 100).weights.shape
    (100, 2)
    >>> laws.outside(FiniteLaw([0.5, 0.5], [[0, 1], [1, 0]], [[1, 0], [0.5, 0.5]]))
    'vote_shares must be positive, got 0'
    """
    other_type = isinstance(build, type) and not issubclass(build, Instance)
    if other_type or not callable(build):
        raise TypeError(
            "build must be a type that derives from refgen.arrays.Instance, or a "
            f"function, got {build!r:.80}"
        )
    for name, value in fields_by_name.items():
        if not isinstance(value, (Field, Built, int, float)) or isinstance(value, bool):
            raise TypeError(
                f"{name} must be a field, a number or a record, got "
                f"{type(value).__name__}; a Hypothesis strategy goes into given(...)"
            )
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{name} must be finite, got {value}")
    return Record(
        description,
        examples,
        build=build,
        fields=fields_by_name,
        condition=outside,
    )
