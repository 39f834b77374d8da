"""Calls of what pairs of samples certify, and of noise."""

import numpy as np


def _share(draws, *shape):
    return 0.05 + 0.9 * draws.uniform(shape)


def _gaps(draws, d):
    return (
        2 * draws.uniform((4, d + 1)) - 1,
        0.4 * _share(draws.child("delta"), 4),
        _share(draws.child("level"), 4),
    )


def _counts(draws, d):
    return (
        draws.uniform((4, d + 1)),
        np.floor(20 * draws.child("wrong").uniform((4, d + 1))),
        20.0,
        0.4 * _share(draws.child("delta"), 4),
        _share(draws.child("level"), 4),
    )


ARGUMENTS = {
    "asymmetry_p_value": lambda s, d: (s.normal((4, d + 2, d)),),
    "certified_gap": _gaps,
    "certified_pairs": _counts,
    "with_noise": lambda s, d: (s.normal((4, d)), d + 1, 0.5, s.child("noise")),
}
RANGES = {"asymmetry_p_value": (0.0, 1.0), "certified_gap": (0.0, 1.0)}
