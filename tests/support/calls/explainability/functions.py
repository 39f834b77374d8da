"""Calls of functions with closed forms, and of fits around points."""

import numpy as np

from refgen.explainability import (
    Absolute,
    Bump,
    Exponential,
    Linear,
    Quadratic,
    ReLURidge,
    Sine,
    Step,
)

RIDGES = (Absolute, Exponential, Linear, ReLURidge, Sine, Step)


def ridge(draws, d):
    """Weights and offsets of three functions."""
    return draws.child("weights").normal((3, d)), draws.child("offset").normal(3)


def points(draws, d):
    return draws.child("points").normal((3, d))


def scales(draws, label="scale"):
    return 0.2 + draws.child(label).exponential(3)


def sine(draws, d):
    return Sine(*ridge(draws, d))


def law(draws, d):
    """A function, and a normal law of points with neighbourhoods."""
    return sine(draws, d), points(draws, d), scales(draws, "spread"), scales(draws)


def covariances(draws, d):
    """A Hessian and two covariances."""
    roots = (draws.child(label).normal((3, d, d)) for label in ("spread", "scale"))
    return (
        draws.child("matrix").normal((3, d, d)),
        *(root @ root.swapaxes(-1, -2) + np.eye(d) for root in roots),
    )


def few(draws, d):
    """A sine of at most two features, whose grids are small, and where it is fitted."""
    d = min(d, 2)
    return sine(draws, d), points(draws, d), scales(draws) / 2, 12


def kinks(draws, d):
    return points(draws, d), draws.child("changes").normal((3, d)), scales(draws)


ARGUMENTS = {
    **{kind.__name__: ridge for kind in RIDGES},
    "Bump": lambda s, d: (points(s, d), scales(s)),
    "Quadratic": lambda s, d: (s.child("matrix").normal((3, d, d)), *ridge(s, d)),
    "anisotropic_fidelity": covariances,
    "fidelity_from_hessian": few,
    "gaussian_fidelity": law,
    "gaussian_mirrored_fit": lambda s, d: (
        sine(s, d),
        s.child("sources").normal((3, d)),
        *law(s, d)[1:],
    ),
    "local_fit_by_quadrature": few,
    "piecewise_linear_fidelity": kinks,
    "transfer": lambda s, d: (3 * s.child("u").exponential(4),),
}

AT = np.array([[0.5, -1.0], [2.0, 0.0]])
INSTANCES = [
    *(kind([1.0, -0.5], 0.25) for kind in RIDGES),
    Bump([0.5, 0.0], 1.5),
    Quadratic([[1.0, 0.5], [0.5, -1.0]], [1.0, 0.0], 0.5),
]
CALLS = {
    f"{type(f).__name__}.{method}": (f, AT, *rest)
    for f in INSTANCES
    for method, *rest in (("values",), ("local_fit", 0.5), ("hessian",))
    if hasattr(f, method)
}
RANGES = {"Step.values": (0.0, 1.0), "Bump.values": (0.0, 1.0), "transfer": (0.0, 1.0)}
