"""
What did the model look at, and how sure is the explanation?
============================================================

A network and a random forest tell malignant tumours from benign ones, and digits from
their images. Each prediction is explained by the linear model that is nearest to the
classifier among its neighbours, and each coefficient has an interval over the draws of
neighbours.

For a network with one layer of ReLU neurons nothing has to be drawn: its explanation is
exact, and shows what drawn ones are worth. Half a deviation around a tumour the logit
of the network is linear but for 1 % of its variance. Where it is 1 % or more, intervals
for 95 % from 500 draws hold the exact coefficient in 95 % of cases. Where it is less,
kinks of neurons are so rare that the draws meet few of them or none: coefficients are
nearly right, but only 81 % of the intervals hold them.

To settle which three features matter most takes about a thousand draws for half of the
tumours. The forest is a function of steps: a linear model leaves 38 % of its variance,
it would take some 60,000 draws, and such an explanation says little of any single
feature. LIME's users see neither number.

The error of explanations of the network grows with the cube of the neighbours' distance
where that is small, and not with its fourth power as for a smooth function: it is the
kinks of the neurons that no linear model explains (claim LE-8k).

For digits the coefficients are pictures. Where the network and the forest look at the
same "8", their pictures have a correlation of 0.66.
"""

import importlib.util

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.neural_network import MLPClassifier

from refgen.explainability import (
    LocalExplanationDisplay,
    LocalLinearExplainer,
    exact_local_fit,
    relu_network,
)

SCALE, N_SAMPLES, N_REPEATS = 0.5, 500, 4
SCALES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
N_TUMOURS = 40  # that are explained for the forest
DIGIT, PIXEL_SCALE = 8, 0.2


def tumours():
    """Features with mean 0 and deviation 1, their names, and 426 + 143 rows."""
    data = load_breast_cancer()
    X = (data.data - data.data.mean(axis=0)) / data.data.std(axis=0)
    order = np.random.default_rng(0).permutation(len(X))
    return X, data.target, tuple(data.feature_names), order[:426], order[426:]


def tumour_models(X, y):
    """A network of 20 neurons and a forest of 100 trees."""
    network = MLPClassifier(
        (20,), alpha=0.1, learning_rate_init=0.01, tol=1e-3, random_state=0
    )
    forest = RandomForestClassifier(100, min_samples_leaf=3, random_state=0)
    return network.fit(X, y), forest.fit(X, y)


def left(found):
    """The share of the variance among neighbours that the explanation leaves."""
    return found.fidelity / (found.fidelity + (found.effects**2).sum(axis=1))


def unexplained(found):
    """The same for all rows together."""
    explained = (found.effects**2).sum()
    return found.fidelity.sum() / (found.fidelity.sum() + explained)


def held(network, exact, X):
    """Shares of intervals that hold the exact coefficients of each row, and draws.

    Neighbours are the same around all rows, so that they are drawn four times.
    """
    logits, shares, draws = relu_network(network).values, 0.0, []
    for seed in range(N_REPEATS):
        options = {"n_samples": N_SAMPLES, "random_state": seed}
        drawn = LocalLinearExplainer(logits, scale=SCALE, **options).explain(X)
        low, high = drawn.interval()
        inside = (low <= exact.coefficients) & (exact.coefficients <= high)
        shares = shares + inside.mean(axis=1) / N_REPEATS
        draws.append(np.median(drawn.draws_to_settle(3)))
    return drawn, shares, np.mean(draws)


def explain_tumours():
    """Explanations of both models, exact and drawn, and what is found in them."""
    X, y, names, train, test = tumours()
    network, forest = tumour_models(X[train], y[train])
    exact = LocalLinearExplainer(network, scale=SCALE, exact=True).explain(X[test])
    drawn, shares, draws = held(network, exact, X[test])
    trees = LocalLinearExplainer(
        forest, scale=SCALE, n_samples=N_SAMPLES, output=1
    ).explain(X[test[:N_TUMOURS]])
    curved = left(exact) >= 0.01
    errors = [exact_local_fit(network, X[test], s).fidelity.mean() for s in SCALES]
    numbers = {
        "network's accuracy": network.score(X[test], y[test]),
        "forest's accuracy": forest.score(X[test], y[test]),
        "intervals that hold, where 1 % is left": shares[curved].mean(),
        "intervals that hold, where less is left": shares[~curved].mean(),
        "network: unexplained share": unexplained(exact),
        "forest: unexplained share": unexplained(trees),
        "network: draws to settle 3 features": draws,
        "forest: draws to settle 3 features": np.median(trees.draws_to_settle(3)),
        "network: exponent of the error": np.log2(errors[2] / errors[1]),
    }
    found = [part._replace(feature_names=names) for part in (exact, drawn, trees)]
    return found, np.array(errors), numbers


def explain_digit():
    """An image, and what a network and a forest see in it."""
    X, y = load_digits(return_X_y=True)
    X = X / 16
    order = np.random.default_rng(0).permutation(len(y))
    train, test = order[:1200], order[1200:]
    network = MLPClassifier(
        (32,), alpha=0.1, tol=1e-2, learning_rate_init=5e-3, random_state=0
    ).fit(X[train], y[train])
    forest = RandomForestClassifier(100, random_state=0).fit(X[train], y[train])
    image = X[test][y[test] == DIGIT][:1]
    options = {"scale": PIXEL_SCALE, "output": DIGIT}
    maps = [
        LocalLinearExplainer(network, exact=True, **options).explain(image),
        LocalLinearExplainer(forest, n_samples=3000, **options).explain(image),
    ]
    return image[0], [found.coefficients[0] for found in maps]


def table(numbers, maps):
    """A line per number."""
    for name, value in numbers.items():
        yield f"{name:<44}{value:>10,.3g}"
    correlation = np.corrcoef(*maps)[0, 1]
    yield f"{'correlation of the two pictures of a digit':<44}{correlation:>10.3g}"


def draw(found, errors, image, maps):
    """Bars of one tumour, errors over scales, and pictures of a digit."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(2, 3, figsize=(13, 7.4), layout="constrained")
    exact, drawn, trees = found
    display = LocalExplanationDisplay(drawn, 0, n_top=8).plot(axes[0, 0])
    places = [drawn.feature_names.index(name) for name in display.features]
    axes[0, 0].plot(exact.effects[0, places], np.arange(8), "kD", markersize=4)
    axes[0, 0].set_title("A tumour: the network's logit\n(diamonds: exact)")
    LocalExplanationDisplay(trees, 0, n_top=8).plot(axes[0, 1])
    axes[0, 1].set_title("The same tumour: the forest's\nprobability of benign")
    axes[0, 1].locator_params(axis="x", nbins=4)
    axes[0, 2].plot(SCALES, errors, "o-", color="#0072B2")
    axes[0, 2].plot(SCALES, errors[0] * (np.array(SCALES) / SCALES[0]) ** 3, "k:")
    axes[0, 2].set(
        xscale="log", yscale="log", xlabel="s, deviation of neighbours",
        ylabel="mean square error", title="Explanations of the network\n(dots: s³)",
    )  # fmt: skip
    axes[1, 0].imshow(image.reshape(8, 8), cmap="gray_r")
    axes[1, 0].set_title("A digit")
    names = ("the network's logit", "the forest's probability")
    for ax, name, weights in zip(axes[1, 1:], names, maps, strict=True):
        size = abs(weights).max()
        ax.imshow(weights.reshape(8, 8), cmap="RdBu", vmin=-size, vmax=size)
        ax.set_title(f"What raises the {DIGIT}:\n{name} (blue)")
    for ax in axes[1]:
        ax.set_axis_off()
    return figure


def main():
    found, errors, numbers = explain_tumours()
    image, maps = explain_digit()
    print("\n".join(table(numbers, maps)))
    if not importlib.util.find_spec("matplotlib"):
        print("For the picture: pip install -e '.[plot]'")
        return
    draw(found, errors, image, maps)
    import matplotlib.pyplot as plt

    if plt.get_backend().lower() != "agg":
        plt.show()


if __name__ == "__main__":
    main()
