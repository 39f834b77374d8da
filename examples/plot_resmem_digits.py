"""
Does memorizing residuals pay, on real data?
============================================

A small base that cannot fit everything leaves residuals; ResMem (Yang et al. 2023) adds
what the nearest training rows remember of them. On digits this lowers the error of a
shallow tree, a strongly regularized linear model and a tiny network. Then noise is
added to the labels on purpose: memory with one neighbour copies the noise, which costs
the linear model more than memory gains; nine neighbours average it away.

On diabetes the noise rule (RM-15, RM-16) can be tried. Memory adds noise, σ²/k with k
neighbours of equal weight. It pays if this is less than what the base misses: (1 − L)²
in the linear problem, and here the base's risk minus σ². Here σ² is the noise added on
purpose plus the noise of the data, estimated by the risk of an ordinary linear model.
This is an example and not a theorem: the rule assumes that neighbours are infinitely
near. In ten dimensions they are not, and where the rule says yes with little to gain,
memory may still not pay.
"""

import importlib.util

import numpy as np
from sklearn.datasets import load_diabetes, load_digits
from sklearn.linear_model import LinearRegression, Ridge, RidgeClassifier
from sklearn.model_selection import cross_val_score
from sklearn.neural_network import MLPClassifier
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from refgen.resmem import (
    ResMemClassifier,
    ResMemDisplay,
    ResMemRegressor,
    memorization_pays,
)

N_DIGITS = 450
CLASSIFIERS = {
    "tree of depth 4": DecisionTreeClassifier(max_depth=4, random_state=0),
    "ridge, α = 1000": RidgeClassifier(1000.0),
    # L-BFGS, stopped early by a loose tolerance.
    "network of 4 units": MLPClassifier(
        (4,), "tanh", solver="lbfgs", tol=0.05, random_state=0
    ),
}
REGRESSORS = {
    "ridge, α = 300": Ridge(300.0),
    "stump": DecisionTreeRegressor(max_depth=1),
}


def digits(noise, seed=0):
    """Digits; a share `noise` of them has a label drawn at random."""
    points, labels = load_digits(return_X_y=True)
    points, labels = points[:N_DIGITS] / 16, labels[:N_DIGITS]
    rng = np.random.default_rng(seed)
    random = rng.integers(10, size=N_DIGITS)
    return points, np.where(rng.random(N_DIGITS) < noise, random, labels)


def diabetes(noise, seed=0):
    """Standardized diabetes with normal noise of standard deviation `noise`."""
    points, y = load_diabetes(return_X_y=True)
    rng = np.random.default_rng(seed)
    y = (y - y.mean()) / y.std() + noise * rng.normal(size=len(y))
    return points / points.std(axis=0), y


def classification():
    """Errors of base and ResMem, and the interval of the gain."""
    yield _head("digits")
    for name, base in CLASSIFIERS.items():
        for noise in (0.0, 0.4):
            for k in (1, 9):
                found = memorization_pays(
                    ResMemClassifier(base, k, "uniform"),
                    *digits(noise),
                    cv=3,
                    random_state=0,
                )
                yield _line(name, noise, k, found)


def regression():
    """What the noise rule says, and what happens."""
    yield _head("diabetes")
    own = -cross_val_score(
        LinearRegression(), *diabetes(0.0), cv=10, scoring="neg_mean_squared_error"
    ).mean()
    for name, base in REGRESSORS.items():
        for noise in (0.0, 1.0, 2.0):
            for k in (1, 20):
                found = memorization_pays(
                    ResMemRegressor(base, k, "uniform"),
                    *diabetes(noise),
                    noise=float(np.sqrt(own + noise**2)),
                    random_state=0,
                )
                yield _line(name, noise, k, found) + f", rule: {found.rule}"


def _head(data):
    return f"{data:<19}{'noise':>6}{'k':>3}{'base':>7}{'ResMem':>8}{'k-NN':>7}   gain"


def _line(name, noise, k, found):
    gain = f"{found.gain:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"
    risks = f"{found.base_risk:>7.3f}{found.resmem_risk:>8.3f}{found.knn_risk:>7.3f}"
    return f"{name:<19}{noise:>6.1f}{k:>3}{risks}   {gain} pays: {found.verdict}"


def draw():
    """Risk against the number of neighbours, without and with noise on the labels."""
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
    tree = ResMemClassifier(CLASSIFIERS["tree of depth 4"], weights="uniform")
    for noise, ax in zip((0.0, 0.4), panels, strict=True):
        ResMemDisplay.from_estimator(
            tree,
            *digits(noise),
            param_range=[1, 3, 10, 30],
            cv=4,
            random_state=0,
            ax=ax,
        )
        ax.set_title(f"digits, {noise:.0%} of the labels random")
    return figure


def main():
    print("\n".join(classification()))
    print("\n".join(regression()))
    if importlib.util.find_spec("matplotlib"):
        draw()
        import matplotlib.pyplot as plt

        if plt.get_backend().lower() != "agg":
            plt.show()


if __name__ == "__main__":
    main()
