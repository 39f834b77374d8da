"""Confidence slopes and the model of label noise."""

import numpy as np

from support.mirrors import Case
from support.parity import model


def of_itself(arguments, want):
    """A few products, quotients, expm1, exp and log1p: nothing cancels."""
    return model(24, want)


def of_one(arguments, want):
    """Φ of a number with a few relative roundings: z φ(z) is below a quarter."""
    return model(24, 1.0)


def after_rounds(arguments, want):
    """ρ^(−m): rounding of log ρ counts m times."""
    noisy, n_rounds = arguments[0], arguments[4]
    first = noisy.spectrum[..., 0] / noisy.private
    return model(32 + n_rounds * (12 + 2 * np.log(first.max())), 1.0)


def sums(arguments, want):
    """A mean over d directions with positive weights, of numbers up to 1."""
    return model(2 * arguments[0].shape[-1] + 8, 1.0)


def products(arguments, want):
    ratios, shares = arguments
    return model(ratios.shape[-1] + 2, (abs(ratios) * abs(shares)).sum(-1))


def _covariance(x, largest, weights, want):
    """Cov/Var: terms are as large as logits, the variance as what they differ by."""
    mean = np.average(x, axis=-1, weights=weights)[..., None]
    variance = np.average((x - mean) ** 2, axis=-1, weights=weights)
    size = abs(x).max(axis=-1) * np.maximum(abs(x).max(axis=-1), largest)
    return model(8 * x.shape[-1] + 16, (1 + want) * size / variance)


def slope(arguments, want):
    teacher, student, weights = arguments
    largest = abs(student).max(axis=-1)
    return _covariance(abs(teacher), largest, weights, abs(want))


def shares(arguments, want):
    parts, weights = arguments
    largest = abs(parts).sum(axis=-2).max(axis=-1)
    size = abs(want).max(axis=-1)
    return _covariance(abs(parts.sum(axis=-2)), largest, weights, size)[..., None]


def root(arguments, want):
    """A time t at which ρ has a value: log t moves by rounding over |d log ρ/d log t|.

    Logarithms of times, up to 40 in size, are halved between.
    """
    noisy = arguments[0]
    inside = (want > 0) & np.isfinite(want)
    time = np.where(inside, want, 1.0)
    fast, slow = (
        rate * time / np.expm1(np.minimum(rate * time, 700.0))
        for rate in (noisy.spectrum[..., 0], noisy.private)
    )
    return np.where(inside, model(128, time * (1 + 1 / (slow - fast))), 0.0)


CASES = {
    "LabelNoiseFit": Case(),
    "LabelNoiseModel": Case(),
    "accuracy_of_fit": Case(of_one),
    "exaggeration_share": Case(),
    "exaggeration_time": Case(of_itself, endless=("teacher_time",)),
    "filter_ratio": Case(of_itself, endless=("time",)),
    "independent_feature_slope": Case(sums),
    "label_noise_accuracy": Case(
        after_rounds, endless=("teacher_time", "student_time")
    ),
    # An endless teacher has a message of its own.
    "label_noise_slope": Case(of_itself, endless=("teacher_time", "student_time")),
    "logit_slope": Case(slope),
    "noise_fitting_time": Case(root, endless=("teacher_time",)),
    "noiseless_accuracy": Case(of_one),
    "part_shares": Case(shares),
    "slope_of_fits": Case(),
    "slope_of_parts": Case(products),
    "steepest_student_time": Case(of_itself, endless=("teacher_time",)),
    "winning_student_time": Case(root, endless=("teacher_time",)),
}
ELSEWHERE = {
    "cross_entropy_student": "test_label_noise",
    "cross_entropy_teacher": "test_label_noise",
    "label_noise_fit": "test_label_noise",
}
