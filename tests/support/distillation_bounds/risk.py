"""Bounds of problems, their risks and their best stopping times."""

from support.distillation_bounds import Case

CASES = {
    "SpectralProblem": Case(),
    "signal_to_noise": Case(),
}
