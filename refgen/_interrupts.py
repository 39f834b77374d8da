"""Ctrl-C that is noticed, even if a library swallows the KeyboardInterrupt."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import Any


class _Counter:
    """A handler of SIGINT that counts, and raises KeyboardInterrupt as usual."""

    def __init__(self) -> None:
        self.n_seen = 0

    def __call__(self, number: int, frame: Any) -> None:
        self.n_seen += 1
        raise KeyboardInterrupt


@contextlib.contextmanager
def interrupts_noticed() -> Iterator[None]:
    """Raise KeyboardInterrupt at the end if Ctrl-C came within the context.

    Libraries may catch it where it is raised, or it may be raised where Python drops
    exceptions. A handler that the user's program has set is left in charge; the one
    that was there before is there again afterwards.

    Examples
    --------
    >>> before = signal.getsignal(signal.SIGINT)
    >>> with interrupts_noticed():
    ...     pass
    >>> signal.getsignal(signal.SIGINT) is before
    True
    """
    handler = signal.getsignal(signal.SIGINT)
    if isinstance(handler, _Counter):  # within another such context
        counter, replaced = handler, False
    elif handler is signal.default_int_handler and _in_main_thread():
        counter, replaced = _Counter(), True
    else:
        yield
        return
    before = counter.n_seen
    if replaced:
        signal.signal(signal.SIGINT, counter)
    try:
        yield
    finally:
        if replaced:
            signal.signal(signal.SIGINT, handler)
        if counter.n_seen > before:
            raise KeyboardInterrupt


@contextlib.contextmanager
def interrupts_deferred() -> Iterator[None]:
    """Let Ctrl-C wait until the end of the context, which must be short.

    Examples
    --------
    >>> with interrupts_deferred():
    ...     pass
    """
    handler = signal.getsignal(signal.SIGINT)
    if not callable(handler) or not _in_main_thread():
        yield
        return
    seen: list[int] = []
    signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if seen:
            signal.raise_signal(signal.SIGINT)


@contextlib.contextmanager
def deaf_children() -> Iterator[None]:
    """Processes that are started within the context do not notice Ctrl-C.

    It reaches all processes of a terminal, and may come before a worker can say that it
    leaves it to its parent. Threads that are started within the context start processes
    like that later, too.

    Examples
    --------
    >>> with deaf_children():
    ...     pass
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    from multiprocessing import resource_tracker

    # Started by the first process that needs it, it would let Ctrl-C through again.
    resource_tracker.ensure_running()
    with interrupts_deferred():
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _in_main_thread() -> bool:
    # Python lets no other thread set handlers.
    return threading.current_thread() is threading.main_thread()
