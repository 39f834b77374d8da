"""Training of two-layer networks as one reads it: lists of numbers, exact arithmetic.

Fused multiply-adds are sums of fractions, rounded once; every other operation is one of
Python's floats. So results have the bits that the kernel's words promise.
"""

from fractions import Fraction

import numpy as np

from refgen.kernels.exponentials import exps, logs, tanhs

LANES = 256


def fma(a, b, c):
    """ab + c, rounded once."""
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    return float(exact) if exact else a * b + c


def product(A, B, C=None):
    """C + AB, each entry a fold over k = 0, 1, …"""
    result = [[0.0] * len(B[0]) for _ in A] if C is None else [list(row) for row in C]
    for i, row in enumerate(A):
        for j in range(len(B[0])):
            for k, number in enumerate(row):
                result[i][j] = fma(number, B[k][j], result[i][j])
    return result


def _by(function, x):
    found = np.array([x])
    function(found.ctypes.data, 1)
    return float(found[0])


def exp(x):
    return _by(exps, x)


def log(x):
    return _by(logs, x)


def transposed(A):
    return [list(column) for column in zip(*A, strict=True)]


ACTIVATIONS = [
    lambda z: z,
    lambda z: 0.0 if z <= 0.0 else z,
    lambda z: _by(tanhs, z),
    exp,
]
SLOPES = [
    lambda g, a: g,
    lambda g, a: g if a > 0.0 else 0.0,
    lambda g, a: g * (1.0 - a * a),
    lambda g, a: g * a,
]


def outputs(theta, x, scales, activation):
    """What neurons say, and f, for rows x; theta is (U, u, V, v)."""
    U, u, V, v = theta
    act = ACTIVATIONS[activation]
    z = product(x, U)
    a = [[act(scales[0] * n + b) for n, b in zip(r, u, strict=True)] for r in z]
    o = product(a, V)
    return a, [[scales[1] * n + b for n, b in zip(r, v, strict=True)] for r in o]


def row_loss(out, target, loss):
    """A row's loss, and its gradient."""
    total, gradient = 0.0, []
    if loss == 0:
        for o, t in zip(out, target, strict=True):
            total += 0.5 * ((o - t) * (o - t))
            gradient.append(o - t)
        return total, gradient
    if loss == 1:
        for o, t in zip(out, target, strict=True):
            e = exp(-abs(o))
            share = 1.0 / (1.0 + e)
            total += (o - t * o if o > 0.0 else -t * o) - log(share)
            gradient.append((share if o >= 0.0 else e * share) - t)
        return total, gradient
    top, size = max(out), 0.0
    for o, t in zip(out, target, strict=True):
        total += t * (top - o)
    parts = [exp(o - top) for o in out]
    for part in parts:
        size += part
    gradient = [p / size - t for p, t in zip(parts, target, strict=True)]
    return total - log(1.0 / size), gradient


def gradients(theta, x, targets, weights, scales, activation, loss):
    """Σ w loss, and the gradient by (U, u, V, v), before multipliers."""
    a, o = outputs(theta, x, scales, activation)
    total, by_output = 0.0, []
    for out, target, weight in zip(o, targets, weights, strict=True):
        value, gradient = row_loss(out, target, loss)
        total += weight * value
        by_output.append([n * weight for n in gradient])
    g = product(by_output, transposed(theta[2]))
    slope = SLOPES[activation]
    g = [
        [slope(scales[1] * n, s) for n, s in zip(r, q, strict=True)]
        for r, q in zip(g, a, strict=True)
    ]
    return total, (
        product(transposed(x), g),
        _column_sums(g),
        product(transposed(a), by_output),
        _column_sums(by_output),
    )


def _column_sums(rows):
    sums = [0.0] * len(rows[0])
    for row in rows:
        sums = [s + n for s, n in zip(sums, row, strict=True)]
    return sums


def flat(block):
    """Entries of a block, each with where it is."""
    if isinstance(block[0], list):
        return [
            (block[i], j, i) for i in range(len(block)) for j in range(len(block[i]))
        ]
    return [(block, j, 0) for j in range(len(block))]


def length(gradient, factors, steps, sizes):
    """A gradient's length, in lanes by the place in a row of parameters."""
    d, h, _, hp, kp = sizes
    v = (d + 1) * hp
    starts, widths = (0, d * hp, v, v + h * kp), (hp, hp, kp, kp)
    lanes = [0.0] * LANES
    for block, factor, step, start, width in zip(
        gradient, factors, steps, starts, widths, strict=True
    ):
        for row, j, i in flat(block):
            if step != 0.0:
                change = factor * row[j]
                lanes[(start + i * width + j) % LANES] += change * change
    half = LANES // 2
    while half:
        lanes = [lanes[i] + lanes[i + half] for i in range(half)]
        half //= 2
    return float(np.sqrt(lanes[0]))


def step(theta, velocity, x, targets, weights, model, steps, rule, sizes):
    """Changes theta and velocity in place; returns Σ w loss before."""
    scales, activation, loss = model
    momentum, decay, radius = rule
    n = len(x)
    factors = (scales[0] / n, 1.0 / n, scales[1] / n, 1.0 / n)
    given = (x, targets, weights, scales, activation, loss)
    total, gradient = gradients(theta, *given)
    if radius > 0.0:
        size = length(gradient, factors, steps, sizes)
        far = radius / size if size > 0.0 else 0.0
        other = [
            [list(r) for r in b] if isinstance(b[0], list) else list(b) for b in theta
        ]
        for b in range(4):
            for (to, j, _), (by, _, _) in zip(
                flat(other[b]), flat(gradient[b]), strict=True
            ):
                if steps[b] != 0.0:
                    to[j] = to[j] + far * factors[b] * by[j]
        gradient = gradients(other, *given)[1]
    for b in range(4):
        if steps[b] == 0.0:
            continue
        parts = (flat(theta[b]), flat(velocity[b]), flat(gradient[b]))
        for (own, j, _), (kept, _, _), (by, _, _) in zip(*parts, strict=True):
            change = factors[b] * by[j] + (decay if b % 2 == 0 else 0.0) * own[j]
            if momentum != 0.0:
                kept[j] = momentum * kept[j] + change
                change = kept[j]
            own[j] = own[j] - steps[b] * change
    return total
