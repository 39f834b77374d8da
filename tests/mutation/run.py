"""Plant each stored error in a copy of the repository and see who notices.

    python tests/mutation/run.py [--jobs 2] [--only PATTERN] [--json FILE]

For each mutant first the claims are verified that call what it changes, then, if they
all hold, its tests run. Exits 1 if fewer than 95 % of the mutants that are not
equivalent are caught, or fewer than 70 % by claims, and 2 if the claims and tests do
not pass without an error.
"""

import json
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mutation import table, trial
from mutation.copies import Copies
from mutation.related import Callers
from mutation.stored import load, source

# Ten times what the slowest takes without an error, on a busy machine.
SECONDS = 600


class Experiment:
    """What is known without an error, and how a mutant is tried."""

    def __init__(self, copies, mutants):
        self._copies = copies
        with copies.one() as copy:
            sent, end = copies.run(trial.trace, copy, timeout=SECONDS)
            if end:
                _give_up(f"the functions that claims call cannot be traced: {end}")
            (calls,) = sent
            self._callers = Callers(calls)
            related = {id for mutant in mutants for id in self._callers.of(mutant)}
            claims = [id for id in calls if id in related]
            sent, _ = copies.run(trial.verdicts, copy, claims, timeout=SECONDS)
        self.verdicts = {id: verdict for id, verdict, _ in sent}
        self._seconds = {id: seconds for id, _, seconds in sent}

    def tests_that_fail(self, mutants):
        """The first test that fails without an error, or None."""
        paths = sorted({path for mutant in mutants for path in mutant.tests})
        if not paths:  # pytest would run all there are
            return None
        with self._copies.one() as copy:
            sent, end = self._copies.run(
                trial.run_tests, copy, paths, False, timeout=4 * SECONDS
            )
        return end or sent[0]

    def try_one(self, mutant):
        """The `table.Result` of a mutant."""
        start, text = time.monotonic(), source(mutant)
        place = f"{mutant.file}:{mutant.line(text)}"
        if mutant.equivalent:
            by, how = "equivalent", mutant.equivalent
        else:
            with self._copies.one(mutant) as copy:
                by, how = self._seen_by(mutant, copy)
        seconds = round(time.monotonic() - start, 1)
        return table.Result(mutant.area, place, mutant.what, by, how, seconds)

    def _seen_by(self, mutant, copy):
        recompile = mutant.file.startswith("refgen/kernels/")
        run = self._copies.run
        claims = sorted(self._callers.of(mutant), key=self._seconds.__getitem__)
        sent, end = run(
            trial.verdicts, copy, claims, self.verdicts, recompile, timeout=SECONDS
        )
        for id, verdict, _ in sent:
            if verdict != self.verdicts[id]:
                return "claims", f"{id} {verdict}"
        if end:
            return "claims", f"{claims[len(sent)]} {end}"
        if not mutant.tests:
            return "nobody", ""
        sent, end = run(trial.run_tests, copy, mutant.tests, recompile, timeout=SECONDS)
        failed = end or sent[0]
        return ("tests", failed) if failed else ("nobody", "")


@click.command()
@click.option("--jobs", default=1, show_default=True, help="How many at once.")
@click.option("--only", default="", help="Regular expression for area, file or what.")
@click.option("--json", "path", type=click.Path(dir_okay=False), help="Write results.")
def main(jobs, only, path):
    """Plant each stored error in a copy of the repository and see who notices."""
    mutants = [m for m in load() if re.search(only, f"{m.area} {m.file} {m.what}")]
    if not mutants:
        raise click.UsageError(f"no mutant has {only!r} in its area, file or text")
    console = Console()
    console.width = max(console.width, 100)
    with Copies(jobs) as copies:
        experiment = Experiment(copies, mutants)
        _check_baseline(experiment, mutants)
        results = []
        with ThreadPoolExecutor(jobs) as threads:
            for result in threads.map(experiment.try_one, mutants):
                results.append(result)
                words = f"{result.by:10} {result.place} {result.what}: {result.how}"
                console.print(words, markup=False, highlight=False, soft_wrap=True)
    _show(console, results)
    if path:
        shown = json.dumps([asdict(r) for r in results], indent=1, ensure_ascii=False)
        Path(path).write_text(shown + "\n", encoding="utf-8")
    raise SystemExit(0 if table.reaches_targets(results) else 1)


def _check_baseline(experiment, mutants):
    found = experiment.verdicts.items()
    wrong = {id: verdict for id, verdict in found if verdict != "HOLDS"}
    if wrong:
        _give_up(f"without an error these claims do not hold: {wrong}")
    failed = experiment.tests_that_fail(mutants)
    if failed:
        _give_up(f"without an error this test fails: {failed}")


def _give_up(why):
    click.echo(why, err=True)
    raise SystemExit(2)


def _show(console, results):
    console.print(table.table(results))
    console.print("caught by claims as:", table.verdicts(results), highlight=False)
    survived = [result for result in results if result.by == "nobody"]
    for result in survived:
        words = f"survived: {result.place} ({result.area}): {result.what}"
        console.print(words, markup=False, highlight=False, soft_wrap=True)
    caught, by_claims = table.shares(results)
    console.print(
        f"caught {caught:.1%} (target {table.CAUGHT:.0%}), "
        f"by claims {by_claims:.1%} (target {table.BY_CLAIMS:.0%})",
        highlight=False,
    )


if __name__ == "__main__":
    main()
