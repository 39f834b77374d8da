"""Section beliefs: what the tests' stand-in assumes of CuPy, against what CuPy does.

The tests ask the stand-in the same questions and want the same answers, so that this
list is what it does, not what it was meant to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from refgen_gpu.backend import Backend, backend

LIMIT = 60.0
NEEDS = ("scipy",)


class Belief(NamedTuple):
    """What the stand-in does. CuPy may be more lenient, but not stricter."""

    answer: str
    ask: Callable[[Backend], Any]


def _square(be: Backend) -> Any:
    return be.xp.ones((2, 2))


def _strict(be: Backend, function: Callable[[], Any]) -> Any:
    with be.linalg_errors():
        return function()


def _quiet(result: Any) -> str:
    """In place of meaningless numbers, which differ between libraries."""
    return "quiet"


BELIEFS = {
    "device + host array": Belief(
        "raises TypeError", lambda be: _square(be) + np.ones((2, 2))
    ),
    "exp of a list": Belief("raises TypeError", lambda be: be.xp.exp([1.0])),
    "index by a host array": Belief(
        "raises TypeError", lambda be: _square(be)[np.array([0])]
    ),
    "index by a list": Belief("raises TypeError", lambda be: _square(be)[[0]]),
    "index out of bounds": Belief(
        "raises IndexError", lambda be: be.xp.arange(3)[be.xp.asarray([5])]
    ),
    "np.asarray of a device array": Belief(
        "raises TypeError", lambda be: np.asarray(_square(be))
    ),
    "np.sum of a device array": Belief(
        "raises TypeError", lambda be: np.sum(_square(be))
    ),
    "a sum is an array": Belief(
        "() float64 4.0", lambda be: be.xp.sum(_square(be))
    ),
    "bool of a comparison": Belief(
        "True", lambda be: bool((_square(be) == 1).all())
    ),
    "max of nothing": Belief(
        "raises ValueError", lambda be: be.xp.zeros(0).max()
    ),
    "sum of nothing": Belief("() float64 0.0", lambda be: be.xp.zeros(0).sum()),
    "stable argsort of ties": Belief(
        "(4,) int64 [1, 3, 0, 2]",
        lambda be: be.xp.argsort(be.xp.asarray([1.0, 0.0, 1.0, 0.0]), kind="stable"),
    ),
    "sort puts NaN last": Belief(
        "(3,) float64 [0.0, inf, nan]",
        lambda be: be.xp.sort(be.xp.asarray([np.nan, np.inf, 0.0])),
    ),
    "maximum keeps NaN": Belief(
        "() float64 nan",
        lambda be: be.xp.maximum(be.xp.asarray(np.nan), be.xp.asarray(1.0)),
    ),
    "argmax of ties is the first": Belief(
        "() int64 1", lambda be: be.xp.asarray([0, 3, 3]).argmax()
    ),
    "rint goes to even": Belief(
        "(4,) float64 [0.0, 2.0, 2.0, -2.0]",
        lambda be: be.xp.rint(be.xp.asarray([0.5, 1.5, 2.5, -2.5])),
    ),
    "division by zero is quiet": Belief(
        "(2,) float64 [inf, nan]",
        lambda be: be.xp.asarray([1.0, 0.0]) / be.xp.asarray([0.0, 0.0]),
    ),
    "subnormal numbers survive": Belief(
        "() float64 1e-323", lambda be: be.xp.asarray(5e-324) * 2
    ),
    "cholesky of -1 is quiet": Belief(
        "quiet", lambda be: _quiet(be.xp.linalg.cholesky(-be.xp.eye(3)))
    ),
    "cholesky of -1 in linalg_errors": Belief(
        "raises LinAlgError",
        lambda be: _strict(be, lambda: be.xp.linalg.cholesky(-be.xp.eye(3))),
    ),
    "solve of a singular system is quiet": Belief(
        "quiet",
        lambda be: _quiet(be.xp.linalg.solve(be.xp.zeros((2, 2)), be.xp.ones(2))),
    ),
    "solve of a singular system in linalg_errors": Belief(
        "raises LinAlgError",
        lambda be: _strict(
            be, lambda: be.xp.linalg.solve(be.xp.zeros((2, 2)), be.xp.ones(2))
        ),
    ),
}  # fmt: skip


def answer(be: Backend, ask: Callable[[Backend], Any]) -> str:
    """What `ask` gives, or raises, in words."""
    try:
        value = ask(be)
    except Exception as error:
        return f"raises {type(error).__name__}"
    if not hasattr(value, "dtype"):
        return str(value)
    host = be.to_host(value)
    return f"{host.shape} {host.dtype} {host.tolist()}"


def compared(be: Backend, belief: Belief) -> dict[str, Any]:
    """The belief, what CuPy does, and whether they agree."""
    found = answer(be, belief.ask)
    return {"belief": belief.answer, "is": found, "agrees": found == belief.answer}


def is_harmful(result: dict[str, Any]) -> bool:
    """Whether the tests on the stand-in may pass where CuPy would fail.

    Examples
    --------
    >>> is_harmful({"belief": "raises TypeError", "is": "2.0", "agrees": False})
    False
    >>> is_harmful({"belief": "2.0", "is": "raises TypeError", "agrees": False})
    True
    """
    return not result["agrees"] and not result["belief"].startswith("raises")


def steps() -> list[str]:
    """Examples
    --------
    >>> "bool of a comparison" in steps()
    True
    """
    sizes = (8, 16, 24, 32, 33, 48, 64, 128)
    return [
        *BELIEFS,
        "out of memory is a MemoryError",
        *(f"ulps, {name}" for name in _functions()),
        "matrix product",
        *(f"eigh, {size}" for size in sizes),
    ]


def run(step: str, deadline: float) -> Iterator[dict[str, Any]]:
    be = backend()
    kind, _, name = step.partition(", ")
    if step in BELIEFS:
        yield compared(be, BELIEFS[step])
    elif kind == "ulps":
        yield _ulps(be, *_functions()[name])
    elif kind == "eigh":
        yield _eigh(be, int(name))
    elif step == "matrix product":
        yield _product_error(be)
    else:
        yield {"agrees": _out_of_memory(be), "belief": "MemoryError", "is": "another"}


def problems(step: str, result: dict[str, Any]) -> list[str]:
    """Examples
    --------
    >>> problems("q", {"belief": "2.0", "is": "3.0", "agrees": False})
    ['believed 2.0, is 3.0']
    """
    if "agrees" in result and is_harmful(result):
        return [f"believed {result['belief']}, is {result['is']}"]
    if result.get("error_over_bound", 0) > 1:
        return ["a float64 product of matrices is outside its error bound"]
    return []


def _out_of_memory(be: Backend) -> bool:
    try:
        be.xp.empty(1 << 50, dtype=np.uint8)
    except MemoryError:
        return True
    except Exception:
        return False
    return False


def _functions() -> dict[str, tuple[str, str, float, float]]:
    """By name: a library, a function of it, and a range of arguments."""
    elementwise = {
        "sqrt": (0, 1e6), "exp": (-700, 700), "log": (1e-300, 1e3), "expm1": (-1, 1),
        "log1p": (-0.999, 10), "sin": (-10, 10), "cos": (-10, 10), "tanh": (-5, 5),
        "arccos": (-1, 1), "arctan": (-10, 10),
    }  # fmt: skip
    special = {
        "erf": (-3, 3), "ndtr": (-8, 8), "ndtri": (1e-9, 1), "gammaln": (0.1, 1e3),
        "betainc": (0, 1),
    }  # fmt: skip
    return {n: ("xp", n, *r) for n, r in elementwise.items()} | {
        n: ("special", n, *r) for n, r in special.items()
    }


def _ulps(be: Backend, library: str, name: str, low: float, high: float) -> dict:
    """Largest difference from the host in units of the last place."""
    import scipy.special

    x = np.random.default_rng(0).uniform(low, high, 100_000)
    extra = (2.5, 4.0) if name == "betainc" else ()
    host = getattr(np if library == "xp" else scipy.special, name)(*extra, x)
    found = be.to_host(getattr(getattr(be, library), name)(*extra, be.xp.asarray(x)))
    worst = float(np.max(np.abs(found - host) / np.spacing(np.abs(host))))
    return {"largest": worst if np.isfinite(worst) else str(worst)}


def _product_error(be: Backend) -> dict[str, float]:
    """Wrong products of integers, and the error of others over 2γₙ|A||B|."""
    rng = np.random.default_rng(1)
    n = 512
    integers = rng.integers(-1000, 1000, (2, n, n)).astype(float)
    a, b = rng.standard_normal((2, n, n))
    product = be.to_host(be.xp.matmul(*map(be.xp.asarray, (a, b))))
    bound = 2 * n * 2.0**-53 * (np.abs(a) @ np.abs(b))
    exact = be.to_host(be.xp.matmul(*map(be.xp.asarray, integers)))
    return {
        "error_over_bound": float((np.abs(product - a @ b) / bound).max()),
        "integers_wrong": int((exact != integers[0] @ integers[1]).sum()),
    }


def _eigh(be: Backend, size: int) -> dict[str, float]:
    """The largest residual of a batch of eigendecompositions over d ε |A|."""
    xp, batch = be.xp, 2**15 // size
    rows = np.random.default_rng(2).standard_normal((batch, size, size))
    a = xp.asarray(rows + rows.swapaxes(1, 2))
    w, v = xp.linalg.eigh(a)
    residual = xp.abs(xp.matmul(a, v) - v * w[:, None]).max(axis=(1, 2))
    norms = xp.sqrt((a * a).sum(axis=(1, 2)))
    return {"residual": float((residual / norms).max()) / (size * 2.0**-52)}
