"""Counter-based random streams: element j depends on seed, labels and j alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

_WORDS_PER_BLOCK = 4


@dataclass(frozen=True)
class Stream:
    """A stateless stream of random numbers on Philox4x64-10.

    Parameters
    ----------
    seed : int
        Non-negative.
    labels : tuple of str
        Names of the purpose; streams with different labels are independent.
    replicate : int
        Number of the repetition, in [0, 2**64).

    Notes
    -----
    Words are those of ``numpy.random.Philox`` (Salmon et al. 2011). The counter is
    (block of four words, 0, replicate, hash of the labels).

    Examples
    --------
    >>> stream = Stream(0, ("docs",))
    >>> bool((stream.uniform(6)[2:] == stream.uniform(4, offset=2)).all())
    True
    """

    seed: int
    labels: tuple[str, ...] = ()
    replicate: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.seed, (int, np.integer)) or self.seed < 0:
            raise ValueError(f"seed must be a non-negative integer, got {self.seed!r}")

    def at(self, replicate: int) -> Stream:
        """The same stream at another repetition."""
        return Stream(self.seed, self.labels, replicate)

    def child(self, *labels: str) -> Stream:
        """An independent stream for a part of this one's purpose."""
        return Stream(self.seed, (*self.labels, *labels), self.replicate)

    def words(self, n: int, offset: int = 0) -> np.ndarray:
        """`n` raw uint64 words from position `offset`."""
        first, skip = divmod(offset, _WORDS_PER_BLOCK)
        key = np.random.SeedSequence(self.seed).generate_state(2, np.uint64)
        digest = hashlib.blake2b("\x1f".join(self.labels).encode(), digest_size=8)
        purpose = int.from_bytes(digest.digest(), "little")
        # NumPy increments the counter before the first block.
        counter = (first | self.replicate << 128 | purpose << 192) - 1
        philox = np.random.Philox(key=key, counter=counter % 2**256)
        return philox.random_raw(n + skip)[skip:]

    def uniform(self, shape: Any, offset: int = 0) -> np.ndarray:
        """Uniform draws on the open interval (0, 1)."""
        words = self.words(int(np.prod(shape)), offset)
        return (((words >> np.uint64(12)) + 0.5) * 2.0**-52).reshape(shape)

    def exponential(self, shape: Any, offset: int = 0) -> np.ndarray:
        """Standard exponential draws."""
        return -np.log(self.uniform(shape, offset))

    def dirichlet(self, shape: Any, offset: int = 0) -> np.ndarray:
        """Dirichlet(1, ..., 1) points of the simplex along the last axis."""
        draws = self.exponential(shape, offset)
        draws /= np.einsum("...k->...", draws)[..., None]
        return draws

    def integers(self, high: int, shape: Any, offset: int = 0) -> np.ndarray:
        """Integers in [0, high), for `high` up to 2**32 (bias at most high/2**32)."""
        words = self.words(int(np.prod(shape)), offset) >> np.uint64(32)
        return ((words * np.uint64(high)) >> np.uint64(32)).astype(int).reshape(shape)
