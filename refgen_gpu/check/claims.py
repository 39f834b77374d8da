"""Section claims: every claim verified on the device, profile wide."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from typing import Any

PROFILE = "wide"


def run(deadline: float) -> Iterator[tuple[str, Any]]:
    import refgen_gpu
    from refgen import verify as engine

    profile = engine.PROFILES[PROFILE]
    # Slow ones last: they would keep the others from being reached.
    claims = sorted(engine.select((), profile)[0], key=lambda c: (c.slow, c.cost, c.id))
    yield "profile", PROFILE
    yield "claims", [claim.id for claim in claims]
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", folder)
        for claim in claims:
            if time.monotonic() > deadline:
                return
            yield claim.id, shown(engine.verify_claim(claim, profile, rg=refgen_gpu))


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


def not_reached(results: dict[str, Any]) -> list[str]:
    """Claims that were not run because the time was up.

    Examples
    --------
    >>> not_reached({"claims": ["A", "B"], "A": {"verdict": "HOLDS"}})
    ['B']
    """
    return [id for id in results.get("claims", []) if id not in results]


def problems(results: dict[str, Any]) -> list[str]:
    """Examples
    --------
    >>> problems({"claims": ["A", "B"], "A": {"verdict": "REFUTED"}})
    ['A is REFUTED', 'not reached: B']
    """
    ran = [id for id in results.get("claims", []) if id in results]
    bad = [
        f"{id} is {results[id]['verdict']}"
        for id in ran
        if results[id]["verdict"] != "HOLDS"
    ]
    late = not_reached(results)
    return bad + ([f"not reached: {', '.join(late)}"] if late else [])
