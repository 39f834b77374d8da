"""What compares a student with its teacher."""

import numpy as np

from support.mirrors import Case
from support.parity import ROUNDINGS_OF_LOG, model


def logits(arguments, want):
    """Sums over classes, and two logarithms, each of the size of the larger one."""
    k = arguments[0].shape[-1]
    return model(2 * k + ROUNDINGS_OF_LOG + 4, 64.0)


def divergence(arguments, want):
    """Terms q − p − p log(q/p) with |log(q/p)| up to 700, and their sum."""
    p, q = arguments[0], arguments[-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = p * abs(np.log(q / p))
    sizes = p + q + np.where(np.isfinite(logs), logs, 0.0)
    rows = sizes.sum(axis=-1)
    return model(2 * p.shape[-1] * p.shape[-2] + ROUNDINGS_OF_LOG + 8, rows.mean(-1))


def flip(arguments, want):
    return model(ROUNDINGS_OF_LOG + 6, 2.0)


CASES = {
    "agreement": Case(),
    "churn": Case(),
    "confidence_logits": Case(logits),
    "flip_divergence": Case(flip),
    "predictive_kl": Case(divergence),
}
ELSEWHERE = {
    "confidence_slope": "test_confidence",
    "student_teacher_deviation": "test_deviation",
}
