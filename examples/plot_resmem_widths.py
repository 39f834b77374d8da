"""
Where memorizing stops paying: from few neurons to many
=======================================================

Networks of 1 to 64 neurons learn 400 of scikit-learn's digits, ten of each width, and
ResMem (Yang et al. 2023) remembers their residuals, with neighbours in the hidden layer
as in the paper, or in pixels. Bands are twice the standard deviation of a mean.

With right labels memory pays for narrow networks, which fit little. From 16 neurons on
networks fit all digits; residuals vanish, and a class can change only where the base's
margin is below them (claim resmem-margins): ResMem is the base. The hidden layer of a
narrow network has lost most of what memory needs: two neurons with neighbours in pixels
are better than eight with neighbours in their own layer, and no network is much better
than plain k-NN in pixels.

With a fifth of the labels wrong, one neighbour copies the noise, and memory in the
layer costs more than it gains, for any width. Five neighbours outvote it, and help
networks of 2 to 8 neurons. Wide networks have learnt wrong labels themselves: their
residuals hide the noise, and memory cannot take it back. Neighbours in the layer of 64
neurons that vote without the network make hardly more than half of ResMem's errors.
"""

import importlib.util

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from refgen.neighbors import nearest_neighbors
from refgen.networks import train
from refgen.random import Stream
from refgen.resmem import smooth

WIDTHS = (1, 2, 4, 8, 16, 32, 64)
N_NETWORKS = 10


def digits(noise):
    """400 digits with labels, of which a share is drawn at random; 1,397 new ones."""
    X, y = load_digits(return_X_y=True)
    X, X_new, y, y_new = train_test_split(
        X / 16, y, train_size=400, stratify=y, random_state=0
    )
    rng = np.random.default_rng(0)
    wrong = (y + rng.integers(1, 10, size=len(y))) % 10
    return X, np.where(rng.random(len(y)) < noise, wrong, y), X_new, y_new


def remembered(points, queries, residuals, k):
    """S(y − f): the mean residual of the k nearest rows."""
    near = nearest_neighbors(points, queries, k)[1]
    return smooth(residuals, near, np.full(near.shape, 1 / k))


def errors(data, width, k):
    """Of each network: errors of the base, of ResMem in both spaces, and of k-NN."""
    X, y, X_new, y_new = data
    networks = train(
        X,
        y,
        Stream(0, "widths"),
        n_members=N_NETWORKS,
        n_hidden=width,
        n_epochs=40,
        batch_size=20,
        step_size=0.2,
    )
    base, targets = networks.predict_proba(X_new), np.eye(10)[y]
    residuals = targets - networks.predict_proba(X)
    rows, queries = networks.networks.hidden(X), networks.networks.hidden(X_new)
    in_pixels = nearest_neighbors(X, X_new, k)[1]
    equal = np.full(in_pixels.shape, 1 / k)
    scores = [
        {
            "base": base[j],
            "ResMem, hidden layer": base[j]
            + remembered(rows[j], queries[j], residuals[j], k),
            "ResMem, pixels": base[j] + smooth(residuals[j], in_pixels, equal),
            "k-NN, hidden layer": remembered(rows[j], queries[j], targets, k),
        }
        for j in range(N_NETWORKS)
    ]
    found = {
        name: np.array([(each[name].argmax(axis=1) != y_new).mean() for each in scores])
        for name in scores[0]
    }
    nearest = smooth(targets, in_pixels, equal).argmax(axis=1)
    return found | {"k-NN, pixels": np.full(N_NETWORKS, (nearest != y_new).mean())}


def table(found, title):
    """One line per width: mean errors, and what memory in the layer gains."""
    names = list(next(iter(found.values())))
    yield title
    yield f"{'neurons':>7}" + "".join(f"{name:>22}" for name in names) + "  gain"
    for width, each in found.items():
        gain = each["base"] - each["ResMem, hidden layer"]
        half = 2 * gain.std(ddof=1) / np.sqrt(N_NETWORKS)
        means = "".join(f"{each[name].mean():>22.3f}" for name in names)
        yield f"{width:>7}{means}  {gain.mean():+.3f} ± {half:.3f}"


def draw_panel(ax, found, title):
    """Mean error against the width, with bands."""
    for number, name in enumerate(next(iter(found.values()))):
        values = np.array([each[name] for each in found.values()])
        middle = values.mean(axis=1)
        half = 2 * values.std(axis=1, ddof=1) / np.sqrt(N_NETWORKS)
        style = "--" if name.startswith("k-NN") else "o-"
        ax.plot(WIDTHS, middle, style, color=f"C{number}", ms=4, label=name)
        ax.fill_between(
            WIDTHS, middle - half, middle + half, color=f"C{number}", alpha=0.2, lw=0
        )
    ax.set(xscale="log", yscale="log", xlabel="neurons", title=title)
    ax.set_xticks(WIDTHS, WIDTHS)
    ax.set_yticks((0.05, 0.1, 0.2, 0.4, 0.8), (0.05, 0.1, 0.2, 0.4, 0.8))
    ax.minorticks_off()


def main():
    panels = {
        "right labels, 5 neighbours": (0.0, 5),
        "a fifth wrong, 1 neighbour": (0.2, 1),
        "a fifth wrong, 5 neighbours": (0.2, 5),
    }
    found = {
        title: {width: errors(digits(noise), width, k) for width in WIDTHS}
        for title, (noise, k) in panels.items()
    }
    for title, each in found.items():
        print("\n".join(table(each, title)))
    if importlib.util.find_spec("matplotlib"):
        import matplotlib.pyplot as plt

        _, axes = plt.subplots(
            1, 3, figsize=(12, 4.5), sharey=True, layout="constrained"
        )
        for ax, (title, each) in zip(axes, found.items(), strict=True):
            draw_panel(ax, each, title)
        axes[0].set_ylabel("test error")
        axes[-1].legend()
        if plt.get_backend().lower() != "agg":
            plt.show()


if __name__ == "__main__":
    main()
