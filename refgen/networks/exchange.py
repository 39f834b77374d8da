"""Ensembles from files, and from networks of scikit-learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from refgen.arrays import on_the_host

if TYPE_CHECKING:
    from os import PathLike

    from refgen.networks.ensemble import Ensemble
    from refgen.networks.two_layer import TwoLayerNetworks


@on_the_host("files hold arrays of the host; move the result with to_device")
def load_ensemble(path: str | PathLike[str]) -> Ensemble:
    """The ensemble in a file that `Ensemble.save` wrote, with the same bits.

    Parameters
    ----------
    path : path

    Returns
    -------
    Ensemble
        On the host.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no such file. Nothing in a file is run.

    Examples
    --------
    >>> import os, tempfile
    >>> from refgen.networks import train
    >>> from refgen.random import Stream
    >>> X, y = [[-1.0], [-2.0], [1.0], [2.0]], [0, 0, 1, 1]
    >>> two = train(X, y, Stream(0), n_members=2, n_epochs=5)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     two.save(os.path.join(folder, "two.npz"))
    ...     again = load_ensemble(os.path.join(folder, "two.npz"))
    >>> bool((again.outputs(X) == two.outputs(X)).all())
    True
    """
    from refgen.networks._loaded import read

    return read(path)


@on_the_host("scikit-learn computes on the host; move the result with to_device")
def from_sklearn(models: Any, *, initial: TwoLayerNetworks | None = None) -> Ensemble:
    """Fitted networks of scikit-learn with one hidden layer, as an ensemble.

    Parameters
    ----------
    models : MLPClassifier, MLPRegressor, or list of them
        Of one kind, with the same sizes and classes, and the activation "identity",
        "relu" or "tanh".
    initial : TwoLayerNetworks, optional
        The weights before training, if they are known.

    Returns
    -------
    Ensemble
        Of one member without the axis of members, if `models` is one estimator. Its
        loss is "squared" for regressors, "logistic" for two classes, and otherwise
        "cross_entropy"; outputs are equal up to rounding.

    Raises
    ------
    TypeError
        If `models` is neither.
    ValueError
        If an estimator is not fitted, is deeper, or has another activation, or if they
        do not fit together.

    Examples
    --------
    >>> from sklearn.neural_network import MLPRegressor
    >>> X = [[-1.0], [0.0], [1.0]]
    >>> model = MLPRegressor(hidden_layer_sizes=3, solver="lbfgs", random_state=0)
    >>> model = model.fit(X, [1.0, 0.0, 1.0])
    >>> one = from_sklearn(model)
    >>> bool(abs(one.predict(X) - model.predict(X)).max() < 1e-12)
    True
    """
    from refgen.networks._imported import from_estimators

    return from_estimators(models, initial)
