"""Copies of the repository, and processes that work in them."""

import multiprocessing
import os
import queue
import shutil
import signal
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from mutation import trial
from mutation.stored import ROOT, source

_LEFT_OUT = shutil.ignore_patterns(".*", "shared", "*.egg-info", "build", "dist")


class Copies:
    """As many copies of the repository as work goes on at once."""

    def __init__(self, n):
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(trial.PRELOADED)
        self._n = n
        self._free = queue.SimpleQueue()

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="mutation-")
        for i in range(self._n):
            copy = Path(self._folder.name) / str(i)
            shutil.copytree(ROOT, copy, ignore=_LEFT_OUT)
            self._free.put(copy)
        return self

    def __exit__(self, *raised):
        self._folder.cleanup()

    @contextmanager
    def one(self, mutant=None):
        """A copy that nobody else uses, with the mutant planted while it is used."""
        copy = self._free.get()
        try:
            with planted(copy, mutant):
                yield copy
        finally:
            self._free.put(copy)

    def run(self, function, *args, timeout):
        """What `function` of `trial` sent, and how it ended.

        The end is "", an error, "timeout", or "died".
        """
        theirs, ours = self._context.Pipe()
        process = self._context.Process(target=_call, args=(function, theirs, *args))
        process.start()
        theirs.close()
        sent, end = _received(ours, time.monotonic() + timeout)
        _end(process)
        return sent, end


def _call(function, pipe, *args):
    end = ""
    try:
        function(lambda value: pipe.send((value, None)), *args)
    except Exception as error:
        end = f"{type(error).__name__}: {error}"
    pipe.send((None, end))


def _received(pipe, until):
    sent = []
    while pipe.poll(max(0, until - time.monotonic())):
        try:
            value, end = pipe.recv()
        except EOFError:
            return sent, "died"
        if end is not None:
            return sent, end
        sent.append(value)
    return sent, "timeout"


def _end(process):
    """End a process and what it started."""
    process.join(0.2)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.join()


@contextmanager
def planted(copy, mutant):
    """Change the mutant's file in a copy for a while; its text and time come back."""
    if mutant is None:
        yield
        return
    path, before = copy / mutant.file, source(mutant, copy)
    times = path.stat()
    path.write_text(mutant.apply(before), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
