"""Speed of refgen_gpu and of its peers in the same run, on a GPU and on nothing else.

Run: ``python -m refgen_gpu.check --only speed``, or all of the check, which stores
what it measured as evidence. Targets: a finite-law scan 50 times as fast as on two
cores, 2e10 normals a second, and nearest neighbours within twice the time of their
matrix product plus one write and one read of the distances.

A peer computes the same from the same numbers, which are on the device before the clock
starts, and leaves its result on the device, as ours does. Each line says whether the
answers agree. What ours has beyond that (exact neighbours with ties in order, the same
bits on any machine) costs time that the peers do not spend; what they lack is told
(recall, precision). Peers are those that a bare machine with torch and jax has; cuVS
and cuML (RAPIDS), whose searches and eigensolvers are tuned further, are not on it.

A result is ``{"device", "versions", "entries": [{"what", "ours", "peers"}]}``. `ours`
and each of `peers` hold median seconds; ``ratio`` is the peer's seconds over ours.
"""

from refgen_gpu.backend import NoDeviceError, backend

from . import peers
from .device import copies, products
from .eigen import eigen, eigen_torch
from .levels import levels
from .neighbors import neighbors, small_neighbors
from .neighbors_jax import neighbors_jax
from .neighbors_torch import large_neighbors_torch, neighbors_torch
from .networks import networks, networks_torch
from .normals import normals, normals_jax, normals_torch
from .scans import scans
from .summary import doubts, summary
from .votes import votes, votes_torch

__all__ = ["BENCHMARKS", "NEEDS", "doubts", "measure", "summary"]

BENCHMARKS = {
    "copies": copies,
    "products": products,
    "normals": normals,
    "neighbors, small": small_neighbors,
    "neighbors": neighbors,
    "scans": scans,
    "votes": votes,
    "levels": levels,
    "eigen": eigen,
    "networks": networks,
    "neighbors against torch": neighbors_torch,
    "normals against torch": normals_torch,
    "votes against torch": votes_torch,
    "eigen against torch": eigen_torch,
    "networks against torch": networks_torch,
    "neighbors against torch, large": large_neighbors_torch,
    # The last: jax keeps its memory until the process ends.
    "neighbors against jax": neighbors_jax,
    "normals against jax": normals_jax,
}

# What has to be installed besides; a benchmark whose peer is missing says so.
NEEDS = {
    name: (name.split(" against ")[1].split(",")[0],)
    for name in BENCHMARKS
    if " against " in name
}


def measure(name):
    """The figures of a benchmark, with the device on which they were measured.

    Raises
    ------
    NoDeviceError
        If no GPU is usable.
    """
    be = backend()
    if not be.is_gpu:
        raise NoDeviceError(f"nothing is measured on {be.device}")
    needed = NEEDS.get(name, ())
    gone = peers.missing(needed)
    if gone:
        why = f"{' and '.join(gone)} not installed"
        return {"device": be.device, "not run": why}
    peers.release()
    try:
        found = BENCHMARKS[name]()
    finally:
        peers.release()
    return {"device": be.device, "versions": peers.versions(needed), **found}
