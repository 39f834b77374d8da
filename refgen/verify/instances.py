"""What is handed to a claim: read-only arrays, finite, and not all the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

import numpy as np

from refgen.arrays import Fixed, Instance, namespace
from refgen.domains import Domain

# So many rows of a block are compared with each other.
_COMPARED = 64


class InvalidInstance(ValueError):
    """A domain draws what no claim can be measured on."""


def arrays_of(instance: Instance, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """All arrays of an instance with their names, those of nested ones included.

    Examples
    --------
    >>> from refgen.disagreement import FiniteLaw
    >>> law = FiniteLaw([1.0], [[0.0, 1.0]], [[1.0, 0.0]])
    >>> [name for name, _ in arrays_of(law)]
    ['weights', 'label_probabilities', 'vote_shares']
    """
    for f in fields(instance):  # type: ignore[arg-type]
        value = getattr(instance, f.name)
        if isinstance(value, Instance):
            yield from arrays_of(value, f"{prefix}{f.name}.")
        elif not isinstance(value, Fixed):
            yield prefix + f.name, value


def read_only(instance: Instance) -> Any:
    """The same instance, whose NumPy arrays refuse to be written.

    They are views: the domain's own arrays stay as they are. Arrays of a device cannot
    be protected.

    Examples
    --------
    >>> from refgen.disagreement import FiniteLaw
    >>> law = FiniteLaw([1.0], [[0.0, 1.0]], [[1.0, 0.0]])
    >>> read_only(law).weights.flags.writeable, law.weights.flags.writeable
    (False, True)
    """
    return instance.map(_protected)


def _protected(array: Any) -> Any:
    if not isinstance(array, np.ndarray):
        return array
    view = array.view()
    view.flags.writeable = False
    return view


def copied(instance: Instance) -> Any:
    """The same instance in arrays of its own.

    Examples
    --------
    >>> from refgen.disagreement import FiniteLaw
    >>> law = FiniteLaw([1.0], [[0.0, 1.0]], [[1.0, 0.0]])
    >>> copied(law).weights is law.weights
    False
    """
    return instance.map(lambda array: namespace(array).array(array, copy=True))


def is_unchanged(instance: Instance, before: Instance) -> bool:
    """Whether an instance is still equal to the copy that was made of it.

    Examples
    --------
    >>> from refgen.disagreement import FiniteLaw
    >>> law = FiniteLaw([1.0], [[0.0, 1.0]], [[1.0, 0.0]])
    >>> is_unchanged(law, copied(law))
    True
    """
    pairs = zip(arrays_of(instance), arrays_of(before), strict=True)
    return all(a.shape == b.shape and bool((a == b).all()) for (_, a), (_, b) in pairs)


def examples_of(domain: Domain) -> list[Any]:
    """The pinned examples of a domain.

    Raises
    ------
    InvalidInstance
        If one is no instance, or there are none and nothing else is drawn.

    Examples
    --------
    >>> from refgen.claims.disagreement.domains import finite_laws
    >>> all(isinstance(law, Instance) for law in examples_of(finite_laws))
    True
    """
    examples = domain.examples()
    if not isinstance(examples, Iterable):
        raise InvalidInstance(
            f"examples must return a list of instances, got {type(examples).__name__}"
        )
    examples = list(examples)
    for example in examples:
        if not isinstance(example, Instance):
            raise InvalidInstance(
                "examples must be of a type that derives from refgen.arrays.Instance, "
                f"got {type(example).__name__}"
            )
    if not examples and domain.is_finite:
        raise InvalidInstance(
            "the domain has no instance: give it examples, or a strategy and a sampler"
        )
    return examples


def check_finite(instance: Instance) -> None:
    """Refuse NaN and infinity, which no theorem speaks about.

    Raises
    ------
    InvalidInstance
    """
    for name, array in arrays_of(instance):
        xp = namespace(array)
        if not bool(xp.isfinite(array).all()):
            raise InvalidInstance(f"the domain draws NaN or infinity in {name!r}")


def n_distinct(batch: Instance, rg: Any) -> int:
    """How many different instances are among the first ones of a batch.

    Examples
    --------
    >>> import refgen as rg
    >>> from refgen.claims.disagreement.domains import binary_laws
    >>> n_distinct(binary_laws.sample(rg, rg.random.Stream(0), 8), rg)
    8
    """
    first = rg.arrays.to_host(batch.take(slice(_COMPARED)))
    columns = [array for _, array in arrays_of(first)]
    return len(
        {b"".join(a.tobytes() for a in row) for row in zip(*columns, strict=True)}
    )


def check_variety(batch: Instance, others: Iterator[Instance], rg: Any) -> None:
    """Refuse a sampler that draws one instance only, or NaN.

    Parameters
    ----------
    batch : Instance
        The first block.
    others : iterator of Instance
        Other blocks, which may have other sizes; drawn only if they are needed.

    Raises
    ------
    InvalidInstance
    """
    check_finite(batch)
    if n_distinct(batch, rg) > 1:
        return
    first = repr(batch.take(0))
    if all(n_distinct(b, rg) == 1 and repr(b.take(0)) == first for b in others):
        raise InvalidInstance(
            "all instances that the domain draws are the same one; make it an example "
            "of a domain without a sampler"
        )
