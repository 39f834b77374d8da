"""``refgen verify``: verify claims and refute their false twins."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from refgen.cli._console import wide_console
from refgen.cli._files import InputError, check_directory, check_writable, write_report
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
    """Verify claims (IDS or globs; all by default) and refute their false twins.

    Columns of the table: resolves, the relative error of a side that would have been
    seen; tightest, how near an inequality came to equality (of other claims, the
    largest error as a part of what is allowed); missed, the probability of violations
    that the scan would have missed one time in twenty; twins, how many were refuted;
    nearest, how far the nearest twin is from the truth.

    Exit status: 0 if all hold and all twins are refuted, 1 if not, 2 on wrong usage,
    130 if interrupted.
    """
    check_writable(json_path)
    if report_path is not None:
        check_directory(report_path)
    options["rg"] = _package(backend)
    tables = ReportTables(report_path)
    with tempfile.TemporaryDirectory() as directory:
        # Otherwise Hypothesis leaves a .hypothesis folder in the current one.
        os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", directory)
        report = _run(ids, options, tables, twins)
    if json_path is not None:
        write_report(json_path, report.to_json())
    tables.close()
    raise SystemExit(130 if report.interrupted else 0 if report.ok else 1)


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
    ids: tuple[str, ...], options: dict[str, Any], tables: ReportTables, twins: bool
) -> Report:
    from refgen.verify import ExecutorError, RunError, verify

    console = wide_console()
    try:
        with Progress(console, _count(ids, options["profile"])) as progress:
            record = tables.record
            report = verify(ids, on_result=progress.show, record=record, **options)
    except (RunError, ExecutorError) as error:
        raise InputError(str(error)) from error
    print_report(console, report, twins)
    return report


def _count(ids: tuple[str, ...], profile: str) -> int:
    """How many claims will be verified; a usage error for an unknown id."""
    from refgen.claims import UnknownClaim
    from refgen.verify import PROFILES, select

    try:
        return len(select(ids, PROFILES[profile])[0])
    except UnknownClaim as error:
        raise click.UsageError(str(error)) from error
