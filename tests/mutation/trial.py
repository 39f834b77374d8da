"""What is run on a copy of the repository, in a process of its own."""

import os
import sys
import tempfile
import time

# Loaded before processes fork; nothing of refgen, which each process takes from a copy.
PRELOADED = ["numpy", "scipy.stats", "sklearn", "numba", "hypothesis", "joblib", "rich"]


def trace(send, root):
    """Send the functions that each claim calls: {id: [(module, qualname), …]}."""
    _enter(root)
    from support.tracing import calls_of_claims

    import refgen

    send({id: sorted(found) for id, found in calls_of_claims(refgen).items()})


def verdicts(send, root, claims, expected=None, recompile=False):
    """Verify claims one by one; send (id, verdict, seconds) of each.

    With `expected` verdicts it ends at the first claim that has another one.
    """
    _enter(root)
    with tempfile.TemporaryDirectory() as cache:
        if recompile:  # Numba's cache does not know which files a kernel calls
            _keep_compiled(cache)
        for id in claims:
            start = time.monotonic()
            verdict = _verdict(id)
            send((id, verdict, time.monotonic() - start))
            if expected is not None and verdict != expected[id]:
                return


def _verdict(id):
    try:
        from refgen.verify import verify

        return verify([id], profile="quick").results[0].verdict
    except Exception as error:
        return f"ERROR ({type(error).__name__}: {error})"


def run_tests(send, root, paths, recompile):
    """Run tests until one fails; send its name, or None."""
    _enter(root)
    import pytest

    first = _FirstFailure()
    options = ["-x", "-q", "-n0", "-p", "no:cacheprovider", f"--rootdir={root}"]
    # Hypothesis was loaded before.
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    with tempfile.TemporaryDirectory() as cache:
        if recompile:
            _keep_compiled(cache)
        code = pytest.main([*options, *paths], plugins=[first])
    send(first.name or (None if code == 0 else f"pytest ended with {code!r}"))


class _FirstFailure:
    name = None

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.name = self.name or report.nodeid

    def pytest_collectreport(self, report):
        if report.failed:
            self.name = self.name or report.nodeid


def _enter(root):
    """Use the copy at `root`, here and in processes that start from here."""
    os.setsid()
    os.chdir(root)
    sys.path[:0] = [f"{root}/tests", str(root)]
    os.environ["PYTHONPATH"] = str(root)
    # The next mutant may be as long as this one, and as old to the second.
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.dont_write_bytecode = True
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)


def _keep_compiled(directory):
    import numba

    os.environ["NUMBA_CACHE_DIR"] = numba.config.CACHE_DIR = directory
