"""Steps of gradient descent: with momentum, decay of weights, and SAM.

Parts of a kernel, which work on the desk (`network_desk`). Parameters come in four
blocks, hidden weights, hidden biases, output weights, and output biases, each with a
step size of its own; where it is 0 they are left alone.
"""

import numpy as np

from refgen.kernels import network_desk as on
from refgen.kernels.linked import (
    FLOAT,
    FLOATS,
    INTEGER,
    INTEGERS,
    NOTHING,
    ahead,
    floats_at,
    inlined,
    linked,
)
from refgen.kernels.network_desk import ROWS, TALL, WIDE
from refgen.kernels.network_losses import losses
from refgen.kernels.network_passes import backward, forward, gather, transpose
from refgen.kernels.products import product

# Lanes of sums of squares: as many as a device's block has threads.
LANES = 256


@inlined
def _sum_rows(z, n, width, to, added):
    """To each column its sum over rows; it starts from what is there if `added`."""
    if not added:
        for j in range(width):
            to[j] = 0.0
    for i in range(n):
        for j in range(width):
            to[j] += z[i * width + j]


@linked(NOTHING, INTEGERS, INTEGER, INTEGER, INTEGER, needs=(product,))
def accumulate(desk, n, added, hidden):
    """Sums over n rows of gradients by all parameters, before multipliers."""
    d, h, hp, kp = desk[on.D], desk[on.H], desk[on.HP], desk[on.KP]
    gradient, o = floats_at(desk[on.GRADIENT]), floats_at(desk[on.OUT])
    v = ahead(gradient, (d + 1) * hp)
    if hidden:
        g = floats_at(desk[on.G])
        product(floats_at(desk[on.X]), 1, d, g, hp, gradient, hp, d, hp, n, added)
        _sum_rows(g, n, hp, ahead(gradient, d * hp), added)
    product(floats_at(desk[on.A]), 1, hp, o, kp, v, kp, h, kp, n, added)
    _sum_rows(o, n, kp, ahead(v, h * kp), added)


@linked(FLOAT, INTEGERS, FLOATS, INTEGERS, INTEGER, INTEGER, INTEGER,
        needs=(transpose, gather, forward, losses, backward, accumulate))  # fmt: skip
def gradient(desk, theta, rows, n, to_end, hidden):
    """Σ w_i loss_i, and Σ w_i ∇loss_i; without the last block unless `to_end`."""
    k, kp, x, o = (
        desk[on.K],
        desk[on.KP],
        floats_at(desk[on.X]),
        floats_at(desk[on.OUT]),
    )
    weights, sums = floats_at(desk[on.WEIGHTS]), floats_at(desk[on.SUMS])
    if hidden:
        transpose(desk, theta)
    total, start = 0.0, 0
    while start < n:
        m, own = min(ROWS, n - start), ahead(rows, start)
        gather(desk, own, m)
        forward(desk, theta, x, m)
        losses(desk, m)
        for i in range(m):
            weight = weights[own[i]]
            total += weight * sums[i]
            for j in range(i * kp, i * kp + k):
                o[j] *= weight
        if hidden:
            backward(desk, m)
        if to_end or start + m < n:
            accumulate(desk, m, start, hidden)
        start += m
    return total


@inlined
def _length(gradient, ends, factors, steps, lanes):
    """A gradient's length: squares are added in lanes, and the lanes by halves."""
    for lane in range(LANES):
        lanes[lane] = 0.0
    for b in range(4):
        if steps[b] != 0.0:
            for i in range(ends[b], ends[b + 1], 8):
                own = ahead(lanes, i % LANES)
                for lane in range(8):
                    change = factors[b] * gradient[i + lane]
                    own[lane] += change * change
    half = LANES // 2
    while half:
        for lane in range(half):
            lanes[lane] += lanes[lane + half]
        half //= 2
    return np.sqrt(lanes[0])


@linked(NOTHING, INTEGERS, FLOATS, FLOATS, FLOAT)
def ascend(desk, theta, steps, radius):
    """Parameters as far uphill as the radius, beside those of the network."""
    d, h, hp, kp = desk[on.D], desk[on.H], desk[on.HP], desk[on.KP]
    v = (d + 1) * hp
    ends = (0, d * hp, v, v + h * kp, v + (h + 1) * kp)
    gradient, other = floats_at(desk[on.GRADIENT]), floats_at(desk[on.OTHER])
    factors = floats_at(desk[on.FACTORS])
    length = _length(gradient, ends, factors, steps, floats_at(desk[on.PANEL]))
    far = radius / length if length > 0.0 else 0.0
    for b in range(4):
        for i in range(ends[b], ends[b + 1]):
            other[i] = theta[i]
        if steps[b] != 0.0:
            by = far * factors[b]
            for i in range(ends[b], ends[b + 1]):
                other[i] += by * gradient[i]


@linked(NOTHING, FLOATS, FLOATS, FLOATS, INTEGER, FLOAT, FLOAT, FLOAT, FLOAT)
def descend(theta, velocity, gradient, n, factor, decay, momentum, step):
    """Change n parameters; velocity is not used where there is no momentum."""
    if momentum == 0.0:
        for i in range(n):
            change = factor * gradient[i] + decay * theta[i]
            theta[i] = theta[i] - step * change
    else:
        for i in range(n):
            change = factor * gradient[i] + decay * theta[i]
            velocity[i] = momentum * velocity[i] + change
            theta[i] = theta[i] - step * velocity[i]


@linked(NOTHING, FLOATS, FLOATS, FLOAT, FLOATS, INTEGER, FLOAT, FLOAT, FLOAT, FLOAT)
def descend_along(theta, velocity, x, g, n, factor, decay, momentum, step):
    """`descend` for the gradient xg of one row of data, which is not written down."""
    if momentum == 0.0:
        for i in range(n):
            # As a sum of one term: it starts from 0, which takes the sign from −0.
            change = factor * (x * g[i] + 0.0) + decay * theta[i]
            theta[i] = theta[i] - step * change
    else:
        for i in range(n):
            change = factor * (x * g[i] + 0.0) + decay * theta[i]
            velocity[i] = momentum * velocity[i] + change
            theta[i] = theta[i] - step * velocity[i]


@linked(NOTHING, INTEGERS, FLOATS, FLOATS, FLOATS, FLOATS, INTEGER, INTEGER, FLOATS,
        INTEGER, INTEGER, INTEGER, FLOAT, FLOATS, FLOAT,
        needs=(product, descend, descend_along))  # fmt: skip
def weights_step(desk, theta, velocity, gradient, left, n_left, n_rows, right, width,
                 n, added, factor, rules, step):  # fmt: skip
    """A step of weights, whose gradient is the product of two blocks of n rows."""
    panel, momentum, decay = floats_at(desk[on.PANEL]), rules[0], rules[1]
    if n == 1 and not added:
        for i in range(n_rows):
            to, of = ahead(theta, i * width), ahead(velocity, i * width)
            descend_along(to, of, left[i], right, width, factor, decay, momentum, step)
        return
    for i in range(0, n_rows, TALL):
        m = min(TALL, n_rows - i)
        for j in range(0, width, WIDE):
            w, at = min(WIDE, width - j), i * width + j
            # The sum over earlier blocks is where it was added up.
            to, stride = (ahead(gradient, at), width) if added else (panel, w)
            product(ahead(left, i), 1, n_left, ahead(right, j), width, to, stride, m, w,
                    n, added)  # fmt: skip
            # One after another, where a panel is as wide as the layer.
            times, length = (1, m * w) if w == width else (m, w)
            for r in range(times):
                own = at + r * width
                descend(ahead(theta, own), ahead(velocity, own), ahead(to, r * stride),
                        length, factor, decay, momentum, step)  # fmt: skip


@linked(NOTHING, INTEGERS, INTEGER, FLOATS, FLOATS, INTEGER, INTEGER, FLOATS, FLOATS,
        needs=(weights_step, descend))  # fmt: skip
def layer_step(desk, which, theta, velocity, n, added, steps, rules):
    """A step of a layer along the sum over n rows and, if `added`, earlier blocks."""
    d, hp, b = desk[on.D], desk[on.HP], 2 * which
    left, right = (on.A, on.OUT) if which else (on.X, on.G)
    left, right = floats_at(desk[left]), floats_at(desk[right])
    n_left, n_rows, width = (hp, desk[on.H], desk[on.KP]) if which else (d, d, hp)
    at = (d + 1) * hp if which else 0
    theta, velocity = ahead(theta, at), ahead(velocity, at)
    gradient = ahead(floats_at(desk[on.GRADIENT]), at)
    factor = ahead(floats_at(desk[on.FACTORS]), b)
    if steps[b] != 0.0:
        weights_step(
            desk, theta, velocity, gradient, left, n_left, n_rows, right, width, n,
            added, factor[0], rules, steps[b],
        )  # fmt: skip
    if steps[b + 1] != 0.0:
        at = n_rows * width
        to = ahead(gradient, at)
        _sum_rows(right, n, width, to, added)
        descend(ahead(theta, at), ahead(velocity, at), to, width, factor[1], 0.0,
                rules[0], steps[b + 1])  # fmt: skip


@linked(FLOAT, INTEGERS, FLOATS, FLOATS, INTEGERS, INTEGER, FLOATS, FLOATS,
        needs=(gradient, ascend, layer_step))  # fmt: skip
def step(desk, theta, velocity, rows, n, steps, rules):
    """One step on n rows; returns Σ w_i loss_i before it."""
    scales, factors = floats_at(desk[on.SCALES]), floats_at(desk[on.FACTORS])
    factors[0], factors[1] = scales[0] / n, 1.0 / n
    factors[2], factors[3] = scales[1] / n, 1.0 / n
    hidden, sharp = steps[0] != 0.0 or steps[1] != 0.0, rules[2] > 0.0
    total = gradient(desk, theta, rows, n, sharp, hidden)
    if sharp:
        ascend(desk, theta, steps, rules[2])
        gradient(desk, floats_at(desk[on.OTHER]), rows, n, 0, hidden)
    # What is left of the gradient is the last block's part.
    before = (n - 1) // ROWS * ROWS
    for which in range(2):
        layer_step(desk, which, theta, velocity, n - before, before, steps, rules)
    return total
