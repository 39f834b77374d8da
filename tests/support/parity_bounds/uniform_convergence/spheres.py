"""Spheres: caps, networks of exponential and of quadratic units."""

import numpy as np

from support.mirrors import Case
from support.parity import model


def log_mean(k):
    """Logarithms of sums of terms e^x with |x| ≤ 40 + k where they count."""
    return model(64, 40 + k)


def log_means(arguments, want):
    return log_mean(arguments[0])


def exponents(example):
    """How large the logarithms are that a bound adds up."""
    return 60 + 2 * example.noise + 4 * example.signal


def moments(arguments, want):
    return model(64, exponents(arguments[0]))


def moment_bounds(arguments, want):
    """An error of an exponent is relative to its exponential."""
    off = model(64, exponents(arguments[0]))
    return {f"result.{i}": part * off for i, part in enumerate(want)}


def powers(arguments, want):
    log_m = np.log(arguments[0])
    return {
        f"result.{i}": part * model(64, 10 + 4 * log_m) for i, part in enumerate(want)
    }


def log_cap(height, dimension):
    """|log| of the cap bound: its relative error is that times a few roundings."""
    inside = np.where(height < 1, height, 0.0)
    return -dimension / 2 * np.log1p(-inside * inside)


def cap_bounds(arguments, want):
    example, slack = arguments
    size = log_cap(slack / example.noise, example.dimension)
    return model(64, 1 + size + example.n_samples * example.signal)


def caps(arguments, want):
    """The incomplete beta function, subtracted from 1 near the equator."""
    height, dimension = arguments
    return model(64, np.where(height * height * dimension < 1, 1.0, want))


def margins(arguments, want):
    """m terms of up to e^μ², whose exponents are of the size of r² + μ²."""
    example = arguments[0]
    size = example.n_samples * np.exp(example.signal)
    return model(64, size * (1 + example.noise + example.signal))[:, None]


def quadratic(arguments, want):
    """m terms of up to r₂⁴, and the threshold."""
    sphere = arguments[0]
    return model(64, (1 + sphere.n_samples) * sphere.outer**4)[:, None]


def sample(arguments, want):
    return model(2 * arguments[1] + 16, arguments[3])


def scores(arguments, want):
    return {"result.0": model(80, arguments[0].shape[-2]), "result.1": 0.0}


def gram(arguments, want):
    points = abs(arguments[0])
    return model(16, points.swapaxes(-1, -2) @ points)


def log_mass(arguments, want):
    """Logarithms of d factors, and of a sum whose terms are at most as large as it."""
    return model(64 * arguments[-1].shape[-1], 100)


CASES = {
    "ExponentialExample": Case(),
    "QuadraticSphere": Case(),
    "cap_bound": Case(lambda a, want: want * model(32, 1 + log_cap(*a))),
    "cap_probability": Case(caps),
    "draw_exponential_margins": Case(margins),
    "draw_hyperspheres": Case(sample),
    "draw_quadratic_margins": Case(quadratic),
    "expected_transfer_bound": Case(),
    "exponential_cap_bounds": Case(cap_bounds),
    "exponential_error_bracket": Case(lambda a, want: model(64, 1 + a[0].n_samples)),
    "exponential_logarithmic_bounds": Case(powers),
    "exponential_moment_bounds": Case(moment_bounds),
    "exponential_moments": Case(moments),
    "exponential_scores": Case(scores),
    "log_exponential_kernel": Case(),
    "log_negative_mass": Case(log_mass),
    "log_sphere_mean": Case(log_means),
    "quadratic_bounds": Case(),
    "quadratic_matrix": Case(gram),
    "quadratic_moments": Case(),
    "quadratic_test_error": Case(log_mass),
    "swap_radii": Case(),
}
