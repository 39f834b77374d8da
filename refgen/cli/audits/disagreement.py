"""``refgen audit disagreement``: test error without labels, and its theorems."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from refgen.cli._console import number_table
from refgen.cli._files import InputError, check_writable
from refgen.cli.audits._options import (
    doubts_on_stderr,
    json_option,
    level_option,
    names_options,
    write_json,
)
from refgen.cli.audits._printing import print_end

if TYPE_CHECKING:
    from refgen.cli.audits._runs import Input
    from refgen.disagreement import DisagreementAudit


@click.command("disagreement")
@click.argument("predictions", type=click.Path())
@click.option("--labels", type=click.Path(), help="True labels of the points.")
@click.option(
    "--transpose/--no-transpose",
    default=None,
    help="The file has a row for each point and a column for each run; by default a "
    "row for each run.",
)
@names_options("", "the predictions")
@names_options("labels-", "the labels")
@level_option()
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
@json_option()
@click.pass_context
def command(
    context: click.Context,
    predictions: str,
    labels: str | None,
    transpose: bool | None,
    header: bool | None,
    index_col: tuple[str, ...],
    labels_header: bool | None,
    labels_index_col: tuple[str, ...],
    confidence_level: float,
    interval: str | None,
    members: str,
    json_path: Path | None,
) -> None:
    """Estimate the test error of runs from their disagreement.

    PREDICTIONS is a .npy, .npz, .csv or .parquet file of shape runs × points (labels)
    or runs × points × classes (probabilities; .npy and .npz). A table that pandas wrote
    with a column for each run needs --transpose. What was read is printed first, and
    what is doubtful is said on stderr.

    With --labels, error, calibration and the theorems' bounds are measured too. Exit
    status: 0; 1 if a bound fails on the data; 2 for input that cannot be used.
    """
    from refgen.cli.audits._reading import table_options
    from refgen.cli.audits._runs import Input
    from refgen.disagreement.audits import audited

    check_writable(json_path)
    try:
        with doubts_on_stderr():
            given = Input.read(
                (predictions, table_options("predictions", header, index_col)),
                (labels, table_options("labels", labels_header, labels_index_col)),
                transpose,
            )
            result = audited(
                given.predictions,
                given.labels,
                confidence_level,
                interval,  # type: ignore[arg-type]  # one of the choices above
                members=members,  # type: ignore[arg-type]
            )
    except (ValueError, TypeError, ImportError) as error:
        raise InputError(str(error)) from error
    try:
        # Saved first: the output may be what cannot be written.
        write_json(json_path, result)
    finally:
        _print(given, result)
    if not result.holds:
        context.exit(1)


def _print(given: Input, result: DisagreementAudit) -> None:
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    console.print(given.described(result.headline), soft_wrap=True)
    console.print(number_table(result.estimate_rows()))
    if result.bounds:
        console.print(number_table(result.label_rows()))
    statement = "Statement (gap of the vote shares)"
    print_end(console, statement, result, result.estimate.assumptions)
