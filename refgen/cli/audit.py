"""``refgen audit``: what a theory says about a user's own predictions."""

import click

from refgen.cli._discovery import CommandFiles


@click.group("audit", commands=CommandFiles("refgen.cli.audits"))
def command() -> None:
    """Check theorems and estimates on your own data and predictions."""
