"""``refgen audit disagreement``: test error without labels, and its theorems."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from refgen.cli._console import bound_table, number_table
from refgen.cli._files import InputError, check_writable, write_report

if TYPE_CHECKING:
    from refgen.disagreement import DisagreementAudit


@click.command("disagreement")
@click.argument("predictions", type=click.Path())
@click.option("--labels", type=click.Path(), help="True labels of the points.")
@click.option("--transpose", is_flag=True, help="The file is points × runs.")
@click.option(
    "--confidence-level",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.95,
    show_default=True,
    help="Confidence level of the interval.",
)
@click.option(
    "--interval",
    type=click.Choice(["jackknife", "normal", "hoeffding"]),
    help="By default jackknife with three runs and two points or more, else hoeffding.",
)
@click.option(
    "--members",
    type=click.Choice(["argmax", "sample"]),
    default="argmax",
    show_default=True,
    help="What a run with class probabilities predicts: the likeliest class, or a "
    "class drawn from them.",
)
@click.option(
    "--json",
    "json_path",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write the result to this file, as JSON.",
)
@click.pass_context
def command(
    context: click.Context,
    predictions: str,
    labels: str | None,
    transpose: bool,
    confidence_level: float,
    interval: str | None,
    members: str,
    json_path: Path | None,
) -> None:
    """Estimate the test error of runs from their disagreement.

    PREDICTIONS is a .npy, .npz, .csv or .parquet file of shape runs × points (labels)
    or runs × points × classes (probabilities). With --labels, error, calibration and
    the theorems' bounds are measured too. Exit status: 0; 1 if a bound fails on the
    data; 2 for input that cannot be used.
    """
    from refgen.disagreement import audit, read_labels, read_predictions

    check_writable(json_path)
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
        write_report(json_path, values + "\n")
    if not result.holds:
        context.exit(1)


def _print(result: DisagreementAudit) -> None:
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    console.print(result.headline)
    console.print(number_table(result.estimate_rows()))
    if result.bounds:
        console.print(number_table(result.label_rows()))
        bounds = bound_table("Statement (gap of the vote shares)", result.bound_rows())
        console.print(bounds)
        rounding = f"{result.slack:.1e}"
        console.print(f"Bounds are judged within a rounding error of {rounding}.")
    console.print("Assumptions:")
    for assumption in result.estimate.assumptions:
        console.print(f"- {assumption}", soft_wrap=True)
