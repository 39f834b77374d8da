"""The table that ends the check: short, as often only the end of the output is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from refgen_gpu.check.plan import sections

# Of all, and of a problem. Figures take about 7,000; problems get what is left.
_MOST_CHARACTERS = 11_000
_MOST_OF_ONE = 170


def table(header: dict[str, Any], steps: list[dict[str, Any]]) -> str:
    """What a record holds: sections, figures and problems, in 11,000 characters.

    Parameters
    ----------
    header, steps
        The lines of a record, as `refgen_gpu.evidence.read_lines` gives them.
    """
    lines = [
        f"{header['device'] or 'no device'}, commit {header['commit'] or 'unknown'}, "
        f"kernels {header['kernels_digest'][:12]}, {header['seconds']:.0f} s",
        *_sections(header, steps),
        *_figures(steps),
    ]
    verdict = "complete" if header["complete"] else "INCOMPLETE"
    room = _MOST_CHARACTERS - len("\n".join([*lines, verdict]))
    return "\n".join([*lines, *_problems(header, room), verdict])


def _sections(header: dict[str, Any], steps: list[dict]) -> Iterator[str]:
    yield f"{'section':<11}{'steps':>7}{'ended':>7}{'faults':>8}{'seconds':>9}"
    for name in dict.fromkeys([*sections(), *header["planned"]]):
        mine = [line for line in steps if line["section"] == name]
        planned = header["planned"].get(name, [])
        ended = sum(line["status"] == "finished" for line in mine)
        faulty = sum(bool(line["problems"]) for line in mine)
        seconds = sum(line["seconds"] for line in mine)
        yield f"{name:<11}{len(planned):>7}{ended:>7}{faulty:>8}{seconds:>9.1f}"


def _figures(steps: list[dict]) -> Iterator[str]:
    rows = [row for line in steps for row in line["result"].get("rows", [])]
    if rows:
        yield f"{'figure':<73}{'refgen_gpu':>13}{'peer':>13}{'ratio':>9}"
    for what, mine, peer, ratio in rows:
        yield f"{what[:72]:<73}{mine:>13}{peer:>13}{ratio:>9}"


def _problems(header: dict[str, Any], room: int) -> Iterator[str]:
    """As many as there is room for; the last line, of those left out, is short."""
    found = [" ".join(problem.split()) for problem in header["problems"]]
    room -= _MOST_OF_ONE
    for number, problem in enumerate(found):
        line = f"  {problem[:_MOST_OF_ONE]}"
        room -= len(line) + 1
        if room < 0:
            yield f"  and {len(found) - number} more, which the record holds"
            return
        yield line
