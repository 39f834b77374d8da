"""Domains: pinned examples, and two ways to draw more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


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

    A domain without `strategy` and `sample` is the finite set of its examples. Most
    domains are a `record` of fields, which draws both ways from one description.

    Examples
    --------
    >>> Domain("the number one", lambda: [1.0]).is_finite
    True
    """

    description: str
    examples: Callable[[], Sequence[Any]]
    strategy: Callable[[], Any] | None = None
    sample: Callable[[Any, Any, int], Any] | None = None

    def __post_init__(self) -> None:
        if (self.strategy is None) != (self.sample is None):
            raise ValueError(
                f"the domain of {self.description!r} must have a strategy and a "
                "sampler, or neither"
            )

    @property
    def is_finite(self) -> bool:
        return self.sample is None
