"""The command line: ``refgen verify | list | show | audit | doctor``."""

from __future__ import annotations

import sys

import click

from refgen import __version__
from refgen.cli._discovery import CommandFiles

__all__ = ["main"]

# Why refgen_gpu has no such package.
NOT_MIRRORED = "one command line for both packages: refgen verify --backend cupy"


@click.group(
    commands=CommandFiles(__name__),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="refgen")
def main() -> None:
    """Theorems about why learning generalizes: verified, stressed and refuted."""
    for stream in (sys.stdout, sys.stderr):
        # Statements hold Greek letters: a terminal without them shows "?" instead.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
