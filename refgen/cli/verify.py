"""``refgen verify``: verify claims and refute their false twins."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from refgen.cli._console import wide_console
from refgen.cli._endings import INTERRUPTED
from refgen.cli._files import InputError, check_directory, check_writable, write_report
from refgen.cli._output import LostOutput
from refgen.cli._progress import Progress
from refgen.cli._report import print_report
from refgen.cli._tables import ReportTables

if TYPE_CHECKING:
    from types import ModuleType

    from refgen.verify import Report


@click.command("verify")
@click.argument("ids", nargs=-1)
@click.option(
    "--profile",
    type=click.Choice(["quick", "default", "wide"]),
    default="default",
    show_default=True,
    help="How much to try.",
)
@click.option(
    "--instances",
    "n_instances",
    type=click.IntRange(min=1),
    help="Instances to scan per claim; by default the profile's number.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Seed of all random draws.",
)
@click.option(
    "--json",
    "json_path",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write the report to this file, as JSON.",
)
@click.option(
    "--backend",
    type=click.Choice(["numpy", "cupy"]),
    default="numpy",
    show_default=True,
    help="Run on the CPU (numpy) or on an NVIDIA GPU (cupy).",
)
@click.option(
    "--jobs",
    "n_jobs",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Number of processes; the report is the same for any number.",
)
@click.option(
    "--dask",
    metavar="ADDRESS|local",
    help="Run on the Dask cluster at this address; 'local' starts one of --jobs "
    "workers.",
)
@click.option(
    "--run",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Save finished work in this folder; the same command continues from there.",
)
@click.option(
    "--report",
    "report_path",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write all measurements to this folder: JSON lines, CSV and, with pyarrow, "
    "Parquet.",
)
@click.option(
    "--error-probability",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=1e-3,
    show_default=True,
    help="Bound on the probability that any Monte-Carlo decision of the run is wrong.",
)
@click.option(
    "--twins",
    is_flag=True,
    help="Print each false twin with its distance from the truth and the share of "
    "instances that refute it, and why coarse relations are kept.",
)
def command(
    ids: tuple[str, ...],
    json_path: Path | None,
    backend: str,
    report_path: Path | None,
    twins: bool,
    **options: Any,
) -> None:
    """Verify claims and refute their false twins.

    IDS are ids, globs of them ('GDE-8*'), or names of theories; all claims by default.

    Columns of the table: resolves, the relative error of a side that would have been
    seen; tightest, how near an inequality came to equality (of other claims, the
    largest error as a part of what is allowed); missed, the probability of violations
    that the scan would have missed one time in twenty; twins, how many were refuted;
    nearest, how far the nearest twin is from the truth.

    Exit status: 0 if all hold and all twins are refuted; 1 if not; 2 on wrong usage, or
    if something cannot be read or written; 70 if refgen itself fails; 130 after Ctrl-C;
    141 if nobody reads the output any more.
    """
    check_writable(json_path)
    if report_path is not None:
        check_directory(report_path)
    options["rg"] = _package(backend)
    tables = ReportTables(report_path)
    report, stopped = _run(ids, options, tables)
    failures: list[str] = []
    try:
        # Saved before anything is printed: the output may be what cannot be written.
        if json_path is not None:
            with _collected(failures):
                write_report(json_path, report.to_json())
        if stopped is not None:
            raise stopped
        print_report(wide_console(), report, twins)
        with _collected(failures):
            tables.close()
    finally:
        if failures:
            raise InputError("\n".join(failures))
    raise SystemExit(INTERRUPTED if report.interrupted else 0 if report.ok else 1)


@contextlib.contextmanager
def _collected(failures: list[str]) -> Iterator[None]:
    """Note what the user has to be told, and go on."""
    try:
        yield
    except InputError as error:
        failures.append(error.message)


def _package(backend: str) -> ModuleType:
    """The package that claims run on; a usage error if its device is missing."""
    if backend == "numpy":
        import refgen

        return refgen
    import refgen_gpu

    try:
        refgen_gpu.arrays.device_label()
    except refgen_gpu.NoDeviceError as error:
        raise click.UsageError(str(error)) from error
    return refgen_gpu


def _run(
    ids: tuple[str, ...], options: dict[str, Any], tables: ReportTables
) -> tuple[Report, LostOutput | None]:
    """The report, and why the output cannot be written, if that stopped the run."""
    from refgen.verify import ExecutorError, RunError, verify

    progress = Progress(wide_console(), _count(ids, options["profile"]))
    shown, record = progress.show, tables.record
    try:
        with _nothing_left_behind(), progress:
            report = verify(ids or None, on_result=shown, record=record, **options)
    except (RunError, ExecutorError) as error:
        raise InputError(str(error)) from error
    return report, progress.failure


@contextlib.contextmanager
def _nothing_left_behind() -> Iterator[None]:
    """Otherwise Hypothesis leaves a .hypothesis folder in the current one."""
    name = "HYPOTHESIS_STORAGE_DIRECTORY"
    if name in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory() as directory:
        os.environ[name] = directory
        try:
            yield
        finally:
            del os.environ[name]


def _count(ids: tuple[str, ...], profile: str) -> int:
    """How many claims will be verified; a usage error for an unknown id."""
    from refgen.claims import UnknownClaim
    from refgen.verify import PROFILES, select

    try:
        return len(select(ids or None, PROFILES[profile])[0])
    except UnknownClaim as error:
        raise click.UsageError(str(error)) from error
