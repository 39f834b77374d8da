"""The group of all commands."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from refgen import __version__
from refgen.cli._discovery import CommandFiles
from refgen.cli._endings import exit_status


class Program(click.Group):
    """A group of commands that ends as `refgen.cli._endings` says."""

    def main(  # type: ignore[override]  # it always exits
        self, args: Sequence[str] | None = None, prog_name: str = "refgen", **extra: Any
    ) -> NoReturn:
        """Run the command that the arguments name, and exit."""
        raise SystemExit(exit_status(lambda: self.answer(args, prog_name, **extra)))

    def answer(
        self, args: Sequence[str] | None = None, name: str = "refgen", **extra: Any
    ) -> int:
        """Run the command that the arguments name; 0, or `click.exceptions.Exit`."""
        import sys

        if "_REFGEN_COMPLETE" in os.environ:  # a shell asks how to complete a word
            super().main(args, name, **extra)
        given = list(sys.argv[1:] if args is None else args)
        with self.make_context(name, given, **extra) as context:
            self.invoke(context)
        return 0


@click.group(
    cls=Program,
    commands=CommandFiles("refgen.cli"),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="refgen")
def main() -> None:
    """Theorems about why learning generalizes: verified, stressed and refuted."""
