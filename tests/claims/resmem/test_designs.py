"""What the domains of ResMem's claims promise, which the claims do not check."""

import numpy as np
import pytest

import refgen as rg
from refgen.claims.resmem._cases import resmem_cases
from refgen.claims.resmem.displacement import interval_points, sample_sizes
from refgen.claims.resmem.memorized import fitted_labels
from refgen.random import Stream


@pytest.fixture(params=range(8))
def stream(request):
    return Stream(request.param)


def test_points_to_remember_are_distinct(stream):
    points = fitted_labels.sample(rg, stream, 200).points
    apart = abs(points[:, :, None] - points[:, None]).max(axis=-1)
    assert (apart + np.eye(points.shape[1]) > 0).all()


def test_points_that_are_moved_apart_stay_where_they_are_if_distinct():
    rows = np.array([[[2.0, 1.0], [2.0, 1.0], [0.0, 1.0], [2.0, 1.0]]])
    moved = fitted_labels.build(rows, rows[..., 0], rows[..., 0]).points
    assert (moved - rows)[0].tolist() == [[0, 0], [1 / 16, 0], [0, 0], [2 / 16, 0]]


def test_points_of_an_interval_ascend_and_stay_inside(stream):
    design = interval_points.sample(rg, stream, 200)
    assert (np.diff(design.points, axis=-1) >= 0).all()
    assert (design.points[:, 0] >= design.low).all()
    assert (design.points[:, -1] <= design.high).all()


def test_there_are_no_more_neighbours_than_points(stream):
    _, n, k = sample_sizes.sample(rg, stream, 200).dnk
    assert ((k >= 1) & (k <= n)).all()
    assert len(set(zip(n.tolist(), k.tolist(), strict=True))) > 40


def test_bases_lie_in_their_ball(stream):
    case = resmem_cases.sample(rg, stream, 200)
    assert (np.sqrt((case.base**2).sum(axis=-1)) <= case.radius).all()
