"""``refgen show``: everything about one claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from refgen.claims import Claim


@click.command("show")
@click.argument("id")
def command(id: str) -> None:
    """Show a claim's statement, source, derivation, code and twins."""
    claim = _find(id)
    click.echo(f"{claim.id} ({claim.kind})\n{claim.statement}\n")
    click.echo(f"source      {claim.source}")
    click.echo(f"domain      {claim.domain.description}")
    click.echo(f"derivation  theory/{claim.theory}.md, heading {claim.id}")
    click.echo(f"code        {claim.location}")
    for twin in claim.twins:
        click.echo(f"false twin  {twin.text}")


def _find(id: str) -> Claim:
    """The claim of that id; a usage error for an unknown id, and for a glob."""
    from refgen.claims import UnknownClaim, find

    try:
        found = find([id])
    except UnknownClaim as error:
        raise click.UsageError(str(error)) from error
    ids = [claim.id for claim in found]
    if ids != [id]:
        raise click.UsageError(f"show takes one id; {id!r} matches {ids}")
    return found[0]
