"""Calls of neighbourhoods and of two points."""

from refgen.explainability import GaussianNeighborhoods


def fields(draws, d):
    """Of three samples of four points, and their scales."""
    return (
        draws.child("points").normal((3, 4, d)),
        0.2 + draws.child("scale").exponential(3),
    )


def sample(draws, d):
    return GaussianNeighborhoods(*fields(draws, d))


def distances(draws, d):
    return d * draws.child("distance").uniform(4), 0.2 + draws.child("s").exponential(4)


ARGUMENTS = {
    "GaussianNeighborhoods": fields,
    "two_point_disjointedness": distances,
}
RANGES = {"two_point_disjointedness": (1.0, 2**0.5)}
