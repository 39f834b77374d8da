"""A phase diagram of exact errors, against its special functions alone.

Run: ``python benchmarks/phase_diagram.py``. 100 x 100 ratios, 1000 samples; three
errors at each. SciPy's adaptive quadrature does some rows.
"""

from unittest import mock

import numpy as np
from _record import medians, store
from scipy.integrate import quad_vec
from scipy.special import ndtr
from scipy.stats import chi2

from refgen.uniform_convergence import phase_diagram

N_SAMPLES = 1000
SIGNALS = np.geomspace(0.02, 4.0, 100)
RATIOS = np.geomspace(0.003, 3.0, 100)
N_BY_QUADRATURE = 5  # rows


def diagram():
    return phase_diagram(SIGNALS, RATIOS, N_SAMPLES)


def arguments():
    """What Φ is computed of in a diagram."""
    found = []

    def recording(z):
        found.append(z.copy())
        return ndtr(z)

    with mock.patch("scipy.special.ndtr", recording):
        diagram()
    return found


def by_quadrature(rows):
    """Rows of the three errors, by adaptive quadrature over quantiles of χ²."""
    errors = []
    for beta in RATIOS[rows]:
        D, m = np.rint(N_SAMPLES / beta), N_SAMPLES

        def integrand(p, D=D, m=m):
            q = chi2.ppf(p, D) / D
            own = np.sqrt(D / ((m - 1) * q))
            new = -SIGNALS * np.sqrt(D / (m * q))
            return ndtr([new, -(SIGNALS + q) * own, (q - SIGNALS) * own])

        errors.append(quad_vec(integrand, 0, 1, epsabs=1e-11)[0])
    return errors


def check():
    found = diagram()
    rows = slice(0, None, 25)
    for row, wanted in zip(range(0, 100, 25), by_quadrature(rows), strict=True):
        got = np.array([found.test[row], found.train[row], found.transformed[row]])
        assert abs(got - wanted).max() < 1e-9


def main():
    check()
    given = arguments()
    timed = medians(
        {
            "refgen": diagram,
            "its Φ alone": lambda: [ndtr(z) for z in given],
            "scipy quad_vec, some rows": lambda: by_quadrature(
                slice(0, N_BY_QUADRATURE)
            ),
        }
    )
    alone = timed["its Φ alone"]["median_seconds"]
    refgen = timed["refgen"]
    refgen["ratio_to_special_functions"] = refgen["median_seconds"] / alone
    timed["its Φ alone"]["calls"] = sum(z.size for z in given)
    loop = timed["scipy quad_vec, some rows"]
    loop["seconds_for_100_rows"] = loop["median_seconds"] * 100 / N_BY_QUADRATURE
    store("phase_diagram", timed, threads=1)


if __name__ == "__main__":
    main()
