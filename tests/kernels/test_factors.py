"""Stacks of matrices go to the device's library in chunks; failures are not silent."""

import numpy as np
import pytest

from refgen.kernels import factors as host

pytest.importorskip("cupy", reason="CuPy, which the stand-in imitates, is missing")
from support.standin import use_standin
from support.standin.emulate import why_not

from refgen_gpu.kernels import factors as device

pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))


def symmetric(*shape, seed=0):
    factor = np.random.default_rng(seed).standard_normal((*shape, shape[-1]))
    return factor @ factor.swapaxes(-1, -2) + np.eye(shape[-1])


@pytest.fixture
def sizes(monkeypatch):
    """How many matrices each call of the library has had."""
    seen = []
    for name in ("cholesky", "eigh", "eigvalsh"):
        monkeypatch.setattr(np.linalg, name, noting(getattr(np.linalg, name), seen))
    return seen


def noting(function, seen):
    def call(matrices, *args, **kwargs):
        seen.append(len(matrices) if matrices.ndim > 2 else None)
        return function(matrices, *args, **kwargs)

    return call


def factors(name, matrices):
    with use_standin() as be:
        found = getattr(device, name)(be.xp.asarray(matrices))
        found = found if isinstance(found, tuple) else (found,)
        return [be.to_host(part) for part in found]


@pytest.mark.parametrize("name", ["cholesky", "eigh", "eigvalsh"])
@pytest.mark.parametrize(
    ("shape", "chunks"),
    [
        ((3,), [None]),  # a single matrix is no stack, for which CuPy has another way
        ((1, 3), [1]),
        ((7, 3), [3, 3, 1]),
        ((2, 5, 2), [3, 3, 3, 1]),
        ((0, 3), []),
        ((2, 0), [2]),
    ],
)
def test_chunks_are_put_together(monkeypatch, sizes, name, shape, chunks):
    matrices = symmetric(*shape)
    want = getattr(host, name)(matrices)
    want = want if isinstance(want, tuple) else (want,)
    sizes.clear()
    monkeypatch.setattr(device, "_CHUNK_BYTES", 3 * device._matrix_bytes(shape[-1]))
    got = factors(name, matrices)
    assert [a.tobytes() for a in got] == [a.tobytes() for a in want]
    assert [a.shape for a in got] == [a.shape for a in want]
    assert sizes == chunks


def test_the_workspace_of_a_chunk_is_below_a_gigabyte(sizes):
    factors("eigvalsh", np.broadcast_to(np.eye(2), (2**17, 2, 2)))
    assert sum(sizes) == 2**17
    assert 2**29 < max(sizes) * 8 * (1024 + (2 + 1) ** 2) < 2**30


@pytest.mark.parametrize("n", [1, 24, 300])
def test_a_chunk_has_room_for_copies_factors_and_workspace(n):
    """A copy for the library, vectors where it puts them, and in the result."""
    workspace, arrays = 1024 + (n + 1) ** 2, 3 * n * (n + 1)
    assert device._matrix_bytes(n) >= 8 * (workspace + arrays)


def test_only_one_triangle_is_read():
    matrices = symmetric(2, 4)
    upper = np.where(np.tri(4, k=-1, dtype=bool), np.inf, matrices)
    assert factors("eigvalsh", upper)[0].tobytes() == host.eigvalsh(matrices).tobytes()
    lower = upper.swapaxes(-1, -2)
    assert factors("cholesky", lower)[0].tobytes() == host.cholesky(matrices).tobytes()


@pytest.mark.parametrize("shape", [(2,), (3, 2)])
def test_failures_raise(shape):
    with pytest.raises(np.linalg.LinAlgError):
        factors("cholesky", -symmetric(*shape))
