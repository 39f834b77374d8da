"""Out of memory: chunks are halved and tried again, and every row is computed once."""

import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.parity import on_device

import refgen_gpu.disagreement
import refgen_gpu.kernels.levels
import refgen_gpu.neighbors
from refgen_gpu import chunks
from refgen_gpu.arrays import to_device
from refgen_gpu.chunks import in_chunks

pytest.importorskip("cupy", reason="the stand-in reads CuPy's signatures")
from support.standin import use_standin


@pytest.fixture(autouse=True)
def standin():
    with use_standin() as backend:
        yield backend


@on_device
@given(
    st.integers(0, 200), st.integers(1, 50), st.integers(0, 4000), st.integers(1, 300)
)
def test_every_row_is_computed_once_in_chunks_that_fit(rows, size, budget, most):
    seen = []

    def compute(start, stop):
        assert 0 <= start < stop <= rows
        if stop - start > most:
            raise MemoryError
        seen.extend(range(start, stop))
        sizes.append(stop - start)

    sizes = []
    largest = in_chunks(rows, size, compute, budget)
    assert seen == list(range(rows))
    assert largest == max(sizes, default=0)
    # One row is tried even if the budget is below it.
    assert largest <= min(most, max(budget // size, 1))
    # Halving stops at the first size that fits.
    assert all(2 * n > min(most, max(budget // size, 1), rows) for n in sizes[:1])


@on_device
@given(st.integers(1, 60), st.lists(st.booleans(), max_size=12))
def test_failures_that_come_and_go_lose_no_row(rows, failures):
    seen, left = [], list(failures)

    def compute(start, stop):
        if left and left.pop() and stop - start > 1:
            raise MemoryError
        seen.extend(range(start, stop))

    in_chunks(rows, 1, compute, rows)
    assert seen == list(range(rows))


def test_a_row_that_does_not_fit_is_an_error():
    tried = []

    def compute(start, stop):
        tried.append(stop - start)
        raise MemoryError("no room")

    with pytest.raises(MemoryError, match="no room"):
        in_chunks(20, 1, compute, 16)
    assert tried == [16, 8, 4, 2, 1]


def test_other_errors_are_not_retried():
    tried = []

    def compute(start, stop):
        tried.append(stop - start)
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        in_chunks(20, 1, compute, 16)
    assert tried == [16]


def test_the_error_of_cupy_is_a_memory_error():
    from cupy.cuda.memory import OutOfMemoryError

    tried = []

    def compute(start, stop):
        tried.append(stop - start)
        if stop - start > 2:
            raise OutOfMemoryError(1 << 40, 1 << 30)

    assert in_chunks(5, 1, compute, 100) == 2
    assert tried == [5, 3, 2, 2, 1]


def test_halving_is_logged_and_gives_memory_back(monkeypatch, caplog):
    released = []

    def compute(start, stop):
        if stop - start > 3:
            raise MemoryError

    with use_standin() as backend:
        object.__setattr__(backend, "release_memory", lambda: released.append(1))
        in_chunks(8, 1, compute, 8)
    assert len(released) == len(caplog.records) == 2
    assert "going on with 2 rows at a time" in caplog.text


def test_memory_is_given_back_after_the_failed_attempt_let_go_of_it():
    held = []

    def compute(start, stop):
        temporary = to_device(np.zeros(stop - start))._a
        held.append(weakref.ref(temporary))
        if stop - start > 3:
            raise MemoryError

    with use_standin() as backend:
        seen = []

        def release():
            seen.append([ref() is None for ref in held])

        object.__setattr__(backend, "release_memory", release)
        in_chunks(8, 1, compute, 8)
    assert seen == [[True], [True, True]]


@pytest.fixture
def asked(standin):
    """The questions for free memory, of which each is answered by 1 MiB."""
    questions = []

    def answer():
        questions.append("how much is free?")
        return 1 << 20

    object.__setattr__(standin, "free_memory", answer)
    return questions


def test_small_work_asks_for_no_memory(asked):
    law = refgen_gpu.disagreement.FiniteLaw([1.0], [[0.7, 0.3]], [[0.2, 0.8]])
    refgen_gpu.disagreement.cace(law)
    refgen_gpu.neighbors.nearest_neighbors([[0.0], [1.0]], [[0.9]], 1)
    assert in_chunks(1 << 26, 1, lambda start, stop: None) == 1 << 26
    assert asked == []
    # Of what is free, four fifths may be used.
    assert in_chunks((1 << 26) + 1, 1, lambda start, stop: None) == (1 << 20) * 4 // 5
    assert len(asked) == 1


def test_a_call_asks_for_memory_once(monkeypatch, asked):
    monkeypatch.setattr(chunks, "_SMALL", 0)
    labels = to_device(np.arange(600).reshape(3, 200) % 7)
    for expected in (1, 2):
        refgen_gpu.disagreement.audit(labels, labels[0])  # counts votes, and sorts
        assert len(asked) == expected


def test_an_answer_that_was_too_large_is_forgotten(monkeypatch, asked):
    monkeypatch.setattr(chunks, "_SMALL", 0)

    failures = [MemoryError]

    def fails_once(start, stop):
        if failures:
            raise failures.pop()

    with chunks.asking_once():
        in_chunks(100, 1, fails_once)
        assert len(asked) == 1
        for _ in range(3):
            in_chunks(100, 1, fails_once)
            with chunks.asking_once():  # by a function that another one calls
                in_chunks(100, 1, fails_once)
            assert len(asked) == 2


def test_sorting_is_given_what_it_needs(monkeypatch):
    """60 bytes a number, beside the products and points of a search by candidates."""
    asked_for = []

    def noting(n_rows, bytes_per_row, compute):
        asked_for.append(bytes_per_row)
        return in_chunks(n_rows, bytes_per_row, compute)

    for module in (refgen_gpu.kernels.levels, refgen_gpu.neighbors):
        monkeypatch.setattr(module, "in_chunks", noting)
    kernel = refgen_gpu.kernels.levels.absolute_level_sums
    kernel(*map(to_device, np.ones((2, 3, 500))))
    points = np.arange(1000.0).reshape(500, 2)
    k = 3
    for scale in (1.0, 3e150):  # with the latter, products might overflow
        given = to_device(scale * points), to_device(scale * points[:4])
        refgen_gpu.neighbors.nearest_neighbors(*given, k)
    assert asked_for[0] >= 60 * 500
    assert asked_for[1] >= 8 * (500 + 2 * 2) + (60 + 24) * (k + 1)
    assert asked_for[2] >= 60 * 500


@pytest.mark.parametrize("memory", [1, 1000, 1 << 20])
def test_little_memory_changes_no_result(monkeypatch, memory):
    monkeypatch.setattr(chunks, "_SMALL", 0)
    labels = np.arange(600).reshape(3, 200) % 7
    truth = labels[0]
    want = refgen_gpu.disagreement.ensemble_cace(to_device(labels), to_device(truth))
    with use_standin(memory=memory):
        got = refgen_gpu.disagreement.ensemble_cace(to_device(labels), to_device(truth))
    assert got == want
