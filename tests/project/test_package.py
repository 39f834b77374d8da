"""What is built from the sources: the wheel stands alone, the sdist can be tested."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from refgen.theories import THEORIES

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def run(*command, cwd, path=""):
    """What a command prints; packages are looked for in `path` first."""
    environment = {**os.environ, "PYTHONPATH": str(path)}
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Path of the sdist, and of the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    run("-m", "build", "--outdir", folder, ROOT, cwd=folder)
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


@pytest.fixture(scope="module")
def unpacked(built, tmp_path_factory):
    """The folder of the unpacked sdist."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(built[0]) as archive:
        archive.extractall(folder, filter="data")
    (top,) = folder.iterdir()
    return top


@pytest.fixture(scope="module")
def site(built, tmp_path_factory):
    """A folder that holds the installed wheel and nothing else."""
    folder = tmp_path_factory.mktemp("site")
    options = ("--quiet", "--no-deps", "--no-compile", "--target", folder)
    run("-m", "pip", "install", *options, built[1], cwd=folder)
    return folder


def test_the_wheel_has_sources_kernels_types_and_pages(built):
    wanted = {f"refgen/theory/{theory}.md" for theory in THEORIES}
    for package in ("refgen", "refgen_gpu"):
        for pattern in ("**/*.py", "**/*.cu", "**/*.cuh", "py.typed"):
            found = (ROOT / package).glob(pattern)
            wanted |= {path.relative_to(ROOT).as_posix() for path in found}
    held = zipfile.ZipFile(built[1]).namelist()
    assert {name for name in held if ".dist-info/" not in name} == wanted


def test_the_sdist_has_every_file_of_the_repository(unpacked):
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files"], capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("this is no clone: git cannot say which files there are")
    missing = [
        name
        for name in listed.stdout.splitlines()
        if (ROOT / name).exists() and not (unpacked / name).exists()
    ]
    assert missing == []


def test_the_sdist_passes_its_own_tests(unpacked):
    # Those that read files from outside the packages. CI's own run is of a clone.
    tests = ("project/test_layout.py", "mutation/test_list.py", "gpu/test_check.py")
    paths = [f"tests/{name}" for name in tests]
    shown = run("-m", "pytest", "-q", "-n", "0", *paths, cwd=unpacked, path=unpacked)
    assert " passed" in shown


def test_the_wheel_works_outside_a_clone(site, tmp_path):
    def refgen(*command):
        return run("-m", "refgen.cli", *command, cwd=tmp_path, path=site)

    page = site / "refgen" / "theory" / "disagreement.md"
    assert f"derivation  {page}, heading GDE-6" in refgen("show", "GDE-6")
    assert "GDE-6" in refgen("list")
    assert f"({page.as_uri()}#gde-6" in refgen("list", "--markdown")
    assert f"({page.as_uri()})" in refgen("list", "--markdown", "--theories")
    assert "HOLDS" in refgen("verify", "GDE-6", "--profile", "quick")
    np.save(tmp_path / "runs.npy", np.array([[0, 1, 2], [0, 1, 1], [0, 2, 2]]))
    assert "3 runs × 3 points" in refgen("audit", "disagreement", "runs.npy")
