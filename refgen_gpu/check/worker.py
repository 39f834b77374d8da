"""What a worker process does: one step after the other, telling what it finds."""

from __future__ import annotations

import importlib
import importlib.util
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from refgen_gpu.backend import backend
from refgen_gpu.check.health import why_silent
from refgen_gpu.check.plain import not_finite, plain

# Seconds between two looks at whether the parent is alive.
_WATCH = 0.5

Tell = Callable[[dict[str, Any]], None]


def serve(
    connection: Connection, log: Path, parent: int, prepare: str | None = None
) -> None:
    """Answer the parent's requests until it goes away.

    A request is a module of `refgen_gpu.check.sections`, a step of it (None asks for
    the list of steps), and seconds. While a step runs, what it has found so far is
    sent as ``("partial", result)``; its end is ``("done", answer)``.

    Parameters
    ----------
    connection : Connection
    log : path
        Where the process writes what it prints.
    parent : int
        Process with which this one ends, and all that it has started.
    prepare : str, optional
        ``"module:function"`` to call first; tests choose the backend with it.
    """
    os.setsid()  # its own children end with it, and no Ctrl-C reaches them
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _print_to(log)
    if prepare is not None:
        module, _, name = prepare.partition(":")
        getattr(importlib.import_module(module), name)()
    connection.send(("ready", backend().device))
    while True:
        try:
            section, step, seconds = connection.recv()
        except EOFError:
            return
        answer = performed(
            section, step, seconds, lambda r: connection.send(("partial", r))
        )
        sys.stdout.flush()
        sys.stderr.flush()
        connection.send(("done", answer))


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_WATCH)
    os.killpg(0, signal.SIGKILL)


def _print_to(log: Path) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    os.close(descriptor)
    # A crash loses what is in a buffer.
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]


def performed(
    section: str, step: str | None, seconds: float, tell: Tell
) -> dict[str, Any]:
    """How a step ended: `status`, `result`, `problems`, and whether the device answers.

    Examples
    --------
    >>> performed("refgen_gpu.check.sections.nowhere", "a", 1.0, print)["status"]
    'missing package: refgen_gpu.check.sections.nowhere'
    """
    found: dict[str, Any] = {}
    problems: list[str] = []
    try:
        module = importlib.import_module(section)
        if step is None:
            found = {"steps": module.steps(), "limit": module.LIMIT}
        else:
            status = _missing(module, step)
            if status:
                return _answer(status, {}, [])
            for result in module.run(step, time.monotonic() + seconds):
                if not isinstance(result, dict):
                    raise TypeError(f"its result is no dictionary: {plain(result)}")
                found = result
                tell(plain(found))
            problems = [*module.problems(step, found), *not_finite(found)]
    except ModuleNotFoundError as error:
        return _answer(f"missing package: {error.name}", found, [])
    except Exception as error:
        traceback.print_exc()
        return _answer(failed(error), found, [])
    return _answer("finished", found, problems)


def failed(error: Exception) -> str:
    """The status of a step that raised `error`; its first line tells most.

    Examples
    --------
    >>> failed(ValueError("x must be positive\\ngot -1"))
    'failed: ValueError: x must be positive'
    """
    try:
        lines = str(error).strip().splitlines() or [""]
    except Exception:
        lines = ["its text cannot be shown"]
    return f"failed: {type(error).__name__}: {lines[0][:300]}"


def _missing(module: Any, step: str) -> str:
    """Which packages the step needs and does not find, as its status."""
    more = module.needs(step) if hasattr(module, "needs") else ()
    needs = (*getattr(module, "NEEDS", ()), *more)
    missing = [name for name in needs if importlib.util.find_spec(name) is None]
    return f"missing package: {', '.join(missing)}" if missing else ""


def _answer(status: str, found: dict, problems: list[str]) -> dict[str, Any]:
    finished = status == "finished"
    return {
        "status": plain(status),
        "result": plain(found),
        "problems": plain(problems if finished else [status, *problems]),
        "silent": plain(why_silent()),
    }
