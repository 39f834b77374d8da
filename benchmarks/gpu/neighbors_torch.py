"""The search that a user of torch writes: products in chunks, and `topk`.

As fast as it goes with few lines: one `addmm` gives |x|² − 2⟨x, q⟩, the squared norm of
the query is added to the k kept numbers only. Input is on the device in the peer's
precision before the clock starts. Libraries with searches of their own, such as cuVS
(RAPIDS) and faiss, are not on the machine where this is run.
"""

from functools import partial

from .contest import compare
from .neighbor_answers import judge
from .neighbors import data, name, search
from .peers import load_torch, to_torch
from .timing import fitting

# Bytes of one product; our own tiles have the same order of magnitude.
CHUNK = 2**31

# dtype, whether products are in TF32, whether points may be missed
PRECISION = {
    "torch f64": ("float64", False, False),
    "torch f32": ("float32", False, False),
    "torch f32, TF32": ("float32", True, False),
}


def neighbors_torch(n=10**5, n_queries=10**4, d=64, k=10, chunk=CHUNK):
    torch = load_torch()
    points, queries = data(n, n_queries, d)
    peers = {
        label: partial(
            prepare, torch, points, queries, k, dtype=dtype, tf32=tf32, chunk=chunk
        )
        for label, (dtype, tf32, _) in PRECISION.items()
    }
    entry = compare(
        name(n, n_queries, d, k),
        search(points, queries, k),
        peers,
        judge(points, queries, PRECISION),
    )
    return {"entries": [entry]}


def large_neighbors_torch():
    return neighbors_torch(n=10**6)


def prepare(torch, points, queries, k, dtype, tf32, chunk):
    """The search with input of one precision."""
    points, queries = (to_torch(a.astype(dtype)) for a in (points, queries))
    rows = rows_at_once(len(points), len(queries), points.element_size(), chunk)
    precision = "high" if tf32 else "highest"

    def call():
        torch.set_float32_matmul_precision(precision)
        norms = (points * points).sum(1)
        found = [nearest(torch, points, norms, q, k) for q in queries.split(rows)]
        return tuple(torch.cat(parts) for parts in zip(*found, strict=True))

    return call


def nearest(torch, points, norms, queries, k):
    """Distances and indices of one chunk of queries."""
    squares = torch.addmm(norms, queries, points.T, alpha=-2)
    kept = squares.topk(k, dim=1, largest=False)
    own = (queries * queries).sum(1, keepdim=True)
    return (kept.values + own).clamp_(min=0).sqrt_(), kept.indices


def rows_at_once(n, n_queries, itemsize, chunk):
    """Queries of which all products fit a chunk, and a fifth of the memory."""
    return fitting(min(n_queries, max(1, chunk // (itemsize * n))), itemsize * n, 0.2)
