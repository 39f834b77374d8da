"""Bounds of problems, their risks and their best stopping times."""

import numpy as np

import refgen.distillation as kd
from support.mirrors import Case
from support.parity import model

ELSEWHERE = {
    "distillation_pays": "test_pays",
    **dict.fromkeys(
        ("optimal_pair", "optimal_stopping", "optimal_student"), "test_stopping"
    ),
}


def risk(arguments, want):
    """A sum over directions of products of a few numbers."""
    problem, f = arguments
    size = problem.signal * (1 + abs(f)) ** 2 + problem.variance[..., None] * f**2
    return model(problem.n_directions + 8, size.sum(axis=-1))


def change(arguments, want):
    problem, s, u = arguments
    weight = problem.signal + problem.variance[..., None]
    size = s * (1 + u) * (2 * weight + weight * s * (1 + u))
    return model(problem.n_directions + 12, size.sum(axis=-1))


def flow_change(arguments, want):
    """The same; e^(−λt) is off by an ulp, and its exponent is the same."""
    problem, _, student = arguments
    u = kd.gradient_flow_filter(problem.spectrum, student)
    # Where the student has learned nearly all, what it lacks is small to an ulp.
    weight = problem.signal + problem.variance[..., None]
    size = 5 * weight * (1 - u + np.exp(-problem.spectrum * student[..., None]))
    return model(problem.n_directions + 24, size.sum(axis=-1))


def product(arguments, want):
    vectors, f = arguments
    size = (abs(vectors) * f[..., None, :]) @ abs(vectors).swapaxes(-1, -2)
    return model(vectors.shape[-1] + 2, size)


def anywhere(arguments, want):
    """Sums over two and three directions of products of a few numbers."""
    problem, f, covariance, student = arguments
    d, own = problem.n_directions, 1 + abs(student).sum(axis=-2).max(axis=-1)
    spectrum = np.where(problem.spectrum > 0, problem.spectrum, np.inf)
    held = problem.variance[..., None] * f**2 / spectrum
    size = (problem.coefficients**2 + held).sum(axis=-1) * (own * d) ** 2
    return model(4 * d + 16, size * abs(covariance).sum(axis=(-1, -2)))


def weighted(arguments, want):
    """D/C and D²/C, where D is known up to rounding of Σ w(1 − s)(f* + s)."""
    problem, s = arguments
    weight = problem.signal + problem.variance[..., None]
    weight = np.where(problem.spectrum > 0, weight, 0.0)
    size = (weight * (1 - s) ** 2).sum(axis=-1)
    off = model(problem.n_directions + 10, (weight * (1 - s)).sum(axis=-1))
    share = abs(want[0])
    here = off / np.where(size > 0, size, 1.0) + model(problem.n_directions + 10, share)
    return {"result.0": here, "result.1": 2 * share * off + here * share * size}


CASES = {
    "SpectralProblem": Case(),
    "direction_stopping_times": Case(lambda arguments, want: model(8, want)),
    "filter_matrix": Case(product),
    "flow_risk_change": Case(flow_change, endless=("teacher_time", "student_time")),
    "optimal_label_weight": Case(weighted),
    # Whole numbers: far from where the next one would be needed, they are equal.
    "oracle_rounds": Case(lambda arguments, want: model(2**20, want)),
    "out_of_sample_risk": Case(anywhere),
    "risk_change": Case(change),
    "self_distillation_can_pay": Case(),
    "signal_to_noise": Case(),
    "spectral_risk": Case(risk),
    "tolerated_correlation": Case(),
    "wiener_filter": Case(),
}
