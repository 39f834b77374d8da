"""Calls of spheres: caps, networks of exponential and of quadratic units."""

import numpy as np

import refgen.uniform_convergence as uc


def exponential_fields(draws, d):
    """Of four examples with 2 to d + 1 samples."""
    return (
        2 + np.arange(4.0) % d,
        2 + np.floor(30 * draws.child("dimension").uniform(4)),
        0.1 + draws.child("signal").uniform(4),
        0.5 + 5 * draws.child("noise").uniform(4),
    )


def exponential(draws, d):
    return uc.ExponentialExample(*exponential_fields(draws, d))


def slack(draws, d):
    return 0.9 * exponential(draws, d).signal


def sphere_fields(draws, d):
    """Of four spheres in d + 1 dimensions."""
    return (
        2 + np.arange(4.0) % d,
        np.full(4, d + 1.0),
        0.5 + draws.child("inner").uniform(4),
        1.6 + draws.child("outer").uniform(4),
    )


def spheres(draws, d):
    return uc.QuadraticSphere(*sphere_fields(draws, d))


def alike(batch):
    """The same with samples of 5 points."""
    return type(batch)(5.0, *list(vars(batch).values())[1:])


def points(draws, d):
    return draws.child("points").normal((4, 3, d))


def labels(draws):
    return draws.child("labels").signs((4, 3))


def sample(draws, d):
    """Points on spheres with the radii 1 and 2."""
    found = uc.draw_hyperspheres(3, d + 1, 1.0, 2.0, draws)
    return (*found, 1.0, 2.0)


def weights(draws, d):
    """All positive, all negative, and two of both signs."""
    found = draws.child("weights").normal((4, d + 1))
    found[0], found[1] = abs(found[0]), -abs(found[1])
    return found


def unit(draws, name):
    return draws.child(name).uniform(4)


ARGUMENTS = {
    "ExponentialExample": exponential_fields,
    "QuadraticSphere": sphere_fields,
    "cap_bound": lambda s, d: (1.2 * unit(s, "height"), 2 + np.arange(4.0) * d),
    "cap_probability": lambda s, d: (1.2 * unit(s, "height"), 2 + np.arange(4.0) * d),
    "draw_exponential_margins": lambda s, d: (alike(exponential(s, d)), 5, s),
    "draw_hyperspheres": lambda s, d: (4, d + 1, 1.0, 2.0, s),
    "draw_quadratic_margins": lambda s, d: (alike(spheres(s, d)), 5, s),
    "expected_transfer_bound": lambda s, d: (
        *(unit(s, name) for name in ("test", "transformed", "delta")),
        0.1 * unit(s, "missed"),
    ),
    "exponential_cap_bounds": lambda s, d: (exponential(s, d), slack(s, d)),
    "exponential_error_bracket": lambda s, d: (exponential(s, d), slack(s, d)),
    "exponential_logarithmic_bounds": lambda s, d: (
        2 + np.floor(10 ** (6 * unit(s, "m"))),
        0.1 + unit(s, "signal"),
    ),
    "exponential_moment_bounds": lambda s, d: (exponential(s, d),),
    "exponential_moments": lambda s, d: (exponential(s, d),),
    "exponential_scores": lambda s, d: (points(s, d), labels(s), points(s, d)[:, :2]),
    "log_exponential_kernel": lambda s, d: (points(s, d), points(s, d)[:, :2]),
    "log_negative_mass": lambda s, d: (weights(s, d),),
    "log_sphere_mean": lambda s, d: (50 * unit(s, "k"), 2 + np.arange(4.0) * d),
    "quadratic_bounds": lambda s, d: (spheres(s, d),),
    "quadratic_matrix": lambda s, d: (points(s, d), labels(s)),
    "quadratic_moments": lambda s, d: (spheres(s, d),),
    "quadratic_test_error": lambda s, d: (spheres(s, d), weights(s, d)),
    "swap_radii": sample,
}
CALLS = {"ExponentialExample.logarithmic": (100, 1.0)}
RANGES = dict.fromkeys(
    (
        "cap_bound",
        "cap_probability",
        "exponential_cap_bounds",
        "exponential_error_bracket",
        "exponential_logarithmic_bounds",
        "exponential_moment_bounds",
        "quadratic_bounds",
        "quadratic_test_error",
    ),
    (0.0, 1.0),
)
INFINITE = {"log_negative_mass": "no weight is negative: the probability is 0"}
