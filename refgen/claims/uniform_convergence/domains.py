"""Instances that several files share."""

from __future__ import annotations

from refgen.domains import integer, real, record
from refgen.uniform_convergence import LinearExample

linear_examples = record(
    LinearExample,
    "2 to 40 samples in 2 to 1000 noise dimensions, signal and noise in [0.5, 32]",
    n_samples=integer(2, 40),
    dimension=integer(2, 1000),
    signal=real(0.5, 32.0, log=True),
    noise=real(0.5, 32.0, log=True),
    examples=lambda: [LinearExample.published(10, 1000)],
)
