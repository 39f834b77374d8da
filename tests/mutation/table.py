"""The table of an experiment, and whether it reaches its targets."""

from collections import Counter
from dataclasses import dataclass

from rich.table import Table

CAUGHT, BY_CLAIMS = 0.95, 0.70
_COLUMNS = ("mutants", "same", "claims", "tests", "survived", "caught", "by claims")


@dataclass(frozen=True)
class Result:
    """Who saw a mutant: "claims", "tests", "nobody"; "equivalent" if nobody can.

    `how` is the claim and its verdict, or the test.
    """

    area: str
    place: str
    what: str
    by: str
    how: str
    seconds: float


def shares(results):
    """Shares that were caught at all, and by claims; equivalent ones do not count."""
    by = Counter(result.by for result in results)
    n = max(1, len(results) - by["equivalent"])
    return (by["claims"] + by["tests"]) / n, by["claims"] / n


def reaches_targets(results):
    caught, by_claims = shares(results)
    return caught >= CAUGHT and by_claims >= BY_CLAIMS


def table(results):
    """A row for each area, and one for all; "same" are the equivalent ones."""
    shown = Table("area", title="planted errors", title_justify="left")
    shown.columns[0].no_wrap = True
    for name in _COLUMNS:
        shown.add_column(name, justify="right", no_wrap=True)
    areas = sorted({result.area for result in results})
    for area in areas:
        shown.add_row(area, *_row([r for r in results if r.area == area]))
    shown.add_section()
    shown.add_row("all", *_row(results))
    return shown


def _row(results):
    by = Counter(result.by for result in results)
    numbers = [by[name] for name in ("equivalent", "claims", "tests", "nobody")]
    return [
        *(str(n) for n in (len(results), *numbers)),
        *(f"{share:.1%}" for share in shares(results)),
    ]


def verdicts(results):
    """How often each verdict caught a mutant."""
    found = [result.how.split()[1] for result in results if result.by == "claims"]
    return ", ".join(f"{verdict} {n}" for verdict, n in Counter(found).most_common())
