"""
Are wide networks, or long-trained ones, explained less faithfully?
===================================================================

Networks of 4 to 256 ReLU neurons learn the diabetes data: ten measurements, and how far
the disease is a year later. Near a patient who was not learned from, a network is
compared with the linear function that explains it best. Both are known exactly, of 20
networks of each width at once (`exact_local_fit` of an ensemble, LE-5n): nothing is
drawn. Shown is the share of the network's variance in the neighbourhood that the
explanation misses, 0 being best, with 95 % intervals over first weights and batches.

Before training the share does not depend on the width: it is that of random neurons
(LE-63w). Training first makes all networks more faithful, as a linear function is
learned first, and wide ones most of all. Then they learn the noise, and with the error
on new patients the share rises again, beyond what it was at first for all widths but
the smallest (LE-63t). At all four widths, explanations are the most faithful after the
same number of epochs after which the error is the least. A network that is hard to
explain locally has learned its data by heart; width by itself does no harm.
"""

import importlib.util
import json
from pathlib import Path

import numpy as np
from scipy.stats import t as student_t

from refgen.explainability import exact_local_fit
from refgen.networks import snapshots
from refgen.random import Stream

# Written by benchmarks/faithful_until_overfit.py, which calls `curves`.
STORED = Path(__file__).parents[1] / "benchmarks/results/faithful_until_overfit.json"
WIDTHS = [4, 16, 64, 256]
EPOCHS = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256]
N_NETWORKS, N_TRAIN, N_EXPLAINED, SCALE = 20, 300, 30, 1.0


def patients():
    """Features and targets of unit variance: 300 rows to learn, and the others."""
    from sklearn.datasets import load_diabetes

    X, y = load_diabetes(return_X_y=True)
    X, y = ((a - a.mean(axis=0)) / a.std(axis=0) for a in (X, y))
    order = Stream(0, "patients").permutation(len(X))
    train, test = order[:N_TRAIN], order[N_TRAIN:]
    return X[train], y[train], X[test], y[test]


def curves(width, epochs=EPOCHS):
    """Shares missed and errors on new rows, of each network after numbers of epochs."""
    X, y, X_new, y_new = patients()
    path = snapshots(
        X,
        y,
        Stream(0, "faithful"),
        epochs,
        n_members=N_NETWORKS,
        n_hidden=width,
        loss="squared",
        batch_size=30,
        step_size=0.05,
    )
    found = {"missed": [], "error": []}
    for ensemble in path:
        fit = exact_local_fit(ensemble, X_new[:N_EXPLAINED], SCALE)
        linear = SCALE**2 * (fit.slope**2).sum(axis=-1)
        missed = fit.fidelity.sum(axis=1) / (fit.fidelity + linear).sum(axis=1)
        errors = ((ensemble.predict(X_new) - y_new) ** 2).mean(axis=1)
        for name, values in (("missed", missed), ("error", errors)):
            found[name].append([float(f"{value:.4g}") for value in values])
    return found


def intervals(values):
    """Means over networks, and half of their 95 % intervals, by Student's law."""
    values = np.asarray(values)
    n = values.shape[-1]
    error = values.std(axis=-1, ddof=1) / np.sqrt(n)
    return values.mean(axis=-1), student_t.isf(0.025, n - 1) * error


def table(results):
    """A line for each width."""
    yield f"{'':<12}{'share missed':>38}{'epochs at the least':>34}"
    names = f"{'first':>14}{'least':>12}{'last':>12}{'share':>20}{'error':>14}"
    yield f"{'neurons':<12}{names}"
    for width, found in results.items():
        missed, _ = intervals(found["missed"])
        error, _ = intervals(found["error"])
        shares = f"{missed[0]:>14.3f}{missed.min():>12.3f}{missed[-1]:>12.3f}"
        best = (EPOCHS[int(curve.argmin())] for curve in (missed, error))
        yield f"{width:<12}{shares}" + "{:>20}{:>14}".format(*best)


def draw(results):
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
    colors = plt.get_cmap("viridis")(np.linspace(0.0, 0.85, len(results)))
    for ax, name, title in zip(
        panels,
        ("missed", "error"),
        ("share of the variance that explanations miss", "error on new patients"),
        strict=True,
    ):
        for color, (width, found) in zip(colors, results.items(), strict=True):
            mean, half = intervals(found[name])
            ax.fill_between(EPOCHS, mean - half, mean + half, color=color, alpha=0.25)
            ax.plot(EPOCHS, mean, color=color, label=f"{width} neurons")
        ax.set_xscale("symlog", linthresh=1)
        ax.set_xticks([0, 1, 4, 16, 64, 256], ["0", "1", "4", "16", "64", "256"])
        ax.set(xlabel="epochs", title=title, xlim=(0, EPOCHS[-1]))
        ax.minorticks_off()
    panels[0].set_ylim(bottom=0)
    panels[1].set_ylim(0.45, 0.9)
    panels[0].legend(frameon=False)
    return figure


def main():
    results = json.loads(STORED.read_text())["results"]
    print("\n".join(table(results)))
    if not importlib.util.find_spec("matplotlib"):
        print("For the picture: pip install -e '.[plot]'")
        return
    draw(results)
    import matplotlib.pyplot as plt

    if plt.get_backend().lower() != "agg":
        plt.show()


if __name__ == "__main__":
    main()
