"""Two-layer networks trained by gradient descent, each on its own, many at once.

Only + − × ÷ √, fused multiply-adds in products of matrices, and powers of 2 are used,
in a fixed order, so that any IEEE machine, a GPU included, gives the same bits; and a
network has the same bits alone and among others.

The parameters of a network are one row: hidden weights (d, h), hidden biases (h,),
output weights (h, k), output biases (k,), where rows of h and of k numbers are filled
up with zeros; see `packed`.
"""

from typing import Any

import numpy as np

from refgen.kernels import compiled
from refgen.kernels.exponentials import FARTHEST, falling
from refgen.kernels.packed import padded
from refgen.kernels.products import add_product
from refgen.kernels.random import _log, _product, _words
from refgen.kernels.threads import in_threads

# Rows of data that are worked on at once: they stay in the cache.
ROWS = 64

LINEAR, RELU, TANH, EXPONENTIAL = range(4)
SQUARED, LOGISTIC, CROSS_ENTROPY = range(3)

# What became of a network.
TRAINING, REACHED_LOSS, REACHED_MARGIN, DIVERGED = range(4)


@compiled
def _exp(x):
    """eˣ; infinite above 700, 0 below −700."""
    if not abs(x) <= FARTHEST:
        return np.inf if x > 0.0 else (0.0 if x < 0.0 else x)
    half, above, below = falling(abs(x))
    return below / above / half if x > 0.0 else half * above / below


@compiled
def _tanh(x):
    if not abs(x) <= 350.0:
        return 1.0 if x > 0.0 else (-1.0 if x < 0.0 else x)
    half, above, below = falling(2.0 * abs(x))
    # Not 1 − e^(−2x), where x is small: half is 1 then, and the difference exact.
    value = (below - half * above) / (below + half * above)
    return value if x >= 0.0 else -value


@compiled
def _activate(z, biases, at, multiplier, activation, n_rows, width):
    """In place: what neurons make of their inputs."""
    for i in range(n_rows):
        for j in range(width):
            z[i * width + j] = multiplier * z[i * width + j] + biases[at + j]
    size = n_rows * width
    if activation == RELU:
        for i in range(size):
            z[i] = z[i] if z[i] > 0.0 or z[i] != z[i] else 0.0
    elif activation == TANH:
        for i in range(size):
            z[i] = _tanh(z[i])
    elif activation == EXPONENTIAL:
        for i in range(size):
            z[i] = _exp(z[i])


@compiled
def _times_slopes(gradient, neurons, multiplier, activation, size):
    """In place: a gradient by what neurons say, as one by their inputs."""
    if activation == RELU:
        for i in range(size):
            gradient[i] = multiplier * gradient[i] if neurons[i] > 0.0 else 0.0
    elif activation == TANH:
        for i in range(size):
            slope = 1.0 - neurons[i] * neurons[i]
            gradient[i] = multiplier * gradient[i] * slope
    elif activation == EXPONENTIAL:
        for i in range(size):
            gradient[i] = multiplier * gradient[i] * neurons[i]
    else:
        for i in range(size):
            gradient[i] = multiplier * gradient[i]


@compiled
def _loss(outputs, at, targets, t_at, k, loss):
    """The loss of one row; outputs are replaced by its gradient."""
    total = 0.0
    if loss == SQUARED:
        for j in range(k):
            off = outputs[at + j] - targets[t_at + j]
            total += 0.5 * (off * off)
            outputs[at + j] = off
    elif loss == LOGISTIC:
        for j in range(k):
            o, t = outputs[at + j], targets[t_at + j]
            e = _exp(-abs(o))
            share = 1.0 / (1.0 + e)
            # log(1 + e^o) − to; o − to is 0 where o is sure and right.
            total += (o - t * o if o > 0.0 else -t * o) - _log(share)
            outputs[at + j] = (share if o >= 0.0 else e * share) - t
    else:
        top = outputs[at]
        for j in range(1, k):
            top = max(top, outputs[at + j])
        size, said = 0.0, 0.0
        for j in range(k):
            said += targets[t_at + j] * (top - outputs[at + j])
            outputs[at + j] = _exp(outputs[at + j] - top)
            size += outputs[at + j]
        total = said - _log(1.0 / size)
        for j in range(k):
            outputs[at + j] = outputs[at + j] / size - targets[t_at + j]
    return total


@compiled
def _forward(theta, X, rows, first, n_rows, sizes, scales, activation, x, a, o):
    """Copies rows of X to x, and finds what neurons say, a, and outputs, o."""
    d, h, _k, hp, kp = sizes
    for i in range(n_rows):
        row = rows[first + i] * d
        for j in range(d):
            x[i * d + j] = X[row + j]
    a[: n_rows * hp] = 0.0
    o[: n_rows * kp] = 0.0
    add_product(x, 0, d, 1, theta, 0, hp, a, 0, hp, n_rows, hp, d)
    _activate(a, theta, d * hp, scales[0], activation, n_rows, hp)
    v = (d + 1) * hp
    add_product(a, 0, hp, 1, theta, v, kp, o, 0, kp, n_rows, kp, h)
    biases = v + h * kp
    for i in range(n_rows):
        for j in range(kp):
            o[i * kp + j] = scales[1] * o[i * kp + j] + theta[biases + j]


@compiled
def _gradient(theta, gradient, transposed, data, rows, first, n, model, work):
    """Σ w_i ∇loss_i over rows[first:first + n] before multipliers, and Σ w_i loss_i."""
    X, targets, weights, shift = data
    sizes, scales, activation, loss = model
    d, h, k, hp, kp = sizes
    x, a, o, g = work
    v = (d + 1) * hp
    gradient[:] = 0.0
    for i in range(h):
        for j in range(k):
            transposed[j * hp + i] = theta[v + i * kp + j]
    total = 0.0
    for start in range(0, n, ROWS):
        m = min(ROWS, n - start)
        _forward(theta, X, rows, first + start, m, sizes, scales, activation, x, a, o)
        for i in range(m):
            row = shift + rows[first + start + i]
            weight = weights[row]
            total += weight * _loss(o, i * kp, targets, row * k, k, loss)
            for j in range(k):
                o[i * kp + j] *= weight
        g[: m * hp] = 0.0
        add_product(o, 0, kp, 1, transposed, 0, hp, g, 0, hp, m, hp, k)
        _times_slopes(g, a, scales[1], activation, m * hp)
        add_product(x, 0, 1, d, g, 0, hp, gradient, 0, hp, d, hp, m)
        add_product(a, 0, 1, hp, o, 0, kp, gradient, v, kp, h, kp, m)
        hidden, output = d * hp, v + h * kp
        for i in range(m):
            for j in range(hp):
                gradient[hidden + j] += g[i * hp + j]
            for j in range(kp):
                gradient[output + j] += o[i * kp + j]
    return total


@compiled
def _block(theta, gradient, velocity, first, last, factor, decay, momentum, step):
    for i in range(first, last):
        change = factor * gradient[i] + decay * theta[i]
        velocity[i] = momentum * velocity[i] + change
        theta[i] = theta[i] - step * velocity[i]


@compiled
def _norm(gradient, sizes, factors):
    """The length of a gradient: squares are added in lanes, and the lanes by halves."""
    d, h, _k, hp, kp = sizes
    v = (d + 1) * hp
    ends = (0, d * hp, v, v + h * kp, v + (h + 1) * kp)
    lanes = np.zeros(32)
    for b in range(4):
        for i in range(ends[b], ends[b + 1]):
            change = factors[b] * gradient[i]
            lanes[i % 32] += change * change
    half = 16
    while half:
        for lane in range(half):
            lanes[lane] += lanes[lane + half]
        half //= 2
    return np.sqrt(lanes[0])


@compiled
def _step(theta, velocity, gradient, other, transposed, data, rows, first, n, model,
          steps, rule, work):  # fmt: skip
    """One step on rows[first:first + n]; returns Σ w_i loss_i before it."""
    sizes, scales, _activation, _loss = model
    d, h, _k, hp, kp = sizes
    momentum, decay, radius = rule
    v = (d + 1) * hp
    output = v + h * kp
    a, b = scales[0] / n, scales[1] / n
    factors = (a, 1.0 / n, b, 1.0 / n)
    total = _gradient(theta, gradient, transposed, data, rows, first, n, model, work)
    if radius > 0.0:
        length = _norm(gradient, sizes, factors)
        far = radius / length if length > 0.0 else 0.0
        other[:] = theta
        _along(other, gradient, 0, d * hp, far * factors[0], steps[0])
        _along(other, gradient, d * hp, v, far * factors[1], steps[1])
        _along(other, gradient, v, output, far * factors[2], steps[2])
        _along(other, gradient, output, output + kp, far * factors[3], steps[3])
        _gradient(other, gradient, transposed, data, rows, first, n, model, work)
    _block(theta, gradient, velocity, 0, d * hp, factors[0], decay, momentum, steps[0])
    _block(theta, gradient, velocity, d * hp, v, factors[1], 0.0, momentum, steps[1])
    _block(theta, gradient, velocity, v, output, factors[2], decay, momentum, steps[2])
    _block(theta, gradient, velocity, output, output + kp, factors[3], 0.0, momentum,
           steps[3])  # fmt: skip
    return total


@compiled
def _along(theta, gradient, first, last, far, step):
    """Uphill, where parameters are trained."""
    if step != 0.0:
        for i in range(first, last):
            theta[i] += far * gradient[i]


@compiled
def _shuffle(order, rows, n, epoch, words, replicate, purpose, k0, k1):
    """Rows in a random order, by Fisher and Yates, from words epoch·n … of a stream."""
    offset = epoch * n
    _words(words[:n], offset % 4, np.uint64(offset // 4), replicate, purpose, k0, k1,
           np.uint64(1))  # fmt: skip
    for i in range(n):
        order[i] = rows[i]
    for i in range(n - 1, 0, -1):
        j = np.int64(_product(words[i], np.uint64(i + 1))[0])
        order[i], order[j] = order[j], order[i]


@compiled
def _margin(outputs, at, targets, t_at, k, middle):
    """How far the right answer is ahead: f_y − max f, or ±f of a single output."""
    if k == 1:
        return outputs[at] if targets[t_at] > middle else -outputs[at]
    best = 0
    for j in range(1, k):
        if targets[t_at + j] > targets[t_at + best]:
            best = j
    other = -np.inf
    for j in range(k):
        if j != best:
            other = max(other, outputs[at + j])
    return outputs[at + best] - other


@compiled
def _state(theta, data, rows, n, model, wanted, work):
    """Mean loss, and how many margins are at least as wanted."""
    X, targets, weights, shift = data
    sizes, scales, activation, loss = model
    _d, _h, k, _hp, kp = sizes
    x, a, o, _g = work
    total, count = 0.0, 0
    for start in range(0, n, ROWS):
        m = min(ROWS, n - start)
        _forward(theta, X, rows, start, m, sizes, scales, activation, x, a, o)
        for i in range(m):
            row = shift + rows[start + i]
            t_at = row * k
            middle = 0.5 if loss == LOGISTIC else 0.0
            count += _margin(o, i * kp, targets, t_at, k, middle) >= wanted
            total += weights[row] * _loss(o, i * kp, targets, t_at, k, loss)
    return total / n, count


@compiled
def _train_each(
    theta, velocity, status, epochs, losses, X, targets, weights, rows, plan, steps,
    rules, stops, replicates, key, first, last, n_epochs, sizes, scales, activation,
    loss, shuffled,
):  # fmt: skip
    d, _h, k, hp, kp = sizes
    size = theta.shape[1]
    gradient, other = np.empty(size), np.empty(size)
    transposed = np.zeros(k * hp)
    work = (np.empty(ROWS * d), np.empty(ROWS * hp), np.empty(ROWS * kp),
            np.empty(ROWS * hp))  # fmt: skip
    order, words = np.empty(rows.shape[1], np.int64), np.empty(rows.shape[1], np.uint64)
    model = (sizes, scales, activation, loss)
    for m in range(first, last):
        n, batch, most, shift = plan[m, 0], plan[m, 1], plan[m, 2], plan[m, 3]
        own = rows[m if len(rows) > 1 else 0]
        data = (X, targets, weights, shift)
        rule = (rules[m, 0], rules[m, 1], rules[m, 2])
        order[:n] = own[:n]
        for e in range(n_epochs):
            if status[m] != TRAINING or epochs[m] >= most:
                break
            if shuffled:
                _shuffle(order, own, n, epochs[m], words, replicates[m], key[0], key[1],
                         key[2])  # fmt: skip
            total = 0.0
            for start in range(0, n, batch):
                total += _step(
                    theta[m], velocity[m], gradient, other, transposed, data, order,
                    start, min(batch, n - start), model, steps[m], rule, work,
                )  # fmt: skip
            epochs[m] += 1
            losses[m, e] = total / n
            if not abs(losses[m, e]) < np.inf:
                status[m] = DIVERGED
            elif stops[m, 0] > -np.inf or stops[m, 1] < np.inf:
                mean, count = _state(theta[m], data, own, n, model, stops[m, 1], work)
                if mean <= stops[m, 0]:
                    status[m] = REACHED_LOSS
                elif count >= stops[m, 2] * n:
                    status[m] = REACHED_MARGIN


def train_epochs(
    theta: Any, velocity: Any, status: Any, epochs: Any, X: Any, targets: Any,
    weights: Any, rows: Any, plan: Any, steps: Any, rules: Any, stops: Any,
    replicates: Any, key: Any, n_epochs: int, architecture: Any,
) -> Any:  # fmt: skip
    """Up to `n_epochs` more epochs of each network, in place; the losses of each.

    Parameters
    ----------
    theta, velocity : arrays of shape (M, n_parameters)
        Parameters and what momentum carries; changed.
    status, epochs : int64 arrays of shape (M,)
        TRAINING or what ended it, and the epochs done; changed.
    X : array of shape (N, d)
    targets : array of shape (S·N, k)
        S sets of labels, one after another.
    weights : array of shape (S·N,)
        Of the loss of each row.
    rows : int64 array of shape (M or 1, n)
        What each network is trained on; the first ones count.
    plan : int64 array of shape (M, 4)
        Columns: number of rows, batch size, most epochs, first row in `targets`.
    steps : array of shape (M, 4)
        Step sizes of hidden weights, hidden biases, output weights, output biases.
    rules : array of shape (M, 3)
        Momentum, decay of weights, radius of SAM.
    stops : array of shape (M, 3)
        A loss, −∞ for none; a margin, ∞ for none; the share of rows that reach it.
    replicates : uint64 array of shape (M,)
    key : uint64 array of shape (3,)
        Purpose and key of the stream of shuffles; empty for rows in their order.
    architecture : (d, h, k, scales of both layers, activation, loss)

    Returns
    -------
    losses : array of shape (M, n_epochs)
        Means over the rows, each before the step that saw it; NaN where no epoch was.
    """
    d, h, k, inner, outer, activation, loss = architecture
    losses = np.full((len(theta), n_epochs), np.nan)
    sizes, scales = (d, h, k, padded(h), padded(k)), (float(inner), float(outer))
    shuffled = len(key) > 0
    used = key if shuffled else np.zeros(3, np.uint64)

    def part(start, stop):
        _train_each(
            theta, velocity, status, epochs, losses, X.ravel(), targets.ravel(),
            weights, rows, plan, steps, rules, stops, replicates, used, start, stop,
            n_epochs, sizes, scales, activation, loss, shuffled,
        )  # fmt: skip

    cost = n_epochs * rows.shape[1] * (2 * d * h + 3 * h * k)
    in_threads(len(theta), cost, part)
    return losses


@compiled
def _evaluate_each(theta, X, n, first, last, sizes, scales, activation, hidden, out):
    d, h, k, hp, kp = sizes
    x, a, o = np.empty(ROWS * d), np.empty(ROWS * hp), np.empty(ROWS * kp)
    rows = np.arange(n)
    for m in range(first, last):
        own = X[m if len(X) > 1 else 0]
        for start in range(0, n, ROWS):
            count = min(ROWS, n - start)
            _forward(
                theta[m], own, rows, start, count, sizes, scales, activation, x, a, o
            )
            for i in range(count):
                for j in range(h):
                    hidden[m, start + i, j] = a[i * hp + j]
                for j in range(k):
                    out[m, start + i, j] = o[i * kp + j]


def evaluate(theta: Any, X: Any, architecture: Any) -> tuple[Any, Any]:
    """What neurons say, (M, n, h), and outputs, (M, n, k), of M networks.

    `theta` is (M, n_parameters), `X` (M or 1, n, d), and `architecture` (d, h, k,
    scales of both layers, activation).
    """
    d, h, k, inner, outer, activation = architecture
    n = X.shape[1]
    hidden, out = np.empty((len(theta), n, h)), np.empty((len(theta), n, k))
    sizes, scales = (d, h, k, padded(h), padded(k)), (float(inner), float(outer))
    flat = X.reshape(len(X), n * d)

    def part(start, stop):
        _evaluate_each(
            theta, flat, n, start, stop, sizes, scales, activation, hidden, out
        )

    in_threads(len(theta), n * (d * h + h * k), part)
    return hidden, out
