"""Type checkers know every public name of both packages, and refuse misspelt ones."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SCRIPT = """\
import refgen as rg
import refgen_gpu as on_gpu

law = rg.disagreement.FiniteLaw([1.0], [[1.0]], [[1.0]])
reveal_type(law)
reveal_type(rg.resmem.ResMemRegressor())
reveal_type(on_gpu.disagreement.FiniteLaw.trusted)
reveal_type(on_gpu.resmem.ResMemRegressor())
reveal_type(on_gpu.random.Stream(0))
reveal_type(on_gpu.linalg.project_out)
reveal_type(on_gpu.arrays.label_of([1.0]))
rg.disagreement.cace(law)
rg.nonsense
rg.disagreement.cacee(law)
on_gpu.nonsense
on_gpu.resmem.ResMemRegresor
on_gpu.linalg.nonsense
"""

REVEALED = (
    "FiniteLaw", "ResMemRegressor", "Any", "ResMemRegressor", "Stream", "Any", "str"
)  # fmt: skip
WRONG = [
    number
    for number, line in enumerate(SCRIPT.splitlines(), 1)
    if re.search(r"nonsense|cacee|ResMemRegresor\b", line)
]

# Other packages' types are not needed, and reading them takes long.
MYPY = """\
[mypy]
strict = True
follow_imports = silent
[mypy-numpy.*,scipy.*,sklearn.*,numba.*,cupy.*,hypothesis.*,joblib.*,matplotlib.*]
follow_imports = skip
ignore_missing_imports = True
"""


@pytest.fixture
def script(tmp_path):
    (tmp_path / "user.py").write_text(SCRIPT)
    (tmp_path / "mypy.ini").write_text(MYPY)
    configuration = {"include": ["user.py"], "extraPaths": [str(ROOT)]}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(configuration))
    return tmp_path


def run(*command, cwd):
    environment = {"MYPYPATH": str(ROOT), "PATH": "/usr/local/bin:/usr/bin:/bin"}
    shown = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    return shown.stdout


def check(output):
    errors = [int(n) for n in re.findall(r"user\.py:(\d+).*error", output)]
    assert errors == WRONG, output
    revealed = re.findall(r"(?:Revealed type|Type of .*) is \"(.*)\"", output)
    assert len(revealed) == len(REVEALED), output
    for shown, wanted in zip(revealed, REVEALED, strict=True):
        assert re.search(rf"\b{wanted}\b", shown), output


def test_mypy_knows_the_public_names(script):
    pytest.importorskip("mypy")
    command = (sys.executable, "-m", "mypy", "--cache-dir", "cache", "user.py")
    check(run(*command, cwd=script))


def test_pyright_knows_the_public_names(script):
    pytest.importorskip("pyright")
    check(run(sys.executable, "-m", "pyright", "-p", ".", cwd=script))
