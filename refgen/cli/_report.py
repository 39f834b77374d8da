"""What ``refgen verify`` prints at the end: a table, the failures, a summary."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from refgen.verify import ClaimResult, Report

STYLES = {
    "HOLDS": "green",
    "HOLDS (power untested)": "yellow",
    "LOOSE": "bold yellow",
    "REFUTED": "bold red",
    "UNDECIDED": "bold yellow",
    "POWERLESS": "bold yellow",
}


def print_report(console: Console, report: Report, twins: bool = False) -> None:
    """Print a report of any number of claims, with every twin if asked for."""
    _print_table(console, _table(report))
    for result in report.results:
        if not result.ok:
            _print_failure(result)
        if twins:
            _print_twins(result)
    _print_summary(report)


def _print_table(console: Console, table: Table) -> None:
    """Print whole cells: a narrower terminal wraps the lines."""
    from rich.measure import Measurement

    if console.width >= 100:
        table.padding = (0, 1)
    options = console.options.update(max_width=1_000)
    console.width = max(console.width, Measurement.get(console, options, table).maximum)
    console.print(table)


def _table(report: Report) -> Table:
    from rich import box
    from rich.table import Table

    from refgen.verify.report import HEADER, row

    where = ", ".join(sorted({result.device for result in report.results}))
    table = Table(
        title=f"refgen verify, profile {report.profile}, seed {report.seed}"
        + (f", on {where}" if where else ""),
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=0,
    )
    for i, name in enumerate(HEADER):
        table.add_column(name, justify="left" if i < 2 else "right", no_wrap=True)
    for result in report.results:
        cells = list(row(result))
        style = STYLES.get(result.verdict, "bold red")
        cells[1] = f"[{style}]{cells[1]}[/{style}]"
        table.add_row(*cells)
    return table


def _print_failure(result: ClaimResult) -> None:
    click.echo(f"\n{result.id} {result.verdict}: {result.title}")
    if result.violation:
        click.echo(f"  violated by {result.violation}")
        click.echo(f"  reproduce: python -c {shlex.quote(result.reproduce or '')}")
    if result.decision:
        click.echo(f"  {result.decision}")
    if result.error:
        click.echo(f"  error in the claim's code: {result.error}")
    for loose in result.loose:
        click.echo(f"  loose: {loose}")
    for twin in result.twins:
        if twin.error:
            click.echo(f"  error in the twin {twin.text!r}: {twin.error}")
        elif not twin.refuted:
            click.echo(f"  not refuted: the twin {twin.text!r}")


def _print_twins(result: ClaimResult) -> None:
    from refgen.claims.resolution import per_cent

    click.echo(f"{result.id}: {result.title}")
    for twin in result.twins:
        told = ["refuted" if twin.refuted else "not refuted"]
        if twin.refuted and twin.share == 0:
            told[0] += ", though by none of the scanned instances"
        elif twin.refuted and twin.share is not None:
            told[0] += f" by {100 * twin.share:.3g} % of the scanned instances"
        if twin.distance is not None:
            told.append(f"off by {per_cent(twin.distance)}")
        if twin.reason:
            told.append(f"no nearer one: {twin.reason}")
        click.echo(f"  twin {twin.text!r}: {', '.join(told)}")
    for reason in result.reasons:
        click.echo(f"  kept although coarse: {reason}")


def _print_summary(report: Report) -> None:
    results = report.results
    held = sum(result.ok for result in results)
    refuted = sum(result.n_twins_refuted for result in results)
    twins = sum(len(result.twins) for result in results)
    seconds = sum(result.seconds for result in results)
    click.echo(
        f"{held} of {len(results)} claims hold, {refuted} of {twins} false twins "
        f"refuted, {seconds:.1f} s"
    )
    if report.n_monte_carlo:
        click.echo(report.spending)
    if report.left_out:
        click.echo(
            f"left out of profile {report.profile} as too slow: "
            f"{', '.join(report.left_out)}"
        )
    if report.interrupted:
        click.echo("interrupted: the table shows what was finished")
