"""Limits, critical signals, exponents and ramp losses."""

import numpy as np

from support.mirrors import Case
from support.parity import model


def margins(arguments):
    """1/√β and α/√β."""
    alpha, beta = arguments
    return 1 / np.sqrt(beta), alpha / np.sqrt(beta)


def tails(arguments, want):
    """Φ(z) is off by 1 + z² roundings of itself, as z²/2 is off by so many."""
    own, signal = margins(arguments)
    names = [f"result.{i}" for i in range(3)]
    sizes = (signal, own + signal, own - signal)
    return {
        name: model(32, part * (1 + z * z))
        for name, part, z in zip(names, want, sizes, strict=True)
    }


def corrections(arguments, want):
    own, signal = margins(arguments)
    found = {"result.0": _density(signal) * (signal**3 + 3 * signal) / 4}
    found["result.0"] = model(32, found["result.0"] * (1 + signal**2))
    for name, t in (("result.1", signal), ("result.2", -signal)):
        total, apart = own + t, own - t
        sum_, size = own + signal, abs(total)
        terms = size * apart**2 + own + 3 * signal + 2 * size * own**2
        # A difference of margins is as accurate as what it is between.
        terms = terms + sum_**3
        found[name] = model(32, _density(total) * terms * (1 + size * sum_))
    return found


def _density(z):
    return np.exp(-z * z / 2)


def bracket(arguments, want):
    _, signal = margins(arguments)
    return {
        f"result.{i}": model(48, part * (1 + signal**2)) for i, part in enumerate(want)
    }


def diagram(arguments, want):
    """Sums of positive terms w Φ(−s): log w and s²/2 are as large as −log p."""
    found = {f"result.{i}": model(1, part) for i, part in enumerate(want)}
    with np.errstate(divide="ignore"):
        for i in (3, 4, 5):
            size = np.where(want[i] > 0, -np.log(want[i]), 0.0)
            found[f"result.{i}"] = model(512, want[i] * (1 + size))
    signal = want.signal_ratios / np.sqrt(want.sample_ratios)[:, None]
    for i in (6, 7):
        found[f"result.{i}"] = model(48, want[i] * (1 + signal**2))
    found["result.8"] = model(64, want.critical)
    return found


def relative(arguments, want):
    if not isinstance(want, tuple):
        return model(64, want)
    return {f"result.{i}": model(64, part) for i, part in enumerate(want)}


CASES = {
    "best_negation_gap": Case(relative),
    "critical_signal": Case(relative),
    "error_exponents": Case(relative),
    "least_dimensions": Case(relative),
    "limit_bracket": Case(bracket),
    "limit_corrections": Case(corrections),
    "limit_errors": Case(tails),
    "negation_dimensions": Case(relative),
    "negation_gap": Case(lambda arguments, want: model(32, 1)),
    "phase_diagram": Case(diagram),
    "ramp_limits": Case(),
}
ELSEWHERE = {"PhaseDiagramDisplay": "test_phase_diagram"}
