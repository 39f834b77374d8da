"""Calls of limits, critical signals, exponents and ramp losses."""

import numpy as np

from refgen.uniform_convergence import PhaseDiagramDisplay, phase_diagram
from support.calls import Call, drawn
from support.calls.uniform_convergence.losses import radii


def ratios(draws):
    """Signal and sample ratios of four points of the phase diagram."""
    return (
        0.05 + draws.child("signal_ratio").exponential(4),
        0.05 + draws.child("sample_ratio").exponential(4),
    )


def epsilon(draws):
    return 0.01 + 0.4 * draws.child("epsilon").uniform(4)


def counts(draws, d):
    return 2 + np.arange(4.0) % d


def losses(draws):
    return *ratios(draws), radii(draws) - 1


ARGUMENTS = {
    "best_negation_gap": lambda s, d: ratios(s)[1:],
    "critical_signal": lambda s, d: ratios(s)[1:],
    "error_exponents": lambda s, d: (ratios(s)[0], counts(s, d)),
    "least_dimensions": lambda s, d: (epsilon(s),),
    "limit_bracket": lambda s, d: ratios(s),
    "limit_corrections": lambda s, d: ratios(s),
    "limit_errors": lambda s, d: ratios(s),
    "negation_dimensions": lambda s, d: (epsilon(s),),
    "negation_gap": lambda s, d: ratios(s),
    "phase_diagram": lambda s, d: (*ratios(s), 40),
    "ramp_limits": lambda s, d: losses(s),
}


def diagram():
    return phase_diagram([0.1, 0.5, 2.0], [0.1, 1.0], 10)


CALLS = {
    "PhaseDiagramDisplay": Call(lambda: (diagram(),)),
    "PhaseDiagramDisplay.from_ratios": Call(
        ([0.1, 0.5], [0.1, 1.0]),
        {"n_samples": 10},
        drawn(PhaseDiagramDisplay.from_ratios),
    ),
    "PhaseDiagramDisplay.plot": Call(
        lambda: (PhaseDiagramDisplay(diagram()),),
        function=drawn(PhaseDiagramDisplay.plot),
    ),
}
RANGES = {
    **dict.fromkeys(
        ("best_negation_gap", "critical_signal", "limit_bracket", "limit_errors",
         "negation_gap"),
        (0.0, 1.0),
    ),
    **dict.fromkeys(
        ("error_exponents", "least_dimensions", "negation_dimensions"), (0.0, np.inf)
    ),
    "ramp_limits": (0.0, 2.0),
}  # fmt: skip
