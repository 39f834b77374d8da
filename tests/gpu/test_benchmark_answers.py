"""Answers of peers: what rounding explains agrees with ours, and nothing else does."""

import numpy as np
import pytest
from support.benchmarks import load

import refgen_gpu

answers, normals, eigen, neighbors_jax = (
    load(f"gpu.{name}")
    for name in ("neighbor_answers", "normals", "eigen", "neighbors_jax")
)


def expanded(points, queries, k, dtype, tf32=False):
    """The peers' search in NumPy, products rounded to TF32 on request."""
    x, q = points.astype(dtype), queries.astype(dtype)
    factors = (kept_bits(q), kept_bits(x)) if tf32 else (q, x)
    squares = (x * x).sum(1) - 2 * (factors[0] @ factors[1].T)
    squares = np.maximum(squares + (q * q).sum(1)[:, None], 0)
    order = np.argsort(squares, axis=1, kind="stable")[:, :k]
    return np.sqrt(np.take_along_axis(squares, order, 1)), order


def kept_bits(a):
    """The ten bits of the fraction that TF32 keeps, the others cut off."""
    return (a.view(np.uint32) & np.uint32(0xFFFFE000)).view(np.float32)


@pytest.mark.parametrize("shift", [0.0, 100.0])
@pytest.mark.parametrize(
    ("dtype", "tf32"), [("float64", False), ("float32", False), ("float32", True)]
)
def test_rounding_of_other_searches_is_within_the_bound(standin, dtype, tf32, shift):
    rng = np.random.default_rng(0)
    points, queries = (rng.normal(size=(n, 16)) + shift for n in (300, 40))
    theirs = expanded(points, queries, 5, dtype, tf32)
    ours = refgen_gpu.neighbors.nearest_neighbors(points.tolist(), queries.tolist(), 5)
    scale = (points**2).sum(1).max() + (queries**2).sum(1).max()
    found = answers.answer(ours, theirs, scale * answers.error_bound(16, dtype, tf32))
    assert found["agrees"]
    # Nor is it far too lenient, although most errors of rounding cancel.
    assert found["error_over_bound"] > 1e-3
    if shift == 0 and not tf32:
        assert found["recall"] == 1.0
    if shift and dtype == "float32":
        assert found["recall"] < 1.0
        assert found["queries_that_differ"] > 0


@pytest.mark.parametrize("approximate", [False, True])
def test_a_missed_neighbour_is_seen_unless_it_may_be_missed(standin, approximate):
    rng = np.random.default_rng(0)
    points, queries = (rng.normal(size=(n, 3)) for n in (300, 40))
    distances, indices = expanded(points, queries, 6, "float64")
    ours, missed = (
        (distances[:, part], indices[:, part]) for part in (slice(5), slice(1, 6))
    )
    found = answers.answer(ours, missed, 1e-12, approximate)
    assert found["agrees"] == approximate
    assert found["recall"] == 0.8
    assert found["queries_that_differ"] == 1.0
    assert not answers.answer(missed, ours, 1e-12, approximate)["agrees"]


def test_an_answer_of_nan_does_not_agree(standin):
    ours = np.ones((2, 3)), np.zeros((2, 3), int)
    nothing = np.full((2, 3), np.nan), np.zeros((2, 3), int)
    for approximate in (False, True):
        assert not answers.answer(ours, nothing, 1.0, approximate)["agrees"]


def test_draws_that_are_not_normal_do_not_agree(standin):
    z = np.random.default_rng(0).normal(size=10**5)
    assert normals.agreement(z, "float64")["agrees"]
    assert not normals.agreement(z, "float32")["agrees"]
    for wrong in (1.05 * z, z + 0.05, np.abs(z), np.sign(z), np.full_like(z, np.nan)):
        assert not normals.agreement(wrong, "float64")["agrees"]
    # Of ±a only the even moments err: the fourth most of all, or not at all.
    for a, error in (10.0, (10**4 - 3) / 96**0.5), (3**0.25, (3**0.5 - 1) / 2**0.5):
        told = normals.agreement(np.array([a, -a] * 50), "float64")
        assert told["largest_standard_error"] == pytest.approx(10 * error)


def test_wrong_eigenvectors_do_not_agree(standin):
    a = eigen.drawn(4, 5)
    w, v = standin.xp.linalg.eigh(a)
    told = eigen.judge(a)
    assert told((w, v), "ours", (w, v))["agrees"]
    assert told((w, v), "flipped", (w, -v))["agrees"]
    assert not told((w, v), "others", (w, v.swapaxes(1, 2)))["agrees"]
    assert not told((w, v), "shifted", (w + 1e-9, v))["agrees"]


def test_chunks_have_one_shape():
    assert neighbors_jax.divisor(10**4, 2684) == 2500
    assert neighbors_jax.divisor(7, 100) == 7
    assert neighbors_jax.divisor(7, 6) == 1
