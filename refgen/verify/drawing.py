"""What a Monte-Carlo statement draws, look by look."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.kinds import InvalidMeasurement
from refgen.claims.model import Claim, Statement, Twin, library
from refgen.claims.sampled import Draws, Samples
from refgen.verify.draws_again import check_draws
from refgen.verify.instances import (
    check_finite,
    check_variety,
    copied,
    examples_of,
    is_unchanged,
    read_only,
)
from refgen.verify.members import require_members
from refgen.verify.search import small_instances
from refgen.verify.sums import joined, plain
from refgen.verify.tally import ClaimError, drawn, told

FIRST_LOOK = 256  # draws per instance in the first look; later looks double the total
BLOCK = 2048  # draws made at once: memory does not grow with the looks


def n_looks(draws: int) -> int:
    """Number of looks needed to reach `draws` draws per instance.

    Examples
    --------
    >>> n_looks(256), n_looks(2**15)
    (1, 8)
    """
    return max(1, int(np.ceil(np.log2(draws / FIRST_LOOK))) + 1)


def draw(
    claim: Claim, statement: Statement, rg: Any, look: int, settings: Any
) -> list[dict[str, Any]]:
    """What one look drew: a list of sites, each with its parts, as plain values.

    A site is a pinned example, a small instance that Hypothesis draws, or the batch
    that the sampler draws. Of binary or bounded draws only sums are kept, of others all
    values.

    Raises
    ------
    ClaimError
        If the claim's code fails, or its draws are not as declared.
    """
    stream = _stream(claim, statement, rg, settings)
    return [
        _draw_site(statement, rg, site, stream.child("draws", str(number)), look)
        for number, site in enumerate(_sites(statement, rg, stream, settings))
    ]


def draw_again(
    claim: Claim, statement: Statement, rg: Any, number: int, settings: Any
) -> list[dict[str, Any]]:
    """A second set of draws, of another stream, for the one instance that refutes.

    Parameters
    ----------
    claim, statement, rg, settings
        As `draw` takes them.
    number : int
        See `again_number`. There are as many draws as in the looks up to that one.
    """
    stream = _stream(claim, statement, rg, settings)
    sites = _sites(statement, rg, stream, settings)
    look, instance = divmod(number, sum(size for _, size in sites))
    rows = [batch.take(slice(i, i + 1)) for batch, size in sites for i in range(size)]
    another = stream.child("again", str(look))
    blocks = [block for each in range(look + 1) for block in _blocks(each)]
    return [_draw_blocks(statement, rg, (rows[instance], 1), another, blocks)]


def again_number(look: int, instance: int, drawn_look: list[dict[str, Any]]) -> int:
    """One number for a look and an instance of it, counted through all sites.

    Examples
    --------
    >>> again_number(2, 1, [{"instances": ["a", "b", "c"]}, {"instances": ["d"]}])
    9
    """
    return look * sum(len(site["instances"]) for site in drawn_look) + instance


def _stream(claim: Claim, statement: Statement, rg: Any, settings: Any) -> Any:
    name = statement.text if isinstance(statement, Twin) else "claim"
    return rg.random.Stream(settings.seed, claim.id, name)


def _sites(
    statement: Statement, rg: Any, stream: Any, settings: Any
) -> list[tuple[Any, int]]:
    """Batches of instances with their lengths, the same at every look."""
    single = drawn(examples_of, statement.domain)
    single += drawn(small_instances, statement, settings.small, settings.seed)
    sites = [(rg.arrays.to_device(instance).take(None), 1) for instance in single]
    if statement.domain.sample is not None:
        instances, n = stream.child("instances"), settings.simulated
        batch = drawn(statement.domain.sample, rg, instances, n)
        others = (statement.domain.sample(rg, instances.at(i), n) for i in (1, 2))
        drawn(check_variety, batch, others, rg)
        sites.append((batch, n))
    for batch, _ in sites:
        drawn(check_finite, batch)
        drawn(require_members, statement, rg, batch)
    return [(read_only(batch), size) for batch, size in sites]


def _blocks(look: int) -> Iterable[tuple[int, int]]:
    """First draw and length of each block; looks 0 … `look` have 256 · 2^look draws."""
    first = FIRST_LOOK << (look - 1) if look else 0
    end = FIRST_LOOK << look
    return [(start, min(BLOCK, end - start)) for start in range(first, end, BLOCK)]


def _draw_site(
    statement: Statement, rg: Any, site: tuple[Any, int], stream: Any, look: int
) -> dict[str, Any]:
    batch = site[0]
    before = copied(batch)
    found = _draw_blocks(statement, rg, site, stream, _blocks(look))
    with _blamed(rg, before):
        if look == 0:
            check_draws(functools.partial(_parts, statement, rg), *site, stream, rg)
        if not is_unchanged(batch, before):
            raise InvalidMeasurement("the claim writes into its own instance")
    return found


def _draw_blocks(
    statement: Statement,
    rg: Any,
    site: tuple[Any, int],
    stream: Any,
    blocks: Iterable[tuple[int, int]],
) -> dict[str, Any]:
    batch, size = site
    with _blamed(rg, batch):
        measured = [
            _measure(statement, rg, site, Draws(stream.at(start), n))
            for start, n in blocks
        ]
        return {
            "instances": [repr(batch.take(i)) for i in range(size)],
            "parts": joined(measured),
        }


@contextmanager
def _blamed(rg: Any, batch: Any) -> Iterator[None]:
    """Any exception is the claim's error, on the first instance of the batch."""
    try:
        yield
    except Exception as cause:
        raise ClaimError(rg.arrays.to_host(batch.take(0)), told(cause)) from cause


def _measure(
    statement: Statement, rg: Any, site: tuple[Any, int], draws: Draws
) -> list[dict[str, Any]]:
    batch, size = site
    parts = _parts(statement, rg, batch, draws)
    return [plain(statement.kind, part, rg, (size, draws.n)) for part in parts]


def _parts(
    statement: Statement, rg: Any, batch: Any, draws: Draws
) -> tuple[Samples, ...]:
    with np.errstate(all="ignore"):  # NaN is refused later
        found = statement.measure(rg, batch, draws)
    parts = tuple(found) if isinstance(found, Iterable) else (found,)
    for part in parts:
        if not isinstance(part, Samples):
            raise InvalidMeasurement(
                "a claim that takes draws returns sampled(…), or several of them, got "
                f"{type(part).__name__}"
            )
    if not parts:
        raise InvalidMeasurement("the claim measured nothing")
    kinds = {part.kind or statement.kind for part in parts}
    if isinstance(statement, Claim) and statement.kind not in kinds:
        raise InvalidMeasurement(
            f"the claim is declared of kind {statement.kind!r} and sampled "
            f"{', '.join(sorted(kinds))} only"
        )
    if any(library(batch) is not namespace(part.values) for part in parts):
        raise InvalidMeasurement(
            "the claim measured on the host, and its instances are on the device"
        )
    return parts
