"""
When does distilling into itself pay? Digits with flipped labels
================================================================

A share of the labels of digits is flipped, and a ridge classifier on random features is
the teacher. The student is ridge regression with the same penalty, trained on the soft
labels of the teacher, at a temperature so high that they are a linear function of its
scores. Both are judged by true labels of new digits.

Why the student wins or loses can be computed beforehand, without new digits. Along an
eigenvector of the features the teacher keeps a share s of what least squares would
learn, and the student s². The labels hold a signal along it, and noise from the flips,
and the best share is f* = signal/(signal + noise). The student is better there if
(s + s²)/2 is above f* (claim KD-8): if the teacher has learned noise. Summed over all
eigenvectors this is the gain in risk that is printed. Not even true labels are needed:
along mixes (1 − ξ)·labels + ξ·teacher the risk is a parabola (claim KD-12), and its
lowest point is estimated from the flipped labels by leaving one out (claim KD-26). The
student, ξ = 1, is better than its teacher, ξ = 0, if that point is above 1/2.

So it turns out: the student makes up for a penalty that is too small for the noise, and
spoils one that is large enough. Without flipped labels there is nothing to make up for.
If teacher and student both have their best penalty, no gain is seen.
"""

import importlib.util

import numpy as np
from scipy.stats import t as student_t
from sklearn.datasets import load_digits
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import Ridge, RidgeClassifier
from sklearn.model_selection import ShuffleSplit

from refgen.distillation import (
    DistilledClassifier,
    SpectralProblem,
    leave_one_out_residuals,
    ridge_filter,
    risk_change,
)

FLIPPED = (0.0, 0.2, 0.4)
PENALTIES = np.array([0.001, 0.01, 0.03, 0.1, 0.3, 1.0])
N_SPLITS, N_TRAIN, N_NEW = 10, 400, 600


def flip(labels, share, rng):
    """Labels of which each is exchanged for another one with probability `share`."""
    others = (labels + rng.integers(1, 10, len(labels))) % 10
    return np.where(rng.random(len(labels)) < share, others, labels)


def problem(features, labels, share):
    """Signal and noise along the eigenvectors, one problem for each digit."""
    centred = features - features.mean(axis=0)
    spectrum, vectors = np.linalg.eigh(centred.T @ centred / len(centred))
    chances = np.where(np.eye(10)[labels] == 1, 1 - share, share / 9)
    # The flips are the noise: labels are 0 or 1 with these chances.
    noise = np.sqrt((chances * (1 - chances)).mean(axis=0))
    along = (chances.T @ centred @ vectors) / len(centred) / spectrum
    return SpectralProblem(
        np.broadcast_to(spectrum, along.shape), along, noise, np.full(10, len(centred))
    )


def best_mixing(features, noisy, penalty):
    """The share of the teacher, ξ, with the least leave-one-out error of all digits."""
    labels = np.eye(10)[noisy]
    left_out, change = leave_one_out_residuals(
        features - features.mean(axis=0),
        (labels - labels.mean(axis=0)).T,
        penalty / len(features),
    )
    return -(left_out * change).sum() / (change * change).sum()


def errors(features, noisy, new, labels, penalty):
    """Shares of new digits that teacher and student get wrong."""
    model = DistilledClassifier(
        RidgeClassifier(penalty), Ridge(penalty), temperature=100.0
    ).fit(features, noisy)
    return [(m.predict(new) != labels).mean() for m in (model.teacher_, model)]


def results(share):
    """Errors of teacher and student, and what theory says of their difference.

    Returns errors of shape (n_splits, n_penalties, 2), and for every penalty the means
    over splits of the gain in risk and of the best mixing.
    """
    points, digits = load_digits(return_X_y=True)
    features = Nystroem(gamma=0.05, n_components=150, random_state=0)
    features = features.fit_transform(points / 16)
    splits = ShuffleSplit(N_SPLITS, test_size=N_NEW, train_size=N_TRAIN, random_state=0)
    found, gains, mixings = [], [], []
    for seed, (old, new) in enumerate(splits.split(features)):
        noisy = flip(digits[old], share, np.random.default_rng(seed))
        test = features[new], digits[new]
        found.append([errors(features[old], noisy, *test, p) for p in PENALTIES])
        law = problem(features[old], digits[old], share)
        shares = ridge_filter(law.spectrum, PENALTIES[:, None] / N_TRAIN)
        gains.append(-risk_change(law, shares, shares).sum(axis=-1))
        mixings.append([best_mixing(features[old], noisy, p) for p in PENALTIES])
    return np.array(found), np.mean(gains, axis=0), np.mean(mixings, axis=0)


def interval(gains):
    """Mean over splits, and half the width of a 95 % interval.

    The splits share their digits; the variance is the one of Nadeau & Bengio (2003).
    """
    error = np.sqrt((1 / N_SPLITS + N_NEW / N_TRAIN) * gains.var(axis=0, ddof=1))
    return gains.mean(axis=0), student_t.ppf(0.975, N_SPLITS - 1) * error


def table(share, found, risks, mixings):
    """One line per penalty, and one for the penalty that suits each of both best.

    The latter is chosen by the new digits, in favour of both alike.
    """
    gains, widths = interval(found[..., 0] - found[..., 1])
    for i, penalty in enumerate(PENALTIES):
        teacher, student = found[:, i].mean(axis=0)
        yield (
            f"{share:>7.0%}{penalty:>9g}{teacher:>9.3f}{student:>9.3f}{gains[i]:>+8.3f}"
            f" ± {widths[i]:.3f}{risks[i]:>+9.4f}{mixings[i]:>7.2f}"
        )
    best = found.mean(axis=0).argmin(axis=0)
    pair = found[:, best, [0, 1]]
    gain, width = interval(pair[:, 0] - pair[:, 1])
    teacher, student = pair.mean(axis=0)
    yield (
        f"{share:>7.0%}     best{teacher:>9.3f}{student:>9.3f}{gain:>+8.3f}"
        f" ± {width:.3f}"
    )


def draw(outcomes):
    """Errors against the penalty, and the gain against what theory says."""
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
    looks = zip(outcomes.items(), ("#0072B2", "#E69F00", "#009E73"), "os^", strict=True)
    for (share, (found, risks, _)), colour, mark in looks:
        teacher, student = found.mean(axis=0).T
        own = {"color": colour, "marker": mark, "label": f"{share:.0%} flipped"}
        left.plot(PENALTIES, teacher, **own)
        left.plot(PENALTIES, student, ls="--", mfc="white", **own | {"label": None})
        gains, widths = interval(found[..., 0] - found[..., 1])
        right.errorbar(risks, gains, widths, ls="", capsize=3, **own)
    left.plot([], [], "k--", label="students")
    left.set(xscale="log", yscale="log", xlabel="penalty", ylabel="error on new digits")
    ticks = [0.03, 0.05, 0.1, 0.2, 0.3]
    left.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    left.minorticks_off()
    right.axhline(0, color="grey", lw=0.8)
    right.axvline(0, color="grey", lw=0.8)
    right.set(
        xlabel="gain in risk, computed by KD-8",
        ylabel="gain in error on new digits (95 % interval)",
    )
    figure.legend(
        *left.get_legend_handles_labels(), loc="outside upper center", ncols=4
    )
    return figure


def main():
    outcomes = {share: results(share) for share in FLIPPED}
    print("flipped  penalty  teacher  student    gain           KD-8   best ξ")
    for share, outcome in outcomes.items():
        print("\n".join(table(share, *outcome)))
    if importlib.util.find_spec("matplotlib"):
        draw(outcomes)
        import matplotlib.pyplot as plt

        if plt.get_backend().lower() != "agg":
            plt.show()


if __name__ == "__main__":
    main()
