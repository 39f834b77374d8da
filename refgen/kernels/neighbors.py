"""Squared distances to tiles of points, and the nearest points found so far.

A tile is stored features × points, so that the inner loop runs over points and fills
vector registers while every distance is still summed over features from left to right.
"""

import numpy as np

from refgen.kernels import compiled

# 32 768 doubles are 256 kB: a tile stays in a core's L2 cache for all queries.
_TILE_ENTRIES = 1 << 15
_WIDEST_TILE = 512
_NARROWEST_TILE = 16


@compiled
def keep_nearest(points, queries, squares, indices):
    """Fill (n_queries, k) with the k nearest points, sorted by (square, index).

    `squares` must hold infinity before.
    """
    width = _tile_width(points.shape[1])
    tile = np.zeros((points.shape[1], width))
    sums = np.empty(width)
    for start in range(0, len(points), width):
        size = min(width, len(points) - start)
        _fill_tile(points, start, size, tile)
        for query in range(len(queries)):
            _sum_squares(tile, queries[query], sums)
            _insert(sums, start, size, squares[query], indices[query])


@compiled
def squared_distances(points, queries):
    """All squared distances, (n_queries, n_points)."""
    out = np.empty((len(queries), len(points)))
    width = _tile_width(points.shape[1])
    tile = np.zeros((points.shape[1], width))
    sums = np.empty(width)
    for start in range(0, len(points), width):
        size = min(width, len(points) - start)
        _fill_tile(points, start, size, tile)
        for query in range(len(queries)):
            _sum_squares(tile, queries[query], sums)
            for i in range(size):
                out[query, start + i] = sums[i]
    return out


@compiled
def _tile_width(n_features):
    width = min(_WIDEST_TILE, _TILE_ENTRIES // n_features)
    return max(width - width % _NARROWEST_TILE, _NARROWEST_TILE)


@compiled
def _fill_tile(points, start, size, tile):
    # Beyond `size` the tile keeps old numbers; their sums are not read.
    for i in range(size):
        for j in range(points.shape[1]):
            tile[j, i] = points[start + i, j]


@compiled
def _sum_squares(tile, query, sums):
    n_features, width = tile.shape
    sums[:] = 0.0
    whole = n_features - n_features % 4
    # Four features at a time save loads and stores; each sum adds them in order.
    for j in range(0, whole, 4):
        q0, q1, q2, q3 = query[j], query[j + 1], query[j + 2], query[j + 3]
        for i in range(width):
            d0, d1 = tile[j, i] - q0, tile[j + 1, i] - q1
            d2, d3 = tile[j + 2, i] - q2, tile[j + 3, i] - q3
            sums[i] = (((sums[i] + d0 * d0) + d1 * d1) + d2 * d2) + d3 * d3
    for j in range(whole, n_features):
        q0 = query[j]
        for i in range(width):
            d0 = tile[j, i] - q0
            sums[i] += d0 * d0


@compiled
def _insert(sums, start, size, squares, indices):
    # Points come in the order of their indices: a point goes behind ties.
    for i in range(size):
        insert_one(sums[i], start + i, squares, indices)


@compiled
def insert_one(square, index, squares, indices):
    """Insert into lists sorted by (square, index), behind entries that tie."""
    if square < squares[-1]:
        place = len(squares) - 1
        while place > 0 and squares[place - 1] > square:
            squares[place] = squares[place - 1]
            indices[place] = indices[place - 1]
            place -= 1
        squares[place] = square
        indices[place] = index
