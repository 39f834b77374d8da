"""``refgen audit distillation``: what a student does differently from its teacher."""

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
    from refgen.cli.audits._answers import Pair
    from refgen.distillation import StudentTeacherDeviation


@click.command("distillation")
@click.argument("teacher", type=click.Path())
@click.argument("student", type=click.Path())
@click.option("--labels", type=click.Path(), help="True labels of the points.")
@names_options("teacher-", "the teacher's predictions")
@names_options("student-", "the student's predictions")
@names_options("labels-", "the labels")
@level_option()
@click.option(
    "--clip",
    type=click.FloatRange(0, 0.5, min_open=True, max_open=True),
    default=1e-12,
    show_default=True,
    help="The least probability, and the least distance of one from 1, that has a "
    "logit of its own.",
)
@json_option()
@click.pass_context
def command(
    context: click.Context,
    teacher: str,
    student: str,
    labels: str | None,
    teacher_header: bool | None,
    teacher_index_col: tuple[str, ...],
    student_header: bool | None,
    student_index_col: tuple[str, ...],
    labels_header: bool | None,
    labels_index_col: tuple[str, ...],
    confidence_level: float,
    clip: float,
    json_path: Path | None,
) -> None:
    """Compare what a student and its teacher predict for the same points.

    TEACHER and STUDENT are .npy, .npz, .csv or .parquet files: class probabilities with
    a row for each point and a column for each class, one column of probabilities of the
    second of two classes, or one column of predicted classes. An .npz file may hold all
    three as arrays called teacher, student and labels. What was read is printed first,
    and what is doubtful is said on stderr.

    With --labels, errors and the student's gain are measured too. Exit status: 0; 1 if
    a bound fails on the data; 2 for input that cannot be used.
    """
    from refgen.cli.audits._answers import Pair
    from refgen.cli.audits._reading import table_options
    from refgen.distillation.deviation import deviation_of

    check_writable(json_path)
    try:
        with doubts_on_stderr():
            given = Pair.read(
                (teacher, table_options("teacher", teacher_header, teacher_index_col)),
                (student, table_options("student", student_header, student_index_col)),
                (labels, table_options("labels", labels_header, labels_index_col)),
            )
            result = deviation_of(
                given.teacher,
                given.student,
                given.labels,
                given.classes,
                confidence_level,
                clip,
                n_smallest=1,
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


def _print(given: Pair, result: StudentTeacherDeviation) -> None:
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    console.print(given.described(result.headline), soft_wrap=True)
    for rows in (result.measure_rows(), result.slope_rows(), result.label_rows()):
        if rows:
            console.print(number_table(rows))
    for remark in result.remarks:
        console.print(remark, soft_wrap=True)
    print_end(console, "Statement", result, result.assumptions)
