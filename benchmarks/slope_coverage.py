"""How often the interval of the confidence slope covers the slope of the population.

Run: ``python benchmarks/slope_coverage.py``. Laws of logits with a known slope, and
resampled answers of a network and its student on digits, of which the slope through all
is the truth. Not a benchmark of speed: the figures that say where the interval works.
"""

import numpy as np
from _record import store
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

from refgen.distillation import confidence_slope

SIZES = (30, 100, 1000)
N_REPEATS = 2000
# Points from which slopes of laws without a closed form are taken.
MANY = 4_000_000


def growing_errors(draws, n):
    """Normal logits; the student is off by more where the teacher is sure."""
    teacher = abs(3 * draws.normal(size=n))
    return teacher, 0.6 * teacher + (0.2 + 0.3 * teacher) * draws.normal(size=n)


def flipped_labels(draws, n):
    """A tenth of the points has a flipped label: both hardly know them."""
    flipped = draws.uniform(size=n) < 0.1
    teacher = np.where(flipped, 0.5, 3.0) + 0.2 * abs(draws.normal(size=n))
    off = np.where(flipped, 1.0, 0.3) * draws.normal(size=n)
    return teacher, np.where(flipped, 0.2, 3.5) + off


def saturated(draws, n):
    """The student's confidence levels off, so that no line fits."""
    teacher = draws.exponential(size=n)
    return teacher, 2 * np.log1p(teacher) + 0.5 * draws.normal(size=n)


def heavy_tails(draws, n):
    """The same, and few points are far surer than all others."""
    teacher = np.exp(0.8 * draws.normal(size=n))
    return teacher, np.log1p(3 * teacher) + 0.3 * teacher * draws.standard_t(5, size=n)


def chances(logits):
    return 1 / (1 + np.exp(-logits))


def of_law(law, draws):
    """Draws of n points, and the slope of the population."""
    x, y = law(draws, MANY)
    truth = np.cov(x, y)[0, 1] / x.var()
    return lambda n: tuple(map(chances, law(draws, n))), truth


def digits(draws):
    """The same of a network and a linear student of it; points are drawn anew."""
    X, y = load_digits(return_X_y=True)
    X, pool, y, _ = train_test_split(X / 16, y, test_size=0.5, random_state=0)
    teacher = MLPClassifier((32,), alpha=0.01, max_iter=500, random_state=0).fit(X, y)
    student = LogisticRegression(C=0.5, max_iter=500).fit(X, teacher.predict(X))
    answers = teacher.predict_proba(pool), student.predict_proba(pool)

    def draw(n):
        chosen = draws.integers(len(pool), size=n)
        return tuple(a[chosen] for a in answers)

    return draw, confidence_slope(*answers).slope


def coverage(draw, truth):
    """Counts and means over all repetitions, by number of points."""
    results = {}
    for n in SIZES:
        found = [confidence_slope(*draw(n)) for _ in range(N_REPEATS)]
        results[str(n)] = {
            "repeats": N_REPEATS,
            "covered": sum(bool(f.low <= truth <= f.high) for f in found),
            "slope_above_interval": sum(bool(truth > f.high) for f in found),
            "mean_width": round(float(np.mean([f.high - f.low for f in found])), 4),
        }
    return {"slope": round(float(truth), 4), "points": results}


def main():
    draws = np.random.default_rng(0)
    laws = (growing_errors, flipped_labels, saturated, heavy_tails)
    results = {
        law.__name__.replace("_", " "): coverage(*of_law(law, draws)) for law in laws
    }
    results["digits"] = coverage(*digits(draws))
    store("slope_coverage", results, threads=1)


if __name__ == "__main__":
    main()
