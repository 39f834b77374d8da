"""``refgen audit``: what a file of predictions says, on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from refgen.report_files import InputError, check_writable, write_report

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from refgen.disagreement import DisagreementAudit

# Why refgen_gpu has no such module.
NOT_MIRRORED = "part of the command line"


@click.group()
def audit() -> None:
    """Check theorems and estimates on your own predictions."""


@audit.command()
@click.argument("predictions", type=click.Path())
@click.option("--labels", type=click.Path(), help="True labels of the points.")
@click.option("--transpose", is_flag=True, help="The file is points × runs.")
@click.option(
    "--confidence-level",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.95,
    show_default=True,
)
@click.option(
    "--interval",
    type=click.Choice(["jackknife", "normal", "mcdiarmid"]),
    help="Default: jackknife with three runs or more, else mcdiarmid.",
)
@click.option(
    "--members",
    type=click.Choice(["argmax", "sample"]),
    default="argmax",
    show_default=True,
    help="What a run with class probabilities predicts.",
)
@click.option("--json", "json_path", type=click.Path(), help="Write the result here.")
@click.pass_context
def disagreement(
    context: click.Context,
    predictions: str,
    labels: str | None,
    transpose: bool,
    confidence_level: float,
    interval: str | None,
    members: str,
    json_path: str | None,
) -> None:
    """Estimate the test error of runs from their disagreement.

    PREDICTIONS is a .npy, .npz, .csv or .parquet file of shape runs × points (labels)
    or runs × points × classes (probabilities). With --labels, error, calibration and
    the theorems' bounds are measured too. Exit status: 0; 1 if a bound fails on the
    data; 2 for input that cannot be used.
    """
    from refgen.disagreement import audit, read_labels, read_predictions

    if json_path is not None:
        check_writable(Path(json_path))
    try:
        result = audit(
            read_predictions(predictions, transpose=transpose),
            None if labels is None else read_labels(labels),
            confidence_level,
            interval,  # type: ignore[arg-type]  # one of the choices above
            members=members,  # type: ignore[arg-type]
        )
    except (ValueError, TypeError, ImportError) as error:
        raise InputError(str(error)) from error
    _print(result)
    if json_path is not None:
        values = json.dumps(
            result.to_dict(), indent=2, ensure_ascii=False, allow_nan=False
        )
        write_report(Path(json_path), values + "\n")
    if not result.holds:
        context.exit(1)


def _print(result: DisagreementAudit) -> None:
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    what = {
        "labels": "",
        "argmax": ", likeliest class of each run",
        "sample": ", class drawn from each run's probabilities",
    }[result.members]
    console.print(
        f"{result.n_runs} runs on {result.n_points} points, "
        f"{result.n_classes} classes{what}"
    )
    console.print(_numbers(_estimate_rows(result)))
    if result.error is not None:
        console.print(_numbers(_label_rows(result)))
        console.print(_bounds(result))
        slack = max(bound.slack for bound in result.bounds)
        console.print(f"Bounds are judged within a rounding error of {slack:.1e}.")
    _print_assumptions(console, result)


def _print_assumptions(console: Console, result: DisagreementAudit) -> None:
    console.print("Assumptions:")
    for assumption in result.estimate.assumptions:
        console.print(f"- {assumption}", soft_wrap=True)


def _estimate_rows(result: DisagreementAudit) -> list[tuple[str, float]]:
    estimate = result.estimate
    level = f"{100 * estimate.confidence_level:g} % {estimate.method} interval"
    return [
        ("Estimated error (disagreement)", estimate.value),
        (f"{level}, low", estimate.low),
        (f"{level}, high", estimate.high),
        ("Disagreement of the vote shares (V)", result.disagreement_V),
        ("Floor of CACE from finitely many runs", result.finite_runs_floor),
    ]


def _label_rows(result: DisagreementAudit) -> list[tuple[str, float]]:
    rows = [
        ("Error, mean over runs", result.error),
        ("Gap: disagreement − error", result.gap_U),
        ("Gap of the vote shares (V)", result.gap_V),
        ("CACE", result.cace),
        (f"CACE in {result.n_bins} bins", result.binned_cace),
        ("Noise floor of binned CACE", result.cace_noise_floor),
        ("Squared bins, unbiased", result.squared_bins),
    ]
    return [(name, value) for name, value in rows if value is not None]


def _table(*columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE)
    for column in columns:
        table.add_column(column, justify="right" if column in _NUMERIC else "left")
    return table


_NUMERIC = ("Value", "Left", "Right")


def _numbers(rows: list[tuple[str, float]]) -> Table:
    table = _table("Quantity", "Value")
    for name, value in rows:
        table.add_row(name, f"{value:.4f}")
    return table


def _bounds(result: DisagreementAudit) -> Table:
    table = _table(
        "Claim", "Statement (gap of the vote shares)", *_NUMERIC[1:], "Holds"
    )
    for bound in result.bounds:
        table.add_row(
            bound.claim,
            bound.statement,
            f"{bound.lhs:.4f}",
            f"{bound.rhs:.4f}",
            "yes" if bound.holds else "NO",
        )
    return table
