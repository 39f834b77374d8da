"""Epochs of networks: rows in random orders, steps on batches, and reasons to stop.

Parts of a kernel, which work on a desk (`network_desk`).
"""

import numpy as np

from refgen.kernels import network_desk as on
from refgen.kernels import random
from refgen.kernels.linked import (
    FLOAT,
    FLOATS,
    INTEGER,
    INTEGERS,
    NOTHING,
    WORDS,
    ahead,
    floats_at,
    inlined,
    integers_at,
    linked,
    words_at,
)
from refgen.kernels.network_desk import ROWS
from refgen.kernels.network_losses import count_margins, losses
from refgen.kernels.network_passes import forward, gather
from refgen.kernels.network_steps import step

# What became of a network.
TRAINING, REACHED_LOSS, REACHED_MARGIN, DIVERGED = range(4)

# Arrays of all networks, in the order in which `train_networks` takes them.
(
    THETA, VELOCITY, STATUS, EPOCHS, LOSSES, LABELS, SHARES, ORDERS, PLAN, STEPS, RULES,
    STOPS, REPLICATES, KEY,
) = range(14)  # fmt: skip

_four = inlined(random._four.py_func)


@linked(NOTHING, INTEGERS, WORDS, INTEGERS, INTEGER, INTEGER, WORDS, WORDS)
def shuffle(order, words, rows, n, epoch, replicate, key):
    """Rows in a random order, by Fisher and Yates, from words epoch·n … of a stream.

    There is room for n + 6 words.
    """
    first = epoch * n
    skip = first % 4
    for i in range(n):
        order[i] = rows[i]
    for i in range(0, skip + n, 4):
        block = np.uint64((first + i) // 4)
        four = _four(block, replicate[0], key[0], key[1], key[2])
        words[i], words[i + 1], words[i + 2], words[i + 3] = four
    for i in range(n - 1, 0, -1):
        j = np.int64(random._product(words[skip + i], np.uint64(i + 1))[0])
        order[i], order[j] = order[j], order[i]


@linked(INTEGER, INTEGERS, FLOATS, INTEGERS, INTEGER, FLOATS,
        needs=(gather, forward, losses, count_margins))  # fmt: skip
def is_over(desk, theta, rows, n, stops):
    """Whether the mean loss is small, or enough margins are large."""
    weights, sums, x = (
        floats_at(desk[on.WEIGHTS]),
        floats_at(desk[on.SUMS]),
        floats_at(desk[on.X]),
    )
    total, count, start = 0.0, 0, 0
    while start < n:
        m, own = min(ROWS, n - start), ahead(rows, start)
        gather(desk, own, m)
        forward(desk, theta, x, m)
        count += count_margins(desk, m, stops[1])
        losses(desk, m)
        for i in range(m):
            total += weights[own[i]] * sums[i]
        start += m
    if total / n <= stops[0]:
        return REACHED_LOSS
    return REACHED_MARGIN if count >= stops[2] * n else TRAINING


@linked(FLOAT, INTEGERS, FLOATS, FLOATS, INTEGERS, INTEGER, INTEGER, FLOATS, FLOATS,
        needs=(step,))  # fmt: skip
def epoch(desk, theta, velocity, rows, n, batch, steps, rules):
    """Steps on one batch of rows after another; the sum of the losses before them."""
    total, start = 0.0, 0
    while start < n:
        m, own = min(batch, n - start), ahead(rows, start)
        total += step(desk, theta, velocity, own, m, steps, rules)
        start += m
    return total


@linked(NOTHING, INTEGERS, INTEGERS, INTEGERS, WORDS, *(INTEGER,) * 6,
        needs=(shuffle, epoch, is_over))  # fmt: skip
def train_networks(desk, arrays, order, words, first, last, n_epochs, n_rows, shared,
                   shuffled):  # fmt: skip
    """Epochs of networks first … last − 1.

    The order has room for `n_rows` rows, and `words` for what shuffles them. All
    networks may have the same rows, which are `shared` then.
    """
    size = (desk[on.D] + 1) * desk[on.HP] + (desk[on.H] + 1) * desk[on.KP]
    status, done = integers_at(arrays[STATUS]), integers_at(arrays[EPOCHS])
    key = words_at(arrays[KEY])
    for m in range(first, last):
        theta = ahead(floats_at(arrays[THETA]), m * size)
        velocity = ahead(floats_at(arrays[VELOCITY]), m * size)
        losses_of = ahead(floats_at(arrays[LOSSES]), m * n_epochs)
        plan = ahead(integers_at(arrays[PLAN]), 4 * m)
        steps = ahead(floats_at(arrays[STEPS]), 4 * m)
        rules = ahead(floats_at(arrays[RULES]), 3 * m)
        stops = ahead(floats_at(arrays[STOPS]), 3 * m)
        replicate = ahead(words_at(arrays[REPLICATES]), m)
        own = ahead(integers_at(arrays[ORDERS]), 0 if shared else m * n_rows)
        n, e = plan[0], 0
        desk[on.TARGETS] = arrays[LABELS] + 8 * plan[3] * desk[on.K]
        desk[on.WEIGHTS] = arrays[SHARES] + 8 * plan[3]
        watched = stops[0] > -np.inf or stops[1] < np.inf
        while e < n_epochs and status[m] == TRAINING and done[m] < plan[2]:
            used = own
            if shuffled:
                shuffle(order, words, own, n, done[m], replicate, key)
                used = order
            total = epoch(desk, theta, velocity, used, n, plan[1], steps, rules)
            losses_of[e] = total / n
            if not abs(losses_of[e]) < np.inf:
                status[m] = DIVERGED
            elif watched:
                status[m] = is_over(desk, theta, own, n, stops)
            done[m] += 1
            e += 1
