"""Counter-based random streams: number j depends only on seed, labels, replicate, j."""

from __future__ import annotations

import functools
import hashlib
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen._checks import MOST_ENTRIES, check_integer
from refgen._shown import shown

__all__ = ["Stream"]

_WORDS_PER_BLOCK = 4
# Only the first of the counter's four words counts the blocks.
_N_POSITIONS = _WORDS_PER_BLOCK * 2**64
# Separates labels; no label may contain it.
_SEPARATOR = "\x1f"


@dataclass(frozen=True, init=False, repr=False)
class Stream:
    """A stateless stream of random numbers, the same bits on any machine.

    The same call gives the same numbers again: take a `child` for each purpose and
    another replicate for each repetition. An array may be drawn in any number of
    pieces, each from its own `offset`.

    Parameters
    ----------
    seed : int
        Non-negative.
    *labels : str
        Names of the purpose, not empty. Streams with different labels are independent.
    replicate : int
        Number of the repetition, in [0, 2**64).

    Notes
    -----
    Words are those of ``numpy.random.Philox`` (Salmon et al. 2011). The counter is
    (block of four words, 0, replicate, hash of the labels). Draws are computed from the
    words by + − × ÷ √ and bit operations in a fixed order. So they do not depend on
    the C library, the number of threads or the device. A single-precision draw is the
    double-precision draw rounded once.

    Examples
    --------
    >>> stream = Stream(0, "docs", "noise", replicate=3)
    >>> stream
    Stream(0, 'docs', 'noise', replicate=3)
    >>> bool((stream.normal(6)[2:] == stream.normal(4, offset=2)).all())
    True
    """

    seed: int
    labels: tuple[str, ...]
    replicate: int

    def __init__(self, seed: int, *labels: str, replicate: int = 0) -> None:
        set_once = functools.partial(object.__setattr__, self)
        set_once("seed", check_integer("seed", seed, 0, None))
        set_once("labels", tuple(_check_label(label) for label in labels))
        set_once("replicate", check_integer("replicate", replicate, 0, 2**64 - 1))

    def __repr__(self) -> str:
        arguments = [repr(a) for a in (self.seed, *self.labels)]
        if self.replicate:
            arguments.append(f"replicate={self.replicate}")
        return f"{type(self).__name__}({', '.join(arguments)})"

    def at(self, replicate: int) -> Stream:
        """The same stream at another repetition.

        Examples
        --------
        >>> Stream(0, "docs").at(7)
        Stream(0, 'docs', replicate=7)
        """
        return type(self)(self.seed, *self.labels, replicate=replicate)

    def child(self, *labels: str) -> Stream:
        """An independent stream for a part of this one's purpose.

        Examples
        --------
        >>> Stream(0, "docs").child("noise")
        Stream(0, 'docs', 'noise')
        """
        labels = (*self.labels, *labels)
        return type(self)(self.seed, *labels, replicate=self.replicate)

    def words(self, shape: Any, *, offset: int = 0) -> Any:
        """Raw uint64 words of Philox4x64-10.

        Examples
        --------
        >>> [hex(word) for word in Stream(0, "docs").words(2)]
        ['0xc4e5baccceb48782', '0x849475980672668c']
        """
        return self._draw("words", shape, offset)

    def uniform(self, shape: Any, *, offset: int = 0, dtype: Any = np.float64) -> Any:
        """Uniform draws ((word >> 12) + ½)·2⁻⁵², never 0 or 1.

        Rounded to single precision, one draw in 2**25 is 1.

        Examples
        --------
        >>> Stream(0, "docs").uniform(3).round(3).tolist()
        [0.769, 0.518, 0.943]
        """
        return self._draw("uniform", shape, offset, dtype)

    def normal(self, shape: Any, *, offset: int = 0, dtype: Any = np.float64) -> Any:
        """Standard normal draws by inversion, within ±8.21.

        Source: Wichura (1988), AS 241, applied to the uniform draw at the same
        position.

        Examples
        --------
        >>> Stream(0, "docs").normal((2, 2)).round(3).tolist()
        [[0.736, 0.045], [1.578, -1.218]]
        """
        return self._draw("normal", shape, offset, dtype)

    def exponential(
        self, shape: Any, *, offset: int = 0, dtype: Any = np.float64
    ) -> Any:
        """Standard exponential draws, −log of the uniform ones.

        Examples
        --------
        >>> Stream(0, "docs").exponential(3).round(3).tolist()
        [0.262, 0.658, 0.059]
        """
        return self._draw("exponential", shape, offset, dtype)

    def signs(self, shape: Any, *, offset: int = 0, dtype: Any = np.float64) -> Any:
        """+1 or −1 with probability one half each, from the top bit of the word.

        Examples
        --------
        >>> Stream(0, "docs").signs(4).tolist()
        [-1.0, -1.0, -1.0, 1.0]
        """
        return self._draw("signs", shape, offset, dtype)

    def integers(self, high: int, shape: Any, *, offset: int = 0) -> Any:
        """Integers in [0, high), `high` at most 2**63 − 1.

        The high 64 bits of word·high. Each probability is off by at most 2**-64, all
        of them together by at most high/2**64. No word is rejected, so that positions
        stay fixed.

        Examples
        --------
        >>> Stream(0, "docs").integers(6, 8).tolist()
        [4, 3, 5, 0, 0, 0, 1, 0]
        """
        high = check_integer("high", high, 1)
        return self._draw("integers", shape, offset, None, high)

    def dirichlet(self, shape: Any, *, offset: int = 0, dtype: Any = np.float64) -> Any:
        """Dirichlet(1, ..., 1) points of the simplex along the last axis.

        Exponential draws divided by their sum, which is added up from left to right.
        `offset` counts numbers, not points.

        Examples
        --------
        >>> Stream(0, "docs").dirichlet((2, 3)).round(3).tolist()
        [[0.268, 0.672, 0.06], [0.317, 0.405, 0.278]]
        """
        shape = check_shape("shape", shape)
        if not shape:
            raise ValueError("shape of Dirichlet draws must have at least one axis")
        return self._draw("dirichlet", shape, offset, dtype, shape[-1])

    def permutation(self, n: int) -> Any:
        """A random order of 0, ..., n − 1: the stable argsort of `n` words.

        Examples
        --------
        >>> Stream(0, "docs").permutation(5).tolist()
        [4, 3, 1, 0, 2]
        """
        return self._order(self.words(check_integer("n", n, 0, MOST_ENTRIES)))

    def bit_generator(self, *, offset: int = 0) -> np.random.Philox:
        """NumPy's generator of the same words, for libraries that ask for one.

        `offset` must be a multiple of 4, the number of words in a block.

        Examples
        --------
        >>> stream = Stream(0, "docs")
        >>> rng = np.random.Generator(stream.bit_generator())
        >>> bool((stream.bit_generator().random_raw(9) == stream.words(9)).all())
        True
        """
        block, skip = divmod(_check_offset(offset, 0), _WORDS_PER_BLOCK)
        if skip:
            raise ValueError(f"offset must be a multiple of 4, got {offset}")
        replicate, purpose, *key = self._coordinates()
        # NumPy increments the counter before the first block.
        counter = (block | replicate << 128 | purpose << 192) - 1
        # A list would be rounded through float64.
        key_words = np.array(key, dtype=np.uint64)
        return np.random.Philox(key=key_words, counter=counter % 2**256)

    def _draw(
        self, kind: str, shape: Any, offset: int, dtype: Any = None, *extra: int
    ) -> Any:
        shape = check_shape("shape", shape)
        dtype = None if kind in ("words", "integers") else _check_dtype(dtype)
        n = math.prod(shape)
        values = self._fill(kind, n, _check_offset(offset, n), *extra)
        if dtype is not None:
            values = values.astype(dtype, copy=False)
        return values.reshape(shape)

    def _fill(self, kind: str, n: int, offset: int, *extra: int) -> Any:
        """`n` draws from position `offset`; other devices override this."""
        from refgen.kernels.random import fill

        return fill(kind, n, offset, self._coordinates(), *extra)

    def _order(self, words: Any) -> Any:
        """The stable argsort as int64; other devices override this."""
        return words.argsort(kind="stable").astype(np.int64, copy=False)

    def _coordinates(self) -> tuple[int, int, int, int]:
        """Words 2 and 3 of the counter and the two of the key."""
        return (self.replicate, _purpose(self.labels), *_key(self.seed))


@functools.lru_cache(maxsize=1024)
def _key(seed: int) -> tuple[int, int]:
    first, second = np.random.SeedSequence(seed).generate_state(2, np.uint64)
    return int(first), int(second)


@functools.lru_cache(maxsize=1024)
def _purpose(labels: tuple[str, ...]) -> int:
    digest = hashlib.blake2b(_SEPARATOR.join(labels).encode(), digest_size=8)
    return int.from_bytes(digest.digest(), "little")


def _check_label(label: Any) -> str:
    if not isinstance(label, str):
        raise TypeError(f"labels must be strings, got {shown(label)}")
    if not label or _SEPARATOR in label:
        raise ValueError(
            f"labels must be non-empty and without \\x1f, which separates them; "
            f"got {label!r}"
        )
    return str(label)


def check_shape(name: str, shape: Any) -> tuple[int, ...]:
    """The lengths of an array's axes.

    Parameters
    ----------
    name : str
        Name of the argument.
    shape : int, or tuple, list or array of them
        The array may be on a device: refgen_gpu moves tuples of numbers there.

    Raises
    ------
    TypeError
        If a length is not an integer.
    ValueError
        If a length is negative, or the array would have more than 2**40 numbers.

    Examples
    --------
    >>> check_shape("shape", 3), check_shape("shape", [2, 3])
    ((3,), (2, 3))
    """
    if hasattr(shape, "ndim") and shape.ndim == 1:
        shape = shape.tolist()
    given = shape if isinstance(shape, tuple | list) else (shape,)
    each = f"each length in {name}"
    lengths = tuple(check_integer(each, length, 0) for length in given)
    if math.prod(lengths) > MOST_ENTRIES:
        raise ValueError(
            f"{name} must be that of an array of at most 2**40 numbers, got "
            f"{shown(lengths)}"
        )
    return lengths


def _check_offset(offset: Any, n: int) -> int:
    offset = check_integer("offset", offset, 0, _N_POSITIONS)
    if offset + n > _N_POSITIONS:
        raise ValueError(
            f"offset + {n} draws must be at most 2**66, the positions of a stream, "
            f"got offset {offset}"
        )
    return offset


def _check_dtype(dtype: Any) -> np.dtype:
    try:
        # None would stand for float64.
        found = None if dtype is None else np.dtype(dtype)
    except TypeError:
        found = None
    if found is None or found not in (np.dtype(np.float32), np.dtype(np.float64)):
        got = shown(dtype) if found is None else found
        raise TypeError(f"dtype must be float32 or float64, got {got}")
    return found
