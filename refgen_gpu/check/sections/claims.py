"""Section claims: every claim verified on the device.

On the device a scan of a million instances is a few dozen launches a formula, and each
instance of the search is as many launches for one instance: few examples, then, and
Monte-Carlo claims are left undecided early.
"""

from __future__ import annotations

import functools
import os
import tempfile
from collections.abc import Iterator
from typing import Any

import refgen_gpu
from refgen import claims as registry
from refgen import verify as engine

LIMIT = 120.0

PROFILE = engine.Profile("device", 1_000_000, 20, slow=True, draws=2**14)


def steps() -> list[str]:
    """Claims, slow ones last: they would keep the others from being reached.

    Examples
    --------
    >>> "GDE-6" in steps()
    True
    """
    chosen = engine.select(None, PROFILE)[0]
    return [claim.id for claim in sorted(chosen, key=lambda c: (c.slow, c.cost, c.id))]


def run(step: str, deadline: float) -> Iterator[dict[str, Any]]:
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", _storage().name)
    yield shown(engine.verify_claim(registry.get(step), PROFILE, rg=refgen_gpu))


@functools.cache
def _storage() -> tempfile.TemporaryDirectory:
    """A folder for examples that ends with the process."""
    return tempfile.TemporaryDirectory(prefix="refgen-claims-")


def shown(result: Any) -> dict[str, Any]:
    """What the record keeps of a `refgen.verify.ClaimResult`."""
    kept = {
        "verdict": result.verdict,
        "n_instances": result.n_instances,
        "tightness": result.tightness,
        "twins_refuted": f"{result.n_twins_refuted}/{len(result.twins)}",
        "seconds": round(result.seconds, 2),
        "device": result.device,
    }
    errors = [result.error, *(twin.error for twin in result.twins)]
    details = [text[:2000] for text in (result.reproduce, *errors) if text]
    return kept | ({"details": details} if details else {})


def problems(step: str, result: dict[str, Any]) -> list[str]:
    """Examples
    --------
    >>> problems("A", {"verdict": "REFUTED", "details": ["x = 1\\ny = 2"]})
    ['REFUTED; x = 1']
    >>> problems("A", {"verdict": "HOLDS", "twins_refuted": "1/2"})
    ['1/2 twins refuted']
    """
    if result["verdict"] != "HOLDS":
        details = [text.splitlines()[0] for text in result.get("details", ())]
        return ["; ".join([result["verdict"], *details])]
    refuted, _, twins = result["twins_refuted"].partition("/")
    return [] if refuted == twins else [f"{result['twins_refuted']} twins refuted"]
