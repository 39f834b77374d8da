"""The experiment itself: what is planted and restored, what is counted, how it ends."""

import json
import subprocess
import sys

import pytest

from mutation import table
from mutation.copies import planted
from mutation.stored import HERE, Mutant


def results(**counts):
    return [
        table.Result("area", "f.py:1", "what", by, "GDE-6 REFUTED", 1.0)
        for by, n in counts.items()
        for _ in range(n)
    ]


@pytest.mark.parametrize(
    ("counts", "reached"),
    [
        ({"claims": 70, "tests": 25, "nobody": 5}, True),
        ({"claims": 70, "tests": 24, "nobody": 6}, False),
        ({"claims": 69, "tests": 26, "nobody": 5}, False),
        ({"claims": 70, "tests": 25, "nobody": 5, "equivalent": 50}, True),
    ],
)
def test_targets_are_shares_of_those_that_are_not_equivalent(counts, reached):
    assert table.reaches_targets(results(**counts)) is reached


def test_a_file_is_as_before_afterwards(tmp_path):
    path = tmp_path / "f.py"
    path.write_text("a = 1\n")
    before = path.stat().st_mtime_ns
    with planted(tmp_path, Mutant("area", "f.py", "1", "2", "two")):
        assert path.read_text() == "a = 2\n"
    assert path.read_text() == "a = 1\n"
    # Numba's cache knows files by their time.
    assert path.stat().st_mtime_ns == before


@pytest.mark.slow
def test_from_the_command_line(tmp_path):
    done = subprocess.run(
        [sys.executable, HERE / "run.py", "--only", "sign of the gap", "--json", "r"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    (result,) = json.loads((tmp_path / "r").read_text())
    assert result["by"] == "claims"
    assert result["how"].endswith(("REFUTED", "POWERLESS"))
    assert "caught 100.0%" in done.stdout
