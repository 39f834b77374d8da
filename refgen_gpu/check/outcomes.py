"""A plugin of pytest that keeps every outcome, whatever happens to the process.

It selects tests whose fixture `device` is the one asked for, leaves out those that have
an outcome, and stops when the device no longer answers: the tests that follow would
fail for nothing.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from refgen_gpu.check import journal
from refgen_gpu.check.health import why_silent

_LENGTH = 200


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--outcomes", type=Path, help="file to which they are appended")
    parser.addoption("--on-device", help="run only tests with this fixture `device`")
    parser.addoption("--part", default="1/1", help="of these tests, such as 1/4")


def pytest_configure(config: pytest.Config) -> None:
    names = ("--outcomes", "--on-device", "--part")
    config.pluginmanager.register(_Outcomes(*map(config.getoption, names)))


class _Outcomes:
    def __init__(self, path: Path, device: str, part: str) -> None:
        self.path, self.device = path, device
        self.part, self.parts = map(int, part.split("/"))
        self.settled = set(journal.read(path).outcomes)
        self.reports: list[pytest.TestReport] = []

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        self.session = session

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.passed:
            return
        word, why = _judged([report])
        journal.outcome(self.path, report.nodeid, word, why)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        chosen = [item for item in items if _device_of(item) == self.device]
        chosen = chosen[self.part - 1 :: self.parts]
        journal.note(self.path, collected=[item.nodeid for item in chosen])
        kept = [item for item in chosen if item.nodeid not in self.settled]
        config.hook.pytest_deselected(items=[i for i in items if i not in kept])
        items[:] = kept

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.reports = []
        journal.note(self.path, started=nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.reports.append(report)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        word, why = _judged(self.reports)
        # Kernels run behind the back of the host: a test may pass and leave an error.
        silent = why_silent()
        if silent is not None:
            word, why = "failed", _joined([why, f"the device fell silent: {silent}"])
            self.session.shouldstop = "the device does not answer"
        journal.outcome(
            self.path, nodeid, word, why, sum(r.duration for r in self.reports)
        )


def _device_of(item: pytest.Item) -> Any:
    """The parameter of the fixture `device`; names of files may say "gpu", too."""
    callspec = getattr(item, "callspec", None)
    return None if callspec is None else callspec.params.get("device")


def _judged(reports: list[Any]) -> tuple[str, str]:
    """The outcome of a test's setup, call and teardown, and the reason for it."""
    for report in reports:
        if report.failed:
            before = "" if report.when == "call" else f"{report.when}: "
            return "failed", before + first_error(report.longreprtext)
    for report in reports:
        reason = getattr(report, "wasxfail", None)
        if reason is not None:
            word = "xfailed" if report.skipped else "xpassed"
            return word, _joined(["should fail", reason], ": ")
        if report.skipped:
            return "skipped", report.longrepr[2].removeprefix("Skipped: ")
    return "passed", ""


def first_error(text: str) -> str:
    """The first lines of a traceback that begin with E, in one line.

    Examples
    --------
    >>> first_error("a.py:1: in f\\n    g()\\nE   ValueError: no\\nE     number")
    'ValueError: no number'
    >>> first_error("[XPASS(strict)] known")
    '[XPASS(strict)] known'
    """
    lines = text.splitlines()
    after = itertools.dropwhile(lambda line: not _is_error(line), lines)
    errors = [line[1:] for line in itertools.takewhile(_is_error, after)]
    return _joined(" ".join(errors or lines[-1:]).split(), " ")


def _is_error(line: str) -> bool:
    return line == "E" or line.startswith("E ")


def _joined(parts: list[str], by: str = "; ") -> str:
    text = by.join(filter(None, parts))
    return text if len(text) <= _LENGTH else f"{text[: _LENGTH - 1]}…"
