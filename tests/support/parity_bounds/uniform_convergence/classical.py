"""Classical bounds on the linear example, and what explains it."""

import numpy as np

from support.mirrors import Case
from support.parity import model


def few(arguments, want):
    """Products, quotients and roots of positive numbers."""
    return model(16, want)


def error(arguments, want):
    """Φ of a quotient: of its relative errors zφ(z) ≤ 1/4 is left."""
    return model(32, 1)


def mean_error(arguments, want):
    """A mean over exponentials of logarithms, whose sizes are up to D log D."""
    D = arguments[0].dimension
    return model(256 * (1 + np.log(D)), want * D + 1e-300)


def spread(arguments, want):
    """Errors of points differ by about 1/√D of themselves."""
    D = arguments[0].dimension
    return model(256 * (1 + np.log(D)), D * np.sqrt(D))


def certificate(arguments, want):
    """Φ(−1/c), and kl⁻¹ of it: r moves by r(1 − r)/(r − p) per error of kl."""
    return model(512, 1)


def least(arguments, want):
    """Values of a function near its least one, where it is flat."""
    return model(1024, 1)


def difference(arguments, want):
    margins, lengths = arguments
    return model(8, abs(margins) + lengths * lengths)


def floor(arguments, want):
    """A logarithm, a product and a logarithm, of which any may be the largest."""
    example, scale, delta = arguments
    D, ratio = example.dimension, example.n_samples * example.variance / scale**2
    size = D * np.log1p(ratio) + np.sqrt(D / delta) + abs(np.log(delta))
    return model(32, size)


def transformed(arguments, want):
    _, _, m, delta = arguments
    return model(256, abs(want) + m + abs(np.log(delta)) + np.log(m) + 2)


def logs(arguments, want):
    """Of the labelings, by an incomplete beta function."""
    return model(512, want)


def descent(arguments, want):
    """Each step adds its rate times a slope, whose exponent rounds like c(a + V).

    A larger c makes the next slope smaller: errors only grow if the rate is large.
    """
    example, step, *_ = arguments
    margin = example.signal + example.noise
    grows = (1 + step * margin)[..., None] ** np.arange(1, 4)
    return model(32, (1 + margin[..., None] * want) * (1 + step[..., None]) * grows)


CASES = {
    "data_free_floor": Case(least),
    "gaussian_margin_bound": Case(few),
    "information_floor": Case(floor),
    "least_pac_bayes_certificate": Case(least),
    "left_out_error": Case(mean_error),
    "left_out_margins": Case(difference),
    "norm_ball_complexity": Case(few),
    "norm_ball_margin_bound": Case(few),
    "output_rademacher": Case(mean_error),
    "pac_bayes_certificate": Case(certificate),
    "ray_descent": Case(descent),
    "realized_labelings": Case(logs),
    "surrogate_error": Case(error),
    "surrogate_radius": Case(few),
    "surrogate_spread": Case(spread),
    "transformed_divergence_floor": Case(transformed),
    "vc_bound": Case(logs),
}
