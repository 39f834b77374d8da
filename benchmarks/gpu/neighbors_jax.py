"""The search of jax's documentation: products in chunks, and `approx_max_k`.

On a GPU `approx_max_k` is exact: it sorts (jax issue 24414; only TPUs have more). So
`top_k` stands beside it. All is one compiled program; compiling is timed apart.
"""

import time
from functools import partial

from .contest import compare
from .neighbor_answers import judge
from .neighbors import data, name, search
from .neighbors_torch import CHUNK, rows_at_once
from .peers import load_jax, to_jax

# dtype, whether products may be in TF32 (a GPU's default), whether points may be missed
PRECISION = {
    "jax approx_max_k f32": ("float32", False, True),
    "jax top_k f32": ("float32", False, False),
    "jax approx_max_k f32, default": ("float32", True, True),
}


def neighbors_jax(n=10**5, n_queries=10**4, d=64, k=10, chunk=CHUNK // 2):
    jax = load_jax()
    points, queries = data(n, n_queries, d)
    compiling = {}
    peers = {
        label: partial(prepare, jax, points, queries, k, label, chunk, compiling)
        for label in PRECISION
    }
    entry = compare(
        name(n, n_queries, d, k),
        search(points, queries, k),
        peers,
        judge(points, queries, PRECISION),
    )
    return {"entries": [entry], "compile_seconds": compiling}


def prepare(jax, points, queries, k, label, chunk, compiling):
    """The compiled search; its compile seconds are left in `compiling`."""
    points, queries = (to_jax(a.astype("float32")) for a in (points, queries))
    rows = divisor(len(queries), rows_at_once(len(points), len(queries), 4, chunk))
    precision = "default" if PRECISION[label][1] else "highest"
    select = jax.lax.top_k if "top_k" in label else jax.lax.approx_max_k

    def nearest(points, halves, queries):
        products = jax.numpy.matmul(queries, points.T, precision=precision)
        scores, indices = select(products - halves, k)
        squares = (queries * queries).sum(1, keepdims=True) - 2 * scores
        return jax.numpy.sqrt(jax.numpy.maximum(squares, 0)), indices

    def searched(points, queries):
        halves = (points * points).sum(1) / 2
        chunks = queries.reshape(-1, rows, queries.shape[1])
        found = jax.lax.map(lambda part: nearest(points, halves, part), chunks)
        return tuple(a.reshape(len(queries), k) for a in found)

    start = time.perf_counter()
    compiled = jax.jit(searched).lower(points, queries).compile()
    compiling[label] = time.perf_counter() - start
    return lambda: jax.block_until_ready(compiled(points, queries))


def divisor(n, most):
    """The largest divisor of `n` up to `most`: all chunks have one shape."""
    return next(m for m in range(min(n, most), 0, -1) if n % m == 0)
