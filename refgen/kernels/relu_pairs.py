"""What pairs of ReLU neurons add to the part of a network that is not affine.

Of two neurons with kinks h and k standard deviations from the middle of a normal
neighbourhood, and normals at an angle of cosine r, it is, up to their sizes,

    r² ∫₀¹ (1 − τ) φ₂(h, k; τr) dτ
        = (1 + r)/π · e^(−(h² + k²)/4) ∫ (x² − x₀²)/(1 + x²)² e^(−(v²x² + u²/x²)/8) dx

over x₀ < x < 1, with x₀² = (1 − r)/(1 + r), u = h − k, v = h + k. For r < 0 negate r
and k. No two terms cancel, whatever the angle. The mean over points of a normal law is
the part of the integral from some τ = a on: x² ends at (1 − ar)/(1 + ar) in place of 1.

Only + − × ÷ √ and powers of 2 are used, in a fixed order and without fused
multiply-adds, so that any IEEE machine, a GPU included, gives the same bits.
"""

from typing import Any

import numpy as np

from refgen._quadrature import unit_nodes
from refgen.kernels import compiled
from refgen.kernels.exponentials import falling
from refgen.kernels.threads import in_threads

# Nodes for cosines up to 0.5, up to 0.98, and up to 1: errors are below 10⁻¹⁵ of the
# factor e^(−(h² + k²)/4), and of the result for a neuron with itself.
COUNTS = (12, 24, 64)
COSINES = (0.5, 0.98)
# Where the integrand is below e^(−45) it is left out.
CUT = 45.0
# e^(−700) is 0: a sum of numbers with sizes near 1 does not see it.
LEAST = 700.0

# Pairs are added up in so many lanes, and the lanes by halves.
LANES = 32

_OPERATIONS = 25  # per node, roughly


def nodes_and_weights() -> Any:
    """Nodes on [0, 1] of the three rules, one after another, and their weights."""
    rules = [np.stack(unit_nodes(n)) for n in COUNTS]
    return np.ascontiguousarray(np.concatenate(rules, axis=1))


@compiled
def _integral(u2, v2, start, low4, high4, width4, first, last, nodes):
    """The integral over x² = y⁴ from low4 to high4, which are width4 apart."""
    low, high = np.sqrt(np.sqrt(low4)), np.sqrt(np.sqrt(high4))
    # Differences of y, and of y⁴, by their factors: they keep their digits.
    gap = width4 / ((high + low) * (high * high + low * low))
    total = 0.0
    for i in range(first, last):
        step = gap * nodes[0, i]
        y = low + step
        x2 = (y * y) * (y * y)
        beyond = (low4 - start) + step * (y + low) * (y * y + low * low)
        half, above, below = falling((v2 * x2 + u2 / x2) / 8.0)
        below = below * ((1.0 + x2) * (1.0 + x2))
        total = total + nodes[1, i] * y * beyond * (half * above) / below
    return 2.0 * gap * total


@compiled
def _pair(h, k, r, rest, nodes):
    if r < 0.0:
        r, k = -r, -k
    size = (h * h + k * k) / 4.0
    if size > LEAST:
        return 0.0
    u2, v2, over = (h - k) * (h - k), (h + k) * (h + k), 1.0 + (1.0 - rest) * r
    start, end = (1.0 - r) / (1.0 + r), ((1.0 - r) + r * rest) / over
    low, high, width = start, end, 2.0 * r * rest / (over * (1.0 + r))
    if u2 / (8.0 * CUT) > start or v2 * end > 8.0 * CUT:
        low = max(start, u2 / (8.0 * CUT))
        high = 8.0 * CUT / v2 if v2 * end > 8.0 * CUT else end
        width = high - low
    if width <= 0.0:
        return 0.0
    rule = 0 if r <= COSINES[0] else (1 if r <= COSINES[1] else 2)
    first = 0 if rule == 0 else (COUNTS[0] if rule == 1 else COUNTS[0] + COUNTS[1])
    last = first + COUNTS[rule]
    found = _integral(u2, v2, start, low, high, width, first, last, nodes)
    half, above, below = falling(size)
    return (1.0 + r) / np.pi * found * (half * above / below)


@compiled
def _row(kinks, cosines, loads, rest, nodes):
    """The sum over pairs (j, j + apart) of neurons in a circle."""
    k, lanes = len(kinks), np.zeros(LANES)
    apart, j = 0, 0
    for p in range(k * (k + 1) // 2):
        m = (j + apart) % k
        load = loads[j] * loads[m] * (1.0 if apart == 0 else 2.0)
        if load != 0.0:
            cosine = 1.0 if apart == 0 else cosines[j, m]
            lanes[p % LANES] += load * _pair(kinks[j], kinks[m], cosine, rest, nodes)
        j += 1
        if j == k:
            apart, j = apart + 1, 0
    half = LANES // 2
    while half:
        for lane in range(half):
            lanes[lane] += lanes[lane + half]
        half //= 2
    return lanes[0]


@compiled
def _rows(kinks, cosines, loads, rests, n_rows, start, nodes, out):
    for i in range(len(out)):
        b = (start + i) // n_rows
        out[i] = _row(kinks[start + i], cosines[b], loads[b], rests[start + i], nodes)


def relu_pairs(kinks: Any, cosines: Any, loads: Any, rests: Any) -> Any:
    """Σ loads_j loads_l × what each pair adds, for B networks of k neurons.

    `kinks` is (B, n_rows, k), at most 1000 in absolute value, `cosines` is (B, k, k),
    `loads` (B, k), and `rests` (B, n_rows), 1 − a in (0, 1]. The result is (B, n_rows).
    """
    batch, n_rows, k = kinks.shape
    flat, out = kinks.reshape(batch * n_rows, k), np.empty(batch * n_rows)
    nodes, ends = nodes_and_weights(), rests.ravel()

    def part(start, stop):
        _rows(flat, cosines, loads, ends, n_rows, start, nodes, out[start:stop])

    in_threads(len(out), k * (k + 1) // 2 * COUNTS[1] * _OPERATIONS, part)
    return out.reshape(batch, n_rows)
