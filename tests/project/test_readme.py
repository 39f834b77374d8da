"""Every snippet of the README runs, in order, as a reader would run it."""

import itertools
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
SHELL = [code for language, code in BLOCKS if language == "sh"]
SETUP = [code for code in SHELL if "pip install" in code]
ACTIVATED = "python3 -m venv .venv && . .venv/bin/activate && "


def test_the_two_setup_commands_are_the_ones_that_ci_runs():
    """Each of them builds an environment, so CI runs them and this test does not."""
    script = (ROOT / ".ci" / "run").read_text()
    assert len(SETUP) == 2
    assert SETUP[0].strip().endswith("refgen verify")
    assert SETUP[1].strip().endswith("pytest")
    assert "README.md" in script


def test_commands_are_found_when_the_lines_are_pasted_in_order():
    """The first lines activate the environment that holds `refgen`."""
    assert SHELL[: len(SETUP)] == SETUP
    assert all(code.startswith(ACTIVATED) for code in SETUP)


def agree(printed, shown):
    """Same words; the last digit of a fraction may differ by one.

    Sums in another order, by another BLAS, can move a rounded figure that far.
    """
    words, wanted = (
        re.split(r"([^\w.+-]+)", text.strip()) for text in (printed, shown)
    )
    return len(words) == len(wanted) and all(map(_same_word, words, wanted))


def _same_word(word, wanted):
    if word == wanted or not re.fullmatch(r"-?\d+\.\d+", wanted):
        return word == wanted
    places = len(wanted.partition(".")[2])
    return bool(re.fullmatch(rf"-?\d+\.\d{{{places}}}", word)) and (
        abs(float(word) - float(wanted)) < 1.5 * 10**-places
    )


@pytest.mark.parametrize(
    ("printed", "same"),
    [
        ("error 0.020, in [0.009, 0.028]\n", True),
        ("error 0.021, in [0.008, 0.028]\n", True),
        ("error 0.022, in [0.009, 0.028]\n", False),
        ("error 0.02, in [0.009, 0.028]\n", False),
        ("error 0.020, in [0.009]\n", False),
        ("errors 0.020, in [0.009, 0.028]\n", False),
    ],
)
def test_only_last_digits_may_differ(printed, same):
    assert agree(printed, "error 0.020, in [0.009, 0.028]") == same


def pairs():
    """Every block, with the output that is shown right after it, or None."""
    blocks = [*BLOCKS, ("", "")]
    for (language, code), (next_language, shown) in itertools.pairwise(blocks):
        if language != "text":
            yield language, code, shown if next_language == "text" else None


def test_all_other_snippets_run_and_print_what_is_shown(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    scripts = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{scripts}{os.pathsep}{os.environ['PATH']}")
    names = {"__name__": "__main__"}
    for language, code, shown in pairs():
        if code in SETUP:
            continue
        if language == "python":
            capsys.readouterr()
            exec(compile(code, "README.md", "exec"), names)
            printed = capsys.readouterr().out
        else:
            done = subprocess.run(
                ["bash", "-ec", code], capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
            printed = done.stdout
        # What Python prints is always shown; of commands, at most a part is.
        if shown is not None or (language == "python" and printed):
            assert agree(printed, shown or ""), f"now printed:\n{printed}"


@pytest.mark.parametrize("language", sorted({language for language, _ in BLOCKS}))
def test_no_snippet_is_in_a_language_that_is_not_run(language):
    assert language in ("python", "sh", "text")


def test_coverage_is_shown_as_it_was_measured():
    """The README's table of learners says what the benchmark of intervals stored."""
    results = ROOT / "benchmarks/results/interval_coverage.json"
    stored = json.loads(results.read_text())
    rows = [
        f"| {name} | {found['mean_estimate']:.3f} | {found['mean_error']:.3f} "
        f"| {found['covered']} of {found['splits']} |"
        for name, found in stored["results"].items()
    ]
    text = (ROOT / "README.md").read_text()
    assert all(row in text for row in rows), "\n".join(rows)


def test_claims_shown_to_contributors_are_those_of_the_package():
    shown = (ROOT / "CONTRIBUTING.md").read_text()
    sources = [path.read_text() for path in ROOT.glob("refgen/claims/*/*.py")]
    blocks = re.findall(r"```python\n(.*?)```", shown, re.DOTALL)
    assert blocks
    assert all(any(code in source for source in sources) for code in blocks)
