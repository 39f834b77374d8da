"""The pages of ``theory/``: titles, first sentences, and links to headings."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

import refgen
from refgen.cli._files import InputError


def title(theory: str) -> str:
    """The title of a theory's page.

    Raises
    ------
    InputError
        If there is no such page.

    Examples
    --------
    >>> title("resmem")
    'Residual memorization (ResMem)'
    """
    return _opening(theory)[0]


def first_sentence(theory: str) -> str:
    """The first sentence of a theory's page, which says what the theory asks.

    Raises
    ------
    InputError
        If there is no such page.

    Examples
    --------
    >>> first_sentence("resmem").partition(",")[0]
    'Fit a small model'
    """
    return _opening(theory)[1]


def heading_link(theory: str, id: str) -> str:
    """Link to the derivation of a claim, as `page_link`.

    Raises
    ------
    InputError
        If there is no such page, or no heading for the claim on it.

    Examples
    --------
    >>> heading_link("disagreement", "GDE-6").partition("theory/")[2]
    'disagreement.md#gde-6--the-sharp-constant-is-one-half'
    """
    found = re.search(rf"^### ({re.escape(id)}\s.*)$", _page(theory), re.MULTILINE)
    if found is None:
        raise InputError(f"theory/{theory}.md has no heading '### {id} — …'")
    return f"{page_link(theory)}#{anchor(found[1])}"


def page_link(theory: str) -> str:
    """Link to a theory's page: in a clone relative to it, else a file's URI.

    Raises
    ------
    InputError
        If there is no such page.

    Examples
    --------
    >>> page_link("resmem").endswith("theory/resmem.md")
    True
    """
    path = shown_path(theory)
    return path.as_uri() if path.is_absolute() else path.as_posix()


def shown_path(theory: str) -> Path:
    """Where a theory's page is: in a clone relative to it, else the whole path.

    Raises
    ------
    InputError
        If there is no such page.

    Examples
    --------
    >>> shown_path("resmem").name
    'resmem.md'
    """
    package = Path(refgen.__file__).parent
    inside, beside = package / "theory", package.parent / "theory"
    name = f"{theory}.md"
    if (inside / name).is_file():  # put there by setup.py, when a wheel is built
        return inside / name
    if (beside / name).is_file():
        return Path("theory", name)
    raise InputError(f"no page {name}: neither in {inside} nor in {beside}")


def anchor(heading: str) -> str:
    """GitHub's anchor of a heading that is unlike all others of its page.

    Examples
    --------
    >>> anchor("Two classes: CACE/2 is the ECE")
    'two-classes-cace2-is-the-ece'
    """
    return "".join(c for c in heading.lower() if _is_kept(c)).replace(" ", "-")


def _is_kept(character: str) -> bool:
    # Letters, marks, decimal digits and underscores; no subscripts, no fractions.
    category = unicodedata.category(character)
    return character in " -" or category[0] in "LM" or category in ("Nd", "Pc")


@cache
def _page(theory: str) -> str:
    path = Path(refgen.__file__).parents[1] / shown_path(theory)
    return path.read_text(encoding="utf-8")


def _opening(theory: str) -> tuple[str, str]:
    """Title and first sentence."""
    found = re.match(r"# ([^\n]+)\s+(.+?[.?!])\s", _page(theory), re.DOTALL)
    if found is None:
        raise InputError(f"theory/{theory}.md must open with a title and a sentence")
    return found[1], " ".join(found[2].split())
