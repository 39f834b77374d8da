"""``refgen show``: everything about one claim."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from refgen.claims import Claim


@click.command("show")
@click.argument("id")
def command(id: str) -> None:
    """Show a claim's statement, source, derivation, code and twins."""
    from refgen.cli._pages import shown_path

    claim = _find(id)
    click.echo(f"{claim.id} ({claim.kind})\n{claim.statement}\n")
    click.echo(f"source      {claim.source}")
    click.echo(f"domain      {claim.domain.description}")
    click.echo(f"derivation  {shown_path(claim.theory)}, heading {claim.id}")
    click.echo(f"code        {claim.location}")
    for twin in claim.twins:
        click.echo(f"false twin  {twin.text}")


def _find(id: str) -> Claim:
    """The claim of that id; a usage error for anything else."""
    from refgen.claims import UnknownClaim, find, get

    with contextlib.suppress(UnknownClaim):
        return get(id)
    try:
        ids = [claim.id for claim in find([id])]
    except UnknownClaim as error:
        raise click.UsageError(str(error)) from error
    shown = ", ".join(ids[:5] + ["…"] * (len(ids) > 5))
    raise click.UsageError(f"show takes one id; {id!r} matches {shown}")
