"""Losses of outputs, their gradients, and margins.

Parts of a kernel, which work on a block of rows on the desk (`network_desk`).
"""

import numpy as np

from refgen.kernels import network_desk as on
from refgen.kernels.exponentials import exps, logs
from refgen.kernels.linked import (
    FLOAT,
    INTEGER,
    INTEGERS,
    NOTHING,
    ahead,
    floats_at,
    inlined,
    linked,
)

SQUARED, LOGISTIC, CROSS_ENTROPY = range(3)


@inlined
def _squared(o, t, n, k, kp, sums):
    for i in range(n):
        total = 0.0
        for j in range(i * kp, i * kp + k):
            off = o[j] - t[j]
            total += 0.5 * (off * off)
            o[j] = off
        sums[i] = total


@inlined
def _logistic(o, t, n, k, kp, sums):
    size = n * kp
    for j in range(size):
        sums[j] = -abs(o[j])
    exps(sums, size)
    for j in range(size):
        out, target, e = o[j], t[j], sums[j]
        sums[j] = 1.0 / (1.0 + e)
        # log(1 + e^o) − to; o − to is 0 where o is sure and right.
        t[j] = out - target * out if out > 0.0 else -target * out
        o[j] = (sums[j] if out >= 0.0 else e * sums[j]) - target
    logs(sums, size)
    for i in range(n):
        total = 0.0
        for j in range(i * kp, i * kp + k):
            total += t[j] - sums[j]
        sums[i] = total
        for j in range(i * kp + k, (i + 1) * kp):
            o[j] = 0.0


@inlined
def _cross_entropy(o, t, n, k, kp, sums):
    sizes = ahead(sums, n)
    for i in range(n):
        first, last = i * kp, i * kp + k
        top, said = o[first], 0.0
        for j in range(first + 1, last):
            top = o[j] if o[j] > top else top
        for j in range(first, last):
            said += t[j] * (top - o[j])
            o[j] = o[j] - top
        sums[i] = said
    exps(o, n * kp)
    for i in range(n):
        first, last, size = i * kp, i * kp + k, 0.0
        for j in range(first, last):
            size += o[j]
        for j in range(first, last):
            o[j] = o[j] / size - t[j]
        for j in range(last, first + kp):
            o[j] = 0.0
        sizes[i] = 1.0 / size
    logs(sizes, n)
    for i in range(n):
        sums[i] = sums[i] - sizes[i]


@linked(NOTHING, INTEGERS, INTEGER, needs=(exps, logs))
def losses(desk, n):
    """The losses of rows; outputs become the gradient, and labels may be lost."""
    o, t, sums = (
        floats_at(desk[on.OUT]),
        floats_at(desk[on.T]),
        floats_at(desk[on.SUMS]),
    )
    if desk[on.LOSS] == SQUARED:
        _squared(o, t, n, desk[on.K], desk[on.KP], sums)
    elif desk[on.LOSS] == LOGISTIC:
        _logistic(o, t, n, desk[on.K], desk[on.KP], sums)
    else:
        _cross_entropy(o, t, n, desk[on.K], desk[on.KP], sums)


@inlined
def _margin(outputs, targets, k, middle):
    """How far the right answer is ahead: f_y − max f, or ±f of a single output."""
    best, other = 0, -np.inf
    for j in range(1, k):
        best = j if targets[j] > targets[best] else best
    for j in range(k):
        other = outputs[j] if j != best and outputs[j] > other else other
    margin = outputs[best] - other
    if k == 1:
        margin = outputs[0] if targets[0] > middle else -outputs[0]
    return margin


@linked(INTEGER, INTEGERS, INTEGER, FLOAT)
def count_margins(desk, n, wanted):
    """How many of n rows have at least such a margin."""
    k, kp = desk[on.K], desk[on.KP]
    o, t, count = floats_at(desk[on.OUT]), floats_at(desk[on.T]), 0
    middle = 0.5 if desk[on.LOSS] == LOGISTIC else 0.0
    for i in range(n):
        count += _margin(ahead(o, i * kp), ahead(t, i * kp), k, middle) >= wanted
    return count
