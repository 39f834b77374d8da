"""
Test error without labels, on real digits
=========================================

Ten small networks are trained on scikit-learn's digits under each of the four
protocols of Jiang et al. (2022): only the initialization differs between runs, only
the order of the data, only the data, or all of them. How often two runs disagree on
new digits needs no labels, and is compared here with how often they are wrong.

Runs that share their data agree too much, and the estimate is too low; if all three
differ, it comes close. The last columns show the theorem |gap| ≤ CACE/2
(GDE-6), which holds for any networks. Its gap counts each run as agreeing with itself:
it is 9/10 of the estimate, minus the error. The estimate itself has no such bound.
"""

import importlib.util
import warnings

import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

from refgen.disagreement import (
    DisagreementDisplay,
    cace,
    disagreement_estimate,
    empirical_law,
    gap,
    test_error,
    train_runs,
)

PROTOCOLS = ("init", "order", "data", "all")


def predictions_of_runs(X, y, X_new, vary):
    """What ten networks that differ in `vary` predict, shape (10, n_points)."""
    network = MLPClassifier((16,), batch_size=20, learning_rate_init=0.01, max_iter=15)
    runs = train_runs(network, X, y, 10, vary, random_state=0)
    return np.stack([run.predict(X_new) for run in runs])


def table(predictions, labels):
    """One line per protocol: the estimate with its interval, then the truth."""
    yield f"{'vary':<6}{'estimate':>9}{'95 % interval':>18}{'error':>8}" + (
        f"{'|gap|':>8}{'CACE/2':>8}"
    )
    for vary, runs in predictions.items():
        estimate, law = disagreement_estimate(runs), empirical_law(runs, labels)
        interval = f"[{estimate.low:.3f}, {estimate.high:.3f}]"
        yield (
            f"{vary:<6}{estimate.value:>9.3f}{interval:>18}"
            f"{test_error(law):>8.3f}{abs(gap(law)):>8.3f}{cace(law) / 2:>8.3f}"
        )


def draw(predictions, labels):
    """Reliability and per-run disagreement, one row of panels per protocol."""
    import matplotlib.pyplot as plt

    figure, rows = plt.subplots(
        len(predictions), 2, figsize=(9, 4 * len(predictions)), layout="constrained"
    )
    for (vary, runs), row in zip(predictions.items(), rows, strict=True):
        DisagreementDisplay.from_predictions(runs, labels, ax=row)
        row[0].set_title(f"vary={vary!r}: reliability of vote shares")
    return figure


def main():
    X, y = load_digits(return_X_y=True)
    X, X_new, y, y_new = train_test_split(
        X / 16, y, train_size=400, stratify=y, random_state=0
    )
    with warnings.catch_warnings():
        # The number of epochs is fixed on purpose.
        warnings.simplefilter("ignore", ConvergenceWarning)
        predictions = {
            vary: predictions_of_runs(X, y, X_new, vary) for vary in PROTOCOLS
        }
    print("\n".join(table(predictions, y_new)))
    if importlib.util.find_spec("matplotlib"):
        draw(predictions, y_new)
        import matplotlib.pyplot as plt

        if plt.get_backend().lower() != "agg":
            plt.show()


if __name__ == "__main__":
    main()
