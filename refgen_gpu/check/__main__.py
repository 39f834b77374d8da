"""Command line of the check; exit status 0 if complete, 1 if not, 3 without a GPU."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from refgen_gpu import evidence
from refgen_gpu.backend import probe
from refgen_gpu.check import record, runner
from refgen_gpu.check.sections import SECTIONS, by_name


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    why = probe()
    if why is not None:
        print(
            f"refgen_gpu.check needs an NVIDIA GPU and found none: {why}. "
            "Nothing was run and nothing was written.",
            file=sys.stderr,
        )
        return 3
    if options.child is not None:
        name, limit, path = options.child
        runner.run_here(by_name(name), float(limit), Path(path))
        return 0
    return _check(options)


def _check(options: Any) -> int:
    chosen = [by_name(n) for n in options.only] if options.only else list(SECTIONS)
    # A partial run must not replace the record of a whole one.
    path = options.out or (None if options.only else evidence.DEFAULT)
    start = time.monotonic()
    found = record.new(options.commit)
    try:
        for name, result in runner.run_all(chosen, 60 * options.minutes):
            record.add(found, name, result, time.monotonic() - start)
            _tell(name, result)
            if path is not None:
                runner.write_json(path, found)
    except KeyboardInterrupt:
        print("interrupted: the record holds what was finished", file=sys.stderr)
    print(json.dumps(found, indent=1) if path is None else f"written: {path}")
    for problem in found["problems"]:
        print(f"  {problem}")
    print("complete" if found["complete"] else "INCOMPLETE")
    return 0 if found["complete"] else 1


def _tell(name: str, result: dict[str, Any]) -> None:
    problems = "; ".join(result["problems"]) or "no problems"
    print(f"{name}: {result['status']}, {result['seconds']:.1f} s, {problems}")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m refgen_gpu.check",
        description="Check and measure refgen_gpu on this machine's GPU.",
    )
    names = [section.name for section in SECTIONS]
    parser.add_argument("--out", type=Path, help=f"default: {evidence.DEFAULT.name}")
    parser.add_argument("--minutes", type=_positive, default=9.0)
    parser.add_argument(
        "--only", action="append", choices=names, help="printed, unless --out is given"
    )
    parser.add_argument("--commit", help="of this tree, where there is no .git")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    return parser


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"must be positive, got {text}")
    return value


if __name__ == "__main__":
    raise SystemExit(main())
