"""What commands that audit files have in common before a file is read."""

from __future__ import annotations

import contextlib
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from refgen.cli._files import write_report


def names_options(prefix: str, what: str) -> Any:
    """The options that say what of a table are names.

    Parameters
    ----------
    prefix : str
        What the names of the options begin with.
    what : str
        The table, in the words of the help text.

    Examples
    --------
    >>> @names_options("labels-", "the labels")
    ... def command(labels_header, labels_index_col): ...
    >>> [option.opts[0] for option in command.__click_params__]
    ['--labels-index-col', '--labels-header']
    """
    header = click.option(
        f"--{prefix}header/--no-{prefix}header",
        default=None,
        help=f"Whether the first row of {what} (.csv) holds names; by default what it "
        "holds decides.",
    )
    index = click.option(
        f"--{prefix}index-col",
        multiple=True,
        metavar="NAME|NUMBER|none",
        help=f"Column of {what} that holds names of rows, by name or by number from 0; "
        "none if there is none. May be repeated.",
    )
    return lambda command: header(index(command))


def level_option(of: str = "the interval") -> Any:
    """The option for a confidence level, of what `of` says.

    Examples
    --------
    >>> @level_option()
    ... def command(confidence_level): ...
    >>> command.__click_params__[0].default
    0.95
    """
    return click.option(
        "--confidence-level",
        type=click.FloatRange(0, 1, min_open=True, max_open=True),
        default=0.95,
        show_default=True,
        help=f"Confidence level of {of}.",
    )


def json_option() -> Any:
    """The option for a file that the result is written to.

    Examples
    --------
    >>> @json_option()
    ... def command(json_path): ...
    >>> command.__click_params__[0].name
    'json_path'
    """
    return click.option(
        "--json",
        "json_path",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Write the result to this file, as JSON.",
    )


def write_json(path: Path | None, result: Any) -> None:
    """Write what ``result.to_dict()`` gives; nothing without a path."""
    if path is not None:
        values = json.dumps(
            result.to_dict(), indent=2, ensure_ascii=False, allow_nan=False
        )
        write_report(path, values + "\n")


@contextlib.contextmanager
def doubts_on_stderr() -> Iterator[None]:
    """Python's warnings in plain words, where they do not mix with the tables."""
    with warnings.catch_warnings(record=True) as doubts:
        warnings.simplefilter("always")
        try:
            yield
        finally:
            for doubt in doubts:
                click.echo(f"Warning: {doubt.message}", err=True)
