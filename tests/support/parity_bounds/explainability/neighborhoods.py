"""Neighbourhoods and two points."""

from support.mirrors import Case
from support.parity import model


def two_points(arguments, want):
    """A weighted mean of numbers in [1, √2], of arguments of tanh up to 40 · 49."""
    return model(64, 40.0)


CASES = {
    "GaussianNeighborhoods": Case(),
    "two_point_disjointedness": Case(two_points),
}
