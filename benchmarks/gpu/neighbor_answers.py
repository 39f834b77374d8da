"""Whether other searches found the neighbours: distances within rounding, and recall.

Ours is exact: points in the order of their computed squared distance, float64. A peer
computes |x|² − 2⟨x, q⟩ + |q|². Let T be the largest |x|² plus the largest |q|², u the
unit roundoff of its numbers, d the number of features. To first order, its squared
distance D̂ of a point is off by 2d uT for norms and products in any order, 2uT for each
of two sums of numbers up to 2T, 4uT for the rounding of float64 input, and 4uT for the
square root that is squared again here; 4uT more leave room for higher orders. Ours is
off by (2d + 8) u₆₄ T. With products in TF32, whose factors keep 10 bits or more, a peer
is off by 2⁻⁹ T more. The j-th smallest of numbers that are off by e each is off by e at
most, so that the check holds whatever points the peer chose.
"""

import numpy as np

from refgen_gpu.backend import backend

from .peers import to_host

TF32_PRODUCTS = 2.0**-9 * 1.01


def judge(points, queries, peer_precision):
    """A judge of (distances, indices), for `compare`.

    `peer_precision` gives for each label (dtype, whether products are in TF32, whether
    the peer may miss points).
    """
    scale = float(_largest_norm(points) + _largest_norm(queries))
    d = points.shape[1]

    def told(ours, label, theirs):
        if label == "ours":
            return {"dtype": "float64", "recall": 1.0, "agrees": True}
        dtype, tf32, approximate = peer_precision[label]
        bound = scale * error_bound(d, dtype, tf32)
        return answer(ours, theirs, bound, approximate) | {
            "dtype": dtype,
            "TF32": tf32,
        }

    return told


def _largest_norm(rows):
    return backend().xp.sum(rows * rows, axis=1).max()


def error_bound(d, dtype, tf32=False):
    """What squared distances differ by at most, over T."""
    own, theirs = (float(np.finfo(t).eps) / 2 for t in ("float64", dtype))
    return (2 * d + 8) * own + (2 * d + 16) * theirs + tf32 * TF32_PRODUCTS


def answer(ours, theirs, bound, approximate=False):
    """How two answers differ; a search that may miss points may only be farther off."""
    (mine, indices), (other, found) = (
        tuple(map(to_host, pair)) for pair in (ours, theirs)
    )
    difference = other.astype(np.float64) ** 2 - mine**2
    worst = -difference.min() if approximate else abs(difference).max()
    among = (indices[:, :, None] == found[:, None, :]).any(axis=2)
    return {
        "agrees": bool(worst <= bound),
        "error_over_bound": float(worst / bound),
        "recall": float(among.mean()),
        "queries_that_differ": float((~among.all(axis=1)).mean()),
    }
