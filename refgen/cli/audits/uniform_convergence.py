"""``refgen audit uniform-convergence``: can such a bound explain a classifier?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from refgen.cli._files import InputError, check_writable
from refgen.cli.audits._options import (
    doubts_on_stderr,
    json_option,
    level_option,
    names_options,
    write_json,
)
from refgen.cli.audits._printing import print_assumptions

if TYPE_CHECKING:
    from refgen.uniform_convergence import UniformConvergenceAudit

_CLASSIFIERS = {
    "logistic": "LogisticRegression",
    "ridge": "RidgeClassifier",
    "svm": "LinearSVC",
}


@click.command("uniform-convergence")
@click.argument("points", type=click.Path())
@click.argument("labels", type=click.Path())
@names_options("", "the points")
@names_options("labels-", "the labels")
@click.option(
    "--noise-features",
    metavar="FIRST:END|NUMBERS",
    help="Columns, from 0, whose signs may be changed together without changing the "
    "law of points: 64:2064, or 3,5,6.",
)
@click.option(
    "--append-noise",
    type=click.IntRange(1),
    metavar="COLUMNS",
    help="Append so many columns of normal noise, which are then noise features.",
)
@click.option(
    "--noise",
    type=click.FloatRange(0, min_open=True),
    help="Expected squared length of the appended noise of a point.",
)
@click.option(
    "--classifier",
    type=click.Choice(list(_CLASSIFIERS)),
    default="logistic",
    show_default=True,
    help="The linear classifier of scikit-learn that learns from the samples.",
)
@click.option(
    "--intercept/--no-intercept",
    default=True,
    show_default=True,
    help="Whether the classifier has an intercept.",
)
@click.option(
    "--delta",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.05,
    show_default=True,
    help="The probability with which bounds may fail.",
)
@click.option(
    "--samples",
    "n_samples",
    type=click.IntRange(1),
    default=2,
    show_default=True,
    help="How many samples are cut from the points.",
)
@click.option(
    "--sample-size",
    type=click.IntRange(2),
    help="Points of each sample; by default as many as there are, but half at most.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=0,
    show_default=True,
    help="Of the cut into samples, and of appended noise.",
)
@level_option("the certificate")
@json_option()
def command(
    points: str,
    labels: str,
    header: bool | None,
    index_col: tuple[str, ...],
    labels_header: bool | None,
    labels_index_col: tuple[str, ...],
    noise_features: str | None,
    append_noise: int | None,
    noise: float | None,
    classifier: str,
    intercept: bool,
    json_path: Path | None,
    seed: int,
    **options: Any,
) -> None:
    """Find out what bounds by uniform convergence must admit for a classifier.

    POINTS and LABELS are .npy, .npz, .csv or .parquet files: numbers with a row for
    each point and a column for each feature, and one column of classes. A linear
    classifier learns from samples that share no points, and is tried on each sample
    with the signs of its noise features changed. If it fails there and succeeds on new
    points, a lower bound of all such bounds is certified.

    Exit status: 0, with or without a certificate; 2 for input that cannot be used.
    """
    from refgen.cli.audits._reading import table_options
    from refgen.uniform_convergence import audit

    check_writable(json_path)
    try:
        with doubts_on_stderr():
            X, y = _read(
                (points, table_options("points", header, index_col)),
                (labels, table_options("labels", labels_header, labels_index_col)),
            )
            named = _columns(noise_features, X.shape[1])
            X, named = _with_noise(X, named, append_noise, noise, seed)
            result = audit(
                _estimator(classifier, intercept),
                X,
                y,
                noise_features=named or None,
                random_state=seed,
                **options,
            )
    except (ValueError, TypeError, ImportError) as error:
        raise InputError(str(error)) from error
    try:
        # Saved first: the output may be what cannot be written.
        write_json(json_path, result)
    finally:
        _print(result)


def _read(points: Any, labels: Any) -> tuple[Any, Any]:
    """Both files; the first as a matrix."""
    from refgen._files.reading import labels_of
    from refgen.cli.audits._reading import check_names, point_names, read

    table, truth = read(*points), read(*labels)
    if table.array.ndim != 2 or table.array.dtype.kind == "U":
        raise ValueError(
            f"{table.path}: points must be numbers of shape (n_points, n_features), "
            f"got dtype {table.array.dtype} and shape {table.array.shape}"
        )
    check_names(point_names(table), truth, "points")
    return table.array, labels_of(truth)


def _columns(text: str | None, n_columns: int) -> list[int]:
    """Numbers of columns from ``FIRST:END`` or numbers with commas between them."""
    if text is None:
        return []
    parts = [part.strip() for part in text.split(":" if ":" in text else ",")]
    if not all(part.isdecimal() for part in parts) or (":" in text and len(parts) != 2):
        raise ValueError(
            f"--noise-features must be FIRST:END or numbers with commas, got {text!r}"
        )
    numbers = [int(part) for part in parts]
    named = range(*numbers) if ":" in text else numbers
    # No list of a range before its end is known to be small.
    top = numbers[1] - 1 if ":" in text else max(numbers)
    if not named or top >= n_columns:
        raise ValueError(
            f"--noise-features must name columns of the points, from 0 to "
            f"{n_columns - 1}, got {text!r}"
        )
    return list(named)


def _with_noise(
    X: Any, named: list[int], count: int | None, noise: float | None, seed: int
) -> tuple[Any, list[int]]:
    """Points with appended noise, and the numbers of all noise features."""
    from refgen.random import Stream
    from refgen.uniform_convergence import with_noise

    if (count is None) != (noise is None):
        raise ValueError("--append-noise and --noise go together; give both or neither")
    if count is None or noise is None:
        return X, named
    own = X.shape[1]
    noisy = with_noise(X, count, noise, Stream(seed, "audit", "noise"))
    return noisy, [*named, *range(own, own + count)]


def _estimator(name: str, intercept: bool) -> Any:
    from sklearn import linear_model, svm

    kind = _CLASSIFIERS[name]
    found = getattr(linear_model, kind, None) or getattr(svm, kind)
    return found(fit_intercept=intercept, random_state=0)


def _print(result: UniformConvergenceAudit) -> None:
    from rich.console import Console

    from refgen.cli._console import text_table

    console = Console(highlight=False, markup=False)
    console.print(result.verdict, soft_wrap=True)
    errors = ("Training", "Transformed", "Held out")
    console.print(text_table(("Error",), (*errors, "Interval"), result.sample_rows()))
    if result.bounds:
        rows = [(b.name, b.value, "yes" if b.vacuous else "no") for b in result.bounds]
        console.print(
            text_table(("Bound on the test error",), ("Value", "Vacuous"), rows)
        )
        for bound in result.bounds:
            console.print(f"- {bound.name}: {bound.about}", soft_wrap=True)
    print_assumptions(console, result.assumptions)
