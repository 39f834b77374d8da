"""What holds for NumPy's bits only falls on the perturbed stand-in.

A few such mistakes are planted here. It says what it is, and gives the same bits for
the same arguments.
"""

import subprocess
import sys

import numpy as np
import pytest

from refgen.arrays import namespace
from refgen_gpu import evidence
from refgen_gpu.arrays import device_label, to_device, to_host

cupy = pytest.importorskip("cupy", reason="the stand-in reads CuPy's signatures")
from support.standin import standin, use_standin  # noqa: E402
from support.standin.perturbed import perturbed_arithmetic  # noqa: E402
from support.standin.perturbed.exact import EXACT  # noqa: E402


@pytest.fixture
def xp():
    with use_standin(perturbed=True) as backend:
        yield backend.xp


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def symmetric(*shape):
    a = numbers(*shape)
    return a + a.swapaxes(-1, -2)


# It says what it is.


def test_the_label_says_that_no_gpu_was_used(xp):
    label = device_label()
    assert label.startswith("STAND-IN on the CPU")
    assert "PERTURBED" in label
    assert label.endswith("no GPU was used")
    assert not standin(perturbed=True).is_gpu


def test_outside_the_context_nothing_is_perturbed():
    given = numbers(40)
    with use_standin(perturbed=True):
        moved = to_device(given)
        assert (to_host(namespace(moved).exp(moved)) != np.exp(given)).any()
    with use_standin() as plain:
        assert (to_host(plain.xp.exp(to_device(given))) == np.exp(given)).all()


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
            assert getattr(function, "__wrapped__", None) is not None, (library, name)


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
