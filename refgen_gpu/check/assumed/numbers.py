"""How CuPy computes: in which order, how exactly, and whether twice the same.

Where a device answers otherwise, formulas must not rely on it; the perturbed stand-in
answers otherwise, too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen_gpu.backend import Backend
from refgen_gpu.check.assumed.belief import Belief


def _normal(be: Backend, *shape: int) -> Any:
    return be.xp.asarray(np.random.default_rng(2).standard_normal(shape))


def _whole(be: Backend, *shape: int) -> Any:
    return be.xp.asarray(np.random.default_rng(3).integers(-9, 9, shape).astype(float))


def _differ(a: Any, b: Any) -> Any:
    return (a != b).sum()


def _wrong_products(be: Backend, left: Any, right: Any) -> Any:
    """Of whole numbers, so that every order of summation gives the same."""
    wanted = (left[..., :, :, None] * right[..., None, :, :]).sum(axis=-2)
    return _differ(be.xp.matmul(left, right), wanted)


def _factors_of_fours(be: Backend, n: int) -> Any:
    return be.xp.linalg.cholesky(be.xp.broadcast_to(4 * be.xp.eye(2), (n, 2, 2)))


def _far(a: Any, b: Any) -> Any:
    return (abs(a - b) > 1e-12).sum()


def _tiny(be: Backend) -> Any:
    return be.xp.linspace(0, 1e-8, 9999)


BELIEFS = {
    "squares are products": Belief(
        "() int64 0",
        lambda be: _differ((x := _normal(be, 1 << 17)) ** 2, x * x),
        is_relied_on=False,
    ),
    "squares of whole numbers are exact": Belief(
        "() int64 0",
        lambda be: _differ((x := be.xp.arange(1 << 17) * 1.0) ** 2, x * x),
        is_relied_on=False,
    ),
    "powers of a half are roots": Belief(
        "() int64 0",
        lambda be: _differ((x := abs(_normal(be, 1 << 17))) ** 0.5, be.xp.sqrt(x)),
        is_relied_on=False,
    ),
    "a sum is the same twice": Belief(
        "() int64 0",
        lambda be: _differ((x := _normal(be, 1 << 22)).sum(), x.sum()),
    ),
    "a cumulative sum along an axis is the same twice": Belief(
        "() int64 0",
        lambda be: _differ(
            (x := _normal(be, 1 << 20)).cumsum(axis=0), x.cumsum(axis=0)
        ),
    ),
    "a cumulative sum without an axis is the same twice": Belief(
        "() int64 0",
        lambda be: _differ((x := _normal(be, 1 << 20)).cumsum(), x.cumsum()),
        is_relied_on=False,
    ),
    "a row's sum does not depend on other rows": Belief(
        "() int64 0",
        lambda be: _differ(
            (x := _normal(be, 1000, 777)).sum(axis=-1)[:1], x[:1].sum(axis=-1)
        ),
        is_relied_on=False,
    ),
    "a product of matrices is the same twice": Belief(
        "() int64 0",
        lambda be: _differ((x := _normal(be, 300, 300)) @ x, x @ x),
    ),
    "2^20 products of small matrices": Belief(
        "() int64 0",
        lambda be: _wrong_products(
            be, _whole(be, 1 << 20, 2, 3), _whole(be, 1 << 20, 3, 2)
        ),
    ),
    "2^20 products with one matrix": Belief(
        "() int64 0",
        lambda be: _wrong_products(be, _whole(be, 2, 3), _whole(be, 1 << 20, 3, 1)),
    ),
    "2^20 factors of Cholesky": Belief(
        "() int64 0",
        lambda be: _far(_factors_of_fours(be, 1 << 20), 2 * be.xp.eye(2)),
    ),
    "lexsort is stable": Belief(
        "(4,) int64 [1, 3, 0, 2]",
        lambda be: be.xp.lexsort(be.xp.asarray([[1.0] * 4, [1.0, 0.0, 1.0, 0.0]])),
    ),
    "argsort takes -0 for 0": Belief(
        "(3,) int64 [0, 1, 2]",
        lambda be: be.xp.argsort(be.xp.asarray([0.0, -0.0, 0.0]), kind="stable"),
    ),
    "argsort of rows takes -0 for 0": Belief(
        "(1, 3) int64 [[0, 1, 2]]",
        lambda be: be.xp.argsort(
            be.xp.asarray([[0.0, -0.0, 0.0]]), axis=1, kind="stable"
        ),
    ),
    "counting nothing": Belief(
        "(3,) int64 [0, 0, 0]",
        lambda be: be.xp.bincount(be.xp.zeros(0, dtype=np.int64), minlength=3),
    ),
    "a cumulative sum of truths counts": Belief(
        "(3,) int64 [1, 1, 2]",
        lambda be: be.xp.asarray([True, False, True]).cumsum(axis=0),
    ),
    "ldexp rounds to subnormal numbers": Belief(
        "() float64 1e-323", lambda be: be.xp.ldexp(be.xp.asarray(1.5), -1074)
    ),
    "exponents are 32-bit integers": Belief(
        "() int32 2", lambda be: be.xp.frexp(be.xp.asarray(3.0))[1]
    ),
    "an empty product is 0": Belief(
        "(2, 2) float64 [[0.0, 0.0], [0.0, 0.0]]",
        lambda be: be.xp.matmul(be.xp.ones((2, 0)), be.xp.ones((0, 2))),
    ),
    "exp of 0 is exact": Belief("1.0", lambda be: float(be.xp.exp(be.xp.zeros(1))[0])),
    "cos of 0 is exact": Belief("1.0", lambda be: float(be.xp.cos(be.xp.zeros(1))[0])),
    "first powers are exact": Belief(
        "() int64 0", lambda be: _differ((x := _normal(be, 1 << 17)) ** 1.0, x)
    ),
    "powers of 1 and -1 are exact": Belief(
        "(2,) float64 [-1.0, 1.0]", lambda be: be.xp.asarray([-1.0, 1.0]) ** 3.0
    ),
    "squares are even": Belief(
        "() int64 0",
        lambda be: _differ((-(x := _normal(be, 1 << 17))) ** 2.0, x**2.0),
    ),
    "exp of what is negative is at most 1": Belief(
        "() int64 0", lambda be: (be.xp.exp(-_tiny(be)) > 1).sum()
    ),
    "cos is at most 1": Belief(
        "() int64 0", lambda be: (be.xp.cos(_tiny(be)) > 1).sum()
    ),
    "powers of what is below 1 are at most 1": Belief(
        "() int64 0", lambda be: ((1 - _tiny(be)) ** 0.1 > 1).sum()
    ),
}
