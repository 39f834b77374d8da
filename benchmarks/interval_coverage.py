"""How often the interval without labels covers the error, over 100 splits of digits.

Run: ``python benchmarks/interval_coverage.py``. Each split trains ten runs on random
halves of the 1347 training digits, asks for the 95 % interval on the 450 others without
their labels, and then looks at the labels. Not a benchmark of speed: the figures of the
README that say where the method works and where it fails.
"""

import warnings

import numpy as np
from _record import store
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.tree import DecisionTreeClassifier

from refgen.disagreement import DisagreementErrorEstimator

N_SPLITS = 100
LEARNERS = {
    "3 nearest neighbours": KNeighborsClassifier(3),
    "random forest": RandomForestClassifier(),
    "small network": MLPClassifier((32,), max_iter=60),
    "naive Bayes": GaussianNB(),
    "decision tree": DecisionTreeClassifier(),
}


def one_split(learner, seed):
    """The estimate, and what it estimates, on one split."""
    X, y = load_digits(return_X_y=True)
    X, X_new, y, y_new = train_test_split(X / 16, y, random_state=seed)
    model = DisagreementErrorEstimator(learner, random_state=seed).fit(X, y)
    return model.error_estimate(X_new), (model.run_predictions(X_new) != y_new).mean()


def coverage(learner):
    """Counts and means over all splits."""
    results = [one_split(learner, seed) for seed in range(N_SPLITS)]
    return {
        "splits": N_SPLITS,
        "covered": sum(bool(e.low <= truth <= e.high) for e, truth in results),
        "error_above_interval": sum(bool(truth > e.high) for e, truth in results),
        "mean_estimate": round(float(np.mean([e.value for e, _ in results])), 4),
        "mean_error": round(float(np.mean([truth for _, truth in results])), 4),
        "mean_width": round(float(np.mean([e.high - e.low for e, _ in results])), 4),
    }


def main():
    with warnings.catch_warnings():
        # The number of epochs is fixed on purpose.
        warnings.simplefilter("ignore", ConvergenceWarning)
        results = {name: coverage(learner) for name, learner in LEARNERS.items()}
    store("interval_coverage", results, threads=1)


if __name__ == "__main__":
    main()
