"""
Can uniform convergence explain it? Digits and breast cancer with columns of noise
==================================================================================

Logistic regression learns to tell two digits apart, or benign tumours from malignant
ones. Behind the features stand columns of pure noise: the more of them, the less each
one holds, so that the noise of a patient or digit has the same length on average.

In many dimensions noise hardly disturbs on new points, whose noise is almost orthogonal
to the weights. But each training point meets its own noise in the weights. So there is
a sample on which the classifier fails: its own, with the signs of the noise changed.
It is exactly as likely as the sample itself. A bound by uniform convergence holds for
all samples but a few, and for all classifiers that may come out: it has to allow for
the classifier of one sample on the other (Nagarajan & Kolter 2019).

The audit turns this into a certificate. It cuts the data into two samples, and says
with confidence 95 % what every such bound must allow, from errors on transformed
samples and held-out points (claims UC-71 and UC-72). With 10,000 columns of noise the
digits 0 and 1 have a test error of 1.4 %, and the certificate is 0.94: so far from the
truth is every such bound. Without noise there is no certificate, as no transformation
of samples is known; that does not mean that such a bound explains anything.
"""

import importlib.util

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.linear_model import LogisticRegression

from refgen.random import Stream
from refgen.uniform_convergence import audit, with_noise

DIMENSIONS = (100, 300, 1000, 3000, 10_000)
LEARNER = LogisticRegression(fit_intercept=False)


def digits(first, second):
    """Images of two digits, without their mean."""
    points, labels = load_digits(return_X_y=True)
    chosen = (labels == first) | (labels == second)
    images = points[chosen] / 16
    return images - images.mean(axis=0), labels[chosen]


def tumours():
    points, labels = load_breast_cancer(return_X_y=True)
    return (points - points.mean(axis=0)) / points.std(axis=0), labels


def data():
    """By name: points, labels, and the squared length of the noise."""
    return {
        "digits 0 and 1": (*digits(0, 1), 700.0),
        "digits 3 and 8": (*digits(3, 8), 250.0),
        "breast cancer": (*tumours(), 4000.0),
    }


def results():
    """For each name the audits of the plain data, and by dimension of the noise."""
    found = {}
    for name, (points, labels, noise) in data().items():
        own = points.shape[1]
        audits = [audit(LEARNER, points, labels)]
        for n in DIMENSIONS:
            noisy = with_noise(points, n, noise, Stream(0, "example", name))
            behind = range(own, own + n)
            audits.append(audit(LEARNER, noisy, labels, noise_features=behind))
        found[name] = audits
    return found


def report(found):
    for name, (plain, *audits) in found.items():
        print(f"\n{name}: {plain.sample_size} points in each of two samples")
        print(f"without noise: test error {plain.test_error:.3f}; {plain.verdict}")
        print("columns of noise   test   transformed   certified   VC   PAC-Bayes")
        for n, row in zip(DIMENSIONS, audits, strict=True):
            vc, _, pac = (bound.value for bound in row.bounds)
            print(
                f"{n:>16}{row.test_error:>7.3f}{row.transformed_error:>14.3f}"
                f"{row.lower_bound:>12.3f}{vc:>5.2f}{pac:>12.2f}"
            )


def draw(found):
    """Errors and certificates against the number of noise columns."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(
        1, 3, figsize=(10, 4.1), sharey=True, layout="constrained"
    )
    for ax, (name, (plain, *audits)) in zip(axes, found.items(), strict=True):
        _panel(ax, audits)
        ax.axhline(
            plain.test_error,
            color="#0072B2",
            ls=":",
            label="held-out points without noise",
        )
        ax.set(title=name, xscale="log", xlabel="columns of noise", ylim=(-0.03, 1.04))
    axes[0].set_ylabel("error, or certified gap")
    handles, names = axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=3, frameon=False)
    return figure


def _panel(ax, audits):
    samples = [row.samples for row in audits]
    curves = (
        ("sample with its noise negated", "#D55E00", "s", "-", "transformed_error"),
        ("held-out points", "#0072B2", "o", "-", "test_error"),
        ("training sample", "#777777", "", "--", "train_error"),
    )
    for label, colour, mark, line, kind in curves:
        means = [np.mean([getattr(s, kind) for s in pair]) for pair in samples]
        ax.plot(DIMENSIONS, means, color=colour, marker=mark, ls=line, label=label)
    # Ends that hold for both classifiers at once.
    low = [min(s.test_error_low for s in pair) for pair in samples]
    high = [max(s.test_error_high for s in pair) for pair in samples]
    look = {"color": "#0072B2", "alpha": 0.15, "lw": 0}
    ax.fill_between(DIMENSIONS, low, high, label="confidence of held-out", **look)
    certified = [row.lower_bound for row in audits]
    ax.plot(
        DIMENSIONS, certified, color="k", lw=2.2, label="certified lower bound of gaps"
    )


def main():
    found = results()
    report(found)
    if importlib.util.find_spec("matplotlib"):
        draw(found)
        import matplotlib.pyplot as plt

        if plt.get_backend().lower() != "agg":
            plt.show()


if __name__ == "__main__":
    main()
