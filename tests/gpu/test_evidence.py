"""Evidence of a GPU run: what is said of a record of it."""

import json
import subprocess
import sys

import pytest

from refgen_gpu import evidence, launch
from refgen_gpu.evidence import ROOT


def made_up(**changes):
    return {
        "complete": True,
        "problems": [],
        "date": "2000-01-01T00:00:00+00:00",
        "device": "Made-up GPU, cc 9.9",
        "commit": "0123456789abcdef",
        "dirty": False,
        "kernels_digest": launch.digest(),
        "planned": {},
        "seconds": 1.0,
        "tests_passed": 17,
        "files": evidence.file_digests(),
        **changes,
    }


def status_of(tmp_path, value):
    path = tmp_path / "evidence.jsonl"
    path.write_text(value if isinstance(value, str) else json.dumps(value) + "\n")
    return evidence.status(path)


# What is said about a record.


def test_no_record_is_no_evidence(tmp_path):
    state, line = evidence.status(tmp_path / "none.jsonl")
    assert state == "none"
    assert "NONE" in line
    assert "nothing here ran on a GPU" in line


def test_a_record_of_this_code_is_current_and_says_what_ran(tmp_path):
    state, line = status_of(tmp_path, made_up())
    assert state == "current"
    for part in ("Made-up GPU", "2000-01-01", "0123456789ab", "17 tests passed"):
        assert part in line
    assert launch.digest()[:12] in line
    assert "INCOMPLETE" not in line
    assert "uncommitted" not in line


def test_incomplete_and_uncommitted_evidence_says_so(tmp_path):
    found = made_up(complete=False, problems=["parity: 3 test(s) failed"], dirty=True)
    state, line = status_of(tmp_path, found)
    assert "as given" in status_of(tmp_path, made_up(dirty=None))[1]
    assert state == "current"
    assert "INCOMPLETE: parity: 3 test(s) failed" in line
    assert "with uncommitted changes" in line


@pytest.mark.parametrize("changed", ["kernels/random.cu", "neighbors.py"])
def test_a_changed_file_makes_it_stale_and_is_named(tmp_path, changed):
    files = evidence.file_digests() | {changed: "0" * 64}
    state, line = status_of(tmp_path, made_up(files=files))
    assert state == "stale"
    assert f"STALE, changed: {changed};" in line


def test_new_and_removed_files_make_it_stale(tmp_path):
    files = evidence.file_digests() | {"gone.py": "0"}
    del files["launch.py"]
    state, line = status_of(tmp_path, made_up(files=files))
    assert state == "stale"
    assert "gone.py, launch.py" in line


def test_other_compile_options_make_it_stale(tmp_path):
    state, line = status_of(tmp_path, made_up(kernels_digest="0" * 64))
    assert state == "stale"
    assert "compile options" in line


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is empty"),
        ("{", "not JSON"),
        ("[]", "its first line is not a JSON object"),
        ("{}", "missing or of a wrong type"),
        (json.dumps(made_up()) + '\n{"step": "a"}', "line 2: missing or of a wrong"),
        (json.dumps(made_up(files=None)), "wrong type: files"),
        (json.dumps(made_up(device="")), "names no GPU"),
        (json.dumps(made_up(device="STAND-IN on the CPU")), "names no GPU"),
    ],
)
def test_a_record_that_cannot_be_used_is_none(tmp_path, text, why):
    state, line = status_of(tmp_path, text)
    assert state == "none"
    assert why in line
    assert "\n" not in line


def test_bytes_that_are_no_text_are_none(tmp_path):
    path = tmp_path / "evidence.jsonl"
    path.write_bytes(b"\xff\xfe\x00")
    assert evidence.status(path)[0] == "none"


def test_the_module_prints_one_line_and_succeeds():
    shown = subprocess.run(
        [sys.executable, "-m", "refgen_gpu.evidence"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 0
    assert shown.stdout.startswith("GPU evidence: ")
    assert shown.stdout.count("\n") == 1


def test_what_only_watches_is_not_part_of_the_digest():
    names = evidence.file_digests()
    assert not any(n.startswith("check/") or n == "evidence.py" for n in names)
    assert {"launch.py", "kernels/philox.cuh", "kernels/votes.py"} <= set(names)


def test_figures_name_the_card_and_are_none_without_a_gpu(tmp_path, capsys):
    path = tmp_path / "evidence.jsonl"
    rows = [["eigh, residual 1 dε|A|", "1 ms", "2 ms", "2"]]
    step = {"device": "D", "problems": [], "result": {"rows": rows}, "seconds": 1.0}
    step |= {"section": "speed", "status": "finished", "step": "eigen"}
    path.write_text(f"{json.dumps(made_up())}\n{json.dumps(step)}\n")
    shown = evidence.figures(path)
    assert "Measured on Made-up GPU, cc 9.9, 2000-01-01." in shown
    assert shown.endswith("| eigh, residual 1 dε&#124;A&#124; | 1 ms | 2 ms | 2 |")
    path.write_text(json.dumps(made_up(device="STAND-IN on the CPU")))
    with pytest.raises(ValueError, match="names no GPU"):
        evidence.figures(path)


@pytest.mark.skipif(evidence.DEFAULT.exists(), reason="there is evidence")
def test_there_are_no_figures_without_evidence(capsys):
    with pytest.raises(SystemExit) as ended:
        evidence.main(["--figures"])
    assert ended.value.code == 1
    assert "no figures of a GPU: " in capsys.readouterr().err
