"""
Test error without labels, on real digits
=========================================

A hundred small networks are trained on scikit-learn's digits under each of the four
protocols of Jiang et al. (2022): only the first weights differ between runs, only the
order of the data, only the data, or all of them. How often two runs disagree on new
digits needs no labels, and is compared here with how often they are wrong.

No protocol says by itself that both are equal. After 1 to 4 epochs, while a quarter of
the digits or more are wrong, runs disagree 0.9 to 1.3 times as often as they err,
whatever differs. Later those that share their data agree on what they get wrong, and
the estimate is too low by a half; those that have data of their own come close to the
diagonal, at 0.92 and 1.07 times.

What holds for any networks is the theorem |gap| ≤ CACE/2 (GDE-6), in the last columns.
Its gap counts each run as agreeing with itself: it is 99/100 of the estimate, minus the
error. The estimate itself has no such bound. And a few runs are never calibrated: the
CACE of M of them is at least ann(M) on average (GDE-16b), which is at least
2 |(1 − 1/M) EDR − ETE|, dotted. With many runs there are many levels of vote shares,
and too few digits at each: then CACE rises again.
"""

import importlib.util

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from refgen.disagreement import (
    DisagreementDisplay,
    annealed_cace,
    cace,
    disagreement,
    disagreement_estimate,
    empirical_law,
    ensemble_cace,
    expected_disagreement,
    gap,
    network_runs,
    test_error,
)
from refgen.random import Stream

PROTOCOLS = ("init", "order", "data", "all")
EPOCHS = (1, 2, 4, 8, 16, 32)
SIZES = (1, 2, 4, 8, 16, 32, 64)
TICKS = (0.05, 0.1, 0.2, 0.4, 0.8)
SETTINGS = {"n_hidden": 16, "batch_size": 20, "step_size": 0.5}


def digits():
    """200 digits to train on and their labels, and 1,597 new ones."""
    X, y = load_digits(return_X_y=True)
    return train_test_split(X / 16, y, train_size=200, stratify=y, random_state=0)


def predictions_of_runs(X, y, X_new, vary, n_epochs):
    """What a hundred networks that differ in `vary` predict, (100, n_points)."""
    stream = Stream(0, "digits")
    runs = network_runs(X, y, stream, 100, vary, n_epochs=n_epochs, **SETTINGS)
    return runs.predict(X_new)


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


def draw_training(ax, along, labels):
    """Disagreement against error while networks learn, a curve per protocol."""
    for vary, each in along.items():
        errors = [(runs != labels).mean() for runs in each.values()]
        ax.plot(
            errors, [disagreement(runs) for runs in each.values()], "o-", label=vary
        )
    ends = [0.05, 0.8]
    ax.plot(ends, ends, "k:", lw=1, label="equal")
    ax.set(xscale="log", yscale="log", xlabel="test error", ylabel="disagreement")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks(TICKS, TICKS)
        axis.set_ticks([], minor=True)
    ax.set_title(f"after {', '.join(map(str, EPOCHS))} epochs, from the right")
    ax.legend(title="what differs")


def draw_few_runs(ax, predictions, labels, rng):
    """CACE of ensembles of a few runs, ann(M), and what it is at least."""
    for color, vary in (("C0", "init"), ("C3", "all")):
        runs, law = predictions[vary], empirical_law(predictions[vary], labels)
        drawn = [
            np.mean(
                [
                    ensemble_cace(runs[rng.integers(len(runs), size=m)], labels)
                    for _ in range(20)
                ]
            )
            for m in SIZES
        ]
        edr, ete = expected_disagreement(law), test_error(law)
        ax.plot(SIZES, drawn, "o-", color=color, label=f"{vary}: {SIZES[0]} to 64 runs")
        annealed = [annealed_cace(law, m) for m in SIZES]
        ax.plot(SIZES, annealed, "--", color=color, label="ann(M)")
        least = [2 * abs((1 - 1 / m) * edr - ete) for m in SIZES]
        ax.plot(SIZES, least, ":", color=color, label="lower bound of ann(M)")
    ax.set(
        xscale="log", xlabel="runs in the ensemble, M", ylabel="CACE", ylim=(0, None)
    )
    ax.set_xticks(SIZES, SIZES)
    ax.minorticks_off()
    ax.set_title("few runs are not calibrated")
    ax.legend()


def draw(along, labels):
    """Training, ensembles of a few runs; and one protocol by labels and by runs."""
    import matplotlib.pyplot as plt

    figure, rows = plt.subplots(2, 2, figsize=(9, 8), layout="constrained")
    last = {vary: each[EPOCHS[-1]] for vary, each in along.items()}
    draw_training(rows[0, 0], along, labels)
    draw_few_runs(rows[0, 1], last, labels, np.random.default_rng(0))
    DisagreementDisplay.from_predictions(last["all"], labels, ax=rows[1])
    rows[1, 0].set_title("all differ: reliability of vote shares")
    return figure


def main():
    X, X_new, y, y_new = digits()
    along = {
        vary: {n: predictions_of_runs(X, y, X_new, vary, n) for n in EPOCHS}
        for vary in PROTOCOLS
    }
    last = {vary: each[EPOCHS[-1]] for vary, each in along.items()}
    print("\n".join(table(last, y_new)))
    if importlib.util.find_spec("matplotlib"):
        draw(along, y_new)
        import matplotlib.pyplot as plt

        if plt.get_backend().lower() != "agg":
            plt.show()


if __name__ == "__main__":
    main()
