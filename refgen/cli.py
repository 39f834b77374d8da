"""The command line: ``refgen verify | list | show | audit | doctor``."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from refgen import __version__
from refgen.audit_command import audit
from refgen.report_files import (
    InputError,
    check_directory,
    check_writable,
    unwritable,
    write_report,
)

# Why refgen_gpu has no such module.
NOT_MIRRORED = "one command line for both packages: refgen verify --backend cupy"

STYLES = {
    "HOLDS": "green",
    "REFUTED": "bold red",
    "UNDECIDED": "bold yellow",
    "POWERLESS": "bold yellow",
}


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="refgen")
def main() -> None:
    """Theorems about why learning generalizes: verified, stressed and refuted."""
    for stream in (sys.stdout, sys.stderr):
        # Statements hold Greek letters: a terminal without them shows "?" instead.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


main.add_command(audit)


def _console() -> Any:
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    # A narrower table would cut off ids and numbers: let the terminal wrap it.
    console.width = max(console.width, 80)
    return console


@main.command()
@click.argument("ids", nargs=-1)
@click.option(
    "--profile",
    type=click.Choice(["quick", "default", "wide"]),
    default="default",
    show_default=True,
    help="How much to try.",
)
@click.option("--instances", type=click.IntRange(min=1), help="Scanned per claim.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Report.")
@click.option(
    "--backend",
    type=click.Choice(["numpy", "cupy"]),
    default="numpy",
    show_default=True,
    help="Where claims run: on the CPU, or all of it on an NVIDIA GPU.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Processes; the report is the same for any number.",
)
@click.option(
    "--dask",
    metavar="ADDRESS|local",
    help="Run the tasks on a Dask cluster; 'local' starts one of --jobs workers.",
)
@click.option(
    "--run",
    "run_path",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Keep what is finished there; the same command goes on from it.",
)
@click.option(
    "--report",
    "report_path",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write all measurements there: JSON lines, CSV and, with pyarrow, Parquet.",
)
@click.option(
    "--error-probability",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=1e-3,
    show_default=True,
    help="That any Monte-Carlo decision of the run is wrong, at most.",
)
def verify(
    ids: tuple[str, ...],
    profile: str,
    instances: int | None,
    seed: int,
    json_path: Path | None,
    backend: str,
    jobs: int,
    dask: str | None,
    run_path: Path | None,
    report_path: Path | None,
    error_probability: float,
) -> None:
    """Verify claims (IDS or globs; all by default) and refute their false twins.

    Exit status: 0 if all hold and all twins are refuted, 1 if not, 2 on wrong usage,
    130 if interrupted.
    """
    check_writable(json_path)
    if report_path is not None:
        check_directory(report_path)
    options: dict[str, Any] = {
        "profile": profile,
        "n_instances": instances,
        "seed": seed,
        "rg": _package(backend),
        "n_jobs": jobs,
        "dask": dask,
        "run": run_path,
        "error_probability": error_probability,
    }
    tables = _Tables(report_path)
    with tempfile.TemporaryDirectory() as directory:
        # Otherwise Hypothesis leaves a .hypothesis folder where the user is.
        os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", directory)
        report = _run(ids, options, tables)
    if json_path is not None:
        write_report(json_path, report.to_json())
    tables.close()
    raise SystemExit(130 if report.interrupted else 0 if report.ok else 1)


class _Tables:
    """The files of --report; if they fail, that is told after all else is saved."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory
        self._error: OSError | None = None
        self._written: list[Path] = []
        self.record = None if directory is None else self._write

    def _write(self, report: Any, measurements: Any) -> None:
        from refgen.verify.measurements import write_tables

        assert self._directory is not None
        results = report.to_dict()["results"]
        try:
            self._written = write_tables(self._directory, results, measurements)
        except OSError as error:
            self._error = error

    def close(self) -> None:
        if self._directory is None:
            return
        if self._error is not None:
            raise unwritable("--report", self._directory, self._error)
        for path in self._written:
            click.echo(f"wrote {path}")


def _package(backend: str) -> Any:
    """The package that claims run on; no device is an error before any work."""
    if backend == "numpy":
        import refgen

        return refgen
    import refgen_gpu

    try:
        refgen_gpu.arrays.device_label()
    except refgen_gpu.NoDeviceError as error:
        raise click.UsageError(str(error)) from error
    return refgen_gpu


def _run(ids: tuple[str, ...], options: dict[str, Any], tables: _Tables) -> Any:
    from refgen.verify import ExecutorError, RunError
    from refgen.verify import verify as run

    console = _console()
    try:
        with _Progress(console, _selection(ids, options["profile"])) as progress:
            record = tables.record
            report = run(ids, on_result=progress.show, record=record, **options)
    except (RunError, ExecutorError) as error:
        raise InputError(str(error)) from error
    _print_report(console, report)
    return report


def _selection(ids: tuple[str, ...], profile: str) -> int:
    from refgen.claims import UnknownClaim
    from refgen.verify import PROFILES, select

    try:
        return len(select(ids, PROFILES[profile])[0])
    except UnknownClaim as error:
        raise click.UsageError(str(error)) from error


class _Progress:
    """A bar on a terminal, one plain line per claim otherwise."""

    def __init__(self, console: Any, total: int) -> None:
        from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

        self.console = console
        self.bar = Progress(
            *Progress.get_default_columns()[:2],
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self.task = self.bar.add_task("verifying", total=total)

    def __enter__(self) -> _Progress:
        self.bar.start()
        return self

    def __exit__(self, *details: object) -> None:
        self.bar.stop()

    def show(self, result: Any) -> None:
        self.bar.advance(self.task)
        if not self.console.is_terminal:
            click.echo(f"{result.id}: {result.verdict} ({result.seconds:.2f} s)")


def _print_report(console: Any, report: Any) -> None:
    from rich.table import Table

    from refgen.verify.report import HEADER, row

    where = ", ".join(sorted({result.device for result in report.results}))
    table = Table(
        title=f"refgen verify, profile {report.profile}, seed {report.seed}"
        + (f", on {where}" if where else "")
    )
    for i, name in enumerate(HEADER):
        table.add_column(name, justify="left" if i < 2 else "right")
    for result in report.results:
        cells = list(row(result))
        style = STYLES.get(result.verdict, "bold red")
        cells[1] = f"[{style}]{cells[1]}[/{style}]"
        table.add_row(*cells)
    console.print(table)
    for result in report.results:
        if not result.ok:
            _print_failure(result)
    _print_summary(report)


def _print_failure(result: Any) -> None:
    click.echo(f"\n{result.id} {result.verdict}: {result.title}")
    if result.violation:
        click.echo(f"  violated by {result.violation}")
        click.echo(f"  reproduce: python -c '{result.reproduce}'")
    if result.decision:
        click.echo(f"  {result.decision}")
    if result.error:
        click.echo(f"  error in the claim's code: {result.error}")
    for twin in result.twins:
        if twin.error:
            click.echo(f"  error in the twin {twin.text!r}: {twin.error}")
        elif not twin.refuted:
            click.echo(f"  not refuted: the twin {twin.text!r}")


def _print_summary(report: Any) -> None:
    results = report.results
    held = sum(result.verdict == "HOLDS" for result in results)
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


@main.command("list")
@click.option("--markdown", is_flag=True, help="As a Markdown table.")
def list_claims(markdown: bool) -> None:
    """Table of all claims."""
    from refgen.claims import all_claims

    if markdown:
        click.echo(markdown_table())
        return
    from rich.table import Table

    table = Table("claim", "kind", "statement", "twins")
    for claim in all_claims():
        table.add_row(claim.id, claim.kind, claim.title, str(len(claim.twins)))
    _console().print(table)


def markdown_table() -> str:
    """The table of claims as the README shows it.

    Examples
    --------
    >>> markdown_table().splitlines()[0]
    '| claim | kind | statement | source |'
    """
    from refgen.claims import all_claims

    lines = ["| claim | kind | statement | source |", "|---|---|---|---|"]
    for c in all_claims():
        cells = (c.id, c.kind, c.title, c.source)
        lines.append("| " + " | ".join(x.replace("|", "\\|") for x in cells) + " |")
    return "\n".join(lines)


@main.command()
@click.argument("id")
def show(id: str) -> None:
    """Statement, source, derivation, code and twins of a claim."""
    from refgen.claims import UnknownClaim, all_claims, get

    try:
        claim = get(id) if id in {c.id for c in all_claims()} else _unknown(id)
    except UnknownClaim as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"{claim.id} ({claim.kind})\n{claim.statement}\n")
    click.echo(f"source      {claim.source}")
    click.echo(f"domain      {claim.domain.description}")
    click.echo(f"derivation  theory/{claim.theory}.md, heading {claim.id}")
    click.echo(f"code        {claim.location}")
    for twin in claim.twins:
        click.echo(f"false twin  {twin.text}")


def _unknown(id: str) -> Any:
    """Raise the registry's error with the nearest names; globs name no one claim."""
    from refgen.claims import UnknownClaim, find

    found = find([id])
    raise UnknownClaim(f"show takes one id; {id!r} matches {[c.id for c in found]}")


@main.command()
def doctor() -> None:
    """Versions, threads and devices."""
    import importlib.metadata as metadata
    import platform

    click.echo(f"refgen {__version__}, Python {platform.python_version()}")
    for name in ("numpy", "scipy", "scikit-learn", "numba", "hypothesis"):
        click.echo(f"  {name} {metadata.version(name)}")
    for name in ("matplotlib", "pyarrow", "distributed"):
        try:
            click.echo(f"  {name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            click.echo(f"  {name} not installed (optional)")
    click.echo(f"threads: {_threads()}")
    click.echo(f"GPU: {_gpu()}")


def _threads() -> str:
    import numba
    from threadpoolctl import threadpool_info

    pools = {f"{p['internal_api']} {p['num_threads']}" for p in threadpool_info()}
    cores = os.cpu_count()
    return ", ".join(
        [f"{cores} cores", f"numba {numba.get_num_threads()}", *sorted(pools)]
    )


def _gpu() -> str:
    from refgen_gpu.backend import backend, probe

    why = probe()
    return backend().device if why is None else f"none ({why})"


if __name__ == "__main__":
    main()
