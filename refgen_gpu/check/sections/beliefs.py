"""Section beliefs: what the tests' stand-in assumes of CuPy, against what CuPy does.

The tests ask the stand-in the same questions and want the same answers, so that this
list is what it does, not what it was meant to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from refgen_gpu.backend import Backend, backend
from refgen_gpu.check.assumed import BELIEFS
from refgen_gpu.check.assumed.belief import Belief
from refgen_gpu.check.figures import FIGURES

LIMIT = 60.0
NEEDS = ("scipy",)


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
    return {
        "belief": belief.answer,
        "is": found,
        "agrees": found == belief.answer,
        "relied on": belief.is_relied_on,
    }


def is_harmful(result: dict[str, Any]) -> bool:
    """Whether the tests on the stand-in may pass where CuPy would fail.

    Examples
    --------
    >>> stricter = {"belief": "2.0", "is": "raises TypeError", "agrees": False}
    >>> is_harmful(stricter | {"relied on": True})
    True
    >>> more_lenient = {"belief": "raises TypeError", "is": "2.0", "agrees": False}
    >>> is_harmful(more_lenient | {"relied on": True})
    False
    """
    is_lenient = result["belief"].startswith("raises")
    return result["relied on"] and not result["agrees"] and not is_lenient


def steps() -> list[str]:
    """Examples
    --------
    >>> "bool of a comparison" in steps(), "figures: memory" in steps()
    (True, True)
    """
    return [*BELIEFS, *(f"figures: {name}" for name in FIGURES)]


def run(step: str, deadline: float) -> Iterator[dict[str, Any]]:
    be = backend()
    if step in BELIEFS:
        yield compared(be, BELIEFS[step])
    else:
        yield FIGURES[step.removeprefix("figures: ")](be)


def problems(step: str, result: dict[str, Any]) -> list[str]:
    """Examples
    --------
    >>> found = {"belief": "2.0", "is": "3.0", "agrees": False, "relied on": True}
    >>> problems("q", found)
    ['believed 2.0, is 3.0']
    """
    if "agrees" in result and is_harmful(result):
        return [f"believed {result['belief']}, is {result['is']}"]
    if result.get("error_over_bound", 0) > 1 or result.get("integers_wrong"):
        return ["a float64 product of matrices is outside its error bound"]
    if "MemoryError" not in result.get("too large an array raises", ["MemoryError"]):
        return ["too large an array raises no MemoryError"]
    return []
