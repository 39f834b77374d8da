"""The perturbed stand-in differs from NumPy, by as much as it says, and repeatably.

What holds for NumPy's bits only falls on it: a few such mistakes are planted here.
"""

import subprocess
import sys

import numpy as np
import pytest

from refgen.arrays import namespace
from refgen_gpu import evidence
from refgen_gpu.arrays import device_label, to_device, to_host
from refgen_gpu.backend import _override
from refgen_gpu.random import Stream

cupy = pytest.importorskip("cupy", reason="the stand-in reads CuPy's signatures")
import support.standin  # noqa: E402
from support.perturbed import numbers  # noqa: E402
from support.standin import standin, use_standin  # noqa: E402
from support.standin.arithmetic import computed_by  # noqa: E402
from support.standin.perturbed import perturbed_arithmetic  # noqa: E402
from support.standin.perturbed.exact import EXACT  # noqa: E402


@pytest.fixture
def xp():
    with use_standin(perturbed=True) as backend:
        yield backend.xp


def symmetric(*shape):
    a = numbers(*shape)
    return a + a.swapaxes(-1, -2)


def positive(n):
    a = numbers(n, n)
    return a @ a.T + np.eye(n)


# It says what it is.


def test_the_label_says_that_no_gpu_was_used(xp):
    label = device_label()
    assert label.startswith("STAND-IN on the CPU")
    assert "PERTURBED" in label
    assert label.endswith("no GPU was used")
    assert not standin(perturbed=True).is_gpu
    assert [standin().name, standin(perturbed=True).name] == ["standin", "perturbed"]


def test_devices_of_tests_are_what_their_names_say(request, device):
    given = numbers(40)
    if not device.is_gpu:
        assert f"[{device.name}]" in request.node.name
        differs = (to_host(device.xp.exp(to_device(given))) != np.exp(given)).any()
        assert differs == (device.name == "perturbed")


def test_outside_the_context_nothing_is_perturbed():
    given = numbers(40)
    with use_standin(perturbed=True):
        moved = to_device(given)
        assert (to_host(namespace(moved).exp(moved)) != np.exp(given)).any()
    with use_standin() as plain:
        assert (to_host(plain.xp.exp(to_device(given))) == np.exp(given)).all()
        assert computed_by("cupy.exp", np.exp) is np.exp
    with use_standin(perturbed=True):
        assert computed_by("cupy.exp", np.exp) is not np.exp
    assert computed_by("cupy.exp", np.exp) is np.exp
    assert _override.get() is None


def test_threads_run_in_another_order(monkeypatch):
    seen = []

    def noting(*args):
        return lambda name, grid, block, args, memory, order: seen.append(order)

    monkeypatch.setattr(support.standin, "Emulated", noting)
    monkeypatch.setattr(support.standin, "_emulated", {})
    for options in ({}, {"perturbed": True}, {"perturbed": True, "order_seed": 0}):
        with use_standin(**options):
            Stream(0).normal(3)
    assert seen == [0, 1, 0]


# Factors are right, and have other signs, bases and bits.


def test_eigenvectors_are_right_and_others(xp):
    given = symmetric(6, 5, 5)
    values, vectors = xp.linalg.eigh(to_device(given))
    values, vectors = to_host(values), to_host(vectors)
    right, usual = np.linalg.eigh(given)
    assert (np.sign(vectors) != np.sign(usual)).any()
    np.testing.assert_allclose(values, right, rtol=1e-13, atol=1e-14)
    residual = given @ vectors - vectors * values[:, None, :]
    assert abs(residual).max() < 1e-13
    largest = np.abs(vectors).argmax(axis=-2)[:, None, :]
    assert (np.take_along_axis(vectors, largest, axis=-2) < 0).all()
    single = to_host(xp.linalg.eigvalsh(to_device(given)))
    np.testing.assert_allclose(single, right, rtol=1e-13, atol=1e-14)
    assert (single != np.linalg.eigvalsh(given)).any()


def test_factors_of_nothing_are_empty(xp):
    values, vectors = xp.linalg.eigh(xp.zeros((2, 0, 0)))
    assert (values.shape, vectors.shape) == ((2, 0), (2, 0, 0))
    assert [part.shape for part in xp.linalg.qr(xp.zeros((0, 3)))] == [(0, 0), (0, 3)]


def test_one_triangle_is_read(xp):
    given = numbers(4, 4)
    for triangle in "LU":
        found = to_host(xp.linalg.eigh(to_device(given), triangle)[0])
        want = np.linalg.eigh(given, triangle)[0]
        np.testing.assert_allclose(found, want, rtol=1e-13)
        found = to_host(xp.linalg.eigvalsh(to_device(given), triangle))
        np.testing.assert_allclose(found, want, rtol=1e-13)


def test_bases_of_an_eigenspace_are_others(xp):
    _, vectors = xp.linalg.eigh(xp.eye(3))
    assert (abs(to_host(vectors)) != abs(np.linalg.eigh(np.eye(3))[1])).any()


def test_factors_multiply_to_the_matrix(xp):
    given = numbers(6, 5, 3)
    q, r = xp.linalg.qr(to_device(given))
    np.testing.assert_allclose(to_host(q @ r), given, rtol=1e-12)
    assert (np.sign(to_host(q)) != np.sign(np.linalg.qr(given)[0])).any()
    for full in (False, True):
        u, s, vh = xp.linalg.svd(to_device(given), full)
        product = (u[..., :3] * s[:, None]) @ vh
        np.testing.assert_allclose(to_host(product), given, rtol=1e-12)
    assert (np.sign(to_host(u)) != np.sign(np.linalg.svd(given)[0])).any()
    values = to_host(xp.linalg.svd(to_device(given), compute_uv=False))
    usual = np.linalg.svd(given, compute_uv=False)
    np.testing.assert_allclose(values, usual, rtol=1e-13)
    assert (values != usual).any()


def test_roots_in_cholesky_factors_are_reciprocal(xp):
    roots = np.arange(1.0, 60)
    squares = to_device((roots**2)[:, None, None])
    found = to_host(xp.linalg.cholesky(squares))[:, 0, 0]
    assert (found != roots).any()
    assert (abs(found - roots) <= 2 * np.spacing(roots)).all()


def test_systems_are_solved_with_other_bits(xp):
    given, rhs = positive(8), numbers(8, 2)
    lower = to_host(xp.linalg.cholesky(to_device(given)))
    np.testing.assert_allclose(lower @ lower.T, given, rtol=1e-12)
    assert (lower != np.linalg.cholesky(given)).any()
    for b in (rhs, rhs[:, 0]):
        found = to_host(xp.linalg.solve(to_device(given), to_device(b)))
        assert (found != np.linalg.solve(given, b)).any()
        np.testing.assert_allclose(found, np.linalg.solve(given, b), rtol=1e-11)
    inverse = to_host(xp.linalg.inv(to_device(given)))
    assert (inverse != np.linalg.inv(given)).any()
    np.testing.assert_allclose(inverse @ given, np.eye(8), atol=1e-12)


def test_transforms_are_those_of_numpy(xp):
    given = numbers(3, 21)
    usual = np.fft.rfft(given, 32)
    for axis, n in ((-1, 32), (-1, None), (0, 4)):
        found = to_host(xp.fft.rfft(to_device(given), n, axis))
        np.testing.assert_allclose(found, np.fft.rfft(given, n, axis), atol=1e-13)
    forth = to_host(xp.fft.rfft(to_device(given), 32))
    assert (forth != usual).any()
    back = to_host(xp.fft.irfft(xp.asarray(usual), 32))
    np.testing.assert_allclose(back[:, :21], given, atol=1e-14)
    assert (back != np.fft.irfft(usual, 32)).any()


# It is deterministic, also between processes, and says what it does not know.

PRINTED = """
import numpy as np
from support.standin import use_standin
with use_standin(perturbed=True) as be:
    a = be.xp.asarray(np.linspace(-2.0, 2.0, 63).reshape(7, 9))
    results = [be.xp.exp(a), a.sum(axis=0), be.special.ndtr(a), a @ a.T]
    results += be.xp.linalg.eigh(a @ a.T)
    print([be.to_host(r).tobytes().hex() for r in results])
"""


def test_the_same_arguments_give_the_same_bits_in_every_process():
    path = str(evidence.ROOT / "tests")
    run = [sys.executable, "-c", f"import sys; sys.path.insert(0, {path!r}){PRINTED}"]
    printed = [subprocess.run(run, capture_output=True, check=True) for _ in range(2)]
    assert printed[0].stdout == printed[1].stdout != b""


def test_functions_of_unknown_accuracy_are_refused(xp):
    with pytest.raises(NotImplementedError, match=r"cupy\.sinc: say in support"):
        xp.sinc(xp.ones(3))


def test_what_is_called_exact_exists_and_is_not_computed_otherwise():
    for library, names in EXACT.items():
        for name in names:
            owner = cupy
            for part in library.removeprefix("cupy").strip(".").split("."):
                owner = getattr(owner, part) if part else owner
            assert hasattr(owner, name), (library, name)
            usual = getattr(np, name, None)
            function = perturbed_arithmetic(f"{library}.{name}", usual or np.add)
            assert function.__wrapped__ is (usual or np.add), (library, name)


# What relies on NumPy's bits is seen.


def total_is_one(shares):
    return (shares.sum(axis=-1) == 1).all()


def normalized(n_rows, n):
    """Rows whose sums, as NumPy computes them, are 1."""
    rows = np.random.default_rng(0).exponential(size=(n_rows, n))
    rows /= rows.sum(axis=-1, keepdims=True)
    return rows[rows.sum(axis=-1) == 1]


def upper_direction(matrices):
    """The eigenvector of the largest eigenvalue, as if its sign were known."""
    return namespace(matrices).linalg.eigh(matrices)[1][..., -1]


def number_of_levels(mass, starts):
    """Levels that have any mass."""
    return (namespace(mass).add.reduceat(mass, starts) != 0).sum()


def tied_distances(points):
    """Whether points are as far from the first as the second is."""
    squares = ((points - points[:1]) ** 2).sum(axis=-1)
    return squares == squares[1]


MISTAKES = {
    "a sum is 1": (total_is_one, normalized(100, 9)),
    "a sign": (upper_direction, symmetric(20, 3, 3)),
    "nothing is 0": (
        number_of_levels,
        np.concatenate([numbers(300), [0.5, -0.5, 0.25, -0.25]]),
        np.array([0, 100, 300, 302]),
    ),
    "ties": (
        tied_distances,
        np.array([[0, 0, 0], [5, 0, 0], [3, 4, 0], [0, 3, 4], [0, 0, 5]]) / 1.0,
    ),
    "exp is monotone": (
        lambda x: (namespace(x).diff(namespace(x).exp(x)) >= 0).all(),
        1 + np.arange(100) * 2.0**-52,
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_seen(xp, name):
    function, *given = MISTAKES[name]
    got = to_host(function(*map(to_device, given)))
    with use_standin() as plain:
        usual = to_host(function(*map(plain.xp.asarray, given)))
    np.testing.assert_array_equal(usual, function(*given))
    assert not np.array_equal(got, usual)
