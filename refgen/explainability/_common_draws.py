"""Normal draws that the neighbourhoods of all rows share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from refgen.arrays import namespace
from refgen.explainability._influences import Influences, gram, influences, inverse


class CommonDraws:
    """n draws u ~ N(0, I), of which x + s∘u are the neighbours of every row x.

    So an explanation depends on its row alone, and least squares are solved once. What
    does not fit into the budget is drawn, and solved for, a piece at a time, twice.
    """

    def __init__(
        self, stream: Any, shape: tuple[int, int], penalty: float, budget: int
    ) -> None:
        self._stream, self._shape, self._penalty = stream, shape, penalty
        n, p = shape
        # A piece has four arrays of its size in memory.
        self.step = min(n, max(1, budget // (4 * (1 + p))))
        self._inverse: Any = None
        self._whole: Influences | None = None

    def pieces(self) -> Iterator[tuple[slice, Influences]]:
        """The draws of each piece, and where their values are among all n."""
        if self._inverse is None:
            self._inverse = inverse(self._gram(), self._penalty)
        if self._whole is not None:
            yield slice(0, self._shape[0]), self._whole
            return
        for place, draws in self.draws():
            piece = influences(draws, self._weights(draws), self._inverse)
            if self.step == self._shape[0]:
                self._whole = piece
            yield place, piece

    def draws(self) -> Iterator[tuple[slice, Any]]:
        """u, of shape (n_piece, p), and where it is among all n."""
        n, p = self._shape
        if self._whole is not None:
            yield slice(0, n), self._whole.features
            return
        for start in range(0, n, self.step):
            stop = min(start + self.step, n)
            draws = self._stream.normal((stop - start, p), offset=start * p)
            yield slice(start, stop), draws

    def _gram(self) -> Any:
        total: Any = 0.0
        for _, draws in self.draws():
            total = total + gram(draws, self._weights(draws))
        return total

    def _weights(self, draws: Any) -> Any:
        return namespace(draws).full(len(draws), 1 / self._shape[0])
