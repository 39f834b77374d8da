"""Published curves of fidelity and disjointedness: references to compare with."""

from __future__ import annotations

from refgen._checks import check_choice
from refgen.arrays import on_the_host

_CURVES: dict[str, dict[str, tuple[float, ...]]] = {
    "Autompgs": {
        "scale": (0.32, 0.51, 0.71, 0.90, 1.21, 1.61, 2.11, 3.00, 4.60),
        "exponent": (0.440, 0.302, 0.198, 0.133, 0.088, 0.045, 0.026, 0.013, 0.004),
        "train": (0, 0, 0.0010, 0.0024, 0.0047, 0.0096, 0.0141, 0.0206, 0.0265),
        "test": (
            *(0.0113, 0.0091, 0.0085, 0.0087, 0.0097),
            *(0.0139, 0.0181, 0.0256, 0.0313),
        ),
    },
    "Housing": {
        "scale": (0.21, 0.59, 0.90, 1.20, 1.59, 1.90, 2.60, 3.90, 6.60),
        "exponent": (0.488, 0.341, 0.219, 0.149, 0.096, 0.071, 0.041, 0.002, 0.001),
        "train": (0, 0, 0.0055, 0.0175, 0.0349, 0.0502, 0.0790, 0.1085, 0.1280),
        "test": (
            *(0.1213, 0.0891, 0.0813, 0.0833, 0.0938),
            *(0.1065, 0.1269, 0.1575, 0.1785),
        ),
    },
    "Wine": {
        "scale": (0.06, 0.98, 1.86, 2.78, 3.65, 4.56, 6.48, 9.19, 17.33),
        "exponent": (0.494, 0.363, 0.208, 0.136, 0.103, 0.064, 0.036, 0.014, 0.005),
        "train": (
            *(0, 0.0015, 0.0138, 0.0282, 0.0394),
            *(0.0486, 0.0581, 0.0662, 0.0738),
        ),
        "test": (
            *(0.0541, 0.0430, 0.0434, 0.0501, 0.0572),
            *(0.0639, 0.0721, 0.0783, 0.0833),
        ),
    },
}


@on_the_host("it returns plain numbers")
def published_fidelity(data_set: str) -> dict[str, list[float]]:
    """A published figure of mirrored fidelity and disjointedness against the scale.

    Parameters
    ----------
    data_set : {"Autompgs", "Housing", "Wine"}
        Of 392 × 7, 506 × 11 and 1599 × 11 numbers.

    Returns
    -------
    dict of lists
        One number for each "scale" of neighbourhoods: the "exponent" of the number of
        points with which ρ_S grows, and MNF (an error) on "train" and "test" points.

    Raises
    ------
    ValueError
        If there is no such data set.

    Notes
    -----
    Read from the poster of Li et al. 2021 (arXiv 2011.01205), to .003 for exponents and
    1 % for MNF. How features and outputs were scaled, and what was explained, is not
    known, and exponents depend on it: they are references, not numbers to expect.

    Examples
    --------
    >>> published_fidelity("Housing")["exponent"][0]
    0.488
    """
    found = _CURVES[check_choice("data_set", data_set, _CURVES)]
    return {name: [float(value) for value in values] for name, values in found.items()}
