"""Published figures of bounds by norms: references to compare with, not rates."""

from __future__ import annotations

from typing import Any

from refgen._checks import check_choice
from refgen.arrays import on_the_host

_NOTEBOOK = (256, 512, 1024, 2048, 4096, 8192, 16384)
_ERRORS = (3607, 3042, 2442, 1776, 1019, 662, 150)

# From the public notebook, and from the authors' poster (read to .01).
_FIGURES: dict[str, dict[str, tuple[float, ...]]] = {
    "notebook": {
        "n_samples": _NOTEBOOK,
        "test_error": tuple(count / 8192 for count in _ERRORS),
        "distance": (19.509, 25.001, 31.328, 41.538, 51.804, 68.176, 87.029),
        "hidden_spectral": (7.111, 6.648, 7.681, 8.396, 9.398, 10.801, 11.955),
        "output_spectral": (13.072, 16.274, 19.258, 23.612, 26.716, 30.871, 33.272),
        "Bartlett 2017": (88.195, 93.413, 102.741, 123.961, 134.418, 152.895, 157.091),
        "Neyshabur 2018": (208.60, 222.72, 231.83, 262.03, 274.41, 308.73, 313.76),
        "Neyshabur 2019": (3.3704, 3.6523, 3.7557, 4.2307, 4.4125, 4.9443, 5.0135),
    },
    "notebook, median margin": {
        "n_samples": _NOTEBOOK,
        "test_error": tuple(count / 8192 for count in _ERRORS),
        "Bartlett 2017": (35.18, 38.71, 42.85, 50.27, 52.50, 53.81, 51.43),
        "Neyshabur 2018": (83.21, 92.30, 96.68, 106.26, 107.17, 108.66, 102.71),
        "Neyshabur 2019": (1.344, 1.514, 1.566, 1.716, 1.723, 1.740, 1.641),
    },
    "notebook, wide": {
        "n_samples": (1024, 2048, 4096, 8192),
        "test_error": tuple(count / 4096 for count in (1783, 1428, 873, 550)),
        "transformed_error": (1.0, 1.0, 1.0, 8045 / 8192),
    },
    "poster": {
        "n_samples": (2048, 4096, 8192, 16384, 32768, 65536),
        "test_error": (0.465, 0.420, 0.336, 0.214, 0.110, 0.056),
        "transformed_error": (1.0,) * 6,
    },
    "poster, MNIST": {
        "n_samples": tuple(128 * 2**i for i in range(9)),
        "test_error": tuple(
            10.0**e
            for e in (-0.61, -0.76, -0.89, -0.99, -1.24, -1.36, -1.48, -1.58, -1.74)
        ),
        "Bartlett 2017": tuple(
            10.0**e for e in (3.68, 3.88, 3.96, 4.46, 4.63, 4.88, 5.12, 5.36, 5.44)
        ),
        "Neyshabur 2018": tuple(
            10.0**e for e in (3.65, 3.86, 3.93, 4.42, 4.58, 4.83, 5.08, 5.32, 5.39)
        ),
    },
}


@on_the_host("it returns plain numbers")
def published_growth(figure: str) -> dict[str, list[Any]]:
    """A published figure of test errors and bounds as the sample grows.

    Parameters
    ----------
    figure : {"notebook", "notebook, median margin", "notebook, wide", "poster", \
"poster, MNIST"}
        "notebook": two concentric spheres of 100 dimensions, 1000 hidden units, batches
        of one point, stopped when 99 % of the margins are 4; "notebook, wide": 500
        dimensions, 10,000 units; "poster": 1000 dimensions, 100,000 units; "poster,
        MNIST": five layers of 1024 units.

    Returns
    -------
    dict of lists
        "n_samples", "test_error", and what else the figure has, one number for each
        sample size. "transformed_error" is the error on the sample moved to the other
        sphere.

    Raises
    ------
    ValueError
        If there is no such figure.

    Notes
    -----
    Recovered from vector graphics by Nagarajan & Kolter 2019 (arXiv 1902.04742); what
    the poster shows is read to .01 (of logarithms, for MNIST). Growth in them depends
    on how the networks were trained: they are references, not rates to expect. The
    notebook's distance counts biases, its norms and bounds leave them out: claim UC-36,
    which has its numbers again.

    Examples
    --------
    >>> published_growth("notebook, wide")["test_error"][-1]
    0.13427734375
    """
    found = _FIGURES[check_choice("figure", figure, _FIGURES)]
    return {name: list(values) for name, values in found.items()}
