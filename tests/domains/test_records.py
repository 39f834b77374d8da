"""Records build instances from fields; sizes have names that fields share."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from support.strategies import small_values

import refgen as rg
from refgen import domains as dom
from refgen.arrays import Instance
from refgen.domains import Domain
from refgen.random import Stream


@dataclass(frozen=True, repr=False)
class Line(Instance):
    """A slope in ℝⁿ."""

    slope: Any
    level: Any = 0.0


@dataclass(frozen=True, repr=False)
class Fit(Instance):
    """Points in ℝⁿ and a line."""

    points: Any
    line: Line


LINES = dom.record(Line, "lines", n=dom.integer(1, 6), slope=dom.vector("n"), level=0.5)
FITS = dom.record(
    Fit,
    "points and a line",
    n=dom.integer(2, 5),
    m=dom.integer(1, 3),
    points=dom.matrix("m", "n"),
    line=LINES,
)


def small(domain, n=80):
    return small_values(domain.strategy(), n)


def test_a_size_is_drawn_once_for_a_batch_and_differs_between_batches():
    batches = [LINES.sample(rg, Stream(0).at(i), 7) for i in range(60)]
    assert {len(b.slope) for b in batches} == {7}
    assert {b.slope.shape[1] for b in batches} == {1, 2, 3, 4, 5, 6}


def test_hypothesis_draws_small_sizes():
    assert {line.slope.shape for line in small(LINES)} == {(n,) for n in range(1, 7)}


def test_numbers_are_constants():
    assert (LINES.sample(rg, Stream(0), 5).level == 0.5).all()
    assert {float(line.level) for line in small(LINES, 5)} == {0.5}


def test_records_in_a_record_share_the_sizes_of_equal_names():
    for i in range(20):
        fit = FITS.sample(rg, Stream(1).at(i), 4)
        assert fit.points.shape[-1] == fit.line.slope.shape[-1] >= 2
    assert all(f.points.shape[-1] == f.line.slope.shape[-1] for f in small(FITS))


def test_instances_in_instances_are_batches_too():
    fit = FITS.sample(rg, Stream(1), 4)
    one = fit.take(2)
    assert one.line.slope.tolist() == fit.line.slope[2].tolist()
    assert repr(one).startswith("Fit(points=[[")
    assert eval(repr(one)).line.level == 0.5
    assert rg.arrays.to_device(one).line.slope.tolist() == one.line.slope.tolist()


def test_a_build_function_gets_batches_of_fields_and_its_sizes_as_numbers():
    def build(n, u):
        assert isinstance(n, int)
        return Line.trusted(slope=u[:, None] * np.ones(n), level=u)

    domain = dom.record(build, "equal slopes", n=dom.integer(2, 3), u=dom.real(0, 1),
                        v=dom.vector("n"))  # fmt: skip
    assert domain.sample(rg, Stream(0), 9).slope.shape[0] == 9
    assert {line.slope.ndim for line in small(domain)} == {1}


def test_a_domain_with_other_fields_keeps_the_rest():
    plane = LINES.but("lines of the plane", n=2)
    assert plane.sample(rg, Stream(0), 3).slope.shape == (3, 2)
    assert plane.description == "lines of the plane"
    assert plane.fields["level"] == 0.5


def test_samples_of_one_stream_are_the_same_on_every_call():
    one, two = (FITS.sample(rg, Stream(5), 10) for _ in range(2))
    np.testing.assert_array_equal(one.points, two.points)
    np.testing.assert_array_equal(one.line.slope, two.line.slope)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({}, "is no field of the record"),
        ({"k": dom.real(0, 1)}, "is no integer field but Real"),
        ({"k": 1.5}, "is no integer field but float"),
        ({"k": 0}, "starts at 0: a size is at least 1"),
        ({"k": dom.integer(0, 3)}, "starts at 0: a size is at least 1"),
        ({"k": dom.integer(1, 3, shape=(2,))}, "is an array: a size is one number"),
    ],
)
def test_a_shape_names_an_integer_field(wrong, reason):
    with pytest.raises(ValueError, match=f"a shape names 'k', which {reason}"):
        dom.record(Line, "wrong", slope=dom.vector("k"), **wrong)


def test_a_misspelt_field_is_refused():
    with pytest.raises(
        ValueError, match=r"no field called 'slop'.* 'level', 'n', 'slo"
    ):
        LINES.but("flat lines", slop=0.0)
    with pytest.raises(ValueError, match="Line lacks 'slope'"):
        dom.record(Line, "levels", level=0.5)
    with pytest.raises(ValueError, match="Line does not take 'slop'"):
        dom.record(Line, "flat lines", slope=0.0, slop=0.0, level=0.5)


@pytest.mark.parametrize("wrong", [[1, 2], "n", None, st.integers(), True])
def test_only_fields_numbers_and_records_are_fields(wrong):
    with pytest.raises(TypeError, match="level must be a field, a number or a record"):
        dom.record(Line, "lines", slope=dom.vector(2), level=wrong)


@pytest.mark.parametrize("build", [int, "Line", None])
def test_instances_are_built_by_their_types_or_functions(build):
    with pytest.raises(TypeError, match="build must be a type that derives from"):
        dom.record(build, "lines")


def test_a_domain_has_a_description():
    with pytest.raises(TypeError, match="description must be a line of text"):
        Domain("  ", list)


def test_a_constant_is_finite():
    with pytest.raises(ValueError, match="level must be finite, got nan"):
        dom.record(Line, "lines", slope=dom.vector(2), level=np.nan)


@pytest.mark.parametrize("name", ["examples", "outside"])
def test_ways_to_instances_are_functions(name):
    with pytest.raises(
        TypeError, match=f"'lines': {name} must be a function, got list"
    ):
        dom.record(Line, "lines", slope=dom.vector(2), level=0.5, **{name: []})


def test_changed_domains_have_the_examples_that_are_given():
    one = Line(np.ones(3))
    pinned = LINES.but("lines of space", lambda: [one], n=3)
    assert pinned.examples() == [one]
    assert pinned.but("lines of the plane", n=2).examples() == []


def test_a_domain_has_both_ways_to_its_instances_or_neither():
    with pytest.raises(ValueError, match="strategy and a sampler"):
        Domain("half", lambda: [], strategy=lambda: st.none())
