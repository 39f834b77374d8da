"""NumPy with other bits: what another machine may compute, deterministically.

On it falls whatever holds for NumPy's bits only. It assumes of CUDA and CuPy:

* + − × ÷ √, comparisons, sorting, and rounding to integers are IEEE's; a step of an
  elementwise function is not fused with the next one, except within one CuPy kernel
  (`arange`, `linspace`, `remainder`).
* Sums have any order (`sums`).
* Other functions are off by as much as CUDA documents (`functions`).
* Factors are those of a backward stable algorithm; signs of vectors, and bases of
  eigenspaces, are arbitrary (`factors`).
* Subnormal numbers of float32 are flushed to zero.

A function that is in none of the lists is refused, so that nobody tests with NumPy's
bits by oversight.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from . import casts, einsum, factors, functions, sums
from .exact import EXACT, flushed

_COMPUTED = (
    sums.COMPUTED
    | einsum.COMPUTED
    | functions.COMPUTED
    | factors.COMPUTED
    | casts.COMPUTED
)


@functools.cache
def perturbed_arithmetic(name: str, numpy: Callable[..., Any]) -> Callable[..., Any]:
    """What computes CuPy's function `name` in place of NumPy's.

    Raises
    ------
    NotImplementedError
        For a function about whose accuracy nothing is said here.
    """
    library, _, own = name.rpartition(".")
    if library == "ndarray" and name not in _COMPUTED and f"cupy.{own}" in _COMPUTED:
        name = f"cupy.{own}"
    if name in _COMPUTED:
        return flushed(_COMPUTED[name], writes=own != "astype")
    if own in EXACT.get(library, ()):
        in_place = own.startswith("__i")
        return flushed(numpy, writes=in_place or isinstance(numpy, np.ufunc))
    raise NotImplementedError(
        f"{name}: say in support.standin.perturbed how exact it is on a device"
    )
