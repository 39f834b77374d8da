"""Ensembles of `refgen.networks`, and its estimators, as networks to explain."""

from __future__ import annotations

from typing import Any

from refgen._shown import shown
from refgen.arrays import namespace
from refgen.explainability.relu_networks import TwoLayerReLU
from refgen.networks import Ensemble


def column_of(
    of_classes: bool, names: list, n_outputs: int, output: Any
) -> tuple[int, float]:
    """The column of the last layer, and its sign.

    Raises
    ------
    ValueError
        If there are several outputs and `output` is not one of them.

    Examples
    --------
    >>> column_of(True, ["no", "yes"], 1, "no")
    (0, -1.0)
    """
    if output is None:
        if n_outputs == 1:
            return 0, 1.0
    elif output in names:
        column = names.index(output)
        # One column stands for two classes; the first has its negative.
        two = of_classes and n_outputs == 1
        return (0, 1.0 if column else -1.0) if two else (column, 1.0)
    listed = ", ".join(map(str, names))
    what = "class" if of_classes else "number of a target"
    raise ValueError(
        f"output must be a {what} of the estimator ({listed}), got {shown(output)}"
    )


def members(ensemble: Ensemble, output: Any, classes: Any = None) -> TwoLayerReLU:
    """One output, or class, of all members; `classes` are their names, if not its own.

    Raises
    ------
    TypeError, ValueError
        If members diverged, or have no such output.

    Examples
    --------
    >>> from refgen.networks import TwoLayerNetworks
    >>> networks = TwoLayerNetworks([[1.0]], [0.0], [[1.0]], [-1.0])
    >>> one = Ensemble.from_networks(networks, loss="logistic", classes=["a", "b"])
    >>> float(members(one, "a").intercept)
    1.0
    """
    networks, task = ensemble.networks, ensemble.task
    if not bool(ensemble.is_finite.all()):
        raise ValueError(
            "estimator has members that diverged in training; leave them out with "
            ".finite()"
        )
    of_classes, k = task.classes is not None, networks.n_outputs
    own = task.classes if of_classes else range(k)
    names = list(own if classes is None else classes)
    # Two classes have one logit, also where softmax has an output of each.
    two = of_classes and len(names) == 2 and (k == 1 or task.loss == "cross_entropy")
    column, sign = column_of(of_classes, names, 1 if two else k, output)
    found = TwoLayerReLU.from_networks(networks, k - 1 if two else column)
    size, shift = found.output, found.intercept
    if two and k == 2:
        first = TwoLayerReLU.from_networks(networks, 0)
        size, shift = size - first.output, shift - first.intercept
    return TwoLayerReLU(found.weights, found.biases, sign * size, sign * shift)


def mean_network(networks: TwoLayerReLU) -> TwoLayerReLU:
    """The mean of networks of shape (n_members,), which is a wider network.

    Examples
    --------
    >>> two = TwoLayerReLU([[[1.0]], [[-1.0]]], [[0.0], [0.0]], [[1.0], [1.0]])
    >>> mean_network(two).values([[-4.0]]).tolist()
    [2.0]
    """
    xp, (n, _, d) = namespace(networks.weights), networks.weights.shape
    rows = xp.ascontiguousarray(networks.weights).reshape(-1, d)
    biases, output = (
        xp.ascontiguousarray(part).reshape(-1)
        for part in (networks.biases, networks.output / n)
    )
    return TwoLayerReLU(rows, biases, output, networks.intercept.mean())


def of_estimator(estimator: Any, output: Any) -> TwoLayerReLU:
    """What a fitted TwoLayerRegressor predicts, or the logit of a TwoLayerClassifier.

    Raises
    ------
    TypeError, ValueError
        If it averages probabilities of several networks, which no network gives, or
        has no such output.

    Examples
    --------
    >>> import numpy as np
    >>> from refgen.networks import TwoLayerRegressor
    >>> X = np.arange(4.0)[:, None]
    >>> model = TwoLayerRegressor(2, n_members=3, n_epochs=2, random_state=0)
    >>> network = of_estimator(model.fit(X, X[:, 0]), None)
    >>> bool(np.allclose(network.values(X), model.predict(X)))
    True
    """
    ensemble = estimator.ensemble_
    if hasattr(estimator, "classes_"):
        if len(ensemble) > 1:
            raise TypeError(
                f"estimator averages the probabilities of {len(ensemble)} networks, "
                "and no network has that logit; give one of these, such as "
                "`ensemble_[0]`, or `ensemble_` to exact_local_fit"
            )
        return members(ensemble[0], output, estimator.classes_.tolist())
    column, _ = column_of(False, list(range(len(estimator.y_scale_))),
                          len(estimator.y_scale_), output)  # fmt: skip
    mean = mean_network(members(ensemble, column))
    scale, shift = estimator.y_scale_[column], estimator.y_mean_[column]
    return TwoLayerReLU(
        mean.weights, mean.biases, scale * mean.output, scale * mean.intercept + shift
    )
