"""Training by the kernel against training as one reads it, bit for bit."""

import itertools

import numpy as np
import pytest
from support import plain_networks as plain

from refgen.kernels import threads
from refgen.kernels.networks import evaluate, train_epochs
from refgen.kernels.packed import n_parameters, padded
from refgen.kernels.random import fill

NEVER = (-np.inf, np.inf, 0.99)
RULES = [(0.0, 0.0, 0.0), (0.9, 0.1, 0.0), (0.0, 0.2, 0.3), (0.5, 0.1, 0.05)]
KEY = np.array([5, 7, 11], np.uint64)


def places(d, h, k):
    """Where a row of parameters has hidden weights and biases, and output ones."""
    hp, kp = padded(h), padded(k)
    v = (d + 1) * hp
    every = np.arange(n_parameters(d, h, k))
    upper, lower = every[:v].reshape(-1, hp), every[v:].reshape(-1, kp)
    return upper[:d, :h], upper[d, :h], lower[:h, :k], lower[h, :k]


class Problem:
    """Members on shared points, all of whose settings differ."""

    def __init__(self, shape=(2, 3, 2), n=5, members=1, activation=1, loss=2, seed=0):
        rng = np.random.default_rng(seed)
        self.shape, self.n, self.members = shape, n, members
        d, h, k = shape
        self.model = (0.75, 1.5), activation, loss
        self.X = rng.normal(size=(n, d))
        self.targets = rng.dirichlet(np.ones(max(k, 2)), n)[:, :k].copy()
        self.weights = rng.uniform(0.5, 2, n)
        self.theta = np.zeros((members, n_parameters(d, h, k)))
        for own in self.theta:
            for block in places(*shape):
                own[block] = rng.normal(size=block.shape)
        self.rows = rng.permuted(np.tile(np.arange(n), (members, 1)), axis=1)
        self.steps = np.tile([0.1, 0.2, 0.15, 0.05], (members, 1))
        self.rules = np.zeros((members, 3))
        self.stops = np.tile(NEVER, (members, 1))
        self.batch, self.most, self.key = n, 99, KEY[:0]

    def train(self, n_epochs=1, only=slice(None)):
        """Parameters, velocities, losses, what ended members, and their epochs."""
        d, h, k = self.shape
        theta = self.theta[only].copy()
        velocity = np.zeros_like(theta)
        status, epochs = np.zeros((2, len(theta)), np.int64)
        plan = np.tile([self.n, self.batch, self.most, 0], (len(theta), 1))
        scales, activation, loss = self.model
        losses = train_epochs(
            theta, velocity, status, epochs, self.X, self.targets, self.weights,
            self.rows[only], plan, self.steps[only], self.rules[only],
            self.stops[only], np.arange(self.members, dtype=np.uint64)[only],
            self.key, n_epochs, (d, h, k, *scales, activation, loss),
        )  # fmt: skip
        return theta, velocity, losses, status, epochs

    def train_plainly(self, orders, m=0):
        """Parameters and velocities of a member, and a loss for each order of rows."""
        d, h, k = self.shape
        sizes = d, h, k, padded(h), padded(k)
        blocks = places(*self.shape)
        theta = [self.theta[m][block].tolist() for block in blocks]
        velocity = [np.zeros(block.shape).tolist() for block in blocks]
        losses = []
        for order in orders:
            total = 0.0
            for start in range(0, self.n, self.batch):
                own = order[start : start + self.batch]
                given = (self.X[own], self.targets[own], self.weights[own])
                total += plain.step(
                    theta, velocity, *(a.tolist() for a in given), self.model,
                    self.steps[m].tolist(), self.rules[m].tolist(), sizes,
                )  # fmt: skip
            losses.append(total / self.n)
        packed = np.zeros((2, self.theta.shape[1]))
        for row, parts in zip(packed, (theta, velocity), strict=True):
            for block, part in zip(blocks, parts, strict=True):
                row[block] = part
        return *packed, losses


def assert_plain(problem, orders, m=0, n_epochs=None):
    theta, velocity, losses, *_ = problem.train(n_epochs or len(orders))
    wanted = problem.train_plainly(orders, m)
    for found, own in zip((theta[m], velocity[m]), wanted, strict=False):
        np.testing.assert_array_equal(found, own)
        np.testing.assert_array_equal(np.signbit(found), np.signbit(own))  # of 0, too
    np.testing.assert_array_equal(losses[m, : len(orders)], wanted[2])


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("loss", range(3))
@pytest.mark.parametrize("activation", range(4))
def test_every_activation_loss_and_rule(activation, loss, rule):
    problem = Problem(activation=activation, loss=loss)
    problem.batch, problem.rules[:] = 2, rule
    assert_plain(problem, [problem.rows[0]] * 2)


@pytest.mark.parametrize("loss", [0, 1])
def test_one_output(loss):
    problem = Problem((3, 2, 1), activation=2, loss=loss)
    assert_plain(problem, [problem.rows[0]] * 3)


@pytest.mark.parametrize("rule", RULES)
def test_batches_of_more_rows_than_a_block(rule):
    problem = Problem((2, 3, 2), n=133)
    problem.rules[:] = rule
    assert_plain(problem, [problem.rows[0]] * 2)
    for batch in (64, 65, 69):
        problem.batch = batch
        assert_plain(problem, [problem.rows[0]])


@pytest.mark.parametrize("shape", [(1, 1, 2), (9, 41, 11), (3, 520, 2)])
@pytest.mark.parametrize("batch", [1, 4])
def test_sizes_on_both_sides_of_those_of_tiles_and_panels(shape, batch):
    problem = Problem(shape, n=4, seed=1)
    problem.batch, problem.rules[:] = batch, (0.5, 0.1, 0.1 if shape[0] == 9 else 0.0)
    assert_plain(problem, [problem.rows[0]])


@pytest.mark.parametrize("seed", range(4))
def test_long_steps_show_all_bits_of_a_gradient(seed):
    """That of the length that SAM divides by, too, which is added up in 256 lanes."""
    problem = Problem((9, 41, 11), n=3, seed=seed)
    problem.rules[:], problem.steps = (0.0, 0.0, 2.0), 1e6 * problem.steps
    assert_plain(problem, [problem.rows[0]])


def test_sam_climbs_as_far_by_small_gradients():
    problem = Problem((3, 17, 2), n=9)
    problem.weights *= 1e-9
    problem.rules[:] = 0.0, 0.0, 0.5
    problem.steps *= 1e8
    assert_plain(problem, [problem.rows[0]] * 2)


@pytest.mark.parametrize("steps", list(itertools.product([0.0, 0.1], repeat=4)))
def test_parts_whose_step_is_0_are_left_alone(steps):
    problem = Problem()
    problem.steps[:], problem.rules[:] = steps, (0.5, 0.1, 0.3)
    assert_plain(problem, [problem.rows[0]] * 2)
    theta = problem.train()[0][0]
    for block, own in zip(places(*problem.shape), steps, strict=True):
        assert (theta[block] == problem.theta[0][block]).all() == (own == 0)


def shuffled(rows, n, epoch, replicate):
    """Fisher and Yates's shuffle by whole numbers, from words of a stream."""
    purpose, *key = (int(i) for i in KEY)
    words = fill("words", n, epoch * n, (replicate, purpose, *key))
    order = list(rows)
    for i in range(n - 1, 0, -1):
        j = int(words[i]) * (i + 1) >> 64
        order[i], order[j] = order[j], order[i]
    return np.array(order)


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("n", [1, 2, 5, 70])
def test_orders_are_those_of_the_stream(n, batch):
    """Of a row at a time every exchange shows; within a batch few bits depend on it."""
    problem = Problem(n=n, members=2)
    problem.batch, problem.key = batch, KEY
    own = problem.rows[1]
    assert_plain(problem, [shuffled(own, n, e, 1) for e in range(3)], m=1)


def test_all_orders_are_as_likely():
    counts = dict.fromkeys(itertools.permutations(range(3)), 0)
    for epoch in range(3000):
        counts[tuple(shuffled(range(3), 3, epoch, 0).tolist())] += 1
    # Six standard deviations of a count are 122.
    assert all(abs(c - 500) < 122 for c in counts.values())


@pytest.mark.parametrize("rule", RULES)
def test_a_member_is_alone_among_others(rule, monkeypatch):
    problem = Problem((5, 19, 3), n=75, members=5)
    problem.batch, problem.key, problem.rules[:] = 8, KEY, rule
    problem.steps *= np.arange(1, 6)[:, None]
    together = problem.train(3)
    monkeypatch.setattr(threads, "n_threads_for", lambda n, cost: min(n, 3))
    for a, b in zip(together, problem.train(3), strict=True):
        np.testing.assert_array_equal(a, b)
    for m in range(5):
        for a, b in zip(together, problem.train(3, slice(m, m + 1)), strict=True):
            np.testing.assert_array_equal(a[m], b[0])


@pytest.mark.parametrize("keep_hidden", [False, True])
@pytest.mark.parametrize("activation", range(4))
def test_outputs(activation, keep_hidden, monkeypatch):
    """Of members that two threads share."""
    monkeypatch.setattr(threads, "n_threads_for", lambda n, cost: min(n, 2))
    problem = Problem((2, 9, 3), n=67, members=2, activation=activation)
    scales, *_ = problem.model
    for X in (problem.X[None], np.stack([problem.X, problem.X[::-1]])):
        hidden, out = evaluate(
            problem.theta, X, (2, 9, 3, *scales, activation), keep_hidden
        )
        assert (hidden is None) == (not keep_hidden)
        for m in range(2):
            own = [problem.theta[m][block].tolist() for block in places(2, 9, 3)]
            wanted = plain.outputs(own, X[m % len(X)].tolist(), scales, activation)
            assert np.array_equal(out[m], wanted[1])
            if keep_hidden:
                assert np.array_equal(hidden[m], wanted[0])


def states(problem, m, n_epochs):
    """Mean loss and sorted margins of a member after each epoch."""
    scales, activation, loss = problem.model
    for e in range(1, n_epochs + 1):
        theta = problem.train(e)[0][m]
        blocks = [theta[block].tolist() for block in places(*problem.shape)]
        _, out = plain.outputs(blocks, problem.X.tolist(), scales, activation)
        total, margins = 0.0, []
        for i in problem.rows[m]:
            target = problem.targets[i].tolist()
            total += problem.weights[i] * plain.row_loss(out[i], target, loss)[0]
            best = int(np.argmax(target))
            margins.append(out[i][best] - max(np.delete(out[i], best)))
        yield total / problem.n, np.sort(margins)[::-1]


def test_members_stop_at_a_loss_or_at_margins():
    problem = Problem((2, 5, 3), n=70, members=3)
    reached = list(states(problem, 0, 6)), list(states(problem, 1, 6))
    share = 0.5
    problem.stops[0] = reached[0][3][0], np.inf, share
    problem.stops[1] = -np.inf, reached[1][2][1][34], share
    _, _, losses, status, epochs = problem.train(9)
    assert status.tolist() == [1, 2, 0]
    first = [
        next(i for i, s in enumerate(reached[0]) if s[0] <= reached[0][3][0]) + 1,
        next(i for i, s in enumerate(reached[1]) if s[1][34] >= reached[1][2][1][34])
        + 1,
    ]
    assert epochs.tolist() == [*first, 9]
    assert np.isnan(losses).sum(axis=1).tolist() == [9 - first[0], 9 - first[1], 0]


def test_the_margin_of_one_output_is_its_sign():
    kinds = ((0, (-1.0, 1.0)), (1, (0.0, 1.0)), (1, (0.5, 0.6)), (1, (0.3, 0.7)))
    for loss, labels in kinds:
        problem = Problem((1, 4, 1), n=4, loss=loss, activation=0)
        problem.targets[:, 0] = [labels[int(i)] for i in (0, 1, 1, 0)]
        problem.steps[:] = 1e-300
        hidden = (1, 4, 1, *problem.model[0], 0)
        out = evaluate(problem.theta, problem.X[None], hidden, False)[1][0, :, 0]
        margins = np.sort(np.where(problem.targets[:, 0] == labels[1], out, -out))
        for wanted, status in ((margins[1], 2), (np.nextafter(margins[1], 9), 0)):
            problem.stops[:] = -np.inf, wanted, 0.75
            assert problem.train(2)[3].tolist() == [status]


def test_of_equal_shares_the_first_class_has_the_margin():
    problem = Problem((1, 4, 3), n=4, loss=2, activation=0)
    problem.targets[:] = [0.2, 0.4, 0.4]
    problem.steps[:] = 1e-300
    network = (1, 4, 3, *problem.model[0], 0)
    out = evaluate(problem.theta, problem.X[None], network, False)[1][0]
    margins = np.sort(out[:, 1] - np.maximum(out[:, 0], out[:, 2]))
    for wanted, status in ((margins[1], 2), (np.nextafter(margins[1], np.inf), 0)):
        problem.stops[:] = -np.inf, wanted, 0.75
        assert problem.train(2)[3].tolist() == [status]


def test_what_diverges_ends_and_leaves_others_alone():
    problem = Problem((3, 8, 2), n=20, members=3, loss=0)
    calm = problem.train(9, slice(2, 3))
    problem.steps[:2] = 1e6
    _theta, _velocity, losses, status, epochs = problem.train(9)
    assert status.tolist() == [3, 3, 0]
    assert (epochs[:2] < 9).all()
    assert not np.isfinite(losses[0, epochs[0] - 1])
    np.testing.assert_array_equal(problem.train(9)[0][2], calm[0][0])


def test_a_loss_that_is_no_number_ends_a_network_too():
    """Of infinite outputs the cross entropy is ∞ − ∞."""
    problem = Problem((2, 3, 2), n=5, activation=0, loss=2)
    problem.theta *= 1e160
    _theta, _velocity, losses, status, epochs = problem.train(4)
    assert np.isnan(losses[0]).all()
    assert (status.tolist(), epochs.tolist()) == ([3], [1])


def test_more_epochs_go_on_where_the_first_ended():
    problem = Problem(n=9, members=2)
    problem.batch, problem.key, problem.rules[:] = 4, KEY, (0.9, 0.1, 0.0)
    whole, d = problem.train(5), problem.shape
    theta, velocity = problem.theta.copy(), np.zeros_like(problem.theta)
    status, epochs = np.zeros((2, 2), np.int64)
    scales, activation, loss = problem.model
    parts = [
        train_epochs(
            theta, velocity, status, epochs, problem.X, problem.targets,
            problem.weights, problem.rows, np.tile([9, 4, 99, 0], (2, 1)),
            problem.steps, problem.rules, problem.stops, np.arange(2, dtype=np.uint64),
            KEY, n, (*d, *scales, activation, loss),
        )
        for n in (2, 3)
    ]  # fmt: skip
    np.testing.assert_array_equal(theta, whole[0])
    np.testing.assert_array_equal(np.hstack(parts), whole[2])


@pytest.mark.parametrize(
    "theta",
    [np.zeros((2, 40), np.float32), np.zeros((40, 2)).T, np.broadcast_to(0.0, (2, 40))],
)
def test_what_is_changed_must_be_changeable(theta):
    others = [np.zeros((2, 4))] * 13
    with pytest.raises(ValueError, match="contiguous, writable array of float64"):
        train_epochs(theta, *others, 1, (1, 1, 1, 1.0, 1.0, 0, 0))
    with pytest.raises(ValueError, match="contiguous, writable array of float64"):
        train_epochs(np.zeros((2, 40)), theta, *others[1:], 1, (1, 1, 1, 1, 1, 0, 0))


@pytest.mark.parametrize("place", [2, 3])
def test_outcomes_and_epochs_must_be_integers(place):
    given = [np.zeros((2, 40)), np.zeros((2, 40)), *np.zeros((2, 2), np.int64)]
    given[place] = np.zeros(2)
    others = [np.zeros((2, 4))] * 10
    with pytest.raises(ValueError, match="contiguous, writable array of int64"):
        train_epochs(*given, *others, 1, (1, 1, 1, 1.0, 1.0, 0, 0))
