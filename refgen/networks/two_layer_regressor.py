"""A regressor of one hidden layer, or an ensemble of them, trained at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import RegressorMixin

from refgen._estimators.data import check_squares, check_targets
from refgen.networks._two_layer_base import TwoLayerBase


class TwoLayerRegressor(RegressorMixin, TwoLayerBase):
    """Networks with one hidden layer whose predictions are averaged.

    All members are trained at once, each from its own random weights and with its own
    order of the rows. A member has the same bits alone and among others. Targets are
    centred, and divided by their standard deviation, for training.

    Parameters
    ----------
    n_hidden : int, default=64
        Neurons of the hidden layer.
    n_members : int, default=1
        Networks in the ensemble.
    activation : {"linear", "relu", "tanh", "exponential"}, default="relu"
    scaling, initialization, bias
        As in `train`.
    n_epochs : int, default=100
        At most so many.
    batch_size : int or None, default=32
        Rows of a step, at most all; None is all.
    shuffle : bool, default=True
        Whether rows are put in a new order in each epoch.
    step_size : "auto" or float, default="auto"
        "auto" is one over the mean squared length of a row of X, and at most 0.5.
    momentum, weight_decay, sam_radius : float, default=0.0
        As in `train`.
    stop_loss : float or None, default=None
        A member stops when its mean loss, half of the mean squared error of the scaled
        targets, is at most so much.
    early_stopping : bool, default=False
        Whether each member takes the weights of the epoch with the least loss on
        held-out rows, and stops after `n_iter_no_change` epochs without a smaller one.
    validation_fraction : float, default=0.1
        Share of the rows that is held out: one at least, and all but one at most.
    n_iter_no_change : int, default=10
    random_state : int, RandomState instance or None, default=None
        Of weights, orders and held-out rows.
    verbose : bool, default=False
        Whether a bar on standard error shows how far training is; not with
        `early_stopping`.

    Attributes
    ----------
    ensemble_ : Ensemble
        The trained networks, which predict scaled targets.
    y_mean_, y_scale_ : arrays of shape (n_outputs,)
        What targets are centred by, and divided by.
    n_epochs_ : int array of shape (n_members,)
        Epochs that each member was trained for.
    step_size_ : float
    n_features_in_ : int
    feature_names_in_ : array of shape (n_features_in_,)
        Only if `X` of `fit` has feature names that are all strings.

    Notes
    -----
    Scale features alike, e.g. by `StandardScaler` in a pipeline: one step size serves
    all of them.

    Source: the update rules of theory/networks.md.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> X, y = load_diabetes(return_X_y=True)
    >>> networks = TwoLayerRegressor(16, n_members=5, n_epochs=20, random_state=0)
    >>> model = make_pipeline(StandardScaler(), networks).fit(X, y)
    >>> bool(model.score(X, y) > 0.5)
    True
    """

    def __init__(
        self,
        n_hidden: int = 64,
        *,
        n_members: int = 1,
        activation: str = "relu",
        scaling: str = "standard",
        initialization: str = "auto",
        bias: bool = True,
        n_epochs: int = 100,
        batch_size: int | None = 32,
        shuffle: bool = True,
        step_size: Any = "auto",
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        sam_radius: float = 0.0,
        stop_loss: float | None = None,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.n_hidden = n_hidden
        self.n_members = n_members
        self.activation = activation
        self.scaling = scaling
        self.initialization = initialization
        self.bias = bias
        self.n_epochs = n_epochs
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.step_size = step_size
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.sam_radius = sam_radius
        self.stop_loss = stop_loss
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: Any, y: Any) -> TwoLayerRegressor:
        """Train the networks.

        Parameters
        ----------
        X : array or data frame of shape (n_samples, n_features)
        y : array of shape (n_samples,) or (n_samples, n_outputs)

        Raises
        ------
        ValueError
            If a parameter is out of range, or X and y are not valid data.
        TypeError
            If X or y holds something else than numbers.
        """
        check_targets(y)
        X, y = self._seen_first(X, y, multi_output=True, y_numeric=True)
        with np.errstate(over="ignore"):  # of longer numbers, which are refused next
            y = y.astype(np.float64)
        check_squares("y", "values", y)
        columns = y.reshape(len(y), -1)
        mean, scale = columns.mean(axis=0), columns.std(axis=0)
        scale = np.where(scale > 0, scale, 1.0)
        self._fit_networks(X, (columns - mean) / scale, "squared")
        self.y_mean_, self.y_scale_, self._output_shape = mean, scale, y.shape[1:]
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Mean predictions, of shape (n_points,) or (n_points, n_outputs).

        Parameters
        ----------
        X : array or data frame of shape (n_points, n_features)
        """
        return self.member_predictions(X).mean(axis=0)

    def member_predictions(self, X: Any) -> np.ndarray:
        """What each member predicts, (n_members, n_points) or with outputs behind.

        Parameters
        ----------
        X : array or data frame of shape (n_points, n_features)
        """
        found = self._outputs(X) * self.y_scale_ + self.y_mean_
        return found[..., 0] if self._output_shape == () else found

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
