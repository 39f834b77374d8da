"""Draws, kernels, neighbours and linear algebra: a device computes what the CPU does.

Two regimes: exact arithmetic, where bits are equal, and generic data within an error
model. Draws, counts and neighbours are equal to the last bit on any data.
"""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.parity import (
    assert_on_device,
    assert_same_bits,
    assert_within,
    batches,
    gamma,
    model,
    on_device,
    seeds,
    stream,
)

import refgen.linalg
import refgen.neighbors
import refgen.random
import refgen_gpu.disagreement
import refgen_gpu.linalg
import refgen_gpu.neighbors
import refgen_gpu.random
from refgen.kernels import kernel
from refgen_gpu.arrays import to_device, to_host

# Random streams: the same bits.

FLOATS = ("uniform", "normal", "exponential", "signs", "dirichlet")
offsets = [0, 1, 3, 1023, 2**32 - 1, 2**34 + 3, 2**63 + 1, 2**64 - 2, 2**66 - 4096]
offsets = st.sampled_from(offsets) | st.integers(0, 2**65)
shapes = st.sampled_from([(), 0, 1, 5, (0, 3), (3, 0), (2, 3, 4), (257, 5), 3001])
labels = st.lists(st.sampled_from(["a", "noise", "größe", "labels/0"]), max_size=3)


def both_streams(seed, names, replicate):
    return [
        package.random.Stream(seed, *names, replicate=replicate)
        for package in (refgen_gpu, refgen)
    ]


@on_device
@given(seeds, labels, st.integers(0, 2**64 - 1), shapes, offsets)
def test_floats_have_the_same_bits(device, seed, names, replicate, shape, offset):
    mine, right = both_streams(seed, names, replicate)
    for kind in FLOATS:
        if kind == "dirichlet" and shape == ():
            continue
        for dtype in (np.float64, np.float32):
            got = getattr(mine, kind)(shape, offset=offset, dtype=dtype)
            assert_on_device(got, device)
            want = getattr(right, kind)(shape, offset=offset, dtype=dtype)
            assert_same_bits(got, want)


@on_device
@given(seeds, labels, st.integers(0, 2**64 - 1), shapes, offsets)
def test_integers_have_the_same_bits(device, seed, names, replicate, shape, offset):
    mine, right = both_streams(seed, names, replicate)
    assert_same_bits(
        mine.words(shape, offset=offset), right.words(shape, offset=offset)
    )
    for high in (1, 2, 10, 2**32 + 1, 2**63 - 1):
        draws = (s.integers(high, shape, offset=offset) for s in (mine, right))
        assert_same_bits(*draws)


@on_device
@given(seeds, st.sampled_from([0, 1, 2, 3, 700]), st.integers(0, 2**64 - 1))
def test_orders_and_relatives_are_the_same(device, seed, n, replicate):
    mine, right = both_streams(seed, ["order"], replicate)
    assert_same_bits(mine.permutation(n), right.permutation(n))
    assert_same_bits(mine.child("a").normal(n), right.child("a").normal(n))
    assert_same_bits(mine.at(7).normal(n), right.at(7).normal(n))


@on_device
@given(seeds, st.integers(1, 400), st.lists(st.integers(0, 400), max_size=4), offsets)
def test_shards_of_a_draw_are_the_whole(device, seed, n, cuts, offset):
    draws = refgen_gpu.random.Stream(seed, "shards")
    bounds = [0, *sorted(min(cut, n) for cut in cuts), n]
    for kind in ("words", "uniform", "normal", "exponential", "signs"):
        draw = getattr(draws, kind)
        shards = [
            to_host(draw(stop - start, offset=offset + start))
            for start, stop in pairwise(bounds)
        ]
        assert_same_bits(draw(n, offset=offset), np.concatenate(shards))


# Kernels.

SHORT, LONG = st.integers(1, 40), st.sampled_from([4096, 4097, 5000])


def level_kernels(levels, values):
    return (
        kernel("levels", "absolute_level_sums")(levels, values),
        kernel("levels", "cumulative_level_area")(levels, values),
    )


@on_device
@given(seeds, st.integers(1, 4), SHORT | LONG)
def test_level_sums_of_integers_have_the_same_bits(device, seed, rows, n):
    draws = stream(seed)
    levels = draws.child("levels").integers(17, (rows, n)) / 4.0 - 2
    values = draws.child("values").integers(9, (rows, n)) - 4.0
    got = level_kernels(to_device(levels), to_device(values))
    assert_on_device(got, device)
    assert_same_bits(got, level_kernels(levels, values))


@on_device
@given(seeds, st.integers(1, 4), SHORT | LONG, st.integers(1, 3))
def test_level_sums_are_within_the_model(device, seed, rows, n, digits):
    draws = stream(seed)
    levels = draws.child("levels").uniform((rows, n)).round(digits)
    values = draws.child("values").normal((rows, n))
    got = level_kernels(to_device(levels), to_device(values))
    want = level_kernels(levels, values)
    size = np.abs(values).sum(axis=1)
    assert_within(got[0], want[0], model(n + 1, size))
    # |cumulative| ≤ size after n sums; n more with steps that add up to at most 1.
    assert_within(got[1], want[1], model(2 * n + 2, size))


integer_types = st.sampled_from(
    [(np.int64, np.int64), (np.int8, np.int32), (np.uint8, np.int16)]
)


@on_device
@given(
    seeds, st.integers(1, 9), st.integers(1, 700), st.integers(1, 6), integer_types,
    st.sampled_from([-3, 0, 2, 300]),
)  # fmt: skip
@example(0, 3, 50, 4, (np.int64, np.int64), 300)
def test_votes_are_the_same_counts(device, seed, runs, n, levels, types, low):
    kind, other = types
    # One more level on each side has to fit the types.
    low = abs(low) % 200 if kind != np.int64 else low
    draws = stream(seed)
    predictions = (low + draws.child("runs").integers(levels, (runs, n))).astype(kind)
    truth = (low + draws.child("truth").integers(levels, n)).astype(other)
    # One more level on each side than there are labels.
    arguments = low - 1, levels + 2
    mine, mine_truth = to_device(predictions), to_device(truth)
    for name in ("count_votes", "sum_squared_votes"):
        count = kernel("votes", name)
        assert_on_device(count(mine, *arguments), device)
        assert_same_bits(count(mine, *arguments), count(predictions, *arguments))
    masses = kernel("votes", "count_level_masses")
    assert_same_bits(
        masses(mine, *arguments, mine_truth), masses(predictions, *arguments, truth)
    )


# Nearest neighbours: the same bits on any data.


@on_device
@given(seeds, st.integers(1, 90), st.integers(1, 9), st.integers(1, 9), st.data())
def test_neighbors_of_lattice_points_tie_alike(device, seed, n, queries, d, data):
    k = data.draw(st.integers(1, n))
    draws = stream(seed)
    points = draws.child("points").integers(3, (n, d)) - 1.0
    asked = draws.child("queries").integers(3, (queries, d)) - 1.0
    check_neighbors(device, points, asked, k)


@on_device
@given(
    seeds, st.integers(1, 90), st.integers(1, 9), st.integers(1, 70),
    st.sampled_from([0.0, 1.0, 1e6]), st.integers(-60, 60), st.data(),
)  # fmt: skip
def test_neighbors_have_the_same_bits(
    device, seed, n, queries, d, shift, exponent, data
):
    k = data.draw(st.integers(1, n))
    draws, scale = stream(seed), 2.0**exponent
    points = scale * (shift + draws.child("points").normal((n, d)))
    asked = scale * (shift + draws.child("queries").normal((queries, d)))
    asked[::3] = points[: len(asked[::3])][:1]  # queries that are points
    check_neighbors(device, points, asked, k)


def check_neighbors(device, points, asked, k):
    got = refgen_gpu.neighbors.nearest_neighbors(to_device(points), to_device(asked), k)
    assert_on_device(got, device)
    assert_same_bits(got, refgen.neighbors.nearest_neighbors(points, asked, k))


# Linear algebra.


@on_device
@given(seeds, batches, st.integers(1, 5), st.integers(0, 3))
@example(0, (2, 2), 1, 0)
def test_signed_scaled_axes_have_the_same_basis(device, seed, batch, n, repeats):
    draws = stream(seed)
    order = np.argsort(draws.words((*batch, n)), axis=-1)
    axes = np.eye(n)[order] * draws.child("signs").signs((*batch, n, 1))
    rows = axes * 2.0 ** (draws.child("scales").integers(9, (*batch, n, 1)) - 4)
    # Repeated rows are dependent.
    rows = np.concatenate([rows, rows[..., :repeats, :]], axis=-2)
    want = refgen.linalg.orthonormal_rows(rows)
    got = refgen_gpu.linalg.orthonormal_rows(to_device(rows))
    assert_on_device(got, device)
    assert_same_bits(got, want)
    vectors = draws.child("vectors").integers(9, (*batch, n)) - 4.0
    first = want[0][..., :1, :]
    assert_same_bits(
        refgen_gpu.linalg.project_out(to_device(first), to_device(vectors)),
        refgen.linalg.project_out(first, vectors),
    )


@on_device
@given(seeds, batches, st.integers(1, 5), st.integers(0, 5))
def test_bases_are_within_the_model(device, seed, batch, m, more):
    n = m + more
    rows = stream(seed).normal((*batch, m, n))
    want = refgen.linalg.orthonormal_rows(rows)
    got = refgen_gpu.linalg.orthonormal_rows(to_device(rows))
    # Both are the exact basis of rows that are off by γ(8mn)‖A‖ (Higham 2002, theorem
    # 19.13); a basis moves by at most √2 κ times that in Frobenius' norm (Sun 1991).
    condition = np.linalg.cond(rows)[..., None, None]
    assert_within(got[0], want[0], model(8 * m * n, np.sqrt(2 * m) * condition))
    assert_same_bits(got[1], want[1])
    vectors = stream(seed, "vectors").normal((*batch, n))
    # Σ|terms| ≤ (1 + m)‖v‖ for each of two passes.
    size = (1 + m) ** 2 * np.linalg.norm(vectors, axis=-1)[..., None]
    assert_within(
        refgen_gpu.linalg.project_out(to_device(want[0]), to_device(vectors)),
        refgen.linalg.project_out(want[0], vectors),
        model(2 * (m + n + 2), size),
    )


@on_device
@given(seeds, batches, st.integers(1, 6), st.integers(1, 3), st.integers(-20, 0))
def test_solutions_are_within_the_model(device, seed, batch, n, k, exponent):
    factor = stream(seed, "factor").normal((*batch, n, n))
    ridge = 2.0**exponent * np.eye(n)
    matrices = factor @ np.swapaxes(factor, -1, -2) + ridge
    rhs = stream(seed, "rhs").normal((*batch, n, k))
    want = refgen.linalg.solve_positive(matrices, rhs)
    got = refgen_gpu.linalg.solve_positive(to_device(matrices), to_device(rhs))
    assert_on_device(got, device)
    # (A + ΔA) x = b with ‖ΔA‖ ≤ n γ(3n + 1) ‖A‖ (Higham 2002, theorem 10.4), so that x
    # is off by κ n γ(3n + 1) ‖x‖, up to the factor 1/(1 − κ n γ). A device may multiply
    # by reciprocal roots, which are off by one unit in the last place: 1 + 2 roundings
    # in either factor of L Lᵀ instead of 1.
    relative = np.linalg.cond(matrices) * n * gamma(3 * n + 5)
    size = np.linalg.norm(want, axis=(-2, -1))
    bound = 2 * relative / (1 - relative) * size
    assert_within(got, want, bound[..., None, None])


@pytest.mark.parametrize("bad", [[[1.0, 2.0], [2.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]])
def test_indefinite_systems_are_refused_by_both(device, bad):
    stack = np.stack([np.eye(2), bad])
    refusal = "matrices must be positive definite"
    with pytest.raises(np.linalg.LinAlgError, match=refusal):
        refgen.linalg.solve_positive(stack, np.ones((2, 2, 1)))
    with pytest.raises(np.linalg.LinAlgError, match=refusal):
        refgen_gpu.linalg.solve_positive(to_device(stack), device.xp.ones((2, 2, 1)))
