"""A classifier of one hidden layer, or an ensemble of them, trained at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets

from refgen._checks import check_choice
from refgen._estimators.data import check_labels
from refgen._naming import naming
from refgen.networks._two_layer_base import TwoLayerBase, n_held_out

_LOSSES = ("cross_entropy", "logistic")


class TwoLayerClassifier(ClassifierMixin, TwoLayerBase):
    """Networks with one hidden layer that vote with their probabilities.

    All members are trained at once, each from its own random weights and with its own
    order of the rows. A member has the same bits alone and among others.

    Parameters
    ----------
    n_hidden : int, default=64
        Neurons of the hidden layer.
    n_members : int, default=1
        Networks in the ensemble, whose probabilities are averaged.
    activation : {"linear", "relu", "tanh", "exponential"}, default="relu"
    loss : {"cross_entropy", "logistic"}, default="cross_entropy"
        Of the softmax, or the sum of one logistic loss a class (one in all for two
        classes).
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
    stop_loss, stop_margin : float or None, default=None
        A member stops when its mean loss is at most, or the margins of a share
        `stop_share` of the rows are at least so much.
    stop_share : float, default=0.99
    early_stopping : bool, default=False
        Whether each member takes the weights of the epoch with the least loss on
        held-out rows, and stops after `n_iter_no_change` epochs without a smaller one.
    validation_fraction : float, default=0.1
        Share of the rows of each class that is held out: one at least, and all but one
        at most.
    n_iter_no_change : int, default=10
    random_state : int, RandomState instance or None, default=None
        Of weights, orders and held-out rows.
    verbose : bool, default=False
        Whether a bar on standard error shows how far training is; not with
        `early_stopping`.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
    ensemble_ : Ensemble
        The trained networks; their classes are positions in `classes_`.
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
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> model = TwoLayerClassifier(n_members=5, random_state=0).fit(X, y)
    >>> bool(model.score(X, y) > 0.95), model.member_predictions(X).shape
    (True, (5, 150))
    """

    def __init__(
        self,
        n_hidden: int = 64,
        *,
        n_members: int = 1,
        activation: str = "relu",
        loss: str = "cross_entropy",
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
        stop_margin: float | None = None,
        stop_share: float = 0.99,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.n_hidden = n_hidden
        self.n_members = n_members
        self.activation = activation
        self.loss = loss
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
        self.stop_margin = stop_margin
        self.stop_share = stop_share
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: Any, y: Any) -> TwoLayerClassifier:
        """Train the networks.

        Parameters
        ----------
        X : array or data frame of shape (n_samples, n_features)
        y : array of shape (n_samples,)
            Labels of two classes or more.

        Raises
        ------
        ValueError
            If a parameter is out of range, X and y are not valid data, or there is one
            class only.
        TypeError
            If X or y holds something else than numbers and labels.
        """
        check_choice("loss", self.loss, _LOSSES)
        check_labels(y)
        X, y = self._seen_first(X, y)
        with naming("y"):
            check_classification_targets(y)
        classes, codes = np.unique(y, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(
                f"y holds one class, {classes.tolist()[0]!r}; a classifier "
                "needs two or more"
            )
        stops = {"stop_margin": self.stop_margin, "stop_share": self.stop_share}
        self._fit_networks(X, codes, self.loss, **stops)
        self.classes_ = classes
        return self

    def _chosen(self, y: np.ndarray, share: float, seed: int) -> np.ndarray:
        """A share of the rows of each class."""
        rng, chosen = np.random.default_rng(seed), []
        for code in range(int(y.max()) + 1):
            own = rng.permutation(np.flatnonzero(y == code))
            chosen.append(own[: n_held_out(share, len(own))])
        return np.sort(np.concatenate(chosen))

    def predict(self, X: Any) -> np.ndarray:
        """Classes of the highest mean probability, of shape (n_points,).

        Parameters
        ----------
        X : array or data frame of shape (n_points, n_features)
        """
        # First: what is not fitted says so.
        shares = self.predict_proba(X)
        return self.classes_[shares.argmax(axis=1)]

    def predict_proba(self, X: Any) -> np.ndarray:
        """Mean probabilities of members, of shape (n_points, n_classes).

        Parameters
        ----------
        X : array or data frame of shape (n_points, n_features)
        """
        return self.member_probabilities(X).mean(axis=0)

    def member_predictions(self, X: Any) -> np.ndarray:
        """Classes that each member predicts, of shape (n_members, n_points).

        Their disagreement estimates the error: `refgen.disagreement.audit`.

        Parameters
        ----------
        X : array or data frame of shape (n_points, n_features)
        """
        shares = self.member_probabilities(X)
        return self.classes_[shares.argmax(axis=2)]

    def member_probabilities(self, X: Any) -> np.ndarray:
        """Probabilities that each member gives, (n_members, n_points, n_classes).

        Parameters
        ----------
        X : array or data frame of shape (n_points, n_features)
        """
        points = self._seen_again(X)
        found = self._place(self.ensemble_).predict_proba(self._place(points))
        return np.asarray(self._bring(found))
