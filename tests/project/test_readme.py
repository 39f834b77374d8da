"""Every snippet of the README runs, in order, as a reader would run it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
SETUP = [code for language, code in BLOCKS if "pip install" in code]


def test_the_two_setup_commands_are_the_ones_that_ci_runs():
    """Each of them builds an environment, so CI runs them and this test does not."""
    script = (ROOT / ".ci" / "run").read_text()
    assert len(SETUP) == 2
    assert SETUP[0].strip().endswith("refgen verify")
    assert SETUP[1].strip().endswith("pytest")
    assert "README.md" in script


def test_all_other_snippets_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    scripts = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{scripts}{os.pathsep}{os.environ['PATH']}")
    names = {"__name__": "__main__"}
    ran = 0
    for language, code in BLOCKS:
        if code in SETUP or language not in ("python", "sh"):
            continue
        if language == "python":
            exec(compile(code, "README.md", "exec"), names)
        else:
            done = subprocess.run(
                ["bash", "-ec", code], capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
        ran += 1
    assert ran >= 3


@pytest.mark.parametrize("language", sorted({language for language, _ in BLOCKS}))
def test_no_snippet_is_in_a_language_that_is_not_run(language):
    assert language in ("python", "sh")


def test_claims_shown_to_contributors_are_those_of_the_package():
    shown = (ROOT / "CONTRIBUTING.md").read_text()
    sources = [path.read_text() for path in ROOT.glob("refgen/claims/*/*.py")]
    blocks = re.findall(r"```python\n(.*?)```", shown, re.DOTALL)
    assert blocks
    assert all(any(code in source for source in sources) for code in blocks)
