"""Parts of kernels: compiled once each, kept on the disk, called from each other."""

import errno
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numba.core import caching
from numba.core.ccallback import CFunc

import refgen
from refgen.kernels.linked import (
    FLOAT,
    FLOATS,
    INTEGER,
    INTEGERS,
    NOTHING,
    address,
    ahead,
    floats_at,
    linked,
)


@linked(NOTHING, FLOATS, INTEGER, FLOAT)
def shift_all(x, n, by):
    for i in range(n):
        x[i] = x[i] + by


@linked(FLOAT, INTEGERS, INTEGER, needs=(shift_all,))
def shift_second_half(row, n):
    """Of an array whose address a row of integers holds; returns its last number."""
    x = floats_at(row[0])
    shift_all(ahead(x, n // 2), n - n // 2, 1.5)
    return x[n - 1]


def test_a_part_calls_others_by_address():
    x = np.arange(5.0)
    row = np.array([address(x)])
    assert shift_second_half(address(row), 5) == 5.5
    assert x.tolist() == [0, 1, 3.5, 4.5, 5.5]


def test_many_threads_may_ask_for_it_first():
    @linked(INTEGER, INTEGER)
    def doubled(n):
        return 2 * n

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(doubled, range(50))) == [2 * n for n in range(50)]


def test_a_division_by_zero_is_that_of_ieee():
    @linked(FLOAT, FLOAT, FLOAT)
    def quotient(a, b):
        return a / b

    assert [quotient(a, 0.0) for a in (1.0, -1.0)] == [np.inf, -np.inf]
    assert np.isnan(quotient(0.0, 0.0))


def test_an_address_is_that_of_neighbours_in_memory():
    for other in (np.zeros((4, 4))[:, 1], np.zeros((2, 3)).T):
        with pytest.raises(ValueError, match="the array must be contiguous"):
            address(other)


TRAIN = """
import sys
from numba.core.ccallback import CFunc
from refgen.networks import initial_networks, train
from refgen.random import Stream
made = []
compile_it = CFunc._compile_uncached
CFunc._compile_uncached = lambda self: made.append(self.__name__) or compile_it(self)
first = initial_networks(Stream(0), 1, 1, 2)
X, y = [[0.0], [1.0]], ["a", "b"]
found = train(X, y, Stream(0), initial=first, n_epochs=1, batch_size=2)
print(len(made), len(set(made)), float(found.loss_curves[0, 0]).hex())
"""


def counts(kept, package=None):
    """How many parts a new process compiles to train, and the loss."""
    package = package or Path(refgen.__file__).parent
    environment = os.environ | {"NUMBA_CACHE_DIR": str(kept)}
    environment["PYTHONPATH"] = str(package.parent)
    ended = subprocess.run(
        [sys.executable, "-c", TRAIN], env=environment, check=True, text=True,
        capture_output=True, cwd=package.parent,
    )  # fmt: skip
    made, different, loss = ended.stdout.split()
    assert made == different, "a part was compiled twice"
    return int(made), loss


@pytest.mark.slow
def test_parts_are_compiled_once_and_again_where_a_file_changed(tmp_path):
    package = tmp_path / "refgen"
    shutil.copytree(
        Path(refgen.__file__).parent, package,
        ignore=shutil.ignore_patterns("__pycache__"),
    )  # fmt: skip
    kept = tmp_path / "kept"
    n, loss = counts(kept, package)
    assert n > 10
    assert counts(kept, package) == (0, loss)
    # exponentials.py is a part of many kernels in other files.
    changed = package / "kernels" / "exponentials.py"
    changed.write_text(changed.read_text() + "\n")
    assert counts(kept, package) == (n, loss)


def twice(x):
    return 2 * x


def full(self, *args):
    raise OSError(errno.ENOSPC, "No space left on device")


def nowhere(self, *args):
    raise RuntimeError("cannot cache function: no locator available")


@pytest.mark.parametrize("trouble", [full, nowhere])
def test_a_cache_that_cannot_be_used_is_done_without(trouble, monkeypatch):
    if trouble is nowhere:
        monkeypatch.setattr(CFunc, "enable_caching", nowhere)
    for name in ("load", "save"):
        monkeypatch.setattr(caching.IndexDataCacheFile, name, full)
    assert linked(INTEGER, INTEGER)(twice)(4) == 8
