"""``refgen list``: the claims and the theories that there are."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from refgen.cli._console import wide_console

if TYPE_CHECKING:
    from rich.table import Table


@click.command("list")
@click.option("--theories", is_flag=True, help="List theories instead of claims.")
@click.option(
    "--markdown",
    is_flag=True,
    help="Print Markdown: the file CLAIMS.md, or the README's table of theories.",
)
def command(theories: bool, markdown: bool) -> None:
    """List all claims."""
    if markdown:
        from refgen.cli._markdown import claims_page, theory_table

        click.echo(theory_table() if theories else claims_page())
    else:
        wide_console().print(_theories() if theories else _claims())


def _claims() -> Table:
    from rich.table import Table

    from refgen.claims import all_claims

    table = Table("claim", "kind", "statement", "twins")
    for claim in all_claims():
        table.add_row(claim.id, claim.kind, claim.title, str(len(claim.twins)))
    return table


def _theories() -> Table:
    from rich.table import Table

    from refgen.claims import all_claims

    table = Table("theory", "claims")
    for theory, count in Counter(claim.theory for claim in all_claims()).items():
        table.add_row(theory, str(count))
    return table
