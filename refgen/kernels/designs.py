"""Nearest neighbours in many small designs at once."""

import numpy as np

from refgen.kernels import compiled


@compiled
def nearest_in_designs(points, queries, n_neighbors):
    """Squared distances and indices, (B, q, k), sorted by (square, index).

    `points` (B, n, d) are searched for `queries` (B, q, d) of the same design; squares
    are summed over features from left to right, every operation rounded.
    """
    n_designs, n_queries, n_features = queries.shape
    squares = np.full((n_designs, n_queries, n_neighbors), np.inf)
    indices = np.zeros((n_designs, n_queries, n_neighbors), np.int64)
    for b in range(n_designs):
        for q in range(n_queries):
            kept, where = squares[b, q], indices[b, q]
            for i in range(points.shape[1]):
                square = 0.0
                for j in range(n_features):
                    difference = points[b, i, j] - queries[b, q, j]
                    square += difference * difference
                if square < kept[-1]:
                    # Points come in the order of their indices: insert behind ties.
                    place = n_neighbors - 1
                    while place > 0 and kept[place - 1] > square:
                        kept[place] = kept[place - 1]
                        where[place] = where[place - 1]
                        place -= 1
                    kept[place] = square
                    where[place] = i
    return squares, indices
