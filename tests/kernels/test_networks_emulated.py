"""Training of networks on the device: the kernels' bits are those of the CPU."""

import functools

import numpy as np
import pytest

from refgen.random import Stream
from refgen_gpu import launch

pytest.importorskip("cupy", reason="CuPy, which the stand-in imitates, is missing")
from support.kernel_checks import networks
from support.kernel_checks.networks import device_of, problem, trained
from support.standin.emulate import Emulated, why_not
from support.standin.sanitize import assert_clean, reports_of_asan

from refgen_gpu.kernels import networks as on_device

needs_compiler = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))

LINEAR, RELU, TANH, EXPONENTIAL = range(4)
SQUARED, LOGISTIC, CROSS_ENTROPY = range(3)
PARTS = ("losses", "theta", "velocity", "status", "epochs")


def on_host():
    from refgen.kernels import networks as host

    return host


def assert_bits_agree(given, be):
    """Not of NaNs, which carry what the machine puts into them."""
    right = trained(on_host().train_epochs, given)
    found = trained(on_device.train_epochs, given, be)
    for name, mine, wanted in zip(PARTS, found, right, strict=True):
        np.testing.assert_array_equal(mine, wanted, err_msg=name)
        numbers = wanted == wanted
        assert (np.signbit(mine) == np.signbit(wanted))[numbers].all(), name
    return right


def check_losses(be):
    for activation in range(4):
        for loss, k in (
            (SQUARED, 1), (SQUARED, 3), (LOGISTIC, 1), (LOGISTIC, 3),
            (CROSS_ENTROPY, 2), (CROSS_ENTROPY, 9),
        ):  # fmt: skip
            shape = (3, 23, 5, 11, k)
            given = problem(shape, activation=activation, loss=loss, steps=(0.05,) * 4)
            assert_bits_agree(given, be)


def check_rules(be):
    for rule in ((0.9, 0, 0), (0, 0.1, 0), (0, 0, 0.3), (0.5, 0.1, 0.2)):
        for activation in (RELU, TANH):
            assert_bits_agree(problem(rule=rule, activation=activation), be)


def check_rules_of_each(be):
    """Members with and without momentum, decay and a radius, in one call."""
    given = list(problem())
    given[10] = np.array([[0, 0, 0], [0.5, 0, 0.3], [0, 0.1, 0]])
    assert_bits_agree(given, be)


def check_layers_that_stay(be):
    """Steps of 0 leave weights, velocities and the length of a gradient alone."""
    for steps in ((0, 0, 0.1, 0.1), (0.1, 0, 0.1, 0), (0, 0.1, 0, 0.1)):
        for rule in ((0.5, 0.1, 0), (0, 0, 0.3)):
            given = problem(steps=steps, rule=rule)
            right = assert_bits_agree(given, be)
            moved = (right[1] != given[0]).any(axis=0)
            v = 6 * 16
            parts = moved[: 5 * 16], moved[5 * 16 : v], moved[v:-8], moved[-8:]
            assert [bool(p.any()) for p in parts] == [s > 0 for s in steps]


def check_batches(be):
    """Single rows, all rows, and more rows than are worked on at once."""
    for n, batches in ((23, (1, 1, 1)), (23, (99, 99, 99)), (150, (150, 100, 64))):
        for rule in ((0.5, 0, 0), (0, 0, 0.1)):
            shape = (3, n, 5, 11, 3)
            given = problem(shape, batches=batches, rule=rule, epochs=(2, 1, 2))
            assert_bits_agree(given, be)


def check_orders(be):
    """Rows of all members or of each; in their order, and shuffled from any word."""
    for n in (1, 2, 5, 67, 130):
        for shuffled, ragged in ((True, n > 6), (False, n > 6), (True, False)):
            shape = (3, n, 2, 3, 2)
            given = problem(shape, shuffled=shuffled, ragged=ragged, epochs=(3, 5, 4))
            assert_bits_agree(given, be)


def check_stops(be):
    seen = set()
    for loss, k in ((CROSS_ENTROPY, 3), (LOGISTIC, 1), (SQUARED, 1)):
        for stops in ((1.0, np.inf, 0.9), (-np.inf, 0.05, 0.5), (0.3, 0.2, 0.4)):
            shape = (3, 70, 5, 11, k)
            given = problem(shape, loss=loss, stops=stops, epochs=(9,) * 3, n_epochs=9)
            seen |= set(assert_bits_agree(given, be)[3].tolist())
    assert seen == {0, 1, 2}
    # A member that diverged has reached no margin, whatever the share.
    stops = -np.inf, 1.0, 0.0
    given = problem(loss=SQUARED, steps=(1e200,) * 4, stops=stops, batches=(4, 7, 5))
    assert (assert_bits_agree(given, be)[3] == 3).all()


def check_ends_at_equality(be):
    """Networks that stay as they are reach the loss, and the margin, that they have."""
    still = {"steps": (0,) * 4, "shuffled": False, "batches": (99,) * 3}
    losses = assert_bits_agree(problem(**still), be)[0][0, 0]
    given = problem(stops=(losses, np.inf, 1.0), **still)
    assert assert_bits_agree(given, be)[3][0] == 1
    given = problem(stops=(-np.inf, 0.0, 1.0), **still)
    given[0][:] = 0.0
    assert (assert_bits_agree(given, be)[3] == 2).all()


def check_right_answers(be):
    """Margins of outputs below 0, of targets that tie, and of numbers below ½."""
    stops, still = (-np.inf, 0.1, 0.3), {"steps": (0,) * 4}
    for k, loss, factor in (
        (3, CROSS_ENTROPY, 1.0),
        (3, LOGISTIC, 0.0),
        (1, SQUARED, 0.3),
    ):
        given = problem((3, 70, 5, 11, k), loss=loss, stops=stops, **still)
        given[0][:, -8:][:, :k] -= 9.0 * (k > 1)
        given[5][:] = factor * given[5] + 0.4 * (factor == 0)
        assert_bits_agree(given, be)


def check_divergence(be):
    for rule in ((0, 0, 0), (0.5, 0.1, 0.3)):
        for activation in range(4):
            steps = 1e3, 1e3, 1e3, 1e3
            given = problem(
                loss=SQUARED, activation=activation, rule=rule, steps=steps,
                epochs=(300,) * 3, n_epochs=300,
            )  # fmt: skip
            status = assert_bits_agree(given, be)[3]
            assert (status == 3).all() or activation == TANH
    # Decay that is stronger than 2 per step makes weights grow until they overflow.
    for loss in (LOGISTIC, CROSS_ENTROPY):
        given = problem(
            loss=loss, activation=TANH, rule=(0.5, 0.1, 0), steps=(1e4,) * 4,
            epochs=(300,) * 3, n_epochs=300,
        )  # fmt: skip
        assert (assert_bits_agree(given, be)[3] == 3).all()


def check_sizes(be):
    """One of everything, and more neurons and outputs than threads or tiles."""
    for shape in (
        (1, 1, 1, 1, 2),
        (2, 5, 1, 300, 9),
        (2, 9, 40, 2, 65),
        (1, 2, 3, 8, 8),
    ):
        assert_bits_agree(problem(shape, activation=TANH, rule=(0.5, 0.1, 0.1)), be)


def check_outputs(be):
    for activation in range(4):
        for shape in ((3, 23, 5, 11, 3), (1, 1, 1, 1, 1), (2, 70, 2, 130, 9)):
            given = problem(shape, activation=activation)
            theta, X, architecture = given[0], given[4], given[-1][:-1]
            for points in (X[None], np.stack([X] * len(theta)) + theta[:, :1, None]):
                for keeps in (True, False):
                    check_evaluation(be, theta, points, architecture, keeps)


def check_outputs_without_numbers(be):
    """NaN stays NaN, and outputs of other members are as they were."""
    for activation in range(4):
        given = problem(activation=activation)
        theta, X, architecture = given[0].copy(), given[4], given[-1][:-1]
        theta[1, 5 * 16] = np.nan  # the bias of a neuron
        check_evaluation(be, theta, X[None], architecture, True)
        assert np.isnan(
            on_host().evaluate(theta, X[None], architecture, True)[1][1]
        ).all()


def check_evaluation(be, theta, points, architecture, keeps):
    given = theta, points, architecture, keeps
    on_be = [be.xp.asarray(a) for a in given[:2]]
    found = on_device.evaluate(*on_be, *given[2:])
    assert (found[0] is None) != keeps
    for mine, right in zip(found, on_host().evaluate(*given), strict=True):
        if right is not None:
            np.testing.assert_array_equal(be.to_host(mine), right)


CHECKS = (
    check_losses, check_rules, check_rules_of_each, check_layers_that_stay,
    check_batches, check_orders, check_stops, check_ends_at_equality,
    check_right_answers, check_divergence, check_sizes, check_outputs,
    check_outputs_without_numbers,
)  # fmt: skip


@pytest.mark.parametrize("check", CHECKS)
def test_the_bits_of_the_cpu(check, device):
    check(device)


@needs_compiler
def test_the_checks_run_both_kernels():
    kernels, launched = Emulated("networks.cu"), set()

    def run(name, *args):
        launched.add(name)
        kernels(name, *args)

    with device_of(run) as be:
        check_outputs(be)
        check_orders(be)
    assert launched == {"evaluate_networks", "train_networks"}


@needs_compiler
@pytest.mark.parametrize("seed", [0, 7])
def test_the_order_of_threads_changes_nothing(seed):
    kernels = Emulated("networks.cu")
    with device_of(kernels, order=seed) as be:
        for given in (problem(rule=(0.5, 0.1, 0.1)), problem((1, 70, 9, 40, 3))):
            assert_bits_agree(given, be)


@pytest.mark.parametrize("room", [0, 1 << 10, 6 << 10])
def test_where_a_block_works_changes_nothing(device, monkeypatch, room):
    monkeypatch.setattr(on_device, "_SHARED", room)
    check_rules(device)
    check_batches(device)


@pytest.mark.parametrize("rows", [1, 3, 200])
def test_how_many_rows_are_worked_on_at_once_changes_nothing(device, monkeypatch, rows):
    monkeypatch.setattr(on_device, "_ROWS", rows)
    check_rules(device)
    check_batches(device)
    check_stops(device)


@pytest.mark.parametrize("most", [32, 64, 256])
def test_how_many_threads_there_are_changes_nothing(device, monkeypatch, most):
    monkeypatch.setattr(on_device, "_n_threads", lambda n_rows, n_columns: most)
    check_sizes(device)
    check_orders(device)
    check_outputs(device)


@pytest.mark.parametrize("budget", [1, 10**5])
def test_chunks_of_members_change_nothing(device, monkeypatch, budget):
    limited = functools.partial(on_device.in_chunks, budget=budget)
    monkeypatch.setattr(on_device, "in_chunks", limited)
    check_rules(device)
    check_orders(device)


@pytest.mark.parametrize("room", [1, 10**5])
def test_few_blocks_for_many_points_change_nothing(device, monkeypatch, room):
    monkeypatch.setattr(on_device, "_ROOM", room)
    check_outputs(device)


def few_blocks(be):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(on_device, "_ROOM", 1)
        check_outputs(be)


def test_a_member_alone_has_the_bits_that_it_has_among_others(device):
    given = problem(rule=(0.5, 0.1, 0.1))
    together = trained(on_device.train_epochs, given, device)
    each = {0, 1, 2, 3, 7, 8, 9, 10, 11, 12}
    for m in range(3):
        alone = [a[m : m + 1] if i in each else a for i, a in enumerate(given)]
        for one, all_ in zip(
            trained(on_device.train_epochs, alone, device), together, strict=True
        ):
            np.testing.assert_array_equal(one[0], all_[m])


def test_epochs_in_parts_have_the_bits_of_one_run(device):
    given = problem(rule=(0.5, 0, 0), epochs=(6, 4, 5), n_epochs=6)
    whole = trained(on_device.train_epochs, given, device)
    parts = list(given)
    for n_epochs in (1, 3, 0, 2):
        parts[-2] = n_epochs
        parts[:4] = trained(on_device.train_epochs, parts, device)[1:]
    for part, right in zip(parts[:4], whole[1:], strict=True):
        np.testing.assert_array_equal(part, right)


@pytest.mark.slow
@needs_compiler
@pytest.mark.parametrize(
    "flags", [("-O0",), ("-O3", "-march=native")], ids=["O0", "native"]
)
@pytest.mark.parametrize("check", CHECKS)
def test_the_bits_of_other_builds(check, flags):
    with device_of(Emulated("networks.cu", flags)) as be:
        check(be)


def test_digits_have_the_bits_of_the_cpu(device):
    import refgen
    import refgen_gpu

    datasets = pytest.importorskip("sklearn.datasets")
    X, y = datasets.load_digits(return_X_y=True)
    points, labels = (device.xp.asarray(a) for a in (X[:300] / 16, y[:300]))
    setting = {"n_members": 3, "n_epochs": 3, "n_hidden": 32, "momentum": 0.9}
    right = refgen.networks.train(X[:300] / 16, y[:300], Stream(0), **setting)
    stream = refgen_gpu.random.Stream(0)
    found = refgen_gpu.networks.train(points, labels, stream, **setting)
    assert (device.to_host(found.outputs(points)) == right.outputs(X[:300] / 16)).all()
    assert (device.to_host(found.loss_curves) == right.loss_curves).all()


def test_what_is_used_most_is_in_shared_memory():
    """Of networks of 64 neurons on digits all, so that two blocks share a processor."""
    parts = on_device._parts((64, 64, 10), 32, 1200, 0)
    found = on_device.layout(parts, on_device._SHARED // 8)
    assert all(place >= 0 for place in found.places[:9])
    assert 2 * (8 * found.n_shared + 2048) <= 228 << 10


# Bugs, each with the check that sees it.

BARRIER = "\n    __syncthreads();"
KEPT = " ? z : 0.0;\n            }"
OUTSIDE = ("j < s.d ? X", "j <= s.d ? X")

BUGS = [
    # Products, tiles and where numbers lie.
    (check_losses, "fma(factor, low.second, ", "(factor * low.second + "),
    (check_losses, "if (ROWS * i + r > last)", "if (ROWS * i + r >= last)"),
    (check_sizes, "j -= n_columns;", "j = 0;"),
    (check_losses, "w.output_step = s.kp + 2;", "w.output_step = s.kp - 2;"),
    (check_losses, "i < s.h ? weights", "i <= s.h ? weights"),
    # Neurons, outputs and losses.
    (check_divergence, " || z != z ? z : 0.0;\n        }", " ? z : 0.0; }"),
    (check_losses, "s.outer * sums[c] + biases", "sums[c] + biases"),
    (check_losses, "outputs[j] > top ?", "j < 2 && outputs[j] > top ?"),
    (check_losses, "0.5 * (output * output)", "output * output"),
    (check_losses, "o > 0.0 ? o - t * o : -t * o", "o - t * o"),
    (check_losses, "-fabs(o)", "-o"),
    (check_losses, "low * f.even + high * f.odd", "high * f.odd"),
    (check_losses, "? below / above * rg_power", "? below / (above + 1.0) * rg_power"),
    (check_losses, "data.weights[row] * total", "total"),
    (check_losses, "row = data.shift + w.rows[i];\n    if", "row = w.rows[i]; if"),
    (check_divergence, "if (s.loss != SQUARED) output = 0.0;", ""),
    # Gradients and steps.
    (check_losses, "i == biases ? last : i", "i"),
    (check_losses, "1.0 - neuron * neuron", "1.0 - neuron"),
    (check_losses, "neuron > 0.0 ? multiplier", "neuron >= 0.0 ? multiplier"),
    (check_batches, "to.begun = start > 0;", "to.begun = false;"),
    (check_batches, "to.moves = moves && start + some == n;", "to.moves = moves;"),
    (check_layers_that_stay, "else if (step != 0.0)", "else"),
    (check_layers_that_stay, "steps[0] == 0.0 && rule", "steps[0] == 0.0 || rule"),
    (check_layers_that_stay, "if (rule.steps[b] == 0.0) continue;", ""),
    (check_layers_that_stay, "if (rule.steps[b] != 0.0) value", "value"),
    (check_rules, "bias ? 0.0 : rule.decay", "rule.decay"),
    (check_rules, "if (momentum != 0.0) {", "{"),
    (check_rules, "momentum * *velocity + change", "momentum * (*velocity + change)"),
    (check_sizes, "at += NORM_LANES", "at += 2 * NORM_LANES"),
    (check_rules, "again && !judged ? w.ahead : w.theta", "w.theta"),
    (check_rules, "!sharp || again}", "true}"),
    # Orders, epochs and ends.
    (check_orders, "(u64)i + 1)", "(u64)n)"),
    (check_orders, "at > i && (least", "at > i + 1 && (least"),
    (check_orders, "at < least))", "at > least))"),
    (check_orders, "first % 4;", "0;"),
    (check_orders, "(u64)done * (u64)n", "(u64)e * (u64)n"),
    (check_stops, "targets[0] > (s.loss == LOGISTIC ? 0.5 : 0.0)", "targets[0] > 2.0"),
    (check_stops, "seen.loss / (double)n <= stop[0]", "seen.loss <= stop[0]"),
    (check_stops, "w.margins[i] >= wanted", "w.margins[i] >= 0.0"),
    (check_stops, "(double)seen.margins >= share", "seen.margins >= n"),
    (check_stops, "if (status[m] != TRAINING) break;", ""),
    (check_ends_at_equality, "w.margins[i] >= wanted", "w.margins[i] > wanted"),
    (check_ends_at_equality, "(double)n <= stop[0]", "(double)n < stop[0]"),
    (check_right_answers, "targets[j] > targets[best]", "targets[j] >= targets[best]"),
    (check_right_answers, "(s.loss == LOGISTIC ? 0.5 : 0.0)", "0.5"),
    (check_right_answers, "other = -__longlong", "other = 0.0 * __longlong"),
    (check_losses, "m * size + at] = w.theta[at]", "at] = w.theta[at]"),
    # Threads that do not wait.
    (check_losses, "find_neurons(s, w, theta, some);" + BARRIER, BARRIER),
    (check_losses, "backward(s, job.rule, w, to, some);" + BARRIER, BARRIER),
    (check_outputs, "rg_exp(said[i]);\n      __syncthreads();", BARRIER),
    # Evaluation.
    (check_outputs, "b % n_parts * n_at_once", "b / n_parts * n_at_once"),
    (check_outputs, "if (j + c < h) {", "if (j + c < h - 1) {"),
    (check_outputs, "X + m * X_step", "X"),
    (check_outputs_without_numbers, " || z != z" + KEPT, KEPT),
    (check_outputs, "keeps ? m * n_points + start", "keeps ? start"),
    (few_blocks, "sums[c] + ends[j + c];\n        });" + BARRIER, BARRIER),
]  # fmt: skip


@needs_compiler
@pytest.mark.slow
@pytest.mark.parametrize(("check", "right", "wrong"), BUGS)
def test_planted_bugs_are_caught(check, right, wrong):
    text = launch.source("networks.cu")
    assert right in text
    if wrong == BARRIER:  # of which there is one less
        wrong = right[: right.rindex("__syncthreads();")]
    buggy = Emulated("networks.cu", ("-O1",), text.replace(right, wrong))
    with device_of(buggy) as be, pytest.raises((AssertionError, RuntimeError)):
        check(be)


@needs_compiler
@pytest.mark.slow
def test_the_kernels_stay_within_their_arrays():
    text = launch.source("networks.cu")
    assert OUTSIDE[0] in text
    jobs = [("networks.cu", None), ("networks.cu", text.replace(*OUTSIDE))]
    report, bug = reports_of_asan(networks.small_cases, jobs)
    assert_clean(report)
    assert "ERROR: AddressSanitizer" in bug
