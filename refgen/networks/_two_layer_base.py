"""What the classifier and the regressor of two layers share."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from refgen._checks import check_integer, check_open_unit
from refgen._estimators.data import check_numbers, check_squares
from refgen._estimators.parameters import check_flag, is_positive
from refgen._naming import check_seed, naming
from refgen._shown import shown
from refgen.networks._early_stopping import train_until_worse
from refgen.networks.training import train
from refgen.random import Stream

# Passed on to `train` as they are.
_PASSED = (
    "n_members",
    "n_hidden",
    "activation",
    "scaling",
    "initialization",
    "bias",
    "n_epochs",
    "shuffle",
    "momentum",
    "weight_decay",
    "sam_radius",
    "stop_loss",
    "verbose",
)


class TwoLayerBase(BaseEstimator):
    """Checks data and settings, trains an ensemble, and averages what it says."""

    batch_size: Any
    step_size: Any
    early_stopping: Any
    validation_fraction: Any
    n_epochs: Any
    n_iter_no_change: Any
    random_state: Any

    # Overridden where networks are trained on a device.
    _stream: Any = Stream
    _train = staticmethod(train)

    def _place(self, value: Any) -> Any:
        """Where networks are trained."""
        return value

    def _bring(self, value: Any) -> Any:
        """Where results are kept."""
        return value

    # Fitting.

    def _fit_networks(
        self, X: np.ndarray, y: np.ndarray, loss: str, **more: Any
    ) -> None:
        """Trains `ensemble_` on targets, or on class codes."""
        step, batch = self._step(X), self._batch(len(X))
        for name in ("early_stopping", "verbose"):
            check_flag(name, getattr(self, name))
        check_integer("n_epochs", self.n_epochs, 1)
        seed = check_random_state(check_seed(self.random_state)).randint(2**31 - 1)
        settings = {name: getattr(self, name) for name in _PASSED}
        settings |= {"loss": loss, "step_size": step, "batch_size": batch, **more}
        given = self._place(X), self._place(y), self._stream(seed, "two-layer")
        if self.early_stopping:
            patience = check_integer("n_iter_no_change", self.n_iter_no_change, 1)
            held_out = self._held_out(y, seed)
            found = train_until_worse(
                self._train, *given, self._place(held_out), patience, settings
            )
        else:
            found = self._train(*given, **settings)
        self.ensemble_ = self._bring(found)
        self.n_epochs_ = np.asarray(self.ensemble_.n_epochs)
        self.step_size_ = step

    def _step(self, X: np.ndarray) -> float:
        """The step size; "auto" is one over the mean squared length of a row, or ½.

        Biases are weights of inputs of 1: however short rows are, their steps must not
        be long.
        """
        if isinstance(self.step_size, str) and self.step_size == "auto":
            length = float((X * X).sum(axis=1).mean())
            return 1 / max(length, 2.0)
        if not is_positive(self.step_size):
            raise ValueError(
                "step_size must be a positive number or 'auto', got "
                f"{shown(self.step_size)}"
            )
        return float(self.step_size)

    def _batch(self, n: int) -> int:
        """Rows of a step: at most all."""
        if self.batch_size is None:
            return n
        return min(check_integer("batch_size", self.batch_size, 1), n)

    def _held_out(self, y: np.ndarray, seed: int) -> np.ndarray:
        """Rows that tell when to stop."""
        share = check_open_unit("validation_fraction", self.validation_fraction)
        rows = self._chosen(y, share, seed)
        if not len(rows):
            raise ValueError(
                f"early_stopping holds rows out, and there are too few: {len(y)}, none "
                "of which has another one of its class; give more, or stop otherwise"
            )
        return rows

    def _chosen(self, y: np.ndarray, share: float, seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        return np.sort(rng.permutation(len(y))[: n_held_out(share, len(y))])

    # Predicting.

    def _outputs(self, X: Any) -> np.ndarray:
        """f of every member, of shape (n_members, n_points, n_outputs)."""
        points = self._seen_again(X)
        found = self._place(self.ensemble_).outputs(self._place(points))
        return np.asarray(self._bring(found))

    # Input.

    def _seen_first(self, X: Any, y: Any, **checks: Any) -> tuple[Any, Any]:
        check_numbers(X)
        with naming("y" if y is None else "X", "y"):
            X, y = validate_data(self, X, y, dtype=np.float64, **checks)
        check_squares("X", "values", X)
        return X, y

    def _seen_again(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        check_numbers(X)
        with naming("X"):
            found = validate_data(self, X, reset=False, dtype=np.float64)
        check_squares("X", "values", found)
        return found

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.non_deterministic = False
        return tags


def n_held_out(share: float, n: int) -> int:
    """How many of n rows are held out: one at least, and one stays.

    Examples
    --------
    >>> n_held_out(0.1, 50), n_held_out(0.1, 2), n_held_out(0.1, 1)
    (5, 1, 0)
    """
    return min(max(round(share * n), 1), n - 1)
