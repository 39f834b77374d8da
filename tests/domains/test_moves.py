"""Values move by small steps inside their field: the ascent to tight instances."""

import numpy as np
import pytest
from support.fields import FIELDS, SIZES

import refgen as rg
from refgen import domains as dom
from refgen.random import Stream

N = 300


def drawn(name):
    return FIELDS[name][0].bulk(rg, Stream(0, "values"), N, SIZES)


def moved(name, values, size, label="move"):
    return FIELDS[name][0].moved(rg, Stream(0, label), values, size, SIZES)


@pytest.mark.parametrize("size", [1e-9, 0.05, 1.0])
@pytest.mark.parametrize("name", FIELDS)
def test_moved_values_are_members_of_the_set(name, size):
    values = drawn(name)
    for step in range(20):
        values = moved(name, values, size, f"move {step}")
    assert values.shape == (N, *FIELDS[name][1])
    assert FIELDS[name][2](values)


@pytest.mark.parametrize("name", FIELDS)
def test_the_smaller_the_step_the_less_moves(name):
    values = drawn(name)
    changes = []
    for size in (1e-6, 1e-2, 1.0):
        change = abs(moved(name, values, size) - values).reshape(N, -1).max(axis=1)
        changes.append((change > 1e-4).mean())
        assert size < 1 or changes[-1] > 0.05  # something moves
    assert changes[0] == 0
    assert changes == sorted(changes)


def test_some_entries_stay_some_move_and_few_are_replaced():
    values = np.full((4000, 3), 0.5)
    after = dom.real(0, 1, shape=(3,)).moved(rg, Stream(1), values, 0.1, {})
    step = abs(after - 0.5)
    assert 0.5 < (step == 0).mean() < 0.8
    assert 0.2 < ((step > 0) & (step <= 0.05)).mean() < 0.5
    assert 0 < (step > 0.05).mean() < 0.03


def test_eigenvalues_move_on_the_logarithmic_scale_and_zeros_stay_apart():
    field = dom.spectrum(2, smallest=1e-6, largest=1.0)
    values = np.tile([1e-6, 0.0], (2000, 1))
    after = field.moved(rg, Stream(2), values, 0.5, {})
    assert ((after[:, 0] > 2e-6) & (after[:, 0] < 1e-4)).mean() > 0.1
    assert (after[:, 1] == 0).mean() > 0.8


LAWS = dom.record(
    lambda weights, shares, pair, n: (weights, shares, pair, n),
    "weights, shares, and a record",
    n=dom.integer(2, 5),
    k=dom.integer(2, 3),
    weights=dom.distribution("n"),
    shares=dom.distribution("n", "k"),
    pair=dom.record(lambda x, y: x[:, None] + y, "sums", x=dom.real(0, 1),
                    y=dom.vector("n"),
                    n=dom.integer(1, 9)),
)  # fmt: skip


def test_built_values_are_those_that_the_record_draws():
    values = LAWS.draw_values(rg, Stream(3), 50)
    weights, shares, pair, n = LAWS.built(values)
    again = LAWS.sample(rg, Stream(3), 50)
    np.testing.assert_array_equal(weights, again[0])
    np.testing.assert_array_equal(pair, again[2])
    assert shares.shape == (50, n, values["k"])
    assert values["pair"]["n"] == n


def test_rows_of_values_are_instances_again():
    values = LAWS.draw_values(rg, Stream(3), 50)
    same = LAWS.taken(values, np.full(16, 7))
    built, whole = LAWS.built(same), LAWS.built(values)
    for part, of_whole in zip(built[:3], whole[:3], strict=True):
        np.testing.assert_array_equal(part, np.repeat(of_whole[7:8], 16, axis=0))


def test_a_record_moves_its_fields_and_those_of_its_records():
    values = LAWS.draw_values(rg, Stream(4), 400)
    near = LAWS.moved(rg, Stream(5), values, 0.1)
    assert (near["n"], near["k"]) == (values["n"], values["k"])
    for before, after in [
        (values["weights"], near["weights"]),
        (values["pair"]["y"], near["pair"]["y"]),
    ]:
        assert 0.1 < (before != after).any(axis=-1).mean() < 0.9
    assert LAWS.built(near)[0].shape == (400, values["n"])


@pytest.mark.parametrize("size", [0, 1.5, -1, np.nan])
def test_the_size_of_a_move_is_a_share(size):
    with pytest.raises(ValueError, match="size must be in"):
        LAWS.moved(rg, Stream(0), {}, size)
