"""Fields of your own Hypothesis strategy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.domains._fields import Field, Sizes


@dataclass(frozen=True)
class Given(Field):
    """Values of a Hypothesis strategy; made by `given`."""

    strategy: Any

    def small(self, sizes: Sizes) -> Any:
        return self.strategy.map(np.asarray)

    def bulk(self, rg: Any, stream: Any, count: int, sizes: Sizes) -> Any:
        seed = int(rg.arrays.to_host(stream.words(1))[0])
        drawn = _generated(self.strategy, count, seed)
        shapes = {value.shape for value in drawn}
        if len(shapes) > 1:
            raise ValueError(
                f"the strategy draws arrays of different shapes: {sorted(shapes)}"
            )
        # Hypothesis stops when it has drawn all that there is: begin again.
        return rg.arrays.to_device(
            np.stack([drawn[i % len(drawn)] for i in range(count)])
        )


def given(strategy: Any) -> Given:
    """Values of any Hypothesis strategy of numbers, or of arrays of one shape.

    What a strategy cannot draw is not known: any value counts as a member. Bulk draws
    come from Hypothesis too, on the host: tens of microseconds to milliseconds each.

    Raises
    ------
    TypeError
        If `strategy` is not a Hypothesis strategy.
    ValueError
        In bulk, if the strategy draws arrays of different shapes.

    Examples
    --------
    >>> from hypothesis import strategies as st
    >>> given(st.sampled_from([0.25, 0.5])).size_names
    set()
    """
    from hypothesis.strategies import SearchStrategy

    if not isinstance(strategy, SearchStrategy):
        raise TypeError(
            f"strategy must be a Hypothesis strategy, got {type(strategy).__name__}"
        )
    return Given(strategy)


def _generated(strategy: Any, count: int, seed: int) -> list[np.ndarray]:
    """Up to `count` draws, which depend on the seed alone."""
    import hypothesis as hy

    drawn: list[np.ndarray] = []

    @hy.seed(seed)
    @hy.settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[hy.Phase.generate],
        suppress_health_check=list(hy.HealthCheck),
    )
    @hy.given(strategy)
    def collect(value: Any) -> None:
        drawn.append(np.asarray(value))

    collect()
    return drawn
